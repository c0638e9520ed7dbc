//! The records of the plugin's own kinds, read and written as the plugin's own types.
//!
//! Writes are gathered and become durable together after the call has answered well; reads of the same call see them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bindings::tiwizi::plugin::types as wire;
use crate::{Error, imports};

/// A type whose values are the bodies of one kind.
pub trait Kind: Serialize + DeserializeOwned {
    /// The name that the manifest gives the kind: `course`.
    const NAME: &'static str;
}

/// A record: its header and its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<Body> {
    /// The record's id.
    pub id: String,
    /// Plus one at each write.
    pub version: u64,
    /// When it was first written, in milliseconds since 1970.
    pub created_at: u64,
    /// When it was last written, in milliseconds since 1970.
    pub changed_at: u64,
    /// Its content.
    pub body: Body,
}

/// Some records, and where the next ones begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<Body> {
    /// The records.
    pub items: Vec<Entry<Body>>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Which records. What no index of the manifest can answer is refused with `not-indexed`.
#[derive(Debug, Clone, Default)]
pub struct Find {
    filters: Vec<wire::Filter>,
    sort: Option<wire::Order>,
    text: Option<String>,
    limit: u32,
    cursor: Option<String>,
}

impl Find {
    /// All records of the kind, in the order in which they were made.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those whose field has this value.
    #[must_use]
    pub fn equal(self, field: &str, value: impl Into<Value>) -> Self {
        self.compare(field, wire::Comparison::Equal, value.into())
    }

    /// Only those whose field is above this value.
    #[must_use]
    pub fn above(self, field: &str, value: impl Into<Value>) -> Self {
        self.compare(field, wire::Comparison::Above, value.into())
    }

    /// Only those whose field is this value or above.
    #[must_use]
    pub fn at_least(self, field: &str, value: impl Into<Value>) -> Self {
        self.compare(field, wire::Comparison::AtLeast, value.into())
    }

    /// Only those whose field is below this value.
    #[must_use]
    pub fn below(self, field: &str, value: impl Into<Value>) -> Self {
        self.compare(field, wire::Comparison::Below, value.into())
    }

    /// Only those whose field is this value or below.
    #[must_use]
    pub fn at_most(self, field: &str, value: impl Into<Value>) -> Self {
        self.compare(field, wire::Comparison::AtMost, value.into())
    }

    /// In rising order of a field.
    #[must_use]
    pub fn sort(mut self, field: &str) -> Self {
        self.sort = Some(wire::Order { field: field.to_owned(), descending: false });
        self
    }

    /// In falling order of a field.
    #[must_use]
    pub fn sort_descending(mut self, field: &str) -> Self {
        self.sort = Some(wire::Order { field: field.to_owned(), descending: true });
        self
    }

    /// Only those that hold these words in the kind's search fields.
    #[must_use]
    pub fn text(mut self, words: &str) -> Self {
        self.text = Some(words.to_owned());
        self
    }

    /// So many at most. The kernel has a limit of its own (100) and a default (50).
    #[must_use]
    pub fn limit(mut self, rows: u32) -> Self {
        self.limit = rows;
        self
    }

    /// From where a page before ended.
    #[must_use]
    pub fn after(mut self, cursor: Option<&str>) -> Self {
        self.cursor = cursor.map(ToOwned::to_owned);
        self
    }

    fn compare(mut self, field: &str, comparison: wire::Comparison, value: Value) -> Self {
        self.filters.push(wire::Filter { field: field.to_owned(), comparison, value: value.to_string() });
        self
    }

    pub(crate) fn to_wire(&self) -> wire::Query {
        wire::Query {
            filters: self.filters.clone(),
            sort: self.sort.clone(),
            text: self.text.clone(),
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }
}

/// The plugin's own records.
///
/// Every function answers `denied` when the administrator has not granted the capability `store`, or when the caller
/// may not do this.
#[derive(Debug, Clone, Copy)]
pub struct Store;

impl Store {
    /// Reads one record. Absent is `None`, also when the caller may not know of it.
    ///
    /// # Errors
    /// `denied`, `over-limit`, `unavailable`.
    pub fn get<Body: Kind>(id: &str) -> Result<Option<Entry<Body>>, Error> {
        imports::get(Body::NAME, id).map_err(Error::from_wire)?.map(entry).transpose()
    }

    /// Reads records.
    ///
    /// # Errors
    /// `not-indexed` when no index of the manifest can answer; else as [`Store::get`].
    pub fn find<Body: Kind>(find: &Find) -> Result<Page<Body>, Error> {
        page(imports::find(Body::NAME, &find.to_wire()).map_err(Error::from_wire)?)
    }

    /// Reads the first record that fits.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn find_one<Body: Kind>(find: &Find) -> Result<Option<Entry<Body>>, Error> {
        Ok(Self::find(&find.clone().limit(1))?.items.into_iter().next())
    }

    /// Writes a new record.
    ///
    /// # Errors
    /// `invalid` when it breaks its schema or a rule, `duplicate` when a unique value is taken, `denied`.
    pub fn insert<Body: Kind>(body: &Body) -> Result<Entry<Body>, Error> {
        entry(imports::insert(Body::NAME, &serde_json::to_string(body)?).map_err(Error::from_wire)?)
    }

    /// Writes an entry's changed body back.
    ///
    /// # Errors
    /// `stale` when somebody else has written it meanwhile; else as [`Store::insert`].
    pub fn put<Body: Kind>(changed: &Entry<Body>) -> Result<Entry<Body>, Error> {
        let body = serde_json::to_string(&changed.body)?;
        entry(imports::put(Body::NAME, &changed.id, changed.version, &body).map_err(Error::from_wire)?)
    }

    /// Applies a JSON Merge Patch to a record, of whatever version.
    ///
    /// # Errors
    /// `not-found`; else as [`Store::insert`].
    pub fn patch<Body: Kind>(id: &str, patch: &Value) -> Result<Entry<Body>, Error> {
        entry(imports::patch(Body::NAME, id, None, &patch.to_string()).map_err(Error::from_wire)?)
    }

    /// Deletes an entry.
    ///
    /// # Errors
    /// `stale` when somebody else has written it meanwhile, `not-found`, `denied`.
    pub fn delete<Body: Kind>(seen: &Entry<Body>) -> Result<(), Error> {
        imports::delete(Body::NAME, &seen.id, Some(seen.version)).map_err(Error::from_wire)
    }
}

pub(crate) fn entry<Body: DeserializeOwned>(entry: wire::Entry) -> Result<Entry<Body>, Error> {
    Ok(Entry {
        id: entry.id,
        version: entry.version,
        created_at: entry.created_at,
        changed_at: entry.changed_at,
        body: serde_json::from_str(&entry.body)?,
    })
}

pub(crate) fn page<Body: DeserializeOwned>(page: wire::Page) -> Result<Page<Body>, Error> {
    let items: Result<_, _> = page.items.into_iter().map(entry).collect();
    Ok(Page { items: items?, next: page.next })
}
