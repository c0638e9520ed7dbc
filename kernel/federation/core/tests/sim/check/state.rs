//! What holds of what instances have of others: I1, I2, I3, I9, I18, I22.

use tiwizi_federation_core::flow::rows::Held as HeldRow;
use tiwizi_federation_core::flow::{Feed, StoreTx as _};
use tiwizi_federation_core::wire::{Header, leaf_hash};

use crate::clock::run;
use crate::world::{Held, World, broken};

impl World {
    /// Looks at everything that an instance holds.
    pub(crate) fn check_instance(&mut self, number: usize) -> Held {
        if self.checker.liar == Some(number) {
            return Ok(());
        }
        for row in self.held_rows(number) {
            let key = (number, row.agreement, row.entity.clone());
            let now = (row.base, row.leaf);
            let before = self.checker.last.insert(key, now);
            if before == Some(now) {
                continue;
            }
            if let Some((base, _)) = before
                && base >= row.base
            {
                let what = format!("{number} had {} at {base:?} and has {:?} now", row.entity, row.base);
                return Err(broken("I22", what));
            }
            self.check_row(number, &row)?;
        }
        self.check_size(number)
    }

    fn check_row(&self, number: usize, row: &HeldRow) -> Held {
        if leaf_hash(&row.header) != row.leaf {
            return Err(broken("I18", format!("{number} holds another header of {} than it took", row.entity)));
        }
        let header = Header::decode(&row.header).map_err(|error| broken("I18", format!("{error}")))?;
        if !self.is_honest(&header.log.node) {
            return Ok(());
        }
        self.check_right(number, row, &header)?;
        let mut tx = self.tx(number);
        let feed = Feed { log: row.at.log.clone(), agreement: row.agreement };
        let cursor = run(tx.cursor(&feed)).unwrap();
        let reached = cursor.is_some_and(|cursor| row.at.seq < cursor.next_seq().max(cursor.refill_until));
        let loading = run(tx.loading(&feed)).unwrap().is_some();
        if !reached && !loading {
            return Err(broken("I3", format!("{number} holds {} from beyond its cursor", row.entity)));
        }
        let Some(cause) = header.cause.filter(|cause| cause.log.node != self.nodes[number]) else { return Ok(()) };
        let feeds = run(tx.cursors()).unwrap();
        let of_cause = feeds.iter().filter(|(feed, _)| feed.log == cause.log);
        let next = of_cause.map(|(_, cursor)| cursor.next_seq().max(cursor.refill_until)).max();
        let waits = run(tx.parked_at(&cause)).unwrap();
        if next.is_some_and(|next| cause.seq >= next || waits) {
            return Err(broken("I22", format!("{number} applied {} before {cause}", row.entity)));
        }
        Ok(())
    }

    /// Whether the home of the term wrote it, and before it gave it away.
    fn check_right(&self, number: usize, row: &HeldRow, header: &Header) -> Held {
        let writer = header.log.node;
        let custody = run(self.tx(0).custody(row.root)).unwrap();
        let term = custody.and_then(|custody| custody.terms.into_iter().find(|term| term.tenure == header.tenure));
        let founder = self.checker.founded.get(&row.root).filter(|_| header.tenure == 1);
        let home = founder.copied().or(term.as_ref().map(|term| term.home));
        if home.is_some_and(|home| home != writer) {
            return Err(broken("I1", format!("{number} holds {} from an instance that was not its home", row.entity)));
        }
        if home.is_none() && header.tenure > 1 {
            return Err(broken("I24", format!("{number} holds {} in a term that nobody sealed", row.entity)));
        }
        let fence = term.and_then(|term| term.fence);
        if fence.is_some_and(|fence| !fence.admits(&header.log.plane, header.seq)) {
            return Err(broken("I2", format!("{number} holds {} from behind the fence", row.entity)));
        }
        Ok(())
    }

    /// What is kept is bounded by what there is, however many pages were refused.
    fn check_size(&self, number: usize) -> Held {
        let entries: u64 = (0..self.instances.len())
            .flat_map(|home| run(self.tx(home).planes()).unwrap().into_iter().map(move |plane| (home, plane)))
            .map(|(home, plane)| self.log_size(home, &plane))
            .sum();
        let rows = self.instances[number].store.rows() as u64;
        if rows > 500 + 8 * entries {
            return Err(broken("I16", format!("{number} keeps {rows} rows of {entries} entries")));
        }
        Ok(())
    }

    /// Nobody stops taking the log of an instance that does not lie.
    pub(crate) fn check_stops(&self, number: usize) -> Held {
        if self.checker.liar == Some(number) {
            return Ok(());
        }
        for (feed, _) in run(self.tx(number).cursors()).unwrap() {
            let stopped = run(self.tx(number).stopped(&feed.log)).unwrap();
            if stopped.is_some() && self.is_honest(&feed.log.node) {
                return Err(broken("I9", format!("{number} stopped an honest log")));
            }
        }
        Ok(())
    }
}
