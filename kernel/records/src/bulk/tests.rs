//! Imports over a real SQLite database.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::Seq;

use super::*;
use crate::testing::{House, body, cooperative, registrar};

const HERE: &str = "09.541";

async fn import(house: &House, caller: &Caller, bodies: Vec<Value>) -> Vec<ImportOutcome> {
    let rows = bodies.into_iter().map(|body| ImportRow { id: house.records.ambient.new_id(), body }).collect();
    let mut tx = house.records.db.begin_write().await.unwrap();
    let batch = ImportBatch { kind: cooperative(), slot: 0, rows };
    let outcomes = house.records.import_batch(&mut tx, caller, batch).await.unwrap();
    tx.commit().await.unwrap();
    outcomes
}

fn code(outcome: &ImportOutcome) -> String {
    match outcome {
        ImportOutcome::Created(_) => "created".into(),
        ImportOutcome::Updated(_) => "updated".into(),
        ImportOutcome::Unchanged(_) => "unchanged".into(),
        ImportOutcome::Rejected(rejection) => format!("{} {}", rejection.fields[0].pointer, rejection.fields[0].code),
    }
}

#[tokio::test]
async fn each_row_is_created_updated_unchanged_or_rejected_by_itself() {
    let house = House::open().await;
    let rows = |codes: &[&str]| codes.iter().map(|code| body(code, "argan", HERE)).collect::<Vec<_>>();
    let first = import(&house, &Caller::system(), rows(&["A", "B", "A"])).await;
    assert_eq!(first.iter().map(code).collect::<Vec<_>>(), ["created", "created", "/code duplicate"]);
    let mut again = rows(&["A", "B", "C"]);
    again[1]["members"] = json!(77);
    again.push(json!({"code": "D", "name": 1, "sector": "argan", "province": HERE}));
    again.push(body("E", "argan", "9.541"));
    let second = import(&house, &Caller::system(), again).await;
    let expected = ["unchanged", "updated", "created", "/name type", "/province format"];
    assert_eq!(second.iter().map(code).collect::<Vec<_>>(), expected);
    assert_eq!((first[0].id(), first[1].id()), (second[0].id(), second[1].id()));
    let updated = house.whole(&cooperative(), second[1].id().unwrap()).await.unwrap();
    assert_eq!(
        (updated.version, &updated.body["members"], updated.subject),
        (Version(2), &json!(77), Some(updated.id))
    );
    assert_eq!(house.records.db.sequence().await.unwrap(), Seq(4));
}

#[tokio::test]
async fn an_import_asks_for_permits_row_by_row() {
    let house = House::open().await;
    let rows = vec![body("A", "argan", HERE), body("B", "argan", "01.051")];
    let outcomes = import(&house, &registrar(HERE), rows.clone()).await;
    assert_eq!(outcomes.iter().map(code).collect::<Vec<_>>(), ["created", " refused"]);
    import(&house, &registrar("01.051"), rows.clone()).await;
    let mut moved = rows;
    moved[0]["province"] = json!("01.051");
    let outcomes = import(&house, &registrar("01.051"), moved).await;
    assert_eq!(outcomes.iter().map(code).collect::<Vec<_>>(), [" refused", "unchanged"]);
}

#[tokio::test]
async fn an_import_that_is_not_committed_leaves_nothing() {
    let house = House::open().await;
    let mut tx = house.records.db.begin_write().await.unwrap();
    let rows = vec![ImportRow { id: house.records.ambient.new_id(), body: body("A", "argan", HERE) }];
    let batch = ImportBatch { kind: cooperative(), slot: 0, rows };
    house.records.import_batch(&mut tx, &Caller::system(), batch).await.unwrap();
    drop(tx);
    assert_eq!(house.records.db.sequence().await.unwrap(), Seq::START);
}

#[tokio::test]
async fn a_large_import_is_listed_like_any_other_record() {
    let house = House::open().await;
    let rows: Vec<Value> = (0..2_000).map(|number| body(&format!("{number:05}"), "wool", HERE)).collect();
    let outcomes = import(&house, &Caller::system(), rows).await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, ImportOutcome::Created(_))));
    assert_eq!(house.records.db.sequence().await.unwrap(), Seq(2_000));
    let permit = house.records.may_read(&Caller::public(), &cooperative()).unwrap();
    let query = crate::Query { filters: vec![crate::Filter::equals("code", "01999")], ..crate::Query::default() };
    assert_eq!(house.records.list(&permit, &query).await.unwrap().items.len(), 1);
}
