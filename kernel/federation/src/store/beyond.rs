//! What others ask of the store beside the rules of the core.

use std::collections::BTreeMap;

use serde_json::Value;
use tiwizi_federation_core::agreement::{Derived, KindClasses, Kinds};
use tiwizi_federation_core::flow::{Durability, Store, StoreTx, Stored};
use tiwizi_federation_core::wire::Hash;
use tiwizi_model::RecordId;
use tiwizi_model::limits::FED_APPLY_STEP;
use tiwizi_storage::federation::entity::{self, UnappliedRow};
use tiwizi_storage::instance_value;

use super::SqlStore;
use super::error::at;

/// Under which key the instance keeps how the fields of each kind were named when the records were last shown what is held.
const SHOWN: &str = "federation.shown";

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

    /// Shows the records once more what they have not taken, and everything that is held of kinds that have come or have other fields than when that was
    /// last done: what had no name has one now. What was seen then is kept, so it makes no difference whether the kinds changed while this instance ran
    /// or while it stood still. Tells how many were taken.
    ///
    /// # Errors
    /// When the store fails; what was taken before stays, and the rest is gone on with the next time.
    pub async fn apply_changed(&self, kinds: &Kinds) -> Stored<usize> {
        let name = "apply_changed";
        let now: BTreeMap<String, String> =
            kinds.iter().map(|(kind, classes)| (kind.to_string(), fingerprint(classes))).collect();
        let mut tx = self.begin().await?;
        let kept = instance_value::claim(&mut tx.tx, SHOWN).await.map_err(at(name))?;
        // Where nothing was kept, or nothing that can be read, everything is shown.
        let before: BTreeMap<String, String> = serde_json::from_str(&kept).unwrap_or_default();
        if before != now {
            for kind in kinds.keys().filter(|kind| before.get(kind.as_str()) != now.get(kind.as_str())) {
                if let Some(number) = tx.names.known_kind(&mut tx.tx, kind).await.map_err(at(name))? {
                    entity::unapply(&mut tx.tx, number).await.map_err(at(name))?;
                }
            }
            let seen = now.into_iter().collect::<Value>().to_string();
            instance_value::store(&mut tx.tx, SHOWN, &seen).await.map_err(at(name))?;
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

/// What of a kind decides how what is held of it is named, in short.
fn fingerprint(classes: &KindClasses) -> String {
    let KindClasses { plane, fields, derived } = classes;
    let fields = fields.iter().map(|(name, class)| format!("{name}={class}\n"));
    let derived = derived.iter().map(|(name, Derived { of, class })| {
        let of = of.as_deref().unwrap_or_default();
        format!("{name}<{of}={class}\n")
    });
    let text: String = std::iter::once(format!("{plane}\n")).chain(fields).chain(derived).collect();
    Hash::of(&[text.as_bytes()]).to_string()
}
