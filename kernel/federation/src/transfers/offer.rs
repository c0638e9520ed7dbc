//! The home offers cooperatives to another instance.
//!
//! The fence goes up first, so that nothing is written any more of what is offered; then those who go along are found and fenced in; then
//! every answer to a proposal is told, so that none is given twice; then the node offers, behind the entries of everything that was written.
//! Each step is kept, and a round of the background goes on where a restart cut it off.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::flow::transfer::TransferError;
use tiwizi_federation_core::flow::{NodeError, Store};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Placement;
use tiwizi_model::limits::FED_OFFERED_MAX;
use tiwizi_model::{Record, RecordId};
use tiwizi_storage::federation::fence;
use tiwizi_storage::federation::transfer::{self, TransferChange, TransferRow};
use tiwizi_storage::{WriteError, WriteTx, record};
use uuid::Uuid;

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, Note, State};

/// What is offered to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOffer {
    /// The cooperatives. The first of their ids leads.
    pub cooperatives: BTreeSet<RecordId>,
    /// To whom.
    pub to: NodeId,
}

impl<S: Store> Transfers<S> {
    /// Offers cooperatives, with those who go along. From here on nobody writes them, until the transfer is sealed or called off.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `Count`, `Elsewhere`, `Stranger`, `Moving`; when a database fails. What has begun goes on by itself then.
    pub async fn offer(&self, caller: &Caller, offer: &NewOffer) -> Result<Uuid, E> {
        if offer.cooperatives.is_empty() || offer.cooperatives.len() > FED_OFFERED_MAX {
            return Err(E::Count);
        }
        let is_member = self.roll.active(&offer.to).is_some() && offer.to != self.me();
        if !is_member {
            return Err(E::Stranger { node: offer.to });
        }
        let mut ver = 0;
        for id in &offer.cooperatives {
            let record = self.offered(caller, *id).await?;
            ver = u64::try_from(record.version.0).unwrap_or_default();
        }
        let lead = offer.cooperatives.first().copied().ok_or(E::Count)?;
        let note = Note { cooperatives: offer.cooperatives.clone(), by: caller.name().map(str::to_owned), ..Note::default() };
        let now = self.records.ambient().now();
        let row = TransferRow {
            id: self.records.ambient().new_uuid(),
            entity: lead,
            from: self.me().0.0,
            to: offer.to.0.0,
            tenure: self.terms([lead]).await?.get(&lead).map_or(1, |(_, tenure)| *tenure),
            ver,
            // It is said by the offer, and is the node's to compare.
            state_root: Hash::ZERO.0,
            state: State::Preparing.name().to_owned(),
            under_way: true,
            note: note.text(),
            made_at: now,
            changed_at: now,
        };
        let id = row.id;
        self.begin(&row, &note).await?;
        tracing::info!(transfer.id = %id, transfer.to = %offer.to, "a transfer begins");
        let kept = Kept { row, state: State::Preparing, note };
        match self.prepare(kept).await {
            // A round of the background may be faster.
            Ok(()) | Err(E::Stale) => Ok(id),
            Err(error @ (E::Count | E::Moving { .. } | E::Stranger { .. } | E::Elsewhere { .. })) => {
                self.undo(id).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Goes on with what is not offered yet.
    pub(super) async fn prepare(&self, mut kept: Kept) -> Result<(), E> {
        if kept.state == State::Preparing {
            kept = self.fence_in(kept).await?;
        }
        if kept.state == State::Fenced {
            // What was answered here is told before the root goes: its new home must not answer it again.
            self.proposals().tell_pending().await?;
            let roots: BTreeSet<RecordId> = kept.note.roots.keys().copied().collect();
            let to = NodeId(Hash(kept.row.to));
            match self.node.offer_together(kept.row.entity, &roots, to).await {
                Ok(()) => {}
                // Another round was faster.
                Err(NodeError::Moving) if !self.node.together(kept.row.entity).await?.is_empty() => {}
                Err(NodeError::Transfer(TransferError::TooMany)) => return Err(E::Count),
                Err(NodeError::Absent { .. }) => return Err(E::Stranger { node: to }),
                Err(NodeError::NotHome) => return Err(E::Elsewhere { id: kept.row.entity }),
                Err(error) => return Err(error.into()),
            }
            self.move_on(&kept, State::Offered, &kept.note).await?;
        }
        Ok(())
    }

    /// A cooperative of ours, for somebody who keeps the register there.
    async fn offered(&self, caller: &Caller, id: RecordId) -> Result<Record, E> {
        let permit = self.records.may_read(caller, &self.names.cooperative)?;
        let record = self.records.read(&permit, id).await?.ok_or(E::Missing)?;
        self.keeps(caller, Placement { subject: record.subject, province: record.province })?;
        if record.home == self.records.instance() { Ok(record) } else { Err(E::Elsewhere { id }) }
    }

    /// Keeps the transfer and raises the fence around its cooperatives.
    async fn begin(&self, row: &TransferRow, note: &Note) -> Result<(), E> {
        let mut tx = self.records.db().begin_write().await?;
        let ids: Vec<RecordId> = note.cooperatives.iter().copied().collect();
        if let Some(id) = fence::pass(&mut tx, &ids).await?.first() {
            return Err(E::Moving { id: *id });
        }
        transfer::add(&mut tx, row).await.map_err(|error| match error {
            WriteError::Duplicate { .. } => E::Moving { id: row.entity },
            error => E::Write(error),
        })?;
        self.raise(&mut tx, &ids, row.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Finds who goes along and raises the fence around them. Somebody who is on the way with another cooperative stays out of this one.
    async fn fence_in(&self, kept: Kept) -> Result<Kept, E> {
        let mut roots = self.going(&kept.note.cooperatives).await?;
        let mut tx = self.records.db().begin_write().await?;
        let people: Vec<RecordId> = roots.iter().copied().collect();
        for fenced in fence::pass(&mut tx, &people).await? {
            roots.remove(&fenced);
        }
        let people: Vec<RecordId> = roots.iter().copied().collect();
        self.raise(&mut tx, &people, kept.row.id).await?;
        roots.extend(&kept.note.cooperatives);
        let ids: Vec<RecordId> = roots.iter().copied().collect();
        let terms = record::terms(&mut tx, &ids).await?;
        let term = |term: &record::Term| Some((term.id, u32::try_from(term.tenure).ok()?));
        let note = Note { roots: terms.iter().filter_map(term).collect::<BTreeMap<_, _>>(), ..kept.note.clone() };
        let moved = change(&mut tx, &kept, State::Fenced, &note, self.records.ambient().now()).await?;
        if !moved {
            return Err(E::Stale);
        }
        tx.commit().await?;
        Ok(Kept { state: State::Fenced, note, ..kept })
    }

    async fn raise(&self, tx: &mut WriteTx, ids: &[RecordId], id: Uuid) -> Result<(), E> {
        for root in ids {
            fence::raise(tx, *root, id, self.records.ambient().now()).await.map_err(|error| match error {
                WriteError::Exists => E::Moving { id: *root },
                error => E::Write(error),
            })?;
        }
        Ok(())
    }

    /// What was never offered is given up: the fence goes down.
    async fn undo(&self, id: Uuid) -> Result<(), E> {
        let Some(kept) = Kept::of(self.row(id).await?) else { return Err(E::Damaged) };
        if matches!(kept.state, State::Preparing | State::Fenced) { self.lift(&kept).await } else { Ok(()) }
    }

    /// Lowers the fence of a transfer that is called off, or never began.
    pub(super) async fn lift(&self, kept: &Kept) -> Result<(), E> {
        let mut tx = self.records.db().begin_write().await?;
        let note = Note { trouble: None, ..kept.note.clone() };
        if change(&mut tx, kept, State::Void, &note, self.records.ambient().now()).await? {
            for root in kept.note.cooperatives.iter().chain(kept.note.roots.keys()) {
                fence::lift(&mut tx, *root, kept.row.id).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Moves a transfer on. Somebody who was faster has done the same.
    pub(super) async fn move_on(&self, kept: &Kept, state: State, note: &Note) -> Result<(), E> {
        let mut tx = self.records.db().begin_write().await?;
        change(&mut tx, kept, state, note, self.records.ambient().now()).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Puts a transfer into another state, if it is still in the one that was looked at.
pub(super) async fn change(
    tx: &mut WriteTx,
    kept: &Kept,
    state: State,
    note: &Note,
    at: tiwizi_model::Instant,
) -> Result<bool, E> {
    let change = TransferChange {
        id: kept.row.id,
        from: kept.state.name(),
        to: state.name(),
        under_way: !state.is_over(),
        note: &note.text(),
        at,
    };
    Ok(transfer::change_state(tx, change).await?)
}
