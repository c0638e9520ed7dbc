//! What a cooperative is, as its acts have it.
//!
//! Persons stand here by the ids of their records; names live in `registry/person`. Amounts are in dirhams.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tiwizi_model::{ProvinceCode, RecordId};

use super::data::{LeavingReason, Role, YearlyFiling};
use super::text;
use crate::day::Day;
use crate::holder::{Entity, Holder};
use crate::money::Mad;
use crate::rule_pack::{BodyForm, Stage};

/// The state of a cooperative after some acts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Where it stands.
    pub stage: Stage,
    /// What it is.
    #[serde(default)]
    pub entity: Entity,
    /// The day of effect of the last act that was applied; none before the first.
    pub effective_on: Option<Day>,
    /// Its names.
    pub names: Names,
    /// The categories of article 1.
    pub category: Option<String>,
    /// The code of its sector.
    pub sector: Option<String>,
    /// The code of its branch.
    pub branch: Option<String>,
    /// The province of its seat.
    #[serde(with = "text::maybe")]
    pub province: Option<ProvinceCode>,
    /// The commune of its seat.
    pub commune: Option<String>,
    /// The address of its seat.
    pub address: Option<String>,
    /// The request for its name; none for one that was taken over.
    pub denomination: Option<Denomination>,
    /// The day of the founding assembly.
    pub founded_on: Option<Day>,
    /// The items that its statutes hold.
    pub statutes: BTreeSet<String>,
    /// The receipt of the local authority.
    pub receipt: Option<String>,
    /// The court of its local register.
    pub court: Option<String>,
    /// Its number there.
    pub number: Option<String>,
    /// The day of its registration.
    pub registered_on: Option<Day>,
    /// The day of its entry in the central register.
    pub registered_centrally_on: Option<Day>,
    /// Its number there.
    pub central_number: Option<String>,
    /// How it is managed; none when it was taken over without an office that says so.
    pub form: Option<BodyForm>,
    /// Its capital.
    pub capital: Capital,
    /// Its members, by the number in its own list; those who left stay with the day.
    pub members: BTreeMap<String, Member>,
    /// Its mandates, the oldest first; those that ended stay with the day.
    pub mandates: Vec<Mandate>,
    /// What it filed, by year.
    pub filings: BTreeMap<u16, Filing>,
    /// The first day of which its acts tell; for one that was taken over, that of the opening balance.
    pub known_from: Option<Day>,
    /// How it ended.
    pub closing: Option<Closing>,
    /// Cooperatives of which its acts say that it is another one.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "text::list")]
    pub confirm_distinct: Vec<RecordId>,
}

/// The names of a cooperative.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// In Arabic.
    pub ar: Option<String>,
    /// In French.
    pub fr: Option<String>,
    /// In Tifinagh.
    pub zgh: Option<String>,
}

/// A request for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denomination {
    /// When it was made.
    pub requested_on: Day,
    /// When it was answered.
    pub answered_on: Option<Day>,
    /// Why it was refused, or what was said with the approval.
    pub reason: Option<String>,
    /// The number of the certificate.
    pub certificate: Option<String>,
    /// The last day on which the name may be used to found a cooperative.
    pub valid_until: Option<Day>,
}

/// The capital of a cooperative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capital {
    /// The value of one share; nothing when it is not known.
    pub share_value: Mad,
    /// What is subscribed.
    pub subscribed: Mad,
    /// What is paid of it; none when that is not known.
    pub paid: Option<Mad>,
}

/// A member, also one who left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The record of the person, natural or legal.
    #[serde(with = "text")]
    pub person: RecordId,
    /// What the member is.
    #[serde(default)]
    pub holder: Holder,
    /// The natural person who acts for a legal one.
    #[serde(default, with = "text::maybe")]
    pub represented_by: Option<RecordId>,
    /// When the member joined.
    pub joined_on: Option<Day>,
    /// When the member left.
    pub left_on: Option<Day>,
    /// Why.
    pub left_because: Option<LeavingReason>,
    /// Shares; none when the register does not know how many.
    #[serde(default)]
    pub shares: Option<u32>,
    /// The value of one as the register noted it for this member; none takes that of the capital.
    pub share_value: Option<Mad>,
    /// What is paid of them; none when that is not known.
    pub paid: Option<Mad>,
    /// What of them was asked for, at subscription and by calls; none when that is not known.
    #[serde(default)]
    pub called: Option<Mad>,
    /// Until when the last call is to be paid.
    #[serde(default)]
    pub due_on: Option<Day>,
    /// What of them is unpaid, the oldest part first; nothing when that is not known.
    #[serde(default)]
    pub debts: Vec<Debt>,
    /// When formal notice to pay was given.
    pub noticed_on: Option<Day>,
}

/// A part of the shares of a member that is unpaid. Its term runs from registration, or from the increase in which it was subscribed
/// (law 112-12, article 26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debt {
    /// The day from which its term runs.
    pub since: Day,
    /// The last day of its term, by the rules of that day; none when there were none.
    #[serde(default)]
    pub until: Option<Day>,
    /// How much.
    pub amount: Mad,
}

/// A mandate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// The record of the person.
    #[serde(with = "text")]
    pub person: RecordId,
    /// The office.
    pub role: Role,
    /// Its first day; none when the register did not note it.
    pub from: Option<Day>,
    /// The day on which its term ends; none when the register did not note it.
    pub until: Option<Day>,
    /// The day on which it ended in fact.
    pub ended_on: Option<Day>,
}

/// What was filed for a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// When it was filed.
    pub filed_on: Day,
    /// What it says.
    pub content: YearlyFiling,
}

/// How a cooperative ended, or became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// The day of the act that decided it.
    pub on: Day,
    /// Why, in words.
    pub reason: Option<String>,
    /// The cooperatives that follow it.
    #[serde(with = "text::list")]
    pub into: Vec<RecordId>,
    /// Who settles.
    pub liquidator: Option<String>,
    /// The day on which it was struck off.
    pub struck_off_on: Option<Day>,
}

impl State {
    /// Those who are members now, with their numbers.
    pub fn current_members(&self) -> impl Iterator<Item = (&String, &Member)> {
        self.members.iter().filter(|(_, member)| member.left_on.is_none())
    }

    /// How many they are.
    #[must_use]
    pub fn member_count(&self) -> u32 {
        u32::try_from(self.current_members().count()).unwrap_or(u32::MAX)
    }

    /// Whether somebody may sit on the board: as a member, or for a member that is a legal person.
    #[must_use]
    pub fn may_sit(&self, person: RecordId) -> bool {
        self.current_members().any(|(_, member)| member.acts_by(person))
    }

    /// The mandates that run on a day.
    pub fn mandates_on(&self, day: Day) -> impl Iterator<Item = &Mandate> {
        self.mandates.iter().filter(move |mandate| mandate.runs_on(day))
    }

    /// Whether it is, or was, in the register.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.stage.status().is_some()
    }

    /// What is subscribed by those who are members, as far as the value of their shares is known.
    #[must_use]
    pub fn shares_of(&self, member: &Member) -> Mad {
        member.worth(self.capital.share_value)
    }
}

impl Member {
    /// A natural person who joins, without shares yet.
    pub(super) fn joining(person: RecordId, joined_on: Day) -> Self {
        Self {
            person,
            holder: Holder::Person,
            represented_by: None,
            joined_on: Some(joined_on),
            left_on: None,
            left_because: None,
            shares: Some(0),
            share_value: None,
            paid: Some(Mad::ZERO),
            called: Some(Mad::ZERO),
            due_on: None,
            debts: Vec::new(),
            noticed_on: None,
        }
    }

    /// What its shares come to, where one has this value unless the register noted another for this member; nothing where it does not know
    /// how many there are.
    pub(super) fn worth(&self, share_value: Mad) -> Mad {
        self.share_value.unwrap_or(share_value).times(self.shares.unwrap_or_default())
    }

    /// Since when the oldest part that is unpaid is owed; none when nothing is.
    #[must_use]
    pub fn owes_since(&self) -> Option<Day> {
        self.debts.first().map(|debt| debt.since)
    }

    /// The last day on which the whole may be paid; none for who owes nothing, or owes it since before there were rules.
    #[must_use]
    pub fn pay_until(&self) -> Option<Day> {
        self.debts.iter().filter_map(|debt| debt.until).min()
    }

    /// Pays off what is owed, the oldest part first.
    pub(super) fn settle(&mut self, paid: Mad) {
        let mut rest = paid;
        for debt in &mut self.debts {
            let part = debt.amount.min(rest);
            debt.amount = debt.amount.minus(part);
            rest = rest.minus(part);
        }
        self.debts.retain(|debt| debt.amount > Mad::ZERO);
    }

    /// Owes no more than this: what was subscribed last goes first.
    pub(super) fn owe_at_most(&mut self, most: Mad) {
        let mut rest = most;
        for debt in &mut self.debts {
            debt.amount = debt.amount.min(rest);
            rest = rest.minus(debt.amount);
        }
        self.debts.retain(|debt| debt.amount > Mad::ZERO);
    }

    /// Whether it acts by this natural person: is that person, or is represented by them.
    #[must_use]
    pub fn acts_by(&self, person: RecordId) -> bool {
        match self.holder {
            Holder::Person => self.person == person,
            Holder::LegalPerson | Holder::Cooperative => self.represented_by == Some(person),
        }
    }
}

impl Mandate {
    /// Whether it has begun and not ended; a term that is over without a successor goes on (`Finding::MandateOver` says so).
    #[must_use]
    pub fn runs_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.ended_on.is_none_or(|ended| day < ended)
    }
}
