//! The signing keys of an instance, one after the other: their public halves are records of the kind `registry/signing-key`.
//!
//! A key is never changed and never deleted. It signs until the next one is there, and what it signed stays verifiable. A key that
//! got into wrong hands is replaced as `compromised`: what the register holds from before is still good, and a signature alone is
//! not.

use serde_json::{Map, Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{PAGE_ROWS_MAX, SIGNING_KEYS_MAX};
use tiwizi_model::{Instant, PublicKey};
use tiwizi_records::{Draft, Query, ReadError, Records, WriteError};

use super::signing::{KeyId, SigningKey};
use crate::kinds::Names;

/// How often a key is looked for again when somebody else made one at the same moment.
const TRIES_MAX: u32 = 3;

/// A key as the register holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// 1 for the first.
    pub number: u32,
    /// What tokens name it by.
    pub id: KeyId,
    /// Its public half.
    pub public: PublicKey,
    /// Since when it signs.
    pub since: Instant,
    /// Why it took the place of the key before it: `first`, `routine`, `compromised` or `instance-key`.
    pub reason: String,
}

impl KeyRow {
    /// Whether it took the place of a key that got into wrong hands.
    #[must_use]
    pub fn follows_a_compromise(&self) -> bool {
        self.reason == ReplaceReason::Compromised.name()
    }
}

/// Why an administrator replaces a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplaceReason {
    /// It is time to.
    Routine,
    /// It got into wrong hands, or may have.
    Compromised,
}

impl ReplaceReason {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::Compromised => "compromised",
        }
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The keys could not be read.
    #[error("could not read the signing keys")]
    Read(#[from] ReadError),
    /// A key could not be written.
    #[error("could not write a signing key")]
    Write(#[source] WriteError),
    /// The record of a key is none.
    #[error("the record of a signing key is damaged")]
    Damaged,
    /// It was replaced too often.
    #[error("an instance has at most {} signing keys", SIGNING_KEYS_MAX)]
    Full,
}

/// All keys, the first one first.
///
/// # Errors
/// When the database fails or a record is damaged.
pub async fn all(records: &Records) -> Result<Vec<KeyRow>, KeyError> {
    let permit = records.may_read(&Caller::system(), &Names::new().signing_key)?;
    let query = Query { limit: PAGE_ROWS_MAX, ..Query::default() };
    let page = records.list(&permit, &query).await?;
    let mut keys =
        page.items.iter().map(|record| read(&record.body)).collect::<Option<Vec<_>>>().ok_or(KeyError::Damaged)?;
    keys.sort_by_key(|key| key.number);
    Ok(keys)
}

/// The key that signs now. The first one is made when it is needed, and another one when the instance's own key is a new one.
///
/// # Errors
/// When the database fails, or there were too many keys.
pub(crate) async fn current(records: &Records, instance_key: &[u8]) -> Result<SigningKey, KeyError> {
    let mut tries = 1;
    loop {
        let keys = all(records).await?;
        let reason = match keys.last() {
            None => "first",
            Some(last) => {
                let key = SigningKey::derive(instance_key, last.number);
                if key.public() == last.public {
                    return Ok(key);
                }
                "instance-key"
            }
        };
        match add(records, instance_key, &keys, reason).await {
            Err(KeyError::Write(WriteError::Duplicate { .. })) if tries < TRIES_MAX => tries = tries.saturating_add(1),
            made => return made,
        }
    }
}

/// Puts a new key in the place of the one that signs now.
///
/// # Errors
/// As `current`; `Write` with a duplicate when somebody else did so at the same moment.
pub async fn replace(records: &Records, instance_key: &[u8], reason: ReplaceReason) -> Result<SigningKey, KeyError> {
    current(records, instance_key).await?;
    let keys = all(records).await?;
    add(records, instance_key, &keys, reason.name()).await
}

async fn add(
    records: &Records,
    instance_key: &[u8],
    keys: &[KeyRow],
    reason: &'static str,
) -> Result<SigningKey, KeyError> {
    if keys.len() >= SIGNING_KEYS_MAX {
        return Err(KeyError::Full);
    }
    let number = keys.last().map_or(1, |last| last.number.saturating_add(1));
    let key = SigningKey::derive(instance_key, number);
    let body = json!({
        "number": number,
        "key_id": key.id().to_string(),
        "public_key": key.public().to_string(),
        "since": records.ambient().now().0,
        "reason": reason,
    });
    let draft = Draft::create(Names::new().signing_key, body);
    records.submit(&Caller::system(), vec![draft], None).await.map_err(KeyError::Write)?;
    tracing::info!(key.number = number, key.id = %key.id(), key.reason = reason, "extracts are signed with a new key");
    Ok(key)
}

fn read(body: &Value) -> Option<KeyRow> {
    let body: &Map<String, Value> = body.as_object()?;
    let public: PublicKey = body.get("public_key")?.as_str()?.parse().ok()?;
    Some(KeyRow {
        number: u32::try_from(body.get("number")?.as_u64()?).ok()?,
        // The id follows from the key; what stands beside it is for finding it.
        id: KeyId::of(public),
        public,
        since: Instant(body.get("since")?.as_i64()?),
        reason: body.get("reason")?.as_str()?.to_owned(),
    })
}
