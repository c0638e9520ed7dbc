//! Papers: a certified extract and a certificate of registration as PDF, in seven languages.
//!
//! What a paper says comes as `tiwizi_registry::extract::Certified`; here it is put into words and drawn. The paper is an archive
//! file (PDF/A-2a): its fonts are inside, and its text can be read out and copied. No data is ever read as markup, and
//! nothing is loaded but the templates of this crate and the fonts that were handed in.
//!
//! A document of a plugin (`document`) is set from the plugin's own template, in a process that bounds it.
//!
//! It knows no database, no key and no page.

mod code;
mod desk;
mod document;
mod fonts;
mod given;
mod press;
mod sheet;
mod spelled;

#[cfg(test)]
mod tests;

pub use code::CodeError;
pub use document::{Document, DocumentError, set};
pub use fonts::{FontError, Fonts, usual_folders};
pub use press::{Job, PrintError, print};
pub use sheet::content;
