//! Holding what a home says to the kind, to the order of versions, and to who may write the record.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_identity::policy::Placement;
use tiwizi_model::limits::RECORD_BYTES_MAX;
use tiwizi_model::{AccountId, Author, InstanceId, Instant, Version};
use tiwizi_storage::{IndexKeys, RecordRow};

use super::said::{Breach, Park, Said, Saying, Verdict};
use crate::field_error::{FieldError, Rejection};
use crate::kind::Kind;

/// What a tombstone has for a body.
const EMPTY: &str = "{}";

/// What is to be done for something that was said.
pub(super) enum Judged {
    /// Nothing more.
    Settled(Verdict),
    /// A record that is not there is made.
    New(RecordRow, IndexKeys),
    /// A later version takes the place of the one that is there.
    Next(RecordRow, IndexKeys),
    /// The version that is there gets another content.
    Again(RecordRow, IndexKeys),
    /// The record becomes a tombstone, and its versions go.
    Gone(RecordRow),
}

/// Judges one record. `instance` is this one, `now` its time.
pub(super) fn judge(
    (instance, now): (InstanceId, Instant),
    kind: &Kind,
    said: Said,
    stored: Option<&RecordRow>,
) -> Judged {
    if let Some(verdict) = barred(instance, kind, &said, stored) {
        return Judged::Settled(verdict);
    }
    let is_same = stored.is_some_and(|row| row.version == said.version);
    match said.saying {
        Saying::Delete | Saying::Withdrawn => match stored {
            // It is kept that it has gone: an earlier version that was parked must not bring it back.
            None => Judged::New(never_seen(kind, &said, now), IndexKeys::default()),
            Some(row) if row.deleted && is_same => Judged::Settled(Verdict::Known),
            Some(row) => Judged::Gone(tombstone(row, &said, now)),
        },
        Saying::Put { ref body, ref withheld } => match content(kind, &said, (body, withheld)) {
            Err(park) => Judged::Settled(Verdict::Parked(park)),
            Ok((text, place)) => put(kind, &said, (body, text, place), (stored, now)),
        },
    }
}

/// What needs no look at the content: who may not say it, and what is known already.
fn barred(instance: InstanceId, kind: &Kind, said: &Said, stored: Option<&RecordRow>) -> Option<Verdict> {
    if !kind.declaration().federates() {
        return Some(Verdict::Breach(Breach::Local));
    }
    if said.version < Version::FIRST || said.tenure < 1 {
        return Some(Verdict::Breach(Breach::Number));
    }
    if said.home == instance {
        return Some(Verdict::Breach(Breach::Own));
    }
    let row = stored?;
    if row.kind != kind.number() {
        return Some(Verdict::Breach(Breach::Kind));
    }
    match said.tenure.cmp(&row.tenure) {
        // A home's log may be read after that of the next one.
        Ordering::Less => Some(Verdict::Known),
        // That this instance is not the home any more is said by `release`, and by nothing that comes from outside.
        Ordering::Equal if row.home == instance => Some(Verdict::Breach(Breach::Own)),
        Ordering::Greater if row.home == instance => Some(Verdict::Parked(Park::StillOwn)),
        Ordering::Equal if row.home != said.home => {
            Some(Verdict::Breach(Breach::Elsewhere { home: row.home, tenure: row.tenure }))
        }
        // Versions count on over terms.
        Ordering::Equal | Ordering::Greater => (row.version > said.version).then_some(Verdict::Known),
    }
}

/// The content as it is stored, and where the record lies.
fn content(
    kind: &Kind,
    said: &Said,
    (body, withheld): (&Value, &BTreeSet<String>),
) -> Result<(String, Placement), Park> {
    let invalid = |rejection: Rejection| Park::Invalid { fields: rejection.fields };
    kind.validate_disclosed(body, withheld).map_err(invalid)?;
    let place = kind.place(said.id, body).map_err(invalid)?;
    let text = body.to_string();
    if text.len() > RECORD_BYTES_MAX {
        let message = format!("the body has {} bytes; {RECORD_BYTES_MAX} are allowed", text.len());
        return Err(invalid(Rejection::one(FieldError::new("", "too-long", message))));
    }
    Ok((text, place))
}

fn put(
    kind: &Kind,
    said: &Said,
    (body, text, place): (&Value, String, Placement),
    (stored, now): (Option<&RecordRow>, Instant),
) -> Judged {
    let at = said.at.min(now);
    let row = RecordRow {
        kind: kind.number(),
        id: said.id,
        version: said.version,
        home: said.home,
        tenure: said.tenure,
        subject: place.subject,
        province: place.province,
        created_at: stored.filter(|row| !row.deleted).map_or(at, |row| row.created_at),
        changed_at: at,
        author: author(said.home),
        deleted: false,
        body: text,
    };
    let keys = kind.foreign_keys(said.id, body);
    match stored {
        None => Judged::New(row, keys),
        Some(before) if before.version < row.version => Judged::Next(row, keys),
        // The same version again: nothing new, or more or less of it is disclosed.
        Some(before) if !before.deleted && (&before.body, before.home) == (&row.body, row.home) => {
            Judged::Settled(Verdict::Known)
        }
        Some(_) => Judged::Again(row, keys),
    }
}

/// The tombstone of a record of which nothing was ever stored.
fn never_seen(kind: &Kind, said: &Said, now: Instant) -> RecordRow {
    let at = said.at.min(now);
    RecordRow {
        kind: kind.number(),
        id: said.id,
        version: said.version,
        home: said.home,
        tenure: said.tenure,
        subject: None,
        province: None,
        created_at: at,
        changed_at: at,
        author: author(said.home),
        deleted: true,
        body: EMPTY.to_owned(),
    }
}

fn tombstone(row: &RecordRow, said: &Said, now: Instant) -> RecordRow {
    RecordRow {
        version: said.version,
        home: said.home,
        tenure: said.tenure,
        changed_at: said.at.min(now),
        author: author(said.home),
        deleted: true,
        body: EMPTY.to_owned(),
        ..row.clone()
    }
}

/// Whoever wrote it at its home has no account here: the change is the home's, under its id.
fn author(home: InstanceId) -> Author {
    Author { account: Some(AccountId(home.0)), plugin: None }
}
