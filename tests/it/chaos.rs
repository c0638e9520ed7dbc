//! Does the console say of each plugin that misbehaves what it did, and of each that is not let in, why?
//!
//! That each guest is stopped, and by which of its limits, the host's own tests show (`kernel/host/src/tests/bounds.rs` and its
//! neighbours). Here the real program is asked, and then its administrator looks at the plugin's page.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Map, Value, json};
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Client, Instance, Setting};

use crate::upgrade::hidden;
use crate::workshop::{Workshop, component, install};

/// How long a chain of events may take.
const WAIT: Duration = Duration::from_secs(60);

/// What the plugin is asked, how its visitor is answered, and what its page says after that.
const MISBEHAVIOURS: [(&str, u16, &str); 24] = [
    ("loop", 504, "the plugin used more than 100 ms of processor time"),
    ("copy", 504, "the plugin used more than 100 ms of processor time"),
    ("sleep", 504, "the plugin took longer than 1000 ms"),
    ("storm", 502, "the plugin made more than 10000 calls of the kernel"),
    ("reads", 502, "the plugin made too many reads and writes of records"),
    ("memory", 502, "the plugin needs more than 67108864 bytes of memory"),
    ("handles", 502, "the plugin crashed: "),
    ("argument", 502, "the plugin crashed: too much data is being copied"),
    ("outside", 502, "out of bounds of memory"),
    ("malformed", 502, "the plugin crashed: invalid utf-8"),
    ("random", 502, "exceeds limit"),
    ("recursion", 502, "the plugin crashed: "),
    ("trap", 502, "the plugin crashed: "),
    ("exit", 502, "the plugin crashed: "),
    ("answers/giant", 502, "the plugin crashed: "),
    ("answers/large", 502, "2097152 are allowed"),
    ("answers/no-json", 502, "its data is no JSON object"),
    ("answers/deep-json", 502, "is not acceptable JSON"),
    ("answers/line-break", 502, "which is no plain path below the plugin"),
    ("answers/away", 502, "which is no plain path below the plugin"),
    ("answers/template", 502, "the bundle holds no template"),
    ("answers/file", 502, "the bundle holds no asset"),
    ("answers/status", 502, "its status 101 does not fit"),
    // It is told, and goes on; what it asked for belongs to another plugin.
    ("foreign", 200, "chaos declares no kind training"),
];

/// The words for them in the count of failures.
const KINDS: [&str; 7] = ["cpu-time", "wall-time", "host-calls", "store-calls", "memory", "trap", "answer"];

/// An instance with the chaos plugin, whose manifest is changed.
fn served(change: impl FnOnce(&mut Value)) -> anyhow::Result<(Workshop, Instance)> {
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    install(&instance, &workshop.bundle("chaos", change)?)?;
    instance.serve()?;
    Ok((workshop, instance))
}

async fn page_of(administrator: &Client, plugin: &str) -> anyhow::Result<String> {
    Ok(administrator.get(&format!("/fr/console/plugins/{plugin}")).await?.expect(200)?.text)
}

/// Whether a plugin's page has a line of the kernel's about a request, with these words.
async fn said(administrator: &Client, plugin: &str, request: &str, words: &str) -> anyhow::Result<()> {
    ensure!(!request.is_empty(), "the answer names no request");
    let page = page_of(administrator, plugin).await?;
    let is_it = |line: &str| line.contains(request) && line.contains("noyau") && line.contains(words);
    ensure!(page.split("<li ").any(is_it), "{words:?} about {request} is not on the page of {plugin}: {page}");
    Ok(())
}

async fn put(client: &Client, path: &str, body: Value) -> anyhow::Result<()> {
    client.send(Method::PUT, path, Some(&body)).await?.expect(200).map(drop)
}

/// However slow the machine, its time is not what ends what is to end for another reason.
async fn give_time(administrator: &Client) -> anyhow::Result<()> {
    set_time(administrator, 1_000, 30_000).await
}

async fn set_time(administrator: &Client, cpu_ms: u32, wall_ms: u32) -> anyhow::Result<()> {
    let limits = json!({ "limits": { "cpu-ms": cpu_ms, "wall-ms": wall_ms } });
    put(administrator, "/api/v1/plugins/chaos/limits", limits).await
}

/// The time by which it is to be stopped, and plenty of the other.
async fn time_for(administrator: &Client, path: &str) -> anyhow::Result<()> {
    match path {
        "loop" | "copy" => set_time(administrator, 100, 30_000).await,
        "sleep" => set_time(administrator, 1_000, 1_000).await,
        _ => give_time(administrator).await,
    }
}

#[tokio::test]
async fn each_misbehaviour_stands_on_the_page_of_the_plugin_with_its_reason() -> anyhow::Result<()> {
    let (_workshop, instance) = served(|_| ())?;
    let (administrator, visitor) = (instance.administrator().await?, instance.visitor()?);
    for (path, status, words) in MISBEHAVIOURS {
        time_for(&administrator, path).await?;
        // Crash after crash it would be in quarantine, and not be called any more.
        put(&administrator, "/api/v1/plugins/chaos/enabled", json!({ "enabled": true })).await?;
        let answer = visitor.get(&format!("/fr/p/chaos/{path}")).await?;
        ensure!(answer.status == status, "{path}: {} {}", answer.status, answer.text);
        said(&administrator, "chaos", answer.header("x-request-id"), words).await.context(path)?;
    }
    let usage = administrator.get("/api/v1/plugins/chaos/usage").await?.expect(200)?;
    for kind in KINDS {
        ensure!(usage.at(&format!("/total/failures/{kind}")).parse::<u64>().is_ok(), "{kind}: {}", usage.text);
    }
    Ok(())
}

#[tokio::test]
async fn a_flood_of_lines_is_cut_and_the_page_says_how_much_is_missing() -> anyhow::Result<()> {
    let (_workshop, instance) = served(|_| ())?;
    let (administrator, visitor) = (instance.administrator().await?, instance.visitor()?);
    give_time(&administrator).await?;
    for path in ["log", "print"] {
        let answer = visitor.get(&format!("/fr/p/chaos/{path}")).await?.expect(200)?;
        said(&administrator, "chaos", answer.header("x-request-id"), "dropped ").await.context(path)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_plugin_that_answers_itself_without_end_is_stopped_and_its_page_says_where() -> anyhow::Result<()> {
    let listens = json!([{ "name": "told", "topics": ["chaos/ping"] }]);
    let (_workshop, instance) = served(|manifest| manifest["events"] = listens)?;
    let (administrator, visitor) = (instance.administrator().await?, instance.visitor()?);
    let ping = json!({ "payload": { "text": "ping" } }).to_string();
    visitor.submit("/fr/p/chaos/events/emit", &[("text", &ping)]).await?.expect(200)?;
    let watch = Stopwatch::start();
    loop {
        let page = page_of(&administrator, "chaos").await?;
        if page.contains("more than 8 reactions led to an event; it is not told: chaos") {
            return Ok(());
        }
        ensure!(watch.elapsed() < WAIT, "the end of the chain is not on the page: {page}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_plugin_that_asks_who_waits_for_it_is_refused_and_its_page_says_so() -> anyhow::Result<()> {
    let (workshop, mut instance) = served(|_| ())?;
    let asks = json!([{ "contract": "chaos/echo", "major": 1, "optional": true }]);
    let two = workshop.bundle("two", |manifest| {
        manifest["id"] = json!("two");
        manifest["requires"] = asks;
    })?;
    instance.stop()?;
    install(&instance, &two)?;
    instance.serve()?;
    let (administrator, visitor) = (instance.administrator().await?, instance.visitor()?);
    let back = json!({ "contract": "chaos/echo", "method": "who", "payload": null });
    let question = json!({ "contract": "two/echo", "method": "deeper", "payload": back }).to_string();
    let answer = visitor.submit("/fr/p/chaos/calls/ask", &[("text", &question)]).await?.expect(200)?;
    ensure!(answer.text.contains("re-entrant"), "{}", answer.text);
    said(&administrator, "two", answer.header("x-request-id"), "re-entrant").await
}

/// A schema whose definitions each stand for two of the one before: a million parts when they are written out.
fn become_schema_bomb(manifest: &mut Value) {
    let mut definitions = Map::from_iter([("d0".to_owned(), json!({ "type": "string" }))]);
    for number in 1..=20 {
        let before = json!({ "$ref": format!("#/$defs/d{}", number - 1) });
        definitions.insert(format!("d{number}"), json!({ "allOf": [before, before] }));
    }
    let bomb = json!({ "$ref": "#/$defs/d20" });
    for (place, name, value) in [
        ("/kinds/0/schema", "$defs", Value::Object(definitions)),
        ("/kinds/0/schema/properties", "bomb", bomb),
        ("/kinds/0/classes", "bomb", json!("public")),
    ] {
        if let Some(Value::Object(object)) = manifest.pointer_mut(place) {
            object.insert(name.to_owned(), value);
        }
    }
}

#[tokio::test]
async fn what_is_not_let_in_is_refused_on_the_page_that_asks_with_its_reason() -> anyhow::Result<()> {
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    let schema = fs::read(workshop.packed("schema", &component()?, become_schema_bomb)?)?;
    let crash = json!({ "type": "string", "maxLength": 20, "default": "trap-in-init" });
    let init = fs::read(workshop.bundle("init", |manifest| manifest["settings"]["properties"]["migration"] = crash)?)?;
    instance.serve()?;
    let administrator = instance.administrator().await?;
    let console = "/fr/console/plugins";
    let look = async |bundle: &[u8]| -> anyhow::Result<String> {
        let sent = administrator.submit_file(console, "file", bundle).await?.expect(303)?;
        Ok(administrator.get(sent.header("location")).await?.expect(200)?.text)
    };
    let packed = |start: &[u8]| [start, &[0; 4_096]].concat();
    for (bundle, words) in [
        (packed(b"PK\x03\x04"), "this is a compressed file or a zip"),
        (packed(b"\x1f\x8b\x08"), "this is a compressed file or a zip"),
        (schema, "the schema has more than 10000 parts when its references are followed"),
    ] {
        let page = look(&bundle).await?;
        ensure!(page.contains(words) && !page.contains("Installer</button>"), "{words:?} is not on the page: {page}");
    }
    let page = look(&init).await?;
    let fields = [("bundle", hidden(&page, "bundle")?)];
    let refused = administrator.submit(&format!("{console}/consent"), &fields).await?.expect(422)?;
    for words in ["n’a pas pu", "the plugin crashed"] {
        ensure!(refused.text.contains(words), "{words:?} is not on the page: {}", refused.text);
    }
    let plugins = administrator.get("/api/v1/plugins").await?.expect(200)?;
    ensure!(plugins.items().is_empty(), "{}", plugins.text);
    Ok(())
}
