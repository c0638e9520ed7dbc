//! What the kernel in memory remembers.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bindings::tiwizi::plugin::types::{Comparison, Entry, Error, Filter, Page, Query};
use crate::{Caller, CallerKind};

const PAGE_ROWS_DEFAULT: u32 = 50;
const PAGE_ROWS_MAX: u32 = 100;

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::new(Memory::of_manifest("{}"));
}

#[derive(Clone)]
pub(super) struct Memory {
    pub(super) plugin_id: String,
    pub(super) plugin_version: String,
    pub(super) caller: Caller,
    pub(super) language: String,
    pub(super) now: u64,
    pub(super) reached: Vec<(String, String)>,
    pub(super) logged: Vec<String>,
    milestones: Vec<String>,
    kinds: BTreeMap<String, KindRules>,
    rows: BTreeMap<String, Row>,
    minted: u64,
}

#[derive(Clone, Default)]
struct KindRules {
    unique: Vec<Vec<String>>,
    indexes: Vec<Vec<String>>,
}

#[derive(Clone)]
struct Row {
    kind: String,
    version: u64,
    created_at: u64,
    changed_at: u64,
    body: Value,
}

impl Memory {
    pub(super) fn with<Outcome>(work: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        MEMORY.with_borrow_mut(work)
    }

    pub(super) fn replace(memory: Self) {
        Self::with(|current| *current = memory);
    }

    #[expect(clippy::panic, reason = "a test without a readable manifest tests nothing")]
    pub(super) fn of_manifest(text: &str) -> Self {
        let manifest: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("the manifest is not JSON: {error}"));
        let word = |name: &str| manifest.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kinds = list(&manifest, "kinds").iter().map(|kind| {
            let name = kind.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            (name, KindRules { unique: field_lists(kind, "unique"), indexes: field_lists(kind, "indexes") })
        });
        Self {
            plugin_id: word("id"),
            plugin_version: word("version"),
            caller: Caller {
                kind: CallerKind::Public,
                account_id: None,
                person: None,
                name: String::new(),
                roles: Vec::new(),
            },
            language: "fr".to_owned(),
            now: 1_767_225_600_000,
            reached: Vec::new(),
            logged: Vec::new(),
            milestones: list(&manifest, "milestones").iter().map(|milestone| text_at(milestone, "code")).collect(),
            kinds: kinds.collect(),
            rows: BTreeMap::new(),
            minted: 0,
        }
    }

    /// Takes back what a failed call wrote; what it logged stays.
    pub(super) fn give_up(&mut self, before: Self) {
        self.rows = before.rows;
        self.reached = before.reached;
    }

    pub(super) fn add(&mut self, kind: &str, body: &Value) -> String {
        self.minted += 1;
        let id = format!("00000000-0000-7000-8000-{:012}", self.minted);
        let row =
            Row { kind: kind.to_owned(), version: 1, created_at: self.now, changed_at: self.now, body: body.clone() };
        self.rows.insert(id.clone(), row);
        id
    }

    pub(super) fn bodies(&self, kind: &str) -> Vec<Value> {
        self.rows.values().filter(|row| row.kind == kind).map(|row| row.body.clone()).collect()
    }

    pub(super) fn get(&self, kind: &str, id: &str) -> Option<Entry> {
        self.rows.get(id).filter(|row| row.kind == kind).map(|row| row.entry(id))
    }

    pub(super) fn check_kind(&self, kind: &str) -> Result<(), Error> {
        if self.kinds.contains_key(kind) {
            return Ok(());
        }
        Err(error("denied", &format!("{} declares no kind {kind}", self.plugin_id)))
    }

    pub(super) fn insert(&mut self, kind: &str, body: Value) -> Result<Entry, Error> {
        self.check_kind(kind)?;
        self.check_unique(kind, "", &body)?;
        let id = self.add(kind, &body);
        self.get(kind, &id).ok_or_else(|| missing(&id))
    }

    pub(super) fn write(
        &mut self,
        kind: &str,
        id: &str,
        seen: Option<u64>,
        change: impl FnOnce(Value) -> Value,
    ) -> Result<Entry, Error> {
        let body = change(self.seen(kind, id, seen)?.body.clone());
        self.check_unique(kind, id, &body)?;
        let now = self.now;
        if let Some(row) = self.rows.get_mut(id) {
            row.body = body;
            row.version += 1;
            row.changed_at = now;
        }
        self.get(kind, id).ok_or_else(|| missing(id))
    }

    pub(super) fn delete(&mut self, kind: &str, id: &str, seen: Option<u64>) -> Result<(), Error> {
        self.seen(kind, id, seen)?;
        self.rows.remove(id);
        Ok(())
    }

    pub(super) fn reach(&mut self, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        if !self.milestones.iter().any(|declared| declared == code) {
            return Err(error("invalid", &format!("the manifest declares no milestone {code}")));
        }
        if self.caller.person.is_none() {
            return Err(error("invalid", "the caller is no person"));
        }
        self.seen(kind, id, None)?;
        let milestone = (code.to_owned(), id.to_owned());
        if !self.reached.contains(&milestone) {
            self.reached.push(milestone);
        }
        Ok(())
    }

    pub(super) fn find(&self, kind: &str, query: &Query) -> Result<Page, Error> {
        if let Some(rules) = self.kinds.get(kind) {
            rules.check_indexed(query)?;
        }
        let mut found: Vec<(&String, &Row)> =
            self.rows.iter().filter(|(_, row)| row.kind == kind && row.fits(query)).collect();
        if let Some(order) = &query.sort {
            found.sort_by(|(_, left), (_, right)| compare(left.field(&order.field), right.field(&order.field)));
            if order.descending {
                found.reverse();
            }
        }
        let skipped: usize =
            query.cursor.as_deref().map_or(Ok(0), str::parse).map_err(|_| error("invalid", "no such cursor"))?;
        let rows_max = match query.limit {
            0 => PAGE_ROWS_DEFAULT,
            limit => limit.min(PAGE_ROWS_MAX),
        } as usize;
        let next = (found.len() > skipped + rows_max).then(|| (skipped + rows_max).to_string());
        Ok(Page { items: found.iter().skip(skipped).take(rows_max).map(|(id, row)| row.entry(id)).collect(), next })
    }

    fn seen(&self, kind: &str, id: &str, seen: Option<u64>) -> Result<&Row, Error> {
        self.check_kind(kind)?;
        let row = self.rows.get(id).filter(|row| row.kind == kind).ok_or_else(|| missing(id))?;
        match seen {
            Some(seen) if seen != row.version => {
                Err(error("stale", &format!("version {seen} was seen, {} is there", row.version)))
            }
            _ => Ok(row),
        }
    }

    fn check_unique(&self, kind: &str, id: &str, body: &Value) -> Result<(), Error> {
        let Some(rules) = self.kinds.get(kind) else { return Ok(()) };
        for fields in &rules.unique {
            let same =
                |row: &Row| fields.iter().all(|field| body.get(field).is_some_and(|value| value == row.field(field)));
            if self.rows.iter().any(|(other, row)| other != id && row.kind == kind && same(row)) {
                return Err(error("duplicate", &format!("there is one with the same {}", fields.join(", "))));
            }
        }
        Ok(())
    }
}

impl KindRules {
    /// Equality on the first fields of one index, then at most one range or order on the next.
    fn check_indexed(&self, query: &Query) -> Result<(), Error> {
        let equal: Vec<&str> = fields_of(&query.filters, |comparison| comparison == Comparison::Equal);
        let mut ranged = fields_of(&query.filters, |comparison| comparison != Comparison::Equal);
        ranged.extend(query.sort.iter().map(|order| order.field.as_str()));
        ranged.dedup();
        let answers = |index: &Vec<String>| {
            let (head, tail) = index.split_at(equal.len().min(index.len()));
            head.len() == equal.len()
                && head.iter().all(|field| equal.contains(&field.as_str()))
                && (ranged.is_empty() || tail.first().is_some_and(|field| ranged == [field.as_str()]))
        };
        if (equal.is_empty() && ranged.is_empty()) || self.unique.iter().chain(&self.indexes).any(answers) {
            return Ok(());
        }
        Err(error("not-indexed", &format!("no index answers {equal:?} then {ranged:?}")))
    }
}

impl Row {
    fn field(&self, name: &str) -> &Value {
        self.body.get(name).unwrap_or(&Value::Null)
    }

    fn fits(&self, query: &Query) -> bool {
        let text = query.text.as_deref().unwrap_or_default().to_lowercase();
        let body = self.body.to_string().to_lowercase();
        query.filters.iter().all(|filter| self.passes(filter))
            && text.split_whitespace().all(|word| body.contains(word))
    }

    fn passes(&self, filter: &Filter) -> bool {
        let wanted: Value = serde_json::from_str(&filter.value).unwrap_or_default();
        let order = compare(self.field(&filter.field), &wanted);
        match filter.comparison {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::Above => order == Ordering::Greater,
            Comparison::AtLeast => order != Ordering::Less,
            Comparison::Below => order == Ordering::Less,
            Comparison::AtMost => order != Ordering::Greater,
        }
    }

    fn entry(&self, id: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            version: self.version,
            created_at: self.created_at,
            changed_at: self.changed_at,
            body: self.body.to_string(),
        }
    }
}

pub(super) fn error(code: &str, message: &str) -> Error {
    Error { code: code.to_owned(), message: message.to_owned(), retryable: false, details: json!({}).to_string() }
}

fn missing(id: &str) -> Error {
    error("not-found", &format!("there is no record {id}"))
}

fn compare(left: &Value, right: &Value) -> Ordering {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => match (left.as_str(), right.as_str()) {
            (Some(left), Some(right)) => left.cmp(right),
            _ => left.to_string().cmp(&right.to_string()),
        },
    }
}

fn fields_of(filters: &[Filter], wanted: impl Fn(Comparison) -> bool) -> Vec<&str> {
    filters.iter().filter(|filter| wanted(filter.comparison)).map(|filter| filter.field.as_str()).collect()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text_at(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn field_lists(kind: &Value, name: &str) -> Vec<Vec<String>> {
    let fields =
        |index: &Value| list(index, "fields").iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
    list(kind, name).iter().map(fields).collect()
}
