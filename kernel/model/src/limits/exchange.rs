//! The bounds of files that the register is imported from and exported to.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// Bytes of a text file that are looked at to tell its encoding, from the first that is not ASCII.
pub const IMPORT_SAMPLE_BYTES_MAX: usize = 256 << 10;
/// Parts of a spreadsheet; a workbook of hundreds of sheets stays below it.
pub const SHEET_PARTS_MAX: u64 = 2_000;
/// All parts of a spreadsheet together, unpacked. A sheet of a million members takes a gigabyte.
pub const SHEET_BYTES_MAX: u64 = 4 << 30;
/// How many times larger a part of a spreadsheet may be than its packed form. Sheets pack to a tenth or a thirtieth.
pub const SHEET_RATIO_MAX: u64 = 100;
/// Smaller parts may pack better.
pub const SHEET_RATIO_BYTES_MIN: u64 = 1 << 20;
/// The texts that cells of a spreadsheet share, which are held in memory.
pub const SHEET_STRINGS_MAX: u64 = 1_000_000;
/// The same, as bytes of XML.
pub const SHEET_STRINGS_BYTES_MAX: u64 = 48 << 20;
/// Formats, sheets, names and relations of one part of a spreadsheet, which are held in memory.
pub const SHEET_ITEMS_MAX: u64 = 200_000;
/// One cell, one tag or one text of a spreadsheet, as bytes of XML.
pub const SHEET_CELL_BYTES_MAX: u64 = 256 << 10;
/// Rows of one sheet that an export writes; the format has 1,048,576 with the header.
pub const EXPORT_SHEET_ROWS_MAX: u32 = 1_048_575;
/// Cooperatives that an export of members remembers, so that each is not read again for each member.
pub const EXPORT_PLACES_MAX: usize = 4_096;
}
