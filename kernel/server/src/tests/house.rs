//! An instance in a temporary directory with a few accounts, asked through its router.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tiwizi_host::Compiler;
use tiwizi_identity::{Caller, NewAccount, Role, Scope, Secret};
use tiwizi_model::{Ambient, InstanceId, Instant, Jurisdiction, Language, ManualClock, SystemEntropy};
use tiwizi_storage::instance::{self, InstanceRow};
use tiwizi_storage::{Db, Location};
use tower::ServiceExt as _;

use crate::{App, Settings, router};

pub(super) const PASSWORD: &str = "tafukt d wayyur 2026";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Public,
    Member,
    RegistrarElsewhere,
    Administrator,
    /// The registrar of the province where the records of tests lie.
    Registrar,
    /// Sees personal fields everywhere, and no sensitive ones.
    Observer,
}

impl Who {
    pub(super) const MATRIX: [Self; 4] = [Self::Public, Self::Member, Self::RegistrarElsewhere, Self::Administrator];

    pub(super) fn email(self) -> &'static str {
        match self {
            Self::Public => "",
            Self::Member => "member@example.org",
            Self::RegistrarElsewhere => "elsewhere@example.org",
            Self::Administrator => "admin@example.org",
            Self::Registrar => "registrar@example.org",
            Self::Observer => "observer@example.org",
        }
    }
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) bytes: Vec<u8>,
}

impl Reply {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{} is no JSON", self.text()))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the code of a problem.
    pub(super) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(body["request_id"], self.header("x-request-id"));
        (self.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    }
}

pub(super) struct House {
    pub(super) app: Arc<App>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) router: Router,
    tokens: Vec<(&'static str, String)>,
    pub(super) cooperative: String,
    pub(super) person: String,
    directory: tempfile::TempDir,
}

impl House {
    pub(super) async fn build() -> Self {
        Self::build_in(tempfile::tempdir().unwrap()).await
    }

    pub(super) async fn build_in(directory: tempfile::TempDir) -> Self {
        let clock = Arc::new(ManualClock::at(Instant(1_780_000_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SystemEntropy));
        make_instance(directory.path(), &ambient).await;
        let address = Some("https://registre.test".to_owned());
        let settings = Settings { ambient, address, ..Settings::new(directory.path(), Compiler::InProcess) };
        let app = App::open(settings).await.unwrap();
        let router = router(&app);
        let (tokens, cooperative, person) = (Vec::new(), String::new(), String::new());
        let mut house = Self { app, clock, router, tokens, cooperative, person, directory };
        house.fill().await;
        house
    }

    /// Registrars first: they make the records that the member belongs to.
    async fn fill(&mut self) {
        let nation = || Scope::Jurisdiction(Jurisdiction::Nation);
        self.add(Who::Administrator, Role::Administrator, nation()).await;
        self.add(Who::Registrar, Role::Registrar, "province:09.541".parse().unwrap()).await;
        self.add(Who::RegistrarElsewhere, Role::Registrar, "province:01.051".parse().unwrap()).await;
        self.add(Who::Observer, Role::Observer, nation()).await;
        let made = self.post(Who::Registrar, "/api/v1/records/registry/cooperative", &cooperative("17/2020")).await;
        assert_eq!(made.status, 201, "{}", made.text());
        self.cooperative = made.json()["id"].as_str().unwrap().to_owned();
        let person = json!({"name_fr": "Fadma", "province": "09.541", "phone": "0600000000"});
        let made = self.post(Who::Registrar, "/api/v1/records/registry/person", &person).await;
        assert_eq!(made.status, 201, "{}", made.text());
        self.person = made.json()["id"].as_str().unwrap().to_owned();
        self.add(Who::Member, Role::Member, format!("cooperative:{}", self.cooperative).parse().unwrap()).await;
    }

    async fn add(&mut self, who: Who, role: Role, scope: Scope) {
        let new = NewAccount {
            email: who.email().to_owned(),
            name: format!("{who:?}"),
            password: Secret::of(PASSWORD.to_owned()),
            person: None,
            language: Language::French,
        };
        let system = Caller::system();
        let account = self.app.identity.create_account(&system, new).await.unwrap();
        self.app.identity.grant_role(&system, account, role, scope).await.unwrap();
        let token = self.app.identity.create_token(account, "test").await.unwrap();
        self.tokens.push((who.email(), token.secret.reveal().to_owned()));
    }

    /// Closes the instance and gives back where it lies, to open it again.
    pub(super) async fn take_apart(self) -> (Settings, tempfile::TempDir) {
        self.app.stop().await;
        (self.app.settings.clone(), self.directory)
    }

    /// Somebody signs in again, after the clock went on.
    pub(super) async fn renew(&mut self, who: Who) {
        let account = self.app.identity.account_of(&Caller::system(), who.email()).await.unwrap().unwrap();
        let token = self.app.identity.create_token(account.id, "test").await.unwrap();
        self.tokens.retain(|(email, _)| *email != who.email());
        self.tokens.push((who.email(), token.secret.reveal().to_owned()));
    }

    pub(super) fn token(&self, who: Who) -> Option<&str> {
        self.tokens.iter().find(|(email, _)| *email == who.email()).map(|(_, token)| token.as_str())
    }

    pub(super) fn request(&self, who: Who, method: &str, address: &str) -> http::request::Builder {
        let builder = Request::builder().method(method).uri(address).header("host", "tiwizi.test");
        match self.token(who) {
            Some(token) => builder.header("authorization", format!("Bearer {token}")),
            None => builder,
        }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: parts.status, headers: parts.headers, bytes }
    }

    pub(super) async fn get(&self, who: Who, address: &str) -> Reply {
        self.send(self.request(who, "GET", address).body(Body::empty()).unwrap()).await
    }

    pub(super) async fn send_json(&self, who: Who, method: &str, address: &str, body: &Value) -> Reply {
        let request = self.request(who, method, address).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(super) async fn post(&self, who: Who, address: &str, body: &Value) -> Reply {
        self.send_json(who, "POST", address, body).await
    }
}

/// The content of a cooperative in the province of the tests.
pub(super) fn cooperative(number: &str) -> Value {
    json!({
        "court": "Taroudannt", "number": number, "sector": "agriculture", "province": "09.541",
        "status": "registered", "name_fr": format!("Coopérative {number}"), "name_ar": "تعاونية تيويزي",
    })
}

async fn make_instance(directory: &std::path::Path, ambient: &Ambient) {
    let location = Location::Sqlite { directory: directory.to_owned() };
    let db = Db::open(&location, ambient.clone()).await.unwrap();
    let mut tx = db.begin_write().await.unwrap();
    let row = InstanceRow {
        id: InstanceId(ambient.new_uuid()),
        name: "Test".to_owned(),
        jurisdiction: Jurisdiction::Nation,
        created_at: ambient.now(),
        key: vec![7; 32],
    };
    instance::create(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}
