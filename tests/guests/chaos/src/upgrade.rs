//! What the next version of this plugin does with the data of the one before: the manifest's setting `migration` says which way, since
//! both versions are the same code.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::http_out::Fetch;
use tiwizi_sdk::{Error, Find, Kind, Store, config, context, kv, registry, secrets};

/// A note as the next version knows it.
#[derive(Serialize, Deserialize)]
struct Counted {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    words: Option<usize>,
}

impl Kind for Counted {
    const NAME: &'static str = "note";
}

/// A kind that only the next version has.
#[derive(Serialize, Deserialize)]
struct Page {
    title: String,
}

impl Kind for Page {
    const NAME: &'static str = "page";
}

fn way() -> Result<String, Error> {
    config::get::<String>("migration")
        .or_else(|error| if error.is("not-found") { Ok(String::new()) } else { Err(error) })
}

/// Crashes before it was ever asked for anything, if the manifest says so.
pub(crate) fn init() -> Result<(), Error> {
    if way()? == "trap-in-init" {
        std::process::abort()
    }
    Ok(())
}

pub(crate) fn migrate(from: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
    match way()?.as_str() {
        "count" | "unhealthy" => count(cursor),
        "mixed" => mixed(from),
        "outside" => outside(),
        "refuse" => count(cursor).and_then(|_| Err(Error::new(409, "old", format!("nothing can be done with {from}")))),
        "endless" => Ok(Some("again".to_owned())),
        "trap" => {
            count(cursor)?;
            std::process::abort()
        }
        _ => Ok(None),
    }
}

/// Counts the words of each note, a page in each step.
fn count(cursor: Option<&str>) -> Result<Option<String>, Error> {
    let page = Store::<Counted>::list(&Find::new().limit(40).after(cursor))?;
    for note in &page.items {
        let words = note.body.text.split_whitespace().count();
        Store::<Counted>::patch(&note.id, &json!({ "words": words }))?;
    }
    Ok(page.next)
}

/// Makes, changes and deletes records and values.
fn mixed(from: &str) -> Result<Option<String>, Error> {
    let notes = Store::<Counted>::list(&Find::new())?;
    for note in &notes.items {
        match note.body.text.as_str() {
            "gone" => Store::delete(note)?,
            text => drop(Store::<Counted>::patch(&note.id, &json!({ "words": text.len() }))?),
        }
    }
    Store::create(&Counted { text: "new".to_owned(), words: Some(1) })?;
    Store::create(&Page { title: "new".to_owned() })?;
    kv::set("text", &format!("migrated from {from}"), None)?;
    kv::set("fresh", &"made by the migration", None)?;
    Ok(None)
}

/// Writes down what everything is answered that a migration must not use.
fn outside() -> Result<Option<String>, Error> {
    let code = |refused: Option<Error>| refused.map_or_else(|| "granted".to_owned(), |error| error.code);
    let codes = [
        code(Fetch::new("GET", "https://api.example.org/").send().err()),
        code(secrets::reveal("token").err()),
        code(registry::cooperatives::<Value>(&Find::new().limit(1)).err()),
    ];
    let caller = format!("{:?} {}", context::caller().kind, context::plugin_version());
    Store::create(&Counted { text: format!("{caller} {}", codes.join(" ")), words: None })?;
    Ok(None)
}

/// Healthy is whoever sees what the migration did, and keeps nothing of what it writes here.
pub(crate) fn health() -> Result<(), Error> {
    match way()?.as_str() {
        "unhealthy" => Err(Error::new(503, "ill", "it cannot work")),
        "count" => {
            let notes = Store::<Counted>::list(&Find::new())?;
            let counted = notes.items.iter().all(|note| note.body.words.is_some());
            Store::create(&Counted { text: "a probe was here".to_owned(), words: Some(4) })?;
            if counted { Ok(()) } else { Err(Error::new(503, "ill", "a note is not counted")) }
        }
        _ => Ok(()),
    }
}
