//! Does a cooperative's life go through its acts, on both databases?

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::{Answer, Client, Instance};

use crate::database::on_both;
use crate::register::{COOPERATIVES, cooperative, create};

on_both! {
    a_cooperative_is_founded_amended_filed_for_and_struck_off,
    a_name_like_one_of_the_register_is_told_when_it_is_asked_for,
    a_correction_stands_in_the_place_of_the_act,
    what_follows_from_acts_is_written_by_acts_alone,
    of_two_acts_at_once_one_is_told_to_look_again,
}

const PERSONS: &str = "/api/v1/records/registry/person";

/// The items of the statutes, from the rule pack itself.
fn statutes() -> anyhow::Result<Vec<Value>> {
    let pack: Value = serde_json::from_str(include_str!("../../manifests/rules/ma-112-12.json"))?;
    let items = pack.pointer("/statutes/items").and_then(Value::as_array).context("the pack has items")?;
    Ok(items.iter().filter_map(|item| item.get("code").cloned()).collect())
}

async fn constitution(client: &Client) -> anyhow::Result<Value> {
    let (mut founders, mut officers) = (Vec::new(), Vec::new());
    for number in 0..5 {
        let body = json!({ "name_fr": format!("Tiwizi {number}"), "gender": "female", "birth_date": "1999-01-02" });
        let person = client.post(PERSONS, &body).await?.expect(201)?.at("/id");
        founders.push(json!({ "number": number.to_string(), "person": person, "shares": 10, "paid_mad": 250 }));
        if let Some(role) = ["president", "treasurer", "secretary"].get(number) {
            officers.push(json!({ "person": person, "role": role }));
        }
    }
    Ok(
        json!({ "statutes": statutes()?, "form": "board", "share_value_mad": 100, "founders": founders, "officers": officers }),
    )
}

pub(crate) fn act(kind: &str, on: &str, data: Value) -> Value {
    json!({ "act": kind, "effective_on": on, "data": data })
}

pub(crate) async fn enter(client: &Client, id: &str, act: &Value) -> anyhow::Result<Answer> {
    client.post(&format!("/api/v1/cooperatives/{id}/acts"), act).await
}

pub(crate) async fn found(client: &Client) -> anyhow::Result<String> {
    let data = json!({ "name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541" });
    let first = act("denomination-requested", "2024-01-02", data);
    let id = client.post("/api/v1/denominations", &first).await?.expect(201)?.at("/cooperative");
    let constitution = constitution(client).await?;
    for (kind, on, data) in [
        ("denomination-answered", "2024-01-04", json!({ "answer": "approved" })),
        ("constituted", "2024-02-01", constitution),
        ("filed", "2024-02-10", json!({ "authority": "Caïdat de Tiout", "receipt": "7" })),
        ("registered", "2024-03-01", json!({ "court": "Taroudannt", "number": "12/2024" })),
    ] {
        enter(client, &id, &act(kind, on, data)).await?.expect(201)?;
    }
    Ok(id)
}

async fn a_cooperative_is_founded_amended_filed_for_and_struck_off(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    let public = instance.visitor()?;
    let shown = public.get(&format!("{COOPERATIVES}/{id}")).await?.expect(200)?;
    ensure!(shown.at("/body/status") == "registered" && shown.at("/body/capital_mad") == "5000", "{}", shown.text);
    public.get(&format!("/api/v1/cooperatives/{id}/acts")).await?.expect_problem(401, "not-signed-in")?;
    let minutes = client.upload("/api/v1/files", "minutes").await?.expect(201)?.at("/hash");
    let accounts = client.upload("/api/v1/files", "accounts").await?.expect(201)?.at("/hash");
    let filing = json!({ "year": 2024, "assembly_on": "2025-03-01", "minutes": minutes, "accounts": accounts,
        "turnover_mad": 90000.5, "surplus_mad": 1200, "members": 5 });
    let mut filed = act("yearly-filing", "2025-04-01", filing);
    enter(&client, &id, &filed).await?.expect_problem(422, "invalid")?;
    if let Some(fields) = filed.as_object_mut() {
        fields.insert("documents".to_owned(), json!([minutes, accounts]));
    }
    enter(&client, &id, &filed).await?.expect(201)?;
    for (kind, on, data) in [
        ("amended", "2025-05-01", json!({ "name_fr": "Tifaouine du Souss" })),
        ("dissolved", "2025-06-01", json!({ "reason": "decided by the assembly" })),
        ("liquidation-opened", "2025-06-02", json!({ "liquidator": "Notaire" })),
        ("struck-off", "2025-07-01", json!({ "reason": "liquidation closed" })),
    ] {
        enter(&client, &id, &act(kind, on, data)).await?.expect(201)?;
    }
    let path = format!("/api/v1/cooperatives/{id}/acts");
    let whole = client.get(&path).await?.expect(200)?;
    ensure!(whole.items().len() == 10 && whole.at("/stage") == "struck-off", "{}", whole.text);
    let then = client.get(&format!("{path}?as_of=2025-04-15")).await?.expect(200)?;
    ensure!(then.at("/stage") == "registered" && then.at("/state/names/fr") == "Tifaouine", "{}", then.text);
    ensure!(then.at("/activity") == "new" && then.at("/rules") == "ma-112-12/1", "{}", then.text);
    enter(&client, &id, &act("resumed", "2025-08-01", json!({ "reason": "?" })))
        .await?
        .expect_problem(422, "invalid")?;
    Ok(())
}

async fn a_name_like_one_of_the_register_is_told_when_it_is_asked_for(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let there = found(&client).await?;
    let request = |name: &str| {
        let data = json!({ "name_fr": name, "category": "a", "sector": "argan", "province": "09.541" });
        act("denomination-requested", "2024-05-02", data)
    };
    let near = client.post("/api/v1/denominations", &request("TIFAWIN")).await?.expect(201)?;
    ensure!(near.at("/alike/0/record") == there && near.at("/alike/0/level") == "possible", "{}", near.text);
    let other = client.post("/api/v1/denominations", &request("Azekka Zaytoun")).await?.expect(201)?;
    ensure!(other.at("/alike") == "[]", "{}", other.text);
    Ok(())
}

async fn a_correction_stands_in_the_place_of_the_act(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    let stands = json!({ "effective_on": "2024-03-02", "data": { "court": "Taroudannt", "number": "13/2024" } });
    let mut correction = act("corrected", "2024-04-01", json!({ "reason": "a wrong number", "stands": stands }));
    if let Some(fields) = correction.as_object_mut() {
        fields.insert("corrects".to_owned(), json!(5));
    }
    enter(&client, &id, &correction).await?.expect(201)?;
    let shown = client.get(&format!("{COOPERATIVES}/{id}")).await?.expect(200)?;
    ensure!(shown.at("/body/number") == "13/2024" && shown.at("/body/acts") == "6", "{}", shown.text);
    let again = enter(&client, &id, &correction).await?.expect_problem(422, "invalid")?;
    ensure!(again.at("/errors/0/code") == "corrected", "{}", again.text);
    Ok(())
}

async fn what_follows_from_acts_is_written_by_acts_alone(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = create(&client, "77").await?.at("/id");
    let path = format!("{COOPERATIVES}/{id}");
    client.send(Method::PATCH, &path, Some(&json!({ "commune": "Tiout" }))).await?.expect(200)?;
    // Before its first act only what stands now is known.
    for query in ["", "?as_of=2020-01-31"] {
        let shown = client.get(&format!("/api/v1/cooperatives/{id}/acts{query}")).await?.expect(200)?;
        ensure!(shown.at("/stage") == "registered" && shown.items().is_empty(), "{}", shown.text);
    }
    enter(&client, &id, &act("suspended", "2025-01-31", json!({ "reason": "no filing" }))).await?.expect(201)?;
    let refused = client.send(Method::PATCH, &path, Some(&json!({ "status": "registered" }))).await?;
    let refused = refused.expect_problem(422, "invalid")?;
    ensure!(refused.at("/errors/0/code") == "kept-by-acts", "{}", refused.text);
    client.send(Method::PATCH, &path, Some(&json!({ "phone": "0528000000" }))).await?.expect(200)?;
    client.send(Method::DELETE, &path, None).await?.expect_problem(422, "invalid")?;
    let acts = client.get(&format!("/api/v1/cooperatives/{id}/acts")).await?.expect(200)?;
    ensure!(acts.at("/items/0/act") == "taken-over" && acts.at("/items/1/act") == "suspended", "{}", acts.text);
    let body = cooperative("78");
    client.post(COOPERATIVES, &body).await?.expect(201)?;
    Ok(())
}

async fn of_two_acts_at_once_one_is_told_to_look_again(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    let amend = |commune: &str| act("amended", "2024-05-01", json!({ "commune": commune }));
    let (one, other) = (amend("Tiout"), amend("Igherm"));
    let (first, second) = tokio::join!(enter(&client, &id, &one), enter(&client, &id, &other));
    let answers = [first?, second?];
    let entered = answers.iter().filter(|answer| answer.status == 201).count();
    for answer in answers {
        if answer.status != 201 {
            answer.expect_problem(412, "stale-version")?;
        }
    }
    let acts = client.get(&format!("/api/v1/cooperatives/{id}/acts")).await?.expect(200)?;
    ensure!(entered >= 1 && acts.items().len() == 5 + entered, "{}", acts.text);
    Ok(())
}
