//! Numbers of identity cards over a real database, and what somebody belongs to.

use serde_json::{Value, json};
use tiwizi_identity::{AccountCaller, Caller, RoleGrant};
use tiwizi_model::{AccountId, KindName, Language, RecordId};
use tiwizi_records::{Draft, ReadError, Unit, WriteError};
use uuid::Uuid;

use super::*;
use crate::holder::Holder;
use crate::testing::Register;

fn account(role: Option<(&str, &str)>, person: Option<RecordId>) -> Caller {
    let roles = role.map(|(role, scope)| RoleGrant::new(role.parse().unwrap(), scope.parse().unwrap()).unwrap());
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(500)),
        name: "Tanirt".into(),
        person,
        language: Language::French,
        roles: roles.into_iter().collect(),
    })
}

fn registrar() -> Caller {
    account(Some(("registrar", "province:09.541")), None)
}

fn door(register: &Register) -> People {
    People::new(register.records.clone(), Register::key())
}

async fn create(register: &Register, kind: &KindName, body: Value) -> RecordId {
    register.records.submit(&registrar(), vec![Draft::create(kind.clone(), body)], None).await.unwrap()[0].id
}

async fn person(register: &Register, name: &str) -> RecordId {
    create(register, &register.names.person, json!({ "name_fr": name, "province": "09.541" })).await
}

#[tokio::test]
async fn a_number_is_stored_sealed_found_by_its_hash_and_shown_for_a_reason_that_is_kept() {
    let register = Register::new().await;
    let (people, id) = (door(&register), person(&register, "Fadma").await);
    people.set_national_id(&registrar(), id, Some("ja 123456"), None).await.unwrap();
    let stored = register.all(&register.names.person).await[0].to_string();
    assert!(!stored.contains("123456"), "{stored}");
    let found = people.by_national_id(&registrar(), "JA-123456").await.unwrap();
    assert_eq!(found.map(|record| record.id), Some(id));
    assert!(people.by_national_id(&registrar(), "JA-123457").await.unwrap().is_none());
    let number = people.national_id(&registrar(), id, " certificate for the court ").await.unwrap();
    assert_eq!(number.reveal(), "JA123456");
    let looks = register.all(&register.names.look).await;
    assert_eq!(looks.len(), 1);
    assert_eq!(
        (&looks[0]["person"], &looks[0]["reason"]),
        (&json!(id.to_string()), &json!("certificate for the court"))
    );
    assert_eq!((&looks[0]["name"], &looks[0]["province"]), (&json!("Tanirt"), &json!("09.541")));
    // The person sees who looked, an administrator too, a registrar does not.
    let own = account(None, Some(id));
    let administrator = account(Some(("administrator", "nation")), None);
    assert_eq!(people.looks(&own, id).await.unwrap().len(), 1);
    assert_eq!(people.looks(&administrator, id).await.unwrap().len(), 1);
    assert!(people.looks(&registrar(), id).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_may_not_see_a_number_is_shown_none_and_leaves_no_look() {
    let register = Register::new().await;
    let (people, id) = (door(&register), person(&register, "Fadma").await);
    people.set_national_id(&registrar(), id, Some("JA123456"), None).await.unwrap();
    let observer = account(Some(("observer", "nation")), None);
    assert!(matches!(people.national_id(&observer, id, "curious").await, Err(PeopleError::Refused(_))));
    let elsewhere = account(Some(("registrar", "province:01.051")), None);
    assert!(matches!(people.national_id(&elsewhere, id, "curious").await, Err(PeopleError::Missing)));
    let public = people.national_id(&Caller::public(), id, "curious").await;
    assert!(matches!(public, Err(PeopleError::Read(ReadError::Refused(_)))), "{public:?}");
    for reason in ["", "  ", &"x".repeat(501)] {
        assert!(matches!(people.national_id(&registrar(), id, reason).await, Err(PeopleError::Reason)), "{reason}");
    }
    let nameless = person(&register, "Ijja").await;
    assert!(matches!(people.national_id(&registrar(), nameless, "why").await, Err(PeopleError::NoNumber)));
    assert!(register.all(&register.names.look).await.is_empty());
    // The person's own number is for the person.
    let own = account(None, Some(id));
    assert_eq!(people.national_id(&own, id, "to see it").await.unwrap().reveal(), "JA123456");
}

#[tokio::test]
async fn no_plugin_is_shown_what_a_card_is_known_by_whoever_it_acts_for() {
    let register = Register::new().await;
    let (people, id) = (door(&register), person(&register, "Fadma").await);
    people.set_national_id(&registrar(), id, Some("JA123456"), None).await.unwrap();
    let hashed = Register::key().hash("JA123456").unwrap();
    for caller in [registrar(), account(None, Some(id))] {
        let permit = register.records.may_read(&caller, &register.names.person).unwrap();
        let whole = register.records.read(&permit, id).await.unwrap().unwrap();
        assert!(whole.body.get("national_id_key").is_some(), "{:?}", whole.body);
        let mut unit = Unit::new(register.records.clone(), caller.through("market".parse().unwrap()));
        let shown = unit.get(&register.names.person, id).await.unwrap().unwrap();
        assert_eq!(shown.body, json!({ "name_fr": "Fadma", "province": "09.541" }));
        let through = caller.through("market".parse().unwrap());
        let permit = register.records.may_read(&through, &register.names.person).unwrap();
        let found = register.records.find_unique(&permit, 0, &[hashed.clone().into()]).await;
        assert!(matches!(found, Err(ReadError::Hidden)), "{found:?}");
        let past = register.records.history(&permit, id, None, 10).await.unwrap();
        assert!(past.iter().all(|entry| !entry.record.body.to_string().contains("national_id")), "{past:?}");
    }
}

#[tokio::test]
async fn a_sealed_number_is_neither_moved_nor_parted_from_its_hash() {
    let register = Register::new().await;
    let (people, one, two) = (door(&register), person(&register, "Fadma").await, person(&register, "Ijja").await);
    let kept = people.set_national_id(&registrar(), one, Some("JA123456"), None).await.unwrap();
    let sealed = kept.body["national_id_sealed"].clone();
    let key = Register::key();
    for (id, patch) in [
        (two, json!({ "national_id_sealed": sealed, "national_id_key": key.hash("JA123457").unwrap() })),
        (one, json!({ "national_id_key": key.hash("JA123457").unwrap() })),
        (one, json!({ "national_id_key": null })),
        (one, json!({ "national_id_sealed": format!("1.{}", "A".repeat(86)) })),
    ] {
        let drafts = vec![Draft::patch(register.names.person.clone(), id, patch.clone(), None)];
        let refused = register.records.submit(&registrar(), drafts, None).await;
        let Err(WriteError::Invalid { fields, .. }) = refused else { panic!("{patch}: {refused:?}") };
        assert_eq!((fields[0].pointer.as_str(), &*fields[0].code), ("/national_id_sealed", "sealed"));
    }
    // Another person cannot have the number, and what is forgotten is free.
    let taken = people.set_national_id(&registrar(), two, Some("JA123456"), None).await;
    assert!(matches!(taken, Err(PeopleError::Write(WriteError::Duplicate { .. }))), "{taken:?}");
    people.set_national_id(&registrar(), one, None, None).await.unwrap();
    people.set_national_id(&registrar(), two, Some("JA123456"), None).await.unwrap();
    assert!(matches!(people.national_id(&registrar(), one, "why").await, Err(PeopleError::NoNumber)));
    let short = people.set_national_id(&registrar(), one, Some("A1"), None).await;
    assert_eq!(short.unwrap_err().field().unwrap().code, "national-id");
}

#[tokio::test]
async fn a_number_of_somebody_elsewhere_is_asked_for_and_shows_nobody() {
    let register = Register::new().await;
    let (people, here) = (door(&register), person(&register, "Fadma").await);
    let body = json!({ "name_fr": "Ijja", "province": "01.051" });
    let drafts = vec![Draft::create(register.names.person.clone(), body)];
    let there = register.records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id;
    people.set_national_id(&Caller::system(), there, Some("JA123456"), None).await.unwrap();
    let set = people.set_national_id(&registrar(), here, Some("JA123456"), None).await;
    assert!(matches!(set, Err(PeopleError::Elsewhere)), "{set:?}");
    assert!(register.all(&register.names.look).await.is_empty(), "nobody was asked");
    let silent = people.set_or_ask(&registrar(), here, ("JA123456", " "), None).await;
    assert!(matches!(silent, Err(PeopleError::Reason)), "{silent:?}");
    let asked = people.set_or_ask(&registrar(), here, ("JA123456", "she stands before me"), None).await.unwrap();
    assert_eq!(asked, CardSet::Asked);
    let looks = people.looks(&account(None, Some(there)), there).await.unwrap();
    let said = |field: &str| looks[0].body[field].clone();
    assert_eq!((said("what"), said("reason")), (json!("national-id-asked"), json!("she stands before me")));
    // Who may not write the person tries no numbers, and a number that nobody has is set.
    let observer = account(Some(("observer", "nation")), None);
    let tried = people.set_or_ask(&observer, here, ("JA123456", "curious"), None).await;
    assert!(matches!(tried, Err(PeopleError::Write(_))), "{tried:?}");
    let free = people.set_or_ask(&registrar(), here, ("JA123457", "her card"), None).await.unwrap();
    assert!(matches!(free, CardSet::Set(_)));
}

fn cooperative(number: &str, name: &str, entity: &str) -> Value {
    json!({ "court": "Taroudannt", "number": number, "name_fr": name, "sector": "argan",
        "province": "09.541", "status": "registered", "entity": entity })
}

/// A union of two cooperatives, of which one has two members.
async fn union(register: &Register) -> (RecordId, RecordId, RecordId) {
    let union =
        create(register, &register.names.cooperative, cooperative("900/2020", "Union des arganeraies", "union")).await;
    let first = create(register, &register.names.cooperative, cooperative("11/2020", "Tifaouine", "cooperative")).await;
    let second =
        create(register, &register.names.cooperative, cooperative("5420/1998", "Amal Iguidar", "cooperative")).await;
    for (number, member) in [("10", first), ("9", second)] {
        let body = json!({ "cooperative": union.to_string(), "number": number, "member_cooperative": member.to_string(),
            "shares": 5, "province": "09.541", "sector": "argan" });
        create(register, &register.names.membership, body).await;
    }
    for (number, name, gender, year) in [("1", "Fadma", "female", 1995), ("2", "Ijja", "male", 1960)] {
        let person = person(register, name).await;
        let body = json!({ "cooperative": first.to_string(), "number": number, "person": person.to_string(), "role": "member",
            "gender": gender, "birth_year": year, "province": "09.541", "sector": "argan" });
        create(register, &register.names.membership, body).await;
    }
    (union, first, second)
}

#[tokio::test]
async fn a_union_is_shown_with_its_members_and_the_people_behind_them() {
    let register = Register::new().await;
    let (union, first, second) = union(&register).await;
    let totals = register.totals().await;
    assert_eq!((totals.cooperatives, totals.members), (2, 2), "a union is no cooperative, and its members no people");
    let people = door(&register);
    let sheet = people.union_sheet(&registrar(), union).await.unwrap();
    let members = sheet.members.unwrap();
    let ids: Vec<Option<RecordId>> =
        members.iter().map(|member| member.record.as_ref().map(|record| record.id)).collect();
    assert_eq!(ids, [Some(second), Some(first)], "by their numbers");
    assert_eq!(sheet.totals, Some(UnionTotals { members: 2, people: 2, women: 1, youth: 1 }));
    let public = people.union_sheet(&Caller::public(), union).await.unwrap();
    assert_eq!((public.members, public.totals), (None, None));
    assert!(matches!(people.union_sheet(&registrar(), first).await, Err(PeopleError::NoUnion)));
}

#[tokio::test]
async fn the_people_of_a_union_are_told_to_those_alone_who_see_all_its_members() {
    let register = Register::new().await;
    let (union, _, second) = union(&register).await;
    let moved = json!({ "province": "01.051" });
    let drafts = vec![Draft::patch(register.names.cooperative.clone(), second, moved, None)];
    register.records.submit(&Caller::system(), drafts, None).await.unwrap();
    register.totals().await;
    let sheet = door(&register).union_sheet(&registrar(), union).await.unwrap();
    assert_eq!(sheet.members.unwrap().len(), 2);
    assert_eq!(sheet.totals, None);
}

#[tokio::test]
async fn what_somebody_belongs_to_is_found_from_their_side() {
    let register = Register::new().await;
    let (union, first, _) = union(&register).await;
    let people = door(&register);
    let of_first = people.belongings(&registrar(), Holder::Cooperative, first).await.unwrap();
    let unions: Vec<Option<RecordId>> = of_first
        .memberships
        .items
        .iter()
        .map(|belonging| belonging.cooperative.as_ref().map(|record| record.id))
        .collect();
    assert_eq!(unions, [Some(union)]);
    let members = register.all(&register.names.membership).await;
    let fadma = members.iter().find_map(|member| member["person"].as_str()).unwrap().parse().unwrap();
    let belongings = people.belongings(&registrar(), Holder::Person, fadma).await.unwrap();
    assert_eq!((belongings.memberships.items.len(), belongings.mandates.items.len()), (1, 0));
    let public = people.belongings(&Caller::public(), Holder::Person, fadma).await.unwrap();
    assert!(public.memberships.items.is_empty() && !public.memberships.is_cut);
}
