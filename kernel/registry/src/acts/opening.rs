//! The opening balance of a cooperative that came before acts were kept: what its records say, as its first act.

use serde_json::Value;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::FieldError;

use super::data::{Opening, OpeningMember, Role};
use super::error::ActError;
use crate::day::Day;
use crate::holder::{Entity, Holder};
use crate::money::Mad;
use crate::rule_pack::Stage;

/// Reads the record of a cooperative and those of its memberships.
pub(super) fn read(record: &Record, memberships: &[Record]) -> Result<Opening, ActError> {
    let body = &record.body;
    let needed = |field: &'static str| {
        text(body, field).ok_or_else(|| {
            let message = format!("the register has no {field} of this cooperative; add it first");
            ActError::one(FieldError::new("", "not-taken-over", message))
        })
    };
    let status = needed("status")?;
    let province = needed("province")?.parse().map_err(|_| ActError::Damaged { id: record.id })?;
    let members: Vec<OpeningMember> = memberships.iter().map(member).collect::<Result<_, _>>()?;
    Ok(Opening {
        stage: Stage::of_status(&status).ok_or(ActError::Damaged { id: record.id })?,
        court: needed("court")?,
        number: needed("number")?,
        registered_on: day(body, "registered_on"),
        founded_on: day(body, "founded_on"),
        name_ar: text(body, "name_ar"),
        name_fr: text(body, "name_fr"),
        name_zgh: text(body, "name_zgh"),
        category: text(body, "category"),
        sector: needed("sector")?,
        branch: text(body, "branch"),
        province,
        commune: text(body, "commune"),
        address: text(body, "address"),
        capital_mad: amount(body, "capital_mad"),
        entity: text(body, "entity").as_deref().and_then(Entity::named).unwrap_or_default(),
        share_value_mad: None,
        continues: false,
        members,
    })
}

/// The opening balance in as many parts as its members need, in their order: each fits into a record, and all together say what the whole
/// says. One that fits is one part.
pub(super) fn parts(opening: Opening, bytes_max: usize) -> Vec<Opening> {
    let mut parts: Vec<Vec<OpeningMember>> = vec![Vec::new()];
    let mut bytes = 0_usize;
    let share_value = share_value(&opening.members);
    let mut head = opening;
    for member in std::mem::take(&mut head.members) {
        let length = serde_json::to_vec(&member).map_or(0, |text| text.len()).saturating_add(1);
        bytes = bytes.saturating_add(length);
        if bytes > bytes_max {
            parts.push(Vec::new());
            bytes = length;
        }
        if let Some(part) = parts.last_mut() {
            part.push(member);
        }
    }
    if parts.len() > 1 {
        head.share_value_mad = Some(share_value);
    }
    let part = |(at, members): (usize, Vec<OpeningMember>)| Opening { continues: at > 0, members, ..head.clone() };
    parts.into_iter().enumerate().map(part).collect()
}

/// The value that the shares of all these members have; nothing where they have several, or none is noted.
pub(super) fn share_value(members: &[OpeningMember]) -> Mad {
    let mut values: Vec<Mad> = members.iter().filter_map(|member| member.share_value_mad).collect();
    values.dedup();
    if let [one] = values.as_slice() { *one } else { Mad::ZERO }
}

fn member(record: &Record) -> Result<OpeningMember, ActError> {
    let body = &record.body;
    let damaged = || ActError::Damaged { id: record.id };
    let id = |field: &str| -> Option<RecordId> { text(body, field).and_then(|id| id.parse().ok()) };
    let found = Holder::ALL.into_iter().find_map(|holder| Some((holder, id(holder.field())?)));
    let (holder, person) = found.ok_or_else(damaged)?;
    Ok(OpeningMember {
        number: text(body, "number").ok_or_else(damaged)?,
        person,
        holder,
        represented_by: id("represented_by").filter(|_| !holder.is_person()),
        joined_on: day(body, "joined_on"),
        left_on: day(body, "left_on"),
        role: text(body, "role").as_deref().and_then(Role::named),
        shares: body.get("shares").and_then(Value::as_u64).and_then(|shares| u32::try_from(shares).ok()),
        share_value_mad: amount(body, "share_value_mad"),
        paid_mad: amount(body, "paid_mad"),
    })
}

fn text(body: &Value, field: &str) -> Option<String> {
    body.get(field).and_then(Value::as_str).map(str::to_owned)
}

fn day(body: &Value, field: &str) -> Option<Day> {
    body.get(field).and_then(Value::as_str)?.parse().ok()
}

fn amount(body: &Value, field: &str) -> Option<Mad> {
    serde_json::from_value(body.get(field)?.clone()).ok()
}
