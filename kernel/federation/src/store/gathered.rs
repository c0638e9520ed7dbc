//! What a transaction has written and not yet handed to the database: it goes there in batches.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::{Draft, Held, Own};
use tiwizi_federation_core::flow::transfer::Custody;
use tiwizi_federation_core::wire::Entity;
use tiwizi_model::RecordId;
use tiwizi_storage::federation::LogNo;
use tiwizi_storage::federation::custody::CustodyRow;
use tiwizi_storage::federation::disclosure::DisclosureRow;
use tiwizi_storage::federation::entry::EntryRow;
use tiwizi_storage::federation::tree::Node;

/// A write that waits and is not stored yet.
pub(super) struct Waiting {
    pub(super) draft: Draft,
    /// Whether it was made of a record.
    pub(super) of_home: bool,
}

/// What was written in this transaction.
#[derive(Default)]
pub(super) struct Gathered {
    /// Entries of our logs, with what they can disclose.
    pub(super) entries: Vec<(LogNo, EntryRow, Option<DisclosureRow>)>,
    /// Subtrees of our logs.
    pub(super) nodes: Vec<(LogNo, Node)>,
    /// What we wrote last of entities.
    pub(super) own: BTreeMap<Entity, Own>,
    /// Drafts, by the numbers that they have as long as they are not stored.
    pub(super) drafts: BTreeMap<u64, Waiting>,
    /// How many drafts there were.
    pub(super) drafted: u64,
    /// The numbers of stored drafts that have their places.
    pub(super) placed: Vec<u64>,
    /// What was made of records: its values come from there.
    pub(super) made: BTreeSet<(Entity, Base)>,
    /// What is held of others' entities.
    pub(super) held: BTreeMap<(Option<AgreementId>, Entity), Held>,
    /// What was held before, as far as it was looked at.
    pub(super) held_before: BTreeMap<(Option<AgreementId>, Entity), Option<Base>>,
    /// What was read of others' entities before anybody asked for it.
    pub(super) ahead: BTreeMap<(Option<AgreementId>, Entity), Option<Held>>,
    /// Records of which less is shown than before.
    pub(super) narrowed: BTreeSet<RecordId>,
    /// The terms of roots, as far as they were looked at.
    pub(super) custody: BTreeMap<RecordId, Option<Custody>>,
    /// The first terms of roots that nothing was known of.
    pub(super) founded: BTreeMap<RecordId, CustodyRow>,
    /// Whether anything waits that was received; none when nobody looked.
    pub(super) any_parked: Option<bool>,
}
