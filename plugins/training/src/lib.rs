//! Training: courses that one listens to first and reads beside, in the reader's own language, with quizzes and a record
//! of what was learnt.
//!
//! What it keeps stands in `manifests/training/manifest.json`. Courses, lessons and quizzes are public; they are written
//! from `content/` when the plugin is installed, or by trainers. A person's progress and answers belong to that person. It
//! knows nothing of accounts, of the database and of HTML: it answers with data, and the kernel renders the templates.

mod advice;
mod attempt;
mod catalogue;
mod cells;
mod certificate;
mod certified;
mod coach;
mod cohort;
mod content;
mod contract;
mod course;
mod credential;
mod decimal;
mod desk;
mod draft;
mod edition;
mod enrolment;
mod folding;
mod import;
mod kinds;
mod learner;
mod lesson;
mod marking;
mod named;
mod ogg;
mod path;
mod programme;
mod progress;
mod publication;
mod questions;
mod quiz;
mod result;
mod sync;
mod taking_back;
mod tally;
mod text;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_certificates;
#[cfg(test)]
mod tests_of_cohorts;
#[cfg(test)]
mod tests_of_learning;
#[cfg(test)]
mod tests_of_the_contract;
#[cfg(test)]
mod tests_of_the_count;
#[cfg(test)]
mod tests_of_the_desk;

use serde_json::Value;
use tiwizi_sdk::calls::Asked;
use tiwizi_sdk::jobs::{Job, Outcome};
use tiwizi_sdk::{Answer, Error, Plugin, Request, Route, router};

/// The plugin.
#[derive(Debug, Clone, Copy)]
pub struct Training;

const ROUTES: &[Route] = &[
    Route::get("/", catalogue::courses),
    Route::get("/progress", progress::mine),
    Route::get("/courses/{course}", course::show),
    Route::post("/courses/{course}/enrol", course::enrol),
    Route::get("/courses/{course}/lessons/{lesson}", lesson::show),
    Route::post("/courses/{course}/lessons/{lesson}/done", lesson::done),
    Route::get("/courses/{course}/quizzes/{quiz}", quiz::show),
    Route::post("/courses/{course}/quizzes/{quiz}", quiz::answer),
    Route::get("/courses/{course}/quizzes/{quiz}/result", quiz::result),
    Route::post("/sync", sync::receive),
    Route::get("/paths", path::list),
    Route::post("/paths", path::write),
    Route::get("/certificates", certificate::list),
    Route::post("/certificates", certificate::give),
    Route::get("/certificates/{code}", certificate::verify),
    Route::post("/certificates/{code}", certificate::print),
    Route::post("/certificates/{code}/credential", credential::make),
    Route::post("/certificates/{code}/take-back", taking_back::take),
    Route::post("/certificates/{code}/give-back", taking_back::give),
    Route::get("/advice", advice::ask),
    Route::post("/advice", advice::answer),
    Route::get("/cohorts", cohort::list),
    Route::post("/cohorts", cohort::begin),
    Route::post("/join", cohort::join),
    Route::get("/cohorts/{cohort}", cohort::show),
    Route::post("/cohorts/{cohort}/people", cohort::enrol),
    Route::get("/cohorts/{cohort}/people/{member}", coach::show),
    Route::get("/programme", programme::show),
    Route::post("/programme/csv", programme::export),
    Route::get("/programme/certificates", certified::show),
    Route::post("/programme/certificates/csv", certified::export),
    Route::post("/programme/certificates/count", certified::count),
    Route::get("/desk", desk::list),
    Route::post("/desk", desk::begin),
    Route::get("/desk/{course}", desk::show),
    Route::get("/desk/{course}/text", desk::edit),
    Route::post("/desk/{course}/text", desk::save),
    Route::post("/desk/{course}/voice", desk::record),
    Route::post("/desk/{course}/review", desk::act),
    Route::get("/desk/{course}/import", import::show),
    Route::post("/desk/{course}/import", import::receive),
];

impl Plugin for Training {
    fn init() -> Result<(), Error> {
        content::write_all()
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        match router::answer(ROUTES, request) {
            Err(error) if error.is("not-found") && request.method == "GET" => missing(),
            answer => answer,
        }
    }

    fn run_job(job: &Job) -> Outcome {
        tally::run(job)
    }

    fn invoke(asked: &Asked) -> Result<Value, Error> {
        contract::invoke(asked)
    }
}

fn missing() -> Result<Answer, Error> {
    Answer::page("missing", "404", &serde_json::json!({})).map(|page| page.with_status(404))
}

tiwizi_sdk::export!(Training);
