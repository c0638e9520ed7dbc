//! What an agreement would give, before anybody signs it: how many rows, how many bytes, which fields about persons, and a few rows
//! whose values are masked. It asks the gate's own decision, and nothing of it is for a peer.

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;
use tiwizi_model::{KindName, limits};

use crate::agreement::{Class, Kinds, Scope};
use crate::gate::{GateError, Row, Verdict, weigh};
use crate::page::{Item, Squeeze};
use crate::wire::{GroupNo, Header, decode_json};

/// What stands for each letter and digit of a value.
const MASK: char = '•';
const SAMPLE_CHARS_MAX: usize = 24;

/// A row with its values masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its kind.
    pub kind: KindName,
    /// What of it would be given, by its committed names.
    pub fields: BTreeMap<String, String>,
}

/// The numbers of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Entries that would be shown.
    pub shown: u64,
    /// Entries of which the receiver would see that they are there.
    pub hidden: u64,
    /// Rows that would be taken back from view.
    pub withdrawn: u64,
}

/// What an agreement would give of one plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The entries, by kind.
    pub counts: BTreeMap<KindName, Count>,
    /// The bytes of all pages together, without their heads.
    pub bytes: u64,
    /// The fields about persons that would be given, with their classes.
    pub personal: BTreeMap<(KindName, String), Class>,
    /// A few rows, masked.
    pub samples: Vec<Sample>,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// An entry cannot be looked at.
    #[error("an entry of this home cannot be looked at")]
    Gate(#[source] GateError),
    /// Nothing can be compressed.
    #[error("the entries could not be compressed")]
    Compress(#[source] io::Error),
}

/// Gathers a preview, entry by entry; it never holds more than a few rows.
pub struct Previewing<'a> {
    scope: &'a Scope,
    kinds: &'a Kinds,
    preview: Preview,
    squeeze: Squeeze,
}

impl<'a> Previewing<'a> {
    /// Begins.
    ///
    /// # Errors
    /// When there is no memory for the compression.
    pub fn begin(scope: &'a Scope, kinds: &'a Kinds) -> Result<Self, PreviewError> {
        let (counts, personal, samples) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let preview = Preview { counts, bytes: 0, personal, samples };
        Ok(Self { scope, kinds, preview, squeeze: Squeeze::new().map_err(PreviewError::Compress)? })
    }

    /// Looks at one entry.
    ///
    /// # Errors
    /// When it cannot be looked at.
    pub fn add(&mut self, row: &Row<'_>) -> Result<(), PreviewError> {
        let (header, verdict, item) = weigh(row, self.scope).map_err(PreviewError::Gate)?;
        let count = self.preview.counts.entry(header.entity.kind.clone()).or_default();
        let counted = match verdict {
            Verdict::Shown | Verdict::Addressed | Verdict::Announced => &mut count.shown,
            Verdict::Hidden => &mut count.hidden,
            Verdict::Withdrawn => &mut count.withdrawn,
        };
        *counted = counted.saturating_add(1);
        self.weigh(&item)?;
        if verdict == Verdict::Shown {
            self.look(&header, row);
        }
        Ok(())
    }

    /// What was found.
    ///
    /// # Errors
    /// When the compression cannot be ended.
    pub fn finish(mut self) -> Result<Preview, PreviewError> {
        let rest = self.squeeze.finish().map_err(PreviewError::Compress)?;
        self.preview.bytes = self.preview.bytes.saturating_add(rest.len() as u64);
        Ok(self.preview)
    }

    /// Counts bytes as pages would: compressed, a page at a time.
    fn weigh(&mut self, item: &Item) -> Result<(), PreviewError> {
        self.squeeze.add(&item.encode()).map_err(PreviewError::Compress)?;
        if self.squeeze.taken() >= limits::FED_PAGE_BYTES_MAX {
            let fresh = Squeeze::new().map_err(PreviewError::Compress)?;
            let page = std::mem::replace(&mut self.squeeze, fresh).finish().map_err(PreviewError::Compress)?;
            self.preview.bytes = self.preview.bytes.saturating_add(page.len() as u64);
        }
        Ok(())
    }

    /// Notes which fields about persons a row shows, and masks a few rows.
    fn look(&mut self, header: &Header, row: &Row<'_>) {
        let kind = &header.entity.kind;
        let mut fields = BTreeMap::new();
        for group in &row.entry.groups {
            let Some(shown) = self.scope.shown(kind, group.no) else { continue };
            for field in &group.fields {
                let Some(name) = shown.get(&field.no) else { continue };
                let class = self.class(kind, name);
                if class.is_personal() {
                    self.preview.personal.insert((kind.clone(), name.clone()), class);
                }
                fields.insert(name.clone(), masked(group.no, &field.value));
            }
        }
        if self.preview.samples.len() < limits::FED_PREVIEW_SAMPLES_MAX && !fields.is_empty() {
            self.preview.samples.push(Sample { kind: kind.clone(), fields });
        }
    }

    /// What has no class counts as the strictest one.
    fn class(&self, kind: &KindName, name: &str) -> Class {
        let committed = self.kinds.get(kind).and_then(|classes| classes.committed(name));
        committed.map_or(Class::Sensitive, |(_, class)| class)
    }
}

/// The shape of a value: how long it is, up to a bound, and the marks in it that are no letters; of a public one its first letter too.
/// What is yes or no, or nothing, would be told by its length, and has no shape.
fn masked(group: GroupNo, value: &[u8]) -> String {
    let text = match decode_json(value) {
        Ok(Value::String(text)) => text,
        Ok(Value::Array(values)) => return format!("[{}]", values.len()),
        Ok(Value::Object(members)) => return format!("{{{}}}", members.len()),
        Ok(Value::Number(number)) => number.to_string(),
        Ok(Value::Bool(_) | Value::Null) | Err(_) => return MASK.to_string(),
    };
    let hide = |(at, letter): (usize, char)| {
        let kept = !letter.is_alphanumeric() || (at == 0 && group == GroupNo::PUBLIC);
        if kept { letter } else { MASK }
    };
    text.chars().take(SAMPLE_CHARS_MAX).enumerate().map(hide).collect()
}

#[cfg(test)]
mod tests;
