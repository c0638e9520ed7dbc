//! What changes say, over a real SQLite database.

use serde_json::json;
use tiwizi_identity::Caller;

use super::*;
use crate::draft::Draft;
use crate::testing::{House, cooperative};

fn year(_: &Kind, body: &Value, _: Instant) -> Vec<OutgoingField> {
    let value = body.get("members").cloned();
    let field = |value| OutgoingField { name: "members.band".into(), class: Class::Public, is_derived: true, value };
    value.map(field).into_iter().collect()
}

async fn said(house: &House, changes: &[(RecordId, Version)]) -> Vec<Option<Outgoing>> {
    let mut tx = house.records.db().read().await.unwrap();
    house.records.outgoing(&mut tx, changes, &year).await.unwrap()
}

#[tokio::test]
async fn each_change_says_the_version_that_it_made_with_the_classes_of_its_fields() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", "09.541").await;
    let patch = Draft::patch(cooperative(), id, json!({"sector": "wool"}), None);
    house.records.submit(&Caller::system(), vec![patch], None).await.unwrap();
    let found = said(&house, &[(id, Version::FIRST), (id, Version(2))]).await;
    for (one, sector, version) in [(&found[0], "argan", 1), (&found[1], "wool", 2)] {
        let one = one.as_ref().unwrap();
        assert_eq!((one.version, one.tenure, one.subject), (Version(version), 1, Some(id)));
        let OutgoingContent::Put(fields) = &one.what else { panic!("{one:?}") };
        let field = |name: &str, is_derived: bool| {
            fields.iter().find(|field| field.name == name && field.is_derived == is_derived).unwrap()
        };
        assert_eq!(field("sector", false).value, sector);
        assert_eq!((field("bank", false).class, field("phone", false).class), (Class::Sensitive, Class::Personal));
        assert_eq!(
            (field("members.band", true).value.clone(), field("province", true).class),
            (json!(5), Class::Public)
        );
    }
    assert_eq!(found[0].as_ref().unwrap().schema, found[1].as_ref().unwrap().schema);
    assert!(found[0].as_ref().unwrap().schema.to_string().starts_with("register/cooperative/1.0+"));
}

#[tokio::test]
async fn a_deletion_says_nothing_of_what_was_and_an_erased_version_only_that_it_was() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", "09.541").await;
    let delete = Draft::delete(cooperative(), id, None);
    house.records.submit(&Caller::system(), vec![delete], None).await.unwrap();
    let mut tx = house.records.db().begin_write().await.unwrap();
    tiwizi_storage::erasure::forget_contents(&mut tx, &[id]).await.unwrap();
    tx.commit().await.unwrap();
    let found =
        said(&house, &[(id, Version::FIRST), (id, Version(2)), (RecordId(uuid::Uuid::nil()), Version(1))]).await;
    assert_eq!(found[0].as_ref().unwrap().what, OutgoingContent::Erased);
    assert_eq!(found[1].as_ref().unwrap().what, OutgoingContent::Deleted);
    assert_eq!(found[2], None);
}

#[tokio::test]
async fn a_schema_is_known_by_its_rules_and_not_by_the_order_in_which_they_were_written() {
    assert_eq!(canonical(&json!({"b": [1, {"d": 1, "c": 2}], "a": "x\"y"})), r#"{"a":"x\"y","b":[1,{"c":2,"d":1}]}"#);
    let house = House::open().await;
    let kinds = house.records.kinds();
    let ids: Vec<[u8; 32]> = kinds.iter().map(|kind| SchemaId::of(kind).hash).collect();
    assert_ne!(ids[0], ids[1]);
}
