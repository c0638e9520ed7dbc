//! Records as rows, page by page.

use std::collections::HashMap;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::ReadPermit;
use tiwizi_model::limits::{EXPORT_PLACES_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{ProvinceCode, Record, RecordId};
use tiwizi_records::{Query, ReadError, Records};
use tokio::sync::mpsc::Sender;

use super::{Row, Written, columns};
use crate::holder::Holder;
use crate::import::Table;
use crate::kinds::Names;

/// The right to read what an export holds.
pub(super) enum Reading<'a> {
    Cooperatives { records: &'a Records, permit: ReadPermit },
    Members { records: &'a Records, memberships: ReadPermit, holders: Holders, cooperatives: ReadPermit },
}

/// The right to read those who are members.
pub(super) struct Holders {
    persons: ReadPermit,
    legal: ReadPermit,
    cooperatives: ReadPermit,
}

impl<'a> Reading<'a> {
    /// Asks for every permit that is needed.
    pub(super) fn open(records: &'a Records, caller: &Caller, table: Table) -> Result<Self, ReadError> {
        let names = Names::new();
        let cooperatives = records.may_read(caller, &names.cooperative)?;
        Ok(match table {
            Table::Cooperatives => Self::Cooperatives { records, permit: cooperatives },
            Table::Members => Self::Members {
                records,
                memberships: records.may_read(caller, &names.membership)?,
                holders: Holders {
                    persons: records.may_read(caller, &names.person)?,
                    legal: records.may_read(caller, &names.legal_person)?,
                    cooperatives: cooperatives.clone(),
                },
                cooperatives,
            },
        })
    }

    /// Sends all rows to whoever writes them. When that one has stopped, so does the reading: it says itself why.
    pub(super) async fn send(
        self,
        pages: Sender<Vec<Row>>,
        province: Option<ProvinceCode>,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Written, ReadError> {
        let (mut written, mut places) = (Written::default(), Places::default());
        let mut query = Query { limit: PAGE_ROWS_MAX, ..Query::default() };
        loop {
            let (records, permit) = match &self {
                Self::Cooperatives { records, permit } => (records, permit),
                Self::Members { records, memberships, .. } => (records, memberships),
            };
            let mut page = records.list(permit, &query).await?;
            if province.is_some() {
                page.items.retain(|record| record.province == province);
            }
            let rows: Vec<Row> = match &self {
                Self::Cooperatives { .. } => page.items.into_iter().map(cooperative).collect(),
                Self::Members { records, holders, cooperatives, .. } => {
                    places.fetch(records, cooperatives, &page.items).await?;
                    members(records, holders, &places, page.items, &mut written.left_out).await?
                }
            };
            written.rows += u64::try_from(rows.len()).unwrap_or_default();
            progress(written.rows);
            if pages.send(rows).await.is_err() {
                return Ok(written);
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(written);
            }
        }
    }
}

/// The fields of a cooperative are the columns of its file.
fn cooperative(record: Record) -> Row {
    columns(Table::Cooperatives).into_iter().map(|column| field(&record, column)).collect()
}

async fn members(
    records: &Records,
    permits: &Holders,
    places: &Places,
    memberships: Vec<Record>,
    left_out: &mut u64,
) -> Result<Vec<Row>, ReadError> {
    let mut holders: HashMap<RecordId, Record> = HashMap::new();
    for (holder, permit) in [
        (Holder::Person, &permits.persons),
        (Holder::LegalPerson, &permits.legal),
        (Holder::Cooperative, &permits.cooperatives),
    ] {
        let ids: Vec<RecordId> = memberships.iter().filter_map(|record| id(record, holder.field())).collect();
        if !ids.is_empty() {
            let found = records.read_many(permit, &ids).await?;
            holders.extend(found.into_iter().map(|record| (record.id, record)));
        }
    }
    let mut rows = Vec::with_capacity(memberships.len());
    for membership in memberships {
        let Some((court, number)) = id(&membership, "cooperative").and_then(|id| places.by_id.get(&id)) else {
            *left_out += 1;
            continue;
        };
        let found = Holder::ALL.into_iter().find_map(|holder| Some((holder, id(&membership, holder.field())?)));
        let member = found.and_then(|(_, id)| holders.get(&id));
        let holder = found.map_or(Holder::Person, |(holder, _)| holder);
        let value = |column: &str| match column {
            "court" => court.clone(),
            "number" => number.clone(),
            "member_number" => field(&membership, "number"),
            "name_ar" | "name_fr" => member.map_or(Value::Null, |member| field(member, column)),
            // Of others there is none.
            "gender" | "birth_date" if holder.is_person() => member.map_or(Value::Null, |member| field(member, column)),
            "gender" | "birth_date" => Value::Null,
            "legal_form" => member.map_or(Value::Null, |member| legal_form(holder, member)),
            "ice" if holder.is_person() => Value::Null,
            "ice" => member.map_or(Value::Null, |member| field(member, column)),
            _ => field(&membership, column),
        };
        rows.push(columns(Table::Members).into_iter().map(value).collect());
    }
    Ok(rows)
}

/// What a member is that is no natural person, as the import reads it.
fn legal_form(holder: Holder, member: &Record) -> Value {
    match holder {
        Holder::Person => Value::Null,
        Holder::LegalPerson => field(member, "form"),
        Holder::Cooperative => match field(member, "entity") {
            Value::Null => "cooperative".into(),
            entity => entity,
        },
    }
}

fn field(record: &Record, name: &str) -> Value {
    record.body.get(name).cloned().unwrap_or(Value::Null)
}

fn id(record: &Record, name: &str) -> Option<RecordId> {
    record.body.get(name).and_then(Value::as_str).and_then(|id| id.parse().ok())
}

/// Court and number of cooperatives that members were found in.
#[derive(Default)]
struct Places {
    by_id: HashMap<RecordId, (Value, Value)>,
}

impl Places {
    /// Reads those of these memberships that are not known yet.
    async fn fetch(&mut self, records: &Records, permit: &ReadPermit, memberships: &[Record]) -> Result<(), ReadError> {
        if self.by_id.len() > EXPORT_PLACES_MAX {
            self.by_id.clear();
        }
        let mut unknown: Vec<RecordId> = memberships
            .iter()
            .filter_map(|record| id(record, "cooperative"))
            .filter(|id| !self.by_id.contains_key(id))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        for cooperative in records.read_many(permit, &unknown).await? {
            let place = (field(&cooperative, "court"), field(&cooperative, "number"));
            self.by_id.insert(cooperative.id, place);
        }
        Ok(())
    }
}
