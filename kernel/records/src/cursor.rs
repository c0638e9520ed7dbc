//! Cursors: where a page of a list ended, as an opaque text that fits one question only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use tiwizi_model::limits::INDEX_KEY_BYTES_MAX;
use tiwizi_model::{KindName, RecordId};

use crate::query::Query;

/// Where a page ended: the key of the order, and the record.
pub(crate) type Position = (String, RecordId);

const FINGERPRINT_BYTES: usize = 8;
const ID_BYTES: usize = 16;
const TEXT_BYTES_MAX: usize = 2 * (FINGERPRINT_BYTES + ID_BYTES + INDEX_KEY_BYTES_MAX) + 64;

/// Writes a cursor for the question.
pub(crate) fn write(kind: &KindName, query: &Query, position: &Position) -> String {
    let (key, id) = position;
    let mut bytes = fingerprint(kind, query).to_vec();
    bytes.extend_from_slice(id.0.as_bytes());
    bytes.extend_from_slice(key.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor of the question; none when it is of another question or none at all.
pub(crate) fn read(kind: &KindName, query: &Query, text: &str) -> Option<Position> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (found, rest) = bytes.split_first_chunk::<FINGERPRINT_BYTES>()?;
    let (id, key) = rest.split_first_chunk::<ID_BYTES>()?;
    if *found != fingerprint(kind, query) {
        return None;
    }
    let key = String::from_utf8(key.to_vec()).ok().filter(|key| !key.contains('\0'))?;
    Some((key, RecordId(uuid::Uuid::from_bytes(*id))))
}

/// What of a question decides its order and its rows. The size of a page may change on the way.
fn fingerprint(kind: &KindName, query: &Query) -> [u8; FINGERPRINT_BYTES] {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text.as_bytes());
    };
    part(kind.as_str());
    for filter in &query.filters {
        part(&filter.field);
        part(filter.op.name());
        part(&filter.value.to_string());
    }
    if let Some((field, descending)) = &query.sort {
        part("sort");
        part(field);
        part(if *descending { "descending" } else { "ascending" });
    }
    if let Some(text) = &query.text {
        part("text");
        part(text);
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk::<FINGERPRINT_BYTES>().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Filter;

    #[test]
    fn a_cursor_fits_its_own_question_only() {
        let kind: KindName = "training/course".parse().unwrap();
        let query = Query { filters: vec![Filter::equals("sector", "argan")], ..Query::default() };
        let position = ("argan\u{1}ⵜ".to_owned(), RecordId(uuid::Uuid::from_u128(7)));
        let cursor = write(&kind, &query, &position);
        assert_eq!(read(&kind, &query, &cursor), Some(position));
        let another = Query { filters: vec![Filter::equals("sector", "wool")], ..Query::default() };
        assert_eq!(read(&kind, &another, &cursor), None);
        assert_eq!(read(&"training/lesson".parse().unwrap(), &query, &cursor), None);
        for garbage in ["", "x", "====", &"A".repeat(5_000)] {
            assert_eq!(read(&kind, &query, garbage), None);
        }
    }
}
