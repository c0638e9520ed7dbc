//! Documents of plugins: a template of a bundle and data in, a PDF out.
//!
//! The template is somebody else's program. It is given the files that were handed in, the fonts, its data and the functions of `given`;
//! it reads no other file, no address and no clock. How long it runs and how much memory it takes is bounded by the process that
//! calls this (`tiwizi set-document`), not here.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tiwizi_model::limits::{DOCUMENT_BYTES_MAX, DOCUMENT_PAGES_MAX};
use tiwizi_model::{Instant, Language};
use tiwizi_words::Texts;
use tiwizi_words::format::Day;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Dict, IntoValue as _, Smart, Str, Value};
use typst::syntax::{FileId, Source};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, WorldExt as _};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::desk::{Desk, File, file_id};
use crate::fonts::Fonts;
use crate::{given, spelled};

/// The name of the kernel's own first lines, which no bundle can have.
const HEAD: &str = "tiwizi.typ";

/// One document of a plugin.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The path of its template among the files.
    pub main: &'a str,
    /// What the template may read, by its path.
    pub files: &'a BTreeMap<String, &'a [u8]>,
    /// An object: what the template calls `data`.
    pub data: &'a serde_json::Value,
    /// When it is set.
    pub at: Instant,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A path of a file is none.
    #[error("{path:?} is no path of a file")]
    Path {
        /// The path.
        path: String,
    },
    /// What it says cannot be handed to its template.
    #[error("its data cannot be handed to the template")]
    Data(#[source] serde_json::Error),
    /// The template cannot be set with this data.
    #[error("{place}{reason}")]
    Set {
        /// The file and the line, where they are known: `documents/card.typ:12: `.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// Too many pages.
    #[error("it has {pages} pages; {} are allowed", DOCUMENT_PAGES_MAX)]
    Pages {
        /// Their number.
        pages: usize,
    },
    /// Too many bytes.
    #[error("it has more than {} bytes", DOCUMENT_BYTES_MAX)]
    Long,
}

/// Sets a document in the language of the texts. The same document gives the same bytes.
///
/// # Errors
/// When the template cannot be set with its data, or becomes too long.
pub fn set(document: &Document<'_>, texts: &Arc<Texts>, fonts: &Fonts) -> Result<Vec<u8>, DocumentError> {
    let outcome = desk(document, texts, fonts).and_then(|desk| {
        let set = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| refused(&errors, &desk))?;
        let pages = set.pages().len();
        if pages > DOCUMENT_PAGES_MAX {
            return Err(DocumentError::Pages { pages });
        }
        export(&set, &desk)
    });
    typst::comemo::evict(0);
    outcome
}

fn export(document: &PagedDocument, desk: &Desk<'_>) -> Result<Vec<u8>, DocumentError> {
    let said = |reason: String| DocumentError::Set { place: String::new(), reason };
    let standards = PdfStandards::new(&[PdfStandard::A_2a]).map_err(|error| said(error.message().to_string()))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("Tiwizi".to_owned())),
        timestamp: desk.today.map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(document, &options).map_err(|errors| refused(&errors, desk))?;
    if bytes.len() > DOCUMENT_BYTES_MAX { Err(DocumentError::Long) } else { Ok(bytes) }
}

/// The first error, with its line where one is known.
fn refused(errors: &[SourceDiagnostic], desk: &Desk<'_>) -> DocumentError {
    let Some(error) = errors.first() else {
        return DocumentError::Set { place: String::new(), reason: String::new() };
    };
    let place = error.span.id().and_then(|id| {
        let file = desk.files.get(&id)?;
        let range = desk.range(error.span);
        let line = file.source.as_ref().zip(range).and_then(|(source, range)| source.lines().byte_to_line(range.start));
        let line = line.map(|line| format!("{}:", line.saturating_add(1))).unwrap_or_default();
        Some(format!("{}:{line} ", file.path))
    });
    DocumentError::Set { place: place.unwrap_or_default(), reason: error.message.to_string() }
}

/// What the template of a document may see.
fn desk<'a>(document: &Document<'_>, texts: &Arc<Texts>, fonts: &'a Fonts) -> Result<Desk<'a>, DocumentError> {
    let mut files = HashMap::new();
    for (path, bytes) in document.files {
        let id = named(path)?;
        let source = path.ends_with(".typ").then(|| Source::new(id, String::from_utf8_lossy(bytes).into_owned()));
        files.insert(id, File { path: path.clone(), bytes: Bytes::new(bytes.to_vec()), source });
    }
    let data = value(spelled::out(document.data.clone(), fonts));
    let mut library = Library::builder().with_inputs(Dict::new()).build();
    given::define(library.global.scope_mut(), data, texts);
    Ok(Desk {
        library: LazyHash::new(library),
        fonts,
        main: Source::new(named(HEAD)?, head(texts.language(), document.main)),
        files,
        today: day(document.at),
    })
}

/// The first lines: letters and direction of the language, then the template.
fn head(language: Language, main: &str) -> String {
    let latin_first = "\"Noto Sans\", \"Noto Naskh Arabic\", \"Noto Sans Tifinagh\"";
    let arabic_first = "\"Noto Naskh Arabic\", \"Noto Sans\", \"Noto Sans Tifinagh\"";
    let is_right_to_left = language.is_right_to_left();
    let fonts = if is_right_to_left { arabic_first } else { latin_first };
    let direction = if is_right_to_left { "rtl" } else { "ltr" };
    // Paths are of letters, digits, dots, hyphens, underscores and slashes: nothing that ends a string.
    format!(
        "#set text(lang: \"{}\", region: \"MA\", dir: {direction}, font: ({fonts}))\n#include \"/{main}\"\n",
        language.tag()
    )
}

fn named(path: &str) -> Result<FileId, DocumentError> {
    file_id(path).ok_or_else(|| DocumentError::Path { path: path.to_owned() })
}

fn day(at: Instant) -> Option<Datetime> {
    let day = Day::of(at);
    let (year, month, day) = (day.year.try_into().ok()?, day.month.try_into().ok()?, day.day.try_into().ok()?);
    Datetime::from_ymd_hms(year, month, day, 0, 0, 0)
}

/// Data as a template knows it. No text of it is read as markup.
fn value(data: serde_json::Value) -> Value {
    match data {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(is) => Value::Bool(is),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(text) => Value::Str(Str::from(text)),
        serde_json::Value::Array(items) => {
            items.into_iter().map(value).collect::<typst::foundations::Array>().into_value()
        }
        serde_json::Value::Object(members) => {
            members.into_iter().map(|(name, member)| (Str::from(name), value(member))).collect::<Dict>().into_value()
        }
    }
}

#[cfg(test)]
mod tests {
    use lopdf::Document as Pdf;
    use serde_json::json;
    use tiwizi_words::Messages;

    use super::*;
    use crate::usual_folders;

    const AT: Instant = Instant(1_780_000_000_000);

    fn set_in(language: Language, template: &str, data: &serde_json::Value) -> Result<Vec<u8>, DocumentError> {
        let fonts = Fonts::load(&usual_folders()).unwrap_or_else(|error| panic!("{error}"));
        let messages = Messages::of([
            (Language::French, "held = Tenu par { $name }"),
            (Language::Arabic, "held = { $name } صاحبته"),
        ]);
        let texts = Texts::new(language, Arc::new(Messages::kernel())).with_plugin(Arc::new(messages.unwrap()));
        let files = BTreeMap::from([("documents/card.typ".to_owned(), template.as_bytes())]);
        set(&Document { main: "documents/card.typ", files: &files, data, at: AT }, &Arc::new(texts), &fonts)
    }

    fn fault(template: &str) -> String {
        set_in(Language::French, template, &json!({})).unwrap_err().to_string()
    }

    #[test]
    fn a_document_is_set_in_every_language_with_what_it_is_given() {
        let template = "#set document(title: data.title)\n= #data.title\n#t(\"held\", name: data.name)\n\n\
            #number(1234.5) #number(2.345, decimals: 1) #day(\"2026-11-27\") #day(1780000000000)\n\n\
            #image(qr(\"https://example.org/verify/1\"), format: \"svg\", width: 30mm, alt: \"QR\")";
        for language in Language::ALL {
            let data = json!({ "title": "ⵜⵉⵡⵉⵣⵉ تيويزي Tiwizi 漢", "name": "#strong[Fadma]" });
            let document = set_in(language, template, &data).unwrap_or_else(|error| panic!("{language}: {error}"));
            assert_eq!(Pdf::load_mem(&document).unwrap().get_pages().len(), 1);
            assert_eq!(document, set_in(language, template, &data).unwrap());
        }
        let document =
            set_in(Language::French, "#number(1234.5) x #day(\"2026-11-27\") #data.a", &json!({ "a": "*gras*" }));
        let text = Pdf::load_mem(&document.unwrap()).unwrap().extract_text(&[1]).unwrap();
        assert!(text.contains("27 novembre 2026") && text.contains("*gras*"), "{text}");
    }

    #[test]
    fn a_template_reads_nothing_but_what_it_was_handed() {
        for path in ["/etc/passwd", "/documents/other.typ", "../../etc/passwd", "/assets/documents/logo.png"] {
            assert!(!fault(&format!("#read(\"{path}\")")).is_empty(), "{path}");
        }
        assert!(fault("#import \"@preview/cetz:0.3.0\": canvas").starts_with("documents/card.typ:1:"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert!(
            fault("= Title\n#nothing").starts_with("documents/card.typ:2: unknown variable"),
            "{}",
            fault("= Title\n#nothing")
        );
        assert!(fault("#t(\"gone\")").contains("gone"));
        assert!(fault("#day(\"tomorrow\")").contains("day"));
        assert!(fault("#number(1, places: 2)").contains("places"));
        assert!(fault("#for _ in range(101) [#pagebreak(weak: false) x]").contains("pages"));
    }
}
