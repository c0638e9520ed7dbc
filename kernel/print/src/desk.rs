//! What typst may see while it sets a page: the templates and files that were handed in, the fonts, and nothing else. No address and no clock.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use crate::fonts::Fonts;

/// One file that was handed in.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) bytes: Bytes,
    /// Of a template.
    pub(crate) source: Option<Source>,
}

/// What a template may see.
pub(crate) struct Desk<'a> {
    pub(crate) library: LazyHash<Library>,
    pub(crate) fonts: &'a Fonts,
    /// Where it begins.
    pub(crate) main: Source,
    /// What it may read beside that.
    pub(crate) files: HashMap<FileId, File>,
    /// The day that it is told.
    pub(crate) today: Option<Datetime>,
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
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        self.files.get(&id).and_then(|file| file.source.clone()).ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).map(|file| file.bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

/// What a file is called among those that were handed in; none for what is no path of a file.
pub(crate) fn file_id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}
