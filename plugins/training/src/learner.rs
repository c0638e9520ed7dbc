//! What the register says of a learner, as far as the programme's numbers need it: the province, whether a woman, and the year of birth.
//!
//! It is noted with the enrolment, by the learner's own call, and read again by nobody but those who may read enrolments. What the register does not
//! say, or the plugin may not read, is left out.
//!
//! With a certificate it is noted anew, as it is on that day. Where the register says no province, it is that of the newest enrolment that has
//! one; where none has, that of the cooperative that the learner acts for as an officer, if all of theirs lie in one. Who has none of
//! these is nowhere: no cohort and no answer of a questionnaire is taken for a place.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Error, Shape, config, context, places, registry};

use crate::kinds::Enrolment;

/// What is noted of a learner.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Learner {
    pub(crate) province: Option<String>,
    pub(crate) woman: Option<bool>,
    pub(crate) born: Option<u32>,
}

/// What is counted of the holder of a certificate.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Holder {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = "^[0-9]{2}\\.[0-9]{3}$")]
    pub(crate) province: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) woman: Option<bool>,
    /// Whether they were young in that year: the year of birth is not kept for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) young: Option<bool>,
}

/// A cooperative, as far as it says where it is.
#[derive(Deserialize)]
struct Seat {
    #[serde(default)]
    province: Option<String>,
}

#[derive(Deserialize)]
struct Registered {
    #[serde(default)]
    province: Option<String>,
    #[serde(default)]
    gender: Option<String>,
    #[serde(default)]
    birth_date: Option<String>,
}

/// The caller's own person.
pub(crate) fn own(person: &str) -> Learner {
    let Ok(Some(entry)) = registry::person::<Registered>(person) else { return Learner::default() };
    let Registered { province, gender, birth_date } = entry.body;
    Learner {
        province: province.filter(|code| places::is_province(code)),
        woman: gender.map(|gender| gender == "female"),
        born: birth_date.and_then(|day| day.get(..4)?.parse().ok()).filter(|year| (1900..=2100).contains(year)),
    }
}

/// The caller as the holder of a certificate that is given now.
///
/// # Errors
/// When the settings cannot be read.
pub(crate) fn holder(person: &str, enrolments: &[Enrolment]) -> Result<Holder, Error> {
    let Learner { province, woman, born } = own(person);
    let mut noted: Vec<&Enrolment> = enrolments.iter().collect();
    noted.sort_by_key(|enrolment| std::cmp::Reverse(enrolment.started_at));
    let province = province.or_else(|| noted.iter().find_map(|enrolment| enrolment.lives_in.clone()));
    let born = born.or_else(|| noted.iter().find_map(|enrolment| enrolment.born));
    let year = context::today()?.as_str().get(..4).and_then(|year| year.parse::<u32>().ok());
    let youngest = year.map(|year| Ok::<u32, Error>(year.saturating_sub(config::get("young_age_max")?))).transpose()?;
    Ok(Holder {
        province: province.or_else(of_cooperatives),
        woman: woman.or_else(|| noted.iter().find_map(|enrolment| enrolment.woman)),
        young: born.zip(youngest).map(|(born, youngest)| born >= youngest),
    })
}

/// The province in which all cooperatives lie that the caller acts for.
fn of_cooperatives() -> Option<String> {
    let seats = registry::acts_for::<Seat>().ok()?;
    let mut provinces = seats.into_iter().map(|entry| entry.body.province);
    let first = provinces.next()?.filter(|code| places::is_province(code))?;
    provinces.all(|other| other.as_ref() == Some(&first)).then_some(first)
}
