//! Lists over a real SQLite database: which questions an index answers, in which order, page by page.

use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_model::KindName;

use crate::query::{Filter, Operator, Query};
use crate::reader::catch_up;
use crate::testing::{House, cooperative, holder, note, registrar};
use crate::{Page, ReadError, SearchReader};

fn query(filters: &[(&str, Operator, serde_json::Value)], sort: Option<(&str, bool)>) -> Query {
    let filters =
        filters.iter().map(|(field, op, value)| Filter { field: (*field).into(), op: *op, value: value.clone() });
    Query {
        filters: filters.collect(),
        sort: sort.map(|(field, descending)| (field.into(), descending)),
        ..Query::default()
    }
}

async fn ask(house: &House, caller: &Caller, kind: &KindName, query: &Query) -> Result<Page, ReadError> {
    let permit = house.records.may_read(caller, kind)?;
    house.records.list(&permit, query).await
}

async fn codes(house: &House, caller: &Caller, query: &Query) -> Vec<String> {
    let page = ask(house, caller, &cooperative(), query).await.unwrap();
    page.items.iter().map(|record| record.body["code"].as_str().unwrap().to_owned()).collect()
}

async fn filled() -> House {
    let house = House::open().await;
    let rows = [
        ("A", "argan", 30, "09.541"),
        ("B", "argan", 4, "01.051"),
        ("C", "wool", 12, "09.541"),
        ("D", "argan", 12, "09.551"),
        ("E", "honey", 100, "09.541"),
    ];
    for (code, sector, members, province) in rows {
        let mut body = crate::testing::body(code, sector, province);
        body["members"] = json!(members);
        if code == "D" {
            body.as_object_mut().unwrap().retain(|field, _| field != "members" && field != "phone");
        }
        house.create(&Caller::system(), &cooperative(), body).await;
    }
    house
}

#[tokio::test]
async fn declared_indexes_answer_in_their_order() {
    use Operator::{Eq, Gt, Gte, Lt, Lte};
    let house = filled().await;
    let argan = ("sector", Eq, json!("argan"));
    let table = [
        (query(&[], None), "ABCDE"),
        (query(&[], Some(("created", true))), "EDCBA"),
        (query(&[], Some(("name", true))), "EDCBA"),
        (query(std::slice::from_ref(&argan), None), "BAD"),
        (query(std::slice::from_ref(&argan), Some(("members", true))), "DAB"),
        (query(&[], Some(("phone", false))), "ABCED"),
        (query(&[], Some(("phone", true))), "DECBA"),
        (query(&[("phone", Gte, json!(""))], None), "ABCE"),
        (query(&[("phone", Lte, json!("+3"))], None), "ABCE"),
        (query(&[("phone", Eq, json!(""))], None), ""),
        (query(&[argan.clone(), ("members", Eq, json!(4))], None), "B"),
        (query(&[argan.clone(), ("members", Gt, json!(4))], None), "A"),
        (query(&[argan.clone(), ("members", Gte, json!(4))], None), "BA"),
        (query(&[argan.clone(), ("members", Lt, json!(30))], None), "B"),
        (query(&[argan.clone(), ("members", Lte, json!(30))], None), "BA"),
        (query(&[argan.clone(), ("members", Gt, json!(4)), ("members", Lt, json!(30))], None), ""),
        (query(&[argan.clone(), ("members", Gt, json!(30)), ("members", Lt, json!(4))], None), ""),
        (query(&[argan.clone(), ("members", Gt, json!(4)), ("members", Lt, json!(4))], None), ""),
        (query(&[argan.clone(), ("members", Gte, json!("4"))], None), "BA"),
        (query(&[argan.clone(), ("province", Eq, json!("01.051"))], None), "B"),
        (query(&[("code", Eq, json!("C"))], None), "C"),
        (query(&[("code", Gte, json!("C"))], None), "CDE"),
        (query(&[("province", Eq, json!("09.541"))], None), "ACE"),
        (query(&[("province", Eq, json!("09.541"))], Some(("created", true))), "ECA"),
        (query(&[("sector", Gt, json!("argan"))], None), "EC"),
    ];
    for (query, expected) in table {
        assert_eq!(codes(&house, &Caller::system(), &query).await.concat(), expected, "{query:?}");
    }
}

#[tokio::test]
async fn a_question_without_an_index_is_refused_and_told_which_there_are() {
    let house = filled().await;
    let table = [
        query(&[("members", Operator::Eq, json!(4))], None),
        query(&[("bank", Operator::Eq, json!("x"))], None),
        query(&[("sector", Operator::Eq, json!("argan")), ("phone", Operator::Eq, json!("x"))], None),
        query(&[("sector", Operator::Gt, json!("a")), ("members", Operator::Gt, json!(4))], None),
        query(&[("sector", Operator::Eq, json!("argan")), ("sector", Operator::Eq, json!("wool"))], None),
        query(&[("sector", Operator::Eq, json!("argan"))], Some(("code", false))),
        query(&[("sector", Operator::Eq, json!("argan"))], Some(("created", false))),
        query(&[], Some(("members", false))),
    ];
    for query in table {
        let refused = ask(&house, &Caller::system(), &cooperative(), &query).await;
        let Err(ReadError::NotIndexed { indexes, .. }) = refused else { panic!("{query:?}: {refused:?}") };
        assert_eq!(
            indexes,
            ["code", "sector, members", "name", "phone", "sector, province, name", "subject", "province"]
        );
    }
}

#[tokio::test]
async fn wrong_questions_are_refused_before_anything_is_read() {
    let house = filled().await;
    let unknown = query(&[("nothing", Operator::Eq, json!(1))], None);
    assert!(matches!(
        ask(&house, &Caller::system(), &cooperative(), &unknown).await,
        Err(ReadError::UnknownField { .. })
    ));
    for (field, value) in [
        ("province", json!("9.541")),
        ("subject", json!("x")),
        ("members", json!("many")),
        ("sector", json!(1)),
        ("name", json!("x".repeat(600))),
    ] {
        let refused =
            ask(&house, &Caller::system(), &cooperative(), &query(&[(field, Operator::Eq, value)], None)).await;
        assert!(matches!(refused, Err(ReadError::Filter { .. })), "{field}: {refused:?}");
    }
    let words = Query { text: Some("a".into()), ..Query::default() };
    assert!(matches!(ask(&house, &holder(1, &[]), &note(), &words).await, Err(ReadError::NotSearchable { .. })));
}

#[tokio::test]
async fn pages_hold_every_record_once_in_both_directions() {
    let house = House::open().await;
    for number in 0..25 {
        let mut body = crate::testing::body(&format!("{number:02}"), "argan", "09.541");
        body["members"] = json!(1 + number % 3);
        house.create(&Caller::system(), &cooperative(), body).await;
    }
    for (sort, descending) in [("members", false), ("members", true), ("created", true)] {
        let filters = if sort == "members" { vec![Filter::equals("sector", "argan")] } else { Vec::new() };
        let mut query = Query { filters, sort: Some((sort.into(), descending)), limit: 4, ..Query::default() };
        let mut seen = Vec::new();
        loop {
            let page = ask(&house, &Caller::public(), &cooperative(), &query).await.unwrap();
            assert!(page.items.len() <= 4);
            seen.extend(page.items.iter().map(|record| (record.body["members"].as_i64().unwrap(), record.id)));
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
        }
        assert_eq!(seen.len(), 25, "{sort} {descending}");
        if sort == "members" {
            assert!(if descending { seen.is_sorted_by(|a, b| a > b) } else { seen.is_sorted() });
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_question_is_refused() {
    let house = filled().await;
    let first = Query { limit: 1, ..query(&[("sector", Operator::Eq, json!("argan"))], None) };
    let cursor = ask(&house, &Caller::system(), &cooperative(), &first).await.unwrap().next;
    assert!(cursor.is_some());
    for other in [query(&[("sector", Operator::Eq, json!("wool"))], None), query(&[], Some(("name", false)))] {
        let with_cursor = Query { cursor: cursor.clone(), ..other };
        assert!(matches!(ask(&house, &Caller::system(), &cooperative(), &with_cursor).await, Err(ReadError::Cursor)));
    }
}

#[tokio::test]
async fn a_hidden_field_cannot_be_asked_about() {
    let house = filled().await;
    let by_phone = query(&[("phone", Operator::Eq, json!("+212600000000"))], None);
    assert!(matches!(ask(&house, &Caller::public(), &cooperative(), &by_phone).await, Err(ReadError::Hidden)));
    let sorted = query(&[], Some(("phone", false)));
    assert!(matches!(ask(&house, &Caller::public(), &cooperative(), &sorted).await, Err(ReadError::Hidden)));
    // A registrar sees telephones of one province, and an answer about telephones tells of that province alone.
    assert_eq!(codes(&house, &registrar("09.541"), &by_phone).await.concat(), "ACE");
    assert_eq!(codes(&house, &registrar("09.541"), &query(&[], None)).await.concat(), "ABCDE");
}

#[tokio::test]
async fn a_list_holds_only_what_is_in_reach() {
    let house = House::open().await;
    for person in 1..=3 {
        let id = tiwizi_model::RecordId(uuid::Uuid::from_u128(person)).to_string();
        for lesson in ["a", "b"] {
            house.create(&holder(person, &[]), &note(), json!({"person": id, "lesson": lesson, "text": "x"})).await;
        }
    }
    let own = ask(&house, &holder(2, &[]), &note(), &Query::default()).await.unwrap();
    assert_eq!(own.items.len(), 2);
    let another = tiwizi_model::RecordId(uuid::Uuid::from_u128(3)).to_string();
    for field in ["person", "subject"] {
        let page = ask(&house, &holder(2, &[]), &note(), &query(&[(field, Operator::Eq, json!(another))], None))
            .await
            .unwrap();
        assert!(page.items.is_empty());
        let page = ask(&house, &holder(3, &[]), &note(), &query(&[(field, Operator::Eq, json!(another))], None))
            .await
            .unwrap();
        assert_eq!(page.items.len(), 2);
    }
}

#[tokio::test]
async fn words_find_records_in_three_scripts() {
    let house = filled().await;
    for (code, name) in [("X", "تعاونية أركان"), ("Y", "ⵜⵉⵡⵉⵣⵉ ⵏ ⵙⵓⵙ"), ("Z", "Tissaliwine été")]
    {
        let mut body = crate::testing::body(code, "argan", "09.541");
        body["name"] = json!(name);
        house.create(&Caller::system(), &cooperative(), body).await;
    }
    catch_up(&house.records, &SearchReader::new(house.records.catalogue().clone())).await.unwrap();
    let words = |text: &str| Query { text: Some(text.into()), ..Query::default() };
    for (text, expected) in [
        ("اركان", "X"),
        ("ⵜⵉⵡⵉⵣⵉ", "Y"),
        ("tissaliw ete", "Z"),
        ("Cooperative", "ABCDE"),
        ("cooperative d", "D"),
        ("", ""),
        ("!!", ""),
        ("nothing", ""),
    ] {
        assert_eq!(codes(&house, &Caller::public(), &words(text)).await.concat(), expected, "{text}");
    }
    let filtered = Query { filters: vec![Filter::equals("sector", "argan")], limit: 2, ..words("cooperative") };
    let first = ask(&house, &Caller::public(), &cooperative(), &filtered).await.unwrap();
    let second = Query { cursor: first.next.clone(), ..filtered };
    let rest = ask(&house, &Caller::public(), &cooperative(), &second).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
    let by_members = Query { filters: vec![Filter::equals("bank", "x")], ..words("cooperative") };
    assert!(matches!(
        ask(&house, &Caller::public(), &cooperative(), &by_members).await,
        Err(ReadError::NotIndexed { .. })
    ));
}

#[tokio::test]
async fn a_search_follows_changes_and_tombstones() {
    let house = filled().await;
    let reader = SearchReader::new(house.records.catalogue().clone());
    catch_up(&house.records, &reader).await.unwrap();
    let words = |text: &str| Query { text: Some(text.into()), ..Query::default() };
    let page = ask(&house, &Caller::public(), &cooperative(), &words("cooperative A")).await.unwrap();
    let id = page.items[0].id;
    let rename = crate::Draft::patch(cooperative(), id, json!({"name": "Tamunt"}), None);
    house.records.submit(&Caller::system(), vec![rename], None).await.unwrap();
    catch_up(&house.records, &reader).await.unwrap();
    assert_eq!(codes(&house, &Caller::public(), &words("tamunt")).await, ["A"]);
    assert!(codes(&house, &Caller::public(), &words("cooperative a")).await.is_empty());
    house.records.submit(&Caller::system(), vec![crate::Draft::delete(cooperative(), id, None)], None).await.unwrap();
    let stood = catch_up(&house.records, &reader).await.unwrap();
    assert!(codes(&house, &Caller::public(), &words("tamunt")).await.is_empty());
    assert_eq!(catch_up(&house.records, &reader).await.unwrap(), stood);
}
