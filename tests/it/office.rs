//! Does what waits come to the office, and does a filing become an act, on both databases?

use std::time::Duration;

use anyhow::ensure;
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::client::text;
use tiwizi_tests::{Client, Instance};

use crate::acts::found;
use crate::database::{OTHER, on_both};

on_both! {
    a_year_is_expected_filed_and_accepted_and_its_task_follows,
    a_task_goes_from_hand_to_hand,
}

const TASKS: &str = "/api/v1/office/tasks";
/// How often a task is asked for that the office is about to open or close.
const LOOKS_MAX: u32 = 400;

/// The first task that comes to be what is wanted.
async fn task(client: &Client, query: &str, what: &str) -> anyhow::Result<Value> {
    for _ in 0..LOOKS_MAX {
        let tasks = client.get(&format!("{TASKS}{query}")).await?.expect(200)?;
        let found = tasks.items().into_iter().find(|task| text(task, "/what") == what);
        if let Some(task) = found {
            return Ok(task);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("no task came to be {what}{query}")
}

async fn a_year_is_expected_filed_and_accepted_and_its_task_follows(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    let expected = task(&client, "", "filing-expected").await?;
    ensure!(text(&expected, "/cooperative") == id && text(&expected, "/name_fr") == "Tifaouine", "{expected}");
    let due: String = text(&expected, "/due_on");
    let year: i32 = due.get(..4).unwrap_or_default().parse::<i32>()? - 1;

    let minutes = client.upload("/api/v1/files", "minutes").await?.expect(201)?.at("/hash");
    let accounts = client.upload("/api/v1/files", "accounts").await?.expect(201)?.at("/hash");
    let address = format!("/api/v1/cooperatives/{id}/filings/{year}");
    let opened = client.get(&address).await?.expect(200)?;
    ensure!(opened.at("/status") == "expected" && opened.at("/members") == "5", "members are counted: {}", opened.text);
    ensure!(opened.at("/women") == "5", "{}", opened.text);
    let version = opened.json().pointer("/version").cloned().unwrap_or_default();
    let mut body = json!({ "version": version, "submit": true, "assembly_on": format!("{year}-12-31"), "minutes": minutes,
        "accounts": minutes, "turnover_mad": 90000.5, "surplus_mad": -12, "members": 5, "women": 6 });
    let refused = client.send(Method::PUT, &address, Some(&body)).await?.expect_problem(422, "invalid")?;
    ensure!(refused.text.contains("/accounts") && refused.text.contains("/women"), "{}", refused.text);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("accounts".to_owned(), json!(accounts));
        fields.insert("women".to_owned(), json!(5));
    }
    let sent = client.send(Method::PUT, &address, Some(&body)).await?.expect(200)?;
    ensure!(sent.at("/status") == "submitted", "{}", sent.text);
    client.send(Method::PUT, &address, Some(&body)).await?.expect_problem(409, "conflict")?;
    let submitted = task(&client, "?waits_for=office", "filing-submitted").await?;
    ensure!(text(&submitted, "/id") == text(&expected, "/id"), "one task for one record: {submitted}");

    let seen = sent.json().pointer("/version").cloned().unwrap_or_default();
    let decision = json!({ "decision": "accept", "version": seen });
    let accepted = client.post(&format!("{address}/decision"), &decision).await?.expect(200)?;
    ensure!(accepted.at("/status") == "accepted", "{}", accepted.text);
    let acts = client.get(&format!("/api/v1/cooperatives/{id}/acts")).await?.expect(200)?;
    ensure!(acts.at("/items/5/act") == "yearly-filing", "{}", acts.text);
    let done = task(&client, "?done=true", "filing-submitted").await?;
    ensure!(text(&done, "/open") == "false", "{done}");
    Ok(())
}

async fn a_task_goes_from_hand_to_hand(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let other = instance.signed_in(OTHER).await?.with_token("other").await?;
    let data = json!({ "name_fr": "Azekka", "category": "a", "sector": "argan", "province": "09.541" });
    let first = json!({ "act": "denomination-requested", "effective_on": "2024-01-02", "data": data });
    client.post("/api/v1/denominations", &first).await?.expect(201)?;
    let asked = task(&client, "?overdue=true&source=registry%2Fdenomination", "denomination-requested").await?;
    ensure!(text(&asked, "/due_on") == "2024-01-05", "the law gives three days: {asked}");
    let holder = format!("{TASKS}/{}/holder", text(&asked, "/id"));
    let me = json!({ "account": "me" });
    client.send(Method::PUT, &holder, Some(&me)).await?.expect(204)?;
    other.send(Method::PUT, &holder, Some(&me)).await?.expect_problem(409, "conflict")?;
    let mine = client.get(&format!("{TASKS}?whose=me")).await?.expect(200)?;
    ensure!(mine.items().len() == 1, "{}", mine.text);
    client.send(Method::DELETE, &holder, None).await?.expect(204)?;
    other.send(Method::PUT, &holder, Some(&me)).await?.expect(204)?;
    let now = client.get(&format!("{TASKS}?whose=me")).await?.expect(200)?;
    ensure!(now.items().is_empty(), "{}", now.text);
    let page = client.get("/fr/office").await?.expect(200)?;
    ensure!(page.text.contains("Azekka"), "{}", page.text);
    Ok(())
}
