//! This instance's keys, opened, and what they sign.

use tiwizi_federation_core::signature::keyid;
use tiwizi_federation_core::wire::{
    Checkpoint, Envelope, Genesis, Hash, KeyRing, NodeId, Note, Rotation, SigningKey, StatementError, VerifyingKey,
};
use tiwizi_storage::Tx;
use tiwizi_storage::federation::identity::{self as rows, IdentityRow, KeyRow, RotationRow};

use super::error::IdentityError;
use super::seal::Sealer;

/// This instance in the federation: its statements, and the keys whose time is not over.
#[derive(Debug)]
pub struct NodeKeys {
    node: NodeId,
    genesis: Envelope,
    rotations: Vec<Envelope>,
    ring: KeyRing,
    /// The root key in force, and the promise of the one after it.
    roots: (VerifyingKey, Hash),
    /// Keys that still count for some sizes, the oldest first.
    older: Vec<SigningKey>,
    newest: SigningKey,
}

impl NodeKeys {
    /// The keys of this instance; none when none were made. `instance_key` is the key of the instance's row.
    ///
    /// # Errors
    /// When a key does not open, what is stored is damaged, or the database fails.
    pub async fn load(tx: &mut Tx, instance_key: &[u8]) -> Result<Option<Self>, IdentityError> {
        let Some(row) = rows::find(tx).await? else { return Ok(None) };
        let rotations = rows::rotations(tx, &row.node).await?;
        let keys = rows::keys(tx).await?;
        Self::open(&row, &rotations, &keys, instance_key).map(Some)
    }

    fn open(
        row: &IdentityRow,
        rotations: &[RotationRow],
        keys: &[KeyRow],
        instance_key: &[u8],
    ) -> Result<Self, IdentityError> {
        let damaged = |what| IdentityError::Damaged { what };
        let decoded = |bytes: &[u8]| Envelope::decode(bytes).map_err(|_| damaged("a statement"));
        let genesis = decoded(&row.genesis)?;
        let rotations = rotations.iter().map(|row| decoded(&row.envelope)).collect::<Result<Vec<_>, _>>()?;
        let mut ring = KeyRing::new();
        let node = ring.insert(&genesis, &rotations).map_err(IdentityError::Statements)?;
        if node.0.0 != row.node {
            return Err(damaged("the first statement is of another instance"));
        }
        let roots = roots(&genesis, &rotations).map_err(|_| damaged("a statement"))?;
        if roots.0.to_bytes() != row.root_key {
            return Err(damaged("the root key is another one than the statements say"));
        }
        let mut older = opened(keys, instance_key)?;
        let newest = older.pop().ok_or_else(|| damaged("there is no signing key"))?;
        if ring.current(&node) != Some(newest.verifying()) {
            return Err(damaged("the signing key is another one than the statements say"));
        }
        Ok(Self { node, genesis, rotations, ring, roots, older, newest })
    }

    /// Who this instance is.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The key that signs today.
    #[must_use]
    pub fn signing(&self) -> &SigningKey {
        &self.newest
    }

    /// The keys whose secret half is still kept, the newest first: what was sealed for the one before is opened with it.
    pub fn kept(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.newest).chain(self.older.iter().rev())
    }

    /// How requests name that key.
    #[must_use]
    pub fn keyid(&self) -> String {
        keyid(&self.node, &self.newest.verifying())
    }

    /// The statement of its first keys.
    #[must_use]
    pub fn genesis(&self) -> &Envelope {
        &self.genesis
    }

    /// Each change of its keys, in order.
    #[must_use]
    pub fn rotations(&self) -> &[Envelope] {
        &self.rotations
    }

    /// Its keys as others know them.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// The root key in force.
    #[must_use]
    pub fn root(&self) -> VerifyingKey {
        self.roots.0
    }

    /// The promise of the root key that comes after it.
    #[must_use]
    pub fn promise(&self) -> Hash {
        self.roots.1
    }

    /// Signs a checkpoint of one of its own logs, with the key before as well while that one counts: whoever has not heard of the change
    /// yet believes it all the same.
    #[must_use]
    pub fn sign(&self, checkpoint: &Checkpoint) -> Note {
        let counts = |key: &SigningKey| self.ring.counts(&key.verifying(), &checkpoint.log, checkpoint.size);
        match self.older.iter().rev().find(|key| counts(key)) {
            Some(older) => Note::sign_both(checkpoint, older, &self.newest),
            None => Note::sign(checkpoint, &self.newest),
        }
    }
}

/// The keys that are not retired, the oldest first.
fn opened(keys: &[KeyRow], instance_key: &[u8]) -> Result<Vec<SigningKey>, IdentityError> {
    let sealer = Sealer::new(instance_key).map_err(IdentityError::Seal)?;
    let mut opened = Vec::with_capacity(keys.len());
    for row in keys {
        let Some(sealed) = &row.sealed else { continue };
        let key = sealer.open(&row.public, sealed);
        opened.push(key.map_err(|source| IdentityError::Sealed { number: row.number, source })?);
    }
    Ok(opened)
}

/// The root key in force after these statements, and the promise of the one after it.
fn roots(genesis: &Envelope, rotations: &[Envelope]) -> Result<(VerifyingKey, Hash), StatementError> {
    let first = Genesis::open(genesis)?;
    let mut roots = (first.root, first.next_root);
    for envelope in rotations {
        if let Some(new) = Rotation::open(envelope, &roots.0)?.root {
            roots = (new.key, new.next);
        }
    }
    Ok(roots)
}
