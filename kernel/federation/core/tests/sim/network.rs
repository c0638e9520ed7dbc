//! The links between instances, and what goes wrong on them.

use tiwizi_federation_core::flow::node::{Ask, Served};
use tiwizi_federation_core::flow::{Feed, ForkProof};
use tiwizi_federation_core::wire::Hash;

use crate::chance::Chance;

/// What instances say to each other.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    Ask { token: u64, ask: Ask },
    Answer { token: u64, feed: Feed, served: Answer },
    SnapshotAsk { token: u64, ask: Ask },
    ChunkAsk { token: u64, feed: Feed, hash: Hash },
    Push { bytes: Vec<u8> },
    Gossip { notes: Vec<String> },
    Fork { proof: ForkProof },
}

/// What is answered to what was asked for.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A page, and whether the link was cut in the middle of it.
    Page {
        bytes: Vec<u8>,
        cut: bool,
    },
    Manifest {
        bytes: Vec<u8>,
    },
    Chunk {
        bytes: Option<Vec<u8>>,
    },
    UpToDate,
    NeedsSnapshot,
    Refused,
}

impl Answer {
    pub(crate) fn of(served: Served) -> Self {
        match served {
            Served::Page(page) => Self::Page { bytes: page.as_bytes().to_vec(), cut: false },
            Served::UpToDate => Self::UpToDate,
            Served::NeedsSnapshot => Self::NeedsSnapshot,
            Served::Refused(_) => Self::Refused,
        }
    }
}

/// One direction of a link.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Nothing arrives before.
    pub(crate) cut_until: u64,
    /// Requests arrive, answers do not: half-open.
    pub(crate) half_open_until: u64,
    /// The longest that arrives whole; longer answers are cut.
    pub(crate) whole_bytes: usize,
    /// What is carried in a second.
    pub(crate) bytes_per_s: u64,
    /// Once in so many times an answer is damaged, cut off, held back or given twice.
    pub(crate) trouble: usize,
}

impl Link {
    pub(crate) fn good() -> Self {
        Self { cut_until: 0, half_open_until: 0, whole_bytes: usize::MAX, bytes_per_s: 125_000, trouble: usize::MAX }
    }

    /// What becomes of a message: at which times it arrives, and as what.
    pub(crate) fn carry(&self, now: u64, message: Message, chance: &mut Chance) -> Vec<(u64, Message)> {
        let is_answer = matches!(message, Message::Answer { .. });
        if now < self.cut_until || (is_answer && now < self.half_open_until) {
            return Vec::new();
        }
        let arrives = now + 20 + chance.below(280) as u64 + bytes_of(&message) * 1_000 / self.bytes_per_s;
        let mut message = message;
        if let Message::Answer { served: Answer::Page { bytes, cut }, .. } = &mut message
            && bytes.len() > self.whole_bytes
        {
            bytes.truncate(self.whole_bytes);
            *cut = true;
        }
        if self.trouble == usize::MAX || !chance.one_in(self.trouble) {
            return vec![(arrives, message)];
        }
        match chance.below(5) {
            0 => Vec::new(),
            // A proxy that buffers: it comes when nobody waits for it any more.
            1 => vec![(arrives + 60_000, message)],
            2 => vec![(arrives, message.clone()), (arrives + chance.below(90_000) as u64, message)],
            3 => vec![(arrives, shortened(message, chance))],
            _ => vec![(arrives, damaged(message, chance))],
        }
    }
}

fn bytes_of(message: &Message) -> u64 {
    match message {
        Message::Answer { served: Answer::Page { bytes, .. } | Answer::Manifest { bytes }, .. }
        | Message::Push { bytes } => bytes.len() as u64,
        Message::Answer { served: Answer::Chunk { bytes: Some(bytes) }, .. } => bytes.len() as u64,
        _ => 200,
    }
}

/// A reset in the middle of a page: the receiver sees that it is not whole.
fn shortened(mut message: Message, chance: &mut Chance) -> Message {
    if let Message::Answer { served: Answer::Page { bytes, cut }, .. } = &mut message {
        bytes.truncate(chance.below(bytes.len()));
        *cut = true;
    }
    message
}

/// A proxy that changes a byte, or drops the end and says that this is all.
fn damaged(mut message: Message, chance: &mut Chance) -> Message {
    if let Message::Answer { served: Answer::Page { bytes, .. } | Answer::Manifest { bytes }, .. } = &mut message {
        if chance.one_in(2) {
            bytes.truncate(chance.below(bytes.len()));
        } else {
            let place = chance.below(bytes.len());
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1 << chance.below(8);
            }
        }
    }
    message
}
