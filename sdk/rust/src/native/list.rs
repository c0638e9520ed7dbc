//! Lists of the kernel in memory: which records fit a question, in which order, page by page.

use std::cmp::Ordering;

use serde_json::Value;

use super::kind::KindRules;
use super::memory::{Memory, Row, check_id, error};
use super::register;
use super::rights::Action;
use crate::bindings::tiwizi::plugin::types::{Comparison, Entry, Error, Filter, Order, Page, Query};

const PAGE_ROWS_DEFAULT: u32 = 50;
const PAGE_ROWS_MAX: u32 = 100;
const PAGE_BYTES_MAX: usize = 4 << 20;
const COUNT_ROWS_MAX: u64 = 10_000;

impl Memory {
    /// How many there are; ten thousand stand for more, as in the real kernel.
    pub(super) fn count(&self, kind: &str, query: &Query) -> Result<u64, Error> {
        if query.text.is_some() {
            return Err(error("not-indexed", "words are searched and not counted"));
        }
        let mut asked = Query { filters: query.filters.clone(), sort: None, text: None, limit: 0, cursor: None };
        let mut count = 0;
        loop {
            let page = self.find(kind, &asked)?;
            count += page.items.len() as u64;
            if page.next.is_none() || count >= COUNT_ROWS_MAX {
                return Ok(count.min(COUNT_ROWS_MAX));
            }
            asked.cursor = page.next;
        }
    }

    pub(super) fn find(&self, kind: &str, query: &Query) -> Result<Page, Error> {
        self.answer(kind, self.rules(kind, Action::Read)?, query)
    }

    fn answer(&self, kind: &str, rules: &KindRules, query: &Query) -> Result<Page, Error> {
        let query = rules.settled(query)?;
        let least = rules.asked(&query);
        if !self.migrates && rules.rights.most(self.asker(), Action::Read) < Some(least) {
            return Err(error("denied", "the caller may not ask about a field of this question"));
        }
        self.page(kind, rules, &query, |id, row| {
            // A question about a hidden field tells nothing about the records in which it is hidden.
            let reach = self.may(rules, Action::Read, id, &row.body).filter(|reach| *reach >= least)?;
            Some(row.entry(id, rules.rights.shown(&row.body, reach)))
        })
    }

    /// Records of the register.
    pub(super) fn find_registered(&self, kind: &str, query: &Query) -> Result<Page, Error> {
        self.answer(kind, self.registers(kind)?, query)
    }

    pub(super) fn registered(&self, kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        let rules = self.registers(kind)?;
        check_id(id)?;
        Ok(self.rows.get(id).filter(|row| row.kind == kind).and_then(|row| self.seen_by_caller(rules, id, row)))
    }

    /// The rules of a kind of the register, if the caller may read any of its records.
    fn registers(&self, kind: &str) -> Result<&'static KindRules, Error> {
        let rules = register::rules(kind).ok_or_else(|| error("unavailable", "the register has no such kind"))?;
        self.check_may(rules, Action::Read).map(|()| rules)
    }

    fn page(
        &self,
        kind: &str,
        rules: &KindRules,
        query: &Query,
        show: impl Fn(&str, &Row) -> Option<Entry>,
    ) -> Result<Page, Error> {
        let of_kind = self.rows.iter().filter(|(id, row)| row.kind == kind && row.fits(id, rules, query));
        let mut found: Vec<(&String, &Row, Entry)> =
            of_kind.filter_map(|(id, row)| Some((id, row, show(id, row)?))).collect();
        if let Some(Order { field, descending }) = &query.sort {
            let value = |id: &str, row: &Row| rules.value(field, id, &row.body);
            found.sort_by(|(left, one, _), (right, other, _)| compare(&value(left, one), &value(right, other)));
            if *descending {
                found.reverse();
            }
        }
        let skipped: usize =
            query.cursor.as_deref().map_or(Ok(0), str::parse).map_err(|_| error("invalid", "no such cursor"))?;
        let rows_max = match query.limit {
            0 => PAGE_ROWS_DEFAULT,
            limit => limit.min(PAGE_ROWS_MAX),
        } as usize;
        let kept = kept(found.iter().skip(skipped).take(rows_max).map(|(_, row, _)| *row));
        let next = (found.len() > skipped + kept).then(|| (skipped + kept).to_string());
        Ok(Page { items: found.into_iter().map(|(.., entry)| entry).skip(skipped).take(kept).collect(), next })
    }
}

impl Row {
    /// Every word of a search begins a word of the search fields.
    fn fits(&self, id: &str, rules: &KindRules, query: &Query) -> bool {
        let text = query.text.as_deref().unwrap_or_default().to_lowercase();
        let held = rules.search.iter().filter_map(|field| self.body.get(field).and_then(Value::as_str));
        let held = held.collect::<Vec<_>>().join(" ").to_lowercase();
        let begins = |word: &str| held.split_whitespace().any(|there| there.starts_with(word));
        let passes = |filter: &Filter| passes(filter, &rules.value(&filter.field, id, &self.body));
        query.filters.iter().all(passes) && text.split_whitespace().all(begins)
    }
}

/// How many rows make a page: it ends with the one whose body passes its bytes.
fn kept<'a>(rows: impl Iterator<Item = &'a Row>) -> usize {
    let (mut kept, mut bytes) = (0, 0);
    for row in rows {
        if bytes > PAGE_BYTES_MAX {
            break;
        }
        bytes += row.body.to_string().len();
        kept += 1;
    }
    kept
}

fn passes(filter: &Filter, found: &Value) -> bool {
    let wanted: Value = serde_json::from_str(&filter.value).unwrap_or_default();
    let order = compare(found, &wanted);
    !found.is_null()
        && match filter.comparison {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::Above => order == Ordering::Greater,
            Comparison::AtLeast => order != Ordering::Less,
            Comparison::Below => order == Ordering::Less,
            Comparison::AtMost => order != Ordering::Greater,
        }
}

/// What is missing stands behind all that is there.
fn compare(left: &Value, right: &Value) -> Ordering {
    if left.is_null() || right.is_null() {
        return left.is_null().cmp(&right.is_null());
    }
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => match (left.as_str(), right.as_str()) {
            (Some(left), Some(right)) => left.cmp(right),
            _ => left.to_string().cmp(&right.to_string()),
        },
    }
}
