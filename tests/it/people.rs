//! Do numbers of identity cards, legal members, calls and mandates hold on both databases?

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::Instance;

use crate::acts::{act, enter, found};
use crate::database::on_both;

on_both! {
    a_number_is_sealed_found_and_shown_with_a_look_that_is_kept,
    a_legal_person_joins_is_called_on_and_sits_on_the_board,
}

const PERSONS: &str = "/api/v1/records/registry/person";

async fn a_number_is_sealed_found_and_shown_with_a_look_that_is_kept(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let person = json!({ "name_fr": "Tiwizi Fadma", "province": "09.541" });
    let id = client.post(PERSONS, &person).await?.expect(201)?.at("/id");
    let card = format!("/api/v1/persons/{id}/national-id");
    client.send(reqwest::Method::PUT, &card, Some(&json!({ "number": "JA 123456" }))).await?.expect(204)?;
    let found = client.post("/api/v1/persons/find", &json!({ "number": "ja-123456" })).await?.expect(200)?;
    ensure!(found.at("/person") == id, "another person was found");
    let shown = client.post(&format!("{card}/looks"), &json!({ "reason": "court" })).await?.expect(200)?;
    ensure!(shown.at("/number") == "JA123456", "another number was shown");
    let stored = client.get(&format!("{PERSONS}/{id}")).await?.expect(200)?;
    ensure!(stored.at("/body/national_id_sealed").starts_with("2.1."), "the number is not sealed");
    let copy = json!({ "national_id_sealed": stored.at("/body/national_id_sealed") });
    let other =
        client.post(PERSONS, &json!({ "name_fr": "Tiwizi Ijja", "province": "09.541" })).await?.expect(201)?.at("/id");
    client.send(reqwest::Method::PATCH, &format!("{PERSONS}/{other}"), Some(&copy)).await?.expect(422)?;
    Ok(())
}

async fn a_legal_person_joins_is_called_on_and_sits_on_the_board(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    let company = json!({ "name_fr": "Arganier SARL", "form": "company", "province": "09.541" });
    let company = client.post("/api/v1/records/registry/legal-person", &company).await?.expect(201)?.at("/id");
    let sent =
        client.post(PERSONS, &json!({ "name_fr": "Tamnougalt", "province": "09.541" })).await?.expect(201)?.at("/id");
    let joining = json!({ "number": "6", "person": company, "holder": "legal-person", "represented_by": sent, "shares": 10, "paid_mad": 250 });
    for (kind, on, data) in [
        ("members-changed", "2024-04-01", json!({ "joined": [joining] })),
        ("officers-changed", "2024-05-01", json!({ "appointed": [{ "person": sent, "role": "board-member" }] })),
        (
            "capital-changed",
            "2024-06-01",
            json!({ "called": { "numerator": 1, "denominator": 2, "due_on": "2024-12-31" } }),
        ),
    ] {
        enter(&client, &id, &act(kind, on, data)).await?.expect(201)?;
    }
    let memberships =
        client.get(&format!("/api/v1/records/registry/membership?legal_person={company}")).await?.expect(200)?;
    ensure!(memberships.at("/items/0/body/represented_by") == sent, "the membership does not say who acts for it");
    let called: Value =
        memberships.json().pointer("/items/0/body/called_mad").cloned().context("nothing was called")?;
    ensure!(called == json!(500), "{called} was called");
    let mandates = client.get(&format!("/api/v1/records/registry/mandate?person={sent}")).await?.expect(200)?;
    ensure!(mandates.at("/items/0/body/until") == "2027-05-01", "the mandate has another term");
    Ok(())
}
