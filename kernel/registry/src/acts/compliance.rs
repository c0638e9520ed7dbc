//! What of the rules a cooperative does not fulfil on a day, and whether it is active.
//!
//! An act that breaks a rule is refused; what is told here comes with time (a deadline passes, a mandate runs out), with what happened
//! in fact (members left), or with another rule pack. Nobody types whether a cooperative is active: it follows from its filings.

use std::collections::BTreeSet;

use serde::Serialize;
use tiwizi_model::RecordId;

use super::state::{Mandate, State};
use crate::day::Day;
use crate::holder::Entity;
use crate::money::Mad;
use crate::rule_pack::{BodyForm, Role, RulePack, Stage};

/// A rule that is not fulfilled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "rule", rename_all = "kebab-case")]
pub enum Finding {
    /// The request for a name has waited for an answer too long.
    DenominationUnanswered {
        /// The last day on which it was to be answered.
        until: Day,
    },
    /// The name was approved, and is kept no longer.
    DenominationExpired {
        /// The last day on which it was kept.
        until: Day,
    },
    /// There are too few members.
    MembersMin {
        /// How many there are.
        members: u32,
        /// How many there must be.
        members_min: u32,
    },
    /// The capital is too low.
    CapitalMin {
        /// What is subscribed, in dirhams.
        subscribed: Mad,
        /// What must be, in dirhams.
        capital_min: Mad,
    },
    /// The value of a share is too low.
    ShareMin {
        /// The value, in dirhams.
        share_value: Mad,
        /// What it must be, in dirhams.
        share_min: Mad,
    },
    /// Members owe a part of their shares for too long.
    BalanceOverdue {
        /// Their numbers.
        members: Vec<String>,
    },
    /// Members have not paid what was called of their shares.
    CallOverdue {
        /// Their numbers.
        members: Vec<String>,
    },
    /// It has too many members for its form of management.
    Form {
        /// How many there are.
        members: u32,
    },
    /// The board, as acts appointed it, has too few or too many seats.
    BoardSeats {
        /// How many have a seat.
        seats: u32,
    },
    /// Too few or too many hold an office to which acts appointed them.
    Office {
        /// The office.
        office: Role,
        /// How many hold it.
        held: u32,
    },
    /// People whom acts appointed sit on the board without being members.
    BoardStrangers {
        /// How many.
        persons: u32,
    },
    /// Members of a union are not what members of a union are.
    UnionHolders {
        /// Their numbers.
        members: Vec<String>,
    },
    /// Members of a cooperative are not what members of one are.
    MemberHolders {
        /// Their numbers.
        members: Vec<String>,
    },
    /// The statutes lack items.
    Statutes {
        /// Their codes.
        missing: Vec<String>,
    },
    /// The terms of mandates are over and nobody was appointed since.
    MandateOver {
        /// How many.
        mandates: u32,
    },
    /// Minutes and accounts were not filed in time.
    FilingLate {
        /// Of which year.
        year: u16,
        /// The last day on which they were to be filed.
        until: Day,
    },
    /// The turnover of two years in a row asks for an auditor; that one was named is not kept here.
    AuditorNeeded {
        /// The second of the two years.
        year: u16,
    },
}

impl Finding {
    /// Its name, as answers have it: `members-min`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::DenominationUnanswered { .. } => "denomination-unanswered",
            Self::DenominationExpired { .. } => "denomination-expired",
            Self::MembersMin { .. } => "members-min",
            Self::CapitalMin { .. } => "capital-min",
            Self::ShareMin { .. } => "share-min",
            Self::BalanceOverdue { .. } => "balance-overdue",
            Self::CallOverdue { .. } => "call-overdue",
            Self::Form { .. } => "form",
            Self::BoardSeats { .. } => "board-seats",
            Self::Office { .. } => "office",
            Self::BoardStrangers { .. } => "board-strangers",
            Self::UnionHolders { .. } => "union-holders",
            Self::MemberHolders { .. } => "member-holders",
            Self::Statutes { .. } => "statutes",
            Self::MandateOver { .. } => "mandate-over",
            Self::FilingLate { .. } => "filing-late",
            Self::AuditorNeeded { .. } => "auditor-needed",
        }
    }
}

/// Whether a cooperative is at work, by what it filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// It is not registered yet.
    Founding,
    /// It is registered, and no filing of it is due yet.
    New,
    /// It filed for the last year that was due.
    Active,
    /// It did not.
    Dormant,
    /// It may not act.
    Suspended,
    /// It is at its end, or has become another.
    Ended,
}

impl Activity {
    /// Its name, as answers have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Founding => "founding",
            Self::New => "new",
            Self::Active => "active",
            Self::Dormant => "dormant",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        }
    }
}

/// Whether a cooperative is active on a day.
#[must_use]
pub fn activity(state: &State, day: Day, pack: &RulePack) -> Activity {
    match state.stage {
        Stage::Registered => match due_year(state, day, pack) {
            None => Activity::New,
            Some(year) if is_filed(state, year, day) => Activity::Active,
            Some(_) => Activity::Dormant,
        },
        Stage::Suspended => Activity::Suspended,
        Stage::Dissolved
        | Stage::InLiquidation
        | Stage::StruckOff
        | Stage::Merged
        | Stage::Split
        | Stage::Transformed => Activity::Ended,
        Stage::Nothing
        | Stage::DenominationRequested
        | Stage::DenominationApproved
        | Stage::DenominationRefused
        | Stage::Constituted
        | Stage::Filed => Activity::Founding,
    }
}

/// Everything that a cooperative does not fulfil on a day, in the order of `Finding`.
#[must_use]
pub fn findings(state: &State, day: Day, pack: &RulePack) -> Vec<Finding> {
    let mut found = Vec::new();
    match state.stage {
        Stage::DenominationRequested | Stage::DenominationApproved => denomination(state, day, pack, &mut found),
        Stage::Registered | Stage::Suspended => {
            people_and_capital(state, pack, &mut found);
            bodies(state, day, pack, &mut found);
            terms(state, day, &mut found);
            filings(state, day, pack, &mut found);
        }
        Stage::Nothing
        | Stage::DenominationRefused
        | Stage::Constituted
        | Stage::Filed
        | Stage::Dissolved
        | Stage::InLiquidation
        | Stage::StruckOff
        | Stage::Merged
        | Stage::Split
        | Stage::Transformed => {}
    }
    found
}

fn denomination(state: &State, day: Day, pack: &RulePack, found: &mut Vec<Finding>) {
    let Some(denomination) = &state.denomination else { return };
    let answer_until = denomination.requested_on.plus_days(pack.rules.denomination_answer_days.value);
    if denomination.answered_on.is_none() && day > answer_until {
        found.push(Finding::DenominationUnanswered { until: answer_until });
    }
    if let Some(until) = denomination.valid_until.filter(|until| day > *until) {
        found.push(Finding::DenominationExpired { until });
    }
}

fn people_and_capital(state: &State, pack: &RulePack, found: &mut Vec<Finding>) {
    let rules = &pack.rules;
    let (members, members_min) = (state.member_count(), pack.members_min(state.entity));
    // Of one that was taken over without its list, the number of members is not known.
    let is_known = !state.members.is_empty();
    if is_known && members < members_min {
        found.push(Finding::MembersMin { members, members_min });
    }
    let (subscribed, capital_min) = (state.capital.subscribed, rules.capital_min_mad.value);
    if subscribed > Mad::ZERO && subscribed < capital_min {
        found.push(Finding::CapitalMin { subscribed, capital_min });
    }
    let (share_value, share_min) = (state.capital.share_value, rules.share_min_mad.value);
    if share_value > Mad::ZERO && share_value < share_min {
        found.push(Finding::ShareMin { share_value, share_min });
    }
    if is_known && state.form.is_some_and(|form| !pack.forms(members).contains(&form)) {
        found.push(Finding::Form { members });
    }
}

/// What acts appointed and decided is held to the rules. Of what was taken over the register knows too little for that.
fn bodies(state: &State, day: Day, pack: &RulePack, found: &mut Vec<Finding>) {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let running = state.mandates_on(day).filter(|mandate| Some(mandate.role.form()) == state.form);
    let running: Vec<&Mandate> = running.collect();
    let is_known = !running.is_empty() && running.iter().all(|mandate| mandate.from.is_some());
    if let Some(form) = state.form.filter(|_| is_known) {
        let persons: BTreeSet<RecordId> = running.iter().map(|mandate| mandate.person).collect();
        let (range, seats) = (pack.rules.board_seats.value, count(persons.len()));
        if form == BodyForm::Board && !(range.min..=range.max).contains(&seats) {
            found.push(Finding::BoardSeats { seats });
        }
        for rule in pack.offices(form) {
            let held = count(running.iter().filter(|mandate| mandate.role == rule.office).count());
            if !rule.fits(held) {
                found.push(Finding::Office { office: rule.office, held });
            }
        }
        let strangers = persons.iter().filter(|person| !state.may_sit(**person)).count();
        if form == BodyForm::Board && pack.rules.board_of_members.value && strangers > 0 {
            found.push(Finding::BoardStrangers { persons: count(strangers) });
        }
    }
    let holders = pack.holders(state.entity);
    let others = state.current_members().filter(|(_, member)| !holders.contains(&member.holder));
    let members: Vec<String> = others.map(|(number, _)| number.clone()).collect();
    if !members.is_empty() {
        found.push(match state.entity {
            Entity::Union => Finding::UnionHolders { members },
            Entity::Cooperative => Finding::MemberHolders { members },
        });
    }
    let missing = pack.statutes.items.iter().filter(|item| !state.statutes.contains(&item.code));
    let missing: Vec<String> = missing.map(|item| item.code.clone()).collect();
    if !state.statutes.is_empty() && !missing.is_empty() {
        found.push(Finding::Statutes { missing });
    }
}

/// Terms that began to run under the rules of their day, whatever holds now.
fn terms(state: &State, day: Day, found: &mut Vec<Finding>) {
    let overdue = state.current_members().filter(|(_, member)| member.pay_until().is_some_and(|until| day > until));
    let members: Vec<String> = overdue.map(|(number, _)| number.clone()).collect();
    if !members.is_empty() {
        found.push(Finding::BalanceOverdue { members });
    }
    let called = state.current_members().filter(|(_, member)| member.due_on.is_some_and(|due| day > due));
    let members: Vec<String> = called.map(|(number, _)| number.clone()).collect();
    if !members.is_empty() {
        found.push(Finding::CallOverdue { members });
    }
    let over = state.mandates_on(day).filter(|mandate| mandate.until.is_some_and(|until| day >= until)).count();
    if over > 0 {
        found.push(Finding::MandateOver { mandates: u32::try_from(over).unwrap_or(u32::MAX) });
    }
}

fn filings(state: &State, day: Day, pack: &RulePack, found: &mut Vec<Finding>) {
    if let Some(year) = due_year(state, day, pack).filter(|year| !is_filed(state, *year, day)) {
        found.push(Finding::FilingLate { year, until: pack.filing_deadline(year) });
    }
    let turnover_min = pack.rules.auditor_turnover_mad.value;
    let reaches =
        |year: &u16| state.filings.get(year).is_some_and(|filing| filing.content.turnover_mad >= turnover_min);
    let last = state.filings.keys().next_back().copied();
    if let Some(year) = last.filter(|year| reaches(year) && year.checked_sub(1).is_some_and(|before| reaches(&before)))
    {
        found.push(Finding::AuditorNeeded { year });
    }
}

/// The last year whose filing was due before a day; none when the first one is still to come. Of a cooperative that was taken over,
/// nothing is asked of the years before.
fn due_year(state: &State, day: Day, pack: &RulePack) -> Option<u16> {
    let last = day.year().saturating_sub(1);
    let last = if pack.filing_deadline(last) < day { last } else { last.saturating_sub(1) };
    (last >= first_year(state)?).then_some(last)
}

/// The first year for which a cooperative files.
fn first_year(state: &State) -> Option<u16> {
    let registered = state.registered_on.or(state.known_from)?.year();
    let known = state.known_from.map_or(registered, Day::year);
    Some(if state.denomination.is_some() { registered } else { registered.max(known) })
}

/// The last year that is over, when a cooperative that is in the register files for it: whether it is due already or not. Of one that was
/// taken over, nothing is expected for the years before.
#[must_use]
pub fn expected_year(state: &State, day: Day) -> Option<u16> {
    let last = day.year().saturating_sub(1);
    let files = matches!(state.stage, Stage::Registered | Stage::Suspended);
    (files && last >= first_year(state)?).then_some(last)
}

fn is_filed(state: &State, year: u16, day: Day) -> bool {
    state.filings.get(&year).is_some_and(|filing| filing.filed_on <= day)
}
