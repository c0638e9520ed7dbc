//! What calls do beyond one page: who is known to belong to a file, the ranking as it is kept, and telling each applicant.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tiwizi_sdk::jobs::{self, Later};
use tiwizi_sdk::notify::Message;
use tiwizi_sdk::{Entry, Error, Find, Language, Store, context, random};

use crate::called::{
    Backing, Candidacy, CountedSheet, Juror, Marked, PAGE, ProjectCall, Ranking, ScoreSheet, Shortage, Told, Verdict,
    Verdicts, every,
};
use crate::calls::{Applicant, Application, Call, Outcome, QuotaOf, Ranked, WrongCall, rank};
use crate::kinds::OwnPlan;
use crate::team::access;
use crate::team::kinds::Seat;

/// Applicants that one step tells.
const STEP: usize = 40;
/// Applications of one record.
const PART: usize = 50;
/// The job that tells the applicants.
pub(crate) const TELL: &str = "call-told";

/// An application with the sheets that count.
pub(crate) type File = (Entry<Candidacy>, Vec<CountedSheet>);

/// What a step works on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Step {
    call: String,
    #[serde(default)]
    told: usize,
}

/// A key that nobody can guess, as 32 hexadecimal digits.
pub(crate) fn key() -> Result<String, Error> {
    Ok(hex(&random::bytes::<16>()?))
}

/// The hash of a key: what records keep of it.
pub(crate) fn hash(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

/// A number of six digits for an application; it does not tell who was early.
pub(crate) fn number() -> Result<u32, Error> {
    Ok(100_000 + u32::from_le_bytes(random::bytes::<4>()?) % 900_000)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Everybody who is known to carry a plan: whose it is, and everybody who has a seat in its team.
///
/// # Errors
/// As those of the store.
pub(crate) fn people(plan: &Entry<OwnPlan>) -> Result<Vec<String>, Error> {
    let seats = access::seats(&plan.id)?.into_iter().map(|seat| seat.body.person);
    Ok(seats.chain([plan.body.person.clone()]).collect::<BTreeSet<_>>().into_iter().collect())
}

/// What binds the caller, a member of the jury, to applications.
pub(crate) struct Bonds {
    /// Their person, or the one that they had when they took up the invitation; empty for none.
    person: String,
    /// The plans in whose teams they are by now: who applied may have taken them in since.
    plans: BTreeSet<String>,
    /// The keys of [`Backing::own`].
    backings: BTreeSet<String>,
}

impl Bonds {
    /// Those of the caller.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn of(juror: &Juror) -> Result<Self, Error> {
        let person = context::caller().person.unwrap_or_else(|| juror.person.clone());
        let find = Find::new().equal(Seat::PERSON, person.as_str()).sort(Seat::SINCE).limit(PAGE);
        let seats = if person.is_empty() { Vec::new() } else { every(&find)? };
        let plans = seats.into_iter().map(|seat| seat.body.plan).collect();
        Ok(Self { person, plans, backings: Backing::own()? })
    }
}

/// Why the caller, a member of the jury, may not judge an application; nothing when they may.
pub(crate) fn conflict(
    juror: &Juror,
    candidacy: &Candidacy,
    sheet: Option<&ScoreSheet>,
    bonds: &Bonds,
) -> Option<&'static str> {
    let is_person = |other: &str| !bonds.person.is_empty() && other == bonds.person;
    let backing = || Backing::key(&candidacy.call, &candidacy.cooperative);
    if candidacy.account == juror.account || is_person(&candidacy.person) {
        Some("own-file")
    } else if candidacy.people.iter().any(|other| is_person(other)) || bonds.plans.contains(&candidacy.plan) {
        Some("own-team")
    } else if !candidacy.cooperative.is_empty() && bonds.backings.contains(&backing()) {
        Some("own-cooperative")
    } else {
        sheet.filter(|sheet| sheet.state == Marked::Conflict).map(|_| "declared")
    }
}

/// What is published of an applicant: what the call's quotas look at, and nothing else.
fn seen(call: &Call, applicant: &Applicant) -> Applicant {
    let looks = |of: QuotaOf| call.quotas.iter().any(|quota| quota.of == of);
    Applicant {
        province: if looks(QuotaOf::Province) { applicant.province.clone() } else { String::new() },
        sector: if looks(QuotaOf::Sector) { applicant.sector.clone() } else { String::new() },
        women: looks(QuotaOf::Women) && applicant.women,
        youth: looks(QuotaOf::Youth) && applicant.youth,
    }
}

/// The applications of a call with the sheets that count.
///
/// # Errors
/// As those of the store.
pub(crate) fn files(call: &Entry<ProjectCall>) -> Result<Vec<File>, Error> {
    let jurors: BTreeMap<String, u32> = Juror::of(&call.id)?
        .into_iter()
        .filter(|entry| !entry.body.gone)
        .map(|entry| (entry.id, entry.body.number))
        .collect();
    let mut sheets: BTreeMap<String, Vec<CountedSheet>> = BTreeMap::new();
    for entry in ScoreSheet::all(&call.id)? {
        let counted = jurors.get(&entry.body.juror).filter(|_| entry.body.state == Marked::Done);
        if let Some(juror) = counted {
            let sheet = CountedSheet { juror: *juror, marks: entry.body.marks };
            sheets.entry(entry.body.candidacy).or_default().push(sheet);
        }
    }
    let with = |entry: Entry<Candidacy>| {
        let mut its = sheets.remove(&entry.id).unwrap_or_default();
        its.sort_by_key(|sheet| sheet.juror);
        (entry, its)
    };
    Ok(Candidacy::all(&call.id)?.into_iter().map(with).collect())
}

/// Why a call cannot be ranked.
#[derive(Debug)]
pub(crate) enum CannotRank {
    /// The rule refuses.
    Wrong(WrongCall),
    /// There is no application.
    Nothing,
    /// Something failed.
    Failed(Error),
}

impl From<Error> for CannotRank {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Ranks a call and keeps the result. The call's seed is drawn already.
///
/// # Errors
/// Why it cannot be ranked.
pub(crate) fn keep_ranking(call: &Entry<ProjectCall>) -> Result<(), CannotRank> {
    let files = files(call)?;
    if files.is_empty() {
        return Err(CannotRank::Nothing);
    }
    let application = |(entry, sheets): &File| Application {
        id: entry.id.clone(),
        applicant: seen(&call.body.call, &entry.body.applicant),
        sheets: sheets.iter().map(|sheet| sheet.marks.clone()).collect(),
    };
    let applications: Vec<Application> = files.iter().map(application).collect();
    let ranked = rank(&call.body.call, &call.body.seed, &applications).map_err(CannotRank::Wrong)?;
    let verdicts = verdicts(call, &ranked, &files);
    for (part, some) in (0..).zip(verdicts.chunks(PART)) {
        Store::create(&Verdicts { call: call.id.clone(), part, verdicts: some.to_vec() })?;
    }
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let short = ranked.short.iter().cloned().map(|(group, kept, given)| Shortage { group, kept, given });
    let sum = hex(&Sha256::digest(serde_json::to_string(&ranked.outcomes).map_err(Error::from)?));
    Store::create(&Ranking {
        call: call.id.clone(),
        at: context::now(),
        applications: count(verdicts.len()),
        chosen: count(verdicts.iter().filter(|verdict| verdict.told.chosen).count()),
        sum,
        short: short.collect(),
    })?;
    Ok(())
}

fn verdicts(call: &Entry<ProjectCall>, ranked: &Ranked, files: &[File]) -> Vec<Verdict> {
    let by_id: BTreeMap<&str, &File> = files.iter().map(|file| (file.0.id.as_str(), file)).collect();
    let verdict = |outcome: &Outcome| {
        let (entry, sheets) = by_id.get(outcome.application.as_str())?;
        Some(Verdict {
            candidacy: entry.id.clone(),
            number: entry.body.number,
            applicant: seen(&call.body.call, &entry.body.applicant),
            sheets: sheets.clone(),
            merit: outcome.merit,
            told: Told::of(outcome),
        })
    };
    ranked.outcomes.iter().filter_map(verdict).collect()
}

/// Takes a ranking away that is not published.
///
/// # Errors
/// As those of the store.
pub(crate) fn forget_ranking(call: &str) -> Result<(), Error> {
    for part in Verdicts::parts(call)? {
        Store::delete(&part)?;
    }
    match Ranking::of(call)? {
        Some(ranking) => Store::delete(&ranking),
        None => Ok(()),
    }
}

/// Everything that a published ranking was reckoned from, and what came out: whoever has it can reckon it again.
pub(crate) fn published(call: &ProjectCall, ranking: &Ranking, verdicts: &[Verdict]) -> Value {
    let application = |verdict: &Verdict| {
        json!({
            "id": verdict.candidacy, "number": verdict.number, "applicant": verdict.applicant,
            "sheets": verdict.sheets, "merit": verdict.merit, "told": verdict.told,
        })
    };
    json!({
        "code": call.code, "call": call.call, "seed": call.seed, "sum": ranking.sum,
        "applications": verdicts.iter().map(application).collect::<Vec<_>>(),
    })
}

/// Has the applicants told.
///
/// # Errors
/// As those of the queue; an instance may have refused the plugin its jobs, and then nobody is told, and the page says it all the same.
pub(crate) fn begin_telling(call: &str) -> Result<(), Error> {
    match Later::new(TELL).once(format!("{call}:0")).enqueue(&json!({ "call": call })) {
        Err(error) if error.is("denied") => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Tells some applicants what became of their project.
///
/// # Errors
/// As those of the store.
pub(crate) fn tell(step: &Step) -> Result<(), Error> {
    let call: Entry<ProjectCall> = Store::get(&step.call)?.ok_or_else(|| Error::internal("there is no such call"))?;
    let verdicts = Verdicts::all(&call.id)?;
    let some: Vec<&Verdict> = verdicts.iter().skip(step.told).take(STEP).collect();
    for verdict in &some {
        if let Some(candidacy) = Store::<Candidacy>::get(&verdict.candidacy)? {
            inform(&call, &candidacy.body, verdict)?;
        }
    }
    let told = step.told + some.len();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    jobs::progress(number(told), number(verdicts.len()), "applications")?;
    if some.is_empty() || told >= verdicts.len() {
        return Ok(());
    }
    Later::new(TELL).once(format!("{}:{told}", call.id)).enqueue(&json!({ "call": call.id, "told": told })).map(|_| ())
}

fn inform(call: &Entry<ProjectCall>, candidacy: &Candidacy, verdict: &Verdict) -> Result<(), Error> {
    let word = match (verdict.told.chosen, verdict.told.waiting) {
        (true, _) => "chosen",
        (false, 0) => "out",
        (false, _) => "waiting",
    };
    // A notice has the same values in every language, so it names the call in both.
    let title = &call.body.title;
    let message = Message::new(format!("notice-call-{word}"))
        .value("call", format!("{} – {}", title.best(Language::Arabic), title.best(Language::French)))
        .link(format!("/calls/{}/mine", call.body.code));
    match message.to_person(&candidacy.person) {
        Err(error) if error.is("denied") => Ok(()),
        told => told,
    }
}
