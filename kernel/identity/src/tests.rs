//! Accounts, sessions and tokens over a real SQLite database, with a clock that moves when told to.

use std::sync::Arc;

use tempfile::TempDir;
use tiwizi_model::limits::{
    FIRST_SECRET_MS, LAST_USE_MS, SESSION_IDLE_MS, SESSION_LIFE_MS, TOKEN_LIFE_MS, TOKENS_MAX, WRONG_PASSWORD_WAIT_MS,
    WRONG_PASSWORDS_MAX,
};
use tiwizi_model::{AccountId, Ambient, Instant, Jurisdiction, Language, ManualClock, SystemEntropy};
use tiwizi_storage::{Db, Location, account};

use crate::{
    AccountError, Caller, Identity, NewAccount, NewSession, PasswordError, Role, RoleGrant, Scope, Secret, SignInError,
};

const EMAIL: &str = "fadma@example.org";
const PASSWORD: &str = "ⵜⵉⵡⵉⵣⵉ du village";

struct House {
    _directory: TempDir,
    clock: Arc<ManualClock>,
    identity: Identity,
}

impl House {
    async fn open() -> Self {
        let directory = TempDir::new().unwrap();
        let clock = Arc::new(ManualClock::at(Instant(1_760_000_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SystemEntropy));
        let location = Location::Sqlite { directory: directory.path().to_owned() };
        let db = Db::open(&location, ambient.clone()).await.unwrap();
        Self { _directory: directory, clock, identity: Identity::new(db, ambient) }
    }

    async fn with_fadma() -> (Self, AccountId) {
        let house = Self::open().await;
        let account = house.account(EMAIL).await.unwrap();
        (house, account)
    }

    async fn account(&self, email: &str) -> Result<AccountId, AccountError> {
        self.identity.create_account(&Caller::system(), new(email, PASSWORD)).await
    }

    async fn enter(&self) -> NewSession {
        self.identity.sign_in(EMAIL, PASSWORD).await.unwrap()
    }

    async fn caller(&self, session: &NewSession) -> Option<Caller> {
        let found = self.identity.caller_of_session(session.cookie_secret.reveal()).await.unwrap();
        found.map(|(caller, _)| caller)
    }

    async fn administrator(&self, email: &str) -> AccountId {
        let account = self.account(email).await.unwrap();
        self.identity.grant_role(&Caller::system(), account, Role::Administrator, nation()).await.unwrap();
        account
    }

    async fn stored_hash(&self, account: AccountId) -> String {
        let mut tx = self.identity.db.read().await.unwrap();
        account::find(&mut tx, account).await.unwrap().unwrap().password_hash
    }
}

fn new(email: &str, password: &str) -> NewAccount {
    NewAccount {
        email: email.into(),
        name: "Fadma Aït Ali".into(),
        password: Secret::of(password.into()),
        person: None,
        language: Language::Tachelhit,
    }
}

fn nation() -> Scope {
    Scope::Jurisdiction(Jurisdiction::Nation)
}

fn ms(milliseconds: i64) -> u64 {
    u64::try_from(milliseconds).unwrap()
}

#[tokio::test]
async fn an_account_signs_in_with_its_folded_address() {
    let (house, account) = House::with_fadma().await;
    let session = house.identity.sign_in("  Fadma@EXAMPLE.org", PASSWORD).await.unwrap();
    assert_eq!(session.account, account);
    let caller = house.caller(&session).await.unwrap();
    assert_eq!(
        (caller.account(), caller.name(), caller.language()),
        (Some(account), Some("Fadma Aït Ali"), Some(Language::Tachelhit))
    );
    assert!(matches!(house.account("FADMA@example.org").await, Err(AccountError::EmailTaken)));
    assert!(house.stored_hash(account).await.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[tokio::test]
async fn every_refusal_of_a_sign_in_reads_the_same() {
    let (house, account) = House::with_fadma().await;
    let closed = house.account("closed@example.org").await.unwrap();
    house.identity.disable_account(&Caller::system(), closed).await.unwrap();
    let tries = [
        (EMAIL, "another password"),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("closed@example.org", PASSWORD),
        (EMAIL, &"x".repeat(5_000)),
        (EMAIL, ""),
    ];
    for (email, password) in tries {
        let refused = house.identity.sign_in(email, password).await.unwrap_err();
        assert!(matches!(refused, SignInError::Refused), "{email}");
    }
    assert_eq!(house.enter().await.account, account);
}

#[tokio::test]
async fn ten_wrong_passwords_make_an_account_wait_and_no_longer() {
    let (house, _) = House::with_fadma().await;
    for _ in 0..WRONG_PASSWORDS_MAX {
        house.identity.sign_in(EMAIL, "not the password").await.unwrap_err();
    }
    assert!(matches!(house.identity.sign_in(EMAIL, PASSWORD).await, Err(SignInError::Refused)));
    house.clock.advance_ms(ms(WRONG_PASSWORD_WAIT_MS) - 1);
    assert!(house.identity.sign_in(EMAIL, PASSWORD).await.is_err());
    house.clock.advance_ms(1);
    house.enter().await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_at_the_latest_after_its_life() {
    let (house, _) = House::with_fadma().await;
    let session = house.enter().await;
    house.clock.advance_ms(ms(SESSION_IDLE_MS) - 1);
    assert!(house.caller(&session).await.is_some());
    house.clock.advance_ms(ms(SESSION_IDLE_MS));
    assert!(house.caller(&session).await.is_none());

    let session = house.enter().await;
    let mut lived = 0;
    while lived + SESSION_IDLE_MS / 2 < SESSION_LIFE_MS {
        house.clock.advance_ms(ms(SESSION_IDLE_MS / 2));
        lived += SESSION_IDLE_MS / 2;
        assert!(house.caller(&session).await.is_some(), "after {lived} ms");
    }
    house.clock.advance_ms(ms(SESSION_LIFE_MS - lived));
    assert!(house.caller(&session).await.is_none());
    assert_eq!(house.identity.forget_ended_sessions().await.unwrap(), 1);
}

#[tokio::test]
async fn a_secret_is_stored_as_its_hash_only_and_never_printed() {
    let (house, account) = House::with_fadma().await;
    let session = house.enter().await;
    let token = house.identity.create_token(account, "export").await.unwrap();
    let printed = format!("{session:?} {token:?} {:?}", new(EMAIL, PASSWORD));
    let (_, view) = house.identity.caller_of_session(session.cookie_secret.reveal()).await.unwrap().unwrap();
    let printed = format!("{printed} {view:?}");
    let secrets = [session.cookie_secret.reveal(), session.csrf.reveal(), token.secret.reveal(), PASSWORD];
    for secret in secrets {
        assert!(!printed.contains(secret));
    }
    house.identity.db.close().await;
    let files = std::fs::read_dir(house._directory.path()).unwrap();
    let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default()).collect();
    assert!(bytes.len() > 10_000);
    for secret in [session.cookie_secret.reveal(), token.secret.reveal(), PASSWORD] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[tokio::test]
async fn signing_in_gives_a_new_secret_and_signing_out_ends_it() {
    let (house, _) = House::with_fadma().await;
    let (first, second) = (house.enter().await, house.enter().await);
    assert_ne!(first.cookie_secret, second.cookie_secret);
    house.identity.sign_out(first.cookie_secret.reveal()).await.unwrap();
    assert!(house.caller(&first).await.is_none());
    assert!(house.caller(&second).await.is_some());
    assert!(house.identity.caller_of_session("planted").await.unwrap().is_none());
}

#[tokio::test]
async fn a_form_must_send_back_the_value_of_its_own_session() {
    let (house, _) = House::with_fadma().await;
    let (first, second) = (house.enter().await, house.enter().await);
    let (_, view) = house.identity.caller_of_session(first.cookie_secret.reveal()).await.unwrap().unwrap();
    assert_eq!(view.csrf(), first.csrf.reveal());
    assert!(view.csrf_matches(first.csrf.reveal()));
    for wrong in ["", "x", second.csrf.reveal(), &first.csrf.reveal()[1..]] {
        assert!(!view.csrf_matches(wrong));
    }
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_and_ends_with_it() {
    let (house, account) = House::with_fadma().await;
    let session = house.enter().await;
    let scope: Scope = "province:09.541".parse().unwrap();
    assert!(!house.caller(&session).await.unwrap().holds(Role::Registrar));
    house.identity.grant_role(&Caller::system(), account, Role::Registrar, scope.clone()).await.unwrap();
    assert!(house.caller(&session).await.unwrap().holds(Role::Registrar));
    house.identity.revoke_role(&Caller::system(), account, Role::Registrar, &scope).await.unwrap();
    assert!(!house.caller(&session).await.unwrap().holds(Role::Registrar));
}

#[tokio::test]
async fn a_closed_account_has_no_sessions_and_no_tokens_at_once() {
    let (house, account) = House::with_fadma().await;
    let session = house.enter().await;
    let token = house.identity.create_token(account, "export").await.unwrap();
    house.identity.disable_account(&Caller::system(), account).await.unwrap();
    assert!(house.caller(&session).await.is_none());
    assert!(house.identity.caller_of_token(token.secret.reveal()).await.unwrap().is_none());
    house.identity.enable_account(&Caller::system(), account).await.unwrap();
    assert!(house.caller(&session).await.is_none());
    house.enter().await;
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_token() {
    let (house, account) = House::with_fadma().await;
    let session = house.enter().await;
    let token = house.identity.create_token(account, "export").await.unwrap();
    let change = house.identity.change_password(account, "wrong", "une autre longue phrase").await;
    assert!(matches!(change, Err(AccountError::WrongPassword)));
    let change = house.identity.change_password(account, PASSWORD, "azertyuiop").await;
    assert!(matches!(change, Err(AccountError::Password(PasswordError::Common))));
    let fresh = house.identity.change_password(account, PASSWORD, "une autre longue phrase").await.unwrap();
    assert!(house.caller(&session).await.is_none());
    assert!(house.identity.caller_of_token(token.secret.reveal()).await.unwrap().is_none());
    assert!(house.caller(&fresh).await.is_some());
    assert!(house.identity.sign_in(EMAIL, PASSWORD).await.is_err());
    house.identity.sign_in(EMAIL, "une autre longue phrase").await.unwrap();
}

#[tokio::test]
async fn the_first_administrator_has_an_hour_and_no_role_before_a_new_password() {
    let house = House::open().await;
    let first = house.identity.first_administrator(EMAIL).await.unwrap();
    let session = house.identity.sign_in(EMAIL, first.secret.reveal()).await.unwrap();
    assert!(session.must_change);
    let caller = house.caller(&session).await.unwrap();
    assert!(!caller.holds(Role::Administrator));
    let fresh = house.identity.change_password(first.account, first.secret.reveal(), PASSWORD).await.unwrap();
    assert!(!fresh.must_change);
    assert!(house.caller(&fresh).await.unwrap().holds(Role::Administrator));
    assert!(matches!(house.identity.first_administrator("b@example.org").await, Err(AccountError::NotFirst)));
}

#[tokio::test]
async fn the_first_secret_is_worth_nothing_after_its_hour() {
    let house = House::open().await;
    let first = house.identity.first_administrator(EMAIL).await.unwrap();
    house.clock.advance_ms(ms(FIRST_SECRET_MS));
    assert!(matches!(house.identity.sign_in(EMAIL, first.secret.reveal()).await, Err(SignInError::Refused)));
}

#[tokio::test]
async fn a_lost_password_is_replaced_by_a_secret_for_an_hour_and_everything_ends() {
    let (house, account) = House::with_fadma().await;
    let administrator = house.administrator("a@example.org").await;
    let (identity, system) = (&house.identity, Caller::system());
    let session = house.enter().await;
    let token = identity.create_token(account, "export").await.unwrap();
    let fadma = house.caller(&session).await.unwrap();
    for (by, whose) in [(&fadma, administrator), (&Caller::public(), account)] {
        assert!(matches!(identity.reset_password(by, whose).await, Err(AccountError::NotAllowed)));
    }
    let first = identity.reset_password(&system, account).await.unwrap();
    assert!(house.caller(&session).await.is_none());
    assert!(identity.caller_of_token(token.secret.reveal()).await.unwrap().is_none());
    assert!(identity.sign_in(EMAIL, PASSWORD).await.is_err());
    house.clock.advance_ms(ms(FIRST_SECRET_MS));
    assert!(identity.sign_in(EMAIL, first.secret.reveal()).await.is_err());
    let second = identity.reset_password(&system, account).await.unwrap();
    assert!(identity.sign_in(EMAIL, second.secret.reveal()).await.unwrap().must_change);
    let fresh = identity.change_password(account, second.secret.reveal(), PASSWORD).await.unwrap();
    assert!(!fresh.must_change && house.caller(&fresh).await.is_some());
    assert_eq!(house.enter().await.account, account);
}

#[tokio::test]
async fn only_administrators_manage_accounts_and_not_their_own() {
    let (house, account) = House::with_fadma().await;
    let session = house.enter().await;
    let fadma = house.caller(&session).await.unwrap();
    let identity = &house.identity;
    for caller in [Caller::public(), fadma, Caller::system().through("training".parse().unwrap())] {
        assert!(matches!(identity.accounts(&caller, None, 10).await, Err(AccountError::NotAllowed)));
        assert!(matches!(
            identity.create_account(&caller, new("x@example.org", PASSWORD)).await,
            Err(AccountError::NotAllowed)
        ));
        assert!(matches!(
            identity.grant_role(&caller, account, Role::Observer, nation()).await,
            Err(AccountError::NotAllowed)
        ));
    }
    identity.grant_role(&Caller::system(), account, Role::Administrator, nation()).await.unwrap();
    let fadma = house.caller(&session).await.unwrap();
    assert!(matches!(identity.grant_role(&fadma, account, Role::Registrar, nation()).await, Err(AccountError::Own)));
    assert!(matches!(identity.disable_account(&fadma, account).await, Err(AccountError::Own)));
    assert_eq!(identity.accounts(&fadma, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_whose_role_is_refused_is_not_made() {
    let house = House::open().await;
    let (identity, system) = (&house.identity, Caller::system());
    let refused = identity.create_account_with_role(&system, new(EMAIL, PASSWORD), Role::Member, nation()).await;
    assert!(matches!(refused, Err(AccountError::Role(_))), "{refused:?}");
    assert!(identity.account_of(&system, EMAIL).await.unwrap().is_none());
    let refused =
        identity.create_account_with_role(&Caller::public(), new(EMAIL, PASSWORD), Role::Observer, nation()).await;
    assert!(matches!(refused, Err(AccountError::NotAllowed)), "{refused:?}");
    identity.create_account_with_role(&system, new(EMAIL, PASSWORD), Role::Observer, nation()).await.unwrap();
    let account = identity.account_of(&system, EMAIL).await.unwrap().unwrap();
    assert_eq!(account.roles, [RoleGrant { role: Role::Observer, scope: nation() }]);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let house = House::open().await;
    let first = house.administrator("a@example.org").await;
    let (identity, system) = (&house.identity, Caller::system());
    assert!(matches!(
        identity.revoke_role(&system, first, Role::Administrator, &nation()).await,
        Err(AccountError::LastAdministrator)
    ));
    assert!(matches!(identity.disable_account(&system, first).await, Err(AccountError::LastAdministrator)));
    let second = house.administrator("b@example.org").await;
    identity.disable_account(&system, second).await.unwrap();
    assert!(matches!(identity.disable_account(&system, first).await, Err(AccountError::LastAdministrator)));
    identity.enable_account(&system, second).await.unwrap();
    identity.revoke_role(&system, first, Role::Administrator, &nation()).await.unwrap();
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends() {
    let (house, account) = House::with_fadma().await;
    let token = house.identity.create_token(account, "export").await.unwrap();
    assert!(token.secret.reveal().starts_with("tzw_"));
    let caller = house.identity.caller_of_token(token.secret.reveal()).await.unwrap().unwrap();
    assert_eq!(caller.account(), Some(account));
    let tokens = house.identity.tokens(account).await.unwrap();
    assert_eq!(tokens[0].used_at, Some(Instant(1_760_000_000_000)));
    assert!(!format!("{tokens:?}").contains(&token.secret.reveal()[4..]));
    house.clock.advance_ms(ms(TOKEN_LIFE_MS));
    assert!(house.identity.caller_of_token(token.secret.reveal()).await.unwrap().is_none());
    assert!(house.identity.caller_of_token("tzw_x").await.unwrap().is_none());
    let another = house.account("b@example.org").await.unwrap();
    assert!(!house.identity.revoke_token(another, token.id).await.unwrap());
    assert!(house.identity.revoke_token(account, token.id).await.unwrap());
}

#[tokio::test]
async fn tokens_are_bounded_and_have_a_name() {
    let (house, account) = House::with_fadma().await;
    for name in ["", "   ", "a\nb", &"x".repeat(500)] {
        assert!(house.identity.create_token(account, name).await.is_err());
    }
    for number in 0..TOKENS_MAX {
        house.identity.create_token(account, &format!("token {number}")).await.unwrap();
    }
    assert!(house.identity.create_token(account, "one more").await.is_err());
}

#[tokio::test]
async fn two_hundred_sign_ins_at_once_are_all_answered() {
    let (house, _) = House::with_fadma().await;
    let all = (0..limits_of_waiting()).map(|_| house.identity.sign_in(EMAIL, PASSWORD));
    let answers = futures::future::join_all(all).await;
    assert!(answers.iter().all(Result::is_ok));
}

fn limits_of_waiting() -> usize {
    tiwizi_model::limits::PASSWORD_CHECKS_WAITING_MAX
}

#[tokio::test]
async fn a_use_is_noted_at_most_once_a_minute() {
    let (house, account) = House::with_fadma().await;
    let token = house.identity.create_token(account, "export").await.unwrap();
    let mut noted = Vec::new();
    for _ in 0..3 {
        house.identity.caller_of_token(token.secret.reveal()).await.unwrap();
        noted.push(house.identity.tokens(account).await.unwrap()[0].used_at.unwrap().0);
        house.clock.advance_ms(ms(LAST_USE_MS) / 2);
    }
    assert_eq!(noted, [1_760_000_000_000, 1_760_000_000_000, 1_760_000_000_000 + LAST_USE_MS]);
}
