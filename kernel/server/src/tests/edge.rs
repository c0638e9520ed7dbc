//! What surrounds every handler.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, put};
use serde_json::json;
use tokio::sync::Notify;

use super::house::{House, Who};
use crate::edge::surround;

#[tokio::test]
async fn every_answer_has_its_id_and_its_security_headers() {
    let house = House::build().await;
    for address in ["/api/v1/kinds", "/health/live", "/nowhere", "/api/v1/session"] {
        let request =
            house.request(Who::Public, "GET", address).header("x-request-id", "mine\u{7f}".trim_end_matches('\u{7f}'));
        let reply = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.header("x-request-id").len(), 36, "{address}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.header(name), value, "{address}");
        }
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn wrong_methods_and_addresses_are_problems() {
    let house = House::build().await;
    for (method, address, expected) in [
        ("TRACE", "/api/v1/kinds", (405, "method-not-allowed")),
        ("POST", "/api/v1/kinds", (405, "method-not-allowed")),
        ("BREW", "/api/v1/kinds", (405, "method-not-allowed")),
        ("GET", "/api/v1/nothing", (404, "not-found")),
        ("GET", "/api/v1/kinds/registry/nothing", (404, "unknown-kind")),
        ("GET", "/api/v1/kinds/%FF/x", (400, "malformed-request")),
        ("GET", "/p/none/assets/1.0.0/%2e%2e/%2e%2e/etc/passwd", (404, "unknown-plugin")),
    ] {
        let reply = house.send(house.request(Who::Public, method, address).body(Body::empty()).unwrap()).await;
        assert_eq!(reply.problem(), (expected.0, expected.1.to_owned()), "{method} {address}");
    }
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let house = House::build().await;
    let long = house.get(Who::Public, &format!("/api/v1/kinds?{}", "x".repeat(9_000))).await;
    assert_eq!(long.problem(), (414, "address-too-long".to_owned()));
    let large = house.request(Who::Public, "GET", "/api/v1/kinds").header("x-large", "x".repeat(17_000));
    let large = house.send(large.body(Body::empty()).unwrap()).await;
    assert_eq!(large.problem(), (431, "header-too-large".to_owned()));
    let body = house.request(Who::Registrar, "POST", "/api/v1/batch").header("content-type", "application/json");
    let body = house.send(body.body(Body::from(" ".repeat(5 << 20))).unwrap()).await;
    assert_eq!(body.problem(), (413, "body-too-large".to_owned()));
}

#[tokio::test]
async fn what_is_of_the_wrong_form_is_refused() {
    let house = House::build().await;
    let kinds = house.request(Who::Public, "GET", "/api/v1/records/registry/cooperative").header("accept", "image/png");
    assert_eq!(house.send(kinds.body(Body::empty()).unwrap()).await.problem(), (406, "not-acceptable".to_owned()));
    let zipped = house.request(Who::Registrar, "POST", "/api/v1/batch").header("content-type", "application/json");
    let zipped = zipped.header("content-encoding", "gzip").body(Body::from("x")).unwrap();
    assert_eq!(house.send(zipped).await.problem(), (415, "unsupported-media-type".to_owned()));
    let unknown =
        house.post(Who::Administrator, "/api/v1/tokens", &json!({"name": "x", "role": "administrator"})).await;
    assert_eq!(unknown.problem(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn a_panic_ends_one_request_and_is_counted() {
    let house = House::build().await;
    let broken = Router::new()
        .route("/broken", get(|| async { panic!("a secret of the machine") as &'static str }))
        .layer(axum::middleware::from_fn_with_state(house.app.clone(), surround));
    let request = house.request(Who::Public, "GET", "/broken").body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(broken, request).await.unwrap();
    assert_eq!(response.status(), 500);
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("secret"));
    let metrics = house.get(Who::Administrator, "/metrics").await.text();
    assert!(metrics.contains("tiwizi_panics_total 1"), "{metrics}");
}

#[tokio::test]
async fn a_change_of_the_instance_is_made_whole_when_its_client_hangs_up() {
    let house = House::build().await;
    let [begun, go, done] = [(); 3].map(|()| Arc::new(Notify::new()));
    let (told, waited, ended) = (begun.clone(), go.clone(), done.clone());
    let slow = move || async move {
        told.notify_one();
        waited.notified().await;
        ended.notify_one();
    };
    let router = Router::new()
        .route("/api/v1/plugins/slow", put(slow))
        .layer(axum::middleware::from_fn_with_state(house.app.clone(), surround));
    let request = house.request(Who::Public, "PUT", "/api/v1/plugins/slow").body(Body::empty()).unwrap();
    tokio::select! {
        _ = tower::ServiceExt::oneshot(router, request) => panic!("it waits for its word"),
        () = begun.notified() => {}
    }
    go.notify_one();
    tokio::time::timeout(Duration::from_secs(10), done.notified()).await.unwrap();
}

#[tokio::test]
async fn the_page_of_a_problem_knows_its_reader() {
    let house = House::build().await;
    for (who, address, status) in
        [(Who::Member, "/fr/nowhere", 404_u16), (Who::Member, "/fr/console", 403), (Who::Public, "/fr/nowhere", 404)]
    {
        let request = house.request(who, "GET", address).header("accept", "text/html");
        let reply = house.send(request.header("cookie", "tiwizi-script=latn").body(Body::empty()).unwrap()).await;
        let page = reply.text();
        assert_eq!(reply.status, status, "{page}");
        let is_known = who == Who::Member;
        assert_eq!(page.contains("href=\"/fr/account\""), is_known, "{who:?} {address}: {page}");
        assert_eq!(page.contains("href=\"/fr/sign-in\""), !is_known, "{who:?} {address}: {page}");
    }
    let latin = house.request(Who::Public, "GET", "/shi/nowhere").header("accept", "text/html");
    let latin = house.send(latin.header("cookie", "tiwizi-script=latn").body(Body::empty()).unwrap()).await;
    assert!(latin.text().contains("lang=\"shi-Latn\""), "{}", latin.text());
}

#[tokio::test]
async fn a_long_answer_is_compressed_for_those_who_can_read_it() {
    let house = House::build().await;
    for (accepted, expected) in [("gzip", "gzip"), ("br", "br"), ("identity", "")] {
        let request = house.request(Who::Public, "GET", "/api/v1/kinds").header("accept-encoding", accepted);
        let reply = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.header("content-encoding"), expected);
    }
}

#[tokio::test]
async fn metrics_are_for_administrators_and_name_no_address() {
    let house = House::build().await;
    house.get(Who::Public, &format!("/api/v1/records/registry/cooperative/{}", house.cooperative)).await;
    let metrics = house.get(Who::Administrator, "/metrics").await.text();
    assert!(metrics.contains("route=\"/api/v1/records/{namespace}/{kind}/{id}\""), "{metrics}");
    assert!(!metrics.contains(&house.cooperative));
}
