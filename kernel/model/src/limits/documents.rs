//! The bounds of documents that plugins set, and of files that forms bring them.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// What a plugin hands to the template of a document.
pub const DOCUMENT_DATA_BYTES_MAX: usize = 1 << 20;
/// The pictures of a bundle that its documents may use, together.
pub const DOCUMENT_ASSETS_BYTES_MAX: usize = 8 << 20;
/// What the process is handed that sets one document.
pub const DOCUMENT_JOB_BYTES_MAX: usize = 64 << 20;
/// A document as PDF.
pub const DOCUMENT_BYTES_MAX: usize = 8 << 20;
/// The pages of a document.
pub const DOCUMENT_PAGES_MAX: usize = 100;
/// Memory of the process that sets one.
pub const DOCUMENT_MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Its processor time.
pub const DOCUMENT_CPU_S: u64 = 8;
/// Its time by the clock; a call has less when its own time is over before.
pub const DOCUMENT_WALL_MS: u64 = 30_000;
/// Documents that are set at once: each takes a core.
pub const DOCUMENTS_AT_ONCE_MAX: usize = 2;
/// Documents that one call may have set.
pub const DOCUMENTS_OF_CALL_MAX: u32 = 20;
/// One file of a form that is sent to a plugin.
pub const PLUGIN_FORM_FILE_BYTES_MAX: u64 = 20 << 20;
/// The files of one such form.
pub const PLUGIN_FORM_FILES_MAX: usize = 8;
/// The name under which a document is saved.
pub const DOCUMENT_NAME_CHARS_MAX: usize = 80;
}
