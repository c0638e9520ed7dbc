//! A record: one value of a kind.

use serde_json::Value;

use crate::ambient::Instant;
use crate::ids::{AccountId, InstanceId, KindName, PluginId, RecordId, Version};
use crate::place::ProvinceCode;

/// One value of a kind, as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its kind.
    pub kind: KindName,
    /// Its id.
    pub id: RecordId,
    /// Plus one at each write.
    pub version: Version,
    /// The one instance that may write it.
    pub home: InstanceId,
    /// The number of its home's term of ownership, from 1.
    pub tenure: i64,
    /// The cooperative or person that it belongs to.
    pub subject: Option<RecordId>,
    /// The province that it lies in; permits of regional staff go by it.
    pub province: Option<ProvinceCode>,
    /// When it was first written.
    pub created_at: Instant,
    /// When it was last written.
    pub changed_at: Instant,
    /// Who wrote it last.
    pub author: Author,
    /// A tombstone: the record was deleted; its body is empty.
    pub deleted: bool,
    /// Its content, valid by its kind's schema.
    pub body: Value,
}

/// Who made a change: a person's account, and the plugin through which it came, if any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// The account of the person; none for the system itself and for the public.
    pub account: Option<AccountId>,
    /// The plugin whose call gathered the write.
    pub plugin: Option<PluginId>,
}
