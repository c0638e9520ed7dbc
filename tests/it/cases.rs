//! Does a plugin's author learn from `tiwizi plugin test` what their plugin does, what it costs and what is wrong?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_tests::command::{Ending, Tiwizi};
use tiwizi_tests::{Instance, Setting, paths};

/// The bundle of the guest that behaves badly on purpose.
fn chaos(folder: &Path) -> anyhow::Result<PathBuf> {
    let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_chaos.wasm");
    ensure!(component.is_file(), "{} is missing: run `cargo xtask plugins --chaos`", component.display());
    let bundle = folder.join("chaos.tzp");
    let pack = Tiwizi::words("plugin pack").option("--manifest", paths::root().join("tests/guests/chaos"));
    pack.option("--component", component).option("--out", &bundle).succeed()?;
    Ok(bundle)
}

/// A folder with these cases, and the chaos bundle.
fn folder(cases: &[(&str, Value)]) -> anyhow::Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let below = folder.path().join("tests/cases");
    std::fs::create_dir_all(&below)?;
    for (name, case) in cases {
        std::fs::write(below.join(format!("{name}.json")), case.to_string())?;
    }
    let bundle = chaos(folder.path())?;
    Ok((folder, bundle))
}

fn play(cases: &[(&str, Value)], words: &str) -> anyhow::Result<Ending> {
    let (folder, bundle) = folder(cases)?;
    let test = Tiwizi::words("plugin test").word(folder.path()).option("--bundle", bundle);
    words.split_whitespace().fold(test, |test, word| test.word(word)).run()
}

/// What a case can lay out and look at, all in one.
fn everything() -> Value {
    let fetch = |url: &str| json!({ "text": json!({ "url": url }).to_string() });
    let put = |text: &str| json!({ "text": json!({ "payload": { "text": text } }).to_string() });
    let rates = "https://api.example.org/rates";
    json!({
        "title": "Everything that a case can say",
        "settings": { "greeting": "salam" },
        "secrets": { "token": "a test value" },
        "outside": [{ "url": rates, "json": { "mad": 10.8 } }],
        "accounts": { "amina": { "role": "administrator", "name": "Amina" } },
        "steps": [
            { "get": "/config", "expect": { "status": 200, "data": { "all": { "greeting": "salam", "size": 3 } } } },
            { "get": "/secrets", "expect": { "at": { "/token/length": 12 } }, "keep": { "code": "/other/length/code" } },
            { "post": "/outside/fetch", "form": fetch(&format!("{rates}?of=${{code}}")),
              "expect": { "data": { "status": 200, "body": "{\"mad\":10.8}" },
                          "asked": ["GET https://api.example.org/rates?of=not-found"], "calls": { "http-out.fetch": 1 } } },
            { "post": "/outside/fetch", "form": fetch("https://api.example.org/none"), "expect": { "data": { "code": "unavailable" } } },
            { "post": "/outside/fetch", "form": fetch("https://evil.example.org/"), "expect": { "data": { "code": "denied" } } },
            { "post": "/write", "form": { "text": "olives" }, "expect": { "records": { "chaos/note": 1 } } },
            { "get": "/notes", "expect": { "data": ["olives"] } },
            { "post": "/kv/brief", "expect": { "status": 200 } },
            { "get": "/page", "language": "ar", "expect": { "template": "page", "text": ["<html lang=\"ar\" dir=\"rtl\""], "no_text": ["<html lang=\"fr\""] } },
            { "as": "amina", "get": "/who", "expect": { "data": { "name": "Amina" } } },
            { "get": "/asset", "expect": { "file": "note.txt" } },
            { "get": "/trap", "expect": { "status": 502, "code": "plugin-failed" } },
            { "post": "/jobs/enqueue", "form": put("note"),
              "expect": { "work": { "done": 1 }, "records": { "chaos/note": 2 }, "calls": { "jobs.enqueue": 1, "store.insert": 1 } } },
            { "post": "/jobs/enqueue", "form": put("reject"), "expect": { "work": { "dead": 1 } } },
            { "post": "/jobs/enqueue", "form": put("retry"), "expect": { "work": { "again": 1 } } },
            { "advance": "31s", "expect": { "work": { "again": 1 } } },
            { "post": "/write-then-problem", "form": { "text": "gone" },
              "expect": { "status": 418, "code": "teapot", "records": { "chaos/note": 2 } } }
        ]
    })
}

#[test]
fn a_case_lays_out_visits_and_looks_at_everything() -> anyhow::Result<()> {
    let played = play(&[("all", everything())], "--json")?.json()?;
    let step = played.pointer("/cases/0/steps/2").context("there is no third step")?;
    ensure!(step["instructions"].as_u64() > Some(1_000) && step["memory_bytes"].as_u64() > Some(0), "{step}");
    ensure!(step["calls"] == json!({ "http-out.fetch": 1 }), "{step}");
    Ok(())
}

#[test]
fn p31_a_case_does_and_costs_the_same_twenty_times() -> anyhow::Result<()> {
    let names: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
    let cases: Vec<(&str, Value)> = names.iter().map(|name| (name.as_str(), everything())).collect();
    let played = play(&cases, "--json")?.json()?;
    let cases = played["cases"].as_array().context("there are no cases")?;
    let seen = |case: &Value| -> Vec<Value> {
        let steps = case["steps"].as_array().cloned().unwrap_or_default();
        steps
            .iter()
            .map(|step| json!([step["instructions"], step["memory_bytes"], step["calls"], step["answer"]]))
            .collect()
    };
    let first = seen(cases.first().context("there is no case")?);
    ensure!(cases.len() == 20 && first.len() == 17, "{played}");
    for case in cases {
        ensure!(seen(case) == first, "{:?} is not {first:?}", seen(case));
    }
    Ok(())
}

#[test]
fn a_difference_says_what_was_expected_and_what_came() -> anyhow::Result<()> {
    let case = |expect: Value| json!({ "title": "It greets", "steps": [{ "get": "/config", "expect": expect }, { "get": "/fine" }] });
    let wrong = [
        ("a", case(json!({ "data": { "all": { "greeting": "salam" } } }))),
        ("b", json!({ "title": "It never crashes", "steps": [{ "get": "/trap" }] })),
        (
            "c",
            json!({ "title": "It reads", "grant": ["store"], "steps": [{ "get": "/register", "expect": { "data": "granted" } }] }),
        ),
    ];
    let ending = play(&wrong, "")?;
    ensure!(ending.code == Some(1) && ending.complaint.contains("3 of 3 cases failed"), "{ending:?}");
    for line in [
        "FAIL  It greets",
        "       data/all/greeting\n         expected  \"salam\"\n         came      \"azul\"",
        "       status\n         expected  below 400\n         came      502 (plugin-failed) (the plugin crashed:",
        "denied: registry.read is not granted",
        "0 passed, 3 failed",
    ] {
        ensure!(ending.output.contains(line), "{line} is not in {}", ending.output);
    }
    // After a difference nothing more is played.
    ensure!(!ending.output.contains("/fine"), "{}", ending.output);
    let one = play(&wrong, "--json --filter crashes")?;
    let one: Value = serde_json::from_str(&one.output)?;
    ensure!(one["failed"] == 1 && one["cases"].as_array().is_some_and(|cases| cases.len() == 1), "{one}");
    Ok(())
}

#[test]
fn a_case_that_is_none_is_named_with_its_mistake() -> anyhow::Result<()> {
    for (case, mistake) in [
        (json!({ "title": "x", "steps": [{ "get": "/", "expct": {} }] }), "expct"),
        (json!({ "title": "x", "steps": [{ "expect": {} }] }), "step 1"),
        (json!({ "title": "x", "steps": [{ "get": "/${nobody}" }] }), "nobody"),
        (json!({ "title": "x", "steps": [{ "as": "nobody", "get": "/" }] }), "nobody"),
        (json!({ "title": "x", "day": "yesterday", "steps": [{ "get": "/" }] }), "day"),
        (json!({ "title": "x", "grant": ["everything"], "steps": [{ "get": "/" }] }), "everything"),
    ] {
        let ending = play(&[("wrong", case)], "")?;
        let said = format!("{}{}", ending.output, ending.complaint);
        ensure!(
            ending.code == Some(1) && said.contains("wrong.json") && said.contains(mistake),
            "{mistake}: {ending:?}"
        );
    }
    let nothing = play(&[], "")?;
    ensure!(nothing.code == Some(1) && nothing.complaint.contains("tests/cases"), "{nothing:?}");
    Ok(())
}

#[tokio::test]
async fn a_failing_call_is_captured_and_run_again_elsewhere() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let bundle = chaos(folder.path())?;
    let mut instance = Instance::make(&Setting { bundle: Some(bundle.clone()), dev: true, ..Setting::default() })?;
    let on = Tiwizi::words("plugin captures --json --on chaos").data(instance.data()).succeed()?.json()?;
    ensure!(on == json!({ "on": true, "captures": [] }), "{on}");
    instance.serve()?;
    instance.visitor()?.get("/fr/p/chaos/trap").await?.expect(502)?;
    instance.stop()?;
    let list = Tiwizi::words("plugin captures --json chaos").data(instance.data()).succeed()?.json()?;
    let file = list.pointer("/captures/0/file").and_then(Value::as_str).context("nothing was captured")?.to_owned();
    let moved = folder.path().join("capture.json");
    std::fs::copy(file, &moved)?;
    let replay = Tiwizi::words("plugin replay --json").word(&moved).option("--bundle", &bundle).run()?;
    let said: Value = serde_json::from_str(&replay.output)?;
    ensure!(replay.code == Some(1) && said["replay"]["end"] == "same" && said["same_bundle"] == true, "{replay:?}");
    let off = Tiwizi::words("plugin captures --json --off --forget chaos").data(instance.data()).succeed()?.json()?;
    ensure!(off == json!({ "on": false, "captures": [] }), "{off}");
    let none = Tiwizi::words("plugin replay").word(&bundle).option("--bundle", &bundle).run()?;
    ensure!(none.code == Some(3), "{none:?}");
    Ok(())
}
