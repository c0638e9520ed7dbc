//! The records of the plugin's own kinds, read and written as the plugin's own types.
//!
//! Writes are gathered and become durable together after the call has answered well; reads of the same call see them.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use tiwizi_sdk::{Error, Find, Kind, Store};
//!
//! #[derive(Serialize, Deserialize, Kind)]
//! #[kind(class = "internal", index(shelf, rank), read("plugin"), create("plugin"), change("plugin"))]
//! struct Book {
//!     #[field(unique, max_length = 100)]
//!     title: String,
//!     shelf: String,
//!     rank: u32,
//! }
//!
//! fn move_up(title: &str) -> Result<(), Error> {
//!     let Some(mut book) = Store::first(&Find::new().equal(Book::TITLE, title))? else { return Ok(()) };
//!     book.body.rank += 1;
//!     Store::replace(&book)?;
//!     Ok(())
//! }
//!
//! # let manifest = tiwizi_sdk::declaration::manifest_of("books", &[<Book as tiwizi_sdk::Declared>::declaration()]);
//! # tiwizi_sdk::native::start(&manifest);
//! Store::create(&Book { title: "Olives".to_owned(), shelf: "low".to_owned(), rank: 1 })?;
//! move_up("Olives")?;
//! let low = Store::list(&Find::new().equal(Book::SHELF, "low").sort_descending(Book::RANK))?;
//! assert_eq!(low.items[0].body.rank, 2);
//! assert_eq!(low.items[0].version, 2);
//! # Ok::<(), Error>(())
//! ```

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Error;
use crate::bindings::tiwizi::plugin::types as wire;
use crate::imports::{Kernel, StoreImport as _};
use crate::schema::value;

/// A type whose values are the bodies of one kind: `#[derive(Kind)]`.
///
/// The derive makes the kind's whole [`Declaration`](crate::Declaration): schema, classes, indexes, rights. Attributes of
/// the struct, in `#[kind(…)]`:
///
/// | attribute | meaning |
/// |---|---|
/// | `name = "answer-key"` | the kind's name; without it, the struct's name in kebab-case |
/// | `class = "public"` | the class of fields that name none; without it, `sensitive`: hidden from all but those who may see everything |
/// | `unique(course, code)` | no two records have the same values there; several times |
/// | `index(person, at)` | lists filter by the first fields and then range or sort by the next; several times |
/// | `read("own", "role:trainer")`, `create(…)`, `change(…)`, `delete(…)` | who may; nobody, when it is not written |
/// | `its_own_subject` | each record is a person or a cooperative itself |
/// | `title(ar = "…", fr = "…")`, `plane = "…"`, `purpose = "…"`, `retention = "…"` | texts of the manifest |
///
/// Attributes of a field, in `#[field(…)]`: `class`, `unique`, `index`, `search`, `subject`, `province`, `required`,
/// `description`, and the rules `min_length`, `max_length`, `pattern`, `format`, `min`, `max`, `min_items`, `max_items`,
/// `unique_items`, `min_entries`, `max_entries`, and `each(…)` with the rules of a list's or a map's entries.
///
/// A field is required unless it is an `Option` or has `#[serde(default)]`. An `Option` accepts null unless it has
/// `#[serde(skip_serializing_if = "Option::is_none")]`.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use tiwizi_sdk::{Date, Declared, Kind};
///
/// #[derive(Serialize, Deserialize, Kind)]
/// #[kind(unique(person, day), read("own"), create("plugin:own"))]
/// struct Visit {
///     #[field(subject, class = "personal")]
///     person: String,
///     #[field(class = "personal")]
///     day: Date,
///     notes: Option<String>,
/// }
///
/// assert_eq!(Visit::NAME, "visit");
/// let visit = Visit::declaration().to_json();
/// assert_eq!(visit["schema"]["required"], serde_json::json!(["person", "day"]));
/// assert_eq!(visit["classes"]["notes"], "sensitive");
/// assert_eq!(visit["subject"], "person");
/// ```
#[diagnostic::on_unimplemented(note = "write #[derive(Serialize, Deserialize, Kind)] on the struct")]
pub trait Kind: Serialize + DeserializeOwned {
    /// The name that the manifest gives the kind: `course`.
    const NAME: &'static str;
}

/// A field of a declared index, by which records are filtered and sorted. The derive makes one for each: `Book::TITLE`.
pub struct Field<K, V> {
    name: &'static str,
    of: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Field<K, V> {
    /// The field of that name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<K, V> Clone for Field<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Field<K, V> {}

impl<K, V> fmt::Debug for Field<K, V> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
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

/// Which records of a kind. What no index of the manifest can answer is refused with `not-indexed`.
pub struct Find<K> {
    filters: Vec<wire::Filter>,
    sort: Option<wire::Order>,
    text: Option<String>,
    limit: u32,
    cursor: Option<String>,
    of: PhantomData<fn() -> K>,
}

impl<K> Default for Find<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Clone for Find<K> {
    fn clone(&self) -> Self {
        Self {
            filters: self.filters.clone(),
            sort: self.sort.clone(),
            text: self.text.clone(),
            limit: self.limit,
            cursor: self.cursor.clone(),
            of: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Find<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_wire().fmt(formatter)
    }
}

impl<K> Find<K> {
    /// All records of the kind, in the order in which they were made.
    #[must_use]
    pub const fn new() -> Self {
        Self { filters: Vec::new(), sort: None, text: None, limit: 0, cursor: None, of: PhantomData }
    }

    /// Only those whose field has this value.
    #[must_use]
    pub fn equal<V: Serialize>(self, field: Field<K, V>, value: impl Into<V>) -> Self {
        self.compare(field, wire::Comparison::Equal, value.into())
    }

    /// Only those whose field is above this value.
    #[must_use]
    pub fn above<V: Serialize>(self, field: Field<K, V>, value: impl Into<V>) -> Self {
        self.compare(field, wire::Comparison::Above, value.into())
    }

    /// Only those whose field is this value or above.
    #[must_use]
    pub fn at_least<V: Serialize>(self, field: Field<K, V>, value: impl Into<V>) -> Self {
        self.compare(field, wire::Comparison::AtLeast, value.into())
    }

    /// Only those whose field is below this value.
    #[must_use]
    pub fn below<V: Serialize>(self, field: Field<K, V>, value: impl Into<V>) -> Self {
        self.compare(field, wire::Comparison::Below, value.into())
    }

    /// Only those whose field is this value or below.
    #[must_use]
    pub fn at_most<V: Serialize>(self, field: Field<K, V>, value: impl Into<V>) -> Self {
        self.compare(field, wire::Comparison::AtMost, value.into())
    }

    /// In rising order of a field.
    #[must_use]
    pub fn sort<V>(mut self, field: Field<K, V>) -> Self {
        self.sort = Some(wire::Order { field: field.name.to_owned(), descending: false });
        self
    }

    /// In falling order of a field.
    #[must_use]
    pub fn sort_descending<V>(mut self, field: Field<K, V>) -> Self {
        self.sort = Some(wire::Order { field: field.name.to_owned(), descending: true });
        self
    }

    /// Only those that hold these words in the kind's search fields.
    #[must_use]
    pub fn text(mut self, words: &str) -> Self {
        self.text = Some(words.to_owned());
        self
    }

    /// So many at most. The kernel has a limit of its own (100) and a default (50), and ends a page sooner once its records pass 4 MiB.
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

    fn compare<V: Serialize>(mut self, field: Field<K, V>, comparison: wire::Comparison, wanted: V) -> Self {
        let value = value(wanted).to_string();
        self.filters.push(wire::Filter { field: field.name.to_owned(), comparison, value });
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

/// The plugin's own records of one kind.
///
/// Every function answers `denied` when the administrator has not granted the capability `store`, or when the caller
/// may not do this.
#[derive(Debug, Clone, Copy)]
pub struct Store<K>(PhantomData<fn() -> K>);

impl<K: Kind> Store<K> {
    /// Reads one record. Absent is `None`, also when the caller may not know of it.
    ///
    /// # Errors
    /// `denied`, `over-limit`, `unavailable`.
    pub fn get(id: &str) -> Result<Option<Entry<K>>, Error> {
        Kernel::get(K::NAME, id).map_err(Error::from_wire)?.map(entry).transpose()
    }

    /// Reads records.
    ///
    /// # Errors
    /// `not-indexed` when no index of the manifest can answer; else as [`Store::get`].
    pub fn list(find: &Find<K>) -> Result<Page<K>, Error> {
        page(Kernel::find(K::NAME, &find.to_wire()).map_err(Error::from_wire)?)
    }

    /// Reads the first record that fits.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub fn first(find: &Find<K>) -> Result<Option<Entry<K>>, Error> {
        Ok(Self::list(&find.clone().limit(1))?.items.into_iter().next())
    }

    /// How many records fulfil the filters; 10,000 stands for as many or more. Order, words and page say nothing here.
    ///
    /// # Errors
    /// `not-indexed` when no index of the manifest can answer, or words are asked for; else as [`Store::get`].
    pub fn count(find: &Find<K>) -> Result<u64, Error> {
        Kernel::count(K::NAME, &find.to_wire()).map_err(Error::from_wire)
    }

    /// Writes a new record.
    ///
    /// # Errors
    /// `invalid` when it breaks its schema or a rule, `duplicate` when a unique value is taken, `denied`.
    pub fn create(body: &K) -> Result<Entry<K>, Error> {
        entry(Kernel::insert(K::NAME, &serde_json::to_string(body)?).map_err(Error::from_wire)?)
    }

    /// Writes an entry's changed body back.
    ///
    /// # Errors
    /// `stale` when somebody else has written it meanwhile; else as [`Store::create`].
    pub fn replace(changed: &Entry<K>) -> Result<Entry<K>, Error> {
        let body = serde_json::to_string(&changed.body)?;
        entry(Kernel::put(K::NAME, &changed.id, changed.version, &body).map_err(Error::from_wire)?)
    }

    /// Applies a JSON Merge Patch to a record, of whatever version.
    ///
    /// # Errors
    /// `not-found`; else as [`Store::create`].
    pub fn patch(id: &str, patch: &Value) -> Result<Entry<K>, Error> {
        entry(Kernel::patch(K::NAME, id, None, &patch.to_string()).map_err(Error::from_wire)?)
    }

    /// Deletes an entry.
    ///
    /// # Errors
    /// `stale` when somebody else has written it meanwhile, `not-found`, `denied`.
    pub fn delete(seen: &Entry<K>) -> Result<(), Error> {
        Kernel::delete(K::NAME, &seen.id, Some(seen.version)).map_err(Error::from_wire)
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
