//! Does the real program speak the protocol as it is written down, and does the kit that says so notice when a server does not?

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Map, Value, json};
use tiwizi_fed_conformance::{Kit, Outcome, Report, Setting, Tester};
use tiwizi_federation_core::wire::{Hash, VerifyingKey};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;

use super::evil::free_place;
use super::house::{House, Root};
use super::two::{REGISTRAR, cooperative, of};

/// More than any request or answer has.
const BODY_BYTES_MAX: usize = 8 << 20;

/// A nation that is served and has a cooperative, with a tester who is enrolled and was offered an agreement.
struct Field {
    nation: House,
    root: Root,
    place: String,
}

impl Field {
    async fn new() -> anyhow::Result<Self> {
        let (root, place) = (Root::new()?, free_place()?);
        let nation = House::new("all", None, &root)?;
        let own = nation.command("federation request --json");
        let own = own.variable("TIWIZI_FEDERATION_URL", format!("http://{place}"));
        own.option("--to", nation.file("request")).succeed()?;
        ensure!(nation.enrol(&root, &nation.file("request"), &nation.fingerprint())?.code == Some(0), "not enrolled");
        let tester = Tester::make(&nation.file("tester.key"))?;
        std::fs::write(nation.file("tester"), tester.statement()?)?;
        let ending = nation.enrol(&root, &nation.file("tester"), tester.fingerprint())?;
        ensure!(ending.code == Some(0), "{ending:?}");
        let draft = nation.file("draft.json");
        std::fs::write(&draft, offer(&tester.node().to_string()).to_string())?;
        nation.command("agreement offer --json").option("--file", &draft).succeed()?;
        let add = Tiwizi::words("user add --password-stdin").data(nation.instance.data());
        let add = add.option("--email", REGISTRAR).option("--role", "registrar").option("--scope", "nation");
        add.input(PASSWORD).succeed()?;
        let mut field = Self { nation, root, place };
        let variables = [
            ("TIWIZI_FEDERATION_ROOT", field.root.key.clone()),
            ("TIWIZI_FEDERATION_LISTENS", "true".to_owned()),
            ("TIWIZI_FEDERATION_URL", format!("http://{}", field.place)),
        ];
        field.nation.instance.serve_at(&field.place, &variables)?;
        cooperative(&of(&field.nation, REGISTRAR).await?, "1/2024").await?;
        Ok(field)
    }

    /// Runs the kit against the instance, or what stands before it.
    async fn run(&self, url: &str, only: Option<&str>, forks: bool) -> anyhow::Result<Report> {
        let key: Hash = self.root.key.parse()?;
        let setting = Setting {
            url: url.to_owned(),
            authority: Some(self.place.clone()),
            node: Some(self.nation.node().parse()?),
            root: Some(VerifyingKey::from_bytes(&key.0)?),
            forks,
            only: only.map(str::to_owned),
        };
        let tester = Tester::open(&self.nation.file("tester.key"))?;
        Ok(Kit::meet(setting, tester).await?.run().await)
    }
}

/// What the nation would give the tester: what is public of its cooperatives.
fn offer(peer: &str) -> Value {
    let fields = ["court", "number", "name_fr", "sector", "province", "status"];
    let fields: Map<String, Value> = fields.iter().map(|name| ((*name).to_owned(), json!("clear"))).collect();
    let expires = tiwizi_model::Ambient::system().now().plus_ms(300 * 86_400_000).rfc3339();
    json!({
        "peer": peer, "purpose": "Essai de conformité", "legal_basis": "Loi 112-12", "retention_days": 365,
        "erasure_days": 30, "expires_on": expires.chars().take(10).collect::<String>(),
        "gives": { "registry/cooperative": { "fields": fields } },
    })
}

#[tokio::test]
async fn the_real_program_speaks_the_protocol_as_it_is_written_down() -> anyhow::Result<()> {
    let field = Field::new().await?;
    let url = format!("http://{}", field.place);
    let report = field.run(&url, None, false).await?;
    ensure!(report.failed().is_empty(), "{}", report.table());
    ensure!(report.left_out() == ["F01"], "{}", report.table());
    // The same tester goes on where it was, also in another process.
    let report = field.run(&url, Some("HULN"), true).await?;
    ensure!(report.failed().is_empty(), "{}", report.table());
    let forked = field.run(&url, Some("F"), true).await?;
    ensure!(forked.outcome("F01") == Outcome::Passed, "{}", forked.table());
    // Whose log was stopped is told what to do, and nothing is called wrong.
    let after = field.run(&url, Some("U"), false).await?;
    ensure!(matches!(after.outcome("U01"), Outcome::LeftOut(_)), "{}", after.table());
    Ok(())
}

/// What a server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bug {
    /// Nothing: what stands between changes nothing by itself.
    None,
    /// Its answers are not signed.
    SignatureDropped,
    /// A request that comes again is answered again.
    ReplayAnswered,
    /// A byte of a page is another one.
    PageChanged,
    /// Signatures that leave something out are let in.
    CoverageUnchecked,
    /// Where the log stands is told one too far.
    PositionAhead,
    /// A part of a chunk does not say which one it is.
    RangeUnsaid,
    /// A greeting that is waited for comes at once.
    NoWait,
    /// What is no page is taken.
    PageUnchecked,
    /// Everything is taken as it comes when it is squeezed too hard.
    BombTaken,
    /// There is something at every address.
    Everywhere,
    /// The chain of another log is taken.
    ChainUnchecked,
}

/// An answer: its status, its header lines, its body.
type Whole = (u16, Vec<(String, String)>, Vec<u8>);

struct Wrong {
    bug: Bug,
    target: String,
    http: reqwest::Client,
    /// What was answered well to each path, to be answered again.
    good: Mutex<BTreeMap<String, Whole>>,
}

/// Starts a server that hands on what it is asked, but for its bug. It lives as long as the test.
async fn wrong(bug: Bug, target: &str) -> anyhow::Result<SocketAddr> {
    let http = tiwizi_tests::client::http().redirect(reqwest::redirect::Policy::none()).build()?;
    let state = Arc::new(Wrong { bug, target: target.to_owned(), http, good: Mutex::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let routes = Router::new().fallback(hand_on).with_state(state);
    let runtime = tokio::runtime::Handle::current();
    // It ends with the runtime of the test.
    drop(runtime.spawn(async move { axum::serve(listener, routes).await }));
    Ok(address)
}

async fn hand_on(State(wrong): State<Arc<Wrong>>, request: Request) -> Response {
    wrong.answer(request).await.unwrap_or_else(|error| {
        let mut response = Response::new(Body::from(format!("{error:#}")));
        *response.status_mut() = axum::http::StatusCode::BAD_GATEWAY;
        response
    })
}

impl Wrong {
    async fn answer(&self, request: Request) -> anyhow::Result<Response> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, BODY_BYTES_MAX).await?.to_vec();
        let address = parts.uri.path_and_query().context("a path")?.to_string();
        if self.bug == Bug::NoWait && address.contains("wait=") {
            return Ok(build((204, Vec::new(), Vec::new())));
        }
        let path = parts.uri.path().to_owned();
        let mut sent = self.http.request(parts.method.as_str().parse()?, format!("http://{}{address}", self.target));
        for (name, value) in &parts.headers {
            sent = sent.header(name.as_str(), value.as_bytes());
        }
        let came = sent.body(body).send().await?;
        let status = came.status().as_u16();
        let lines = came
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()));
        let lines: Vec<(String, String)> = lines.collect();
        let body = came.bytes().await?.to_vec();
        Ok(build(self.spoil(&path, (status, lines, body))))
    }

    fn spoil(&self, path: &str, (status, mut lines, mut body): Whole) -> Whole {
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        if status == 200 {
            good.insert(path.to_owned(), (status, lines.clone(), body.clone()));
        }
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        let code = problem.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
        let lets_in = match self.bug {
            Bug::ReplayAnswered => code == "replayed",
            Bug::CoverageUnchecked => code == "signature-uncovered",
            Bug::PageUnchecked => code == "page-form",
            Bug::BombTaken => code == "page-form",
            Bug::ChainUnchecked => code == "entry-chain",
            Bug::Everywhere => status == 404,
            _ => false,
        };
        if lets_in {
            let before = good.get(path).or_else(|| good.get("/fed/v1")).cloned();
            return before.unwrap_or((200, Vec::new(), Vec::new()));
        }
        let media_type = lines.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone());
        let is_of = |wanted: &str| media_type.as_deref() == Some(wanted);
        match self.bug {
            Bug::SignatureDropped => lines.retain(|(name, _)| name != "signature" && name != "signature-input"),
            Bug::RangeUnsaid => lines.retain(|(name, _)| name != "content-range"),
            Bug::PageChanged if is_of("application/vnd.tiwizi.page.v1") => {
                if let Some(byte) = body.last_mut() {
                    *byte ^= 1;
                }
            }
            // The number of the entry that is wanted is the second of three; small ones have one byte.
            Bug::PositionAhead if is_of("application/vnd.tiwizi.position.v1+cbor") => {
                if let Some(byte) = body.get_mut(2) {
                    *byte = byte.wrapping_add(1);
                }
            }
            _ => {}
        }
        (status, lines, body)
    }
}

fn build((status, lines, body): Whole) -> Response {
    let mut response = axum::http::Response::builder().status(status);
    for (name, value) in lines.iter().filter(|(name, _)| name != "transfer-encoding" && name != "content-length") {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).unwrap_or_default()
}

/// Each bug with a check that has to find it, and the groups that are run for it.
const BUGS: [(Bug, &str, &str); 11] = [
    (Bug::SignatureDropped, "H", "A01"),
    (Bug::ReplayAnswered, "R", "R01"),
    (Bug::PageChanged, "L", "L01"),
    (Bug::CoverageUnchecked, "S", "S03"),
    (Bug::PositionAhead, "U", "U01"),
    (Bug::RangeUnsaid, "UN", "N02"),
    (Bug::NoWait, "H", "H03"),
    (Bug::PageUnchecked, "U", "U11"),
    (Bug::BombTaken, "UZ", "Z01"),
    (Bug::Everywhere, "B", "B01"),
    (Bug::ChainUnchecked, "U", "U06"),
];

#[tokio::test]
async fn the_kit_finds_what_a_server_does_wrong_on_purpose() -> anyhow::Result<()> {
    let field = Field::new().await?;
    for (bug, groups, check) in BUGS {
        let address = wrong(bug, &field.place).await?;
        let report = field.run(&format!("http://{address}"), Some(groups), false).await?;
        ensure!(
            matches!(report.outcome(check), Outcome::Failed(_)),
            "{bug:?} was not found by {check}:\n{}",
            report.table()
        );
    }
    // What stands between is no fault by itself.
    let address = wrong(Bug::None, &field.place).await?;
    let report = field.run(&format!("http://{address}"), Some("HLU"), false).await?;
    ensure!(report.failed().is_empty(), "{}", report.table());
    Ok(())
}
