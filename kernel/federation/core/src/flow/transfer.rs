//! Who may write what: the terms of ownership of a cooperative, and how it moves from one home to another.
//!
//! The home offers it and names, for each of its logs, where its own writing ended: that is the fence, and it holds whatever order
//! the logs arrive in. The receiver accepts when it has everything up to the fence. The registrar seals: it compares the
//! tenure and sets it, in one transaction, and that is the one moment at which the home changes. Between offer and seal nobody writes.
//! The registrar can void an offer as long as it did not seal it. Nothing is read or written here.

use std::collections::BTreeMap;

use tiwizi_model::RecordId;

use crate::wire::{Hash, NodeId, Plane, Position};

/// Where the logs of a home stood when it offered: later entries of it about the same root are void.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fence(pub BTreeMap<Plane, u64>);

impl Fence {
    /// Whether an entry of a log at this place was written before the offer.
    #[must_use]
    pub fn admits(&self, plane: &Plane, seq: u64) -> bool {
        self.0.get(plane).is_some_and(|head| seq < *head)
    }
}

/// One term of ownership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its number, from 1.
    pub tenure: u32,
    /// The home.
    pub home: NodeId,
    /// Where its writing ended; none as long as it lasts, and none when that is not known.
    pub fence: Option<Fence>,
}

/// An offer that is neither sealed nor void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// Where it was made.
    pub offer: Position,
    /// The instance that shall be the home.
    pub to: NodeId,
    /// Where the home's writing ended.
    pub fence: Fence,
    /// The hash over what there is of the root: the receiver must have the same.
    pub state: Hash,
    /// Where the receiver accepted.
    pub accept: Option<Position>,
    /// The root that it moves along with: itself, unless it follows another one.
    pub lead: RecordId,
}

/// The terms of one root as an instance knows them. A root is what moves as one: a cooperative with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custody {
    /// The root.
    pub root: RecordId,
    /// Its terms, in order.
    pub terms: Vec<Term>,
    /// The open offer.
    pub moving: Option<Moving>,
}

/// What an entry's place says about its right to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Right {
    /// The home wrote it within its term.
    Valid,
    /// Its term is not known yet: a seal has to come first.
    AwaitsSeal,
    /// Its home offered the root before: whether it is valid depends on how that ends.
    AwaitsEnd,
    /// It was written by another instance than the home of that term.
    NotHome,
    /// It was written after the home had given the root away.
    Fenced,
}

/// Why a step of a transfer is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// Whoever offers is not the home.
    #[error("only the home may offer it")]
    NotHome,
    /// There is an open offer.
    #[error("it is being moved already")]
    Moving,
    /// There is no such offer, or it is over.
    #[error("there is no such open offer")]
    NoOffer,
    /// Whoever accepts was not offered it.
    #[error("it was offered to another instance")]
    NotReceiver,
    /// The receiver has not everything yet.
    #[error("the receiver does not have everything that was offered")]
    Incomplete,
    /// More than moves together.
    #[error("more than moves to another home at once")]
    TooMany,
    /// The tenure is another one than was compared with.
    #[error("the tenure is {now}, not {compared}")]
    Tenure {
        /// What was compared with.
        compared: u32,
        /// What it is.
        now: u32,
    },
}

impl Custody {
    /// A root that was founded here or is heard of for the first time, in this term.
    #[must_use]
    pub fn founded(root: RecordId, tenure: u32, home: NodeId) -> Self {
        Self { root, terms: vec![Term { tenure, home, fence: None }], moving: None }
    }

    /// The last term.
    #[must_use]
    pub fn last(&self) -> Option<&Term> {
        self.terms.last()
    }

    /// Whether this instance may write it now.
    #[must_use]
    pub fn may_write(&self, node: &NodeId) -> bool {
        self.moving.is_none() && self.last().is_some_and(|term| term.home == *node)
    }

    /// Judges an entry about the root by its place.
    #[must_use]
    pub fn right(&self, at: &Position, tenure: u32) -> Right {
        let last = self.last().map_or(0, |term| term.tenure);
        let Some(term) = self.terms.iter().find(|term| term.tenure == tenure) else {
            return if tenure > last { Right::AwaitsSeal } else { Right::NotHome };
        };
        if term.home != at.log.node {
            return Right::NotHome;
        }
        if term.fence.as_ref().is_some_and(|fence| !fence.admits(&at.log.plane, at.seq)) {
            return Right::Fenced;
        }
        let open = self.moving.as_ref().filter(|_| tenure == last);
        match open {
            Some(moving) if !moving.fence.admits(&at.log.plane, at.seq) => Right::AwaitsEnd,
            _ => Right::Valid,
        }
    }

    /// The term before this one, if it ended at a fence: what is written in this term comes after all of it.
    #[must_use]
    pub fn before(&self, tenure: u32) -> Option<(&NodeId, &Fence)> {
        let term = self.terms.iter().rev().find(|term| term.tenure < tenure)?;
        Some((&term.home, term.fence.as_ref()?))
    }

    /// The home offers it.
    ///
    /// # Errors
    /// When whoever offers is not the home of that tenure, or has offered it.
    pub fn offer(&mut self, tenure: u32, moving: Moving) -> Result<(), TransferError> {
        let last = self.last().ok_or(TransferError::NotHome)?;
        if last.home != moving.offer.log.node {
            return Err(TransferError::NotHome);
        }
        if last.tenure != tenure {
            return Err(TransferError::Tenure { compared: tenure, now: last.tenure });
        }
        if self.moving.as_ref().is_some_and(|open| open.offer != moving.offer) {
            return Err(TransferError::Moving);
        }
        self.moving = Some(moving);
        Ok(())
    }

    /// The receiver accepted, there.
    ///
    /// # Errors
    /// When there is no such offer, or it was made to another instance.
    pub fn accept(&mut self, offer: &Position, at: Position) -> Result<(), TransferError> {
        let moving = self.moving.as_mut().filter(|moving| moving.offer == *offer).ok_or(TransferError::NoOffer)?;
        if moving.to != at.log.node {
            return Err(TransferError::NotReceiver);
        }
        moving.accept = Some(at);
        Ok(())
    }

    /// The registrar seals the open offer: the one step that changes the home.
    ///
    /// # Errors
    /// When the tenure is another one than `compared`, or nobody accepted.
    pub fn seal(&mut self, compared: u32) -> Result<Seal, TransferError> {
        let now = self.last().map_or(0, |term| term.tenure);
        if now != compared {
            return Err(TransferError::Tenure { compared, now });
        }
        let moving = self.moving.clone().ok_or(TransferError::NoOffer)?;
        if moving.accept.is_none() {
            return Err(TransferError::Incomplete);
        }
        let from = self.last().map(|term| term.home).ok_or(TransferError::NotHome)?;
        let tenure = now.checked_add(1).ok_or(TransferError::Tenure { compared, now })?;
        let seal = Seal { root: self.root, tenure, from, to: moving.to, fence: moving.fence, offer: moving.offer };
        self.sealed(&seal);
        Ok(seal)
    }

    /// A seal was read in the registrar's log. One that is known already changes nothing.
    pub fn sealed(&mut self, seal: &Seal) {
        if self.last().is_some_and(|last| last.tenure >= seal.tenure) {
            return;
        }
        let before = seal.tenure.saturating_sub(1);
        // Whoever else was taken for the home of that term was not: the seal decides it.
        self.terms.retain(|term| term.tenure < before);
        self.terms.push(Term { tenure: before, home: seal.from, fence: Some(seal.fence.clone()) });
        self.terms.push(Term { tenure: seal.tenure, home: seal.to, fence: None });
        self.moving = None;
    }

    /// The registrar voids the open offer.
    ///
    /// # Errors
    /// When there is no such offer: it was sealed, or is void already.
    pub fn void(&mut self, offer: &Position) -> Result<(), TransferError> {
        if self.moving.as_ref().is_none_or(|moving| moving.offer != *offer) {
            return Err(TransferError::NoOffer);
        }
        self.moving = None;
        Ok(())
    }
}

/// What the registrar writes when a root changes its home. It says all that an instance needs which saw nothing of what led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The root.
    pub root: RecordId,
    /// The new term.
    pub tenure: u32,
    /// The home of the term before.
    pub from: NodeId,
    /// The home from now on.
    pub to: NodeId,
    /// Where the writing of the one before ended.
    pub fence: Fence,
    /// The offer that it ends.
    pub offer: Position,
}

#[cfg(test)]
mod tests;
