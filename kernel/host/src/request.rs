//! A request on its way to a plugin.

use std::sync::Arc;

use tiwizi_model::Language;
use tiwizi_storage::LooseBlob;

use crate::bindings::exports::tiwizi::plugin::http_handler as wire;

/// A request below `/p/<plugin>/`, already freed of what a plugin may not see.
#[derive(Debug, Clone)]
pub struct Request {
    /// The id that also stands in the log and in problems.
    pub id: Arc<str>,
    /// `GET` or `POST`.
    pub method: String,
    /// Relative to the plugin, decoded: `/courses/founding`.
    pub path: String,
    /// What stands behind the `?`, decoded.
    pub query: Vec<(String, String)>,
    /// The headers that a plugin may see: no cookies, no credentials.
    pub headers: Vec<(String, String)>,
    /// The page's language.
    pub language: Language,
    /// The body; empty when it was a form.
    pub body: Vec<u8>,
    /// The fields of a form, without the kernel's own.
    pub form: Vec<(String, String)>,
    /// The files of a form. Each is kept among the plugin's own when it answers well, and stands in its form by its id.
    pub files: Vec<SentFile>,
}

/// A file of a form, written and not kept yet.
#[derive(Debug, Clone)]
pub struct SentFile {
    /// The field's name.
    pub field: String,
    /// What its sender says that it is: `audio/webm`.
    pub media_type: String,
    /// Its bytes.
    pub file: Arc<LooseBlob>,
}

impl Request {
    /// A GET without anything else.
    #[must_use]
    pub fn get(id: &str, path: &str, language: Language) -> Self {
        Self {
            id: id.into(),
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            language,
            body: Vec::new(),
            form: Vec::new(),
            files: Vec::new(),
        }
    }

    pub(crate) fn into_wire(self) -> wire::Request {
        wire::Request {
            method: self.method,
            path: self.path,
            query: self.query,
            headers: self.headers,
            language: self.language.tag().to_owned(),
            body: self.body,
            form: self.form,
        }
    }
}
