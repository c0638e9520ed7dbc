//! What we wrote last of each entity, and the bodies of our records.

use serde_json::Value;
use tiwizi_federation_core::flow::Stored;
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::{Body, Own};
use tiwizi_federation_core::wire::{Entity, Hash};
use tiwizi_model::{RecordId, Version};
use tiwizi_storage::federation::own::{self, OwnRow};
use tiwizi_storage::{RecordRow, record};

use super::SqlTx;
use super::beyond::Unprepared;
use super::error::{at, damaged, failed};

impl SqlTx {
    /// What was written last, without a look at the change log.
    pub(super) async fn last_own(&mut self, entity: &Entity) -> Stored<Option<Own>> {
        if let Some(own) = self.gathered.own.get(entity) {
            return Ok(Some(own.clone()));
        }
        let name = "own";
        let kind = self.names.known_kind(&mut self.tx, &entity.kind).await.map_err(at(name))?;
        let Some(kind) = kind else { return Ok(None) };
        let row = own::find(&mut self.tx, kind, entity.id).await.map_err(at(name))?;
        match row {
            Some(row) => self.own_of(row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn own_of(&mut self, row: OwnRow) -> Stored<Own> {
        let kind = self.names.kind_name(&mut self.tx, row.kind).await.map_err(at("own"))?;
        let plane = row.plane.parse().ok().ok_or_else(damaged("own", "plane"))?;
        Ok(Own {
            entity: Entity { kind, id: row.entity },
            root: row.root,
            plane,
            base: Base { tenure: row.tenure, ver: row.ver },
            seq: row.seq,
            leaf: Hash(row.leaf),
            deleted: row.deleted,
        })
    }

    pub(super) async fn flush_own(&mut self) -> Stored<()> {
        let name = "flush_own";
        let mut rows = Vec::with_capacity(self.gathered.own.len());
        for own in std::mem::take(&mut self.gathered.own).into_values() {
            rows.push(OwnRow {
                kind: self.names.kind_no(&mut self.tx, &own.entity.kind).await.map_err(at(name))?,
                entity: own.entity.id,
                root: own.root,
                plane: own.plane.as_str().to_owned(),
                tenure: own.base.tenure,
                ver: own.base.ver,
                seq: own.seq,
                leaf: own.leaf.0,
                deleted: own.deleted,
            });
        }
        own::put(&mut self.tx, &rows).await.map_err(at(name))
    }

    /// In the order of entities, as the core has it.
    pub(super) async fn owned_by(&mut self, root: RecordId) -> Stored<Vec<Own>> {
        self.flush_own().await?;
        let rows = own::of_root(&mut self.tx, root).await.map_err(at("owned"))?;
        let mut owned = Vec::with_capacity(rows.len());
        for row in rows {
            owned.push(self.own_of(row).await?);
        }
        owned.sort_by(|one, other| one.entity.cmp(&other.entity));
        Ok(owned)
    }

    /// The row of a record of ours.
    async fn own_record(&mut self, entity: &Entity) -> Stored<Option<RecordRow>> {
        let row = record::find(&mut self.tx, entity.id).await.map_err(at("body"))?;
        self.if_ours(row, entity)
    }

    fn if_ours(&self, row: Option<RecordRow>, entity: &Entity) -> Stored<Option<RecordRow>> {
        let kinds = self.shared.records.kinds();
        let instance = self.shared.records.instance();
        let is_ours = |row: &RecordRow| row.home == instance && kinds.name(row.kind) == Some(&entity.kind);
        Ok(row.filter(is_ours))
    }

    pub(super) async fn body_of(&mut self, entity: &Entity) -> Stored<Option<Body>> {
        let Some(row) = self.own_record(entity).await? else { return Ok(None) };
        Ok(Some(Body { base: base_of(&row)?, value: value_of(&row)? }))
    }

    pub(super) async fn body_of_version(&mut self, entity: &Entity, base: Base) -> Stored<Option<Value>> {
        let Ok(version) = i64::try_from(base.ver) else { return Ok(None) };
        let current = self.own_record(entity).await?.filter(|row| row.version == Version(version));
        let row = match current {
            Some(row) => Some(row),
            None => {
                let row = record::version(&mut self.tx, entity.id, Version(version)).await.map_err(at("body_at"))?;
                self.if_ours(row, entity)?
            }
        };
        match row.filter(|row| row.tenure == i64::from(base.tenure)) {
            Some(row) => value_of(&row),
            None => Ok(None),
        }
    }

    /// Writes a version of a record of ours: what was prepared for it. One that a transfer has written already is left as it is.
    pub(super) async fn write_body(&mut self, entity: &Entity, body: &Body) -> Stored<()> {
        let name = "put_body";
        if let Some(row) = self.own_record(entity).await?
            && base_of(&row)? == body.base
            && row.deleted == body.value.is_none()
        {
            return Ok(());
        }
        let is_it = |prepared: &tiwizi_records::PreparedWrite| {
            prepared.id() == entity.id && u64::try_from(prepared.version().0) == Ok(body.base.ver)
        };
        let prepared = self.prepared.take().filter(is_it).ok_or_else(|| failed(name)(Unprepared { id: entity.id }))?;
        self.shared.records.write_prepared(&mut self.tx, prepared).await.map_err(failed(name))?;
        Ok(())
    }
}

fn base_of(row: &RecordRow) -> Stored<Base> {
    let base = |row: &RecordRow| {
        Some(Base { tenure: u32::try_from(row.tenure).ok()?, ver: u64::try_from(row.version.0).ok()? })
    };
    base(row).ok_or_else(damaged("body", "version of a record"))
}

fn value_of(row: &RecordRow) -> Stored<Option<Value>> {
    if row.deleted {
        return Ok(None);
    }
    serde_json::from_str(&row.body).map(Some).map_err(failed("body"))
}
