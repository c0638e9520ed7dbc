//! Notices: to whom they go, who may send them, and how many.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{AccountId, Instant, Language, RecordId, limits};
use tiwizi_storage::account::{self, AccountRow};
use tiwizi_storage::grant::{self, GrantRow};
use tiwizi_storage::notice::{self, NoticeRow};
use uuid::Uuid;

use super::house::{House, chaos};
use crate::{Answer, CallError, Grants};

const FADMA: RecordId = RecordId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0007));

async fn posted(house: &House, path: &str, text: &str) -> Value {
    match house.post(path, text).await {
        Ok(Answer::Json { body, .. }) => body,
        other => panic!("{path} answered {other:?}"),
    }
}

/// An account with its role, that may sign in or not.
async fn account(house: &House, number: u128, role: &str, scope: &str, disabled: bool) -> AccountId {
    let id = AccountId(Uuid::from_u128(number));
    let row = AccountRow {
        id,
        email: format!("{number}@example.org"),
        name: "Fadma".to_owned(),
        password_hash: String::new(),
        person: (number <= 2).then_some(FADMA),
        language: Language::French,
        disabled,
        wrong_count: 0,
        wait_until: None,
        secret_until: None,
        created_at: Instant(1),
    };
    let (role, scope) = (role.to_owned(), scope.to_owned());
    let mut tx = house.host.db().begin_write().await.unwrap();
    account::create(&mut tx, &row).await.unwrap();
    let row = GrantRow { account: id, role, scope, granted_at: Instant(1), granted_by: None };
    grant::add(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn notices(house: &House, account: AccountId) -> Vec<NoticeRow> {
    notice::list(&mut house.host.db().read().await.unwrap(), account, None, 1_000).await.unwrap()
}

#[tokio::test]
async fn a_notice_goes_to_the_accounts_of_a_person() {
    let house = House::with_chaos().await;
    let (one, disabled) =
        (account(&house, 1, "trainer", "nation", false).await, account(&house, 2, "trainer", "nation", true).await);
    let other = account(&house, 3, "trainer", "nation", false).await;
    assert_eq!(posted(&house, "/notify/send", &format!("person {FADMA} Tafukt")).await, "told");
    let told = notices(&house, one).await;
    assert_eq!((told[0].key.as_str(), told[0].args.as_str()), ("ready", r#"{"what":"Tafukt"}"#));
    assert_eq!((told[0].link.as_deref(), told[0].plugin.as_ref()), (Some("/fine"), Some(&chaos())));
    assert!(notices(&house, disabled).await.is_empty() && notices(&house, other).await.is_empty());
    // Nothing tells whether there is anybody.
    let nobody = RecordId(Uuid::from_u128(99));
    assert_eq!(posted(&house, "/notify/send", &format!("person {nobody} Tafukt")).await, "told");
}

#[tokio::test]
async fn a_notice_to_a_role_goes_where_its_scope_covers_the_province() {
    let house = House::with_chaos().await;
    let nation = account(&house, 11, "trainer", "nation", false).await;
    let here = account(&house, 12, "trainer", "province:09.541,09.551", false).await;
    let elsewhere = account(&house, 13, "trainer", "province:01.051", false).await;
    let other = account(&house, 14, "observer", "nation", false).await;
    posted(&house, "/notify/send", "role trainer 09.541 a").await;
    posted(&house, "/notify/send", "role trainer - b").await;
    let mut counts = Vec::new();
    for account in [nation, here, elsewhere, other] {
        counts.push(notices(&house, account).await.len());
    }
    assert_eq!(counts, [2, 2, 1, 0]);
}

#[tokio::test]
async fn notices_are_denied_without_a_grant_and_gone_without_an_answer() {
    let house = House::with_chaos().await;
    let one = account(&house, 1, "trainer", "nation", false).await;
    let message = format!("person {FADMA} Tafukt");
    assert!(matches!(house.post("/notify/send-then-trap", &message).await, Err(CallError::Trap { .. })));
    house.host.set_grants(&chaos(), Grants::parse("store").unwrap(), &Caller::system()).await.unwrap();
    let denied = posted(&house, "/notify/send", &message).await;
    assert_eq!(
        denied,
        json!({ "code": "denied", "details": { "capability": "notify", "granted_by": "administrator" } })
    );
    assert!(notices(&house, one).await.is_empty());
}

#[tokio::test]
async fn p21_notices_are_bounded_in_a_call_and_in_an_account() {
    let house = House::with_chaos().await;
    let one = account(&house, 1, "trainer", "nation", false).await;
    let told = posted(&house, "/notify/bounds", &FADMA.to_string()).await;
    let codes: Vec<&Value> = told["first"].as_array().unwrap().iter().map(|told| &told["code"]).collect();
    assert_eq!(codes, ["invalid", "invalid", "over-limit", "over-limit", "invalid", "invalid", "invalid"]);
    assert_eq!((&told["sent"], &told["last"]["code"]), (&json!(limits::NOTICE_MESSAGES_MAX), &json!("over-limit")));
    for _ in 0..2 {
        posted(&house, "/notify/bounds", &FADMA.to_string()).await;
    }
    assert_eq!(notices(&house, one).await.len(), usize::try_from(limits::NOTICES_MAX).unwrap());
}
