//! Units over a real SQLite database: what they see before the commit, and what is there after it.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::Seq;

use super::*;
use crate::query::Filter;
use crate::testing::{House, body, cooperative, holder, note, registrar};

const HERE: &str = "09.541";

fn unit(house: &House, caller: &Caller) -> Unit {
    Unit::new(house.records.clone(), caller.clone())
}

async fn codes(unit: &mut Unit, query: &Query) -> Vec<String> {
    let page = unit.list(&cooperative(), query).await.unwrap();
    page.items.iter().map(|record| record.body["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_unit_reads_its_own_writes_and_others_do_not() {
    let house = House::open().await;
    let kept = house.cooperative("A", "argan", HERE).await;
    let gone = house.cooperative("B", "argan", HERE).await;
    let mut unit = unit(&house, &registrar(HERE));
    let made = unit.create(&cooperative(), body("C", "argan", HERE)).unwrap();
    unit.patch(&cooperative(), kept, json!({"members": 50}), None).await.unwrap();
    unit.delete(&cooperative(), gone, None).await.unwrap();
    assert_eq!(unit.get(&cooperative(), made.id).await.unwrap().unwrap().body["code"], "C");
    assert_eq!(unit.get(&cooperative(), kept).await.unwrap().unwrap().version, Version(2));
    assert_eq!(unit.get(&cooperative(), gone).await.unwrap(), None);
    assert_eq!(house.whole(&cooperative(), made.id).await, None);
    assert!(house.whole(&cooperative(), gone).await.is_some());
    let written = unit.commit(None).await.unwrap();
    assert_eq!(
        written.iter().map(|record| (record.id, record.version.0)).collect::<Vec<_>>(),
        [(made.id, 1), (kept, 2), (gone, 2)]
    );
    assert_eq!(house.whole(&cooperative(), kept).await.unwrap().body["members"], json!(50));
    assert_eq!(house.whole(&cooperative(), gone).await, None);
}

#[tokio::test]
async fn lists_hold_what_was_written_in_the_order_of_the_index_page_by_page() {
    let house = House::open().await;
    for (code, sector) in [("A", "argan"), ("C", "argan"), ("E", "argan"), ("F", "wool")] {
        house.cooperative(code, sector, HERE).await;
    }
    let stored = unit(&house, &Caller::system()).list(&cooperative(), &Query::default()).await.unwrap().items;
    let mut unit = unit(&house, &Caller::system());
    for code in ["B", "D"] {
        unit.create(&cooperative(), body(code, "argan", HERE)).unwrap();
    }
    unit.patch(&cooperative(), stored[1].id, json!({"sector": "honey"}), None).await.unwrap();
    unit.patch(&cooperative(), stored[3].id, json!({"sector": "argan"}), None).await.unwrap();
    unit.delete(&cooperative(), stored[2].id, None).await.unwrap();
    let mut query = Query { sort: Some(("name".into(), false)), limit: 2, ..Query::default() };
    assert_eq!(codes(&mut unit, &query).await, ["A", "B"]);
    query.cursor = unit.list(&cooperative(), &query).await.unwrap().next;
    assert_eq!(codes(&mut unit, &query).await, ["C", "D"]);
    query.cursor = unit.list(&cooperative(), &query).await.unwrap().next;
    assert_eq!(codes(&mut unit, &query).await, ["F"]);
    let descending = Query { sort: Some(("name".into(), true)), ..Query::default() };
    assert_eq!(codes(&mut unit, &descending).await.concat(), "FDCBA");
    let argan = Query { filters: vec![Filter::equals("sector", "argan")], ..Query::default() };
    let mut found = codes(&mut unit, &argan).await;
    found.sort();
    assert_eq!(found.concat(), "ABDF");
    let by_code = Query { filters: vec![Filter::equals("code", "D")], ..Query::default() };
    assert_eq!(codes(&mut unit, &by_code).await, ["D"]);
    let words = Query { text: Some("cooperative b".into()), ..Query::default() };
    assert_eq!(codes(&mut unit, &words).await, ["B"]);
    let counts = [(&query, 5), (&argan, 4), (&by_code, 1)];
    for (query, count) in counts {
        assert_eq!(unit.count(&cooperative(), query).await.unwrap(), count, "{query:?}");
    }
    let refused = unit.count(&cooperative(), &words).await;
    assert!(matches!(refused, Err(UnitError::Read(ReadError::NotIndexed { .. }))), "{refused:?}");
}

#[tokio::test]
async fn a_unit_is_refused_when_what_it_read_for_a_write_has_moved() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let mut unit = unit(&house, &Caller::system());
    unit.get(&cooperative(), id).await.unwrap();
    let other = Draft::patch(cooperative(), id, json!({"members": 6}), None);
    house.records.submit(&Caller::system(), vec![other], None).await.unwrap();
    let stale = unit.patch(&cooperative(), id, json!({"members": 7}), None).await;
    assert!(matches!(stale, Err(UnitError::Write(WriteError::Stale { .. }))));

    let mut unit = self::unit(&house, &Caller::system());
    unit.create(&cooperative(), body("B", "argan", HERE)).unwrap();
    unit.patch(&cooperative(), id, json!({"members": 7}), None).await.unwrap();
    let other = Draft::patch(cooperative(), id, json!({"members": 8}), None);
    house.records.submit(&Caller::system(), vec![other], None).await.unwrap();
    let before = house.records.db.sequence().await.unwrap();
    assert!(matches!(unit.commit(None).await, Err(WriteError::Stale { .. })));
    assert_eq!(house.records.db.sequence().await.unwrap(), before);
}

#[tokio::test]
async fn a_dropped_unit_leaves_nothing() {
    let house = House::open().await;
    let mut unit = unit(&house, &Caller::system());
    unit.create(&cooperative(), body("A", "argan", HERE)).unwrap();
    drop(unit);
    assert_eq!(house.records.db.sequence().await.unwrap(), Seq::START);
}

#[tokio::test]
async fn a_record_that_is_written_twice_is_one_change() {
    let house = House::open().await;
    let mut unit = unit(&house, &Caller::system());
    let made = unit.create(&cooperative(), body("A", "argan", HERE)).unwrap();
    let patched = unit.patch(&cooperative(), made.id, json!({"members": 6}), Some(made.version)).await.unwrap();
    assert_eq!(patched.version, made.version);
    let fleeting = unit.create(&cooperative(), body("B", "argan", HERE)).unwrap();
    unit.delete(&cooperative(), fleeting.id, None).await.unwrap();
    let written = unit.commit(None).await.unwrap();
    assert_eq!((written.len(), &written[0].body["members"]), (1, &json!(6)));
    assert_eq!(house.records.db.sequence().await.unwrap(), Seq(1));
    let mut unit = self::unit(&house, &Caller::system());
    unit.patch(&cooperative(), made.id, json!({"members": 7}), None).await.unwrap();
    unit.delete(&cooperative(), made.id, None).await.unwrap();
    assert!(unit.commit(None).await.unwrap()[0].deleted);
}

#[tokio::test]
async fn permits_and_schema_hold_inside_a_unit() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let mut public = unit(&house, &Caller::public());
    assert!(matches!(
        public.create(&cooperative(), body("B", "argan", HERE)),
        Err(UnitError::Write(WriteError::Refused(_)))
    ));
    assert!(matches!(public.get(&note(), id).await, Err(UnitError::Read(ReadError::Refused(_)))));
    assert_eq!(public.get(&cooperative(), id).await.unwrap().unwrap().body.get("phone"), None);
    assert!(matches!(
        public.patch(&cooperative(), id, json!({"members": 1}), None).await,
        Err(UnitError::Write(WriteError::Refused(_)))
    ));
    let mut trainer = unit(&house, &holder(7, &[("trainer", "nation")]));
    let answered = trainer.patch(&cooperative(), id, json!({"members": 9}), None).await.unwrap();
    assert_eq!(answered.body.get("bank"), None);
    assert_eq!(trainer.get(&cooperative(), id).await.unwrap().unwrap().body.get("bank"), None);
    assert!(matches!(
        trainer.patch(&cooperative(), id, json!({"bank": "x"}), None).await,
        Err(UnitError::Write(WriteError::Invalid { .. }))
    ));
    trainer.commit(None).await.unwrap();
    assert_eq!(house.whole(&cooperative(), id).await.unwrap().body["bank"], "RIB 1");
}

#[tokio::test]
async fn the_kernel_writes_what_the_caller_may_not_and_the_caller_is_the_author() {
    let house = House::open().await;
    let caller = holder(7, &[]).through("training".parse().unwrap());
    let mut unit = unit(&house, &caller);
    assert!(unit.create(&cooperative(), body("A", "argan", HERE)).is_err());
    unit.create_by_kernel(&cooperative(), body("A", "argan", HERE)).unwrap();
    let written = unit.commit(None).await.unwrap();
    assert_eq!(written[0].author, caller.author());
}

#[tokio::test]
async fn what_the_kernel_wrote_shows_the_caller_no_more_than_any_record() {
    let house = House::open().await;
    let mut unit = unit(&house, &holder(7, &[("trainer", "nation")]));
    let made = unit.create_by_kernel(&cooperative(), body("A", "argan", HERE)).unwrap();
    let patched = unit.patch(&cooperative(), made.id, json!({"members": 9}), None).await.unwrap();
    assert_eq!((patched.body.get("bank"), &patched.body["members"]), (None, &json!(9)));
    unit.commit(None).await.unwrap();
    assert_eq!(house.whole(&cooperative(), made.id).await.unwrap().body["bank"], "RIB 1");
}

#[tokio::test]
async fn a_unit_is_bounded() {
    let house = House::open().await;
    let mut unit = unit(&house, &Caller::system());
    for number in 0..UNIT_WRITES_MAX {
        unit.create(&cooperative(), body(&format!("{number}"), "argan", HERE)).unwrap();
    }
    assert!(matches!(unit.create(&cooperative(), body("x", "argan", HERE)), Err(UnitError::Full { .. })));
    assert_eq!(unit.commit(None).await.unwrap().len(), UNIT_WRITES_MAX);
}

#[tokio::test]
async fn the_bodies_of_a_unit_are_bounded_together() {
    let house = House::open().await;
    let bounds = UnitBounds { bytes_max: 1_000, ..UnitBounds::CALL };
    let mut unit = Unit::within(bounds, house.records.clone(), Caller::system());
    let full = (0..100).find_map(|number| unit.create(&cooperative(), body(&format!("{number}"), "argan", HERE)).err());
    assert!(matches!(full, Some(UnitError::Full { .. })), "{full:?}");
    assert!(!unit.commit(None).await.unwrap().is_empty());
}
