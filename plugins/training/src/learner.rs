//! What the register says of a learner, as far as the programme's numbers need it: the province, whether a woman, and the year of birth.
//!
//! It is noted with the enrolment, by the learner's own call, and read again by nobody but those who may read enrolments. What the register does not
//! say, or the plugin may not read, is left out.

use serde::Deserialize;
use tiwizi_sdk::{places, registry};

/// What is noted of a learner.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Learner {
    pub(crate) province: Option<String>,
    pub(crate) woman: Option<bool>,
    pub(crate) born: Option<u32>,
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
