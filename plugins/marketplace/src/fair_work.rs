//! The allocation of a fair as work in the background, in steps that each fit into one call: what the register says of the applicants on
//! that day, the allocation itself, and telling each of them. Each step has its effect once, and asks for the next one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tiwizi_sdk::jobs::{self, Later};
use tiwizi_sdk::registry;
use tiwizi_sdk::{Date, Entry, Error, Find, Language, Store, context};

use crate::called::{Allotment, Candidacy, Decided, Fair, Seat, Shortage, Standing, Told, Verdicts};
use crate::day::Day;
use crate::fair::{self, Applicant, Application, Because, Outcome, Place};
use crate::notices::{self, Message};
use crate::payment::card::hex;
use crate::planned::{Applied, PublicApplication};

/// Applications to one fair: the allocation reads all of them in one call.
pub(crate) const CANDIDACIES_MAX: u64 = 8_000;
/// Applications that one step looks up in the register, or tells.
const STEP: usize = 40;
/// Outcomes of one record.
const PART: usize = 120;
/// Applications of one record that is published.
const APPLIED: usize = 240;
/// Records of a page of a list.
const PAGE: u32 = 100;

/// What a step works on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Step {
    fair: String,
    /// Where the register's facts, or the telling, go on.
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    told: usize,
}

/// What is read of a cooperative of the register.
#[derive(Debug, Deserialize)]
pub(crate) struct Registered {
    pub(crate) name_fr: Option<String>,
    pub(crate) name_ar: Option<String>,
    province: Option<String>,
    sector: Option<String>,
    status: Option<String>,
    registered_on: Option<Date>,
}

/// Has the places of a fair given.
pub(crate) fn begin(fair: &str) -> Result<(), Error> {
    Later::new("fair-facts").once(fair).enqueue(&json!({ "fair": fair })).map(|_| ())
}

/// A cooperative as the register knows it on the day when the call closes.
pub(crate) fn applicant(fair: &Fair, cooperative: &str, known: &Registered, women: bool) -> Result<Applicant, Error> {
    let before = Find::new().equal(Seat::COOPERATIVE, cooperative).equal(Seat::SERIES, fair.series.as_str());
    let before = Store::list(&before.below(Seat::EDITION, fair.edition).sort_descending(Seat::EDITION).limit(5))?;
    let last = before.items.iter().find(|seat| seat.body.given).map(|seat| seat.body.edition);
    let closes = Day::from_date(&fair.closes).0;
    let days = known.registered_on.as_ref().map_or(0, |on| closes - Day::from_date(on).0);
    Ok(Applicant {
        cooperative: cooperative.to_owned(),
        province: known.province.clone().unwrap_or_default(),
        sector: known.sector.clone().unwrap_or_default(),
        women,
        registered_days: u32::try_from(days.max(0)).unwrap_or(u32::MAX),
        active: known.status.as_deref() == Some("registered"),
        fairs_since_place: last.map(|last| fair.edition.saturating_sub(last).saturating_sub(1)),
    })
}

/// Looks the applicants up in the register once more.
pub(crate) fn facts(step: &Step) -> Result<(), Error> {
    let fair = fair_of(step)?;
    let sent = Find::new().equal(Candidacy::FAIR, step.fair.as_str()).equal(Candidacy::STATE, Standing::Sent);
    let page = Store::list(&sent.limit(u32::try_from(STEP).unwrap_or(PAGE)).after(step.cursor.as_deref()))?;
    for mut entry in page.items {
        let applicant = &entry.body.application.applicant;
        if let Some(known) = registry::cooperative::<Registered>(&entry.body.cooperative)? {
            let now = self::applicant(&fair.body, &entry.body.cooperative, &known.body, applicant.women)?;
            if now != *applicant {
                entry.body.application.applicant = now;
                Store::replace(&entry)?;
            }
        }
    }
    let (name, key) = if page.next.is_some() { ("fair-facts", page.next.as_deref()) } else { ("fair-places", None) };
    let key = format!("{}:{}", step.fair, key.unwrap_or_default());
    Later::new(name).once(key).enqueue(&json!({ "fair": step.fair, "cursor": page.next })).map(|_| ())
}

/// Gives the places, and keeps the whole result.
pub(crate) fn places(step: &Step) -> Result<(), Error> {
    let fair = fair_of(step)?;
    if Allotment::of(&fair.id)?.is_some() {
        return Ok(());
    }
    let candidacies = candidacies(&fair.id, Some(Standing::Sent))?;
    let applications: Vec<Application> = candidacies.iter().map(|entry| entry.body.application.clone()).collect();
    let found = fair::allocate(&fair.body.call, &applications)
        .map_err(|wrong| Error::invalid(format!("the places cannot be given: {wrong:?}")))?;
    let ids: BTreeMap<&str, &str> =
        candidacies.iter().map(|entry| (entry.body.application.id.as_str(), entry.id.as_str())).collect();
    let decided: Vec<Decided> = found.outcomes.iter().filter_map(|outcome| decided(outcome, &ids)).collect();
    let public: Vec<PublicApplication> = applications.iter().map(PublicApplication::of).collect();
    for (part, some) in (0..).zip(public.chunks(APPLIED)) {
        Store::create(&Applied { fair: fair.id.clone(), part, applications: some.to_vec() })?;
    }
    let sum = hex(&Sha256::digest(serde_json::to_string(&found.outcomes)?));
    for (part, verdicts) in (0..).zip(decided.chunks(PART)) {
        Store::create(&Verdicts { fair: fair.id.clone(), part, verdicts: verdicts.to_vec() })?;
    }
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Store::create(&Allotment {
        fair: fair.id.clone(),
        done: false,
        at: context::now(),
        applications: count(decided.len()),
        places: count(decided.iter().filter(|one| one.told.place.is_some()).count()),
        sum,
        short: found.short.into_iter().map(Shortage::of).collect(),
    })?;
    Later::new("fair-told").once(format!("{}:0", fair.id)).enqueue(&json!({ "fair": fair.id })).map(|_| ())
}

fn decided(outcome: &Outcome, ids: &BTreeMap<&str, &str>) -> Option<Decided> {
    let waiting = outcome.because.waiting().unwrap_or_default();
    let candidacy = (*ids.get(outcome.application.as_str())?).to_owned();
    Some(Decided { candidacy, waiting, told: Told::of(outcome) })
}

/// Writes to some applications what became of them, makes their places, and tells who applied.
pub(crate) fn tell(step: &Step) -> Result<(), Error> {
    let fair = fair_of(step)?;
    let mut allotment = Allotment::of(&fair.id)?.ok_or_else(|| Error::internal("nothing was allocated"))?;
    let part = u32::try_from(step.told / PART).unwrap_or(u32::MAX);
    let found = Store::first(&Find::new().equal(Verdicts::FAIR, fair.id.as_str()).equal(Verdicts::PART, part))?;
    let verdicts = found.map(|entry| entry.body.verdicts).unwrap_or_default();
    let some: Vec<&Decided> = verdicts.iter().skip(step.told % PART).take(STEP).collect();
    for decided in &some {
        write(&fair, decided)?;
    }
    let told = step.told + some.len();
    let all = usize::try_from(allotment.body.applications).unwrap_or(usize::MAX);
    jobs::progress(u32::try_from(told).unwrap_or(u32::MAX), allotment.body.applications, "applications")?;
    if some.is_empty() || told >= all {
        allotment.body.done = true;
        return Store::replace(&allotment).map(|_| ());
    }
    let next = json!({ "fair": fair.id, "told": told });
    Later::new("fair-told").once(format!("{}:{told}", fair.id)).enqueue(&next).map(|_| ())
}

fn write(fair: &Entry<Fair>, decided: &Decided) -> Result<(), Error> {
    let Some(mut entry) = Store::<Candidacy>::get(&decided.candidacy)? else { return Ok(()) };
    if entry.body.state != Standing::Sent {
        return Ok(());
    }
    entry.body.state = match (&decided.told.place, decided.waiting) {
        (Some(_), _) => Standing::In,
        (None, 0) => Standing::Out,
        (None, _) => Standing::Waiting,
    };
    entry.body.waiting = decided.waiting;
    entry.body.told = Some(decided.told.clone());
    if let Some(place) = &decided.told.place {
        Store::create(&Seat::of(fair, &entry.body, place))?;
    }
    inform(fair, &entry.body, entry.body.state.name())?;
    Store::replace(&entry).map(|_| ())
}

fn inform(fair: &Entry<Fair>, candidacy: &Candidacy, word: &str) -> Result<(), Error> {
    // A notice has the same values in every language, so it names the fair in both.
    let title = &fair.body.title;
    let message = Message::new(format!("notice-fair-{word}"))
        .value("fair", format!("{} – {}", title.best(Language::Arabic), title.best(Language::French)))
        .link(format!("/desk/{}/fairs/{}", candidacy.cooperative, fair.body.code));
    notices::person(candidacy.person.as_deref(), &message)
}

/// Gives a place that was given back to who is next on the waiting list.
pub(crate) fn next(seat: &str) -> Result<(), Error> {
    let Some(seat) = Store::<Seat>::get(seat)? else { return Ok(()) };
    let fair = Store::<Fair>::get(&seat.body.fair)?.ok_or_else(|| Error::internal("the place has no fair"))?;
    let free = Place { phase: seat.body.phase.clone(), stand: seat.body.stand, half: seat.body.half };
    if Store::first(&Find::new().equal(Seat::PLACE, Seat::key(&seat.body)))?.is_some() {
        return Ok(());
    }
    let mut there = candidacies(&fair.id, Some(Standing::Waiting))?;
    there.sort_by_key(|entry| entry.body.waiting);
    there.extend(candidacies(&fair.id, Some(Standing::In))?);
    there.extend(Candidacy::of(&fair.id, &seat.body.cooperative)?);
    let outcomes: Vec<Outcome> = there.iter().map(|entry| standing(entry, &seat.body, &free)).collect();
    let applications: Vec<Application> = there.iter().map(|entry| entry.body.application.clone()).collect();
    let Some(next) = fair::next_in(&fair.body.call, &outcomes, &applications, &free) else { return Ok(()) };
    let Some(mut entry) = there.into_iter().find(|entry| entry.body.application.id == next.application) else {
        return Ok(());
    };
    entry.body.state = Standing::In;
    if let Some(told) = &mut entry.body.told {
        "came-in".clone_into(&mut told.because);
        told.place = Some(free.clone());
    }
    Store::create(&Seat::of(&fair, &entry.body, &free))?;
    inform(&fair, &entry.body, "came-in")?;
    Store::replace(&entry).map(|_| ())
}

/// How an application stands at the moment when a place becomes free.
fn standing(entry: &Entry<Candidacy>, leaving: &Seat, free: &Place) -> Outcome {
    let body = &entry.body;
    let place = if body.cooperative == leaving.cooperative {
        Some(free.clone())
    } else {
        body.told.as_ref().and_then(|told| told.place.clone()).filter(|_| body.state == Standing::In)
    };
    Outcome {
        application: body.application.id.clone(),
        cooperative: body.cooperative.clone(),
        score: body.told.as_ref().map_or(0, |told| told.score),
        merit: body.told.as_ref().map(|told| told.merit),
        because: match place {
            Some(place) => Because::Merit { place },
            None => Because::Full { waiting: body.waiting },
        },
    }
}

/// All applications to a fair, or those that stand so.
pub(crate) fn candidacies(fair: &str, state: Option<Standing>) -> Result<Vec<Entry<Candidacy>>, Error> {
    let mut find = Find::new().equal(Candidacy::FAIR, fair).limit(PAGE);
    if let Some(state) = state {
        find = find.equal(Candidacy::STATE, state);
    }
    let (mut all, mut next) = (Vec::new(), None);
    loop {
        let page = Store::list(&find.clone().after(next.as_deref()))?;
        all.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(all);
        }
    }
}

fn fair_of(step: &Step) -> Result<Entry<Fair>, Error> {
    Store::get(&step.fair)?.ok_or_else(|| Error::internal("there is no such fair"))
}

impl Seat {
    /// What no two given places have in common.
    pub(crate) fn key(seat: &Self) -> String {
        format!("{} {} {} {}", seat.fair, seat.phase, seat.stand, seat.half)
    }
}

impl Shortage {
    fn of((phase, group, kept, given): (String, String, u32, u32)) -> Self {
        Self { phase, group, kept, given }
    }
}
