//! Misbehaves on purpose: one route per misbehaviour, so that the host's limits are tested against a real component.
//!
//! It is never part of an instance. Each route is what a broken or hostile plugin would do; `/fine` and `/notes` are there to see that
//! the next call works and what is left of the writes.

mod answers;
mod blobs;
mod calls;
mod captured;
mod config;
mod credentials;
mod documents;
mod here;
mod hooks;
mod kv;
mod notices;
mod outside;
mod raw;
mod reactions;
mod secrets;
mod upgrade;
mod words;
mod work;

use serde_json::Value;
use tiwizi_sdk::calls::Asked;
use tiwizi_sdk::events::{Event, Outcome};
use tiwizi_sdk::hooks::{Proposal, Verdict};
use tiwizi_sdk::jobs::Job;
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{Answer, Error, Plugin, Request, Route, router};

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct Chaos;

const ROUTES: &[Route] = &[
    Route::get("/", answers::fine),
    Route::get("/fine", answers::fine),
    Route::get("/page", answers::page),
    Route::get("/asset", answers::asset),
    Route::get("/who", answers::who),
    Route::get("/environment", answers::environment),
    Route::get("/answers/giant", answers::giant),
    Route::get("/answers/large", answers::large),
    Route::get("/answers/no-json", answers::no_json),
    Route::get("/answers/deep-json", answers::deep_json),
    Route::get("/answers/line-break", answers::line_break),
    Route::get("/answers/away", answers::away),
    Route::get("/answers/template", answers::template),
    Route::get("/answers/status", answers::status),
    Route::get("/answers/file", answers::file),
    Route::get("/loop", work::endless),
    Route::get("/copy", work::copy),
    Route::get("/memory", work::memory),
    Route::get("/trap", work::trap),
    Route::get("/exit", work::exit),
    Route::get("/sleep", work::sleep),
    Route::get("/recursion", work::recursion),
    Route::get("/log", work::log),
    Route::get("/print", work::print),
    Route::get("/storm", work::storm),
    Route::get("/reads", work::reads),
    Route::get("/argument", work::argument),
    Route::get("/outside", work::outside),
    Route::get("/malformed", work::malformed),
    Route::get("/handles", work::handles),
    Route::get("/random", work::random),
    Route::get("/mark", work::mark),
    Route::get("/peek", work::peek),
    Route::get("/notes", work::notes),
    Route::post("/write", work::write),
    Route::post("/write-then-trap", work::write_then_trap),
    Route::post("/write-then-loop", work::write_then_loop),
    Route::post("/write-then-problem", work::write_then_problem),
    Route::post("/write-then-rubbish", work::write_then_rubbish),
    Route::post("/write-much", work::write_much),
    Route::get("/register", work::register),
    Route::get("/milestone", work::milestone),
    Route::post("/milestone-for", work::milestone_for),
    Route::get("/acts-for", work::acts_for),
    Route::get("/founding", work::founding),
    Route::get("/draw", work::draw),
    Route::get("/foreign", work::foreign),
    Route::get("/config", config::all),
    Route::get("/config/foreign", config::foreign),
    Route::post("/outside/fetch", outside::fetch),
    Route::post("/outside/storm", outside::storm),
    Route::get("/instance", here::instance),
    Route::get("/deadline", here::deadline),
    Route::get("/metrics", here::metrics),
    Route::post("/count", here::count),
    Route::post("/blobs/keep", blobs::keep),
    Route::post("/blobs/keep-then-trap", blobs::keep_then_trap),
    Route::post("/blobs/keep-then-problem", blobs::keep_then_problem),
    Route::post("/blobs/unfinished", blobs::unfinished),
    Route::post("/blobs/delete", blobs::delete),
    Route::post("/blobs/see", blobs::see),
    Route::get("/blobs/bounds", blobs::bounds),
    Route::post("/documents/make", documents::make),
    Route::get("/documents/many", documents::many),
    Route::get("/documents/refused", documents::refused),
    Route::post("/credentials/issue", credentials::issue),
    Route::post("/credentials/issue-then-problem", credentials::issue_then_problem),
    Route::post("/credentials/revoke", credentials::revoke),
    Route::get("/credentials/many", credentials::many),
    Route::get("/credentials/refused", credentials::refused),
    Route::post("/notify/send", notices::send),
    Route::post("/notify/send-then-trap", notices::send_then_trap),
    Route::post("/notify/bounds", notices::bounds),
    Route::post("/calls/ask", calls::ask_one),
    Route::post("/calls/ask-then-write", calls::ask_then_write),
    Route::post("/calls/ask-then-trap", calls::ask_then_trap),
    Route::post("/calls/ask-then-problem", calls::ask_then_problem),
    Route::post("/calls/ask-often", calls::ask_often),
    Route::get("/words", words::words),
    Route::get("/secrets", secrets::told),
    Route::get("/kv/see", kv::see),
    Route::get("/kv/keys", kv::keys),
    Route::post("/kv/mix", kv::mix),
    Route::post("/kv/set", kv::set),
    Route::post("/kv/set-then-trap", kv::set_then_trap),
    Route::post("/kv/set-then-problem", kv::set_then_problem),
    Route::post("/kv/count", kv::count),
    Route::post("/kv/swap", kv::swap),
    Route::post("/kv/brief", kv::brief),
    Route::get("/kv/bounds", kv::bounds),
    Route::post("/jobs/enqueue", reactions::enqueue),
    Route::post("/jobs/enqueue-then-problem", reactions::enqueue_then_problem),
    Route::post("/jobs/cancel", reactions::cancel),
    Route::get("/jobs/bounds", reactions::bounds),
    Route::get("/jobs/order", reactions::order),
    Route::post("/events/emit", reactions::emit),
    Route::post("/captured", captured::captured),
];

impl Plugin for Chaos {
    fn init() -> Result<(), Error> {
        upgrade::init()
    }

    fn migrate(from: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
        upgrade::migrate(from, cursor)
    }

    fn health() -> Result<(), Error> {
        upgrade::health()
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        router::answer(ROUTES, request)
    }

    fn before(proposal: &Proposal) -> Verdict {
        hooks::before(proposal)
    }

    fn invoke(asked: &Asked) -> Result<Value, Error> {
        calls::answer(asked)
    }

    fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
        calls::render(slot)
    }

    fn on_event(event: &Event) -> Outcome {
        reactions::on_event(event)
    }

    fn run_job(job: &Job) -> Outcome {
        reactions::run_job(job)
    }
}

tiwizi_sdk::export!(Chaos);
