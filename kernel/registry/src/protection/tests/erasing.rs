//! What stays, what goes, and who may say so: offices, several grounds, erasures that were cut off, people who move.

use tiwizi_model::limits::{DOSSIER_ACCOUNTS_MAX, DOSSIER_PARTS_MAX, PAGE_ROWS_DEFAULT};
use tiwizi_storage::account::{self, AccountRow};

use super::*;

fn mandate_body(cooperative: &Record, person: &Record) -> Value {
    json!({
        "cooperative": cooperative.id.to_string(), "place": 1, "person": person.id.to_string(), "role": "manager",
        "from": "2020-01-01", "until": "2026-01-01", "runs_until": "2026-01-01", "province": "09.541",
    })
}

fn step_body(person: &Record, code: &str) -> Value {
    json!({
        "subject": person.id.to_string(), "stage": "skills", "plugin": "training", "code": code,
        "reached_at": 1_764_000_000_000_i64, "province": "09.541",
    })
}

/// A processing in force that people may oppose.
async fn consented(register: &Register, code: &str, kind: &KindName) -> RecordId {
    let body = processing_body(code, "consent", &[kind.as_str()]);
    let made = create(register, &register.names.processing, body).await.unwrap();
    register.protection.refresh().await.unwrap();
    made.id
}

/// The person opposes a processing, and the office grants it.
async fn oppose(register: &Register, person: &Record, processing: RecordId) -> RecordId {
    let opposed = NewRequest { right: Right::Opposition, processing: Some(processing), ..access(person.id) };
    let asked = ask(&register.records, &holder(Some(person.id), &[]), opposed).await.unwrap();
    let grant = Answer { is_granted: true, text: "Effacé.".into() };
    answer(&register.records, &registrar(), (asked.id, asked.version), grant).await.unwrap();
    asked.id
}

#[tokio::test]
async fn who_holds_an_office_and_is_no_member_is_kept_until_ten_years_after_it() {
    let register = Register::new().await;
    let (cooperative, [gone, _], _) = left_and_stayed(&register).await;
    let kind = register.names.person.clone();
    let manager = create(&register, &kind, person_body("Idir")).await.unwrap();
    let mandate = create(&register, &register.names.mandate, mandate_body(&cooperative, &manager)).await.unwrap();
    register.clock.advance_ms(4_000 * DAY_MS);
    let due = step(&register.records, &kind, None).await.unwrap().due;
    assert_eq!(due.iter().map(|due| due.item.id).collect::<Vec<_>>(), [gone.id], "the office lasts");
    change(&register, &mandate, json!({ "ended_on": "2026-02-01", "runs_until": null })).await.unwrap();
    let due = step(&register.records, &kind, None).await.unwrap().due;
    let over = due.iter().find(|due| due.item.id == manager.id).unwrap();
    assert_eq!(over.item.due_on.unwrap().to_string(), "2036-02-01");
}

#[tokio::test]
async fn a_request_that_waits_behind_a_page_of_others_holds_too() {
    let register = Register::new().await;
    let (_, [gone, _], _) = left_and_stayed(&register).await;
    let own = holder(Some(gone.id), &[]);
    for _ in 0..=PAGE_ROWS_DEFAULT {
        let asked = ask(&register.records, &own, access(gone.id)).await.unwrap();
        withdraw(&register.records, &own, (asked.id, asked.version)).await.unwrap();
    }
    ask(&register.records, &own, access(gone.id)).await.unwrap();
    let due = step(&register.records, &register.names.person, None).await.unwrap().due;
    assert!(due.iter().any(|due| due.item.id == gone.id && due.is_held), "{due:?}");
}

#[tokio::test]
async fn what_another_ground_keeps_stays_until_that_is_opposed_too() {
    let register = Register::new().await;
    in_service(&register).await;
    let kind = register.names.milestone.clone();
    let letters = consented(&register, "letters", &kind).await;
    let courses = consented(&register, "courses", &kind).await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let first = create(&register, &kind, step_body(&person, "began")).await.unwrap();
    oppose(&register, &person, letters).await;
    assert!(found(&register, &kind, first.id).await.is_some(), "it is kept for the courses");
    let second = create(&register, &kind, step_body(&person, "finished")).await.unwrap();
    oppose(&register, &person, courses).await;
    for id in [first.id, second.id] {
        assert_eq!(found(&register, &kind, id).await, None);
    }
    assert_eq!(code(create(&register, &kind, step_body(&person, "again")).await), "opposed");
}

#[tokio::test]
async fn what_names_somebody_who_opposed_it_is_not_made_either() {
    let register = Register::new().await;
    let (cooperative, [person, _], _) = left_and_stayed(&register).await;
    let kind = register.names.mandate.clone();
    let offices = consented(&register, "offices", &kind).await;
    let mandate = create(&register, &kind, mandate_body(&cooperative, &person)).await.unwrap();
    oppose(&register, &person, offices).await;
    assert_eq!(found(&register, &kind, mandate.id).await, None);
    assert_eq!(code(create(&register, &kind, mandate_body(&cooperative, &person)).await), "opposed");
}

#[tokio::test]
async fn an_erasure_that_was_cut_off_is_gone_on_with() {
    let register = Register::new().await;
    let kind = register.names.milestone.clone();
    let letters = consented(&register, "letters", &kind).await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    oppose(&register, &person, letters).await;
    // As if the kernel had stopped behind the answer: one is still there. The gate would let none be made.
    let around = register.over(Register::key());
    let drafts = vec![Draft::create(kind.clone(), step_body(&person, "finished"))];
    let left = around.submit(&Caller::system(), drafts, None).await.unwrap()[0].id;
    assert_eq!(go_on_erasing(&register.records).await.unwrap(), 1);
    assert_eq!(found(&register, &kind, left).await, None);
    assert_eq!(go_on_erasing(&register.records).await.unwrap(), 0);
}

#[tokio::test]
async fn the_office_that_a_person_has_left_answers_no_more_from_that_moment_on() {
    let register = Register::new().await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let asked = ask(&register.records, &holder(Some(person.id), &[]), access(person.id)).await.unwrap();
    change(&register, &person, json!({ "province": "01.051" })).await.unwrap();
    let refused = dossier_of_request(&register.records, &registrar(), asked.id).await;
    assert!(matches!(refused, Err(DossierError::Request(RequestError::Refused))), "{refused:?}");
    let given = Answer { is_granted: true, text: "Voici".into() };
    let refused = answer(&register.records, &registrar(), (asked.id, asked.version), given).await;
    assert!(matches!(refused, Err(RequestError::Refused)), "{refused:?}");
}

#[tokio::test]
async fn a_manager_takes_out_what_acts_say_without_being_a_member() {
    let register = Register::new().await;
    let (cooperative, _, _) = left_and_stayed(&register).await;
    let manager = create(&register, &register.names.person, person_body("Idir")).await.unwrap();
    create(&register, &register.names.mandate, mandate_body(&cooperative, &manager)).await.unwrap();
    let act = json!({
        "cooperative": cooperative.id.to_string(), "sequence": 1, "act": "officers-changed", "effective_on": "2020-01-01",
        "entered_at": 1_764_000_000_000_i64, "province": "09.541",
        "data": { "appointed": [{ "person": manager.id.to_string(), "role": "manager" }] },
    });
    create(&register, &register.names.act, act).await.unwrap();
    let given = dossier(&register.records, &door(&register), &holder(Some(manager.id), &[]), manager.id).await.unwrap();
    let said: Vec<&str> = given.acts.iter().map(|part| part.act.as_str()).collect();
    assert_eq!(said, ["officers-changed"]);
    assert!(given.is_whole);
}

#[tokio::test]
async fn what_names_a_person_oftener_than_is_given_out_says_that_there_is_more() {
    let register = Register::new().await;
    let (cooperative, _, _) = left_and_stayed(&register).await;
    let manager = create(&register, &register.names.person, person_body("Idir")).await.unwrap();
    create(&register, &register.names.mandate, mandate_body(&cooperative, &manager)).await.unwrap();
    let seat = json!({ "person": manager.id.to_string(), "role": "manager" });
    let act = json!({
        "cooperative": cooperative.id.to_string(), "sequence": 1, "act": "officers-changed", "effective_on": "2020-01-01",
        "entered_at": 1_764_000_000_000_i64, "province": "09.541",
        "data": { "appointed": vec![seat.clone(); DOSSIER_PARTS_MAX], "ended": [seat] },
    });
    create(&register, &register.names.act, act).await.unwrap();
    let given = dossier(&register.records, &door(&register), &holder(Some(manager.id), &[]), manager.id).await.unwrap();
    assert_eq!((given.acts[0].parts.len(), given.is_whole), (DOSSIER_PARTS_MAX, false));
}

#[tokio::test]
async fn a_person_with_more_accounts_than_are_given_out_is_told_that_there_are_more() {
    let register = Register::new().await;
    let person = create(&register, &register.names.person, person_body("Idir")).await.unwrap();
    let own = holder(Some(person.id), &[]);
    for number in 0..=DOSSIER_ACCOUNTS_MAX {
        let given = dossier(&register.records, &door(&register), &own, person.id).await.unwrap();
        assert_eq!((given.accounts.len(), given.is_whole), (number, true));
        let row = AccountRow {
            id: AccountId(register.records.ambient().new_uuid()),
            email: format!("idir{number}@example.org"),
            name: "Idir".to_owned(),
            password_hash: String::new(),
            person: Some(person.id),
            language: Language::French,
            disabled: false,
            wrong_count: 0,
            wait_until: None,
            secret_until: None,
            created_at: register.records.ambient().now(),
        };
        let mut tx = register.records.db().begin_write().await.unwrap();
        account::create(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
    }
    let given = dossier(&register.records, &door(&register), &own, person.id).await.unwrap();
    assert_eq!((given.accounts.len(), given.is_whole), (DOSSIER_ACCOUNTS_MAX, false));
}

#[tokio::test]
async fn the_number_of_a_card_is_opened_for_its_person_alone_and_behind_a_look() {
    let register = Register::new().await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    let (people, own) = (door(&register), holder(Some(person.id), &[]));
    let given = dossier(&register.records, &people, &own, person.id).await.unwrap();
    assert!(!given.is_card_sealed && people.looks(&own, person.id).await.unwrap().is_empty(), "there is no number");
    for number in ["JA123456", "JA654321"] {
        people.set_national_id(&Caller::system(), person.id, Some(number), None).await.unwrap();
    }
    let given = dossier(&register.records, &people, &own, person.id).await.unwrap();
    let kept = |given: &Dossier| given.kinds.iter().map(|about| format!("{:?}", about.records)).collect::<String>();
    let (now, before) = &given.kinds.iter().find(|about| about.kind == register.names.person).unwrap().records[0];
    assert_eq!(
        (&now.body["national_id"], &before[0].record.body["national_id"]),
        (&json!("JA654321"), &json!("JA123456"))
    );
    assert!(!kept(&given).contains("national_id_") && !given.is_card_sealed, "{}", kept(&given));
    let looks = people.looks(&own, person.id).await.unwrap();
    assert_eq!((looks.len(), &looks[0].body["what"]), (1, &json!("national-id")));

    let asked = ask(&register.records, &own, access(person.id)).await.unwrap();
    let given = dossier_of_request(&register.records, &registrar(), asked.id).await.unwrap();
    assert!(!kept(&given).contains("national_id") && given.is_card_sealed, "{}", kept(&given));
    assert_eq!(people.looks(&own, person.id).await.unwrap().len(), 1, "nobody was shown the number");
}

#[tokio::test]
async fn an_opposition_that_was_granted_is_taken_back_by_its_person_alone() {
    let register = Register::new().await;
    let kind = register.names.milestone.clone();
    let letters = consented(&register, "letters", &kind).await;
    let person = create(&register, &register.names.person, person_body("Fadma")).await.unwrap();
    create(&register, &kind, step_body(&person, "begun")).await.unwrap();
    let request = oppose(&register, &person, letters).await;
    assert_eq!(code(create(&register, &kind, step_body(&person, "finished")).await), "opposed");
    let stands = found(&register, &register.names.subject_request, request).await.unwrap();
    let seen = (request, stands.version);
    let refused = withdraw(&register.records, &registrar(), seen).await;
    assert!(matches!(refused, Err(RequestError::Refused)), "{refused:?}");
    withdraw(&register.records, &holder(Some(person.id), &[]), seen).await.unwrap();
    assert!(create(&register, &kind, step_body(&person, "finished")).await.is_ok());
    assert_eq!(register.all(&kind).await.len(), 1, "what was erased does not come back");
    // Taken back it is over: neither twice, nor is anything erased for it any more.
    let again = withdraw(&register.records, &holder(Some(person.id), &[]), (request, stands.version.next())).await;
    assert!(matches!(again, Err(RequestError::Settled { .. })), "{again:?}");
    assert_eq!(go_on_erasing(&register.records).await.unwrap(), 0);
}
