//! Forms that are sent later: their key, and the worker and the page that keep them.

use axum::body::Body;
use serde_json::json;

use super::chaos::with_chaos;
use super::house::{House, PASSWORD, Reply, Who};
use crate::later;

const COUNT: &str = "/fr/p/chaos/kv/count";

/// A browser's session: its cookie and its csrf value.
async fn session(house: &House, who: Who) -> (String, String) {
    let opened = house.post(Who::Public, "/api/v1/session", &json!({"email": who.email(), "password": PASSWORD})).await;
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    (cookie, opened.json()["csrf"].as_str().unwrap().to_owned())
}

async fn key(house: &House, who: Who) -> String {
    let account = house.get(who, "/api/v1/session").await.json()["account"].as_str().unwrap().to_owned();
    later::new_key(tiwizi_model::AccountId(account.parse().unwrap()), &house.app.ambient)
}

async fn send(house: &House, session: Option<&(String, String)>, text: &str, key: &str) -> Reply {
    let mut request = house.request(Who::Public, "POST", COUNT);
    request = request.header("content-type", "application/x-www-form-urlencoded");
    let mut body = format!("text={text}&idempotency-key={key}");
    if let Some((cookie, csrf)) = session {
        request = request.header("cookie", cookie);
        body = format!("csrf={csrf}&{body}");
    }
    house.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_form_that_is_sent_five_times_counts_once_also_after_signing_in_again() {
    let house = with_chaos().await;
    let (first, key) = (session(&house, Who::Registrar).await, key(&house, Who::Registrar).await);
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(send(&house, Some(&first), "1", &key).await);
    }
    let again = session(&house, Who::Registrar).await;
    assert_ne!(first.1, again.1);
    answers.push(send(&house, Some(&again), "1", &key).await);
    for (index, answer) in answers.iter().enumerate() {
        let replayed = if index == 0 { "" } else { "true" };
        assert_eq!(
            (answer.status.as_u16(), answer.header("idempotency-replayed")),
            (200, replayed),
            "{}",
            answer.text()
        );
        assert_eq!(answer.text(), answers[0].text());
    }
    assert_eq!(answers[0].json().to_string(), "1");
    // Who goes back and answers something else has answered twice.
    assert_eq!(send(&house, Some(&again), "2", &key).await.json().to_string(), "2");
}

#[tokio::test]
async fn five_at_once_count_once() {
    let house = with_chaos().await;
    let (session, key) = (session(&house, Who::Registrar).await, key(&house, Who::Registrar).await);
    let sent = (0..5).map(|_| send(&house, Some(&session), "1", &key));
    for answer in futures::future::join_all(sent).await {
        assert_eq!(answer.json().to_string(), "1", "{}", answer.text());
    }
}

#[tokio::test]
async fn a_key_of_somebody_else_or_of_nobody_counts_for_nobody() {
    let house = with_chaos().await;
    let (session, own) = (session(&house, Who::Registrar).await, key(&house, Who::Registrar).await);
    let other = key(&house, Who::Observer).await;
    assert_eq!(send(&house, Some(&session), "1", &other).await.problem(), (403, "forbidden".to_owned()));
    assert_eq!(send(&house, None, "1", &own).await.problem(), (401, "not-signed-in".to_owned()));
    assert_eq!(send(&house, Some(&session), "1", "later.mine").await.problem(), (400, "malformed-request".to_owned()));
    let unproved = (session.0.clone(), "wrong".to_owned());
    assert_eq!(send(&house, Some(&unproved), "1", &own).await.problem(), (403, "csrf".to_owned()));
    assert_eq!(send(&house, Some(&session), "1", &own).await.json().to_string(), "1");
}

#[tokio::test]
async fn a_form_counts_once_as_long_as_it_is_good_and_is_refused_afterwards() {
    let house = with_chaos().await;
    let key = key(&house, Who::Registrar).await;
    let first = send(&house, Some(&session(&house, Who::Registrar).await), "1", &key).await;
    assert_eq!(first.json().to_string(), "1");
    for (after_ms, expected) in [(tiwizi_model::limits::LATER_MS, "1"), (1, "form-too-old")] {
        house.clock.advance_ms(after_ms.try_into().unwrap());
        let before = house.app.ambient.now().plus_ms(-tiwizi_model::limits::IDEMPOTENCY_MS);
        let mut tx = house.app.db.begin_write().await.unwrap();
        tiwizi_storage::idempotency::delete_before(&mut tx, before).await.unwrap();
        tx.commit().await.unwrap();
        let sent = send(&house, Some(&session(&house, Who::Registrar).await), "1", &key).await;
        let said = if sent.status == 200 { sent.json().to_string() } else { sent.problem().1 };
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn the_worker_serves_the_whole_site_and_loads_nothing_else() {
    let house = House::build().await;
    let worker = house.get(Who::Public, "/service-worker.js").await;
    assert_eq!(worker.status, 200);
    // At the root its scope is the whole site without a header that widens it.
    assert_eq!(worker.header("service-worker-allowed"), "");
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(worker.header("cache-control"), "no-cache");
    assert_eq!(worker.header("content-security-policy"), "default-src 'none'; connect-src 'self'");
    assert!(worker.bytes.len() < 20 << 10, "{} bytes", worker.bytes.len());
}

#[tokio::test]
async fn the_list_has_its_words_in_every_language_and_names_its_reader_and_script() {
    let house = House::build().await;
    for language in tiwizi_model::Language::ALL {
        let page = house.get(Who::Public, &format!("/{language}/offline")).await;
        assert_eq!(page.status, 200, "{language}");
        for part in ["data-waits=\"", "{n}", "data-reader=\"\"", "data-offline=\"/assets/offline-"] {
            assert!(page.text().contains(part), "{language}: {part}");
        }
        assert!(!page.text().contains("offline-waiting-title"), "{language} lacks words");
    }
    let account = house.get(Who::Registrar, "/api/v1/session").await.json()["account"].as_str().unwrap().to_owned();
    let page = house.get(Who::Registrar, "/fr/offline").await;
    assert!(page.text().contains(&format!("data-reader=\"{account}\"")));
}
