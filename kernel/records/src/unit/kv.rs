//! The values by key that a unit reads and gathers.

use tiwizi_model::{PluginId, limits};
use tiwizi_storage::kept::{self, Area};
use tiwizi_storage::kv::{self as rows, ValueRow};

use super::Unit;
use crate::kv::{Base, KeyPage, KeyQuery, KvError, KvWrite, check_key};

impl Unit {
    /// The values that this unit writes: key and value, none for one that it forgets.
    pub fn written_values(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        let entries = self.kept.values.entries.iter();
        entries.map(|(key, write)| (key.as_str(), write.value.as_ref().map(|row| row.value.as_slice())))
    }

    /// The value under a key of the calling plugin, as this unit would leave it.
    ///
    /// # Errors
    /// When the key cannot be one, or the database fails.
    pub async fn value(&self, key: &str) -> Result<Option<Vec<u8>>, KvError> {
        check_key(key)?;
        match self.kept.values.entries.get(key) {
            Some(write) => Ok(self.live(write).map(|row| row.value)),
            None => Ok(self.stored(key).await?.map(|row| row.value)),
        }
    }

    /// Gathers a value, whatever stands under the key. It is forgotten after so many milliseconds, or never.
    ///
    /// # Errors
    /// When key, value or time are out of bounds, or the plugin keeps too much.
    pub async fn set_value(&mut self, key: &str, value: Vec<u8>, ttl_ms: Option<u64>) -> Result<(), KvError> {
        let row = self.row(value, ttl_ms)?;
        self.write(key, Some(row), Base::Anything).await
    }

    /// Gathers the forgetting of a value.
    ///
    /// # Errors
    /// As `set_value`.
    pub async fn delete_value(&mut self, key: &str) -> Result<(), KvError> {
        self.write(key, None, Base::Anything).await
    }

    /// Gathers a value if the expected one stands now, and still does at the commit.
    ///
    /// # Errors
    /// `Moved` when another one stands; else as `set_value`.
    pub async fn swap_value(
        &mut self,
        key: &str,
        expected: Option<Vec<u8>>,
        value: Vec<u8>,
        ttl_ms: Option<u64>,
    ) -> Result<(), KvError> {
        let row = self.row(value, ttl_ms)?;
        if self.value(key).await? != expected {
            return Err(KvError::Moved { key: key.to_owned() });
        }
        let base = self.base_of(key, expected);
        self.write(key, Some(row), base).await
    }

    /// Gathers a whole number that is greater by `delta`, and returns it. Where nothing stands it counts from 0. The time of
    /// the value stays what it was.
    ///
    /// # Errors
    /// `NoNumber` when something else stands or the sum does not fit; else as `set_value`.
    pub async fn add_to_value(&mut self, key: &str, delta: i64) -> Result<i64, KvError> {
        check_key(key)?;
        let row = match self.kept.values.entries.get(key) {
            Some(write) => self.live(write),
            None => self.stored(key).await?,
        };
        let number = match &row {
            None => Some(0),
            Some(row) => std::str::from_utf8(&row.value).ok().and_then(|text| text.parse::<i64>().ok()),
        };
        let sum = number.and_then(|number| number.checked_add(delta));
        let sum = sum.ok_or_else(|| KvError::NoNumber { key: key.to_owned() })?;
        let expires_at = row.as_ref().and_then(|row| row.expires_at);
        let base = self.base_of(key, row.map(|row| row.value));
        self.write(key, Some(ValueRow { value: sum.to_string().into_bytes(), expires_at }), base).await?;
        Ok(sum)
    }

    /// Keys of the calling plugin in the order of their bytes, as this unit would leave them.
    ///
    /// # Errors
    /// When prefix or cursor cannot be part of a key, or the database fails.
    pub async fn keys(&self, query: &KeyQuery) -> Result<KeyPage, KvError> {
        if !query.prefix.is_empty() {
            check_key(&query.prefix)?;
        }
        if let Some(cursor) = &query.cursor {
            check_key(cursor)?;
        }
        let limit = match query.limit {
            0 => limits::PAGE_ROWS_DEFAULT,
            limit => limit.min(limits::KV_PAGE_ROWS_MAX),
        } as usize;
        let (from, after) = (query.prefix.as_str(), query.cursor.as_deref().unwrap_or_default());
        // As many more as this unit may have deleted, and one to see whether there is another page.
        let rows_max = limit.saturating_add(self.kept.values.entries.len()).saturating_add(1);
        let rows_max = i64::try_from(rows_max).unwrap_or(i64::MAX);
        let asked = rows::Keys { from, after, at: self.records.ambient.now(), rows_max };
        let mut tx = self.records.db.read_single().await?;
        let mut keys = rows::keys(&mut tx, self.plugin()?, asked).await?;
        drop(tx);
        keys.retain(|key| key.starts_with(from) && !self.kept.values.entries.contains_key(key));
        let mine = self.kept.values.entries.iter().filter(|(_, write)| self.live(write).is_some()).map(|(key, _)| key);
        keys.extend(mine.filter(|key| key.starts_with(from) && key.as_str() > after).cloned());
        keys.sort_unstable();
        let more = keys.len() > limit;
        keys.truncate(limit);
        let next = keys.last().filter(|_| more).cloned();
        Ok(KeyPage { keys, next })
    }

    /// What must stand at the commit: what stood when this unit looked first.
    fn base_of(&self, key: &str, seen: Option<Vec<u8>>) -> Base {
        match self.kept.values.entries.get(key) {
            Some(write) => write.base.clone(),
            None => Base::Exactly(seen),
        }
    }

    fn row(&self, value: Vec<u8>, ttl_ms: Option<u64>) -> Result<ValueRow, KvError> {
        if value.len() > limits::KV_VALUE_BYTES_MAX {
            return Err(KvError::Large { bytes: value.len() });
        }
        let life = |ms: u64| match i64::try_from(ms).unwrap_or(i64::MAX) {
            0 => Err(KvError::Life),
            ms => Ok(self.records.ambient.now().plus_ms(ms)),
        };
        Ok(ValueRow { value, expires_at: ttl_ms.map(life).transpose()? })
    }

    async fn write(&mut self, key: &str, value: Option<ValueRow>, base: Base) -> Result<(), KvError> {
        check_key(key)?;
        let base = match base {
            // What was decided on before stays decided on.
            Base::Anything => self.kept.values.entries.get(key).map_or(Base::Anything, |write| write.base.clone()),
            base @ Base::Exactly(_) => base,
        };
        let stored_bytes = match self.kept.values.entries.get(key) {
            Some(write) => write.stored_bytes,
            None => self.look(key).await?,
        };
        let mut write = KvWrite { value, base, stored_bytes };
        if write.grows(key) {
            self.demand_disk()?;
        }
        if let Err(full) = self.kept.values.check_room(key, &write) {
            if !matches!(full, KvError::Quota { .. }) {
                return Err(full);
            }
            // Values whose time is over count until they are swept away.
            let plugin = self.plugin()?.clone();
            self.records.sweep_values_of(&plugin).await?;
            self.kept.values.usage = None;
            write.stored_bytes = self.look(key).await?;
            self.kept.values.check_room(key, &write)?;
        }
        self.kept.values.entries.insert(key.to_owned(), write);
        Ok(())
    }

    /// What the stored value counts for; notes on the way what the plugin keeps.
    async fn look(&mut self, key: &str) -> Result<Option<i64>, KvError> {
        let plugin = self.plugin()?.clone();
        let mut tx = self.records.db.read_single().await?;
        if self.kept.values.usage.is_none() {
            self.kept.values.usage = Some(kept::usage(&mut tx, Area::Values, &plugin).await?);
        }
        Ok(rows::bytes(&mut tx, &plugin, key).await?)
    }

    /// What this unit gathered, as long as its time is not over.
    fn live(&self, write: &KvWrite) -> Option<ValueRow> {
        let now = self.records.ambient.now();
        write.value.clone().filter(|row| row.expires_at.is_none_or(|moment| moment > now))
    }

    async fn stored(&self, key: &str) -> Result<Option<ValueRow>, KvError> {
        let mut tx = self.records.db.read_single().await?;
        Ok(rows::find(&mut tx, self.plugin()?, key, self.records.ambient.now()).await?)
    }

    fn plugin(&self) -> Result<&PluginId, KvError> {
        self.caller.plugin().ok_or(KvError::Nobody)
    }
}

#[cfg(test)]
mod tests;
