//! Do five women learn, plan, found, sell and exhibit in the browser, each in her own language, and does the path tell it?
//!
//! The walk is `tests/browser/journey.mjs`; its pictures and papers are in `target/browser/journey`. Its parts are on different days of a
//! calendar that turns while the server runs. What is not the point of a part is set up here: the correction of the model, another
//! seller, and those who apply to the fair beside them.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::clock::Calendar;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Client, Instance, Setting, browser, paths};

use crate::cooperative::free_place;

const PLUGINS: [&str; 3] = ["training", "project-bank", "marketplace"];
const PROVINCE: &str = "09.541";
/// The five, by the name of their part in the walk; names are those of nobody.
const WOMEN: [(&str, &str, &str, &str); 5] = [
    ("first", "Fondatrice Une", "fr", "1996-01-10"),
    ("second", "مؤسسة ثانية", "ar", "1997-02-11"),
    ("third", "Fondatrice Trois", "shi", "1998-03-12"),
    ("fourth", "Fondatrice Quatre", "fr", "1999-04-13"),
    ("fifth", "مؤسسة خامسة", "ar", "2000-05-14"),
];
/// Who keeps the register, runs the market, counts, teaches.
const OFFICES: [(&str, &str, &str, &str, &str); 5] = [
    ("office", "Agent du Registre", "fr", "registrar", "province:09.541"),
    ("staff", "مسؤولة السوق", "ar", "registrar", "nation"),
    ("observer", "Observatrice Nationale", "fr", "observer", "nation"),
    ("trainer", "Formatrice Une", "fr", "trainer", "nation"),
    ("reader", "Relectrice Une", "fr", "trainer", "nation"),
];
/// Applications to the fair beside theirs: more than the 320 places.
const OTHERS: usize = 329;
/// Others who apply with one account.
const OTHERS_EACH: usize = 50;
/// A busy machine takes long over a page.
const WAIT_MS: u32 = 90_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_women_learn_plan_found_sell_and_exhibit_in_the_browser() -> anyhow::Result<()> {
    let calendar = Calendar::new()?;
    let mut instance = Instance::make(&Setting::default())?;
    for plugin in PLUGINS {
        let install = Tiwizi::words("plugin install --grant all").data(instance.data());
        install.word(paths::bundle(plugin)?).succeed()?;
    }
    instance.serve_at(&free_place()?, &calendar.variables())?;
    let state = tempfile::tempdir()?;
    let plan = plan(&instance, state.path().join("state.json")).await?;
    let lead = |part: &str, ahead: i64| lead(&instance, &plan, part, ahead);
    lead("learn", 0)?;
    lead("adapt", 0)?;
    correct(&instance).await?;
    lead("correct", 0)?;
    lead("found", 0)?;
    lead("sell", 0)?;
    // The term of withdrawal ends; what was closed on that day is paid on the next.
    calendar.turn_days(9)?;
    closed(&instance).await?;
    calendar.turn_days(1)?;
    lead("settle", 10)?;
    lead("call", 10)?;
    apply(&instance).await?;
    lead("judge", 10)?;
    calendar.turn_days(11)?;
    lead("allocate", 21)?;
    calendar.turn_days(11)?;
    lead("tell", 32)?;
    let (ended, log) = instance.stop()?;
    ensure!(ended.success(), "the server ended with {ended}: {log}");
    Ok(())
}

/// Leads one part of the walk on the day that the calendar shows, so many days ahead.
fn lead(instance: &Instance, plan: &Value, part: &str, ahead: i64) -> anyhow::Result<()> {
    let mut plan = plan.clone();
    let today = tiwizi_model::Ambient::system().now().0 + ahead * 86_400_000;
    plan["part"] = json!(part);
    plan["today"] = json!(day_of(today)?);
    let led = tokio::task::block_in_place(|| browser::lead("journey.mjs", plan));
    led.with_context(|| instance.log())
}

/// A day as forms write it.
fn day_of(ms: i64) -> anyhow::Result<String> {
    let seconds = format!("@{}", ms / 1_000);
    let told = std::process::Command::new("date").args(["-u", "-d", &seconds, "+%Y-%m-%d"]).output()?;
    Ok(String::from_utf8(told.stdout)?.trim().to_owned())
}

/// What every part is told.
async fn plan(instance: &Instance, state: PathBuf) -> anyhow::Result<Value> {
    let (administrator, registrar) = (instance.administrator().await?, instance.registrar().await?);
    for plugin in ["training", "marketplace"] {
        let settings = json!({ "settings": { "address": instance.address() } });
        let path = format!("/api/v1/plugins/{plugin}/settings");
        administrator.send(Method::PUT, &path, Some(&settings)).await?.expect(200)?;
    }
    let (mut people, mut women) = (serde_json::Map::new(), Vec::new());
    for (at, (part, name, language, born)) in WOMEN.into_iter().enumerate() {
        let own = if language == "ar" { "name_ar" } else { "name_fr" };
        let mut body = json!({ own: name, "gender": "female", "birth_date": born, "province": PROVINCE });
        let person = registrar.post("/api/v1/records/registry/person", &body).await?.expect(201)?.at("/id");
        people.insert(part.to_owned(), account(&administrator, (part, name, language), Some(&person), &[]).await?);
        if let Some(fields) = body.as_object_mut() {
            fields.remove("province");
            fields.insert("national_id".to_owned(), json!(format!("JA10000{at}")));
        }
        women.push(body);
    }
    let buyer = json!({ "name_ar": "مشترية", "province": "04.421" });
    let buyer = registrar.post("/api/v1/records/registry/person", &buyer).await?.expect(201)?.at("/id");
    people.insert("buyer".to_owned(), account(&administrator, ("buyer", "مشترية", "ar"), Some(&buyer), &[]).await?);
    for (part, name, language, role, scope) in OFFICES {
        let roles = [(role, scope.to_owned())];
        people.insert(part.to_owned(), account(&administrator, (part, name, language), None, &roles).await?);
    }
    let other = json!({ "court": "Azilal", "number": "7/2019", "name_fr": "Azekka", "name_ar": "أزكا", "category": "a",
        "sector": "agriculture", "province": "05.081", "registered_on": "2019-05-02", "status": "registered" });
    let id = registrar.post("/api/v1/records/registry/cooperative", &other).await?.expect(201)?.at("/id");
    let officer = [("officer", format!("cooperative:{id}"))];
    people.insert("seller".to_owned(), account(&administrator, ("seller", "Vendeuse", "shi"), None, &officer).await?);
    let pack: Value = serde_json::from_slice(&std::fs::read(paths::root().join("manifests/rules/ma-112-12.json"))?)?;
    let statutes = pack.pointer("/statutes/items").and_then(Value::as_array).map(Vec::len);
    Ok(json!({
        "address": instance.address(), "people": people, "women": women, "province": PROVINCE, "state": state,
        "other": { "id": id, "court": "Azilal", "number": "7/2019" }, "applications": OTHERS + 1, "wait_ms": WAIT_MS,
        "statutes": statutes.context("the pack has no items")?,
        "content": paths::root().join("plugins/training/content"), "manifests": paths::root().join("manifests"),
        "pictures": std::path::absolute(paths::target().join("browser/journey"))?,
    }))
}

/// An account with its roles, as the walk signs in with it.
async fn account(
    administrator: &Client,
    (part, name, language): (&str, &str, &str),
    person: Option<&str>,
    roles: &[(&str, String)],
) -> anyhow::Result<Value> {
    let email = format!("{part}@tests.invalid");
    let mut body = json!({ "email": email, "name": name, "password": PASSWORD, "language": language });
    if let Some(person) = person {
        body["person"] = json!(person);
    }
    let id = administrator.post("/api/v1/accounts", &body).await?.expect(201)?.at("/id");
    for (role, scope) in roles {
        let grant = json!({ "role": role, "scope": scope });
        administrator.post(&format!("/api/v1/accounts/{id}/grants"), &grant).await?.expect(204)?;
    }
    Ok(json!({ "email": email, "password": PASSWORD, "language": language, "name": name, "account": id }))
}

/// The authors of the saffron model correct it: what glass costs, and the price of a flask, which the women have changed too.
async fn correct(instance: &Instance) -> anyhow::Result<()> {
    const DESK: &str = "/fr/p/project-bank/model-desk/saffron";
    let trainer = instance.signed_in("trainer@tests.invalid").await?;
    trainer.submit(&format!("{DESK}/step"), &[("action", "open")]).await?.expect(303)?;
    for (line, field, value) in [("costs/glass", "amount", "4.25"), ("parameters/flask", "value", "36")] {
        let page = trainer.get(&format!("{DESK}/part?of={line}")).await?.expect(200)?;
        let seen = hidden(&page.text, "seen")?;
        let form = [("of", line), ("seen", seen.as_str()), (field, value)];
        trainer.submit(&format!("{DESK}/part"), &form).await?.expect(303)?;
    }
    trainer.submit(&format!("{DESK}/step"), &[("action", "review")]).await?.expect(303)?;
    let reader = instance.signed_in("reader@tests.invalid").await?;
    let seen = hidden(&reader.get(DESK).await?.expect(200)?.text, "seen")?;
    let publish = [("action", "publish"), ("seen", seen.as_str()), ("name", "Relectrice Une")];
    reader.submit(&format!("{DESK}/step"), &publish).await?.expect(303)?;
    Ok(())
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> anyhow::Result<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).with_context(|| format!("no {name}"))?;
    Ok(rest.split_once('"').map_or("", |(value, _)| value).replace("&#x2f;", "/"))
}

/// Waits until both parts of the order are closed, which the market does in the background on that day.
async fn closed(instance: &Instance) -> anyhow::Result<()> {
    let administrator = instance.administrator().await?;
    for _ in 0..240 {
        let jobs = administrator.get("/api/v1/jobs?limit=100").await?.expect(200)?;
        if !jobs.items().iter().any(|job| job.get("name") == Some(&json!("close"))) {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    anyhow::bail!("the parts of the order were not closed")
}

/// Others open a shop and apply to the fair, by the forms of their desks.
async fn apply(instance: &Instance) -> anyhow::Result<()> {
    let (administrator, registrar) = (instance.administrator().await?, instance.registrar().await?);
    let write = |number: usize| {
        json!({ "action": "create", "kind": "registry/cooperative", "body": {
            "court": "Taroudannt", "number": format!("{number}/2018"), "category": "a", "sector": "agriculture",
            "name_fr": format!("Exposante {number}"), "name_ar": format!("عارضة {number}"),
            "province": (["09.541", "09.001", "04.421"])[number % 3], "registered_on": "2018-05-02", "status": "registered",
        } })
    };
    let writes: Vec<Value> = (0..OTHERS).map(write).collect();
    let written = registrar.post("/api/v1/batch", &json!({ "writes": writes })).await?.expect(200)?.items();
    let ids: Vec<String> = written.iter().map(|item| tiwizi_tests::client::text(item, "/id")).collect();
    for (at, some) in ids.chunks(OTHERS_EACH).enumerate() {
        let part = format!("officer{at}");
        let roles: Vec<_> = some.iter().map(|id| ("officer", format!("cooperative:{id}"))).collect();
        account(&administrator, (&part, "Officier", "fr"), None, &roles).await?;
        let officer = instance.signed_in(&format!("{part}@tests.invalid")).await?;
        for (place, id) in some.iter().enumerate() {
            let number = format!("{}/2018", at * OTHERS_EACH + place);
            let shop = [
                ("court", "Taroudannt"),
                ("number", &number),
                ("about", "Une exposante"),
                ("address", "Rue 1"),
                ("phone", "0500000000"),
            ];
            officer.submit("/fr/p/marketplace/desk", &shop).await?.expect(303)?;
            let fields = [("phase", "1"), ("women", "on")];
            let fields = if place % 2 == 0 { &fields[..] } else { &fields[..1] };
            officer.submit(&format!("/fr/p/marketplace/desk/{id}/fairs/foire-regionale"), fields).await?.expect(303)?;
        }
    }
    Ok(())
}
