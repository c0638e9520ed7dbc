//! Keys of requests to plugins: whose they are.

use axum::body::Body;

use super::chaos::with_chaos;
use super::house::{House, Who};

/// What the plugin counts up to under the one key, and whether it was asked again for it.
async fn count(house: &House, who: Who) -> (String, String) {
    let request = house.request(who, "POST", "/fr/p/chaos/kv/count").header("idempotency-key", "same");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let reply = house.send(request.body(Body::from("text=1")).unwrap()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    (reply.json().to_string(), reply.header("idempotency-replayed").to_owned())
}

#[tokio::test]
async fn strangers_with_the_same_key_get_their_own_answers() {
    let house = with_chaos().await;
    let counted = |number: &str, replayed: &str| (number.to_owned(), replayed.to_owned());
    assert_eq!(count(&house, Who::Public).await, counted("1", ""));
    assert_eq!(count(&house, Who::Public).await, counted("2", ""));
    assert_eq!(count(&house, Who::Registrar).await, counted("3", ""));
    assert_eq!(count(&house, Who::Registrar).await, counted("3", "true"));
    assert_eq!(count(&house, Who::Member).await, counted("4", ""));
    assert_eq!(count(&house, Who::Public).await, counted("5", ""));
}
