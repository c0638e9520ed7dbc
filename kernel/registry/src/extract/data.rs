//! What an extract says of a cooperative: plain data, and the border between the register and the paper.
//!
//! Whoever knows the records fills it ([`from_records`](super::from_records)); the paper and the signature take it as it is.

use serde::{Deserialize, Serialize};

/// What an extract says of one cooperative.
///
/// Its JSON, in the order of these fields, is part of the text that is signed. A field that comes later is an `Option` or a list
/// with `#[serde(default, skip_serializing_if = …)]`, so that what was signed before is still read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractData {
    /// The cooperative's id.
    pub cooperative: String,
    /// The version of its record that was read.
    pub version: i64,
    /// The name in Arabic.
    pub name_ar: Option<String>,
    /// The name in French.
    pub name_fr: Option<String>,
    /// The name in Tifinagh.
    pub name_zgh: Option<String>,
    /// The court whose clerk keeps the local register (decree 2-15-617, article 2).
    pub court: String,
    /// The number in that register.
    pub number: String,
    /// The day of its registration, `2019-02-01`.
    pub registered_on: Option<String>,
    /// The day of the founding assembly.
    pub founded_on: Option<String>,
    /// The identifiant commun de l'entreprise, 15 digits.
    pub ice: Option<String>,
    /// The seat: the HCP code of a province or prefecture.
    pub province: String,
    /// The seat: the commune.
    pub commune: Option<String>,
    /// The seat: the address.
    pub address: Option<String>,
    /// The categories of article 1 of law 112-12: `a`, `b`, `c` or a combination.
    pub category: Option<String>,
    /// The code of its sector.
    pub sector: String,
    /// The code of its branch.
    pub branch: Option<String>,
    /// The subscribed capital in dirhams with two decimals, `12000.50`: a text, because it is signed.
    pub capital_mad: Option<String>,
    /// The state in the register: `registered`, `dissolved` and so on.
    pub status: String,
    /// Who holds an office on the day of issue.
    pub officers: Vec<ExtractOfficer>,
    /// What is inscribed in the local register, the oldest first. Empty where the register holds no acts of it: the paper then has no
    /// such part, and does not say that there are none.
    pub acts: Vec<ExtractAct>,
    /// How many inscriptions that are older are not among them, where there are more than a paper holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acts_unlisted: Option<usize>,
}

/// Somebody who holds an office.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractOfficer {
    /// The name in Arabic.
    pub name_ar: Option<String>,
    /// The name in French.
    pub name_fr: Option<String>,
    /// The code of the office, as memberships have it: `president`.
    pub role: String,
    /// The day from which the term runs.
    pub from: Option<String>,
    /// The last day of the term.
    pub until: Option<String>,
    /// The name of the member for whom they sit there, when that is a legal person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub represents: Option<String>,
}

/// Something that is inscribed in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractAct {
    /// The code of its type; the paper shows the message `act-CODE`, or the code itself.
    pub act: String,
    /// The day from which it has effect.
    pub effective_on: Option<String>,
    /// The day on which it was entered.
    pub entered_on: Option<String>,
    /// What it is about, in the words of the register.
    pub subject: Option<String>,
}

/// A part of an extract, to say what has changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The names.
    Name,
    /// The court, the number, the days, the ICE.
    Registration,
    /// The province, the commune, the address.
    Seat,
    /// The category, the sector, the branch.
    Category,
    /// The capital.
    Capital,
    /// The state.
    State,
    /// The officers.
    Officers,
    /// The acts.
    Acts,
}

impl Part {
    /// Its name, in messages (`verify-part-NAME`) and in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Registration => "registration",
            Self::Seat => "seat",
            Self::Category => "category",
            Self::Capital => "capital",
            Self::State => "state",
            Self::Officers => "officers",
            Self::Acts => "acts",
        }
    }
}

impl ExtractData {
    /// The parts in which two extracts of one cooperative differ, in the order of the paper. The version of the record is none.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<Part> {
        let names = |data: &Self| (data.name_ar.clone(), data.name_fr.clone(), data.name_zgh.clone());
        let registration = |data: &Self| {
            let days = (data.registered_on.clone(), data.founded_on.clone());
            (data.court.clone(), data.number.clone(), days, data.ice.clone())
        };
        let seat = |data: &Self| (data.province.clone(), data.commune.clone(), data.address.clone());
        let category = |data: &Self| (data.category.clone(), data.sector.clone(), data.branch.clone());
        let parts = [
            (Part::Name, names(self) != names(other)),
            (Part::Registration, registration(self) != registration(other)),
            (Part::Seat, seat(self) != seat(other)),
            (Part::Category, category(self) != category(other)),
            (Part::Capital, self.capital_mad != other.capital_mad),
            (Part::State, self.status != other.status),
            (Part::Officers, self.officers != other.officers),
            (Part::Acts, (&self.acts, self.acts_unlisted) != (&other.acts, other.acts_unlisted)),
        ];
        parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_named_when_it_differs_and_a_new_version_alone_is_no_difference() {
        let before = ExtractData { version: 1, status: "registered".into(), ..ExtractData::default() };
        let text = || Some("x".to_owned());
        let officer = ExtractOfficer { name_fr: text(), role: "president".into(), ..ExtractOfficer::default() };
        let act = ExtractAct { act: "dissolution".into(), effective_on: None, entered_on: None, subject: None };
        let same = before.clone();
        for (after, expected) in [
            (ExtractData { version: 2, ..same.clone() }, vec![]),
            (ExtractData { name_zgh: text(), ..same.clone() }, vec![Part::Name]),
            (ExtractData { ice: text(), ..same.clone() }, vec![Part::Registration]),
            (ExtractData { commune: text(), ..same.clone() }, vec![Part::Seat]),
            (ExtractData { branch: text(), ..same.clone() }, vec![Part::Category]),
            (ExtractData { capital_mad: text(), ..same.clone() }, vec![Part::Capital]),
            (ExtractData { officers: vec![officer], ..same.clone() }, vec![Part::Officers]),
            (ExtractData { acts_unlisted: Some(1), ..same.clone() }, vec![Part::Acts]),
            (
                ExtractData { status: "dissolved".into(), acts: vec![act], ..same.clone() },
                vec![Part::State, Part::Acts],
            ),
        ] {
            assert_eq!(before.differences(&after), expected);
            assert_eq!(after.differences(&before), expected);
        }
    }
}
