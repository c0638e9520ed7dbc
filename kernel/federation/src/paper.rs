//! A secret key as it stands on paper: groups of letters and digits that nobody mistakes for one another, with a check at the end.
//!
//! The letters are those of Crockford's base 32: no I, L, O and U. Reading takes small letters, an O for 0 and an I or L for 1, and finds a
//! slip of the pen by the check.

use tiwizi_federation_core::wire::{Hash, SigningKey};
use tiwizi_model::limits;
use zeroize::Zeroizing;

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Keeps the check apart from every other hash.
const CHECK: &[u8] = b"tiwizi/paper\0";
const SEED_BYTES: usize = 32;
const CHECK_BYTES: usize = 3;
/// Five bytes are eight letters.
const BLOCK_BYTES: usize = 5;
const BLOCK_LETTERS: usize = 8;
/// The seed and its check make whole blocks.
const LETTERS_COUNT: usize = (SEED_BYTES + CHECK_BYTES) / BLOCK_BYTES * BLOCK_LETTERS;
const GROUP_LETTERS: usize = 4;

/// A secret key as text for paper. It is wiped when it is dropped, and is not printed by accident.
pub struct Paper(Zeroizing<String>);

/// Why a text is no key from paper. It is not shown back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// Letters are missing or too many.
    #[error("a key on paper has {LETTERS_COUNT} letters and digits; {count} were given")]
    Length {
        /// How many there are.
        count: usize,
    },
    /// A letter that is not used.
    #[error("the {place}th letter of the key is one that is not used")]
    Letter {
        /// Which one, from 1.
        place: usize,
    },
    /// A slip of the pen.
    #[error("the key does not fit its check: a letter is wrong somewhere; compare it group by group")]
    Check,
}

impl Paper {
    /// The text of a key.
    #[must_use]
    pub fn of(key: &SigningKey) -> Self {
        let seed = key.seed();
        let mut bytes = Zeroizing::new(Vec::with_capacity(SEED_BYTES + CHECK_BYTES));
        bytes.extend_from_slice(&*seed);
        bytes.extend_from_slice(&check(&seed));
        let mut text = Zeroizing::new(String::with_capacity(LETTERS_COUNT * 2));
        let mut place = 0_usize;
        for letter in bytes.chunks_exact(BLOCK_BYTES).flat_map(letters) {
            if place > 0 && place.is_multiple_of(GROUP_LETTERS) {
                text.push(' ');
            }
            text.push(letter);
            place = place.saturating_add(1);
        }
        Self(text)
    }

    /// Reads a key back, as people type it.
    ///
    /// # Errors
    /// When letters are missing or wrong.
    pub fn read(text: &str) -> Result<SigningKey, PaperError> {
        let mut values = Zeroizing::new(Vec::with_capacity(LETTERS_COUNT));
        let written = text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '.'));
        for letter in written.take(limits::FED_PAPER_LETTERS_MAX) {
            let place = values.len().saturating_add(1);
            values.push(value(letter).ok_or(PaperError::Letter { place })?);
        }
        if values.len() != LETTERS_COUNT {
            return Err(PaperError::Length { count: values.len() });
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(SEED_BYTES + CHECK_BYTES));
        for block in values.chunks_exact(BLOCK_LETTERS) {
            let number = block.iter().fold(0_u64, |number, value| (number << 5) | u64::from(*value));
            // Eight letters are the last five of the eight bytes of a number.
            bytes.extend(number.to_be_bytes().into_iter().skip(BLOCK_LETTERS - BLOCK_BYTES));
        }
        let (seed, found) = bytes.split_at_checked(SEED_BYTES).ok_or(PaperError::Check)?;
        let seed: Zeroizing<[u8; SEED_BYTES]> = Zeroizing::new(seed.try_into().map_err(|_| PaperError::Check)?);
        if check(&seed).as_slice() == found { Ok(SigningKey::from_seed(&seed)) } else { Err(PaperError::Check) }
    }

    /// The text, to be written down.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Paper {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Paper(…)")
    }
}

fn check(seed: &[u8; SEED_BYTES]) -> [u8; CHECK_BYTES] {
    let Hash([first, second, third, ..]) = Hash::of(&[CHECK, seed]);
    [first, second, third]
}

fn letters(block: &[u8]) -> impl Iterator<Item = char> {
    let number = block.iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    (0..BLOCK_LETTERS).rev().filter_map(move |place| {
        let value = usize::try_from((number >> (place * 5)) & 31).ok()?;
        LETTERS.get(value).map(|letter| char::from(*letter))
    })
}

fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    LETTERS.iter().position(|known| char::from(*known) == letter).and_then(|place| u8::try_from(place).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_seed(&std::array::from_fn(|index| u8::try_from(index * 7).unwrap()))
    }

    #[test]
    fn a_key_is_read_as_people_type_it() {
        let paper = Paper::of(&key());
        assert_eq!(paper.reveal().len(), 14 * 4 + 13);
        let typed = [
            paper.reveal().to_owned(),
            paper.reveal().to_lowercase(),
            paper.reveal().replace(' ', "-"),
            paper.reveal().replace('0', "o").replace('1', "l"),
            format!("\n  {}\n", paper.reveal().replace(' ', "\n")),
        ];
        for text in typed {
            assert_eq!(Paper::read(&text).unwrap().verifying(), key().verifying(), "{text}");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_found() {
        let text = Paper::of(&key()).reveal().to_owned();
        for place in (0..text.len()).filter(|place| text.as_bytes()[*place] != b' ') {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'7' { b'8' } else { b'7' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(Paper::read(&other).unwrap_err(), PaperError::Check, "{place}");
        }
        assert_eq!(Paper::read(&text.replacen(' ', " U", 1)).unwrap_err(), PaperError::Letter { place: 5 });
        assert_eq!(Paper::read(&text[1..]).unwrap_err(), PaperError::Length { count: 55 });
        assert!(matches!(Paper::read(&"0".repeat(10_000)), Err(PaperError::Length { .. })));
        assert_eq!(Paper::read("").unwrap_err(), PaperError::Length { count: 0 });
    }

    #[test]
    fn a_paper_is_not_printed_by_accident() {
        assert_eq!(format!("{:?}", Paper::of(&key())), "Paper(…)");
    }
}
