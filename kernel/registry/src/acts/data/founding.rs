//! What the acts say that lead to registration.

use serde::{Deserialize, Serialize};
use tiwizi_model::{ProvinceCode, RecordId};

use super::people::Appointment;
use crate::acts::text;
use crate::holder::{Entity, Holder};
use crate::money::Mad;
use crate::rule_pack::BodyForm;

/// A name that is asked for, and the cooperative that shall bear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenominationRequest {
    /// The name in Arabic; one of Arabic and French is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_ar: Option<String>,
    /// The name in French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_fr: Option<String>,
    /// The name in Tifinagh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_zgh: Option<String>,
    /// The categories of article 1: `a`, `bc`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The code of a sector.
    pub sector: String,
    /// The code of a branch of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The province of its seat.
    #[serde(with = "text")]
    pub province: ProvinceCode,
    /// The commune of its seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Whether it will be a cooperative or a union of cooperatives.
    #[serde(default, skip_serializing_if = "Entity::is_cooperative")]
    pub entity: Entity,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The name may be used.
    Approved,
    /// It may not.
    Refused,
}

impl Answer {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

/// The answer to a request for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenominationAnswer {
    /// Yes or no.
    pub answer: Answer,
    /// Why; a refusal says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The number of the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Cooperatives of which whoever approves the name says that this is another one, after looking at them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "text::list")]
    pub confirm_distinct: Vec<RecordId>,
}

/// What the founding assembly decided. The capital is the sum of what the founders subscribe and pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constitution {
    /// The items that the statutes hold, by the codes of the rule pack.
    pub statutes: Vec<String>,
    /// How it is managed.
    pub form: BodyForm,
    /// The value of one share, in dirhams.
    pub share_value_mad: Mad,
    /// The founders, its first members.
    pub founders: Vec<Founder>,
    /// The first officers.
    pub officers: Vec<Appointment>,
    /// The address of its seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A founder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founder {
    /// The number in the cooperative's own list of members.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// The record of the person, natural or legal.
    #[serde(with = "text")]
    pub person: RecordId,
    /// What the member is.
    #[serde(default, skip_serializing_if = "Holder::is_person")]
    pub holder: Holder,
    /// The natural person who acts for a member that is a legal person.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::maybe")]
    pub represented_by: Option<RecordId>,
    /// Shares that are subscribed.
    pub shares: u32,
    /// What is paid of them, in dirhams.
    pub paid_mad: Mad,
}

/// The receipt of the local authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// The authority.
    pub authority: String,
    /// The number of its receipt.
    pub receipt: String,
}

/// The entry in the local register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The tribunal of first instance whose clerk keeps the register.
    #[serde(deserialize_with = "text::key")]
    pub court: String,
    /// The number there; opaque.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// Cooperatives of which whoever enters it says that this is another one, after looking at them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "text::list")]
    pub confirm_distinct: Vec<RecordId>,
}

/// The entry in the central register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentralRegistration {
    /// The number there, when it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}
