//! The bounds of the work of the office.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// What waits, on one page.
pub const OFFICE_PAGE_ROWS: u32 = 40;
/// What is looked at for one page of an inbox that is narrowed in more than one way; its cursor goes on behind that.
pub const OFFICE_LOOK_ROWS_MAX: usize = 2_000;
/// The lines of a printed list.
pub const OFFICE_PRINT_ROWS_MAX: usize = 1_000;
/// How often a printed list goes on in the inbox to find its lines.
pub const OFFICE_PRINT_LOOKS_MAX: usize = 25;
/// Colleagues among whom work is given out.
pub const OFFICE_COLLEAGUES_MAX: usize = 200;
/// Accounts that one notice of the office tells.
pub const OFFICE_RECIPIENTS_MAX: usize = 50;
/// What is written about what waits in one transaction.
pub const OFFICE_UNIT_TASKS_MAX: usize = 20;
/// Why a filing is sent back, or a task is.
pub const FILING_REASON_CHARS_MAX: usize = 2_000;
/// One document of a filing.
pub const FILING_DOCUMENT_BYTES_MAX: usize = 16 << 20;
/// Years of a cooperative that can be filed for, counted back from the last one.
pub const FILING_YEARS_MAX: u16 = 10;
/// The text fields of a form with files, together.
pub const FORM_TEXT_BYTES_MAX: usize = 256 << 10;
/// The fields of a form with files.
pub const FORM_FIELDS_MAX: usize = 256;
}
