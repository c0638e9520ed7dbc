//! Reading: forward over the bytes, refusing whatever is not written in the one way.

use tiwizi_model::limits;

use super::{CborError, major, simple};
use crate::wire::hash::Hash;

/// Reads one value after another.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

/// The beginning of a value, or all of it when it holds no others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    Unsigned(u64),
    /// The complement of the number.
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(u64),
    Map(u64),
    Truth(bool),
    Null,
    Float(f64),
}

/// A collection that is being gone through.
struct Open<'a> {
    /// The values that are still to come; a pair of a map has two.
    left: u64,
    is_map: bool,
    last_key: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Ends here: nothing follows.
    ///
    /// # Errors
    /// When something does.
    pub fn end(&self) -> Result<(), CborError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CborError::Trailing) }
    }

    /// Whether nothing follows.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// A whole number from 0 on.
    ///
    /// # Errors
    /// When none stands here.
    pub fn uint(&mut self) -> Result<u64, CborError> {
        match self.token()? {
            Token::Unsigned(number) => Ok(number),
            _ => Err(CborError::Expected { expected: "a whole number" }),
        }
    }

    /// A whole number that fits a smaller type.
    ///
    /// # Errors
    /// When none stands here, or it is too large.
    pub fn number<T: TryFrom<u64>>(&mut self) -> Result<T, CborError> {
        T::try_from(self.uint()?).map_err(|_| CborError::Many { what: "a number" })
    }

    /// Bytes.
    ///
    /// # Errors
    /// When none stand here, or more than so many.
    pub fn bytes(&mut self, bytes_max: usize) -> Result<&'a [u8], CborError> {
        match self.token()? {
            Token::Bytes(bytes) if bytes.len() <= bytes_max => Ok(bytes),
            Token::Bytes(_) => Err(CborError::Many { what: "bytes" }),
            _ => Err(CborError::Expected { expected: "bytes" }),
        }
    }

    /// Bytes of one length.
    ///
    /// # Errors
    /// When none stand here, or more or fewer.
    pub fn exactly<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], CborError> {
        let bytes = self.bytes(LENGTH)?;
        bytes.try_into().map_err(|_| CborError::Expected { expected: "bytes of another length" })
    }

    /// A text.
    ///
    /// # Errors
    /// When none stands here, or a longer one.
    pub fn text(&mut self, bytes_max: usize) -> Result<&'a str, CborError> {
        match self.token()? {
            Token::Text(text) if text.len() <= bytes_max => Ok(text),
            Token::Text(_) => Err(CborError::Many { what: "a text" }),
            _ => Err(CborError::Expected { expected: "a text" }),
        }
    }

    /// The length of an array, whose values follow.
    ///
    /// # Errors
    /// When none stands here, or a longer one.
    pub fn array(&mut self, length_max: usize) -> Result<usize, CborError> {
        let Token::Array(length) = self.token()? else {
            return Err(CborError::Expected { expected: "an array" });
        };
        bounded(length, length_max, "the values of an array")
    }

    /// An array of exactly so many values.
    ///
    /// # Errors
    /// When none stands here, or one of another length.
    pub fn tuple(&mut self, length: usize) -> Result<(), CborError> {
        match self.array(length) {
            Ok(found) if found == length => Ok(()),
            Ok(_) | Err(CborError::Many { .. }) => Err(CborError::Expected { expected: "an array of another length" }),
            Err(error) => Err(error),
        }
    }

    /// The values of an array, each read in the same way.
    ///
    /// # Errors
    /// When no array stands here, or a longer one, or a value cannot be read.
    pub fn several<T, E: From<CborError>>(
        &mut self,
        length_max: usize,
        read: impl Fn(&mut Self) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        let length = self.array(length_max)?;
        (0..length).map(|_| read(self)).collect()
    }

    /// The number of pairs of a map, which follow. Their order is for the caller to hold; `item` holds it itself.
    ///
    /// # Errors
    /// When none stands here, or a larger one.
    pub fn map(&mut self, length_max: usize) -> Result<usize, CborError> {
        let Token::Map(length) = self.token()? else {
            return Err(CborError::Expected { expected: "a map" });
        };
        bounded(length, length_max, "the pairs of a map")
    }

    /// Yes or no.
    ///
    /// # Errors
    /// When neither stands here.
    pub fn truth(&mut self) -> Result<bool, CborError> {
        match self.token()? {
            Token::Truth(truth) => Ok(truth),
            _ => Err(CborError::Expected { expected: "true or false" }),
        }
    }

    /// Whether nothing (`null`) stands here; it is passed over then.
    pub fn is_null(&mut self) -> bool {
        let is_null = self.rest.first() == Some(&simple::NULL);
        if is_null {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        is_null
    }

    /// The bytes of any one value, which is well written all through.
    ///
    /// # Errors
    /// When it is not, or is nested too deep.
    pub fn item(&mut self) -> Result<&'a [u8], CborError> {
        let start = self.rest;
        let mut open: Vec<Open<'a>> = Vec::new();
        loop {
            let here = self.rest;
            let token = self.token()?;
            let is_key = open.last().is_some_and(|outer| outer.is_map && outer.left.is_multiple_of(2));
            if is_key {
                let read = here.get(..here.len().saturating_sub(self.rest.len())).unwrap_or_default();
                check_key(token, read, open.last_mut())?;
            }
            match token {
                Token::Array(length) => open.push(Open { left: length, is_map: false, last_key: &[] }),
                Token::Map(pairs) => {
                    let left = pairs.checked_mul(2).ok_or(CborError::Short)?;
                    open.push(Open { left, is_map: true, last_key: &[] });
                }
                _ => count_one(&mut open),
            }
            if open.len() > limits::FED_CBOR_DEPTH_MAX {
                return Err(CborError::Deep);
            }
            while open.last().is_some_and(|last| last.left == 0) {
                open.pop();
                count_one(&mut open);
            }
            if open.is_empty() {
                return Ok(start.get(..start.len().saturating_sub(self.rest.len())).unwrap_or_default());
            }
        }
    }

    /// The next token. Texts are texts, lengths are there, and everything is as short as it can be.
    pub(super) fn token(&mut self) -> Result<Token<'a>, CborError> {
        let first = *self.take(1)?.first().ok_or(CborError::Short)?;
        match first {
            simple::FALSE | simple::TRUE => return Ok(Token::Truth(first == simple::TRUE)),
            simple::NULL => return Ok(Token::Null),
            simple::FLOAT => return self.float(),
            _ => {}
        }
        let major = first >> 5;
        if major > major::MAP {
            let what = if major == major::SIMPLE { "a number with a fraction or a mark" } else { "a tag" };
            return Err(CborError::Form { what });
        }
        let number = self.argument(first & 0x1f)?;
        Ok(match major {
            major::UNSIGNED => Token::Unsigned(number),
            major::NEGATIVE => Token::Negative(number),
            major::BYTES => Token::Bytes(self.take(number)?),
            major::TEXT => {
                let bytes = self.take(number)?;
                Token::Text(std::str::from_utf8(bytes).map_err(|_| CborError::Form { what: "a text" })?)
            }
            major::ARRAY => Token::Array(number),
            _ => Token::Map(number),
        })
    }

    fn float(&mut self) -> Result<Token<'a>, CborError> {
        let bytes: [u8; 8] = self.take(8)?.try_into().map_err(|_| CborError::Short)?;
        let number = f64::from_be_bytes(bytes);
        if number.is_finite() { Ok(Token::Float(number)) } else { Err(CborError::Form { what: "a number" }) }
    }

    /// The number behind the first byte.
    fn argument(&mut self, short: u8) -> Result<u64, CborError> {
        let (width, least) = match short {
            0..=23 => return Ok(u64::from(short)),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(CborError::Form { what: "a length" }),
        };
        let number = self.take(width)?.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        if number >= least { Ok(number) } else { Err(CborError::Form { what: "a number" }) }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], CborError> {
        let length = usize::try_from(length).map_err(|_| CborError::Short)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CborError::Short)?;
        self.rest = rest;
        Ok(taken)
    }
}

fn bounded(length: u64, length_max: usize, what: &'static str) -> Result<usize, CborError> {
    usize::try_from(length).ok().filter(|length| *length <= length_max).ok_or(CborError::Many { what })
}

/// One value of the innermost collection is behind us.
fn count_one(open: &mut [Open<'_>]) {
    if let Some(last) = open.last_mut() {
        last.left = last.left.saturating_sub(1);
    }
}

fn check_key<'a>(token: Token<'a>, key: &'a [u8], open: Option<&mut Open<'a>>) -> Result<(), CborError> {
    if !matches!(token, Token::Unsigned(_) | Token::Text(_)) {
        return Err(CborError::Expected { expected: "a key (a whole number or a text)" });
    }
    let Some(outer) = open else { return Ok(()) };
    if key <= outer.last_key {
        return Err(CborError::Form { what: "the order of keys" });
    }
    outer.last_key = key;
    Ok(())
}

/// A hash of 32 bytes.
pub(in crate::wire) fn hash_from(reader: &mut Reader<'_>) -> Result<Hash, CborError> {
    reader.exactly().map(Hash)
}

/// The pairs of a map whose keys are whole numbers, each once and in order: the form of every statement of the wire.
pub(crate) struct Map<'a> {
    pairs: std::vec::IntoIter<(u64, &'a [u8])>,
    next: Option<(u64, &'a [u8])>,
}

impl<'a> Map<'a> {
    /// Reads all of the bytes as one such map.
    pub(crate) fn whole(bytes: &'a [u8], pairs_max: usize) -> Result<Self, CborError> {
        let mut reader = Reader::new(bytes);
        let map = Self::read(&mut reader, pairs_max)?;
        reader.end()?;
        Ok(map)
    }

    /// Reads one such map.
    pub(in crate::wire) fn read(reader: &mut Reader<'a>, pairs_max: usize) -> Result<Self, CborError> {
        let mut pairs = Vec::new();
        let mut last = None;
        for _ in 0..reader.map(pairs_max)? {
            let key = reader.uint()?;
            if last.is_some_and(|last| last >= key) {
                return Err(CborError::Form { what: "the order of keys" });
            }
            last = Some(key);
            pairs.push((key, reader.item()?));
        }
        let mut pairs = pairs.into_iter();
        let next = pairs.next();
        Ok(Self { pairs, next })
    }

    /// The value of that key, if the next pair has it.
    pub(in crate::wire) fn optional<T>(
        &mut self,
        key: u64,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, CborError>,
    ) -> Result<Option<T>, CborError> {
        let Some((_, bytes)) = self.next.filter(|(found, _)| *found == key) else { return Ok(None) };
        self.next = self.pairs.next();
        let mut reader = Reader::new(bytes);
        let value = read(&mut reader)?;
        reader.end()?;
        Ok(Some(value))
    }

    /// The value of that key, which the next pair must have.
    pub(crate) fn required<T>(
        &mut self,
        key: u64,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, CborError>,
    ) -> Result<T, CborError> {
        self.optional(key, read)?.ok_or(CborError::Expected { expected: "a key that is not there" })
    }

    /// What is left: pairs that the form of today does not know.
    pub(in crate::wire) fn rest(self) -> impl Iterator<Item = (u64, &'a [u8])> {
        self.next.into_iter().chain(self.pairs)
    }

    /// Ends here: there is no pair that is not known.
    pub(in crate::wire) fn end(self) -> Result<(), CborError> {
        match self.next {
            None => Ok(()),
            Some(_) => Err(CborError::Expected { expected: "no further key" }),
        }
    }
}
