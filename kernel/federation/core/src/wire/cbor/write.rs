//! Writing: one method for each kind of value, in the order of the form.

use super::{major, simple};

/// Gathers the bytes of one value. Whoever writes a map writes its keys in order.
#[derive(Debug, Default, Clone)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Begins with nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    /// How many bytes there are by now.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// A whole number from 0 on.
    pub fn uint(&mut self, number: u64) -> &mut Self {
        self.head(major::UNSIGNED, number)
    }

    /// A whole number.
    pub fn int(&mut self, number: i64) -> &mut Self {
        match u64::try_from(number) {
            Ok(number) => self.uint(number),
            // -1 - n is the complement of n.
            Err(_) => self.head(major::NEGATIVE, (!number).cast_unsigned()),
        }
    }

    /// Bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.head(major::BYTES, bytes.len() as u64).raw(bytes)
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.head(major::TEXT, text.len() as u64).raw(text.as_bytes())
    }

    /// Begins an array of so many values.
    pub fn array(&mut self, length: usize) -> &mut Self {
        self.head(major::ARRAY, length as u64)
    }

    /// Begins a map of so many pairs. Keys follow in the order of their bytes.
    pub fn map(&mut self, length: usize) -> &mut Self {
        self.head(major::MAP, length as u64)
    }

    /// Yes or no.
    pub fn truth(&mut self, truth: bool) -> &mut Self {
        self.raw(&[if truth { simple::TRUE } else { simple::FALSE }])
    }

    /// Nothing.
    pub fn null(&mut self) -> &mut Self {
        self.raw(&[simple::NULL])
    }

    /// A number with a fraction, in eight bytes.
    pub fn float(&mut self, number: f64) -> &mut Self {
        self.raw(&[simple::FLOAT]).raw(&number.to_be_bytes())
    }

    /// A value that is written already.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// The kind of a value and its number or length, as short as it can be.
    fn head(&mut self, major: u8, number: u64) -> &mut Self {
        let first = major << 5;
        if let Ok(number) = u8::try_from(number) {
            if number < 24 { self.raw(&[first | number]) } else { self.raw(&[first | 24, number]) }
        } else if let Ok(number) = u16::try_from(number) {
            self.raw(&[first | 25]).raw(&number.to_be_bytes())
        } else if let Ok(number) = u32::try_from(number) {
            self.raw(&[first | 26]).raw(&number.to_be_bytes())
        } else {
            self.raw(&[first | 27]).raw(&number.to_be_bytes())
        }
    }
}
