//! What leaves beside pages and letters: greetings, the directory, checkpoints. None holds a word of any record.

use crate::greeting::{Hello, KeyChain, Missing, Seen};
use crate::relay::{Handed, Reply};
use crate::wire::{Directory, Envelope, NodeId, Note};

use super::{LetterError, PeerBytes};

impl PeerBytes {
    /// What this instance says of itself to one other.
    #[must_use]
    pub fn hello(hello: &Hello, receiver: NodeId) -> Self {
        Self { bytes: hello.encode(), receiver: Some(receiver) }
    }

    /// The directory as it was signed. It is for every member.
    ///
    /// # Errors
    /// When the envelope is of another type.
    pub fn directory(envelope: &Envelope) -> Result<Self, LetterError> {
        match envelope.unverified(Directory::TYPE) {
            Ok(_) => Ok(Self { bytes: envelope.encode(), receiver: None }),
            Err(_) => Err(LetterError::Type { payload_type: envelope.payload_type.clone() }),
        }
    }

    /// Checkpoints of logs. What is no signed note stays here.
    #[must_use]
    pub fn checkpoints(notes: Vec<String>, receiver: NodeId) -> Self {
        let notes = notes.into_iter().filter(|note| Note::unverified(note).is_ok()).collect();
        Self { bytes: Seen(notes).encode(), receiver: Some(receiver) }
    }

    /// Which chunks of a snapshot are missing here.
    #[must_use]
    pub fn missing(missing: &Missing, receiver: NodeId) -> Self {
        Self { bytes: missing.encode(), receiver: Some(receiver) }
    }

    /// A letter of another instance, for the one that it is sealed for: nobody here can read it.
    #[must_use]
    pub fn handed(handed: &Handed, receiver: NodeId) -> Self {
        Self { bytes: handed.encode(), receiver: Some(receiver) }
    }

    /// The answer to a letter, for the instance whose letter it was: nobody here can read it.
    #[must_use]
    pub fn reply(reply: &Reply, receiver: NodeId) -> Self {
        Self { bytes: reply.as_bytes().to_vec(), receiver: Some(receiver) }
    }

    /// The keys of this instance.
    #[must_use]
    pub fn keys(keys: &KeyChain) -> Self {
        Self { bytes: keys.encode(), receiver: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn nothing_but_a_directory_leaves_as_one_and_nothing_but_notes_as_checkpoints() {
        let other = Envelope::sign("application/vnd.tiwizi.records+json", b"{}".to_vec(), &sample::key(1));
        assert!(PeerBytes::directory(&other).is_err());
        let directory = Directory { version: 1, members: Vec::new() }.sign(&sample::key(1));
        assert_eq!(PeerBytes::directory(&directory).unwrap().as_bytes(), directory.encode());
        let bytes = PeerBytes::checkpoints(vec!["a name, an address".to_owned()], sample::node(2));
        assert_eq!(Seen::decode(bytes.as_bytes()), Ok(Seen(Vec::new())));
    }
}
