//! Lists: one range of one index, or one search, page by page.
//!
//! A unit of work lists through here too: what it wrote and did not commit lies over the stored rows and is merged into
//! the order of the index.

use std::collections::HashSet;

use tiwizi_identity::policy::{self, ReadPermit};
use tiwizi_model::limits::{COUNT_ROWS_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, SEARCH_ROWS_MAX};
use tiwizi_model::{Record, RecordId, fold};
use tiwizi_storage::search::Search;
use tiwizi_storage::{Reach, Scan, Tx, record, search};

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
    pub(crate) records: Vec<&'a Record>,
    pub(crate) touched: HashSet<RecordId>,
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
        let own = overlay.records.iter().filter(|record| {
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
    let mut found: Vec<(Position, Record)> = Vec::new();
    loop {
        let rows = record::scan(tx, &scan).await?;
        let is_end = rows.len() < rows_max;
        scan.after = rows.last().map(|(key, row)| (key.clone(), row.id));
        for (key, row) in rows {
            if !overlay.touched.contains(&row.id) {
                found.push(((key, row.id), row::record(question.kind.name(), row)?));
            }
        }
        if is_end || found.len() > question.limit {
            break;
        }
    }
    let behind = |position: &Position| match &question.after {
        None => true,
        Some(after) if plan.descending => position < after,
        Some(after) => position > after,
    };
    for record in &overlay.records {
        let Some(key) = plan.key(question.kind, record).filter(|key| plan.holds(key)) else { continue };
        let position = (key, record.id);
        if behind(&position) && question.narrowed.classes(record.subject, record.province).is_some() {
            found.push((position, (*record).clone()));
        }
    }
    found.sort_by(|(left, _), (right, _)| if plan.descending { right.cmp(left) } else { left.cmp(right) });
    Ok(page(&question, found))
}

/// Records that have every word, the oldest first. Filters are held against what the words found, up to a bound; a page can
/// be short, and its cursor goes on.
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
    let mut found: Vec<(Position, Record)> = Vec::new();
    if question.after.is_none() && !words.is_empty() {
        let own = overlay.records.iter().filter(|record| {
            question.narrowed.classes(record.subject, record.province).is_some()
                && holds(record)
                && has_words(kind, record, &words)
        });
        found.extend(own.take(question.limit).map(|record| ((String::new(), record.id), (*record).clone())));
    }
    let mut looked_at = 0_u32;
    let rows_max = u32::try_from(question.limit.saturating_add(1)).unwrap_or(u32::MAX);
    let mut search = Search {
        kind: kind.number(),
        words,
        reach: reach(&question.narrowed),
        after: question.after.as_ref().map(|(_, id)| *id),
        rows_max,
    };
    while found.len() <= question.limit && looked_at < SEARCH_ROWS_MAX {
        let hits = search::find(tx, &search).await?;
        let Some(last) = hits.last().copied() else { return Ok(page(&question, found)) };
        let records = load(tx, kind, &hits, overlay).await?;
        found.extend(
            records.into_iter().filter(|record| holds(record)).map(|record| ((String::new(), record.id), record)),
        );
        looked_at = looked_at.saturating_add(rows_max);
        search.after = Some(last);
        if hits.len() < question.limit.saturating_add(1) {
            return Ok(page(&question, found));
        }
    }
    let more = found.len() > question.limit;
    let mut page = page(&question, found);
    if !more {
        // The bound was reached before the page was full: the next page goes on behind what was looked at.
        page.next = search.after.map(|id| cursor::write(kind.name(), query, &(String::new(), id)));
    }
    Ok(page)
}

async fn load(tx: &mut Tx, kind: &Kind, hits: &[RecordId], overlay: &Overlay<'_>) -> Result<Vec<Record>, ReadError> {
    let mut rows: std::collections::HashMap<_, _> = record::find_many(tx, hits)
        .await?
        .into_iter()
        .filter(|row| !row.deleted && !overlay.touched.contains(&row.id))
        .map(|row| (row.id, row))
        .collect();
    let mut records = Vec::with_capacity(rows.len());
    for row in hits.iter().filter_map(|id| rows.remove(id)) {
        records.push(row::record(kind.name(), row)?);
    }
    Ok(records)
}

fn has_words(kind: &Kind, record: &Record, words: &[String]) -> bool {
    let folded = kind.search_text(&record.body).map(|text| fold::fold(&text)).unwrap_or_default();
    words.iter().all(|word| folded.split(' ').any(|found| found.starts_with(word.as_str())))
}

/// Cuts what was found to a page, reduced to what the reader may see.
fn page(question: &Question<'_>, mut found: Vec<(Position, Record)>) -> Page {
    let more = found.len() > question.limit;
    found.truncate(question.limit);
    let next = found.last().filter(|_| more);
    let next = next.map(|(position, _)| cursor::write(question.kind.name(), question.query, position));
    let shown = |(_, mut record): (Position, Record)| {
        let classes = question.permit.classes(record.subject, record.province)?;
        reduce(question.kind, &mut record, classes);
        Some(record)
    };
    Page { items: found.into_iter().filter_map(shown).collect(), next }
}

fn reach(permit: &ReadPermit) -> Option<Reach> {
    match permit.reach() {
        policy::Reach::All => None,
        policy::Reach::Some { provinces, subjects } => Some(Reach {
            provinces: provinces.into_iter().map(|province| province.to_string()).collect(),
            subjects: subjects.into_iter().collect(),
        }),
    }
}
