//! Rows of a text file in any of the encodings.
//!
//! UTF-16 is decoded on its way in; in all other encodings the ends of lines and cells are ASCII, so rows are found among
//! the bytes and only those of Windows-1256 and Windows-1252 are decoded, one at a time.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use encoding_rs::Decoder;

use crate::import::ImportError;
use crate::import::encoding::{Encoding, wrong_row};
use crate::import::lines::{Lines, split};
use crate::import::rows::{Layout, RawRow, RowFault, Rows};

/// Bytes of UTF-16 that are decoded at a time.
const CHUNK_BYTES: usize = 32 << 10;

/// A text file under reading.
pub(super) struct TextRows {
    path: PathBuf,
    lines: Lines<Bytes>,
    encoding: Encoding,
    marked: bool,
    /// Known once the header is read.
    delimiter: Option<u8>,
    decoded: String,
}

/// The bytes of a file, as UTF-8 or in an encoding whose ASCII is ASCII.
enum Bytes {
    Plain(File),
    Utf16(Utf16<File>),
}

impl Read for Bytes {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(room),
            Self::Utf16(decoded) => decoded.read(room),
        }
    }
}

impl TextRows {
    pub(super) fn open(path: &Path, encoding: Encoding, mark_bytes: usize) -> Result<Self, std::io::Error> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(u64::try_from(mark_bytes).unwrap_or_default()))?;
        let bytes = match encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => Bytes::Utf16(Utf16::new(file, encoding)),
            Encoding::Utf8 | Encoding::Windows1256 | Encoding::Windows1252 => Bytes::Plain(file),
        };
        let lines = Lines::new(bytes);
        let decoded = String::new();
        Ok(Self { path: path.to_owned(), lines, encoding, marked: mark_bytes > 0, delimiter: None, decoded })
    }
}

impl Rows for TextRows {
    fn next(&mut self, cells: &mut Vec<Vec<u8>>) -> Result<Option<RawRow>, ImportError> {
        let failed = |source| ImportError::Read { path: self.path.clone(), source };
        let Some(line) = self.lines.next().map_err(failed)? else { return Ok(None) };
        let row = line.row;
        let broken = |fault| Ok(Some(RawRow { row, cells: Err(fault), dates: 0 }));
        let bytes = match line.content {
            Ok(bytes) => bytes,
            Err(fault) => return broken(RowFault::Line(fault)),
        };
        if self.delimiter.is_none() && is_told(bytes).is_some() {
            self.delimiter = is_told(bytes);
            cells.clear();
            return self.next(cells);
        }
        let delimiter = *self.delimiter.get_or_insert_with(|| delimiter(bytes));
        if !self.encoding.is_legacy() || bytes.is_ascii() {
            return Ok(Some(RawRow { row, cells: Ok(split(bytes, delimiter, cells)), dates: 0 }));
        }
        if let Some(message) = wrong_row(self.encoding, bytes) {
            return broken(RowFault::Encoding(message));
        }
        self.decoded.clear();
        self.decoded.push_str(&self.encoding.decoding().decode_without_bom_handling(bytes).0);
        Ok(Some(RawRow { row, cells: Ok(split(self.decoded.as_bytes(), delimiter, cells)), dates: 0 }))
    }

    fn done_bytes(&self) -> u64 {
        match self.lines.source() {
            Bytes::Plain(_) => self.lines.done_bytes() + if self.marked { 3 } else { 0 },
            Bytes::Utf16(decoded) => decoded.read_bytes + if self.marked { 2 } else { 0 },
        }
    }

    fn layout(&self) -> Layout {
        let delimiter = self.delimiter.unwrap_or(b',');
        Layout::Text { encoding: self.encoding, marked: self.marked, delimiter }
    }
}

/// The delimiter that a first line `sep=;` tells to spreadsheets; it is no header.
fn is_told(line: &[u8]) -> Option<u8> {
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', told @ (b',' | b';' | b'\t')] => Some(*told),
        _ => None,
    }
}

/// Comma, semicolon or tab: whichever the header has most of outside quotes.
fn delimiter(header: &[u8]) -> u8 {
    let (mut commas, mut semicolons, mut tabs, mut quoted) = (0_usize, 0_usize, 0_usize, false);
    for byte in header {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => commas += 1,
            b';' if !quoted => semicolons += 1,
            b'\t' if !quoted => tabs += 1,
            _ => {}
        }
    }
    if commas >= semicolons && commas >= tabs {
        b','
    } else if semicolons >= tabs {
        b';'
    } else {
        b'\t'
    }
}

/// UTF-16 that is read as UTF-8. What is not UTF-16 becomes the replacement character, and its cell is refused.
struct Utf16<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    decoded: Vec<u8>,
    /// Decoded bytes before this were handed out.
    start: usize,
    at_end: bool,
    read_bytes: u64,
}

impl<R: Read> Utf16<R> {
    fn new(source: R, encoding: Encoding) -> Self {
        let decoder = encoding.decoding().new_decoder_without_bom_handling();
        let decoded = Vec::new();
        Self { source, decoder, raw: vec![0; CHUNK_BYTES], decoded, start: 0, at_end: false, read_bytes: 0 }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        let read = match self.source.read(&mut self.raw) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return Ok(()),
            read => read?,
        };
        self.at_end = read == 0;
        self.read_bytes += u64::try_from(read).unwrap_or_default();
        let raw = self.raw.get(..read).unwrap_or_default();
        // Room for everything, so that one call takes it all.
        let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * CHUNK_BYTES);
        self.decoded.resize(room, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut self.decoded, self.at_end);
        self.decoded.truncate(written);
        self.start = 0;
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        while self.start >= self.decoded.len() && !self.at_end {
            self.refill()?;
        }
        let ready = self.decoded.get(self.start..).unwrap_or_default();
        let count = ready.len().min(room.len());
        if let (Some(room), Some(ready)) = (room.get_mut(..count), ready.get(..count)) {
            room.copy_from_slice(ready);
        }
        self.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, low_first: bool) -> Vec<u8> {
        let bytes = |unit: u16| if low_first { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    /// Hands out one byte at a time.
    struct Slow(std::io::Cursor<Vec<u8>>);

    impl Read for Slow {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(room.get_mut(..1).unwrap_or_default())
        }
    }

    #[test]
    fn utf16_is_read_however_it_is_cut() {
        let text = "المحكمة,n°,ⵜⵉⴼⴰⵡⵉⵏ,😀\n";
        for (encoding, low_first) in [(Encoding::Utf16Le, true), (Encoding::Utf16Be, false)] {
            let mut read = String::new();
            let slow = Slow(std::io::Cursor::new(utf16(text, low_first)));
            Utf16::new(slow, encoding).read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn half_a_letter_of_utf16_shows() {
        let mut bytes = utf16("ab", true);
        bytes.extend_from_slice(&[0, 0xd8, b'c', 0, b'd']);
        let mut read = String::new();
        Utf16::new(std::io::Cursor::new(bytes), Encoding::Utf16Le).read_to_string(&mut read).unwrap();
        assert_eq!(read, "ab\u{fffd}c\u{fffd}");
    }

    #[test]
    fn the_delimiter_is_what_stands_between_names() {
        assert_eq!(delimiter(b"a,b,c"), b',');
        assert_eq!(delimiter(b"a;b;c"), b';');
        assert_eq!(delimiter(b"a\tb\tc"), b'\t');
        assert_eq!(delimiter(b"\"a,b,c,d\";e"), b';');
        assert_eq!(delimiter(b"a"), b',');
        assert_eq!((is_told(b"sep=;"), is_told(b"sep=|"), is_told(b"separator")), (Some(b';'), None, None));
    }
}
