//! Setting the documents of plugins, in a process of its own.
//!
//! A template is a program of somebody else's: it may loop, and it may grow. So it runs in a child of the same program (`child`) that holds
//! itself to bounds of memory and processor time before it reads a byte, like the one that compiles components. It is handed the
//! template, the files that the template may use and the data, and has no other way to anything. What sets the type is not known here:
//! the program brings it.

mod child;
mod parent;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;

use tiwizi_model::limits;
use tokio::sync::Semaphore;

pub use child::run as set_document;
pub(crate) use parent::PressError;
pub use wire::Sheet;

/// The subcommand by which the program sets a document.
pub const SUBCOMMAND: &str = "set-document";

/// What sets documents. Cheap to clone; all clones wait for the same turns.
#[derive(Debug, Clone)]
pub struct Press {
    program: PathBuf,
    fonts: Vec<PathBuf>,
    turns: Arc<Semaphore>,
}

impl Press {
    /// The program to start, and the folders with the fonts.
    #[must_use]
    pub fn new(program: PathBuf, fonts: Vec<PathBuf>) -> Self {
        Self { program, fonts, turns: Arc::new(Semaphore::new(limits::DOCUMENTS_AT_ONCE_MAX)) }
    }

    /// The folders with the fonts.
    pub(crate) fn fonts(&self) -> &[PathBuf] {
        &self.fonts
    }
}
