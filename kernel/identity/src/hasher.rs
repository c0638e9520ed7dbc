//! Argon2id, away from the threads that answer requests and never more at once than there are processors.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tiwizi_model::{Ambient, limits};
use tokio::sync::Semaphore;

use crate::password::Password;

/// Memory in KiB, passes, lanes: what OWASP asks at least.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// The hash of nothing that anybody could type: a sign-in to an account that does not exist is checked against it, so
/// that it takes as long as any other.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Too many sign-ins wait already.
    #[error("too many sign-ins at once; try again in a moment")]
    Busy,
    /// The library refused.
    #[error("the password could not be hashed")]
    Argon2,
    /// The instance is stopping.
    #[error("the instance is stopping")]
    Stopping,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, and hashed with other parameters than today's: here is the new hash.
    RightButOld(String),
}

#[derive(Clone)]
pub(crate) struct Hasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    ambient: Ambient,
}

impl Hasher {
    pub(crate) fn new(ambient: Ambient) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            running: Arc::new(Semaphore::new(processors)),
            waiting: Arc::new(Semaphore::new(limits::PASSWORD_CHECKS_WAITING_MAX)),
            ambient,
        }
    }

    /// The hash to store of a password, as a PHC string.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, HashError> {
        let salt = self.salt();
        self.run(move || hash(&password, &salt)).await?
    }

    /// Checks a password against a stored hash, or against nobody's.
    pub(crate) async fn verify(&self, password: Password, stored: Option<String>) -> Result<Verdict, HashError> {
        let salt = self.salt();
        self.run(move || {
            let known = stored.is_some();
            let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
            let parsed = PasswordHash::new(&stored).map_err(|_| HashError::Argon2)?;
            let right = argon2()?.verify_password(password.as_bytes(), &parsed).is_ok() && known;
            if !right {
                return Ok(Verdict::Wrong);
            }
            if is_of_today(&parsed) { Ok(Verdict::Right) } else { hash(&password, &salt).map(Verdict::RightButOld) }
        })
        .await?
    }

    fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        for (target, source) in salt.iter_mut().zip(self.ambient.secret()) {
            *target = source;
        }
        salt
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        let place = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| HashError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| HashError::Stopping)?;
        // The turn goes with the work: when the caller gives up, the thread still counts until it is done.
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        })
        .await
        .map_err(|_| HashError::Stopping)
    }
}

fn argon2() -> Result<Argon2<'static>, HashError> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| HashError::Argon2)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Password, salt: &[u8]) -> Result<String, HashError> {
    let hash: PasswordHash =
        argon2()?.hash_password_with_salt(password.as_bytes(), salt).map_err(|_| HashError::Argon2)?;
    Ok(hash.to_string())
}

fn is_of_today(hash: &PasswordHash) -> bool {
    let cost = Params::try_from(hash).map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
    hash.algorithm.as_str() == "argon2id" && cost.is_ok_and(|cost| cost == COST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> Hasher {
        Hasher::new(Ambient::system())
    }

    fn typed(text: &str) -> Password {
        Password::typed(text).unwrap()
    }

    #[tokio::test]
    async fn a_stored_hash_is_argon2id_with_the_cost_that_owasp_asks() {
        let hash = hasher().hash(typed("une longue phrase")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(hasher().verify(typed("une longue phrase"), Some(hash.clone())).await.unwrap(), Verdict::Right);
        assert_eq!(hasher().verify(typed("une autre phrase"), Some(hash)).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert_eq!(hasher().verify(typed(""), None).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_older_cost_is_renewed() {
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8192, 1, 1, None).unwrap());
        let hash: PasswordHash = old.hash_password_with_salt(b"une longue phrase", &[7; 16]).unwrap();
        let verdict = hasher().verify(typed("une longue phrase"), Some(hash.to_string())).await.unwrap();
        let Verdict::RightButOld(renewed) = verdict else { panic!("{verdict:?}") };
        assert!(renewed.contains("m=19456,t=2,p=1"));
    }

    #[tokio::test]
    async fn more_sign_ins_than_can_wait_are_turned_away() {
        let hasher = hasher();
        let all = u32::try_from(limits::PASSWORD_CHECKS_WAITING_MAX).unwrap();
        let _taken = hasher.waiting.try_acquire_many(all).unwrap();
        assert!(matches!(hasher.hash(typed("une longue phrase")).await, Err(HashError::Busy)));
    }
}
