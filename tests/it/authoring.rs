//! Does a stranger's plugin come to life: made from a template, built, checked, installed, and used?

use anyhow::ensure;
use tiwizi_tests::book::Reader;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::{Instance, Setting, paths};

#[tokio::test]
async fn the_book_leads_to_a_plugin_in_ten_minutes() -> anyhow::Result<()> {
    let mut reader = Reader::new()?;
    reader.follow("docs/write-a-plugin.md", "A plugin in ten minutes")?;
    let visitor = reader.visitor()?;
    for (language, direction, word) in [("fr", "ltr", "Mes notes"), ("ar", "rtl", "ملاحظاتي")] {
        let page = visitor.get(&format!("/{language}/p/notes/")).await?.expect(200)?;
        ensure!(page.text.contains(&format!("dir=\"{direction}\"")), "{language} runs the wrong way");
        ensure!(page.text.contains(word), "{language} has no title: {}", page.text);
    }
    Ok(())
}

#[tokio::test]
async fn the_template_of_pages_shows_the_register() -> anyhow::Result<()> {
    let page = first_page("pages").await?;
    ensure!(page.contains("Coopératives"), "{page}");
    Ok(())
}

#[tokio::test]
async fn the_template_of_a_milestone_has_its_page() -> anyhow::Result<()> {
    let page = first_page("milestone").await?;
    ensure!(page.contains("pratiqué"), "{page}");
    Ok(())
}

/// Makes, builds, checks and installs a plugin, and asks for its first page in French.
async fn first_page(template: &str) -> anyhow::Result<String> {
    let mut reader = Reader::new()?;
    let id = format!("my-{template}");
    let mut run = |line: &str| reader.run(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
    run(&format!("plugin new {id} --template {template} --sdk tiwizi"))?;
    run(&format!("plugin build {id}"))?;
    let played = run(&format!("plugin test {id}"))?;
    ensure!(played.contains("1 passed, 0 failed"), "{played}");
    run(&format!("plugin check {id}"))?;
    let verified = run(&format!("plugin verify --json {id}/{id}.tzp"))?;
    let verified: serde_json::Value = serde_json::from_str(&verified)?;
    let count = verified.get("libraries").and_then(serde_json::Value::as_u64);
    ensure!(count.is_some_and(|count| count > 5), "no libraries are listed: {verified}");
    let bundle = reader.folder().join(&id).join(format!("{id}.tzp"));
    let instance = Instance::start(&Setting { bundle: Some(bundle), dev: true, ..Setting::default() })?;
    Ok(instance.visitor()?.get(&format!("/fr/p/{id}/")).await?.expect(200)?.text)
}

#[test]
fn a_plugin_is_made_only_where_nothing_is() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let sdk = paths::root();
    let make = |name: &str| Tiwizi::words("plugin new").option("--sdk", &sdk).word(folder.path().join(name));
    make("notes").succeed()?;
    let again = make("notes").run()?;
    ensure!(again.code == Some(1) && again.complaint.contains("not empty"), "{again:?}");
    let bad = make("My Notes").run()?;
    ensure!(bad.code == Some(1) && bad.complaint.contains("--id"), "{bad:?}");
    let nowhere = Tiwizi::words("plugin new").option("--sdk", folder.path()).word(folder.path().join("x")).run()?;
    ensure!(nowhere.code == Some(1) && nowhere.complaint.contains("sdk/rust"), "{nowhere:?}");
    Ok(())
}

#[test]
fn a_build_names_what_is_missing() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = folder.path().join("notes");
    Tiwizi::words("plugin new").option("--sdk", paths::root()).word(&plugin).succeed()?;
    let build = std::process::Command::new(paths::tiwizi()?)
        .args(["plugin", "build"])
        .arg(&plugin)
        .env("PATH", folder.path())
        .output()?;
    let complaint = String::from_utf8_lossy(&build.stderr);
    ensure!(!build.status.success() && complaint.contains("https://rustup.rs"), "{complaint}");
    std::fs::remove_file(plugin.join("Cargo.toml"))?;
    let without = Tiwizi::words("plugin build").word(&plugin).run()?;
    ensure!(without.code == Some(1) && without.complaint.contains("Cargo.toml"), "{without:?}");
    Ok(())
}

#[test]
fn a_check_says_each_finding_with_its_place() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = folder.path().join("notes");
    Tiwizi::words("plugin new").option("--sdk", paths::root()).word(&plugin).succeed()?;
    let good = Tiwizi::words("plugin check").word(&plugin).succeed()?;
    ensure!(good.output.contains("tiwizi plugin build"), "it does not say that nothing was built: {}", good.output);
    std::fs::write(plugin.join("locales/ar.ftl"), "notes-title = ملاحظاتي\n")?;
    std::fs::write(plugin.join("templates/notes.html"), "<img src=\"x\">\n{% if %}{{ t(\"notes-title\") }}")?;
    let bad = Tiwizi::words("plugin check").word(&plugin).run()?;
    ensure!(bad.code == Some(3), "{bad:?}");
    for finding in [
        "templates/notes.html:1: this <img> has no alt",
        "templates/notes.html:2:",
        "locales/ar.ftl: the message notes-add",
    ] {
        ensure!(bad.output.contains(finding), "{finding} is not among: {}", bad.output);
    }
    let json = Tiwizi::words("plugin check --json").word(&plugin).run()?;
    let json: serde_json::Value = serde_json::from_str(&json.output)?;
    let findings = json["findings"].as_array().cloned().unwrap_or_default();
    ensure!(findings.len() > 3 && findings.iter().all(|found| found["mend"] != ""), "{json}");
    Ok(())
}

#[test]
fn a_check_of_a_bundle_asks_an_instance() -> anyhow::Result<()> {
    Tiwizi::words("plugin check").word(paths::bundle("training")?).succeed()?;
    let folder = tempfile::tempdir()?;
    let text = folder.path().join("letter.tzp");
    std::fs::write(&text, "no bundle")?;
    let bad = Tiwizi::words("plugin check").word(&text).run()?;
    ensure!(bad.code == Some(3), "{bad:?}");
    Ok(())
}
