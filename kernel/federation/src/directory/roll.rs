//! The directory as it is used: members by node and by home, and the keys of each with what was learnt of them since.

use std::collections::BTreeMap;

use tiwizi_federation_core::wire::{Directory, DirectoryError, Envelope, KeyRing, Member, NodeId, Role, VerifyingKey};
use tiwizi_model::limits::FED_DIRECTORY_STOP_MS;
use tiwizi_model::{InstanceId, Instant};
use tiwizi_storage::federation::{directory as rows, identity};
use tiwizi_storage::{StorageError, Tx};

/// This instance, as far as a directory concerns it.
#[derive(Debug, Clone, Copy)]
pub struct Here {
    /// Who it is in the federation, once it has keys.
    pub node: Option<NodeId>,
    /// What its records name as their home.
    pub instance: InstanceId,
    /// The key that directories are signed with, once the operator has set it.
    pub root: Option<VerifyingKey>,
}

/// The directory in force, ready for use. It is read anew when a directory was taken or a change of keys learnt.
#[derive(Debug, Clone)]
pub struct Roll {
    here: Here,
    directory: Option<Directory>,
    received_at: Option<Instant>,
    unread: Option<DirectoryError>,
    /// Everybody's keys: what a suspended member has signed stays signed.
    ring: KeyRing,
    /// The keys of those who may speak to us now.
    speaking: KeyRing,
    homes: BTreeMap<NodeId, InstanceId>,
    nodes: BTreeMap<InstanceId, NodeId>,
}

impl Roll {
    /// Of an instance that knows nobody.
    #[must_use]
    pub fn empty(here: Here) -> Self {
        let mut roll = Self {
            here,
            directory: None,
            received_at: None,
            unread: None,
            ring: KeyRing::new(),
            speaking: KeyRing::new(),
            homes: BTreeMap::new(),
            nodes: BTreeMap::new(),
        };
        roll.name_homes();
        roll
    }

    /// The directory in force. One that cannot be read, because the root in the settings is another one, counts for nothing and is told
    /// (`unread`): it never keeps an instance from its own work.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(tx: &mut Tx, here: Here) -> Result<Self, StorageError> {
        let mut roll = Self::empty(here);
        if let Some(row) = rows::current(tx).await? {
            roll.received_at = Some(row.received_at);
            match (Envelope::decode(&row.envelope), here.root) {
                (Ok(envelope), Some(root)) => match Directory::open(&envelope, &root) {
                    Ok(directory) => roll.directory = Some(directory),
                    Err(error) => roll.unread = Some(error),
                },
                (Err(error), _) => roll.unread = Some(error.into()),
                // Without a root nobody is believed.
                (Ok(_), None) => {}
            }
        }
        roll.read_keys(tx).await?;
        roll.name_homes();
        Ok(roll)
    }

    async fn read_keys(&mut self, tx: &mut Tx) -> Result<(), StorageError> {
        for member in self.directory.iter().flat_map(|directory| &directory.members) {
            let chain = chain(tx, &member.node, &member.genesis, &member.rotations).await?;
            put(&mut self.ring, &member.genesis, &chain);
            if !member.suspended {
                put(&mut self.speaking, &member.genesis, &chain);
            }
        }
        let Some(node) = self.here.node.filter(|node| !self.ring.knows(node)) else { return Ok(()) };
        if let Some(own) = identity::find(tx).await?
            && let Ok(genesis) = Envelope::decode(&own.genesis)
        {
            let chain = chain(tx, &node, &genesis, &[]).await?;
            put(&mut self.ring, &genesis, &chain);
        }
        Ok(())
    }

    fn name_homes(&mut self) {
        for member in self.directory.iter().flat_map(|directory| &directory.members) {
            self.homes.insert(member.node, member.instance);
            if !member.suspended || !self.nodes.contains_key(&member.instance) {
                self.nodes.insert(member.instance, member.node);
            }
        }
        if let Some(node) = self.here.node {
            self.homes.insert(node, self.here.instance);
            self.nodes.insert(self.here.instance, node);
        }
    }

    /// This instance.
    #[must_use]
    pub fn here(&self) -> &Here {
        &self.here
    }

    /// The version of the directory; 0 while there is none.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.directory.as_ref().map_or(0, |directory| directory.version)
    }

    /// Since when it is known here.
    #[must_use]
    pub fn received_at(&self) -> Option<Instant> {
        self.received_at
    }

    /// Whether the directory is too old for a new agreement, or there is none. What was agreed before goes on.
    #[must_use]
    pub fn is_too_old(&self, now: Instant) -> bool {
        self.age_ms(now).is_none_or(|age_ms| age_ms >= FED_DIRECTORY_STOP_MS)
    }

    /// How long the directory in force has been known here.
    #[must_use]
    pub fn age_ms(&self, now: Instant) -> Option<i64> {
        self.directory.as_ref().and(self.received_at).map(|at| now.0.saturating_sub(at.0))
    }

    /// Why the directory that is stored is not believed.
    #[must_use]
    pub fn unread(&self) -> Option<&DirectoryError> {
        self.unread.as_ref()
    }

    /// All members.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.directory.iter().flat_map(|directory| &directory.members)
    }

    /// A member, also a suspended one.
    #[must_use]
    pub fn member(&self, node: &NodeId) -> Option<&Member> {
        self.directory.as_ref().and_then(|directory| directory.member(node))
    }

    /// A member with whom something is exchanged now.
    #[must_use]
    pub fn active(&self, node: &NodeId) -> Option<&Member> {
        self.member(node).filter(|member| !member.suspended)
    }

    /// The entry of this instance itself.
    #[must_use]
    pub fn own(&self) -> Option<&Member> {
        self.here.node.as_ref().and_then(|node| self.member(node))
    }

    /// The nation.
    #[must_use]
    pub fn nation(&self) -> Option<&Member> {
        self.members().find(|member| member.role == Role::National && !member.suspended)
    }

    /// The keys of all members, for what they have signed: checkpoints, agreements, packages.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// The keys of those whose requests are answered. Suspended members are not among them.
    #[must_use]
    pub fn speaking(&self) -> &KeyRing {
        &self.speaking
    }

    /// What records of that node name as their home.
    #[must_use]
    pub fn home_of(&self, node: &NodeId) -> Option<InstanceId> {
        self.homes.get(node).copied()
    }

    /// The node that writes the records of that home today.
    #[must_use]
    pub fn node_of(&self, home: &InstanceId) -> Option<NodeId> {
        self.nodes.get(home).copied()
    }
}

/// Statements were looked at when the directory was read, and each further one by `chain`.
fn put(ring: &mut KeyRing, genesis: &Envelope, chain: &[Envelope]) {
    if let Err(error) = ring.insert(genesis, chain) {
        tracing::error!(error = &error as &dyn std::error::Error, "the keys of an instance are left out");
    }
}

/// What is known of an instance's changes of keys: those that somebody else vouches for, and what followed and was learnt from itself.
pub(super) async fn chain(
    tx: &mut Tx,
    node: &NodeId,
    genesis: &Envelope,
    vouched: &[Envelope],
) -> Result<Vec<Envelope>, StorageError> {
    let mut chain = vouched.to_vec();
    for row in identity::rotations(tx, &node.0.0).await? {
        let next = chain.len().saturating_add(1);
        if usize::try_from(row.number).ok() != Some(next) {
            continue;
        }
        let Ok(envelope) = Envelope::decode(&row.envelope) else { continue };
        chain.push(envelope);
        if KeyRing::new().insert(genesis, &chain).is_err() {
            chain.pop();
        }
    }
    Ok(chain)
}
