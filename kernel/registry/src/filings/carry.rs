//! What a new filing begins with: members as the register has them at the end of the year, and the rest as it was filed before.

use serde_json::Value;
use tiwizi_model::Record;

use super::filing::Values;
use crate::acts::YearlyFiling;
use crate::day::Day;

/// The values that a filing for a year begins with. Day, minutes and accounts are of each year and never carried over.
pub(super) fn over(year: u16, before: Option<&YearlyFiling>, memberships: &[Record]) -> Values {
    let end = Day::last_of_year(year);
    let current: Vec<&Value> =
        memberships.iter().map(|record| &record.body).filter(|body| is_member(body, end)).collect();
    let members = u32::try_from(current.len()).ok().filter(|count| *count > 0);
    // A list of which some are not known to be women or men tells no number of women.
    let are_known = current.iter().all(|body| body.get("gender").is_some());
    let women = current.iter().filter(|body| body.get("gender").and_then(Value::as_str) == Some("female")).count();
    let women = u32::try_from(women).ok().filter(|_| members.is_some() && are_known);
    Values {
        turnover: before.map(|before| before.turnover_mad),
        surplus: before.map(|before| before.surplus_mad),
        members: members.or_else(|| before.map(|before| before.members)),
        women: women.or_else(|| before.filter(|_| members.is_none()).and_then(|before| before.women)),
        employees: before.and_then(|before| before.employees),
        ..Values::default()
    }
}

/// Whether a membership ran on a day.
fn is_member(body: &Value, on: Day) -> bool {
    let day = |field: &str| body.get(field).and_then(Value::as_str).and_then(|day| day.parse::<Day>().ok());
    day("joined_on").is_none_or(|joined| joined <= on) && day("left_on").is_none_or(|left| left > on)
}
