//! Verifies a print by its token: for anybody, for as long as the register is kept.
//!
//! It tells a good signature from a good extract: what counts is that the key signed it and the register holds it. Then it says
//! what has changed since. Who holds the token has seen the paper, so what was certified is told to them.

use sha2::{Digest as _, Sha256};
use tiwizi_identity::Caller;
use tiwizi_model::limits::VERIFY_MEMBERS_MAX;
use tiwizi_model::{FileHash, Record, RecordId};
use tiwizi_records::{ReadError, Records};

use super::certified::{Certified, Paper};
use super::data::Part;
use super::gather::{GatherError, from_records, registration};
use super::issue::{is_signed_file, merged_into, within};
use super::keys::{self, KeyError, KeyRow};
use super::token::Token;
use crate::kinds::Names;

/// What a verification found.
#[derive(Debug, Clone)]
pub enum Finding {
    /// No key of this instance signed it: a changed letter, a forgery, or a print of another instance.
    NotOurs,
    /// A key of this instance signed it, and the register holds no such extract. It proves nothing.
    Unrecorded,
    /// It was issued here.
    Genuine(Box<Genuine>),
}

/// An extract that was issued here.
#[derive(Debug, Clone)]
pub struct Genuine {
    /// Its id.
    pub extract: RecordId,
    /// What it certified, on its day.
    pub certified: Certified,
    /// The key that signed it.
    pub key: KeyRow,
    /// The key that took that key's place, if one did.
    pub replaced_by: Option<KeyRow>,
    /// How the register stands to it now.
    pub standing: Standing,
    /// The SHA-256 of the PDF that was issued; none when its signature does not fit.
    pub file: Option<FileHash>,
}

impl Genuine {
    /// Whether these are the bytes of the PDF that was issued.
    #[must_use]
    pub fn is_file(&self, bytes: &[u8]) -> bool {
        self.file == Some(FileHash(Sha256::digest(bytes).into()))
    }
}

/// How the register stands to what was certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It still says the same.
    Same,
    /// These parts have changed since.
    Changed(Vec<Part>),
    /// The cooperative is no longer in the register.
    Gone,
    /// There is too much to compare for an answer to anybody; ask the office.
    Unchecked,
}

/// Why nothing could be found out.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The keys could not be read.
    #[error("could not read the signing keys")]
    Keys(#[source] KeyError),
    /// The register could not be read.
    #[error("could not read the register")]
    Read(#[source] ReadError),
    /// The acts of the cooperative could not be read.
    #[error("could not gather what the register says now")]
    Gather(#[source] GatherError),
}

/// Verifies a token.
///
/// # Errors
/// When the database fails. A wrong token is no error but a finding.
pub async fn verify(records: &Records, token: &str) -> Result<Finding, VerifyError> {
    let Ok(read) = Token::read(token) else { return Ok(Finding::NotOurs) };
    let keys = keys::all(records).await.map_err(VerifyError::Keys)?;
    let Some(at) = keys.iter().position(|key| key.id == read.key && read.is_signed_by(key.public)) else {
        return Ok(Finding::NotOurs);
    };
    let Some(key) = keys.get(at).cloned() else { return Ok(Finding::NotOurs) };
    let replaced_by = keys.get(at.saturating_add(1)).cloned();
    let permit = records.may_read(&Caller::system(), &Names::new().extract).map_err(VerifyError::Read)?;
    let Some(record) = records.read(&permit, read.extract).await.map_err(VerifyError::Read)? else {
        return Ok(Finding::Unrecorded);
    };
    let is_late =
        replaced_by.as_ref().is_some_and(|next| next.follows_a_compromise() && record.created_at >= next.since);
    let Some(certified) = kept(&record, token, &read).filter(|_| !is_late) else { return Ok(Finding::Unrecorded) };
    let standing = standing(records, &certified).await?;
    let file = file(&record, &key);
    Ok(Finding::Genuine(Box::new(Genuine { extract: record.id, certified, key, replaced_by, standing, file })))
}

/// What the record says was certified, if it is the record of this very token.
fn kept(record: &Record, token: &str, read: &Token) -> Option<Certified> {
    let text = record.body.get("text")?.as_str()?;
    let is_same = record.body.get("token")?.as_str()? == token && Certified::digest(text) == read.digest;
    Certified::read(text).ok().filter(|_| is_same)
}

fn file(record: &Record, key: &KeyRow) -> Option<FileHash> {
    let file: FileHash = record.body.get("file")?.as_str()?.parse().ok()?;
    let signature = unhex(record.body.get("file_signature")?.as_str()?)?;
    is_signed_file(key.public, record.id, file, &signature).then_some(file)
}

async fn standing(records: &Records, certified: &Certified) -> Result<Standing, VerifyError> {
    let Ok(cooperative) = certified.data.cooperative.parse::<RecordId>() else { return Ok(Standing::Gone) };
    let found = match certified.paper {
        Paper::Extract => from_records(records, &Caller::system(), cooperative, VERIFY_MEMBERS_MAX).await,
        Paper::Certificate => registration(records, &Caller::system(), cooperative).await,
    };
    match found {
        Ok(None) => Ok(Standing::Gone),
        Ok(Some((record, now))) => {
            let mut parts = certified.data.differences(&within(certified.paper, now));
            // Nothing is certified of an alias, so it has become one since: another record says what is so now.
            if merged_into(&record).is_some() && !parts.contains(&Part::State) {
                parts.push(Part::State);
                parts.sort();
            }
            Ok(if parts.is_empty() { Standing::Same } else { Standing::Changed(parts) })
        }
        Err(GatherError::Many { .. } | GatherError::Officers) => Ok(Standing::Unchecked),
        Err(GatherError::Read(error)) => Err(VerifyError::Read(error)),
        Err(error @ (GatherError::Packs(_) | GatherError::Acts(_))) => Err(VerifyError::Gather(error)),
    }
}

fn unhex(text: &str) -> Option<[u8; 64]> {
    let mut bytes = [0; 64];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
