//! Notices over a real SQLite database: whom they reach, and what a commit bounds.

use tiwizi_identity::Caller;
use tiwizi_model::Instant;
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::grant::{self, GrantRow};
use tiwizi_storage::notice;
use uuid::Uuid;

use super::*;
use crate::testing::{House, install};

const HERE: &str = "09.541";

async fn holder(house: &House, number: u128, role: &str, scope: &str) -> AccountId {
    let id = AccountId(Uuid::from_u128(number));
    let row = AccountRow {
        id,
        email: format!("{number}@example.org"),
        name: "Fadma".to_owned(),
        password_hash: String::new(),
        person: None,
        language: tiwizi_model::Language::French,
        disabled: false,
        wrong_count: 0,
        wait_until: None,
        secret_until: None,
        created_at: Instant(1),
    };
    let (role, scope) = (role.to_owned(), scope.to_owned());
    let mut tx = house.records.db().begin_write().await.unwrap();
    account::create(&mut tx, &row).await.unwrap();
    grant::add(&mut tx, &GrantRow { account: id, role, scope, granted_at: Instant(1), granted_by: None })
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

fn unit(house: &House) -> Unit {
    Unit::new(house.records.clone(), Caller::public().through("one".parse().unwrap()))
}

fn message() -> Message {
    Message { key: "ready".to_owned(), args: "{}".to_owned(), link: None }
}

async fn count(house: &House, account: AccountId) -> usize {
    notice::list(&mut house.records.db().read().await.unwrap(), account, None, 9).await.unwrap().len()
}

#[tokio::test]
async fn an_officer_is_told_by_the_province_of_the_cooperative() {
    let house = House::open().await;
    install(&house.records, &["one"]).await;
    let (near, far) = (house.cooperative("A", "argan", HERE).await, house.cooperative("B", "argan", "01.051").await);
    let officer = holder(&house, 1, "officer", &format!("cooperative:{near}")).await;
    let stranger = holder(&house, 2, "officer", &format!("cooperative:{far}")).await;
    let mut unit = unit(&house);
    unit.tell(Recipient::Role(Role::Officer, HERE.parse().ok()), &message()).await.unwrap();
    assert_eq!(count(&house, officer).await, 0);
    unit.commit(None).await.unwrap();
    assert_eq!((count(&house, officer).await, count(&house, stranger).await), (1, 0));
    let nobody = Unit::new(house.records.clone(), Caller::system()).tell(Recipient::Person(near), &message()).await;
    assert!(matches!(nobody, Err(NoticeError::Nobody)));
}

#[tokio::test]
async fn more_than_a_call_may_tell_are_not_told() {
    let house = House::open().await;
    install(&house.records, &["one"]).await;
    let mut tx = house.records.db().begin_write().await.unwrap();
    for number in 0..=limits::NOTICE_RECIPIENTS_MAX as u128 {
        let id = AccountId(Uuid::from_u128(number));
        let row = AccountRow {
            id,
            email: format!("{number}@example.org"),
            name: String::new(),
            password_hash: String::new(),
            person: None,
            language: tiwizi_model::Language::French,
            disabled: false,
            wrong_count: 0,
            wait_until: None,
            secret_until: None,
            created_at: Instant(1),
        };
        account::create(&mut tx, &row).await.unwrap();
        let (role, scope) = ("observer".to_owned(), "nation".to_owned());
        grant::add(&mut tx, &GrantRow { account: id, role, scope, granted_at: Instant(1), granted_by: None })
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    for province in [None, HERE.parse().ok()] {
        let refused = unit(&house).tell(Recipient::Role(Role::Observer, province), &message()).await;
        assert!(matches!(refused, Err(NoticeError::Recipients(RecipientsError::TooMany))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_rule_of_the_kernel_tells_without_a_plugin_and_a_plugin_tells_in_its_own_name() {
    let house = House::open().await;
    let account = holder(&house, 1, "registrar", "province:09.541").await;
    let mut unit = Unit::new(house.records.clone(), Caller::system());
    assert!(matches!(unit.tell(Recipient::Account(account), &message()).await, Err(NoticeError::Nobody)));
    unit.tell_by_kernel(Recipient::Account(account), &message()).await.unwrap();
    unit.tell_by_kernel(Recipient::Role(Role::Registrar, HERE.parse().ok()), &message()).await.unwrap();
    unit.commit(None).await.unwrap();
    let told = notice::list(&mut house.records.db().read().await.unwrap(), account, None, 9).await.unwrap();
    assert_eq!(told.iter().map(|notice| notice.plugin.clone()).collect::<Vec<_>>(), [None, None]);
}

#[tokio::test]
async fn many_accounts_that_a_rule_knows_are_told_by_one_message() {
    let house = House::open().await;
    let mut unit = Unit::new(house.records.clone(), Caller::system());
    let accounts = |count: u128| (1..=count).map(|number| AccountId(Uuid::from_u128(number))).collect::<BTreeSet<_>>();
    unit.tell_accounts_by_kernel(accounts(101), &message()).unwrap();
    assert_eq!((unit.messages, unit.notices.len()), (1, 101));
    let full = unit.tell_accounts_by_kernel(accounts(limits::NOTICE_RECIPIENTS_MAX as u128), &message());
    assert!(matches!(full, Err(NoticeError::Full)), "{full:?}");
}
