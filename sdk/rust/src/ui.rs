//! Parts of the kernel's own pages. The manifest says for which slots.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;

/// What a part of a page is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// `home`, `cooperative`, `account` or `path`.
    pub name: String,
    input: String,
}

impl Slot {
    pub(crate) fn new(name: String, input: String) -> Self {
        Self { name, input }
    }

    /// What the page is about: for `cooperative`, and for `path` of a cooperative, an object with the id of the `cooperative`.
    ///
    /// # Errors
    /// `invalid` when it has another shape.
    pub fn input<Input: DeserializeOwned>(&self) -> Result<Input, Error> {
        serde_json::from_str(&self.input).map_err(|error| Error::invalid(format!("the input is not right: {error}")))
    }
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// A template of the bundle, without `.html`.
    pub template: String,
    /// The heading above it; empty for none.
    pub title: String,
    /// The template's variables.
    pub data: Value,
}

impl Fragment {
    /// A part that a template makes of these variables.
    ///
    /// # Errors
    /// `internal` when they are no object.
    pub fn new<Data: Serialize>(template: &str, title: impl Into<String>, data: &Data) -> Result<Self, Error> {
        let data = serde_json::to_value(data)?;
        if !data.is_object() {
            return Err(Error::internal(format!("the data of the part {template} is no object")));
        }
        Ok(Self { template: template.to_owned(), title: title.into(), data })
    }
}
