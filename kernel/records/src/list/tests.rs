//! Pages end with the record that passes their bytes, and the next one goes on behind it.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::KindName;

use super::*;
use crate::reader::catch_up;
use crate::testing::{House, add};
use crate::{Draft, SearchReader, Unit};

/// Five of them pass `PAGE_BYTES_MAX`, four do not.
const LONG: usize = 1_000_000;

fn leaf() -> KindName {
    "press/leaf".parse().unwrap()
}

fn body(title: &str, bytes: usize) -> serde_json::Value {
    json!({ "title": title, "text": "x".repeat(bytes) })
}

/// Twelve long records, `a` to `l`.
async fn filled() -> House {
    let house = House::open().await;
    let text = json!({ "fr": "Test" });
    let manifest = json!({
        "id": "press", "version": "1.0.0", "api": "1.0", "name": text,
        "kinds": [{
            "name": "leaf", "title": text, "plane": "test", "purpose": "test", "retention": "test",
            "schema": { "type": "object", "additionalProperties": false, "required": ["title"], "properties": {
                "title": { "type": "string", "maxLength": 40 }, "text": { "type": "string" } } },
            "classes": { "title": "public", "text": "public" },
            "indexes": [{ "fields": ["title"] }], "search": ["title"],
            "access": { "read": ["public"], "create": ["public"], "change": ["public"], "delete": ["public"] }
        }]
    });
    add(house.records.db(), house.records.catalogue(), &manifest).await;
    for letter in 'a'..='l' {
        house.create(&Caller::system(), &leaf(), body(&format!("leaf {letter}"), LONG)).await;
    }
    house
}

fn unit(house: &House) -> Unit {
    Unit::new(house.records.clone(), Caller::system())
}

fn sorted(descending: bool) -> Query {
    Query { sort: Some(("title".to_owned(), descending)), limit: PAGE_ROWS_MAX, ..Query::default() }
}

/// The last letters of the titles, page by page.
async fn pages(unit: &mut Unit, mut query: Query) -> Vec<String> {
    let mut pages = Vec::new();
    loop {
        let page = unit.list(&leaf(), &query).await.unwrap();
        let last = |record: &Record| record.body["title"].as_str().unwrap().chars().last().unwrap();
        pages.push(page.items.iter().map(last).collect());
        if page.next.is_none() {
            return pages;
        }
        query.cursor = page.next;
        assert!(pages.len() < 20, "{pages:?}");
    }
}

#[tokio::test]
async fn a_page_ends_with_the_record_that_passes_its_bytes_and_the_next_goes_on_behind_it() {
    let house = filled().await;
    assert_eq!(pages(&mut unit(&house), sorted(false)).await, ["abcde", "fghij", "kl"]);
    assert_eq!(pages(&mut unit(&house), sorted(true)).await, ["lkjih", "gfedc", "ba"]);
    assert_eq!(pages(&mut unit(&house), Query { limit: 10, ..Query::default() }).await, ["abcde", "fghij", "kl"]);
    // Rows still bound a page too.
    assert_eq!(pages(&mut unit(&house), Query { limit: 4, ..sorted(false) }).await, ["abcd", "efgh", "ijkl"]);
}

#[tokio::test]
async fn a_page_that_is_passed_by_its_last_record_is_the_last() {
    let house = filled().await;
    let from = |title: &str| {
        let filter =
            crate::query::Filter { field: "title".into(), op: crate::query::Operator::Gte, value: json!(title) };
        Query { filters: vec![filter], ..sorted(false) }
    };
    assert_eq!(pages(&mut unit(&house), from("leaf h")).await, ["hijkl"]);
    assert_eq!(pages(&mut unit(&house), from("leaf g")).await, ["ghijk", "l"]);
}

#[tokio::test]
async fn what_a_unit_wrote_counts_and_keeps_its_place() {
    let house = filled().await;
    let stored = unit(&house).list(&leaf(), &sorted(false)).await.unwrap().items;
    let mut unit = unit(&house);
    // Behind the first page of stored rows, and within it.
    for (title, bytes) in [("leaf j0", LONG), ("leaf b0", LONG), ("leaf l0", 10)] {
        let mut written = body(title, bytes);
        written["title"] = json!(title.replace('0', "0 z"));
        unit.create(&leaf(), written).unwrap();
    }
    unit.delete(&leaf(), stored[0].id, None).await.unwrap();
    assert_eq!(pages(&mut unit, sorted(false)).await, ["bzcde", "fghij", "zklz"]);
    assert_eq!(pages(&mut unit, sorted(true)).await, ["zlkzji", "hgfed", "czb"]);
}

#[tokio::test]
async fn pages_of_a_search_are_bounded_in_bytes_too() {
    let house = filled().await;
    catch_up(&house.records, &SearchReader::new(house.records.catalogue().clone())).await.unwrap();
    let query = Query { text: Some("leaf".to_owned()), limit: PAGE_ROWS_MAX, ..Query::default() };
    assert_eq!(pages(&mut unit(&house), query).await, ["abcde", "fghij", "kl"]);
}

#[tokio::test]
async fn short_bodies_fill_a_page_up_to_its_rows() {
    let house = filled().await;
    let drafts = (0..60).map(|number| Draft::create(leaf(), body(&format!("short {number:02}"), 10)));
    house.records.submit(&Caller::system(), drafts.collect(), None).await.unwrap();
    let from = crate::query::Filter { field: "title".into(), op: crate::query::Operator::Gte, value: json!("short") };
    let query = Query { filters: vec![from], limit: 50, ..sorted(false) };
    let lengths: Vec<usize> = pages(&mut unit(&house), query).await.iter().map(String::len).collect();
    assert_eq!(lengths, [50, 10]);
}
