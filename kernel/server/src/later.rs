//! The keys of forms that may be sent later: a page holds one, made with it, and the phone sends it back when it has a link again.
//!
//! A key says for whom and when it was made, by this side's clock alone: what a phone believes of the day changes nothing. It is no
//! secret and opens nothing; whoever makes one up binds only themselves. It names no form: what a form has done is remembered under the
//! key together with its address and its content (`idempotency.rs`).

use axum::extract::Request;
use tiwizi_model::{AccountId, Ambient, Instant, limits};
use tiwizi_storage::idempotency::LATER;
use uuid::Uuid;

use crate::body;
use crate::form::{CSRF_FIELD, KEY_FIELD};
use crate::problem::{Fault, Problem};

/// How many bytes of a request's hash stand in what its answer is remembered under.
const HASH_BYTES: usize = 16;

/// A new key, for the forms of one page that is made for an account.
pub(crate) fn new_key(account: AccountId, ambient: &Ambient) -> String {
    let (account, at) = (account.0.simple(), ambient.now().0);
    format!("{LATER}{account}.{at}.{}", ambient.new_uuid().simple())
}

/// Whether a request may be such a form: one in words that is sent to a plugin.
pub(crate) fn may_hold_a_key(request: &Request) -> bool {
    request.uri().path().split('/').nth(2) == Some("p")
        && body::media_type(request.headers()).as_deref() == Some("application/x-www-form-urlencoded")
}

/// A form with its key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LaterForm<'a> {
    key: &'a str,
    /// What was filled in: without the key, and without the proof of the session, which is another one after signing in again.
    pub(crate) content: String,
}

impl<'a> LaterForm<'a> {
    /// Finds the key in the body of a form; none where there is none.
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let key = text.split('&').find_map(|pair| value(pair, KEY_FIELD)).filter(|key| !key.is_empty())?;
        let is_content = |pair: &&str| value(pair, KEY_FIELD).is_none() && value(pair, CSRF_FIELD).is_none();
        let content = text.split('&').filter(is_content).collect::<Vec<_>>().join("&");
        Some(Self { key, content })
    }

    /// Refuses a key that is none, is too old or was made for another account. Whoever is not signed in must do so first: what they send
    /// would else count for nobody.
    pub(crate) fn check(&self, account: Option<AccountId>, now: Instant) -> Result<(), Problem> {
        let (made_for, at) = read(self.key).ok_or(Fault::Malformed)?;
        let account = account.ok_or(Fault::NotSignedIn)?;
        if made_for != account {
            return Err(Problem::from(Fault::Forbidden).saying("this form was made for another account"));
        }
        if now <= at.plus_ms(limits::LATER_MS) { Ok(()) } else { Err(Fault::LaterTooOld.into()) }
    }

    /// What the answer is remembered under.
    pub(crate) fn key_with(&self, request_hash: &[u8]) -> String {
        let hash: String = request_hash.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect();
        format!("{}.{hash}", self.key)
    }
}

fn value<'a>(pair: &'a str, field: &str) -> Option<&'a str> {
    pair.strip_prefix(field)?.strip_prefix('=')
}

/// Whom a key was made for, and when.
fn read(key: &str) -> Option<(AccountId, Instant)> {
    let mut parts = key.strip_prefix(LATER)?.split('.');
    let (account, at, id) = (parts.next()?, parts.next()?, parts.next()?);
    let is_id = |text: &str| text.len() == 32 && Uuid::try_parse(text).is_ok();
    if parts.next().is_some() || !is_id(account) || !is_id(id) || !at.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((AccountId(Uuid::try_parse(account).ok()?), Instant(at.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "later.0193b3c0000070008000000000000001.1000.0193b3c0000070008000000000000002";

    fn account(last: u128) -> AccountId {
        AccountId(Uuid::from_u128(0x0193_b3c0_0000_7000_8000_0000_0000_0000 + last))
    }

    fn check(key: &str, account: Option<AccountId>, now: i64) -> Result<(), Fault> {
        let body = format!("a=1&idempotency-key={key}");
        LaterForm::of(body.as_bytes()).unwrap().check(account, Instant(now)).map_err(|problem| problem.fault())
    }

    #[test]
    fn what_was_filled_in_is_without_the_key_and_the_proof() {
        let body = format!("csrf=x&a=1&idempotency-key={KEY}&csrf=y&b=csrf%3D");
        let form = LaterForm::of(body.as_bytes()).unwrap();
        assert_eq!((form.key, form.content.as_str()), (KEY, "a=1&b=csrf%3D"));
        assert_eq!(form.key_with(&[0xab; 32]), format!("{KEY}.{}", "ab".repeat(HASH_BYTES)));
        assert!(form.key_with(&[0; 32]).len() <= limits::RECEIPT_KEY_BYTES_MAX);
        for body in ["a=1", "idempotency-key=", "xidempotency-key=1", ""] {
            assert_eq!(LaterForm::of(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn a_key_is_good_for_its_account_and_its_time() {
        assert_eq!(check(KEY, Some(account(1)), 1000), Ok(()));
        assert_eq!(check(KEY, Some(account(1)), 1000 + limits::LATER_MS), Ok(()));
        assert_eq!(check(KEY, Some(account(1)), 1001 + limits::LATER_MS), Err(Fault::LaterTooOld));
        assert_eq!(check(KEY, Some(account(2)), 1000), Err(Fault::Forbidden));
        assert_eq!(check(KEY, None, 1000), Err(Fault::NotSignedIn));
        for key in ["x", "later.1.2.3", "later..1000.", &format!("{KEY}.1"), &KEY.replace("1000", "-1")] {
            assert_eq!(check(key, Some(account(1)), 1000), Err(Fault::Malformed), "{key}");
        }
    }
}
