//! A request as a plugin sees it.

use serde::de::DeserializeOwned;

use crate::bindings::exports::tiwizi::plugin::http_handler as wire;
use crate::form::{self, Filled, Form, FromText};
use crate::{Error, Language};

/// A request below the plugin's address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// Relative to the plugin: `/courses/founding`.
    pub path: String,
    /// What stands behind the `?`, decoded.
    pub query: Vec<(String, String)>,
    /// The headers that a plugin may see.
    pub headers: Vec<(String, String)>,
    /// The tag of the page's language.
    pub language: String,
    /// The body, empty when it was a form.
    pub body: Vec<u8>,
    /// The fields of a form.
    pub form: Vec<(String, String)>,
    /// What the route's `{name}` parts stood for; the router fills it.
    pub parameters: Vec<(String, String)>,
}

impl Request {
    /// A GET of a path, as tests write it.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self { method: "GET".to_owned(), path: path.to_owned(), language: "fr".to_owned(), ..Self::default() }
    }

    /// A POST of a form, as tests write it.
    #[must_use]
    pub fn post(path: &str, form: &[(&str, &str)]) -> Self {
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { method: "POST".to_owned(), form, ..Self::get(path) }
    }

    /// The same request in another language.
    #[must_use]
    pub fn in_language(mut self, tag: &str) -> Self {
        tag.clone_into(&mut self.language);
        self
    }

    /// A part of the path that the route names in braces; empty when it names none so.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        first(&self.parameters, name).unwrap_or_default()
    }

    /// A value of the query.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }

    /// A field of the form.
    #[must_use]
    pub fn form(&self, name: &str) -> Option<&str> {
        first(&self.form, name)
    }

    /// A field that the form must have and that must not be blank.
    ///
    /// # Errors
    /// `invalid`, with the field's name in the details.
    pub fn form_required(&self, name: &str) -> Result<&str, Error> {
        self.form(name)
            .filter(|value| !value.trim().is_empty())
            .ok_or_else(|| Error::invalid(format!("the field {name} is missing")).with("field", name))
    }

    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// The body is not JSON of that shape.
    pub fn json<Body: DeserializeOwned>(&self) -> Result<Body, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::bad_request(format!("the body is not understood: {error}")))
    }

    /// The fields of the form, as a type.
    ///
    /// # Errors
    /// The form as it was filled in, with a fault for each wrong field.
    pub fn read_form<T: Form>(&self) -> Result<T, Filled> {
        form::read_pairs(&self.form)
    }

    /// What stands behind the `?`, as a type.
    ///
    /// # Errors
    /// As [`Request::read_form`]; it turns into an `invalid` by `?`.
    pub fn read_query<T: Form>(&self) -> Result<T, Filled> {
        form::read_pairs(&self.query)
    }

    /// A part of the path that the route names in braces, as a type.
    ///
    /// # Errors
    /// `not-found` when it is none: a path that cannot be read leads nowhere.
    pub fn read_parameter<T: FromText>(&self, name: &str) -> Result<T, Error> {
        T::from_text(self.parameter(name)).map_err(|_| Error::not_found("there is no such page"))
    }

    /// The language that the page is asked in.
    #[must_use]
    pub fn page_language(&self) -> Language {
        self.language.parse().unwrap_or(Language::French)
    }

    /// The same request with a value in its query.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn from_wire(request: wire::Request) -> Self {
        Self {
            method: request.method,
            path: request.path,
            query: request.query,
            headers: request.headers,
            language: request.language,
            body: request.body,
            form: request.form,
            parameters: Vec::new(),
        }
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}
