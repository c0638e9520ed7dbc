//! What is derived from fields about people, so that it can be shown where the fields themselves are not: the year in which somebody was born
//! and the band of their age, in the year in which the record was written.

use serde_json::Value;
use tiwizi_model::Instant;
use tiwizi_records::{Kind, OutgoingField};

use crate::readers::bands;
use crate::youth::{YouthRule, youth_rule};

/// The fields from which something is derived: a day of birth, and a year of birth.
const DAY: &str = "birth_date";
const YEAR: &str = "birth_year";

/// What can be derived, as fields with what is taken of each. A rule that would give another value gets another name.
pub const DERIVED: [(&str, &str); 3] = [(DAY, "year"), (DAY, "age_band"), (YEAR, "age_band")];

/// What is derived from a content that was written at a moment. Where no rule pack says who is young there is no band.
#[must_use]
pub fn derived(kind: &Kind, body: &Value, at: Instant) -> Vec<OutgoingField> {
    let rule = youth_rule(at).ok();
    let mut found = Vec::new();
    if let Some(year) = body.get(DAY).and_then(Value::as_str).and_then(|day| day.get(..4)?.parse::<u16>().ok()) {
        found.extend(one(kind, (DAY, "year"), Value::from(year)));
        found.extend(band(rule, year).and_then(|band| one(kind, (DAY, "age_band"), band.into())));
    }
    let year = body.get(YEAR).and_then(Value::as_u64).and_then(|year| u16::try_from(year).ok());
    found.extend(year.and_then(|year| one(kind, (YEAR, "age_band"), band(rule, year)?.into())));
    found
}

/// The code of the band of ages that somebody of a year of birth is in.
fn band(rule: Option<YouthRule>, year: u16) -> Option<String> {
    let rule = rule?;
    let age = rule.age(year);
    bands(rule).into_iter().find(|band| band.holds(age)).map(|band| band.code)
}

fn one(kind: &Kind, (field, part): (&str, &str), value: Value) -> Option<OutgoingField> {
    let class = kind.class(field)?;
    Some(OutgoingField { name: format!("{field}.{part}"), class, is_derived: true, value })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::Register;

    /// 2025-06-01.
    const AT: Instant = Instant(1_748_736_000_000);

    #[tokio::test]
    async fn of_a_day_of_birth_its_year_and_a_band_of_ages_can_be_shown() {
        let register = Register::new().await;
        let kinds = register.records.kinds();
        let (person, membership) =
            (kinds.find(&register.names.person).unwrap(), kinds.find(&register.names.membership).unwrap());
        let found = |kind: &Kind, body: Value| -> Vec<(String, Value)> {
            derived(kind, &body, AT).into_iter().map(|field| (field.name, field.value)).collect()
        };
        let named = |name: &str, value: Value| (name.to_owned(), value);
        assert_eq!(
            found(person, json!({ "birth_date": "1995-02-03" })),
            [named("birth_date.year", json!(1995)), named("birth_date.age_band", json!("25-35"))]
        );
        assert_eq!(found(membership, json!({ "birth_year": 1960 })), [named("birth_year.age_band", json!("56-65"))]);
        assert_eq!(found(membership, json!({ "birth_year": 1930 })), [named("birth_year.age_band", json!("66-"))]);
        let known: Vec<String> = DERIVED.iter().map(|(field, part)| format!("{field}.{part}")).collect();
        let all = [found(person, json!({ "birth_date": "1995-02-03" })), found(membership, json!({ "birth_year": 1960 }))];
        assert!(all.concat().iter().all(|(name, _)| known.contains(name)), "{all:?}");
        assert_eq!(found(person, json!({ "name_fr": "Fadma" })), []);
        // A kind without the field says nothing of it.
        assert_eq!(found(membership, json!({ "birth_date": "1995-02-03" })), []);
    }
}
