//! The life of one version of an agreement: who may take which step, and whether it holds now.
//!
//! Steps of the two sides cross on their way. Each side's switch is its own and an end is an end, so both sides come to the same
//! state whatever order they heard them in. Of time only its latest moment is kept: a clock can end an agreement, never revive it.

mod kept;

use std::collections::BTreeSet;
use std::fmt;

use tiwizi_model::Instant;

use crate::wire::{Envelope, KeyRing, NodeId, Plane};

use super::classes::Kinds;
use super::document::Document;
use super::fault::AgreementError;
use super::scope::Scope;

/// The type of an agreement's envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.tiwizi.agreement.v1+json";

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// One side writes it.
    Drafted,
    /// One side has signed and shown it.
    Offered,
    /// Both have signed.
    Signed,
    /// It was put to use.
    Active,
    /// The side that it was offered to has declined it.
    Declined,
    /// The side that offered it has taken it back.
    Withdrawn,
}

/// What an agreement is, seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// One side writes it.
    Drafted,
    /// One side has signed and shown it.
    Offered,
    /// Both have signed.
    Signed,
    /// It holds.
    Active,
    /// One side holds it up.
    Suspended,
    /// One side has ended it, or another version has taken its place.
    Terminated,
    /// Its time is over.
    Expired,
    /// The side that it was offered to has declined it.
    Declined,
    /// The side that offered it has taken it back.
    Withdrawn,
}

impl State {
    /// Whether nothing comes of it any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            Self::Terminated | Self::Expired | Self::Declined | Self::Withdrawn => true,
            Self::Drafted | Self::Offered | Self::Signed | Self::Active | Self::Suspended => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Drafted => "drafted",
            Self::Offered => "offered",
            Self::Signed => "signed",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
            Self::Expired => "expired",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        })
    }
}

/// A document with the sides whose signatures it bears. Only a check of signatures makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    document: Document,
    by: BTreeSet<NodeId>,
}

/// Whose keys count for a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Those that the sides sign with now: for a document that is taken for the first time.
    Current,
    /// Also those that they signed with before: for a document that stands in a log, which says when it was taken.
    Every,
}

impl Signed {
    /// Reads an agreement out of its envelope, and holds its signatures against the keys of its parties.
    ///
    /// # Errors
    /// When it is none, or no side has signed it.
    pub fn open(envelope: &Envelope, ring: &KeyRing, keys: Keys) -> Result<Self, AgreementError> {
        let bytes = envelope.unverified(PAYLOAD_TYPE).map_err(AgreementError::Envelope)?;
        let document = Document::parse(bytes)?;
        let has_signed = |node: &NodeId| match keys {
            Keys::Current => ring.current(node).is_some_and(|key| envelope.is_signed_by(&key)),
            Keys::Every => ring.every(node).any(|key| envelope.is_signed_by(&key)),
        };
        let by: BTreeSet<NodeId> = document.parties.iter().map(|party| party.node).filter(has_signed).collect();
        if by.is_empty() { Err(AgreementError::Unsigned) } else { Ok(Self { document, by }) }
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Who has signed it.
    #[must_use]
    pub fn by(&self) -> &BTreeSet<NodeId> {
        &self.by
    }
}

/// A step in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// The side that drafted it shows it, with its own signature.
    Offer(&'a Signed),
    /// The other side signs it too.
    Sign(&'a Signed),
    /// The side that offered it has seen both signatures.
    Activate,
    /// A side holds it up.
    Suspend,
    /// The same side holds it up no more.
    Resume,
    /// A side ends what both have agreed on.
    Terminate,
    /// The side that it was offered to says no.
    Decline,
    /// The side that offered it takes it back.
    Withdraw,
    /// The version after it has come into force.
    Replace(&'a Life),
}

impl Step<'_> {
    /// Its name, as control entries give it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Offer(_) => "offer",
            Self::Sign(_) => "sign",
            Self::Activate => "activate",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Terminate => "terminate",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
            Self::Replace(_) => "replace",
        }
    }
}

/// Why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The instance is no side of it.
    #[error("{node} is no side of this agreement")]
    Stranger {
        /// Who asked.
        node: NodeId,
    },
    /// The other side takes this step.
    #[error("the other side may {step}, not {node}")]
    Turn {
        /// Who asked.
        node: NodeId,
        /// For what.
        step: &'static str,
    },
    /// It is too early or too late for the step.
    #[error("an agreement that is {state} cannot {step}")]
    State {
        /// What it is.
        state: State,
        /// What was asked.
        step: &'static str,
    },
    /// The signatures are for another document, or one is missing.
    #[error("the document does not bear the signatures that this step needs")]
    Signatures,
    /// What is to take its place is not the version after it, or does not hold.
    #[error("what is to take its place is not its next version in force")]
    NotNext,
}

/// One version of an agreement as one instance knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    document: Document,
    drafted_by: NodeId,
    phase: Phase,
    held_up_by: BTreeSet<NodeId>,
    ended: bool,
    latest: Instant,
}

impl Life {
    /// A draft of one side.
    ///
    /// # Errors
    /// When it is no side of it.
    pub fn draft(document: Document, by: NodeId) -> Result<Self, StepError> {
        if !document.has_party(&by) {
            return Err(StepError::Stranger { node: by });
        }
        let latest = document.issued_at;
        let (phase, held_up_by) = (Phase::Drafted, BTreeSet::new());
        Ok(Self { document, drafted_by: by, phase, held_up_by, ended: false, latest })
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The side that drafted it.
    #[must_use]
    pub fn drafted_by(&self) -> &NodeId {
        &self.drafted_by
    }

    /// The sides that hold it up: each one's switch is its own.
    #[must_use]
    pub fn held_up_by(&self) -> &BTreeSet<NodeId> {
        &self.held_up_by
    }

    /// What it is, as of the latest moment that it has seen.
    #[must_use]
    pub fn state(&self) -> State {
        if self.ended {
            return State::Terminated;
        }
        // What was never agreed on does not run out.
        let is_turned_down = matches!(self.phase, Phase::Declined | Phase::Withdrawn);
        if self.latest >= self.document.expires_at && !is_turned_down {
            return State::Expired;
        }
        match self.phase {
            Phase::Drafted => State::Drafted,
            Phase::Offered => State::Offered,
            Phase::Signed => State::Signed,
            Phase::Active if self.held_up_by.is_empty() => State::Active,
            Phase::Active => State::Suspended,
            Phase::Declined => State::Declined,
            Phase::Withdrawn => State::Withdrawn,
        }
    }

    /// The latest moment that it has seen. Whoever stores it hands it to `tick` again, so that no restart revives what is over.
    #[must_use]
    pub fn latest(&self) -> Instant {
        self.latest
    }

    /// Lets time pass. A moment before the latest one changes nothing.
    pub fn tick(&mut self, now: Instant) {
        self.latest = self.latest.max(now);
    }

    /// Takes a step of one side.
    ///
    /// # Errors
    /// When that side may not take it, or not now; then nothing changes but the time.
    pub fn step(&mut self, step: Step<'_>, by: NodeId, now: Instant) -> Result<State, StepError> {
        self.tick(now);
        if !self.document.has_party(&by) {
            return Err(StepError::Stranger { node: by });
        }
        match step {
            Step::Offer(signed) => self.sign(step, signed, by)?,
            Step::Sign(signed) => self.sign(step, signed, by)?,
            Step::Activate => self.activate(step, by)?,
            Step::Suspend | Step::Resume => self.hold_up(step, by)?,
            Step::Terminate => self.ended = true,
            Step::Decline | Step::Withdraw => self.turn_down(step, by)?,
            Step::Replace(next) => self.replace(next)?,
        }
        Ok(self.state())
    }

    /// Takes the signature of one side.
    fn sign(&mut self, step: Step<'_>, signed: &Signed, by: NodeId) -> Result<(), StepError> {
        let offers = matches!(step, Step::Offer(_));
        let (from, to) = if offers { (Phase::Drafted, Phase::Offered) } else { (Phase::Offered, Phase::Signed) };
        self.at(step, from)?;
        if offers != (by == self.drafted_by) {
            return Err(StepError::Turn { node: by, step: step.name() });
        }
        let all = [Some(&self.drafted_by), self.document.other(&self.drafted_by).filter(|_| !offers)];
        let complete = all.into_iter().flatten().all(|side| signed.by.contains(side));
        if signed.document != self.document || !complete {
            return Err(StepError::Signatures);
        }
        self.phase = to;
        Ok(())
    }

    fn activate(&mut self, step: Step<'_>, by: NodeId) -> Result<(), StepError> {
        self.at(step, Phase::Signed)?;
        if by != self.drafted_by {
            return Err(StepError::Turn { node: by, step: step.name() });
        }
        self.phase = Phase::Active;
        Ok(())
    }

    /// A side may hold it up as soon as it could come into force without asking it again.
    fn hold_up(&mut self, step: Step<'_>, by: NodeId) -> Result<(), StepError> {
        let state = self.state();
        if self.phase < Phase::Signed || state.is_over() {
            return Err(StepError::State { state, step: step.name() });
        }
        if step == Step::Suspend {
            self.held_up_by.insert(by);
        } else if !self.held_up_by.remove(&by) {
            return Err(StepError::Turn { node: by, step: step.name() });
        }
        Ok(())
    }

    /// An offer comes to nothing. Whoever takes it back may not know yet that the other side has signed or declined it: no signature puts it
    /// to use then, and of a no and a taking back that cross each other the taking back counts, at both sides.
    fn turn_down(&mut self, step: Step<'_>, by: NodeId) -> Result<(), StepError> {
        let (state, withdraws) = (self.state(), step == Step::Withdraw);
        let is_open = match self.phase {
            Phase::Offered | Phase::Declined | Phase::Withdrawn => true,
            Phase::Signed => withdraws,
            Phase::Drafted | Phase::Active => false,
        };
        if !is_open || matches!(state, State::Terminated | State::Expired) {
            return Err(StepError::State { state, step: step.name() });
        }
        if withdraws != (by == self.drafted_by) {
            return Err(StepError::Turn { node: by, step: step.name() });
        }
        let is_withdrawn = withdraws || self.phase == Phase::Withdrawn;
        self.phase = if is_withdrawn { Phase::Withdrawn } else { Phase::Declined };
        Ok(())
    }

    fn replace(&mut self, next: &Self) -> Result<(), StepError> {
        let (old, new) = (&self.document, &next.document);
        let follows = new.id == old.id
            && Some(new.version) == old.version.checked_add(1)
            && new.before == Some(old.hash())
            && new.parties == old.parties;
        if !follows || next.phase != Phase::Active || next.ended {
            return Err(StepError::NotNext);
        }
        self.ended = true;
        Ok(())
    }

    fn at(&self, step: Step<'_>, phase: Phase) -> Result<(), StepError> {
        let state = self.state();
        if self.phase == phase && !state.is_over() {
            Ok(())
        } else {
            Err(StepError::State { state, step: step.name() })
        }
    }

    /// What a side may be given now of a plane. None unless the agreement is in force: the gate takes nothing else.
    #[must_use]
    pub fn terms(&mut self, holder: &NodeId, plane: &Plane, kinds: &Kinds, now: Instant) -> Option<Terms> {
        self.tick(now);
        let scope = self.document.scope(holder, plane, kinds)?;
        (self.state() == State::Active).then_some(Terms { scope, expires_at: self.document.expires_at })
    }
}

/// What is given in one plane under an agreement in force. Made by `Life::terms` alone, and used at once: it is good for one page.
#[derive(Debug, PartialEq, Eq)]
pub struct Terms {
    scope: Scope,
    expires_at: Instant,
}

impl Terms {
    /// What is given.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// From when on nothing is given any more.
    #[must_use]
    pub fn expires_at(&self) -> Instant {
        self.expires_at
    }
}
