//! The tester's log of control: made anew in every run out of what was written down, so that it is always the same one.

use std::collections::BTreeMap;

use anyhow::Context as _;
use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::statement::{AgreementStep, Statement};
use tiwizi_federation_core::gate::addressees;
use tiwizi_federation_core::page::Head;
use tiwizi_federation_core::wire::{
    Checkpoint, Entity, Entry, EntryKind, Group, GroupNo, Hash, Header, LogId, NodeId, Nodes, Note, Seed, SigningKey,
    Tree, consistency_proof, leaf_hash,
};
use tiwizi_model::{Ambient, RecordId};
use uuid::Uuid;

use crate::page;
use crate::tester::Written;

/// What the messages are about.
const KIND: &str = "conformance/word";

/// A log.
pub(crate) struct OwnLog {
    pub(crate) id: LogId,
    shown_to: NodeId,
    salt: u8,
    entries: Vec<Entry>,
    tree: Tree,
    nodes: BTreeMap<(u8, u64), Hash>,
    roots: Vec<Hash>,
}

impl Nodes for OwnLog {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

impl OwnLog {
    /// An empty log whose messages are for one instance. Logs of another salt have other entries at the same places.
    pub(crate) fn new(id: LogId, shown_to: NodeId, salt: u8) -> Self {
        let tree = Tree::new();
        let roots = vec![tree.root()];
        Self { id, shown_to, salt, entries: Vec::new(), tree, nodes: BTreeMap::new(), roots }
    }

    /// The log that was written down.
    pub(crate) fn of(id: LogId, shown_to: NodeId, written: &[Written]) -> anyhow::Result<Self> {
        let mut log = Self::new(id, shown_to, 0);
        for entry in written {
            log.append(entry)?;
        }
        Ok(log)
    }

    pub(crate) fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Writes the next entry.
    pub(crate) fn append(&mut self, entry: &Written) -> anyhow::Result<()> {
        match entry {
            Written::Word => self.word(),
            Written::Sign { envelope, agreement, version } => {
                self.sign(&Written::bytes(envelope)?, agreement.parse()?, *version)
            }
        }
    }

    /// A message with nothing in it that is understood.
    fn word(&mut self) -> anyhow::Result<()> {
        let kind = KIND.parse()?;
        let group = Group::new(GroupNo::PUBLIC, self.seed(), vec![addressees(&kind, &[self.shown_to])])?;
        let id = RecordId(Uuid::from_u128(u128::from(self.size()).saturating_add(1)));
        self.push(EntryKind::Answer, Entity { kind, id }, (1, 1), vec![group])
    }

    /// The signature under an agreement.
    fn sign(&mut self, envelope: &[u8], agreement: Uuid, version: u32) -> anyhow::Result<()> {
        let id = AgreementId(agreement);
        let step = AgreementStep { id, version, step: "sign".to_owned(), envelope: Some(envelope.to_vec()) };
        let statement = Statement::Agreement(step);
        let mut groups = Vec::new();
        for group in statement.groups(&[self.shown_to], &Ambient::system())? {
            // What is drawn by chance would make it another entry in the next run.
            groups.push(Group::new(group.no, self.seed(), group.fields)?);
        }
        self.push(statement.kind(), statement.entity()?, (0, 0), groups)
    }

    fn seed(&self) -> Seed {
        let place = self.size().to_be_bytes();
        Seed(Hash::of(&[b"conformance", &[self.salt], &place]).0)
    }

    fn push(
        &mut self,
        kind: EntryKind,
        entity: Entity,
        (tenure, ver): (u32, u64),
        groups: Vec<Group>,
    ) -> anyhow::Result<()> {
        let idem = *self.seed().0.first_chunk().context("a hash has 32 bytes")?;
        let header = Header {
            v: Header::VERSION,
            log: self.id.clone(),
            epoch: 0,
            seq: self.size(),
            prev: self.entries.last().map_or(Hash::ZERO, |entry| leaf_hash(&entry.header)),
            kind,
            schema: String::new(),
            entity,
            subject: None,
            tenure,
            ver,
            idem,
            cause: None,
            hlc: 0,
            groups: groups.iter().map(|group| (group.no, group.root())).collect(),
            extra: BTreeMap::new(),
        };
        let bytes = header.encode();
        for (level, index, hash) in self.tree.append(leaf_hash(&bytes)) {
            self.nodes.insert((level, index), hash);
        }
        self.entries.push(Entry { header: bytes, groups });
        self.roots.push(self.tree.root());
        Ok(())
    }

    /// Its checkpoint of a size.
    pub(crate) fn checkpoint(&self, size: u64) -> anyhow::Result<Checkpoint> {
        let root = self.roots.get(usize::try_from(size)?).context("the log is not that long")?;
        Ok(Checkpoint { log: self.id.clone(), epoch: 0, size, root: *root })
    }

    /// Its entries in a span.
    pub(crate) fn entries(&self, from: u64, to: u64) -> anyhow::Result<&[Entry]> {
        let span = usize::try_from(from)?..usize::try_from(to)?;
        self.entries.get(span).context("the log is not that long")
    }

    /// The head of a page of a span, and its entries before they are squeezed.
    pub(crate) fn parts(&self, key: &SigningKey, from: u64, to: u64) -> anyhow::Result<(Head, Vec<u8>)> {
        let entries = self.entries(from, to)?;
        let plain = page::plain(entries);
        let note = Note::sign(&self.checkpoint(to)?, key).text().to_owned();
        let consistency = consistency_proof(self, from, to).context("there is no proof")?;
        let (count, expanded_bytes) = (entries.len(), plain.len());
        Ok((Head { previous_size: from, count, expanded_bytes, under: None, note, consistency }, plain))
    }

    /// A page of a span.
    pub(crate) fn page(&self, key: &SigningKey, from: u64, to: u64) -> anyhow::Result<Vec<u8>> {
        let (head, plain) = self.parts(key, from, to)?;
        page::assemble(&head, &page::squeeze(&plain)?)
    }
}
