//! Our own logs: their ends, entries and trees.

use std::collections::BTreeMap;

use tiwizi_federation_core::flow::Stored;
use tiwizi_federation_core::flow::rows::Head;
use tiwizi_federation_core::wire::{Entity, Entry, Group, GroupNo, Hash, Header, Nodes, Plane, Tree, needed_for_tree};
use tiwizi_storage::federation::checkpoint::{self, CheckpointRow};
use tiwizi_storage::federation::disclosure::{self, DisclosureRow};
use tiwizi_storage::federation::entry::{self, EntryRow, Head as HeadRow};
use tiwizi_storage::federation::log::{self, Growth};
use tiwizi_storage::federation::{Added, LogNo, Place, tree};

use super::SqlTx;
use super::error::{Unfit, at, damaged, failed, refused};
use super::form;
use crate::home::Wanted;

/// The roots of the complete subtrees that make up a tree, to be asked for.
pub(super) struct Peaks {
    size: u64,
    peaks: Vec<Hash>,
}

impl Peaks {
    /// Out of what a row has.
    pub(super) fn of(size: u64, peaks: Vec<[u8; 32]>) -> Self {
        Self { size, peaks: peaks.into_iter().map(Hash).collect() }
    }

    /// The tree; none when the subtrees are not those of its size.
    pub(super) fn tree(&self) -> Option<Tree> {
        Tree::restore(self.size, self).filter(|_| needed_for_tree(self.size).len() == self.peaks.len())
    }
}

impl Nodes for Peaks {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let place = needed_for_tree(self.size).iter().position(|node| *node == (level, index))?;
        self.peaks.get(place).copied()
    }
}

/// The subtrees of a tree as a row has them.
pub(super) fn frontier(tree: &Tree) -> Vec<[u8; 32]> {
    tree.frontier().map(|(_, _, hash)| hash.0).collect()
}

impl SqlTx {
    /// The latest generation of one of our logs.
    pub(super) async fn own_no(&mut self, plane: &Plane) -> Stored<Option<LogNo>> {
        let log = self.own_log(plane);
        let latest = self.names.latest(&mut self.tx, &log).await.map_err(at("own_log"))?;
        Ok(latest.map(|(_, number)| number))
    }

    pub(super) async fn head_of(&mut self, plane: &Plane) -> Stored<Option<Head>> {
        let name = "head";
        let Some(number) = self.own_no(plane).await? else { return Ok(None) };
        let Some(note) = checkpoint::last(&mut self.tx, number).await.map_err(at(name))? else { return Ok(None) };
        let Some(row) = log::find(&mut self.tx, number).await.map_err(at(name))? else { return Ok(None) };
        let tree = Peaks::of(row.size, row.frontier).tree().ok_or_else(damaged(name, "tree of a log"))?;
        let prev = row.last_leaf.map_or(Hash::ZERO, Hash);
        Ok(Some(Head { epoch: row.epoch, tree, prev, note: note.note }))
    }

    pub(super) async fn set_head(&mut self, plane: &Plane, head: &Head) -> Stored<()> {
        let name = "put_head";
        let id = self.own_log(plane);
        let number = self.names.log_no(&mut self.tx, &id, head.epoch).await.map_err(at(name))?;
        let before = log::find(&mut self.tx, number).await.map_err(at(name))?.map_or(0, |row| row.size);
        let (frontier, size) = (frontier(&head.tree), head.tree.size());
        let last_leaf = (head.prev != Hash::ZERO).then_some(&head.prev.0);
        let growth = Growth { no: number, from: before, size, frontier: &frontier, last_leaf };
        if !log::grow(&mut self.tx, growth).await.map_err(at(name))? {
            return Err(failed(name)(Unfit::Growth));
        }
        let root = head.tree.root();
        self.keep_checkpoint(number, size, root, &head.note).await
    }

    /// Keeps a checkpoint as the last one of its log: the roots of smaller sizes can be made again from the tree.
    pub(super) async fn keep_checkpoint(&mut self, log: LogNo, size: u64, root: Hash, note: &str) -> Stored<()> {
        let name = "checkpoint";
        let row = CheckpointRow { log, size, root: root.0, note: note.to_owned(), made_at: self.now() };
        match checkpoint::add(&mut self.tx, &row).await.map_err(at(name))? {
            Added::New => {
                checkpoint::thin(&mut self.tx, log, size).await.map_err(at(name))?;
            }
            Added::Known => {
                checkpoint::sign_again(&mut self.tx, &row).await.map_err(at(name))?;
            }
            Added::Different => return Err(failed(name)(Unfit::Checkpoint)),
        }
        Ok(())
    }

    pub(super) async fn own_planes(&mut self) -> Stored<Vec<Plane>> {
        let name = "planes";
        let me = self.shared.me;
        let logs = self.names.all_logs(&mut self.tx).await.map_err(at(name))?;
        let mut planes: Vec<Plane> = Vec::new();
        for (log, _, number) in logs.into_iter().filter(|(log, ..)| log.node == me) {
            let begun = checkpoint::last(&mut self.tx, number).await.map_err(at(name))?.is_some();
            if begun && planes.last() != Some(&log.plane) {
                planes.push(log.plane);
            }
        }
        Ok(planes)
    }

    pub(super) async fn gather_entry(&mut self, plane: &Plane, seq: u64, entity: &Entity, entry: Entry) -> Stored<()> {
        let name = "add_entry";
        let leaf = entry.leaf();
        let Entry { header: bytes, groups } = entry;
        let header = Header::decode(&bytes).map_err(failed(name))?;
        let log = self.own_log(plane);
        let number = self.names.log_no(&mut self.tx, &log, header.epoch).await.map_err(at(name))?;
        let cause = match &header.cause {
            Some(cause) => Some(self.names.place(&mut self.tx, cause).await.map_err(at(name))?),
            None => None,
        };
        let disclosure = self.disclosure(seq, entity, &header, &groups).await?;
        let head = HeadRow {
            header: bytes,
            kind: header.kind.as_str().to_owned(),
            entity_kind: self.names.kind_no(&mut self.tx, &entity.kind).await.map_err(at(name))?,
            entity: entity.id,
            subject: header.subject,
            tenure: header.tenure,
            ver: header.ver,
            schema: header.schema,
            cause,
        };
        let row = EntryRow { seq, leaf: leaf.0, head: Some(head) };
        self.gathered.entries.push((number, row, disclosure));
        Ok(())
    }

    /// What an entry can disclose: the seeds alone where the record gives its values again, and the values where nothing else does.
    async fn disclosure(
        &mut self,
        seq: u64,
        entity: &Entity,
        header: &Header,
        groups: &[Group],
    ) -> Stored<Option<DisclosureRow>> {
        if groups.is_empty() {
            return Ok(None);
        }
        let seeds: Vec<(u8, [u8; 32])> = groups.iter().map(|group| (group.no.0, group.seed.0)).collect();
        let base = tiwizi_federation_core::flow::proposal::Base { tenure: header.tenure, ver: header.ver };
        let is_made = self.gathered.made.contains(&(entity.clone(), base));
        let comes_again = is_made
            || (Self::is_of_record(&header.kind) && {
                let wanted = wanted(header, seeds.clone());
                let again = self.shared.home.groups(&mut self.tx, &[wanted]).await.map_err(failed("add_entry"))?;
                again.first().is_some_and(|again| again.as_slice() == groups)
            });
        let kept = (!comes_again).then(|| form::groups_bytes(groups));
        Ok(Some(DisclosureRow { seq, seeds, kept }))
    }

    /// Hands entries and subtrees to the database.
    pub(super) async fn flush_entries(&mut self) -> Stored<()> {
        let name = "flush_entries";
        let mut entries: BTreeMap<LogNo, (Vec<EntryRow>, Vec<DisclosureRow>)> = BTreeMap::new();
        for (log, row, disclosure) in std::mem::take(&mut self.gathered.entries) {
            let (rows, disclosures) = entries.entry(log).or_default();
            rows.push(row);
            disclosures.extend(disclosure);
        }
        for (log, (rows, disclosures)) in entries {
            entry::insert(&mut self.tx, log, &rows).await.map_err(refused(name))?;
            disclosure::put(&mut self.tx, log, &disclosures).await.map_err(at(name))?;
        }
        let mut nodes: BTreeMap<LogNo, Vec<tree::Node>> = BTreeMap::new();
        for (log, node) in std::mem::take(&mut self.gathered.nodes) {
            nodes.entry(log).or_default().push(node);
        }
        for (log, nodes) in nodes {
            tree::put(&mut self.tx, log, &nodes).await.map_err(at(name))?;
        }
        Ok(())
    }

    pub(super) async fn entries_from(&mut self, plane: &Plane, from: u64, max: usize) -> Stored<Vec<(u64, Entry)>> {
        self.flush_entries().await?;
        let Some(log) = self.own_no(plane).await? else { return Ok(Vec::new()) };
        let rows_max = u32::try_from(max).unwrap_or(u32::MAX);
        let rows = entry::whole(&mut self.tx, Place { log, seq: from }, rows_max).await.map_err(at("entries"))?;
        self.with_groups(log, rows).await
    }

    pub(super) async fn entry_at(&mut self, plane: &Plane, seq: u64) -> Stored<Option<Entry>> {
        self.flush_entries().await?;
        let Some(log) = self.own_no(plane).await? else { return Ok(None) };
        let row = entry::find(&mut self.tx, Place { log, seq }).await.map_err(at("entry"))?;
        let found = self.with_groups(log, row.into_iter().collect()).await?;
        Ok(found.into_iter().next().map(|(_, entry)| entry))
    }

    pub(super) async fn before(
        &mut self,
        plane: &Plane,
        entity: &Entity,
        seq: u64,
    ) -> Stored<Option<(u64, Option<Entry>)>> {
        let name = "entry_before";
        self.flush_entries().await?;
        let Some(log) = self.own_no(plane).await? else { return Ok(None) };
        let kind = self.names.known_kind(&mut self.tx, &entity.kind).await.map_err(at(name))?;
        let Some(kind) = kind else { return Ok(None) };
        let place = Place { log, seq };
        let before = entry::before(&mut self.tx, place, (kind, entity.id)).await.map_err(at(name))?;
        match before {
            Some(before) => Ok(Some((before, self.entry_at(plane, before).await?))),
            None => Ok(None),
        }
    }

    /// Entries with their groups, in their order. Those whose headers were let go are left out.
    async fn with_groups(&mut self, log: LogNo, rows: Vec<EntryRow>) -> Stored<Vec<(u64, Entry)>> {
        let name = "groups";
        let seqs: Vec<u64> = rows.iter().map(|row| row.seq).collect();
        let found = disclosure::find_many(&mut self.tx, log, &seqs).await.map_err(at(name))?;
        let mut disclosures: BTreeMap<u64, DisclosureRow> = found.into_iter().map(|row| (row.seq, row)).collect();
        let mut entries = Vec::with_capacity(rows.len());
        // Of these the records give the values again, all of them at once.
        let mut again: Vec<(usize, Wanted)> = Vec::new();
        for row in rows {
            let Some(HeadRow { header, .. }) = row.head else { continue };
            let mut groups = Vec::new();
            match disclosures.remove(&row.seq) {
                Some(DisclosureRow { seeds, kept: Some(kept), .. }) => {
                    groups = form::groups(&kept).ok_or_else(damaged(name, "content of an entry"))?;
                    groups.retain(|group| seeds.iter().any(|(no, _)| GroupNo(*no) == group.no));
                }
                Some(DisclosureRow { seeds, kept: None, .. }) => {
                    let head = Header::decode(&header).map_err(failed(name))?;
                    again.push((entries.len(), wanted(&head, seeds)));
                }
                None => {}
            }
            entries.push((row.seq, Entry { header, groups }));
        }
        let (places, wanted): (Vec<usize>, Vec<Wanted>) = again.into_iter().unzip();
        let groups = self.shared.home.groups(&mut self.tx, &wanted).await.map_err(failed(name))?;
        for (place, groups) in places.into_iter().zip(groups) {
            if let Some((_, entry)) = entries.get_mut(place) {
                entry.groups = groups;
            }
        }
        Ok(entries)
    }

    pub(super) async fn last_below(
        &mut self,
        plane: &Plane,
        from: u64,
        size: u64,
        max: usize,
    ) -> Stored<Vec<(u64, Entity)>> {
        let name = "latest_below";
        self.flush_entries().await?;
        let Some(log) = self.own_no(plane).await? else { return Ok(Vec::new()) };
        let rows_max = u32::try_from(max).unwrap_or(u32::MAX);
        let place = Place { log, seq: from };
        let rows = entry::latest_below(&mut self.tx, place, size, rows_max).await.map_err(at(name))?;
        let mut found = Vec::with_capacity(rows.len());
        for (seq, kind, id) in rows {
            let kind = self.names.kind_name(&mut self.tx, kind).await.map_err(at(name))?;
            found.push((seq, Entity { kind, id }));
        }
        Ok(found)
    }

    pub(super) async fn release_below(&mut self, plane: &Plane, below: u64) -> Stored<()> {
        self.flush_entries().await?;
        self.flush_own().await?;
        let log = self.own_log(plane);
        let number = self.names.latest_or_first(&mut self.tx, &log).await.map_err(at("release_entries"))?;
        let place = Place { log: number, seq: below };
        entry::release(&mut self.tx, place, plane.as_str()).await.map_err(at("release_entries"))
    }

    pub(super) async fn gather_nodes(&mut self, plane: &Plane, nodes: &[(u8, u64, Hash)]) -> Stored<()> {
        let log = self.own_log(plane);
        let number = self.names.latest_or_first(&mut self.tx, &log).await.map_err(at("add_nodes"))?;
        self.gathered.nodes.extend(nodes.iter().map(|(level, index, hash)| (number, (*level, *index, hash.0))));
        Ok(())
    }

    pub(super) async fn node_at(&mut self, plane: &Plane, level: u8, index: u64) -> Stored<Option<Hash>> {
        self.flush_entries().await?;
        let Some(log) = self.own_no(plane).await? else { return Ok(None) };
        let found = tree::nodes(&mut self.tx, log, &[(level, index)]).await.map_err(at("node"))?;
        Ok(found.into_values().next().map(Hash))
    }
}

fn wanted(header: &Header, seeds: Vec<(u8, [u8; 32])>) -> Wanted {
    Wanted {
        kind: header.entity.kind.clone(),
        id: header.entity.id,
        ver: header.ver,
        schema: header.schema.clone(),
        roots: header.groups.clone(),
        seeds,
    }
}
