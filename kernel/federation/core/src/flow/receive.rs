//! A page that came: everything that can be proven about it, before anything of it is applied.
//!
//! It must continue what is known, be under the agreement that holds, carry every leaf up to a checkpoint that the log's instance
//! signed, and disclose nothing that its headers did not commit to. Only then does it become entries. A page whose keys are not known
//! here yet is no fault of anybody: it waits.

use crate::page::{Item, Page, Under};
use crate::wire::{
    Checkpoint, Disclosure, DisclosureError, Field, GroupNo, Hash, Header, HeaderError, KeyRing, Note, NoteError,
    Position, verify_consistency,
};

use super::cursor::{Cursor, CursorError};
use super::rows::Feed;

/// What a page must fit.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The feed.
    pub feed: &'a Feed,
    /// How far it was taken.
    pub cursor: &'a Cursor,
    /// Who has signed what.
    pub keys: &'a KeyRing,
}

/// An entry that was proven to be in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Its place.
    pub at: Position,
    /// Its leaf.
    pub leaf: Hash,
    /// Its header as it came.
    pub raw: Vec<u8>,
    /// What its header says; none when it is of a form that is not known here.
    pub header: Option<Header>,
    /// What was disclosed.
    pub shown: Vec<Disclosure>,
    /// The values that were disclosed, by their groups.
    pub fields: Vec<(GroupNo, Field)>,
    /// Its row left what the agreement gives.
    pub withdrawn: bool,
}

/// What a page brought.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The cursor after it.
    pub cursor: Cursor,
    /// The checkpoint at which it ends.
    pub checkpoint: Checkpoint,
    /// The place of its first new entry.
    pub from: u64,
    /// Its new leaves.
    pub leaves: Vec<Hash>,
    /// The roots that the log has after each of its new entries.
    pub roots: Vec<Hash>,
    /// Its new entries that are not hidden.
    pub entries: Vec<Proven>,
}

impl Receipt {
    /// The root that the log has at a size, if one of its new entries ends there.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<&Hash> {
        let index = size.checked_sub(self.from)?.checked_sub(1)?;
        self.roots.get(usize::try_from(index).ok()?)
    }
}

/// Why a page is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// No key that is known here has signed it: it waits until the control log brings one.
    #[error("the keys that signed the page are not known here yet")]
    Keys(#[source] NoteError),
    /// Its checkpoint is not one.
    #[error("the checkpoint of the page is not taken")]
    Note(#[source] NoteError),
    /// It is of another log.
    #[error("the page is of another log")]
    Log,
    /// It was made under another agreement or another version of it.
    #[error("the page was made under another agreement than the one that holds")]
    Agreement,
    /// It does not fit what is known.
    #[error("the page does not continue what is known")]
    Cursor(#[source] CursorError),
    /// It does not end where its checkpoint does.
    #[error("the page ends at {end} and its checkpoint at {size}")]
    End {
        /// Where the page ends.
        end: u64,
        /// Where the checkpoint does.
        size: u64,
    },
    /// An entry stands where it does not belong.
    #[error("the entry at {seq} says that it stands elsewhere")]
    Place {
        /// Its place in the page.
        seq: u64,
    },
    /// An entry does not follow the one before it.
    #[error("the entry at {seq} does not follow the one before it")]
    Chain {
        /// Its place.
        seq: u64,
    },
    /// A disclosure is not what the header committed to.
    #[error("what the entry at {seq} discloses is not what it committed to")]
    Disclosure {
        /// Its place.
        seq: u64,
        /// Why.
        #[source]
        source: DisclosureError,
    },
    /// A group is disclosed that the header does not have.
    #[error("the entry at {seq} discloses a group that it does not have")]
    Group {
        /// Its place.
        seq: u64,
    },
    /// The leaves do not make up the root that was signed.
    #[error("the entries do not make up the root that was signed")]
    Root,
    /// The proof that the checkpoint goes on from the one before does not hold.
    #[error("the page does not prove that its checkpoint goes on from the one before")]
    Consistency,
}

/// Opens the checkpoint of a page and holds the page to its feed. Entries are looked at by [`verify`].
///
/// # Errors
/// When the page is of another log or agreement, or nobody known has signed it.
pub fn open(page: &Page, expected: &Expected<'_>) -> Result<Checkpoint, ReceiveError> {
    let checkpoint = Note::open(&page.head.note, expected.keys).map_err(|error| match error {
        NoteError::Unknown { .. } | NoteError::Unsigned { .. } | NoteError::OutOfSpan { .. } => {
            ReceiveError::Keys(error)
        }
        NoteError::Long | NoteError::Form { .. } | NoteError::Forged => ReceiveError::Note(error),
    })?;
    if checkpoint.log != expected.feed.log {
        return Err(ReceiveError::Log);
    }
    let under = expected.feed.agreement.map(|agreement| Under { agreement, version: expected.cursor.version });
    if page.head.under != under {
        return Err(ReceiveError::Agreement);
    }
    let end = page.span().end;
    if end != checkpoint.size {
        return Err(ReceiveError::End { end, size: checkpoint.size });
    }
    Ok(checkpoint)
}

/// Verifies a page whose checkpoint was opened, as far as it is new.
///
/// # Errors
/// When anything of it is not proven.
pub fn verify(page: Page, checkpoint: Checkpoint, expected: &Expected<'_>) -> Result<Receipt, ReceiveError> {
    let (previous, consistency) = (page.head.previous_size, page.head.consistency.clone());
    let receipt = walk(page, checkpoint, expected)?;
    let checkpoint = &receipt.checkpoint;
    if receipt.cursor.tree.size() == checkpoint.size && receipt.cursor.tree.root() != checkpoint.root {
        return Err(ReceiveError::Root);
    }
    let root = expected.cursor.tree.root();
    let follows = |root| verify_consistency(previous, root, checkpoint.size, &checkpoint.root, &consistency);
    if previous == expected.cursor.next_seq() && !follows(&root) {
        return Err(ReceiveError::Consistency);
    }
    Ok(receipt)
}

/// Goes through the new entries of a page without holding them to its checkpoint: nothing is proven yet.
pub(super) fn walk(page: Page, checkpoint: Checkpoint, expected: &Expected<'_>) -> Result<Receipt, ReceiveError> {
    let previous = page.head.previous_size;
    let known = expected.cursor.known_of(checkpoint.epoch, previous).map_err(ReceiveError::Cursor)?;
    let mut cursor = expected.cursor.clone();
    let from = cursor.next_seq();
    let (mut leaves, mut roots, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for item in page.items.into_iter().skip(usize::try_from(known).unwrap_or(usize::MAX)) {
        let seq = cursor.next_seq();
        let at = Position { log: checkpoint.log.clone(), epoch: checkpoint.epoch, seq };
        let leaf = item.leaf();
        entries.extend(prove(item, at, &cursor.prev)?);
        cursor.tree.append(leaf);
        cursor.prev = leaf;
        leaves.push(leaf);
        roots.push(cursor.tree.root());
    }
    Ok(Receipt { cursor, checkpoint, from, leaves, roots, entries })
}

fn prove(item: Item, at: Position, prev: &Hash) -> Result<Option<Proven>, ReceiveError> {
    let leaf = item.leaf();
    let (raw, shown, withdrawn) = match item {
        Item::Hidden(_) => return Ok(None),
        Item::Shown { header, disclosures } => (header, disclosures, false),
        Item::Withdrawn { header } => (header, Vec::new(), true),
    };
    let entry = Proven { at, leaf, raw, header: None, shown, fields: Vec::new(), withdrawn };
    read(entry, Some(prev)).map(Some)
}

/// Reads the header of an entry and holds it, and what is disclosed, to each other. A header of a later form stays unread: its leaf is
/// proven, and the entry waits for a version that can read it. An entry that waited is read again without its predecessor.
///
/// # Errors
/// When it says that it stands elsewhere, or discloses what it did not commit to.
pub fn read(entry: Proven, prev: Option<&Hash>) -> Result<Proven, ReceiveError> {
    let seq = entry.at.seq;
    let header = match Header::decode(&entry.raw) {
        Ok(header) => header,
        Err(
            HeaderError::Long
            | HeaderError::Version(_)
            | HeaderError::Form(_)
            | HeaderError::Name { .. }
            | HeaderError::Groups
            | HeaderError::Unread,
        ) => return Ok(entry),
    };
    if header.position() != entry.at {
        return Err(ReceiveError::Place { seq });
    }
    if prev.is_some_and(|prev| header.prev != *prev) {
        return Err(ReceiveError::Chain { seq });
    }
    let mut fields = Vec::new();
    for disclosure in &entry.shown {
        let root = header.root(disclosure.no()).ok_or(ReceiveError::Group { seq })?;
        let values = disclosure.verify(root).map_err(|source| ReceiveError::Disclosure { seq, source })?;
        fields.extend(values.into_iter().map(|field| (disclosure.no(), field)));
    }
    Ok(Proven { header: Some(header), fields, ..entry })
}
