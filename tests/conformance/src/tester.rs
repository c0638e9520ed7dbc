//! Who asks: a member of the federation whose keys lie in one file, with what it has written into its log of control.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tiwizi_federation_core::signature::keyid;
use tiwizi_federation_core::wire::{
    Enrolment, Envelope, Genesis, Hash, LogId, Member, NodeId, Plane, Role, SigningKey,
};
use tiwizi_model::{Ambient, InstanceId};
use uuid::Uuid;

/// What the other instance reads in the directory.
const NAME: &str = "Conformance kit";
/// Nobody but its owner reads the file of the keys.
const MODE: u32 = 0o600;

/// One entry of the log of control, as far as it cannot be worked out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Written {
    /// A message that nobody understands.
    Word,
    /// The signature under an agreement that was offered.
    Sign {
        /// The agreement as both have signed it, in base64.
        envelope: String,
        /// Its number.
        agreement: String,
        /// Its version.
        version: u32,
    },
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    root: String,
    signing: String,
    reserve: String,
    written: Vec<Written>,
}

/// The tester.
pub struct Tester {
    file: PathBuf,
    stored: Stored,
    pub(crate) node: NodeId,
    pub(crate) signing: SigningKey,
    pub(crate) genesis: Envelope,
    fingerprint: String,
}

impl Tester {
    /// Makes keys and stores them under a name that is free.
    ///
    /// # Errors
    /// When there is such a file, or it cannot be written.
    pub fn make(file: &Path) -> anyhow::Result<Self> {
        let ambient = Ambient::system();
        let key = || Hash(ambient.secret()).to_string();
        let stored = Stored { root: key(), signing: key(), reserve: key(), written: Vec::new() };
        let mut options = std::fs::OpenOptions::new();
        let mut opened = options.write(true).create_new(true).mode(MODE).open(file);
        let place = opened.as_mut().map_err(|error| anyhow::anyhow!("{} cannot be made: {error}", file.display()))?;
        place.write_all(&serde_json::to_vec_pretty(&stored)?)?;
        Self::of(file, stored)
    }

    /// Reads the keys that were made before.
    ///
    /// # Errors
    /// When the file is not one of ours.
    pub fn open(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let stored = serde_json::from_slice(&text).with_context(|| format!("{} holds no keys", file.display()))?;
        Self::of(file, stored)
    }

    fn of(file: &Path, stored: Stored) -> anyhow::Result<Self> {
        let key = |text: &str| text.parse().map(|Hash(seed)| SigningKey::from_seed(&seed));
        let (root, signing, reserve) = (key(&stored.root)?, key(&stored.signing)?, key(&stored.reserve)?);
        let next_root = reserve.verifying().promise();
        let genesis =
            Genesis { root: root.verifying(), signing: signing.verifying(), next_root, name: NAME.to_owned() };
        let (node, fingerprint) = (genesis.node(), genesis.fingerprint());
        let genesis = genesis.sign(&root);
        Ok(Self { file: file.to_path_buf(), stored, node, signing, genesis, fingerprint })
    }

    /// What people compare before the root of the federation signs.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The identity that its keys give it.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The request to be enrolled as a region without provinces, as a file.
    ///
    /// # Errors
    /// Never for keys of ours.
    pub fn statement(&self) -> anyhow::Result<String> {
        let member = Member {
            node: self.node,
            role: Role::Region,
            name: NAME.to_owned(),
            url: None,
            genesis: self.genesis.clone(),
            rotations: Vec::new(),
            provinces: BTreeSet::new(),
            protocols: BTreeSet::from([1]),
            suspended: false,
            instance: InstanceId(Uuid::from_bytes(*self.node.0.0.first_chunk().context("a node has 32 bytes")?)),
        };
        Ok(Enrolment { member }.sign(&self.signing).to_json())
    }

    pub(crate) fn keyid(&self) -> String {
        keyid(&self.node, &self.signing.verifying())
    }

    /// Its log of control.
    pub(crate) fn control(&self) -> LogId {
        LogId { node: self.node, plane: Plane::control() }
    }

    pub(crate) fn written(&self) -> &[Written] {
        &self.stored.written
    }

    /// Writes down what is about to be brought: an entry that was sent is never another one later, for that would be a fork.
    pub(crate) fn note(&mut self, entry: Written) -> anyhow::Result<()> {
        self.stored.written.push(entry);
        let next = self.file.with_extension("next");
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(MODE).open(&next)?;
        file.write_all(&serde_json::to_vec_pretty(&self.stored)?)?;
        file.sync_all()?;
        Ok(std::fs::rename(next, &self.file)?)
    }
}

impl Written {
    /// The signature under an agreement.
    pub(crate) fn sign(envelope: &Envelope, agreement: Uuid, version: u32) -> Self {
        Self::Sign { envelope: STANDARD.encode(envelope.encode()), agreement: agreement.to_string(), version }
    }

    /// The bytes of an agreement that was signed.
    pub(crate) fn bytes(text: &str) -> anyhow::Result<Vec<u8>> {
        Ok(STANDARD.decode(text)?)
    }
}
