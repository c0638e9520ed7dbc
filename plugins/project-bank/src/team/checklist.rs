//! What is to be done before a team founds. What the system knows it ticks itself: nobody ticks that by hand, and nobody unticks it.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use tiwizi_sdk::registry::FoundingRules;

use super::kinds::{Seat, Team};
use crate::plan::Outcome;

/// The tasks, in their order.
pub(crate) const TASKS: [&str; 8] =
    ["training", "plan", "people", "money", "contributions", "name", "place", "statutes"];

/// What the list is made from.
pub(crate) struct Known<'a> {
    pub(crate) team: &'a Team,
    pub(crate) seats: &'a [Seat],
    /// The figures of the plan; none while it has faults.
    pub(crate) outcome: Option<&'a Outcome>,
    /// The rules of founding; none where the register does not tell them.
    pub(crate) rules: Option<&'a FoundingRules>,
    /// The modules that the model asks to learn first.
    pub(crate) learn: &'a [String],
    /// Whether the training plugin tells what somebody has completed.
    pub(crate) hears_of_training: bool,
}

/// A task as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) code: &'static str,
    pub(crate) done: bool,
    /// Whether the system knows it, so that nobody ticks it.
    pub(crate) knows: bool,
    /// How much there is, of how much.
    pub(crate) count: Option<(Decimal, Decimal)>,
}

impl Known<'_> {
    /// Every task.
    pub(crate) fn items(&self) -> Vec<Item> {
        TASKS.iter().map(|code| self.item(code)).collect()
    }

    fn item(&self, code: &'static str) -> Item {
        let found = match code {
            "training" => self.training(),
            "plan" => Some((self.plan_earns(), None)),
            "people" => self.people(),
            "money" => self.money(),
            "contributions" => self.contributions(),
            "name" => Some((!self.team.name_fr.is_empty() || !self.team.name_ar.is_empty(), None)),
            "place" => Some((self.team.place.is_some(), None)),
            _ => None,
        };
        let by_hand = self.team.tasks.iter().any(|task| task.code == code && task.done);
        match found {
            Some((done, count)) => Item { code, done, knows: true, count },
            None => Item { code, done: by_hand, knows: false, count: None },
        }
    }

    fn founders(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(|seat| seat.role.founds())
    }

    /// Each module of the model is completed by somebody of those who found.
    fn training(&self) -> Option<(bool, Option<(Decimal, Decimal)>)> {
        if !self.hears_of_training && !self.learn.is_empty() {
            return None;
        }
        let learnt: BTreeSet<&String> = self.founders().flat_map(|seat| &seat.learnt).collect();
        let have = self.learn.iter().filter(|module| learnt.contains(module)).count();
        let count = (Decimal::from(have), Decimal::from(self.learn.len()));
        Some((have == self.learn.len(), Some(count)))
    }

    /// In its last year the plan sells more than what it takes to lose nothing.
    fn plan_earns(&self) -> bool {
        let last = self.outcome.and_then(|outcome| outcome.years.last());
        last.and_then(|year| year.break_even).is_some_and(|(_, share)| share <= Decimal::ONE)
    }

    fn people(&self) -> Option<(bool, Option<(Decimal, Decimal)>)> {
        let (have, need) = (self.founders().count(), self.rules?.founders_min);
        let count = (Decimal::from(have), Decimal::from(need));
        Some((count.0 >= count.1, Some(count)))
    }

    /// What was paid in covers what the plan counts on from the members.
    fn money(&self) -> Option<(bool, Option<(Decimal, Decimal)>)> {
        let need = self.outcome?.financing.own;
        let have: Decimal = self.founders().map(|seat| seat.paid.value()).sum();
        Some((have >= need, Some((have, need))))
    }

    /// Everybody subscribes, and together they reach the capital that the rules ask for.
    fn contributions(&self) -> Option<(bool, Option<(Decimal, Decimal)>)> {
        let rules = self.rules?;
        let need = Decimal::from_f64_retain(rules.capital_min_mad)?;
        let least = Decimal::from_f64_retain(rules.share_min_mad)?;
        let share = self.team.share.map_or(Decimal::ZERO, |share| share.value());
        let have = self.founders().map(|seat| Decimal::from(seat.shares).saturating_mul(share)).sum();
        let everybody = self.founders().all(|seat| seat.shares > 0);
        Some((everybody && share >= least && have >= need, Some((have, need))))
    }
}
