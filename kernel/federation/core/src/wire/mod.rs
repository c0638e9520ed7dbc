//! The forms that travel: each has one way of being written, and any other way is refused.
//!
//! Bytes become values here and values become bytes; what they mean for an instance is decided elsewhere. Reading takes bytes from
//! anybody: it is bounded, does not recurse and does not panic.

mod hash;

pub mod cbor;

mod log;

mod commitment;

mod disclosure;

mod header;

mod merkle;

mod key;

mod sealed;

mod dsse;

mod statement;

mod ring;

mod checkpoint;

mod directory;

mod enrolment;

pub(crate) use cbor::Map;
pub use cbor::{CborError, Reader, Writer, decode_json, encode_json};
pub use checkpoint::{Checkpoint, Note, NoteError};
pub use commitment::{Entry, Field, Group, GroupError, GroupNo, REST, Seed, field_no};
pub use directory::{Directory, DirectoryError, Member, Role};
pub use disclosure::{Disclosure, DisclosureError, LeafShown};
pub use dsse::{Envelope, EnvelopeError, EnvelopeSignature};
pub use enrolment::{Enrolment, EnrolmentError};
pub use hash::{Hash, HashError, leaf_hash, node_hash};
pub use header::{EntryKind, EntryKindError, Header, HeaderError};
pub use key::{KeyError, SigningKey, VerifyingKey};
pub use log::{Entity, LogId, LogIdError, NodeId, Plane, PlaneError, Position, PositionError};
pub use merkle::{
    Nodes, Tree, consistency_proof, inclusion_proof, needed_for_consistency, needed_for_inclusion, needed_for_tree,
    root_of, verify_consistency, verify_inclusion,
};
pub use ring::{KeyRing, RingError};
pub use sealed::{SealedError, lock, open as open_sealed, seal, unlock};
pub use statement::{Genesis, NewRoot, Rotation, Span, StatementError};
