//! The ranking itself.
//!
//! The applications that reach the threshold are gone through in the order of merit, and one is chosen if its group may have one more and the
//! places that are left then still suffice for what is kept for others. The groups of a call have nobody in common, so that this is exact:
//! the quotas hold whenever they can, the best come first, and whoever has a better mark and is else the same never loses by it.

use std::collections::{BTreeMap, BTreeSet};

use super::call::{APPLICATIONS_MAX, JURORS_MAX};
use super::{Application, Because, Call, Outcome, Quota, WrongCall, score};

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ranked {
    /// What became of each application, in the order of merit.
    pub(crate) outcomes: Vec<Outcome>,
    /// Groups that have fewer places than were kept for them, because too few reached the threshold: group, kept, given.
    pub(crate) short: Vec<(String, u32, u32)>,
}

/// Ranks the applications to a call.
///
/// # Errors
/// When the call makes no sense, an application is there twice or not marked enough, or a mark is not on its scale.
pub(crate) fn rank(call: &Call, seed: &str, applications: &[Application]) -> Result<Ranked, WrongCall> {
    call.check()?;
    check(call, applications)?;
    let mut ordered: Vec<(score::Rank, &Application)> =
        applications.iter().map(|application| (score::rank(call, seed, application), application)).collect();
    ordered.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let (above, below): (Vec<&Application>, Vec<&Application>) =
        ordered.into_iter().map(|(_, application)| application).partition(|application| {
            // Rounded down, a score reaches a whole threshold when the exact one does, and no other.
            score::shown(call, score::exact(call, application)) >= call.threshold
        });
    let chosen = choose(call, &above);
    let short = shortages(call, &above, &chosen);
    let because = explain(call, &above, &chosen);
    let because = because.into_iter().chain(below.iter().map(|_| Because::BelowThreshold));
    let all = above.iter().chain(&below);
    let outcomes = (1..).zip(all.zip(because)).map(|(merit, (application, because))| Outcome {
        application: application.id.clone(),
        score: score::shown(call, score::exact(call, application)),
        points: score::points(call, application),
        merit,
        because,
    });
    Ok(Ranked { outcomes: outcomes.collect(), short })
}

fn check(call: &Call, applications: &[Application]) -> Result<(), WrongCall> {
    let too_many = |application: &Application| application.sheets.len() > JURORS_MAX;
    if applications.len() > APPLICATIONS_MAX || applications.iter().any(too_many) {
        return Err(WrongCall::TooMany);
    }
    let mut ids = BTreeSet::new();
    if let Some(twice) = applications.iter().find(|application| !ids.insert(&application.id)) {
        return Err(WrongCall::ApplicationTwice(twice.id.clone()));
    }
    let needed = usize::try_from(call.sheets_min.max(1)).unwrap_or(usize::MAX);
    let missing = applications.iter().filter(|application| application.sheets.len() < needed);
    let missing: BTreeSet<String> = missing.map(|application| application.id.clone()).collect();
    if !missing.is_empty() {
        return Err(WrongCall::NotMarked(missing.into_iter().collect()));
    }
    let is_good = |sheet: &BTreeMap<String, u32>| {
        call.criteria.iter().all(|criterion| sheet.get(&criterion.code).is_some_and(|mark| *mark <= criterion.scale))
    };
    match applications.iter().find(|application| !application.sheets.iter().all(is_good)) {
        Some(wrong) => Err(WrongCall::Mark(wrong.id.clone())),
        None => Ok(()),
    }
}

/// Which quota an application falls under.
fn group(call: &Call, application: &Application) -> Option<usize> {
    call.quotas.iter().position(|quota| quota.holds(&application.applicant))
}

/// How many places each quota is sure of: what it keeps, as far as there are applications for it.
fn sure(call: &Call, above: &[&Application]) -> Vec<u32> {
    let count = |number: usize| {
        let of_group = above.iter().filter(|application| group(call, application) == Some(number));
        u32::try_from(of_group.count()).unwrap_or(u32::MAX)
    };
    call.quotas.iter().enumerate().map(|(number, quota)| quota.min.min(count(number))).collect()
}

/// Whether each of those above the threshold is chosen.
fn choose(call: &Call, above: &[&Application]) -> Vec<bool> {
    let sure = sure(call, above);
    let mut given = vec![0_u32; call.quotas.len()];
    let mut left = call.places;
    let mut chosen = Vec::with_capacity(above.len());
    for application in above {
        let group = group(call, application);
        let most = group.and_then(|group| call.quotas.get(group)).and_then(|quota| quota.max).unwrap_or(u32::MAX);
        let has = group.and_then(|group| given.get(group)).copied().unwrap_or_default();
        let others = sure.iter().zip(&given).enumerate().filter(|(number, _)| Some(*number) != group);
        let kept: u32 = others.map(|(_, (sure, given))| sure.saturating_sub(*given)).sum();
        let is_chosen = has < most && left > kept;
        if is_chosen {
            left -= 1;
            if let Some(given) = group.and_then(|group| given.get_mut(group)) {
                *given += 1;
            }
        }
        chosen.push(is_chosen);
    }
    chosen
}

fn given(quota: &Quota, above: &[&Application], chosen: &[bool]) -> u32 {
    let of_group =
        above.iter().zip(chosen).filter(|(application, chosen)| **chosen && quota.holds(&application.applicant));
    u32::try_from(of_group.count()).unwrap_or(u32::MAX)
}

fn shortages(call: &Call, above: &[&Application], chosen: &[bool]) -> Vec<(String, u32, u32)> {
    let counted = call.quotas.iter().map(|quota| (quota.name(), quota.min, given(quota, above, chosen)));
    counted.filter(|(_, kept, given)| given < kept).collect()
}

/// Says to each of those above the threshold why.
fn explain(call: &Call, above: &[&Application], chosen: &[bool]) -> Vec<Because> {
    let places = chosen.iter().filter(|chosen| **chosen).count();
    let last = chosen.iter().rposition(|chosen| *chosen);
    let kept = || call.quotas.iter().filter(|quota| quota.min > 0);
    let mut waiting = 0;
    let mut told = Vec::with_capacity(above.len());
    for (at, (application, is_chosen)) in above.iter().zip(chosen).enumerate() {
        let holds = |quota: &&Quota| quota.holds(&application.applicant);
        if *is_chosen {
            let groups: Vec<String> = kept().filter(holds).map(Quota::name).collect();
            told.push(if at < places { Because::Merit } else { Because::Kept { groups } });
            continue;
        }
        waiting += 1;
        let is_full = |quota: &&Quota| quota.max.is_some_and(|max| given(quota, above, chosen) >= max);
        let full: Vec<String> = call.quotas.iter().filter(holds).filter(is_full).map(Quota::name).collect();
        told.push(if last.is_none_or(|last| at > last) && full.is_empty() {
            Because::Full { waiting }
        } else if full.is_empty() {
            let groups = kept().filter(|quota| !holds(quota)).map(Quota::name).collect();
            Because::KeptForOthers { waiting, groups }
        } else {
            Because::GroupFull { waiting, groups: full }
        });
    }
    told
}
