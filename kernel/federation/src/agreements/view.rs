//! An agreement as people look at it.

use tiwizi_federation_core::agreement::{AgreementId, Difference, Document, Life, Party, State, compare};
use tiwizi_federation_core::flow::rows::Agreed;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::Instant;

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// This side.
    pub me: NodeId,
    /// The other side.
    pub other: Party,
    /// The version that is in force, or was last.
    pub current: Option<Version>,
    /// The version that is being agreed on.
    pub next: Option<Version>,
}

/// One version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What it says.
    pub document: Document,
    /// What it is now.
    pub state: State,
    /// Whether this side drafted it.
    pub is_ours: bool,
    /// Whether this side holds it up.
    pub is_held_up_here: bool,
    /// Whether the other side holds it up.
    pub is_held_up_there: bool,
}

impl Agreement {
    /// What the store knows, as of now.
    pub(super) fn of(agreed: &Agreed, me: NodeId, now: Instant) -> Option<Self> {
        let version = |life: &Option<Life>| life.as_ref().map(|life| Version::of(life, &me, now));
        let (current, next) = (version(&agreed.current), version(&agreed.next));
        let document = &current.as_ref().or(next.as_ref())?.document;
        let other = document.parties.iter().find(|party| party.node != me)?.clone();
        Some(Self { id: agreed.id, me, other, current, next })
    }

    /// The version that people look at first: that in force, or else that on offer.
    #[must_use]
    pub fn first(&self) -> Option<&Version> {
        self.current.as_ref().or(self.next.as_ref())
    }

    /// The version of that number.
    #[must_use]
    pub fn version(&self, number: u32) -> Option<&Version> {
        [&self.next, &self.current].into_iter().flatten().find(|version| version.document.version == number)
    }

    /// Whether the version on offer waits for this side to sign.
    #[must_use]
    pub fn waits_for_us(&self) -> bool {
        self.next.as_ref().is_some_and(|next| next.state == State::Offered && !next.is_ours)
    }

    /// Whether the version on offer is ours and waits for the other side: for its signature, or for the word that it has ours.
    #[must_use]
    pub fn waits_for_them(&self) -> bool {
        self.next.as_ref().is_some_and(|next| match next.state {
            State::Offered => next.is_ours,
            State::Signed => true,
            State::Drafted
            | State::Active
            | State::Suspended
            | State::Terminated
            | State::Expired
            | State::Declined
            | State::Withdrawn => false,
        })
    }

    /// What a version would change of what a side gives. Without a version in force all is new.
    #[must_use]
    pub fn difference(&self, next: &Document, holder: &NodeId) -> Difference {
        let old = self.current.as_ref().filter(|version| version.document.version < next.version);
        compare(old.filter(|version| !version.is_over()).map(|version| &version.document), Some(next), holder)
    }
}

impl Version {
    fn of(life: &Life, me: &NodeId, now: Instant) -> Self {
        let mut life = life.clone();
        life.tick(now);
        let held_up = life.held_up_by();
        Self {
            state: life.state(),
            is_ours: life.drafted_by() == me,
            is_held_up_here: held_up.contains(me),
            is_held_up_there: held_up.iter().any(|node| node != me),
            document: life.document().clone(),
        }
    }

    /// Whether it gives nothing any more, for good.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state.is_over()
    }
}
