//! What a directory makes of a peer, as the word that is stored with it.

use tiwizi_federation_core::wire::Member;

/// What the directory says of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerState {
    /// Something is exchanged with it.
    Member,
    /// Nothing is exchanged with it for now.
    Suspended,
    /// It is not in the directory any more.
    Unlisted,
}

const STATES: [(PeerState, &str); 3] =
    [(PeerState::Member, "member"), (PeerState::Suspended, "suspended"), (PeerState::Unlisted, "unlisted")];

impl PeerState {
    /// What the entry of a directory says.
    #[must_use]
    pub fn of(member: Option<&Member>) -> Self {
        match member {
            None => Self::Unlisted,
            Some(member) if member.suspended => Self::Suspended,
            Some(_) => Self::Member,
        }
    }

    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }

    /// The state of a word. One that is not known is no member.
    #[must_use]
    pub fn read(word: &str) -> Self {
        STATES.iter().find(|(_, known)| *known == word).map_or(Self::Unlisted, |(state, _)| *state)
    }
}
