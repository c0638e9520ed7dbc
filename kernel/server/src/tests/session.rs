//! Signing in and out, csrf, tokens, and what ends when an account is disabled.

use axum::body::Body;
use serde_json::json;

use super::house::{House, PASSWORD, Reply, Who};

async fn sign_in(house: &House, email: &str, password: &str) -> Reply {
    house.post(Who::Public, "/api/v1/session", &json!({"email": email, "password": password})).await
}

fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_opens_with_a_cookie_and_a_csrf_value_and_ends() {
    let house = House::build().await;
    let opened = sign_in(&house, "Member@example.org", PASSWORD).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    assert!(opened.header("set-cookie").starts_with("__Host-tiwizi="));
    let (cookie, csrf) = (cookie(&opened), opened.json()["csrf"].as_str().unwrap().to_owned());
    let ask = |method: &'static str, address: &'static str, csrf: Option<&str>| {
        let mut request = house.request(Who::Public, method, address).header("cookie", &cookie);
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        house.send(request.header("content-type", "application/json").body(Body::from("{\"name\":\"t\"}")).unwrap())
    };
    assert_eq!(ask("GET", "/api/v1/session", None).await.json()["csrf"], csrf);
    assert_eq!(ask("POST", "/api/v1/tokens", None).await.problem(), (403, "csrf".to_owned()));
    assert_eq!(ask("POST", "/api/v1/tokens", Some("wrong")).await.problem(), (403, "csrf".to_owned()));
    assert_eq!(ask("POST", "/api/v1/tokens", Some(&csrf)).await.status, 201);
    let ended = ask("DELETE", "/api/v1/session", Some(&csrf)).await;
    assert_eq!((ended.status.as_u16(), ended.header("clear-site-data").is_empty()), (204, false));
    assert_eq!(ask("GET", "/api/v1/session", None).await.problem(), (401, "bad-credential".to_owned()));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_answered_alike() {
    let house = House::build().await;
    let wrong = sign_in(&house, "member@example.org", "not the password").await;
    let unknown = sign_in(&house, "nobody@example.org", "not the password").await;
    assert_eq!(wrong.problem(), (401, "wrong-password".to_owned()));
    assert_eq!(wrong.problem(), unknown.problem());
}

#[tokio::test]
async fn a_sign_in_from_another_site_or_as_a_form_is_refused() {
    let house = House::build().await;
    let body = json!({"email": "member@example.org", "password": PASSWORD}).to_string();
    let request = |name: &'static str, value: &'static str| {
        let request = house.request(Who::Public, "POST", "/api/v1/session");
        request.header(name, value)
    };
    let foreign = request("origin", "https://evil.test").header("content-type", "application/json");
    assert_eq!(house.send(foreign.body(Body::from(body.clone())).unwrap()).await.problem(), (403, "csrf".to_owned()));
    let plain = request("content-type", "text/plain");
    assert_eq!(house.send(plain.body(Body::from(body)).unwrap()).await.problem().0, 415);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle() {
    let house = House::build().await;
    let cookie = cookie(&sign_in(&house, "member@example.org", PASSWORD).await);
    let ask = || {
        house.send(
            house.request(Who::Public, "GET", "/api/v1/session").header("cookie", &cookie).body(Body::empty()).unwrap(),
        )
    };
    house.clock.advance_ms(29 * 60 * 1000);
    assert_eq!(ask().await.status, 200);
    house.clock.advance_ms(31 * 60 * 1000);
    assert_eq!(ask().await.status, 401);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let house = House::build().await;
    let accounts = house.get(Who::Administrator, "/api/v1/accounts").await.json();
    let member =
        accounts["items"].as_array().unwrap().iter().find(|account| account["email"] == "member@example.org").unwrap();
    let address = format!("/api/v1/accounts/{}/disabled", member["id"].as_str().unwrap());
    assert_eq!(house.get(Who::Member, "/api/v1/session").await.status, 200);
    assert_eq!(house.send_json(Who::Administrator, "PUT", &address, &json!({"disabled": true})).await.status, 204);
    assert_eq!(house.get(Who::Member, "/api/v1/session").await.problem(), (401, "bad-credential".to_owned()));
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let house = House::build().await;
    let session = house.get(Who::Administrator, "/api/v1/session").await.json();
    let address = format!("/api/v1/accounts/{}/disabled", session["account"].as_str().unwrap());
    let reply = house.send_json(Who::Administrator, "PUT", &address, &json!({"disabled": true})).await;
    assert!(matches!(reply.problem().0, 403 | 409), "{}", reply.text());
}

#[tokio::test]
async fn a_token_in_the_address_counts_for_nothing() {
    let house = House::build().await;
    let token = house.token(Who::Administrator).unwrap();
    let reply = house.get(Who::Public, &format!("/api/v1/accounts?token={token}")).await;
    assert_eq!(reply.problem().0, 401);
}
