//! What the child is handed, as bytes: the length of a head, the head as JSON, then the files in the head's order.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The bytes that say how long the head is.
const LENGTH_BYTES: usize = 8;

/// One document to set.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The tag of its language.
    pub language: String,
    /// The path of its template among the files.
    pub main: String,
    /// An object: what the template calls `data`.
    pub data: Value,
    /// When it is set, in milliseconds since 1970.
    pub at: i64,
    /// The plugin's messages, by the tag of their language.
    pub locales: BTreeMap<String, String>,
    /// The folders with the fonts.
    pub fonts: Vec<PathBuf>,
    /// What the template may read, by its path in the bundle.
    pub files: BTreeMap<String, Bytes>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    language: String,
    main: String,
    data: Value,
    at: i64,
    locales: BTreeMap<String, String>,
    fonts: Vec<PathBuf>,
    files: Vec<(String, usize)>,
}

impl Sheet {
    pub(super) fn write(&self) -> serde_json::Result<Vec<u8>> {
        let head = Head {
            language: self.language.clone(),
            main: self.main.clone(),
            data: self.data.clone(),
            at: self.at,
            locales: self.locales.clone(),
            fonts: self.fonts.clone(),
            files: self.files.iter().map(|(path, content)| (path.clone(), content.len())).collect(),
        };
        let head = serde_json::to_vec(&head)?;
        let mut bytes = u64::try_from(head.len()).unwrap_or(u64::MAX).to_be_bytes().to_vec();
        bytes.extend_from_slice(&head);
        self.files.values().for_each(|content| bytes.extend_from_slice(content));
        Ok(bytes)
    }

    /// None when the bytes are no sheet.
    pub(super) fn read(bytes: Bytes) -> Option<Self> {
        let mut rest = bytes;
        let mut take = |length: usize| (length <= rest.len()).then(|| rest.split_to(length));
        let length = u64::from_be_bytes(take(LENGTH_BYTES)?.as_ref().try_into().ok()?);
        let head: Head = serde_json::from_slice(&take(usize::try_from(length).ok()?)?).ok()?;
        let files = head.files.into_iter().map(|(path, length)| Some((path, take(length)?)));
        Some(Self {
            files: files.collect::<Option<_>>()?,
            language: head.language,
            main: head.main,
            data: head.data,
            at: head.at,
            locales: head.locales,
            fonts: head.fonts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_comes_out_as_it_went_in_and_half_of_one_is_none() {
        let sheet = Sheet {
            language: "ar".to_owned(),
            main: "documents/card.typ".to_owned(),
            data: serde_json::json!({ "name": "فاضمة" }),
            at: 7,
            locales: BTreeMap::from([("ar".to_owned(), "a = b".to_owned())]),
            fonts: vec!["/fonts".into()],
            files: BTreeMap::from([
                ("assets/documents/logo.png".to_owned(), Bytes::from_static(&[0, 255, 7])),
                ("documents/card.typ".to_owned(), Bytes::from_static(b"= #data.name")),
            ]),
        };
        let bytes = Bytes::from(sheet.write().unwrap());
        assert_eq!(Sheet::read(bytes.clone()), Some(sheet));
        for length in [0, LENGTH_BYTES, bytes.len() - 1] {
            assert_eq!(Sheet::read(bytes.slice(..length)), None, "{length}");
        }
    }
}
