//! The decision of the gate about one entry.

use std::collections::BTreeSet;

use tiwizi_model::limits;

use crate::agreement::Scope;
use crate::page::Item;
use crate::wire::{Disclosure, Entry, EntryKind, GroupNo, Header, HeaderError, LogId, NodeId, Position, leaf_hash};

use super::messages;

/// An entry with what the gate must know beside it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The entry as its home holds it.
    pub entry: &'a Entry,
    /// The entry before it about the same entity, in the same log.
    pub before: Before<'a>,
}

/// What an entity was before.
#[derive(Debug, Clone, Copy)]
pub enum Before<'a> {
    /// Not there.
    First,
    /// This.
    Entry(&'a Entry),
    /// It was there, and what it was is not held any more. The receiver is told as if it had it.
    Unknown,
}

/// What a receiver gets of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The hash of its leaf.
    Hidden,
    /// Its header, with what the table shows.
    Shown,
    /// Its header alone: the row was let through before and is not any more.
    Withdrawn,
    /// Its header with everything: it is a message to this receiver.
    Addressed,
    /// Its header with what is public: it is a message to all.
    Announced,
}

/// Why the gate makes nothing of an entry.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The header does not read.
    #[error("the header of an entry of this home does not read")]
    Header(#[source] HeaderError),
    /// The warrant is for another log.
    #[error("what is given is not of {log}")]
    OtherLog {
        /// The log of the entry.
        log: LogId,
    },
    /// What was handed in as the entry before is none.
    #[error("what was handed in with {position} is not the entry before it about the same entity")]
    Before {
        /// The entry.
        position: Position,
    },
    /// It would disclose more than one entry may.
    #[error("{position} discloses more than {} bytes", limits::FED_DISCLOSURES_BYTES_MAX)]
    Long {
        /// The entry.
        position: Position,
    },
}

/// Decides. Without a scope there are only messages.
///
/// # Errors
/// When what is handed in as the entry before is none.
pub fn judge(header: &Header, row: &Row<'_>, scope: Option<&Scope>, receiver: &NodeId) -> Result<Verdict, GateError> {
    match header.kind {
        EntryKind::Put | EntryKind::Delete => match scope {
            Some(scope) => record(header, row, scope),
            None => Ok(Verdict::Hidden),
        },
        EntryKind::Agreement
        | EntryKind::Proposal
        | EntryKind::Answer
        | EntryKind::Retract
        | EntryKind::Withdrawn
        | EntryKind::Case => Ok(messages::private(header, row.entry, receiver)),
        EntryKind::Offer
        | EntryKind::Accept
        | EntryKind::Seal
        | EntryKind::Complete
        | EntryKind::Void
        | EntryKind::Package
        | EntryKind::Key => Ok(messages::public(header, row.entry, receiver)),
        // What is not known here is not for anybody.
        EntryKind::Other(_) => Ok(Verdict::Hidden),
    }
}

fn record(header: &Header, row: &Row<'_>, scope: &Scope) -> Result<Verdict, GateError> {
    let kind = &header.entity.kind;
    if !scope.has_kind(kind) {
        return Ok(Verdict::Hidden);
    }
    if scope.lets_through(kind, &row.entry.groups) {
        return Ok(Verdict::Shown);
    }
    let was_shown = match row.before {
        Before::First => false,
        Before::Unknown => header.ver > 1,
        Before::Entry(before) => {
            let earlier = Header::decode(&before.header).map_err(GateError::Header)?;
            let fits = earlier.log == header.log && earlier.entity == header.entity && earlier.ver < header.ver;
            if !fits {
                return Err(GateError::Before { position: header.position() });
            }
            earlier.kind == EntryKind::Put && scope.lets_through(kind, &before.groups)
        }
    };
    Ok(match (was_shown, &header.kind) {
        (false, _) => Verdict::Hidden,
        // That a row was deleted is told to whoever had it; a deletion has nothing to disclose.
        (true, EntryKind::Delete) => Verdict::Shown,
        (true, _) => Verdict::Withdrawn,
    })
}

/// What travels of an entry.
pub(super) fn item(header: &Header, row: &Row<'_>, verdict: Verdict, scope: Option<&Scope>) -> Item {
    let entry = row.entry;
    let disclosures = match verdict {
        Verdict::Hidden => return Item::Hidden(leaf_hash(&entry.header)),
        Verdict::Withdrawn => return Item::Withdrawn { header: entry.header.clone() },
        Verdict::Shown => table(header, entry, scope),
        Verdict::Addressed => whole(entry, |_| true),
        Verdict::Announced => whole(entry, |group| group == GroupNo::PUBLIC),
    };
    Item::Shown { header: entry.header.clone(), disclosures }
}

/// What the field table shows. A group of which it shows nothing is left out; so is one that is not in the header.
fn table(header: &Header, entry: &Entry, scope: Option<&Scope>) -> Vec<Disclosure> {
    let Some(scope) = scope else { return Vec::new() };
    let mut disclosures = Vec::new();
    for group in &entry.groups {
        let Some(names) = scope.shown(&header.entity.kind, group.no) else { continue };
        let shown: BTreeSet<u16> =
            group.fields.iter().map(|field| field.no).filter(|no| names.contains_key(no)).collect();
        if !shown.is_empty() {
            disclosures.push(group.disclose(&shown));
        }
    }
    disclosures.sort_by_key(Disclosure::no);
    disclosures
}

fn whole(entry: &Entry, given: impl Fn(GroupNo) -> bool) -> Vec<Disclosure> {
    let groups = entry.groups.iter().filter(|group| given(group.no) && !group.fields.is_empty());
    let mut disclosures: Vec<Disclosure> =
        groups.map(|group| group.disclose(&group.fields.iter().map(|field| field.no).collect())).collect();
    disclosures.sort_by_key(Disclosure::no);
    disclosures
}
