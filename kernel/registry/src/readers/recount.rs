//! Counts again from the start of the log, and mends the counts that are shown where they differ.

use tiwizi_model::Seq;
use tiwizi_model::limits::RECOUNT_TRIES_MAX;
use tiwizi_records::{Reader as _, ReaderError, Records, catch_up};
use tiwizi_storage::{StorageError, WriteTx, cursor, memo, tally};

use super::tally::{AGAIN, LIVE, TallyReader};

/// What came of counting again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recount {
    /// Counts that were compared.
    pub counts: usize,
    /// Those among them that were wrong, and are mended.
    pub mended: usize,
    /// The place in the log up to which all was counted.
    pub up_to: Seq,
}

/// Why counting again did not come to an end.
#[derive(Debug, thiserror::Error)]
#[error("the log grew while it was read, {} times in a row; try again when less is written", RECOUNT_TRIES_MAX)]
struct Outrun;

/// Counts everything again by a second reader that starts from the beginning of the log, and compares. Where a count is wrong,
/// all are replaced in one transaction. Others may write and read meanwhile.
///
/// # Errors
/// When the database fails, a record is damaged, or the log grows faster than it can be read.
pub async fn recount(records: &Records) -> Result<Recount, ReaderError> {
    let mut tx = records.db().begin_write().await?;
    forget(&mut tx).await?;
    tx.commit().await?;
    let (live, again) = (TallyReader::default(), TallyReader::again());
    for _ in 0..RECOUNT_TRIES_MAX {
        catch_up(records, &again).await?;
        if catch_up(records, &live).await.is_err() {
            // What the live reader keeps may be what has to be mended.
            tracing::warn!(reader.name = live.name(), "the reader of the log stands still and is replaced");
        }
        let mut tx = records.db().begin_write().await?;
        let place = cursor::claim(&mut tx, LIVE.reader).await?;
        let up_to = cursor::claim(&mut tx, AGAIN.reader).await?;
        if place > up_to {
            continue;
        }
        let done = compare(&mut tx, place, up_to).await?;
        forget(&mut tx).await?;
        tx.commit().await?;
        return Ok(done);
    }
    Err(ReaderError::Work { reader: AGAIN.reader.to_owned(), source: Box::new(Outrun) })
}

/// Compares the two sets of counts, and replaces the first where they differ.
async fn compare(tx: &mut WriteTx, place: Seq, up_to: Seq) -> Result<Recount, StorageError> {
    let shown = tally::within(tx, &LIVE.all()).await?;
    let mut counted = tally::within(tx, &AGAIN.all()).await?;
    for (dimension, _, _) in &mut counted {
        *dimension = AGAIN.moved(dimension, LIVE);
    }
    counted.sort();
    let mut sorted = shown.clone();
    sorted.sort();
    let missed = counted.iter().filter(|row| sorted.binary_search(row).is_err()).count();
    let surplus = sorted.iter().filter(|(dimension, key, _)| {
        counted.binary_search_by(|(other, its_key, _)| (other, its_key).cmp(&(dimension, key))).is_err()
    });
    let mended = missed.saturating_add(surplus.count());
    if mended > 0 || place < up_to {
        tally::clear_within(tx, &LIVE.all()).await?;
        tally::add(tx, &counted).await?;
        memo::forget(tx, LIVE.reader).await?;
        memo::hand_over(tx, AGAIN.reader, LIVE.reader).await?;
        cursor::store(tx, LIVE.reader, up_to).await?;
    }
    Ok(Recount { counts: counted.len(), mended, up_to })
}

/// Forgets what the second reader counted, and where it stands.
async fn forget(tx: &mut WriteTx) -> Result<(), StorageError> {
    tally::clear_within(tx, &AGAIN.all()).await?;
    memo::forget(tx, AGAIN.reader).await?;
    cursor::forget(tx, AGAIN.reader).await
}
