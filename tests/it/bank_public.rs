//! Does the public read the published models of the project bank, and nothing of what is not published?

use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Client, Instance, Setting, paths};

/// How long the copies may take to follow the models.
const WAIT: Duration = Duration::from_secs(60);
const TRAINER: &str = "trainer@example.org";
const OBSERVER: &str = "observer@example.org";
const MODELS: &str = "/api/v1/records/project-bank/model";
const DRAFTS: &str = "/api/v1/records/project-bank/model-draft";
const PUBLICATIONS: &str = "/api/v1/records/project-bank/publication?limit=100";

/// The codes of what the public reads.
async fn published(visitor: &Client) -> anyhow::Result<Vec<String>> {
    let items = visitor.get(PUBLICATIONS).await?.expect(200)?.items();
    let code = |item: &Value| item.pointer("/body/code").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(items.iter().map(code).collect())
}

/// Waits until the public reads a model, or reads it no longer.
async fn until(visitor: &Client, code: &str, there: bool) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    while published(visitor).await?.iter().any(|published| published == code) != there {
        ensure!(watch.elapsed() < WAIT, "{code} is{} read by the public", if there { " not" } else { " still" });
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

#[tokio::test]
async fn the_public_reads_published_models_and_no_drafts() -> anyhow::Result<()> {
    let setting = Setting { bundle: Some(paths::bundle("project-bank")?), ..Setting::default() };
    let setting = setting.user(TRAINER, "trainer", "nation").user(OBSERVER, "observer", "nation");
    let instance = Instance::start(&setting)?;
    let visitor = instance.visitor()?;
    until(&visitor, "saffron", true).await?;

    let trainer = instance.signed_in(TRAINER).await?.with_token("tests").await?;
    let models = trainer.get(&format!("{MODELS}?code=saffron")).await?.expect(200)?.items();
    let saffron = models.first().context("the trainer does not see the model")?;
    let id = saffron.pointer("/id").and_then(Value::as_str).context("it has no id")?.to_owned();

    // Nobody writes a model past its review, not even whoever writes models.
    let mut body = saffron.pointer("/body").cloned().context("it has no body")?;
    let members = body.as_object_mut().context("it is no object")?;
    members.insert("code".to_owned(), json!("secret-draft"));
    trainer.post(MODELS, &body).await?.expect(403)?;
    let path = format!("{MODELS}/{id}");
    trainer.send(Method::PATCH, &path, Some(&json!({ "state": "withdrawn" }))).await?.expect(403)?;
    let desk = instance.signed_in(TRAINER).await?;
    let draft = [("code", "secret-draft"), ("title_fr", "Secret"), ("from", "saffron")];
    desk.submit("/fr/p/project-bank/model-desk", &draft).await?.expect(303)?;

    let account = instance.signed_in(OBSERVER).await?.with_token("tests").await?;
    for reader in [&visitor, &account] {
        for path in [MODELS, DRAFTS, "/fr/p/project-bank/model-desk/secret-draft"] {
            let answer = reader.get(path).await?;
            ensure!([303, 401, 403, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
            ensure!(!answer.text.contains("secret-draft"), "{path}: {}", answer.text);
        }
        let versions = reader.get("/api/v1/records/project-bank/model-version").await?;
        ensure!([401, 403].contains(&versions.status), "{}", versions.text);
    }
    let step = "/fr/p/project-bank/model-desk/saffron/step";
    desk.submit(step, &[("action", "withdraw")]).await?.expect(303)?;
    until(&visitor, "saffron", false).await?;
    ensure!(!published(&visitor).await?.contains(&"secret-draft".to_owned()), "a draft has a copy");
    visitor.get("/fr/p/project-bank/models/saffron").await?.expect(404)?;
    visitor.get("/fr/p/project-bank/models/secret-draft").await?.expect(404)?;
    desk.submit(step, &[("action", "put-back")]).await?.expect(303)?;
    until(&visitor, "saffron", true).await?;
    visitor.get("/fr/p/project-bank/models/saffron").await?.expect(200)?;
    Ok(())
}
