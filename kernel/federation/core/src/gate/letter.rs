//! What leaves beside pages: signed documents of a few known types, and the short answers to pushed pages.

use tiwizi_model::limits;

use crate::agreement;
use crate::package;
use crate::page::SNAPSHOT_TYPE;
use crate::wire::{CborError, Envelope, NodeId, Reader, Writer};

use super::PeerBytes;

/// The documents that one instance may send another as they are. None holds records of people.
const LETTERS: [&str; 3] = [agreement::PAYLOAD_TYPE, package::PAYLOAD_TYPE, SNAPSHOT_TYPE];

/// Why a document is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// It is of a type that is not for peers.
    #[error("documents of the type {payload_type:?} are not sent to peers")]
    Type {
        /// The type.
        payload_type: String,
    },
}

/// The answer to a pushed page: where the receiver stands and how much it takes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The epoch of the log that it follows.
    pub epoch: u32,
    /// The number of the entry that it wants next.
    pub next: u64,
    /// The bytes that it takes in the next page.
    pub credit: u64,
}

const ANSWER_PARTS: usize = 3;

impl PeerBytes {
    /// A signed document for a peer.
    ///
    /// # Errors
    /// When documents of its type are not for peers.
    pub fn letter(envelope: &Envelope, receiver: NodeId) -> Result<Self, LetterError> {
        let payload_type = envelope.payload_type.as_str();
        if !LETTERS.contains(&payload_type) {
            let payload_type = payload_type.chars().take(limits::ECHO_CHARS_MAX).collect();
            return Err(LetterError::Type { payload_type });
        }
        Ok(Self { bytes: envelope.encode(), receiver: Some(receiver) })
    }

    /// The answer to a pushed page.
    #[must_use]
    pub fn answer(answer: &Answer, receiver: NodeId) -> Self {
        let mut writer = Writer::new();
        writer.array(ANSWER_PARTS).uint(u64::from(answer.epoch)).uint(answer.next).uint(answer.credit);
        Self { bytes: writer.finish(), receiver: Some(receiver) }
    }
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut reader = Reader::new(bytes);
        reader.tuple(ANSWER_PARTS)?;
        let answer = Self { epoch: reader.number()?, next: reader.uint()?, credit: reader.uint()? };
        reader.end()?;
        Ok(answer)
    }
}
