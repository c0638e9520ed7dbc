//! What a list of records is asked: words, filters and an order, each only as far as a declared index answers it.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tiwizi_model::{Language, limits};
use tiwizi_records::{Filter, Query};

use super::opened::Opened;
use super::shape::{Part, Shape, is_name};

/// The order of creation; every kind has it.
const CREATED: &str = "created";

/// A question as it stands in an address. What is not understood is left out: an old link still leads somewhere.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) text: Option<String>,
    pub(super) filters: Vec<(String, String)>,
    pub(super) sort: Option<(String, bool)>,
    pub(super) cursor: Option<String>,
}

impl Question {
    /// Reads the parameters of an address.
    pub(super) fn read(opened: &Opened<'_>, parameters: Vec<(String, String)>) -> Self {
        let filterable = filterable(opened);
        let mut question = Self::default();
        let searchable = is_searchable(opened);
        for (name, value) in parameters {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match name.as_str() {
                "q" if searchable => question.text = Some(value.chars().take(limits::SEARCH_CHARS_MAX).collect()),
                "sort" => question.sort = Some(read_sort(value)),
                "cursor" => question.cursor = Some(value.to_owned()),
                _ if filterable.iter().any(|field| field.name == name) && !question.has_filter(&name) => {
                    question.filters.push((name, value.to_owned()));
                }
                _ => {}
            }
        }
        let orders = orders(opened, &question);
        question.sort = question.sort.filter(|(field, _)| orders.contains(field));
        question
    }

    /// The value of a filter.
    pub(super) fn filter(&self, field: &str) -> Option<&str> {
        self.filters.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str())
    }

    fn has_filter(&self, field: &str) -> bool {
        self.filter(field).is_some()
    }

    /// Whether anything is asked but an order.
    pub(super) fn is_narrowed(&self) -> bool {
        self.text.is_some() || !self.filters.is_empty()
    }

    /// The same for `records`. Without an order it comes by name where an index has one, else the newest first.
    pub(super) fn query(&self, opened: &Opened<'_>, rows: u32) -> Query {
        let filters =
            self.filters.iter().map(|(field, value)| Filter::equals(field.as_str(), value.as_str())).collect();
        let sort = self.sort.clone().or_else(|| default_order(opened, self));
        Query { filters, sort, text: self.text.clone(), limit: rows, cursor: self.cursor.clone() }
    }

    /// The address of this question under a path, with a cursor or from its beginning.
    pub(super) fn address(&self, path: &str, cursor: Option<&str>) -> String {
        let sort = self.sort.as_ref().map(write_sort);
        let own = [("q", self.text.as_deref()), ("sort", sort.as_deref()), ("cursor", cursor)];
        let own = own.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let filters = self.filters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let pair = |(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        let query: Vec<String> = own.chain(filters).map(pair).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

fn read_sort(text: &str) -> (String, bool) {
    match text.strip_prefix('-') {
        Some(field) => (field.to_owned(), true),
        None => (text.to_owned(), false),
    }
}

/// An order as it stands in an address.
pub(super) fn write_sort((field, descending): &(String, bool)) -> String {
    if *descending { format!("-{field}") } else { field.clone() }
}

/// Whether the words of a search may be asked: the kind has search fields, and the visitor may see all of them somewhere.
pub(super) fn is_searchable(opened: &Opened<'_>) -> bool {
    !opened.kind.declaration().search.is_empty() && opened.permit.narrowed(opened.kind.search_classes()).is_some()
}

/// The fields of every declared index, in their order.
fn indexes<'a>(opened: &'a Opened<'_>) -> Vec<Vec<&'a str>> {
    let kind = &opened.kind;
    let declared = kind.unique().iter().chain(kind.sorted()).map(|index| index.names().collect());
    let place = kind.declaration().province.as_deref().map(|field| vec![field]);
    let subject = kind.subject_field().map(|field| vec![field]);
    declared.chain(place).chain(subject).collect()
}

/// The fields that a filter may ask about: those with which an index begins. Names are for the search.
pub(super) fn filterable<'a>(opened: &'a Opened<'_>) -> Vec<&'a Part> {
    let indexes = indexes(opened);
    let searched = if is_searchable(opened) { opened.kind.declaration().search.as_slice() } else { &[] };
    let first = |field: &&Part| indexes.iter().any(|index| index.first() == Some(&field.name.as_str()));
    let mut found: Vec<&Part> = opened.fields.iter().filter(first).collect();
    found.retain(|field| !is_name(&field.name) && !searched.contains(&field.name) && field.shape != Shape::Moment);
    found
}

/// The fields by which an index can put this question in order.
pub(super) fn orders(opened: &Opened<'_>, question: &Question) -> Vec<String> {
    if question.text.is_some() {
        return Vec::new();
    }
    let mut found: Vec<String> = Vec::new();
    for index in indexes(opened) {
        let count = question.filters.len();
        let begins = index
            .get(..count)
            .is_some_and(|first| question.filters.iter().all(|(name, _)| first.contains(&name.as_str())));
        if let Some(next) = index.get(count).filter(|_| begins)
            && opened.field(next).is_some_and(|field| field.shape != Shape::Reference)
            && !found.iter().any(|field| field == next)
        {
            found.push((*next).to_owned());
        }
    }
    if question.filters.is_empty() {
        found.push(CREATED.to_owned());
    }
    found
}

fn default_order(opened: &Opened<'_>, question: &Question) -> Option<(String, bool)> {
    let orders = orders(opened, question);
    let language = opened.words.texts.language();
    let arabic = |field: &&String| field.ends_with("_ar") == matches!(language, Language::Arabic | Language::Darija);
    let names = || orders.iter().filter(|field| is_name(field));
    if let Some(name) = names().find(arabic).or_else(|| names().next()) {
        return Some((name.clone(), false));
    }
    orders.iter().any(|field| field == CREATED).then(|| (CREATED.to_owned(), true))
}
