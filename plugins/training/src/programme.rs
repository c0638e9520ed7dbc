//! The programme's view: how many learn what, by course and by language, with no number that is so small that it speaks of somebody.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Find, Request, Store, context};

use crate::kinds::{Course, Enrolment};

/// Fewer people than this are not counted out.
const CELL_MIN: u32 = 5;
/// The pages of enrolments that are read, of all courses together; that there is more is said.
const PAGES_MAX: u32 = 20;

/// `GET /programme`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    if !caller.is_signed_in() {
        return Err(Error::sign_in());
    }
    if !caller.holds("observer") && !caller.holds("trainer") {
        return Err(Error::denied("this page is for the programme"));
    }
    let (mut rows, mut pages, mut is_whole) = (Vec::new(), 0, true);
    for course in Store::list(&Find::new().sort(Course::ORDER).limit(50))?.items {
        let title = course.body.title.best(request.page_language());
        if pages == PAGES_MAX {
            // Nothing was counted, which is not the same as nobody.
            is_whole = false;
            rows.push(json!({ "title": title, "all": null, "completed": null, "languages": [] }));
            continue;
        }
        let (mut languages, mut completed, mut all) = (BTreeMap::<String, u32>::new(), 0, 0);
        let mut cursor: Option<String> = None;
        loop {
            if pages == PAGES_MAX {
                is_whole = false;
                break;
            }
            pages += 1;
            let find = Find::new().equal(Enrolment::COURSE, course.body.code.as_str()).limit(100);
            let page = Store::list(&find.after(cursor.as_deref()))?;
            for enrolment in &page.items {
                *languages.entry(enrolment.body.language.name().to_owned()).or_default() += 1;
                completed += u32::from(enrolment.body.completed_at.is_some());
                all += 1;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let parts: Vec<(String, u32)> = languages.into_iter().collect();
        rows.push(json!({
            "title": title,
            "all": shown(all),
            "completed": shown_of(completed, all),
            "languages": cells(&parts),
        }));
    }
    Answer::page("programme", "", &json!({ "courses": rows, "whole": is_whole, "min": CELL_MIN }))
}

fn shown(count: u32) -> Option<u32> {
    (count == 0 || count >= CELL_MIN).then_some(count)
}

/// A part of a whole; not told either when the rest could be told from it.
fn shown_of(part: u32, all: u32) -> Option<u32> {
    shown(all)?;
    shown(part).filter(|part| shown(all - part).is_some())
}

/// Parts of a known whole: when one alone is too small to be told, the next smallest is not told either.
fn cells(parts: &[(String, u32)]) -> Vec<Value> {
    let mut hidden: Vec<bool> = parts.iter().map(|(_, count)| shown(*count).is_none()).collect();
    if hidden.iter().filter(|hidden| **hidden).count() == 1 {
        let smallest = (0..parts.len())
            .filter(|index| hidden.get(*index) == Some(&false))
            .min_by_key(|index| parts.get(*index).map_or(u32::MAX, |(_, count)| *count));
        if let Some(place) = smallest.and_then(|index| hidden.get_mut(index)) {
            *place = true;
        }
    }
    parts
        .iter()
        .zip(hidden)
        .map(|((name, count), hidden)| json!({ "name": name, "count": (!hidden).then_some(*count) }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_small_number_can_be_told_or_told_from_the_others() {
        let parts = |counts: &[u32]| -> Vec<Value> {
            let parts: Vec<_> = counts.iter().map(|count| ("x".to_owned(), *count)).collect();
            cells(&parts).into_iter().map(|cell| cell["count"].clone()).collect()
        };
        assert_eq!(parts(&[10, 20]), [json!(10), json!(20)]);
        assert_eq!(parts(&[3, 20, 9]), [Value::Null, json!(20), Value::Null]);
        assert_eq!(parts(&[3, 2, 9]), [Value::Null, Value::Null, json!(9)]);
        assert_eq!(parts(&[3]), [Value::Null]);
        assert_eq!((shown(4), shown(5), shown(0)), (None, Some(5), Some(0)));
        assert_eq!((shown_of(8, 10), shown_of(5, 10), shown_of(10, 10)), (None, Some(5), Some(10)));
    }
}
