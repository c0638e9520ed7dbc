//! Forms and queries, read into the plugin's own types, with a fault for each field that is wrong.
//!
//! ```
//! use tiwizi_sdk::{Date, Form, Request};
//!
//! #[derive(Form)]
//! struct NewNote {
//!     #[field(min_length = 1, max_length = 200)]
//!     title: String,
//!     #[field(min = 1, max = 5)]
//!     stars: Option<u8>,
//!     due: Option<Date>,
//! }
//!
//! let request = Request::post("/notes", &[("title", "Olives"), ("stars", "3"), ("due", "")]);
//! let note: NewNote = request.read_form().unwrap();
//! assert_eq!((note.title.as_str(), note.stars, note.due), ("Olives", Some(3), None));
//!
//! let request = Request::post("/notes", &[("title", " "), ("stars", "9")]);
//! let filled = request.read_form::<NewNote>().err().unwrap();
//! assert_eq!(filled.fault("title"), Some("required"));
//! assert_eq!(filled.fault("stars"), Some("too-large"));
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{Error, Request};

/// A struct that is read from a form or a query: `#[derive(Form)]`.
///
/// `Option` fields may be missing or blank, a `Vec` takes every field of its name, a `bool` is a checkbox. Texts lose the
/// blanks around them. A `pattern` is not checked here but by the kernel, when the record is written.
pub trait Form: Sized {
    /// Reads the fields; nothing when one was refused.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

/// A value that is read from a field's text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a field of a form",
    note = "write #[derive(Shape)] on an enum of names, or use String, bool, a number, Language, Date or RecordId"
)]
pub trait FromText: Sized {
    /// Reads the text.
    ///
    /// # Errors
    /// Why it is none.
    fn from_text(text: &str) -> Result<Self, Fault>;

    /// The value as a number, for the rules `min` and `max`.
    #[doc(hidden)]
    fn number(&self) -> Option<f64> {
        None
    }

    /// What a field that was not sent means: nothing, but for a checkbox.
    #[doc(hidden)]
    fn absent() -> Option<Self> {
        None
    }
}

/// Why a field is refused: a word that the kernel uses for the same fault of a record, `required`, `too-long`, `type`…
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    /// A fault with that word.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self(code.to_owned())
    }

    /// The word.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, Fault> {
        Ok(text.to_owned())
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, Fault> {
        match text {
            "on" | "true" | "1" | "yes" => Ok(true),
            "off" | "false" | "0" | "no" => Ok(false),
            _ => Err(Fault::new("type")),
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

macro_rules! numbers {
    ($($kind:ty),*) => {
        $(
            impl FromText for $kind {
                fn from_text(text: &str) -> Result<Self, Fault> {
                    let value: Self = text.parse().map_err(|_| Fault::new("type"))?;
                    // Floating-point numbers also read "NaN" and "inf", which no record can hold.
                    value.number().is_some_and(f64::is_finite).then_some(value).ok_or_else(|| Fault::new("type"))
                }

                fn number(&self) -> Option<f64> {
                    self.to_string().parse().ok()
                }
            }
        )*
    };
}

numbers!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

/// The rules of one field.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub length_min: Option<usize>,
    pub length_max: Option<usize>,
    pub value_min: Option<f64>,
    pub value_max: Option<f64>,
    pub items_min: Option<usize>,
    pub items_max: Option<usize>,
}

impl Limits {
    /// No rule.
    pub const NONE: Self =
        Self { length_min: None, length_max: None, value_min: None, value_max: None, items_min: None, items_max: None };

    fn check_text(&self, text: &str) -> Result<(), Fault> {
        let length = text.chars().count();
        within(length, self.length_min, self.length_max, ["too-short", "too-long"])
    }

    fn check_number(&self, number: Option<f64>) -> Result<(), Fault> {
        let Some(number) = number else { return Ok(()) };
        within(number, self.value_min, self.value_max, ["too-small", "too-large"])
    }

    fn check_items(&self, items: usize) -> Result<(), Fault> {
        within(items, self.items_min, self.items_max, ["too-few", "too-many"])
    }
}

fn within<T: PartialOrd>(value: T, low: Option<T>, high: Option<T>, codes: [&str; 2]) -> Result<(), Fault> {
    let [below, above] = codes;
    match (low, high) {
        (Some(low), _) if value < low => Err(Fault::new(below)),
        (_, Some(high)) if value > high => Err(Fault::new(above)),
        _ => Ok(()),
    }
}

/// What a form's fields are read from, and where their faults are gathered.
#[doc(hidden)]
#[derive(Debug)]
pub struct Reader<'a> {
    pairs: &'a [(String, String)],
    faults: BTreeMap<String, String>,
}

impl Reader<'_> {
    /// A field that must be there.
    pub fn required<T: FromText>(&mut self, name: &str, limits: &Limits) -> Option<T> {
        match self.optional(name, limits)? {
            Some(value) => Some(value),
            None => T::absent().or_else(|| self.refuse(name, Fault::new("required"))),
        }
    }

    /// A field that may be missing or blank: nothing inside then.
    pub fn optional<T: FromText>(&mut self, name: &str, limits: &Limits) -> Option<Option<T>> {
        let text = self.pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.trim());
        match text.filter(|text| !text.is_empty()) {
            None => Some(None),
            Some(text) => match read(text, limits) {
                Ok(value) => Some(Some(value)),
                Err(fault) => self.refuse(name, fault),
            },
        }
    }

    /// All fields of a name.
    pub fn list<T: FromText>(&mut self, name: &str, limits: &Limits) -> Option<Vec<T>> {
        let texts = self.pairs.iter().filter(|(found, _)| found == name).map(|(_, value)| value.trim());
        let items: Result<Vec<T>, Fault> =
            texts.filter(|text| !text.is_empty()).map(|text| read(text, limits)).collect();
        match items.and_then(|items| limits.check_items(items.len()).map(|()| items)) {
            Ok(items) => Some(items),
            Err(fault) => self.refuse(name, fault),
        }
    }

    fn refuse<T>(&mut self, name: &str, fault: Fault) -> Option<T> {
        self.faults.insert(name.to_owned(), fault.0);
        None
    }
}

fn read<T: FromText>(text: &str, limits: &Limits) -> Result<T, Fault> {
    limits.check_text(text)?;
    let value = T::from_text(text)?;
    limits.check_number(value.number())?;
    Ok(value)
}

/// A form as somebody filled it in, with the faults of its fields: what a template shows again.
///
/// A template reads `form.values.title` and `form.faults.title`:
/// `{{ c.field("title", t("title"), value=form.values.title, error=t("fault-" ~ form.faults.title)) }}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Filled {
    values: BTreeMap<String, String>,
    faults: BTreeMap<String, String>,
}

impl Filled {
    /// An empty form, to be shown the first time.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The form of a request, without faults yet.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        Self::from_pairs(&request.form)
    }

    fn from_pairs(pairs: &[(String, String)]) -> Self {
        Self { values: pairs.iter().cloned().collect(), faults: BTreeMap::new() }
    }

    /// The same form with one value more, or another.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }

    /// The same form with a fault at a field: what only the plugin knows.
    #[must_use]
    pub fn refuse(mut self, name: &str, code: &str) -> Self {
        self.faults.insert(name.to_owned(), code.to_owned());
        self
    }

    /// The same form with the faults that the kernel found when the record was written.
    ///
    /// # Errors
    /// The error itself, when it is none about fields.
    pub fn refused_by(mut self, error: Error) -> Result<Self, Error> {
        let fields = error.details.get("fields").and_then(Value::as_array).cloned().unwrap_or_default();
        let fault = |field: &Value| match field {
            Value::String(name) => Some((name.clone(), error.code.clone())),
            _ => {
                let pointer = field.get("pointer").and_then(Value::as_str)?;
                let name = pointer.trim_start_matches('/').split('/').next()?;
                Some((name.to_owned(), field.get("code").and_then(Value::as_str)?.to_owned()))
            }
        };
        let faults: Vec<_> = fields.iter().filter_map(fault).filter(|(name, _)| !name.is_empty()).collect();
        if faults.is_empty() || !(error.is("invalid") || error.is("duplicate")) {
            return Err(error);
        }
        self.faults.extend(faults);
        Ok(self)
    }

    /// The fault of a field.
    #[must_use]
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.get(name).map(String::as_str)
    }

    /// The value of a field, as it was sent.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether no fault was found.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

/// For a caller that is a program: `invalid`, with a pointer and a code for each field.
impl From<Filled> for Error {
    fn from(filled: Filled) -> Self {
        let fields: Vec<Value> =
            filled.faults.iter().map(|(name, code)| json!({ "pointer": format!("/{name}"), "code": code })).collect();
        let names: Vec<&str> = filled.faults.keys().map(String::as_str).collect();
        Self::invalid(format!("these fields are wrong: {}", names.join(", "))).with("fields", fields)
    }
}

/// Reads pairs into a form's type, or gives the form back with all its faults.
pub(crate) fn read_pairs<T: Form>(pairs: &[(String, String)]) -> Result<T, Filled> {
    let mut reader = Reader { pairs, faults: BTreeMap::new() };
    let value = T::read(&mut reader);
    match value.filter(|_| reader.faults.is_empty()) {
        Some(value) => Ok(value),
        None => Err(Filled { faults: reader.faults, ..Filled::from_pairs(pairs) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Language, Shape};

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize, Shape)]
    #[serde(rename_all = "kebab-case")]
    enum State {
        InWork,
        Done,
    }

    #[derive(Debug, PartialEq, Form)]
    struct Search {
        #[field(max_length = 5)]
        words: Option<String>,
        state: State,
        urgent: bool,
        #[field(min = 1, max = 10)]
        page: u32,
        #[field(max_items = 2)]
        language: Vec<Language>,
    }

    fn read(pairs: &[(&str, &str)]) -> Result<Search, Filled> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        read_pairs(&pairs)
    }

    #[test]
    fn a_good_form_becomes_its_type() {
        let good = [("words", " abc "), ("state", "in-work"), ("page", "2"), ("language", "ar"), ("language", "zgh")];
        let expected = Search {
            words: Some("abc".to_owned()),
            state: State::InWork,
            urgent: false,
            page: 2,
            language: vec![Language::Arabic, Language::StandardAmazigh],
        };
        assert_eq!(read(&good).unwrap(), expected);
    }

    #[test]
    fn every_wrong_field_has_its_fault_and_every_value_is_kept() {
        let bad = [("words", "abcdef"), ("state", "none"), ("urgent", "maybe"), ("page", "11"), ("language", "de")];
        let filled = read(&bad).unwrap_err();
        let table =
            [("words", "too-long"), ("state", "enum"), ("urgent", "type"), ("page", "too-large"), ("language", "enum")];
        for (name, code) in table {
            assert_eq!(filled.fault(name), Some(code), "{name}");
        }
        assert_eq!(filled.value("words"), Some("abcdef"));
        assert_eq!(read(&[]).unwrap_err().fault("state"), Some("required"));
        let error = Error::from(read(&[]).unwrap_err());
        assert_eq!((error.status, error.details["fields"][0]["pointer"].as_str()), (422, Some("/page")));
    }

    #[test]
    fn faults_that_the_kernel_finds_reach_their_fields() {
        let invalid = Error::invalid("wrong").with("fields", json!([{ "pointer": "/tags/0", "code": "pattern" }]));
        assert_eq!(Filled::empty().refused_by(invalid).unwrap().fault("tags"), Some("pattern"));
        let duplicate = Error::new(409, "duplicate", "taken").with("fields", json!(["code"]));
        assert_eq!(Filled::empty().refused_by(duplicate).unwrap().fault("code"), Some("duplicate"));
        assert!(Filled::empty().refused_by(Error::denied("no")).unwrap_err().is("denied"));
    }
}
