//! CSV, one row at a time, with a bound on every row.
//!
//! A row may span lines when its fields are quoted. A row longer than [`limits::IMPORT_LINE_BYTES_MAX`], or a quote that
//! is never closed, is one fault: reading goes on at the next line of the file, so one stray quote does not swallow
//! the rest, and a line of a gigabyte costs time and no memory.

use std::io::Read;

use tiwizi_model::limits;

/// Bytes that are read from the file at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// Why a row could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFault {
    /// Longer than a row may be.
    TooLong,
    /// A quote opens and does not close.
    Quote,
}

/// One row as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The row's number, as a spreadsheet counts: the header is 1.
    pub(super) row: u64,
    /// Its bytes without the line's end, or what is wrong with it.
    pub(super) content: Result<&'a [u8], LineFault>,
}

/// Reads rows.
pub(super) struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// What lies before has been handed out.
    start: usize,
    at_end: bool,
    row: u64,
    /// Bytes of the file that were handed out or passed over.
    done_bytes: u64,
}

/// Where a row ends in the buffer: its content, and where the next begins.
#[derive(Clone, Copy)]
struct End {
    content: usize,
    next: usize,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: Vec::new(), start: 0, at_end: false, row: 0, done_bytes: 0 }
    }

    /// Bytes of the file that are done.
    pub(super) fn done_bytes(&self) -> u64 {
        self.done_bytes
    }

    /// Where the rows come from.
    pub(super) fn source(&self) -> &R {
        &self.source
    }

    /// The next row; none at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, std::io::Error> {
        loop {
            let (end, fault) = match scan(self.pending(), self.at_end) {
                Scan::Row(end) => (end, None),
                Scan::Fault(fault, Some(end)) => (end, Some(fault)),
                Scan::Fault(fault, None) => {
                    self.row += 1;
                    self.pass_line()?;
                    return Ok(Some(Line { row: self.row, content: Err(fault) }));
                }
                Scan::More if self.at_end => return Ok(None),
                Scan::More => {
                    self.fill()?;
                    continue;
                }
            };
            self.row += 1;
            let (start, row) = (self.start, self.row);
            self.consume(end.next);
            let content = match fault {
                Some(fault) => Err(fault),
                None => Ok(self.buffer.get(start..start + end.content).unwrap_or_default()),
            };
            return Ok(Some(Line { row, content }));
        }
    }

    fn pending(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.done_bytes += u64::try_from(bytes).unwrap_or_default();
    }

    /// Reads on; what was handed out makes room.
    fn fill(&mut self) -> Result<(), std::io::Error> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let kept = self.buffer.len();
        self.buffer.resize(kept + CHUNK_BYTES, 0);
        let mut filled = kept;
        while let Some(free) = self.buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
            match self.source.read(free) {
                Ok(0) => {
                    self.at_end = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.buffer.truncate(filled);
        Ok(())
    }

    /// Passes over the rest of a line that is too long to hold.
    fn pass_line(&mut self) -> Result<(), std::io::Error> {
        loop {
            match self.pending().iter().position(|byte| *byte == b'\n') {
                Some(position) => {
                    self.consume(position + 1);
                    return Ok(());
                }
                None => self.consume(self.pending().len()),
            }
            if self.at_end {
                return Ok(());
            }
            self.fill()?;
        }
    }
}

enum Scan {
    Row(End),
    /// A fault, and where the line ends on which the row began, if that is in the buffer.
    Fault(LineFault, Option<End>),
    More,
}

/// Looks for the end of the row that the bytes begin with.
fn scan(bytes: &[u8], at_end: bool) -> Scan {
    if bytes.is_empty() {
        return Scan::More;
    }
    let window = bytes.get(..limits::IMPORT_LINE_BYTES_MAX).unwrap_or(bytes);
    let (mut quoted, mut first_line) = (false, None);
    for (position, byte) in window.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' => {
                let carriage = window.get(position.wrapping_sub(1)) == Some(&b'\r');
                let end = End { content: position - usize::from(carriage), next: position + 1 };
                if !quoted {
                    return Scan::Row(end);
                }
                first_line.get_or_insert(end);
            }
            _ => {}
        }
    }
    let whole = window.len() == bytes.len();
    match (quoted, whole && at_end) {
        (false, true) => Scan::Row(End { content: bytes.len(), next: bytes.len() }),
        (true, true) => {
            let end = first_line.unwrap_or(End { content: bytes.len(), next: bytes.len() });
            Scan::Fault(LineFault::Quote, Some(end))
        }
        (_, false) if whole && bytes.len() < limits::IMPORT_LINE_BYTES_MAX => Scan::More,
        (true, false) if first_line.is_some() => Scan::Fault(LineFault::Quote, first_line),
        (_, false) => Scan::Fault(LineFault::TooLong, None),
    }
}

/// Takes a row apart into its fields, without the quotes around them. A quote inside a field that does not begin with one is a letter of
/// it, as spreadsheets have it. The vector is reused from row to row.
pub(super) fn split(row: &[u8], delimiter: u8, fields: &mut Vec<Vec<u8>>) -> usize {
    if !row.contains(&b'"') {
        return split_plain(row, delimiter, fields);
    }
    let mut count = 0;
    let mut rest = row.iter().copied().peekable();
    loop {
        if fields.len() == count {
            fields.push(Vec::new());
        }
        let Some(field) = fields.get_mut(count) else {
            return count;
        };
        field.clear();
        count += 1;
        let (mut quoted, mut opened) = (false, false);
        loop {
            match rest.next() {
                None => return count,
                Some(b'"') if quoted && rest.peek() == Some(&b'"') => {
                    rest.next();
                    field.push(b'"');
                }
                Some(b'"') if quoted => quoted = false,
                Some(b'"') if opened || field.iter().all(|byte| *byte == b' ') => (quoted, opened) = (true, true),
                Some(byte) if byte == delimiter && !quoted => break,
                Some(byte) => field.push(byte),
            }
        }
    }
}

/// The same for a row without quotes, as most are.
fn split_plain(row: &[u8], delimiter: u8, fields: &mut Vec<Vec<u8>>) -> usize {
    let mut count = 0;
    for cell in row.split(|byte| *byte == delimiter) {
        match fields.get_mut(count) {
            Some(field) => {
                field.clear();
                field.extend_from_slice(cell);
            }
            None => fields.push(cell.to_vec()),
        }
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Vec<(u64, Result<Vec<u8>, LineFault>)> {
        let mut lines = Lines::new(text);
        let mut rows = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            rows.push((line.row, line.content.map(<[u8]>::to_vec)));
        }
        assert_eq!(lines.done_bytes(), text.len() as u64);
        rows
    }

    #[test]
    fn a_row_ends_at_a_line_end_outside_quotes() {
        let expected: Vec<(u64, Result<Vec<u8>, LineFault>)> =
            vec![(1, Ok(b"a,b".into())), (2, Ok(b"\"c\r\nd\",e".into())), (3, Ok(b"".into())), (4, Ok(b"f".into()))];
        assert_eq!(rows(b"a,b\r\n\"c\r\nd\",e\n\nf"), expected);
        assert_eq!(rows(b""), []);
    }

    #[test]
    fn an_open_quote_costs_its_line_and_no_other() {
        let found = rows(b"a,b\nc,\"d\ne,f\ng,h\n");
        let expected: Vec<(u64, Result<Vec<u8>, LineFault>)> =
            vec![(1, Ok(b"a,b".into())), (2, Err(LineFault::Quote)), (3, Ok(b"e,f".into())), (4, Ok(b"g,h".into()))];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_open_quote_in_a_long_file_costs_its_line_and_no_other() {
        let mut text = b"c,\"d\n".to_vec();
        for _ in 0..20_000 {
            text.extend_from_slice(b"0123456789\n");
        }
        let found = rows(&text);
        assert_eq!(found.len(), 20_001);
        assert_eq!(found.iter().filter(|(_, content)| content.is_err()).count(), 1);
        assert_eq!(found[0].1, Err(LineFault::Quote));
    }

    /// Reads a giant line between two short ones. It is made while it is read, so no disk has to hold it.
    fn beside_a_giant(opening: &[u8], bytes: u64) {
        let giant = opening.chain(std::io::repeat(b'x').take(bytes));
        let mut lines = Lines::new(b"first\n".chain(giant).chain(&b"\nlast\n"[..]));
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((line.row, line.content.map(<[u8]>::to_vec)));
        }
        assert_eq!(found, [(1, Ok(b"first".to_vec())), (2, Err(LineFault::TooLong)), (3, Ok(b"last".to_vec()))]);
        assert_eq!(lines.done_bytes(), bytes + opening.len() as u64 + 12);
        assert!(lines.buffer.capacity() < 2 << 20, "{} bytes were held", lines.buffer.capacity());
    }

    #[test]
    fn i04_a_line_of_two_gib_is_one_fault_and_is_not_held() {
        beside_a_giant(b"", 2 << 30);
    }

    #[test]
    fn i04_a_giant_line_with_an_open_quote_or_a_zero_is_one_fault_and_is_not_held() {
        beside_a_giant(b"\"", 64 << 20);
        beside_a_giant(b"\0", 64 << 20);
    }

    #[test]
    fn fields_lose_their_quotes() {
        let mut fields = Vec::new();
        for (row, expected) in [
            ("a,b,c", vec!["a", "b", "c"]),
            ("", vec![""]),
            (",", vec!["", ""]),
            ("\"a,b\",\"c\"\"d\"", vec!["a,b", "c\"d"]),
            ("\"\",x", vec!["", "x"]),
            (" \"a,b\",c", vec![" a,b", "c"]),
            ("\"a\"b\"c\"", vec!["abc"]),
            // A name in quotes inside a field that nobody quoted.
            ("1,Union \"An-Nour\",x", vec!["1", "Union \"An-Nour\"", "x"]),
            ("12\" pipe\nb,5\" pipe", vec!["12\" pipe\nb", "5\" pipe"]),
        ] {
            let count = split(row.as_bytes(), b',', &mut fields);
            let found: Vec<&str> = fields[..count].iter().map(|field| std::str::from_utf8(field).unwrap()).collect();
            assert_eq!(found, expected, "{row}");
        }
    }
}
