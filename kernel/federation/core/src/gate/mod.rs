//! The gate: the one place where bytes for a peer are made.
//!
//! `project` looks at one entry and says what of it a receiver gets. `PageBuilder` puts such answers into a page. `PeerBytes` has no
//! other maker, so what the gate did not let through cannot be sent: not by a plugin, not by a mistake. Everything is withheld that
//! an agreement in force does not name.

mod builder;
mod chunk;
mod greeting;
mod letter;
mod messages;
mod parcel;
mod part;
#[cfg(test)]
mod tests;
mod verdict;

pub use builder::{BuildError, PageBuilder, Room};
pub use chunk::ChunkBuilder;
pub use letter::{Answer, LetterError};
pub use messages::{ADDRESSEES, addressees};
pub use parcel::PackError;
pub use verdict::{Before, GateError, Row, Verdict, judge};

use std::ops::Range;

use tiwizi_model::limits;

use crate::agreement::{Scope, Terms};
use crate::page::{self, Item, Under};
use crate::wire::{Header, LogId, NodeId, Position};

/// Bytes that may leave for a peer. Only the gate makes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerBytes {
    bytes: Vec<u8>,
    receiver: Option<NodeId>,
}

impl PeerBytes {
    /// The bytes, to be sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// For whom they are; none when they are for every member of the federation.
    #[must_use]
    pub fn receiver(&self) -> Option<&NodeId> {
        self.receiver.as_ref()
    }

    /// The number of entries of the log before them and with them, when they are a page.
    #[must_use]
    pub fn span(&self) -> Option<Range<u64>> {
        page::span_of(&self.bytes)
    }
}

/// By what right something is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warrant<'a> {
    /// By an agreement in force.
    Agreement(&'a Terms),
    /// By being a member of the federation: messages of the control plane, each to those for whom it is. No records.
    Member {
        /// Whose control plane.
        holder: &'a NodeId,
        /// Who asks.
        receiver: &'a NodeId,
    },
}

impl Warrant<'_> {
    /// The agreement.
    #[must_use]
    pub fn under(&self) -> Option<Under> {
        self.scope().map(|scope| Under { agreement: scope.agreement(), version: scope.version() })
    }

    /// Who is given it.
    #[must_use]
    pub fn receiver(&self) -> &NodeId {
        match self {
            Self::Agreement(terms) => terms.scope().receiver(),
            Self::Member { receiver, .. } => receiver,
        }
    }

    fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Agreement(terms) => Some(terms.scope()),
            Self::Member { .. } => None,
        }
    }

    fn covers(&self, log: &LogId) -> bool {
        match self {
            Self::Agreement(terms) => terms.scope().log() == log,
            Self::Member { holder, .. } => log.node == **holder && log.plane.lane() == 0,
        }
    }
}

/// What a receiver gets of one entry. Only `project` makes it, and only for that receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageItem {
    bytes: Vec<u8>,
    position: Position,
    under: Option<Under>,
    receiver: NodeId,
    verdict: Verdict,
}

impl PageItem {
    /// Where its entry stands.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// What was decided of it.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Its bytes before they are compressed.
    #[must_use]
    pub fn bytes_len(&self) -> usize {
        self.bytes.len()
    }
}

/// Decides what a receiver gets of an entry: the one way from what a home holds to what a peer sees.
///
/// # Errors
/// When the header does not read, the warrant is for another log, or the entry discloses more than one may.
pub fn project(row: &Row<'_>, warrant: &Warrant<'_>) -> Result<PageItem, GateError> {
    let header = Header::decode(&row.entry.header).map_err(GateError::Header)?;
    if !warrant.covers(&header.log) {
        return Err(GateError::OtherLog { log: header.log });
    }
    let verdict = judge(&header, row, warrant.scope(), warrant.receiver())?;
    let item = verdict::item(&header, row, verdict, warrant.scope());
    let bytes = item.encode();
    if bytes.len() > item_bytes_max() {
        return Err(GateError::Long { position: header.position() });
    }
    let receiver = *warrant.receiver();
    Ok(PageItem { bytes, position: header.position(), under: warrant.under(), receiver, verdict })
}

/// What an entry would weigh for a receiver, before any agreement: for previews. The bytes themselves stay here.
pub(crate) fn weigh(row: &Row<'_>, scope: &Scope) -> Result<(Header, Verdict, Item), GateError> {
    let header = Header::decode(&row.entry.header).map_err(GateError::Header)?;
    if header.log != *scope.log() {
        return Err(GateError::OtherLog { log: header.log });
    }
    let verdict = judge(&header, row, Some(scope), scope.receiver())?;
    let item = verdict::item(&header, row, verdict, Some(scope));
    Ok((header, verdict, item))
}

/// The longest entry: its header, its disclosures, and the few bytes that hold them together.
fn item_bytes_max() -> usize {
    const FRAME_BYTES: usize = 64;
    limits::FED_HEADER_BYTES_MAX.saturating_add(limits::FED_DISCLOSURES_BYTES_MAX).saturating_add(FRAME_BYTES)
}
