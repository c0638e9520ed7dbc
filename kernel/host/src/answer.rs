//! A plugin's answer, judged before anybody trusts it.

use serde_json::Value;
use tiwizi_model::limits;
use tiwizi_records::JsonError;
use tiwizi_records::json::parse;

use crate::bindings::exports::tiwizi::plugin::http_handler as wire;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::bundle::Place;
use crate::text::{escaped, is_deceptive};

/// What a plugin answers a request with.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Data for one of its templates.
    Page {
        /// The HTTP status.
        status: u16,
        /// The template's name; the bundle holds it.
        template: String,
        /// The page's title, one plain line.
        title: String,
        /// An object.
        data: Value,
    },
    /// A JSON document.
    Json {
        /// The HTTP status.
        status: u16,
        /// The document.
        body: Value,
    },
    /// A path below the plugin, where the browser goes on with a GET.
    Redirect {
        /// The path, beginning with one slash.
        location: String,
    },
    /// A file below the bundle's `assets/`.
    Asset {
        /// Its path there.
        path: String,
    },
    /// An error of the plugin's own. The call's writes are given up.
    Problem {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// A stable word for programs.
        code: String,
        /// A sentence for people.
        message: String,
        /// Whether the same request may succeed later.
        retryable: bool,
        /// What a program needs to know.
        details: Value,
    },
}

impl Answer {
    /// The answer in the plugin's place when a file of the form cannot be kept.
    pub(crate) fn of_refused_file(Error { code, message, retryable, .. }: Error) -> Self {
        let status = match code.as_str() {
            "denied" => 403,
            "over-limit" => 413,
            _ => 503,
        };
        Self::Problem { status, code, message, retryable, details: Value::Object(serde_json::Map::new()) }
    }
}

/// Why an answer is rubbish.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Too many bytes.
    #[error("it has {bytes} bytes; {} are allowed", limits::PLUGIN_ANSWER_BYTES_MAX)]
    Large {
        /// What came.
        bytes: usize,
    },
    /// Its JSON is not acceptable.
    #[error("its {part} is not acceptable JSON")]
    Json {
        /// Which part.
        part: &'static str,
        /// Why.
        #[source]
        source: JsonError,
    },
    /// The data of a page is no object.
    #[error("its {part} is no JSON object")]
    Object {
        /// Which part.
        part: &'static str,
    },
    /// A status that does not fit.
    #[error("its status {status} does not fit such an answer")]
    Status {
        /// The status.
        status: u16,
    },
    /// A template that the bundle does not hold.
    #[error("the bundle holds no template {template:?}")]
    Template {
        /// Its name.
        template: String,
    },
    /// A redirection that leaves the plugin, or would break a header.
    #[error("it redirects to {location:?}, which is no plain path below the plugin")]
    Redirect {
        /// The path.
        location: String,
    },
    /// A file that the bundle does not hold.
    #[error("the bundle holds no asset {path:?}")]
    Asset {
        /// Its path.
        path: String,
    },
}

/// What an answer may refer to.
pub(crate) trait Holdings {
    fn has_template(&self, name: &str) -> bool;
    fn has_asset(&self, path: &str) -> bool;
}

/// Judges an answer and takes it over.
pub(crate) fn judge(answer: wire::Answer, holdings: &impl Holdings) -> Result<Answer, AnswerError> {
    match answer {
        wire::Answer::Page(page) => judge_page(page, holdings),
        wire::Answer::Json(document) => {
            let status = status(document.status, 200..=599)?;
            Ok(Answer::Json { status, body: json("document", &document.body)? })
        }
        wire::Answer::Redirect(location) => {
            if !is_path_below(&location) {
                return Err(AnswerError::Redirect { location: shown(&location) });
            }
            Ok(Answer::Redirect { location })
        }
        wire::Answer::File(path) => {
            let known = path.len() <= limits::BUNDLE_PATH_BYTES_MAX
                && matches!(Place::of(&format!("assets/{path}")), Ok(Place::Asset(_)))
                && holdings.has_asset(&path);
            if known { Ok(Answer::Asset { path }) } else { Err(AnswerError::Asset { path: shown(&path) }) }
        }
        wire::Answer::Problem(problem) => judge_problem(problem),
    }
}

fn judge_page(page: wire::Page, holdings: &impl Holdings) -> Result<Answer, AnswerError> {
    let status = status(page.status, 200..=599)?;
    if !holdings.has_template(&page.template) {
        return Err(AnswerError::Template { template: shown(&page.template) });
    }
    let data = object("data", &page.data)?;
    Ok(Answer::Page { status, template: page.template, title: line(&page.title, limits::TITLE_CHARS_MAX), data })
}

fn judge_problem(problem: wire::Problem) -> Result<Answer, AnswerError> {
    let status = status(problem.status, 400..=599)?;
    let Told { code, message, retryable, details } = judge_error(problem.error)?;
    Ok(Answer::Problem { status, code, message, retryable, details })
}

/// An error of a plugin's own that may go on to others.
pub(crate) struct Told {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) retryable: bool,
    pub(crate) details: Value,
}

/// Judges an error that a plugin tells.
pub(crate) fn judge_error(error: Error) -> Result<Told, AnswerError> {
    let well_formed = !error.code.is_empty()
        && error.code.len() <= limits::NAME_BYTES_MAX
        && error.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    Ok(Told {
        code: if well_formed { error.code } else { "plugin".to_owned() },
        message: line(&error.message, limits::PROBLEM_CHARS_MAX),
        retryable: error.retryable,
        details: if error.details.is_empty() {
            Value::Object(serde_json::Map::new())
        } else {
            object("details", &error.details)?
        },
    })
}

pub(crate) fn object(part: &'static str, text: &str) -> Result<Value, AnswerError> {
    let value = json(part, text)?;
    if value.is_object() { Ok(value) } else { Err(AnswerError::Object { part }) }
}

pub(crate) fn json(part: &'static str, text: &str) -> Result<Value, AnswerError> {
    if text.len() > limits::PLUGIN_ANSWER_BYTES_MAX {
        return Err(AnswerError::Large { bytes: text.len() });
    }
    parse(text.as_bytes(), limits::PLUGIN_ANSWER_BYTES_MAX).map_err(|source| AnswerError::Json { part, source })
}

fn status(status: u16, fitting: std::ops::RangeInclusive<u16>) -> Result<u16, AnswerError> {
    // A redirection has its own answer, and 204, 205 and 304 have no body.
    let bodiless = (300..=399).contains(&status) || matches!(status, 204 | 205);
    if fitting.contains(&status) && !bodiless { Ok(status) } else { Err(AnswerError::Status { status }) }
}

/// Whether a path stays below the plugin and is safe in a header: one slash at its beginning, printable ASCII, no step upwards.
pub(crate) fn is_path_below(location: &str) -> bool {
    let path = location.split(['?', '#']).next().unwrap_or_default();
    location.len() <= limits::REDIRECT_BYTES_MAX
        && location.starts_with('/')
        && !location.starts_with("//")
        && location.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'))
        && path.split('/').all(|part| !is_step(part))
}

/// Whether a part of a path is `.` or `..`, plainly or in percent signs.
fn is_step(part: &str) -> bool {
    let plain = part.to_ascii_lowercase().replace("%2e", ".");
    matches!(plain.as_str(), "." | "..")
}

/// One line of text without characters that turn or break it.
pub(crate) fn line(text: &str, chars_max: usize) -> String {
    text.chars().map(|character| if is_deceptive(character) { ' ' } else { character }).take(chars_max).collect()
}

fn shown(text: &str) -> String {
    escaped(text, limits::ECHO_CHARS_MAX)
}

#[cfg(test)]
mod tests;
