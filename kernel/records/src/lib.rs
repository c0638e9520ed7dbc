//! Kinds, and the one door to records: read, list, write, history.
//!
//! A kind is declared in a manifest, the kernel's own like a plugin's. A body is parsed strictly, validated by its
//! kind's schema, reviewed, and stored in the same transaction as its change; it leaves reduced to the classes of
//! fields that the reader may see. Whoever reads or writes shows a permit of `tiwizi_identity::policy`; what a caller may
//! not see does not exist for it.
//!
//! This crate knows no status codes, no plugins' code and no SQL.

pub mod account;
pub mod blob;
pub mod bulk;
pub mod catalogue;
pub mod changes;
mod cursor;
pub mod draft;
pub mod error;
pub mod field_error;
pub mod foreign;
mod gathered;
pub mod json;
mod key;
pub mod kind;
pub mod kv;
pub mod list;
pub mod manifest;
mod merge;
pub mod outgoing;
mod partly;
mod plan;
pub mod query;
pub mod queue;
pub mod reader;
pub mod receipt;
mod records;
mod reduce;
pub mod review;
mod row;
mod schema;
mod search;
pub mod trial;
pub mod unit;
mod write;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use account::RecordQuota;
pub use blob::{BlobError, BlobPage, FileQuota, FileSweepError};
pub use bulk::{NewRecord, PreparedBulk};
pub use catalogue::{Addition, Catalogue, CatalogueError, Kinds};
pub use changes::ChangePage;
pub use draft::{Draft, DraftAction};
pub use error::{ReadError, WriteError};
pub use field_error::{FieldError, Rejection};
pub use foreign::{Breach, ForeignError, MoveError, Moved, Moving, Park, Said, Saying, Verdict, Withheld};
pub use json::JsonError;
pub use kind::{Kind, KindIndex};
pub use kv::{KeyPage, KeyQuery, KvError};
pub use manifest::{Manifest, ManifestError};
pub use outgoing::{Derive, Outgoing, OutgoingContent, OutgoingError, OutgoingField, SchemaId};
pub use query::{Filter, Operator, Page, Query};
pub use reader::{Entry, Reader, ReaderError, catch_up};
pub use receipt::Receipt;
pub use records::{HistoryEntry, Records};
pub use review::{HookFailure, Plain, Proposal, Review, ReviewError};
pub use search::SearchReader;
pub use tiwizi_storage::usage::RecordUsage;
pub use trial::{Misfit, MisfitQuestion};
pub use unit::{Counts, Message, NoticeError, Recipient, Unit, UnitBounds, UnitError, WentBack};
pub use write::beside::{Beside, Written};
pub use write::within::PreparedWrite;
