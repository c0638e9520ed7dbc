//! What was disclosed of an entry, as one row keeps it.

use tiwizi_federation_core::wire::{Disclosure, Reader, Writer};
use tiwizi_model::limits;

/// Disclosures, one behind the other.
pub(crate) fn shown_bytes(shown: &[Disclosure]) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(shown.len());
    for disclosure in shown {
        writer.raw(&disclosure.encode());
    }
    writer.finish()
}

/// Disclosures out of bytes.
pub(crate) fn shown(bytes: &[u8]) -> Option<Vec<Disclosure>> {
    let mut reader = Reader::new(bytes);
    let count = reader.array(limits::FED_GROUPS_MAX).ok()?;
    let read = (0..count).map(|_| Disclosure::decode(reader.item().ok()?).ok()).collect::<Option<Vec<_>>>();
    read.filter(|_| reader.is_at_end())
}
