//! An instance in which the chaos plugin is installed, everything granted.

use std::path::{Path, PathBuf};
use std::process::Command;

use axum::body::Body;
use http::Request;
use serde_json::Value;
use tiwizi_host::bundle::{Sources, pack};
use tiwizi_host::{Acceptance, Grants};
use tiwizi_identity::{Caller, NewAccount, Role, Scope, Secret};
use tiwizi_model::{Language, RecordId};

use super::house::{House, PASSWORD, Reply, Who};

/// The house with the plugin. The compiled component is shared by the test processes; compiling it anew in each would take a second.
pub(super) async fn with_chaos() -> House {
    let directory = tempfile::tempdir().unwrap();
    let shared = target().join("tmp/server-tests/cache");
    std::fs::create_dir_all(&shared).unwrap();
    std::os::unix::fs::symlink(shared, directory.path().join("cache")).unwrap();
    let house = House::build_in(directory).await;
    let folder = root().join("tests/guests/chaos");
    let bundle = pack(&Sources { folder: &folder, component: &component(), assets: None }).unwrap();
    let host = &house.app.host;
    host.install_accepting(Acceptance::Development, bundle.into(), Grants::All, &Caller::system()).await.unwrap();
    house
}

/// The plugin in another version, whose page has this template.
pub(super) fn version(version: &str, page: &str) -> Vec<u8> {
    let (source, folder) = (root().join("tests/guests/chaos"), tempfile::tempdir().unwrap());
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(source.join("manifest.json")).unwrap()).unwrap();
    manifest["version"] = version.into();
    std::fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
    for below in ["templates", "assets", "locales", "documents"] {
        std::fs::create_dir(folder.path().join(below)).unwrap();
        for file in std::fs::read_dir(source.join(below)).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), folder.path().join(below).join(file.file_name())).unwrap();
        }
    }
    std::fs::write(folder.path().join("templates/page.html"), page).unwrap();
    pack(&Sources { folder: folder.path(), component: &component(), assets: None }).unwrap()
}

impl House {
    /// A token of a new account: of this person, with a role in this place.
    pub(super) async fn token_of(&self, email: &str, person: Option<RecordId>, role: Role, scope: Scope) -> String {
        let new = NewAccount {
            email: email.to_owned(),
            name: email.to_owned(),
            password: Secret::of(PASSWORD.to_owned()),
            person,
            language: Language::French,
        };
        let (identity, system) = (&self.app.identity, Caller::system());
        let account = identity.create_account(&system, new).await.unwrap();
        identity.grant_role(&system, account, role, scope).await.unwrap();
        identity.create_token(account, "test").await.unwrap().secret.reveal().to_owned()
    }

    /// The same request with a token, as a page.
    pub(super) async fn page(&self, token: &str, method: &str, address: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header("host", "tiwizi.test")
            .header("accept", "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// What the chaos plugin answers the public's form.
    pub(super) async fn chaos(&self, path: &str, text: &str) -> Value {
        let request = self.request(Who::Public, "POST", &format!("/fr/p/chaos{path}"));
        let text: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let reply = self.send(request.body(Body::from(format!("text={text}"))).unwrap()).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// `TIWIZI_PLUGINS_DIR` says where components lie, else the place where cargo puts them. It is built when it is missing.
fn component() -> PathBuf {
    let built = target().join("wasm32-wasip2/plugin");
    let component = std::env::var_os("TIWIZI_PLUGINS_DIR").map_or(built, PathBuf::from).join("tiwizi_chaos.wasm");
    if !component.is_file() {
        let build = ["build", "-p", "tiwizi-chaos", "--target", "wasm32-wasip2", "--profile", "plugin"];
        let status = Command::new(env!("CARGO")).args(build).current_dir(root()).status().unwrap();
        assert!(status.success(), "the chaos component could not be built");
    }
    component
}
