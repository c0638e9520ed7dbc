//! What people have opposed: the processings that hold nothing of them any more, and the erasure of what was held by these alone.
//!
//! A kind may stand in several processings. What somebody has opposed is no ground to keep anything of them; another one in force, which they have
//! not opposed, is. The answer is stored before anything is erased, so an erasure that was cut off in between, or that met a record which moved,
//! is gone on with by [`go_on_erasing`].

use std::collections::BTreeMap;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{OPPOSITION_BACK_MS, PAGE_ROWS_MAX};
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Query, ReadError, Records};

use super::coverage::Coverage;
use super::erasure::{self, Item, Reason};
use super::named;
use super::request::{RequestError, Right, text};
use crate::kinds::Names;

/// What a person has opposed.
pub(super) struct Opposed {
    /// The processings, each with the request by which it is opposed.
    by: BTreeMap<RecordId, RecordId>,
    /// Whether every request of the person was looked at.
    pub(super) is_whole: bool,
}

impl Opposed {
    pub(super) async fn of_person(records: &Records, person: RecordId) -> Result<Self, ReadError> {
        let asked = named::of_person(records, &Names::new().subject_request, person).await?;
        let mut by = BTreeMap::new();
        for record in asked.records.iter().filter(|record| is_granted(record)) {
            let processing: Option<RecordId> = text(record, "processing").parse().ok();
            by.extend(processing.map(|processing| (processing, record.id)));
        }
        Ok(Self { by, is_whole: asked.is_whole })
    }

    /// The request by which a processing is opposed.
    pub(super) fn request(&self, processing: RecordId) -> Option<RecordId> {
        self.by.get(&processing).copied()
    }
}

/// Whether a request is an opposition that was granted, so that it holds.
pub(super) fn is_granted(record: &Record) -> bool {
    text(record, "status") == "granted" && text(record, "right") == Right::Opposition.name()
}

/// Erases what an opposed processing keeps of the person. Returns how many records that were.
pub(super) async fn erase_opposed(records: &Records, request: &Record) -> Result<u64, RequestError> {
    let Some(person) = request.subject else { return Ok(0) };
    let coverage = Coverage::read(records).await?;
    let processing = text(request, "processing").parse().ok().and_then(|id| coverage.processing(id));
    let Some(processing) = processing else { return Ok(0) };
    let opposed = Opposed::of_person(records, person).await?;
    let reason = Reason::Opposition { request: request.id };
    let requests = Names::new().subject_request;
    let mut erased = 0_u64;
    for kind in &processing.kinds {
        // What another ground keeps stays, and so does the request: without it nobody would know that this was opposed.
        let is_ground = |other: RecordId| other != processing.id && opposed.request(other).is_none();
        let is_kept = *kind == requests || coverage.of_kind(kind).any(|other| is_ground(other.id));
        if is_kept || records.kinds().find(kind).is_none() {
            continue;
        }
        // Also where there are more of them than are looked up at once.
        loop {
            let found = named::of_person(records, kind, person).await?;
            // What another home writes is erased there.
            let own = found.records.iter().filter(|record| record.home == records.instance());
            let items = own.map(|record| Item::of(record, None)).collect();
            let part = erasure::erase(records, items, &reason).await.map_err(RequestError::Erase)?;
            erased = erased.saturating_add(part.records);
            if found.is_whole || part.records == 0 {
                break;
            }
        }
    }
    Ok(erased)
}

/// Erases what is still there of what was opposed and granted lately: where the kernel stopped, or the caller went away, before everything
/// was gone. Returns how many records that were.
///
/// # Errors
/// When not everything went; the other requests were gone on with all the same.
pub async fn go_on_erasing(records: &Records) -> Result<u64, RequestError> {
    let since = records.ambient().now().plus_ms(OPPOSITION_BACK_MS.saturating_neg());
    let permit = match records.may_read(&Caller::system(), &Names::new().subject_request) {
        Err(ReadError::UnknownKind { .. }) => return Ok(0),
        permit => permit?,
    };
    let filters = vec![Filter::equals("status", "granted")];
    let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
    let (mut erased, mut failed) = (0_u64, None);
    loop {
        let page = records.list(&permit, &query).await?;
        for request in page.items.iter().filter(|request| is_granted(request)) {
            let answered = request.body.get("answered_at").and_then(Value::as_i64).unwrap_or_default();
            if answered < since.0 {
                continue;
            }
            match erase_opposed(records, request).await {
                Ok(gone) => erased = erased.saturating_add(gone),
                Err(error) => failed = Some(error),
            }
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            return failed.map_or(Ok(erased), Err);
        }
    }
}
