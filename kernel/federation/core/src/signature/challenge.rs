//! A challenge: a nonce that a peer signs, which proves that its request is new when its clock does not.
//!
//! It has no time of its own and so needs no clock: it is good until it is used, or until newer ones have taken its place. It is asked for
//! by the header that RFC 9421 has for it (5.1), in an answer with status 401 that is signed like any other.

use std::collections::VecDeque;

use sfv::{BareItem, Dictionary, InnerList, ListEntry, Parser};
use tiwizi_model::limits;

use super::error::SignatureError;
use super::field;
use super::message::Lines;
use super::nonce::Nonce;
use super::sign::{REQUEST_PARTS, covering};
use super::{LABEL, TAG};

/// The header that asks for a signature.
pub(super) const ACCEPT_SIGNATURE: &str = "accept-signature";

/// The challenges of one peer that are open.
#[derive(Debug, Clone, Default)]
pub struct Challenges(VecDeque<Nonce>);

impl Challenges {
    /// Opens one. When too many are open the oldest is closed.
    pub fn open(&mut self, nonce: Nonce) {
        while self.0.len() >= limits::FED_CHALLENGES_MAX {
            self.0.pop_front();
        }
        self.0.push_back(nonce);
    }

    /// Whether it is open; it is closed by that.
    pub fn redeem(&mut self, nonce: &Nonce) -> bool {
        let position = self.0.iter().position(|open| open == nonce);
        position.is_some_and(|position| self.0.remove(position).is_some())
    }
}

/// The header line that asks for a request with this nonce. Put it into an answer with status 401 before that is signed.
///
/// # Errors
/// Never for a nonce of `Nonce::challenge`.
pub fn challenge_line(nonce: &Nonce) -> Result<(&'static str, String), SignatureError> {
    let mut wanted = covering(&REQUEST_PARTS, &[])?;
    for name in ["created", "expires", "keyid"] {
        field::put(&mut wanted, name, BareItem::Boolean(true))?;
    }
    field::put_text(&mut wanted, "nonce", nonce.as_str())?;
    field::put_text(&mut wanted, "tag", TAG)?;
    Ok((ACCEPT_SIGNATURE, format!("{LABEL}={}", super::base::written(&wanted))))
}

/// The nonce that an answer asks for.
pub(super) fn read(lines: &Lines) -> Result<Option<Nonce>, SignatureError> {
    let Some(value) = lines.value(ACCEPT_SIGNATURE) else { return Ok(None) };
    let wrong = || SignatureError::Field { field: ACCEPT_SIGNATURE };
    let wishes: Dictionary = Parser::new(&value).parse().map_err(|_| wrong())?;
    match wishes.get(LABEL) {
        Some(ListEntry::InnerList(wanted)) => nonce(wanted).map(Some).ok_or_else(wrong),
        Some(ListEntry::Item(_)) => Err(wrong()),
        None => Ok(None),
    }
}

fn nonce(wanted: &InnerList) -> Option<Nonce> {
    let nonce: Nonce = field::text(wanted, "nonce")?.parse().ok()?;
    nonce.is_challenge().then_some(nonce)
}
