//! A row of the file of members.

use serde_json::Value;
use tiwizi_identity::Secret;

use crate::day::Day;
use crate::import::cooperative::names;
use crate::import::report::Rejected;
use crate::import::row::{Cells, Field};
use crate::import::value::{self, Fault};
use crate::national_id::NationalIdKey;

/// The greatest number of shares of a member.
const SHARES_MAX: u64 = 1_000_000_000;
/// The greatest amount that a member has paid, in dirhams.
const PAID_MAD_MAX: u64 = 1_000_000_000_000;
/// The greatest value of a share, in dirhams.
const SHARE_VALUE_MAD_MAX: u64 = 1_000_000_000;

/// A row that is right in itself.
#[derive(Debug)]
pub(super) struct MemberRow {
    pub(super) row: u64,
    pub(super) court: String,
    pub(super) number: String,
    pub(super) member_number: String,
    /// The keyed hash of the identity card's number.
    pub(super) national_id_key: Option<String>,
    /// That number, to be sealed once it is known whose it is.
    pub(super) national_id: Option<Secret>,
    /// What a member is that is no natural person.
    pub(super) legal: Option<Legal>,
    /// Fields of the person.
    pub(super) person: Vec<Field>,
    /// Fields of the membership, but for its number, cooperative, person and place.
    pub(super) membership: Vec<Field>,
}

/// A member that is a legal person.
#[derive(Debug)]
pub(super) struct Legal {
    /// The code of its form.
    pub(super) form: String,
    pub(super) ice: Option<String>,
}

impl Legal {
    /// Whether it may be in this very register.
    pub(super) fn may_be_cooperative(&self) -> bool {
        matches!(self.form.as_str(), "cooperative" | "union")
    }
}

/// What only natural persons have.
const OF_PERSONS: [&str; 3] = ["gender", "birth_date", "national_id"];

/// Reads a row, or tells every fault in it.
pub(super) fn read(
    row: u64,
    mut cells: Cells<'_>,
    last_day: Day,
    key: &NationalIdKey,
) -> Result<MemberRow, Vec<Rejected>> {
    let (mut person, mut membership) = (Vec::with_capacity(5), Vec::with_capacity(8));
    let court = cells.required("court");
    let number = cells.required("number");
    let member_number = cells.required("member_number");
    names(&mut cells, &mut person);
    cells.field(&mut person, "gender", value::gender);
    let birth = cells.day_field(&mut person, "birth_date", last_day);
    // A copy, as the filed list has it: counts must not need the person.
    membership.extend(person.iter().filter(|(field, _)| *field == "gender").cloned());
    if person.iter().any(|(field, _)| *field == "birth_date") {
        membership.push(("birth_year", birth.map(|birth| Value::from(birth.year()))));
    }
    let national_id = cells.read("national_id", |text| {
        let hashed = key.hash(text).map_err(|error| Fault::new("national-id", error.to_string()))?;
        Ok((hashed, Secret::of(text.to_owned())))
    });
    let legal = legal(&mut cells, &mut person);
    hide_national_id(&mut cells);
    let joined = cells.day_field(&mut membership, "joined_on", last_day);
    let left = cells.day_field(&mut membership, "left_on", last_day);
    if let (Some(joined), Some(left)) = (joined, left)
        && left < joined
    {
        cells.faults.add("left_on", &left.to_string(), Fault::new("order", "a member leaves after joining"));
    }
    cells.field(&mut membership, "role", value::role);
    cells.field(&mut membership, "shares", |text| value::whole(text, SHARES_MAX));
    cells.field(&mut membership, "share_value_mad", |text| value::money(text, SHARE_VALUE_MAD_MAX));
    cells.field(&mut membership, "paid_mad", |text| value::money(text, PAID_MAD_MAX));
    match (court, number, member_number) {
        (Some(court), Some(number), Some(member_number)) if cells.faults.found.is_empty() => {
            let (national_id_key, national_id) = national_id.flatten().unzip();
            Ok(MemberRow { row, court, number, member_number, national_id_key, national_id, legal, person, membership })
        }
        _ => Err(cells.faults.found),
    }
}

/// What the row says of a legal person; its form and ICE are put among its fields. A natural person has neither.
fn legal(cells: &mut Cells<'_>, fields: &mut Vec<Field>) -> Option<Legal> {
    let form = cells.read("legal_form", value::legal_form).flatten();
    let ice = cells.read("ice", value::ice);
    let Some(form) = form else {
        if let Some(Some(ice)) = ice {
            let message = "an ICE is of a legal person; say its legal_form";
            cells.faults.add("ice", &ice, Fault::new("no-legal-form", message));
        }
        return None;
    };
    let code = form.as_str().unwrap_or_default().to_owned();
    for column in OF_PERSONS {
        if cells.is_filled(column) {
            cells.faults.add(column, "", Fault::new("legal-person", format!("a legal person has no {column}")));
        }
    }
    fields.retain(|(field, _)| !OF_PERSONS.contains(field));
    fields.push(("form", Some(form)));
    if let Some(ice) = &ice {
        fields.push(("ice", ice.clone().map(Value::from)));
    }
    Some(Legal { form: code, ice: ice.flatten() })
}

/// A report is passed around; the number of an identity card does not belong in it.
fn hide_national_id(cells: &mut Cells<'_>) {
    for fault in cells.faults.found.iter_mut().filter(|fault| fault.column == "national_id") {
        fault.value = "…".to_owned();
    }
}
