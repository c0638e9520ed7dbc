//! What is held of others' entities, and how it becomes records.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::Stored;
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::{Held, HeldLife};
use tiwizi_federation_core::wire::{Entity, Hash};
use tiwizi_model::RecordId;
use tiwizi_storage::federation::AgreementNo;
use tiwizi_storage::federation::entity::{self, EntityRow, Life};

use super::SqlTx;
use super::error::{Unfit, at, damaged, failed};
use crate::apply::Named;
use crate::shown::{shown, shown_bytes};

impl SqlTx {
    pub(super) async fn held_of(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Stored<Option<Held>> {
        let key = (agreement, entity.clone());
        if let Some(held) = self.gathered.held.get(&key) {
            return Ok(Some(held.clone()));
        }
        let held = match self.gathered.ahead.remove(&key) {
            Some(held) => held,
            None => self.stored_held(agreement, entity).await?,
        };
        let live = held.as_ref().filter(|held| is_there(held.life));
        self.gathered.held_before.insert(key, live.map(|held| held.base));
        Ok(held)
    }

    async fn stored_held(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Stored<Option<Held>> {
        let name = "held";
        let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
        let kind = self.names.known_kind(&mut self.tx, &entity.kind).await.map_err(at(name))?;
        let Some((number, kind)) = number.zip(kind) else { return Ok(None) };
        match entity::find(&mut self.tx, number, kind, entity.id).await.map_err(at(name))? {
            Some(row) => self.held_row(row).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn held_row(&mut self, row: EntityRow) -> Stored<Held> {
        let name = "held";
        Ok(Held {
            agreement: self.names.agreement_of(&mut self.tx, row.agreement).await.map_err(at(name))?,
            entity: Entity {
                kind: self.names.kind_name(&mut self.tx, row.kind).await.map_err(at(name))?,
                id: row.entity,
            },
            root: row.root,
            at: self.names.position(&mut self.tx, row.place).await.map_err(at(name))?,
            base: Base { tenure: row.tenure, ver: row.ver },
            leaf: Hash(row.leaf),
            header: row.header,
            shown: shown(&row.shown).ok_or_else(damaged(name, "disclosure"))?,
            life: match row.life {
                Life::Live => HeldLife::Live,
                Life::Unsure => HeldLife::Unsure,
                Life::Deleted => HeldLife::Deleted,
                Life::Withdrawn => HeldLife::Withdrawn,
            },
        })
    }

    pub(super) async fn gather_held(&mut self, held: Held) -> Stored<()> {
        let name = "put_held";
        let number = self.names.agreement_no(&mut self.tx, held.agreement).await.map_err(at(name))?;
        number.ok_or_else(|| failed(name)(Unfit::Agreement))?;
        let key = (held.agreement, held.entity.clone());
        if !self.gathered.held_before.contains_key(&key) && !self.gathered.held.contains_key(&key) {
            self.held_of(held.agreement, &held.entity).await?;
        }
        // The same version once more is shown with more or less in it; what it was before must be nowhere then.
        let shown_before = match self.gathered.held.get(&key) {
            Some(before) => Some(before.base),
            None => self.gathered.held_before.get(&key).copied().flatten(),
        };
        let is_doubted = held.life == HeldLife::Unsure;
        if !is_doubted && (shown_before == Some(held.base) || held.life != HeldLife::Live) {
            self.gathered.narrowed.insert(held.entity.id);
        }
        self.gathered.held.insert(key, held);
        Ok(())
    }

    /// Stores what is held, and shows it to the records.
    pub(super) async fn flush_held(&mut self) -> Stored<()> {
        let name = "flush_held";
        let held = std::mem::take(&mut self.gathered.held);
        self.gathered.held_before.clear();
        self.gathered.ahead.clear();
        if held.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(held.len());
        for ((agreement, _), held) in held {
            let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
            let number = number.ok_or_else(|| failed(name)(Unfit::Agreement))?;
            rows.push(self.row_of_held(number, held).await?);
        }
        entity::put(&mut self.tx, &rows).await.map_err(at(name))?;
        // In the order of their entries: what others belong to comes first.
        rows.sort_by_key(|row| (row.place.log, row.place.seq));
        let certain = rows.iter().filter(|row| row.life != Life::Unsure);
        let ids: Vec<RecordId> = certain.map(|row| row.entity).collect();
        self.apply_held(&ids).await?;
        Ok(())
    }

    async fn row_of_held(&mut self, agreement: AgreementNo, held: Held) -> Stored<EntityRow> {
        let name = "put_held";
        Ok(EntityRow {
            agreement,
            kind: self.names.kind_no(&mut self.tx, &held.entity.kind).await.map_err(at(name))?,
            entity: held.entity.id,
            root: held.root,
            place: self.names.place(&mut self.tx, &held.at).await.map_err(at(name))?,
            tenure: held.base.tenure,
            ver: held.base.ver,
            leaf: held.leaf.0,
            header: held.header,
            shown: shown_bytes(&held.shown),
            life: match held.life {
                HeldLife::Live => Life::Live,
                HeldLife::Unsure => Life::Unsure,
                HeldLife::Deleted => Life::Deleted,
                HeldLife::Withdrawn => Life::Withdrawn,
            },
        })
    }

    /// Shows the records what is held of some entities now. Tells how many they have taken.
    pub(super) async fn apply_held(&mut self, ids: &[RecordId]) -> Stored<usize> {
        let name = "apply";
        let mut named = Named { kinds: BTreeMap::new(), logs: BTreeMap::new() };
        for (kind, number) in self.names.kinds_after(&mut self.tx, None).await.map_err(at(name))? {
            named.kinds.insert(number, kind);
        }
        for (log, _, number) in self.names.all_logs(&mut self.tx).await.map_err(at(name))? {
            named.logs.insert(number, log.node);
        }
        let narrowed: BTreeSet<RecordId> = std::mem::take(&mut self.gathered.narrowed);
        let narrowed: Vec<RecordId> = narrowed.into_iter().collect();
        self.shared.apply.apply(&mut self.tx, &named, ids, &narrowed).await.map_err(failed(name))
    }

    pub(super) async fn held_from(
        &mut self,
        agreement: Option<AgreementId>,
        after: Option<&Entity>,
        max: usize,
    ) -> Stored<Vec<Held>> {
        let name = "held_after";
        self.flush_held().await?;
        let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
        let Some(number) = number else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (kind, kind_no) in self.names.kinds_after(&mut self.tx, after).await.map_err(at(name))? {
            let behind = after.filter(|after| after.kind == kind).map(|after| after.id);
            let left = u32::try_from(max.saturating_sub(found.len())).unwrap_or(u32::MAX);
            if left == 0 {
                break;
            }
            let rows = entity::after(&mut self.tx, (number, kind_no), behind, left).await.map_err(at(name))?;
            for row in rows {
                found.push(self.held_row(row).await?);
            }
        }
        Ok(found)
    }
}

/// What a snapshot only doubts is there as long as nothing else is said.
fn is_there(life: HeldLife) -> bool {
    matches!(life, HeldLife::Live | HeldLife::Unsure)
}
