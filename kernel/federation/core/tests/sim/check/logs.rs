//! What holds of the logs that instances write: I1, I2, I12, I15, I21, I24.

use tiwizi_federation_core::flow::Feed;
use tiwizi_federation_core::flow::StoreTx as _;
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::retention::Following;
use tiwizi_federation_core::flow::statement::Statement;
use tiwizi_federation_core::wire::{Entry, EntryKind, Field, Header, Plane};
use tiwizi_model::RecordId;

use crate::clock::run;
use crate::schema::{COOPERATIVE, MEMBER, plane_of};
use crate::world::{Held, World, broken};

impl World {
    /// Looks through what an instance placed in its logs since the last time.
    pub(crate) fn check_written(&mut self, number: usize) -> Held {
        self.check_writers()?;
        if self.checker.liar == Some(number) {
            return Ok(());
        }
        let planes = run(self.tx(number).planes()).unwrap();
        for plane in planes {
            let from = self.checker.scanned.get(&(number, plane.clone())).copied().unwrap_or_default();
            let entries = run(self.tx(number).entries(&plane, from, usize::MAX)).unwrap();
            for (seq, entry) in entries {
                self.check_entry(number, &plane, seq, &entry)?;
                self.checker.scanned.insert((number, plane.clone()), seq + 1);
            }
        }
        Ok(())
    }

    fn check_entry(&mut self, number: usize, plane: &Plane, seq: u64, entry: &Entry) -> Held {
        let header = Header::decode(&entry.header).map_err(|error| broken("I1", format!("{error}")))?;
        match header.kind {
            EntryKind::Put | EntryKind::Delete => self.check_version(number, plane, seq, &header, entry),
            EntryKind::Answer => self.check_answer(&header, entry),
            _ => Ok(()),
        }
    }

    fn check_version(&mut self, number: usize, plane: &Plane, seq: u64, header: &Header, entry: &Entry) -> Held {
        let base = Base { tenure: header.tenure, ver: header.ver };
        let root = header.subject.unwrap_or(header.entity.id);
        if base.tenure == 1 {
            let founder = *self.checker.founded.entry(root).or_insert(header.log.node);
            if founder != header.log.node {
                return Err(broken("I1", format!("two instances write {root} in its first term")));
            }
        }
        let leaf = entry.leaf();
        let known = *self.checker.versions.entry((header.entity.clone(), base)).or_insert(leaf);
        if known != leaf {
            return Err(broken("I1", format!("two versions of {} are {base:?}", header.entity)));
        }
        let custody = run(self.tx(number).custody(root)).unwrap();
        if let Some(custody) = custody {
            let open = custody.moving.as_ref().filter(|moving| moving.offer.log.node == header.log.node);
            if open.is_some_and(|moving| !moving.fence.admits(plane, seq)) {
                return Err(broken(
                    "I2",
                    format!("{number} placed {} at {seq} after it had offered it", header.entity),
                ));
            }
        }
        let done = self.work.proposals.iter().any(|(_, proposal)| proposal.idem == header.idem);
        if done {
            let times = self.checker.done.entry(header.idem).or_default();
            *times += 1;
            if *times > 1 {
                return Err(broken("I21", format!("a proposal for {} was carried out twice", header.entity)));
            }
        }
        Ok(())
    }

    fn check_answer(&mut self, header: &Header, entry: &Entry) -> Held {
        let fields: Vec<Field> = entry.groups.iter().flat_map(|group| group.fields.clone()).collect();
        let said = Statement::read(&header.kind, header.entity.id, &fields);
        if let Ok(Statement::Answer { proposal, .. }) = said {
            let times = self.checker.answers.entry(proposal).or_default();
            *times += 1;
            if *times > 1 {
                return Err(broken("I21", format!("proposal {proposal} was answered twice")));
            }
        }
        Ok(())
    }

    /// At every moment at most one instance may write a root.
    fn check_writers(&self) -> Held {
        let roots: std::collections::BTreeSet<RecordId> = self.work.made.iter().map(|made| made.root).collect();
        for root in roots {
            let writers: Vec<usize> =
                self.honest().into_iter().filter(|number| self.may_write(*number, root)).collect();
            if writers.len() > 1 {
                return Err(broken("I24", format!("{writers:?} may all write {root}")));
            }
        }
        Ok(())
    }

    /// An instance came back: whatever anybody has of its logs must still be the beginning of them.
    pub(crate) fn check_recovered(&mut self, number: usize) -> Held {
        if self.checker.liar == Some(number) {
            return Ok(());
        }
        for peer in self.honest().into_iter().filter(|peer| *peer != number) {
            for (feed, cursor) in run(self.tx(peer).cursors()).unwrap() {
                if feed.log.node != self.nodes[number] {
                    continue;
                }
                let (size, has) = (self.log_size(number, &feed.log.plane), cursor.next_seq());
                let root = self.true_root(number, &feed.log.plane, has);
                if has > size || root != Some(cursor.tree.root()) {
                    return Err(broken("I12", format!("{peer} has {has} entries of {number}, which has {size} now")));
                }
            }
        }
        Ok(())
    }

    /// What was let go is needed by nobody who was not told so.
    pub(crate) fn check_kept(&self, number: usize) -> Held {
        for ((holder, receiver), id) in &self.work.agreements {
            if *holder != number {
                continue;
            }
            for kind in [COOPERATIVE, MEMBER] {
                let plane = plane_of(kind);
                let log = tiwizi_federation_core::wire::LogId { node: self.nodes[number], plane: plane.clone() };
                let feed = Feed { log, agreement: Some(*id) };
                let cursor = run(self.tx(*receiver).cursor(&feed)).unwrap();
                let (has, again) =
                    cursor.map_or((0, false), |cursor| (cursor.next_seq(), cursor.refills(cursor.next_seq())));
                let kept_from = run(self.tx(number).kept_from(&plane)).unwrap();
                let follower = run(self.tx(number).follower(&self.nodes[*receiver], &plane, Some(*id))).unwrap();
                let told = follower.is_none_or(|follower| follower.following == Following::NeedsSnapshot);
                if has < kept_from && !again && !told {
                    return Err(broken(
                        "I15",
                        format!("{number} let go of {kind} up to {kept_from}; {receiver} has {has}"),
                    ));
                }
            }
        }
        Ok(())
    }
}
