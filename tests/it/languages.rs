//! Does a plugin in JavaScript or Python live as one in Rust does: from the book's first line to its records, its refusals and its end?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::json;
use tiwizi_tests::book::{Reader, commands};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::{PASSWORD, REGISTRAR};
use tiwizi_tests::{Client, Instance, Setting, paths};

/// How a language is spoken in these tests.
struct Language {
    /// The book's heading.
    heading: &'static str,
    /// The file that holds the template's rules.
    rules: &'static str,
    /// Adds two routes to it: one that never answers, and one with a fault of its author's.
    extend: fn(&str) -> String,
    /// What the log says of that fault.
    fault: &'static str,
    /// How the template's migration writes a text, and how the next version's does.
    migration: [&'static str; 2],
}

const JAVASCRIPT: Language = Language {
    heading: "A plugin in JavaScript",
    rules: "src/plugin.js",
    extend: |rules| {
        let routes = "routes: [get(\"/loop\", () => { for (;;); }), get(\"/fault\", () => nobody.knows()), ";
        rules.replace("routes: [", routes)
    },
    fault: "nobody is not defined",
    migration: ["body.text.trim()", "`${body.text} (${from})`"],
};

const PYTHON: Language = Language {
    heading: "A plugin in Python",
    rules: "plugin.py",
    extend: |rules| {
        let looping = "@plugin.get(\"/loop\")\ndef loop(request: Request) -> Answer:\n    while True:\n        pass\n";
        let fault = "@plugin.get(\"/fault\")\ndef fault(request: Request) -> Answer:\n    return nobody.knows()\n";
        format!("{rules}\n\n{looping}\n\n{fault}")
    },
    fault: "NameError: name 'nobody' is not defined",
    migration: ["note.body[\"text\"].strip()", "f\"{note.body['text']} ({version})\""],
};

const MEMBER: [&str; 2] = ["member@tests.invalid", "01980000-0000-7000-8000-00000000000a"];
const OTHER: [&str; 2] = ["other@tests.invalid", "01980000-0000-7000-8000-00000000000b"];
const ADMINISTRATOR: &str = "second@tests.invalid";
const COOPERATIVE: &str = "cooperative:01980000-0000-7000-8000-0000000000cc";

#[tokio::test]
async fn a_plugin_in_javascript_lives_as_one_in_rust_does() -> anyhow::Result<()> {
    lives(&JAVASCRIPT).await
}

#[tokio::test]
async fn a_plugin_in_python_lives_as_one_in_rust_does() -> anyhow::Result<()> {
    lives(&PYTHON).await
}

async fn lives(language: &Language) -> anyhow::Result<()> {
    let reader = follow_the_book(language)?;
    has_its_page(&reader.visitor()?).await?;
    keeps_a_member_s_own(&reader).await?;
    ends_when_it_must(&reader, language).await?;
    comes_in_its_next_version(&reader, language).await?;
    is_refused_without_its_grant(&reader).await?;
    let log = reader.log()?;
    ensure!(log.contains(language.fault), "the log does not name the fault: {log}");
    Ok(())
}

/// The book leads to a page. On the way the author adds two routes, and a key instead of the book's `--dev`.
fn follow_the_book(language: &Language) -> anyhow::Result<Reader> {
    let mut reader = Reader::new()?;
    for words in commands("docs/write-a-plugin.md", language.heading)? {
        let what: Vec<&str> = words.iter().take(2).map(String::as_str).collect();
        if what == ["plugin", "install"] {
            trust_the_author(&reader)?;
        }
        let said = reader.run(&words).with_context(|| words.join(" "))?;
        if what == ["plugin", "build"] {
            ensure!(said.contains("; 2 libraries"), "the kit and the engine are not listed: {said}");
        }
        if what == ["plugin", "check"] {
            ensure!(said.contains("a call of a page costs "), "the check does not say what a call costs: {said}");
        }
        if what == ["plugin", "new"] {
            let rules = reader.folder().join("notes").join(language.rules);
            std::fs::write(&rules, (language.extend)(&std::fs::read_to_string(&rules)?))?;
        }
    }
    Ok(reader)
}

/// A stranger's signature is refused until the administrator trusts the key. Accounts are added too, while nothing is served.
fn trust_the_author(reader: &Reader) -> anyhow::Result<()> {
    let at = |name: &str| reader.folder().join(name);
    let (key, bundle, data) = (at("anfa.key"), at("notes/notes.tzp"), at("data"));
    Tiwizi::words("plugin keygen --name Anfa").option("--out", &key).succeed()?;
    Tiwizi::words("plugin sign").option("--key", &key).word(&bundle).succeed()?;
    let refused = Tiwizi::words("plugin install --grant all").data(&data).word(&bundle).run()?;
    ensure!(refused.code == Some(3) && refused.complaint.contains("trust add"), "{refused:?}");
    let trust = Tiwizi::words("plugin trust add --level community --prefix notes").data(&data);
    trust.word(with_ending(&key, "pub")).succeed()?;
    let add = || Tiwizi::words("user add --password-stdin").data(&data).input(PASSWORD);
    for [email, person] in [MEMBER, OTHER] {
        let member = add().option("--role", "member").option("--scope", COOPERATIVE);
        member.option("--email", email).option("--person", person).succeed()?;
    }
    let administrator = add().option("--role", "administrator").option("--scope", "nation");
    administrator.option("--email", ADMINISTRATOR).succeed().map(drop)
}

async fn has_its_page(visitor: &Client) -> anyhow::Result<()> {
    for (tag, direction, word) in [("fr", "ltr", "Mes notes"), ("ar", "rtl", "ملاحظاتي")] {
        let page = visitor.get(&format!("/{tag}/p/notes/")).await?.expect(200)?;
        ensure!(page.text.contains(&format!("dir=\"{direction}\"")), "{tag} runs the wrong way");
        ensure!(page.text.contains(word), "{tag} has no title: {}", page.text);
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// What a member writes in the form stands on the page and in the interface for programs, for that member alone.
async fn keeps_a_member_s_own(reader: &Reader) -> anyhow::Result<()> {
    let member = reader.visitor()?.sign_in(MEMBER[0], PASSWORD).await?;
    let wrong = member.submit("/fr/p/notes/", &[("text", " ")]).await?.expect(422)?;
    ensure!(wrong.text.contains("Ce champ est vide"), "the fault is not shown: {}", wrong.text);
    let text = "Récolter les olives — ⵣⵉⵜⵓⵏ — زيتون";
    let kept = member.submit("/fr/p/notes/", &[("text", text)]).await?.expect(303)?;
    ensure!(kept.header("location") == "/fr/p/notes/", "{kept:?}");
    let page = member.get("/fr/p/notes/").await?.expect(200)?;
    ensure!(page.text.contains(text), "the note is not on the page: {}", page.text);
    let notes = notes_of(&member).await?;
    let [(id, body)] = notes.as_slice() else { anyhow::bail!("one note was expected: {notes:?}") };
    ensure!(body == text, "{body}");

    let other = reader.visitor()?.sign_in(OTHER[0], PASSWORD).await?;
    ensure!(notes_of(&other).await?.is_empty(), "somebody else reads the note");
    other.submit(&format!("/fr/p/notes/notes/{id}/delete"), &[]).await?.expect(404)?;
    member.submit(&format!("/fr/p/notes/notes/{id}/delete"), &[]).await?.expect(303)?;
    ensure!(notes_of(&member).await?.is_empty(), "the note is still there");
    Ok(())
}

/// Ids and texts, as the interface for programs has them.
async fn notes_of(client: &Client) -> anyhow::Result<Vec<(String, String)>> {
    let list = client.get("/api/v1/records/notes/note").await?.expect(200)?;
    let text = |item: &serde_json::Value, pointer: &str| tiwizi_tests::client::text(item, pointer);
    Ok(list.items().iter().map(|item| (text(item, "/id"), text(item, "/body/text"))).collect())
}

/// A route that never answers is stopped when its time is over, one with a fault ends at once; the next call works.
async fn ends_when_it_must(reader: &Reader, language: &Language) -> anyhow::Result<()> {
    let visitor = reader.visitor()?;
    visitor.get("/fr/p/notes/loop").await?.expect(504)?;
    visitor.get("/fr/p/notes/").await?.expect(200)?;
    let answer = visitor.get("/fr/p/notes/fault").await?;
    ensure!(answer.status >= 500, "a fault is no good answer: {answer:?}");
    ensure!(!answer.text.contains(language.fault), "the visitor is told what only the author shall know");
    visitor.get("/fr/p/notes/").await?.expect(200)?;
    Ok(())
}

/// Another version brings what was kept into its own form, while the instance is served.
async fn comes_in_its_next_version(reader: &Reader, language: &Language) -> anyhow::Result<()> {
    let member = reader.visitor()?.sign_in(MEMBER[0], PASSWORD).await?;
    member.submit("/fr/p/notes/", &[("text", "Olives")]).await?.expect(303)?;
    let plugin = reader.folder().join("notes");
    let [before, after] = language.migration;
    for (file, from, to) in [(language.rules, before, after), ("manifest.json", "\"0.1.0\"", "\"0.2.0\"")] {
        let text = std::fs::read_to_string(plugin.join(file))?;
        ensure!(text.contains(from), "{file} does not say {from}");
        std::fs::write(plugin.join(file), text.replace(from, to))?;
    }
    Tiwizi::words("plugin build").word(&plugin).succeed()?;
    let bundle = plugin.join("notes.tzp");
    Tiwizi::words("plugin sign").option("--key", reader.folder().join("anfa.key")).word(&bundle).succeed()?;
    let administrator = reader.visitor()?.sign_in(ADMINISTRATOR, PASSWORD).await?;
    let upgraded = administrator.upload("/api/v1/plugins/notes/upgrade", std::fs::read(&bundle)?).await?.expect(200)?;
    ensure!(upgraded.at("/plugin/version") == "0.2.0", "{}", upgraded.text);
    let notes = notes_of(&member).await?;
    ensure!(notes.first().is_some_and(|(_, text)| text == "Olives (0.1.0)"), "{notes:?}");
    Ok(())
}

async fn is_refused_without_its_grant(reader: &Reader) -> anyhow::Result<()> {
    let administrator = reader.visitor()?.sign_in(ADMINISTRATOR, PASSWORD).await?;
    let none = json!({ "capabilities": [] });
    administrator.send(Method::PUT, "/api/v1/plugins/notes/grants", Some(&none)).await?.expect(200)?;
    let member = reader.visitor()?.sign_in(MEMBER[0], PASSWORD).await?;
    let refused = member.submit("/fr/p/notes/", &[("text", "olives")]).await?.expect(403)?;
    ensure!(refused.text.contains("store"), "the capability is not named: {}", refused.text);
    Ok(())
}

/// Builds an example, has its own tests run, and serves an instance with it.
fn example(folder: &str, tests: &[&str]) -> anyhow::Result<(Instance, tempfile::TempDir)> {
    let folder = paths::root().join(folder);
    let directory = tempfile::tempdir()?;
    let bundle = directory.path().join("example.tzp");
    Tiwizi::words("plugin build").option("--out", &bundle).word(&folder).succeed()?;
    let (program, words) = tests.split_first().context("an example without tests")?;
    let own = std::process::Command::new(program)
        .args(words)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(&folder)
        .output()?;
    let said = [own.stdout, own.stderr].concat();
    ensure!(own.status.success(), "its own tests fail: {}", String::from_utf8_lossy(&said));
    let setting = Setting { bundle: Some(bundle), dev: true, ..Setting::default() };
    Ok((Instance::start(&setting)?, directory))
}

#[tokio::test]
async fn the_example_in_javascript_keeps_prices_and_looks_at_those_of_others() -> anyhow::Result<()> {
    let (instance, _directory) = example("sdk/javascript/examples/souk-prices", &["node", "--test", "tests/"])?;
    let registrar = instance.signed_in(REGISTRAR).await?;
    for price in ["140", "150.5", "170"] {
        let noted = [("product", "honey"), ("souk", "Souk el Had"), ("day", "2026-01-04"), ("price_mad", price)];
        registrar.submit("/fr/p/souk-prices/", &noted).await?.expect(303)?;
    }
    let visitor = instance.visitor()?;
    let list = visitor.get("/fr/p/souk-prices/prices.json?product=honey").await?.expect(200)?;
    ensure!(list.at("/summary/median") == "150.5" && list.at("/prices/2/souk") == "Souk el Had", "{}", list.text);
    let page = visitor.get("/ar/p/souk-prices/?product=honey").await?.expect(200)?;
    ensure!(page.text.contains("Souk el Had") && page.text.contains("العسل"), "{}", page.text);
    let front = visitor.get("/fr/").await?.expect(200)?;
    let (has_part, has_price) = (front.text.contains("data-plugin=\"souk-prices\""), front.text.contains("150,5"));
    ensure!(has_part && has_price, "the front page has no prices: {}", front.text);
    let price =
        |souk: &str, price: u32| json!({ "product": "honey", "souk": souk, "day": "2026-01-05", "price_mad": price });
    let refused = registrar.post("/api/v1/records/souk-prices/price", &price("Tiznit", 1_500)).await?;
    let refused = refused.expect_problem(422, "invalid")?;
    let (code, place) = (refused.at("/errors/0/code"), refused.at("/errors/0/pointer"));
    ensure!(code == "price-implausible" && place == "/price_mad", "{}", refused.text);
    let amended =
        registrar.post("/api/v1/records/souk-prices/price", &price(" Souk  Tiznit ", 160)).await?.expect(201)?;
    ensure!(amended.at("/body/souk") == "Souk Tiznit", "the hook did not amend: {}", amended.text);
    Ok(())
}

#[tokio::test]
async fn the_example_in_python_refuses_a_report_that_does_not_add_up() -> anyhow::Result<()> {
    let (instance, _directory) = example("sdk/python/examples/yearly-reports", &["python3", "-m", "unittest"])?;
    let registrar = instance.signed_in(REGISTRAR).await?;
    let report = |surplus: i32| {
        json!({ "name": "Taitmatine", "year": 2025, "revenue_mad": 90_000, "costs_mad": 70_000, "surplus_mad": surplus,
                "members_before": 12, "joined": 3, "left": 1, "members_after": 14, "assembly_on": "2026-03-14" })
    };
    let refused = registrar.post("/api/v1/records/yearly-reports/report", &report(2_000)).await?;
    let refused = refused.expect_problem(422, "invalid")?;
    let (code, place) = (refused.at("/errors/0/code"), refused.at("/errors/0/pointer"));
    ensure!(code == "surplus" && place == "/surplus_mad" && refused.text.contains("20000"), "{}", refused.text);
    registrar.post("/api/v1/records/yearly-reports/report", &report(20_000)).await?.expect(201)?;
    let page = registrar.get("/fr/p/yearly-reports/").await?.expect(200)?;
    ensure!(page.text.contains("Taitmatine"), "{}", page.text);
    instance.visitor()?.get("/fr/p/yearly-reports/").await?.expect(403)?;
    Ok(())
}

#[test]
fn a_build_without_node_says_where_to_get_it() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = folder.path().join("notes");
    Tiwizi::words("plugin new --lang javascript").option("--sdk", paths::root()).word(&plugin).succeed()?;
    let mut build = std::process::Command::new(paths::tiwizi()?);
    let build = build.args(["plugin", "build"]).arg(&plugin).env("PATH", folder.path()).output()?;
    let complaint = String::from_utf8_lossy(&build.stderr);
    ensure!(!build.status.success() && complaint.contains("https://nodejs.org"), "{complaint}");
    Ok(())
}

#[test]
fn a_kit_without_its_packages_names_the_command_that_brings_them() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for (lang, project, mend) in [
        ("javascript", "{ \"name\": \"tiwizi\" }", "npm ci --ignore-scripts --prefix"),
        ("python", "name = \"tiwizi\"", "pip install --require-hashes -r"),
    ] {
        let kit = folder.path().join("sdk").join(lang);
        std::fs::create_dir_all(&kit)?;
        std::fs::write(kit.join(if lang == "python" { "pyproject.toml" } else { "package.json" }), project)?;
        std::fs::write(kit.join("requirements.lock"), "componentize-py==99.0.0 --hash=sha256:00\n")?;
        let plugin = folder.path().join(lang);
        let new = Tiwizi::words("plugin new").option("--lang", lang).option("--sdk", folder.path());
        new.word(&plugin).succeed()?;
        let build = || Tiwizi::words("plugin build").word(&plugin).run();
        let missing = build()?;
        ensure!(missing.code == Some(1) && missing.complaint.contains(mend), "{missing:?}");
        std::fs::remove_dir_all(&kit)?;
        let lost = build()?;
        ensure!(lost.code == Some(1) && lost.complaint.contains("says that the kit lies in"), "{lost:?}");
    }
    Ok(())
}

#[test]
fn a_language_without_a_template_says_which_it_has() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let new = Tiwizi::words("plugin new --lang python --template pages").option("--sdk", paths::root());
    let refused = new.word(folder.path().join("x")).run()?;
    ensure!(refused.code == Some(1) && refused.complaint.contains("--template kind"), "{refused:?}");
    Ok(())
}
