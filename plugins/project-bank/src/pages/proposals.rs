//! The trainers' desk of proposals: which ones wait for which model, each beside the model as it is, and the decision.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tiwizi_sdk::{Answer, Caller, Entry, Error, Find, Language, Request, Store, context};

use super::proposed;
use super::review::document;
use crate::card::Card;
use crate::drafts::faults::WANTED;
use crate::improve::TEXT_CHARS_MAX;
use crate::improve::kinds::{Proposal, Standing};
use crate::improve::rebase::{Chosen, Names, corrected, fit};
use crate::improve::work;
use crate::kinds::{Model, State};
use crate::plan::{Plan, check};

/// Proposals of a page.
const PROPOSALS_MAX: u32 = 50;
/// Characters of a line's name.
const NAME_CHARS_MAX: usize = 200;

/// Whether the caller decides on proposals.
pub(super) fn decides(caller: &Caller) -> bool {
    caller.holds("trainer")
}

fn demand() -> Result<String, Error> {
    let caller = context::caller();
    let Some(account) = caller.account_id.clone() else { return Err(Error::sign_in()) };
    if decides(&caller) { Ok(account) } else { Err(Error::denied("trainers decide on proposals")) }
}

/// How many proposals to a model wait.
pub(super) fn waiting(model: &str) -> Result<u64, Error> {
    Store::count(&Find::new().equal(Proposal::MODEL, model).equal(Proposal::STANDING, Standing::Open))
}

/// `GET /proposals?model=…`: those that wait, the oldest first; of one model all of them, the newest first.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    demand()?;
    let language = request.page_language();
    let model = request.query("model").filter(|model| !model.is_empty());
    let find = match model {
        Some(model) => Find::new().equal(Proposal::MODEL, model).sort_descending(Proposal::NUMBER),
        None => Find::new().equal(Proposal::STANDING, Standing::Open).sort(Proposal::AT),
    };
    let after = request.query("after").filter(|after| !after.is_empty());
    let page = Store::list(&find.limit(PROPOSALS_MAX).after(after))?;
    let mut titles: BTreeMap<String, String> = BTreeMap::new();
    let mut proposals = Vec::new();
    for entry in &page.items {
        let proposal: &Proposal = &entry.body;
        if !titles.contains_key(&proposal.model) {
            titles.insert(proposal.model.clone(), title(&proposal.model, language)?);
        }
        proposals.push(json!({
            "model": proposal.model,
            "title": titles.get(&proposal.model),
            "number": proposal.number,
            "standing": proposal.standing,
            "at": proposal.at,
            "changes": proposal.changes.len(),
            "taken": proposal.taken_changes(),
            "why": proposal.why,
        }));
    }
    let of = model.map(|code| Ok::<_, Error>(json!({ "code": code, "title": title(code, language)? }))).transpose()?;
    Answer::page("proposals", "", &json!({ "proposals": proposals, "model": of, "next": page.next }))
}

fn title(code: &str, language: Language) -> Result<String, Error> {
    Ok(Card::find(code)?.map_or_else(|| code.to_owned(), |card| card.title.best(language).to_owned()))
}

/// A proposal with its model as it is.
struct File {
    proposal: Entry<Proposal>,
    model: Entry<Model>,
}

impl File {
    fn of(request: &Request) -> Result<Self, Error> {
        let missing = || Error::not_found("there is no such proposal");
        let number = request.parameter("number").parse().map_err(|_| missing())?;
        let proposal = Proposal::find(request.parameter("model"), number)?.ok_or_else(missing)?;
        let model = Model::find(&proposal.body.model)?.ok_or_else(missing)?;
        Ok(Self { proposal, model })
    }

    /// The places of everything that can be taken and was made against what stands there.
    fn fitting(&self) -> Result<BTreeSet<String>, Error> {
        let model = document(&self.model.body.plan)?;
        let fits = self.proposal.body.changes.iter().filter(|change| fit(change, &model).word() == "fits");
        Ok(fits.map(|change| change.place.clone()).collect())
    }
}

/// What was ticked and written.
#[derive(Default)]
struct Decision {
    yes: BTreeSet<String>,
    names: Names,
    remark: String,
}

impl Decision {
    fn of(request: &Request, proposal: &Proposal) -> Self {
        let yes = request.form.iter().filter(|(name, _)| name == "yes").map(|(_, place)| place.clone());
        let mut names = Names::new();
        for change in proposal.changes.iter().filter(|change| change.new_line().is_some()) {
            for language in WANTED {
                let typed = request.form(&format!("name/{}/{language}", change.place)).unwrap_or_default().trim();
                if !typed.is_empty() {
                    let name = typed.chars().take(NAME_CHARS_MAX).collect();
                    names.entry(change.place.clone()).or_default().insert(language, name);
                }
            }
        }
        Self { yes: yes.collect(), names, remark: request.form("remark").unwrap_or_default().trim().to_owned() }
    }

    fn chosen<'a>(&'a self, proposal: &'a Proposal) -> Chosen<'a> {
        Chosen { number: proposal.number, changes: &proposal.changes, places: &self.yes, names: &self.names }
    }
}

/// `GET /proposals/{model}/{number}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    demand()?;
    let file = File::of(request)?;
    let decision = Decision { yes: file.fitting()?, ..Decision::default() };
    page(request, &file, &decision, None)
}

/// `POST /proposals/{model}/{number}`: `action=look` shows the figures with what is ticked, `action=take` takes it over, `action=none` takes nothing.
pub(crate) fn decide(request: &Request) -> Result<Answer, Error> {
    let account = demand()?;
    let file = File::of(request)?;
    let mut decision = Decision::of(request, &file.proposal.body);
    let action = request.form("action").unwrap_or("look");
    if action == "none" {
        decision.yes.clear();
    }
    if file.proposal.body.standing != Standing::Open {
        // Sent twice: it is decided just so.
        if is_decided_so(&file.proposal.body, &decision, &account) && action != "look" {
            return Ok(to(&file));
        }
        return refuse(request, &file, &decision, "decided", 409);
    }
    if action == "look" {
        return page(request, &file, &decision, None);
    }
    if let Some((wrong, status)) = wrong(request, &file, &decision)? {
        return refuse(request, &file, &decision, wrong, status);
    }
    let chosen = decision.chosen(&file.proposal.body);
    match work::decide(&file.proposal, file.model.clone(), &chosen, &decision.remark)? {
        Ok(()) => Ok(to(&file)),
        Err(refused) => refuse(request, &file, &decision, refused.word(), 422),
    }
}

/// Why a decision cannot be as it is, with the status.
fn wrong(request: &Request, file: &File, decision: &Decision) -> Result<Option<(&'static str, u16)>, Error> {
    if work::is_own(&file.proposal.id)? {
        return Ok(Some(("own", 403)));
    }
    if request.form("seen") != Some(seen(file).as_str()) {
        return Ok(Some(("moved", 409)));
    }
    let model = document(&file.model.body.plan)?;
    let changes = &file.proposal.body.changes;
    let is_taken = |place: &String| changes.iter().any(|one| one.place == *place && fit(one, &model).is_open());
    if !decision.yes.iter().all(is_taken) {
        return Ok(Some(("moved", 409)));
    }
    if !decision.yes.is_empty() && file.model.body.state != State::Published {
        return Ok(Some(("unpublished", 409)));
    }
    if request.form("action") == Some("take") && decision.yes.is_empty() {
        return Ok(Some(("nothing", 422)));
    }
    if decision.remark.chars().count() > TEXT_CHARS_MAX {
        return Ok(Some(("too-long", 422)));
    }
    let is_whole = decision.yes.len() == changes.len();
    Ok((!is_whole && decision.remark.is_empty()).then_some(("remark", 422)))
}

fn is_decided_so(proposal: &Proposal, decision: &Decision, account: &str) -> bool {
    let taken: BTreeSet<&String> =
        proposal.changes.iter().filter(|change| change.taken).map(|change| &change.place).collect();
    proposal.decided_by == account && taken == decision.yes.iter().collect() && proposal.remark == decision.remark
}

/// What the form was made against: the proposal, and the model.
fn seen(file: &File) -> String {
    format!("{}-{}", file.proposal.version, file.model.body.version)
}

fn to(file: &File) -> Answer {
    let Proposal { model, number, .. } = &file.proposal.body;
    Answer::redirect(format!("/proposals/{model}/{number}"))
}

fn refuse(
    request: &Request,
    file: &File,
    decision: &Decision,
    wrong: &'static str,
    status: u16,
) -> Result<Answer, Error> {
    page(request, file, decision, Some(wrong)).map(|page| page.with_status(status))
}

fn page(request: &Request, file: &File, decision: &Decision, wrong: Option<&str>) -> Result<Answer, Error> {
    let language = request.page_language();
    let (proposal, model) = (&file.proposal.body, &file.model.body);
    let is_open = proposal.standing == Standing::Open;
    let after: Plan = corrected(&model.plan, &decision.chosen(proposal))?;
    let faults = proposed::faults(&after, &check(&after).err().unwrap_or_default(), language);
    let data = json!({
        "model": { "code": model.code, "title": model.title.best(language), "version": model.version },
        "published": model.state == State::Published,
        "proposal": {
            "number": proposal.number,
            "standing": proposal.standing,
            "version": proposal.version,
            "at": proposal.at,
            "why": proposal.why,
            "experience": proposal.experience,
            "changes": proposed::changes(&proposal.changes, &model.plan, language)?,
            "taken": proposal.taken_changes(),
            "remark": proposal.remark,
            "made": proposal.made,
        },
        "figures": if is_open && faults.is_empty() { proposed::figures(&model.plan, &after) } else { Vec::new() },
        "faults": if is_open { faults } else { Vec::new() },
        "decision": { "yes": decision.yes, "remark": decision.remark, "names": names(&decision.names) },
        "open": is_open,
        "own": is_open && work::is_own(&file.proposal.id)?,
        "wrong": wrong,
        "seen": seen(file),
        "text_max": TEXT_CHARS_MAX,
    });
    Answer::page("proposal", model.title.best(language), &data)
}

/// The names that were typed, by the names of their fields.
fn names(names: &Names) -> BTreeMap<String, &String> {
    names
        .iter()
        .flat_map(|(place, named)| named.iter().map(move |(language, name)| (format!("{place}/{language}"), name)))
        .collect()
}
