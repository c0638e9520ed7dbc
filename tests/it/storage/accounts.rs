//! Accounts, roles, sessions, tokens, idempotency keys, the instance's own row.

use tiwizi_model::{AccountId, InstanceId, Instant, Jurisdiction, Language, RecordId};
use tiwizi_storage::account::AccountRow;
use tiwizi_storage::grant::GrantRow;
use tiwizi_storage::idempotency::IdempotencyRow;
use tiwizi_storage::instance::InstanceRow;
use tiwizi_storage::session::SessionRow;
use tiwizi_storage::token::TokenRow;
use tiwizi_storage::{WriteError, account, grant, idempotency, instance, session, tally, token};
use uuid::Uuid;

use super::{Store, for_each_database};

fn someone(store: &Store, email: &str) -> AccountRow {
    AccountRow {
        id: AccountId(store.ambient.new_uuid()),
        email: email.to_owned(),
        name: "فاطمة".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
        person: Some(RecordId(Uuid::from_u128(5))),
        language: Language::Tachelhit,
        disabled: false,
        wrong_count: 0,
        wait_until: None,
        secret_until: Some(Instant(9)),
        created_at: store.ambient.now(),
    }
}

/// The id of an account that is stored.
pub(super) async fn stored(store: &Store, email: &str) -> AccountId {
    created(store, email).await.id
}

pub(super) async fn created(store: &Store, email: &str) -> AccountRow {
    let account = someone(store, email);
    let mut tx = store.db.begin_write().await.unwrap();
    account::create(&mut tx, &account).await.unwrap();
    tx.commit().await.unwrap();
    account
}

for_each_database! {
    async fn an_address_belongs_to_one_account(store) {
        let first = created(store, "f@example.ma").await;
        let mut tx = store.db.begin_write().await.unwrap();
        let refused = account::create(&mut tx, &someone(store, "f@example.ma")).await;
        assert!(matches!(refused, Err(WriteError::Duplicate { slot: 0 })), "{refused:?}");
        drop(tx);
        created(store, "a@example.ma").await;
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(account::find(&mut tx, first.id).await.unwrap().as_ref(), Some(&first));
        assert_eq!(account::find_by_email(&mut tx, "f@example.ma").await.unwrap(), Some(first));
        assert_eq!(account::find_by_email(&mut tx, "b@example.ma").await.unwrap(), None);
        let emails: Vec<_> = account::list(&mut tx, None, 10).await.unwrap().into_iter().map(|row| row.email).collect();
        assert_eq!(emails, ["a@example.ma", "f@example.ma"]);
        assert_eq!(account::list(&mut tx, Some("a@example.ma"), 10).await.unwrap().len(), 1);
    }

    async fn wrong_passwords_are_counted_until_the_right_one(store) {
        let row = created(store, "f@example.ma").await;
        let mut tx = store.db.begin_write().await.unwrap();
        account::add_wrong(&mut tx, row.id).await.unwrap();
        assert_eq!(account::add_wrong(&mut tx, row.id).await.unwrap(), 2);
        account::set_wrong(&mut tx, row.id, 2, Some(Instant(77))).await.unwrap();
        let found = account::find(&mut tx, row.id).await.unwrap().unwrap();
        assert_eq!((found.wrong_count, found.wait_until), (2, Some(Instant(77))));
        account::set_password(&mut tx, row.id, "new", None).await.unwrap();
        let expected = AccountRow { password_hash: "new".to_owned(), secret_until: None, ..row.clone() };
        assert_eq!(account::find(&mut tx, row.id).await.unwrap().unwrap(), expected);
        let changed = AccountRow { disabled: true, person: None, language: Language::French, ..expected };
        account::update(&mut tx, &changed).await.unwrap();
        assert_eq!(account::find(&mut tx, row.id).await.unwrap().unwrap(), changed);
        let nobody = AccountRow { id: AccountId(Uuid::nil()), email: "n@example.ma".to_owned(), ..changed };
        assert!(matches!(account::update(&mut tx, &nobody).await, Err(WriteError::Missing)));
    }

    async fn roles_are_given_once_and_taken_away(store) {
        let row = created(store, "f@example.ma").await;
        let given = GrantRow {
            account: row.id,
            role: "trainer".to_owned(),
            scope: "province:09.541".to_owned(),
            granted_at: store.ambient.now(),
            granted_by: None,
        };
        let mut tx = store.db.begin_write().await.unwrap();
        grant::add(&mut tx, &given).await.unwrap();
        grant::add(&mut tx, &given).await.unwrap();
        assert_eq!(grant::of_account(&mut tx, row.id).await.unwrap(), std::slice::from_ref(&given));
        assert_eq!(grant::with_role(&mut tx, "trainer", 5).await.unwrap(), [given]);
        assert!(grant::remove(&mut tx, row.id, "trainer", "province:09.541").await.unwrap());
        assert!(!grant::remove(&mut tx, row.id, "trainer", "province:09.541").await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn sessions_end_one_by_one_by_account_and_by_age(store) {
        let row = created(store, "f@example.ma").await;
        let begun = |byte: u8, used_at: i64| SessionRow {
            hash: [byte; 32],
            account: row.id,
            csrf: vec![byte; 32],
            created_at: Instant(1),
            used_at: Instant(used_at),
        };
        let mut tx = store.db.begin_write().await.unwrap();
        for (byte, used_at) in [(1, 10), (2, 20), (3, 30), (4, 40)] {
            session::create(&mut tx, &begun(byte, used_at)).await.unwrap();
        }
        session::touch(&mut tx, &[1; 32], Instant(50)).await.unwrap();
        assert_eq!(session::find(&mut tx, &[1; 32]).await.unwrap(), Some(begun(1, 50)));
        assert_eq!(session::delete_unused_since(&mut tx, Instant(30)).await.unwrap(), 1);
        session::delete(&mut tx, &[3; 32]).await.unwrap();
        assert_eq!(session::find(&mut tx, &[3; 32]).await.unwrap(), None);
        session::delete_of_account(&mut tx, row.id).await.unwrap();
        assert_eq!(session::find(&mut tx, &[4; 32]).await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn a_token_is_found_by_its_hash_until_it_is_ended(store) {
        let row = created(store, "f@example.ma").await;
        let mut made = TokenRow {
            id: store.ambient.new_uuid(),
            account: row.id,
            name: "phone".to_owned(),
            hash: [8; 32],
            created_at: Instant(1),
            used_at: None,
            expires_at: Some(Instant(99)),
        };
        let mut tx = store.db.begin_write().await.unwrap();
        token::create(&mut tx, &made).await.unwrap();
        token::touch(&mut tx, made.id, Instant(5)).await.unwrap();
        made.used_at = Some(Instant(5));
        assert_eq!(token::find_by_hash(&mut tx, &[8; 32]).await.unwrap().as_ref(), Some(&made));
        assert_eq!(token::of_account(&mut tx, row.id).await.unwrap(), [made.clone()]);
        assert!(!token::delete(&mut tx, AccountId(Uuid::nil()), made.id).await.unwrap());
        assert!(token::delete(&mut tx, row.id, made.id).await.unwrap());
        assert_eq!(token::find_by_hash(&mut tx, &[8; 32]).await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn a_key_answers_once_for_each_account_and_for_the_public(store) {
        let answered = |account: Option<AccountId>, at: i64| IdempotencyRow {
            account,
            key: "k".to_owned(),
            request_hash: [3; 32],
            status: 201,
            answer: "{}".to_owned(),
            at: Instant(at),
        };
        let somebody = Some(AccountId(Uuid::from_u128(4)));
        let mut tx = store.db.begin_write().await.unwrap();
        idempotency::create(&mut tx, &answered(None, 1)).await.unwrap();
        idempotency::create(&mut tx, &answered(somebody, 5)).await.unwrap();
        assert_eq!(idempotency::find(&mut tx, None, "k").await.unwrap(), Some(answered(None, 1)));
        assert_eq!(idempotency::find(&mut tx, somebody, "k").await.unwrap(), Some(answered(somebody, 5)));
        assert_eq!(idempotency::delete_before(&mut tx, Instant(5)).await.unwrap(), 1);
        assert_eq!(idempotency::find(&mut tx, None, "k").await.unwrap(), None);
        let refused = idempotency::create(&mut tx, &answered(somebody, 6)).await;
        assert!(matches!(refused, Err(WriteError::Duplicate { slot: 0 })), "{refused:?}");
    }

    async fn a_database_belongs_to_one_instance(store) {
        let row = InstanceRow {
            id: InstanceId(Uuid::from_u128(1)),
            name: "Souss-Massa".to_owned(),
            jurisdiction: "09.541,09.551".parse::<Jurisdiction>().unwrap(),
            created_at: store.ambient.now(),
            key: vec![1, 2, 3],
        };
        assert_eq!(instance::find(&mut store.db.read().await.unwrap()).await.unwrap(), None);
        let mut tx = store.db.begin_write().await.unwrap();
        instance::create(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(instance::find(&mut store.db.read().await.unwrap()).await.unwrap(), Some(row.clone()));
        assert!(instance::create(&mut store.db.begin_write().await.unwrap(), &row).await.is_err());
    }

    async fn tallies_add_up(store) {
        let delta = |key: &str, amount: i64| ("province".to_owned(), key.to_owned(), amount);
        let mut tx = store.db.begin_write().await.unwrap();
        tally::add(&mut tx, &[delta("b", 2), delta("a", 1), delta("b", 3)]).await.unwrap();
        tally::add(&mut tx, &[delta("b", -4), delta("c", 1), delta("c", -1)]).await.unwrap();
        let all = tally::all(&mut tx, "province").await.unwrap();
        assert_eq!(all, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
        tally::clear(&mut tx, "province").await.unwrap();
        assert!(tally::all(&mut tx, "province").await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }
}
