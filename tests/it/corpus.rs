//! Does what was published for an earlier version of the contract still run? Every bundle of `tests/corpus`, on this kernel.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use serde_json::json;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::{Instance, Setting, paths};

/// The bundles, by the version of the contract that they were built for.
fn published() -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(paths::root().join("tests/corpus"))?;
    let files: Result<Vec<PathBuf>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut bundles: Vec<PathBuf> =
        files?.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "tzp")).collect();
    bundles.sort();
    ensure!(!bundles.is_empty(), "the corpus is empty");
    Ok(bundles)
}

#[tokio::test]
async fn every_published_plugin_still_runs() -> anyhow::Result<()> {
    for bundle in published()? {
        runs(bundle.clone()).await.with_context(|| format!("{} no longer runs", bundle.display()))?;
    }
    Ok(())
}

/// Installed, it answers with a page, a document and a file, keeps what it writes, and is there after a restart.
async fn runs(bundle: PathBuf) -> anyhow::Result<()> {
    let mut instance = Instance::start(&Setting { bundle: Some(bundle), dev: true, ..Setting::default() })?;
    let visitor = instance.visitor()?;
    let page = visitor.get("/fr/p/corpus/").await?.expect(200)?;
    ensure!(page.text.contains("Toujours là 1.0.0"), "{}", page.text);
    let administrator = instance.administrator().await?;
    administrator.submit("/fr/p/corpus/add", &[("text", "from a form")]).await?.expect(303)?;
    for _ in 0..2 {
        let told = instance.visitor()?.get("/fr/p/corpus/told").await?.expect(200)?;
        let told: serde_json::Value = serde_json::from_str(&told.text)?;
        let expected = json!({
            "plugin": "corpus", "language": "fr", "caller": "Public", "time": true,
            "notes": ["from a form, replaced", "from init"], "word": "kept", "count": 2,
            "greeting": "azul", "secret": false, "cooperatives": 0,
        });
        ensure!(told == expected, "it told {told}");
        instance.stop()?;
        instance.serve()?;
    }
    Ok(())
}

#[test]
fn the_corpus_is_what_its_readme_says() -> anyhow::Result<()> {
    let readme = std::fs::read_to_string(paths::root().join("tests/corpus/README.md"))?;
    for bundle in published()? {
        let verified = Tiwizi::words("plugin verify --json").word(&bundle).succeed()?.json()?;
        let name = bundle.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hash = verified["sha256"].as_str().context("no hash")?;
        ensure!(readme.contains(&format!("| `{name}` |")) && readme.contains(hash), "{name} is not {hash} there");
    }
    Ok(())
}
