//! Whether conditions hold, and what to do when one does not.

use super::{Condition, Fact, Facts, Said};

/// How a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// It holds.
    Met,
    /// The number is too small.
    Low,
    /// The number is too large.
    High,
    /// The code is another one.
    Other,
    /// Nobody has said the value.
    Unknown,
}

impl Held {
    /// The three words that people read: `met`, `not-met`, `not-known`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Low | Self::High | Self::Other => "not-met",
            Self::Unknown => "not-known",
        }
    }

    /// What the message about the next step is called by; nothing when there is nothing to do.
    pub(crate) const fn next(self) -> Option<&'static str> {
        match self {
            Self::Met => None,
            Self::Low => Some("low"),
            Self::High => Some("high"),
            Self::Other => Some("other"),
            Self::Unknown => Some("unknown"),
        }
    }
}

/// A condition, with what it was held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Judged<'a> {
    pub(crate) condition: &'a Condition,
    pub(crate) held: Held,
    pub(crate) fact: Option<&'a Fact>,
}

/// How many conditions stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) met: usize,
    pub(crate) not_met: usize,
    pub(crate) not_known: usize,
}

/// Holds each condition against what is known, in the programme's own order.
pub(crate) fn judge<'a>(conditions: &'a [Condition], facts: &'a Facts) -> Vec<Judged<'a>> {
    let of = |condition: &'a Condition| {
        let fact = facts.about(condition.about);
        let held = fact.map_or(Held::Unknown, |fact| hold(condition, &fact.said));
        Judged { condition, held, fact }
    };
    conditions.iter().map(of).collect()
}

fn hold(condition: &Condition, said: &Said) -> Held {
    match said {
        Said::Number(number) if condition.at_least.is_some_and(|least| *number < least) => Held::Low,
        Said::Number(number) if condition.at_most.is_some_and(|most| *number > most) => Held::High,
        Said::Number(_) => Held::Met,
        Said::Code(code) => {
            let is_one = condition.one_of.is_empty() || condition.one_of.iter().any(|wanted| covers(wanted, code));
            let forbidden = condition.none_of.iter().any(|unwanted| covers(unwanted, code));
            // Of a sector whose branch nobody has said it is not known whether it is the one that is left out.
            let open = condition.none_of.iter().any(|unwanted| unwanted != code && covers(code, unwanted));
            if !is_one || forbidden {
                Held::Other
            } else if open {
                Held::Unknown
            } else {
                Held::Met
            }
        }
    }
}

/// Whether a code is another one or a branch of it: `fishing` covers `fishing.coastal`.
fn covers(wide: &str, narrow: &str) -> bool {
    narrow.strip_prefix(wide).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Summary {
    /// Counts them.
    pub(crate) fn of(judged: &[Judged<'_>]) -> Self {
        let count = |name: &str| judged.iter().filter(|one| one.held.name() == name).count();
        Self { met: count("met"), not_met: count("not-met"), not_known: count("not-known") }
    }

    /// In one word: `open` when nothing speaks against it, `ask` when something is not known, `missing` when something is not met.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self { not_met: 1.., .. } => "missing",
            Self { not_known: 1.., .. } => "ask",
            _ => "open",
        }
    }
}
