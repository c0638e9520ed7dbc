//! The codes under which a record is looked for when another one may be the same.
//!
//! What a code means is the caller's: here records that share one are found together. The table follows from the records alone, so its
//! reader may make it anew from the start of the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::RecordId;
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, padded, places};
use crate::tx::{Tx, WriteTx, on_db};

static INSERT: LazyLock<Batches> = LazyLock::new(|| Batches::new("INSERT INTO duplicate_key (kind, code, record)", 3));

/// Puts the codes of records in the place of those that they had. A record without a code is found no more.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, kind: KindNo, records: &[(RecordId, BTreeSet<String>)]) -> Result<(), StorageError> {
    let ids: Vec<RecordId> = records.iter().map(|(id, _)| *id).collect();
    remove(tx, &ids).await?;
    // In order, so that two kernels take the rows in the same order and a statement writes to one place after the other.
    let rows: BTreeSet<(&str, Uuid)> =
        records.iter().flat_map(|(id, codes)| codes.iter().map(|code| (code.as_str(), id.0))).collect();
    let rows: Vec<(&str, Uuid)> = rows.into_iter().collect();
    for (size, batch) in batches(&rows) {
        let text = INSERT.text(tx, size);
        on_db!(tx, conn => {
            let query = sqlx::query(text);
            batch.iter().fold(query, |query, (code, id)| query.bind(kind.0).bind(*code).bind(*id)).execute(conn).await
                .map(|_| ())
        })
        .map_err(failed("duplicate.put"))?;
    }
    Ok(())
}

/// Forgets the codes of records.
///
/// # Errors
/// `Query` when the database fails.
pub async fn remove(tx: &mut WriteTx, ids: &[RecordId]) -> Result<(), StorageError> {
    for part in ids.chunks(LIST_MAX) {
        let ids = padded(part);
        let text = format!("DELETE FROM duplicate_key WHERE record IN ({})", places(1..=ids.len()));
        on_db!(tx, conn => {
            ids.iter().fold(sqlx::query(AssertSqlSafe(text)), |query, id| query.bind(id.0)).execute(conn).await
                .map(|_| ())
        })
        .map_err(failed("duplicate.remove"))?;
    }
    Ok(())
}

/// The records of a kind that have one of these codes, those that share the most first and at most so many. Of a code that many have, the
/// newest are looked at, so that a common name costs no more than a rare one.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(
    tx: &mut Tx,
    kind: KindNo,
    codes: &BTreeSet<String>,
    rows_max: u32,
) -> Result<Vec<RecordId>, StorageError> {
    let mut codes: Vec<String> = codes.iter().take(LIST_MAX).cloned().collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    // Filled up with codes that no record has: a few prepared statements serve every length.
    codes.resize(codes.len().next_power_of_two(), String::new());
    let mut built = Built::default();
    built.push("SELECT record FROM (");
    for (index, code) in codes.into_iter().enumerate() {
        built.push(if index > 0 { " UNION ALL " } else { "" });
        built.push("SELECT record FROM (SELECT record FROM duplicate_key WHERE kind = ").bind(Value::Kind(kind.0));
        // Ids grow with time.
        built.push(" AND code = ").bind(Value::Text(code)).push(" ORDER BY record DESC LIMIT ");
        built.bind(Value::Number(rows_max.into())).push(") AS one");
    }
    built.push(") AS shared GROUP BY record ORDER BY COUNT(*) DESC, record DESC LIMIT ");
    built.bind(Value::Number(rows_max.into()));
    let Built { text, values } = built;
    let found: Vec<(Uuid,)> = on_db!(tx, conn => {
        bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
    })
    .map_err(failed("duplicate.find"))?;
    Ok(found.into_iter().map(|(id,)| RecordId(id)).collect())
}

/// Each of these records with those that share the most codes with it, at most so many for each: a common name takes no room from what comes
/// after it. Of those that share as many the newest are taken, as in `find`, so that the same records give the same pairs on both databases.
///
/// # Errors
/// `Query` when the database fails.
pub async fn pairs(
    tx: &mut Tx,
    kind: KindNo,
    ids: &[RecordId],
    others_max: u32,
) -> Result<BTreeSet<(RecordId, RecordId)>, StorageError> {
    let mut records: BTreeMap<RecordId, BTreeSet<String>> = BTreeMap::new();
    for part in ids.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push("SELECT record, code FROM duplicate_key WHERE kind = ").bind(Value::Kind(kind.0)).push(" AND ");
        built.within("record", padded(part).into_iter().map(|id| Value::Id(id.0)).collect());
        let Built { text, values } = built;
        let found: Vec<(Uuid, String)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("duplicate.codes"))?;
        for (id, code) in found {
            records.entry(RecordId(id)).or_default().insert(code);
        }
    }
    let records: Vec<_> = records.into_iter().collect();
    Ok(pairs_of(tx, kind, &records, others_max).await?.into_iter().collect())
}

/// The same for records whose codes are known to the caller, and stored: those of each after those of the one before.
///
/// Each code is asked for once, and the records that share it are counted here: joined and ranked by the database, the cooperatives of the
/// nation came back as a million and a half rows.
///
/// # Errors
/// `Query` when the database fails.
pub async fn pairs_of(
    tx: &mut Tx,
    kind: KindNo,
    records: &[(RecordId, BTreeSet<String>)],
    others_max: u32,
) -> Result<Vec<(RecordId, RecordId)>, StorageError> {
    let codes: BTreeSet<&str> = records.iter().flat_map(|(_, codes)| codes).map(String::as_str).collect();
    let sharing = sharing(tx, kind, &codes.into_iter().collect::<Vec<_>>()).await?;
    let others_max = usize::try_from(others_max).unwrap_or(usize::MAX);
    let (mut pairs, mut others) = (Vec::new(), Vec::new());
    for (id, codes) in records {
        others.clear();
        others.extend(codes.iter().filter_map(|code| sharing.get(code)).flatten().filter(|other| *other != id));
        // Who stands there so many times shares so many codes.
        others.sort_unstable();
        let times = |run: &[RecordId]| run.first().map(|other| (run.len(), *other));
        let mut shared: Vec<(usize, RecordId)> = others.chunk_by(PartialEq::eq).filter_map(times).collect();
        if shared.len() > others_max {
            shared.sort_unstable_by(|one, other| other.cmp(one));
            shared.truncate(others_max);
        }
        pairs.extend(shared.into_iter().map(|(_, other)| (*id, other)));
    }
    Ok(pairs)
}

/// A code that several records have, and the hexadecimal digits of their ids. The drivers have no list of ids in common.
const SHARING_SQLITE: &str = "SELECT code, group_concat(hex(record), '') FROM duplicate_key WHERE kind = ";
const SHARING_POSTGRES: &str = "SELECT code, string_agg(replace(record::text, '-', ''), '') FROM duplicate_key \
    WHERE kind = ";
/// The digits of one id.
const ID_DIGITS: usize = 32;

/// The records that have each of these codes, where there are several.
async fn sharing(tx: &mut Tx, kind: KindNo, codes: &[&str]) -> Result<HashMap<String, Vec<RecordId>>, StorageError> {
    let mut sharing = HashMap::new();
    for part in codes.chunks(LIST_MAX) {
        let mut built = Built::default();
        built.push(if tx.is_postgres() { SHARING_POSTGRES } else { SHARING_SQLITE }).bind(Value::Kind(kind.0));
        let codes = padded(part).into_iter().map(|code| Value::Text(code.to_owned())).collect();
        built.push(" AND ").within("code", codes).push(" GROUP BY code HAVING count(*) > 1");
        let Built { text, values } = built;
        let found: Vec<(String, String)> = on_db!(tx, conn => {
            bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
        })
        .map_err(failed("duplicate.sharing"))?;
        for (code, digits) in found {
            let ids = ids(&digits).ok_or_else(|| StorageError::Corrupt { what: format!("the ids of {code}") })?;
            sharing.insert(code, ids);
        }
    }
    Ok(sharing)
}

/// The ids whose digits stand one after the other.
fn ids(digits: &str) -> Option<Vec<RecordId>> {
    let id = |digits: &[u8]| Some(RecordId(Uuid::try_parse_ascii(digits).ok()?));
    digits.as_bytes().chunks(ID_DIGITS).map(id).collect()
}
