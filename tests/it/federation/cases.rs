//! Is a cooperative that two regions have found by the nation, asked of both offices, and decided by what both say?

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::Client;
use tiwizi_tests::client::{at, text};

use super::nation::{Nation, PROVINCES, cooperative, until};

/// The one case that waits for an office.
async fn asked(office: &Client) -> anyhow::Result<Value> {
    let is_there = |found: &Value| at(found, "/items").as_array().is_some_and(|items| items.len() == 1);
    let found = until(office, "/api/v1/cases", is_there).await?;
    found.pointer("/items/0").cloned().context("there is one")
}

async fn answer(office: &Client, case: &Value, answer: &str, reason: &str) -> anyhow::Result<()> {
    let body = json!({ "answer": answer, "reason": reason, "version": at(case, "/version") });
    let address = format!("/api/v1/cases/{}/answer", text(case, "/id"));
    office.send(reqwest::Method::PUT, &address, Some(&body)).await?.expect(204)?;
    Ok(())
}

#[tokio::test]
async fn a_cooperative_of_two_regions_is_a_case_for_both_and_what_both_say_holds() -> anyhow::Result<()> {
    let mut place = Nation::new()?;
    place.offer()?;
    place.serve()?;
    let offices = [place.office(0).await?, place.office(1).await?];
    let names = ["Tafoukt Argan", "Moulouya Lait"];
    for ((office, province), name) in offices.iter().zip(PROVINCES).zip(names) {
        let body = cooperative(province, "1/2019", name);
        office.post("/api/v1/records/registry/cooperative", &body).await?.expect(201)?;
    }
    let administrator = place.administrator().await?;
    place.sign(&administrator).await?;

    let [south, east] = &offices;
    let (first, second) = (asked(south).await?, asked(east).await?);
    ensure!(text(&first, "/id") == text(&second, "/id"), "it is one case: {first} {second}");
    ensure!(text(&first, "/level") == "certain" && text(&first, "/shown/name_fr") == "Moulouya Lait", "{first}");
    ensure!(text(&second, "/shown/name_fr") == "Tafoukt Argan", "{second}");
    let inbox =
        until(south, "/api/v1/office/tasks?source=registry/case", |found| text(found, "/items/0/what") == "case-open");
    inbox.await?;

    answer(south, &first, "same", "Un seul ICE").await?;
    answer(east, &second, "distinct", "Deux sièges").await?;
    let disputed = |found: &Value| text(found, "/status") == "disputed";
    let address = format!("/api/v1/cases/{}", text(&first, "/id"));
    let again = until(east, &address, disputed).await?;
    answer(east, &again, "same", "Le siège a changé").await?;
    for office in [south, east] {
        until(office, &address, |found| text(found, "/status") == "same" && at(found, "/keep").is_string()).await?;
    }
    let all = until(&administrator, "/api/v1/national-cases?status=same", |found| {
        at(found, "/items").as_array().is_some_and(|items| items.len() == 1)
    });
    let all = all.await?;
    let reasons = [text(&all, "/items/0/sides/0/reason"), text(&all, "/items/0/sides/1/reason")];
    ensure!(reasons.contains(&"Un seul ICE".to_owned()) && reasons.contains(&"Le siège a changé".to_owned()), "{all}");
    Ok(())
}
