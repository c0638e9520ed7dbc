//! Does what was published for an earlier version of the contract still run? Every bundle of `tests/corpus`, on this kernel.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Instance, Setting, paths};

use crate::register::{COOPERATIVES, cooperative, create, with};

/// How long a plugin may take for its work in the background.
const WAIT: Duration = Duration::from_secs(60);

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

/// Installed, it answers with a page, a part of one and a document, keeps what it writes, looks at what others write, is told of it and
/// works in the background; and all of it is there after a restart.
async fn runs(bundle: PathBuf) -> anyhow::Result<()> {
    let mut instance = Instance::start(&Setting { bundle: Some(bundle), dev: true, ..Setting::default() })?;
    let visitor = instance.visitor()?;
    for (address, words) in [("/fr/p/corpus/", "Toujours là 1.0.0"), ("/fr", "Toujours là home")] {
        let page = visitor.get(address).await?.expect(200)?;
        ensure!(page.text.contains(words), "{address}: {}", page.text);
    }
    let (administrator, registrar) = (instance.administrator().await?, instance.registrar().await?);
    administrator.submit("/fr/p/corpus/add", &[("text", "from a form")]).await?.expect(303)?;
    let forbidden = with(cooperative("1/2026"), "name_fr", json!("A forbidden name"));
    let refused = registrar.post(COOPERATIVES, &forbidden).await?.expect(422)?;
    ensure!(refused.text.contains("not this word"), "{}", refused.text);
    create(&registrar, "2/2026").await?;
    let notices = administrator.get("/api/v1/notices?language=fr").await?.expect(200)?;
    ensure!(notices.at("/items/0/text") == "Toujours azul", "{}", notices.text);
    let expected = json!({
        "plugin": "corpus", "language": "fr", "caller": "Public", "time": true,
        "notes": ["from a form, replaced", "from init"], "word": "kept", "count": 2, "blob": "some bytes",
        "greeting": "azul", "message": "Toujours là", "secret": false, "cooperatives": 1,
        "events": [1, 1], "worked": { "wanted": 3 }, "denied": ["denied", "denied", "denied"],
    });
    for _ in 0..2 {
        tells(&instance, &expected).await?;
        instance.stop()?;
        instance.serve()?;
    }
    Ok(())
}

/// What is done in the background takes its time.
async fn tells(instance: &Instance, expected: &Value) -> anyhow::Result<()> {
    let (visitor, watch) = (instance.visitor()?, Stopwatch::start());
    loop {
        let told = visitor.get("/fr/p/corpus/told").await?.expect(200)?.json();
        if told == *expected {
            return Ok(());
        }
        ensure!(watch.elapsed() < WAIT, "it tells {told}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
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
