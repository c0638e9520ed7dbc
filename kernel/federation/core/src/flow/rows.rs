//! What an instance keeps of its own logs, of those of others, and of how far each has come.
//!
//! These are the rows of a [`Store`](super::Store); they hold no rule.

use serde_json::Value;
use tiwizi_model::RecordId;

use crate::agreement::{AgreementId, Life};
use crate::wire::{Disclosure, Entity, EntryKind, Group, Hash, LogId, NodeId, Plane, Position, Tree};

use super::fork::ForkProof;
use super::proposal::{Base, Proposal, Received, Sent};

/// What is taken of one log under one agreement. Without an agreement it is what parties always see of each other's control log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feed {
    /// The log.
    pub log: LogId,
    /// The agreement.
    pub agreement: Option<AgreementId>,
}

/// A write that has no place in a log yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The plane whose log it goes to.
    pub plane: Plane,
    /// What it is.
    pub kind: EntryKind,
    /// The schema of what it holds, with its version.
    pub schema: String,
    /// What it is about.
    pub entity: Entity,
    /// What that belongs to.
    pub subject: Option<RecordId>,
    /// The term and version.
    pub base: Base,
    /// Its idempotency key.
    pub idem: [u8; 16],
    /// What it answers or follows from.
    pub cause: Option<Position>,
    /// Its content, committed and disclosed by groups.
    pub groups: Vec<Group>,
}

/// The end of one of our logs.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its generation.
    pub epoch: u32,
    /// Its tree; its size is the next place.
    pub tree: Tree,
    /// The leaf of its last entry.
    pub prev: Hash,
    /// The checkpoint over all of it, signed.
    pub note: String,
}

/// What we wrote last of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The entity.
    pub entity: Entity,
    /// What moves from home to home with it.
    pub root: RecordId,
    /// The log.
    pub plane: Plane,
    /// The term and version.
    pub base: Base,
    /// Its place in the log; none as long as it has none.
    pub seq: Option<u64>,
    /// The leaf of that place.
    pub leaf: Hash,
    /// It was deleted.
    pub deleted: bool,
}

/// What we hold of an entity of another home, under one agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Under which.
    pub agreement: Option<AgreementId>,
    /// The entity.
    pub entity: Entity,
    /// What moves from home to home with it.
    pub root: RecordId,
    /// The entry that it comes from.
    pub at: Position,
    /// The term and version.
    pub base: Base,
    /// The leaf of that entry.
    pub leaf: Hash,
    /// Its header as it came.
    pub header: Vec<u8>,
    /// What was disclosed, as it came. Empty when it was deleted or taken back.
    pub shown: Vec<Disclosure>,
    /// Whether it is there still.
    pub life: HeldLife,
}

/// Whether something that is held is there still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldLife {
    /// It is.
    Live,
    /// It was, and a snapshot that is being loaded did not say yet that it still is.
    Unsure,
    /// Its home deleted it.
    Deleted,
    /// It left what the agreement gives.
    Withdrawn,
}

/// An agreement as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The agreement.
    pub id: AgreementId,
    /// The version that is in force, or was last.
    pub current: Option<Life>,
    /// The version that is being agreed on.
    pub next: Option<Life>,
    /// The document of that version with the signatures it has.
    pub envelope: Option<Vec<u8>>,
}

/// An entry that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Under which agreement it came.
    pub agreement: Option<AgreementId>,
    /// Its place.
    pub at: Position,
    /// What it is about; none when its header cannot be read.
    pub entity: Option<Entity>,
    /// Why it waits.
    pub reason: ParkReason,
    /// Its header as it came.
    pub header: Vec<u8>,
    /// What was disclosed, as it came.
    pub shown: Vec<Disclosure>,
    /// Its row left what the agreement gives.
    pub withdrawn: bool,
}

/// Why an entry waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParkReason {
    /// Its header, or what it says, is of a form that is not known here.
    UnknownForm,
    /// The major version of its schema is not known here.
    UnknownSchema {
        /// The schema.
        schema: String,
    },
    /// It follows from an entry that is not here yet.
    Cause(Position),
    /// The seal of its term is not here yet.
    Seal {
        /// The term.
        tenure: u32,
    },
    /// Its home had offered the root before it wrote this: the end of that is not here yet.
    TransferEnd,
    /// What the home before wrote is not here yet.
    HomeBefore(LogId),
    /// An earlier version of the same entity waits.
    Behind,
    /// Another instance says that it founded the same entity.
    Disputed(NodeId),
    /// It does not hold what its kind asks for.
    Invalid(String),
}

/// A proposal of ours.
#[derive(Debug, Clone, PartialEq)]
pub struct SentProposal {
    /// What we asked for.
    pub proposal: Proposal,
    /// Where it stands.
    pub state: Sent,
}

/// A proposal that we were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedProposal {
    /// What was asked for.
    pub proposal: Proposal,
    /// Who asked first: the answer is for them.
    pub from: NodeId,
    /// Where it came to us.
    pub at: Position,
    /// Where it stands.
    pub state: Received,
}

/// Why nothing more is taken of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// Two signed checkpoints that cannot both be true.
    pub proof: ForkProof,
}

/// The body of a record at a version; none when that version deleted it.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// The version.
    pub base: Base,
    /// The body.
    pub value: Option<Value>,
}
