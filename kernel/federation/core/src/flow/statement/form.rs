//! How the parts of statements are written as JSON values, and read again.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Map, Value};
use tiwizi_model::KindName;

use crate::flow::transfer::Fence;
use crate::wire::{Field, Position, decode_json, field_no};

use super::StatementError;

/// The fields of a statement, found by their names.
pub(crate) struct Said {
    kind: KindName,
    fields: BTreeMap<u16, Value>,
}

impl Said {
    /// The fields that can be read.
    pub(crate) fn new(kind: KindName, fields: &[Field]) -> Self {
        let read = |field: &Field| Some((field.no, decode_json(&field.value).ok()?));
        Self { kind, fields: fields.iter().filter_map(read).collect() }
    }

    fn find(&self, field: &'static str) -> Result<&Value, StatementError> {
        self.fields.get(&field_no(&self.kind, field)).ok_or(StatementError::Field { field })
    }

    pub(super) fn value(&self, field: &'static str) -> Result<Value, StatementError> {
        self.find(field).cloned()
    }

    pub(super) fn text(&self, field: &'static str) -> Result<String, StatementError> {
        self.find(field)?.as_str().map(str::to_owned).ok_or(StatementError::Field { field })
    }

    pub(super) fn parsed<T: FromStr>(&self, field: &'static str) -> Result<T, StatementError> {
        self.text(field)?.parse().map_err(|_| StatementError::Field { field })
    }

    pub(super) fn number<T: TryFrom<u64>>(&self, field: &'static str) -> Result<T, StatementError> {
        let number = self.find(field)?.as_u64().and_then(|number| T::try_from(number).ok());
        number.ok_or(StatementError::Field { field })
    }

    pub(super) fn bytes<const N: usize>(&self, field: &'static str) -> Result<[u8; N], StatementError> {
        let bytes = unhex(&self.text(field)?).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or(StatementError::Field { field })
    }

    pub(super) fn many_bytes(&self, field: &'static str) -> Result<Option<Vec<u8>>, StatementError> {
        match self.find(field)? {
            Value::Null => Ok(None),
            Value::String(text) => unhex(text).map(Some).ok_or(StatementError::Field { field }),
            _ => Err(StatementError::Field { field }),
        }
    }

    pub(super) fn position(&self, field: &'static str) -> Result<Position, StatementError> {
        position(&self.text(field)?).ok_or(StatementError::Field { field })
    }

    pub(super) fn fence(&self, field: &'static str) -> Result<Fence, StatementError> {
        let heads = self.find(field)?.as_object().ok_or(StatementError::Field { field })?;
        let read = |(plane, head): (&String, &Value)| Some((plane.parse().ok()?, head.as_u64()?));
        let heads: Option<BTreeMap<_, _>> = heads.iter().map(read).collect();
        heads.map(Fence).ok_or(StatementError::Field { field })
    }
}

/// Where the logs stood, by the names of their planes.
pub(super) fn fence_json(fence: &Fence) -> Value {
    let heads = fence.0.iter().map(|(plane, head)| (plane.to_string(), Value::from(*head)));
    Value::Object(heads.collect::<Map<_, _>>())
}

/// A position out of the text that it shows itself as.
fn position(text: &str) -> Option<Position> {
    let (log, place) = text.rsplit_once('@')?;
    let (epoch, seq) = place.split_once(':')?;
    Some(Position { log: log.parse().ok()?, epoch: epoch.parse().ok()?, seq: seq.parse().ok()? })
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
