//! The first keys of this instance.

use tiwizi_federation_core::wire::{Envelope, Genesis, Hash, NodeId, SigningKey};
use tiwizi_model::Ambient;
use tiwizi_storage::Db;
use tiwizi_storage::federation::identity::{self as rows, IdentityRow, KeyRow};
use tiwizi_storage::instance::InstanceRow;

use super::error::IdentityError;
use super::keys::NodeKeys;
use super::seal::Sealer;
use crate::paper::Paper;

/// The number of the first signing key.
const FIRST: i64 = 1;

/// First keys that were made and are stored nowhere yet: the papers are written before anything depends on them.
#[derive(Debug)]
pub struct Beginning {
    node: NodeId,
    genesis: Envelope,
    root: SigningKey,
    reserve: SigningKey,
    signing: SigningKey,
}

impl Beginning {
    /// Makes the keys.
    ///
    /// # Errors
    /// `Begun` when there are some, `Name` when the instance has a name that no statement takes, or when the database fails.
    pub async fn prepare(db: &Db, instance: &InstanceRow, ambient: &Ambient) -> Result<Self, IdentityError> {
        if let Some(row) = rows::find(&mut *db.read_single().await?).await? {
            return Err(IdentityError::Begun { node: node_of(&row) });
        }
        let key = || SigningKey::generate(ambient);
        let (root, reserve, signing) = (key(), key(), key());
        let statement = Genesis {
            root: root.verifying(),
            signing: signing.verifying(),
            next_root: reserve.verifying().promise(),
            name: instance.name.clone(),
        };
        let genesis = statement.sign(&root);
        // Read as others will.
        let node = Genesis::open(&genesis).map_err(IdentityError::Name)?.node();
        Ok(Self { node, genesis, root, reserve, signing })
    }

    /// Who the instance will be.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The root key, and the reserve that takes its place one day: for two papers in two places.
    #[must_use]
    pub fn papers(&self) -> [Paper; 2] {
        [Paper::of(&self.root), Paper::of(&self.reserve)]
    }

    /// Stores the statement and the sealed signing key. The root keys are forgotten.
    ///
    /// # Errors
    /// `Begun` when somebody else was first: the papers are worth nothing then. When the database fails.
    pub async fn store(self, db: &Db, instance: &InstanceRow, ambient: &Ambient) -> Result<NodeKeys, IdentityError> {
        let sealed = Sealer::new(&instance.key).and_then(|sealer| sealer.seal(ambient, &self.signing));
        let (sealed, now) = (sealed.map_err(IdentityError::Seal)?, ambient.now());
        let row = IdentityRow {
            node: self.node.0.0,
            root_key: self.root.verifying().to_bytes(),
            genesis: self.genesis.encode(),
            made_at: now,
        };
        let key = KeyRow {
            number: FIRST,
            public: self.signing.verifying().to_bytes(),
            sealed: Some(sealed),
            made_at: now,
            retired_at: None,
        };
        let mut tx = db.begin_write().await?;
        if let Some(row) = rows::find(&mut tx).await? {
            return Err(IdentityError::Begun { node: node_of(&row) });
        }
        rows::create(&mut tx, &row).await?;
        rows::add_key(&mut tx, &key).await?;
        let keys = NodeKeys::load(&mut tx, &instance.key).await?.ok_or(IdentityError::Absent)?;
        tx.commit().await?;
        tracing::info!(node.id = %keys.node(), "this instance has keys for the federation");
        Ok(keys)
    }
}

fn node_of(row: &IdentityRow) -> NodeId {
    NodeId(Hash(row.node))
}
