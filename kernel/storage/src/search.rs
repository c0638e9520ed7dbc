//! The index of words. It knows nothing of languages: the caller folds texts and queries by the same rule.
//!
//! One index serves every kind: each word is stored behind a character that stands for its kind, so a search in one kind
//! never walks through the words of another. Hits come in the order of creation, which lets a search end as soon as its
//! page is full.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use sqlx::AssertSqlSafe;
use tiwizi_model::{RecordId, limits};
use uuid::Uuid;

use crate::error::{StorageError, failed};
use crate::kind::KindNo;
use crate::record::{Reach, Within};
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, padded, places};
use crate::tx::{Tx, WriteTx, on_db};

/// The first character of the private use area in which kinds are written.
const FIRST_MARK: u32 = 0xf_0000;
/// Longer words are cut, in texts and in queries alike.
const WORD_CHARS_MAX: usize = 64;

/// Both databases have an index of words, and each has its own language for it. PostgreSQL takes the words as they are,
/// so that no parser of the server's locale cuts them again.
static PUT: LazyLock<Batches> = LazyLock::new(|| {
    Batches::with_texts(
        ("INSERT OR REPLACE INTO search (rowid, words)", ""),
        (
            "INSERT INTO search (num, words) SELECT num, words::tsvector FROM (",
            ") AS new (num, words) ON CONFLICT (num) DO UPDATE SET words = excluded.words",
        ),
        2,
    )
});

/// Puts the words of records into the index, in the place of those that were there. A record that does not exist is
/// passed over.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, rows: &[(KindNo, RecordId, String)]) -> Result<(), StorageError> {
    let ids: Vec<RecordId> = rows.iter().map(|(_, id, _)| *id).collect();
    let numbers = numbers(tx, &ids).await?;
    // The last text of a record wins, and a statement must not meet a row twice.
    let texts: BTreeMap<i64, String> = rows
        .iter()
        .filter_map(|(kind, id, text)| numbers.get(&id.0).map(|number| (*number, marked(*kind, text).join(" "))))
        .collect();
    let texts: Vec<(i64, String)> = texts.into_iter().collect();
    for (size, batch) in batches(&texts) {
        let text = PUT.text(tx, size);
        on_db!(tx, conn => {
            let query = sqlx::query(text);
            batch.iter().fold(query, |query, (number, words)| query.bind(number).bind(words)).execute(conn).await
                .map(|_| ())
        })
        .map_err(failed("search.put"))?;
    }
    Ok(())
}

const REMOVE_SQLITE: &str = "DELETE FROM search WHERE rowid = $1";
const REMOVE_POSTGRES: &str = "DELETE FROM search WHERE num = $1";

/// Takes records out of the index.
///
/// # Errors
/// `Query` when the database fails.
pub async fn remove(tx: &mut WriteTx, ids: &[RecordId]) -> Result<(), StorageError> {
    let remove = if tx.is_postgres() { REMOVE_POSTGRES } else { REMOVE_SQLITE };
    for number in numbers(tx, ids).await?.into_values() {
        on_db!(tx, conn => sqlx::query(remove).bind(number).execute(conn).await.map(|_| ()))
            .map_err(failed("search.remove"))?;
    }
    Ok(())
}

/// A search in the records of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The kind.
    pub kind: KindNo,
    /// Folded words; a record must have a word that begins with each of them.
    pub words: Vec<String>,
    /// What the caller may see; everything if absent.
    pub reach: Option<Reach>,
    /// In which range of an index hits lie; anywhere if absent.
    pub within: Option<Within>,
    /// The last hit that the caller has seen.
    pub after: Option<RecordId>,
    /// The length of the page.
    pub rows_max: u32,
}

/// The records that have every word, oldest first. Without a word there is no hit.
///
/// # Errors
/// `Query` when the database fails.
pub async fn find(tx: &mut Tx, search: &Search) -> Result<Vec<RecordId>, StorageError> {
    let words: Vec<String> =
        search.words.iter().flat_map(|word| marked(search.kind, word)).take(limits::SEARCH_WORDS_MAX).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let built = if tx.is_postgres() { on_postgres(search, &words) } else { on_sqlite(search, &words) };
    let Built { text, values } = built?;
    let hits: Vec<(Uuid,)> = on_db!(tx, conn => {
        bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
    })
    .map_err(failed("search.find"))?;
    Ok(hits.into_iter().map(|(id,)| RecordId(id)).collect())
}

/// CROSS JOIN keeps SQLite from walking the records first.
const FIND_SQLITE: &str = "SELECT record.id FROM search CROSS JOIN record ON record.num = search.rowid \
    WHERE record.deleted = 0 AND search MATCH ";

fn on_sqlite(search: &Search, words: &[String]) -> Result<Built, StorageError> {
    let query: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
    let mut built = Built::default();
    built.push(FIND_SQLITE).bind(Value::Text(query.join(" AND ")));
    finish(&mut built, search, "search.rowid")?;
    Ok(built)
}

const FIND_POSTGRES: &str = "SELECT record.id FROM search JOIN record ON record.num = search.num \
    WHERE record.deleted = 0 AND search.words @@ ";

fn on_postgres(search: &Search, words: &[String]) -> Result<Built, StorageError> {
    let query: Vec<String> = words.iter().map(|word| format!("'{word}':*")).collect();
    let mut built = Built::default();
    built.push(FIND_POSTGRES).bind(Value::Text(query.join(" & "))).push("::text::tsquery");
    finish(&mut built, search, "search.num")?;
    Ok(built)
}

/// Range, reach, place and order are the same on both.
fn finish(built: &mut Built, search: &Search, number: &str) -> Result<(), StorageError> {
    if let Some(within) = &search.within {
        within.filter(built, search.kind)?;
    }
    if let Some(reach) = &search.reach {
        reach.filter(built, "record.");
    }
    if let Some(after) = search.after {
        built.push(" AND ").push(number).push(" > (SELECT num FROM record WHERE id = ");
        built.bind(Value::Id(after.0)).push(")");
    }
    built.push(" ORDER BY ").push(number).push(" LIMIT ").bind(Value::Number(search.rows_max.into()));
    Ok(())
}

/// The row numbers of records.
async fn numbers(tx: &mut Tx, ids: &[RecordId]) -> Result<HashMap<Uuid, i64>, StorageError> {
    let mut numbers = HashMap::with_capacity(ids.len());
    for part in ids.chunks(LIST_MAX) {
        let ids = padded(part);
        let text = format!("SELECT id, num FROM record WHERE id IN ({})", places(1..=ids.len()));
        let rows: Vec<(Uuid, i64)> = on_db!(tx, conn => {
            ids.iter().fold(sqlx::query_as(AssertSqlSafe(text)), |query, id| query.bind(id.0)).fetch_all(conn).await
        })
        .map_err(failed("search.numbers"))?;
        numbers.extend(rows);
    }
    Ok(numbers)
}

/// The words of a folded text behind the mark of their kind. Cutting here as the tokenizer of FTS5 does (at everything in
/// ASCII that is no letter and no digit) and in small letters makes both databases agree on what a word is, and leaves
/// nothing in a word that either query language reads as a sign.
fn marked(kind: KindNo, text: &str) -> Vec<String> {
    let number = u32::try_from(kind.0).unwrap_or_default();
    let mark = char::from_u32(FIRST_MARK.saturating_add(number)).unwrap_or(char::REPLACEMENT_CHARACTER);
    text.split(|c: char| c.is_whitespace() || (c.is_ascii() && !c.is_ascii_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(|word| {
            std::iter::once(mark).chain(word.chars().take(WORD_CHARS_MAX).map(|c| c.to_ascii_lowercase())).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_of_a_query_language_is_left_in_a_word() {
        let words = marked(KindNo(1), "l'huile \"d'argan\" AND (NOT) a:* \\ تعاونية ⵜⴰⵡⵉⵣⵉ");
        assert!(words.iter().all(|word| word.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric())));
        assert_eq!(words.len(), 9);
    }

    #[test]
    fn words_of_two_kinds_begin_differently() {
        assert_ne!(marked(KindNo(1), "argan"), marked(KindNo(2), "argan"));
    }
}
