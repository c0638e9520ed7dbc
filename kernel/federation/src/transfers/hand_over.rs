//! What a seal or a void leaves to do with the records of an instance, beyond what the store does in the transaction of the seal: there they
//! have got their new home.
//!
//! The home before keeps the public facts of the cooperative, so that whoever looks for it here is told where it is; everything else goes. What
//! an agreement with the new home gives is taken again from what came of it. Where an offer is called off, the receiver lets go of what it had
//! taken in, and what agreements give it is taken again as well.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::policy::Class;
use tiwizi_model::limits::{FOREIGN_RECORDS_MAX, MOVED_ROWS};
use tiwizi_model::{InstanceId, RecordId};
use tiwizi_records::manifest::SubjectRule;
use tiwizi_records::{Kind, Said, Saying};
use tiwizi_storage::federation::entity;
use tiwizi_storage::federation::transfer::{self, TransferChange};
use tiwizi_storage::{RecordRow, WriteTx, record};

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, Note, State};

/// What is noted of what agreements give, until it was taken again.
const AGAIN: &str = "it is taken again after a transfer";

/// What stays of what moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stays {
    Nothing,
    PublicFacts,
}

impl<S: Store> Transfers<S> {
    /// We were the home: what is not public goes, and then the others are told that we are done.
    pub(super) async fn hand_over(&self, kept: &Kept) -> Result<(), E> {
        let to = NodeId(Hash(kept.row.to));
        self.let_go(kept, self.home_of(&to)?, Stays::PublicFacts).await?;
        let ended: Vec<(RecordId, u32)> = kept.roots.iter().map(|(root, tenure)| (*root, *tenure)).collect();
        self.node.complete(&ended, to).await?;
        self.move_on(kept, State::Completed).await
    }

    /// It was called off: what we had taken in goes.
    pub(super) async fn give_back(&self, kept: &Kept) -> Result<(), E> {
        self.let_go(kept, self.home_of(&NodeId(Hash(kept.row.from)))?, Stays::Nothing).await?;
        self.move_on(kept, State::Ended).await
    }

    /// Moves a transfer on whose rest is done. Somebody who was faster has done the same.
    pub(super) async fn move_on(&self, kept: &Kept, to: State) -> Result<(), E> {
        let note = Note { trouble: None, taken: false, ..kept.note.clone() }.text();
        let change = TransferChange {
            id: kept.row.id,
            from: kept.state.name(),
            to: to.name(),
            under_way: false,
            note: Some(&note),
            at: self.records.ambient().now(),
        };
        let mut tx = self.records.db().begin_write().await?;
        transfer::change_state(&mut tx, change).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Drops the records of what moved, as far as that home writes them.
    async fn let_go(&self, kept: &Kept, home: InstanceId, stays: Stays) -> Result<(), E> {
        let kinds = self.records.kinds();
        let moves = |kind: &&std::sync::Arc<Kind>| {
            kind.declaration().federates() && kind.declaration().subject != SubjectRule::Nobody
        };
        let mut tx = self.records.db().begin_write().await?;
        let mut gone = BTreeSet::new();
        for kind in kinds.iter().filter(moves) {
            for root in kept.roots.keys() {
                self.let_go_of(&mut tx, (kind, *root), (home, stays), &mut gone).await?;
            }
        }
        let gone: Vec<RecordId> = gone.into_iter().collect();
        for held in entity::of_entities(&mut tx, &gone).await? {
            entity::trouble(&mut tx, held.entity, AGAIN).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn let_go_of(
        &self,
        tx: &mut WriteTx,
        (kind, root): (&Kind, RecordId),
        (home, stays): (InstanceId, Stays),
        gone: &mut BTreeSet<RecordId>,
    ) -> Result<(), E> {
        let mut after = None;
        loop {
            let rows = record::of_subject(tx, (kind.number(), root), after, MOVED_ROWS).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.id);
            let mut said = Vec::with_capacity(rows.len());
            for row in rows.iter().filter(|row| row.home == home) {
                let is_stub = stays == Stays::PublicFacts && *kind.name() == self.names.cooperative;
                said.push(left(kind, row, is_stub)?);
                gone.insert(row.id);
            }
            for part in said.chunks(FOREIGN_RECORDS_MAX) {
                self.records.receive(tx, part.to_vec()).await?;
            }
        }
    }
}

/// What is left of a record here: its public facts, or nothing.
fn left(kind: &Kind, row: &RecordRow, is_stub: bool) -> Result<Said, E> {
    let saying = if is_stub {
        let body: Value = serde_json::from_str(&row.body).map_err(|_| E::Damaged)?;
        let (mut public, mut withheld) = (Map::new(), BTreeSet::new());
        for (field, value) in body.as_object().into_iter().flatten() {
            if kind.class(field) == Some(Class::Public) {
                public.insert(field.clone(), value.clone());
            } else {
                withheld.insert(field.clone());
            }
        }
        Saying::Put { body: Value::Object(public), withheld }
    } else {
        Saying::Withdrawn
    };
    Ok(Said {
        kind: kind.name().clone(),
        id: row.id,
        version: row.version,
        tenure: row.tenure,
        home: row.home,
        at: row.changed_at,
        saying,
    })
}
