//! The pages: the shell, sign-in, the directory, a cooperative's page and its acts, records of every kind, accounts, the
//! console, and the frame around plugins' pages. Rendered here, in seven languages, useful without JavaScript.
//!
//! A handler reads what it shows through the same doors as the API and decides nothing by itself. What goes wrong travels
//! as a [`Problem`](crate::problem::Problem); the edge asks [`render_problem`] for its page.

mod account;
mod acts;
mod assets;
mod charts;
mod check;
mod choose;
mod console;
mod cooperative;
mod credential;
mod directory;
mod duplicates;
mod editions;
mod engine;
mod exchange;
mod extract;
mod federation;
mod filings;
mod founding;
mod fragments;
mod home;
mod latin;
mod look;
mod markup;
mod notices;
mod office;
mod offline;
mod password;
mod path;
mod people;
mod plugin;
mod problem;
mod protection;
mod records;
mod register;
mod rules;
mod said;
mod sign_in;
mod statistics;
mod succession;
mod verify;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tiwizi_registry::kinds::Names;
use tiwizi_words::Messages;

use crate::app::App;

pub use check::{TextFault, check_plugin_texts};
pub(crate) use engine::EngineError as PagesError;
pub(crate) use plugin::{PluginPage, render_plugin};
pub(crate) use problem::{ProblemPlace, render_problem};

/// What pages are made with. Built once, with [`App`].
pub struct Pages {
    engine: engine::Engine,
    names: Names,
    /// The templates of plugins that were shown since the start.
    pub(crate) editions: editions::Editions,
}

impl Pages {
    /// Reads the built-in templates.
    ///
    /// # Errors
    /// When one of them is not well-formed.
    pub(crate) fn load(instance: &str, messages: Arc<Messages>) -> Result<Self, PagesError> {
        let (engine, editions) = (engine::Engine::new(instance, messages)?, editions::Editions::default());
        Ok(Self { engine, names: Names::new(), editions })
    }

    /// The names of the kernel's own kinds.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }
}

/// The addresses of the kernel's own pages.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(choose::language))
        .route("/assets/{file}", get(assets::show))
        .route("/service-worker.js", get(assets::worker))
        .route("/{language}/offline", get(offline::show))
        .route("/{language}", get(home::show))
        .route("/{language}/", get(home::show))
        .route("/{language}/directory", get(directory::show))
        .route("/{language}/directory/{id}", get(cooperative::show))
        .route("/{language}/directory/{id}/extracts", post(extract::issue))
        .route("/{language}/verify", get(verify::ask))
        .route("/{language}/verify/{token}", get(verify::show))
        .route("/verify/credential/{code}", get(credential::find))
        .route("/{language}/verify/credential/{code}", get(credential::show))
        .route("/{language}/statistics", get(statistics::show))
        .route("/{language}/statistics/journey", get(statistics::funnel::show))
        .route("/{language}/path", get(path::own))
        .route("/{language}/directory/{id}/path", get(path::of_cooperative))
        .route("/{language}/register/rules", get(rules::show).post(rules::send))
        .route("/{language}/register/duplicates", get(duplicates::list))
        .route("/{language}/register/duplicates/{id}", get(duplicates::show).post(duplicates::send))
        .route("/{language}/register/persons", get(people::find::show).post(people::find::send))
        .route("/{language}/register/persons/{id}", get(people::person::show))
        .route("/{language}/register/persons/{id}/number", post(people::person::send))
        .route("/{language}/register/unions/{id}", get(people::union::show))
        .route("/{language}/office", get(office::show))
        .route("/{language}/office/print", get(office::print))
        .route("/{language}/office/{task}", get(office::show_task).post(office::send))
        .route("/{language}/filings", get(filings::mine))
        .route("/{language}/directory/{id}/filings", get(filings::show))
        .route("/{language}/directory/{id}/filings/{year}", get(filings::show_year).post(filings::send))
        .route("/{language}/directory/{id}/filings/{year}/decision", post(filings::decide))
        .route("/{language}/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/{language}/sign-out", post(sign_in::sign_out))
        .route("/{language}/password", get(password::show).post(password::change))
        .route("/{language}/account", get(account::show))
        .route("/{language}/account/tokens", post(account::create_token))
        .route("/{language}/account/tokens/{token}/revoke", post(account::revoke_token))
        .route("/{language}/account/notices", get(notices::show))
        .route("/{language}/account/notices/read-all", post(notices::read_all))
        .route("/{language}/account/notices/{notice}/open", post(notices::open))
        .route("/{language}/account/notices/{notice}/read", post(notices::read))
        .route("/{language}/account/notices/{notice}/delete", post(notices::delete))
        .route("/{language}/account/notices/{notice}/restore", post(notices::restore))
        .merge(console_routes())
        .merge(exchange::routes())
        .merge(federation::routes())
        .merge(protection::routes())
        .merge(acts::routes())
        .merge(founding::routes())
        .merge(records::routes())
}

/// Those of whoever runs the instance.
fn console_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{language}/console", get(console::overview::show))
        .route("/{language}/console/plugins", get(console::plugins::show).post(console::plugin_life::send))
        .route(
            "/{language}/console/plugins/consent",
            get(console::plugin_life::ask).post(console::plugin_life::consent),
        )
        .route("/{language}/console/plugins/{plugin}/rollback", post(console::plugin_life::roll_back))
        .route(
            "/{language}/console/plugins/{plugin}/remove",
            get(console::plugin_life::ask_removal).post(console::plugin_life::remove),
        )
        .route("/{language}/console/plugins/{plugin}/grants", post(console::plugins::grant))
        .route("/{language}/console/plugins/{plugin}/state", post(console::plugins::switch))
        .route("/{language}/console/plugins/{plugin}", get(console::plugin::show_one))
        .route("/{language}/console/plugins/{plugin}/settings", post(console::plugin::settings))
        .route("/{language}/console/plugins/{plugin}/secrets/{secret}", post(console::plugin::secret))
        .route("/{language}/console/plugins/{plugin}/limits", post(console::plugin::limits))
        .route("/{language}/console/jobs", get(console::jobs::show))
        .route("/{language}/console/jobs/{job}/retry", post(console::jobs::retry))
        .route("/{language}/console/jobs/{job}/forget", post(console::jobs::forget))
        .route("/{language}/console/plugins/{plugin}/captures", post(console::plugins::capture))
        .route("/{language}/console/accounts", get(console::accounts::show).post(console::accounts::add))
        .route("/{language}/console/kinds", get(console::kinds::show))
        .route("/{language}/console/protection", get(console::protection::show).post(console::protection::send))
}
