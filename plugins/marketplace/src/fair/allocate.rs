//! The allocation itself.

use std::collections::{BTreeMap, BTreeSet};

use super::quotas::{Bound, Class, Flow};
use super::{Application, Because, Call, Ineligible, Outcome, Phase, Place, Quota, QuotaOf, Sharing, WrongCall};
use super::{call::APPLICATIONS_MAX, eligible, score};

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// What became of each application: first those with a place, by phase and stand, then those who wait, in their order, then the rest.
    pub outcomes: Vec<Outcome>,
    /// Groups that have fewer places than were kept for them, because there were not enough eligible applications: phase, group, kept, given.
    pub short: Vec<(String, String, u32, u32)>,
}

/// An eligible application in the order of merit.
struct Candidate<'a> {
    application: &'a Application,
    score: u64,
    /// From 1.
    merit: u32,
    place: Option<Place>,
    /// In the last phase that it could come to: whether somebody behind it got a place there.
    passed_over: bool,
}

/// Gives the places of a fair to those who applied.
///
/// # Errors
/// When the call makes no sense, or an application is there twice.
pub fn allocate(call: &Call, applications: &[Application]) -> Result<Allocation, WrongCall> {
    call.check()?;
    if applications.len() > APPLICATIONS_MAX {
        return Err(WrongCall::TooMany);
    }
    let mut ids = BTreeSet::new();
    if let Some(twice) = applications.iter().find(|application| !ids.insert(&application.id)) {
        return Err(WrongCall::ApplicationTwice(twice.id.clone()));
    }
    let (mut candidates, rest) = candidates(call, applications);
    let mut short = Vec::new();
    for phase in &call.phases {
        fill(call, phase, &mut candidates);
        short.extend(shortages(call, phase, &candidates));
    }
    let mut outcomes = explain(call, candidates);
    outcomes.extend(rest);
    Ok(Allocation { outcomes, short })
}

/// Those who are eligible, in the order of merit, and what the others are told.
fn candidates<'a>(call: &Call, applications: &'a [Application]) -> (Vec<Candidate<'a>>, Vec<Outcome>) {
    let mut last: BTreeMap<&str, &str> = BTreeMap::new();
    for application in applications {
        let kept = last.entry(&application.applicant.cooperative).or_insert(&application.id);
        *kept = (*kept).max(&application.id);
    }
    let mut ranked: Vec<(score::Rank, &Application)> = Vec::new();
    let mut rest = Vec::new();
    for application in applications {
        let mut reasons = eligible::reasons(call, application);
        if last.get(application.applicant.cooperative.as_str()) != Some(&application.id.as_str()) {
            reasons.push(Ineligible::Superseded);
        }
        if reasons.is_empty() {
            ranked.push((score::rank(call, application), application));
        } else {
            let because = Because::Ineligible { reasons };
            rest.push(outcome(application, score::score(call, application), None, because));
        }
    }
    ranked.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    rest.sort_unstable_by(|one, other| one.application.cmp(&other.application));
    let candidates = (1..).zip(ranked).map(|(merit, (_, application))| Candidate {
        application,
        score: score::score(call, application),
        merit,
        place: None,
        passed_over: false,
    });
    (candidates.collect(), rest)
}

/// Gives the places of one phase.
fn fill(call: &Call, phase: &Phase, candidates: &mut [Candidate<'_>]) {
    let mut running: Vec<&mut Candidate<'_>> = candidates
        .iter_mut()
        .filter(|candidate| candidate.place.is_none() && candidate.application.phases.contains(&phase.code))
        .collect();
    let classes: Vec<usize>;
    let mut flow;
    (flow, classes) = network(call, phase, &running);
    let places = flow.given();
    let mut closed = BTreeSet::new();
    let mut chosen = Vec::new();
    for (index, class) in classes.iter().enumerate() {
        if u32::try_from(chosen.len()).is_ok_and(|given| given >= places) {
            break;
        }
        // What cannot be given to a class now can be given to it even less later, when more is fixed.
        if closed.contains(class) {
            continue;
        }
        if flow.fix(*class) {
            chosen.push(index);
        } else {
            closed.insert(*class);
        }
    }
    let last = chosen.last().copied().unwrap_or_default();
    for (index, candidate) in running.iter_mut().enumerate() {
        candidate.passed_over = index < last;
    }
    let mut with_place: Vec<&mut Candidate<'_>> = Vec::with_capacity(chosen.len());
    let chosen: BTreeSet<usize> = chosen.into_iter().collect();
    for (index, candidate) in running.into_iter().enumerate() {
        if chosen.contains(&index) {
            with_place.push(candidate);
        }
    }
    give_stands(call.sharing, phase, &mut with_place);
}

/// The flow of a phase, and the class of each candidate.
fn network(call: &Call, phase: &Phase, running: &[&mut Candidate<'_>]) -> (Flow, Vec<usize>) {
    let of = |kind: QuotaOf| call.quotas.iter().filter(move |quota| quota.of == kind);
    let bounds = |kind: QuotaOf| {
        // The last one is for all who are of no group.
        let named = of(kind).map(|quota| Bound::of(quota.min, quota.max.unwrap_or(u32::MAX)));
        named.chain([Bound::of(0, u32::MAX)]).collect::<Vec<_>>()
    };
    let place = |kind: QuotaOf, application: &Application| {
        let found = of(kind).position(|quota| quota.holds(&application.applicant));
        found.unwrap_or_else(|| of(kind).count())
    };
    let mut known: BTreeMap<(usize, usize, bool), u32> = BTreeMap::new();
    let keys: Vec<(usize, usize, bool)> = running
        .iter()
        .map(|candidate| {
            let application = candidate.application;
            let sector = place(QuotaOf::Sector, application);
            (place(QuotaOf::Province, application), sector, application.applicant.women)
        })
        .collect();
    for key in &keys {
        *known.entry(*key).or_default() += 1;
    }
    let classes =
        known.iter().map(|((province, sector, women), there)| Class::of(*province, *sector, *women, *there)).collect();
    let numbers: BTreeMap<_, usize> = known.keys().copied().zip(0..).collect();
    let women = of(QuotaOf::Women).map(|quota| quota.min).sum();
    let flow = Flow::new(bounds(QuotaOf::Province), bounds(QuotaOf::Sector), classes, women, call.places(phase));
    (flow, keys.iter().map(|key| numbers.get(key).copied().unwrap_or(usize::MAX)).collect())
}

/// Numbers the stands in the order of merit. Two who wish for each other share one; the others share with whoever comes next.
fn give_stands(sharing: Sharing, phase: &Phase, chosen: &mut [&mut Candidate<'_>]) {
    let place = |stand: u32, half: u32| Some(Place { phase: phase.code.clone(), stand, half });
    let wishes: BTreeMap<&str, &str> = chosen
        .iter()
        .filter_map(|candidate| {
            let application = candidate.application;
            Some((application.applicant.cooperative.as_str(), application.with.as_deref()?))
        })
        .collect();
    let partner = |cooperative: &str| {
        let wished = *wishes.get(cooperative)?;
        (wished != cooperative && wishes.get(wished) == Some(&cooperative)).then(|| wished.to_owned())
    };
    let (mut stand, mut open, mut promised): (u32, Option<u32>, BTreeMap<String, u32>) = (0, None, BTreeMap::new());
    for candidate in chosen.iter_mut() {
        let cooperative = candidate.application.applicant.cooperative.as_str();
        let shared = sharing == Sharing::Shared;
        candidate.place = if let Some(kept) = promised.get(cooperative) {
            place(*kept, 2)
        } else if let Some(with) = partner(cooperative).filter(|_| shared) {
            stand += 1;
            promised.insert(with, stand);
            place(stand, 1)
        } else if let Some(half) = open.take() {
            place(half, 2)
        } else {
            stand += 1;
            open = shared.then_some(stand);
            place(stand, 1)
        };
    }
}

/// Groups of a phase that have fewer places than were kept.
fn shortages(call: &Call, phase: &Phase, candidates: &[Candidate<'_>]) -> Vec<(String, String, u32, u32)> {
    let in_phase = |candidate: &&Candidate<'_>| candidate.place.as_ref().is_some_and(|place| place.phase == phase.code);
    let count = |quota: &Quota| {
        let of_group = candidates.iter().filter(in_phase).filter(|one| quota.holds(&one.application.applicant));
        u32::try_from(of_group.count()).unwrap_or(u32::MAX)
    };
    let counted = call.quotas.iter().map(|quota| (quota, count(quota)));
    counted
        .filter(|(quota, given)| *given < quota.min)
        .map(|(quota, given)| (phase.code.clone(), quota.name(), quota.min, given))
        .collect()
}

/// Says to each candidate why.
fn explain(call: &Call, candidates: Vec<Candidate<'_>>) -> Vec<Outcome> {
    let full = full_groups(call, &candidates);
    let kept: Vec<&Quota> = call.quotas.iter().filter(|quota| quota.min > 0).collect();
    let places = phase_sizes(&candidates);
    let cuts = merit_cuts(call, &candidates, &places);
    let (mut with_place, mut waiting) = (Vec::new(), Vec::new());
    for candidate in candidates {
        let applicant = &candidate.application.applicant;
        let names = |quotas: &[&Quota], inside: bool| -> Vec<String> {
            quotas.iter().filter(|quota| quota.holds(applicant) == inside).map(|quota| quota.name()).collect()
        };
        let number = u32::try_from(waiting.len() + 1).unwrap_or(u32::MAX);
        let because = match &candidate.place {
            Some(place) if cuts.get(&place.phase).is_none_or(|cut| candidate.merit <= *cut) => {
                Because::Merit { place: place.clone() }
            }
            Some(place) => Because::Kept { place: place.clone(), groups: names(&kept, true) },
            None if !candidate.passed_over => Because::Full { waiting: number },
            None => {
                let groups = names(&full, true);
                if groups.is_empty() {
                    Because::KeptForOthers { waiting: number, groups: names(&kept, false) }
                } else {
                    Because::GroupFull { waiting: number, groups }
                }
            }
        };
        let told = outcome(candidate.application, candidate.score, Some(candidate.merit), because);
        if candidate.place.is_some() { with_place.push(told) } else { waiting.push(told) }
    }
    with_place.sort_unstable_by(|one, other| one.because.place().cmp(&other.because.place()));
    with_place.extend(waiting);
    with_place
}

/// Quotas whose most places are given in every phase that has them.
fn full_groups<'a>(call: &'a Call, candidates: &[Candidate<'_>]) -> Vec<&'a Quota> {
    let is_full = |quota: &&Quota| {
        quota.max.is_some_and(|max| {
            call.phases.iter().any(|phase| {
                let given = candidates.iter().filter(|candidate| {
                    let here = candidate.place.as_ref().is_some_and(|place| place.phase == phase.code);
                    here && quota.holds(&candidate.application.applicant)
                });
                u32::try_from(given.count()).is_ok_and(|given| given >= max)
            })
        })
    };
    call.quotas.iter().filter(is_full).collect()
}

fn phase_sizes(candidates: &[Candidate<'_>]) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for place in candidates.iter().filter_map(|candidate| candidate.place.as_ref()) {
        *sizes.entry(place.phase.clone()).or_default() += 1;
    }
    sizes
}

/// Of each phase the merit of the last who would have a place there without any quota.
fn merit_cuts(call: &Call, candidates: &[Candidate<'_>], sizes: &BTreeMap<String, usize>) -> BTreeMap<String, u32> {
    let mut cuts = BTreeMap::new();
    let mut earlier: BTreeSet<&str> = BTreeSet::new();
    for phase in &call.phases {
        let size = sizes.get(&phase.code).copied().unwrap_or_default();
        let in_running = candidates.iter().filter(|candidate| {
            let placed_before = candidate.place.as_ref().is_some_and(|place| earlier.contains(place.phase.as_str()));
            !placed_before && candidate.application.phases.contains(&phase.code)
        });
        if let Some(last) = in_running.take(size).last() {
            cuts.insert(phase.code.clone(), last.merit);
        }
        earlier.insert(&phase.code);
    }
    cuts
}

fn outcome(application: &Application, score: u64, merit: Option<u32>, because: Because) -> Outcome {
    let cooperative = application.applicant.cooperative.clone();
    Outcome { application: application.id.clone(), cooperative, score, merit, because }
}
