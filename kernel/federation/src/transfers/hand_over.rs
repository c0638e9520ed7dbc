//! What a seal, or a void, does to the records of an instance.
//!
//! The home before keeps the public facts of the cooperative, so that whoever looks for it here is told where it is; everything else goes. What
//! an agreement with the new home gives comes again from there. The new home makes the records its own. Where an offer is called off,
//! the receiver lets go of what it had taken in, and what agreements give it is taken again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::policy::Class;
use tiwizi_model::limits::{FOREIGN_RECORDS_MAX, MOVED_ROWS};
use tiwizi_model::{InstanceId, RecordId};
use tiwizi_records::manifest::SubjectRule;
use tiwizi_records::{Kind, Moving, Said, Saying};
use tiwizi_storage::federation::{entity, fence};
use tiwizi_storage::{RecordRow, WriteTx, record};

use super::Transfers;
use super::accept::by_tenure;
use super::error::TransfersError as E;
use super::offer::change;
use super::row::{Kept, Note, State};

/// What is noted of what agreements give after an offer was called off.
const AGAIN: &str = "the transfer was called off";

impl<S: Store> Transfers<S> {
    /// We were the home: the records become the new home's, and what is not public goes, in one transaction with the end of the fence.
    pub(super) async fn hand_over(&self, kept: &Kept) -> Result<(), E> {
        let to = NodeId(Hash(kept.row.to));
        let (home, here) = (self.home_of(&to)?, self.records.instance());
        let mut tx = self.records.db().begin_write().await?;
        for (tenure, subjects) in by_tenure(&kept.note.roots) {
            // The store of the node may have let them go with the seal.
            let terms = record::terms(&mut tx, &subjects).await?;
            let ours: Vec<RecordId> = terms.iter().filter(|term| term.home == here).map(|term| term.id).collect();
            let moving = Moving { subjects: &ours, from: here, to: home, tenure: i64::from(tenure.saturating_add(1)) };
            self.records.release(&mut tx, moving).await.map_err(E::NotOwn)?;
        }
        self.let_go(&mut tx, &kept.note, home, Some(&kept.note.cooperatives)).await?;
        for root in kept.note.roots.keys() {
            fence::lift(&mut tx, *root, kept.row.id).await?;
        }
        let note = Note { trouble: None, ..kept.note.clone() };
        if change(&mut tx, kept, State::Sealed, &note, self.records.ambient().now()).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Says that the home before is done.
    pub(super) async fn complete(&self, kept: &Kept) -> Result<(), E> {
        let ended: Vec<(RecordId, u32)> = kept.note.roots.iter().map(|(root, tenure)| (*root, *tenure)).collect();
        self.node.complete(&ended, NodeId(Hash(kept.row.to))).await?;
        self.move_on(kept, State::Completed, &kept.note).await
    }

    /// We are the home: the records become ours.
    pub(super) async fn take_over(&self, kept: &Kept) -> Result<(), E> {
        let (home, here) = (self.home_of(&NodeId(Hash(kept.row.from)))?, self.records.instance());
        let mut tx = self.records.db().begin_write().await?;
        for (tenure, subjects) in by_tenure(&kept.note.roots) {
            let terms = record::terms(&mut tx, &subjects).await?;
            let theirs: Vec<RecordId> = terms.iter().filter(|term| term.home == home).map(|term| term.id).collect();
            let moving = Moving { subjects: &theirs, from: home, to: here, tenure: i64::from(tenure.saturating_add(1)) };
            self.records.adopt(&mut tx, moving).await.map_err(E::NotOwn)?;
        }
        let note = Note { trouble: None, ..kept.note.clone() };
        if change(&mut tx, kept, State::Completed, &note, self.records.ambient().now()).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// It was called off: what we had taken in goes, and what agreements give is taken again.
    pub(super) async fn give_back(&self, kept: &Kept) -> Result<(), E> {
        let home = self.home_of(&NodeId(Hash(kept.row.from)))?;
        let mut tx = self.records.db().begin_write().await?;
        let gone = self.let_go(&mut tx, &kept.note, home, None).await?;
        for held in entity::of_entities(&mut tx, &gone).await? {
            entity::trouble(&mut tx, held.entity, AGAIN).await?;
        }
        let note = Note { trouble: None, ..kept.note.clone() };
        if change(&mut tx, kept, State::Void, &note, self.records.ambient().now()).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Drops the records of what moves, as far as a home writes them. Of some cooperatives the public facts stay. Answers which went.
    async fn let_go(
        &self,
        tx: &mut WriteTx,
        note: &Note,
        home: InstanceId,
        stubs: Option<&BTreeSet<RecordId>>,
    ) -> Result<Vec<RecordId>, E> {
        let kinds = self.records.kinds();
        let moves = |kind: &&std::sync::Arc<Kind>| {
            kind.declaration().federates() && kind.declaration().subject != SubjectRule::Nobody
        };
        let mut gone = Vec::new();
        for kind in kinds.iter().filter(moves) {
            for root in note.roots.keys() {
                let mut after = None;
                loop {
                    let rows = record::of_subject(tx, (kind.number(), *root), after, MOVED_ROWS).await?;
                    let Some(last) = rows.last() else { break };
                    after = Some(last.id);
                    let rows: Vec<RecordRow> = rows.into_iter().filter(|row| row.home == home).collect();
                    gone.extend(rows.iter().map(|row| row.id));
                    let is_stub = |row: &RecordRow| stubs.is_some_and(|stubs| stubs.contains(&row.id));
                    let said = rows.iter().map(|row| left(kind, row, is_stub(row)));
                    let said: Vec<Said> = said.collect::<Result<_, _>>()?;
                    for part in said.chunks(FOREIGN_RECORDS_MAX) {
                        self.records.receive(tx, part.to_vec()).await?;
                    }
                }
            }
        }
        Ok(gone)
    }
}

/// What is left of a record here: its public facts, or nothing.
fn left(kind: &Kind, row: &RecordRow, is_stub: bool) -> Result<Said, E> {
    let saying = if is_stub {
        let body: Value = serde_json::from_str(&row.body).map_err(|_| E::Damaged)?;
        let is_public = |field: &str| kind.class(field) == Some(Class::Public);
        let (public, withheld): (BTreeMap<&String, &Value>, BTreeMap<&String, &Value>) =
            body.as_object().into_iter().flatten().partition(|(field, _)| is_public(field));
        let body: Map<String, Value> = public.into_iter().map(|(field, value)| (field.clone(), value.clone())).collect();
        Saying::Put { body: Value::Object(body), withheld: withheld.into_keys().cloned().collect() }
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
