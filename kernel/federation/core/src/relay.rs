//! Letters: one request and its answer, carried by a third instance that cannot read them.
//!
//! Two offices that only dial out cannot dial each other. What one asks the other goes, sealed, to an instance that both dial, and the
//! answer comes back the same way. Inside is the very request and the very answer of the network, signed as ever: whoever carries them can
//! lose them and hold them back, and no more. The key of the answer is drawn by whoever asks and lies in the letter, so the answer opens for
//! that one alone, whatever the carrier says of who it was.

use tiwizi_model::{Ambient, limits};
use zeroize::Zeroizing;

use crate::wire::{
    CborError, Hash, Reader, SealedError, SigningKey, VerifyingKey, Writer, lock, open_sealed, seal, unlock,
};

/// The first bytes of a letter, with the version of its form.
const LETTER: &[u8; 8] = b"tzlettr1";
/// The first bytes of the answer to one.
const REPLY: &[u8; 8] = b"tzreply1";
const LETTER_PURPOSE: &[u8] = b"tiwizi/letter 1";
const REPLY_PURPOSE: &[u8] = b"tiwizi/reply 1";
const ASKED_PARTS: usize = 6;
const ANSWERED_PARTS: usize = 3;
const LINE_PARTS: usize = 2;
const HANDED_PARTS: usize = 2;

/// A request as it is carried. The host that it is signed for is the name of the instance that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query, without the question mark.
    pub query: Option<String>,
    /// Its header lines.
    pub lines: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// An answer as it is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Its header lines.
    pub lines: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// The key that the answer to a letter is locked with. It is used for one.
pub struct ReplyKey(Zeroizing<[u8; 32]>);

/// A sealed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter(Vec<u8>);

/// A locked answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply(Vec<u8>);

/// A letter as a carrier hands it over, with the name under which the answer is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// That name. It is drawn anew for each letter.
    pub ticket: Hash,
    /// The letter.
    pub letter: Letter,
}

/// Why a letter or its answer is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// Another form, or a later version.
    #[error("the bytes are not a letter in a form that is known here")]
    Magic,
    /// It is longer than a letter may be.
    #[error("the letter is longer than it may be")]
    Long,
    /// It does not open.
    #[error("the letter does not open")]
    Sealed(#[source] SealedError),
    /// What is inside is not in its form.
    #[error("a part of the letter is not in its form")]
    Form(#[from] CborError),
}

impl std::fmt::Debug for ReplyKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ReplyKey")
    }
}

impl Letter {
    /// The type of its bytes.
    pub const TYPE: &str = "application/vnd.tiwizi.letter.v1";

    /// Seals a request for the instance with this signing key, and draws the key of its answer.
    ///
    /// # Errors
    /// When it is longer than a letter may be.
    pub fn seal(asked: &Asked, receiver: &VerifyingKey, ambient: &Ambient) -> Result<(Self, ReplyKey), LetterError> {
        let key = ReplyKey(Zeroizing::new(ambient.secret()));
        let mut writer = Writer::new();
        writer.array(ASKED_PARTS).bytes(key.0.as_slice()).text(&asked.method).text(&asked.path);
        match &asked.query {
            Some(query) => writer.text(query),
            None => writer.null(),
        };
        write_lines(&mut writer, &asked.lines);
        writer.bytes(&asked.body);
        let bytes = Zeroizing::new(writer.finish());
        let sealed = seal(&bytes, receiver, LETTER_PURPOSE, ambient).map_err(LetterError::Sealed)?;
        Ok((Self(whole(LETTER, &sealed)?), key))
    }

    /// Takes a letter of somebody else, unopened.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: Vec<u8>) -> Result<Self, LetterError> {
        check(LETTER, &bytes)?;
        Ok(Self(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Opens it with one of these keys, the newest first.
    ///
    /// # Errors
    /// When it is for another instance, damaged, or not in its form.
    pub fn open<'a>(&self, keys: impl IntoIterator<Item = &'a SigningKey>) -> Result<(Asked, ReplyKey), LetterError> {
        let sealed = check(LETTER, &self.0)?;
        let mut opened = Err(SealedError::Open);
        for key in keys {
            opened = open_sealed(sealed, key, LETTER_PURPOSE);
            if opened.is_ok() {
                break;
            }
        }
        let opened = opened.map_err(LetterError::Sealed)?;
        let mut reader = Reader::new(&opened);
        reader.tuple(ASKED_PARTS)?;
        let key = ReplyKey(Zeroizing::new(reader.exactly()?));
        let method = reader.text(limits::FED_LINES_BYTES_MAX)?.to_owned();
        let path = reader.text(limits::FED_LINES_BYTES_MAX)?.to_owned();
        let has_query = !reader.is_null();
        let query = if has_query { Some(reader.text(limits::FED_LINES_BYTES_MAX)?.to_owned()) } else { None };
        let lines = read_lines(&mut reader)?;
        let body = reader.bytes(limits::FED_LETTER_BYTES_MAX)?.to_vec();
        reader.end()?;
        Ok((Asked { method, path, query, lines, body }, key))
    }
}

impl Reply {
    /// The type of its bytes.
    pub const TYPE: &str = "application/vnd.tiwizi.reply.v1";

    /// Locks an answer with the key that lay in the letter.
    ///
    /// # Errors
    /// When it is longer than a letter may be.
    pub fn lock(answered: &Answered, key: &ReplyKey) -> Result<Self, LetterError> {
        let mut writer = Writer::new();
        writer.array(ANSWERED_PARTS).uint(u64::from(answered.status));
        write_lines(&mut writer, &answered.lines);
        writer.bytes(&answered.body);
        let bytes = Zeroizing::new(writer.finish());
        let locked = lock(&bytes, &key.0, REPLY_PURPOSE).map_err(LetterError::Sealed)?;
        Ok(Self(whole(REPLY, &locked)?))
    }

    /// Takes the answer to a letter of somebody else, unopened.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: Vec<u8>) -> Result<Self, LetterError> {
        check(REPLY, &bytes)?;
        Ok(Self(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Opens it with the key that was drawn for it.
    ///
    /// # Errors
    /// When it answers another letter, is damaged, or not in its form.
    pub fn open(&self, key: &ReplyKey) -> Result<Answered, LetterError> {
        let opened = unlock(check(REPLY, &self.0)?, &key.0, REPLY_PURPOSE).map_err(LetterError::Sealed)?;
        let mut reader = Reader::new(&opened);
        reader.tuple(ANSWERED_PARTS)?;
        let status = reader.number()?;
        let lines = read_lines(&mut reader)?;
        let body = reader.bytes(limits::FED_LETTER_BYTES_MAX)?.to_vec();
        reader.end()?;
        Ok(Answered { status, lines, body })
    }
}

impl Handed {
    /// The type of its bytes.
    pub const TYPE: &str = "application/vnd.tiwizi.handed.v1+cbor";

    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(HANDED_PARTS).bytes(&self.ticket.0).bytes(self.letter.as_bytes());
        writer.finish()
    }

    /// Reads it.
    ///
    /// # Errors
    /// When the bytes are not in their form.
    pub fn decode(bytes: &[u8]) -> Result<Self, LetterError> {
        let mut reader = Reader::new(bytes);
        reader.tuple(HANDED_PARTS)?;
        let ticket = Hash(reader.exactly()?);
        let letter = Letter::read(reader.bytes(limits::FED_LETTER_BYTES_MAX)?.to_vec())?;
        reader.end()?;
        Ok(Self { ticket, letter })
    }
}

fn whole(magic: &[u8], sealed: &[u8]) -> Result<Vec<u8>, LetterError> {
    let bytes = [magic, sealed].concat();
    if bytes.len() > limits::FED_LETTER_BYTES_MAX { Err(LetterError::Long) } else { Ok(bytes) }
}

fn check<'a>(magic: &[u8], bytes: &'a [u8]) -> Result<&'a [u8], LetterError> {
    if bytes.len() > limits::FED_LETTER_BYTES_MAX {
        return Err(LetterError::Long);
    }
    bytes.strip_prefix(magic).ok_or(LetterError::Magic)
}

fn write_lines(writer: &mut Writer, lines: &[(String, String)]) {
    writer.array(lines.len());
    for (name, value) in lines {
        writer.array(LINE_PARTS).text(name).text(value);
    }
}

fn read_lines(reader: &mut Reader<'_>) -> Result<Vec<(String, String)>, CborError> {
    reader.several(limits::FED_LINES_MAX, |reader| {
        reader.tuple(LINE_PARTS)?;
        let name = reader.text(limits::FED_LINES_BYTES_MAX)?.to_owned();
        Ok((name, reader.text(limits::FED_LINES_BYTES_MAX)?.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_model::{Instant, ManualClock, SeededEntropy};

    use super::*;
    use crate::sample;

    fn ambient() -> Ambient {
        Ambient::new(Arc::new(ManualClock::at(Instant(0))), Arc::new(SeededEntropy::new(7)))
    }

    fn asked() -> Asked {
        Asked {
            method: "POST".to_owned(),
            path: "/fed/v1/logs/x/pages".to_owned(),
            query: Some("end=1".to_owned()),
            lines: vec![("signature".to_owned(), "fed=:AA==:".to_owned())],
            body: b"Fatima".to_vec(),
        }
    }

    fn answered() -> Answered {
        Answered { status: 409, lines: vec![("date".to_owned(), "x".to_owned())], body: b"Rachida".to_vec() }
    }

    #[test]
    fn only_the_receiver_reads_a_letter_and_only_the_sender_its_answer() {
        let (receiver, carrier) = (sample::key(2), sample::key(3));
        let (letter, key) = Letter::seal(&asked(), &receiver.verifying(), &ambient()).unwrap();
        let letter = Letter::read(letter.as_bytes().to_vec()).unwrap();
        assert!(!letter.as_bytes().windows(6).any(|window| window == b"Fatima"));
        assert_eq!(letter.open([&carrier]).unwrap_err(), LetterError::Sealed(SealedError::Open));
        let (opened, lain) = letter.open([&carrier, &receiver]).unwrap();
        assert_eq!(opened, asked());
        let reply = Reply::lock(&answered(), &lain).unwrap();
        assert!(!reply.as_bytes().windows(7).any(|window| window == b"Rachida"));
        assert_eq!(Reply::read(reply.as_bytes().to_vec()).unwrap().open(&key).unwrap(), answered());
        let other = ReplyKey(Zeroizing::new([9; 32]));
        assert_eq!(reply.open(&other).unwrap_err(), LetterError::Sealed(SealedError::Open));
    }

    #[test]
    fn a_changed_or_cut_byte_closes_both() {
        let receiver = sample::key(2);
        let (letter, key) = Letter::seal(&asked(), &receiver.verifying(), &ambient()).unwrap();
        let reply = Reply::lock(&answered(), &key).unwrap();
        for at in 0..letter.as_bytes().len() {
            let mut changed = letter.as_bytes().to_vec();
            changed[at] ^= 1;
            assert!(Letter::read(changed).and_then(|letter| letter.open([&receiver])).is_err(), "letter, byte {at}");
        }
        for at in 0..reply.as_bytes().len() {
            let mut changed = reply.as_bytes().to_vec();
            changed[at] ^= 1;
            assert!(Reply::read(changed).and_then(|reply| reply.open(&key)).is_err(), "reply, byte {at}");
            let cut = reply.as_bytes()[..at].to_vec();
            assert!(Reply::read(cut).and_then(|reply| reply.open(&key)).is_err(), "reply, cut at {at}");
        }
    }

    #[test]
    fn a_letter_that_is_too_long_or_none_is_refused() {
        let receiver = sample::key(2);
        let long = Asked { body: vec![0; limits::FED_LETTER_BYTES_MAX], ..asked() };
        assert_eq!(Letter::seal(&long, &receiver.verifying(), &ambient()).unwrap_err(), LetterError::Long);
        assert_eq!(Letter::read(b"a page".to_vec()).unwrap_err(), LetterError::Magic);
        assert_eq!(Letter::read(vec![0; limits::FED_LETTER_BYTES_MAX + 1]).unwrap_err(), LetterError::Long);
    }

    #[test]
    fn a_letter_is_handed_over_as_it_came() {
        let (letter, _) = Letter::seal(&asked(), &sample::key(2).verifying(), &ambient()).unwrap();
        let handed = Handed { ticket: Hash([5; 32]), letter };
        assert_eq!(Handed::decode(&handed.encode()).unwrap(), handed);
        assert!(Handed::decode(&handed.encode()[1..]).is_err());
    }
}
