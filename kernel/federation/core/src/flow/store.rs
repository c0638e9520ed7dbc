//! Where an instance keeps what it knows: one transaction at a time, a method for each thing.
//!
//! The logic of a node is written against this, so that it runs the same over SQL and over the memory of the simulator. A transaction
//! that is dropped leaves nothing behind. Reads within it see its own writes. Methods are `async` so that a database can be waited
//! for; the logic waits for nothing else.

use std::future::Future;

use serde_json::Value;
use tiwizi_model::RecordId;

use crate::agreement::AgreementId;
use crate::wire::{Entity, Entry, Hash, LogId, NodeId, Plane, Position};

use super::cursor::Cursor;
use super::proposal::Base;
use super::retention::Follower;
use super::rows::{Agreed, Body, Draft, Feed, Head, Held, Own, Parked, ReceivedProposal, SentProposal, Stopped};
use super::snapshot::Loading;
use super::transfer::Custody;

/// Why the store did not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no room.
    #[error("the disk is full")]
    Full,
    /// It failed.
    #[error("the store failed at {name}")]
    Failed {
        /// What it was asked for.
        name: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// How sure a commit is when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Visible; a loss of power may take it, and everything after it, away.
    Relaxed,
    /// It stays, whatever happens. A checkpoint leaves the machine only after a commit like this.
    Synced,
}

/// What a method of a store answers.
pub type Stored<T> = Result<T, StoreError>;

/// A store of one instance.
pub trait Store: Send + Sync {
    /// One transaction.
    type Tx: StoreTx;

    /// Begins a transaction.
    ///
    /// # Errors
    /// When the store fails; so for every method here.
    fn begin(&self) -> impl Future<Output = Stored<Self::Tx>> + Send;
}

macro_rules! store_tx {
    ($($(#[$doc:meta])* fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) -> $answer:ty;)*) => {
        /// A transaction: it commits, or it is dropped and was nothing.
        pub trait StoreTx: Send {
            /// Keeps what was written.
            ///
            /// # Errors
            /// When the store fails; then nothing was kept, or, at a loss of power, all of it.
            fn commit(self, durability: Durability) -> impl Future<Output = Stored<()>> + Send;

            $($(#[$doc])*
            ///
            /// # Errors
            /// When the store fails.
            fn $name(&mut self $(, $argument: $type)*) -> impl Future<Output = Stored<$answer>> + Send;)*
        }
    };
}

store_tx! {
    /// The end of one of our logs.
    fn head(&mut self, plane: &Plane) -> Option<Head>;
    /// Puts the end of one of our logs.
    fn put_head(&mut self, plane: &Plane, head: Head) -> ();
    /// The planes that we have a log of.
    fn planes(&mut self) -> Vec<Plane>;
    /// Adds a write that waits for its place.
    fn add_draft(&mut self, draft: Draft) -> ();
    /// The writes that wait, oldest first, with what they are removed by.
    fn drafts(&mut self, max: usize) -> Vec<(u64, Draft)>;
    /// Whether it was read on in what is written here, in this transaction: that is kept also where nothing of it waits for a place.
    fn has_read_on(&mut self) -> bool;
    /// A write has its place.
    fn remove_draft(&mut self, number: u64) -> ();
    /// Adds an entry about an entity to one of our logs.
    fn add_entry(&mut self, plane: &Plane, seq: u64, entity: &Entity, entry: Entry) -> ();
    /// Entries of one of our logs from a place on.
    fn entries(&mut self, plane: &Plane, from: u64, max: usize) -> Vec<(u64, Entry)>;
    /// One entry of one of our logs.
    fn entry(&mut self, plane: &Plane, seq: u64) -> Option<Entry>;
    /// The entry before a place of one of our logs that is about the same entity: its place, and the entry if it is kept.
    fn entry_before(&mut self, plane: &Plane, entity: &Entity, seq: u64) -> Option<(u64, Option<Entry>)>;
    /// Lets go of entries below a place that are not the last of what they are about.
    fn release_entries(&mut self, plane: &Plane, below: u64) -> ();
    /// Where the entries of one of our logs begin, whole, still.
    fn kept_from(&mut self, plane: &Plane) -> u64;
    /// Adds complete subtrees of one of our logs.
    fn add_nodes(&mut self, plane: &Plane, nodes: &[(u8, u64, Hash)]) -> ();
    /// A complete subtree of one of our logs.
    fn node(&mut self, plane: &Plane, level: u8, index: u64) -> Option<Hash>;
    /// What we wrote last of an entity.
    fn own(&mut self, entity: &Entity) -> Option<Own>;
    /// Puts what we wrote last of an entity.
    fn put_own(&mut self, own: Own) -> ();
    /// What we wrote last of everything that moves with a root.
    fn owned(&mut self, root: RecordId) -> Vec<Own>;
    /// Places of one of our logs from one on, each with what it is about: those that were the last of that below a size.
    fn latest_below(&mut self, plane: &Plane, from: u64, size: u64, max: usize) -> Vec<(u64, Entity)>;
    /// The body of a record of ours now.
    fn body(&mut self, entity: &Entity) -> Option<Body>;
    /// The body of a record of ours at a version, if that is kept.
    fn body_at(&mut self, entity: &Entity, base: Base) -> Option<Value>;
    /// Puts a version of a record of ours.
    fn put_body(&mut self, entity: &Entity, body: Body) -> ();

    /// The terms of a root.
    fn custody(&mut self, root: RecordId) -> Option<Custody>;
    /// Puts the terms of a root.
    fn put_custody(&mut self, custody: Custody) -> ();
    /// The roots that are being moved.
    fn moving(&mut self) -> Vec<Custody>;

    /// How far a feed was taken.
    fn cursor(&mut self, feed: &Feed) -> Option<Cursor>;
    /// Puts how far a feed was taken.
    fn put_cursor(&mut self, feed: &Feed, cursor: Cursor) -> ();
    /// Every feed that is taken.
    fn cursors(&mut self) -> Vec<(Feed, Cursor)>;
    /// Adds leaves of another's log.
    fn add_leaves(&mut self, log: &LogId, from: u64, leaves: &[Hash]) -> ();
    /// The leaves of another's log from its first on; fewer than `max` when no more are kept.
    fn leaves(&mut self, log: &LogId, max: u64) -> Vec<Hash>;
    /// The longest checkpoint of a log that is proven here, as it was signed.
    fn proven(&mut self, log: &LogId) -> Option<String>;
    /// Puts the longest checkpoint of a log that is proven here.
    fn put_proven(&mut self, log: &LogId, note: &str) -> ();
    /// The longest checkpoint of a log whose leaves are all kept here, as it was signed: a snapshot leaves some out.
    fn covered(&mut self, log: &LogId) -> Option<String>;
    /// Puts the longest checkpoint of a log whose leaves are all kept here.
    fn put_covered(&mut self, log: &LogId, note: &str) -> ();
    /// Checkpoints of a log that others have and that are ahead of us.
    fn heard(&mut self, log: &LogId) -> Vec<String>;
    /// Puts the checkpoints of a log that are ahead of us.
    fn put_heard(&mut self, log: &LogId, notes: Vec<String>) -> ();
    /// Why nothing more is taken of a log.
    fn stopped(&mut self, log: &LogId) -> Option<Stopped>;
    /// Takes nothing more of a log.
    fn stop(&mut self, log: &LogId, stopped: Stopped) -> ();
    /// Says of which entities, each with its root, it will be asked in a moment who may write them and what is held of them: a store may read
    /// all of that at once.
    fn foresee(&mut self, agreement: Option<AgreementId>, entities: &[(Entity, RecordId)]) -> ();
    /// What is held of an entity under an agreement.
    fn held(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Option<Held>;
    /// Puts what is held of an entity.
    fn put_held(&mut self, held: Held) -> ();
    /// Everything held under an agreement, in order of the entities.
    fn held_after(&mut self, agreement: Option<AgreementId>, after: Option<&Entity>, max: usize) -> Vec<Held>;
    /// Puts an entry aside.
    fn park(&mut self, parked: Parked) -> ();
    /// Takes an entry back that was put aside.
    fn unpark(&mut self, agreement: Option<AgreementId>, at: &Position) -> ();
    /// Entries that wait, in order of their places, after one of them.
    fn parked_after(&mut self, after: Option<(Option<AgreementId>, Position)>, max: usize) -> Vec<Parked>;
    /// Whether the entry at a place waits.
    fn parked_at(&mut self, at: &Position) -> bool;
    /// How many entries of a feed wait.
    fn parked_count(&mut self, feed: &Feed) -> usize;
    /// The first place of a log where an entry of an entity waits.
    fn parked_entity(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Option<Position>;

    /// How a peer gets on with one of our logs.
    fn follower(&mut self, peer: &NodeId, plane: &Plane, agreement: Option<AgreementId>) -> Option<Follower>;
    /// Puts how a peer gets on with one of our logs.
    fn put_follower(&mut self, plane: &Plane, agreement: Option<AgreementId>, follower: Follower) -> ();
    /// How all peers get on with one of our logs.
    fn followers(&mut self, plane: &Plane) -> Vec<(Option<AgreementId>, Follower)>;

    /// A proposal of ours.
    fn sent_proposal(&mut self, id: RecordId) -> Option<SentProposal>;
    /// Puts a proposal of ours.
    fn put_sent_proposal(&mut self, sent: SentProposal) -> ();
    /// A proposal that we were asked for, by its sender's idempotency key.
    fn received_proposal(&mut self, from: &NodeId, idem: [u8; 16]) -> Option<ReceivedProposal>;
    /// Puts a proposal that we were asked for.
    fn put_received_proposal(&mut self, received: ReceivedProposal) -> ();
    /// The proposals about a root that we were asked for and that wait, for its transfer to end or for a person.
    fn waiting_proposals(&mut self, root: RecordId) -> Vec<ReceivedProposal>;

    /// An agreement.
    fn agreement(&mut self, id: AgreementId) -> Option<Agreed>;
    /// Puts an agreement.
    fn put_agreement(&mut self, agreed: Agreed) -> ();
    /// All agreements.
    fn agreements(&mut self) -> Vec<Agreed>;

    /// The snapshot of a feed that is being loaded.
    fn loading(&mut self, feed: &Feed) -> Option<Loading>;
    /// Puts or removes the snapshot of a feed that is being loaded.
    fn put_loading(&mut self, feed: &Feed, loading: Option<Loading>) -> ();
}
