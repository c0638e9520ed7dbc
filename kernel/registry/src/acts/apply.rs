//! From a state and an act to the next state, or to everything that is wrong with the act.
//!
//! Pure: it asks no clock, no database and no list of persons. What only the door can know (that a person exists, that a day is not in the
//! future) is not looked at here.

mod founding;
mod life;
mod shares;

pub(super) use shares::{no_member, subscribe};
use tiwizi_model::limits::{ACT_MEMBERS_MAX, FIELD_ERRORS_MAX};
use tiwizi_records::FieldError;

use super::act::Act;
use super::data::ActData;
use super::people;
use super::state::{Debt, State};
use crate::day::Day;
use crate::money::Mad;
use crate::rule_pack::{RulePack, RulePacks, Stage};

/// Applies an act to a state by the rules of its day. A correction is not applied: `Ledger` puts it in the place of what it corrects.
///
/// # Errors
/// Every fault that was found, up to `FIELD_ERRORS_MAX`; their pointers go into the act (`/act`, `/effective_on`, `/data/…`).
pub fn apply(state: State, act: &Act, packs: &RulePacks) -> Result<State, Vec<FieldError>> {
    let Some(pack) = packs.at(act.effective_on) else {
        let message = "no rule pack was in force on this day";
        return Err(vec![FieldError::of_field("effective_on", "no-rules", message)]);
    };
    let mut case = Case { state, act, pack, packs, found: Vec::new() };
    let Some(stage) = case.next_stage() else { return Err(case.found) };
    case.order();
    case.documents();
    match &act.data {
        ActData::DenominationRequested(request) => founding::requested(&mut case, request),
        ActData::DenominationAnswered(answer) => founding::answered(&mut case, answer),
        ActData::Constituted(constitution) => founding::constituted(&mut case, constitution),
        ActData::Filed(filed) => founding::filed(&mut case, filed),
        ActData::Registered(registration) => founding::registered(&mut case, registration),
        ActData::RegisteredCentrally(central) => founding::registered_centrally(&mut case, central),
        ActData::TakenOver(opening) => founding::taken_over(&mut case, opening),
        ActData::Amended(amendment) => life::amended(&mut case, amendment),
        ActData::YearlyFiling(filing) => life::yearly_filing(&mut case, filing),
        ActData::OfficersChanged(change) => people::officers_changed(&mut case, change),
        ActData::MembersChanged(change) => people::members_changed(&mut case, change),
        ActData::CapitalChanged(change) => shares::capital_changed(&mut case, change),
        ActData::Suspended(_) | ActData::Resumed(_) => {}
        ActData::Merged(merger) => life::ends(&mut case, None, &[merger.into]),
        ActData::Split(split) => life::split(&mut case, split),
        ActData::Transformed(into) => life::ends(&mut case, Some(&into.into), &[]),
        ActData::Dissolved(cause) => life::ends(&mut case, Some(&cause.reason), &[]),
        ActData::LiquidationOpened(liquidation) => life::liquidation_opened(&mut case, liquidation),
        ActData::StruckOff(cause) => life::struck_off(&mut case, cause),
        // `next_stage` has refused it.
        ActData::Corrected(_) => {}
    }
    if case.state.members.len() > ACT_MEMBERS_MAX {
        case.add("/data", "too-many-members", format!("acts keep at most {ACT_MEMBERS_MAX} members of a cooperative"));
    }
    case.end(stage)
}

/// An act under examination, and the state that it makes.
pub(super) struct Case<'a> {
    pub(super) state: State,
    pub(super) act: &'a Act,
    pub(super) pack: &'a RulePack,
    packs: &'a RulePacks,
    found: Vec<FieldError>,
}

impl Case<'_> {
    pub(super) fn add(&mut self, pointer: impl Into<String>, code: &'static str, message: impl Into<String>) {
        if self.found.len() < FIELD_ERRORS_MAX {
            self.found.push(FieldError::new(pointer, code, message));
        }
    }

    /// A part of shares that is owed since a day, with its term by the rules of that day: those of the act, or older ones.
    pub(super) fn owed(&self, since: Day, amount: Mad) -> Debt {
        let until = self.packs.at(since).map(|pack| pack.pay_until(since));
        Debt { since, until, amount }
    }

    /// The stage after the act, by the table of the pack.
    fn next_stage(&mut self) -> Option<Stage> {
        let (kind, stage) = (self.act.kind(), self.state.stage);
        // The rest of an opening balance moves nothing: it belongs to the act that opened it.
        if let ActData::TakenOver(opening) = &self.act.data
            && opening.continues
        {
            let is_opened = self.state.is_registered() && self.state.denomination.is_none();
            if !is_opened {
                self.add("/act", "transition", "there is no opening balance that this could go on with");
            }
            return is_opened.then_some(stage);
        }
        let next = self.pack.transitions.after(stage, kind.name(), self.act.data.when());
        if next.is_none() {
            let possible = self.pack.transitions.possible(stage).join(", ");
            let message = match possible.as_str() {
                "" => format!("a cooperative that is {stage} takes no further act, so not {kind}"),
                possible => format!("a cooperative that is {stage} takes one of these acts: {possible}; not {kind}"),
            };
            self.add("/act", "transition", message);
        }
        next
    }

    /// Acts are applied by their day of effect.
    fn order(&mut self) {
        if self.state.effective_on.is_some_and(|last| self.act.effective_on < last) {
            self.add("/effective_on", "order", "an act before it has effect from a later day");
        }
    }

    fn documents(&mut self) {
        let documents = &self.act.documents;
        let is_twice =
            documents.iter().enumerate().any(|(at, hash)| documents.iter().skip(at + 1).any(|other| other == hash));
        if is_twice {
            self.add("/documents", "repeated", "a document is there twice");
        }
    }

    fn end(mut self, stage: Stage) -> Result<State, Vec<FieldError>> {
        if !self.found.is_empty() {
            return Err(self.found);
        }
        self.state.stage = stage;
        self.state.effective_on = Some(self.act.effective_on);
        self.state.known_from = self.state.known_from.or(Some(self.act.effective_on));
        Ok(self.state)
    }
}
