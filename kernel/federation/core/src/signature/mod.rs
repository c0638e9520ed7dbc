//! Who sent a message, and that nothing of it was changed: signatures of HTTP messages (RFC 9421) over digests of their bodies
//! (RFC 9530).
//!
//! A message is looked at as plain text: its method, its address, its header lines and the digest of its body. Nothing here reads a
//! socket or a clock. A request carries when it was made and a nonce; an answer carries the signature of the request that it answers,
//! so it can be put in no other one's place and needs no clock to be believed. A peer whose clock is wild is asked to sign a nonce of
//! ours (`door`): it is never refused for its clock.

mod base;
mod challenge;
mod component;
mod date;
mod digest;
mod door;
mod error;
mod field;
mod keyid;
mod message;
mod nonce;
mod offset;
mod replay;
mod sign;
mod verify;

pub use challenge::{Challenges, challenge_line};
pub use date::{http_date, read_http_date};
pub use digest::{BodyDigest, Digesting};
pub use door::{Admission, Door};
pub use error::SignatureError;
pub use keyid::{keyid, known};
pub use message::{Lines, Request, Response};
pub use nonce::{Nonce, NonceError};
pub use offset::Offset;
pub use replay::{Presented, Replay, ReplayWindow, Verdict};
pub use sign::{Answer, Signer, Stamp};
pub use verify::{SignedRequest, SignedResponse, verify_request, verify_response};

#[cfg(test)]
mod tests;

/// What every signature of the federation says that it is for.
pub const TAG: &str = "tiwizi-fed-1";
/// The name under which our signatures stand in their headers.
pub const LABEL: &str = "fed";
