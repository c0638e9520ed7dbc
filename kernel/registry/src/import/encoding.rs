//! How the letters of a text file are written: told from its bytes where that is certain, refused where it is not.
//!
//! A mark at the beginning decides; then zeros beside the letters of the first line (UTF-16); then the first letters that
//! are not ASCII. Where these are not UTF-8, the file is of Windows-1256 or Windows-1252 only when `chardetng` says so
//! and the words agree: runs of Arabic letters, or single French ones among ASCII. Lower-case French letters are the same in
//! both, so they need no decision. What the first letters do not decide (a row in another encoding) is a matter of each row.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use tiwizi_model::limits;

/// An encoding that an import reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, which ASCII is too.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Arabic of Windows.
    Windows1256,
    /// Western languages of Windows.
    Windows1252,
}

/// No encoding has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("known encodings are utf-8, utf-16le, utf-16be, windows-1256 and windows-1252")]
pub struct EncodingError;

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1256, Self::Windows1252];

    /// Its name, as the command line takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1256 => "windows-1256",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// What decodes it.
    pub(super) fn decoding(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1256 => encoding_rs::WINDOWS_1256,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }

    /// Whether a byte is a letter.
    pub(super) fn is_legacy(self) -> bool {
        matches!(self, Self::Windows1256 | Self::Windows1252)
    }
}

impl FromStr for Encoding {
    type Err = EncodingError;
    fn from_str(name: &str) -> Result<Self, EncodingError> {
        Self::ALL.into_iter().find(|encoding| encoding.name().eq_ignore_ascii_case(name)).ok_or(EncodingError)
    }
}

/// What the bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A text.
    Text {
        encoding: Encoding,
        /// Bytes of the mark at its beginning.
        mark_bytes: usize,
    },
    /// A ZIP, as a spreadsheet is.
    Zip,
    /// Something that is not read.
    Other(&'static str),
}

/// Tells what a file is. An encoding that a person named is taken for granted, but not against a mark.
pub(super) fn detect(path: &Path, named: Option<Encoding>) -> Result<Found, std::io::Error> {
    let mut file = File::open(path)?;
    let mut head = vec![0; limits::IMPORT_LINE_BYTES_MAX];
    let filled = fill(&mut file, &mut head)?;
    head.truncate(filled);
    let text = |encoding, mark_bytes| Ok(Found::Text { encoding, mark_bytes });
    match head.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => return text(Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => return text(Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => return text(Encoding::Utf16Be, 2),
        [b'P', b'K', 3, 4, ..] => return Ok(Found::Zip),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            return Ok(Found::Other("a spreadsheet of an older kind (XLS) or one with a password"));
        }
        [0x1f, 0x8b, ..] => return Ok(Found::Other("packed (gzip)")),
        _ => {}
    }
    if let Some(encoding) = named {
        return text(encoding, 0);
    }
    match zeros(&head) {
        Zeros::None => {}
        Zeros::After => return text(Encoding::Utf16Le, 0),
        Zeros::Before => return text(Encoding::Utf16Be, 0),
        Zeros::Anywhere => return Ok(Found::Other("no text: its first line holds zeros")),
    }
    let sample = sample(&mut file, head)?;
    Ok(match of_sample(&sample) {
        Some(encoding) => Found::Text { encoding, mark_bytes: 0 },
        None => Found::Other("in an encoding that is not certain"),
    })
}

/// Fills as much of the room as the file has.
fn fill(file: &mut File, room: &mut [u8]) -> Result<usize, std::io::Error> {
    let mut filled = 0;
    while let Some(free) = room.get_mut(filled..).filter(|free| !free.is_empty()) {
        match file.read(free) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The file from its first bytes that are not ASCII; empty when there are none.
fn sample(file: &mut File, head: Vec<u8>) -> Result<Vec<u8>, std::io::Error> {
    let mut chunk = head;
    while chunk.is_ascii() {
        chunk.resize(limits::IMPORT_LINE_BYTES_MAX, 0);
        let filled = fill(file, &mut chunk)?;
        chunk.truncate(filled);
        if chunk.is_empty() {
            return Ok(chunk);
        }
    }
    let before = chunk.len();
    chunk.resize(before + limits::IMPORT_SAMPLE_BYTES_MAX, 0);
    let filled = fill(file, chunk.get_mut(before..).unwrap_or_default())?;
    chunk.truncate(before + filled);
    Ok(chunk)
}

/// Where the zeros of the first line stand: those of UTF-16 all on one side of the letters.
enum Zeros {
    None,
    After,
    Before,
    Anywhere,
}

fn zeros(head: &[u8]) -> Zeros {
    let end = head.iter().position(|byte| *byte == b'\n').map_or(head.len(), |end| end + 1);
    let line = head.get(..end).unwrap_or(head);
    let (mut before, mut after) = (false, false);
    for (position, _) in line.iter().enumerate().filter(|(_, byte)| **byte == 0) {
        if position.is_multiple_of(2) { before = true } else { after = true }
    }
    match (before, after) {
        (false, false) => Zeros::None,
        (false, true) => Zeros::After,
        (true, false) => Zeros::Before,
        (true, true) => Zeros::Anywhere,
    }
}

/// The encoding of a sample, if it is certain.
fn of_sample(sample: &[u8]) -> Option<Encoding> {
    let (mut utf8, mut other) = (0_usize, 0_usize);
    for line in sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
        match std::str::from_utf8(line) {
            Ok(_) => utf8 += 1,
            // The sample may end inside a letter.
            Err(error) if error.error_len().is_none() && sample.ends_with(line) => utf8 += 1,
            Err(_) => other += 1,
        }
    }
    // Letters of several bytes do not come about by chance: where most rows are UTF-8 the others are wrong by themselves.
    if utf8 >= other { Some(Encoding::Utf8) } else { legacy(sample) }
}

/// One of the two encodings of Windows, if both the guess and the words say so.
fn legacy(sample: &[u8]) -> Option<Encoding> {
    let words = Words::of(sample);
    if words.runs == 0 && words.foreign == 0 && words.arabic == 0 {
        return Some(Encoding::Windows1252);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, false);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == encoding_rs::WINDOWS_1256 && words.runs > words.lone {
        Some(Encoding::Windows1256)
    } else if guess == encoding_rs::WINDOWS_1252 && words.runs == 0 && words.foreign == 0 {
        Some(Encoding::Windows1252)
    } else {
        None
    }
}

/// What the bytes beyond ASCII look like.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words {
    /// Words of three such letters and more in a row, which French does not have.
    runs: usize,
    /// Words in which such a letter stands beside an ASCII letter, and which are Arabic in Windows-1256.
    lone: usize,
    /// Letters that are Arabic in Windows-1256.
    arabic: usize,
    /// Characters that no French, Spanish or English text has in Windows-1252.
    foreign: usize,
}

impl Words {
    fn of(text: &[u8]) -> Self {
        let mut words = Self::default();
        for word in text.split(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic()).filter(|word| !word.is_ascii()) {
            let arabic = word.iter().filter(|byte| is_arabic(**byte)).count();
            words.arabic += arabic;
            words.foreign += word.iter().filter(|byte| is_foreign(**byte)).count();
            if has_run(word) {
                words.runs += 1;
            } else if arabic > 0 && word.iter().any(u8::is_ascii_alphabetic) {
                words.lone += 1;
            }
        }
        words
    }
}

fn has_run(word: &[u8]) -> bool {
    word.windows(3).any(|three| three.iter().all(|byte| *byte >= 0xc0))
}

/// A letter that is Arabic in Windows-1256; the others beyond 0xbf are the same French letters in both encodings.
fn is_arabic(byte: u8) -> bool {
    match byte {
        0xe0 | 0xe2 | 0xe7..=0xeb | 0xee | 0xef | 0xf4 | 0xf9 | 0xfb | 0xfc => false,
        0xd7 | 0xf7 => false,
        0xfd..=0xff => false,
        _ => byte >= 0xc0,
    }
}

/// A character of Windows-1252 that its texts do not have: signs of other languages, and places without a character.
fn is_foreign(byte: u8) -> bool {
    matches!(
        byte,
        0x81 | 0x83 | 0x86..=0x8a | 0x8d..=0x90 | 0x98..=0x9a | 0x9d | 0x9e | 0xa4..=0xa6 | 0xd0 | 0xde | 0xf0 | 0xfe
    )
}

/// What is wrong with one row of a file in one of the two encodings of Windows.
pub(super) fn wrong_row(encoding: Encoding, row: &[u8]) -> Option<&'static str> {
    if row.is_ascii() {
        return None;
    }
    if std::str::from_utf8(row).is_ok() {
        return Some("the row is UTF-8 and the file is not; save the whole file as \"CSV UTF-8\"");
    }
    let words = Words::of(row);
    match encoding {
        Encoding::Windows1252 if words.runs > 0 || words.foreign > 0 => {
            Some("the row is not Windows-1252 as the rest of the file is; save the whole file as \"CSV UTF-8\"")
        }
        Encoding::Windows1256 if words.lone > 0 => {
            Some("the row is not Windows-1256 as the rest of the file is; save the whole file as \"CSV UTF-8\"")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn words_tell_the_two_encodings_of_windows_apart() {
        let arabic = "المحكمة;الرقم;تعاونية النور\nتارودانت;12;تعاونية الأمل لإنتاج الأركان\n";
        let french = "Tribunal;Numéro;Coopérative\nSaïdia;12;École à Béni Mellal, Ça va\n";
        for (encoding, text, expected) in [
            (encoding_rs::WINDOWS_1256, arabic, Encoding::Windows1256),
            (encoding_rs::WINDOWS_1252, french, Encoding::Windows1252),
            (encoding_rs::UTF_8, arabic, Encoding::Utf8),
            (encoding_rs::UTF_8, french, Encoding::Utf8),
        ] {
            assert_eq!(of_sample(&bytes(encoding, text)), Some(expected), "{text}");
        }
        assert_eq!(of_sample(b"court,number\n"), Some(Encoding::Utf8));
    }

    #[test]
    fn what_is_neither_is_not_guessed() {
        let russian = bytes(encoding_rs::KOI8_R, "Кооператив;Название кооператива\n");
        assert_eq!(of_sample(&russian), None);
        // French of an old Macintosh: é is 0x8e there.
        assert_eq!(of_sample(b"Soci\x8et\x8e coop\x8erative\n"), None);
    }

    #[test]
    fn a_row_in_another_encoding_than_its_file_is_found() {
        let arabic = "تعاونية النور";
        assert_eq!(wrong_row(Encoding::Windows1256, &bytes(encoding_rs::WINDOWS_1256, arabic)), None);
        assert!(wrong_row(Encoding::Windows1256, arabic.as_bytes()).is_some());
        assert!(wrong_row(Encoding::Windows1252, &bytes(encoding_rs::WINDOWS_1256, arabic)).is_some());
        assert!(wrong_row(Encoding::Windows1256, &bytes(encoding_rs::WINDOWS_1252, "École")).is_some());
        assert_eq!(wrong_row(Encoding::Windows1256, &bytes(encoding_rs::WINDOWS_1252, "Coopérative")), None);
        assert_eq!(wrong_row(Encoding::Windows1252, b"plain"), None);
    }

    #[test]
    fn names_of_encodings_are_read_back() {
        for encoding in Encoding::ALL {
            assert_eq!(encoding.name().parse(), Ok(encoding));
        }
        assert_eq!("Windows-1256".parse(), Ok(Encoding::Windows1256));
        assert_eq!("latin1".parse::<Encoding>(), Err(EncodingError));
    }
}
