//! What plugins told an account: its own to read, to put aside and to bring back. Nobody sees another account's.

use tiwizi_model::{AccountId, limits};
use tiwizi_storage::StorageError;
use tiwizi_storage::notice::{self as rows, NoticeRow};
use uuid::Uuid;

use crate::identity::Identity;

impl Identity {
    /// Notices of an account, the newest first, behind one of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notices(
        &self,
        account: AccountId,
        after: Option<Uuid>,
        rows_max: u32,
    ) -> Result<Vec<NoticeRow>, StorageError> {
        rows::list(&mut *self.db.read_single().await?, account, after, rows_max).await
    }

    /// One notice of an account; none when it has no such notice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn notice(&self, account: AccountId, id: Uuid) -> Result<Option<NoticeRow>, StorageError> {
        rows::find(&mut *self.db.read_single().await?, account, id).await
    }

    /// How many notices an account has not read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unread_notices(&self, account: AccountId) -> Result<i64, StorageError> {
        rows::unread(&mut *self.db.read_single().await?, account).await
    }

    /// Marks a notice as read. False when the account has no such notice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read_notice(&self, account: AccountId, id: Uuid) -> Result<bool, StorageError> {
        let mut tx = self.db.begin_write().await?;
        let is_there = rows::read(&mut tx, account, id, self.ambient.now()).await?;
        tx.commit().await?;
        Ok(is_there)
    }

    /// Marks every notice of an account as read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read_all_notices(&self, account: AccountId) -> Result<(), StorageError> {
        let mut tx = self.db.begin_write().await?;
        rows::read_all(&mut tx, account, self.ambient.now()).await?;
        tx.commit().await
    }

    /// Takes a notice out of sight; for `limits::NOTICE_DELETED_MS` it can be brought back. False when the account has no such notice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_notice(&self, account: AccountId, id: Uuid) -> Result<bool, StorageError> {
        let mut tx = self.db.begin_write().await?;
        let is_there = rows::set_deleted(&mut tx, account, id, Some(self.ambient.now())).await?;
        tx.commit().await?;
        Ok(is_there)
    }

    /// Brings a deleted notice back. False when it is too late, or the account had no such notice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore_notice(&self, account: AccountId, id: Uuid) -> Result<bool, StorageError> {
        let mut tx = self.db.begin_write().await?;
        let is_there = rows::set_deleted(&mut tx, account, id, None).await?;
        tx.commit().await?;
        Ok(is_there)
    }

    /// Forgets notices that were deleted too long ago to be brought back, and returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_deleted_notices(&self) -> Result<u64, StorageError> {
        let before = self.ambient.now().plus_ms(-limits::NOTICE_DELETED_MS);
        let mut tx = self.db.begin_write().await?;
        let count = rows::sweep(&mut tx, before).await?;
        tx.commit().await?;
        Ok(count)
    }
}
