//! The files that a unit finds and gathers for the calling plugin.

use std::sync::Arc;

use tiwizi_model::{FileHash, Instant, PluginId, limits};
use tiwizi_storage::LooseBlob;
use tiwizi_storage::blob::{self as rows, BlobRow};

use super::Unit;
use crate::blob::{BlobError, BlobPage, BlobWrite, BlobWrites};

impl Unit {
    /// A file of the calling plugin, as this unit would leave it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn blob(&self, hash: FileHash) -> Result<Option<BlobRow>, BlobError> {
        let plugin = self.blob_owner()?;
        match self.kept.blobs.entries.get(&hash) {
            Some(write) if write.kept.is_none() => Ok(None),
            Some(write) if write.stored_bytes.is_none() => Ok(write.kept.as_ref().map(|(row, _)| row.clone())),
            _ => Ok(rows::find(&mut *self.records.db.read_single().await?, plugin, hash).await?),
        }
    }

    /// Whether the calling plugin may begin a file at all.
    ///
    /// # Errors
    /// `Disk` when it may not.
    pub fn check_blob_disk(&self) -> Result<(), BlobError> {
        Ok(self.demand_disk()?)
    }

    /// Whether the calling plugin may go on with a file, when so many bytes lie in files that its calls together have written and not
    /// kept yet, those of this unit included.
    ///
    /// # Errors
    /// `Quota` or `Disk` when it may not.
    pub async fn check_blob_room(&mut self, loose: u64) -> Result<(), BlobError> {
        self.demand_disk()?;
        let writes = self.blob_writes().await?;
        writes.check_loose(i64::try_from(loose).unwrap_or(i64::MAX))
    }

    /// Gathers a file that was written. One with the same bytes that is kept already stays as it is.
    ///
    /// # Errors
    /// When the call keeps too many, or the plugin too much, or the disk is nearly full.
    pub async fn keep_blob(&mut self, file: Arc<LooseBlob>, media_type: &str) -> Result<BlobRow, BlobError> {
        let row = BlobRow {
            hash: file.hash(),
            file: file.file(),
            bytes: i64::try_from(file.bytes()).unwrap_or(i64::MAX),
            media_type: media_type.to_owned(),
            created_at: self.records.ambient.now(),
        };
        let plugin = self.blob_owner()?.clone();
        let stored = rows::find(&mut *self.records.db.read_single().await?, &plugin, row.hash).await?;
        if stored.is_none() {
            self.demand_disk()?;
        }
        let writes = self.blob_writes().await?;
        demand_room(writes, row.hash)?;
        let write = BlobWrite { stored_bytes: stored.as_ref().map(|row| row.bytes), kept: Some((row.clone(), file)) };
        let before = writes.entries.insert(row.hash, write);
        if let Err(full) = writes.check_room() {
            match before {
                Some(write) => drop(writes.entries.insert(row.hash, write)),
                None => drop(writes.entries.remove(&row.hash)),
            }
            return Err(full);
        }
        Ok(stored.unwrap_or(row))
    }

    /// Gathers the forgetting of a file; there need not be one.
    ///
    /// # Errors
    /// When the call deletes too many.
    pub async fn delete_blob(&mut self, hash: FileHash) -> Result<(), BlobError> {
        let plugin = self.blob_owner()?.clone();
        let stored = rows::find(&mut *self.records.db.read_single().await?, &plugin, hash).await?;
        let writes = self.blob_writes().await?;
        demand_room(writes, hash)?;
        writes.entries.insert(hash, BlobWrite { kept: None, stored_bytes: stored.map(|row| row.bytes) });
        Ok(())
    }

    /// Files of the calling plugin, the oldest first, as this unit would leave them.
    ///
    /// # Errors
    /// When the cursor is none, or the database fails.
    pub async fn blobs(&self, limit: u32, cursor: Option<&str>) -> Result<BlobPage, BlobError> {
        let plugin = self.blob_owner()?;
        let after = cursor.map(|text| read_cursor(text).ok_or(BlobError::Cursor)).transpose()?;
        let limit = match limit {
            0 => limits::PAGE_ROWS_DEFAULT,
            limit => limit.min(limits::BLOB_PAGE_ROWS_MAX),
        } as usize;
        let writes = &self.kept.blobs;
        // As many more as this unit may have deleted, and one to see whether there is another page.
        let rows_max = limit.saturating_add(writes.entries.len()).saturating_add(1);
        let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
        let mut items = rows::page(&mut *self.records.db.read_single().await?, plugin, after, rows_max).await?;
        items.retain(|row| writes.entries.get(&row.hash).is_none_or(|write| write.kept.is_some()));
        let new = writes.entries.values().filter(|write| write.stored_bytes.is_none());
        let new = new.filter_map(|write| write.kept.as_ref()).map(|(row, _)| row);
        items.extend(new.filter(|row| after.is_none_or(|after| place(row) > after)).cloned());
        items.sort_by_key(place);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|row| format!("{}.{}", row.created_at.0, row.hash));
        Ok(BlobPage { items, next })
    }

    /// What this unit gathered for the calling plugin; what the plugin keeps is looked up at the first time.
    async fn blob_writes(&mut self) -> Result<&mut BlobWrites, BlobError> {
        if self.kept.blobs.account.is_none() {
            let plugin = self.blob_owner()?;
            let account = rows::account(&mut *self.records.db.read_single().await?, plugin).await?;
            self.kept.blobs.account = Some(account);
        }
        Ok(&mut self.kept.blobs)
    }

    fn blob_owner(&self) -> Result<&PluginId, BlobError> {
        self.caller.plugin().ok_or(BlobError::Nobody)
    }
}

fn demand_room(writes: &BlobWrites, hash: FileHash) -> Result<(), BlobError> {
    let is_new = !writes.entries.contains_key(&hash);
    if is_new && writes.entries.len() >= limits::BLOB_WRITES_MAX { Err(BlobError::Full) } else { Ok(()) }
}

fn place(row: &BlobRow) -> (Instant, FileHash) {
    (row.created_at, row.hash)
}

fn read_cursor(text: &str) -> Option<(Instant, FileHash)> {
    let (at, hash) = text.split_once('.')?;
    Some((Instant(at.parse().ok()?), hash.parse().ok()?))
}

#[cfg(test)]
mod tests;
