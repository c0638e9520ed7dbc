//! Documents of the kernel in memory. Nothing is set here: it is kept what was to be set, and a file that says so stands for it.

use serde_json::Value;

use super::blobs;
use super::imports::{Kernel, granted, writing};
use super::json::parse;
use super::memory::error;
use crate::Language;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::DocumentsImport;

const DOCUMENTS: &str = "documents";
const BLOBS: &str = "blobs";
const NAME_CHARS_MAX: usize = 80;

/// A document that was to be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The template's name in the manifest.
    pub template: String,
    /// In which language.
    pub language: Language,
    /// What the template would know as `data`.
    pub data: Value,
    /// The id of the file that stands for it.
    pub id: String,
}

impl DocumentsImport for Kernel {
    fn make(template: &str, language: &str, data: &str) -> Result<String, Error> {
        let language: Language =
            language.parse().map_err(|_| error("invalid", &format!("{language} is no language")))?;
        writing(DOCUMENTS, |memory| {
            memory.require(BLOBS)?;
            if !memory.documents.iter().any(|name| name == template) {
                return Err(error("not-found", &format!("the manifest lists no document {template}")));
            }
            let data = parse(data)?;
            if !data.is_object() {
                return Err(error("invalid", "the data of a document is an object"));
            }
            let text = format!("%PDF-1.7\n% {template} {} {data}\n", language.tag());
            let id = memory.files.keep("application/pdf", text.into_bytes(), memory.now).id;
            memory.made.push(Made { template: template.to_owned(), language, data, id: id.clone() });
            Ok(id)
        })
    }

    fn link(id: &str, seconds: u32, name: &str) -> Result<String, Error> {
        granted(DOCUMENTS, |memory| memory.require(BLOBS))?;
        let is_name = name.starts_with(char::is_alphanumeric)
            && name.chars().count() <= NAME_CHARS_MAX
            && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        if !is_name {
            return Err(error("invalid", "the name of a document is of letters, digits, spaces and hyphens"));
        }
        let link = blobs::link(id, seconds)?;
        let name: String = name.split(' ').collect::<Vec<_>>().join("+");
        Ok(link.replace("&key=", &format!("&name={name}&key=")))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use crate::{Language, blobs, documents, native};

    const MANIFEST: &str = r#"{ "id": "notes", "capabilities": [{ "name": "blobs" }, { "name": "documents" }],
        "documents": [{ "name": "card", "file": "card.typ" }] }"#;

    #[test]
    fn a_document_is_kept_as_a_file_and_linked_by_its_name() {
        native::start(MANIFEST);
        let id = documents::make("card", Language::Tachelhit, &json!({ "name": "Fadma" })).unwrap();
        assert_eq!(blobs::stat(&id).unwrap().unwrap().media_type, "application/pdf");
        assert_eq!((native::documents()[0].language, native::documents().len()), (Language::Tachelhit, 1));
        assert!(documents::link(&id, Duration::from_secs(9), "my card").unwrap().contains("&name=my+card&key="));
        for name in ["", "a/b", "-x", "a\"b", &"x".repeat(81)] {
            assert!(documents::link(&id, Duration::from_secs(9), name).unwrap_err().is("invalid"), "{name}");
        }
    }

    #[test]
    fn what_is_not_listed_not_an_object_or_not_granted_is_refused() {
        native::start(MANIFEST);
        let data = json!({});
        assert!(documents::make("other", Language::French, &data).unwrap_err().is("not-found"));
        assert!(documents::make("card", Language::French, &json!([])).unwrap_err().is("invalid"));
        for capability in ["blobs", "documents"] {
            native::start(MANIFEST);
            native::deny(capability);
            assert!(documents::make("card", Language::French, &data).unwrap_err().is("denied"), "{capability}");
        }
    }
}
