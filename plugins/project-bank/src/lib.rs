//! The project bank: ready projects that people adopt and make their own, with every figure that follows from what they put in.
//!
//! `plan` reckons and `lineage` merges; neither knows of records or pages. `drafts` are models before a second person has read them, `improve` is
//! what a plan gives back to its model. `export` writes a plan as a spreadsheet. `team` is who works on a plan together. `kinds` are the records,
//! `card` what lists say of a model, `content` the models that come with the plugin, `pages` what people see. The plugin answers with data, and
//! the kernel renders the templates.

mod call_work;
mod called;
mod calls;
mod card;
mod content;
mod drafts;
mod export;
mod funding;
mod improve;
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
mod tests_of_access;
#[cfg(test)]
mod tests_of_cards;
#[cfg(test)]
mod tests_of_improvements;
#[cfg(test)]
mod tests_of_lines;
#[cfg(test)]
mod tests_of_models;
#[cfg(test)]
mod tests_of_noted_files;
#[cfg(test)]
mod tests_of_notes;
#[cfg(test)]
mod tests_of_publication;
#[cfg(test)]
mod tests_of_remains;
#[cfg(test)]
mod tests_of_the_path;
#[cfg(test)]
mod tests_of_withdrawal;

use tiwizi_sdk::events::Event;
use tiwizi_sdk::jobs::{Job, Outcome};
use tiwizi_sdk::ui::{Fragment, Slot};
use tiwizi_sdk::{Answer, Error, Plugin, Request, Route, router};

use pages::{
    actual, call_desk, calls as calls_page, candidacy, catalogue, found, funding as funding_page, funding_desk,
    improve as improve_page, join, jury, lines, model_desk, plans, proposals, review, sheet, team as team_page,
};

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
    Route::post("/plans/{plan}/actual/file", actual::file),
    Route::post("/plans/{plan}/export", export::page::make),
    Route::get("/plans/{plan}/review", review::show),
    Route::post("/plans/{plan}/review", review::take),
    Route::post("/plans/{plan}/undo", review::undo),
    Route::get("/plans/{plan}/improve", improve_page::show),
    Route::post("/plans/{plan}/improve", improve_page::propose),
    Route::post("/plans/{plan}/improve/back", improve_page::take_back),
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
    Route::get("/proposals", proposals::list),
    Route::get("/proposals/{model}/{number}", proposals::show),
    Route::post("/proposals/{model}/{number}", proposals::decide),
    Route::get("/funding", funding_page::list),
    Route::get("/funding/{code}", funding_page::show),
    Route::get("/funding/{code}/check", funding_page::check),
    Route::get("/funding-desk", funding_desk::list),
    Route::post("/funding-desk", funding_desk::create),
    Route::get("/funding-desk/{code}", funding_desk::show),
    Route::post("/funding-desk/{code}", funding_desk::change),
    Route::post("/funding-desk/{code}/conditions", funding_desk::condition),
    Route::post("/funding-desk/{code}/step", funding_desk::step),
    Route::get("/model-desk", model_desk::list),
    Route::post("/model-desk", model_desk::create),
    Route::get("/model-desk/{code}", model_desk::show),
    Route::get("/model-desk/{code}/part", model_desk::edit),
    Route::post("/model-desk/{code}/part", model_desk::save),
    Route::post("/model-desk/{code}/undo", model_desk::put_back),
    Route::post("/model-desk/{code}/step", model_desk::step),
    Route::get("/model-desk/{code}/preview", model_desk::preview),
    Route::get("/calls", calls_page::list),
    Route::get("/calls/{code}", calls_page::show),
    Route::get("/calls/{code}/ranking", calls_page::ranking),
    Route::get("/calls/{code}/mine", candidacy::show),
    Route::post("/calls/{code}/mine", candidacy::apply),
    Route::post("/calls/{code}/mine/withdraw", candidacy::withdraw),
    Route::get("/calls/{code}/jury/{key}", jury::invited),
    Route::post("/calls/{code}/jury/{key}", jury::join),
    Route::get("/calls/{code}/files", jury::files),
    Route::get("/calls/{code}/files/{number}", jury::show),
    Route::post("/calls/{code}/files/{number}", jury::mark),
    Route::get("/call-desk", call_desk::list),
    Route::post("/call-desk", call_desk::create),
    Route::get("/call-desk/{code}", call_desk::show),
    Route::post("/call-desk/{code}/quotas", call_desk::quota),
    Route::post("/call-desk/{code}/publish", call_desk::publish),
    Route::post("/call-desk/{code}/jury", call_desk::invite),
    Route::post("/call-desk/{code}/jury/leave", call_desk::leave),
    Route::post("/call-desk/{code}/rank", call_desk::rank),
    Route::post("/call-desk/{code}/undo", call_desk::undo),
    Route::post("/call-desk/{code}/announce", call_desk::announce),
];

impl Plugin for ProjectBank {
    fn init() -> Result<(), Error> {
        content::write_all()?;
        funding::seed::write_all()
    }

    fn migrate(_: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
        card::bring_all(cursor)
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

    fn run_job(job: &Job) -> Outcome {
        let done = match job.name.as_str() {
            call_work::TELL => job.read().and_then(|step| call_work::tell(&step)),
            other => Err(Error::internal(format!("there is no job {other}"))),
        };
        done.into()
    }
}

fn missing() -> Result<Answer, Error> {
    Answer::page("missing", "404", &serde_json::json!({})).map(|page| page.with_status(404))
}

tiwizi_sdk::export!(ProjectBank);
