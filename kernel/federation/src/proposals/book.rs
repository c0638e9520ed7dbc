//! A proposal as it is kept: the record `registry/proposal`.

use serde_json::{Map, Value};
use tiwizi_federation_core::flow::proposal::{Answer, Base, Proposal, Refusal};
use tiwizi_federation_core::wire::{Entity, NodeId};
use tiwizi_model::{AccountId, Instant, KindName, ProvinceCode, Record, RecordId, Version};
use uuid::Uuid;

/// Which way a proposal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// This instance asks.
    Sent,
    /// This instance is asked.
    Received,
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waits for an answer.
    Waiting,
    /// It waits, and the record was changed since its sender saw it: a person compares.
    Review,
    /// The record is in transfer.
    Held,
    /// It was done.
    Accepted,
    /// It was not done.
    Refused,
    /// It went on to the new home.
    Forwarded,
}

/// What a refusal comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A person said no.
    Declined,
    /// A rule did.
    Invalid,
    /// The record is not there.
    Absent,
}

/// What the other instance was not told yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pending {
    Proposal,
    Answer,
}

macro_rules! names {
    ($type:ident, $($variant:ident = $name:literal),*) => {
        impl $type {
            /// Its name in records and in the API.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The one of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

names!(Way, Sent = "sent", Received = "received");
names!(
    Status,
    Waiting = "waiting",
    Review = "review",
    Held = "held",
    Accepted = "accepted",
    Refused = "refused",
    Forwarded = "forwarded"
);
names!(Outcome, Declined = "declined", Invalid = "invalid", Absent = "absent");

impl Pending {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Proposal => "proposal",
            Self::Answer => "answer",
        }
    }
}

impl Status {
    /// Those in which nobody has answered yet.
    pub const OPEN: [Self; 3] = [Self::Waiting, Self::Review, Self::Held];

    /// Whether nobody has answered yet.
    #[must_use]
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

/// A proposal as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    pub(super) id: RecordId,
    pub(super) version: Version,
    pub(super) province: Option<ProvinceCode>,
    pub(super) way: Way,
    pub(super) node: NodeId,
    pub(super) node_name: String,
    pub(super) key: [u8; 16],
    pub(super) kind: KindName,
    pub(super) record: RecordId,
    pub(super) root: RecordId,
    pub(super) base: Base,
    /// None for a reader who sees no such fields.
    pub(super) patch: Option<Value>,
    pub(super) status: Status,
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: Option<String>,
    pub(super) written: Option<u64>,
    pub(super) made_at: Instant,
    pub(super) made_by: Option<AccountId>,
    pub(super) made_by_name: Option<String>,
    pub(super) answered_at: Option<Instant>,
}

impl Stored {
    /// Reads a record.
    pub(super) fn of(record: &Record) -> Option<Self> {
        let body = &record.body;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let number = |name: &str| body.get(name).and_then(Value::as_u64);
        let moment = |name: &str| body.get(name).and_then(Value::as_i64).map(Instant);
        let id: RecordId = text("record")?.parse().ok()?;
        Some(Self {
            id: record.id,
            version: record.version,
            province: record.province,
            way: Way::named(text("way")?)?,
            node: text("node")?.parse().ok()?,
            node_name: text("node_name")?.to_owned(),
            key: key_of(text("key")?)?,
            kind: text("kind")?.parse().ok()?,
            record: id,
            root: text("cooperative").and_then(|root| root.parse().ok()).unwrap_or(id),
            base: Base { tenure: u32::try_from(number("tenure")?).ok()?, ver: number("seen")? },
            patch: body.get("patch").cloned(),
            status: Status::named(text("status")?)?,
            outcome: text("outcome").and_then(Outcome::named),
            reason: text("reason").map(str::to_owned),
            written: number("written"),
            made_at: moment("made_at")?,
            made_by: text("made_by").and_then(|account| account.parse().ok()),
            made_by_name: text("made_by_name").map(str::to_owned),
            answered_at: moment("answered_at"),
        })
    }

    /// The same as the core has it.
    pub(super) fn proposal(&self) -> Proposal {
        Proposal {
            id: self.id,
            entity: Entity { kind: self.kind.clone(), id: self.record },
            root: self.root,
            base: self.base,
            patch: self.patch.clone().unwrap_or_default(),
            idem: self.key,
        }
    }
}

/// A new proposal, on its way into a record.
pub(super) struct New<'a> {
    pub(super) way: Way,
    pub(super) node: NodeId,
    pub(super) node_name: &'a str,
    pub(super) proposal: &'a Proposal,
    pub(super) province: Option<ProvinceCode>,
    pub(super) status: Status,
    pub(super) made_at: Instant,
}

impl New<'_> {
    /// The body of its record.
    pub(super) fn body(&self) -> Map<String, Value> {
        let proposal = self.proposal;
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
        put("way", self.way.name().into());
        put("node", self.node.to_string().into());
        put("node_name", self.node_name.into());
        put("key", key_text(&proposal.idem).into());
        put("kind", proposal.entity.kind.as_str().into());
        put("record", proposal.entity.id.to_string().into());
        put("cooperative", proposal.root.to_string().into());
        put("tenure", proposal.base.tenure.into());
        put("seen", proposal.base.ver.into());
        put("patch", proposal.patch.clone());
        put("status", self.status.name().into());
        put("made_at", self.made_at.0.into());
        if let Some(province) = self.province {
            put("province", province.to_string().into());
        }
        body
    }
}

/// What an answer says, as fields of the record.
pub(super) fn answered(answer: &Answer) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    let status = match answer {
        Answer::Accepted(base) => {
            put("written", base.ver.into());
            Status::Accepted
        }
        Answer::Refused(refusal) => {
            let (outcome, reason) = match refusal {
                Refusal::Absent => (Outcome::Absent, ""),
                Refusal::Invalid(why) => (Outcome::Invalid, why.as_str()),
                Refusal::Declined(why) => (Outcome::Declined, why.as_str()),
            };
            put("outcome", outcome.name().into());
            let reason: String = reason.chars().take(tiwizi_model::limits::FED_REASON_CHARS_MAX).collect();
            if !reason.is_empty() {
                put("reason", reason.into());
            }
            Status::Refused
        }
    };
    put("status", status.name().into());
    fields
}

/// A key as it stands in records and forms.
pub(super) fn key_text(key: &[u8; 16]) -> String {
    Uuid::from_bytes(*key).simple().to_string()
}

/// A key out of its text.
pub(super) fn key_of(text: &str) -> Option<[u8; 16]> {
    let key: Uuid = text.parse().ok()?;
    let key = *key.as_bytes();
    (key_text(&key) == text).then_some(key)
}
