//! What both ends of the talk share: what is known at one moment, the shelf of snapshots, and the bells by which one wakes the other.
//!
//! What is known is one value that is put in the place of another as a whole, so that no request is looked at by half of the old keys and
//! half of the new ones.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tiwizi_federation_core::flow::node::{Ask, SnapshotMade};
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::{Node, NodeError, Setting, Store, StoreTx as _};
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::greeting::{Hello, KeyChain, Offered, Wanted};
use tiwizi_federation_core::signature::Signer;
use tiwizi_federation_core::wire::{Envelope, Hash, KeyRing, LogId, NodeId, Plane, SigningKey};
use tiwizi_model::Ambient;
use tiwizi_storage::federation::peer::{self, PeerRow};
use tiwizi_storage::{Db, StorageError};
use tokio::sync::{Notify, watch};

use crate::directory::{self, Roll, TakeError};
use crate::federation::{Federation, OpenError};
use crate::identity::NodeKeys;

use super::question::PROTOCOL;
use super::refusal::{LearnError, Refusal};
use super::shelf::{ChunkPart, Shelf, SnapshotKey};

/// What is known at one moment.
pub struct Known<S> {
    /// The rules, over the store.
    pub node: Arc<Node<S>>,
    /// Our keys.
    pub keys: Arc<NodeKeys>,
    /// Whom we know.
    pub roll: Arc<Roll>,
    /// The directory as it was signed, with its version.
    pub directory: Option<(u64, Envelope)>,
    /// Under which authorities we are reached: `fed.example.org`, `127.0.0.1:7000`.
    pub authorities: Vec<String>,
    /// Whether others can dial us. Whoever cannot be dialled also brings what others want of it.
    pub is_reached: bool,
    /// Whether letters are carried here for those who cannot dial each other.
    pub carries: bool,
}

impl<S> Known<S> {
    /// Who we are.
    #[must_use]
    pub fn me(&self) -> NodeId {
        self.keys.node()
    }

    /// The keys of all whom we know.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        self.roll.ring()
    }

    /// Whether nothing is exchanged with an instance for now.
    #[must_use]
    pub fn is_suspended(&self, node: &NodeId) -> bool {
        !self.roll.speaking().knows(node)
    }

    /// The statements of our keys.
    #[must_use]
    pub fn chain(&self) -> KeyChain {
        KeyChain { genesis: self.keys.genesis().clone(), rotations: self.keys.rotations().to_vec() }
    }

    /// Signs something with our key.
    pub(crate) fn signed<T>(&self, sign: impl FnOnce(Signer<'_>) -> T) -> T {
        let keyid = self.keys.keyid();
        sign(Signer { keyid: &keyid, key: self.keys.signing() })
    }
}

/// Makes the store and the setting of the rules for who we are and whom we know. Of the setting the kinds, schemas and the like count: who is
/// who follows from keys and directory.
pub type Make<S> = Box<dyn Fn(NodeId, Arc<Roll>) -> (S, Setting) + Send + Sync>;

/// What both ends share.
pub struct Ends<S> {
    federation: Arc<Federation>,
    make: Make<S>,
    /// Snapshots that are being fetched.
    pub(crate) shelf: Shelf,
    now: RwLock<Arc<Known<S>>>,
    changed: watch::Sender<u64>,
    bells: Mutex<BTreeMap<NodeId, Arc<Notify>>>,
}

/// Why there are no ends.
#[derive(Debug, thiserror::Error)]
pub enum EndsError {
    /// Keys and directory.
    #[error("keys and directory could not be read")]
    Open(#[from] OpenError),
    /// The directory that is stored.
    #[error("the directory could not be read")]
    Directory(#[from] TakeError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
    /// Others cannot reach us under that.
    #[error("federation_url is no address")]
    Url(#[source] tiwizi_outbound::OutboundError),
}

impl<S: Store> Ends<S> {
    /// Puts the parts together; none when this instance has no keys and takes no part.
    ///
    /// # Errors
    /// When keys or directory cannot be read.
    pub async fn open(federation: Arc<Federation>, make: Make<S>, shelf: Shelf) -> Result<Option<Self>, EndsError> {
        let Some(known) = read(&federation, &make).await? else { return Ok(None) };
        Ok(Some(Self {
            federation,
            make,
            shelf,
            now: RwLock::new(Arc::new(known)),
            changed: watch::Sender::new(0),
            bells: Mutex::default(),
        }))
    }

    /// Reads keys and directory anew: after something was learnt, and now and then, for other processes change them too. Answers whether
    /// something is another one.
    ///
    /// # Errors
    /// When they cannot be read; what was known stays then.
    pub async fn renew(&self) -> Result<bool, EndsError> {
        self.federation.refresh().await?;
        let before = self.known();
        let Some(known) = read(&self.federation, &self.make).await? else { return Ok(false) };
        let (old, new) = (before.node.setting(), known.node.setting());
        let is_same = before.ring() == known.ring()
            && old.kinds == new.kinds
            && old.schemas == new.schemas
            && before.roll.version() == known.roll.version()
            && before.keys.keyid() == known.keys.keyid();
        if !is_same {
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
            self.changed.send_modify(|count| *count = count.wrapping_add(1));
        }
        Ok(!is_same)
    }

    /// Takes the keys of an instance that is known.
    pub(crate) async fn learn_keys(&self, of: &NodeId, rotations: &[Envelope]) -> Result<(), LearnError> {
        let here = *self.known().roll.here();
        let now = self.ambient().now();
        if directory::learn(self.db(), here, of, rotations, now).await? > 0 {
            self.renew().await.map_err(|error| LearnError::Renew(Box::new(error)))?;
        }
        Ok(())
    }

    /// Takes a directory that the root of the federation has signed and that is newer than the one that is known.
    pub(crate) async fn learn_directory(&self, envelope: &Envelope) -> Result<(), LearnError> {
        let here = *self.known().roll.here();
        directory::take(self.db(), here, envelope, self.ambient().now()).await?;
        self.renew().await.map_err(|error| LearnError::Renew(Box::new(error)))?;
        Ok(())
    }

    /// What is known now.
    #[must_use]
    pub fn known(&self) -> Arc<Known<S>> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells when something else is known.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        self.federation.db()
    }

    /// Time and chance.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        self.federation.ambient()
    }

    /// The bell of a peer: it rings when the peer was heard of, or an administrator wants it to be tried.
    #[must_use]
    pub fn bell(&self, node: NodeId) -> Arc<Notify> {
        Arc::clone(self.bells.lock().unwrap_or_else(PoisonError::into_inner).entry(node).or_default())
    }

    /// The row of a peer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn peer(&self, node: &NodeId) -> Result<Option<PeerRow>, StorageError> {
        peer::find(&mut *self.db().read_single().await?, &node.0.0).await
    }

    /// What this instance says to a peer.
    pub(crate) async fn hello(&self, peer: &NodeId) -> Result<Hello, Refusal> {
        let known = self.known();
        let KeyChain { genesis, rotations } = known.chain();
        Ok(Hello {
            genesis,
            rotations,
            protocols: [PROTOCOL].into(),
            directory: known.directory.as_ref().map_or(0, |(version, _)| *version),
            logs: offered(&known, peer, self.ambient()).await?,
            wanted: wanted(&known.node, peer).await?,
            packages: BTreeMap::new(),
        })
    }

    /// The manifest of a snapshot for a peer, whose chunks lie on the shelf: one that is there, or a new one.
    pub(crate) async fn snapshot(&self, peer: &NodeId, ask: &Ask) -> Result<PeerBytes, Refusal> {
        let (known, now) = (self.known(), self.ambient().now());
        let Ask { feed: Feed { log, agreement }, version, from, .. } = ask.clone();
        let key = SnapshotKey { receiver: *peer, log, agreement, version, from };
        if let Some(manifest) = self.shelf.manifest(&key, now) {
            // What gave the right to it may have ended since it was made.
            let refusal = known.node.refusal(peer, &ask.feed, ask.version).await?;
            return refusal.map_or(Ok(manifest), |refusal| Err(Refusal::Ask(refusal)));
        }
        let mut filling = self.shelf.fill();
        let made = known.node.make_snapshot(peer, ask, &mut |hash, chunk| filling.put(hash, &chunk)).await?;
        match made {
            SnapshotMade::Made(manifest) => {
                self.disclose_all(peer, ask).await?;
                filling.keep(key, manifest.clone(), now)?;
                Ok(manifest)
            }
            SnapshotMade::Empty => Err(Refusal::Absent),
            SnapshotMade::Refused(refusal) => Err(Refusal::Ask(refusal)),
        }
    }

    /// A part of a chunk for a peer, as `Shelf::part` gives it, as long as what gave the right to its snapshot is in force.
    pub(crate) async fn part(
        &self,
        peer: &NodeId,
        (log, hash): (&LogId, &Hash),
        first: u64,
        last: Option<u64>,
    ) -> Result<Option<ChunkPart>, Refusal> {
        let known = self.known();
        for SnapshotKey { log, agreement, version, .. } in self.shelf.with_chunk(peer, (log, hash)) {
            let feed = Feed { log, agreement };
            if known.node.refusal(peer, &feed, version).await?.is_none() {
                return Ok(self.shelf.part(peer, (&feed.log, hash), first, last)?);
            }
        }
        Ok(None)
    }
}

/// What is known now; none without keys.
async fn read<S: Store>(federation: &Federation, make: &Make<S>) -> Result<Option<Known<S>>, EndsError> {
    let Some(keys) = federation.keys() else { return Ok(None) };
    let roll = federation.roll();
    let directory = directory::published(&mut *federation.db().read_single().await?).await?;
    // A directory that is not believed here is told nobody else.
    let directory = directory.filter(|(version, _)| *version == roll.version());
    let url = federation.settings().url.as_deref();
    let address = url.map(tiwizi_outbound::address).transpose().map_err(EndsError::Url)?;
    let (store, setting) = make(keys.node(), Arc::clone(&roll));
    let registrar = roll.nation().map_or(setting.registrar, |nation| nation.node);
    let setting = Setting { me: keys.node(), registrar, keys: roll.ring().clone(), ..setting };
    let signing = SigningKey::from_seed(&keys.signing().seed());
    let node = Node::new(store, setting, signing, federation.ambient().clone()).asking_people().sealing_by_people();
    let is_reached = federation.settings().listens && roll.own().is_some_and(|own| own.url.is_some());
    // What comes in a letter is asked of whoever bears that name.
    let authorities = address.iter().map(tiwizi_outbound::authority).chain([keys.node().to_string()]).collect();
    let is_nation = roll.nation().is_some_and(|nation| nation.node == keys.node());
    let carries = is_reached && federation.settings().carries.unwrap_or(is_nation);
    Ok(Some(Known { node: Arc::new(node), keys, roll, directory, authorities, is_reached, carries }))
}

/// Our logs, as far as a peer may read them.
async fn offered<S: Store>(known: &Known<S>, peer: &NodeId, ambient: &Ambient) -> Result<Vec<Offered>, Refusal> {
    let (node, me, failed) = (&known.node, known.me(), NodeError::Store);
    let mut tx = node.store().begin().await.map_err(failed)?;
    let mut given = vec![(Plane::control(), None, 0)];
    for mut agreed in tx.agreements().await.map_err(failed)? {
        let Some(life) = agreed.current.as_mut() else { continue };
        let document = life.document().clone();
        if document.other(&me) != Some(peer) {
            continue;
        }
        for plane in document.grants.get(&me).into_iter().flat_map(|planes| planes.keys()) {
            // Not only written down: in force today.
            if life.terms(&me, plane, &node.setting().kinds, ambient.now()).is_some() {
                given.push((plane.clone(), Some(agreed.id), document.version));
            }
        }
    }
    let mut offered = Vec::with_capacity(given.len());
    for (plane, agreement, version) in given {
        let head = tx.head(&plane).await.map_err(failed)?;
        let (epoch, size) = head.map_or((0, 0), |head| (head.epoch, head.tree.size()));
        offered.push(Offered { plane, agreement, version, epoch, size });
    }
    Ok(offered)
}

/// How far we took the logs of a peer.
async fn wanted<S: Store>(node: &Node<S>, peer: &NodeId) -> Result<Vec<Wanted>, Refusal> {
    let feeds = node.wanted().await?;
    let own = feeds.into_iter().filter(|(feed, _)| feed.log.node == *peer);
    let wanted =
        own.map(|(Feed { log, agreement }, (version, epoch, next))| Wanted { log, agreement, version, epoch, next });
    Ok(wanted.collect())
}
