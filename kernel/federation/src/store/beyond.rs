//! What others ask of the store beside the rules of the core.

use tiwizi_federation_core::flow::{Durability, Store, StoreTx, Stored};
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_APPLY_STEP;
use tiwizi_storage::federation::entity::{self, UnappliedRow};

use super::SqlStore;
use super::error::at;

/// A record of ours was to be written by a step, and nobody who may write it has prepared that: see `SqlStore::writing`.
#[derive(Debug, thiserror::Error)]
#[error("nobody has prepared the write of the record {id} that this step makes")]
pub struct Unprepared {
    /// The record.
    pub id: RecordId,
}

/// What the records have not taken of what is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unapplied {
    /// The record.
    pub id: RecordId,
    /// What moves from home to home with it.
    pub root: RecordId,
    /// Why.
    pub why: String,
}

impl SqlStore {
    /// Shows the records once more what they have not taken: when kinds were added, when a directory names more homes, when a transfer has ended. Tells how
    /// many they have taken now.
    ///
    /// # Errors
    /// When the store fails; what was taken before stays.
    pub async fn apply_again(&self) -> Stored<usize> {
        let (mut after, mut taken): (Option<UnappliedRow>, usize) = (None, 0);
        loop {
            let mut tx = self.begin().await?;
            let rows = entity::unapplied(&mut tx.tx, after.as_ref(), FED_APPLY_STEP).await.map_err(at("unapplied"))?;
            let Some(last) = rows.last().cloned() else { return Ok(taken) };
            after = Some(last);
            let ids: Vec<RecordId> = rows.iter().map(|row| row.entity).collect();
            taken = taken.saturating_add(tx.apply_held(&ids).await?);
            tx.commit(Durability::Relaxed).await?;
        }
    }

    /// Shows the records everything that is held of some kinds once more: their schemas have changed, and what had no name has one now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn apply_anew(&self, kinds: &[tiwizi_model::KindName]) -> Stored<usize> {
        let mut tx = self.begin().await?;
        for kind in kinds {
            if let Some(number) = tx.names.known_kind(&mut tx.tx, kind).await.map_err(at("apply_anew"))? {
                entity::unapply(&mut tx.tx, number).await.map_err(at("apply_anew"))?;
            }
        }
        tx.commit(Durability::Relaxed).await?;
        self.apply_again().await
    }

    /// What the records have not taken, the first so many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn unapplied(&self, rows_max: u32) -> Stored<Vec<Unapplied>> {
        let mut tx = self.shared.records.db().read_single().await.map_err(at("unapplied"))?;
        let rows = entity::unapplied(&mut tx, None, rows_max).await.map_err(at("unapplied"))?;
        let told =
            |row: UnappliedRow| Unapplied { id: row.entity, root: row.root, why: row.trouble.unwrap_or_default() };
        Ok(rows.into_iter().map(told).collect())
    }
}
