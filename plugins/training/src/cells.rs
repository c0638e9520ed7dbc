//! Which counts of people are not told: small ones, and enough others that a small one cannot be worked out.
//!
//! **The rule** is that of the register's statistics (`kernel/registry/src/cells.rs`): a count from 1 to less than [`CELL_MIN`] is hidden, and so is
//! one whose rest of a whole is small; nought is told as nought. Hidden parts of a known sum hide each other when two of them are something and any
//! of them could be as much as the minimum; until then the next in the order of the table is hidden too, so that what was added says nothing of how
//! large it is. Where the parts cannot hide each other the sum is hidden, and where the sum is hidden, so is each of its parts.
//!
//! There it is about one table. Here a table has several sums at once, as of the provinces of a region and of the months of a year: the rule is held
//! for each sum again and again, until none asks for more; and then no small count may be solved from several sums together, either. It does not stop somebody who compares the tables of two days, nor somebody who knows
//! all of a group but one.

/// Fewer people than this are not counted out.
pub(crate) const CELL_MIN: u32 = 5;

/// A count, and what remains of the whole that it is a part of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) amount: u32,
    /// What a reader could work out by subtraction; none where it is a part of nothing.
    pub(crate) rest: Option<u32>,
}

/// That one cell is the sum of others; each is named by its place among the cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) whole: usize,
    pub(crate) parts: Vec<usize>,
    /// Whether it follows from the others, so that no reader learns anything by it. Each cell stands in two of the rest at most.
    pub(crate) follows: bool,
}

/// Whether a count may stand alone.
pub(crate) fn is_small(amount: u32) -> bool {
    (1..CELL_MIN).contains(&amount)
}

impl Cell {
    fn is_nothing(self) -> bool {
        self.amount == 0 && self.rest.unwrap_or(0) == 0
    }

    fn must_hide(self) -> bool {
        is_small(self.amount) || self.rest.is_some_and(is_small)
    }
}

/// Finds what to hide of cells that are sums of each other; what is `forced` is hidden whatever it is. Ends, because each round hides more or is
/// the last.
pub(crate) fn hidden(cells: &[Cell], sums: &[Sum], forced: &[bool]) -> Vec<bool> {
    let is_forced = |place: usize| forced.get(place).copied().unwrap_or(false);
    let mut hidden: Vec<bool> =
        cells.iter().enumerate().map(|(place, cell)| is_forced(place) || cell.must_hide()).collect();
    loop {
        let before = hides(&hidden);
        for sum in sums {
            settle(cells, sum, &mut hidden);
        }
        if hides(&hidden) > before {
            continue;
        }
        let another = solved(cells, sums, &hidden).and_then(|place| beside(place, cells, sums, &hidden));
        let Some(another) = another else { return hidden };
        hide(&mut hidden, another);
    }
}

/// A hidden cell that must not be told, and that the sums together tell all the same.
///
/// Sums are the knots of a net and hidden cells its threads; who is in one sum alone hangs on the ground. Along a ring of threads amounts can be
/// moved and every sum stays as it is. So what is on a ring is not known, and a thread that alone joins two parts of the net is.
fn solved(cells: &[Cell], sums: &[Sum], hidden: &[bool]) -> Option<usize> {
    let ground = sums.len();
    let mut ends: Vec<Vec<usize>> = vec![Vec::new(); cells.len()];
    for (knot, sum) in sums.iter().enumerate().filter(|(_, sum)| !sum.follows) {
        for place in sum.parts.iter().chain([&sum.whole]) {
            if let Some(ends) = ends.get_mut(*place) {
                ends.push(knot);
            }
        }
    }
    let end = |ends: &[usize], which: usize| ends.get(which).copied().unwrap_or(ground);
    let threads: Vec<(usize, [usize; 2])> = ends
        .iter()
        .zip(hidden)
        .enumerate()
        .filter(|(_, (ends, is_hidden))| **is_hidden && !ends.is_empty())
        .map(|(place, (ends, _))| (place, [end(ends, 0), end(ends, 1)]))
        .collect();
    let mut net = Net::of(ground + 1);
    // A thread that closes a ring is on it.
    let joins: Vec<_> = threads.iter().filter(|(_, ends)| net.join(*ends)).collect();
    let is_alone = |(place, ends): &&&(usize, [usize; 2])| {
        let mut net = Net::of(ground + 1);
        for (_, others) in threads.iter().filter(|(other, _)| other != place) {
            net.join(*others);
        }
        net.join(*ends)
    };
    let must_hide = |(place, _): &&&(usize, [usize; 2])| cells.get(*place).is_some_and(|cell| cell.must_hide());
    joins.iter().filter(must_hide).find(is_alone).map(|(place, _)| *place)
}

/// What to hide beside a cell: the next of a sum that it is a part of, or that sum; where all of those are hidden, whatever is told first. None
/// when nothing is.
fn beside(place: usize, cells: &[Cell], sums: &[Sum], hidden: &[bool]) -> Option<usize> {
    let is_free = |other: &usize| {
        hidden.get(*other).is_some_and(|is_hidden| !is_hidden)
            && cells.get(*other).is_some_and(|cell| !cell.is_nothing())
    };
    let near = sums.iter().find_map(|sum| {
        let at = sum.parts.iter().position(|part| *part == place)?;
        let order = sum.parts.iter().skip(at).chain(sum.parts.iter().take(at)).chain([&sum.whole]);
        order.copied().find(is_free)
    });
    near.or_else(|| (0..cells.len()).find(is_free))
}

/// Which knots hang together.
struct Net(Vec<usize>);

impl Net {
    fn of(knots: usize) -> Self {
        Self((0..knots).collect())
    }

    fn root(&mut self, mut knot: usize) -> usize {
        while let Some(above) = self.0.get(knot).copied().filter(|above| *above != knot) {
            let next = self.0.get(above).copied().unwrap_or(above);
            if let Some(short) = self.0.get_mut(knot) {
                *short = next;
            }
            knot = above;
        }
        knot
    }

    /// Joins two; false when they hang together already.
    fn join(&mut self, [one, other]: [usize; 2]) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(above) = self.0.get_mut(one) {
            *above = other;
        }
        one != other
    }
}

fn hides(hidden: &[bool]) -> usize {
    hidden.iter().filter(|is_hidden| **is_hidden).count()
}

fn settle(cells: &[Cell], sum: &Sum, hidden: &mut [bool]) {
    let is_hidden = |hidden: &[bool], place: usize| hidden.get(place).copied().unwrap_or(false);
    if !is_hidden(hidden, sum.whole) {
        let Some(first) = sum.parts.iter().position(|part| is_hidden(hidden, *part)) else { return };
        let mut order = sum.parts.iter().skip(first).chain(sum.parts.iter().take(first));
        while !is_safe(cells, &sum.parts, hidden) {
            let is_free =
                |part: &&usize| !is_hidden(hidden, **part) && cells.get(**part).is_some_and(|cell| !cell.is_nothing());
            let Some(next) = order.find(is_free) else {
                hide(hidden, sum.whole);
                break;
            };
            hide(hidden, *next);
        }
    }
    if is_hidden(hidden, sum.whole) {
        for part in sum.parts.iter().filter(|part| cells.get(**part).is_some_and(|cell| !cell.is_nothing())) {
            hide(hidden, *part);
        }
    }
}

fn hide(hidden: &mut [bool], place: usize) {
    if let Some(is_hidden) = hidden.get_mut(place) {
        *is_hidden = true;
    }
}

/// Whether hidden parts of a known sum hide each other: two of them at least, and any of them may be as much as the minimum while each of the
/// others is something.
fn is_safe(cells: &[Cell], parts: &[usize], hidden: &[bool]) -> bool {
    let is_hidden = |part: &&usize| hidden.get(**part).copied().unwrap_or(false);
    let picked: Vec<Cell> = parts.iter().filter(is_hidden).filter_map(|part| cells.get(*part)).copied().collect();
    let amounts = picked.iter().map(|cell| cell.amount);
    let rests = picked.iter().filter_map(|cell| cell.rest);
    picked.len() >= 2 && has_room(amounts) && has_room(rests)
}

fn has_room(amounts: impl Iterator<Item = u32>) -> bool {
    let something: Vec<u32> = amounts.filter(|amount| *amount > 0).collect();
    let others = u32::try_from(something.len()).unwrap_or(u32::MAX).saturating_sub(1);
    let sum = something.iter().fold(0_u32, |sum, amount| sum.saturating_add(*amount));
    !something.iter().copied().any(is_small) || (others >= 1 && sum.saturating_sub(others) >= CELL_MIN)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is told of parts whose sum stands last.
    fn told(amounts: &[u32]) -> Vec<Option<u32>> {
        let all: Vec<u32> = amounts.iter().copied().chain([amounts.iter().sum()]).collect();
        let cells: Vec<Cell> = all.iter().map(|amount| Cell { amount: *amount, rest: None }).collect();
        let sum = Sum { whole: amounts.len(), parts: (0..amounts.len()).collect(), follows: false };
        let hidden = hidden(&cells, &[sum], &[]);
        all.into_iter().zip(hidden).map(|(amount, is_hidden)| (!is_hidden).then_some(amount)).collect()
    }

    #[test]
    fn the_minimum_is_that_of_the_house() {
        let limits = include_str!("../../../kernel/model/src/limits/statistics.rs");
        assert!(limits.contains(&format!("STATISTICS_CELL_MIN: i64 = {CELL_MIN};")));
    }

    #[test]
    fn a_small_count_takes_the_next_with_it_as_in_the_statistics_of_the_register() {
        assert_eq!(told(&[7, 3, 20, 9]), [Some(7), None, None, Some(9), Some(39)]);
        assert_eq!(told(&[7, 0, 20, 3]), [None, Some(0), Some(20), None, Some(30)], "nothing hides nobody");
        assert_eq!(
            told(&[1, 1, 30, 40]),
            [None, None, None, Some(40), Some(72)],
            "two ones would give each other away"
        );
        assert_eq!(told(&[3, 4, 30]), [None, None, Some(30), Some(37)]);
        assert_eq!(told(&[2, 3]), [None, None, None], "so small a sum tells its parts");
    }

    #[test]
    fn what_remains_of_the_whole_is_held_to_the_rule_too() {
        let cell = |amount, rest| Cell { amount, rest: Some(rest) };
        let sum = Sum { whole: 3, parts: vec![0, 1, 2], follows: false };
        let women = [cell(98, 2), cell(50, 50), cell(10, 90), cell(158, 142)];
        assert_eq!(hidden(&women, std::slice::from_ref(&sum), &[]), [true, true, false, false]);
        assert_eq!(
            hidden(&women, &[sum], &[false, false, true, false]),
            [true, false, true, false],
            "one hides another"
        );
    }

    /// A table with its sums: `rows` lines of `columns` cells, then the sum of each line at its end, and a line of sums below.
    fn table(rows: usize, columns: usize) -> Vec<Sum> {
        let place = |row: usize, column: usize| row * (columns + 1) + column;
        let lines = (0..=rows).map(|row| Sum {
            whole: place(row, columns),
            parts: (0..columns).map(|column| place(row, column)).collect(),
            follows: row == rows,
        });
        let below = (0..=columns).map(|column| Sum {
            whole: place(rows, column),
            parts: (0..rows).map(|row| place(row, column)).collect(),
            follows: false,
        });
        lines.chain(below).collect()
    }

    /// The hidden cells that the sums give away together: those that one value alone solves, whatever the others are.
    pub(crate) fn worked_out(sums: &[Sum], hidden: &[bool]) -> Vec<usize> {
        let unknown: Vec<usize> = (0..hidden.len()).filter(|place| hidden[*place]).collect();
        let mut equations: Vec<Vec<f64>> = sums
            .iter()
            .map(|sum| {
                let factor = |place: &usize| match () {
                    () if *place == sum.whole => -1.0,
                    () if sum.parts.contains(place) => 1.0,
                    () => 0.0,
                };
                unknown.iter().map(factor).collect()
            })
            .collect();
        let mut rank = 0;
        for column in 0..unknown.len() {
            let Some(pivot) = (rank..equations.len()).find(|row| equations[*row][column].abs() > 1e-9) else {
                continue;
            };
            equations.swap(rank, pivot);
            let scale = equations[rank][column];
            let pivot: Vec<f64> = equations[rank].iter().map(|factor| factor / scale).collect();
            equations[rank].clone_from(&pivot);
            for row in (0..equations.len()).filter(|row| *row != rank) {
                let times = equations[row][column];
                for (factor, of_pivot) in equations[row].iter_mut().zip(&pivot) {
                    *factor -= times * of_pivot;
                }
            }
            rank += 1;
        }
        let alone = |row: &&Vec<f64>| row.iter().filter(|factor| factor.abs() > 1e-9).count() == 1;
        let place = |row: &Vec<f64>| row.iter().position(|factor| factor.abs() > 1e-9).map(|at| unknown[at]);
        equations.iter().filter(alone).filter_map(place).collect()
    }

    #[test]
    fn a_count_that_several_sums_give_away_together_takes_another_with_it() {
        let rows = [[1, 4, 2, 5, 12], [5, 5, 5, 1, 16], [5, 5, 5, 5, 20], [5, 2, 4, 5, 16], [16, 16, 16, 16, 64]];
        let cells: Vec<Cell> = rows.concat().into_iter().map(|amount| Cell { amount, rest: None }).collect();
        let sums = table(4, 4);
        let hidden = hidden(&cells, &sums, &[]);
        assert!(worked_out(&sums, &hidden).into_iter().all(|place| !is_small(cells[place].amount)), "{hidden:?}");
    }

    proptest! {
        #[test]
        fn no_small_count_is_told_and_no_sum_of_a_line_or_a_column_gives_one_away(
            rows in proptest::collection::vec(proptest::collection::vec(0_u32..12, 4), 1..6),
        ) {
            let mut lines: Vec<Vec<u32>> = rows.iter().map(|row| [row.clone(), vec![row.iter().sum()]].concat()).collect();
            let below: Vec<u32> = (0..5).map(|column| lines.iter().map(|line| line[column]).sum()).collect();
            lines.push(below);
            let amounts = lines.concat();
            let cells: Vec<Cell> = amounts.iter().map(|amount| Cell { amount: *amount, rest: None }).collect();
            let sums = table(rows.len(), 4);
            let hidden = hidden(&cells, &sums, &[]);
            for (amount, is_hidden) in amounts.iter().zip(&hidden) {
                prop_assert!(*is_hidden || !is_small(*amount));
            }
            for sum in &sums {
                let parts = sum.parts.iter().filter(|part| hidden[**part]).count();
                prop_assert!(hidden[sum.whole] || parts != 1, "one hidden part of a known sum: {sum:?}");
            }
            let given_away: Vec<u32> = worked_out(&sums, &hidden).into_iter().map(|place| amounts[place]).collect();
            prop_assert!(!given_away.iter().copied().any(is_small), "{given_away:?} of {lines:?}");
        }
    }
}
