//! Can an administrator see and set what a plugin uses, and does a plugin that misbehaves harm only itself?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::{Client, Instance, Setting, paths};

use crate::upgrade::hidden;

/// The plugin that misbehaves, packed under an id; nobody signed it.
fn chaos(folder: &Path, id: &str) -> anyhow::Result<PathBuf> {
    let source = paths::root().join("tests/guests/chaos");
    let sources = folder.join(id);
    for below in ["templates", "documents", "assets", "locales"] {
        std::fs::create_dir_all(sources.join(below))?;
        for file in std::fs::read_dir(source.join(below))? {
            let file = file?;
            std::fs::copy(file.path(), sources.join(below).join(file.file_name()))?;
        }
    }
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(source.join("manifest.json"))?)?;
    manifest.as_object_mut().context("the manifest is no object")?.insert("id".to_owned(), json!(id));
    std::fs::write(sources.join("manifest.json"), manifest.to_string())?;
    let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_chaos.wasm");
    ensure!(component.is_file(), "{} is missing: run `cargo xtask plugins --chaos`", component.display());
    let out = folder.join(format!("{id}.tzp"));
    let pack = Tiwizi::words("plugin pack").option("--manifest", &sources).option("--component", component);
    pack.option("--out", &out).succeed()?;
    Ok(out)
}

fn made() -> anyhow::Result<(TempDir, Instance)> {
    let folder = TempDir::new()?;
    let setting = Setting { bundle: Some(chaos(folder.path(), "chaos")?), dev: true, ..Setting::default() };
    let instance = Instance::make(&setting)?;
    Ok((folder, instance))
}

async fn served() -> anyhow::Result<(TempDir, Instance)> {
    let (folder, mut instance) = made()?;
    instance.serve()?;
    Ok((folder, instance))
}

async fn put(client: &Client, path: &str, body: Value) -> anyhow::Result<Value> {
    Ok(client.send(Method::PUT, path, Some(&body)).await?.expect(200)?.json())
}

#[tokio::test]
async fn p30_a_secret_is_in_no_answer_no_log_and_no_file() -> anyhow::Result<()> {
    const CANARY: &str = "canary-9f3b-5eed-77aa";
    let (_folder, mut instance) = served().await?;
    let administrator = instance.administrator().await?;
    let mut seen = Vec::new();
    for (name, value, expected) in
        [("token", CANARY.to_owned(), 200), ("token", CANARY.repeat(1_000), 422), ("none", CANARY.to_owned(), 422)]
    {
        let path = format!("/api/v1/plugins/chaos/secrets/{name}");
        let answer = administrator.send(Method::PUT, &path, Some(&json!({ "value": value }))).await?;
        seen.push(answer.expect(expected)?);
    }
    // The plugin is shown it, crashes with it in its memory, and asks another host with it.
    let shown = instance.visitor()?.get("/fr/p/chaos/secrets").await?.expect(200)?;
    ensure!(shown.text.contains(&format!("\"length\":{}", CANARY.len())), "{}", shown.text);
    seen.push(shown);
    for path in [
        "/fr/p/chaos/trap",
        "/api/v1/plugins/chaos",
        "/api/v1/plugins/chaos/secrets",
        "/api/v1/plugins/chaos/settings",
        "/api/v1/plugins/chaos/usage",
        "/api/v1/plugins/chaos/log?lines=1000",
        "/fr/console/plugins/chaos",
        "/metrics",
        "/api/v1/changes",
    ] {
        seen.push(administrator.get(path).await?);
    }
    for answer in &seen {
        ensure!(!answer.text.contains(CANARY), "{}", answer.text);
        ensure!(!format!("{:?}", answer.headers).contains(CANARY), "{:?}", answer.headers);
    }
    ensure!(!instance.log().contains(CANARY), "the log holds the secret");
    instance.stop()?;
    let mut looked_at = 0;
    let mut folders = vec![instance.data().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            looked_at += 1;
            let bytes = std::fs::read(&path)?;
            ensure!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", path.display());
        }
    }
    ensure!(looked_at > 5, "{looked_at} files");
    Ok(())
}

#[tokio::test]
async fn p34_an_answer_that_is_too_large_or_rubbish_is_a_problem_with_an_id() -> anyhow::Result<()> {
    let (_folder, instance) = served().await?;
    let visitor = instance.visitor()?;
    for end in ["giant", "large", "line-break", "no-json", "deep-json", "status"] {
        let answer = visitor.get(&format!("/fr/p/chaos/answers/{end}")).await?;
        ensure!(answer.status == 502, "{end}: {}", answer.status);
        let id = answer.header("x-request-id").to_owned();
        ensure!(!id.is_empty() && answer.text.contains(&id), "{end} does not say its id");
        ensure!(answer.text.len() < 100_000, "{end} is passed on");
        ensure!(!format!("{:?}", answer.headers).contains("stolen"), "{:?}", answer.headers);
    }
    Ok(())
}

#[tokio::test]
async fn past_the_queue_callers_are_told_when_to_come_back_and_others_do_not_notice() -> anyhow::Result<()> {
    let (_folder, instance) = served().await?;
    let administrator = instance.administrator().await?;
    let limits = json!({ "limits": { "calls": 2, "queue": 3, "wall-ms": 4_000 } });
    put(&administrator, "/api/v1/plugins/chaos/limits", limits).await?;
    let visitor = instance.visitor()?;
    let slow = join_all((0..20).map(|_| visitor.get("/fr/p/chaos/sleep")));
    let others = join_all((0..20).map(|_| visitor.get("/fr/directory")));
    let (slow, others) = futures::join!(slow, others);
    for other in others {
        other?.expect(200)?;
    }
    let slow = slow.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let (busy, ran): (Vec<_>, Vec<_>) = slow.iter().partition(|answer| answer.status == 503);
    // Those that waited may be turned away too, when their time is over.
    ensure!(busy.len() >= 15, "{:?}", slow.iter().map(|answer| answer.status).collect::<Vec<_>>());
    ensure!(busy.iter().all(|answer| answer.header("retry-after") == "1"), "{busy:?}");
    ensure!(ran.len() >= 2 && ran.iter().all(|answer| answer.status == 504), "{ran:?}");
    let usage = administrator.get("/api/v1/plugins/chaos/usage").await?.expect(200)?.json();
    let expected = json!({ "busy": busy.len(), "wall-time": ran.len() });
    ensure!(usage["total"]["failures"] == expected, "{usage}");
    Ok(())
}

#[tokio::test]
async fn limits_are_shown_and_set_on_every_way_and_refused_above_their_ceiling() -> anyhow::Result<()> {
    let (_folder, mut instance) = made()?;
    let limits =
        |words: &str| Tiwizi::words(&format!("plugin limits --json {words}")).data(instance.data()).word("chaos");
    let shown = limits("--rows 2 --cpu-ms 50").succeed()?.json()?;
    let of = |shown: &Value, name: &str| {
        let found = shown["limits"].as_array().and_then(|all| all.iter().find(|limit| limit["name"] == name));
        found.cloned().unwrap_or_default()
    };
    ensure!(
        of(&shown, "rows")
            == json!({ "name": "rows", "amount": 2, "set": true, "default": 100_000, "ceiling": 100_000_000 })
    );
    ensure!(limits("--cpu-ms 1001").run()?.code == Some(3));
    for (plugin, grant) in [("chaos", "nothing-like-it"), ("nobody", "kv")] {
        let grant = Tiwizi::words("plugin grant").data(instance.data()).word(plugin).option("--grant", grant);
        let refused = grant.run()?;
        ensure!(refused.code == Some(3), "{refused:?}");
    }
    let doctor = Tiwizi::words("doctor --json").data(instance.data()).succeed()?.json()?;
    ensure!(doctor["plugin_limits"].as_array().is_some_and(|all| all.len() == 15), "{doctor}");
    ensure!(doctor["limits"]["plugin_log_second_lines_max"] == 100, "{doctor}");
    ensure!(doctor["accounts"][0]["records_max"] == 2 && doctor["accounts"][0]["mended"] == false, "{doctor}");
    instance.serve()?;
    let administrator = instance.administrator().await?;
    for text in ["one", "two"] {
        administrator.submit("/fr/p/chaos/write", &[("text", text)]).await?.expect(200)?;
    }
    let full = administrator.submit("/fr/p/chaos/write", &[("text", "three")]).await?;
    ensure!(full.status == 429 && full.text.contains("take up too much"), "{}: {}", full.status, full.text);
    let refused = json!({ "limits": { "rows": 100_000_001 } });
    administrator
        .send(Method::PUT, "/api/v1/plugins/chaos/limits", Some(&refused))
        .await?
        .expect_problem(422, "invalid")?;
    let page = administrator.submit("/fr/console/plugins/chaos/limits", &[("rows", "100000001")]).await?;
    ensure!(page.status == 422 && page.text.contains("Une limite dépasse"), "{}", page.text);
    administrator.submit("/fr/console/plugins/chaos/limits", &[("rows", ""), ("cpu-ms", "60")]).await?;
    let shown = administrator.get("/api/v1/plugins/chaos/limits").await?.expect(200)?.json();
    let set: Vec<&Value> =
        shown["items"].as_array().into_iter().flatten().filter(|limit| limit["set"] == true).collect();
    ensure!(set.len() == 1 && set[0]["name"] == "cpu-ms" && set[0]["amount"] == 60, "{shown}");
    administrator.submit("/fr/p/chaos/write", &[("text", "three")]).await?.expect(200)?;
    Ok(())
}

#[tokio::test]
async fn a_page_of_the_console_shows_one_plugin_and_sets_what_can_be_set() -> anyhow::Result<()> {
    let (_folder, instance) = served().await?;
    let administrator = instance.administrator().await?;
    instance.visitor()?.get("/fr/p/chaos/log").await?.expect(200)?;
    for _ in 0..3 {
        instance.visitor()?.get("/fr/p/chaos/trap").await?.expect(502)?;
    }
    let path = "/fr/console/plugins/chaos";
    let page = administrator.get(path).await?.expect(200)?.text;
    for part in [
        "En quarantaine",
        "it crashed again and again",
        "Nouvel essai automatique",
        "<meter min=\"0\" max=\"100000\"",
        "Signée par personne",
        "a line\\u{a}that",
        "the plugin crashed",
        "name=\"/greeting\"",
        "type=\"password\"",
    ] {
        ensure!(page.contains(part), "{part} is not on the page: {page}");
    }
    ensure!(!page.contains("http-equiv"), "the page refreshes itself");
    let settings = format!("{path}/settings");
    // What the form showed, as a browser sends it back.
    let shown = hidden(&page, "shown")?.replace("&quot;", "\"").replace("&#x2f;", "/");
    let wrong = administrator.submit(&settings, &[("/greeting", "azul"), ("/size", "12"), ("shown", &shown)]).await?;
    ensure!(
        wrong.status == 422 && wrong.text.contains("id=\"error-/size\"") && wrong.text.contains("value=\"12\""),
        "{}",
        wrong.text
    );
    administrator.submit(&settings, &[("/greeting", "salam"), ("/size", "7"), ("shown", &shown)]).await?;
    let shown = administrator.get("/api/v1/plugins/chaos/settings").await?.expect(200)?.json();
    ensure!(
        shown.pointer("/items/0/value") == Some(&json!("salam")) && shown.pointer("/items/1/value") == Some(&json!(7)),
        "{shown}"
    );
    administrator.submit(&format!("{path}/secrets/token"), &[("value", "hush")]).await?;
    let secrets = administrator.get("/api/v1/plugins/chaos/secrets").await?.expect(200)?.json();
    ensure!(secrets.pointer("/items/0/set").is_some_and(Value::is_string), "{secrets}");
    administrator.submit(&format!("{path}/secrets/token"), &[("forget", "yes")]).await?;
    let secrets = administrator.get("/api/v1/plugins/chaos/secrets").await?.expect(200)?.json();
    ensure!(secrets.pointer("/items/0/set") == Some(&Value::Null), "{secrets}");
    for language in ["ar", "ary", "zgh", "shi", "tzm", "rif"] {
        administrator.get(&format!("/{language}/console/plugins/chaos")).await?.expect(200)?;
    }
    let registrar = instance.registrar().await?;
    registrar.get(path).await?.expect(403)?;
    Ok(())
}

#[tokio::test]
async fn what_a_plugin_said_is_read_while_the_server_runs() -> anyhow::Result<()> {
    let (_folder, instance) = served().await?;
    instance.visitor()?.get("/fr/p/chaos/trap").await?.expect(502)?;
    let logs = Tiwizi::words("plugin logs --lines 5 --json").data(instance.data()).word("chaos").succeed()?;
    let lines: Vec<Value> = logs.output.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let last = lines.last().context("the log is empty")?;
    ensure!(last["by"] == "kernel" && last["message"].as_str().is_some_and(|text| text.contains("crashed")), "{last}");
    let administrator = instance.administrator().await?;
    let log = administrator.get("/api/v1/plugins/chaos/log?lines=1").await?.expect(200)?.json();
    ensure!(log["items"][0]["message"] == last["message"], "{log}");
    Ok(())
}

#[tokio::test]
async fn twenty_plugins_are_installed_and_each_is_called() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let key = folder.path().join("key");
    Tiwizi::words("plugin keygen --name Tests").option("--out", &key).succeed()?;
    let mut instance = Instance::make(&Setting::default())?;
    let root = Tiwizi::words("plugin trust add --level community --prefix twin").data(instance.data());
    root.word(folder.path().join("key.pub")).succeed()?;
    instance.serve()?;
    let administrator = instance.administrator().await?;
    let ids: Vec<String> = (0..20).map(|number| format!("twin-{number}")).collect();
    for id in &ids {
        let (unsigned, signed) = (chaos(folder.path(), id)?, folder.path().join(format!("{id}-signed.tzp")));
        Tiwizi::words("plugin sign").option("--key", &key).option("--out", &signed).word(unsigned).succeed()?;
        administrator.upload("/api/v1/plugins?grant=all", std::fs::read(signed)?).await?.expect(201)?;
    }
    let visitor = instance.visitor()?;
    let paths: Vec<String> = ids.iter().map(|id| format!("/fr/p/{id}/fine")).collect();
    for answer in join_all(paths.iter().map(|path| visitor.get(path))).await {
        answer?.expect(200)?;
    }
    let metrics = administrator.get("/metrics").await?.expect(200)?.text;
    ensure!(
        ids.iter().all(|id| metrics.contains(&format!("tiwizi_plugin_calls_total{{plugin=\"{id}\"}} 2"))),
        "{metrics}"
    );
    Ok(())
}
