//! One part of a spreadsheet, looked through as it is unpacked and never held: whether reading it would stay within bounds.
//!
//! A reader of XML takes memory for one tag, one text, one cell at a time, and holds shared texts, formats, sheets and names.
//! Each of these is measured here before the reader sees it. Declarations that could change the meaning of the rest (a
//! document type, another encoding) are refused, and so is a formula whose result the file does not hold.

use tiwizi_model::limits;

/// What is wrong with a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A document type, an encoding other than UTF-8, or zeros.
    Markup,
    /// A tag, a text or a cell is too long, or tags nest too deep.
    Long,
    /// More texts than are held.
    Strings,
    /// More formats, sheets or names than are held.
    Items,
    /// The part is too large for what it is.
    Bytes,
    /// A relation leads to a part that is no XML.
    Relation,
    /// A formula stands in this cell, and no result.
    Formula(String),
}

/// How deep tags may nest; those of spreadsheets do about ten deep.
const DEPTH_MAX: u32 = 64;

/// Elements that the reader holds one by one.
const ITEMS: [&[u8]; 14] = [
    b"sheet",
    b"xf",
    b"numFmt",
    b"definedName",
    b"Relationship",
    b"font",
    b"fill",
    b"border",
    b"cellStyle",
    b"dxf",
    b"Override",
    b"Default",
    b"rgbColor",
    b"tableStyle",
];

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Text,
    Tag,
}

/// A part under unpacking.
#[derive(Debug, Default)]
pub(super) struct Scan {
    at: At,
    /// The tag under way, without its brackets.
    tag: Vec<u8>,
    /// Inside a value of the tag under way: the quote that ends it.
    quote: Option<u8>,
    bytes: u64,
    text_bytes: u64,
    depth: u32,
    strings: u64,
    items: u64,
    item_bytes: u64,
    /// Names of places in the workbook: a text each.
    names: u64,
    is_sheet: bool,
    cell: Option<OpenCell>,
}

/// A cell or a shared text under way.
#[derive(Debug, Default)]
struct OpenCell {
    begins: u64,
    place: String,
    formula: bool,
    value: bool,
}

impl Scan {
    /// Looks at the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), Flaw> {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.at {
                At::Text => self.text(rest)?,
                At::Tag => self.in_tag(rest)?,
            };
        }
        // Only rows are handed on one by one. A part that names itself a sheet and holds what readers keep is as large as any other.
        let is_held = !self.is_sheet || self.strings > 0 || self.names > 0;
        if (is_held && self.bytes > limits::SHEET_STRINGS_BYTES_MAX)
            || self.item_bytes > limits::SHEET_STRINGS_BYTES_MAX
        {
            return Err(Flaw::Bytes);
        }
        Ok(())
    }

    /// Passes over text up to the next tag.
    fn text<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Flaw> {
        let end = bytes.iter().position(|byte| *byte == b'<');
        let (text, rest) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or_default();
        self.pass(text)?;
        if let Some((_, rest)) = rest.split_first() {
            self.bytes += 1;
            self.at = At::Tag;
            self.text_bytes = 0;
            self.tag.clear();
            self.quote = None;
            return Ok(rest);
        }
        Ok(rest)
    }

    fn pass(&mut self, text: &[u8]) -> Result<(), Flaw> {
        if text.contains(&0) {
            return Err(Flaw::Markup);
        }
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.bytes += bytes;
        self.text_bytes += bytes;
        let cell_bytes = self.cell.as_ref().map_or(0, |cell| self.bytes - cell.begins);
        let max = limits::SHEET_CELL_BYTES_MAX;
        if self.text_bytes > max || cell_bytes > max { Err(Flaw::Long) } else { Ok(()) }
    }

    /// Gathers a tag up to its end.
    fn in_tag<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Flaw> {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            self.bytes += 1;
            if *byte == b'>' && self.ends() {
                self.at = At::Text;
                let tag = std::mem::take(&mut self.tag);
                let looked = self.look(&tag);
                self.tag = tag;
                looked?;
                return Ok(rest);
            }
            self.gather(*byte)?;
        }
        Ok(rest)
    }

    fn gather(&mut self, byte: u8) -> Result<(), Flaw> {
        self.quote = match (self.quote, byte) {
            (Some(quote), _) if quote == byte => None,
            (None, b'"' | b'\'') if !matches!(self.tag.first(), Some(b'!' | b'?')) => Some(byte),
            (quote, _) => quote,
        };
        self.tag.push(byte);
        let long = u64::try_from(self.tag.len()).is_ok_and(|bytes| bytes > limits::SHEET_CELL_BYTES_MAX);
        if byte == 0 {
            return Err(Flaw::Markup);
        }
        if long { Err(Flaw::Long) } else { Ok(()) }
    }

    /// Whether a bracket ends the tag that was gathered so far.
    fn ends(&self) -> bool {
        match self.tag.as_slice() {
            tag @ [b'!', b'-', b'-', ..] => tag.len() >= 5 && tag.ends_with(b"--"),
            tag if tag.starts_with(b"![CDATA[") => tag.ends_with(b"]]"),
            tag @ [b'?', ..] => tag.ends_with(b"?"),
            _ => self.quote.is_none(),
        }
    }

    fn look(&mut self, tag: &[u8]) -> Result<(), Flaw> {
        match tag {
            [b'!', b'-', b'-', ..] => Ok(()),
            [b'!', rest @ ..] if rest.starts_with(b"[CDATA[") => self.pass(&[]),
            [b'!', ..] => Err(Flaw::Markup),
            [b'?', rest @ ..] => declaration(rest),
            [b'/', rest @ ..] => self.close(name(rest)),
            _ => self.open(tag),
        }
    }

    fn open(&mut self, tag: &[u8]) -> Result<(), Flaw> {
        let is_empty = tag.ends_with(b"/");
        let name = name(tag);
        match name {
            b"sheetData" => self.is_sheet = true,
            b"sst" => {
                let promised = attribute(tag, b"uniqueCount").and_then(|count| count.trim().parse::<u64>().ok());
                if promised.is_some_and(|count| count > limits::SHEET_STRINGS_MAX) {
                    return Err(Flaw::Strings);
                }
            }
            b"si" => {
                self.strings += 1;
                if self.strings > limits::SHEET_STRINGS_MAX {
                    return Err(Flaw::Strings);
                }
                self.cell = Some(OpenCell { begins: self.bytes, ..OpenCell::default() });
            }
            b"c" => {
                let place = attribute(tag, b"r").unwrap_or_default().chars().take(16).collect();
                self.cell = Some(OpenCell { begins: self.bytes, place, ..OpenCell::default() });
            }
            b"f" => self.cell.iter_mut().for_each(|cell| cell.formula = true),
            b"v" | b"is" => self.cell.iter_mut().for_each(|cell| cell.value = !is_empty),
            b"definedName" => self.names += 1,
            b"Relationship" => relation(tag)?,
            _ => {}
        }
        if ITEMS.contains(&name) {
            self.items += 1;
            self.item_bytes += u64::try_from(tag.len()).unwrap_or(u64::MAX);
            if self.items > limits::SHEET_ITEMS_MAX {
                return Err(Flaw::Items);
            }
        }
        if is_empty {
            if matches!(name, b"si" | b"c") {
                self.cell = None;
            }
            return Ok(());
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Flaw::Long) } else { self.pass(&[]) }
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Flaw> {
        self.depth = self.depth.saturating_sub(1);
        self.pass(&[])?;
        if !matches!(name, b"c" | b"si") {
            return Ok(());
        }
        match self.cell.take() {
            Some(cell) if cell.formula && !cell.value => Err(Flaw::Formula(cell.place)),
            _ => Ok(()),
        }
    }
}

/// The name of an element, without what says whose it is.
fn name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(tag.len());
    let name = tag.get(..end).unwrap_or_default();
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}

/// The value of an attribute.
fn attribute(tag: &[u8], wanted: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(tag);
    let wanted = String::from_utf8_lossy(wanted);
    let mut rest = text.split_once(|letter: char| letter.is_ascii_whitespace())?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
        let (value, next) = after.get(1..)?.split_once(quote)?;
        if key.trim() == wanted {
            return Some(value.to_owned());
        }
        rest = next;
    }
}

/// Only UTF-8 is read as such by everyone.
fn declaration(text: &[u8]) -> Result<(), Flaw> {
    if !text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"xml ")) {
        return Ok(());
    }
    match attribute(text, b"encoding") {
        Some(encoding) if !["utf-8", "utf8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str()) => {
            Err(Flaw::Markup)
        }
        _ => Ok(()),
    }
}

/// What a workbook is made of lies in parts that were looked through.
fn relation(tag: &[u8]) -> Result<(), Flaw> {
    let kind = attribute(tag, b"Type").unwrap_or_default();
    let target = attribute(tag, b"Target").unwrap_or_default().to_ascii_lowercase();
    let read = ["/officeDocument", "/worksheet", "/sharedStrings", "/styles"].iter().any(|end| kind.ends_with(end));
    if read && !target.ends_with(".xml") { Err(Flaw::Relation) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fed at once and byte by byte, the same is found.
    fn scan(xml: &str) -> Result<(), Flaw> {
        let whole = Scan::default().feed(xml.as_bytes());
        let mut slow = Scan::default();
        let bytewise = xml.bytes().try_for_each(|byte| slow.feed(&[byte]));
        assert_eq!(whole, bytewise, "{xml:.100}");
        whole
    }

    #[test]
    fn a_plain_sheet_passes() {
        let sheet = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"a>b\"><!-- a > b --><sheetData><row r=\"1\">\
                     <c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\"><f>1+1</f><v>2</v></c><c r=\"C1\"/></row></sheetData></worksheet>";
        assert_eq!(scan(sheet), Ok(()));
    }

    #[test]
    fn i05_what_could_change_the_meaning_of_the_rest_is_refused() {
        for xml in [
            "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><x>&a;</x>",
            "<?xml version='1.0' encoding='UTF-16'?><x/>",
            "<x>\0</x>",
        ] {
            assert_eq!(scan(xml), Err(Flaw::Markup), "{xml}");
        }
        let relation = "<Relationship Type=\"http://x/relationships/worksheet\" Target=\"media/image1.png\"/>";
        assert_eq!(scan(relation), Err(Flaw::Relation));
    }

    #[test]
    fn i05_what_would_take_memory_is_refused() {
        let long = "x".repeat(300 << 10);
        assert_eq!(scan(&format!("<x>{long}</x>")), Err(Flaw::Long));
        assert_eq!(scan(&format!("<x y=\"{long}\"/>")), Err(Flaw::Long));
        assert_eq!(scan(&format!("<c><is>{}</is></c>", "<t>abcdefgh</t>".repeat(30_000))), Err(Flaw::Long));
        assert_eq!(scan(&"<x>".repeat(100)), Err(Flaw::Long));
        assert_eq!(scan("<sst uniqueCount=\"99999999999\"></sst>"), Err(Flaw::Strings));
    }

    #[test]
    fn i05_texts_are_bounded_in_a_part_that_names_itself_a_sheet_too() {
        let mut scan = Scan::default();
        scan.feed(b"<sst><sheetData/>").unwrap();
        let text = format!("<si><t>{}</t></si>", "x".repeat(200 << 10));
        let fed = (0..300).try_for_each(|_| scan.feed(text.as_bytes()));
        assert_eq!(fed, Err(Flaw::Bytes));
        let mut sheet = Scan::default();
        sheet.feed(b"<worksheet><sheetData>").unwrap();
        let cell = format!("<c><is><t>{}</t></is></c>", "x".repeat(200 << 10));
        assert_eq!((0..300).try_for_each(|_| sheet.feed(cell.as_bytes())), Ok(()));
    }

    #[test]
    fn i05_a_formula_without_its_result_is_refused() {
        assert_eq!(scan("<c r=\"B7\"><f>A1</f></c>"), Err(Flaw::Formula("B7".to_owned())));
        assert_eq!(scan("<c r=\"B7\"><f>A1</f><v/></c>"), Err(Flaw::Formula("B7".to_owned())));
        assert_eq!(scan("<c r=\"B7\"><f>A1</f><v>3</v></c>"), Ok(()));
    }
}
