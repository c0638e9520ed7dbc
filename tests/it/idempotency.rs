//! Has a request with a key its effect once, however often it is sent?

use anyhow::ensure;
use reqwest::Method;
use tiwizi_tests::{Answer, Client, Instance};
use tokio::task::JoinSet;

use crate::database::{OTHER, on_both};
use crate::register::{COOPERATIVES, cooperative, create};

on_both! {
    a_key_has_its_effect_once_also_when_sent_many_times_at_once,
    a_key_does_not_serve_for_another_request,
}

async fn send(client: &Client, number: &str, key: &str) -> anyhow::Result<Answer> {
    client.send_with(Method::POST, COOPERATIVES, &[("idempotency-key", key)], Some(&cooperative(number))).await
}

async fn a_key_has_its_effect_once_also_when_sent_many_times_at_once(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let mut senders = JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        senders.spawn(async move { send(&client, "1", "key-1").await });
    }
    let mut ids = Vec::new();
    while let Some(answer) = senders.join_next().await {
        let answer = answer??;
        // A twin that comes while the first is at work may be told to try again; it is never served twice.
        if answer.status == 201 {
            ids.push(answer.at("/id"));
        } else {
            ensure!(answer.status == 409 || answer.status == 503, "{answer:?}");
        }
    }
    let again = send(&client, "1", "key-1").await?.expect(201)?;
    ids.push(again.at("/id"));
    ids.dedup();
    ensure!(ids.len() == 1, "one key made several records: {ids:?}");
    let list = client.get(COOPERATIVES).await?.expect(200)?;
    ensure!(list.items().len() == 1, "{}", list.text);
    Ok(())
}

async fn a_key_does_not_serve_for_another_request(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    send(&client, "1", "key-1").await?.expect(201)?;
    send(&client, "2", "key-1").await?.expect_problem(422, "idempotency-key-reused")?;
    // Without a key the register's own rule stands: a court gives a number once.
    create(&client, "2").await?;
    client.post(COOPERATIVES, &cooperative("2")).await?.expect_problem(409, "duplicate")?;
    // Another account's key of the same name is another key.
    let other = instance.signed_in(OTHER).await?;
    send(&other, "3", "key-1").await?.expect(201)?;
    ensure!(client.get(COOPERATIVES).await?.items().len() == 3, "three requests, three records");
    Ok(())
}
