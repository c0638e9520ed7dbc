//! The press: templates and fonts in, a PDF out. The only place that knows typst.
//!
//! It reads no file, no address and no clock. What it computed is forgotten after each paper, so that memory stays flat.

use tiwizi_model::Language;
use tiwizi_model::limits::EXTRACT_PDF_BYTES_MAX;
use tiwizi_registry::extract::Certified;
use tiwizi_words::Texts;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Smart, Str, Value};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::code::{self, CodeError};
use crate::fonts::Fonts;
use crate::sheet;
use crate::spelled;

const LAYOUT: &str = "layout.typ";

/// One paper.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// What it certifies.
    pub certified: &'a Certified,
    /// The id under which the register keeps it.
    pub reference: &'a str,
    /// The address of its verification, whole.
    pub address: &'a str,
    /// Whether its words are a machine's draft, which the paper then says.
    pub is_draft: bool,
}

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The address does not fit into a code.
    #[error("the paper cannot carry its code")]
    Code(#[source] CodeError),
    /// What it says cannot be handed to its template.
    #[error("what the paper says cannot be written")]
    Data(#[source] serde_json::Error),
    /// A template has no place of its own: a fault of this crate.
    #[error("the templates of the papers are not in order")]
    Templates,
    /// The paper cannot be set, or not as an archive file.
    #[error("the paper cannot be set: {reason}")]
    Set {
        /// What the press says.
        reason: String,
    },
    /// It became longer than a paper may be.
    #[error("the paper has more than {} bytes", EXTRACT_PDF_BYTES_MAX)]
    Long,
}

/// Prints a paper in the language of the texts. The same job gives the same bytes.
///
/// # Errors
/// When it cannot be set as an archive file, or is too long.
pub fn print(job: &Job<'_>, texts: &Texts, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let outcome = compose(job, texts, fonts).and_then(|document| export(job, &document));
    typst::comemo::evict(0);
    outcome
}

/// Sets a paper.
pub(crate) fn compose(job: &Job<'_>, texts: &Texts, fonts: &Fonts) -> Result<PagedDocument, PrintError> {
    let code = code::svg(job.address).map_err(PrintError::Code)?;
    let sheet = spelled::out(sheet::of(job, texts, &code), fonts);
    let data = serde_json::to_string(&sheet).map_err(PrintError::Data)?;
    let desk = Desk::new(texts.language(), data, fonts)?;
    typst::compile::<PagedDocument>(&desk).output.map_err(|errors| refused(&errors))
}

fn export(job: &Job<'_>, document: &PagedDocument) -> Result<Vec<u8>, PrintError> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a])
        .map_err(|error| PrintError::Set { reason: error.message().to_string() })?;
    let options = PdfOptions {
        ident: Smart::Custom(job.reference.to_owned()),
        creator: Smart::Custom(Some("Tiwizi".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(document, &options).map_err(|errors| refused(&errors))?;
    if bytes.len() > EXTRACT_PDF_BYTES_MAX { Err(PrintError::Long) } else { Ok(bytes) }
}

fn refused(errors: &[SourceDiagnostic]) -> PrintError {
    let reason = errors.first().map(|error| error.message.to_string()).unwrap_or_default();
    PrintError::Set { reason }
}

/// What the press may see: two templates, the fonts, one text.
struct Desk<'a> {
    library: LazyHash<Library>,
    fonts: &'a Fonts,
    main: Source,
    layout: Source,
}

impl<'a> Desk<'a> {
    fn new(language: Language, data: String, fonts: &'a Fonts) -> Result<Self, PrintError> {
        let inputs: Dict = [(Str::from("data"), Value::Str(Str::from(data)))].into_iter().collect();
        Ok(Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            fonts,
            main: source(&format!("{}.typ", language.tag()), template(language))?,
            layout: source(LAYOUT, include_str!("../templates/layout.typ"))?,
        })
    }

    fn find(&self, id: FileId) -> FileResult<&Source> {
        let found = [&self.main, &self.layout].into_iter().find(|source| source.id() == id);
        found.ok_or(FileError::AccessDenied)
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.find(id).cloned()
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.find(id).map(|source| Bytes::from_string(source.text().to_owned()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn source(name: &str, text: &str) -> Result<Source, PrintError> {
    let path = VirtualPath::new(name).map_err(|_| PrintError::Templates)?;
    Ok(Source::new(FileId::new(RootedPath::new(VirtualRoot::Project, path)), text.to_owned()))
}

/// The template of a language.
fn template(language: Language) -> &'static str {
    match language {
        Language::Arabic => include_str!("../templates/ar.typ"),
        Language::Darija => include_str!("../templates/ary.typ"),
        Language::French => include_str!("../templates/fr.typ"),
        Language::StandardAmazigh => include_str!("../templates/zgh.typ"),
        Language::Tachelhit => include_str!("../templates/shi.typ"),
        Language::CentralAtlas => include_str!("../templates/tzm.typ"),
        Language::Tarifit => include_str!("../templates/rif.typ"),
    }
}
