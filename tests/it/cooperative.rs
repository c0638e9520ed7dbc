//! Do five people found a cooperative in the browser, and does its whole life stand in its history?
//!
//! The walk is `tests/browser/cooperative.mjs`; its pictures and papers are in `target/browser/cooperative`. It goes on over a year: between
//! its two parts the server stops, and starts again on a later day.

use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::client::text;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Client, Instance, Setting, browser, clock, paths};

use crate::register::COOPERATIVES;

/// The day of the founding, and one in the year after it.
const FOUNDED: &str = "2025-03-03";
const LATER: &str = "2026-02-10";
/// The province in which all of it happens.
const PROVINCE: &str = "09.541";
/// What the server writes when a message is in no language.
const WORDLESS: &str = "no language has this message";
/// Who comes to the pages, by the name of their part in the walk; names are those of nobody.
const PEOPLE: [(&str, &str, &str); 6] = [
    ("first", "Fondatrice Une", "fr"),
    ("second", "مؤسسة ثانية", "ar"),
    ("third", "Fondatrice Trois", "shi"),
    ("fourth", "Fondateur Quatre", "fr"),
    ("fifth", "Fondatrice Cinq", "fr"),
    ("office", "Agent du Registre", "fr"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_people_found_a_cooperative_that_lives_and_ends_in_the_browser() -> anyhow::Result<()> {
    let begins = |day: &str| clock::beginning_at(&format!("{day} 09:00:00"));
    let setting = Setting { users: Vec::new(), variables: begins(FOUNDED)?, ..Setting::default() };
    let mut instance = Instance::make(&setting)?;
    let (place, state) = (free_place()?, tempfile::tempdir()?);
    instance.serve_at(&place, &begins(FOUNDED)?)?;
    let people = accounts(&instance).await?;
    let office = instance.signed_in(&email("office")).await?.with_token("walk").await?;
    let other = another(&office).await?;
    let plan = Plan { people, other, folder: folder()?, state: state.path().join("state.json") };
    plan.lead(&instance, "found", FOUNDED, &office)?;

    end(&mut instance)?;
    instance.serve_at(&place, &begins(LATER)?)?;
    let office = instance.signed_in(&email("office")).await?.with_token("walk, a year later").await?;
    plan.lead(&instance, "live", LATER, &office)?;
    end(&mut instance)
}

/// Ends the server, which must have had words for everything that it showed.
fn end(instance: &mut Instance) -> anyhow::Result<()> {
    let (ended, log) = instance.stop()?;
    ensure!(ended.success(), "the server ended with {ended}: {log}");
    ensure!(!log.contains(WORDLESS), "a page lacks words: {log}");
    Ok(())
}

fn email(part: &str) -> String {
    format!("{part}@tests.invalid")
}

/// A place of this machine where nothing listens.
pub(crate) fn free_place() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}

fn folder() -> anyhow::Result<PathBuf> {
    Ok(std::path::absolute(paths::target().join("browser/cooperative"))?)
}

/// Makes the accounts. Founders have no role before there is a cooperative.
async fn accounts(instance: &Instance) -> anyhow::Result<Value> {
    let administrator = instance.administrator().await?;
    let mut people = serde_json::Map::new();
    for (part, name, language) in PEOPLE {
        let body = json!({ "email": email(part), "name": name, "password": PASSWORD, "language": language });
        let account = administrator.post("/api/v1/accounts", &body).await?.expect(201)?.at("/id");
        if part == "office" {
            let grant = json!({ "role": "registrar", "scope": format!("province:{PROVINCE}") });
            administrator.post(&format!("/api/v1/accounts/{account}/grants"), &grant).await?.expect(204)?;
        }
        let person = json!({ "email": email(part), "password": PASSWORD, "language": language, "name": name, "account": account });
        people.insert(part.to_owned(), person);
    }
    Ok(Value::Object(people))
}

/// The cooperative that the other one goes into.
async fn another(office: &Client) -> anyhow::Result<Value> {
    let name = "Azekka de Taroudannt";
    let body = json!({ "court": "Taroudannt", "number": "7/2019", "name_fr": name, "category": "a", "sector": "argan",
        "province": PROVINCE, "registered_on": "2019-05-02", "status": "registered" });
    let id = office.post(COOPERATIVES, &body).await?.expect(201)?.at("/id");
    Ok(json!({ "id": id, "name": name }))
}

/// What both parts of the walk are told.
struct Plan {
    people: Value,
    other: Value,
    folder: PathBuf,
    /// Where the first part leaves what the second one needs.
    state: PathBuf,
}

impl Plan {
    fn lead(&self, instance: &Instance, part: &str, today: &str, office: &Client) -> anyhow::Result<()> {
        let plan = json!({
            "address": instance.address(),
            "part": part,
            "today": today,
            "province": PROVINCE,
            "people": self.people,
            "other": self.other,
            "pictures": self.folder,
            "state": self.state,
            "locale": locale(),
            "token": office.token(),
            "statutes": statutes()?,
        });
        let led = tokio::task::block_in_place(|| browser::lead("cooperative.mjs", plan));
        led.with_context(|| instance.log())
    }
}

/// The French messages, so that the walk knows what the pages call an act.
fn locale() -> PathBuf {
    paths::root().join("manifests/kernel/locales/fr.ftl")
}

/// How many items the statutes hold, by the rule pack itself.
fn statutes() -> anyhow::Result<usize> {
    let pack = std::fs::read(paths::root().join("manifests/rules/ma-112-12.json"))?;
    let pack: Value = serde_json::from_slice(&pack)?;
    let items = pack.pointer("/statutes/items").and_then(Value::as_array);
    items.map(Vec::len).with_context(|| format!("the pack {} has no items", text(&pack, "/id")))
}
