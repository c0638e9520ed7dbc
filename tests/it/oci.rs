//! Are bundles from a registry the same bytes as from a file, and is nothing trusted that only a registry says?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tiwizi_tests::command::{Ending, Tiwizi};
use tiwizi_tests::oci::{Door, NAME, PASSWORD, Registry};
use tiwizi_tests::{Instance, Setting, paths};

/// A command that knows of no sign-in of whoever runs the tests.
fn tiwizi(words: &str, desk: &TempDir) -> Tiwizi {
    Tiwizi::words(words).variable("DOCKER_CONFIG", desk.path())
}

fn push(registry: &Registry, desk: &TempDir, bundle: &Path, name: &str) -> anyhow::Result<Value> {
    tiwizi("plugin push --json", desk).word(bundle).word(registry.at(name)).succeed()?.json()
}

fn pull(address: &str, desk: &TempDir) -> anyhow::Result<(Ending, PathBuf)> {
    let out = desk.path().join("pulled.tzp");
    let ending = tiwizi("plugin pull --json", desk).word(address).option("--out", &out).run()?;
    Ok((ending, out))
}

fn install(instance: &Instance, desk: &TempDir, address: &str, more: &str) -> anyhow::Result<Ending> {
    let install = tiwizi(&format!("plugin install --json --grant all {more}"), desk).data(instance.data());
    install.word(format!("oci://{address}")).run()
}

fn text<'a>(answer: &'a Value, pointer: &str) -> anyhow::Result<&'a str> {
    answer.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no text at {pointer} of {answer}"))
}

/// What is written into the middle of a file is another byte than before.
fn damage(file: &Path) -> anyhow::Result<()> {
    let mut bytes = std::fs::read(file)?;
    let middle = bytes.len() / 2;
    let byte = bytes.get_mut(middle).context("an empty file")?;
    *byte ^= 1;
    Ok(std::fs::write(file, bytes)?)
}

fn ensure_refused(ending: &Ending, code: i32, reason: &str) -> anyhow::Result<()> {
    ensure!(ending.code == Some(code), "{ending:?}");
    ensure!(ending.complaint.contains(reason), "{reason:?} is not in {}", ending.complaint);
    Ok(())
}

#[tokio::test]
async fn a_bundle_comes_out_of_a_registry_as_it_went_in() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    let bundle = paths::bundle("training")?;
    let pushed = push(&registry, &desk, &bundle, "plugins/training:0.1.0")?;
    ensure!(text(&pushed, "/plugin")? == "training" && pushed["signed"] == json!(true), "{pushed}");
    for address in [registry.at("plugins/training:0.1.0"), text(&pushed, "/by_digest")?.to_owned()] {
        let (ending, out) = pull(&address, &desk)?;
        ensure!(ending.code == Some(0), "{ending:?}");
        ensure!(std::fs::read(&out)? == std::fs::read(&bundle)?, "other bytes came from {address}");
        ensure!(ending.complaint.is_empty(), "a bar was drawn where there is no terminal: {}", ending.complaint);
    }
    let manifest = registry.manifest("plugins/training", "0.1.0").await?;
    ensure!(text(&manifest, "/config/mediaType")? == "application/vnd.tiwizi.plugin.config.v1+json", "{manifest}");
    ensure!(text(&manifest, "/layers/0/mediaType")? == "application/vnd.tiwizi.plugin.bundle.v1+tar", "{manifest}");
    ensure!(manifest["layers"].as_array().is_some_and(|layers| layers.len() == 1), "{manifest}");
    let annotations = &manifest["annotations"];
    ensure!(annotations["org.opencontainers.image.title"] == "training", "{manifest}");
    ensure!(annotations["org.opencontainers.image.version"].is_string(), "{manifest}");
    let again = push(&registry, &desk, &bundle, "plugins/training:again")?;
    ensure!(text(&again, "/by_digest")? == text(&pushed, "/by_digest")?, "the same bundle has two digests");
    Ok(())
}

#[test]
fn a_plugin_is_verified_and_installed_from_a_registry() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    push(&registry, &desk, &paths::bundle("training")?, "training:1")?;
    let instance = Instance::make(&Setting::default())?;
    let verify = tiwizi("plugin verify --json", &desk).data(instance.data());
    let verified = verify.word(format!("oci://{}", registry.at("training:1"))).succeed()?.json()?;
    ensure!(verified["trusted"] == json!(true), "{verified}");
    let view = install(&instance, &desk, &registry.at("training:1"), "")?.json()?;
    ensure!(text(&view, "/id")? == "training" && text(&view, "/state")? == "enabled", "{view}");
    Ok(())
}

#[test]
fn a_registry_vouches_for_nobody() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    let stranger = desk.path().join("stranger.tzp");
    Tiwizi::words("plugin keygen --name Stranger").option("--out", desk.path().join("key")).succeed()?;
    let sign = Tiwizi::words("plugin sign").option("--key", desk.path().join("key")).option("--out", &stranger);
    sign.word(paths::bundle("training")?).succeed()?;
    push(&registry, &desk, &stranger, "training:1")?;
    let instance = Instance::make(&Setting::default())?;
    let refused = install(&instance, &desk, &registry.at("training:1"), "")?;
    ensure_refused(&refused, 3, "tiwizi plugin trust add")
}

#[tokio::test]
async fn what_was_changed_in_the_registry_is_refused() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    let pushed = push(&registry, &desk, &paths::bundle("training")?, "training:1")?;
    let by_digest = text(&pushed, "/by_digest")?.to_owned();
    let manifest = registry.manifest("training", "1").await?;
    damage(&registry.file(text(&manifest, "/layers/0/digest")?)?)?;
    let instance = Instance::make(&Setting::default())?;
    for address in [registry.at("training:1"), by_digest.clone()] {
        ensure_refused(&pull(&address, &desk)?.0, 3, "is not what its digest says")?;
        ensure_refused(&install(&instance, &desk, &address, "--dev")?, 3, "is not what its digest says")?;
    }
    ensure!(!desk.path().join("pulled.tzp").exists(), "what was refused was written");
    let (_, digest) = by_digest.split_once('@').context("no digest")?;
    let file = registry.file(digest)?;
    let forged = std::fs::read_to_string(&file)?.replace("\"training\"", "\"draining\"");
    std::fs::write(&file, forged)?;
    let (ending, _) = pull(&by_digest, &desk)?;
    ensure!(ending.code != Some(0), "a forged manifest was taken: {ending:?}");
    Ok(())
}

#[test]
fn what_is_not_there_is_said_with_what_to_look_at() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    push(&registry, &desk, &paths::bundle("training")?, "training:1")?;
    let wrong = format!("training@sha256:{}", "0".repeat(64));
    for name in ["training:2", "other:1", &wrong] {
        let (ending, out) = pull(&registry.at(name), &desk)?;
        ensure_refused(&ending, 1, "there is no ")?;
        ensure!(!out.exists(), "{name} was written");
    }
    let (ending, _) = pull("training:1", &desk)?;
    ensure_refused(&ending, 2, "it names no registry")?;
    let address = registry.address().to_owned();
    drop(registry);
    let (ending, _) = pull(&format!("{address}/training:1"), &desk)?;
    ensure_refused(&ending, 1, "does not answer")
}

#[test]
fn a_private_registry_wants_the_password() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Locked)?, TempDir::new()?);
    let (bundle, address) = (paths::bundle("training")?, registry.at("private/training:1"));
    let push = |more: &str| tiwizi(&format!("plugin push --json {more}"), &desk).word(&bundle).word(&address);
    let signed_in = format!("--username {NAME} --password-stdin");
    ensure_refused(&push("").run()?, 1, "--username and --password-stdin")?;
    let wrong = push(&signed_in).input("figs\n").run()?;
    ensure_refused(&wrong, 1, "does not let you write")?;
    push(&signed_in).input(&format!("{PASSWORD}\n")).succeed()?;

    ensure_refused(&pull(&address, &desk)?.0, 1, "does not let you read")?;
    let kept = json!({ "auths": { registry.address(): { "auth": "YW5mYTpvbGl2ZXMgYW5kIGFsbW9uZHM=" } } });
    std::fs::write(desk.path().join("config.json"), kept.to_string())?;
    let (ending, out) = pull(&address, &desk)?;
    ensure!(ending.code == Some(0), "{ending:?}");
    ensure!(std::fs::read(out)? == std::fs::read(bundle)?, "other bytes came");
    for said in [wrong, ending] {
        ensure!(!said.complaint.contains(PASSWORD) && !said.output.contains(PASSWORD), "a password was printed");
    }
    Ok(())
}

#[tokio::test]
async fn an_image_that_is_no_plugin_is_refused() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    registry.put_image("library/debian", "12", "application/vnd.oci.image.config.v1+json").await?;
    let (ending, out) = pull(&registry.at("library/debian:12"), &desk)?;
    ensure_refused(&ending, 3, "is no plugin of Tiwizi")?;
    ensure!(ending.complaint.contains("application/vnd.oci.image.config.v1+json") && !out.exists(), "{ending:?}");
    registry.put_image("hollow", "1", "application/vnd.tiwizi.plugin.config.v1+json").await?;
    ensure_refused(&pull(&registry.at("hollow:1"), &desk)?.0, 3, "0 layers and not one")
}

#[test]
fn what_is_no_bundle_is_not_pushed() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    let letter = desk.path().join("letter.tzp");
    std::fs::write(&letter, "no bundle")?;
    let pushed = tiwizi("plugin push", &desk).word(&letter).word(registry.at("letter:1")).run()?;
    ensure_refused(&pushed, 3, "no good bundle")?;
    ensure_refused(&pull(&registry.at("letter:1"), &desk)?.0, 1, "there is no ")
}

#[test]
fn a_tag_that_was_moved_to_an_older_version_is_refused() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    let instance = Instance::make(&Setting::default())?;
    push(&registry, &desk, &paths::bundle("training")?, "training:stable")?;
    install(&instance, &desk, &registry.at("training:stable"), "")?.json()?;
    let older = training(&desk, "0.0.1")?;
    push(&registry, &desk, &older, "training:stable")?;
    let refused = install(&instance, &desk, &registry.at("training:stable"), "--dev")?;
    ensure_refused(&refused, 3, "is older than")
}

#[test]
fn an_upgrade_comes_from_a_registry_and_never_leads_back() -> anyhow::Result<()> {
    let (registry, desk) = (Registry::start(Door::Open)?, TempDir::new()?);
    let instance = Instance::make(&Setting { bundle: Some(paths::bundle("training")?), ..Setting::default() })?;
    let upgrade = |version: &str| -> anyhow::Result<Ending> {
        push(&registry, &desk, &training(&desk, version)?, "training:stable")?;
        let upgrade = tiwizi("plugin upgrade --json --grant all --dev", &desk).data(instance.data());
        upgrade.word(format!("oci://{}", registry.at("training:stable"))).run()
    };
    let upgraded = upgrade("9.0.0")?.json()?;
    ensure!(upgraded.pointer("/plugin/version") == Some(&json!("9.0.0")), "{upgraded}");
    let back = upgrade("8.0.0")?;
    ensure!(back.code == Some(3), "{back:?}");
    Ok(())
}

/// The training plugin as another version, signed with the checkout's key.
fn training(desk: &TempDir, version: &str) -> anyhow::Result<PathBuf> {
    let (folder, out) = (desk.path().join(version), desk.path().join(format!("{version}.tzp")));
    let source = paths::root().join("manifests/training");
    for below in ["templates", "locales", "documents"] {
        std::fs::create_dir_all(folder.join(below))?;
        for entry in std::fs::read_dir(source.join(below))? {
            let entry = entry?;
            std::fs::copy(entry.path(), folder.join(below).join(entry.file_name()))?;
        }
    }
    let mut manifest: Value = serde_json::from_slice(&std::fs::read(source.join("manifest.json"))?)?;
    *manifest.get_mut("version").context("the manifest has no version")? = json!(version);
    std::fs::write(folder.join("manifest.json"), manifest.to_string())?;
    let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_training.wasm");
    let pack = Tiwizi::words("plugin pack").option("--manifest", &folder).option("--component", component);
    pack.option("--out", &out).succeed()?;
    let sign = Tiwizi::words("plugin sign --dev").option("--key", paths::target().join("keys/checkout.key"));
    sign.word(&out).succeed()?;
    Ok(out)
}
