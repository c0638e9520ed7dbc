//! Are records that may be the same found, confirmed, merged and taken apart again, on both databases?

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::client::text;
use tiwizi_tests::{Client, Instance};

use crate::database::on_both;
use crate::register::{COOPERATIVES, address, with};

const PAIRS: &str = "/api/v1/records/registry/duplicate";
/// How often a pair is asked for that the reader of the log is about to open.
const LOOKS_MAX: u32 = 400;

on_both! {
    a_near_name_is_refused_with_its_record_until_it_is_said_to_be_distinct,
    a_batch_is_looked_through_like_a_single_write,
    a_pair_is_merged_on_its_page_and_undone,
    a_rule_of_the_operator_also_finds_what_is_there,
}

fn cooperative(number: &str, field: &str, name: &str) -> Value {
    json!({
        "court": "Taroudannt", "number": number, "sector": "agriculture", "province": "09.541", "commune": "Igherm",
        "status": "registered", field: name,
    })
}

async fn a_near_name_is_refused_with_its_record_until_it_is_said_to_be_distinct(
    instance: &Instance,
) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let first =
        client.post(COOPERATIVES, &cooperative("1", "name_fr", "Coopérative Tafoukt Argan")).await?.expect(201)?;
    let id = first.at("/id");
    for (field, name) in
        [("name_fr", "TAFOUKTE ARGANE"), ("name_ar", "تعاونية تافوكت أركان"), ("name_fr", "Argan Tafoukt d'Igherm")]
    {
        let refused = client.post(COOPERATIVES, &cooperative("2", field, name)).await?;
        let refused = refused.expect_problem(409, "duplicate")?;
        ensure!(refused.at("/errors/0/record") == id, "{name}: {}", refused.text);
        ensure!(refused.at("/errors/0/code") == "duplicate-likely", "{}", refused.text);
        ensure!(refused.at("/errors/0/message").contains("name "), "the reason is missing: {}", refused.text);
    }
    let confirmed = with(cooperative("2", "name_fr", "Tafoukt Argan"), "confirm_distinct", json!([id]));
    let second = client.post(COOPERATIVES, &confirmed).await?.expect(201)?;
    let pair = pair(&client, "distinct").await?;
    let ids = [text(&pair, "/body/first"), text(&pair, "/body/second")];
    ensure!(ids.contains(&id) && ids.contains(&second.at("/id")), "{pair}");
    let taken = client.post(COOPERATIVES, &cooperative("1", "name_fr", "Azekka Zaytoun")).await?;
    let taken = taken.expect_problem(409, "duplicate")?;
    ensure!(taken.at("/errors/0/pointer") == "/court" && taken.at("/errors/0/record") == id, "{}", taken.text);
    Ok(())
}

async fn a_batch_is_looked_through_like_a_single_write(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    client.post(COOPERATIVES, &cooperative("1", "name_fr", "Tafoukt Argan")).await?.expect(201)?;
    let write = |body: Value| json!({ "action": "create", "kind": "registry/cooperative", "body": body });
    let other = write(cooperative("3", "name_fr", "Azekka Zaytoun"));
    let twin = write(cooperative("2", "name_ar", "تافوكت أركان"));
    let refused = client.post("/api/v1/batch", &json!({ "writes": [other, twin] })).await?;
    let refused = refused.expect_problem(409, "duplicate")?;
    ensure!(refused.at("/errors/0/pointer") == "/writes/1/body/confirm_distinct", "{}", refused.text);
    ensure!(client.get(COOPERATIVES).await?.items().len() == 1, "a batch is written whole or not at all");
    Ok(())
}

async fn a_pair_is_merged_on_its_page_and_undone(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let first = client.post(COOPERATIVES, &cooperative("1", "name_fr", "Tafoukt Argan")).await?.expect(201)?;
    // Without its commune it is possible and no more: it is let pass, and a registrar finds the pair.
    let mut body = cooperative("2", "name_fr", "Tafoukt Argan");
    body.as_object_mut().context("an object")?.remove("commune");
    let second = client.post(COOPERATIVES, &body).await?.expect(201)?;
    let opened = pair(&client, "open").await?;
    let page = format!("/fr/register/duplicates/{}", text(&opened, "/id"));
    let shown = client.get(&page).await?.expect(200)?;
    ensure!(shown.text.contains("Igherm") && shown.text.contains("keep-first"), "{}", shown.text);
    ensure!(client.get("/ar/register/duplicates").await?.expect(200)?.text.contains(&text(&opened, "/id")), "no pair");

    let said = |decision: &'static str, seen: &'static str, reason: &'static str| {
        [("decision", decision), ("seen", seen), ("reason", reason)]
    };
    let is_first = text(&opened, "/body/first") == first.at("/id");
    let keep = if is_first { "keep-first" } else { "keep-second" };
    client.submit(&page, &said(keep, "1", " ")).await?.expect(422)?;
    client.submit(&page, &said(keep, "1", "entered twice")).await?;
    let alias = client.get(&address(&second)).await?.expect(200)?;
    ensure!(alias.at("/body/merged_into") == first.at("/id"), "{}", alias.text);
    ensure!(alias.at("/body/name_fr") == "Tafoukt Argan", "an alias stays readable: {}", alias.text);
    let public = client.get(&format!("/fr/directory/{}", second.at("/id"))).await?.expect(200)?;
    ensure!(public.text.contains(&format!("/fr/directory/{}", first.at("/id"))), "{}", public.text);

    client.submit(&page, &said("undo", "2", "they are two after all")).await?;
    let alone = client.get(&address(&second)).await?.expect(200)?;
    ensure!(alone.json().pointer("/body/merged_into").is_none(), "{}", alone.text);
    let history = client.get(&format!("{PAIRS}/{}/history", text(&opened, "/id"))).await?.expect(200)?;
    ensure!(history.items().len() == 3, "opened, merged, undone: {}", history.text);
    Ok(())
}

async fn a_rule_of_the_operator_also_finds_what_is_there(instance: &mut Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let mut ids = Vec::new();
    for (number, name) in [("1", "Tafoukt Argan"), ("2", "Azekka Argan")] {
        ids.push(client.post(COOPERATIVES, &cooperative(number, "name_fr", name)).await?.expect(201)?.at("/id"));
    }
    instance.stop()?;
    let mut rule: Value = serde_json::from_str(include_str!("../../manifests/rules/duplicates.json"))?;
    let words = rule.pointer_mut("/versions/0/generic_words").and_then(Value::as_array_mut).context("no words")?;
    words.extend([json!("tafoukt"), json!("azekka")]);
    let path = instance.data().join("our-duplicates.json");
    std::fs::write(&path, rule.to_string())?;
    let settings = instance.data().join("tiwizi.toml");
    let text = format!("{}duplicates_rule = {:?}\n", std::fs::read_to_string(&settings)?, path.display().to_string());
    std::fs::write(&settings, text)?;
    instance.serve()?;
    let client = instance.registrar().await?;
    let opened = pair(&client, "open").await?;
    let found = [text_of(&opened, "first"), text_of(&opened, "second")];
    ensure!(ids.iter().all(|id| found.contains(id)), "{opened}");
    let refused = client.post(COOPERATIVES, &cooperative("3", "name_fr", "Argan")).await?;
    refused.expect_problem(409, "duplicate")?;
    Ok(())
}

fn text_of(pair: &Value, field: &str) -> String {
    text(pair, &format!("/body/{field}"))
}

/// The first pair of a state, once the reader of the log has opened it.
async fn pair(client: &Client, status: &str) -> anyhow::Result<Value> {
    for _ in 0..LOOKS_MAX {
        let pairs = client.get(&format!("{PAIRS}?status={status}")).await?.expect(200)?;
        if let Some(pair) = pairs.items().into_iter().next() {
            return Ok(pair);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("no pair came to be {status}")
}
