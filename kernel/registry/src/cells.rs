//! Which counts of people the public does not see: small ones, and enough others that a small one cannot be worked out.
//!
//! **The rule.** A count from 1 to less than the minimum is hidden; nothing is shown as nothing. Where a count is a part of
//! another that is shown (women of members), what remains is held to the same rule, for a reader would subtract. Hidden
//! counts whose sum is known from a total hide each other only when there are two of them at least, and when their sum
//! leaves each so much room that it could be the minimum or more; until then the next count in the order of the codes is
//! hidden too. The order goes by codes, not by amounts, so that what was added says nothing of how large it is. Where the
//! counts below a wider place cannot hide each other, the wider place is hidden; where a wider place is hidden, so is
//! everything below it; and where not even the widest help, everything is hidden, the total too.
//!
//! The rule is about one table at one moment, with its total and the members that it is a part of. It does not stop somebody who compares
//! the numbers of two days, nor somebody who knows all of a place's people but one.

/// A count, and what remains of the whole that it is a part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cell {
    /// The count.
    pub amount: i64,
    /// What a reader could work out by subtraction; `None` where the whole is not shown.
    pub rest: Option<i64>,
}

/// What is hidden of a table of groups of counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Whether the sum of everything is.
    pub total: bool,
    /// Whether the sum of each group is.
    pub groups: Vec<bool>,
    /// Whether each count of each group is.
    pub cells: Vec<Vec<bool>>,
}

/// Finds what to hide of groups of counts whose sums are shown too. A table without groups is one of groups of one.
#[must_use]
pub fn hidden(groups: &[Vec<Cell>], minimum: i64) -> Hidden {
    let mut cells = Vec::with_capacity(groups.len());
    let mut sums = Vec::with_capacity(groups.len());
    let mut forced = Vec::with_capacity(groups.len());
    for group in groups {
        let found = protect(group, &vec![false; group.len()], minimum);
        forced.push(found.is_none());
        cells.push(found.unwrap_or_else(|| vec![true; group.len()]));
        sums.push(sum(group));
    }
    let found = protect(&sums, &forced, minimum);
    let total = found.is_none();
    let groups = found.unwrap_or_else(|| vec![true; sums.len()]);
    for (group, is_hidden) in cells.iter_mut().zip(&groups) {
        if *is_hidden {
            group.fill(true);
        }
    }
    Hidden { total, groups, cells }
}

/// Counts together; what remains of the wholes is known when it is of each.
#[must_use]
pub fn sum(cells: &[Cell]) -> Cell {
    let amount = cells.iter().fold(0_i64, |sum, cell| sum.saturating_add(cell.amount));
    let rest = cells.iter().try_fold(0_i64, |sum, cell| Some(sum.saturating_add(cell.rest?)));
    Cell { amount, rest }
}

/// What to hide of counts whose sum is known; `None` when hiding all would not be enough.
fn protect(cells: &[Cell], forced: &[bool], minimum: i64) -> Option<Vec<bool>> {
    let is_small = |amount: i64| amount > 0 && amount < minimum;
    let must = |cell: &Cell| is_small(cell.amount) || cell.rest.is_some_and(is_small);
    let mut hidden: Vec<bool> = cells.iter().zip(forced).map(|(cell, forced)| *forced || must(cell)).collect();
    let Some(first) = hidden.iter().position(|is_hidden| *is_hidden) else { return Some(hidden) };
    let order: Vec<usize> = (first..cells.len()).chain(0..first).collect();
    let mut order = order.into_iter();
    while !is_safe(cells, &hidden, minimum) {
        let is_free = |index: &usize| {
            let is_shown = hidden.get(*index).is_some_and(|is_hidden| !is_hidden);
            is_shown && cells.get(*index).is_some_and(|cell| cell.amount != 0 || cell.rest.unwrap_or_default() != 0)
        };
        let next = order.find(is_free)?;
        if let Some(is_hidden) = hidden.get_mut(next) {
            *is_hidden = true;
        }
    }
    Some(hidden)
}

/// Whether hidden counts of a known sum hide each other: at least two of them are something, and any of them may be as much as the
/// minimum while each of the others is something.
fn is_safe(cells: &[Cell], hidden: &[bool], minimum: i64) -> bool {
    let picked = || cells.iter().zip(hidden).filter(|(_, is_hidden)| **is_hidden).map(|(cell, _)| cell);
    let amounts: Vec<i64> = picked().map(|cell| cell.amount).collect();
    let rests: Vec<i64> = picked().filter_map(|cell| cell.rest).collect();
    amounts.len() >= 2 && has_room(&amounts, minimum) && has_room(&rests, minimum)
}

fn has_room(amounts: &[i64], minimum: i64) -> bool {
    let something: Vec<i64> = amounts.iter().copied().filter(|amount| *amount > 0).collect();
    if !something.iter().any(|amount| *amount < minimum) {
        return true;
    }
    let others = i64::try_from(something.len()).unwrap_or(i64::MAX).saturating_sub(1);
    let sum = something.iter().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
    others >= 1 && sum.saturating_sub(others) >= minimum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINIMUM: i64 = 5;

    fn plain(amounts: &[i64]) -> Vec<Cell> {
        amounts.iter().map(|amount| Cell { amount: *amount, rest: None }).collect()
    }

    /// What is shown of a table without groups.
    fn shown(amounts: &[i64]) -> Vec<Option<i64>> {
        let groups: Vec<Vec<Cell>> = plain(amounts).into_iter().map(|cell| vec![cell]).collect();
        let hidden = hidden(&groups, MINIMUM);
        amounts.iter().zip(hidden.groups).map(|(amount, is_hidden)| (!is_hidden).then_some(*amount)).collect()
    }

    #[test]
    fn a_small_count_takes_the_next_with_it() {
        assert_eq!(shown(&[7, 3, 20, 9]), [Some(7), None, None, Some(9)]);
        assert_eq!(shown(&[7, 0, 20, 3]), [None, Some(0), Some(20), None], "nothing hides nobody");
        assert_eq!(shown(&[0, 5, 20]), [Some(0), Some(5), Some(20)]);
    }

    #[test]
    fn two_ones_would_give_each_other_away() {
        assert_eq!(shown(&[1, 1, 30, 40]), [None, None, None, Some(40)]);
        assert_eq!(shown(&[3, 4, 30]), [None, None, Some(30)]);
    }

    #[test]
    fn a_total_that_is_small_is_hidden_with_everything() {
        for amounts in [vec![2], vec![1, 2], vec![2, 3]] {
            let groups: Vec<Vec<Cell>> = plain(&amounts).into_iter().map(|cell| vec![cell]).collect();
            let hidden = hidden(&groups, MINIMUM);
            assert!(hidden.total && hidden.groups.iter().all(|is_hidden| *is_hidden), "{amounts:?}");
        }
    }

    #[test]
    fn a_province_that_its_region_would_give_away_hides_the_region() {
        let groups = [plain(&[3, 0]), plain(&[40, 50]), plain(&[60, 70])];
        let hidden = hidden(&groups, MINIMUM);
        assert_eq!(hidden.groups, [true, true, false]);
        assert_eq!(hidden.cells, [vec![true, true], vec![true, true], vec![false, false]]);
        assert!(!hidden.total);
    }

    #[test]
    fn what_remains_of_the_members_is_held_to_the_rule_too() {
        let cell = |amount, rest| Cell { amount, rest: Some(rest) };
        let groups = [vec![cell(98, 2)], vec![cell(50, 50)], vec![cell(10, 90)]];
        assert_eq!(hidden(&groups, MINIMUM).groups, [true, true, false]);
        let groups = [vec![cell(100, 0)], vec![cell(50, 50)]];
        assert_eq!(hidden(&groups, MINIMUM).groups, [false, false], "none are no count of people");
    }

    /// The most that a hidden count of a known sum can be, when one of them is small and each is something.
    fn most(amounts: &[i64], hidden: &[bool]) -> Option<i64> {
        let picked = amounts.iter().zip(hidden).filter(|(amount, is_hidden)| **is_hidden && **amount > 0);
        let picked: Vec<i64> = picked.map(|(amount, _)| *amount).collect();
        picked
            .iter()
            .any(|amount| *amount < MINIMUM)
            .then(|| picked.iter().sum::<i64>() - (i64::try_from(picked.len()).unwrap() - 1))
    }

    proptest! {
        #[test]
        fn no_small_count_is_shown_and_none_can_be_worked_out(
            groups in proptest::collection::vec(proptest::collection::vec(0_i64..12, 1..6), 1..6),
        ) {
            let cells: Vec<Vec<Cell>> = groups.iter().map(|group| plain(group)).collect();
            let found = hidden(&cells, MINIMUM);
            let sums: Vec<i64> = groups.iter().map(|group| group.iter().sum()).collect();
            for ((group, cells), (sum, is_hidden)) in groups.iter().zip(&found.cells).zip(sums.iter().zip(&found.groups)) {
                for (amount, is_hidden) in group.iter().zip(cells) {
                    prop_assert!(*is_hidden || *amount == 0 || *amount >= MINIMUM);
                }
                prop_assert!(*is_hidden || *sum == 0 || *sum >= MINIMUM);
                if !is_hidden {
                    prop_assert!(most(group, cells).is_none_or(|most| most >= MINIMUM));
                } else {
                    prop_assert!(cells.iter().all(|is_hidden| *is_hidden));
                }
            }
            if !found.total {
                prop_assert!(most(&sums, &found.groups).is_none_or(|most| most >= MINIMUM));
                prop_assert!(found.groups.iter().filter(|is_hidden| **is_hidden).count() != 1);
            }
        }
    }
}
