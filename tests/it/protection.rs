//! Is data about people kept only under a recorded processing, given out to whom it is about, and erased in time, on both databases?

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::client::{at, text};
use tiwizi_tests::instance::{PASSWORD, REGISTRAR};
use tiwizi_tests::{Client, Instance};

use crate::database::on_both;
use crate::register::{create, with};

const PERSONS: &str = "/api/v1/records/registry/person";
const PROCESSINGS: &str = "/api/v1/records/registry/processing";
const MEMBERSHIPS: &str = "/api/v1/records/registry/membership";
const RUNS: &str = "/api/v1/records/registry/retention-run";
const ERASURES: &str = "/api/v1/records/registry/erasure";
/// How often something is asked for that is done in the background.
const LOOKS_MAX: u32 = 400;

on_both! {
    in_service_nobody_is_kept_without_a_processing_and_the_next_one_opens_the_kind_again,
    who_left_long_ago_is_erased_with_the_history_and_the_counts_stay,
}

/// Drafts completed with a receipt, a controller, and the day of service.
async fn serve(admin: &Client) -> anyhow::Result<Vec<Value>> {
    admin.post("/api/v1/protection/drafts", &json!({})).await?.expect(200)?;
    let drafts = admin.get(PROCESSINGS).await?.expect(200)?.items();
    for draft in &drafts {
        let receipt = json!({ "status": "in_force", "receipt": "A-1/2025", "receipt_on": "2025-01-02" });
        let address = format!("{PROCESSINGS}/{}", text(draft, "/id"));
        admin.send(Method::PATCH, &address, Some(&receipt)).await?.expect(200)?;
    }
    let body = json!({ "instance": "this", "name_fr": "Direction régionale", "in_service_on": "2025-01-03" });
    admin.post("/api/v1/records/registry/controller", &body).await?.expect(201)?;
    Ok(drafts)
}

async fn in_service_nobody_is_kept_without_a_processing_and_the_next_one_opens_the_kind_again(
    instance: &Instance,
) -> anyhow::Result<()> {
    let (admin, registrar) = (instance.administrator().await?, instance.registrar().await?);
    ensure!(
        *at(&admin.get("/api/v1/protection").await?.expect(200)?.json(), "/demonstration") == true,
        "no demonstration"
    );
    let person = |name: &str| json!({ "name_fr": name, "province": "09.541" });
    registrar.post(PERSONS, &person("Fadma")).await?.expect(201)?;
    let processings = serve(&admin).await?;
    registrar.post(PERSONS, &person("Itto")).await?.expect(201)?;
    let register =
        processings.iter().find(|one| text(one, "/body/code") == "register").context("no model of the register")?;
    let address = format!("{PROCESSINGS}/{}", text(register, "/id"));
    let ended = json!({ "status": "ended", "ended_on": "2025-01-04" });
    admin.send(Method::PATCH, &address, Some(&ended)).await?.expect(200)?;
    let mut refused = None;
    for number in 0..LOOKS_MAX {
        let answer = registrar.post(PERSONS, &person(&format!("Lhou {number}"))).await?;
        if answer.status == 422 {
            refused = Some(answer);
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let refused = refused.context("the kind was not closed")?;
    ensure!(refused.at("/errors/0/code") == "no-processing", "{}", refused.text);
    create(&registrar, "1").await?;
    let mut next = register.get("body").cloned().context("a body")?;
    for (field, value) in [
        ("code", json!("register-2")),
        ("status", json!("in_force")),
        ("receipt", json!("A-2/2025")),
        ("receipt_on", json!("2025-01-04")),
    ] {
        next = with(next, field, value);
    }
    admin.post(PROCESSINGS, &next).await?.expect(201)?;
    registrar.post(PERSONS, &person("Hassan")).await?.expect(201)?;
    Ok(())
}

async fn who_left_long_ago_is_erased_with_the_history_and_the_counts_stay(
    instance: &mut Instance,
) -> anyhow::Result<()> {
    let (admin, registrar) = (instance.administrator().await?, instance.registrar().await?);
    let cooperative = create(&registrar, "1").await?.at("/id");
    let mut people = Vec::new();
    for (number, left) in [("1", Some("2010-01-31")), ("2", None)] {
        let body = json!({ "name_fr": format!("Membre numéro {number}"), "province": "09.541", "phone": "0600" });
        let person = registrar.post(PERSONS, &body).await?.expect(201)?.at("/id");
        let mut seat = json!({
            "cooperative": cooperative, "number": number, "person": person, "province": "09.541", "sector": "agriculture",
            "gender": "female", "birth_year": 1970, "joined_on": "2005-01-31",
        });
        if let Some(left) = left {
            seat = with(seat, "left_on", json!(left));
        }
        registrar.post(MEMBERSHIPS, &seat).await?.expect(201)?;
        people.push(person);
    }
    let [gone, stays] =
        [people.first(), people.last()].map(|id| format!("{PERSONS}/{}", id.map_or("", String::as_str)));
    registrar.send(Method::PATCH, &gone, Some(&json!({ "phone": "0611" }))).await?.expect(200)?;
    let preview = run(&admin, "preview").await?;
    ensure!(*at(&preview, "/due") == 1 && *at(&preview, "/looked_at") == 2, "{preview}");
    registrar.get(&gone).await?.expect(200)?;
    let erased = run(&admin, "erase").await?;
    ensure!(*at(&erased, "/erased") == 1, "{erased}");
    registrar.get(&gone).await?.expect(404)?;
    registrar.get(&stays).await?.expect(200)?;
    let history = registrar.get(&format!("{gone}/history")).await?;
    ensure!(!history.text.contains("0600") && !history.text.contains("Membre"), "something is left: {}", history.text);
    let entries = admin.get(ERASURES).await?.expect(200)?.items();
    ensure!(entries.len() == 1 && entries.iter().all(|one| text(one, "/body/status") == "done"), "{entries:?}");
    let members = registrar.get("/api/v1/statistics/members?by=province").await?.expect(200)?;
    ensure!(*at(&members.json(), "/counts/09.541") == 1, "{}", members.text);
    instance.stop()?;
    instance.serve()?;
    let staff = instance.visitor()?.sign_in(REGISTRAR, PASSWORD).await?;
    staff.get(&gone).await?.expect(404)?;
    Ok(())
}

/// A run through persons, once it has come to its end.
async fn run(admin: &Client, mode: &str) -> anyhow::Result<Value> {
    let asked = json!({ "kind": "registry/person", "mode": mode });
    let id = admin.post("/api/v1/retention", &asked).await?.expect(202)?.at("/id");
    for _ in 0..LOOKS_MAX {
        let found = admin.get(&format!("{RUNS}/{id}")).await?.expect(200)?;
        if found.at("/body/status") != "waiting" {
            ensure!(found.at("/body/status") == "done", "{}", found.text);
            return found.json().get("body").cloned().context("a body");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("the run did not come to its end")
}
