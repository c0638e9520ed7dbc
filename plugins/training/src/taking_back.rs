//! A certificate is taken back by a trainer, and its credential with it; and given back where that was a mistake.
//!
//! What was taken back stays, so that whoever checks it is told, and so that nobody asks for the same one anew.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Answer, Error, Form, Request, Shape, Store, blobs, context, credentials};

use crate::{certificate, draft};

/// That a certificate no longer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct TakenBack {
    /// Milliseconds since 1970, UTC.
    pub(crate) at: u64,
    /// The trainer's account.
    #[field(max_length = 60)]
    pub(crate) by: String,
    /// For the holder and for trainers, not for the public.
    #[field(min_length = 1, max_length = 500)]
    pub(crate) reason: String,
}

#[derive(Form)]
struct Why {
    #[field(min_length = 1, max_length = 500)]
    reason: String,
}

/// `POST /certificates/{code}/take-back`
pub(crate) fn take(request: &Request) -> Result<Answer, Error> {
    let by = draft::trainer()?;
    let mut entry = certificate::demand(request)?;
    let why: Why = request.read_form()?;
    let reason = why.reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::invalid("a reason has words").with("field", "reason"));
    }
    if entry.body.taken_back.is_none() {
        if let Some(signed) = &entry.body.credential {
            credentials::revoke(&signed.id, &reason)?;
            forget(&signed.file)?;
        }
        for paper in std::mem::take(&mut entry.body.papers) {
            forget(&paper.file)?;
        }
        entry.body.taken_back = Some(TakenBack { at: context::now(), by, reason });
        Store::replace(&entry)?;
    }
    Ok(Answer::redirect(format!("/certificates/{}", entry.id)))
}

/// `POST /certificates/{code}/give-back`: it holds again. The credential does not: the holder has a new one signed.
pub(crate) fn give(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    let mut entry = certificate::demand(request)?;
    if entry.body.taken_back.take().is_some() {
        entry.body.credential = None;
        Store::replace(&entry)?;
    }
    Ok(Answer::redirect(format!("/certificates/{}", entry.id)))
}

/// A file goes; where the plugin may keep none any more, there is none to go.
fn forget(file: &str) -> Result<(), Error> {
    match blobs::delete(file) {
        Err(error) if !error.is("denied") => Err(error),
        _ => Ok(()),
    }
}
