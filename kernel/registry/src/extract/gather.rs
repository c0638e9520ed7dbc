//! Fills the data of an extract from the records that there are: the one place that knows both.

use std::collections::HashMap;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{EXTRACT_OFFICERS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Query, ReadError, Records};

use super::by_acts;
use super::data::{ExtractData, ExtractOfficer};
use crate::acts::ActError;
use crate::holder::Holder as Sort;
use crate::kinds::Names;
use crate::rule_pack::PackError;

/// The offices in the order of the paper. A plain member holds none.
const OFFICES: [&str; 6] = ["president", "vice-president", "manager", "treasurer", "secretary", "board-member"];

/// Why the data could not be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// A record could not be read, or the caller may not read it.
    #[error("could not read what the extract is made of")]
    Read(#[from] ReadError),
    /// More members, or acts, than are looked through.
    #[error("the cooperative has more than {members_max} memberships or acts")]
    Many {
        /// How many are looked through.
        members_max: usize,
    },
    /// More officers than a paper holds.
    #[error("the cooperative has more than {} officers", EXTRACT_OFFICERS_MAX)]
    Officers,
    /// The rule packs that come with the program cannot be used.
    #[error("the rule packs are not right")]
    Packs(#[source] &'static PackError),
    /// The acts of the cooperative could not be read.
    #[error("could not read the acts of the cooperative")]
    Acts(#[source] Box<ActError>),
}

/// What an extract says of a cooperative now, with its record; none when the caller knows of no such cooperative.
///
/// Terms of office and acts are those that its acts say. Where it has none they are left empty: a membership says who is what, not since
/// when, and the day on which somebody joined is not the beginning of a term.
///
/// # Errors
/// When the caller may not read members, or there are too many of them.
pub async fn from_records(
    records: &Records,
    caller: &Caller,
    cooperative: RecordId,
    members_max: usize,
) -> Result<Option<(Record, ExtractData)>, GatherError> {
    let names = Names::new();
    let Some((record, mut data)) = registration(records, caller, cooperative).await? else { return Ok(None) };
    let holders = match by_acts::read(records, caller, &record, members_max).await? {
        Some(found) => {
            data.acts = found.acts;
            data.acts_unlisted = found.acts_unlisted;
            found.holders
        }
        None => holders(records, caller, &names, cooperative, members_max).await?,
    };
    data.officers = officers(records, caller, &names, holders).await?;
    Ok(Some((record, data)))
}

/// The same without officers and acts: what a certificate of registration is made of, however many members there are.
///
/// # Errors
/// When the database fails.
pub(super) async fn registration(
    records: &Records,
    caller: &Caller,
    cooperative: RecordId,
) -> Result<Option<(Record, ExtractData)>, GatherError> {
    let permit = records.may_read(caller, &Names::new().cooperative)?;
    let record = records.read(&permit, cooperative).await?;
    Ok(record.map(|record| {
        let data = of_cooperative(&record);
        (record, data)
    }))
}

fn of_cooperative(record: &Record) -> ExtractData {
    let body = &record.body;
    let field = |name: &str| text(body, name);
    ExtractData {
        cooperative: record.id.to_string(),
        version: record.version.0,
        name_ar: field("name_ar"),
        name_fr: field("name_fr"),
        name_zgh: field("name_zgh"),
        court: field("court").unwrap_or_default(),
        number: field("number").unwrap_or_default(),
        registered_on: field("registered_on"),
        founded_on: field("founded_on"),
        ice: field("ice"),
        province: field("province").unwrap_or_default(),
        commune: field("commune"),
        address: field("address"),
        category: field("category"),
        sector: field("sector").unwrap_or_default(),
        branch: field("branch"),
        // The rules hold amounts to whole centimes.
        capital_mad: body.get("capital_mad").and_then(Value::as_f64).map(|amount| format!("{amount:.2}")),
        status: field("status").unwrap_or_default(),
        officers: Vec::new(),
        acts: Vec::new(),
        acts_unlisted: None,
    }
}

/// Somebody who holds an office, before their name is known.
pub(super) struct Holder {
    pub(super) rank: usize,
    pub(super) number: String,
    pub(super) person: RecordId,
    pub(super) from: Option<String>,
    pub(super) until: Option<String>,
    /// The member for whom they sit there, when that is a legal person.
    pub(super) represents: Option<(Sort, RecordId)>,
}

/// The place of an office on the paper.
pub(super) fn rank(role: &str) -> Option<usize> {
    OFFICES.iter().position(|office| *office == role)
}

async fn officers(
    records: &Records,
    caller: &Caller,
    names: &Names,
    mut holders: Vec<Holder>,
) -> Result<Vec<ExtractOfficer>, GatherError> {
    if holders.len() > EXTRACT_OFFICERS_MAX {
        return Err(GatherError::Officers);
    }
    holders.sort_by(|left, right| (left.rank, &left.number).cmp(&(right.rank, &right.number)));
    let ids: Vec<RecordId> = holders.iter().map(|holder| holder.person).collect();
    let permit = records.may_read(caller, &names.person)?;
    let persons: HashMap<RecordId, Record> =
        records.read_many(&permit, &ids).await?.into_iter().map(|person| (person.id, person)).collect();
    let represented = represented(records, caller, names, &holders).await?;
    let officer = |holder: Holder| {
        let name = |field: &str| persons.get(&holder.person).and_then(|person| text(&person.body, field));
        ExtractOfficer {
            name_ar: name("name_ar"),
            name_fr: name("name_fr"),
            role: OFFICES.get(holder.rank).copied().unwrap_or_default().to_owned(),
            from: holder.from,
            until: holder.until,
            represents: holder.represents.and_then(|(_, member)| represented.get(&member).cloned()),
        }
    };
    Ok(holders.into_iter().map(officer).collect())
}

/// The names of the legal persons for whom officers sit there.
async fn represented(
    records: &Records,
    caller: &Caller,
    names: &Names,
    holders: &[Holder],
) -> Result<HashMap<RecordId, String>, GatherError> {
    let mut found = HashMap::new();
    for (sort, kind) in [(Sort::LegalPerson, &names.legal_person), (Sort::Cooperative, &names.cooperative)] {
        let members = holders.iter().filter_map(|holder| holder.represents).filter(|(found, _)| *found == sort);
        let ids: Vec<RecordId> = members.map(|(_, member)| member).collect();
        if ids.is_empty() {
            continue;
        }
        let permit = records.may_read(caller, kind)?;
        for record in records.read_many(&permit, &ids).await? {
            let names = ["name_fr", "name_ar"].into_iter().filter_map(|field| text(&record.body, field));
            found.insert(record.id, names.collect::<Vec<_>>().join(" – "));
        }
    }
    Ok(found)
}

async fn holders(
    records: &Records,
    caller: &Caller,
    names: &Names,
    cooperative: RecordId,
    members_max: usize,
) -> Result<Vec<Holder>, GatherError> {
    let permit = records.may_read(caller, &names.membership)?;
    let filters = vec![Filter::equals("cooperative", cooperative.to_string())];
    let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
    let (mut holders, mut seen) = (Vec::new(), 0_usize);
    loop {
        let page = records.list(&permit, &query).await?;
        seen = seen.saturating_add(page.items.len());
        if seen > members_max {
            return Err(GatherError::Many { members_max });
        }
        holders.extend(page.items.iter().filter_map(|membership| holder(&membership.body)));
        query.cursor = page.next;
        if query.cursor.is_none() {
            return Ok(holders);
        }
    }
}

/// The office of a member who has not left.
fn holder(body: &Value) -> Option<Holder> {
    let rank = rank(body.get("role")?.as_str()?)?;
    let id = |field: &str| -> Option<RecordId> { body.get(field)?.as_str()?.parse().ok() };
    let sorts = [Sort::LegalPerson, Sort::Cooperative];
    let represents = sorts.into_iter().find_map(|sort| Some((sort, id(sort.field())?)));
    let person = id(if represents.is_some() { "represented_by" } else { "person" })?;
    let has_left = body.get("left_on").is_some_and(|day| !day.is_null());
    let number = text(body, "number").unwrap_or_default();
    (!has_left).then_some(Holder { rank, number, person, from: None, until: None, represents })
}

fn text(body: &Value, field: &str) -> Option<String> {
    body.get(field).and_then(Value::as_str).map(ToOwned::to_owned)
}
