//! What a call asked the kernel for: how often, of which interface, and how much came back of which kind.

use std::collections::BTreeMap;

use crate::bindings::tiwizi::plugin::types::Entry;

/// What one call of the plugin asked for. Each is a call of the kernel, whether it was granted or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Used {
    /// How often, by the capability: `store`, `blobs`, `kv`. What needs none is counted as `context`, `config` and `i18n`.
    pub calls: BTreeMap<String, u32>,
    /// The bytes of the bodies that were read from the store, by kind.
    pub bytes: BTreeMap<String, usize>,
}

impl Used {
    /// How often it asked for that.
    #[must_use]
    pub fn of(&self, capability: &str) -> u32 {
        self.calls.get(capability).copied().unwrap_or_default()
    }

    /// The bytes of the bodies of all kinds.
    #[must_use]
    pub fn bytes_read(&self) -> usize {
        self.bytes.values().sum()
    }

    pub(super) fn note(&mut self, capability: &str) {
        *self.calls.entry(capability.to_owned()).or_default() += 1;
    }

    pub(super) fn read<'a>(&mut self, kind: &str, entries: impl Iterator<Item = &'a Entry>) {
        *self.bytes.entry(kind.to_owned()).or_default() += entries.map(|entry| entry.body.len()).sum::<usize>();
    }
}
