//! What keeps the transfers that people look at, and the records, in step with what the node knows.
//!
//! An offer of another home is noted here when the node has read it, and whatever follows: acceptance, seal, void. What a seal means for the
//! records is done then. Every step may be done twice. What cannot be done is told on the page of the transfer, and tried again.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::flow::transfer::Custody;
use tiwizi_federation_core::flow::{Store, StoreTx};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_TRANSFERS_SHOWN;
use tiwizi_storage::WriteError;
use tiwizi_storage::federation::transfer::{self, TransferRow};
use uuid::Uuid;

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, Note, State};

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Offers of other homes that were noted.
    pub come: usize,
    /// Transfers that stand otherwise now.
    pub changed: usize,
}

impl<S: Store> Transfers<S> {
    /// One round.
    ///
    /// # Errors
    /// When the database or the store fails. What is wrong with one transfer does not hold up the others.
    pub async fn follow(&self) -> Result<Moved, E> {
        let come = self.note_offers().await?;
        let rows = {
            let mut tx = self.records.db().read_single().await?;
            transfer::open(&mut tx, FED_TRANSFERS_SHOWN).await?
        };
        let mut changed = 0_usize;
        for row in rows {
            let (id, before) = (row.id, row.state.clone());
            match self.follow_row(row).await {
                // Somebody else does the same at this moment.
                Ok(()) | Err(E::Stale) => {}
                Err(error @ (E::Storage(_) | E::Store(_))) => return Err(error),
                Err(error) => self.trouble(id, &error).await?,
            }
            changed = changed.saturating_add(usize::from(self.row(id).await?.state != before));
        }
        Ok(Moved { come, changed })
    }

    /// The same for one transfer, as far as it is under way.
    pub(super) async fn follow_one(&self, id: Uuid) -> Result<(), E> {
        let row = self.row(id).await?;
        if row.under_way { self.follow_row(row).await } else { Ok(()) }
    }

    async fn follow_row(&self, row: TransferRow) -> Result<(), E> {
        let mut kept = Kept::of(row).ok_or(E::Damaged)?;
        if matches!(kept.state, State::Preparing | State::Fenced) {
            self.prepare(kept.clone()).await?;
            kept = Kept::of(self.row(kept.row.id).await?).ok_or(E::Damaged)?;
        }
        if matches!(kept.state, State::Offered | State::Accepted) {
            self.look(&kept).await?;
            kept = Kept::of(self.row(kept.row.id).await?).ok_or(E::Damaged)?;
        }
        if kept.state == State::Sealed && kept.row.from == self.me().0.0 {
            self.complete(&kept).await?;
        }
        Ok(())
    }

    /// Looks at the node for what became of an offer.
    async fn look(&self, kept: &Kept) -> Result<(), E> {
        let open = self.node.together(kept.row.entity).await?;
        if !open.is_empty() {
            let is_accepted = |custody: &Custody| custody.moving.as_ref().is_some_and(|moving| moving.accept.is_some());
            let note = Note { roots: roots(&open), ..kept.note.clone() };
            let state = if open.iter().all(is_accepted) { State::Accepted } else { State::Offered };
            if state == kept.state && note == kept.note {
                return Ok(());
            }
            return self.move_on(kept, state, &note).await;
        }
        let last = self.terms([kept.row.entity]).await?.get(&kept.row.entity).copied();
        let is_sealed = last.is_some_and(|(home, tenure)| tenure > kept.row.tenure && home.0.0 == kept.row.to);
        let (gives, takes) = (kept.row.from == self.me().0.0, kept.row.to == self.me().0.0);
        match (is_sealed, gives, takes) {
            (true, true, _) => self.hand_over(kept).await,
            (true, false, true) => self.take_over(kept).await,
            (false, true, _) => self.lift(kept).await,
            (false, false, true) if kept.note.taken => self.give_back(kept).await,
            // The nation, or somebody else who looks on.
            (true, false, false) => self.move_on(kept, State::Completed, &kept.note).await,
            (false, false, _) => self.move_on(kept, State::Void, &kept.note).await,
        }
    }

    /// Notes offers of other homes that are not noted yet.
    async fn note_offers(&self) -> Result<usize, E> {
        let open = {
            let mut tx = self.node.store().begin().await?;
            tx.moving().await?
        };
        let mut groups: BTreeMap<RecordId, Vec<Custody>> = BTreeMap::new();
        for custody in open {
            if let Some(lead) = custody.moving.as_ref().map(|moving| moving.lead) {
                groups.entry(lead).or_default().push(custody);
            }
        }
        let mut come = 0_usize;
        for (lead, group) in groups {
            let Some(row) = self.offered_row(lead, &group) else { continue };
            let is_known = {
                let mut tx = self.records.db().read_single().await?;
                transfer::under_way(&mut tx, lead).await?.is_some()
            };
            if is_known {
                continue;
            }
            let mut tx = self.records.db().begin_write().await?;
            match transfer::add(&mut tx, &row).await {
                Ok(()) => tx.commit().await?,
                Err(WriteError::Duplicate { .. } | WriteError::Exists) => continue,
                Err(error) => return Err(E::Write(error)),
            }
            come = come.saturating_add(1);
        }
        Ok(come)
    }

    /// An offer of another home as a transfer; none for what is not whole, and none for one of ours, which has its row before it is offered.
    fn offered_row(&self, lead: RecordId, group: &[Custody]) -> Option<TransferRow> {
        let custody = group.iter().find(|custody| custody.root == lead)?;
        let (last, moving) = (custody.last()?, custody.moving.as_ref()?);
        if last.home == self.me() {
            return None;
        }
        let now = self.records.ambient().now();
        let note = Note { roots: roots(group), cooperatives: BTreeSet::from([lead]), ..Note::default() };
        Some(TransferRow {
            id: self.records.ambient().new_uuid(),
            entity: lead,
            from: last.home.0.0,
            to: moving.to.0.0,
            tenure: last.tenure,
            // An offer names its records by a hash, and no version of them.
            ver: 0,
            state_root: moving.state.0,
            state: State::Offered.name().to_owned(),
            under_way: true,
            note: note.text(),
            made_at: now,
            changed_at: now,
        })
    }

    /// Notes what stands in the way of a transfer.
    async fn trouble(&self, id: Uuid, error: &E) -> Result<(), E> {
        tracing::error!(transfer.id = %id, error = error as &dyn std::error::Error, "a transfer does not go on");
        let Some(kept) = Kept::of(self.row(id).await?) else { return Ok(()) };
        let text: String = error.to_string().chars().take(tiwizi_model::limits::FED_REASON_CHARS_MAX).collect();
        if kept.note.trouble.as_ref() == Some(&text) {
            return Ok(());
        }
        let note = Note { trouble: Some(text), ..kept.note.clone() };
        self.move_on(&kept, kept.state, &note).await
    }

    /// Who an instance is to a transfer.
    pub(super) fn is_mine(&self, node: &[u8; 32]) -> bool {
        *node == self.me().0.0
    }

    pub(super) fn called(&self, node: &NodeId) -> String {
        self.roll.member(node).map_or_else(|| node.to_string(), |member| member.name.clone())
    }
}

/// Everything that an offer moves, each with the term that ends.
fn roots(open: &[Custody]) -> BTreeMap<RecordId, u32> {
    open.iter().filter_map(|custody| Some((custody.root, custody.last()?.tenure))).collect()
}
