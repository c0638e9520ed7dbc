//! Receipts: a request that is sent twice under the same key has its effect once.

use sha2::{Digest as _, Sha256};
use tiwizi_identity::Caller;
use tiwizi_model::limits::{IDEMPOTENCY_MS, RECEIPT_KEY_BYTES_MAX};
use tiwizi_model::{Ambient, KindName, Record, RecordId, Version};
use tiwizi_storage::idempotency::{self, IdempotencyRow};
use tiwizi_storage::{StorageError, Tx, WriteTx, record};

use crate::catalogue::Kinds;
use crate::error::WriteError;
use crate::records::Records;
use crate::row;

/// What a client sends with a write so that it can send it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The client's key. Keys of different accounts never meet.
    pub key: String,
    /// The hash of the whole request.
    pub request_hash: [u8; 32],
}

impl Receipt {
    /// A receipt for a request: its parts are what makes it this request (method, path, body).
    #[must_use]
    pub fn new(key: impl Into<String>, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        Self { key: key.into(), request_hash: hash.finalize().into() }
    }

    pub(crate) fn check(&self) -> Result<(), WriteError> {
        let length = self.key.len();
        let good = (1..=RECEIPT_KEY_BYTES_MAX).contains(&length) && !self.key.contains('\0');
        if good { Ok(()) } else { Err(WriteError::ReceiptKey) }
    }
}

/// What was answered to the same request before, if it was.
pub(crate) async fn find(
    tx: &mut Tx,
    caller: &Caller,
    receipt: &Receipt,
    ambient: &Ambient,
) -> Result<Option<IdempotencyRow>, WriteError> {
    let found = idempotency::find(tx, caller.account(), &receipt.key).await?;
    let Some(row) = found.filter(|row| !is_old(row, ambient)) else { return Ok(None) };
    if row.request_hash == receipt.request_hash { Ok(Some(row)) } else { Err(WriteError::ReceiptReused) }
}

/// Remembers what was written, in the transaction that writes it.
pub(crate) async fn store(
    tx: &mut WriteTx,
    caller: &Caller,
    receipt: &Receipt,
    ambient: &Ambient,
    written: &[Record],
) -> Result<(), tiwizi_storage::WriteError> {
    let now = ambient.now();
    if idempotency::find(tx, caller.account(), &receipt.key).await?.is_some_and(|row| is_old(&row, ambient)) {
        // What is too old to be answered again must not stand in the way of a new one.
        idempotency::delete_before(tx, now.plus_ms(-IDEMPOTENCY_MS).plus_ms(1)).await?;
    }
    let lines: Vec<String> =
        written.iter().map(|record| format!("{} {} {}", record.kind, record.id, record.version)).collect();
    let row = IdempotencyRow {
        account: caller.account(),
        key: receipt.key.clone(),
        request_hash: receipt.request_hash,
        status: 0,
        answer: lines.join("\n"),
        at: now,
    };
    idempotency::create(tx, &row).await
}

/// The records as they were written then, whole.
pub(crate) async fn replay(tx: &mut Tx, kinds: &Kinds, row: &IdempotencyRow) -> Result<Vec<Record>, WriteError> {
    let mut records = Vec::new();
    for line in row.answer.lines() {
        let Some((kind, id, version)) = parse(line) else {
            let what = format!("the receipt {:?} has a line that cannot be read", row.key);
            return Err(StorageError::Corrupt { what }.into());
        };
        let versions = record::versions(tx, id, Some(version.next()), 1).await?;
        let Some((_, found)) = versions.into_iter().next() else { continue };
        if kinds.find(&kind).is_some() {
            records.push(row::record(&kind, found)?);
        }
    }
    Ok(records)
}

fn parse(line: &str) -> Option<(KindName, RecordId, Version)> {
    let mut words = line.split(' ');
    let kind = words.next()?.parse().ok()?;
    let id = words.next()?.parse().ok()?;
    let version = words.next()?.parse().ok()?;
    Some((kind, id, Version(version)))
}

fn is_old(row: &IdempotencyRow, ambient: &Ambient) -> bool {
    ambient.now() >= row.at.plus_ms(IDEMPOTENCY_MS)
}

impl Records {
    /// Forgets receipts that are too old to be used, and returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_old_receipts(&self) -> Result<u64, StorageError> {
        let mut tx = self.db.begin_write().await?;
        let count = idempotency::delete_before(&mut tx, self.ambient.now().plus_ms(-IDEMPOTENCY_MS)).await?;
        tx.commit().await?;
        Ok(count)
    }
}
