//! The bounds of documents that plugins set, of files that forms bring them, and of credentials that they have issued.

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
/// What a plugin says of a credential.
pub const CREDENTIAL_CLAIMS_BYTES_MAX: usize = 32 << 10;
/// A name or a title in a credential.
pub const CREDENTIAL_NAME_CHARS_MAX: usize = 200;
/// An address in a credential.
pub const CREDENTIAL_ADDRESS_CHARS_MAX: usize = 500;
/// What a credential says of its achievement, and of how that is earned.
pub const CREDENTIAL_TEXT_CHARS_MAX: usize = 4_000;
/// The words under which an achievement is found.
pub const CREDENTIAL_TAGS_MAX: usize = 20;
/// Why a credential was taken back.
pub const CREDENTIAL_REASON_CHARS_MAX: usize = 1_000;
/// The last moment until which a credential may hold: a year of four digits is what programs of others read.
pub const CREDENTIAL_UNTIL_MS_MAX: i64 = 253_402_300_799_999;
/// A credential as it comes back to be verified.
pub const CREDENTIAL_TOKEN_BYTES_MAX: usize = 64 << 10;
/// Credentials that one call may have issued.
pub const CREDENTIALS_OF_CALL_MAX: u32 = 100;
}
