//! The door for other homes' records, over a real SQLite database.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{InstanceId, Instant, KindName, Operation, RecordId, Version};
use tiwizi_storage::federation::fence;
use tiwizi_storage::federation::transfer::{self, TransferRow};
use uuid::Uuid;

use super::*;
use crate::bulk::NewRecord;
use crate::draft::Draft;
use crate::error::WriteError;
use crate::query::{Filter, Query};
use crate::reader::catch_up;
use crate::search::SearchReader;
use crate::testing::{House, body, cooperative, note};
use crate::unit::{Unit, UnitError};

const THERE: InstanceId = InstanceId(Uuid::from_u128(2));
const ELSEWHERE: InstanceId = InstanceId(Uuid::from_u128(3));
const PROVINCE: &str = "09.541";

fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

fn put(number: u128, version: i64, body: Value) -> Said {
    let saying = Saying::Put { body, withheld: BTreeSet::new() };
    said(cooperative(), number, version, saying)
}

fn said(kind: KindName, number: u128, version: i64, saying: Saying) -> Said {
    Said {
        kind,
        id: id(number),
        version: Version(version),
        tenure: 1,
        home: THERE,
        at: Instant(1_700_000_000_000),
        saying,
    }
}

fn names(fields: &[&str]) -> BTreeSet<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

async fn receive(house: &House, said: Vec<Said>) -> Vec<Verdict> {
    let mut tx = house.records.db().begin_write().await.unwrap();
    let verdicts = house.records.receive(&mut tx, said).await.unwrap();
    tx.commit().await.unwrap();
    verdicts
}

async fn listed(house: &House, query: &Query) -> Vec<RecordId> {
    let permit = house.records.may_read(&Caller::system(), &cooperative()).unwrap();
    house.records.list(&permit, query).await.unwrap().items.into_iter().map(|record| record.id).collect()
}

fn moving<'a>(subjects: &'a [RecordId], from: InstanceId, to: InstanceId, tenure: i64) -> Moving<'a> {
    Moving { subjects, from, to, tenure }
}

#[tokio::test]
async fn what_a_home_says_is_there_as_it_says_it_and_in_every_list() {
    let house = House::open().await;
    let own = house.cooperative("A", "argan", PROVINCE).await;
    let verdicts =
        receive(&house, vec![put(1, 7, body("A", "argan", PROVINCE)), put(2, 1, body("A", "wool", PROVINCE))]).await;
    assert_eq!(verdicts, vec![Verdict::Stored(Operation::Create); 2], "two homes, and one home twice, have the code A");
    let record = house.whole(&cooperative(), id(1)).await.unwrap();
    assert_eq!((record.version, record.home, record.tenure), (Version(7), THERE, 1));
    assert_eq!(record.author.account.map(|account| account.0), Some(THERE.0));
    let by_code = Query { filters: vec![Filter::equals("code", "A")], ..Query::default() };
    assert_eq!(
        listed(&house, &by_code).await.iter().copied().collect::<BTreeSet<_>>(),
        BTreeSet::from([own, id(1), id(2)])
    );
    catch_up(&house.records, &SearchReader::new(house.records.catalogue().clone())).await.unwrap();
    let words = Query { text: Some("coop".into()), ..Query::default() };
    assert_eq!(listed(&house, &words).await.len(), 3);
    let permit = house.records.may_read(&Caller::system(), &cooperative()).unwrap();
    let found = house.records.find_unique(&permit, 0, &[json!("A")]).await.unwrap().unwrap();
    assert_eq!(found.id, own, "a look-up of one value finds the own record");
}

#[tokio::test]
async fn versions_go_up_and_what_comes_again_changes_nothing() {
    let house = House::open().await;
    let first = put(1, 1, body("A", "argan", PROVINCE));
    let page = vec![first.clone(), put(1, 2, body("B", "argan", PROVINCE)), first.clone()];
    let stored = Verdict::Stored;
    assert_eq!(receive(&house, page).await, [stored(Operation::Create), stored(Operation::Replace), Verdict::Known]);
    let changes = house.records.db().sequence().await.unwrap();
    assert_eq!(
        receive(&house, vec![put(1, 2, body("B", "argan", PROVINCE)), first]).await,
        [Verdict::Known, Verdict::Known]
    );
    assert_eq!(house.records.db().sequence().await.unwrap(), changes);
    let delete = said(cooperative(), 1, 3, Saying::Delete);
    assert_eq!(receive(&house, vec![delete.clone(), delete]).await, [stored(Operation::Delete), Verdict::Known]);
    assert_eq!(house.whole(&cooperative(), id(1)).await, None);
    let permit = house.records.may_read(&Caller::system(), &cooperative()).unwrap();
    assert_eq!(house.records.read_version(&permit, id(1), Version(2)).await.unwrap(), None, "nothing of it is kept");
    assert_eq!(receive(&house, vec![put(1, 5, body("C", "argan", PROVINCE))]).await, [stored(Operation::Create)]);
}

#[tokio::test]
async fn what_was_deleted_before_it_came_is_not_brought_back_by_an_earlier_version() {
    let house = House::open().await;
    for (number, saying) in [(1, Saying::Delete), (2, Saying::Withdrawn)] {
        let gone = said(cooperative(), number, 2, saying);
        let late = put(number, 1, body("A", "argan", PROVINCE));
        let verdicts = receive(&house, vec![gone.clone(), late.clone()]).await;
        assert_eq!(verdicts, [Verdict::Stored(Operation::Delete), Verdict::Known]);
        assert_eq!(receive(&house, vec![late, gone]).await, [Verdict::Known, Verdict::Known]);
        assert_eq!(house.whole(&cooperative(), id(number)).await, None);
    }
}

#[tokio::test]
async fn a_content_is_held_to_the_kind_as_far_as_it_is_disclosed() {
    let house = House::open().await;
    let part =
        |body: Value, withheld: &[&str]| said(cooperative(), 1, 1, Saying::Put { body, withheld: names(withheld) });
    let shown = json!({"sector": "argan", "province": PROVINCE, "new_field": [1], "phone.prefix": "+212"});
    let kept = part(shown.clone(), &["code", "name", "phone"]);
    assert_eq!(receive(&house, vec![kept]).await, [Verdict::Stored(Operation::Create)]);
    assert_eq!(house.whole(&cooperative(), id(1)).await.unwrap().body, shown, "what is not known is passed on");
    let visitor = house.records.may_read(&Caller::public(), &cooperative()).unwrap();
    let seen = house.records.read(&visitor, id(1)).await.unwrap().unwrap().body;
    assert_eq!(seen, json!({"sector": "argan", "province": PROVINCE}), "and shown to nobody");
    let whole = body("X", "wool", PROVINCE);
    for (body, withheld, code) in [
        (json!({"sector": "argan", "province": PROVINCE, "code": "A"}), &["phone"][..], "required"),
        (json!({"sector": "gold", "province": PROVINCE, "code": "A"}), &["name"][..], "enum"),
        (json!({"sector": "argan", "province": "here", "code": "A"}), &["name"][..], "format"),
        (json!({"sector": "argan", "province": PROVINCE, "code": "A"}), &[][..], "required"),
        (json!([]), &[][..], "type"),
    ] {
        let other = Said { id: id(2), ..part(body.clone(), withheld) };
        let good = put(3, 1, whole.clone());
        let verdicts = receive(&house, vec![other, good]).await;
        let Verdict::Parked(Park::Invalid { fields }) = &verdicts[0] else { panic!("{body}: {verdicts:?}") };
        assert_eq!(fields[0].code, code, "{body}");
        assert!(!matches!(verdicts[1], Verdict::Parked(_)), "the others go on");
    }
    let strange = said("nowhere/thing".parse().unwrap(), 9, 1, Saying::Delete);
    assert_eq!(receive(&house, vec![strange]).await, [Verdict::Parked(Park::UnknownKind)]);
}

#[tokio::test]
async fn more_or_less_of_the_same_version_is_the_same_version() {
    let house = House::open().await;
    receive(&house, vec![put(1, 4, body("A", "argan", PROVINCE)), put(1, 5, body("B", "argan", PROVINCE))]).await;
    let withheld = names(&["phone", "bank"]);
    let mut tx = house.records.db().begin_write().await.unwrap();
    let question = Withheld { kind: &cooperative(), home: THERE, fields: &withheld };
    let next = house.records.withhold(&mut tx, question, None).await.unwrap();
    assert_eq!(house.records.withhold(&mut tx, question, next).await.unwrap(), None);
    tx.commit().await.unwrap();
    let record = house.whole(&cooperative(), id(1)).await.unwrap();
    assert_eq!((record.version, record.body.get("phone"), record.body.get("bank")), (Version(5), None, None));
    let permit = house.records.may_read(&Caller::system(), &cooperative()).unwrap();
    assert_eq!(house.records.read_version(&permit, id(1), Version(4)).await.unwrap(), None);
    let again = receive(&house, vec![put(1, 5, body("B", "argan", PROVINCE))]).await;
    assert_eq!(again, [Verdict::Stored(Operation::Replace)]);
    assert!(house.whole(&cooperative(), id(1)).await.unwrap().body.get("phone").is_some());
}

#[tokio::test]
async fn nobody_says_anything_of_a_record_that_is_not_theirs() {
    let house = House::open().await;
    let own = house.cooperative("A", "argan", PROVINCE).await;
    receive(&house, vec![put(1, 2, body("B", "argan", PROVINCE))]).await;
    let here = house.records.instance();
    let content = || body("C", "argan", PROVINCE);
    for (said, expected) in [
        (Said { id: own, ..put(1, 9, content()) }, Verdict::Breach(Breach::Own)),
        (Said { id: own, tenure: 2, ..put(1, 9, content()) }, Verdict::Parked(Park::StillOwn)),
        (Said { home: here, ..put(5, 1, content()) }, Verdict::Breach(Breach::Own)),
        (
            Said { home: ELSEWHERE, ..put(1, 3, content()) },
            Verdict::Breach(Breach::Elsewhere { home: THERE, tenure: 1 }),
        ),
        (Said { kind: note(), ..put(1, 3, content()) }, Verdict::Breach(Breach::Kind)),
        (put(6, 0, content()), Verdict::Breach(Breach::Number)),
    ] {
        assert_eq!(receive(&house, vec![said.clone()]).await, [expected], "{said:?}");
    }
    let later = Said { home: ELSEWHERE, tenure: 2, ..put(1, 3, content()) };
    assert_eq!(receive(&house, vec![later]).await, [Verdict::Stored(Operation::Replace)]);
    assert_eq!(receive(&house, vec![put(1, 4, content())]).await, [Verdict::Known], "its term is over");
    assert_eq!(house.whole(&cooperative(), id(1)).await.unwrap().home, ELSEWHERE);
    assert_eq!(house.whole(&cooperative(), own).await.unwrap().version, Version::FIRST);
}

#[tokio::test]
async fn too_much_at_once_is_refused() {
    let house = House::open().await;
    let page = vec![put(1, 1, json!({})); tiwizi_model::limits::FOREIGN_RECORDS_MAX + 1];
    let mut tx = house.records.db().begin_write().await.unwrap();
    let refused = house.records.receive(&mut tx, page).await;
    assert!(matches!(refused, Err(ForeignError::TooMany { .. })), "{refused:?}");
}

#[tokio::test]
async fn no_local_door_writes_what_another_home_writes_or_adds_to_it() {
    let house = House::open().await;
    receive(&house, vec![put(1, 1, body("A", "argan", PROVINCE))]).await;
    let (kind, caller) = (cooperative(), Caller::system());
    let drafts = [
        Draft::patch(kind.clone(), id(1), json!({"sector": "wool"}), None),
        Draft::replace(kind.clone(), id(1), body("A", "wool", PROVINCE), Version::FIRST),
        Draft::delete(kind.clone(), id(1), None),
        Draft::create(note(), json!({"person": id(1).to_string(), "text": "t"})),
    ];
    for draft in drafts {
        let refused = house.records.submit(&caller, vec![draft.clone()], None).await;
        assert!(matches!(refused, Err(WriteError::Elsewhere { home: THERE, .. })), "{draft:?}: {refused:?}");
    }
    let mut unit = Unit::new(house.records.clone(), caller.clone());
    let refused = unit.delete_by_kernel(&kind, id(1), Version::FIRST).await;
    assert!(matches!(refused, Err(UnitError::Write(WriteError::Elsewhere { .. }))), "{refused:?}");
    let new = NewRecord { id: id(7), body: json!({"person": id(1).to_string(), "text": "t"}) };
    let prepared = house.records.prepare_bulk(&caller, &note(), vec![new]).unwrap();
    let mut tx = house.records.db().begin_write().await.unwrap();
    let refused = house.records.write_bulk(&mut tx, prepared).await;
    assert!(matches!(refused, Err(WriteError::Elsewhere { id: of, home: THERE }) if of == id(1)), "{refused:?}");
}

/// Raises the fence around a subject.
async fn raise(house: &House, entity: RecordId) {
    let at = house.records.ambient().now();
    let transfer = TransferRow {
        id: Uuid::from_u128(90),
        entity,
        lead: Uuid::from_u128(90),
        from: [1; 32],
        to: [2; 32],
        tenure: 1,
        ver: 1,
        state_root: [3; 32],
        state: "offered".to_owned(),
        under_way: true,
        note: "{}".to_owned(),
        made_at: at,
        changed_at: at,
    };
    let mut tx = house.records.db().begin_write().await.unwrap();
    transfer::add(&mut tx, &transfer).await.unwrap();
    fence::raise(&mut tx, entity, transfer.id, at).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_in_transfer_is_written_by_nobody_and_the_rest_goes_on() {
    let house = House::open().await;
    let (here, other) =
        (house.cooperative("A", "argan", PROVINCE).await, house.cooperative("B", "wool", PROVINCE).await);
    raise(&house, here).await;
    let records = &house.records;
    let patch = |of: RecordId| Draft::patch(cooperative(), of, json!({"name": "N"}), None);
    let add = |of: RecordId| Draft::create(note(), json!({"person": of.to_string(), "text": "t"}));
    for draft in [patch(here), add(here), Draft::delete(cooperative(), here, None)] {
        let refused = records.submit(&Caller::system(), vec![draft], None).await;
        assert!(matches!(refused, Err(WriteError::InTransfer { subject, .. }) if subject == here), "{refused:?}");
    }
    records.submit(&Caller::system(), vec![patch(other), add(other)], None).await.unwrap();
    let new = NewRecord { id: id(7), body: json!({"person": here.to_string(), "text": "t"}) };
    let prepared = records.prepare_bulk(&Caller::system(), &note(), vec![new]).unwrap();
    let mut tx = records.db().begin_write().await.unwrap();
    let refused = records.write_bulk(&mut tx, prepared).await;
    assert!(matches!(refused, Err(WriteError::InTransfer { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_subject_moves_with_all_that_belongs_to_it_and_versions_count_on() {
    let house = House::open().await;
    let here = house.records.instance();
    let of_note = json!({"person": id(1).to_string(), "text": "t"});
    let saying = Saying::Put { body: of_note, withheld: BTreeSet::new() };
    receive(&house, vec![put(1, 3, body("A", "argan", PROVINCE)), said(note(), 2, 1, saying)]).await;
    let subjects = [id(1)];
    let mut tx = house.records.db().begin_write().await.unwrap();
    let moved = house.records.adopt(&mut tx, moving(&subjects, THERE, here, 2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(moved, Moved { records: 2 });
    let record = house.whole(&cooperative(), id(1)).await.unwrap();
    assert_eq!((record.version, record.home, record.tenure), (Version(4), here, 2));
    let add = Draft::create(note(), json!({"person": id(1).to_string(), "text": "u", "lesson": "l"}));
    let patch = Draft::patch(cooperative(), id(1), json!({"sector": "wool"}), None);
    let written = house.records.submit(&Caller::system(), vec![patch, add], None).await.unwrap();
    assert_eq!(written.iter().map(|record| record.tenure).collect::<Vec<_>>(), [2, 2], "of the term of its subject");
    let new = NewRecord { id: id(7), body: json!({"person": id(1).to_string(), "text": "v", "lesson": "m"}) };
    let prepared = house.records.prepare_bulk(&Caller::system(), &note(), vec![new]).unwrap();
    let mut tx = house.records.db().begin_write().await.unwrap();
    house.records.write_bulk(&mut tx, prepared).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(house.whole(&note(), id(7)).await.unwrap().tenure, 2);
    let mut tx = house.records.db().begin_write().await.unwrap();
    let moved = house.records.release(&mut tx, moving(&subjects, here, ELSEWHERE, 3)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(moved, Moved { records: 4 });
    let record = house.whole(&cooperative(), id(1)).await.unwrap();
    assert_eq!((record.version, record.home, record.tenure), (Version(6), ELSEWHERE, 3));
    let refused = house.records.submit(&Caller::system(), vec![Draft::delete(cooperative(), id(1), None)], None).await;
    assert!(matches!(refused, Err(WriteError::Elsewhere { home: ELSEWHERE, .. })), "{refused:?}");
    let same = Said { home: ELSEWHERE, tenure: 3, ..put(1, 6, record.body) };
    assert_eq!(receive(&house, vec![same]).await, [Verdict::Known], "the new home says the same of its first version");
}

#[tokio::test]
async fn nothing_moves_that_is_not_whole_or_whose_number_is_taken_or_that_is_none_of_ours() {
    let house = House::open().await;
    let here = house.records.instance();
    house.cooperative("A", "argan", PROVINCE).await;
    let part = json!({"sector": "argan", "province": PROVINCE});
    let saying = Saying::Put { body: part, withheld: names(&["code", "name"]) };
    receive(&house, vec![put(1, 1, body("A", "argan", PROVINCE)), said(cooperative(), 2, 1, saying)]).await;
    let adopt = async |number: u128, to: InstanceId, tenure: i64| {
        let subjects = [id(number)];
        let mut tx = house.records.db().begin_write().await.unwrap();
        house.records.adopt(&mut tx, moving(&subjects, THERE, to, tenure)).await.unwrap_err()
    };
    assert!(matches!(adopt(1, here, 2).await, MoveError::Duplicate { .. }));
    assert!(matches!(adopt(2, here, 2).await, MoveError::Incomplete { .. }));
    assert!(matches!(adopt(1, ELSEWHERE, 2).await, MoveError::Stranger));
    assert!(matches!(adopt(1, here, 1).await, MoveError::Term { tenure: 1, .. }));
    assert_eq!(house.whole(&cooperative(), id(1)).await.unwrap().home, THERE);
}
