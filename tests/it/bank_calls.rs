//! Does a call for projects hold in the real kernel: the whole of it, and no way past its rules through the API?

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::clock::Calendar;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::REGISTRAR;
use tiwizi_tests::{Client, Instance, Setting, paths};

const BANK: &str = "/fr/p/project-bank";
const CALL: &str = "/fr/p/project-bank/calls/essai";
const DESK: &str = "/fr/p/project-bank/call-desk/essai";
const RECORDS: &str = "/api/v1/records/project-bank";
const JURY: &str = "jury@example.org";

#[test]
fn the_cases_of_calls_and_funding_pass_with_the_bundle_that_is_shipped() -> anyhow::Result<()> {
    let bundle = paths::bundle("project-bank")?;
    let test = Tiwizi::words("plugin test").word(paths::root().join("plugins/project-bank"));
    let ending = test.option("--bundle", bundle).succeed()?;
    ensure!(ending.output.contains("0 failed"), "{}", ending.output);
    Ok(())
}

/// A published call with one in the jury; the calendar is the machine's.
async fn opened(instance: &Instance) -> anyhow::Result<(Client, Client)> {
    let organiser = instance.signed_in(REGISTRAR).await?;
    let form = [
        ("code", "essai"),
        ("title_ar", "نداء"),
        ("title_fr", "Appel d’essai"),
        ("about_ar", "دعم المشاريع"),
        ("about_fr", "Un appui"),
        ("province", "09.541"),
        ("opens", "2020-01-01"),
        ("closes", "2090-12-31"),
        ("places", "١"),
        ("threshold", "0"),
        ("sheets_min", "1"),
        ("average", "mean"),
        ("ties", "lot"),
        ("weight_market", "1"),
    ];
    organiser.submit(&format!("{BANK}/call-desk"), &form).await?.expect(303)?;
    organiser.submit(&format!("{DESK}/publish"), &[]).await?.expect(303)?;
    let invited = organiser.submit(&format!("{DESK}/jury"), &[("name", "Zineb")]).await?.expect(200)?;
    let (_, rest) = invited.text.split_once("/calls/essai/jury/").context("no invitation is shown")?;
    let key: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    let juror = instance.signed_in(JURY).await?;
    juror.submit(&format!("{CALL}/jury/{key}"), &[]).await?.expect(303)?;
    let again = organiser.get(DESK).await?.expect(200)?;
    ensure!(!again.text.contains(&key), "the invitation's key is shown twice");
    Ok((organiser, juror))
}

/// A member of the register with an account and a plan from a model; answers the session and the plan's id.
async fn applicant(instance: &Instance) -> anyhow::Result<(Client, String)> {
    const PASSWORD: &str = "a long enough password";
    let registrar = instance.registrar().await?;
    let person = json!({ "name_fr": "Fadma", "province": "09.541" });
    let person = registrar.post("/api/v1/records/registry/person", &person).await?.expect(201)?.at("/id");
    let account = json!({
        "email": "fadma@example.org", "name": "Fadma", "language": "ar", "password": PASSWORD, "person": person,
    });
    instance.administrator().await?.post("/api/v1/accounts", &account).await?.expect(201)?;
    let fadma = instance.visitor()?.first_sign_in("fadma@example.org", PASSWORD, "another long password").await?;
    let adopted = fadma.submit(&format!("{BANK}/models/saffron/adopt"), &[]).await?.expect(303)?;
    let plan = adopted.header("location").rsplit('/').next().unwrap_or_default().to_owned();
    Ok((fadma, plan))
}

fn setting(calendar: &Calendar) -> anyhow::Result<Setting> {
    let bundle = Some(paths::bundle("project-bank")?);
    Ok(Setting { bundle, variables: calendar.variables(), ..Setting::default() }.user(JURY, "observer", "nation"))
}

#[tokio::test]
async fn no_way_through_the_api_leads_past_the_rules_of_a_call() -> anyhow::Result<()> {
    let calendar = Calendar::new()?;
    let mut instance = Instance::make(&setting(&calendar)?)?;
    instance.serve_with(&calendar.variables())?;
    let (organiser, juror) = opened(&instance).await?;
    let (fadma, plan) = applicant(&instance).await?;
    let sent = fadma.submit(&format!("{CALL}/mine"), &[("plan", &plan), ("province", "09.541")]).await?;
    sent.expect(303)?;

    // Who organises, who judges and who applies read neither sheets nor rankings but through the pages, and write nothing of them.
    for who in [&organiser, &juror, &fadma] {
        for kind in ["score-sheet", "verdicts", "ranking", "juror", "project-call"] {
            let read = who.get(&format!("{RECORDS}/{kind}")).await?;
            ensure!(read.status >= 400, "{kind} is read past the pages: {}", read.text);
            let written = who.post(&format!("{RECORDS}/{kind}"), &json!({})).await?;
            ensure!((400..500).contains(&written.status), "{kind} is written past the pages: {}", written.text);
        }
    }
    let own = fadma.get(&format!("{RECORDS}/candidacy")).await?.expect(200)?;
    let id = own.at("/items/0/id");
    let patch = json!({ "number": 1, "withdrawn": false, "people": [] });
    let changed = fadma.send(Method::PATCH, &format!("{RECORDS}/candidacy/{id}"), Some(&patch)).await?;
    ensure!((400..500).contains(&changed.status), "an application is changed past the pages: {}", changed.text);
    let others: Value = juror.get(&format!("{RECORDS}/submission")).await?.json();
    let none = others.pointer("/items").and_then(Value::as_array).is_none_or(Vec::is_empty);
    ensure!(none, "the plan that was sent is read past the pages: {others}");
    Ok(())
}

#[tokio::test]
async fn a_frozen_plan_outlives_a_restart_and_its_deletion() -> anyhow::Result<()> {
    let calendar = Calendar::new()?;
    let mut instance = Instance::make(&setting(&calendar)?)?;
    instance.serve_with(&calendar.variables())?;
    opened(&instance).await?;
    let (fadma, plan) = applicant(&instance).await?;
    fadma.submit(&format!("{CALL}/mine"), &[("plan", &plan), ("province", "09.541")]).await?.expect(303)?;
    let own = format!("{RECORDS}/submission");
    let before = fadma.get(&own).await?.expect(200)?.at("/items/0/body");
    fadma.send(Method::DELETE, &format!("{RECORDS}/own-plan/{plan}"), None).await?;
    instance.kill()?;
    instance.serve_with(&calendar.variables())?;
    let fadma = instance.visitor()?.sign_in("fadma@example.org", "another long password").await?;
    let after = fadma.get(&own).await?.expect(200)?.at("/items/0/body");
    ensure!(after == before && !after.is_empty(), "what was sent changed");
    let page = fadma.get(&format!("{CALL}/mine")).await?.expect(200)?;
    ensure!(page.text.contains("Envoi"), "{}", page.text);
    Ok(())
}
