//! What a plugin answers a request with.

use serde::Serialize;
use serde_json::Value;

use crate::Error;
use crate::bindings::exports::tiwizi::plugin::http_handler as wire;

/// The answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Data for a template of the bundle, which the kernel renders.
    Page {
        /// The HTTP status.
        status: u16,
        /// The template's name, without `.html`.
        template: String,
        /// The page's title.
        title: String,
        /// An object; its members are the template's variables.
        data: Value,
    },
    /// A JSON document.
    Json {
        /// The HTTP status.
        status: u16,
        /// The document.
        body: Value,
    },
    /// The browser goes on, with a GET, to this path below the plugin.
    Redirect(String),
    /// A file of the bundle, by its path below `assets/`.
    File(String),
    /// An error. Writes of the call are given up.
    Problem(Error),
}

impl Answer {
    /// A page with status 200.
    ///
    /// # Errors
    /// The data does not serialise, or is no object.
    pub fn page(template: &str, title: &str, data: &impl Serialize) -> Result<Self, Error> {
        let data = serde_json::to_value(data)?;
        if !data.is_object() {
            return Err(Error::internal(format!("the data of the page {template} is no object")));
        }
        Ok(Self::Page { status: 200, template: template.to_owned(), title: title.to_owned(), data })
    }

    /// A JSON document with status 200.
    ///
    /// # Errors
    /// The body does not serialise.
    pub fn json(body: &impl Serialize) -> Result<Self, Error> {
        Ok(Self::Json { status: 200, body: serde_json::to_value(body)? })
    }

    /// Sends the browser on to a path below the plugin.
    #[must_use]
    pub fn redirect(path: impl Into<String>) -> Self {
        Self::Redirect(path.into())
    }

    /// The same page or document with another status; other answers have none to change.
    #[must_use]
    pub fn with_status(mut self, code: u16) -> Self {
        if let Self::Page { status, .. } | Self::Json { status, .. } = &mut self {
            *status = code;
        }
        self
    }

    pub(crate) fn into_wire(self) -> wire::Answer {
        match self {
            Self::Page { status, template, title, data } => {
                wire::Answer::Page(wire::Page { status, template, title, data: data.to_string() })
            }
            Self::Json { status, body } => wire::Answer::Json(wire::Document { status, body: body.to_string() }),
            Self::Redirect(path) => wire::Answer::Redirect(path),
            Self::File(path) => wire::Answer::File(path),
            Self::Problem(error) => {
                wire::Answer::Problem(wire::Problem { status: error.status, error: error.into_wire() })
            }
        }
    }
}
