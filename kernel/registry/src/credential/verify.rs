//! Whether a credential holds: by its address, or by the credential itself, for anybody, for as long as the register is kept.
//!
//! Who has the address may be anybody to whom its holder gave it. They learn what was achieved, when, and whether it was taken back; not
//! whose it is, which only the credential says, nor why it was taken back.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::{Instant, Record};
use tiwizi_records::{Filter, Query, ReadError, Records};

use super::claims::hex;
use super::token::{Shown, digest};
use crate::extract::{KeyError, KeyId, signing_keys};
use crate::kinds::Names;

/// The end of a credential's address. Nobody can guess it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code([u8; 16]);

/// A text that is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code of a credential has 32 hexadecimal digits")]
pub struct CodeError;

impl Code {
    pub(super) fn of(secret: [u8; 32]) -> Self {
        Self(secret.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(self.0))
    }
}

impl FromStr for Code {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let fits = text.len() == 32 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let number = u128::from_str_radix(text, 16).ok().filter(|_| fits).ok_or(CodeError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// What was found of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// This instance issued no such credential, or not with these words.
    Unknown,
    /// It was issued here.
    Issued(Held),
}

/// A credential that was issued here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The end of its address.
    pub code: Code,
    /// What was achieved.
    pub title: String,
    /// When it was issued.
    pub issued_at: Instant,
    /// Until when it holds; none for good.
    pub valid_until: Option<Instant>,
    /// Whether it holds now.
    pub state: State,
}

/// Whether a credential holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds.
    Valid,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked {
        /// When.
        at: Instant,
    },
}

/// Why nothing could be found out.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The keys could not be read.
    #[error("could not read the signing keys")]
    Keys(#[source] KeyError),
    /// The credentials could not be read.
    #[error("could not read the credentials")]
    Read(#[source] ReadError),
}

/// What became of the credential with that code.
///
/// # Errors
/// When the database fails. A code that nobody was given is no error but a finding.
pub async fn find(records: &Records, code: &str) -> Result<Finding, VerifyError> {
    let Ok(code) = code.parse::<Code>() else { return Ok(Finding::Unknown) };
    let record = record_of(records, code).await.map_err(VerifyError::Read)?;
    Ok(record.and_then(|record| held(&record, code, records.ambient().now())).map_or(Finding::Unknown, Finding::Issued))
}

/// What became of a credential that somebody shows. It counts when a key of this instance signed it, and the register has it as it is.
///
/// # Errors
/// When the database fails. A forged credential is no error but a finding.
pub async fn verify(records: &Records, token: &str) -> Result<Finding, VerifyError> {
    let Some(shown) = Shown::read(token) else { return Ok(Finding::Unknown) };
    let keys = signing_keys(records).await.map_err(VerifyError::Keys)?;
    // The name of a key is the issuer's id and the key's own, and the issuer's id changes with the address.
    let key_id = shown.key_name.rsplit_once('#').and_then(|(_, id)| id.parse::<KeyId>().ok());
    let Some(at) = keys.iter().position(|key| Some(key.id) == key_id && shown.is_signed_by(key.public)) else {
        return Ok(Finding::Unknown);
    };
    let next = keys.get(at.saturating_add(1));
    let code = shown.id.rsplit('/').next().and_then(|code| code.parse::<Code>().ok());
    let Some(code) = code else { return Ok(Finding::Unknown) };
    let record = record_of(records, code).await.map_err(VerifyError::Read)?;
    let record = record.filter(|record| {
        let is_late = next.is_some_and(|next| next.follows_a_compromise() && record.created_at >= next.since);
        record.body.get("digest").and_then(Value::as_str) == Some(digest(token).as_str()) && !is_late
    });
    Ok(record.and_then(|record| held(&record, code, records.ambient().now())).map_or(Finding::Unknown, Finding::Issued))
}

/// The record of the credential with that code.
pub(super) async fn record_of(records: &Records, code: Code) -> Result<Option<Record>, ReadError> {
    let permit = records.may_read(&Caller::system(), &Names::new().credential)?;
    let filters = vec![Filter::equals("code", code.to_string())];
    let page = records.list(&permit, &Query { filters, limit: 1, ..Query::default() }).await?;
    Ok(page.items.into_iter().next())
}

fn held(record: &Record, code: Code, now: Instant) -> Option<Held> {
    let moment = |field: &str| record.body.get(field).and_then(Value::as_i64).map(Instant);
    let valid_until = moment("valid_until");
    let state = match moment("revoked_at") {
        Some(at) => State::Revoked { at },
        None if valid_until.is_some_and(|until| until <= now) => State::Expired,
        None => State::Valid,
    };
    let title = record.body.get("title")?.as_str()?.to_owned();
    Some(Held { code, title, issued_at: moment("issued_at")?, valid_until, state })
}
