//! Lists: one range of one index, or one search, page by page.
//!
//! A unit of work lists through here too: what it wrote and did not commit lies over the stored rows and is merged into
//! the order of the index.
//!
//! A page has a bound in rows and one in bytes: it ends with the record whose body passes `PAGE_BYTES_MAX`, and its cursor goes on
//! behind that one. Long bodies are read one by one, so that no more of them are in memory than the page holds.

use std::collections::{HashMap, HashSet};

use tiwizi_identity::policy::{self, ReadPermit};
use tiwizi_model::limits::{COUNT_ROWS_MAX, PAGE_BYTES_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, SEARCH_ROWS_MAX};
use tiwizi_model::{Record, RecordId, fold};
use tiwizi_storage::search::Search;
use tiwizi_storage::{Reach, RecordRow, Scan, Tx, record, search};

use crate::cursor::{self, Position};
use crate::error::ReadError;
use crate::kind::Kind;
use crate::plan::{self, CREATED};
use crate::query::{Page, Query};
use crate::records::Records;
use crate::reduce::reduce;
use crate::row;

/// What a unit of work wrote: records as they would be, whole, and every id that stored rows no longer speak for.
#[derive(Default)]
pub(crate) struct Overlay<'a> {
    /// Each with the bytes of its body.
    pub(crate) records: Vec<(&'a Record, usize)>,
    pub(crate) touched: HashSet<RecordId>,
}

/// A record for a page.
struct Found {
    position: Position,
    record: Record,
    /// Of its body, as it is stored.
    bytes: usize,
}

/// One question, ready to be answered.
struct Question<'a> {
    kind: &'a Kind,
    query: &'a Query,
    /// What the reader may see.
    permit: &'a ReadPermit,
    /// The rows that the question may be put to.
    narrowed: ReadPermit,
    after: Option<Position>,
    limit: usize,
}

impl Records {
    /// A page of the records that the permit shows, in the order of the index that answers the question.
    ///
    /// A field of the question restricts the page to rows in which the reader may see that field, so that an answer never
    /// tells what is hidden.
    ///
    /// # Errors
    /// `NotIndexed` when no declared index answers the question, `Hidden` when the reader may see its fields nowhere, and
    /// when a filter, the sort or the cursor is wrong.
    pub async fn list(&self, permit: &ReadPermit, query: &Query) -> Result<Page, ReadError> {
        self.list_over(permit, query, &Overlay::default()).await
    }

    /// How many records the permit shows that fulfil the filters, `COUNT_ROWS_MAX` at most. Nothing else of the question counts.
    ///
    /// # Errors
    /// As `list`; `NotIndexed` also when the question has words.
    pub(crate) async fn count_over(
        &self,
        permit: &ReadPermit,
        query: &Query,
        overlay: &Overlay<'_>,
    ) -> Result<u32, ReadError> {
        let kind = self.kind(permit.kind())?;
        if query.text.is_some() {
            return Err(plan::not_indexed(&kind, query));
        }
        let asked = Query { filters: query.filters.clone(), ..Query::default() };
        let plan = plan::plan(&kind, &asked)?;
        let narrowed = permit.narrowed(plan.classes).ok_or(ReadError::Hidden)?;
        let own = overlay.records.iter().filter(|(record, _)| {
            narrowed.classes(record.subject, record.province).is_some()
                && plan.key(&kind, record).is_some_and(|key| plan.holds(&key))
        });
        let own = u32::try_from(own.count()).unwrap_or(u32::MAX);
        let scan = Scan {
            kind: kind.number(),
            order: plan.order,
            low: plan.low,
            high: plan.high,
            after: None,
            descending: false,
            reach: reach(&narrowed),
            rows_max: COUNT_ROWS_MAX,
        };
        let touched: Vec<RecordId> = overlay.touched.iter().copied().collect();
        let stored = record::count(&mut *self.db.read_single().await?, &scan, &touched).await?;
        Ok(stored.saturating_add(own).min(COUNT_ROWS_MAX))
    }

    pub(crate) async fn list_over(
        &self,
        permit: &ReadPermit,
        query: &Query,
        overlay: &Overlay<'_>,
    ) -> Result<Page, ReadError> {
        let kind = self.kind(permit.kind())?;
        let after = match &query.cursor {
            Some(text) => Some(cursor::read(kind.name(), query, text).ok_or(ReadError::Cursor)?),
            None => None,
        };
        let limit = if query.limit == 0 { PAGE_ROWS_DEFAULT } else { query.limit.min(PAGE_ROWS_MAX) };
        let limit = usize::try_from(limit).unwrap_or_default();
        let question = Question { kind: &kind, query, permit, narrowed: permit.clone(), after, limit };
        let mut tx = self.db.read().await?;
        match &query.text {
            Some(text) => by_words(&mut tx, question, text, overlay).await,
            None => by_range(&mut tx, question, overlay).await,
        }
    }
}

async fn by_range(tx: &mut Tx, mut question: Question<'_>, overlay: &Overlay<'_>) -> Result<Page, ReadError> {
    let plan = plan::plan(question.kind, question.query)?;
    question.narrowed = question.permit.narrowed(plan.classes).ok_or(ReadError::Hidden)?;
    // One more than the page holds, and some for those that a unit has touched.
    let spare = overlay.touched.len().min(question.limit);
    let rows_max = question.limit.saturating_add(1).saturating_add(spare);
    let mut scan = Scan {
        kind: question.kind.number(),
        order: plan.order,
        low: plan.low.clone(),
        high: plan.high.clone(),
        after: question.after.clone(),
        descending: plan.descending,
        reach: reach(&question.narrowed),
        rows_max: u32::try_from(rows_max).unwrap_or(u32::MAX),
    };
    let (mut found, more) = stored(tx, &mut scan, &question, overlay).await?;
    // Between the last stored row that was read and a write behind it there may be rows that were not.
    let end = scan.after.filter(|_| more);
    let is_ahead = |left: &Position, right: &Position| if plan.descending { left > right } else { left < right };
    for (record, bytes) in &overlay.records {
        let Some(key) = plan.key(question.kind, record).filter(|key| plan.holds(key)) else { continue };
        let position = (key, record.id);
        let is_here = question.after.as_ref().is_none_or(|after| is_ahead(after, &position))
            && end.as_ref().is_none_or(|end| is_ahead(&position, end));
        if is_here && question.narrowed.classes(record.subject, record.province).is_some() {
            found.push(Found { position, record: (*record).clone(), bytes: *bytes });
        }
    }
    found.sort_by(|left, right| {
        let (first, second) = if plan.descending { (right, left) } else { (left, right) };
        first.position.cmp(&second.position)
    });
    let more = cut(&mut found) || more;
    Ok(page(&question, found, more))
}

/// The stored rows of a page, those apart that a unit has touched, and whether there are more behind `scan.after`.
async fn stored(
    tx: &mut Tx,
    scan: &mut Scan,
    question: &Question<'_>,
    overlay: &Overlay<'_>,
) -> Result<(Vec<Found>, bool), ReadError> {
    let (mut found, mut bytes) = (Vec::new(), 0_usize);
    loop {
        let rows = record::scan_light(tx, scan).await?;
        let is_end = u32::try_from(rows.len()).unwrap_or(u32::MAX) < scan.rows_max;
        let mut rows = rows.into_iter();
        while let Some((key, row)) = rows.next() {
            scan.after = Some((key.clone(), row.id));
            if overlay.touched.contains(&row.id) {
                continue;
            }
            let position = (key, row.id);
            let (record, more_bytes) = whole(tx, question.kind, row).await?;
            found.push(Found { position, record, bytes: more_bytes });
            bytes = bytes.saturating_add(more_bytes);
            if bytes > PAGE_BYTES_MAX {
                return Ok((found, !is_end || !rows.as_slice().is_empty()));
            }
        }
        if is_end || found.len() > question.limit {
            return Ok((found, !is_end));
        }
    }
}

/// Records that have every word, the oldest first. Filters that are one range of an index are asked of the database with the words. Others are
/// held against what the words found, up to a bound; a page can be short then, and its cursor goes on.
async fn by_words(
    tx: &mut Tx,
    mut question: Question<'_>,
    text: &str,
    overlay: &Overlay<'_>,
) -> Result<Page, ReadError> {
    let (kind, query) = (question.kind, question.query);
    if kind.declaration().search.is_empty() {
        return Err(ReadError::NotSearchable { kind: kind.name().clone() });
    }
    let conditions = plan::conditions(kind, query)?;
    let by_age = query.sort.as_ref().is_none_or(|(field, descending)| field == CREATED && !descending);
    if !by_age || !conditions.iter().all(|condition| plan::is_indexed(kind, condition)) {
        return Err(plan::not_indexed(kind, query));
    }
    let classes = conditions.iter().map(plan::Condition::field);
    let classes = plan::classes(kind, classes).union(kind.search_classes());
    question.narrowed = question.permit.narrowed(classes).ok_or(ReadError::Hidden)?;
    let words = fold::words(text);
    let holds = |record: &Record| conditions.iter().all(|condition| condition.holds(kind, record));
    let mut found: Vec<Found> = Vec::new();
    if question.after.is_none() && !words.is_empty() {
        found = own(&question, overlay, |record| holds(record) && has_words(kind, record, &words));
    }
    let mut bytes = found.iter().fold(0_usize, |bytes, one| bytes.saturating_add(one.bytes));
    let mut looked_at = 0_u32;
    let rows_max = u32::try_from(question.limit.saturating_add(1)).unwrap_or(u32::MAX);
    let mut search = Search {
        kind: kind.number(),
        words,
        reach: reach(&question.narrowed),
        within: plan::within(kind, query),
        after: question.after.as_ref().map(|(_, id)| *id),
        rows_max,
    };
    while found.len() <= question.limit && looked_at < SEARCH_ROWS_MAX {
        let hits = search::find(tx, &search).await?;
        let Some(last) = hits.last().copied() else { return Ok(page(&question, found, false)) };
        let is_end = hits.len() < question.limit.saturating_add(1);
        let mut rows = light(tx, &hits, overlay).await?;
        for id in &hits {
            let Some(row) = rows.remove(id) else { continue };
            let (record, more_bytes) = whole(tx, kind, row).await?;
            if !holds(&record) {
                continue;
            }
            found.push(Found { position: (String::new(), *id), record, bytes: more_bytes });
            bytes = bytes.saturating_add(more_bytes);
            // A cursor knows only stored records, so the page ends behind one even if what the unit wrote is more than enough.
            if bytes > PAGE_BYTES_MAX {
                return Ok(page(&question, found, !is_end || *id != last));
            }
        }
        looked_at = looked_at.saturating_add(rows_max);
        search.after = Some(last);
        if is_end {
            return Ok(page(&question, found, false));
        }
    }
    let more = found.len() > question.limit;
    let mut page = page(&question, found, more);
    if !more {
        // The bound was reached before the page was full: the next page goes on behind what was looked at.
        page.next = search.after.map(|id| cursor::write(kind.name(), query, &(String::new(), id)));
    }
    Ok(page)
}

/// What the unit wrote, fits, and the reader may see.
fn own(question: &Question<'_>, overlay: &Overlay<'_>, fits: impl Fn(&Record) -> bool) -> Vec<Found> {
    let own = overlay
        .records
        .iter()
        .filter(|(record, _)| question.narrowed.classes(record.subject, record.province).is_some() && fits(record));
    own.take(question.limit)
        .map(|(record, bytes)| Found { position: (String::new(), record.id), record: (*record).clone(), bytes: *bytes })
        .collect()
}

/// The rows that were found, without their long bodies.
async fn light(
    tx: &mut Tx,
    hits: &[RecordId],
    overlay: &Overlay<'_>,
) -> Result<HashMap<RecordId, RecordRow>, ReadError> {
    let rows = record::find_many_light(tx, hits).await?.into_iter();
    let rows = rows.filter(|row| !row.deleted && !overlay.touched.contains(&row.id));
    Ok(rows.map(|row| (row.id, row)).collect())
}

/// A row with its body, and how many bytes that has.
async fn whole(tx: &mut Tx, kind: &Kind, mut row: RecordRow) -> Result<(Record, usize), ReadError> {
    record::complete(tx, &mut row).await?;
    let bytes = row.body.len();
    Ok((row::record(kind.name(), row)?, bytes))
}

fn has_words(kind: &Kind, record: &Record, words: &[String]) -> bool {
    let folded = kind.search_text(&record.body).map(|text| fold::fold(&text)).unwrap_or_default();
    words.iter().all(|word| folded.split(' ').any(|found| found.starts_with(word.as_str())))
}

/// Ends what was found with the record that passes the bytes of a page, and says whether that left some out.
fn cut(found: &mut Vec<Found>) -> bool {
    let (mut bytes, mut kept) = (0_usize, 0_usize);
    for one in found.iter() {
        if bytes > PAGE_BYTES_MAX {
            break;
        }
        bytes = bytes.saturating_add(one.bytes);
        kept = kept.saturating_add(1);
    }
    let is_cut = kept < found.len();
    found.truncate(kept);
    is_cut
}

/// Cuts what was found to the rows of a page, reduced to what the reader may see; `more` when there is more than what was found.
fn page(question: &Question<'_>, mut found: Vec<Found>, more: bool) -> Page {
    let more = more || found.len() > question.limit;
    found.truncate(question.limit);
    let next = found.last().filter(|_| more);
    let next = next.map(|last| cursor::write(question.kind.name(), question.query, &last.position));
    let shown = |Found { mut record, .. }: Found| {
        let classes = question.permit.classes(record.subject, record.province)?;
        reduce(question.kind, &mut record, classes);
        Some(record)
    };
    Page { items: found.into_iter().filter_map(shown).collect(), next }
}

pub(crate) fn reach(permit: &ReadPermit) -> Option<Reach> {
    match permit.reach() {
        policy::Reach::All => None,
        policy::Reach::Some { provinces, subjects } => Some(Reach {
            provinces: provinces.into_iter().map(|province| province.to_string()).collect(),
            subjects: subjects.into_iter().collect(),
        }),
    }
}

#[cfg(test)]
mod tests;
