//! Records over a real SQLite database: permits, classes, versions, receipts.

use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{BATCH_WRITES_MAX, IDEMPOTENCY_MS, RECORD_BYTES_MAX};
use tiwizi_model::{Operation, RecordId, Seq, Version};
use tiwizi_storage::change;

use crate::review::{BoxFuture, Plain};
use crate::testing::{House, body, cooperative, holder, note, registrar};
use crate::{Draft, FieldError, HookFailure, Proposal, ReadError, Receipt, Rejection, Review, ReviewError, WriteError};

const HERE: &str = "09.541";
const ELSEWHERE: &str = "01.051";

async fn head(house: &House) -> Seq {
    house.records.db.sequence().await.unwrap()
}

async fn one(house: &House, caller: &Caller, draft: Draft) -> Result<tiwizi_model::Record, WriteError> {
    house.records.submit(caller, vec![draft], None).await.map(|mut records| records.remove(0))
}

fn patch(id: RecordId, patch: Value, seen: Option<i64>) -> Draft {
    Draft::patch(cooperative(), id, patch, seen.map(Version))
}

#[tokio::test]
async fn each_reader_sees_its_classes_of_fields_and_no_more() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let public = ["code", "members", "name", "province", "sector"];
    let personal = ["code", "members", "name", "phone", "province", "sector"];
    let all = ["bank", "code", "members", "name", "phone", "province", "sector"];
    let officer = holder(7, &[("officer", &format!("cooperative:{id}"))]);
    let table: Vec<(&str, Caller, &[&str])> = vec![
        ("public", Caller::public(), &public),
        ("registrar", registrar(HERE), &all),
        ("registrar of another province", registrar(ELSEWHERE), &public),
        ("trainer", holder(7, &[("trainer", "nation")]), &personal),
        ("officer", officer, &all),
        ("plugin for the public", Caller::public().through("market".parse().unwrap()), &public),
    ];
    for (name, caller, expected) in table {
        let permit = house.records.may_read(&caller, &cooperative()).unwrap();
        let read = house.records.read(&permit, id).await.unwrap().unwrap();
        let listed = house.records.list(&permit, &crate::Query::default()).await.unwrap().items.remove(0);
        let past = house.records.history(&permit, id, None, 10).await.unwrap().remove(0).record;
        for record in [read, listed, past] {
            let fields: Vec<&str> = record.body.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(fields, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn records_of_several_keys_are_found_where_their_fields_may_be_seen() {
    let (by_phone, by_sector) = (2, 3);
    let house = House::open().await;
    let here = house.cooperative("A", "argan", HERE).await;
    let there = house.cooperative("B", "argan", ELSEWHERE).await;
    let gone = house.cooperative("C", "argan", HERE).await;
    one(&house, &Caller::system(), Draft::delete(cooperative(), gone, None)).await.unwrap();
    let keys = |province: &str, codes: [&str; 2]| {
        codes.map(|code| vec![json!("argan"), json!(province), json!(format!("Coopérative {code}"))])
    };
    let keys: Vec<Vec<Value>> = keys(HERE, ["A", "C"]).into_iter().chain(keys(ELSEWHERE, ["A", "B"])).collect();
    let ids = |found: Vec<tiwizi_model::Record>| found.into_iter().map(|record| record.id).collect::<Vec<_>>();
    let public = house.records.may_read(&Caller::public(), &cooperative()).unwrap();
    let found = house.records.find_sorted(&public, by_sector, &keys, 10).await.unwrap();
    assert_eq!(ids(found), [there, here]);
    assert_eq!(ids(house.records.find_sorted(&public, by_sector, &keys, 1).await.unwrap()), [there]);
    let phone = [vec![json!("+212600000000")], vec![Value::Null]];
    let hidden = house.records.find_sorted(&public, by_phone, &phone, 10).await;
    assert!(matches!(hidden, Err(ReadError::Hidden)), "{hidden:?}");
    let permit = house.records.may_read(&registrar(HERE), &cooperative()).unwrap();
    assert_eq!(ids(house.records.find_sorted(&permit, by_phone, &phone, 10).await.unwrap()), [here]);
    let mut silent = body("D", "argan", HERE);
    silent.as_object_mut().unwrap().remove("phone");
    let silent = house.create(&Caller::system(), &cooperative(), silent).await;
    assert_eq!(ids(house.records.find_sorted(&permit, by_phone, &phone, 10).await.unwrap()), [here, silent]);
}

#[tokio::test]
async fn what_a_caller_may_not_see_is_missing_and_not_refused() {
    let house = House::open().await;
    let (fadma, itto) = (holder(1, &[]), holder(2, &[]));
    let person = RecordId(uuid::Uuid::from_u128(1)).to_string();
    let id = house.create(&fadma, &note(), json!({"person": person, "text": "a"})).await;
    let permit = house.records.may_read(&itto, &note()).unwrap();
    assert_eq!(house.records.read(&permit, id).await.unwrap(), None);
    assert!(house.records.history(&permit, id, None, 10).await.unwrap().is_empty());
    for draft in [
        Draft::patch(note(), id, json!({"text": "b"}), None),
        Draft::replace(note(), id, json!({"person": person, "text": "b"}), Version(9)),
        Draft::delete(note(), id, None),
    ] {
        assert!(matches!(one(&house, &itto, draft).await, Err(WriteError::Missing { .. })));
    }
    assert!(matches!(house.records.may_read(&Caller::public(), &note()), Err(ReadError::Refused(_))));
    let id = house.cooperative("A", "argan", HERE).await;
    let refused = one(&house, &registrar(ELSEWHERE), patch(id, json!({"members": 6}), None)).await;
    assert!(matches!(refused, Err(WriteError::Refused(_))));
}

#[tokio::test]
async fn a_record_moves_only_where_its_writer_may_write() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let moved = one(&house, &registrar(HERE), patch(id, json!({"province": ELSEWHERE}), None)).await;
    assert!(matches!(moved, Err(WriteError::Refused(_))));
    let both = registrar(&format!("{HERE},{ELSEWHERE}"));
    let moved = one(&house, &both, patch(id, json!({"province": ELSEWHERE}), None)).await.unwrap();
    assert_eq!(moved.province.unwrap().to_string(), ELSEWHERE);
    let (fadma, itto) =
        (RecordId(uuid::Uuid::from_u128(1)).to_string(), RecordId(uuid::Uuid::from_u128(2)).to_string());
    let id = house.create(&holder(1, &[]), &note(), json!({"person": fadma, "text": "a"})).await;
    let given = one(&house, &holder(1, &[]), Draft::patch(note(), id, json!({"person": itto}), None)).await;
    assert!(matches!(given, Err(WriteError::Refused(_))));
}

#[tokio::test]
async fn who_may_not_see_a_field_neither_sets_nor_loses_it() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let trainer = holder(7, &[("trainer", "nation")]);
    for draft in [patch(id, json!({"bank": "RIB 2"}), None), patch(id, json!({"bank": null}), None), {
        let mut with_bank = body("A", "argan", HERE);
        with_bank["bank"] = json!("RIB 2");
        Draft::replace(cooperative(), id, with_bank, Version(1))
    }] {
        let Err(WriteError::Invalid { fields, .. }) = one(&house, &trainer, draft).await else {
            panic!("a hidden field was set")
        };
        assert_eq!((fields[0].pointer.as_str(), fields[0].code.as_ref()), ("/bank", "hidden-field"));
    }
    let mut without_bank = body("A", "wool", HERE);
    without_bank.as_object_mut().unwrap().remove("bank");
    let answered = one(&house, &trainer, Draft::replace(cooperative(), id, without_bank, Version(1))).await.unwrap();
    assert_eq!(answered.body.get("bank"), None);
    let stored = house.whole(&cooperative(), id).await.unwrap();
    assert_eq!((stored.body["bank"].as_str(), stored.body["sector"].as_str()), (Some("RIB 1"), Some("wool")));
}

#[tokio::test]
async fn a_stale_write_is_refused_and_logs_no_change() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    one(&house, &Caller::system(), patch(id, json!({"members": 6}), Some(1))).await.unwrap();
    let before = head(&house).await;
    for draft in [
        patch(id, json!({"members": 7}), Some(1)),
        Draft::replace(cooperative(), id, body("A", "wool", HERE), Version(1)),
        Draft::delete(cooperative(), id, Some(Version(3))),
    ] {
        let stale = one(&house, &Caller::system(), draft).await;
        assert!(matches!(stale, Err(WriteError::Stale { found: Version(2), .. })), "{stale:?}");
    }
    assert_eq!(head(&house).await, before);
    assert_eq!(house.whole(&cooperative(), id).await.unwrap().version, Version(2));
}

#[tokio::test]
async fn patches_without_a_version_all_go_on_under_contention() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let system = Caller::system();
    let writes = ["members", "score", "phone"].map(|field| {
        let value = if field == "phone" { json!("+212611111111") } else { json!(42) };
        one(&house, &system, patch(id, json!({ field: value }), None))
    });
    for written in futures::future::join_all(writes).await {
        written.unwrap();
    }
    let record = house.whole(&cooperative(), id).await.unwrap();
    assert_eq!(record.version, Version(4));
    assert_eq!(
        (&record.body["members"], &record.body["score"], &record.body["phone"]),
        (&json!(42), &json!(42), &json!("+212611111111"))
    );
}

#[tokio::test]
async fn a_batch_is_written_as_a_whole_or_not_at_all() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let before = head(&house).await;
    let good = || Draft::create(cooperative(), body("B", "argan", HERE));
    let bad = [
        Draft::create(cooperative(), body("A", "argan", HERE)),
        Draft::create(cooperative(), body("C", "nonsense", HERE)),
        patch(id, json!({"members": 6}), Some(7)),
        Draft::delete(cooperative(), RecordId(uuid::Uuid::from_u128(5)), None),
    ];
    for draft in bad {
        house.records.submit(&Caller::system(), vec![good(), draft, good()], None).await.unwrap_err();
        assert_eq!(head(&house).await, before);
    }
    let written = house
        .records
        .submit(
            &Caller::system(),
            vec![
                good(),
                patch(id, json!({"members": 6}), Some(1)),
                Draft::create(cooperative(), body("C", "wool", HERE)),
            ],
            None,
        )
        .await
        .unwrap();
    assert_eq!(written.iter().map(|record| record.version.0).collect::<Vec<_>>(), [1, 2, 1]);
    assert_eq!(head(&house).await.0, before.0 + 3);
    let many = vec![good(); BATCH_WRITES_MAX + 1];
    assert!(matches!(house.records.submit(&Caller::system(), many, None).await, Err(WriteError::TooMany { .. })));
    let twice = vec![patch(id, json!({"members": 6}), None), Draft::delete(cooperative(), id, None)];
    assert!(matches!(house.records.submit(&Caller::system(), twice, None).await, Err(WriteError::Invalid { .. })));
}

#[tokio::test]
async fn a_value_that_must_be_unique_is_refused_by_its_field() {
    let house = House::open().await;
    house.cooperative("A", "argan", HERE).await;
    let refused = one(&house, &Caller::system(), Draft::create(cooperative(), body("A", "wool", ELSEWHERE))).await;
    let Err(WriteError::Duplicate { fields, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(fields, ["code"]);
}

#[tokio::test]
async fn whoever_is_refused_because_of_another_writer_can_read_what_that_one_wrote() {
    let house = House::open().await;
    for code in ["A", "B", "C", "D"] {
        let create = async || {
            let written = one(&house, &Caller::system(), Draft::create(cooperative(), body(code, "argan", HERE))).await;
            let permit = house.records.may_read(&Caller::system(), &cooperative()).unwrap();
            let same = crate::Query { filters: vec![crate::Filter::equals("code", code)], ..crate::Query::default() };
            (written.is_ok(), house.records.list(&permit, &same).await.unwrap().items.len())
        };
        let ((this_wrote, this_saw), (that_wrote, that_saw)) = tokio::join!(create(), create());
        assert_ne!(this_wrote, that_wrote, "one of them was first with {code}");
        assert_eq!((this_saw, that_saw), (1, 1), "{code}");
    }
}

#[tokio::test]
async fn fields_that_the_kernel_keeps_cannot_be_set_by_a_body() {
    let house = House::open().await;
    let before = head(&house).await;
    for field in ["id", "version", "home", "owner", "role", "verified", "created_by", "subject", "deleted"] {
        let mut body = body("A", "argan", HERE);
        body[field] = json!("x");
        let refused = one(&house, &registrar(HERE), Draft::create(cooperative(), body)).await;
        let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{field}: {refused:?}") };
        assert_eq!((fields[0].pointer.clone(), fields[0].code.as_ref()), (format!("/{field}"), "unknown-field"));
    }
    assert_eq!(head(&house).await, before);
}

#[tokio::test]
async fn bad_bodies_are_refused_with_the_field_and_leave_nothing() {
    let house = House::open().await;
    let before = head(&house).await;
    let with = |field: &str, value: Value| {
        let mut body = body("A", "argan", HERE);
        body[field] = value;
        body
    };
    let table = [
        (with("name", json!(7)), "/name", "type"),
        (with("name", json!("x".repeat(201))), "/name", "too-long"),
        (with("members", json!(0)), "/members", "too-small"),
        (with("members", json!(u64::MAX)), "", "json-number"),
        (with("province", json!("9.541")), "/province", "format"),
        (json!({"code": "A"}), "/name", "required"),
        (json!([]), "", "type"),
    ];
    for (body, pointer, code) in table {
        let refused = one(&house, &Caller::system(), Draft::create(cooperative(), body.clone())).await;
        let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{body}: {refused:?}") };
        assert!(fields.iter().any(|fault| fault.pointer == pointer && fault.code == code), "{fields:?}");
    }
    let id = house.cooperative("A", "argan", HERE).await;
    for (patch, code) in [(json!([]), "type"), (json!({"name": null}), "required"), (json!({"x": 1}), "unknown-field")]
    {
        let refused = one(&house, &Caller::system(), self::patch(id, patch, None)).await;
        let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(fields[0].code, code);
    }
    assert_eq!(head(&house).await.0, before.0 + 1);
}

#[tokio::test]
async fn an_unknown_kind_and_a_giant_body_are_refused() {
    let house = House::open().await;
    let unknown = Draft::create("register/nothing".parse().unwrap(), json!({}));
    assert!(matches!(one(&house, &Caller::system(), unknown).await, Err(WriteError::UnknownKind { .. })));
    let mut giant = body("A", "argan", HERE);
    giant["name"] = json!("x".repeat(RECORD_BYTES_MAX));
    assert!(matches!(
        one(&house, &Caller::system(), Draft::create(cooperative(), giant)).await,
        Err(WriteError::Invalid { .. })
    ));
}

#[tokio::test]
async fn a_deleted_record_is_a_tombstone_with_a_history() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    one(&house, &Caller::system(), patch(id, json!({"members": 6}), None)).await.unwrap();
    let deleted = one(&house, &registrar(HERE), Draft::delete(cooperative(), id, Some(Version(2)))).await.unwrap();
    assert!(deleted.deleted);
    assert_eq!(house.whole(&cooperative(), id).await, None);
    let permit = house.records.may_read(&registrar(HERE), &cooperative()).unwrap();
    let history = house.records.history(&permit, id, None, 10).await.unwrap();
    let operations: Vec<_> = history.iter().map(|entry| (entry.operation, entry.record.version.0)).collect();
    assert_eq!(operations, [(Operation::Delete, 3), (Operation::Replace, 2), (Operation::Create, 1)]);
    assert_eq!(history[1].record.body["members"], json!(6));
    let page = house.records.history(&permit, id, Some(Version(3)), 1).await.unwrap();
    assert_eq!(page[0].record.version, Version(2));
    assert!(matches!(
        one(&house, &Caller::system(), patch(id, json!({}), None)).await,
        Err(WriteError::Missing { .. })
    ));
    house.cooperative("A", "wool", HERE).await;
}

#[tokio::test]
async fn the_same_receipt_has_its_effect_once() {
    let house = House::open().await;
    let caller = registrar(HERE);
    let receipt = |key: &str, request: &str| Some(Receipt::new(key, &[request.as_bytes()]));
    let draft = |code: &str| vec![Draft::create(cooperative(), body(code, "argan", HERE))];
    let first = house.records.submit(&caller, draft("A"), receipt("k", "A")).await.unwrap();
    let again = house.records.submit(&caller, draft("A"), receipt("k", "A")).await.unwrap();
    assert_eq!(first, again);
    let other = house.records.submit(&caller, draft("B"), receipt("k", "B")).await;
    assert!(matches!(other, Err(WriteError::ReceiptReused)));
    house.records.submit(&holder(8, &[("registrar", "nation")]), draft("C"), receipt("k", "C")).await.unwrap();
    one(&house, &caller, patch(first[0].id, json!({"members": 9}), None)).await.unwrap();
    let later = house.records.submit(&caller, draft("A"), receipt("k", "A")).await.unwrap();
    assert_eq!(first, later);
    for key in [String::new(), "x".repeat(500)] {
        assert!(matches!(
            house.records.submit(&caller, draft("D"), receipt(&key, "D")).await,
            Err(WriteError::ReceiptKey)
        ));
    }
    house.clock.advance_ms(u64::try_from(IDEMPOTENCY_MS).unwrap());
    house.records.submit(&caller, draft("E"), receipt("k", "E")).await.unwrap();
    assert_eq!(house.records.forget_old_receipts().await.unwrap(), 0);
}

#[tokio::test]
async fn fifty_requests_with_one_receipt_at_once_have_one_effect() {
    let house = House::open().await;
    let caller = registrar(HERE);
    let before = head(&house).await;
    let requests = (0..50).map(|_| {
        let draft = vec![Draft::create(cooperative(), body("A", "argan", HERE))];
        house.records.submit(&caller, draft, Some(Receipt::new("k", &[b"A"])))
    });
    let answers: Vec<_> = futures::future::join_all(requests).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(head(&house).await.0, before.0 + 1);
}

#[tokio::test]
async fn every_write_has_its_change_with_its_author() {
    let house = House::open().await;
    let caller = registrar(HERE).through("market".parse().unwrap());
    let id = one(&house, &caller, Draft::create(cooperative(), body("A", "argan", HERE))).await.unwrap().id;
    one(&house, &caller, patch(id, json!({"members": 6}), None)).await.unwrap();
    one(&house, &caller, Draft::delete(cooperative(), id, None)).await.unwrap();
    let page = house.records.changes(&registrar(HERE), Seq::START, 100).await.unwrap();
    let found: Vec<_> =
        page.items.iter().map(|change| (change.seq.0, change.record, change.version.0, change.operation)).collect();
    assert_eq!(found, [(1, id, 1, Operation::Create), (2, id, 2, Operation::Replace), (3, id, 3, Operation::Delete)]);
    assert!(page.items.iter().all(|change| change.author == caller.author()));
    let stranger = house.records.changes(&Caller::public(), Seq::START, 100).await.unwrap();
    assert!(stranger.items.iter().all(|change| change.author.account.is_none()));
    let mut tx = house.records.db.read().await.unwrap();
    assert_eq!(change::verify(&mut tx).await.unwrap(), Seq(3));
}

#[tokio::test]
async fn the_log_tells_nothing_of_records_out_of_reach() {
    let house = House::open().await;
    let person = RecordId(uuid::Uuid::from_u128(1)).to_string();
    house.create(&holder(1, &[]), &note(), json!({"person": person, "text": "a"})).await;
    for (caller, count) in [(holder(1, &[]), 1), (holder(2, &[]), 0), (Caller::public(), 0)] {
        let page = house.records.changes(&caller, Seq::START, 100).await.unwrap();
        assert_eq!((page.items.len(), page.next, page.at_end), (count, Seq(1), true));
    }
}

/// Refuses cooperatives called `no` by a fixed rule, and those called `late` when it looks. Gives all others five members, and tries
/// to change what is not its to change.
struct Meddler;

impl Review for Meddler {
    fn check(&self, proposal: &Proposal<'_>) -> Result<(), Rejection> {
        let named = |name: &str| proposal.body().is_some_and(|body| body["name"] == name);
        if named("no") { Err(Rejection::one(FieldError::of_field("name", "name", "not this name"))) } else { Ok(()) }
    }

    fn review<'a>(&'a self, proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
        Box::pin(async move {
            let Some(mut body) = proposal.after() else { return Ok(()) };
            match body["name"].as_str() {
                Some("late") => {
                    let fault = FieldError::of_field("name", "late", "not this name");
                    return Err(ReviewError::Rejected(Rejection::one(fault)));
                }
                Some("break") => body["members"] = json!("many"),
                Some("move") => body["province"] = json!(ELSEWHERE),
                Some("rename") => body["name"] = json!("no"),
                Some("pry") => body["bank"] = json!("RIB 2"),
                _ => body["members"] = json!(5),
            }
            proposal.amend(body).map_err(|error| {
                let plugin = "meddler".parse().unwrap();
                let (hook, reason) = ("look".to_owned(), format!("{error:?}"));
                ReviewError::Hook(HookFailure { plugin, hook, reason, retry_after_s: 1 })
            })
        })
    }
}

fn named(name: &str) -> Draft {
    let mut body = body("A", "argan", HERE);
    body["name"] = json!(name);
    body["members"] = json!(9);
    Draft::create(cooperative(), body)
}

#[tokio::test]
async fn a_reviewer_amends_or_refuses_and_its_work_is_checked_too() {
    let house = House::with(vec![Arc::new(Plain), Arc::new(Meddler)]).await;
    for (name, code) in [("no", "name"), ("late", "late")] {
        let refused = one(&house, &registrar(HERE), named(name)).await;
        let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!((fields[0].pointer.as_str(), &*fields[0].code), ("/name", code));
    }
    for (name, reason) in [("break", "/members"), ("move", "Refused"), ("rename", "not this name")] {
        let refused = one(&house, &registrar(HERE), named(name)).await;
        let Err(WriteError::Hook(failure)) = refused else { panic!("{refused:?}") };
        assert!(failure.reason.contains(reason), "{failure}");
    }
    let record = one(&house, &registrar(HERE), named("yes")).await.unwrap();
    assert_eq!((record.kind, &record.body["members"]), (cooperative(), &json!(5)));
    let patched = one(&house, &registrar(HERE), patch(record.id, json!({"members": 8}), None)).await.unwrap();
    assert_eq!(patched.body["members"], json!(5));
}

#[tokio::test]
async fn a_reviewer_neither_sees_nor_touches_what_the_caller_may_not_see() {
    let house = House::with(vec![Arc::new(Meddler)]).await;
    let id = one(&house, &registrar(HERE), named("yes")).await.unwrap().id;
    let trainer = holder(7, &[("trainer", &format!("province:{HERE}"))]);
    let patched = one(&house, &trainer, patch(id, json!({"members": 8}), None)).await.unwrap();
    assert_eq!((&patched.body["members"], patched.body.get("bank")), (&json!(5), None));
    assert_eq!(house.whole(&cooperative(), id).await.unwrap().body["bank"], json!("RIB 1"));

    let refused = one(&house, &trainer, patch(id, json!({"name": "pry"}), None)).await;
    let Err(WriteError::Hook(failure)) = refused else { panic!("{refused:?}") };
    assert!(failure.reason.contains("hidden-field"), "{failure}");
    assert_eq!(house.whole(&cooperative(), id).await.unwrap().body["bank"], json!("RIB 1"));
}

#[tokio::test]
async fn a_unique_value_finds_its_record_for_those_who_may_see_it() {
    let house = House::open().await;
    let id = house.cooperative("A", "argan", HERE).await;
    let permit = house.records.may_read(&Caller::public(), &cooperative()).unwrap();
    assert_eq!(house.records.find_unique(&permit, 0, &[json!("A")]).await.unwrap().unwrap().id, id);
    assert_eq!(house.records.find_unique(&permit, 0, &[json!("B")]).await.unwrap(), None);
    let found = house.records.read_many(&permit, &[RecordId(uuid::Uuid::from_u128(3)), id]).await.unwrap();
    assert_eq!(found.len(), 1);
}
