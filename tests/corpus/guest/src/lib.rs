//! A plugin that uses every interface once and tells what came of it. Built for one version of the contract it joins `tests/corpus`,
//! where every later kernel must still run it; how is written there.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::{
    Answer, Error, Find, Kind, Plugin, Request, Route, Store, config, context, kv, registry, router, secrets, telemetry,
};

/// The one kind of this plugin.
#[derive(Serialize, Deserialize, Kind)]
#[kind(index(text), read("public"), create("plugin"), change("plugin"), delete("plugin"))]
struct Note {
    #[field(search, max_length = 1000, class = "public")]
    text: String,
}

struct Corpus;

impl Plugin for Corpus {
    fn init() -> Result<(), Error> {
        Store::create(&Note { text: "from init".to_owned() }).map(drop)
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        let routes =
            [Route::get("/", page), Route::get("/told", told), Route::post("/add", add), Route::get("/file", file)];
        router::answer(&routes, request)
    }
}

fn page(_: &Request) -> Result<Answer, Error> {
    Answer::page("page", "Corpus", &json!({ "version": context::plugin_version() }))
}

/// Writes in each way and goes on to what can be read.
fn add(request: &Request) -> Result<Answer, Error> {
    let text = request.form_required("text")?.to_owned();
    let mut note = Store::create(&Note { text })?;
    note.body.text.push_str(", replaced");
    let note = Store::replace(&note)?;
    kv::set("word", &"kept", None)?;
    kv::increment("count", 2)?;
    telemetry::info("added", &[("id", &note.id)]);
    Ok(Answer::redirect("/told"))
}

fn file(_: &Request) -> Result<Answer, Error> {
    Ok(Answer::File("note.txt".to_owned()))
}

fn told(_: &Request) -> Result<Answer, Error> {
    let notes = Store::list(&Find::new().sort(Note::TEXT).limit(10))?;
    let texts: Vec<String> = notes.items.into_iter().map(|entry| entry.body.text).collect();
    let cooperatives = registry::cooperatives::<Value>(&Find::new().limit(1))?;
    Answer::json(&json!({
        "plugin": context::plugin_id(),
        "language": context::language(),
        "caller": format!("{:?}", context::caller().kind),
        "time": context::now() > 0,
        "notes": texts,
        "word": kv::get::<String>("word")?,
        "count": kv::get::<i64>("count")?,
        "greeting": config::get::<String>("greeting")?,
        "secret": secrets::is_set("token")?,
        "cooperatives": cooperatives.items.len(),
    }))
}

tiwizi_sdk::export!(Corpus);
