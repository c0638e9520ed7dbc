//! The door over a real database: what an act writes, who may enter it, and what nobody writes by hand any more.

use serde_json::json;
use tiwizi_identity::policy::Class;
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, KindName, Language, Record};
use tiwizi_records::{Draft, WriteError};

use super::*;
use crate::testing::Register;

pub(super) fn holder(role: &str, scope: &str) -> Caller {
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(500)),
        name: "Tanirt".into(),
        person: None,
        language: Language::French,
        roles: vec![RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap()],
    })
}

pub(super) fn registrar() -> Caller {
    holder("registrar", "province:09.541")
}

pub(super) fn new(kind: ActKind, on: &str, data: Value) -> NewAct {
    NewAct { kind, effective_on: day(on), documents: Vec::new(), corrects: None, data }
}

pub(super) async fn create(register: &Register, kind: &KindName, body: Value) -> RecordId {
    let drafts = vec![Draft::create(kind.clone(), body)];
    register.records.submit(&registrar(), drafts, None).await.unwrap()[0].id
}

pub(super) async fn people(register: &Register, count: u32) -> Vec<RecordId> {
    let mut people = Vec::new();
    for number in 0..count {
        let gender = if number % 2 == 0 { "female" } else { "male" };
        let body = json!({ "name_fr": format!("Membre {number}"), "gender": gender, "birth_date": "1994-05-06", "province": "09.541" });
        people.push(create(register, &register.names.person, body).await);
    }
    people
}

/// Founds a cooperative, up to its registration.
pub(super) async fn found(register: &Register) -> RecordId {
    let (acts, caller) = (register.acts(), registrar());
    let people = people(register, 5).await;
    let first =
        acts.request_denomination(&caller, new(ActKind::DenominationRequested, "2024-01-02", request())).await.unwrap();
    let cooperative = first.act.cooperative;
    for (kind, on, data) in [
        (ActKind::DenominationAnswered, "2024-01-04", json!({ "answer": "approved" })),
        (ActKind::Constituted, "2024-02-01", constitution(&people)),
        (ActKind::Filed, "2024-02-10", json!({ "authority": "Caïdat", "receipt": "7" })),
        (ActKind::Registered, "2024-03-01", json!({ "court": "Taroudannt", "number": "12/2024" })),
    ] {
        acts.enter(&caller, cooperative, new(kind, on, data)).await.unwrap_or_else(|error| panic!("{kind}: {error:?}"));
    }
    cooperative
}

async fn record(register: &Register, kind: &KindName, id: RecordId) -> Option<Record> {
    let permit = register.records.may_read(&Caller::system(), kind).unwrap();
    register.records.read(&permit, id).await.unwrap()
}

pub(super) fn codes(error: ActError) -> Vec<(String, String)> {
    let ActError::Invalid { fields } = error else { panic!("{error:?}") };
    fields.into_iter().map(|fault| (fault.pointer, fault.code.into_owned())).collect()
}

pub(super) fn imported() -> Value {
    json!({ "court": "Taroudannt", "number": "3/2010", "registered_on": "2010-05-06", "name_fr": "Ancienne", "sector": "crafts",
        "province": "09.541", "status": "registered", "capital_mad": 5000, "phone": "0528000000" })
}

#[tokio::test]
async fn a_cooperative_is_public_once_it_is_registered_and_so_are_its_members_counted() {
    let register = Register::new().await;
    let (acts, caller) = (register.acts(), registrar());
    let first =
        acts.request_denomination(&caller, new(ActKind::DenominationRequested, "2024-01-02", request())).await.unwrap();
    assert!(record(&register, &register.names.cooperative, first.act.cooperative).await.is_none());
    assert_eq!(register.all(&register.names.denomination).await[0]["stage"], "denomination-requested");
    let cooperative = found(&register).await;
    let body = record(&register, &register.names.cooperative, cooperative).await.unwrap().body;
    assert_eq!(
        body,
        json!({ "acts": 5, "court": "Taroudannt", "number": "12/2024", "registered_on": "2024-03-01", "founded_on": "2024-02-01",
            "name_fr": "Tifaouine", "name_ar": "تيفاوين", "category": "a", "sector": "argan", "province": "09.541",
            "capital_mad": 5000, "status": "registered" })
    );
    let members = register.all(&register.names.membership).await;
    assert_eq!(members.len(), 5);
    assert_eq!(
        (&members[0]["role"], &members[0]["birth_year"], &members[0]["gender"]),
        (&json!("president"), &json!(1994), &json!("female"))
    );
    let totals = register.totals().await;
    assert_eq!((totals.cooperatives, totals.members, totals.women), (1, 5, 3));
    assert_eq!(register.all(&register.names.act).await.len(), 6);
    let (ledger, classes) = acts.ledger(&caller, cooperative).await.unwrap();
    assert_eq!((ledger.acts().len(), classes.holds(Class::Personal)), (5, true));
    assert_eq!(ledger.acts()[0].author, caller.account());
}

#[tokio::test]
async fn a_refused_act_leaves_nothing() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    let before = register.changes().await;
    let acts = register.acts();
    let twice = new(ActKind::Registered, "2024-03-02", json!({ "court": "A", "number": "1" }));
    let error = acts.enter(&registrar(), cooperative, twice).await.unwrap_err();
    assert_eq!(codes(error), [("/act".into(), "transition".into())]);
    let unknown = new(ActKind::Amended, "2024-03-02", json!({ "colour": "red" }));
    assert_eq!(
        codes(acts.enter(&registrar(), cooperative, unknown).await.unwrap_err()),
        [("/data/colour".into(), "unknown-field".into())]
    );
    let future = new(ActKind::Amended, "2026-03-02", json!({ "commune": "Tiout" }));
    assert_eq!(
        codes(acts.enter(&registrar(), cooperative, future).await.unwrap_err()),
        [("/effective_on".into(), "future".into())]
    );
    let nobody =
        json!({ "joined": [{ "number": "9", "person": person(9).to_string(), "shares": 1, "paid_mad": 100 }] });
    let nobody = new(ActKind::MembersChanged, "2024-04-01", nobody);
    assert_eq!(
        codes(acts.enter(&registrar(), cooperative, nobody).await.unwrap_err()),
        [("/data".into(), "no-person".into())]
    );
    let made = new(ActKind::TakenOver, "2024-04-01", json!({}));
    assert_eq!(
        codes(acts.enter(&registrar(), cooperative, made).await.unwrap_err()),
        [("/act".into(), "not-entered".into())]
    );
    let gone = NewAct { corrects: Some(5), ..new(ActKind::Corrected, "2024-04-01", json!({ "reason": "?" })) };
    assert_eq!(
        codes(acts.enter(&registrar(), cooperative, gone).await.unwrap_err()),
        [(String::new(), "not-registered".into())]
    );
    assert_eq!(register.changes().await, before);
}

#[tokio::test]
async fn who_may_not_enter_acts_enters_none() {
    let register = Register::new().await;
    let acts = register.acts();
    let cooperative = found(&register).await;
    let amended = || new(ActKind::Amended, "2024-05-01", json!({ "commune": "Tiout" }));
    for caller in [Caller::public(), holder("registrar", "province:01.051"), holder("observer", "nation")] {
        let refused = acts.enter(&caller, cooperative, amended()).await;
        assert!(matches!(refused, Err(ActError::Refused(_))), "{refused:?}");
    }
    let officer = holder("officer", &format!("cooperative:{cooperative}"));
    assert!(matches!(acts.enter(&officer, cooperative, amended()).await, Err(ActError::Refused(_))));
    let filed = NewAct { documents: vec![hash(1), hash(2)], ..new(ActKind::YearlyFiling, "2025-11-30", filing(2024)) };
    // A cooperative does not enter what would make it active: it sends a filing, which the office looks at.
    let refused = acts.enter(&officer, cooperative, filed.clone()).await;
    assert!(matches!(refused, Err(ActError::Refused(_))), "{refused:?}");
    acts.enter(&registrar(), cooperative, filed).await.unwrap();
    // A cooperative that is not registered yet is no business of others.
    let first = new(ActKind::DenominationRequested, "2024-01-02", request());
    let hidden = acts.request_denomination(&registrar(), first.clone()).await.unwrap().act.cooperative;
    let refused = acts.enter(&holder("registrar", "province:01.051"), hidden, amended()).await;
    assert!(matches!(refused, Err(ActError::Missing { .. })), "{refused:?}");
    assert!(matches!(acts.request_denomination(&officer, first).await, Err(ActError::Refused(_))));
    assert!(matches!(acts.enter(&registrar(), person(8), amended()).await, Err(ActError::Missing { .. })));
    // Moving one away needs a right where it goes.
    let moved = new(ActKind::Amended, "2024-05-01", json!({ "province": "01.051" }));
    assert!(matches!(acts.enter(&registrar(), cooperative, moved).await, Err(ActError::Refused(_))));
}

#[tokio::test]
async fn a_cooperative_that_came_by_import_gets_its_opening_balance_with_its_first_act() {
    let register = Register::new().await;
    let cooperative = create(&register, &register.names.cooperative, imported()).await;
    let people = people(&register, 6).await;
    for (at, person) in people.iter().take(5).enumerate() {
        let body = json!({ "cooperative": cooperative.to_string(), "number": format!("M{at}"), "person": person.to_string(),
            "role": if at == 0 { "manager" } else { "member" }, "shares": 10, "share_value_mad": 100, "joined_on": "2010-05-06",
            "gender": "female", "birth_year": 1970, "province": "09.541", "sector": "crafts" });
        create(&register, &register.names.membership, body).await;
    }
    let before = register.changes().await;
    let (unopened, _) = register.acts().state(&registrar(), cooperative).await.unwrap();
    assert_eq!((unopened.stage.name(), unopened.member_count()), ("registered", 5));
    assert_eq!(register.changes().await, before);
    let joins = json!({ "joined": [{ "number": "M9", "person": people[5].to_string(), "shares": 2, "paid_mad": 200 }],
        "left": [{ "number": "M4", "reason": "withdrawn" }] });
    let entered = register
        .acts()
        .enter(&registrar(), cooperative, new(ActKind::MembersChanged, "2025-02-01", joins))
        .await
        .unwrap();
    assert_eq!((entered.act.sequence, entered.state.member_count()), (2, 5));
    assert_eq!(entered.state.form, Some(crate::rule_pack::BodyForm::Managers));
    // The opening balance, the act, the cooperative, one who left, one who joined and the manager's mandate: nobody else is written.
    assert_eq!(register.changes().await - before, 6);
    let body = record(&register, &register.names.cooperative, cooperative).await.unwrap().body;
    assert_eq!((&body["acts"], &body["capital_mad"], &body["phone"]), (&json!(2), &json!(4200), &json!("0528000000")));
    let first = &register.all(&register.names.act).await[0];
    assert_eq!((&first["act"], first["data"]["members"].as_array().unwrap().len()), (&json!("taken-over"), 5));
}

#[tokio::test]
async fn what_follows_from_acts_is_not_written_by_hand() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    let kind = register.names.cooperative.clone();
    let write = |caller: Caller, draft: Draft| {
        let records = register.records.clone();
        async move { records.submit(&caller, vec![draft], None).await }
    };
    let patch = |patch: Value| Draft::patch(kind.clone(), cooperative, patch, None);
    for caller in [registrar(), Caller::system()] {
        for (field, value) in [("status", json!("struck_off")), ("name_fr", json!("Autre")), ("acts", json!(9))] {
            let error = write(caller.clone(), patch(json!({ field: value }))).await.unwrap_err();
            let WriteError::Invalid { fields, .. } = error else { panic!("{error:?}") };
            assert_eq!(
                (fields[0].pointer.as_str(), fields[0].code.as_ref()),
                (format!("/{field}").as_str(), "kept-by-acts")
            );
            assert!(fields[0].message.contains("/api/v1/cooperatives/"), "{:?}", fields[0]);
        }
        let delete = Draft::delete(kind.clone(), cooperative, None);
        assert!(matches!(write(caller.clone(), delete).await, Err(WriteError::Invalid { .. })));
        let member = register.all(&register.names.membership).await.remove(0);
        let again = Draft::create(register.names.membership.clone(), numbered(member, "X"));
        assert!(matches!(write(caller.clone(), again).await, Err(WriteError::Invalid { .. })));
    }
    // What acts do not keep is written as before, and stays when the next act comes.
    write(registrar(), patch(json!({ "phone": "0528111111" }))).await.unwrap();
    let amended = new(ActKind::Amended, "2024-05-01", json!({ "name_fr": "Autre" }));
    register.acts().enter(&registrar(), cooperative, amended).await.unwrap();
    let body = record(&register, &kind, cooperative).await.unwrap().body;
    assert_eq!((&body["name_fr"], &body["phone"], &body["acts"]), (&json!("Autre"), &json!("0528111111"), &json!(6)));
    // A cooperative without acts is written by hand as ever, and does not get any by hand.
    let free = create(&register, &kind, imported()).await;
    write(registrar(), Draft::patch(kind.clone(), free, json!({ "status": "suspended" }), None)).await.unwrap();
    let claimed = write(registrar(), Draft::patch(kind.clone(), free, json!({ "acts": 1 }), None)).await;
    assert!(matches!(claimed, Err(WriteError::Invalid { .. })));
    for kind in [&register.names.act, &register.names.denomination] {
        let body = register.all(kind).await.remove(0);
        let by_hand = write(registrar(), Draft::create(kind.clone(), body)).await;
        assert!(matches!(by_hand, Err(WriteError::Refused(_))), "{by_hand:?}");
    }
}

/// Imports one cooperative with one member, and tells column and code of every fault.
async fn import(register: &Register, cooperative: &str, member: &str) -> Vec<(String, &'static str)> {
    let cooperatives = format!("court,number,name_fr,sector,province,phone\n{cooperative}\n");
    let members = format!("court,number,member_number,name_fr,role\n{member}\n");
    let (cooperatives, members) = (register.file("c.csv", cooperatives), register.file("m.csv", members));
    let summary = register.import(&register.settings(&cooperatives, Some(&members))).await;
    assert_eq!(summary.kept, summary.rejected.is_empty());
    summary.rejected.into_iter().map(|fault| (fault.column, fault.code)).collect()
}

#[tokio::test]
async fn an_import_writes_nothing_over_what_follows_from_acts() {
    let register = Register::new().await;
    let row = "Taroudannt,3/2010,Ancienne,crafts,09.541,";
    let member = "Taroudannt,3/2010,1,Fadma,president";
    assert_eq!(import(&register, row, member).await, []);
    let permit = register.records.may_read(&Caller::system(), &register.names.cooperative).unwrap();
    let cooperative = register.records.list(&permit, &tiwizi_records::Query { limit: 1, ..Default::default() }).await;
    let cooperative = cooperative.unwrap().items[0].id;
    let suspended = new(ActKind::Suspended, "2025-02-01", json!({ "reason": "no filing" }));
    register.acts().enter(&registrar(), cooperative, suspended).await.unwrap();
    let before = register.changes().await;
    assert_eq!(import(&register, row, member).await, []);
    assert_eq!(register.changes().await, before);
    for (row, member, fault) in [
        ("Taroudannt,3/2010,Autre,crafts,09.541,", member, ("name_fr", "kept-by-acts")),
        (row, "Taroudannt,3/2010,1,Fadma,treasurer", ("member_number", "kept-by-acts")),
        (row, "Taroudannt,3/2010,2,Hammou,member", ("member_number", "kept-by-acts")),
    ] {
        assert_eq!(import(&register, row, member).await, [(fault.0.to_owned(), fault.1)]);
        assert_eq!(register.changes().await, before, "{fault:?}");
    }
    // What acts do not keep is taken.
    assert_eq!(import(&register, "Taroudannt,3/2010,Ancienne,crafts,09.541,0528000000", member).await, []);
    let body = record(&register, &register.names.cooperative, cooperative).await.unwrap().body;
    assert_eq!((&body["acts"], body["phone"].is_string()), (&json!(2), true));
}

/// A body with another number.
fn numbered(mut body: Value, number: &str) -> Value {
    body["number"] = json!(number);
    body
}

#[tokio::test]
async fn of_two_who_enter_an_act_at_once_one_is_told_to_look_again() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    let acts = register.acts();
    let (one, other) = (registrar(), registrar());
    let amend = |commune: &str| new(ActKind::Amended, "2024-05-01", json!({ "commune": commune }));
    let (first, second) =
        tokio::join!(acts.enter(&one, cooperative, amend("Tiout")), acts.enter(&other, cooperative, amend("Igherm")));
    let (ledger, _) = acts.ledger(&one, cooperative).await.unwrap();
    let wins = usize::from(first.is_ok()) + usize::from(second.is_ok());
    assert_eq!(ledger.acts().len(), 5 + wins);
    for refused in [first, second].into_iter().filter_map(Result::err) {
        assert!(matches!(refused, ActError::Overtaken), "{refused:?}");
    }
    let body = record(&register, &register.names.cooperative, cooperative).await.unwrap().body;
    assert_eq!(body["acts"], json!(5 + wins));
}

#[tokio::test]
async fn what_a_correction_puts_in_place_is_held_to_the_schema_of_its_kind() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    let (acts, caller) = (register.acts(), registrar());
    acts.enter(&caller, cooperative, new(ActKind::Amended, "2024-04-01", json!({ "commune": "Tiout" }))).await.unwrap();
    let before = register.changes().await;
    let correct = |corrects: u32, commune: String| {
        let stands = json!({ "effective_on": "2024-04-01", "data": { "commune": commune } });
        let data = json!({ "reason": "a slip of the pen", "stands": stands });
        NewAct { corrects: Some(corrects), ..new(ActKind::Corrected, "2024-06-01", data) }
    };
    let long = acts.enter(&caller, cooperative, correct(6, "x".repeat(121))).await.unwrap_err();
    let faults = codes(long);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].0, "/data/stands/data/commune");
    assert_eq!(register.changes().await, before);
    acts.enter(&caller, cooperative, correct(6, "Igherm".to_owned())).await.unwrap();
    // The kind stays that of the first act when the correction is corrected.
    let empty = acts.enter(&caller, cooperative, correct(7, String::new())).await.unwrap_err();
    assert_eq!(codes(empty)[0].0, "/data/stands/data/commune");
    let state = acts.enter(&caller, cooperative, correct(7, "x".repeat(120))).await.unwrap().state;
    assert_eq!(state.commune, Some("x".repeat(120)));
}

#[tokio::test]
async fn a_correction_takes_back_the_memberships_that_never_were_and_members_move_with_the_seat() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    let (acts, national) = (register.acts(), holder("registrar", "nation"));
    let body = json!({ "name_fr": "Sixième", "gender": "female", "birth_date": "1990-05-06", "province": "09.541" });
    let sixth = create(&register, &register.names.person, body).await;
    let joins = json!({ "joined": [{ "number": "6", "person": sixth.to_string(), "shares": 1, "paid_mad": 100 }] });
    acts.enter(&national, cooperative, new(ActKind::MembersChanged, "2024-05-01", joins)).await.unwrap();
    assert_eq!(register.all(&register.names.membership).await.len(), 6);
    let never =
        NewAct { corrects: Some(6), ..new(ActKind::Corrected, "2024-06-01", json!({ "reason": "not this one" })) };
    let entered = acts.enter(&national, cooperative, never).await.unwrap();
    assert_eq!((entered.act.sequence, entered.state.member_count()), (7, 5));
    assert_eq!(register.all(&register.names.membership).await.len(), 5);
    let moved = new(ActKind::Amended, "2024-07-01", json!({ "province": "01.051", "commune": "Ajdir" }));
    acts.enter(&national, cooperative, moved).await.unwrap();
    for member in register.all(&register.names.membership).await {
        assert_eq!(member["province"], "01.051");
        let id = member["person"].as_str().unwrap().parse().unwrap();
        assert_eq!(record(&register, &register.names.person, id).await.unwrap().body["province"], "01.051");
    }
}

/// A cooperative with a company among its members, for which somebody sits on the board.
async fn with_company(register: &Register) -> (RecordId, RecordId, RecordId) {
    let cooperative = found(register).await;
    let acts = register.acts();
    let company = json!({ "name_fr": "Arganier SARL", "form": "company", "province": "09.541" });
    let company = create(register, &register.names.legal_person, company).await;
    let sent = json!({ "name_fr": "Tamnougalt", "gender": "female", "birth_date": "1994-05-06", "province": "09.541", "confirm_distinct": [] });
    let sent = create(register, &register.names.person, sent).await;
    let joined = json!({ "joined": [{ "number": "6", "person": company.to_string(), "holder": "legal-person",
        "represented_by": sent.to_string(), "shares": 4, "paid_mad": 100 }] });
    acts.enter(&registrar(), cooperative, new(ActKind::MembersChanged, "2024-04-01", joined)).await.unwrap();
    let seat = json!({ "appointed": [{ "person": sent.to_string(), "role": "board-member", "years": 2 }] });
    acts.enter(&registrar(), cooperative, new(ActKind::OfficersChanged, "2024-05-01", seat)).await.unwrap();
    (cooperative, company, sent)
}

#[tokio::test]
async fn a_legal_person_has_a_membership_and_counts_as_no_woman_and_no_man() {
    let register = Register::new().await;
    let (_, company, sent) = with_company(&register).await;
    let members = register.all(&register.names.membership).await;
    let sixth = members.iter().find(|member| member["number"] == "6").unwrap();
    assert_eq!(
        (&sixth["legal_person"], &sixth["represented_by"]),
        (&json!(company.to_string()), &json!(sent.to_string()))
    );
    assert_eq!((sixth.get("person"), sixth.get("gender"), &sixth["role"]), (None, None, &json!("board-member")));
    assert_eq!(
        (&sixth["paid_mad"], &sixth["called_mad"], &sixth["pay_until"]),
        (&json!(100), &json!(100), &json!("2027-04-01"))
    );
    let totals = register.totals().await;
    assert_eq!((totals.members, totals.women), (5, 3), "counts are of people");
}

#[tokio::test]
async fn mandates_have_records_with_their_terms_and_their_ends() {
    let register = Register::new().await;
    let (cooperative, _, sent) = with_company(&register).await;
    let mandates = register.all(&register.names.mandate).await;
    assert_eq!(mandates.len(), 4);
    let seat = mandates.iter().find(|mandate| mandate["person"] == sent.to_string()).unwrap();
    assert_eq!(
        (&seat["from"], &seat["until"], &seat["runs_until"]),
        (&json!("2024-05-01"), &json!("2026-05-01"), &json!("2026-05-01"))
    );
    let ended = json!({ "ended": [{ "person": sent.to_string(), "role": "board-member" }] });
    register.acts().enter(&registrar(), cooperative, new(ActKind::OfficersChanged, "2025-01-01", ended)).await.unwrap();
    let mandates = register.all(&register.names.mandate).await;
    let seat = mandates.iter().find(|mandate| mandate["person"] == sent.to_string()).unwrap();
    assert_eq!((&seat["ended_on"], seat.get("runs_until")), (&json!("2025-01-01"), None));
    // An act that never happened leaves no mandate behind.
    let annulled =
        NewAct { corrects: Some(8), ..new(ActKind::Corrected, "2025-02-01", json!({ "reason": "entered twice" })) };
    register.acts().enter(&registrar(), cooperative, annulled).await.unwrap();
    let annulled =
        NewAct { corrects: Some(7), ..new(ActKind::Corrected, "2025-02-01", json!({ "reason": "never sat" })) };
    register.acts().enter(&registrar(), cooperative, annulled).await.unwrap();
    assert_eq!(register.all(&register.names.mandate).await.len(), 3);
}

#[tokio::test]
async fn nobody_brings_in_a_legal_person_or_a_cooperative_that_is_not_there() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    for (holder, code) in [("legal-person", "no-legal-person"), ("cooperative", "no-cooperative")] {
        let joined = json!({ "joined": [{ "number": "9", "person": person(9).to_string(), "holder": holder, "shares": 1, "paid_mad": 100 }] });
        let act = new(ActKind::MembersChanged, "2024-04-01", joined);
        let error = register.acts().enter(&registrar(), cooperative, act).await.unwrap_err();
        assert_eq!(codes(error), [("/data".into(), code.into())]);
    }
}

#[tokio::test]
async fn an_opening_balance_takes_legal_members_and_what_is_paid_along() {
    let register = Register::new().await;
    let cooperative = create(&register, &register.names.cooperative, imported()).await;
    let company = json!({ "name_fr": "Arganier SARL", "form": "company", "province": "09.541" });
    let company = create(&register, &register.names.legal_person, company).await;
    let membership = json!({ "cooperative": cooperative.to_string(), "number": "1", "legal_person": company.to_string(), "shares": 10,
        "share_value_mad": 100, "paid_mad": 400, "joined_on": "2023-02-03", "province": "09.541", "sector": "crafts" });
    create(&register, &register.names.membership, membership).await;
    let paid = json!({ "paid": [{ "number": "1", "amount_mad": 100 }] });
    let entered = register
        .acts()
        .enter(&registrar(), cooperative, new(ActKind::CapitalChanged, "2024-01-01", paid))
        .await
        .unwrap();
    assert_eq!(entered.state.members["1"].holder, Holder::LegalPerson);
    let body = &register.all(&register.names.membership).await[0];
    assert_eq!((&body["paid_mad"], &body["pay_until"]), (&json!(500), &json!("2026-02-03")));
}

#[tokio::test]
async fn a_request_for_a_name_that_is_annulled_waits_for_nobody() {
    let register = Register::new().await;
    let acts = register.acts();
    let asked = new(ActKind::DenominationRequested, "2024-01-02", request());
    let cooperative = acts.request_denomination(&registrar(), asked.clone()).await.unwrap().act.cooperative;
    assert_eq!(register.all(&register.names.denomination).await.len(), 1);
    let annulled =
        NewAct { corrects: Some(1), ..new(ActKind::Corrected, "2024-01-03", json!({ "reason": "entered twice" })) };
    acts.enter(&registrar(), cooperative, annulled).await.unwrap();
    assert!(register.all(&register.names.denomination).await.is_empty());
    let again = acts.enter(&registrar(), cooperative, asked).await.unwrap();
    assert_eq!((again.state.stage.name(), again.act.sequence), ("denomination-requested", 3));
    assert_eq!(register.all(&register.names.denomination).await.len(), 1);
}

#[tokio::test]
async fn a_member_who_lies_elsewhere_does_not_go_with_the_cooperative() {
    let register = Register::new().await;
    let cooperative = found(&register).await;
    let body = json!({ "name_fr": "Ijja", "province": "05.081" });
    let drafts = vec![Draft::create(register.names.person.clone(), body)];
    let elsewhere = register.records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id;
    let joins = json!({ "joined": [{ "number": "9", "person": elsewhere.to_string(), "shares": 1, "paid_mad": 100 }] });
    let acts = register.acts();
    acts.enter(&registrar(), cooperative, new(ActKind::MembersChanged, "2024-04-01", joins)).await.unwrap();
    let moved = new(ActKind::Amended, "2024-07-01", json!({ "province": "01.051" }));
    acts.enter(&holder("registrar", "nation"), cooperative, moved).await.unwrap();
    let persons = register.all(&register.names.person).await;
    let places: Vec<&str> = persons.iter().map(|person| person["province"].as_str().unwrap()).collect();
    assert_eq!(places, ["01.051", "01.051", "01.051", "01.051", "01.051", "05.081"]);
}
