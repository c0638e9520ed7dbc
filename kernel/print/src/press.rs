//! The press: templates and fonts in, a PDF out.
//!
//! It reads no file, no address and no clock. What it computed is forgotten after each paper, so that memory stays flat.

use tiwizi_model::Language;
use tiwizi_model::limits::EXTRACT_PDF_BYTES_MAX;
use tiwizi_registry::extract::Certified;
use tiwizi_words::Texts;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Dict, Smart, Str, Value};
use typst::syntax::Source;
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::code::{self, CodeError};
use crate::desk::{Desk, File, file_id};
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
    let desk = desk(texts.language(), data, fonts)?;
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

/// What a paper is set from: the template of its language, the layout of all of them, the fonts, one text.
fn desk(language: Language, data: String, fonts: &Fonts) -> Result<Desk<'_>, PrintError> {
    let inputs: Dict = [(Str::from("data"), Value::Str(Str::from(data)))].into_iter().collect();
    let layout = source(LAYOUT, include_str!("../templates/layout.typ"))?;
    let bytes = Bytes::from_string(layout.text().to_owned());
    let file = (layout.id(), File { path: LAYOUT.to_owned(), bytes, source: Some(layout) });
    Ok(Desk {
        library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
        fonts,
        main: source(&format!("{}.typ", language.tag()), template(language))?,
        files: [file].into(),
        today: None,
    })
}

fn source(name: &str, text: &str) -> Result<Source, PrintError> {
    file_id(name).map(|id| Source::new(id, text.to_owned())).ok_or(PrintError::Templates)
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
