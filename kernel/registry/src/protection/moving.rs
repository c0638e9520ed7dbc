//! The requests of people who move: what waits for its answer waits where its person lies.
//!
//! Whoever may answer a request is asked by the province that it names. Without this, the office that a person has left would go on answering
//! for data that it sees no more, and the one that has them would not even see the request.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::PAGE_ROWS_MAX;
use tiwizi_model::{ProvinceCode, Record, RecordId};
use tiwizi_records::{Filter, Query, Records, Unit, UnitError, WriteError};

use super::request::{RequestError, Right, text};
use super::telling;
use crate::day::Day;
use crate::kinds::Names;

/// Puts the open requests of these people where they lie now, and tells the office there. Returns how many that were.
///
/// # Errors
/// See `RequestError`; those before it are moved.
pub async fn follow_people(
    records: &Records,
    provinces: &BTreeMap<RecordId, Option<ProvinceCode>>,
) -> Result<u64, RequestError> {
    if provinces.is_empty() {
        return Ok(0);
    }
    let permit = records.may_read(&Caller::system(), &Names::new().subject_request)?;
    let filters = vec![Filter::equals("status", "open")];
    let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
    let mut moved = 0_u64;
    loop {
        let page = records.list(&permit, &query).await?;
        for request in &page.items {
            let Some(province) = request.subject.and_then(|person| provinces.get(&person)) else { continue };
            if *province != request.province && is_moved(records, request, *province).await? {
                moved = moved.saturating_add(1);
            }
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            return Ok(moved);
        }
    }
}

/// Moves one request; not one that was answered, or moved by somebody else, meanwhile.
async fn is_moved(records: &Records, request: &Record, province: Option<ProvinceCode>) -> Result<bool, RequestError> {
    let mut unit = Unit::new(records.clone(), Caller::system().by_kernel());
    let there = province.map_or(Value::Null, |province| province.to_string().into());
    let patch = json!({ "province": there });
    match unit.patch(&request.kind, request.id, patch, Some(request.version)).await {
        Ok(_) => {}
        Err(UnitError::Write(WriteError::Stale { .. } | WriteError::Missing { .. })) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let asked: Option<(Right, Day)> = text(request, "right").parse().ok().zip(text(request, "due_on").parse().ok());
    if let Some(asked) = asked {
        telling::asked(&mut unit, request.id, asked, province).await?;
    }
    match unit.commit(None).await {
        Ok(_) => Ok(true),
        Err(WriteError::Stale { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
