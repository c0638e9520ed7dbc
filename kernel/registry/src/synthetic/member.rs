//! The rows of members.

use crate::day::Day;
use crate::rule_pack::youth;
use crate::synthetic::cooperative::Made;
use crate::synthetic::dice::Dice;
use crate::synthetic::plan::AGES_YEAR;
use crate::synthetic::words::{FAMILIES, MEN, WOMEN};
use crate::youth::YouthRule;

/// The columns, as the import reads them.
pub(super) const COLUMNS: [&str; 13] = [
    "court",
    "number",
    "member_number",
    "name_ar",
    "name_fr",
    "gender",
    "birth_date",
    "national_id",
    "joined_on",
    "left_on",
    "role",
    "shares",
    "share_value_mad",
];

/// Nobody is a member before this age.
const AGE_MIN: u16 = 18;

/// The rule of the published totals: their year stays when others pass.
fn rule() -> Option<YouthRule> {
    youth().ok().map(|youth| YouthRule { age_max: youth.age_max, reference_year: AGES_YEAR })
}

/// What the quotas decided for a member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) woman: bool,
    pub(super) young: bool,
}

/// Makes one member. Numbers of identity cards stay empty: an invented one could be somebody's.
pub(super) fn make(made: &Made, position: u32, person: Person, dice: &mut Dice) -> Option<Vec<String>> {
    let (first_fr, first_ar) = dice.pick(if person.woman { WOMEN } else { MEN })?;
    let (family_fr, family_ar) = dice.pick(FAMILIES)?;
    let birth = birth(person.young, dice)?;
    let of_age = birth.year() + AGE_MIN;
    let joined_on = if made.registered_on.year() > of_age {
        made.registered_on
    } else {
        Day::new((of_age + 1).min(rule()?.reference_year), 1, 1)?.max(made.registered_on)
    };
    let role = match position {
        1 => "president",
        2 => "treasurer",
        3 => "secretary",
        _ => "member",
    };
    Some(vec![
        made.court.clone(),
        made.number.clone(),
        format!("FICTIF-{position:04}"),
        format!("{first_ar} {family_ar}"),
        format!("{first_fr} {family_fr}"),
        if person.woman { "female" } else { "male" }.to_owned(),
        birth.to_string(),
        String::new(),
        joined_on.to_string(),
        String::new(),
        role.to_owned(),
        dice.between(1, 20).to_string(),
        "100".to_owned(),
    ])
}

fn birth(young: bool, dice: &mut Dice) -> Option<Day> {
    let rule = rule()?;
    let first_young_year = rule.first_birth_year();
    let (low, high) = if young {
        (first_young_year, rule.reference_year - AGE_MIN - 1)
    } else {
        (first_young_year - 45, first_young_year - 1)
    };
    let year = u16::try_from(dice.between(u32::from(low), u32::from(high))).ok()?;
    Day::new(year, u8::try_from(dice.between(1, 12)).ok()?, u8::try_from(dice.between(1, 28)).ok()?)
}
