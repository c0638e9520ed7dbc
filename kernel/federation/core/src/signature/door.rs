//! Who is let in: what is kept about the requests of one peer.

use tiwizi_model::{Ambient, Instant};

use super::challenge::Challenges;
use super::nonce::Nonce;
use super::replay::{Presented, ReplayWindow, Verdict};
use super::verify::SignedRequest;

/// What becomes of a request whose signature is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It is new.
    Welcome,
    /// It may be new: answer 401 with this nonce for the peer to sign.
    Challenge(Nonce),
    /// It was let in before: answer 409, and do nothing.
    Replayed,
}

/// The door of one peer. Each has its own, so that one that floods spends its own room only.
#[derive(Debug, Clone, Default)]
pub struct Door {
    window: ReplayWindow,
    challenges: Challenges,
}

impl Door {
    /// The door of a peer that was known before a restart: everything that ended by then counts as seen.
    #[must_use]
    pub fn above(floor: Instant) -> Self {
        Self { window: ReplayWindow::above(floor), challenges: Challenges::default() }
    }

    /// Lets a request in, or says why not. The request was verified, and comes from the peer whose door this is.
    pub fn admit(&mut self, request: &SignedRequest, ambient: &Ambient) -> Admission {
        if self.challenges.redeem(&request.nonce) {
            return Admission::Welcome;
        }
        let (created, expires, nonce) = (request.created, request.expires, &request.nonce);
        match self.window.admit(ambient.now(), &Presented { created, expires, nonce, seen: false }) {
            Verdict::Fresh => Admission::Welcome,
            Verdict::Replayed => Admission::Replayed,
            Verdict::Challenge => {
                let nonce = Nonce::challenge(ambient);
                self.challenges.open(nonce.clone());
                Admission::Challenge(nonce)
            }
        }
    }
}
