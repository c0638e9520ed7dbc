//! Pages that are put together by hand, so that one part of them can be wrong.
//!
//! The form is that of the vectors in `kernel/federation/core/tests/vectors/page.json`: magic, length of the head, head, entries squeezed by zstd.

use anyhow::Context as _;
use tiwizi_federation_core::page::{Head, MAGIC};
use tiwizi_federation_core::wire::{Entry, Writer};

/// How hard entries are squeezed.
const LEVEL: i32 = 3;

/// The entries of a page as they are before they are squeezed, each with all that it has.
pub(crate) fn plain(entries: &[Entry]) -> Vec<u8> {
    let mut plain = Vec::new();
    for entry in entries {
        let mut writer = Writer::new();
        writer.array(2).bytes(&entry.header).array(entry.groups.len());
        for group in &entry.groups {
            let all = group.fields.iter().map(|field| field.no).collect();
            writer.raw(&group.disclose(&all).encode());
        }
        plain.extend(writer.finish());
    }
    plain
}

/// A page with that head.
pub(crate) fn assemble(head: &Head, squeezed: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut writer = Writer::new();
    writer.array(6).uint(head.previous_size).uint(head.count as u64).uint(head.expanded_bytes as u64);
    match head.under {
        None => writer.null(),
        Some(under) => writer.array(2).bytes(under.agreement.0.as_bytes()).uint(u64::from(under.version)),
    };
    writer.text(&head.note).array(head.consistency.len());
    for hash in &head.consistency {
        writer.bytes(&hash.0);
    }
    let head = writer.finish();
    let length = u32::try_from(head.len()).context("a head is short")?.to_be_bytes();
    Ok([MAGIC.as_slice(), &length, &head, squeezed].concat())
}

/// Squeezes entries as they should be.
pub(crate) fn squeeze(plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    Ok(zstd::encode_all(plain, LEVEL)?)
}

/// Squeezes entries with a window of so many bits.
pub(crate) fn squeeze_wide(plain: &[u8], window_log: u32) -> anyhow::Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    encoder.window_log(window_log)?;
    std::io::Write::write_all(&mut encoder, plain)?;
    Ok(encoder.finish()?)
}
