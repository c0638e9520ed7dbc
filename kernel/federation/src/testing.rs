//! What tests begin with: an instance of its own over a real SQLite database, and a federation's root.

pub(crate) mod office;
pub(crate) mod register;

use std::sync::Arc;

use tempfile::TempDir;
use tiwizi_federation_core::agreement::State;
use tiwizi_federation_core::wire::{Directory, Envelope, NodeId, Role, SigningKey};
use tiwizi_model::{Ambient, InstanceId, Instant, ManualClock, SeededEntropy};
use tiwizi_storage::federation::agreement::{self, Keeping};
use tiwizi_storage::federation::cursor::{self, CursorRow};
use tiwizi_storage::federation::log::{self, LogName};
use tiwizi_storage::instance::InstanceRow;
use tiwizi_storage::{Db, Location, WriteTx};
use uuid::Uuid;

use crate::directory::{Asking, Here, Roll, request};
use crate::identity::{Beginning, NodeKeys};
use crate::paper::Paper;

/// The plane of registers.
const REGISTRY: &str = "registry";
/// A day, in milliseconds.
pub(crate) const DAY_MS: u64 = 86_400_000;

/// An instance.
pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) instance: InstanceRow,
    pub(crate) ambient: Ambient,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) root: Option<SigningKey>,
    _folder: TempDir,
}

/// The root of the federation that houses believe.
pub(crate) fn root() -> SigningKey {
    SigningKey::from_seed(&[99; 32])
}

impl House {
    /// An instance of these provinces; its number makes it another one than others.
    pub(crate) async fn new(number: u8, provinces: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(Instant(1_700_000_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(number.into())));
        let location = Location::Sqlite { directory: folder.path().to_owned() };
        let db = Db::open(&location, ambient.clone()).await.unwrap();
        let instance = InstanceRow {
            id: InstanceId(Uuid::from_u128(number.into())),
            name: format!("Instance {number}"),
            jurisdiction: provinces.parse().unwrap(),
            created_at: ambient.now(),
            key: vec![number; 32],
        };
        Self { db, instance, ambient, clock, root: Some(root()), _folder: folder }
    }

    /// Makes its keys; gives what stands on the two papers.
    pub(crate) async fn begin(&self) -> [SigningKey; 2] {
        let beginning = Beginning::prepare(&self.db, &self.instance, &self.ambient).await.unwrap();
        let papers = beginning.papers().map(|paper| Paper::read(paper.reveal()).unwrap());
        beginning.store(&self.db, &self.instance, &self.ambient).await.unwrap();
        papers
    }

    pub(crate) async fn keys(&self) -> NodeKeys {
        NodeKeys::load(&mut self.db.read().await.unwrap(), &self.instance.key).await.unwrap().unwrap()
    }

    pub(crate) async fn here(&self) -> Here {
        let keys = NodeKeys::load(&mut self.db.read().await.unwrap(), &self.instance.key).await.unwrap();
        let root = self.root.as_ref().map(SigningKey::verifying);
        Here { node: keys.map(|keys| keys.node()), instance: self.instance.id, root }
    }

    pub(crate) async fn node(&self) -> NodeId {
        self.keys().await.node()
    }

    pub(crate) async fn roll(&self) -> Roll {
        Roll::load(&mut self.db.read().await.unwrap(), self.here().await).await.unwrap()
    }

    pub(crate) async fn request(&self, role: Role) -> Envelope {
        request(&self.keys().await, &self.instance, Asking { role, url: None })
    }
}

/// What the tables tell of a register that is followed under an agreement.
pub(crate) struct Followed<'a> {
    pub(crate) holder: &'a [u8; 32],
    pub(crate) me: &'a [u8; 32],
    pub(crate) agreement: &'a str,
    pub(crate) state: State,
    pub(crate) next_seq: u64,
    pub(crate) reached_at: Option<Instant>,
    pub(crate) at: Instant,
}

impl Followed<'_> {
    pub(crate) async fn put(self, tx: &mut WriteTx) {
        let Self { holder, me, agreement: id, state, next_seq, reached_at, at } = self;
        let log = log::number(tx, LogName { node: holder, plane: REGISTRY, epoch: 0 }).await.unwrap();
        let state = state.to_string();
        let keeping = Keeping {
            id,
            sides: [holder, me],
            state: &state,
            version: 1,
            expires_at: None,
            current: None,
            next: None,
            envelope: None,
            at,
        };
        let agreement = agreement::keep(tx, keeping).await.unwrap().unwrap();
        let row = CursorRow {
            log,
            agreement,
            version: 1,
            next_seq,
            frontier: Vec::new(),
            last_leaf: None,
            refill_until: 0,
            note: None,
            state: "following".to_owned(),
            reached_at,
            changed_at: at,
        };
        cursor::put(tx, &row).await.unwrap();
    }
}

/// A directory as the root signs it.
pub(crate) fn signed(version: u64, members: Vec<tiwizi_federation_core::wire::Member>) -> Envelope {
    Directory { version, members }.sign(&root())
}
