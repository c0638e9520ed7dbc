//! The desk: what may be entered, and an act that is tried before it is entered.

use std::collections::BTreeSet;

use serde_json::json;
use tiwizi_identity::policy::{Class, Placement};
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, Language};
use tiwizi_records::Draft;

use super::door::codes;
use super::*;
use crate::testing::Register;

fn holder(role: &str, scope: &str) -> Caller {
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(500)),
        name: "Tanirt".into(),
        person: None,
        language: Language::French,
        roles: vec![RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap()],
    })
}

fn registrar() -> Caller {
    holder("registrar", "province:09.541")
}

fn new(kind: ActKind, on: &str, data: Value) -> NewAct {
    NewAct { kind, effective_on: day(on), documents: Vec::new(), corrects: None, data }
}

/// A cooperative that came by import, with no members.
async fn imported(register: &Register) -> RecordId {
    let body = json!({ "court": "Taroudannt", "number": "3/2010", "registered_on": "2010-05-06", "name_fr": "Ancienne",
        "sector": "crafts", "province": "09.541", "status": "registered" });
    let drafts = vec![Draft::create(register.names.cooperative.clone(), body)];
    register.records.submit(&registrar(), drafts, None).await.unwrap()[0].id
}

#[tokio::test]
async fn everybody_is_offered_what_they_may_enter_and_nothing_else() {
    let register = Register::new().await;
    let (acts, cooperative) = (register.acts(), imported(&register).await);
    let desk = acts.desk(&registrar(), cooperative).await.unwrap();
    assert!(desk.ledger.is_empty() && desk.may_correct && desk.classes.holds(Class::Personal));
    assert!(desk.possible.contains(&ActKind::Amended) && desk.possible.contains(&ActKind::Dissolved));
    for kind in [ActKind::TakenOver, ActKind::StruckOff, ActKind::Constituted] {
        assert!(!desk.possible.contains(&kind), "{kind}");
    }
    let officer = holder("officer", &format!("cooperative:{cooperative}"));
    let desk = acts.desk(&officer, cooperative).await.unwrap();
    assert_eq!((desk.possible, desk.may_correct), (Vec::new(), false));
    let observer = acts.desk(&holder("observer", "nation"), cooperative).await.unwrap();
    assert!(observer.possible.is_empty() && !observer.may_correct);
    let elsewhere = holder("registrar", "province:01.051");
    assert!(matches!(acts.desk(&elsewhere, cooperative).await, Err(ActError::Missing { .. })));
    let province = Some("09.541".parse().unwrap());
    assert!(acts.rights(&registrar(), cooperative, province).unwrap().enters);
    assert!(!acts.rights(&officer, cooperative, province).unwrap().enters);
    assert!(!acts.rights(&holder("observer", "nation"), cooperative, province).unwrap().enters);
    let place = Placement { subject: Some(cooperative), province };
    assert!(acts.may_enter(&registrar(), place) && !acts.may_enter(&officer, place));
    assert_eq!(acts.rights(&Caller::public(), cooperative, province), None);
}

#[tokio::test]
async fn an_act_that_is_tried_writes_nothing_and_says_what_it_would_do() {
    let register = Register::new().await;
    let (acts, cooperative) = (register.acts(), imported(&register).await);
    let before = register.changes().await;
    let amended = || new(ActKind::Amended, "2025-01-31", json!({ "commune": "Tiout" }));
    let tried = acts.rehearse(&registrar(), cooperative, amended(), &BTreeSet::new()).await.unwrap();
    assert_eq!((tried.before.commune, tried.after.commune.as_deref()), (None, Some("Tiout")));
    let wrong = new(ActKind::Amended, "2025-01-31", json!({}));
    let error = acts.rehearse(&registrar(), cooperative, wrong, &BTreeSet::new()).await.unwrap_err();
    assert!(matches!(error, ActError::Invalid { .. }), "{error:?}");
    let observer = holder("observer", "nation");
    let error = acts.rehearse(&observer, cooperative, amended(), &BTreeSet::new()).await.unwrap_err();
    assert!(matches!(error, ActError::Refused(_)), "{error:?}");
    assert_eq!(register.changes().await, before);
}

#[tokio::test]
async fn a_person_who_is_still_to_be_entered_is_missed_by_enter_alone() {
    let register = Register::new().await;
    let (acts, cooperative) = (register.acts(), imported(&register).await);
    let manager = register.records.ambient().new_id();
    let appointed = json!({ "form": "managers", "appointed": [{ "person": manager.to_string(), "role": "manager" }] });
    let appoints = || new(ActKind::OfficersChanged, "2025-01-31", appointed.clone());
    let to_come = BTreeSet::from([manager]);
    let tried = acts.rehearse(&registrar(), cooperative, appoints(), &to_come).await.unwrap();
    assert_eq!(tried.after.mandates[0].person, manager);
    for error in [
        acts.rehearse(&registrar(), cooperative, appoints(), &BTreeSet::new()).await.unwrap_err(),
        acts.enter(&registrar(), cooperative, appoints()).await.unwrap_err(),
    ] {
        let ActError::Invalid { fields } = error else { panic!("{error:?}") };
        assert_eq!(fields[0].code, "no-person");
    }
}

#[tokio::test]
async fn an_act_that_was_made_before_another_one_is_not_entered_after_it() {
    let register = Register::new().await;
    let (acts, cooperative) = (register.acts(), imported(&register).await);
    let amended = |commune: &str| new(ActKind::Amended, "2025-01-31", json!({ "commune": commune }));
    let entered = acts.enter_after(&registrar(), cooperative, 0, amended("Tiout")).await.unwrap();
    assert_eq!(entered.act.sequence, 2);
    let late = acts.enter_after(&registrar(), cooperative, 0, amended("Igherm")).await;
    assert!(matches!(late, Err(ActError::Overtaken)), "{late:?}");
    acts.enter_after(&registrar(), cooperative, 2, amended("Igherm")).await.unwrap();
}

#[tokio::test]
async fn a_number_that_another_cooperative_has_is_told_at_its_field_before_anything_is_written() {
    let register = Register::new().await;
    imported(&register).await;
    let (acts, cooperative) = (register.acts(), super::door::found(&register).await);
    let before = register.changes().await;
    let correct = |number: &str| {
        let stands = json!({ "effective_on": "2024-03-01", "data": { "court": "Taroudannt", "number": number } });
        let data = json!({ "reason": "misread", "stands": stands });
        NewAct { corrects: Some(5), ..new(ActKind::Corrected, "2024-04-01", data) }
    };
    for error in [
        acts.rehearse(&registrar(), cooperative, correct("3/2010"), &BTreeSet::new()).await.unwrap_err(),
        acts.enter(&registrar(), cooperative, correct("3/2010")).await.unwrap_err(),
    ] {
        let ActError::Invalid { fields } = error else { panic!("{error:?}") };
        assert_eq!((fields[0].pointer.as_str(), &*fields[0].code), ("/data/stands/data/number", "taken"));
    }
    assert_eq!(register.changes().await, before);
    acts.enter(&registrar(), cooperative, correct("13/2024")).await.unwrap();
}

#[tokio::test]
async fn what_happened_before_a_cooperative_ended_is_still_offered_and_taken_with_its_day() {
    let register = Register::new().await;
    let (acts, cooperative) = (register.acts(), super::door::found(&register).await);
    assert!(acts.desk(&registrar(), cooperative).await.unwrap().late.is_empty());
    acts.enter(&registrar(), cooperative, new(ActKind::Dissolved, "2024-06-01", json!({ "reason": "R" })))
        .await
        .unwrap();
    let desk = acts.desk(&registrar(), cooperative).await.unwrap();
    for kind in [ActKind::Amended, ActKind::MembersChanged, ActKind::CapitalChanged, ActKind::RegisteredCentrally] {
        assert!(desk.late.contains(&kind) && !desk.possible.contains(&kind), "{kind}");
    }
    assert!(!desk.late.contains(&ActKind::YearlyFiling) && !desk.late.contains(&ActKind::Suspended));
    let amended = |on: &str| new(ActKind::Amended, on, json!({ "commune": "Tiout" }));
    let entered = acts.enter(&registrar(), cooperative, amended("2024-05-01")).await.unwrap();
    assert_eq!((entered.state.stage.name(), entered.state.commune.as_deref()), ("dissolved", Some("Tiout")));
    assert!(acts.enter(&registrar(), cooperative, amended("2024-07-01")).await.is_err());
    let observer = acts.desk(&holder("observer", "nation"), cooperative).await.unwrap();
    assert!(observer.late.is_empty());
    // Of one without acts nothing is known of the days before.
    let other = imported(&register).await;
    assert!(acts.desk(&registrar(), other).await.unwrap().late.is_empty());
}

#[tokio::test]
async fn a_request_for_a_name_without_its_province_is_told_that_and_not_refused() {
    let register = Register::new().await;
    let acts = register.acts();
    let ask = |data: Value| new(ActKind::DenominationRequested, "2024-01-02", data);
    let mut nowhere = request();
    nowhere.as_object_mut().unwrap().remove("province");
    let mut wrong = request();
    wrong["province"] = json!("Souss");
    for data in [nowhere, wrong] {
        for caller in [registrar(), holder("registrar", "nation")] {
            let faults = codes(acts.request_denomination(&caller, ask(data.clone())).await.unwrap_err());
            assert!(faults.iter().any(|(pointer, _)| pointer == "/data/province"), "{faults:?}");
        }
        let stranger = acts.request_denomination(&holder("observer", "nation"), ask(data)).await;
        assert!(matches!(stranger, Err(ActError::Refused(_))), "{stranger:?}");
    }
    // One of another province is refused as ever.
    let mut elsewhere = request();
    elsewhere["province"] = json!("01.051");
    let refused = acts.request_denomination(&registrar(), ask(elsewhere)).await;
    assert!(matches!(refused, Err(ActError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn nobody_is_a_member_by_hand_of_one_that_has_acts_before_it_is_registered() {
    let register = Register::new().await;
    let asked = new(ActKind::DenominationRequested, "2024-01-02", request());
    let coming = register.acts().request_denomination(&registrar(), asked).await.unwrap().act.cooperative;
    let person = Draft::create(register.names.person.clone(), json!({ "name_fr": "Ijja", "province": "09.541" }));
    let person = register.records.submit(&registrar(), vec![person], None).await.unwrap()[0].id;
    let membership = |cooperative: RecordId| {
        let body = json!({ "cooperative": cooperative.to_string(), "number": "1", "person": person.to_string(),
            "province": "09.541", "sector": "crafts" });
        Draft::create(register.names.membership.clone(), body)
    };
    for caller in [registrar(), Caller::system()] {
        let refused = register.records.submit(&caller, vec![membership(coming)], None).await;
        let Err(tiwizi_records::WriteError::Invalid { fields, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(fields[0].code, "kept-by-acts");
    }
    // Of one without acts a batch may write the cooperative itself beside its members.
    let free = imported(&register).await;
    let phone = Draft::patch(register.names.cooperative.clone(), free, json!({ "phone": "0528000000" }), None);
    register.records.submit(&registrar(), vec![phone, membership(free)], None).await.unwrap();
}

#[tokio::test]
async fn an_audit_finds_what_a_hand_in_the_database_has_changed() {
    let register = Register::new().await;
    let cooperative = super::door::found(&register).await;
    let asked = new(ActKind::DenominationRequested, "2024-01-02", request());
    register.acts().request_denomination(&registrar(), asked).await.unwrap();
    imported(&register).await;
    let audited = register.acts().audit_part(None).await.unwrap();
    assert_eq!(audited, AuditedPart { looked: 2, ..AuditedPart::default() });
    let renamed = Draft::patch(register.names.cooperative.clone(), cooperative, json!({ "name_fr": "Autre" }), None);
    register.plain().submit(&Caller::system(), vec![renamed], None).await.unwrap();
    let audited = register.acts().audit_part(None).await.unwrap();
    assert_eq!((audited.looked, audited.drifted.len(), audited.broken.len()), (2, 1, 0));
    let (found, drifts) = &audited.drifted[0];
    assert_eq!((*found, drifts.len(), drifts[0].fields()), (cooperative, 1, vec!["name_fr"]));
}
