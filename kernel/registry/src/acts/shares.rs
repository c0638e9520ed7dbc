//! How a member stands with the shares: subscribed, called, paid, and until when the rest is due.

use serde::Serialize;

use super::state::{Member, State};
use crate::day::Day;
use crate::money::Mad;

/// How a member stands with the shares on a day. Amounts are in dirhams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ShareAccount {
    /// What is subscribed.
    pub subscribed: Mad,
    /// What of it was asked for; none when the register does not know.
    pub called: Option<Mad>,
    /// What of it is paid; none when the register does not know.
    pub paid: Option<Mad>,
    /// What was asked for and is not paid.
    pub due: Mad,
    /// Until when that is to be paid.
    pub due_on: Option<Day>,
    /// The last day on which the whole may be paid, by the rules of the day from which the term runs.
    pub pay_until: Option<Day>,
    /// Whether one of the two days is over.
    pub is_overdue: bool,
}

impl ShareAccount {
    /// The account of a member of a cooperative.
    #[must_use]
    pub fn of(state: &State, member: &Member, day: Day) -> Self {
        let pay_until = member.pay_until();
        let due = member.called.zip(member.paid).map(|(called, paid)| called.minus(paid).max(Mad::ZERO));
        let is_over = |last: Option<Day>| last.is_some_and(|last| day > last);
        Self {
            subscribed: state.shares_of(member),
            called: member.called,
            paid: member.paid,
            due: due.unwrap_or_default(),
            due_on: member.due_on,
            pay_until,
            is_overdue: is_over(member.due_on) || is_over(pay_until),
        }
    }
}
