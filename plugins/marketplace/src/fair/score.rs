//! The order of merit among those who are eligible.

use std::cmp::Reverse;

use super::{Application, Call, lot};

/// The largest mark of a criterion.
pub(super) const MARK_MAX: u32 = 100;

/// What an application is ordered by; the smallest goes first.
pub(super) type Rank = (u32, Reverse<u64>, Reverse<u32>, u64, String);

/// The score: each mark times its weight, in hundredths of a point of a hundred. A mark that was not given counts nothing.
pub(super) fn score(call: &Call, application: &Application) -> u64 {
    let weights: u64 = call.criteria.iter().map(|criterion| u64::from(criterion.weight)).sum();
    let marks = call.criteria.iter().map(|criterion| {
        let mark = application.marks.get(&criterion.code).copied().unwrap_or_default();
        u64::from(mark.min(MARK_MAX)) * u64::from(criterion.weight)
    });
    marks.sum::<u64>() * 100 / weights.max(1)
}

/// Its place in the order of merit.
pub(super) fn rank(call: &Call, application: &Application) -> Rank {
    let applicant = &application.applicant;
    let had_a_place = applicant.fairs_since_place == Some(0);
    let without = applicant.fairs_since_place.unwrap_or(u32::MAX);
    (
        u32::from(call.rotation && had_a_place),
        Reverse(score(call, application)),
        Reverse(if call.rotation { without } else { 0 }),
        lot::of(&call.seed, &applicant.cooperative),
        application.id.clone(),
    )
}
