//! What differs between two states of a cooperative: what an act changed, a correction included.
//!
//! Pure. It says where and from what to what, and leaves the words to whoever shows it.

use std::collections::BTreeSet;

use tiwizi_model::RecordId;

use super::data::{LeavingReason, Role};
use super::state::{Filing, Mandate, Member, State};
use crate::day::Day;
use crate::holder::{Entity, Holder};
use crate::money::Mad;
use crate::rule_pack::{BodyForm, Stage};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub topic: Topic,
    /// The name of the field.
    pub field: &'static str,
    /// What it held before; none when there was nothing.
    pub before: Option<Content>,
    /// What it holds after; none when there is nothing.
    pub after: Option<Content>,
}

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// The cooperative itself.
    Cooperative,
    /// A member.
    Member {
        /// The number in the cooperative's own list.
        number: String,
        /// The record of the person.
        person: RecordId,
    },
    /// A mandate.
    Mandate {
        /// The record of the person.
        person: RecordId,
        /// The office.
        role: Role,
    },
    /// What was filed for a year.
    Filing {
        /// The year.
        year: u16,
    },
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text.
    Text(String),
    /// A day.
    Day(Day),
    /// An amount in dirhams.
    Amount(Mad),
    /// A count.
    Count(u64),
    /// Where a cooperative stands.
    Stage(Stage),
    /// How it is managed.
    Form(BodyForm),
    /// Why a member left.
    Reason(LeavingReason),
    /// Other cooperatives.
    Cooperatives(Vec<RecordId>),
    /// What is registered.
    Entity(Entity),
    /// What a member is.
    Holder(Holder),
    /// A natural person.
    Person(RecordId),
}

type Line = (&'static str, Option<Content>);

/// Everything that differs, in the order of topics; fields in the order of the state.
#[must_use]
pub fn differences(before: &State, after: &State) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&Topic::Cooperative, &cooperative(before), &cooperative(after), &mut found);
    let numbers: BTreeSet<&String> = before.members.keys().chain(after.members.keys()).collect();
    for number in numbers {
        let (old, new) = (before.members.get(number), after.members.get(number));
        // A correction may put another person under the number.
        let is_same = old.zip(new).is_none_or(|(old, new)| old.person == new.person);
        let pairs = if is_same { vec![(old, new)] } else { vec![(old, None), (None, new)] };
        for (old, new) in pairs {
            let Some(person) = new.or(old).map(|member| member.person) else { continue };
            let topic = Topic::Member { number: number.clone(), person };
            compare(&topic, &member(old), &member(new), &mut found);
        }
    }
    mandates(before, after, &mut found);
    let years: BTreeSet<u16> = before.filings.keys().chain(after.filings.keys()).copied().collect();
    for year in years {
        let (old, new) = (before.filings.get(&year), after.filings.get(&year));
        compare(&Topic::Filing { year }, &filing(old), &filing(new), &mut found);
    }
    found
}

fn compare(topic: &Topic, before: &[Line], after: &[Line], found: &mut Vec<Difference>) {
    for ((field, old), (_, new)) in before.iter().zip(after).filter(|(old, new)| old.1 != new.1) {
        found.push(Difference { topic: topic.clone(), field, before: old.clone(), after: new.clone() });
    }
}

fn cooperative(state: &State) -> Vec<Line> {
    let text = |text: &Option<String>| text.clone().map(Content::Text);
    let denomination = state.denomination.as_ref();
    let closing = state.closing.as_ref();
    let is_valued = state.capital.share_value > Mad::ZERO;
    let is_subscribed = state.capital.subscribed > Mad::ZERO;
    vec![
        ("stage", (state.stage != Stage::Nothing).then_some(Content::Stage(state.stage))),
        ("entity", (!state.entity.is_cooperative()).then_some(Content::Entity(state.entity))),
        ("name-ar", text(&state.names.ar)),
        ("name-fr", text(&state.names.fr)),
        ("name-zgh", text(&state.names.zgh)),
        ("category", text(&state.category)),
        ("sector", text(&state.sector)),
        ("branch", text(&state.branch)),
        ("province", state.province.map(|province| Content::Text(province.to_string()))),
        ("commune", text(&state.commune)),
        ("address", text(&state.address)),
        ("certificate", denomination.and_then(|denomination| text(&denomination.certificate))),
        ("answer-reason", denomination.and_then(|denomination| text(&denomination.reason))),
        ("valid-until", denomination.and_then(|denomination| denomination.valid_until).map(Content::Day)),
        ("founded-on", state.founded_on.map(Content::Day)),
        ("receipt", text(&state.receipt)),
        ("court", text(&state.court)),
        ("number", text(&state.number)),
        ("registered-on", state.registered_on.map(Content::Day)),
        ("registered-centrally-on", state.registered_centrally_on.map(Content::Day)),
        ("central-number", text(&state.central_number)),
        ("form", state.form.map(Content::Form)),
        ("share-value", is_valued.then_some(Content::Amount(state.capital.share_value))),
        ("capital", is_subscribed.then_some(Content::Amount(state.capital.subscribed))),
        ("capital-paid", state.capital.paid.filter(|paid| *paid > Mad::ZERO).map(Content::Amount)),
        ("members", (!state.members.is_empty()).then(|| Content::Count(u64::from(state.member_count())))),
        ("closing-reason", closing.and_then(|closing| text(&closing.reason))),
        (
            "into",
            closing
                .filter(|closing| !closing.into.is_empty())
                .map(|closing| Content::Cooperatives(closing.into.clone())),
        ),
        ("liquidator", closing.and_then(|closing| text(&closing.liquidator))),
        ("struck-off-on", closing.and_then(|closing| closing.struck_off_on).map(Content::Day)),
    ]
}

fn member(member: Option<&Member>) -> Vec<Line> {
    vec![
        ("holder", member.map(|member| member.holder).filter(|holder| !holder.is_person()).map(Content::Holder)),
        ("represented-by", member.and_then(|member| member.represented_by).map(Content::Person)),
        ("joined-on", member.and_then(|member| member.joined_on).map(Content::Day)),
        ("left-on", member.and_then(|member| member.left_on).map(Content::Day)),
        ("left-because", member.and_then(|member| member.left_because).map(Content::Reason)),
        ("shares", member.and_then(|member| member.shares).map(|shares| Content::Count(u64::from(shares)))),
        ("paid", member.and_then(|member| member.paid).map(Content::Amount)),
        ("due-on", member.and_then(|member| member.due_on).map(Content::Day)),
        ("noticed-on", member.and_then(|member| member.noticed_on).map(Content::Day)),
    ]
}

/// Mandates have no key of their own: those that are in both states to the letter are passed over, and what is left is paired by person,
/// office and first day.
fn mandates(before: &State, after: &State, found: &mut Vec<Difference>) {
    let mut new: Vec<&Mandate> = after.mandates.iter().collect();
    let mut gone: Vec<&Mandate> = Vec::new();
    for mandate in &before.mandates {
        match new.iter().position(|other| *other == mandate) {
            Some(place) => {
                new.remove(place);
            }
            None => gone.push(mandate),
        }
    }
    for old in gone {
        let is_it = |other: &&Mandate| other.person == old.person && other.role == old.role && other.from == old.from;
        let pair = new.iter().position(is_it).map(|place| new.remove(place));
        let topic = Topic::Mandate { person: old.person, role: old.role };
        compare(&topic, &mandate(Some(old)), &mandate(pair), found);
    }
    for one in new {
        let topic = Topic::Mandate { person: one.person, role: one.role };
        compare(&topic, &mandate(None), &mandate(Some(one)), found);
    }
}

fn mandate(mandate: Option<&Mandate>) -> Vec<Line> {
    vec![
        ("from", mandate.and_then(|mandate| mandate.from).map(Content::Day)),
        ("until", mandate.and_then(|mandate| mandate.until).map(Content::Day)),
        ("ended-on", mandate.and_then(|mandate| mandate.ended_on).map(Content::Day)),
    ]
}

fn filing(filing: Option<&Filing>) -> Vec<Line> {
    let content = filing.map(|filing| &filing.content);
    let count = |count: Option<u32>| count.map(|count| Content::Count(u64::from(count)));
    vec![
        ("filed-on", filing.map(|filing| Content::Day(filing.filed_on))),
        ("assembly-on", content.map(|content| Content::Day(content.assembly_on))),
        ("turnover", content.map(|content| Content::Amount(content.turnover_mad))),
        ("surplus", content.map(|content| Content::Amount(content.surplus_mad))),
        ("members", content.and_then(|content| count(Some(content.members)))),
        ("women", content.and_then(|content| count(content.women))),
        ("employees", content.and_then(|content| count(content.employees))),
    ]
}
