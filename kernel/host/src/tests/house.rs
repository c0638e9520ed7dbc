//! A host over a fresh database that trusts the tests' key, with the chaos plugin installed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tempfile::TempDir;
use tiwizi_identity::Caller;
use tiwizi_model::{
    Ambient, Bound, InstanceId, Instant, Jurisdiction, Language, ManualClock, PluginId, SeededEntropy, SystemEntropy,
    TrustLevel,
};
use tiwizi_records::{Catalogue, Records};
use tiwizi_storage::instance::{self, InstanceRow};
use tiwizi_storage::{Db, Disk, Files, Location};

use crate::bundle::{Sources, pack, sign};
use crate::trust::{Root, SecretKey};
use crate::{
    Answer, CallError, Compiler, Grants, Guests, Hooks, Host, HostSettings, Metering, OutboundSettings, PluginState,
    Press, Request, Workbench,
};

/// Processor time that a loop has used up before a call's time by the clock is over, also on a busy machine.
pub(super) const LOOP_MS: u64 = 50;
/// The same for calls on which others wait, which have less time by the clock.
pub(super) const QUICK_LOOP_MS: u64 = 5;

pub(super) struct House {
    pub(super) directory: TempDir,
    pub(super) host: Host,
    setup: Setup,
}

/// What a house is built with.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) outbound: OutboundSettings,
    pub(super) ambient: Ambient,
    pub(super) workbench: Workbench,
    pub(super) disk: Option<Disk>,
    pub(super) compiler: Compiler,
    /// The program that sets documents.
    pub(super) press: Option<PathBuf>,
    /// The public address.
    pub(super) address: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            outbound: OutboundSettings::default(),
            ambient: Ambient::system(),
            workbench: Workbench::default(),
            disk: None,
            compiler: Compiler::InProcess,
            press: None,
            address: Some("https://registre.test".to_owned()),
        }
    }
}

impl Setup {
    /// With a clock that stands still until it is moved.
    pub(super) fn still() -> (Self, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Instant(1_780_000_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SystemEntropy));
        (Self { ambient, ..Self::default() }, clock)
    }
}

impl House {
    /// With the chaos plugin, everything granted.
    pub(super) async fn with_chaos() -> Self {
        Self::with_chaos_in(Setup::default()).await
    }

    pub(super) async fn with_chaos_in(setup: Setup) -> Self {
        let house = Self::built(setup).await;
        house.host.install(bundle(), Grants::All, &Caller::system()).await.unwrap();
        house
    }

    /// The same, and it may ask these hosts.
    pub(super) async fn with_hosts(hosts: Value, outbound: OutboundSettings) -> Self {
        let house = Self::built(Setup { outbound, ..Setup::default() }).await;
        house.host.install(bundle_with_hosts(&hosts), Grants::All, &Caller::system()).await.unwrap();
        house
    }

    pub(super) async fn empty() -> Self {
        Self::built(Setup::default()).await
    }

    /// With the chaos plugin and a clock of the test's.
    pub(super) async fn at(clock: &Arc<ManualClock>) -> Self {
        let ambient = Ambient::new(clock.clone(), Arc::new(SystemEntropy));
        Self::with_chaos_in(Setup { ambient, ..Setup::default() }).await
    }

    pub(super) async fn built(setup: Setup) -> Self {
        let directory = tempfile::tempdir().unwrap();
        warm(directory.path(), setup.workbench.metering);
        let host = open(directory.path(), &setup).await;
        host.add_root(&root_of(&key(), TrustLevel::Directorate, "*")).await.unwrap();
        Self { directory, host, setup }
    }

    /// Stops the host and starts another one over the same data.
    pub(super) async fn again(self) -> Self {
        self.host.db().close().await;
        drop(self.host);
        let host = open(self.directory.path(), &self.setup).await;
        Self { directory: self.directory, host, setup: self.setup }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer, CallError> {
        self.ask(Request::get("r1", path, Language::French)).await
    }

    pub(super) async fn post(&self, path: &str, text: &str) -> Result<Answer, CallError> {
        let form = vec![("text".to_owned(), text.to_owned())];
        let request = Request { method: "POST".to_owned(), form, ..Request::get("r2", path, Language::French) };
        self.ask(request).await
    }

    /// What the chaos plugin answers the public.
    pub(super) async fn ask(&self, request: Request) -> Result<Answer, CallError> {
        self.host.call(&chaos(), Caller::public(), request).await.map(|answered| answered.answer)
    }

    /// What a path answers to a form with this text.
    pub(super) async fn told(&self, path: &str, text: &str) -> Value {
        match self.post(path, text).await {
            Ok(Answer::Json { status: 200, body }) => body,
            other => panic!("{path} answered {other:?}"),
        }
    }

    /// The JSON document that a path answers with.
    pub(super) async fn document(&self, path: &str) -> Value {
        match self.get(path).await {
            Ok(Answer::Json { status: 200, body }) => body,
            other => panic!("{path} answered {other:?}"),
        }
    }

    /// The next call works, and the plugin still stands.
    pub(super) async fn assert_unhurt(&self) {
        self.host.set_enabled(&chaos(), crate::Enabled::On).await.unwrap();
        assert_eq!(self.document("/fine").await, "fine");
    }

    /// As many reads and writes as an administrator can give.
    pub(super) async fn give_many_store_calls(&self) {
        self.give_most(Bound::StoreCalls).await;
    }

    /// A loop ends by its processor time, however busy the machine is.
    pub(super) async fn stop_loops_soon(&self) {
        self.limit(Bound::CpuMs, LOOP_MS).await;
        self.give_most(Bound::WallMs).await;
    }

    /// Gives the chaos plugin as much of something as an administrator can give.
    pub(super) async fn give_most(&self, bound: Bound) {
        self.limit(bound, bound.ceiling()).await;
    }

    /// Gives the chaos plugin so much of something.
    pub(super) async fn limit(&self, bound: Bound, amount: u64) {
        self.host.set_limits(&chaos(), &[(bound, Some(amount))], &Caller::system()).await.unwrap();
    }

    pub(super) fn state(&self) -> PluginState {
        self.host.plugin(&chaos()).unwrap().state
    }
}

pub(super) fn chaos() -> PluginId {
    "chaos".parse().unwrap()
}

async fn open(directory: &Path, setup: &Setup) -> Host {
    let Setup { outbound, ambient, workbench, disk, compiler, press, address } = setup.clone();
    let db = Db::open(&Location::Sqlite { directory: directory.to_owned() }, ambient.clone()).await.unwrap();
    make_instance(&db).await;
    let catalogue = Catalogue::open(&db).await.unwrap();
    let instance = InstanceId(uuid::Uuid::from_u128(1));
    let files = Files::open(directory, ambient.clone()).unwrap();
    let press = press.map(|program| Press::new(program, Vec::new()));
    let settings = HostSettings {
        instances_max: 64,
        outbound,
        workbench,
        press,
        address,
        ..HostSettings::new(directory, compiler)
    };
    let guests = Guests::start(settings, &db, files.clone(), ambient.clone()).await.unwrap();
    let records = |reviewers| {
        let records = Records::new(db.clone(), catalogue.clone(), reviewers, ambient.clone(), instance);
        match &disk {
            Some(disk) => records.on_disk(disk.clone()),
            None => records,
        }
    };
    let hooks = Hooks::new(guests.clone(), records(Vec::new()));
    let records = records(vec![Arc::new(hooks)]);
    Host::start(guests, records, files).await.unwrap()
}

/// Secrets are sealed under the key of the instance.
async fn make_instance(db: &Db) {
    let mut tx = db.begin_write().await.unwrap();
    if instance::find(&mut tx).await.unwrap().is_none() {
        let row = InstanceRow {
            id: InstanceId(uuid::Uuid::from_u128(1)),
            name: "Test".to_owned(),
            jurisdiction: Jurisdiction::Nation,
            created_at: Instant(1),
            key: vec![7; 32],
        };
        instance::create(&mut tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The chaos plugin's bundle, signed with the key that the house trusts.
pub(super) fn bundle() -> Bytes {
    sign(&unsigned(), &key(), Vec::new()).unwrap().into()
}

/// The same, not signed.
pub(super) fn unsigned() -> Bytes {
    let folder = root().join("tests/guests/chaos");
    pack(&Sources { folder: &folder, component: &component(), assets: None }).unwrap().into()
}

/// The bytes of the chaos component.
pub(super) fn component_bytes() -> Vec<u8> {
    std::fs::read(component()).unwrap()
}

/// The chaos bundle with another component, signed.
pub(super) fn with_component(bytes: &[u8]) -> Bytes {
    let directory = tempfile::tempdir().unwrap();
    let component = directory.path().join("chaos.wasm");
    std::fs::write(&component, bytes).unwrap();
    let folder = root().join("tests/guests/chaos");
    let bundle = pack(&Sources { folder: &folder, component: &component, assets: None }).unwrap();
    sign(&bundle.into(), &key(), Vec::new()).unwrap().into()
}

/// The key that every house trusts.
pub(super) fn key() -> SecretKey {
    key_of("Tests", 1)
}

/// Always the same key for the same seed.
pub(super) fn key_of(name: &str, seed: u64) -> SecretKey {
    let clock = Arc::new(ManualClock::at(Instant(0)));
    SecretKey::generate(name, &Ambient::new(clock, Arc::new(SeededEntropy::new(seed)))).unwrap()
}

pub(super) fn root_of(key: &SecretKey, level: TrustLevel, prefixes: &str) -> Root {
    Root { holder: key.signer(), level, prefixes: prefixes.parse().unwrap(), until: None }
}

/// The same with other hosts in its manifest.
pub(super) fn bundle_with_hosts(hosts: &Value) -> Bytes {
    sign(&unsigned_with_hosts(hosts), &key(), Vec::new()).unwrap().into()
}

/// The same, not signed: for hosts with which nobody could sign it.
pub(super) fn unsigned_with_hosts(hosts: &Value) -> Bytes {
    unsigned_as(|manifest| {
        let capabilities = manifest["capabilities"].as_array_mut().unwrap();
        let outgoing = capabilities.iter_mut().find(|capability| capability["name"] == "http-out").unwrap();
        outgoing["hosts"] = hosts.clone();
    })
}

/// The chaos plugin with another manifest.
pub(super) fn bundle_as(change: impl FnOnce(&mut Value)) -> Bytes {
    sign(&unsigned_as(change), &key(), Vec::new()).unwrap().into()
}

fn unsigned_as(change: impl FnOnce(&mut Value)) -> Bytes {
    let folder = tempfile::tempdir().unwrap();
    let source = root().join("tests/guests/chaos");
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(source.join("manifest.json")).unwrap()).unwrap();
    change(&mut manifest);
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    for below in ["templates", "documents", "assets", "locales"] {
        std::fs::create_dir(folder.path().join(below)).unwrap();
        for file in std::fs::read_dir(source.join(below)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), folder.path().join(below).join(file.file_name())).unwrap();
        }
    }
    pack(&Sources { folder: folder.path(), component: &component(), assets: None }).unwrap().into()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The chaos component: `TIWIZI_PLUGINS_DIR` says where components lie, else the place where cargo puts it. It is built when it is missing.
fn component() -> PathBuf {
    let built = target().join("wasm32-wasip2/plugin");
    let folder = std::env::var_os("TIWIZI_PLUGINS_DIR").map_or(built, PathBuf::from);
    let component = folder.join("tiwizi_chaos.wasm");
    if !component.is_file() {
        let build = ["build", "-p", "tiwizi-chaos", "--target", "wasm32-wasip2", "--profile", "plugin"];
        let status = Command::new(env!("CARGO")).args(build).current_dir(root()).status().unwrap();
        assert!(status.success(), "the chaos component could not be built");
    }
    component
}

/// Gives a fresh data directory the compiled component of an earlier test, as a hard link where that is possible: compiling it
/// anew in each test process would take a second each.
fn warm(directory: &Path, metering: Metering) {
    let shared = target().join("tmp/host-tests");
    let engine = crate::engine::engine(1, metering).unwrap();
    let ambient = Ambient::system();
    crate::cache::Cache::open(&shared, &engine, &ambient).unwrap();
    std::fs::create_dir_all(directory.join("cache")).unwrap();
    std::fs::copy(shared.join("cache/seal.key"), directory.join("cache/seal.key")).unwrap();
    std::os::unix::fs::symlink(shared.join("cache/plugins"), directory.join("cache/plugins")).unwrap();
}
