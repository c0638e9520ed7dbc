//! From a state to the records that follow from it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tiwizi_model::limits::CONFIRMED_DISTINCT_MAX;
use tiwizi_model::{ProvinceCode, RecordId};

use super::data::Role;
use super::state::{Mandate, Member, State};
use crate::day::Day;
use crate::holder::Holder;
use crate::kept::KEPT_BY_ACTS;
use crate::money::Mad;

/// The body of a cooperative's record after so many acts; none before it is registered. What acts do not keep stays as it is.
pub(super) fn cooperative(state: &State, acts: u32, before: Option<&Value>) -> Option<Value> {
    let status = state.stage.status()?;
    let mut body = before.and_then(Value::as_object).cloned().unwrap_or_default();
    for field in KEPT_BY_ACTS {
        body.remove(field);
    }
    let mut set = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(field.to_owned(), value);
        }
    };
    set("acts", Some(acts.into()));
    set("status", Some(status.into()));
    set("entity", (!state.entity.is_cooperative()).then(|| state.entity.name().into()));
    for (field, value) in described(state) {
        set(field, Some(value));
    }
    // Of a record that is there, what it is distinct from is written by hand.
    set("confirm_distinct", distinct(state).filter(|_| before.is_none()));
    // Of one that was taken over without its capital, none is known.
    let is_known = state.capital.paid.is_some() || state.capital.subscribed.centimes() > 0;
    set("capital_mad", is_known.then(|| Value::Number(state.capital.subscribed.number())));
    Some(Value::Object(body))
}

/// What is known of a cooperative that has no record yet, by the fields that its record will have.
pub(super) fn candidate(state: &State) -> Value {
    let mut body = Map::new();
    body.extend(described(state).into_iter().map(|(field, value)| (field.to_owned(), value)));
    body.extend(distinct(state).map(|value| ("confirm_distinct".to_owned(), value)));
    Value::Object(body)
}

/// What a state says of the cooperative itself, by the fields of its record.
fn described(state: &State) -> Vec<(&'static str, Value)> {
    let texts = [
        ("court", &state.court),
        ("number", &state.number),
        ("name_ar", &state.names.ar),
        ("name_fr", &state.names.fr),
        ("name_zgh", &state.names.zgh),
        ("category", &state.category),
        ("sector", &state.sector),
        ("branch", &state.branch),
        ("commune", &state.commune),
        ("address", &state.address),
    ];
    let days = [("registered_on", state.registered_on), ("founded_on", state.founded_on)];
    let texts = texts.into_iter().filter_map(|(field, text)| Some((field, Value::from(text.clone()?))));
    let days = days.into_iter().filter_map(|(field, day)| Some((field, Value::from(day?.to_string()))));
    let province = state.province.map(|province| ("province", Value::from(province.to_string())));
    texts.chain(days).chain(province).collect()
}

/// The cooperatives of which acts say that it is another one: the last that were named, as many as a record holds.
fn distinct(state: &State) -> Option<Value> {
    let surplus = state.confirm_distinct.len().saturating_sub(CONFIRMED_DISTINCT_MAX);
    let ids: Vec<String> = state.confirm_distinct.iter().skip(surplus).map(ToString::to_string).collect();
    (!ids.is_empty()).then(|| ids.into())
}

/// The body of the record of a request for a name; none when the cooperative was taken over.
pub(super) fn denomination(state: &State, cooperative: RecordId, acts: u32) -> Option<Value> {
    let denomination = state.denomination.as_ref()?;
    let mut body = Map::new();
    let mut set = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(field.to_owned(), value);
        }
    };
    set("cooperative", Some(cooperative.to_string().into()));
    set("acts", Some(acts.into()));
    set("stage", Some(state.stage.name().into()));
    set("entity", (!state.entity.is_cooperative()).then(|| state.entity.name().into()));
    set("province", state.province.map(|province| province.to_string().into()));
    for (field, text) in [
        ("name_ar", &state.names.ar),
        ("name_fr", &state.names.fr),
        ("name_zgh", &state.names.zgh),
        ("category", &state.category),
        ("sector", &state.sector),
        ("branch", &state.branch),
        ("reason", &denomination.reason),
        ("certificate", &denomination.certificate),
    ] {
        set(field, text.clone().map(Value::from));
    }
    set("requested_on", Some(denomination.requested_on.to_string().into()));
    for (field, day) in [("answered_on", denomination.answered_on), ("valid_until", denomination.valid_until)] {
        set(field, day.map(|day| day.to_string().into()));
    }
    Some(Value::Object(body))
}

/// Which cooperatives go on with one that was merged or split, each with the body of the record that says so; none while it is not in the
/// register.
pub(super) fn successions(state: &State, cooperative: RecordId) -> BTreeMap<RecordId, Value> {
    let closing = state.closing.as_ref().filter(|_| state.is_registered());
    let Some(closing) = closing else { return BTreeMap::new() };
    let how = if closing.into.len() > 1 { "split" } else { "merged" };
    let body = |successor: &RecordId| {
        let mut body = Map::new();
        body.insert("cooperative".to_owned(), cooperative.to_string().into());
        body.insert("successor".to_owned(), successor.to_string().into());
        body.insert("how".to_owned(), how.into());
        body.insert("on".to_owned(), closing.on.to_string().into());
        if let Some(province) = state.province {
            body.insert("province".to_owned(), province.to_string().into());
        }
        Value::Object(body)
    };
    closing.into.iter().map(|successor| (*successor, body(successor))).collect()
}

/// What the record of a membership shows of the state; two that are equal need no write.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shown<'a> {
    pub(super) number: &'a str,
    pub(super) member: &'a Member,
    role: &'static str,
    value: Mad,
    /// Until when the rest of the shares may be paid.
    pay_until: Option<Day>,
    province: ProvinceCode,
    sector: &'a str,
}

/// The memberships that have a record: those of a cooperative that is registered.
pub(super) fn memberships(state: &State) -> Vec<Shown<'_>> {
    let (Some(province), Some(sector), true) = (state.province, state.sector.as_deref(), state.is_registered()) else {
        return Vec::new();
    };
    let members = state.members.iter().map(|(number, member)| Shown {
        number,
        member,
        role: role(state, member),
        value: member.share_value.unwrap_or(state.capital.share_value),
        pay_until: member.pay_until(),
        province,
        sector,
    });
    members.collect()
}

/// The first office that a member holds, in the order of offices.
fn role(state: &State, member: &Member) -> &'static str {
    let held = state.mandates.iter().filter(|mandate| member.acts_by(mandate.person) && mandate.ended_on.is_none());
    let first = held.map(|mandate| mandate.role).min();
    first.filter(|_| member.left_on.is_none()).map_or("member", Role::name)
}

impl Shown<'_> {
    /// The body of its record. Gender and year of birth come from the person; they stay when the person does not say.
    pub(super) fn body(&self, cooperative: RecordId, before: Option<&Value>, person: Option<&Value>) -> Value {
        let mut body = before.and_then(Value::as_object).cloned().unwrap_or_default();
        let mut set = |field: &str, value: Option<Value>| match value {
            Some(value) => {
                body.insert(field.to_owned(), value);
            }
            None => {
                body.remove(field);
            }
        };
        set("cooperative", Some(cooperative.to_string().into()));
        set("number", Some(self.number.into()));
        for holder in Holder::ALL {
            set(holder.field(), (holder == self.member.holder).then(|| self.member.person.to_string().into()));
        }
        set("represented_by", self.member.represented_by.map(|person| person.to_string().into()));
        set("joined_on", self.member.joined_on.map(|day| day.to_string().into()));
        set("left_on", self.member.left_on.map(|day| day.to_string().into()));
        set("role", Some(self.role.into()));
        set("shares", self.member.shares.map(Value::from));
        set("share_value_mad", (self.value.centimes() > 0).then(|| Value::Number(self.value.number())));
        let amount = |amount: Option<Mad>| amount.map(|amount| Value::Number(amount.number()));
        set("paid_mad", amount(self.member.paid));
        set("called_mad", amount(self.member.called));
        set("pay_until", self.pay_until.map(|day| day.to_string().into()));
        set("province", Some(self.province.to_string().into()));
        set("sector", Some(self.sector.into()));
        if !self.member.holder.is_person() {
            // Nobody else is a woman or young.
            set("gender", None);
            set("birth_year", None);
        }
        let of_person = |field: &str| person.and_then(|person| person.get(field));
        if let Some(gender) = of_person("gender") {
            set("gender", Some(gender.clone()));
        }
        let year = of_person("birth_date").and_then(Value::as_str).and_then(|day| day.get(..4)?.parse::<u16>().ok());
        if let Some(year) = year {
            set("birth_year", Some(year.into()));
        }
        Value::Object(body)
    }
}

/// What the record of a mandate shows of the state; two that are equal need no write.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ShownMandate<'a> {
    mandate: &'a Mandate,
    /// Whether the cooperative has ended, and its mandates with it.
    has_closed: bool,
    province: ProvinceCode,
}

/// The mandates that have a record, in their order: those of a cooperative that is registered.
pub(super) fn mandates(state: &State) -> Vec<ShownMandate<'_>> {
    let (Some(province), true) = (state.province, state.is_registered()) else { return Vec::new() };
    let has_closed = state.closing.is_some();
    state.mandates.iter().map(|mandate| ShownMandate { mandate, has_closed, province }).collect()
}

impl ShownMandate<'_> {
    /// The body of its record, in its place among the mandates: 1, 2, 3…
    pub(super) fn body(&self, cooperative: RecordId, place: usize) -> Value {
        let Mandate { person, role, from, until, ended_on } = self.mandate;
        let runs_until = until.filter(|_| ended_on.is_none() && !self.has_closed);
        let mut body = Map::new();
        body.insert("cooperative".to_owned(), cooperative.to_string().into());
        body.insert("place".to_owned(), place.into());
        body.insert("person".to_owned(), person.to_string().into());
        body.insert("role".to_owned(), role.name().into());
        body.insert("province".to_owned(), self.province.to_string().into());
        for (field, day) in [("from", *from), ("until", *until), ("ended_on", *ended_on), ("runs_until", runs_until)] {
            if let Some(day) = day {
                body.insert(field.to_owned(), day.to_string().into());
            }
        }
        Value::Object(body)
    }
}
