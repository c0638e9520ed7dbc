//! Outgoing requests against a real server: where they may go, what they may carry, how much they may take.

use serde_json::{Value, json};
use tiwizi_identity::{Caller, Secret};
use tiwizi_model::limits;
use tiwizi_records::WriteError;

use super::house::{House, chaos};
use super::outside::Outside;
use crate::{Acceptance, Answer, CallError, Grants, OutboundSettings};

/// The chaos plugin may ask this server by address and by name, and one more address of the machine; the operator lets it reach
/// these ranges.
async fn house(outside: &Outside, private: &[&str]) -> House {
    let port = outside.port;
    let hosts = json!([
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://127.0.0.2:{port}")
    ]);
    let private = private.iter().map(|range| range.parse().unwrap()).collect();
    House::with_hosts(hosts, OutboundSettings { private, ..OutboundSettings::default() }).await
}

async fn ask(house: &House, path: &str, wanted: Value) -> Value {
    match house.post(path, &wanted.to_string()).await {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{wanted}: {other:?}"),
    }
}

async fn fetch(house: &House, url: &str) -> Value {
    ask(house, "/outside/fetch", json!({ "url": url })).await
}

#[tokio::test]
async fn p22_a_granted_host_is_asked_and_answers() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let told = fetch(&house, &outside.url("/hello?a=b#c")).await;
    let expected =
        json!({ "status": 200, "url": outside.url("/hello?a=b"), "bytes": 4, "type": "text/plain", "body": "azul" });
    assert_eq!(told, expected);
    let wanted =
        json!({ "method": "POST", "url": outside.url("/echo"), "headers": { "X-Name": "Fadma" }, "body": "salam" });
    assert_eq!(ask(&house, "/outside/fetch", wanted).await["status"], 200);
    let [hello, echo] = outside.requests().try_into().unwrap();
    assert!(hello.starts_with("GET /hello?a=b HTTP/1.1\r\n"), "{hello}");
    for line in [
        &format!("host: 127.0.0.1:{}", outside.port),
        "x-name: Fadma",
        "accept-encoding: identity",
        "content-length: 5",
    ] {
        assert!(echo.lines().any(|found| found == line), "{line} is not in {echo}");
    }
    assert!(echo.ends_with("\r\n\r\nsalam"), "{echo}");
    assert_eq!(fetch(&house, &outside.url("/none")).await["status"], 404);
}

#[tokio::test]
async fn a_call_that_has_asked_another_host_is_not_made_again_when_it_loses_a_race() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let wanted = json!({ "url": outside.url("/silent"), "timeout_ms": 200, "counts": true }).to_string();
    let outcomes = futures::future::join_all((0..4).map(|_| house.post("/outside/fetch", &wanted))).await;
    let kept = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let is_lost = |error: &CallError| matches!(error, CallError::Commit { source: WriteError::ValueMoved { .. } });
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().err().is_none_or(is_lost)), "{outcomes:?}");
    assert!((1..4).contains(&kept), "{outcomes:?}");
    assert_eq!(outside.requests().len(), 4, "each asked once");
    assert_eq!(house.document("/kv/see").await["count"], kept);
}

#[tokio::test]
async fn p22_nothing_goes_out_without_a_grant() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    house.host.set_grants(&chaos(), Grants::parse("store,kv,secrets").unwrap(), &Caller::system()).await.unwrap();
    let told = fetch(&house, &outside.url("/hello")).await;
    assert_eq!(told["code"], "denied");
    assert_eq!(told["details"], json!({ "capability": "http-out", "granted_by": "administrator" }));
    assert!(outside.requests().is_empty());
}

#[tokio::test]
async fn p22_only_hosts_of_the_list_are_asked() {
    let (outside, other) = (Outside::open(), Outside::open());
    let house = house(&outside, &["127.0.0.0/8"]).await;
    let port = outside.port;
    for url in [
        other.url("/hello"),
        format!("https://127.0.0.1:{port}/hello"),
        format!("http://127.0.0.3:{port}/hello"),
        format!("http://localhost.example.org:{port}/hello"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[::1]/".to_owned(),
    ] {
        let told = fetch(&house, &url).await;
        assert_eq!(
            (&told["code"], &told["details"]["capability"]),
            (&json!("denied"), &json!("http-out")),
            "{url}: {told}"
        );
    }
    for url in [format!("http://good.example@127.0.0.1:{port}/"), "file:///etc/passwd".to_owned(), String::new()] {
        assert_eq!(fetch(&house, &url).await["code"], "invalid", "{url}");
    }
    // However an address is written, it is the one that it means.
    assert_eq!(fetch(&house, &format!("http://0x7f000001:{port}/hello")).await["status"], 200);
    assert_eq!(outside.requests().len(), 1);
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn p22_the_connected_address_must_be_public_or_allowed() {
    let outside = Outside::open();
    let strict = house(&outside, &[]).await;
    for host in ["127.0.0.1", "localhost", "127.0.0.2"] {
        let told = fetch(&strict, &format!("http://{host}:{}/hello", outside.port)).await;
        assert_eq!((&told["code"], &told["details"]["host"]), (&json!("denied"), &json!(host)), "{told}");
    }
    assert_eq!(outside.open_most(), 0);
    let house = house(&outside, &["127.0.0.1"]).await;
    assert_eq!(fetch(&house, &format!("http://localhost:{}/hello", outside.port)).await["status"], 200);
    assert_eq!(fetch(&house, &format!("http://127.0.0.2:{}/hello", outside.port)).await["code"], "denied");
}

#[tokio::test]
async fn p22_each_redirect_is_looked_at_again() {
    let (outside, other) = (Outside::open(), Outside::open());
    let house = house(&outside, &["127.0.0.1"]).await;
    let port = outside.port;
    let follow = async |target: &str, redirects: u8| {
        let url = outside.url(&format!("/to?{target}"));
        ask(&house, "/outside/fetch", json!({ "url": url, "redirects_max": redirects })).await
    };
    assert_eq!(follow("/hello", 0).await["status"], 302);
    assert_eq!(follow("/hello", 1).await["body"], "azul");
    assert_eq!(follow("/to?/to?/hello", 2).await["status"], 302);
    for target in [
        other.url("/hello"),
        format!("http://127.0.0.2:{port}/hello"),
        "http://169.254.169.254/".to_owned(),
        "https://127.0.0.1/".to_owned(),
        format!("//127.0.0.3:{port}/"),
    ] {
        assert_eq!(follow(&target, 5).await["code"], "denied", "{target}");
    }
    for target in
        ["file:///etc/passwd".to_owned(), format!("http://user@127.0.0.1:{port}/"), "gopher://127.0.0.1/".to_owned()]
    {
        assert_eq!(follow(&target, 5).await["code"], "invalid", "{target}");
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn p30_a_secret_is_put_in_by_name_and_stays_with_its_origin() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let secret = Some(Secret::of("canary-5eed".to_owned()));
    house.host.set_secret(&chaos(), "token", secret, &Caller::system()).await.unwrap();
    // What the plugin may not be shown it may still send.
    house.host.set_grants(&chaos(), Grants::parse("http-out").unwrap(), &Caller::system()).await.unwrap();
    let send = async |url: String, secret: &str| {
        let headers = json!({ "authorization": "Basic own", "x-plain": "kept" });
        let wanted = json!({ "url": url, "secret": secret, "headers": headers, "redirects_max": 1 });
        ask(&house, "/outside/fetch", wanted).await
    };
    let told = send(outside.url("/to?/hello"), "token").await;
    assert_eq!(told["body"], "azul");
    assert_eq!(
        send(outside.url(&format!("/keep?http://localhost:{}/hello", outside.port)), "token").await["body"],
        "azul"
    );
    let requests = outside.requests();
    let carries = |number: usize, line: &str| requests[number].lines().any(|found| found == line);
    for number in 0..3 {
        assert!(
            carries(number, "x-key: Bearer canary-5eed") && carries(number, "authorization: Basic own"),
            "{requests:?}"
        );
    }
    assert!(!requests[3].contains("canary-5eed") && !requests[3].contains("Basic"), "{}", requests[3]);
    assert!(carries(3, "x-plain: kept"));
    for name in ["other", "foreign"] {
        assert_eq!(send(outside.url("/hello"), name).await["code"], "not-found", "{name}");
    }
    assert_eq!(send("http://127.0.0.9/".to_owned(), "token").await["code"], "denied");
    assert_eq!(outside.requests().len(), 4);
}

#[tokio::test]
async fn p11_tens_of_thousands_of_headers_are_an_error_and_no_crash() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let headers: serde_json::Map<String, Value> =
        (0..32_769).map(|number| (format!("x-{number}"), json!("a"))).collect();
    let told = ask(&house, "/outside/fetch", json!({ "url": outside.url("/hello"), "headers": headers })).await;
    assert_eq!(told["code"], "invalid", "{told}");
    assert!(outside.requests().is_empty());
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p22_headers_cannot_be_forged() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    for (name, value) in
        [("x-a", "b\r\nx-evil: 1"), ("Host", "evil.org"), ("transfer-encoding", "chunked"), ("x a", "b")]
    {
        let told =
            ask(&house, "/outside/fetch", json!({ "url": outside.url("/hello"), "headers": { name: value } })).await;
        assert_eq!((&told["code"], &told["details"]["header"]), (&json!("invalid"), &json!(name)), "{told}");
    }
    let told = ask(&house, "/outside/fetch", json!({ "method": "CONNECT", "url": outside.url("/hello") })).await;
    assert_eq!(told["code"], "invalid");
    assert!(outside.requests().is_empty());
}

#[tokio::test]
async fn p22_an_answer_is_bounded_and_never_unpacked() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let large = fetch(&house, &outside.url("/large")).await;
    assert_eq!(
        (&large["code"], &large["details"]["bytes_max"]),
        (&json!("over-limit"), &json!(limits::OUTBOUND_BYTES_MAX))
    );
    let small = ask(&house, "/outside/fetch", json!({ "url": outside.url("/hello"), "bytes_max": 3 })).await;
    assert_eq!(small["code"], "over-limit");
    assert_eq!(fetch(&house, &outside.url("/zipped")).await["bytes"], 3);
    let rubbish = fetch(&house, &outside.url("/rubbish")).await;
    assert_eq!((&rubbish["code"], &rubbish["details"]["cause"]), (&json!("unavailable"), &json!("protocol")));
}

#[tokio::test]
async fn p22_waiting_is_bounded_by_the_clock_and_costs_no_processor_time() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let wait_ms = limits::PLUGIN_CPU_MS_MAX + 200;
    let told = ask(&house, "/outside/fetch", json!({ "url": outside.url("/silent"), "timeout_ms": wait_ms })).await;
    assert_eq!((&told["code"], &told["retryable"]), (&json!("unavailable"), &json!(true)), "{told}");
    assert_eq!(told["details"], json!({ "cause": "time" }));
}

#[tokio::test]
async fn p22_one_call_sends_only_so_many_requests() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let told = ask(&house, "/outside/storm", json!({ "url": outside.url("/hello") })).await;
    assert_eq!(told["answered"], limits::OUTBOUND_CALLS_MAX);
    assert_eq!(told["last"]["code"], "over-limit");
    assert_eq!(outside.requests().len(), limits::OUTBOUND_CALLS_MAX as usize);
    house.assert_unhurt().await;
}

#[tokio::test]
async fn p22_one_plugin_sends_only_so_many_requests_at_once() {
    let outside = Outside::open();
    let house = house(&outside, &["127.0.0.1"]).await;
    let wait = async |timeout_ms: u64| {
        let wanted = json!({ "url": outside.url("/silent"), "timeout_ms": timeout_ms });
        assert_eq!(ask(&house, "/outside/fetch", wanted).await["details"]["cause"], "time");
    };
    let most = limits::OUTBOUND_AT_ONCE_MAX;
    let places = futures::future::join_all((0..most).map(|_| wait(3_000)));
    let others = async {
        // Every place is taken before the others come.
        while outside.open_most() < most {
            house.document("/fine").await;
        }
        futures::future::join_all((0..8).map(|_| wait(100))).await;
        assert_eq!(outside.open_most(), most);
    };
    futures::future::join(places, others).await;
}

#[tokio::test]
async fn p22_a_certificate_must_be_trusted_and_name_the_host() {
    for (name, status) in [("localhost", json!(200)), ("other.example", Value::Null)] {
        let (outside, roots) = Outside::open_tls(name);
        let private = vec!["127.0.0.1".parse().unwrap()];
        let hosts = json!([format!("localhost:{}", outside.port)]);
        let house = House::with_hosts(hosts, OutboundSettings { private, roots, proxy: None }).await;
        let told = fetch(&house, &format!("https://localhost:{}/hello", outside.port)).await;
        assert_eq!(told["status"], status, "{told}");
        let cause = if status.is_null() { json!("trust") } else { Value::Null };
        assert_eq!(told["details"]["cause"], cause);
    }
}

#[tokio::test]
async fn p22_a_server_that_is_not_trusted_is_told_nothing() {
    let outside = Outside::open();
    let hosts = json!([format!("localhost:{}", outside.port), "127.0.0.1:1"]);
    let private = vec!["127.0.0.1".parse().unwrap()];
    let house = House::with_hosts(hosts, OutboundSettings { private, ..OutboundSettings::default() }).await;
    let told = fetch(&house, "https://127.0.0.1:1/").await;
    assert_eq!((&told["code"], &told["details"]["cause"]), (&json!("unavailable"), &json!("connection")));
    let wanted = json!({ "url": format!("https://localhost:{}/hello", outside.port), "timeout_ms": 500 });
    let told = ask(&house, "/outside/fetch", wanted).await;
    assert_eq!(told["code"], "unavailable", "{told}");
    assert!(outside.requests().is_empty());
}

#[tokio::test]
async fn a_manifest_whose_hosts_cannot_be_read_is_refused() {
    for hosts in [json!(["*.org"]), json!(["127.1"]), json!([])] {
        let house = House::empty().await;
        let (bundle, by) = (super::house::unsigned_with_hosts(&hosts), Caller::system());
        let refused = house.host.install_accepting(Acceptance::Development, bundle, Grants::All, &by).await;
        assert!(refused.is_err(), "{hosts}");
    }
}
