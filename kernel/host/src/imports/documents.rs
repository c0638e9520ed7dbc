//! `documents`: a template of the bundle and the plugin's data become a PDF among the plugin's files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bytes::Bytes;
use serde_json::Value;
use tiwizi_model::{Language, limits};
use tiwizi_records::json::parse;

use crate::bindings::tiwizi::plugin::documents::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::blobs::{blob_error, upload_error};
use crate::imports::convert::unavailable;
use crate::imports::error;
use crate::press::{PressError, Sheet};
use crate::text::escaped;

/// What a document is.
const MEDIA_TYPE: &str = "application/pdf";
/// Where the pictures lie that documents use.
const PICTURES: &str = "documents/";

impl Host for CallState {
    async fn make(
        &mut self,
        template: String,
        language: String,
        data: String,
    ) -> wasmtime::Result<Result<String, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.document_make(&template, &language, &data)).await;
        Ok(self.counted(outcome))
    }

    async fn link(&mut self, id: String, seconds: u32, name: String) -> wasmtime::Result<Result<String, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.document_link(&id, seconds, &name)).await)
    }
}

impl CallState {
    async fn document_make(&mut self, template: &str, language: &str, data: &str) -> Result<String, Error> {
        self.require_writing(Capability::Documents)?;
        self.require_writing(Capability::Blobs)?;
        self.unit.check_blob_disk().map_err(|failed| blob_error(&failed))?;
        let declared = self.plugin.manifest.documents.iter().find(|declared| declared.name == template);
        let file = declared.map(|declared| declared.file.clone()).ok_or_else(|| {
            let template = escaped(template, limits::ECHO_CHARS_MAX);
            error("not-found", format!("the manifest of {} lists no document {template}", self.plugin.id()))
        })?;
        let language: Language = language.parse().map_err(|failed: tiwizi_model::language::LanguageError| {
            error("invalid", escaped(&failed.to_string(), limits::PROBLEM_CHARS_MAX))
        })?;
        let data = object(data)?;
        if self.documents >= limits::DOCUMENTS_OF_CALL_MAX {
            let most = limits::DOCUMENTS_OF_CALL_MAX;
            return Err(error("over-limit", format!("a call has at most {most} documents set")));
        }
        self.documents = self.documents.saturating_add(1);
        let press = self.ground.press.clone();
        let press = press.ok_or_else(|| error("unavailable", "this instance sets no documents"))?;
        let sheet = self.sheet(&file, language, data, press.fonts().to_vec()).await?;
        let document = press.set(&sheet).await.map_err(|failed| press_error(&failed))?;
        self.keep_document(document).await
    }

    /// Everything that the press is handed.
    async fn sheet(
        &mut self,
        file: &str,
        language: Language,
        data: Value,
        fonts: Vec<PathBuf>,
    ) -> Result<Sheet, Error> {
        let texts = &self.plugin.texts;
        let sources = texts.documents.iter();
        let mut files: BTreeMap<String, Bytes> = sources
            .map(|(name, text)| (format!("documents/{name}"), Bytes::copy_from_slice(text.as_bytes())))
            .collect();
        let mut bytes = 0_usize;
        for (path, asset) in texts.assets.iter().filter(|(path, _)| path.starts_with(PICTURES)) {
            bytes = bytes.saturating_add(usize::try_from(asset.bytes).unwrap_or(usize::MAX));
            if bytes > limits::DOCUMENT_ASSETS_BYTES_MAX {
                let most = limits::DOCUMENT_ASSETS_BYTES_MAX;
                return Err(error("over-limit", format!("the files in assets/documents/ have more than {most} bytes")));
            }
            let content = self.ground.files.get(asset.hash).await.map_err(|failed| unavailable(&failed))?;
            let content = content.ok_or_else(|| error("not-found", format!("assets/{path} is not there")))?;
            files.insert(format!("assets/{path}"), content);
        }
        let locales = texts.locales.iter().map(|(language, text)| (language.tag().to_owned(), text.to_string()));
        Ok(Sheet {
            language: language.tag().to_owned(),
            main: format!("documents/{file}"),
            data,
            at: self.ambient.now().0,
            locales: locales.collect(),
            fonts,
            files,
        })
    }

    async fn keep_document(&mut self, document: Vec<u8>) -> Result<String, Error> {
        let begun = self.uploads.begin(&self.ground.files, &self.plugin.watch, MEDIA_TYPE.to_owned()).await;
        let upload = begun.map_err(|failed| upload_error(&failed))?;
        for part in document.chunks(limits::BLOB_CHUNK_BYTES_MAX) {
            let loose = self.uploads.count(upload, part.len()).map_err(|failed| upload_error(&failed))?;
            if let Err(full) = self.unit.check_blob_room(loose).await {
                self.uploads.forget(upload);
                return Err(blob_error(&full));
            }
            self.uploads.write(upload, part.to_vec()).await.map_err(|failed| upload_error(&failed))?;
        }
        let (file, media_type) = self.uploads.finish(upload).await.map_err(|failed| upload_error(&failed))?;
        let row = self.unit.keep_blob(file, &media_type).await.map_err(|failed| blob_error(&failed))?;
        Ok(row.hash.to_string())
    }

    async fn document_link(&mut self, id: &str, seconds: u32, name: &str) -> Result<String, Error> {
        self.require(Capability::Documents)?;
        self.require(Capability::Blobs)?;
        let is_name = name.chars().next().is_some_and(char::is_alphanumeric)
            && name.chars().count() <= limits::DOCUMENT_NAME_CHARS_MAX
            && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        if !is_name {
            return Err(error("invalid", "the name of a document is of letters, digits, spaces and hyphens"));
        }
        self.linked(id, seconds, Some(name)).await
    }
}

fn object(data: &str) -> Result<Value, Error> {
    if data.len() > limits::DOCUMENT_DATA_BYTES_MAX {
        let most = limits::DOCUMENT_DATA_BYTES_MAX;
        return Err(error("over-limit", format!("the data of a document has at most {most} bytes")));
    }
    let data = parse(data.as_bytes(), limits::DOCUMENT_DATA_BYTES_MAX);
    let data = data.map_err(|source| error("invalid", source.to_string()))?;
    if data.is_object() { Ok(data) } else { Err(error("invalid", "the data of a document is an object")) }
}

fn press_error(failed: &PressError) -> Error {
    match failed {
        PressError::Refused { .. } => error("invalid", failed.to_string()),
        PressError::Time | PressError::Memory | PressError::Long | PressError::Sheet => {
            error("over-limit", failed.to_string())
        }
        PressError::Busy => Error { retryable: true, ..error("unavailable", failed.to_string()) },
        PressError::Crashed { .. } | PressError::Process(_) => unavailable(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_a_document_is_a_bounded_object() {
        assert!(object("{\"name\": 1}").is_ok());
        assert_eq!(object("[]").unwrap_err().code, "invalid");
        assert_eq!(object("{").unwrap_err().code, "invalid");
        assert_eq!(object(&" ".repeat(limits::DOCUMENT_DATA_BYTES_MAX + 1)).unwrap_err().code, "over-limit");
    }
}
