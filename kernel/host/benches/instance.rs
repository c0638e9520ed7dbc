//! What the parts of a plugin's call cost: loading compiled code, a fresh instance, a whole call.
//!
//! `cargo xtask bench` runs this and puts the figures into its table.
#![expect(clippy::unwrap_used, reason = "a bench that cannot begin ends")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::Criterion;
use tiwizi_host::bundle::{Sources, pack};
use tiwizi_host::{Acceptance, Compiler, Grants, Guests, Host, HostSettings, Request};
use tiwizi_identity::Caller;
use tiwizi_model::{Ambient, InstanceId, Language, PluginId};
use tiwizi_records::{Catalogue, Plain, Records};
use tiwizi_storage::{Db, Files, Location};

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let chaos: PluginId = "chaos".parse().unwrap();
    let host = runtime.block_on(host(directory.path()));
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("plugin-load", |bencher| bencher.iter(|| assert!(host.load_compiled(&chaos).unwrap())));
    criterion.bench_function("plugin-instantiate", |bencher| {
        bencher.iter(|| runtime.block_on(host.instantiate(&chaos)).unwrap());
    });
    criterion.bench_function("plugin-call", |bencher| {
        let call = || host.call(&chaos, Caller::public(), Request::get("bench", "/", Language::French));
        bencher.iter(|| runtime.block_on(call()).unwrap());
    });
    criterion.final_summary();
}

/// A host with the guest that answers without any work.
async fn host(directory: &Path) -> Host {
    let ambient = Ambient::system();
    let db = Db::open(&Location::Sqlite { directory: directory.to_owned() }, ambient.clone()).await.unwrap();
    let catalogue = Catalogue::open(&db).await.unwrap();
    let instance = InstanceId(uuid::Uuid::from_u128(1));
    let records = Records::new(db, catalogue, vec![Arc::new(Plain)], ambient.clone(), instance);
    let files = Files::open(directory, ambient.clone()).unwrap();
    let settings = HostSettings::new(directory, Compiler::InProcess);
    let guests = Guests::start(settings, records.db(), files.clone(), ambient).await.unwrap();
    let host = Host::start(guests, records, files).await.unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let component = target.join("wasm32-wasip2/plugin/tiwizi_chaos.wasm");
    let sources = Sources { folder: &root.join("tests/guests/chaos"), component: &component, assets: None };
    let (bundle, system) = (pack(&sources).unwrap().into(), Caller::system());
    host.install_accepting(Acceptance::Development, bundle, Grants::All, &system).await.unwrap();
    host
}
