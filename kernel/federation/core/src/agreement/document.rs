//! The document of an agreement, and the one form in which it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tiwizi_model::{IdError, Instant, KindName};
use uuid::Uuid;

use crate::wire::{Hash, NodeId, Plane};

use super::fault::AgreementError;
use super::parse;

/// What the document calls itself.
pub const FORM: &str = "tiwizi.ma/agreement/1";

/// The id of an agreement; all its versions share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgreementId(pub Uuid);

impl fmt::Display for AgreementId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(formatter)
    }
}

impl FromStr for AgreementId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse::<tiwizi_model::RecordId>().map(|id| Self(id.0))
    }
}

/// One side of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The instance.
    pub node: NodeId,
    /// Its name, for people.
    pub name: String,
}

/// How a field is given. What is not named is withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// As it is.
    Clear,
    /// As another committed field that says less: the year of a birth in place of its day.
    Generalised(String),
    /// Not at all.
    Withheld,
}

/// A value that a filter lets through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scalar {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

impl Scalar {
    /// The value as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Flag(flag) => json!(flag),
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
        }
    }
}

/// What is given of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KindTerms {
    /// Which rows: of each attribute one of these values. Without attributes every row.
    pub rows: BTreeMap<String, BTreeSet<Scalar>>,
    /// In which form each field.
    pub fields: BTreeMap<String, Rule>,
}

impl KindTerms {
    /// The names under which something is given: what is clear, and what stands in place of something else.
    #[must_use]
    pub fn given(&self) -> BTreeSet<&str> {
        self.fields
            .iter()
            .filter_map(|(field, rule)| match rule {
                Rule::Clear => Some(field.as_str()),
                Rule::Generalised(other) => Some(other.as_str()),
                Rule::Withheld => None,
            })
            .collect()
    }
}

/// What one side gives, by plane and kind.
pub type Grants = BTreeMap<Plane, BTreeMap<KindName, KindTerms>>;

/// One version of an agreement between two instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The agreement.
    pub id: AgreementId,
    /// Its version, from 1.
    pub version: u32,
    /// The hash of the version before.
    pub before: Option<Hash>,
    /// Both sides, in the order of their names.
    pub parties: [Party; 2],
    /// What for.
    pub purpose: String,
    /// By which law or decision.
    pub legal_basis: String,
    /// The decision of the commission (CNDP), when persons are concerned.
    pub cndp: Option<String>,
    /// When it was written.
    pub issued_at: Instant,
    /// From when on it holds no more.
    pub expires_at: Instant,
    /// For how many days the receiver may keep what it was given.
    pub retention_days: u32,
    /// Within how many days the receiver erases what it is told to.
    pub erasure_days: u32,
    /// To whom the receiver may give it further: to nobody, unless it says so here.
    pub onward: BTreeSet<NodeId>,
    /// What each side gives the other.
    pub grants: BTreeMap<NodeId, Grants>,
}

impl Document {
    /// Reads a document from the bytes that were signed.
    ///
    /// # Errors
    /// With every fault and its place; also when it is not written in the one form that `encode` writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, AgreementError> {
        let document = parse::parse(bytes)?;
        if document.encode() == bytes { Ok(document) } else { Err(AgreementError::Form) }
    }

    /// Holds a document that was made here to what is asked of one that comes from elsewhere.
    ///
    /// # Errors
    /// As `parse`.
    pub fn check(&self) -> Result<(), AgreementError> {
        Self::parse(&self.encode()).map(|_| ())
    }

    /// The bytes to be signed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        // Members are put in by their order, so that it makes no difference whether maps of JSON sort.
        let value = json!({
            "before": self.before.as_ref().map(ToString::to_string),
            "cndp": self.cndp,
            "erasure_days": self.erasure_days,
            "expires_at_ms": self.expires_at.0,
            "form": FORM,
            "grants": object(&self.grants, |grants| object(grants, |kinds| object(kinds, kind_json))),
            "id": self.id.to_string(),
            "issued_at_ms": self.issued_at.0,
            "legal_basis": self.legal_basis,
            "onward": self.onward.iter().map(|node| node.to_string()).collect::<Vec<_>>(),
            "parties": self.parties.iter().map(party_json).collect::<Vec<_>>(),
            "purpose": self.purpose,
            "retention_days": self.retention_days,
            "version": self.version,
        });
        value.to_string().into_bytes()
    }

    /// The hash by which the next version names this one.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash(Sha256::digest(self.encode()).into())
    }

    /// Whether an instance is one of the sides.
    #[must_use]
    pub fn has_party(&self, node: &NodeId) -> bool {
        self.parties.iter().any(|party| party.node == *node)
    }

    /// The other side; none when the instance is no side.
    #[must_use]
    pub fn other(&self, node: &NodeId) -> Option<&NodeId> {
        let [first, second] = &self.parties;
        match (first.node == *node, second.node == *node) {
            (true, _) => Some(&second.node),
            (_, true) => Some(&first.node),
            _ => None,
        }
    }

    /// What a side gives of a plane.
    #[must_use]
    pub fn given(&self, holder: &NodeId, plane: &Plane) -> Option<&BTreeMap<KindName, KindTerms>> {
        self.grants.get(holder)?.get(plane)
    }
}

fn object<K: fmt::Display, V>(map: &BTreeMap<K, V>, write: impl Fn(&V) -> Value) -> Value {
    // Keys may sort otherwise as values than as texts.
    let sorted: BTreeMap<String, Value> = map.iter().map(|(key, value)| (key.to_string(), write(value))).collect();
    Value::Object(sorted.into_iter().collect::<Map<_, _>>())
}

fn party_json(party: &Party) -> Value {
    json!({ "name": party.name, "node": party.node.to_string() })
}

fn kind_json(terms: &KindTerms) -> Value {
    let values = |values: &BTreeSet<Scalar>| Value::Array(values.iter().map(Scalar::json).collect());
    json!({ "fields": object(&terms.fields, rule_json), "rows": object(&terms.rows, values) })
}

fn rule_json(rule: &Rule) -> Value {
    match rule {
        Rule::Clear => json!("clear"),
        Rule::Generalised(field) => json!({ "generalised": field }),
        Rule::Withheld => json!("withheld"),
    }
}
