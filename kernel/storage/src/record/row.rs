//! A record as it lies in the database.

use tiwizi_model::{
    AccountId, Author, InstanceId, Instant, Operation, PluginId, ProvinceCode, RecordId, Version, limits,
};
use uuid::Uuid;

use crate::kind::KindNo;
use crate::sql::{parsed_option, row};

/// A record, with its kind as a number and its body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Its kind.
    pub kind: KindNo,
    /// Its id.
    pub id: RecordId,
    /// Plus one at each write.
    pub version: Version,
    /// The one instance that may write it.
    pub home: InstanceId,
    /// The number of its home's term of ownership.
    pub tenure: i64,
    /// The cooperative or person that it belongs to.
    pub subject: Option<RecordId>,
    /// The province that it lies in.
    pub province: Option<ProvinceCode>,
    /// When it was first written.
    pub created_at: Instant,
    /// When this version was written.
    pub changed_at: Instant,
    /// Who wrote this version.
    pub author: Author,
    /// Whether this version is a tombstone.
    pub deleted: bool,
    /// Its content as JSON.
    pub body: String,
}

impl RecordRow {
    /// What the write of this version did.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self {
            Self { deleted: true, .. } => Operation::Delete,
            Self { version: Version::FIRST, .. } => Operation::Create,
            Self { .. } => Operation::Replace,
        }
    }
}

/// What a record is found by, computed by the caller from its body. `None`: not in that index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexKeys {
    /// Values that no other record of the kind may have.
    pub unique: [Option<String>; limits::UNIQUE_INDEXES_MAX],
    /// Values that lists are ordered by.
    pub sorted: [Option<String>; limits::INDEXES_MAX],
}

/// A record that is to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewRow<'a> {
    /// The record.
    pub row: &'a RecordRow,
    /// What it is found by.
    pub keys: &'a IndexKeys,
}

/// The columns of a `RecordRow`, in the order in which it is read and written.
macro_rules! columns {
    () => {
        "kind, id, version, home, tenure, subject, province, created_at, changed_at, account, plugin, deleted, body"
    };
}
pub(super) use columns;

/// The same without a body that is longer than `limits::LIGHT_BODY_BYTES_MAX`: an empty text, which is no body, stands in its place.
macro_rules! light_columns {
    () => {
        "kind, id, version, home, tenure, subject, province, created_at, changed_at, account, plugin, deleted, \
         CASE WHEN octet_length(body) <= 32768 THEN body ELSE '' END AS body"
    };
}
pub(super) use light_columns;

row!(RecordRow, row => Ok(Self {
    kind: KindNo(row.try_get(0)?),
    id: RecordId(row.try_get(1)?),
    version: Version(row.try_get(2)?),
    home: InstanceId(row.try_get(3)?),
    tenure: row.try_get(4)?,
    subject: row.try_get::<Option<_>, _>(5)?.map(RecordId),
    province: parsed_option::<ProvinceCode>(row.try_get(6)?)?,
    created_at: Instant(row.try_get(7)?),
    changed_at: Instant(row.try_get(8)?),
    author: author(row.try_get(9)?, row.try_get(10)?)?,
    deleted: row.try_get::<i16, _>(11)? != 0,
    body: row.try_get(12)?,
}));

/// A record with one more text column before it ends: a key.
pub(super) struct Keyed(pub(super) Option<String>, pub(super) RecordRow);

row!(Keyed, row => Ok(Self(row.try_get(13)?, sqlx::FromRow::from_row(row)?)));

/// The same with a key that is an id.
pub(super) struct KeyedById(pub(super) Option<Uuid>, pub(super) RecordRow);

row!(KeyedById, row => Ok(Self(row.try_get(13)?, sqlx::FromRow::from_row(row)?)));

pub(crate) fn author(account: Option<Uuid>, plugin: Option<&str>) -> Result<Author, sqlx::Error> {
    Ok(Author { account: account.map(AccountId), plugin: parsed_option::<PluginId>(plugin)? })
}

pub(crate) fn operation(code: i16) -> Result<Operation, sqlx::Error> {
    Operation::from_code(code).ok_or_else(|| sqlx::Error::Decode(format!("{code} is no operation").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_body_is_as_long_as_its_limit_says() {
        assert!(light_columns!().contains(&format!("<= {} ", limits::LIGHT_BODY_BYTES_MAX)));
    }
}
