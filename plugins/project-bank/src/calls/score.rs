//! How the marks of a jury become one score, exactly.
//!
//! A mark is counted in 2520ths of a hundredth of its scale: every number of jurors up to ten divides 2520, and every scale a hundred, so
//! that means and medians are whole numbers and two scores are equal only when they are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::call::{SCORE_MAX, Ties};
use super::{Application, Average, Call, Criterion, lot};

/// Parts of a mark: the least number that all numbers up to ten divide.
pub(super) const PARTS: u64 = 2_520;

/// What an application is ordered by; the smallest goes first.
pub(super) type Rank = (Reverse<u64>, Vec<Reverse<u64>>, u64, String);

/// What one criterion gave: the jury's common mark, in 2520ths of a hundredth of the scale.
pub(super) fn common(average: Average, criterion: &Criterion, sheets: &[BTreeMap<String, u32>]) -> u64 {
    let mark = |sheet: &BTreeMap<String, u32>| u64::from(sheet.get(&criterion.code).copied().unwrap_or_default());
    let mut marks: Vec<u64> = sheets.iter().map(mark).collect();
    marks.sort_unstable();
    let count = u64::try_from(marks.len()).unwrap_or(u64::MAX).max(1);
    let parts = match average {
        Average::Mean => marks.iter().sum::<u64>() * (PARTS / count),
        Average::Median => {
            let middle = |at: usize| marks.get(at).copied().unwrap_or_default();
            let above = marks.len() / 2;
            let below = marks.len().saturating_sub(1) / 2;
            (middle(below) + middle(above)) * (PARTS / 2)
        }
    };
    parts * (100 / u64::from(criterion.scale.max(1)))
}

/// The exact score: each common mark times its weight.
pub(super) fn exact(call: &Call, application: &Application) -> u64 {
    let of = |criterion: &Criterion| common(call.average, criterion, &application.sheets) * u64::from(criterion.weight);
    call.criteria.iter().map(of).sum()
}

/// An exact score, or a part of it, in hundredths of a point of a hundred, rounded down.
pub(super) fn shown(call: &Call, exact: u64) -> u32 {
    let weights: u64 = call.criteria.iter().map(|criterion| u64::from(criterion.weight)).sum();
    let all = weights.max(1) * PARTS * 100;
    u32::try_from(exact * u64::from(SCORE_MAX) / all).unwrap_or(SCORE_MAX)
}

/// What each criterion brought.
pub(super) fn points(call: &Call, application: &Application) -> Vec<u32> {
    let of = |criterion: &Criterion| {
        shown(call, common(call.average, criterion, &application.sheets) * u64::from(criterion.weight))
    };
    call.criteria.iter().map(of).collect()
}

/// Its place in the order of merit.
pub(super) fn rank(call: &Call, seed: &str, application: &Application) -> Rank {
    let mut heaviest: Vec<&Criterion> = call.criteria.iter().collect();
    // The sort is stable: among equal weights the call's own order holds.
    heaviest.sort_by_key(|criterion| Reverse(criterion.weight));
    let commons = match call.ties {
        Ties::Criteria => heaviest.iter().map(|one| Reverse(common(call.average, one, &application.sheets))).collect(),
        Ties::Lot => Vec::new(),
    };
    (Reverse(exact(call, application)), commons, lot::of(seed, &application.id), application.id.clone())
}
