//! Many records at once, over a real SQLite database.

use serde_json::json;
use tiwizi_model::Seq;

use super::*;
use crate::testing::{House, body, cooperative, registrar};

const HERE: &str = "09.541";

async fn write(house: &House, caller: &Caller, bodies: Vec<Value>) -> Result<(), WriteError> {
    let new = bodies.into_iter().map(|body| NewRecord { id: house.records.ambient.new_id(), body }).collect();
    let prepared = house.records.prepare_bulk(caller, &cooperative(), new)?;
    let mut tx = house.records.db.begin_write().await?;
    house.records.write_bulk(&mut tx, prepared).await?;
    tx.commit().await?;
    Ok(())
}

async fn count(house: &House) -> Seq {
    house.records.db.sequence().await.unwrap()
}

#[tokio::test]
async fn a_record_that_is_not_accepted_is_named_by_its_position_and_field() {
    let house = House::open().await;
    let wrong = json!({"code": "B", "name": 1, "sector": "argan", "province": HERE});
    for (rows, at, pointer) in
        [(vec![body("A", "argan", HERE), wrong], 1, "/name"), (vec![body("A", "argan", "9.541")], 0, "/province")]
    {
        let refused = write(&house, &Caller::system(), rows).await;
        let Err(WriteError::Invalid { position, fields }) = refused else { panic!("{refused:?}") };
        assert_eq!((position, fields[0].pointer.as_str()), (at, pointer));
    }
    assert_eq!(count(&house).await, Seq::START);
}

#[tokio::test]
async fn every_record_needs_a_permit() {
    let house = House::open().await;
    let rows = vec![body("A", "argan", HERE), body("B", "argan", "01.051")];
    let refused = write(&house, &registrar(HERE), rows).await;
    let Err(WriteError::Invalid { position: 1, fields }) = refused else { panic!("{refused:?}") };
    assert_eq!(fields[0].code, "refused");
}

#[tokio::test]
async fn of_a_batch_with_a_record_that_is_there_nothing_is_written() {
    let house = House::open().await;
    write(&house, &Caller::system(), vec![body("A", "argan", HERE)]).await.unwrap();
    let rows = vec![body("B", "argan", HERE), body("A", "wool", HERE)];
    let refused = write(&house, &Caller::system(), rows).await;
    let Err(WriteError::Duplicate { fields, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(fields, ["code"]);
    let twins = vec![body("C", "argan", HERE), body("C", "argan", HERE)];
    assert!(matches!(write(&house, &Caller::system(), twins).await, Err(WriteError::Duplicate { .. })));
    assert_eq!(count(&house).await, Seq(1));
}

#[tokio::test]
async fn two_thousand_records_are_listed_like_any_other() {
    let house = House::open().await;
    let rows: Vec<Value> = (0..2_000).map(|number| body(&format!("{number:05}"), "wool", HERE)).collect();
    write(&house, &Caller::system(), rows).await.unwrap();
    assert_eq!(count(&house).await, Seq(2_000));
    let permit = house.records.may_read(&Caller::public(), &cooperative()).unwrap();
    let query = crate::Query { filters: vec![crate::Filter::equals("code", "01999")], ..crate::Query::default() };
    assert_eq!(house.records.list(&permit, &query).await.unwrap().items.len(), 1);
}
