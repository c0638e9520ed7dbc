//! The page of a problem: what happened in a reader's words, and where to go from there.

use minijinja::context;
use tiwizi_model::Language;

use super::look::Look;
use super::visit::menu;
use crate::app::App;
use crate::problem::{Fault, Problem};

/// The page of a problem. None when even that cannot be rendered; the edge then answers without a page.
pub(crate) fn render_problem(app: &App, language: Language, problem: &Problem, request_id: &str) -> Option<String> {
    let mut look = Look::bare(language, "/");
    look.menu = menu(&app.host.plugins(), language);
    let words = words(problem);
    let engine = &app.pages.engine;
    let title = engine.texts(&look).text(words.heading);
    let data = context! {
        heading => words.heading,
        text => words.text,
        lacks => problem.lacks().map(|capability| format!("capability-{}", capability.name().replace('.', "-"))),
        way_label => words.way.map(|(label, _)| label),
        way => words.way.map(|(_, path)| look.address(path)),
        request_id => words.is_ours.then_some(request_id),
    };
    engine
        .page(&look, "error.html", &title, data)
        .inspect_err(|error| tracing::error!(%error, "the page of a problem could not be rendered"))
        .ok()
}

/// What is said.
struct Words {
    heading: &'static str,
    text: &'static str,
    /// The label and path of a button that helps.
    way: Option<(&'static str, &'static str)>,
    /// Something broke here: the reader gets the request's id for whoever helps.
    is_ours: bool,
}

fn words(problem: &Problem) -> Words {
    let said = |heading, text| Words { heading, text, way: None, is_ours: false };
    let broken = |heading, text| Words { is_ours: true, ..said(heading, text) };
    match problem.fault() {
        Fault::NotSignedIn | Fault::Credential | Fault::WrongPassword => {
            Words { way: Some(("sign-in", "/sign-in")), ..said("error-sign-in-title", "error-sign-in-text") }
        }
        Fault::MustChangePassword => {
            Words { way: Some(("password-change", "/password")), ..said("password-change", "password-must-change") }
        }
        Fault::Forbidden if problem.lacks().is_some() => said("error-grant-title", "error-grant-text"),
        Fault::Forbidden => said("error-forbidden-title", "error-forbidden-text"),
        Fault::Csrf | Fault::Stale => said("error-form-title", "error-form-text"),
        Fault::NotFound | Fault::UnknownKind | Fault::UnknownPlugin | Fault::Method => {
            said("error-missing-title", "error-missing-text")
        }
        Fault::HookFailed => broken("error-hook-title", "error-hook-text"),
        Fault::Busy | Fault::Unavailable | Fault::TooMany => said("error-busy-title", "error-busy-text"),
        Fault::PluginFailed | Fault::PluginTooSlow => broken("error-plugin-title", "error-plugin-text"),
        Fault::Internal | Fault::Full => broken("error-internal-title", "error-internal-text"),
        _ => said("error-request-title", "error-request-text"),
    }
}
