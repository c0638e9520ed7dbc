//! A spreadsheet is a ZIP: what it would unpack to is measured before anything of it is read.
//!
//! First the sizes that the ZIP itself tells, then each part of XML as it really unpacks, in a few kilobytes of memory.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use tiwizi_model::limits;
use zip::ZipArchive;

use super::SheetError;
use super::scan::{Flaw, Scan};

/// Bytes that are unpacked at a time.
const CHUNK_BYTES: usize = 64 << 10;
/// The end of a ZIP in which its list of parts is announced.
const TAIL_BYTES: u64 = 66 << 10;

/// Refuses a spreadsheet that could not be read within bounds.
pub(super) fn check(path: &Path) -> Result<(), SheetError> {
    let mut file = File::open(path).map_err(SheetError::Read)?;
    announced(&mut file)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(SheetError::Zip)?;
    let parts = declared(&mut archive)?;
    let mut bytes = 0;
    for part in &parts {
        bytes += unpacked(&mut archive, part)?;
        if bytes > limits::SHEET_BYTES_MAX {
            return Err(SheetError::Bytes);
        }
    }
    Ok(())
}

/// How many parts the end of the ZIP announces; reading a list of millions would take the memory of millions.
fn announced(file: &mut File) -> Result<(), SheetError> {
    let size = file.seek(SeekFrom::End(0)).map_err(SheetError::Read)?;
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL_BYTES))).map_err(SheetError::Read)?;
    let mut tail = Vec::new();
    file.by_ref().take(TAIL_BYTES).read_to_end(&mut tail).map_err(SheetError::Read)?;
    file.rewind().map_err(SheetError::Read)?;
    for start in 0..tail.len() {
        let record = tail.get(start..).unwrap_or_default();
        let parts = match record {
            [b'P', b'K', 5, 6, _, _, _, _, _, _, low, high, ..] => u64::from(u16::from_le_bytes([*low, *high])),
            [b'P', b'K', 6, 6, ..] => {
                record.get(32..40).and_then(|field| field.try_into().ok()).map_or(0, u64::from_le_bytes)
            }
            _ => 0,
        };
        if parts > limits::SHEET_PARTS_MAX {
            return Err(SheetError::Parts);
        }
    }
    Ok(())
}

/// A part that is going to be looked through.
struct Part {
    index: usize,
    name: String,
    packed_bytes: u64,
}

/// The parts of XML, when all parts together are within bounds by what the ZIP says of them.
fn declared(archive: &mut ZipArchive<BufReader<File>>) -> Result<Vec<Part>, SheetError> {
    let count = archive.len();
    if u64::try_from(count).is_ok_and(|count| count > limits::SHEET_PARTS_MAX) {
        return Err(SheetError::Parts);
    }
    let (mut bytes, mut parts, mut is_book) = (0_u64, Vec::new(), false);
    for index in 0..count {
        let entry = archive.by_index_raw(index).map_err(SheetError::Zip)?;
        let name = entry.name().map_err(SheetError::Zip)?.into_owned();
        bytes = bytes.saturating_add(entry.size());
        if bytes > limits::SHEET_BYTES_MAX {
            return Err(SheetError::Bytes);
        }
        ratio(&name, entry.size(), entry.compressed_size())?;
        is_book |= name.eq_ignore_ascii_case("[Content_Types].xml");
        let lower = name.to_ascii_lowercase();
        if lower.ends_with(".xml") || lower.ends_with(".rels") {
            parts.push(Part { index, name, packed_bytes: entry.compressed_size() });
        }
    }
    if is_book { Ok(parts) } else { Err(SheetError::NotXlsx) }
}

fn ratio(name: &str, bytes: u64, packed_bytes: u64) -> Result<(), SheetError> {
    let too_much = packed_bytes.max(1).saturating_mul(limits::SHEET_RATIO_MAX);
    if bytes > limits::SHEET_RATIO_BYTES_MIN && bytes > too_much {
        return Err(SheetError::Ratio { part: shown(name) });
    }
    Ok(())
}

/// Unpacks a part without keeping it; tells its size.
fn unpacked(archive: &mut ZipArchive<BufReader<File>>, part: &Part) -> Result<u64, SheetError> {
    let mut entry = archive.by_index(part.index).map_err(SheetError::Zip)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    let (mut scan, mut bytes) = (Scan::default(), 0_u64);
    loop {
        let read = entry.read(&mut chunk).map_err(SheetError::Read)?;
        if read == 0 {
            return Ok(bytes);
        }
        bytes += u64::try_from(read).unwrap_or_default();
        if bytes > limits::SHEET_BYTES_MAX {
            return Err(SheetError::Bytes);
        }
        ratio(&part.name, bytes, part.packed_bytes)?;
        scan.feed(chunk.get(..read).unwrap_or_default()).map_err(|flaw| flawed(flaw, &part.name))?;
    }
}

fn flawed(flaw: Flaw, name: &str) -> SheetError {
    let part = shown(name);
    match flaw {
        Flaw::Markup => SheetError::Markup { part },
        Flaw::Long => SheetError::Long { part },
        Flaw::Strings => SheetError::Strings,
        Flaw::Items | Flaw::Bytes => SheetError::Items { part },
        Flaw::Relation => SheetError::Relation { part },
        Flaw::Formula(cell) => SheetError::Formula { part, cell },
    }
}

/// A name from the file, for a message.
fn shown(name: &str) -> String {
    crate::import::report::shorten(name)
}
