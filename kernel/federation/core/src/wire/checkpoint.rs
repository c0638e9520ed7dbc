//! Checkpoints: how large a log is and what its root is, signed as a note (C2SP `tlog-checkpoint` and `signed-note`).
//!
//! The origin of a checkpoint and the name of the key are the name of the log, as the format asks. The line `epoch N` behind the three
//! lines of the format tells generations of a log apart. Lines of signatures that nobody here knows are let be: witnesses add theirs.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tiwizi_model::limits;

use super::hash::Hash;
use super::key::{SigningKey, VerifyingKey};
use super::log::LogId;
use super::ring::KeyRing;

/// Before each signature.
const DASH: &str = "\u{2014} ";
/// Before the generation of the log.
const EPOCH: &str = "epoch ";

/// The state of a log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// Which log.
    pub log: LogId,
    /// Its generation.
    pub epoch: u32,
    /// How many entries it has.
    pub size: u64,
    /// The root over their headers.
    pub root: Hash,
}

/// A checkpoint as text, with signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
}

/// Why a note is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Too long.
    #[error("a note has {} bytes and {} signatures at most", limits::FED_NOTE_BYTES_MAX, limits::FED_SIGNATURES_MAX)]
    Long,
    /// Not the form.
    #[error("the {what} of the note is not written in the one way")]
    Form {
        /// Which part.
        what: &'static str,
    },
    /// An instance that is not known.
    #[error("nothing is known of the instance that writes {log}")]
    Unknown {
        /// Its log.
        log: LogId,
    },
    /// A signature under the name of a known key that does not fit.
    #[error("a signature of the note does not fit its key")]
    Forged,
    /// Signed by a key of the instance that does not count for this size.
    #[error("the key that signed size {size} of {log} does not count there")]
    OutOfSpan {
        /// The log.
        log: LogId,
        /// The size.
        size: u64,
    },
    /// Not signed by a key of the instance.
    #[error("no key of the instance has signed the note of {log}")]
    Unsigned {
        /// Its log.
        log: LogId,
    },
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn body(&self) -> String {
        let root = STANDARD.encode(self.root.0);
        format!("{}\n{}\n{root}\n{EPOCH}{}\n", self.log, self.size, self.epoch)
    }

    /// Reads the text that is signed. Further lines are for later versions.
    fn read(body: &str) -> Result<Self, NoteError> {
        let form = |what| NoteError::Form { what };
        let mut lines = body.strip_suffix('\n').ok_or(form("end"))?.split('\n');
        let mut line = || lines.next().unwrap_or_default();
        let log = line().parse().map_err(|_| form("origin"))?;
        let size = number(line()).ok_or(form("size"))?;
        let root = decode(line()).ok_or(form("root"))?;
        let epoch = line().strip_prefix(EPOCH).and_then(number).and_then(|epoch| u32::try_from(epoch).ok());
        let checkpoint = Self { log, epoch: epoch.ok_or(form("epoch"))?, size, root: Hash(root) };
        if lines.any(str::is_empty) { Err(form("text")) } else { Ok(checkpoint) }
    }
}

impl Note {
    /// Signs a checkpoint with the key of the instance.
    #[must_use]
    pub fn sign(checkpoint: &Checkpoint, key: &SigningKey) -> Self {
        let mut note = Self { text: format!("{}\n", checkpoint.body()) };
        note.add(&checkpoint.log.to_string(), &checkpoint.body(), key);
        note
    }

    /// The same checkpoint signed by two keys, for the time in which both count.
    #[must_use]
    pub fn sign_both(checkpoint: &Checkpoint, old: &SigningKey, new: &SigningKey) -> Self {
        let mut note = Self::sign(checkpoint, old);
        note.add(&checkpoint.log.to_string(), &checkpoint.body(), new);
        note
    }

    fn add(&mut self, name: &str, body: &str, key: &SigningKey) {
        let mut bytes = key.verifying().note_id(name).to_vec();
        bytes.extend_from_slice(&key.sign(body.as_bytes()));
        self.text.push_str(DASH);
        self.text.push_str(name);
        self.text.push(' ');
        STANDARD.encode_string(bytes, &mut self.text);
        self.text.push('\n');
    }

    /// The text, as it travels.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks a note against the keys that count for its size, and gives what it says.
    ///
    /// # Errors
    /// When it is not in its form, or no key of the instance that counts for the size has signed it.
    pub fn open(text: &str, keys: &KeyRing) -> Result<Checkpoint, NoteError> {
        let (body, signatures) = split(text)?;
        let checkpoint = Checkpoint::read(body)?;
        let log = checkpoint.log.clone();
        if !keys.knows(&log.node) {
            return Err(NoteError::Unknown { log });
        }
        let name = log.to_string();
        let (mut seen, mut is_valid, mut is_known) = (Vec::new(), false, false);
        for line in signatures {
            let signature = SignatureLine::read(line)?;
            if signature.name != name {
                continue;
            }
            if seen.contains(&signature.key_id) {
                return Err(NoteError::Form { what: "second signature of a key" });
            }
            seen.push(signature.key_id);
            let Some(key) = keys.every(&log.node).find(|key| key.note_id(&name) == signature.key_id) else { continue };
            if !signature.fits(body, &key) {
                return Err(NoteError::Forged);
            }
            is_known = true;
            is_valid |= keys.counts(&key, &log, checkpoint.size);
        }
        match (is_valid, is_known) {
            (true, _) => Ok(checkpoint),
            (false, true) => Err(NoteError::OutOfSpan { log, size: checkpoint.size }),
            (false, false) => Err(NoteError::Unsigned { log }),
        }
    }

    /// What a note says, whoever signed it: to find out what to do with it before its keys are at hand.
    ///
    /// # Errors
    /// When it is not in its form.
    pub fn unverified(text: &str) -> Result<Checkpoint, NoteError> {
        let (body, signatures) = split(text)?;
        for line in signatures {
            SignatureLine::read(line)?;
        }
        Checkpoint::read(body)
    }
}

/// The text that is signed, with its last line end, and the lines of signatures.
fn split(text: &str) -> Result<(&str, Vec<&str>), NoteError> {
    if text.len() > limits::FED_NOTE_BYTES_MAX {
        return Err(NoteError::Long);
    }
    let form = |what| NoteError::Form { what };
    // Only line ends and letters: a text that a terminal would show as another one is none.
    if text.chars().any(|letter| letter != '\n' && letter.is_control()) {
        return Err(form("text"));
    }
    let at = text.rfind("\n\n").ok_or(form("text"))?;
    let (body, rest) = text.split_at_checked(at.saturating_add(1)).ok_or(form("text"))?;
    let rest = rest.strip_prefix('\n').and_then(|rest| rest.strip_suffix('\n')).ok_or(form("signatures"))?;
    let signatures: Vec<&str> = rest.split('\n').collect();
    if signatures.len() > limits::FED_SIGNATURES_MAX { Err(NoteError::Long) } else { Ok((body, signatures)) }
}

/// One signature of a note.
struct SignatureLine<'a> {
    name: &'a str,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

impl<'a> SignatureLine<'a> {
    fn read(line: &'a str) -> Result<Self, NoteError> {
        Self::parts(line).ok_or(NoteError::Form { what: "signature" })
    }

    fn parts(line: &'a str) -> Option<Self> {
        let (name, coded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(coded).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<4>()?;
        let is_name = !name.is_empty() && !name.contains('+') && !name.chars().any(char::is_whitespace);
        (is_name && !signature.is_empty()).then(|| Self { name, key_id: *key_id, signature: signature.to_vec() })
    }

    fn fits(&self, body: &str, key: &VerifyingKey) -> bool {
        let signature: Result<[u8; 64], _> = self.signature.as_slice().try_into();
        signature.is_ok_and(|signature| key.verify(body.as_bytes(), &signature))
    }
}

/// A number in its one spelling.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    let mut spelled = String::new();
    write!(spelled, "{number}").ok()?;
    (spelled == text).then_some(number)
}

fn decode(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests;
