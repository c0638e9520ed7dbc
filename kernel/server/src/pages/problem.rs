//! The page of a problem: what happened in a reader's words, and where to go from there.

use std::time::Duration;

use http::HeaderMap;
use minijinja::{Value, context};
use tiwizi_model::{Language, limits};
use tiwizi_words::Texts;

use super::look::Look;
use super::visit::Asked;
use crate::app::App;
use crate::caller::Visitor;
use crate::problem::{Detail, Fault, Problem};

/// What is known of a request that came to nothing.
pub(crate) struct ProblemPlace<'a> {
    /// The language of its address, or the one that its reader would be sent to.
    pub(crate) language: Language,
    /// Its query, as it was sent.
    pub(crate) query: &'a str,
    /// Its cookies and credentials.
    pub(crate) headers: &'a HeaderMap,
}

/// The page of a problem. None when even that cannot be rendered; the edge then answers without a page.
pub(crate) async fn render_problem(
    app: &App,
    place: ProblemPlace<'_>,
    problem: &Problem,
    request_id: &str,
) -> Option<String> {
    let look = look(app, place).await;
    let words = words(problem);
    let engine = &app.pages.engine;
    let texts = engine.texts(&look);
    let title = texts.text(words.heading);
    let data = context! {
        heading => words.heading,
        text => words.text,
        told => problem.told().map(|_| explained(&texts, problem)),
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

/// The look of the page, with its reader where that can be found out in time: the database may be what is wrong. Its links to other
/// languages lead to the first page, since the address that was asked for may not be one that can be opened.
async fn look(app: &App, place: ProblemPlace<'_>) -> Look {
    let asked = Asked::of(place.language, "/", place.query, place.headers).at("/");
    let wait = Duration::from_millis(limits::PROBLEM_READER_MS);
    let known = async {
        let visitor = Visitor::recognise_again(app, place.headers, "/").await.ok()?;
        Some(asked.clone().by(app, visitor).await)
    };
    let visit = tokio::time::timeout(wait, known).await.ok().flatten();
    match visit {
        Some(visit) => visit.look,
        None => asked.by(app, Visitor::public()).await.look,
    }
}

/// What was refused and why, in the words of the page. What has no words there is told in English, and marked so.
pub(super) fn explained(texts: &Texts, problem: &Problem) -> Value {
    let in_words = problem.told().and_then(|told| {
        let detail = |(name, detail): &(&'static str, Detail)| {
            let text = match detail {
                Detail::Text(text) => text.clone(),
                Detail::Message(key) => texts.text(key),
            };
            ((*name).to_owned(), text)
        };
        let details: Vec<(String, String)> = told.details.iter().map(detail).collect();
        let text = texts.find_with(&format!("refusal-{}", told.code), &details)?;
        Some(context! { text, cause => told.cause.as_deref() })
    });
    in_words.unwrap_or_else(|| {
        let first = problem.errors().first().map(|field| field.message.as_str());
        context! { text => texts.text(words(problem).text), cause => first.or_else(|| problem.detail()) }
    })
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
    if problem.told().is_some() {
        return said("refusal-title", "refusal-title");
    }
    match problem.fault() {
        Fault::NotSignedIn | Fault::Credential | Fault::WrongPassword => {
            Words { way: Some(("sign-in", "/sign-in")), ..said("error-sign-in-title", "error-sign-in-text") }
        }
        Fault::MustChangePassword => {
            Words { way: Some(("password-change", "/password")), ..said("password-change", "password-must-change") }
        }
        Fault::Forbidden if problem.lacks().is_some() => said("error-grant-title", "error-grant-text"),
        Fault::Forbidden => said("error-forbidden-title", "error-forbidden-text"),
        Fault::Csrf | Fault::Stale | Fault::LaterTooOld => said("error-form-title", "error-form-text"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tiwizi_host::{Capability, InstallError};
    use tiwizi_words::Messages;

    fn shown(language: Language, problem: &Problem) -> (String, Value) {
        let texts = Texts::new(language, Arc::new(Messages::kernel()));
        let shown = explained(&texts, problem);
        (shown.get_attr("text").unwrap().to_string(), shown.get_attr("cause").unwrap())
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_page_with_its_details() {
        for (language, words, capability) in [
            (Language::French, "ne peut pas travailler sans", "Voir ses propres secrets"),
            (Language::Darija, "ما تقدرش تخدم بلا", ""),
        ] {
            let plugin = "notes".parse().unwrap();
            let problem = Problem::from(InstallError::Ungranted { plugin, capability: Capability::Secrets });
            let (text, cause) = shown(language, &problem);
            assert!(text.contains(words) && text.contains("notes") && text.contains(capability), "{text}");
            assert!(cause.is_none(), "{cause}");
            assert!(problem.errors()[0].message.contains("cannot work without"), "programs still read English");
        }
    }

    #[test]
    fn what_has_no_words_is_told_in_english() {
        let (text, cause) = shown(Language::French, &Problem::field("/size", "ceiling", "too much of it"));
        assert_eq!(
            (text.as_str(), cause.to_string().as_str()),
            ("Revenez en arrière et essayez autrement.", "too much of it")
        );
    }
}
