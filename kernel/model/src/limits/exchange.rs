//! The bounds of files that the register is imported from and exported to.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// Bytes of a text file that are looked at to tell its encoding, from the first that is not ASCII.
pub const IMPORT_SAMPLE_BYTES_MAX: usize = 256 << 10;
/// Keys of a file's rows that are held in memory, to find one that is there twice: a table of a million places with 17 bytes each. Those before
/// are put aside on disk. The nation's members stay below it.
pub const IMPORT_KEYS_HELD_MAX: usize = 900_000;
/// Cooperatives that rows of members name and that are nowhere, of which an import remembers that.
pub const IMPORT_NOWHERE_MAX: usize = 20_000;
/// A file that is sent to be imported. That of the nation's members has a hundred million bytes.
pub const IMPORT_FILE_BYTES_MAX: u64 = 512 << 20;
/// How long such a file may take to arrive.
pub const IMPORT_ARRIVAL_MS: u64 = 60 * 60 * 1000;
/// Imports that wait, or wait for somebody's word, at once.
pub const IMPORTS_OPEN_MAX: u32 = 20;
/// How long the file of an import and its report are kept.
pub const IMPORT_KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Imports of one account that a page lists.
pub const IMPORTS_SHOWN_MAX: u32 = 20;
/// Columns of a file that a page names.
pub const IMPORT_COLUMNS_SHOWN_MAX: usize = 64;
/// Exports of those who keep the register or observe it that run at once. Open data has a bound of its own: whoever reads that slowly keeps
/// nobody of these waiting.
pub const STAFF_EXPORTS_MAX: usize = 4;
/// Pieces of an export that wait for a slow reader.
pub const EXPORT_PIECES_WAITING_MAX: usize = 8;
/// One such piece.
pub const EXPORT_PIECE_BYTES: usize = 64 << 10;
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
