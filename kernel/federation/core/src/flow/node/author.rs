//! Writing: a new version of a record of ours, or a statement, put where the sequencer finds it.

use serde_json::Value;
use tiwizi_model::RecordId;

use crate::flow::plant::Plant;
use crate::flow::proposal::Base;
use crate::flow::rows::{Body, Draft, Own};
use crate::flow::shape;
use crate::flow::statement::Statement;
use crate::flow::store::{Durability, Store, StoreTx};
use crate::flow::transfer::Custody;
use crate::wire::{Entity, EntryKind, Hash, Header, LogId, NodeId, Plane, Position};

use super::{Node, NodeError};

/// A write of a record of ours.
#[derive(Debug, Clone)]
pub struct Write {
    /// The plane that its kind federates in.
    pub plane: Plane,
    /// The schema of its body, with its version.
    pub schema: String,
    /// The record.
    pub entity: Entity,
    /// What it moves from home to home with: itself for what stands alone.
    pub root: RecordId,
    /// Its body; none deletes it.
    pub body: Option<Value>,
    /// An idempotency key.
    pub idem: [u8; 16],
    /// What it follows from.
    pub cause: Option<Position>,
}

impl<S: Store> Node<S> {
    /// Writes a record of ours. It needs nobody but the store.
    ///
    /// # Errors
    /// When another instance is the home, it is being moved, or it cannot be committed.
    pub async fn write(&self, write: Write) -> Result<Base, NodeError> {
        let mut tx = self.store.begin().await?;
        let base = self.write_in(&mut tx, write).await?;
        tx.commit(Durability::Synced).await?;
        Ok(base)
    }

    /// The same within a transaction that somebody else commits.
    ///
    /// # Errors
    /// As `write`.
    pub async fn write_in(&self, tx: &mut S::Tx, write: Write) -> Result<Base, NodeError> {
        let custody = match tx.custody(write.root).await? {
            Some(custody) => custody,
            None => {
                let founded = Custody::founded(write.root, 1, self.me());
                tx.put_custody(founded.clone()).await?;
                founded
            }
        };
        let tenure = self.term(tx, &custody).await?;
        let own = tx.own(&write.entity).await?;
        if own.is_none() && write.body.is_none() {
            return Err(NodeError::Absent { what: "record" });
        }
        let last = match own {
            Some(own) => own.base.ver,
            None => self.held_version(tx, &write.entity).await?,
        };
        let ver = if self.setting.planted.has(Plant::VersionTwice) { last.max(1) } else { last.saturating_add(1) };
        let base = Base { tenure, ver };
        self.put_version(tx, write, base).await?;
        Ok(base)
    }

    /// The last version of an entity that another home wrote: what we write goes on from there, also when it was deleted.
    async fn held_version(&self, tx: &mut S::Tx, entity: &Entity) -> Result<u64, NodeError> {
        let mut last = 0;
        for agreed in tx.agreements().await? {
            let held = tx.held(Some(agreed.id), entity).await?;
            last = held.map_or(0, |held| held.base.ver).max(last);
        }
        Ok(last)
    }

    /// The term in which we may write now.
    async fn term(&self, tx: &mut S::Tx, custody: &Custody) -> Result<u32, NodeError> {
        let planted = self.setting.planted;
        let last = custody.last().ok_or(NodeError::NotHome)?;
        if let Some(moving) = &custody.moving {
            if planted.has(Plant::WriteAfterOffer) && last.home == self.me() {
                return Ok(last.tenure);
            }
            if planted.has(Plant::WriteAfterAccept) && moving.to == self.me() && moving.accept.is_some() {
                return Ok(last.tenure.saturating_add(1));
            }
        }
        if planted.has(Plant::WriteNeedsRegistrar) && self.is_cut_off(tx).await? {
            return Err(NodeError::NotHome);
        }
        match custody.may_write(&self.me()) {
            true => Ok(last.tenure),
            false if last.home == self.me() => Err(NodeError::Moving),
            false => Err(NodeError::NotHome),
        }
    }

    /// Whether the registrar never read what we wrote last: only a planted bug asks.
    async fn is_cut_off(&self, tx: &mut S::Tx) -> Result<bool, NodeError> {
        let control = Plane::control();
        let size = tx.head(&control).await?.map_or(0, |head| head.tree.size());
        let registrar = tx.follower(&self.setting.registrar, &control, None).await?;
        Ok(registrar.is_none_or(|follower| follower.acknowledged < size))
    }

    /// Puts a version of a record, whatever its number is.
    pub(super) async fn put_version(&self, tx: &mut S::Tx, write: Write, base: Base) -> Result<(), NodeError> {
        let Write { plane, schema, entity, root, body, idem, cause } = write;
        let groups = match &body {
            Some(body) => {
                let Self { setting, ambient, .. } = self;
                shape::groups(&entity.kind, body, &setting.kinds, setting.derive, ambient)?
            }
            None => Vec::new(),
        };
        let deleted = body.is_none();
        let kind = if deleted { EntryKind::Delete } else { EntryKind::Put };
        let subject = (root != entity.id).then_some(root);
        let own =
            Own { entity: entity.clone(), root, plane: plane.clone(), base, seq: None, leaf: Hash::ZERO, deleted };
        tx.put_own(own).await?;
        tx.put_body(&entity, Body { base, value: body }).await?;
        self.draft(tx, Draft { plane, kind, schema, entity, subject, base, idem, cause, groups }).await
    }

    /// Puts a statement for these instances into our control log.
    pub(super) async fn state(
        &self,
        tx: &mut S::Tx,
        statement: &Statement,
        to: &[NodeId],
        cause: Option<Position>,
    ) -> Result<(), NodeError> {
        let groups = statement.groups(to, &self.ambient)?;
        let (kind, entity) = (statement.kind(), statement.entity()?);
        let idem = *self.ambient.new_uuid().as_bytes();
        let (plane, schema, base) = (Plane::control(), String::new(), Base { tenure: 0, ver: 0 });
        self.draft(tx, Draft { plane, kind, schema, entity, subject: None, base, idem, cause, groups }).await
    }

    /// Adds a draft that the sequencer will surely be able to place.
    async fn draft(&self, tx: &mut S::Tx, draft: Draft) -> Result<(), NodeError> {
        let log = LogId { node: self.me(), plane: draft.plane.clone() };
        let longest = Position { log, epoch: u32::MAX, seq: u64::MAX };
        self.header(&draft, &longest, Hash::ZERO).checked()?;
        tx.add_draft(draft).await?;
        Ok(())
    }

    /// The header of a draft at a place.
    pub(super) fn header(&self, draft: &Draft, at: &Position, prev: Hash) -> Header {
        Header {
            v: Header::VERSION,
            log: at.log.clone(),
            epoch: at.epoch,
            seq: at.seq,
            prev,
            kind: draft.kind.clone(),
            schema: draft.schema.clone(),
            entity: draft.entity.clone(),
            subject: draft.subject,
            tenure: draft.base.tenure,
            ver: draft.base.ver,
            idem: draft.idem,
            cause: draft.cause.clone(),
            hlc: u64::try_from(self.ambient.now().0).unwrap_or_default(),
            groups: draft.groups.iter().map(|group| (group.no, group.root())).collect(),
            extra: std::collections::BTreeMap::new(),
        }
    }
}
