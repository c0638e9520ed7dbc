//! A plugin that uses every interface once and tells what came of it. Built for one version of the contract it joins `tests/corpus`,
//! where every later kernel must still run it; how is written there.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::calls::{self, Asked};
use tiwizi_sdk::events::{self, Event, Outcome};
use tiwizi_sdk::hooks::{Proposal, Verdict};
use tiwizi_sdk::http_out::Fetch;
use tiwizi_sdk::jobs::{self, Job, Later};
use tiwizi_sdk::notify::Message;
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{
    Answer, Error, Find, Kind, Plugin, Request, Route, Store, blobs, config, context, i18n, kv, milestones, registry,
    router, secrets, telemetry,
};

/// The one kind of this plugin.
#[derive(Serialize, Deserialize, Kind)]
#[kind(index(text), read("public"), create("plugin"), change("plugin"), delete("plugin"))]
struct Note {
    #[field(search, max_length = 1000, class = "public")]
    text: String,
}

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct Corpus;

impl Plugin for Corpus {
    fn init() -> Result<(), Error> {
        Store::create(&Note { text: "from init".to_owned() }).map(drop)
    }

    fn migrate(_: &str, _: Option<&str>) -> Result<Option<String>, Error> {
        Store::create(&Note { text: "from migrate".to_owned() })?;
        Ok(None)
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        let routes =
            [Route::get("/", page), Route::get("/told", told), Route::post("/add", add), Route::get("/file", file)];
        router::answer(&routes, request)
    }

    /// Does not want one word in a cooperative's name.
    fn before(proposal: &Proposal) -> Verdict {
        let name = proposal.after.as_ref().and_then(|after| after.get("name_fr")).and_then(Value::as_str);
        match name {
            Some(name) if name.contains("forbidden") => Verdict::refuse("forbidden", "not this word").at("/name_fr"),
            _ => Verdict::Pass,
        }
    }

    fn invoke(asked: &Asked) -> Result<Value, Error> {
        asked.payload().map(|payload: Value| json!([asked.plugin, payload]))
    }

    fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
        Fragment::new("part", "Corpus", &json!({ "slot": slot.name })).map(Some)
    }

    fn on_event(event: &Event) -> Outcome {
        kv::increment(&format!("event-{}", event.subscription), 1).map(drop).into()
    }

    fn run_job(job: &Job) -> Outcome {
        worked(job).into()
    }
}

fn worked(job: &Job) -> Result<(), Error> {
    jobs::progress(1, 1, "all")?;
    kv::set("worked", &job.read::<Value>()?, None)
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
    kv::set("blob", &blobs::keep("text/plain", b"some bytes")?.id, None)?;
    events::emit("added", "one", &json!({ "note": note.id }))?;
    Later::new("work").once("one").enqueue(&json!({ "wanted": 3 }))?;
    Message::new("corpus-notice").value("word", "azul").link("/told").to_role("administrator", None)?;
    telemetry::count("added", 1);
    telemetry::info("added", &[("id", &note.id)]);
    Ok(Answer::redirect("/told"))
}

fn file(_: &Request) -> Result<Answer, Error> {
    Ok(Answer::File("note.txt".to_owned()))
}

/// The code of the error that something must have ended with.
fn code<Any>(outcome: Result<Any, Error>) -> String {
    outcome.map_or_else(|error| error.code, |_| "none".to_owned())
}

fn told(_: &Request) -> Result<Answer, Error> {
    let notes = Store::list(&Find::new().sort(Note::TEXT).limit(10))?;
    let texts: Vec<String> = notes.items.into_iter().map(|entry| entry.body.text).collect();
    let cooperatives = registry::cooperatives::<Value>(&Find::new().limit(10))?;
    let blob = kv::get::<String>("blob")?.map(|id| blobs::read_all(&id)).transpose()?;
    Answer::json(&json!({
        "plugin": context::plugin_id(),
        "language": context::language(),
        "caller": format!("{:?}", context::caller().kind),
        "time": context::now() > 0 && context::deadline_left() > Duration::ZERO,
        "notes": texts,
        "word": kv::get::<String>("word")?,
        "count": kv::get::<i64>("count")?,
        "blob": blob.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        "greeting": config::get::<String>("greeting")?,
        "message": i18n::translate("corpus-word", &[], Some("fr"))?,
        "secret": secrets::is_set("token")?,
        "cooperatives": cooperatives.items.len(),
        "events": [kv::get::<i64>("event-members")?, kv::get::<i64>("event-own")?],
        "worked": kv::get::<Value>("worked")?,
        // Nothing of these is granted: the interface is there and says so.
        "denied": [
            code(Fetch::get("https://corpus.invalid/").send()),
            code(milestones::reach::<Note>("none", "01980000-0000-7000-8000-000000000000")),
            code(calls::ask::<_, Value>("corpus/echo", 1, "echo", &1)),
        ],
    }))
}

tiwizi_sdk::export!(Corpus);
