//! The file itself, as it is stored. Everything that founders fill in may still be missing.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_model::{AccountId, FileHash, ProvinceCode, RecordId};

use super::error::FoundingError;
use super::step::{Section, Step};
use crate::acts::text;
use crate::day::Day;
use crate::holder::Entity;
use crate::money::Mad;
use crate::rule_pack::BodyForm;

/// A founding file. Moments are in milliseconds since 1970-01-01T00:00:00Z, amounts in dirhams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founding {
    /// The id that the record of the cooperative will have; its acts are entered under it.
    #[serde(with = "text")]
    pub cooperative: RecordId,
    /// Where it stands.
    pub step: Step,
    /// Since when it stands there.
    pub since: i64,
    /// Since when the office is deciding: acts of the decision are entered, and the file does not change until it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deciding_since: Option<i64>,
    /// When it was opened.
    pub opened_at: i64,
    /// The account that opened it.
    #[serde(with = "text")]
    pub opened_by: AccountId,
    /// What is founded.
    #[serde(default, skip_serializing_if = "Entity::is_cooperative")]
    pub entity: Entity,
    /// The name in Arabic; one of Arabic and French is needed.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// The code of a branch of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The province of its seat: the office there is asked.
    #[serde(with = "text")]
    pub province: ProvinceCode,
    /// The commune of its seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// The address of its seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When the name was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_on: Option<Day>,
    /// When it was approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<Day>,
    /// The last day on which it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Day>,
    /// The number of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// What the office said last: why it refused, what it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the office asks to correct.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// The value of one share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_value_mad: Option<Mad>,
    /// How it is managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<BodyForm>,
    /// The items that its statutes hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statutes: Vec<StatuteEntry>,
    /// Its papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// The day of the founding assembly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub founded_on: Option<Day>,
    /// The local authority that has the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// The number of its receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The day of that receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_on: Option<Day>,
    /// The court whose clerk keeps the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub court: Option<String>,
    /// The number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The day of registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<Day>,
    /// The record of a plugin from which it was opened, as `plugin/kind/id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Something that the office asks to correct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Where.
    pub section: Section,
    /// What, in the words of the office.
    pub text: String,
}

/// An item that the statutes hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatuteEntry {
    /// Its code in the rule pack.
    pub item: String,
    /// Where in the statutes it stands: `article 5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A paper of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Which one, by the list of papers.
    pub document: String,
    /// The SHA-256 of its bytes, under which they are stored.
    #[serde(with = "text")]
    pub hash: FileHash,
    /// Its length.
    pub bytes: u64,
    /// The name that it had on its owner's machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was added, in milliseconds since 1970-01-01T00:00:00Z.
    pub added_at: i64,
}

impl Founding {
    /// Reads the body of a record.
    ///
    /// # Errors
    /// `Damaged` when it is not what this module writes.
    pub(super) fn of_body(id: RecordId, body: &Value) -> Result<Self, FoundingError> {
        serde_json::from_value(body.clone()).map_err(|source| FoundingError::Damaged { id, source })
    }

    /// The name by which people are told of it: in French, else in Arabic, else none.
    #[must_use]
    pub fn called(&self) -> Option<&str> {
        [&self.name_fr, &self.name_ar, &self.name_zgh].into_iter().find_map(|name| name.as_deref())
    }

    /// The files of the papers that prove an act.
    #[must_use]
    pub fn proofs(&self, act: crate::act_kind::ActKind) -> Vec<FileHash> {
        let of_act =
            |document: &&Document| super::papers::paper(&document.document).is_some_and(|paper| paper.act == act);
        let mut hashes: Vec<FileHash> = self.documents.iter().filter(of_act).map(|document| document.hash).collect();
        let mut seen = std::collections::BTreeSet::new();
        hashes.retain(|hash| seen.insert(hash.0));
        hashes
    }
}
