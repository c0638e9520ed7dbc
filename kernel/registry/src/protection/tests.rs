//! The gate, what people ask, and what goes when its time is over, on one register.

use serde_json::{Map, Value, json};
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::limits::PAGE_ROWS_MAX;
use tiwizi_model::{AccountId, KindName, Language, Record, RecordId, Version};
use tiwizi_records::{Draft, WriteError};
use uuid::Uuid;

use super::*;
use crate::people::People;
use crate::testing::Register;

mod erasing;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn holder(person: Option<RecordId>, roles: &[(&str, &str)]) -> Caller {
    let grant = |(role, scope): &(&str, &str)| RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap();
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(7)),
        name: "Fadma".into(),
        person,
        language: Language::French,
        roles: roles.iter().map(grant).collect(),
    })
}

fn administrator() -> Caller {
    holder(None, &[("administrator", "nation")])
}

fn registrar() -> Caller {
    holder(None, &[("registrar", "province:09.541")])
}

fn door(register: &Register) -> People {
    People::new(register.records.clone(), Register::key())
}

async fn create(register: &Register, kind: &KindName, body: Value) -> Result<Record, WriteError> {
    create_by(register, &Caller::system(), kind, body).await
}

async fn create_by(register: &Register, by: &Caller, kind: &KindName, body: Value) -> Result<Record, WriteError> {
    let made = register.records.submit(by, vec![Draft::create(kind.clone(), body)], None).await?;
    Ok(made.into_iter().next().unwrap())
}

async fn change(register: &Register, record: &Record, patch: Value) -> Result<Record, WriteError> {
    let draft = Draft::patch(record.kind.clone(), record.id, patch, None);
    let made = register.records.submit(&Caller::system(), vec![draft], None).await?;
    Ok(made.into_iter().next().unwrap())
}

async fn found(register: &Register, kind: &KindName, id: RecordId) -> Option<Record> {
    let permit = register.records.may_read(&Caller::system(), kind).unwrap();
    register.records.read(&permit, id).await.unwrap()
}

/// The code of the first fault.
fn code(outcome: Result<Record, WriteError>) -> String {
    match outcome {
        Err(WriteError::Invalid { fields, .. }) => fields[0].code.to_string(),
        other => panic!("{other:?}"),
    }
}

fn person_body(name: &str) -> Value {
    json!({ "name_fr": name, "province": "09.541" })
}

fn processing_body(code: &str, basis: &str, kinds: &[&str]) -> Value {
    json!({
        "code": code, "purpose_fr": "Tenir le registre", "basis": basis, "kinds": kinds, "people": ["Membres"],
        "retention": "Dix ans", "formality": "authorisation", "receipt": "A-12/2026", "receipt_on": "2025-01-02",
        "status": "in_force",
    })
}

const ALL: [&str; 10] = [
    "registry/person",
    "registry/membership",
    "registry/mandate",
    "registry/extract",
    "registry/act",
    "registry/founding",
    "registry/founder",
    "registry/subject-request",
    "registry/proposal",
    "registry/credential",
];

/// Covers every kind with personal data and goes into service.
async fn in_service(register: &Register) -> Record {
    let kinds = &register.names;
    create(register, &kinds.processing, processing_body("register", "legal-obligation", &ALL)).await.unwrap();
    let body = json!({ "instance": "this", "name_fr": "Direction régionale", "in_service_on": "2025-11-30" });
    let controller = create(register, &kinds.controller, body).await.unwrap();
    register.protection.refresh().await.unwrap();
    controller
}

#[tokio::test]
async fn a_demonstration_keeps_people_without_a_processing_and_says_that_it_is_one() {
    let register = Register::new().await;
    create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    assert!(register.protection.is_demonstration());
}

#[tokio::test]
async fn an_instance_goes_into_service_when_everything_is_covered_and_stays_in_it() {
    let register = Register::new().await;
    let body = json!({ "instance": "this", "name_fr": "Direction régionale", "in_service_on": "2025-11-30" });
    let early = create(&register, &register.names.controller, body).await;
    assert_eq!(code(early), "no-processing");
    let controller = in_service(&register).await;
    assert!(!register.protection.is_demonstration());
    for patch in [json!({ "in_service_on": null }), json!({ "in_service_on": "2025-11-29" })] {
        assert_eq!(code(change(&register, &controller, patch).await), "in-service");
    }
    change(&register, &controller, json!({ "phone": "0522" })).await.unwrap();
}

#[tokio::test]
async fn in_service_a_kind_is_closed_from_the_end_of_its_processing_until_the_next_one() {
    let register = Register::new().await;
    in_service(&register).await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let coverage = register.protection.coverage().await.unwrap();
    let ended = found(&register, &register.names.processing, coverage.processings[0].id).await.unwrap();
    change(&register, &ended, json!({ "status": "ended", "ended_on": "2025-11-30" })).await.unwrap();
    register.protection.refresh().await.unwrap();
    assert_eq!(code(create(&register, &register.names.person, person_body("Hassan Ouali")).await), "no-processing");
    // What is there can be put right, and what is public needs no processing.
    change(&register, &person, json!({ "name_fr": "Fadma Ouali" })).await.unwrap();
    let kinds = register.records.kinds();
    let [person_kind, cooperative] =
        [&register.names.person, &register.names.cooperative].map(|kind| &**kinds.find(kind).unwrap());
    let refused = register.protection.demand(&[person_kind, cooperative]).await.unwrap().unwrap_err();
    assert_eq!(refused.kinds, std::slice::from_ref(&register.names.person));
    // A new one opens it at once, though nobody has said that anything changed.
    create(&register, &register.names.processing, processing_body("people", "public-interest", &ALL)).await.unwrap();
    create(&register, &register.names.person, person_body("Hassan Ouali")).await.unwrap();
}

#[tokio::test]
async fn a_processing_in_force_has_its_receipt_and_goes_one_way() {
    let register = Register::new().await;
    let kind = register.names.processing.clone();
    let with = |field: &str, value: Value| {
        let mut body = processing_body("register", "consent", &["registry/person"]);
        body[field] = value;
        body
    };
    let mut without = with("status", json!("in_force"));
    without.as_object_mut().unwrap().remove("receipt");
    for (body, expected) in [
        (without, "required"),
        (with("receipt_on", json!("2030-01-01")), "future"),
        (with("receipt_on", json!("2025-02-30")), "date"),
        (with("formality", json!("declaration")), "authorisation"),
        (with("formality", json!("exempt")), "required"),
    ] {
        assert_eq!(code(create(&register, &kind, body.clone()).await), expected, "{body}");
    }
    let draft = create(&register, &kind, with("status", json!("draft"))).await.unwrap();
    let stands = change(&register, &draft, json!({ "status": "in_force" })).await.unwrap();
    assert_eq!(code(change(&register, &stands, json!({ "status": "draft" })).await), "transition");
    let deleted = register.records.submit(&administrator(), vec![Draft::delete(kind, stands.id, None)], None).await;
    assert_eq!(code(deleted.map(|mut records| records.remove(0))), "in-force");
}

fn access(person: RecordId) -> NewRequest {
    NewRequest { person, right: Right::Access, text: String::new(), changes: Map::new(), processing: None }
}

#[tokio::test]
async fn a_person_asks_and_another_does_not_know_that_there_is_anybody() {
    let register = Register::new().await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let own = holder(Some(person.id), &[]);
    let asked = ask(&register.records, &own, access(person.id)).await.unwrap();
    assert_eq!((asked.body["due_on"].as_str(), asked.body["status"].as_str()), (Some("2025-12-30"), Some("open")));
    assert_eq!(
        (asked.subject, asked.province.map(|place| place.to_string())),
        (Some(person.id), Some("09.541".into()))
    );
    for stranger in [holder(None, &[]), Caller::public(), holder(None, &[("registrar", "province:01.051")])] {
        let refused = ask(&register.records, &stranger, access(person.id)).await;
        assert!(matches!(refused, Err(RequestError::Missing)), "{refused:?}");
    }
    let seen = (asked.id, asked.version);
    let said = Answer { is_granted: true, text: "Voici".into() };
    let refused = answer(&register.records, &own, seen, said.clone()).await;
    assert!(matches!(refused, Err(RequestError::Refused)), "{refused:?}");
    assert!(dossier(&register.records, &door(&register), &own, person.id).await.is_ok());
    assert!(
        dossier(&register.records, &door(&register), &registrar(), person.id).await.is_err(),
        "the office needs a request"
    );
    let given = dossier_of_request(&register.records, &registrar(), asked.id).await.unwrap();
    assert_eq!(given.kinds[0].records[0].0.body["name_fr"], "Fadma");
    let noted = found(&register, &register.names.subject_request, asked.id).await.unwrap();
    assert!(noted.body["given_at"].is_i64());
    answer(&register.records, &registrar(), (asked.id, noted.version), said).await.unwrap();
    let late = dossier_of_request(&register.records, &registrar(), asked.id).await;
    assert!(matches!(late, Err(DossierError::Request(RequestError::Settled { .. }))), "{late:?}");
}

#[tokio::test]
async fn what_is_granted_to_be_put_right_is_written_with_the_answer() {
    let register = Register::new().await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let own = holder(Some(person.id), &[]);
    let mut wanted = NewRequest { right: Right::Rectification, ..access(person.id) };
    let nothing = ask(&register.records, &own, wanted.clone()).await;
    assert!(matches!(nothing, Err(RequestError::Invalid { .. })), "{nothing:?}");
    wanted.changes.insert("name_fr".into(), json!("Fadma Aït Ali"));
    let asked = ask(&register.records, &own, wanted.clone()).await.unwrap();
    let other = ask(&register.records, &own, wanted).await.unwrap();
    let refuse = Answer { is_granted: false, text: "Le nom est celui de la carte.".into() };
    answer(&register.records, &registrar(), (other.id, other.version), refuse).await.unwrap();
    assert_eq!(found(&register, &register.names.person, person.id).await.unwrap().body["name_fr"], "Fadma");
    let grant = Answer { is_granted: true, text: "Corrigé.".into() };
    let stale = answer(&register.records, &registrar(), (asked.id, Version(9)), grant.clone()).await;
    assert!(stale.is_err());
    assert_eq!(found(&register, &register.names.person, person.id).await.unwrap().version, Version(1));
    answer(&register.records, &registrar(), (asked.id, asked.version), grant).await.unwrap();
    let corrected = found(&register, &register.names.person, person.id).await.unwrap();
    assert_eq!(
        (corrected.body["name_fr"].as_str(), corrected.author.account),
        (Some("Fadma Aït Ali"), registrar().account())
    );
}

#[tokio::test]
async fn what_is_opposed_goes_and_does_not_come_back_and_a_law_is_not_opposed() {
    let register = Register::new().await;
    in_service(&register).await;
    let kind = &register.names.processing;
    let letters =
        create(&register, kind, processing_body("letters", "consent", &["registry/milestone"])).await.unwrap();
    register.protection.refresh().await.unwrap();
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let step = json!({
        "subject": person.id.to_string(), "stage": "skills", "plugin": "training", "code": "finished",
        "reached_at": 1_764_000_000_000_i64, "province": "09.541",
    });
    let milestone = create(&register, &register.names.milestone, step.clone()).await.unwrap();
    let own = holder(Some(person.id), &[]);
    let oppose = |processing: RecordId| NewRequest {
        right: Right::Opposition,
        processing: Some(processing),
        ..access(person.id)
    };
    let law = register.protection.coverage().await.unwrap();
    let bound = law.processings.iter().find(|one| one.code == "register").unwrap().id;
    let refused = ask(&register.records, &own, oppose(bound)).await;
    assert!(matches!(refused, Err(RequestError::Invalid { ref fields }) if fields[0].code == "bound"), "{refused:?}");
    let asked = ask(&register.records, &own, oppose(letters.id)).await.unwrap();
    let grant = Answer { is_granted: true, text: "Effacé.".into() };
    answer(&register.records, &registrar(), (asked.id, asked.version), grant).await.unwrap();
    assert_eq!(found(&register, &register.names.milestone, milestone.id).await, None);
    assert_eq!(code(create(&register, &register.names.milestone, step).await), "opposed");
    assert!(found(&register, &register.names.person, person.id).await.is_some());
    let entries = register.all(&register.names.erasure).await;
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0]["reason"], &entries[0]["status"]), (&json!("opposition"), &json!("done")));
    assert_eq!(entries[0]["record"], milestone.id.to_string());
}

#[tokio::test]
async fn what_was_opposed_long_ago_holds_behind_a_hundred_other_requests() {
    let register = Register::new().await;
    in_service(&register).await;
    let letters = processing_body("letters", "consent", &["registry/milestone"]);
    let letters = create(&register, &register.names.processing, letters).await.unwrap();
    register.protection.refresh().await.unwrap();
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let own = holder(Some(person.id), &[]);
    let ask_and_withdraw = async || {
        let asked = ask(&register.records, &own, access(person.id)).await.unwrap();
        withdraw(&register.records, &own, (asked.id, asked.version)).await.unwrap();
    };
    // Before it and behind it are more than a page holds.
    for _ in 0..=PAGE_ROWS_MAX {
        ask_and_withdraw().await;
    }
    let opposed = NewRequest { right: Right::Opposition, processing: Some(letters.id), ..access(person.id) };
    let asked = ask(&register.records, &own, opposed).await.unwrap();
    let grant = Answer { is_granted: true, text: "Effacé.".into() };
    answer(&register.records, &registrar(), (asked.id, asked.version), grant).await.unwrap();
    for _ in 0..=PAGE_ROWS_MAX {
        ask_and_withdraw().await;
    }
    let step = json!({
        "subject": person.id.to_string(), "stage": "skills", "plugin": "training", "code": "finished",
        "reached_at": 1_764_000_000_000_i64, "province": "09.541",
    });
    assert_eq!(code(create(&register, &register.names.milestone, step).await), "opposed");
}

/// A cooperative with a member who left, and one who stays.
async fn left_and_stayed(register: &Register) -> (Record, [Record; 2], [Record; 2]) {
    let body = json!({
        "court": "Taroudannt", "number": "1", "name_fr": "Tifaouine", "sector": "argan", "province": "09.541",
        "status": "registered",
    });
    let cooperative = create(register, &register.names.cooperative, body).await.unwrap();
    let mut people = Vec::new();
    let mut seats = Vec::new();
    for (number, left) in [("1", Some("2015-01-31")), ("2", None)] {
        let person = json!({ "name_fr": format!("Membre {number}"), "province": "09.541" });
        let person = create(register, &register.names.person, person).await.unwrap();
        let mut seat = json!({
            "cooperative": cooperative.id.to_string(), "number": number, "person": person.id.to_string(),
            "joined_on": "2010-01-31", "province": "09.541", "sector": "argan", "gender": "female", "birth_year": 1970,
        });
        if let Some(left) = left {
            seat["left_on"] = json!(left);
        }
        seats.push(create(register, &register.names.membership, seat).await.unwrap());
        people.push(person);
    }
    (cooperative, people.try_into().unwrap(), seats.try_into().unwrap())
}

#[tokio::test]
async fn who_left_ten_years_ago_is_shown_first_and_then_erased_with_all_that_was_kept() {
    let register = Register::new().await;
    let (_, [gone, stays], _) = left_and_stayed(&register).await;
    let gone = change(&register, &gone, json!({ "phone": "0611" })).await.unwrap();
    let kind = register.names.person.clone();
    let step_of = step(&register.records, &kind, None).await.unwrap();
    assert_eq!(step_of.due.iter().map(|due| due.item.id).collect::<Vec<_>>(), [gone.id]);
    assert_eq!(step_of.due[0].item.due_on.unwrap().to_string(), "2025-01-31");
    ask_run(&register.records, &administrator(), &kind, RunMode::Preview).await.unwrap();
    assert_eq!(run_waiting(&register.records).await.unwrap(), 1);
    assert!(found(&register, &kind, gone.id).await.is_some(), "a preview only looks");
    let runs = newest_runs(&register.records, &administrator(), &kind, 1).await.unwrap();
    assert_eq!((&runs[0].body["due"], &runs[0].body["looked_at"]), (&json!(1), &json!(2)));
    assert_eq!(runs[0].body["first"], json!([{ "record": gone.id.to_string(), "due_on": "2025-01-31" }]));

    ask_run(&register.records, &administrator(), &kind, RunMode::Erase).await.unwrap();
    run_waiting(&register.records).await.unwrap();
    assert_eq!(found(&register, &kind, gone.id).await, None);
    assert!(found(&register, &kind, stays.id).await.is_some());
    let mut tx = register.records.db().read().await.unwrap();
    let versions = tiwizi_storage::record::versions(&mut tx, gone.id, None, 10).await.unwrap();
    assert_eq!(versions.iter().map(|(_, row)| row.body.as_str()).collect::<Vec<_>>(), ["{}"], "nothing of it is left");
    let entries = register.all(&register.names.erasure).await;
    assert_eq!((&entries[0]["rule"], &entries[0]["status"]), (&json!("membership_end + 120 months"), &json!("done")));
}

#[tokio::test]
async fn a_request_that_waits_holds_what_it_is_about() {
    let register = Register::new().await;
    let (_, [gone, _], _) = left_and_stayed(&register).await;
    ask(&register.records, &registrar(), access(gone.id)).await.unwrap();
    let kind = register.names.person.clone();
    ask_run(&register.records, &administrator(), &kind, RunMode::Erase).await.unwrap();
    run_waiting(&register.records).await.unwrap();
    assert!(found(&register, &kind, gone.id).await.is_some());
    let runs = newest_runs(&register.records, &administrator(), &kind, 1).await.unwrap();
    assert_eq!((&runs[0].body["held"], &runs[0].body["erased"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn memberships_go_ten_years_after_their_cooperative_and_the_counts_stay_right() {
    let register = Register::new().await;
    let (cooperative, _, _) = left_and_stayed(&register).await;
    assert_eq!(register.totals().await.members, 1);
    change(&register, &cooperative, json!({ "status": "struck_off" })).await.unwrap();
    let kind = register.names.membership.clone();
    ask_run(&register.records, &administrator(), &kind, RunMode::Erase).await.unwrap();
    run_waiting(&register.records).await.unwrap();
    assert_eq!(register.all(&kind).await.len(), 2, "its ten years are not over");
    register.clock.advance_ms(3_654 * DAY_MS);
    ask_run(&register.records, &administrator(), &kind, RunMode::Erase).await.unwrap();
    run_waiting(&register.records).await.unwrap();
    assert_eq!(register.all(&kind).await, Vec::<Value>::new());
    assert_eq!(register.all(&register.names.cooperative).await.len(), 1, "the register keeps the cooperative");
    let recount = crate::readers::recount(&register.records).await.unwrap();
    assert_eq!(recount.mended, 0, "{recount:?}");
}

#[tokio::test]
async fn an_instance_erases_by_itself_only_where_its_controller_said_so() {
    let register = Register::new().await;
    let (_, [gone, _], _) = left_and_stayed(&register).await;
    assert_eq!(run_waiting(&register.records).await.unwrap(), 0);
    let body = json!({ "instance": "this", "name_fr": "Direction régionale", "erases_by_itself": true });
    create(&register, &register.names.controller, body).await.unwrap();
    let runs = run_waiting(&register.records).await.unwrap();
    assert!(runs >= 3, "persons, memberships, requests and runs have rules: {runs}");
    assert_eq!(found(&register, &register.names.person, gone.id).await, None);
    assert_eq!(run_waiting(&register.records).await.unwrap(), 0, "once a day");
}

/// A founding file at a step since now, with one founder, written as the guided path writes them.
async fn founding_at(register: &Register, number: u128, step: &str) -> [RecordId; 2] {
    let now = register.records.ambient().now().0;
    let id = |number: u128| Uuid::from_u128(number).to_string();
    let mut unit = tiwizi_records::Unit::new(register.records.clone(), Caller::system());
    let file = json!({
        "cooperative": id(number), "step": step, "since": now, "opened_at": now, "opened_by": id(7), "province": "09.541",
        "name_fr": "Tifaouine",
    });
    let file = unit.create_by_kernel(&register.names.founding, file).unwrap().id;
    let founder = json!({
        "founding": file.to_string(), "province": "09.541", "account": id(7), "invited_at": now, "joined_at": now,
        "name_fr": "Fadma", "birth_date": "1990-01-02",
    });
    let founder = unit.create_by_kernel(&register.names.founder, founder).unwrap().id;
    unit.commit(None).await.unwrap();
    [file, founder]
}

async fn erase_now(register: &Register, kind: &KindName) {
    ask_run(&register.records, &administrator(), kind, RunMode::Erase).await.unwrap();
    run_waiting(&register.records).await.unwrap();
}

#[tokio::test]
async fn a_founding_file_goes_two_years_after_it_was_given_up_and_its_founders_with_it() {
    let register = Register::new().await;
    let (files, founders) = (register.names.founding.clone(), register.names.founder.clone());
    let given_up = founding_at(&register, 1, "given-up").await;
    let kept = [founding_at(&register, 2, "file").await, founding_at(&register, 3, "registered").await];
    register.clock.advance_ms(729 * DAY_MS);
    for kind in [&files, &founders] {
        assert!(step(&register.records, kind, None).await.unwrap().due.is_empty(), "{kind}: not over yet");
    }
    register.clock.advance_ms(3 * DAY_MS);
    let due = step(&register.records, &founders, None).await.unwrap().due;
    assert_eq!(due.iter().map(|due| due.item.id).collect::<Vec<_>>(), [given_up[1]]);
    assert_eq!(due[0].item.due_on.unwrap().to_string(), "2027-11-30");
    // Whichever goes first, the other one follows.
    erase_now(&register, &files).await;
    assert_eq!(found(&register, &files, given_up[0]).await, None);
    erase_now(&register, &founders).await;
    assert_eq!(found(&register, &founders, given_up[1]).await, None);
    for [file, founder] in kept {
        assert!(found(&register, &files, file).await.is_some());
        assert!(found(&register, &founders, founder).await.is_some());
    }
    let entries = register.all(&register.names.erasure).await;
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry["rule"] == "file_given_up + 24 months"), "{entries:?}");
}
