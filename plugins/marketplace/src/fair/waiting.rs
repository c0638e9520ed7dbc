//! The waiting list: who comes in when somebody with a place cannot come after all.
//!
//! The first who can come to that phase, such that no group gets more than its most and none that had what was kept for it falls below.
//! When there is nobody of a group that would fall below, the first who takes no group above its most comes in.

use super::{Application, Call, Outcome, Place, Quota};

/// Who takes a place that became free: the application's id. None when nobody who waits can.
#[must_use]
pub fn next_in<'a>(
    call: &Call,
    outcomes: &'a [Outcome],
    applications: &[Application],
    free: &Place,
) -> Option<&'a Outcome> {
    let find = |outcome: &Outcome| applications.iter().find(|application| application.id == outcome.application);
    let in_phase = |outcome: &&Outcome| outcome.because.place().is_some_and(|place| place.phase == free.phase);
    let leaving = outcomes.iter().find(|outcome| outcome.because.place() == Some(free))?;
    let leaving = find(leaving)?;
    let count = |quota: &Quota| {
        let there = outcomes.iter().filter(in_phase).filter_map(find);
        let group = there.filter(|application| quota.holds(&application.applicant)).count();
        u32::try_from(group).unwrap_or(u32::MAX)
    };
    let counted: Vec<(&Quota, u32)> = call.quotas.iter().map(|quota| (quota, count(quota))).collect();
    let after = |quota: &Quota, before: u32, next: &Application| {
        let left = before - u32::from(quota.holds(&leaving.applicant)).min(before);
        left + u32::from(quota.holds(&next.applicant))
    };
    let below_most = |next: &Application| {
        counted.iter().all(|(quota, before)| {
            let after = after(quota, *before, next);
            after <= *before || quota.max.is_none_or(|max| after <= max)
        })
    };
    let keeps = |next: &Application| {
        counted.iter().all(|(quota, before)| after(quota, *before, next) >= quota.min.min(*before))
    };
    let waiting = || {
        let waiting = outcomes.iter().filter(|outcome| outcome.because.waiting().is_some());
        let known = waiting.filter_map(|outcome| Some((outcome, find(outcome)?)));
        known.filter(|(_, next)| next.phases.contains(&free.phase) && below_most(next))
    };
    let first = waiting().find(|(_, next)| keeps(next)).or_else(|| waiting().next());
    first.map(|(outcome, _)| outcome)
}
