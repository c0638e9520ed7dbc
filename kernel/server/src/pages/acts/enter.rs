//! Entering an act: the list of what is possible, the sheet, and what is done with it when it comes back.
//!
//! A sheet carries how many acts there were when it was made, and a key of its own. Sent twice it has its effect once; when somebody else
//! entered an act meanwhile it comes back with that act above it, and nothing of what was typed is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use serde_json::{Map, Value as Json, json};
use tiwizi_model::RecordId;
use tiwizi_model::limits::{ACT_SHEET_MEMBERS_MAX, ACT_SHEET_ROWS_MAX};
use tiwizi_registry::ActError;
use tiwizi_registry::acts::{self, Act, ActKind, Ledger, NewAct, Rehearsal, differences};

use super::super::duplicates;
use super::super::visit::{Asked, SignedIn, Visit};
use super::brought::Brought;
use super::fault::Fault as Wrong;
use super::field::{CellKind, Control, List};
use super::given::{DISTINCT, Given};
use super::opened::Opened;
use super::others::{self, Found};
use super::page::SheetPage;
use super::people::{everybody, officers};
use super::read::Reading;
use super::sent::Sent;
use super::sheet::Sheet;
use super::{chain, document, fill, history, said, typed};
use crate::app::App;
use crate::edge::report;
use crate::problem::{Fault, Problem};

/// A sheet's own key is no longer than a UUID.
const ONCE_BYTES_MAX: usize = 36;
/// What a button that adds lines says, before the name of the part.
const ROWS: &str = "rows:";

/// `GET /{language}/directory/{id}/acts/new`: the acts that are possible.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &id).await?;
    let texts = &opened.texts;
    let line = |sheet: &Sheet| {
        let label = if sheet.slug == "seat" { texts.text("acts-seat") } else { said::kind(texts, sheet.kind) };
        context! { label, href => opened.address(&format!("/acts/new/{}", sheet.slug)) }
    };
    let data = context! {
        sheets => Sheet::among(&opened.desk.possible).iter().map(line).collect::<Vec<_>>(),
        late => Sheet::among(&opened.desk.late).iter().map(line).collect::<Vec<_>>(),
        may_correct => opened.desk.may_correct && !opened.desk.ledger.is_empty(),
        ..opened.around()
    };
    let title = format!("{} · {}", texts.text("acts-enter"), opened.title());
    visit.page(&app, "acts/enter.html", &title, data)
}

/// `GET /{language}/directory/{id}/acts/new/{slug}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id, slug)): Path<(String, String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let sheet = Sheet::named(&slug).ok_or(Fault::NotFound)?;
    let mut opened = Opened::of(&app, &visit, &id).await?;
    // Where the cooperative stands may have changed since the address was given: why an act is not possible the sheet says when it is checked.
    if !opened.desk.may_correct {
        return Err(Fault::NotFound.into());
    }
    let mut given = fill::of_state(sheet, &opened.desk.state, opened.today());
    given.set("/effective_on", opened.today().to_string());
    name_those(&mut opened, &given).await?;
    SheetPage::new(&opened, sheet, &given).show()
}

/// `GET /{language}/directory/{id}/acts/{sequence}/correct`: the sheet of an act, with what it says now.
pub(super) async fn correct(
    State(app): State<Arc<App>>,
    Path((_, id, sequence)): Path<(String, String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let mut opened = Opened::whole(&app, &visit, &id).await?;
    let sequence = sequence.parse().map_err(|_| Fault::NotFound)?;
    let target = Target::of(&opened, sequence)?;
    let mut given = fill::of_data(target.sheet, &Json::Object(target.says.clone()));
    given.set("/effective_on", target.effective_on.clone());
    given.set("/~corrected_on", opened.today().to_string());
    for (row, hash) in target.documents.iter().enumerate() {
        given.set(format!("{}/{row}/hash", document::DOCUMENTS), hash.clone());
    }
    name_those(&mut opened, &given).await?;
    let page = SheetPage::new(&opened, target.sheet, &given);
    SheetPage { base: Some(&target.says), corrects: Some(sequence), ..page }.show()
}

/// `POST /{language}/directory/{id}/acts/new/{slug}`
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, id, slug)): Path<(String, String, String)>,
    asked: Asked,
    sent: Sent,
) -> Result<Response, Problem> {
    let sheet = Sheet::named(&slug).ok_or(Fault::NotFound)?;
    let visit = sender(&app, asked, &sent).await?;
    let opened = Opened::of(&app, &visit, &id).await?;
    take(opened, sheet, None, sent).await
}

/// `POST /{language}/directory/{id}/acts/{sequence}/correct`
pub(super) async fn send_correction(
    State(app): State<Arc<App>>,
    Path((_, id, sequence)): Path<(String, String, String)>,
    asked: Asked,
    sent: Sent,
) -> Result<Response, Problem> {
    let visit = sender(&app, asked, &sent).await?;
    let opened = Opened::whole(&app, &visit, &id).await?;
    let target = Target::of(&opened, sequence.parse().map_err(|_| Fault::NotFound)?)?;
    take(opened, target.sheet, Some(target), sent).await
}

/// Who sent a sheet; somebody who is signed in.
async fn sender(app: &App, asked: Asked, sent: &Sent) -> Result<Visit, Problem> {
    let visit = asked.by(app, sent.visitor.clone()).await;
    visit.visitor.signed_in()?;
    if visit.must_change() { Err(Fault::MustChangePassword.into()) } else { Ok(visit) }
}

/// An act that is to be corrected.
struct Target {
    sheet: Sheet,
    /// Its place.
    sequence: u32,
    /// The act that has the last word there.
    last: u32,
    /// What stands, or what the act said when nothing does.
    says: Map<String, Json>,
    effective_on: String,
    documents: Vec<String>,
}

impl Target {
    fn of(opened: &Opened<'_>, sequence: u32) -> Result<Self, Problem> {
        let ledger = &opened.desk.ledger;
        let act = ledger.acts().iter().find(|act| act.sequence == sequence).ok_or(Fault::NotFound)?;
        let sheet = Sheet::of(act.kind()).filter(|_| opened.desk.may_correct).ok_or(Fault::NotFound)?;
        let standing = ledger.standing().map_err(Problem::internal)?;
        let shown = standing.iter().find(|standing| standing.sequence == sequence).unwrap_or(act);
        let says = shown.data.value().as_object().cloned().unwrap_or_default();
        let last = chain::last_of(ledger.acts(), sequence);
        let documents = shown.documents.iter().map(ToString::to_string).collect();
        Ok(Self { sheet, sequence, last, says, effective_on: shown.effective_on.to_string(), documents })
    }
}

/// Names the people whom a sheet shows.
async fn name_those(opened: &mut Opened<'_>, given: &Given) -> Result<(), Problem> {
    let state = &opened.desk.state;
    let mut ids: BTreeSet<RecordId> =
        if state.members.len() > ACT_SHEET_MEMBERS_MAX { officers(state) } else { everybody(state) };
    ids.extend(given.ids());
    let numbers = given.all().filter_map(|text| state.members.get(text.trim()));
    ids.extend(numbers.map(|member| member.person));
    opened.name(&ids).await
}

/// What is done with a sheet that came back.
async fn take(mut opened: Opened<'_>, sheet: Sheet, target: Option<Target>, sent: Sent) -> Result<Response, Problem> {
    let (step, seen) = (sent.text("step").to_owned(), sent.text("seen").parse::<u32>().unwrap_or_default());
    let once = once(sent.text("once"));
    let mut given = Given::of_sent(sent.fields);
    for field in sheet.fields {
        if let Control::Rows { cells, .. } = field.control {
            let holders = cells.iter().filter(|cell| cell.kind == CellKind::Holder);
            for (cell, person) in holders.filter_map(|cell| Some((cell, List::Holder.fallback()?))) {
                given.forget(&format!("/{}", field.name), cell.name, person);
            }
        }
        if matches!(field.control, Control::Rows { .. } | Control::Cooperatives { .. }) {
            given.compact(&format!("/{}", field.name), ACT_SHEET_ROWS_MAX);
        }
    }
    // Before anybody is looked for: who may not enter acts learns nothing of persons by a sheet of one.
    if !opened.desk.may_correct {
        return Err(Fault::Forbidden.into());
    }
    document::store(&opened, sheet, sent.files, &mut given).await?;
    let (brought, mut faults) = Brought::find(&opened, sheet, &mut given).await?;
    let (found, more) = Found::find(&opened, sheet, &mut given).await?;
    faults.extend(more);
    name_those(&mut opened, &given).await?;
    for person in brought.all() {
        opened.people.expect(person.id, person.body.clone());
    }
    let mut sheet = Back { sheet, target, given, found, seen, once, more: None };
    if usize::try_from(seen).ok() != Some(opened.desk.ledger.acts().len()) {
        let new = sheet.read(&opened, &brought).await?.ok();
        return sheet.overtaken(opened, new).await;
    }
    if let Some(part) = step.strip_prefix(ROWS) {
        sheet.more = Some(part.to_owned());
        return sheet.page(&opened, Vec::new(), None).show();
    }
    if !faults.is_empty() {
        return sheet.wrong(&opened, faults);
    }
    let new = match sheet.read(&opened, &brought).await? {
        Ok(new) => new,
        Err(faults) => return sheet.wrong(&opened, faults),
    };
    let to_come: BTreeSet<RecordId> = brought.all().map(|person| person.id).collect();
    let cooperative = opened.desk.cooperative;
    let outcome = opened.app.acts.rehearse(opened.caller(), cooperative, new, &to_come).await;
    match outcome {
        Ok(_) if step == "enter" => sheet.enter(opened, brought).await,
        Ok(tried) => sheet.tried(&mut opened, &tried).await,
        Err(error) => sheet.refused(&opened, error).await,
    }
}

fn once(text: &str) -> String {
    let is_key = text.len() <= ONCE_BYTES_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_key { text.to_owned() } else { String::new() }
}

/// A sheet that came back.
struct Back {
    sheet: Sheet,
    target: Option<Target>,
    given: Given,
    found: Found,
    /// How many acts there were when it was made.
    seen: u32,
    once: String,
    more: Option<String>,
}

impl Back {
    /// The page with what was typed.
    fn page<'a>(&'a mut self, opened: &'a Opened<'a>, faults: Vec<Wrong>, preview: Option<Value>) -> SheetPage<'a> {
        let found = std::mem::take(&mut self.found);
        SheetPage {
            faults,
            preview,
            found,
            more: self.more.take(),
            base: self.target.as_ref().map(|target| &target.says),
            corrects: self.target.as_ref().map(|target| target.sequence),
            ..SheetPage::new(opened, self.sheet, &self.given)
        }
    }

    fn wrong(mut self, opened: &Opened<'_>, faults: Vec<Wrong>) -> Result<Response, Problem> {
        let page = self.page(opened, faults, None);
        SheetPage { wrong: Some("acts-wrong"), status: StatusCode::UNPROCESSABLE_ENTITY, ..page }.show()
    }

    /// What stood when the sheet was made.
    fn state_seen(&self, opened: &Opened<'_>) -> acts::State {
        let acts = opened.desk.ledger.acts();
        let seen = usize::try_from(self.seen).unwrap_or(usize::MAX);
        // The opening balance, of one part or several, comes with the first act: what it says stood before.
        let parts = acts.iter().take_while(|act| act.kind() == ActKind::TakenOver).count();
        let count = if seen == 0 { parts } else { seen };
        let then = acts.get(..count).filter(|_| count < acts.len()).map(<[Act]>::to_vec);
        let ledger = then.and_then(|acts| Ledger::of(acts).ok());
        let state = ledger.and_then(|ledger| ledger.project(opened.app.acts.packs()).ok());
        state.unwrap_or_else(|| opened.desk.state.clone())
    }

    /// The act that the sheet makes.
    async fn read(&self, opened: &Opened<'_>, brought: &Brought) -> Result<Result<NewAct, Vec<Wrong>>, Problem> {
        let before = self.sheet.is_filled && self.target.is_none();
        let before = before.then(|| fill::of_state(self.sheet, &self.state_seen(opened), opened.today()));
        let base = self.target.as_ref().map(|target| &target.says);
        let reading = Reading { sheet: self.sheet, given: &self.given, brought, before: before.as_ref(), base };
        let (documents, mut faults) = document::named(opened, self.sheet, &self.given).await?;
        let mut day = |name: &str| {
            let day = typed::day(self.given.text(name));
            if day.is_none() {
                faults.push(Wrong::new(name, "date"));
            }
            day.unwrap_or_else(|| opened.today())
        };
        let effective_on = day("/effective_on");
        let Some(target) = &self.target else {
            let mut data = gather(reading.data(), &mut faults);
            self.confirm(&mut data);
            let new =
                NewAct { kind: self.sheet.kind, effective_on, documents, corrects: None, data: Json::Object(data) };
            return Ok(if faults.is_empty() { Ok(new) } else { Err(faults) });
        };
        let corrected_on = day("/~corrected_on");
        let mut says = json!({ "reason": self.given.trimmed("/~reason") });
        if self.given.text("/~annul").is_empty() {
            let mut data = gather(reading.data(), &mut faults);
            self.confirm(&mut data);
            if let Some(says) = says.as_object_mut() {
                let stands = json!({ "effective_on": effective_on.to_string(), "data": data });
                says.insert("stands".to_owned(), stands);
            }
        }
        let new = NewAct {
            kind: ActKind::Corrected,
            effective_on: corrected_on,
            documents,
            corrects: Some(target.last),
            data: says,
        };
        Ok(if faults.is_empty() { Ok(new) } else { Err(faults) })
    }

    /// Puts down from which cooperatives this one is said to be distinct, where the act has a place for it. A correction keeps what was said.
    fn confirm(&self, data: &mut Map<String, Json>) {
        let ticked = self.given.texts(DISTINCT);
        let kept = self.target.as_ref().and_then(|target| target.says.get("confirm_distinct"));
        let has_place = matches!(self.sheet.kind, ActKind::DenominationAnswered | ActKind::Registered);
        let confirmed = if ticked.is_empty() { kept.cloned() } else { Some(json!(ticked)) };
        if let Some(confirmed) = confirmed.filter(|_| has_place) {
            data.insert("confirm_distinct".to_owned(), confirmed);
        }
    }

    /// The sheet with what the act would change.
    async fn tried(mut self, opened: &mut Opened<'_>, tried: &Rehearsal) -> Result<Response, Problem> {
        let found = differences(&tried.before, &tried.after);
        opened.name(&said::named(&found).collect()).await?;
        let names = others::names(opened.app, opened.language(), &said::others(&found)).await?;
        let preview = said::differences(opened, &found, &names);
        self.page(opened, Vec::new(), Some(preview)).show()
    }

    async fn refused(mut self, opened: &Opened<'_>, error: ActError) -> Result<Response, Problem> {
        match error {
            ActError::Alike { fields } => {
                let twins = duplicates::twins(opened.app, opened.visit, &opened.texts, &fields).await?;
                let page = self.page(opened, fields.into_iter().map(Wrong::of).collect(), None);
                SheetPage { wrong: Some("acts-wrong"), twins, status: StatusCode::CONFLICT, ..page }.show()
            }
            ActError::Invalid { fields } => {
                let is_correction = self.target.is_some();
                let faults = fields.into_iter().map(|error| fault_of(error, is_correction)).collect();
                self.wrong(opened, faults)
            }
            error => self.kept(opened, error.into()),
        }
    }

    /// The sheet with what was typed, where something other than its content kept the act out. Sent again it has its effect once: its key
    /// stays, and an act that was entered in spite of what was said is found again.
    fn kept(mut self, opened: &Opened<'_>, problem: Problem) -> Result<Response, Problem> {
        let wrong = match problem.fault() {
            Fault::NotFound | Fault::NotSignedIn => return Err(problem),
            Fault::Forbidden => "acts-not-allowed",
            _ => "acts-not-entered",
        };
        report(&problem);
        // A key that was used for other words is of no more use.
        let once = (!matches!(problem.fault(), Fault::KeyReused)).then(|| self.once.clone());
        let page = self.page(opened, told(&problem), None);
        let page = SheetPage { wrong: Some(wrong), once, status: problem.fault().status(), ..page };
        let mut response = page.show()?;
        problem.put_headers(response.headers_mut());
        Ok(response)
    }

    /// Enters the people whom the sheet brings along, then the act.
    async fn enter(mut self, mut opened: Opened<'_>, brought: Brought) -> Result<Response, Problem> {
        let faults = match brought.enter(&opened, &mut self.given, &self.once).await {
            Ok(faults) => faults,
            Err(problem) => {
                name_known(&mut opened, &self.given).await;
                return self.kept(&opened, problem);
            }
        };
        if !faults.is_empty() {
            let alike: BTreeSet<RecordId> = self.given.ids().collect();
            opened.name(&alike).await?;
            return self.wrong(&opened, faults);
        }
        let new = match self.read(&opened, &Brought::default()).await {
            Ok(Ok(new)) => new,
            Ok(Err(faults)) => return self.wrong(&opened, faults),
            Err(problem) => {
                name_known(&mut opened, &self.given).await;
                return self.kept(&opened, problem);
            }
        };
        let cooperative = opened.desk.cooperative;
        let outcome = opened.app.acts.enter_after(opened.caller(), cooperative, self.seen, new.clone()).await;
        match outcome {
            Ok(entered) => Ok(gone_well(&opened, entered.act.sequence)),
            Err(ActError::Overtaken) => match Opened::of(opened.app, opened.visit, &cooperative.to_string()).await {
                Ok(now) => self.overtaken(now, Some(new)).await,
                Err(problem) => self.kept(&opened, problem),
            },
            Err(error) => {
                name_known(&mut opened, &self.given).await;
                self.refused(&opened, error).await
            }
        }
    }

    /// Somebody entered an act since the sheet was made: this very one, when the sheet was sent twice.
    async fn overtaken(mut self, mut now: Opened<'_>, new: Option<NewAct>) -> Result<Response, Problem> {
        let seen = usize::try_from(self.seen).unwrap_or(usize::MAX);
        let since: Vec<Act> = now.desk.ledger.acts().get(seen..).unwrap_or_default().to_vec();
        let author = now.caller().account();
        let is_it = |act: &&Act| act.author == author && new.as_ref().is_some_and(|new| is_same(act, new));
        if let Some(act) = since.iter().find(is_it) {
            return Ok(gone_well(&now, act.sequence));
        }
        name_those(&mut now, &self.given).await?;
        let since = history::brief(&now, &since).await?;
        let page = self.page(&now, Vec::new(), None);
        SheetPage { wrong: Some("acts-overtaken"), since, status: StatusCode::CONFLICT, ..page }.show()
    }
}

fn gather(data: Result<Map<String, Json>, Vec<Wrong>>, faults: &mut Vec<Wrong>) -> Map<String, Json> {
    data.unwrap_or_else(|more| {
        faults.extend(more);
        Map::new()
    })
}

/// Names whoever was entered on the sheet from now on; without the names it still keeps what was typed.
async fn name_known(opened: &mut Opened<'_>, given: &Given) {
    let known: BTreeSet<RecordId> = given.ids().collect();
    if let Err(problem) = opened.name(&known).await {
        report(&problem);
    }
}

/// What a problem says of its own, for a sheet.
fn told(problem: &Problem) -> Vec<Wrong> {
    let told = |code: &str, message: &str| Wrong { message: message.to_owned(), ..Wrong::new("", code) };
    let errors: Vec<Wrong> = problem.errors().iter().map(|error| told(&error.code, &error.message)).collect();
    if errors.is_empty() { problem.detail().map(|detail| told("other", detail)).into_iter().collect() } else { errors }
}

/// A fault at its field: a correction has a day and a reason of its own beside those of what it puts in place.
fn fault_of(error: tiwizi_records::FieldError, is_correction: bool) -> Wrong {
    let own = match error.pointer.as_str() {
        "/effective_on" if is_correction => Some("/~corrected_on"),
        "/data/reason" if is_correction => Some("/~reason"),
        _ => None,
    };
    let fault = Wrong::of(error);
    Wrong { name: own.map_or(fault.name, ToOwned::to_owned), ..fault }
}

/// Whether an act says what the new one says.
fn is_same(act: &Act, new: &NewAct) -> bool {
    let (is_kind, is_day) = (act.kind() == new.kind, act.effective_on == new.effective_on);
    // The register writes numbers its own way, so both are read.
    let says = acts::ActData::read(new.kind, new.data.clone());
    is_kind && is_day && act.corrects == new.corrects && says.is_ok_and(|says| says == act.data)
}

/// Leads to the act in the history.
fn gone_well(opened: &Opened<'_>, sequence: u32) -> Response {
    opened.visit.go(&format!("{}?from={sequence}&done=act-entered", opened.acts_path()))
}
