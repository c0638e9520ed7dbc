//! The kernel in memory behaves as the real one does.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;
use crate::{Find, Kind, Route, Store, milestones, router};

const MANIFEST: &str = r#"{"id": "notes", "version": "1.0.0",
    "kinds": [{"name": "note", "unique": [{"fields": ["code"]}], "indexes": [{"fields": ["shelf", "rank"]}]}],
    "milestones": [{"code": "written"}]}"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    code: String,
    shelf: String,
    rank: u32,
}

impl Kind for Note {
    const NAME: &'static str = "note";
}

struct Notes;

impl Plugin for Notes {
    fn init() -> Result<(), Error> {
        (0..3).try_for_each(|rank| Store::insert(&note(rank)).map(drop))
    }

    fn handle(request: &Request) -> Result<Answer, Error> {
        router::answer(&[Route::post("/fail", write_then_fail), Route::post("/write", write)], request)
    }
}

fn note(rank: u32) -> Note {
    Note { code: format!("n{rank}"), shelf: "low".to_owned(), rank }
}

fn write_then_fail(_: &Request) -> Result<Answer, Error> {
    Store::insert(&note(9))?;
    Err(Error::invalid("and then it failed"))
}

fn write(_: &Request) -> Result<Answer, Error> {
    let entry = Store::insert(&note(9))?;
    milestones::reach::<Note>("written", &entry.id)?;
    Ok(Answer::redirect("/"))
}

#[test]
fn a_call_that_fails_leaves_nothing() {
    start(MANIFEST);
    assert!(matches!(call::<Notes>(&Request::post("/fail", &[])), Answer::Problem(error) if error.status == 422));
    assert_eq!(bodies("note"), Vec::<Value>::new());
}

#[test]
fn a_call_that_answers_keeps_its_writes() {
    start(MANIFEST);
    as_member("p1");
    assert_eq!(call::<Notes>(&Request::post("/write", &[])), Answer::redirect("/"));
    assert_eq!(bodies("note").len(), 1);
    assert_eq!(reached().len(), 1);
}

#[test]
fn reads_go_by_declared_indexes_only() {
    start(MANIFEST);
    install::<Notes>().unwrap();
    let low = Find::new().equal("shelf", "low");
    let page = Store::find::<Note>(&low.clone().sort_descending("rank").limit(2)).unwrap();
    assert_eq!(page.items.iter().map(|entry| entry.body.rank).collect::<Vec<_>>(), [2, 1]);
    let rest = Store::find::<Note>(&low.sort_descending("rank").limit(2).after(page.next.as_deref())).unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert!(Store::find::<Note>(&Find::new().equal("rank", 1)).unwrap_err().is("not-indexed"));
}

#[test]
fn a_stale_or_duplicate_write_is_refused() {
    start(MANIFEST);
    let mut entry = Store::insert(&note(1)).unwrap();
    assert!(Store::insert(&note(1)).unwrap_err().is("duplicate"));
    entry.body.rank = 2;
    assert_eq!(Store::put(&entry).unwrap().version, 2);
    assert!(Store::put(&entry).unwrap_err().is("stale"));
    assert_eq!(Store::patch::<Note>(&entry.id, &json!({"rank": 7})).unwrap().body.rank, 7);
    assert!(Store::delete(&entry).unwrap_err().is("stale"));
}
