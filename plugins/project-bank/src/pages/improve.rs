//! Proposing an improvement: what differs from the model, ticking what would help others, seeing what they will see, sending it, taking it back.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, RecordId, Request};

use super::proposed;
use super::review::Three;
use crate::improve::change::{Change, offers};
use crate::improve::guarded::Guarded;
use crate::improve::kinds::{Proposal, Standing};
use crate::improve::rebase::{Chosen, Names, corrected};
use crate::improve::work::{self, Known, Sent};
use crate::improve::{CHANGES_MAX, OF_PLAN_MAX, OPEN_MAX, TEXT_CHARS_MAX};
use crate::kinds::{Model, OwnPlan, State};
use crate::plan::check;

/// What a page of proposals is about.
struct Desk {
    entry: Entry<OwnPlan>,
    three: Three,
    sent: Vec<Known>,
    /// What can be proposed, and is not in a proposal already that waits; nothing to a model that is withdrawn.
    offers: Vec<Change>,
}

impl Desk {
    /// Whoever may change the plan may propose what it changes.
    fn of(request: &Request) -> Result<Self, Error> {
        let entry = OwnPlan::demand(&request.read_parameter::<RecordId>("plan")?)?;
        let sent = work::of_plan(&entry.id)?;
        let model = Model::find(&entry.body.model)?.ok_or_else(|| Error::not_found("there is no such model"))?.body;
        let three = Three::beside(&entry, model, &sent)?;
        let waits = |change: &Change| {
            let mut open = sent.iter().filter(|(_, proposal)| proposal.body.standing == Standing::Open);
            open.any(|(_, proposal)| proposal.body.changes.contains(change))
        };
        let is_published = three.model.state == State::Published;
        let offers = offers(&three.found).into_iter().filter(|change| is_published && !waits(change)).collect();
        Ok(Self { entry, three, sent, offers })
    }

    fn chosen(&self, typed: &Typed) -> Vec<Change> {
        self.offers.iter().filter(|change| typed.yes.contains(&change.place)).cloned().collect()
    }
}

/// What was ticked and written.
#[derive(Debug, Default)]
struct Typed {
    yes: BTreeSet<String>,
    why: String,
    experience: String,
}

impl Typed {
    fn of(request: &Request) -> Self {
        let text = |name: &str| request.form(name).unwrap_or_default().trim().replace("\r\n", "\n");
        let yes = request.form.iter().filter(|(name, _)| name == "yes").map(|(_, place)| place.clone());
        Self { yes: yes.collect(), why: text("why"), experience: text("experience") }
    }
}

/// What is wrong with what was typed: the field, the word of the message, and what it tells.
struct Wrong {
    field: String,
    code: &'static str,
    word: Option<String>,
}

impl Wrong {
    fn at(field: &str, code: &'static str) -> Self {
        Self { field: field.to_owned(), code, word: None }
    }
}

/// `GET /plans/{plan}/improve`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    page(request, &Desk::of(request)?, &Typed::default(), &[])
}

/// `POST /plans/{plan}/improve`: `action=look` shows what others will see, `action=send` sends it, `action=change` leads back to the form.
pub(crate) fn propose(request: &Request) -> Result<Answer, Error> {
    let typed = Typed::of(request);
    let action = request.form("action").unwrap_or("look");
    let desk = Desk::of(request)?;
    // Sent twice: what was sent waits already, and is offered no more.
    if action == "send" && is_sent(&desk, &typed) {
        return Ok(back(&desk.entry.id, "sent=yes"));
    }
    if action == "change" {
        return page(request, &desk, &typed, &[]);
    }
    let wrong = wrong(&desk, &typed)?;
    if !wrong.is_empty() {
        return page(request, &desk, &typed, &wrong).map(|page| page.with_status(422));
    }
    let chosen = desk.chosen(&typed);
    let names = Names::new();
    let taken = Chosen { number: 0, changes: &chosen, places: &typed.yes, names: &names };
    let after = corrected(&desk.three.model.plan, &taken)?;
    if let Err(faults) = check(&after) {
        let faults = proposed::faults(&after, &faults, request.page_language());
        return faulty(request, &desk, &typed, &faults).map(|page| page.with_status(422));
    }
    // Only what was seen is sent: somebody of the team, or the model, may have changed it meanwhile.
    let is_as_seen = request.form("seen") == Some(seen(&desk).as_str());
    if action != "send" || !is_as_seen {
        let is_late = action == "send";
        let look = look(request, &desk, &typed, (&chosen, &after), is_late)?;
        return Ok(if is_late { look.with_status(409) } else { look });
    }
    let sent = Sent { changes: chosen, why: typed.why, experience: typed.experience };
    work::send(&desk.entry, &desk.three.model, sent)?;
    Ok(back(&desk.entry.id, "sent=yes"))
}

/// `POST /plans/{plan}/improve/back`: the proposal of that number, as long as nobody has decided.
pub(crate) fn take_back(request: &Request) -> Result<Answer, Error> {
    let entry = OwnPlan::demand(&request.read_parameter::<RecordId>("plan")?)?;
    let number = request.form("number").and_then(|number| number.parse().ok());
    let number: u32 = number.ok_or_else(|| Error::not_found("there is no such proposal"))?;
    let is_back = work::take_back(&entry.id, number)?;
    Ok(back(&entry.id, if is_back { "back=yes" } else { "back=no" }))
}

fn back(plan: &str, said: &str) -> Answer {
    Answer::redirect(format!("/plans/{plan}/improve?{said}"))
}

/// Whether exactly this waits already.
fn is_sent(desk: &Desk, typed: &Typed) -> bool {
    let is = |proposal: &Proposal| {
        let places: BTreeSet<String> = proposal.changes.iter().map(|change| change.place.clone()).collect();
        let is_open = proposal.standing == Standing::Open;
        is_open && places == typed.yes && proposal.why == typed.why && proposal.experience == typed.experience
    };
    desk.chosen(typed).is_empty() && !typed.yes.is_empty() && desk.sent.iter().any(|(_, proposal)| is(&proposal.body))
}

/// What the form was made against: the plan and the model.
fn seen(desk: &Desk) -> String {
    format!("{}-{}", desk.entry.version, desk.three.model.version)
}

fn wrong(desk: &Desk, typed: &Typed) -> Result<Vec<Wrong>, Error> {
    let mut wrong: Vec<Wrong> = work::is_full(&desk.entry)?.map(|full| Wrong::at("", full)).into_iter().collect();
    let chosen = desk.chosen(typed);
    if chosen.is_empty() || chosen.len() < typed.yes.len() {
        wrong.push(Wrong::at("yes", if chosen.is_empty() { "nothing-ticked" } else { "no-longer-differs" }));
    }
    if chosen.len() > CHANGES_MAX {
        wrong.push(Wrong::at("yes", "too-many-ticked"));
    }
    if typed.why.is_empty() {
        wrong.push(Wrong::at("why", "why"));
    }
    let guarded = Guarded::of(&desk.entry, &desk.three.model)?;
    for (field, text) in [("why", &typed.why), ("experience", &typed.experience)] {
        if text.chars().count() > TEXT_CHARS_MAX {
            wrong.push(Wrong::at(field, "text-too-long"));
        }
        let told = guarded.told_by(text);
        wrong.extend(told.map(|word| Wrong { field: field.to_owned(), code: "reveals", word: Some(word) }));
    }
    for change in chosen.iter().filter(|change| change.new_line().is_some()) {
        let told = texts(change.to().as_ref()).iter().find_map(|text| guarded.told_by(text));
        wrong.extend(told.map(|word| Wrong { field: change.place.clone(), code: "reveals-line", word: Some(word) }));
    }
    Ok(wrong)
}

/// What somebody wrote in a line: its names, and where its figures come from.
fn texts(line: Option<&Value>) -> Vec<String> {
    let names = line.and_then(|line| line.get("label")?.as_object()).into_iter().flat_map(|label| label.values());
    let source = line.and_then(|line| line.get("source"));
    names.chain(source).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What others will see.
fn look(
    request: &Request,
    desk: &Desk,
    typed: &Typed,
    (chosen, after): (&[Change], &crate::plan::Plan),
    is_late: bool,
) -> Result<Answer, Error> {
    let language = request.page_language();
    let model = &desk.three.model;
    let data = json!({
        "plan": { "id": desk.entry.id, "title": desk.entry.body.title },
        "model": { "code": model.code, "title": model.title.best(language), "version": model.version },
        "proposal": {
            "why": typed.why,
            "experience": typed.experience,
            "changes": proposed::changes(chosen, &model.plan, language)?,
        },
        "figures": proposed::figures(&model.plan, after),
        "seen": seen(desk),
        "late": is_late,
    });
    Answer::page("improve-look", &desk.entry.body.title, &data)
}

fn page(request: &Request, desk: &Desk, typed: &Typed, wrong: &[Wrong]) -> Result<Answer, Error> {
    form(request, desk, typed, wrong, &[])
}

fn faulty(request: &Request, desk: &Desk, typed: &Typed, faults: &[Value]) -> Result<Answer, Error> {
    form(request, desk, typed, &[Wrong::at("yes", "needs-more")], faults)
}

fn form(request: &Request, desk: &Desk, typed: &Typed, wrong: &[Wrong], faults: &[Value]) -> Result<Answer, Error> {
    let language = request.page_language();
    let (three, model) = (&desk.three, &desk.three.model);
    let places: BTreeSet<&str> = desk.offers.iter().map(|change| change.place.as_str()).collect();
    let offered = three.found.iter().filter(|difference| places.contains(difference.place.name().as_str()));
    let rows: Vec<Value> = offered.map(|difference| three.row(difference, language)).collect();
    let wrong = wrong.iter().map(|one| json!({ "field": one.field, "code": one.code, "word": one.word }));
    let sent: Result<Vec<Value>, Error> =
        desk.sent.iter().map(|(_, proposal)| sent(&proposal.body, desk, language)).collect();
    let data = json!({
        "plan": { "id": desk.entry.id, "title": desk.entry.body.title, "version": desk.entry.body.version },
        "model": { "code": model.code, "title": model.title.best(language), "version": model.version },
        "rows": rows,
        "typed": { "yes": typed.yes, "why": typed.why, "experience": typed.experience },
        "wrong": wrong.collect::<Vec<_>>(),
        "faults": faults,
        "sent": sent?,
        "full": work::is_full(&desk.entry)?,
        "said": { "sent": request.query("sent").is_some(), "back": request.query("back") },
        "limits": { "open": OPEN_MAX, "plan": OF_PLAN_MAX, "changes": CHANGES_MAX, "text": TEXT_CHARS_MAX },
        "published": model.state == State::Published,
        "behind": model.state == State::Published && desk.entry.body.version < model.version,
    });
    Answer::page("improve", &desk.entry.body.title, &data)
}

/// A proposal on the page of its plan.
fn sent(proposal: &Proposal, desk: &Desk, language: tiwizi_sdk::Language) -> Result<Value, Error> {
    Ok(json!({
        "number": proposal.number,
        "standing": proposal.standing,
        "why": proposal.why,
        "experience": proposal.experience,
        "changes": proposed::changes(&proposal.changes, &desk.three.model.plan, language)?,
        "taken": proposal.taken_changes(),
        "remark": proposal.remark,
        "made": proposal.made,
        "version": proposal.version,
    }))
}

/// What a plan's page says of its proposals: how many wait, and what became of the newest one that was decided on.
pub(super) fn summary(entry: &Entry<OwnPlan>) -> Result<Value, Error> {
    let (open, decided) = work::summary(&entry.id)?;
    let decided = decided.map(|proposal| {
        json!({
            "number": proposal.number,
            "taken": proposal.taken_changes(),
            "all": proposal.changes.len(),
            "remark": proposal.remark,
            "made": proposal.made,
        })
    });
    Ok(json!({ "open": open, "decided": decided }))
}
