//! The project bank: ready projects that people adopt and make their own, with every figure that follows from what they put in.
//!
//! `plan` reckons and `lineage` merges; neither knows of records or pages. `export` writes a plan as a spreadsheet. `team` is who works on a plan together. `kinds` are the records, `content` the models that come with the
//! plugin, `pages` what people see. The plugin answers with data, and the kernel renders the templates.

mod calls;
mod content;
mod export;
mod kinds;
mod learn;
mod lineage;
mod notes;
mod pages;
mod plan;
mod publication;
mod remains;
mod slots;
mod team;
#[doc(hidden)]
pub mod timing;
mod undertaking;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_lines;
#[cfg(test)]
mod tests_of_models;
#[cfg(test)]
mod tests_of_notes;
#[cfg(test)]
mod tests_of_publication;
#[cfg(test)]
mod tests_of_remains;
#[cfg(test)]
mod tests_of_the_path;

use tiwizi_sdk::events::{Event, Outcome};
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{Answer, Error, Plugin, Request, Route, router};

use pages::{actual, catalogue, found, join, lines, plans, review, sheet, team as team_page};

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct ProjectBank;

const ROUTES: &[Route] = &[
    Route::get("/", catalogue::models),
    Route::get("/models/{model}", sheet::show),
    Route::post("/models/{model}/adopt", plans::adopt),
    Route::get("/plans", plans::mine),
    Route::get("/plans/{plan}", plans::show),
    Route::post("/plans/{plan}", plans::change),
    Route::post("/plans/{plan}/founded", undertaking::found),
    Route::get("/plans/{plan}/lines/new", lines::ask),
    Route::post("/plans/{plan}/lines/new", lines::add),
    Route::post("/plans/{plan}/lines/undo", lines::undo),
    Route::get("/plans/{plan}/lines/{list}/{code}", lines::open),
    Route::post("/plans/{plan}/lines/{list}/{code}", lines::change),
    Route::post("/plans/{plan}/delete", plans::delete),
    Route::get("/plans/{plan}/actual", actual::show),
    Route::post("/plans/{plan}/actual", actual::note),
    Route::post("/plans/{plan}/export", export::page::make),
    Route::get("/plans/{plan}/review", review::show),
    Route::post("/plans/{plan}/review", review::take),
    Route::post("/plans/{plan}/undo", review::undo),
    Route::get("/plans/{plan}/team", team_page::show),
    Route::post("/plans/{plan}/team/code", team_page::invite),
    Route::post("/plans/{plan}/team/facts", team_page::agree),
    Route::post("/plans/{plan}/team/task", team_page::task),
    Route::post("/plans/{plan}/team/seat", team_page::contribute),
    Route::post("/plans/{plan}/team/leave", team_page::leave),
    Route::post("/plans/{plan}/team/remove", team_page::remove),
    Route::post("/plans/{plan}/team/lead", team_page::hand_over),
    Route::get("/plans/{plan}/found", found::show),
    Route::post("/plans/{plan}/found", found::prepare),
    Route::get("/join", join::ask),
    Route::get("/join/{code}", join::offer),
    Route::post("/join/{code}", join::join),
];

impl Plugin for ProjectBank {
    fn init() -> Result<(), Error> {
        content::write_all()
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        match router::answer(ROUTES, request) {
            Err(error) if error.is("not-found") && request.method == "GET" => missing(),
            answer => answer,
        }
    }

    fn render(slot: &Slot) -> Result<Option<Fragment>, Error> {
        slots::render(slot)
    }

    fn on_event(event: &Event) -> Outcome {
        match event.subscription.as_str() {
            remains::REMAINS => remains::clear(event).into(),
            publication::MODELS => publication::follow(event).into(),
            other => Outcome::Reject(format!("nothing is done about {other}")),
        }
    }
}

fn missing() -> Result<Answer, Error> {
    Answer::page("missing", "404", &serde_json::json!({})).map(|page| page.with_status(404))
}

tiwizi_sdk::export!(ProjectBank);
