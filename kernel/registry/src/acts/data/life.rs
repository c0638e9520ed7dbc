//! What acts say of a cooperative that is registered, of its end, and of what was wrong.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_model::{FileHash, ProvinceCode, RecordId};

use crate::acts::text;
use crate::day::Day;
use crate::holder::{Entity, Holder};
use crate::money::Mad;
use crate::rule_pack::{Role, Stage};

/// What is new; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// Another name in Arabic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_ar: Option<String>,
    /// Another name in French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_fr: Option<String>,
    /// Another name in Tifinagh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_zgh: Option<String>,
    /// Other categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Another sector; its branch goes unless one is named too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Another branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Another province of the seat; commune and address go unless they are named too.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "text::maybe")]
    pub province: Option<ProvinceCode>,
    /// Another commune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Another address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// What is filed for a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearlyFiling {
    /// The year.
    pub year: u16,
    /// When the ordinary assembly met.
    pub assembly_on: Day,
    /// Its minutes: one of the act's documents.
    #[serde(with = "text")]
    pub minutes: FileHash,
    /// The accounts: one of the act's documents.
    #[serde(with = "text")]
    pub accounts: FileHash,
    /// The turnover, in dirhams.
    pub turnover_mad: Mad,
    /// The surplus, in dirhams; below zero for a loss.
    pub surplus_mad: Mad,
    /// Members at the end of the year.
    pub members: u32,
    /// The women among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub women: Option<u32>,
    /// People whom it employs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employees: Option<u32>,
}

/// A reason in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The reason.
    pub reason: String,
}

/// A merger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merger {
    /// The cooperative that it goes into.
    #[serde(with = "text")]
    pub into: RecordId,
}

/// A split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Splitting {
    /// The cooperatives that it becomes, two at least.
    #[serde(with = "text::list")]
    pub into: Vec<RecordId>,
}

/// A change into another legal form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transformation {
    /// What it becomes, in words.
    pub into: String,
}

/// The opening of a liquidation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Liquidation {
    /// Who settles, in words.
    pub liquidator: String,
}

/// What was wrong with an earlier act, and what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Why it is corrected.
    pub reason: String,
    /// What stands in its place, of the same kind; none annuls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands: Option<Stands>,
}

/// What an act should have said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stands {
    /// From when on.
    pub effective_on: Day,
    /// What, in the shape of the kind of the act that is corrected.
    pub data: Value,
}

/// What the register held of a cooperative before its first act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Where it stood.
    pub stage: Stage,
    /// The court of its register.
    #[serde(deserialize_with = "text::key")]
    pub court: String,
    /// Its number there.
    #[serde(deserialize_with = "text::key")]
    pub number: String,
    /// When it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<Day>,
    /// When it was founded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded_on: Option<Day>,
    /// Its name in Arabic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_ar: Option<String>,
    /// Its name in French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_fr: Option<String>,
    /// Its name in Tifinagh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_zgh: Option<String>,
    /// Its categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Its sector.
    pub sector: String,
    /// Its branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Its province.
    #[serde(with = "text")]
    pub province: ProvinceCode,
    /// Its commune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its subscribed capital, in dirhams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capital_mad: Option<Mad>,
    /// Whether it is a cooperative or a union.
    #[serde(default, skip_serializing_if = "Entity::is_cooperative")]
    pub entity: Entity,
    /// The value of one share, in dirhams; said where the members are told in several parts, so that each part means the same. Zero where the
    /// register notes several values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_value_mad: Option<Mad>,
    /// Whether this goes on with the members of the opening balance before it: more than fit into one act.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continues: bool,
    /// The members that the register has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<OpeningMember>,
}

/// A member whom the register had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningMember {
    /// The number in the cooperative's own list.
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
    /// When the member joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_on: Option<Day>,
    /// When the member left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_on: Option<Day>,
    /// The office that the register notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Shares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<u32>,
    /// The value of one, in dirhams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_value_mad: Option<Mad>,
    /// What is paid of them, in dirhams; none when the register does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_mad: Option<Mad>,
}
