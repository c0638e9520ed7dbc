//! Bugs that are put in on purpose, to see that the simulator's checker finds them.
//!
//! Each breaks one promise of the federation in one place. They exist only with the feature `plants`, which the crate's own tests
//! switch on; without it [`Planted`] is always sound, and the compiler leaves the branches out.

/// One bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plant {
    /// A home writes what it has offered away.
    WriteAfterOffer,
    /// Two versions of an entity get the same number.
    VersionTwice,
    /// A receiver takes pages without holding their leaves to the root.
    RootUnchecked,
    /// A receiver takes what is withdrawn for unchanged.
    WithdrawnKept,
    /// A home gives what was agreed with one instance to any that asks.
    GateOpen,
    /// A checkpoint leaves before its entries are on the disk.
    PublishUnsynced,
    /// A fork that was heard of is forgotten.
    ForkForgotten,
    /// An entry that comes again is applied again.
    Reapply,
    /// A cut makes the next page larger.
    PageGrows,
    /// Entries go by their age, whoever still needs them.
    ReleaseByAge,
    /// Entries of pages that were not taken are kept.
    KeepRefused,
    /// An entry that cannot be read stops its log.
    PoisonStops,
    /// Parked entries are never looked at again.
    ParkedForgotten,
    /// What a later version added to a header is lost on the way.
    UnknownDropped,
    /// A home asks the registrar before it writes.
    WriteNeedsRegistrar,
    /// An accepted proposal is carried out each time that it comes.
    ProposalTwice,
    /// An entry does not wait for its cause.
    CauseIgnored,
    /// An entry is ordered by its time.
    OrderByTime,
    /// The registrar seals without comparing the tenure.
    SealUncompared,
    /// The receiver writes as soon as it has accepted.
    WriteAfterAccept,
    /// What was applied and the cursor are two transactions.
    CursorApart,
}

/// Which bug a node has, if any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Planted {
    #[cfg(feature = "plants")]
    plant: Option<Plant>,
}

impl Planted {
    /// A node with this bug.
    #[cfg(feature = "plants")]
    #[must_use]
    pub fn with(plant: Plant) -> Self {
        Self { plant: Some(plant) }
    }

    /// Whether the node has this bug.
    #[must_use]
    pub(crate) fn has(self, plant: Plant) -> bool {
        #[cfg(feature = "plants")]
        let has = self.plant == Some(plant);
        #[cfg(not(feature = "plants"))]
        let has = {
            let _: Plant = plant;
            false
        };
        has
    }
}
