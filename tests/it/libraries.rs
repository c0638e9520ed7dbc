//! Does a plugin say which libraries it holds, always in the same words, and to whom?

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::{Instance, Setting, paths};

#[tokio::test]
async fn an_administrator_reads_which_libraries_a_plugin_holds() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting { bundle: Some(paths::bundle("training")?), ..Setting::default() })?;
    let path = "/api/v1/plugins/training/libraries";
    instance.visitor()?.get(path).await?.expect(401)?;
    let administrator = instance.administrator().await?;
    let answer = administrator.get(path).await?.expect(200)?;
    ensure!(answer.header("content-type").starts_with("application/vnd.cyclonedx+json"), "{:?}", answer.headers);
    let count = checked(&serde_json::from_str(&answer.text)?)?;
    for secret in [std::env::var("HOME").unwrap_or_default(), paths::root().display().to_string()] {
        ensure!(secret.len() < 3 || !answer.text.contains(&secret), "a folder of this machine is in the list");
    }
    let view = administrator.get("/api/v1/plugins/training").await?.expect(200)?.json();
    ensure!(view.pointer("/administration/libraries") == Some(&count.into()), "{view}");
    let console = administrator.get("/fr/console/plugins").await?.expect(200)?;
    ensure!(console.text.contains(path) && console.text.contains(&count.to_string()), "the console leads nowhere");
    let bundle = paths::bundle("training")?;
    let verified = Tiwizi::words("plugin verify --json").word(bundle).succeed()?.json()?;
    ensure!(verified["libraries"] == count, "{verified}");
    Ok(())
}

/// A CycloneDX document of the form that its schema demands, which names what the training plugin is made of. Gives the number of
/// its libraries.
fn checked(list: &Value) -> anyhow::Result<usize> {
    ensure!(list["bomFormat"] == "CycloneDX" && list["specVersion"] == "1.6" && list["version"] == 1, "{list}");
    ensure!(
        list.get("serialNumber").is_none() && list.pointer("/metadata/timestamp").is_none(),
        "it is never twice the same"
    );
    ensure!(list.pointer("/metadata/component/name") == Some(&"training".into()), "{list}");
    let components = list["components"].as_array().context("no components")?;
    let mut references = BTreeSet::new();
    for component in components {
        ensure!(component["type"] == "library", "{component}");
        let text = |name: &str| component[name].as_str().filter(|text| !text.is_empty()).context(component.to_string());
        let (name, version, purl) = (text("name")?, text("version")?, text("purl")?);
        ensure!(
            purl.starts_with("pkg:") && purl.contains(name) && purl.ends_with(&format!("@{version}")),
            "{component}"
        );
        ensure!(references.insert(text("bom-ref")?.to_owned()), "{name} stands there twice");
        for hash in component["hashes"].as_array().into_iter().flatten() {
            ensure!(
                hash["alg"] == "SHA-256" && hash["content"].as_str().is_some_and(|hash| hash.len() == 64),
                "{hash}"
            );
        }
        for licence in component["licenses"].as_array().into_iter().flatten() {
            let is_one =
                licence["expression"].is_string() || licence.pointer("/license/name").is_some_and(Value::is_string);
            ensure!(is_one, "{licence}");
        }
    }
    for (name, has_hash) in [("serde", true), ("serde_json", true), ("tiwizi-sdk", false), ("rust-std", false)] {
        let found = components.iter().find(|component| component["name"] == name);
        let found = found.with_context(|| format!("{name} is not among them"))?;
        ensure!(found["hashes"].is_array() == has_hash && found["licenses"].is_array(), "{found}");
    }
    let builds_only = ["syn", "quote", "serde_derive", "wit-bindgen-rust-macro", "tiwizi-training"];
    ensure!(!components.iter().any(|component| builds_only.iter().any(|name| component["name"] == *name)), "{list}");
    Ok(components.len())
}

#[test]
fn the_same_plugin_is_packed_with_its_libraries_to_the_same_bytes() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let packed = |name: &str| -> anyhow::Result<Vec<u8>> {
        let out = folder.path().join(name);
        let component = paths::target().join("wasm32-wasip2/plugin/tiwizi_training.wasm");
        let pack = Tiwizi::words("plugin pack").option("--manifest", paths::root().join("manifests/training"));
        let pack = pack.option("--component", component).option("--crate", paths::root().join("plugins/training"));
        pack.option("--out", &out).succeed()?;
        Ok(std::fs::read(out)?)
    };
    ensure!(packed("one.tzp")? == packed("two.tzp")?, "other bytes at the second time");
    Ok(())
}
