//! Others' logs: how far each was taken, their leaves and checkpoints, and the entries of them that wait.

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::rows::{Feed, Parked, Stopped};
use tiwizi_federation_core::flow::{Cursor, Stored};
use tiwizi_federation_core::wire::{Entity, Hash, LogId, NodeId, Note, Position};
use tiwizi_storage::federation::cursor::{self, CursorRow};
use tiwizi_storage::federation::leaves::{self, LeavesRow};
use tiwizi_storage::federation::parked::{self, Behind, ParkedRow, Waiting};
use tiwizi_storage::federation::{LogNo, checkpoint, log};

use super::SqlTx;
use super::error::{Unfit, at, damaged, failed};
use super::form;
use super::logs::{Peaks, frontier};
use crate::shown::{shown, shown_bytes};

/// What a cursor's row says of its state. A log that is stopped says so itself.
const FOLLOWS: &str = "follows";

impl SqlTx {
    /// Where what is known of a log in all its generations stands: with the first of them, whichever others are heard of.
    async fn whole_log(&mut self, log: &LogId) -> Stored<LogNo> {
        self.names.log_no(&mut self.tx, log, 0).await.map_err(at("log"))
    }

    /// The same for a question, which gives no number to what has none.
    async fn known_log(&mut self, log: &LogId) -> Stored<Option<LogNo>> {
        let epochs = self.names.epochs(&mut self.tx, log).await.map_err(at("log"))?;
        Ok(epochs.last().filter(|(epoch, _)| *epoch == 0).map(|(_, number)| *number))
    }

    pub(super) async fn cursor_of(&mut self, feed: &Feed) -> Stored<Option<Cursor>> {
        let name = "cursor";
        let agreement = self.names.agreement_no(&mut self.tx, feed.agreement).await.map_err(at(name))?;
        let Some(agreement) = agreement else { return Ok(None) };
        for (epoch, number) in self.names.epochs(&mut self.tx, &feed.log).await.map_err(at(name))? {
            if let Some(row) = cursor::find(&mut self.tx, number, agreement).await.map_err(at(name))? {
                return cursor_row(row, epoch).map(Some);
            }
        }
        Ok(None)
    }

    /// A feed has one cursor: that of another generation goes.
    pub(super) async fn set_cursor(&mut self, feed: &Feed, cursor: &Cursor) -> Stored<()> {
        let name = "put_cursor";
        let agreement = self.names.agreement_no(&mut self.tx, feed.agreement).await.map_err(at(name))?;
        let agreement = agreement.ok_or_else(|| failed(name)(Unfit::Agreement))?;
        let number = self.names.log_no(&mut self.tx, &feed.log, cursor.epoch).await.map_err(at(name))?;
        for (_, other) in self.names.epochs(&mut self.tx, &feed.log).await.map_err(at(name))? {
            if other != number {
                cursor::forget(&mut self.tx, other, agreement).await.map_err(at(name))?;
            }
        }
        let row = CursorRow {
            log: number,
            agreement,
            version: u64::from(cursor.version),
            next_seq: cursor.next_seq(),
            frontier: frontier(&cursor.tree),
            last_leaf: (cursor.prev != Hash::ZERO).then_some(cursor.prev.0),
            refill_until: cursor.refill_until,
            note: None,
            state: FOLLOWS.to_owned(),
            reached_at: None,
            changed_at: self.now(),
        };
        cursor::put(&mut self.tx, &row).await.map_err(at(name))
    }

    pub(super) async fn all_cursors(&mut self) -> Stored<Vec<(Feed, Cursor)>> {
        let name = "cursors";
        let mut found = Vec::new();
        for row in cursor::all(&mut self.tx).await.map_err(at(name))? {
            let (log, epoch) = self.names.log_of(&mut self.tx, row.log).await.map_err(at(name))?;
            let agreement = self.names.agreement_of(&mut self.tx, row.agreement).await.map_err(at(name))?;
            found.push((Feed { log, agreement }, cursor_row(row, epoch)?));
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(found)
    }

    pub(super) async fn set_leaves(&mut self, log: &LogId, from: u64, leaves: &[Hash]) -> Stored<()> {
        let number = self.whole_log(log).await?;
        let row = LeavesRow { from, leaves: leaves.iter().map(|leaf| leaf.0).collect() };
        leaves::put(&mut self.tx, number, &row).await.map_err(at("add_leaves"))
    }

    /// From the first on, as far as there is no gap.
    pub(super) async fn leaves_of(&mut self, log: &LogId, max: u64) -> Stored<Vec<Hash>> {
        let Some(number) = self.known_log(log).await? else { return Ok(Vec::new()) };
        let mut found: Vec<Hash> = Vec::new();
        for row in leaves::below(&mut self.tx, number, max).await.map_err(at("leaves"))? {
            let known = u64::try_from(found.len()).unwrap_or(u64::MAX);
            let Some(skipped) = known.checked_sub(row.from) else { break };
            let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
            found.extend(row.leaves.into_iter().skip(skipped).map(Hash));
        }
        found.truncate(usize::try_from(max).unwrap_or(usize::MAX));
        Ok(found)
    }

    pub(super) async fn proven_of(&mut self, log: &LogId) -> Stored<Option<String>> {
        let name = "proven";
        for (_, number) in self.names.epochs(&mut self.tx, log).await.map_err(at(name))? {
            if let Some(row) = checkpoint::last(&mut self.tx, number).await.map_err(at(name))? {
                return Ok(Some(row.note));
            }
        }
        Ok(None)
    }

    pub(super) async fn set_proven(&mut self, log: &LogId, note: &str) -> Stored<()> {
        let name = "put_proven";
        let checkpoint = Note::unverified(note).map_err(failed(name))?;
        let number = self.names.log_no(&mut self.tx, log, checkpoint.epoch).await.map_err(at(name))?;
        self.keep_checkpoint(number, checkpoint.size, checkpoint.root, note).await
    }

    pub(super) async fn covered_of(&mut self, log: &LogId) -> Stored<Option<String>> {
        match self.known_log(log).await? {
            Some(number) => log::covered(&mut self.tx, number).await.map_err(at("covered")),
            None => Ok(None),
        }
    }

    pub(super) async fn set_covered(&mut self, log: &LogId, note: &str) -> Stored<()> {
        let number = self.whole_log(log).await?;
        log::cover(&mut self.tx, number, note).await.map_err(at("put_covered"))
    }

    pub(super) async fn heard_of(&mut self, log: &LogId) -> Stored<Vec<String>> {
        let Some(number) = self.known_log(log).await? else { return Ok(Vec::new()) };
        let text = log::heard(&mut self.tx, number).await.map_err(at("heard"))?;
        form::notes(text.as_deref()).ok_or_else(damaged("heard", "checkpoint"))
    }

    pub(super) async fn set_heard(&mut self, log: &LogId, notes: &[String]) -> Stored<()> {
        let number = self.whole_log(log).await?;
        let text = form::notes_text(notes);
        log::hear(&mut self.tx, number, text.as_deref()).await.map_err(at("put_heard"))
    }

    pub(super) async fn stopped_of(&mut self, log: &LogId) -> Stored<Option<Stopped>> {
        let text = log::stopped(&mut self.tx, &log.node.0.0, log.plane.as_str()).await.map_err(at("stopped"))?;
        let Some(text) = text else { return Ok(None) };
        let proof = form::fork(&text).ok_or_else(damaged("stopped", "proof of a fork"))?;
        Ok(Some(Stopped { proof }))
    }

    /// The first proof stays: it is as good as any.
    pub(super) async fn set_stopped(&mut self, log: &LogId, stopped: &Stopped) -> Stored<()> {
        let number = self.whole_log(log).await?;
        log::stop(&mut self.tx, number, &form::fork_text(&stopped.proof)).await.map_err(at("stop"))?;
        Ok(())
    }

    pub(super) async fn set_parked(&mut self, waiting: Parked) -> Stored<()> {
        let name = "park";
        let agreement = self.names.agreement_no(&mut self.tx, waiting.agreement).await.map_err(at(name))?;
        let agreement = agreement.ok_or_else(|| failed(name)(Unfit::Agreement))?;
        let entity = match &waiting.entity {
            Some(entity) => {
                let kind = self.names.kind_no(&mut self.tx, &entity.kind).await.map_err(at(name))?;
                Some((kind, entity.id))
            }
            None => None,
        };
        let (reason, detail) = form::reason_parts(&waiting.reason);
        let row = ParkedRow {
            place: self.names.place(&mut self.tx, &waiting.at).await.map_err(at(name))?,
            agreement,
            reason: reason.to_owned(),
            detail,
            entity,
            header: waiting.header,
            shown: shown_bytes(&waiting.shown),
            withdrawn: waiting.withdrawn,
            parked_at: self.now(),
        };
        self.gathered.any_parked = Some(true);
        parked::put(&mut self.tx, &row).await.map_err(at(name))
    }

    pub(super) async fn take_parked(&mut self, agreement: Option<AgreementId>, at_place: &Position) -> Stored<()> {
        let name = "unpark";
        let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
        let Some(number) = number else { return Ok(()) };
        let place = self.names.place(&mut self.tx, at_place).await.map_err(at(name))?;
        parked::take_out(&mut self.tx, place, number).await.map_err(at(name))?;
        self.gathered.any_parked = None;
        Ok(())
    }

    /// Most pages come while nothing waits, and then there is nothing to ask for each of their entries.
    async fn nothing_waits(&mut self) -> Stored<bool> {
        let any = match self.gathered.any_parked {
            Some(any) => any,
            None => parked::any(&mut self.tx).await.map_err(at("parked"))?,
        };
        self.gathered.any_parked = Some(any);
        Ok(!any)
    }

    pub(super) async fn parked_behind(
        &mut self,
        behind: Option<(Option<AgreementId>, Position)>,
        max: usize,
    ) -> Stored<Vec<Parked>> {
        if self.nothing_waits().await? {
            return Ok(Vec::new());
        }
        let rows_max = u32::try_from(max).unwrap_or(u32::MAX);
        let id = behind.as_ref().and_then(|(agreement, _)| *agreement).map(|id| id.to_string()).unwrap_or_default();
        let behind = behind.as_ref().map(|(_, place)| Behind {
            agreement: &id,
            node: &place.log.node.0.0,
            plane: place.log.plane.as_str(),
            epoch: place.epoch,
            seq: place.seq,
        });
        let rows = parked::after(&mut self.tx, behind, rows_max).await.map_err(at("parked_after"))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(self.parked_row(row).await?);
        }
        Ok(found)
    }

    async fn parked_row(&mut self, waiting: Waiting) -> Stored<Parked> {
        let name = "parked";
        let at_place = position(&waiting)?;
        let Waiting { row, agreement, .. } = waiting;
        let agreement = match agreement.as_str() {
            "" => None,
            id => Some(id.parse().ok().ok_or_else(damaged(name, "agreement"))?),
        };
        let entity = match row.entity {
            Some((kind, id)) => {
                let kind = self.names.kind_name(&mut self.tx, kind).await.map_err(at(name))?;
                Some(Entity { kind, id })
            }
            None => None,
        };
        let reason = form::reason(&row.reason, row.detail.as_deref()).ok_or_else(damaged(name, "reason"))?;
        Ok(Parked {
            agreement,
            at: at_place,
            entity,
            reason,
            header: row.header,
            shown: shown(&row.shown).ok_or_else(damaged(name, "disclosure"))?,
            withdrawn: row.withdrawn,
        })
    }

    pub(super) async fn is_parked(&mut self, at_place: &Position) -> Stored<bool> {
        if self.nothing_waits().await? {
            return Ok(false);
        }
        let place = self.names.place(&mut self.tx, at_place).await.map_err(at("parked_at"))?;
        parked::waits(&mut self.tx, place).await.map_err(at("parked_at"))
    }

    pub(super) async fn count_parked(&mut self, feed: &Feed) -> Stored<usize> {
        let name = "parked_count";
        let number = self.names.agreement_no(&mut self.tx, feed.agreement).await.map_err(at(name))?;
        let Some(number) = number else { return Ok(0) };
        let log = (&feed.log.node.0.0, feed.log.plane.as_str());
        let count = parked::count(&mut self.tx, number, log).await.map_err(at(name))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    pub(super) async fn first_parked(
        &mut self,
        agreement: Option<AgreementId>,
        entity: &Entity,
    ) -> Stored<Option<Position>> {
        let name = "parked_entity";
        if self.nothing_waits().await? {
            return Ok(None);
        }
        let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
        let kind = self.names.known_kind(&mut self.tx, &entity.kind).await.map_err(at(name))?;
        let Some((number, kind)) = number.zip(kind) else { return Ok(None) };
        let found = parked::of_entity(&mut self.tx, number, kind, entity.id).await.map_err(at(name))?;
        found.map(|waiting| position(&waiting)).transpose()
    }
}

fn position(waiting: &Waiting) -> Stored<Position> {
    let plane = waiting.plane.parse().ok().ok_or_else(damaged("parked", "plane"))?;
    let log = LogId { node: NodeId(Hash(waiting.node)), plane };
    Ok(Position { log, epoch: waiting.epoch, seq: waiting.row.place.seq })
}

fn cursor_row(row: CursorRow, epoch: u32) -> Stored<Cursor> {
    let tree = Peaks::of(row.next_seq, row.frontier).tree().ok_or_else(damaged("cursor", "tree of a cursor"))?;
    let version = u32::try_from(row.version).ok().ok_or_else(damaged("cursor", "version"))?;
    let prev = row.last_leaf.map_or(Hash::ZERO, Hash);
    Ok(Cursor { epoch, tree, prev, version, refill_until: row.refill_until })
}
