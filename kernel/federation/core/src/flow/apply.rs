//! What one entry of another's log does here: a decision, made of the entry and of what is known, and nothing else.
//!
//! Order holds for each entity: by term, within a term by version, and what follows from another entry comes after it. What cannot
//! be decided yet is parked and decided again later; it never stops the entries of others, and it is never skipped.
//! The clock has no say.

use std::collections::BTreeMap;

use crate::wire::{EntryKind, Hash, Header, LogId, NodeId, Position};

use super::proposal::Base;
use super::rows::{Held, ParkReason};
use super::transfer::{Custody, Right};

/// The schemas that are understood here: of each name the newest major, and the two before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schemas(pub BTreeMap<String, u32>);

/// How many majors before the newest one are still read.
const MAJORS_BEFORE: u32 = 2;

impl Schemas {
    /// Whether what a schema describes can be read. An entry without a schema describes itself.
    #[must_use]
    pub fn understands(&self, schema: &str) -> bool {
        if schema.is_empty() {
            return true;
        }
        let Some((name, version)) = schema.rsplit_once('/') else { return false };
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        let newest = self.0.get(name);
        newest
            .zip(major)
            .is_some_and(|(newest, major)| major <= *newest && newest.saturating_sub(major) <= MAJORS_BEFORE)
    }
}

/// How an entry's cause stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It names none, or one in a log that is not followed here.
    None,
    /// Its cause was applied.
    Applied,
    /// Its cause is in a log that is followed and has not come, or it waits itself.
    Awaited(Position),
}

/// What is known when an entry is decided.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// Whether its schema is understood.
    pub understood: bool,
    /// How its cause stands.
    pub cause: Cause,
    /// Whether an earlier entry of the same entity waits.
    pub behind: bool,
    /// The terms of its root.
    pub custody: Option<&'a Custody>,
    /// A log of the home before that is followed and has not come to its end.
    pub home_before: Option<LogId>,
    /// What is held of its entity.
    pub held: Option<&'a Held>,
    /// It comes again on purpose, because more of it is given now.
    pub again: bool,
}

/// Why an entry changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// It was applied before, or a later version was.
    Duplicate,
    /// Its home said something else under the same version before: the first word holds.
    SaidTwice,
    /// It was written by an instance that was not the home.
    NotHome,
    /// It was written after the home had given the root away.
    Fenced,
}

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The entity is so from now on.
    Put,
    /// The entity is no more.
    Delete,
    /// The entity left what the agreement gives.
    Withdraw,
    /// It says something of the federation itself: its statement is carried out.
    Statement,
    /// It changes nothing.
    Ignore(Ignored),
    /// It waits.
    Park(ParkReason),
}

/// Decides an entry.
#[must_use]
pub fn decide(header: &Header, leaf: &Hash, view: &View<'_>) -> Outcome {
    if let EntryKind::Other(_) = header.kind {
        return Outcome::Park(ParkReason::UnknownForm);
    }
    if !view.understood {
        return Outcome::Park(ParkReason::UnknownSchema { schema: header.schema.clone() });
    }
    if let Cause::Awaited(cause) = &view.cause {
        return Outcome::Park(ParkReason::Cause(cause.clone()));
    }
    let done = match header.kind {
        EntryKind::Put => Outcome::Put,
        EntryKind::Delete => Outcome::Delete,
        EntryKind::Withdrawn => Outcome::Withdraw,
        _ => return Outcome::Statement,
    };
    if view.behind {
        return Outcome::Park(ParkReason::Behind);
    }
    if let Some(outcome) = misplaced(header, view) {
        return outcome;
    }
    let base = Base { tenure: header.tenure, ver: header.ver };
    match view.held {
        Some(held) if held.base == base && held.leaf != *leaf => Outcome::Ignore(Ignored::SaidTwice),
        Some(held) if held.base == base && view.again => done,
        Some(held) if held.base >= base => Outcome::Ignore(Ignored::Duplicate),
        _ => done,
    }
}

/// What is to be said of an entry that its writer had no right to, or whose right is not clear yet.
fn misplaced(header: &Header, view: &View<'_>) -> Option<Outcome> {
    let custody = view.custody?;
    match custody.right(&header.position(), header.tenure) {
        Right::Valid => view.home_before.clone().map(|log| Outcome::Park(ParkReason::HomeBefore(log))),
        Right::AwaitsSeal => Some(Outcome::Park(ParkReason::Seal { tenure: header.tenure })),
        Right::AwaitsEnd => Some(Outcome::Park(ParkReason::TransferEnd)),
        Right::Fenced => Some(Outcome::Ignore(Ignored::Fenced)),
        Right::NotHome => Some(match founder(custody, header.tenure) {
            Some(other) => Outcome::Park(ParkReason::Disputed(other)),
            None => Outcome::Ignore(Ignored::NotHome),
        }),
    }
}

/// Who else says that it founded the root, when no seal has decided it.
fn founder(custody: &Custody, tenure: u32) -> Option<NodeId> {
    custody.terms.first().filter(|first| first.tenure == tenure && custody.terms.len() == 1).map(|first| first.home)
}

#[cfg(test)]
mod tests;
