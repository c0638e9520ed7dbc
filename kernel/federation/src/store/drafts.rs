//! Writes that wait for their place: those that were stored, those of this transaction, and those that the change log still holds.

use std::collections::BTreeMap;

use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::{Draft, Own};
use tiwizi_federation_core::flow::{StoreError, Stored};
use tiwizi_federation_core::wire::{Entity, EntryKind, Hash};
use tiwizi_model::RecordId;
use tiwizi_model::limits::{FED_CAUGHT_UP_MAX, FED_SEQUENCE_ENTRIES_MAX};
use tiwizi_storage::federation::draft::{self, DraftRow};

use super::SqlTx;
use super::error::{Unfit, at, damaged, failed};
use super::form;
use super::gathered::Waiting;
use crate::home::{Made, Stretch};

/// Numbers from here on are those of drafts that are not stored.
const UNSTORED: u64 = 1 << 63;

/// How far this transaction has read the change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// It has not.
    NotYet,
    /// Some of it: whoever gives places takes as much as it can place.
    Some,
    /// To its end.
    End,
}

impl SqlTx {
    pub(super) fn gather_draft(&mut self, draft: Draft, of_home: bool) {
        let number = UNSTORED.saturating_add(self.gathered.drafted);
        self.gathered.drafted = self.gathered.drafted.saturating_add(1);
        if of_home {
            self.gathered.made.insert((draft.entity.clone(), draft.base));
        }
        self.gathered.drafts.insert(number, Waiting { draft, of_home });
    }

    /// Adds a draft of the core's. One of a record is committed like any other version of that: by its layout, with what is derived of it.
    pub(super) async fn add_one(&mut self, draft: Draft) -> Stored<()> {
        let made = if Self::is_of_record(&draft.kind) { self.made_of(&draft).await? } else { None };
        let of_home = made.is_some();
        self.gather_draft(made.unwrap_or(draft), of_home);
        Ok(())
    }

    /// A draft with what the record says in the version that it is of; none when there is no such version of ours.
    async fn made_of(&mut self, draft: &Draft) -> Stored<Option<Draft>> {
        let made = self.shared.home.draft_of(&mut self.tx, draft.entity.id, draft.base.ver).await;
        let made = made.map_err(failed("draft"))?.map(|made| made.draft);
        let same = made.filter(|made| made.entity == draft.entity && made.base == draft.base);
        Ok(same.map(|Draft { schema, groups, .. }| Draft { schema, groups, ..draft.clone() }))
    }

    /// Gives stored drafts of records, which were stored without values, what the records say. It is committed anew: nobody has seen the old
    /// commitment.
    async fn give_values(&mut self, drafts: Vec<&mut Draft>) -> Stored<()> {
        let versions: Vec<(RecordId, u64)> = drafts.iter().map(|draft| (draft.entity.id, draft.base.ver)).collect();
        let made = self.shared.home.drafts_of(&mut self.tx, &versions).await.map_err(failed("draft"))?;
        let made: BTreeMap<(Entity, Base), Draft> =
            made.into_iter().map(|Made { draft, .. }| ((draft.entity.clone(), draft.base), draft)).collect();
        for draft in drafts {
            let name = (draft.entity.clone(), draft.base);
            if let Some(Draft { schema, groups, .. }) = made.get(&name) {
                draft.schema.clone_from(schema);
                draft.groups.clone_from(groups);
            }
            self.gathered.made.insert(name);
        }
        Ok(())
    }

    /// The oldest drafts. The change log is read on for as many as are wanted.
    pub(super) async fn oldest_drafts(&mut self, max: usize) -> Stored<Vec<(u64, Draft)>> {
        let name = "drafts";
        draft::take_out(&mut self.tx, &std::mem::take(&mut self.gathered.placed)).await.map_err(at(name))?;
        let rows_max = u32::try_from(max).unwrap_or(u32::MAX);
        let rows = draft::oldest(&mut self.tx, 0, rows_max).await.map_err(at(name))?;
        let mut drafts = Vec::with_capacity(rows.len());
        for row in &rows {
            drafts.push((row.number, form::draft(&row.draft).ok_or_else(damaged(name, "draft"))?));
        }
        let of_home = rows.iter().zip(&mut drafts).filter(|(row, _)| row.of_home);
        let of_home: Vec<&mut Draft> = of_home.map(|(_, (_, draft))| draft).collect();
        self.give_values(of_home).await?;
        let wanted = max.min(FED_CAUGHT_UP_MAX);
        while self.reading != Reading::End && drafts.len().saturating_add(self.gathered.drafts.len()) < wanted {
            self.read_on().await?;
        }
        let left = max.saturating_sub(drafts.len());
        let gathered = self.gathered.drafts.iter().take(left);
        drafts.extend(gathered.map(|(number, waiting)| (*number, waiting.draft.clone())));
        Ok(drafts)
    }

    /// Reads the change log to its end, before a step looks at what was written last. Where the sequencer is far behind, the step waits for it.
    pub(super) async fn catch_up(&mut self) -> Stored<()> {
        if self.reading != Reading::NotYet {
            return Ok(());
        }
        while self.reading != Reading::End {
            self.read_on().await?;
            if self.gathered.drafts.len() > FED_CAUGHT_UP_MAX {
                return Err(failed("catch_up")(Unfit::Behind));
            }
        }
        Ok(())
    }

    async fn read_on(&mut self) -> Stored<()> {
        let changes_max = u32::try_from(FED_SEQUENCE_ENTRIES_MAX).unwrap_or(u32::MAX);
        let Stretch { made, at_end, moved } = self
            .shared
            .home
            .read_on(&mut self.tx, changes_max)
            .await
            .map_err(|error| StoreError::Failed { name: "read_on", source: Box::new(error) })?;
        self.has_read_on |= moved;
        self.reading = if at_end { Reading::End } else { Reading::Some };
        for one in made {
            self.take_made(one).await?;
        }
        Ok(())
    }

    /// A version that a step of ours wrote has its draft already.
    async fn take_made(&mut self, made: Made) -> Stored<()> {
        let Made { draft, root, deleted } = made;
        let known = self.last_own(&draft.entity).await?;
        if known.is_some_and(|own| own.base >= draft.base) {
            return Ok(());
        }
        let own = Own {
            entity: draft.entity.clone(),
            root,
            plane: draft.plane.clone(),
            base: draft.base,
            seq: None,
            leaf: Hash::ZERO,
            deleted,
        };
        self.gathered.own.insert(own.entity.clone(), own);
        self.gather_draft(draft, true);
        Ok(())
    }

    pub(super) fn forget_draft(&mut self, number: u64) {
        if self.gathered.drafts.remove(&number).is_none() {
            self.gathered.placed.push(number);
        }
    }

    /// Stores what still waits.
    pub(super) async fn flush_drafts(&mut self) -> Stored<()> {
        let name = "flush_drafts";
        draft::take_out(&mut self.tx, &std::mem::take(&mut self.gathered.placed)).await.map_err(at(name))?;
        let mut rows = Vec::with_capacity(self.gathered.drafts.len());
        for Waiting { draft, of_home } in std::mem::take(&mut self.gathered.drafts).into_values() {
            let kind = self.names.kind_no(&mut self.tx, &draft.entity.kind).await.map_err(at(name))?;
            // The record has the values, and whoever erases it does not look here.
            let groups = if of_home { Vec::new() } else { draft.groups.clone() };
            let (entity, draft) = (draft.entity.id, form::draft_bytes(&Draft { groups, ..draft }));
            rows.push(DraftRow { number: 0, kind, entity, of_home, draft });
        }
        draft::add(&mut self.tx, &rows).await.map_err(at(name))
    }

    /// Whether a draft is of a record, and not a statement.
    pub(super) fn is_of_record(kind: &EntryKind) -> bool {
        matches!(kind, EntryKind::Put | EntryKind::Delete)
    }
}
