//! The page of a sheet: every field with what was typed and what is wrong with it.

use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use serde_json::{Map, Value as Json};
use tiwizi_model::RecordId;
use tiwizi_model::limits::{ACT_DOCUMENTS_MAX, ACT_SHEET_MEMBERS_MAX, ACT_SHEET_ROWS_MAX};
use tiwizi_registry::rule_pack::RulePack;
use tiwizi_registry::sectors;

use super::super::register;
use super::super::visit::with_status;
use super::brought::holder;
use super::chain;
use super::document::DOCUMENTS;
use super::fault::{self, Fault};
use super::field::{CALL, Cell, CellKind, Control, Field, List};
use super::fill::form_name;
use super::given::{DISTINCT, Given, cell_name};
use super::opened::Opened;
use super::others::Found;
use super::read::is_kept;
use super::said;
use super::sheet::Sheet;
use super::typed;
use crate::problem::Problem;

/// Lines that wait to be filled in, on a new sheet and on one that came back; and those that a button adds.
const BLANK_FIRST: usize = 2;
const BLANK_AGAIN: usize = 1;
const BLANK_MORE: usize = 5;

/// A sheet as it is shown.
pub(super) struct SheetPage<'a> {
    pub(super) opened: &'a Opened<'a>,
    pub(super) sheet: Sheet,
    pub(super) given: &'a Given,
    /// What the act says that is corrected.
    pub(super) base: Option<&'a Map<String, Json>>,
    /// The place of the act that is corrected.
    pub(super) corrects: Option<u32>,
    pub(super) faults: Vec<Fault>,
    pub(super) found: Found,
    /// The part that gets more lines.
    pub(super) more: Option<String>,
    /// What is said above the sheet.
    pub(super) wrong: Option<&'static str>,
    /// Cooperatives that are likely the same as this one.
    pub(super) twins: Vec<Value>,
    /// Acts that were entered since the sheet was made.
    pub(super) since: Vec<Value>,
    /// What the act would change.
    pub(super) preview: Option<Value>,
    pub(super) status: StatusCode,
    /// The key of the sheet; none makes a new one.
    pub(super) once: Option<String>,
}

impl<'a> SheetPage<'a> {
    /// A sheet with nothing to say.
    pub(super) fn new(opened: &'a Opened<'a>, sheet: Sheet, given: &'a Given) -> Self {
        Self {
            opened,
            sheet,
            given,
            base: None,
            corrects: None,
            faults: Vec::new(),
            found: Found::default(),
            more: None,
            wrong: None,
            twins: Vec::new(),
            since: Vec::new(),
            preview: None,
            status: StatusCode::OK,
            once: None,
        }
    }

    /// The page.
    pub(super) fn show(&self) -> Result<Response, Problem> {
        let opened = self.opened;
        let texts = &opened.texts;
        let heading =
            if self.sheet.slug == "seat" { texts.text("acts-seat") } else { said::kind(texts, self.sheet.kind) };
        let heading = match self.corrects {
            None => heading,
            Some(_) => format!("{} · {heading}", texts.text("acts-correct")),
        };
        let action = match self.corrects {
            None => opened.address(&format!("/acts/new/{}", self.sheet.slug)),
            Some(sequence) => opened.address(&format!("/acts/{sequence}/correct")),
        };
        let pack = self.pack();
        let data = context! {
            heading => &*heading,
            action,
            cancel => opened.address("/acts"),
            effective => self.day_field("/effective_on", "acts-effective-on", true),
            correction => self.corrects.map(|_| self.correction()),
            controls => self.sheet.fields.iter().map(|field| self.control(field)).collect::<Vec<_>>(),
            documents => self.documents(),
            members => self.members(),
            now => self.now(),
            others => fault::elsewhere(texts, self.rules(), &self.faults, |name| self.shows(name)),
            wrong => self.wrong,
            distinct => context! { name => DISTINCT, twins => self.twins.clone(), confirmed => self.given.texts(DISTINCT).to_vec() },
            since => self.since.clone(),
            preview => self.preview.clone(),
            rules => pack.map(RulePack::reference),
            seen => opened.desk.ledger.acts().len(),
            once => self.once.clone().filter(|once| !once.is_empty()).unwrap_or_else(|| opened.app.ambient.new_uuid().to_string()),
            ..opened.around()
        };
        let title = format!("{heading} · {}", opened.title());
        Ok(with_status(self.status, opened.visit.page(opened.app, "acts/sheet.html", &title, data)?))
    }

    /// The rules of the day that is typed, or of today.
    fn pack(&self) -> Option<&RulePack> {
        let day = typed::day(self.given.text("/effective_on")).unwrap_or_else(|| self.opened.today());
        self.opened.app.acts.packs().at(day)
    }

    /// Those rules, for what the cooperative is.
    fn rules(&self) -> Option<fault::Rules<'_>> {
        self.pack().map(|pack| (pack, self.opened.desk.state.entity))
    }

    fn error(&self, name: &str, is_below_too: bool) -> Option<String> {
        let found = fault::at(&self.faults, name, is_below_too)?;
        Some(fault::say(&self.opened.texts, self.rules(), found))
    }

    /// Whether a fault stands at a field that the sheet shows.
    fn shows(&self, name: &str) -> bool {
        let first = name.trim_start_matches('/').split(['/', '~']).next().unwrap_or_default();
        let is_own =
            matches!(name, "/effective_on" | "/~reason" | "/~corrected_on" | DISTINCT) || name.starts_with(DOCUMENTS);
        is_own || (!first.is_empty() && self.sheet.field(first).is_some_and(|field| !is_kept(field, self.base)))
    }

    /// What all controls have.
    fn head(&self, name: &str, label: String, required: bool) -> Value {
        context! { name, label, required, text => self.given.text(name), error => self.error(name, true), hint => (), class => (), now => (), bounds => () }
    }

    fn day_field(&self, name: &str, label: &str, required: bool) -> Value {
        context! { control => "day", ..self.head(name, self.opened.texts.text(label), required) }
    }

    fn correction(&self) -> Value {
        let texts = &self.opened.texts;
        context! {
            reason => context! { control => "lines", ..self.head("/~reason", texts.text("acts-correction-reason"), true) },
            day => self.day_field("/~corrected_on", "acts-corrected-on", true),
            annuls => !self.given.text("/~annul").is_empty(),
        }
    }

    fn control(&self, field: &Field) -> Value {
        let texts = &self.opened.texts;
        let name = format!("/{}", field.name);
        let head = self.head(&name, said::label(texts, field.label), field.required);
        let body = match field.control {
            Control::Line(length) => context! { control => "text", length },
            Control::Lines(length) => context! { control => "lines", length },
            Control::Day => context! { control => "day" },
            Control::Whole => context! { control => "number", step => "1", min => "0" },
            Control::Amount { below_zero: true } => context! { control => "number", step => "0.01" },
            Control::Amount { below_zero: false } => context! { control => "number", step => "0.01", min => "0" },
            Control::Choice(list) => self.choice(list, &name),
            Control::Province => context! { control => "place", regions => register::regions(self.opened.language()) },
            Control::Branch => context! { control => "branch", groups => self.branches() },
            Control::Statutes => context! { control => "choices", choices => self.statutes() },
            Control::Ended => context! { control => "choices", choices => self.mandates() },
            Control::File => context! { control => "file", called => self.given.text(&format!("{name}~name")) },
            Control::Cooperatives { several } => {
                let error = self.error(&name, false);
                return context! { error, ..context! { ..self.cooperatives(&name, several), ..head } };
            }
            Control::Call => {
                let body = self.call(&name);
                let error = self.error(&name, false);
                return context! { error, ..context! { ..body, ..head } };
            }
            Control::Rows { .. } if is_kept(field, self.base) => {
                let kept = self.base.and_then(|base| base.get(field.name)).and_then(Json::as_array).map_or(0, Vec::len);
                context! { control => "rows", kept }
            }
            Control::Rows { cells, .. } => {
                let lines = (0..self.lines(&name)).map(|row| self.line(&name, row, cells)).collect::<Vec<_>>();
                let error = self.error(&name, false);
                let folded = field.name == "represented" && !self.is_represented(&name);
                return context! { control => "rows", lines, error, folded, ..head };
            }
        };
        context! { ..body, ..head }
    }

    /// A choice; what is meant when nothing is said is chosen, and there is no empty one.
    fn choice(&self, list: List, name: &str) -> Value {
        let Some(fallback) = list.fallback() else {
            return context! { control => "choice", choices => self.choices(list) };
        };
        let said = self.given.trimmed(name);
        let text = if said.is_empty() { fallback } else { said };
        context! { control => "choice", always => true, text, choices => self.choices(list) }
    }

    /// A call on the shares, folded until somebody makes one.
    fn call(&self, name: &str) -> Value {
        let texts = &self.opened.texts;
        let part = |part: &str| {
            let label = said::label(texts, &part.replace('_', "-"));
            let control = if part == "due_on" { "day" } else { "number" };
            context! { control, step => "1", min => "1", ..self.head(&format!("{name}/{part}"), label, false) }
        };
        let is_filled = CALL.iter().any(|part| !self.given.trimmed(&format!("{name}/{part}")).is_empty());
        let folded = !is_filled && self.error(name, true).is_none();
        let parts: Vec<Value> = CALL.iter().map(|name| part(name)).collect();
        context! { control => "parts", parts, folded, hint => texts.text("acts-called-hint") }
    }

    /// Whether there is a member for whom somebody acts, or the part says so.
    fn is_represented(&self, name: &str) -> bool {
        let state = &self.opened.desk.state;
        let has_others = state.current_members().any(|(_, member)| !member.holder.is_person());
        has_others || self.given.rows(name) > 0 || self.error(name, true).is_some()
    }

    /// How many lines a part shows.
    fn lines(&self, part: &str) -> usize {
        let filled = self.given.rows(part);
        let blank = match (self.more.as_deref() == Some(part), filled) {
            (true, _) => BLANK_MORE,
            (false, 0) => BLANK_FIRST,
            (false, _) => BLANK_AGAIN,
        };
        filled.saturating_add(blank).min(ACT_SHEET_ROWS_MAX)
    }

    fn line(&self, part: &str, row: usize, cells: &[Cell]) -> Value {
        let own = format!("{part}/{row}");
        let error = self.error(&own, false);
        let says_holder = cells.iter().any(|cell| cell.kind == CellKind::Holder);
        let is_other = holder(part, row, cells, self.given).is_some();
        // What a member is shows the member itself, when it is no natural person, and who acts for it.
        let shown = cells.iter().filter(|cell| match cell.kind {
            CellKind::Person { .. } => !is_other,
            CellKind::Representative => !says_holder,
            _ => true,
        });
        let shown = shown.map(|cell| match cell.kind {
            CellKind::Holder => self.holder(part, row, cells, cell),
            _ => self.cell(part, row, cell),
        });
        context! { place => row.saturating_add(1), error, cells => shown.collect::<Vec<_>>() }
    }

    /// What a member is, folded while it is a natural person: the choice, which legal person or cooperative it is, and who acts for it.
    fn holder(&self, part: &str, row: usize, cells: &[Cell], cell: &Cell) -> Value {
        let texts = &self.opened.texts;
        let head = self.head(&cell_name(part, row, cell), said::label(texts, cell.label), false);
        let member = cells.iter().find(|cell| matches!(cell.kind, CellKind::Person { .. }));
        let name = member.map(|cell| cell_name(part, row, cell)).unwrap_or_default();
        let is_other = holder(part, row, cells, self.given).is_some();
        let id = self.given.trimmed(&name).parse::<RecordId>().ok().filter(|_| is_other);
        let represented = cells.iter().find(|cell| cell.kind == CellKind::Representative);
        let acts = represented.map(|cell| cell_name(part, row, cell)).filter(|name| self.given.is_below(name));
        let text = self.given.text(&format!("{name}~text"));
        let is_wrong = self.error(&cell_name(part, row, cell), true).is_some();
        let member = context! {
            id => id.map(|id| id.to_string()),
            called => id.and_then(|id| self.opened.people.name(self.opened.language(), id)),
            text,
            found => self.found.choices(self.opened.language(), &name),
            // While it is a natural person, faults stand with that.
            error => if is_other { self.error(&name, true) } else { None },
            name,
        };
        context! {
            control => "holder",
            choice => context! { ..self.choice(List::Holder, &cell_name(part, row, cell)), ..head },
            open => is_other || is_wrong || acts.is_some() || !text.is_empty(),
            member,
            represented => represented.map(|cell| self.cell(part, row, cell)),
            enter => self.opened.visit.look.address("/records/registry/legal-person/new"),
        }
    }

    fn cell(&self, part: &str, row: usize, cell: &Cell) -> Value {
        let texts = &self.opened.texts;
        // A list of plain texts names a whole line.
        let name = cell_name(part, row, cell);
        let head = self.head(&name, said::label(texts, cell.label), false);
        let body = match cell.kind {
            CellKind::Line(length) => context! { control => "text", length },
            CellKind::Member => context! { control => "member", who => self.member(self.given.trimmed(&name)) },
            CellKind::Whole => context! { control => "number", step => "1", min => "0" },
            CellKind::Amount => context! { control => "number", step => "0.01", min => "0" },
            CellKind::Day => context! { control => "day" },
            CellKind::Choice(list) => self.choice(list, &name),
            CellKind::Holder => self.choice(List::Holder, &name),
            CellKind::Person { .. } | CellKind::Representative => {
                let is_member = cell.kind == CellKind::Person { is_member: true };
                let error = self.error(&name, false);
                return context! { control => "person", error, ..context! { ..self.person(&name, is_member), ..head } };
            }
        };
        context! { ..body, ..head }
    }

    /// Who has a number.
    fn member(&self, number: &str) -> Option<Value> {
        let member = self.opened.desk.state.members.get(number)?;
        self.opened.people.name(self.opened.language(), member.person)
    }

    fn person(&self, name: &str, is_member: bool) -> Value {
        let texts = &self.opened.texts;
        let helper = |helper: &str, label: &str| {
            let own = format!("{name}~{helper}");
            context! { helper, ..self.head(&own, said::label(texts, label), false) }
        };
        let id: Option<RecordId> = self.given.trimmed(name).parse().ok();
        let told = |id: RecordId| {
            let born = self.opened.people.body(id).and_then(|body| body.get("birth_date")).and_then(Json::as_str);
            context! {
                id => id.to_string(),
                name => self.opened.people.name(self.opened.language(), id),
                born => born.map(|day| texts.written_date(day)),
            }
        };
        let alike = self.given.texts(&format!("{name}~alike")).iter().filter_map(|id| id.parse().ok());
        let fields = [
            helper("card", "card"),
            helper("name_fr", "name-fr"),
            helper("name_ar", "name-ar"),
            helper("gender", "gender"),
            helper("birth_date", "birth-date"),
        ];
        let is_typed = ["card", "name_fr", "name_ar", "birth_date"]
            .iter()
            .any(|helper| !self.given.text(&format!("{name}~{helper}")).is_empty());
        context! {
            known => id.map(told),
            member => is_member.then(|| helper("member", "membership-number")),
            fields => fields.to_vec(),
            genders => ["female", "male"].map(|code| Value::from_iter([code.to_owned(), texts.text(&format!("value-gender-{code}"))])).to_vec(),
            alike => alike.map(told).collect::<Vec<_>>(),
            same => self.given.text(&format!("{name}~same")),
            open => is_typed || !is_member,
        }
    }

    fn choices(&self, list: List) -> Vec<Value> {
        let texts = &self.opened.texts;
        let label = |code: &str| match list {
            List::Category => register::category(texts, code),
            List::Form => texts.text(&format!("acts-form-{code}")),
            List::Answer => texts.text(&format!("acts-answer-{code}")),
            List::Stage => texts.text(&format!("status-{code}")),
            List::Role => said::role(texts, code),
            List::Reason => texts.text(&format!("acts-left-{code}")),
            List::Entity => texts.text(&format!("value-entity-{code}")),
            List::Holder => texts.text(&format!("value-holder-{code}")),
            List::Sector => register::sector(texts, code),
        };
        let pair = |code: &str| Value::from_iter([code.to_owned(), label(code)]);
        match list {
            List::Sector => sectors::all().iter().map(|sector| pair(&sector.code)).collect(),
            _ => list.codes().iter().copied().map(pair).collect(),
        }
    }

    fn branches(&self) -> Vec<Value> {
        let texts = &self.opened.texts;
        let group = |sector: &sectors::Sector| {
            let branches = sector.branches.iter();
            let branches = branches
                .map(|branch| Value::from_iter([branch.code.clone(), branch.name(texts.language()).to_owned()]));
            context! { name => register::sector(texts, &sector.code), choices => branches.collect::<Vec<_>>() }
        };
        sectors::all().iter().filter(|sector| !sector.branches.is_empty()).map(group).collect()
    }

    fn statutes(&self) -> Vec<Value> {
        let given = self.given.texts("/statutes");
        let items = self.pack().map(|pack| pack.statutes.items.as_slice()).unwrap_or_default();
        let is_arabic = self.opened.language().is_right_to_left();
        let choice = |item: &tiwizi_registry::rule_pack::StatuteItem| {
            let label = if is_arabic { &item.ar } else { &item.fr };
            context! { code => &*item.code, label => &**label, chosen => given.contains(&item.code) }
        };
        items.iter().map(choice).collect()
    }

    /// The mandates that may end: those that run, and those that the act on the sheet ends.
    fn mandates(&self) -> Vec<Value> {
        let (opened, texts) = (self.opened, &self.opened.texts);
        let given = self.given.texts("/ended");
        let running = opened.desk.state.mandates.iter().filter(|mandate| mandate.ended_on.is_none());
        let mut all: Vec<(String, String)> = running
            .map(|mandate| {
                let office = said::role(texts, mandate.role.name());
                let until = mandate.until.map(|day| said::day(texts, day)).unwrap_or_default();
                let who = opened.people.text(opened.language(), mandate.person).unwrap_or_else(|| "–".to_owned());
                let until = if until.is_empty() { until } else { format!(" · {} {until}", texts.text("print-until")) };
                (format!("{} {}", mandate.person, mandate.role.name()), format!("{office} · {who}{until}"))
            })
            .collect();
        for code in
            given.iter().filter(|code| !all.iter().any(|(found, _)| found == *code)).cloned().collect::<Vec<_>>()
        {
            let (person, office) = code.split_once(' ').unwrap_or_default();
            let who = person.parse().ok().and_then(|id| opened.people.text(opened.language(), id));
            let label = format!("{} · {}", said::role(texts, office), who.unwrap_or_else(|| "–".to_owned()));
            all.push((code, label));
        }
        all.iter().map(|(code, label)| context! { code, label, chosen => given.contains(code) }).collect()
    }

    fn cooperatives(&self, name: &str, several: bool) -> Value {
        let lines = if several { self.lines(name).max(2) } else { 1 };
        let line = |row: usize| {
            let own = format!("{name}/{row}");
            let (id, language) = (self.given.trimmed(&format!("{own}/id")), self.opened.language());
            context! {
                name => &*own,
                place => row.saturating_add(1),
                id,
                called => id.parse().ok().and_then(|id| self.opened.people.name(language, id)),
                text => self.given.text(&format!("{own}/text")),
                found => self.found.choices(language, &own),
                href => self.opened.visit.look.address(&format!("/directory/{id}")),
                error => self.error(&own, true),
            }
        };
        context! { control => "others", several, lines => (0..lines).map(line).collect::<Vec<_>>() }
    }

    fn documents(&self) -> Value {
        let kept = self.kept_documents();
        let row = |row: usize| {
            let name = format!("{DOCUMENTS}/{row}");
            let text = |part: &str| self.given.text(&format!("{name}/{part}")).to_owned();
            let is_kept = kept.contains(&text("hash"));
            context! { hash => text("hash"), called => text("name"), is_kept, error => self.error(&name, true), name }
        };
        let rows: Vec<Value> = (0..self.given.rows(DOCUMENTS).min(ACT_DOCUMENTS_MAX)).map(row).collect();
        context! { rows, error => self.error(DOCUMENTS, false) }
    }

    /// The files that prove the act that is corrected, and go on to: a correction adds to them and takes none away.
    fn kept_documents(&self) -> Vec<String> {
        let Some(sequence) = self.corrects else { return Vec::new() };
        let acts = self.opened.desk.ledger.acts();
        let places = chain::places(acts);
        let standing = acts.iter().filter(|act| places.get(&act.sequence) == Some(&sequence));
        standing.flat_map(|act| act.documents.iter().map(ToString::to_string)).collect()
    }

    /// The members by number and name, to be offered where a number is asked for; none of a large cooperative.
    fn members(&self) -> Vec<Value> {
        let (opened, state) = (self.opened, &self.opened.desk.state);
        if state.members.len() > ACT_SHEET_MEMBERS_MAX {
            return Vec::new();
        }
        let row = |(number, member): (&String, &tiwizi_registry::acts::Member)| {
            let name = opened.people.text(opened.language(), member.person);
            context! { number => &**number, name }
        };
        state.current_members().map(row).collect()
    }

    /// What stands, in a few lines, where it helps to fill in the sheet.
    fn now(&self) -> Vec<Value> {
        use tiwizi_registry::acts::ActKind::{CapitalChanged, MembersChanged, OfficersChanged};
        let (texts, state) = (&self.opened.texts, &self.opened.desk.state);
        if self.corrects.is_some() || !matches!(self.sheet.kind, CapitalChanged | MembersChanged | OfficersChanged) {
            return Vec::new();
        }
        let row = |name: &str, text: String| context! { label => said::label(texts, name), text };
        let amount = |amount| said::amount(texts, amount);
        let mut rows = vec![row("members", texts.number(f64::from(state.member_count())))];
        if self.sheet.kind == OfficersChanged {
            let form = state.form.map(|form| texts.text(&format!("acts-form-{}", form_name(form))));
            rows.extend(form.map(|form| row("form", form)));
            return rows;
        }
        rows.push(row("capital", amount(state.capital.subscribed)));
        rows.extend(state.capital.paid.map(|paid| row("capital-paid", amount(paid))));
        rows.push(row("share-value-mad", amount(state.capital.share_value)));
        rows
    }
}
