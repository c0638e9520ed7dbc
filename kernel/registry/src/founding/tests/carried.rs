//! Files that are opened from a record of a plugin: what goes over, who is invited, and who is told where the file stands.

use serde_json::{Value, json};
use tiwizi_identity::{AccountCaller, Caller};
use tiwizi_model::{AccountId, Language, RecordId};
use uuid::Uuid;

use super::super::{Carried, CarriedPerson, FoundingError, Source, of_source};
use super::{Bureau, founder, map, name};
use crate::money::Mad;

fn person(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x7000 + number))
}

/// The holder of an account that belongs to its person.
fn known(number: u128) -> Caller {
    Caller::of_account(AccountCaller {
        account: AccountId(Uuid::from_u128(number)),
        name: format!("Fondateur {number}"),
        person: Some(person(number)),
        language: Language::French,
        roles: Vec::new(),
    })
}

fn source() -> Source {
    format!("project-bank/start/{}", person(99)).parse().unwrap()
}

fn carried() -> Carried {
    let one = |number: u128| CarriedPerson {
        person: person(number),
        name: format!("Fondateur {number}"),
        shares: Some(10),
        paid_mad: Some(Mad::whole(250)),
    };
    Carried {
        source: source(),
        fields: map(name()),
        share_value_mad: Some(Mad::whole(100)),
        people: [1, 2, 3, 4, 5, 2].into_iter().map(one).collect(),
        opened: None,
    }
}

/// Accounts 1 to 4 belong to their persons; person 5 has no account.
async fn house() -> Bureau {
    let bureau = Bureau::open().await;
    for number in 1..=4 {
        bureau.belongs(number, person(number)).await;
    }
    bureau
}

#[tokio::test]
async fn what_was_prepared_goes_over_and_each_is_invited_once() {
    let bureau = house().await;
    let id = bureau.foundings.open_with(&known(1), &map(name()), &carried()).await.unwrap();
    let seen = bureau.foundings.look(&known(1), id).await.unwrap();
    assert_eq!(seen.founding.source, Some(source().to_string()));
    assert_eq!(seen.founding.share_value_mad, Some(Mad::whole(100)));
    let seats: Vec<_> = seen
        .seats
        .iter()
        .map(|seat| {
            (seat.founder.has_joined(), seat.founder.account.is_some(), seat.founder.shares, seat.founder.paid_mad)
        })
        .collect();
    let agreed = (Some(10), Some(Mad::whole(250)));
    let invited = (false, true, agreed.0, agreed.1);
    assert_eq!(seats.len(), 5, "{seats:?}");
    assert!(seats.contains(&(true, true, agreed.0, agreed.1)), "{seats:?}");
    assert!(seats.contains(&(false, false, agreed.0, agreed.1)), "{seats:?}");
    assert_eq!(seats.iter().filter(|seat| **seat == invited).count(), 3);
    assert_eq!(bureau.told(2).await, ["founding-notice-invited"]);
    assert_eq!(bureau.told(1).await, Vec::<String>::new());
    assert_eq!(bureau.foundings.join_as_invited(&known(2), id).await.unwrap(), id);
}

#[tokio::test]
async fn a_second_file_from_the_same_record_is_the_first_one_until_that_is_given_up() {
    let bureau = house().await;
    let open = || async { bureau.foundings.open_with(&known(1), &map(name()), &carried()).await.unwrap() };
    let (first, second) = tokio::join!(open(), open());
    assert_eq!(first, second);
    assert_eq!(open().await, first);
    bureau.foundings.give_up(&known(1), bureau.at(first).await).await.unwrap();
    assert_ne!(open().await, first);
}

#[tokio::test]
async fn where_the_file_stands_is_told_to_those_who_take_part() {
    let bureau = house().await;
    let records = &bureau.register.records;
    let step = async |caller: &Caller| -> Option<Value> {
        of_source(records, caller, &source()).await.unwrap().map(|record| record.body["step"].clone())
    };
    assert_eq!(step(&known(1)).await, None);
    let id = bureau.foundings.open_with(&known(1), &map(name()), &carried()).await.unwrap();
    let plugin = known(2).through("project-bank".parse().unwrap());
    assert_eq!((step(&known(1)).await, step(&plugin).await), (Some(json!("name")), Some(json!("name"))));
    for stranger in [founder(6), Caller::public(), Caller::system()] {
        assert_eq!(step(&stranger).await, None);
    }
    bureau.foundings.ask_for_name(&known(1), bureau.at(id).await).await.unwrap();
    let told = of_source(records, &known(1), &source()).await.unwrap().unwrap();
    assert_eq!((&told.body["waits_for"], told.body.get("name_fr")), (&json!("office"), None));
    bureau.foundings.take_back(&known(1), bureau.at(id).await).await.unwrap();
    bureau.foundings.give_up(&known(1), bureau.at(id).await).await.unwrap();
    assert_eq!(step(&known(1)).await, None);
}

#[tokio::test]
async fn a_record_that_is_not_there_carries_nothing_and_a_plugin_opens_no_file() {
    let bureau = house().await;
    for text in [source().to_string(), format!("registry/person/{}", person(1)), format!("nowhere/kind/{}", person(1))]
    {
        assert_eq!(bureau.foundings.carried(&known(1), text.parse().unwrap()).await.unwrap(), None, "{text}");
    }
    let plugin = known(1).through("project-bank".parse().unwrap());
    let refused = bureau.foundings.open_with(&plugin, &map(name()), &carried()).await;
    assert!(matches!(refused, Err(FoundingError::NotSignedIn)), "{refused:?}");
    let wrong = bureau.foundings.open_with(&known(1), &map(json!({ "step": "registered" })), &carried()).await;
    assert!(matches!(wrong, Err(FoundingError::Invalid { .. })), "{wrong:?}");
}
