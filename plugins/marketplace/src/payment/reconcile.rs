//! The reconciliation desk: lines of a bank statement and the orders that wait for money.
//!
//! A line whose reference names one open order, with exactly the amount that it waits for, is settled by itself. Everything else is put
//! before a person with the reason and the orders that may be meant: money is never guessed onto an order.
//!
//! Two lines that say the same are two sums of money when both stand in one statement. So a line is named by what it says and by how often
//! the same stood in its statement before it, on earlier sheets too: the statement that is pasted again names the same lines.

use std::collections::BTreeMap;

use serde::Serialize;

use super::reference;
use crate::money::{Centimes, WrongAmount};

/// Lines of one sheet of a statement.
pub const LINES_MAX: usize = 200;
/// Sheets of one statement.
pub const SHEETS_MAX: u32 = 50;
/// Orders that are named beside a line that is in doubt.
pub const CANDIDATES_MAX: usize = 5;

/// A line of a statement: money that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The day, as the bank writes it.
    pub day: String,
    /// What the bank and the sender wrote.
    pub text: String,
    /// How much.
    pub amount: Centimes,
}

/// An order that waits for money, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The order's id.
    pub order: String,
    /// Its number, which its reference carries.
    pub number: u64,
    /// What is still to be paid; nothing when it is paid or given up.
    pub due: Centimes,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// It pays this order.
    Settled {
        /// The order.
        order: String,
    },
    /// It is a remittance that is in the books.
    Remitted {
        /// The remittance.
        remittance: String,
    },
    /// A person decides.
    Doubtful {
        /// Why.
        doubt: Doubt,
        /// The orders that may be meant.
        candidates: Vec<String>,
    },
}

/// Why a person has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// No reference that is good stands in it.
    NoReference,
    /// References of several orders.
    SeveralReferences,
    /// The reference is good, and nobody knows the order.
    UnknownOrder,
    /// The order waits for nothing: it is paid, or given up.
    NothingDue,
    /// Less than the order waits for.
    TooLittle,
    /// More than the order waits for.
    TooMuch,
    /// Another line of this statement paid the order already.
    Twice,
    /// It is what a courier, a gateway or a shop hands over, by its reference or its words.
    Remittance,
}

impl Doubt {
    /// The word in records and messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoReference => "no-reference",
            Self::SeveralReferences => "several-references",
            Self::UnknownOrder => "unknown-order",
            Self::NothingDue => "nothing-due",
            Self::TooLittle => "too-little",
            Self::TooMuch => "too-much",
            Self::Twice => "twice",
            Self::Remittance => "remittance",
        }
    }
}

/// A line of a file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongLine {
    /// Its number, from 1; nothing when there are too many lines.
    pub line: usize,
    /// What is wrong with its amount; none when it has not three cells.
    pub amount: Option<WrongAmount>,
}

/// Reads a statement: a line each, with the day, what was written and the amount, between semicolons. Empty lines are passed over.
///
/// # Errors
/// The first line that cannot be read; the line 0 when there are more than [`LINES_MAX`].
pub fn statement(text: &str) -> Result<Vec<Received>, WrongLine> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        let mut cells = line.splitn(2, ';');
        let (Some(day), Some(rest)) = (cells.next(), cells.next()) else {
            return Err(WrongLine { line: number, amount: None });
        };
        let Some((words, amount)) = rest.rsplit_once(';') else {
            return Err(WrongLine { line: number, amount: None });
        };
        if lines.len() >= LINES_MAX {
            return Err(WrongLine { line: 0, amount: None });
        }
        let amount = Centimes::read(amount).map_err(|wrong| WrongLine { line: number, amount: Some(wrong) })?;
        lines.push(Received { day: day.trim().to_owned(), text: words.trim().to_owned(), amount });
    }
    Ok(lines)
}

/// How often the same as each of these stood before it: among what stood in the statement before them, and among themselves.
#[must_use]
pub fn before<'a>(names: &'a [String], earlier: impl IntoIterator<Item = &'a String>) -> Vec<usize> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for name in earlier {
        *seen.entry(name).or_default() += 1;
    }
    let count = |name: &'a String| {
        let seen = seen.entry(name).or_default();
        let before = *seen;
        *seen += 1;
        before
    };
    names.iter().map(count).collect()
}

/// What becomes of each line, in their order.
#[must_use]
pub fn judge(lines: &[Received], waiting: &[Waiting]) -> Vec<Verdict> {
    let mut settled: Vec<&str> = Vec::new();
    let mut verdicts = Vec::with_capacity(lines.len());
    for line in lines {
        let verdict = judge_one(line, waiting, &settled);
        if let Verdict::Settled { order } = &verdict {
            settled.extend(waiting.iter().map(|waiting| waiting.order.as_str()).find(|known| known == order));
        }
        verdicts.push(verdict);
    }
    verdicts
}

fn judge_one(line: &Received, waiting: &[Waiting], settled: &[&str]) -> Verdict {
    let numbers = reference::find(&line.text);
    let named: Vec<&Waiting> = waiting.iter().filter(|order| numbers.contains(&order.number)).collect();
    let [number] = numbers.as_slice() else {
        let doubt = if numbers.is_empty() { Doubt::NoReference } else { Doubt::SeveralReferences };
        let same = waiting.iter().filter(|order| order.due == line.amount && order.due > Centimes::ZERO).collect();
        return doubtful(doubt, if numbers.is_empty() { same } else { named });
    };
    let Some(order) = named.iter().find(|order| order.number == *number) else {
        return doubtful(Doubt::UnknownOrder, Vec::new());
    };
    let doubt = if settled.contains(&order.order.as_str()) {
        Doubt::Twice
    } else if order.due <= Centimes::ZERO {
        Doubt::NothingDue
    } else if line.amount < order.due {
        Doubt::TooLittle
    } else if line.amount > order.due {
        Doubt::TooMuch
    } else {
        return Verdict::Settled { order: order.order.clone() };
    };
    doubtful(doubt, named)
}

fn doubtful(doubt: Doubt, candidates: Vec<&Waiting>) -> Verdict {
    let candidates = candidates.into_iter().take(CANDIDATES_MAX).map(|order| order.order.clone()).collect();
    Verdict::Doubtful { doubt, candidates }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn waiting(number: u64, due: i64) -> Waiting {
        Waiting { order: format!("o{number}"), number, due: Centimes(due) }
    }

    fn line(text: &str, amount: i64) -> Received {
        Received { day: "2026-11-27".into(), text: text.into(), amount: Centimes(amount) }
    }

    fn reference(number: u64) -> String {
        super::reference::of(number).unwrap()
    }

    #[test]
    fn what_is_certain_is_settled_and_everything_else_is_put_before_a_person() {
        let orders = [waiting(1, 10_000), waiting(2, 20_000), waiting(3, 0), waiting(4, 10_000)];
        let doubt = |doubt, candidates: &[&str]| Verdict::Doubtful {
            doubt,
            candidates: candidates.iter().map(|order| (*order).to_owned()).collect(),
        };
        for (text, amount, expected) in [
            (format!("VIR {}", reference(1)), 10_000, Verdict::Settled { order: "o1".into() }),
            (format!("VIR {}", reference(1)), 9_999, doubt(Doubt::TooLittle, &["o1"])),
            (format!("VIR {}", reference(1)), 10_001, doubt(Doubt::TooMuch, &["o1"])),
            (format!("VIR {}", reference(3)), 10_000, doubt(Doubt::NothingDue, &["o3"])),
            (format!("VIR {}", reference(9)), 10_000, doubt(Doubt::UnknownOrder, &[])),
            (format!("{} {}", reference(1), reference(2)), 10_000, doubt(Doubt::SeveralReferences, &["o1", "o2"])),
            ("VIR FADMA".to_owned(), 10_000, doubt(Doubt::NoReference, &["o1", "o4"])),
            ("VIR FADMA".to_owned(), 0, doubt(Doubt::NoReference, &[])),
        ] {
            assert_eq!(judge(&[line(&text, amount)], &orders), [expected], "{text} {amount}");
        }
    }

    #[test]
    fn the_same_order_is_not_paid_twice_by_one_statement() {
        let text = reference(1);
        let verdicts = judge(&[line(&text, 10_000), line(&text, 10_000)], &[waiting(1, 10_000)]);
        assert_eq!(verdicts[0], Verdict::Settled { order: "o1".into() });
        assert!(matches!(verdicts[1], Verdict::Doubtful { doubt: Doubt::Twice, .. }));
    }

    #[test]
    fn a_statement_is_read_whole_or_says_which_line_is_wrong() {
        let read = statement("27/11/2026;VIR; TZ 0000;1 250,00\n\n28/11/2026;VIR;٥٠\n").unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].text.as_str(), read[0].amount), ("VIR; TZ 0000", Centimes(125_000)));
        assert_eq!(read[1].amount, Centimes(5_000));
        let wrong = statement("27/11/2026;VIR;-5").unwrap_err();
        assert_eq!(wrong, WrongLine { line: 1, amount: Some(WrongAmount::Negative) });
        assert_eq!(statement("a;1;2\nno cells").unwrap_err(), WrongLine { line: 2, amount: None });
    }

    proptest! {
        #[test]
        fn a_statement_names_the_same_lines_however_it_is_cut_into_sheets(
            lines in prop::collection::vec(0u8..4, 0..20), cuts in prop::collection::vec(0usize..20, 0..4),
        ) {
            let lines: Vec<String> = lines.iter().map(u8::to_string).collect();
            let whole: Vec<_> = lines.iter().cloned().zip(before(&lines, &[])).collect();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(lines.len())).chain([0, lines.len()]).collect();
            cuts.sort_unstable();
            let mut named = Vec::new();
            for cut in cuts.windows(2) {
                let (earlier, sheet) = (&lines[..cut[0]], &lines[cut[0]..cut[1]]);
                named.extend(sheet.iter().cloned().zip(before(sheet, earlier)));
            }
            prop_assert_eq!(&named, &whole);
            let mut once = named.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), named.len(), "no two lines have one name");
        }
    }
}
