//! Does the path lead from a first lesson over a project to a shop, and does the funnel count it and hide who it was?

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::client::at;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Client, Instance, Setting, paths};

use crate::register::COOPERATIVES;

const OBSERVER: &str = "observer@tests.invalid";
/// How often the counts are asked for that a reader is about to move.
const LOOKS_MAX: u32 = 400;
/// The right answers of the first module of the course on founding.
const ANSWERS: [(&str, &str); 4] = [("q1", "b"), ("q2", "a"), ("q3", "c"), ("q4", "b")];

/// An instance with the three plugins.
fn with_three_plugins() -> anyhow::Result<Instance> {
    let setting = Setting { bundle: Some(paths::bundle("training")?), ..Setting::default() };
    let mut instance = Instance::make(&setting.user(OBSERVER, "observer", "nation"))?;
    for plugin in ["project-bank", "marketplace"] {
        let install = Tiwizi::words("plugin install --grant all").data(instance.data());
        install.word(paths::bundle(plugin)?).succeed()?;
    }
    instance.serve()?;
    Ok(instance)
}

/// Somebody of a cooperative: their person, their membership and their account.
async fn somebody(instance: &Instance, name: &str, (role, cooperative): (&str, &str)) -> anyhow::Result<Client> {
    let office = instance.registrar().await?;
    let person = json!({ "name_fr": name, "province": "09.541", "gender": "female", "birth_date": "1998-04-02" });
    let person = office.post("/api/v1/records/registry/person", &person).await?.expect(201)?.at("/id");
    let membership = json!({ "cooperative": cooperative, "number": "1", "person": person, "province": "09.541",
        "sector": "agriculture", "joined_on": "2026-01-05" });
    office.post("/api/v1/records/registry/membership", &membership).await?.expect(201)?;
    let email = format!("{}@tests.invalid", name.to_lowercase());
    let account = json!({ "email": email, "name": name, "password": PASSWORD, "person": person, "language": "fr" });
    let administrator = instance.administrator().await?;
    let account = administrator.post("/api/v1/accounts", &account).await?.expect(201)?.at("/id");
    let grant = json!({ "role": role, "scope": format!("cooperative:{cooperative}") });
    administrator.post(&format!("/api/v1/accounts/{account}/grants"), &grant).await?.expect(204)?;
    instance.signed_in(&email).await
}

async fn registered(instance: &Instance) -> anyhow::Result<String> {
    let body = json!({ "court": "Taroudannt", "number": "17/2026", "name_fr": "Coopérative Tamount", "sector": "agriculture",
        "province": "09.541", "registered_on": "2026-02-01", "status": "registered" });
    Ok(instance.registrar().await?.post(COOPERATIVES, &body).await?.expect(201)?.at("/id"))
}

/// Where a form leads, below the plugin.
async fn sent(client: &Client, path: &str, form: &[(&str, &str)]) -> anyhow::Result<String> {
    let answer = client.submit(path, form).await?.expect(303)?;
    let place = answer.header("location").split('?').next().unwrap_or_default();
    Ok(place.to_owned())
}

async fn learn_the_first_module(client: &Client) -> anyhow::Result<()> {
    let course = "/fr/p/training/courses/founding";
    sent(client, &format!("{course}/enrol"), &[]).await?;
    for lesson in ["m1-l1", "m1-l2", "m1-l3"] {
        sent(client, &format!("{course}/lessons/{lesson}/done"), &[]).await?;
    }
    sent(client, &format!("{course}/quizzes/m1-q"), &ANSWERS).await.map(drop)
}

/// The counts of a stage, once the reader has come so far that its total is what is wanted.
async fn counted(client: &Client, of: &str, stage: usize, total: i64) -> anyhow::Result<Value> {
    let address = format!("/api/v1/statistics/journey/{of}");
    for _ in 0..LOOKS_MAX {
        let counts = client.get(&address).await?.expect(200)?.json();
        if *at(&counts, &format!("/stages/{stage}/total")) == total {
            return Ok(counts);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("{of} never were {total} at stage {stage}")
}

#[tokio::test]
async fn from_a_lesson_over_a_project_to_a_shop_the_path_says_what_comes_next() -> anyhow::Result<()> {
    let instance = with_three_plugins()?;
    let cooperative = registered(&instance).await?;
    let fadma = somebody(&instance, "Fadma", ("officer", &cooperative)).await?;
    learn_the_first_module(&fadma).await?;
    let plan = sent(&fadma, "/fr/p/project-bank/models/saffron/adopt", &[]).await?;

    // The modules to learn first: one is done, and the next is a link to its first lesson.
    let path = fadma.get("/fr/path").await?.expect(200)?.text;
    ensure!(path.contains("/p/training/courses/founding/lessons/m2-l1"), "the next module is no link: {path}");
    ensure!(path.contains("1 module(s) sur 6"), "{path}");
    let sheet = fadma.get("/fr/p/project-bank/models/saffron").await?.expect(200)?.text;
    ensure!(sheet.contains("/p/training/courses/founding/lessons/m2-l1"), "{sheet}");

    // The cooperative is asked for its plan and led to its shop.
    let own = format!("/fr/directory/{cooperative}/path");
    let page = fadma.get(&own).await?.expect(200)?.text;
    ensure!(page.contains(&format!("/p/marketplace/desk?cooperative={cooperative}")), "{page}");
    let (_, id) = plan.rsplit_once('/').context("a plan has a page")?;
    ensure!(page.contains(&format!("/p/project-bank/plans/{id}#founded")), "{page}");
    for _ in 0..2 {
        sent(&fadma, &format!("{plan}/founded"), &[("cooperative", &cooperative)]).await?;
    }
    let desk = fadma.get(&format!("/fr/p/marketplace/desk?cooperative={cooperative}")).await?.expect(200)?.text;
    ensure!(desk.contains("value=\"17/2026\"") && desk.contains("value=\"Taroudannt\""), "it is to be typed: {desk}");
    let shop = [
        ("court", "Taroudannt"),
        ("number", "17/2026"),
        ("about", "Safran de nos terrasses"),
        ("address", "Douar Tiout"),
        ("phone", "0528000000"),
    ];
    sent(&fadma, "/fr/p/marketplace/desk", &shop).await?;

    let page = fadma.get(&own).await?.expect(200)?.text;
    for told in ["Boutique ouverte", "Coopérative créée à partir d’un plan", "Projet pris dans la banque"] {
        ensure!(page.matches(told).count() == 1, "{told} stands {} times: {page}", page.matches(told).count());
    }
    let observer = instance.signed_in(OBSERVER).await?;
    for of in ["cooperatives", "women", "youth"] {
        counted(&observer, of, 2, 1).await?;
        let public = instance.visitor()?.get(&format!("/api/v1/statistics/journey/{of}")).await?.expect(200)?.json();
        ensure!(at(&public, "/stages/2/total").is_null(), "{of}: one alone is told to everybody: {public}");
    }
    let sectors = counted(&observer, "cooperatives?by=sector", 2, 1).await?;
    ensure!(*at(&sectors, "/stages/2/counts/agriculture") == 1, "{sectors}");
    Ok(())
}

#[tokio::test]
async fn who_does_not_act_for_a_cooperative_says_nothing_of_it() -> anyhow::Result<()> {
    let instance = with_three_plugins()?;
    let cooperative = registered(&instance).await?;
    let member = somebody(&instance, "Ijja", ("member", &cooperative)).await?;
    let plan = sent(&member, "/fr/p/project-bank/models/saffron/adopt", &[]).await?;
    member.submit(&format!("{plan}/founded"), &[("cooperative", &cooperative)]).await?.expect(403)?;
    let page = member.get(&plan).await?.expect(200)?.text;
    ensure!(!page.contains(&cooperative), "a member is offered to say it: {page}");
    let office = instance.registrar().await?;
    let milestones = office.get(&format!("/api/v1/records/registry/milestone?subject={cooperative}")).await?;
    ensure!(milestones.status >= 400 || milestones.items().is_empty(), "{}", milestones.text);
    Ok(())
}
