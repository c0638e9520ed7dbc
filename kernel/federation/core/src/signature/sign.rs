//! Signing requests and answers.

use sfv::InnerList;
use tiwizi_model::{Ambient, Instant, limits};

use super::base::{base, components};
use super::challenge::ACCEPT_SIGNATURE;
use super::component::{asked, named};
use super::date::http_date;
use super::digest::CONTENT_DIGEST;
use super::error::SignatureError;
use super::field::{self, SIGNATURE};
use super::message::{Message, Request, Response};
use super::nonce::Nonce;
use super::offset::Offset;
use super::{LABEL, TAG};
use crate::wire::SigningKey;

/// What of a request is signed at least.
pub(super) const REQUEST_PARTS: [&str; 5] = ["@method", "@authority", "@path", "@query", CONTENT_DIGEST];
/// What of an answer is signed at least, beside the signature of its request.
pub(super) const RESPONSE_PARTS: [&str; 3] = ["@status", CONTENT_DIGEST, DATE];

pub(super) const DATE: &str = "date";
/// What a request signs when it has it: what its body is, and what of a chunk is asked for.
pub(super) const REQUEST_PARTS_THERE: [&str; 2] = ["content-type", "range"];

/// When a request is made, and its nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When, by the clock of whom it is for.
    pub created: Instant,
    /// The nonce.
    pub nonce: Nonce,
}

impl Stamp {
    /// For a request of one's own free will. Each attempt has a stamp of its own, also one that is repeated.
    #[must_use]
    pub fn new(ambient: &Ambient, offset: Offset) -> Self {
        Self { created: offset.theirs(ambient.now()), nonce: Nonce::own(ambient) }
    }

    /// For the same request once more, when it was answered with a challenge.
    #[must_use]
    pub fn answering(challenge: Nonce, ambient: &Ambient, offset: Offset) -> Self {
        Self { created: offset.theirs(ambient.now()), nonce: challenge }
    }
}

/// Who signs.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// How peers call the key.
    pub keyid: &'a str,
    /// The key.
    pub key: &'a SigningKey,
}

impl Signer<'_> {
    /// Signs a request and hands it back with the lines that say so. `also` names fields that are to be signed too; the type of its body and
    /// a range always are.
    ///
    /// # Errors
    /// When a line cannot be sent, or a field of `also` is not there.
    pub fn sign_request(&self, mut request: Request, stamp: &Stamp, also: &[&str]) -> Result<Request, SignatureError> {
        request.lines.push(CONTENT_DIGEST, &request.body.header())?;
        let is_left_out = |name: &&str| request.lines.value(name).is_some() && !also.contains(name);
        let also: Vec<&str> = also.iter().copied().chain(REQUEST_PARTS_THERE.into_iter().filter(is_left_out)).collect();
        let mut covered = covering(&REQUEST_PARTS, &also)?;
        let created = stamp.created.0.div_euclid(1_000);
        field::put_number(&mut covered, "created", created)?;
        field::put_number(&mut covered, "expires", created.saturating_add(limits::FED_SIGNATURE_LIFE_S))?;
        field::put_text(&mut covered, "nonce", stamp.nonce.as_str())?;
        let bytes = self.finish(&mut covered, Message::Request(&request))?;
        field::push(&mut request.lines, &covered, &bytes)?;
        Ok(request)
    }

    /// Signs the answer to a request and hands it back with the lines that say so. A challenge in it is signed too.
    ///
    /// # Errors
    /// As for a request; and when the request bears no signature, because then there is nothing that the answer could be bound to.
    pub fn sign_response(&self, answer: Answer<'_>, also: &[&str]) -> Result<Response, SignatureError> {
        let Answer { mut response, request, now } = answer;
        response.lines.push(CONTENT_DIGEST, &response.body.header())?;
        response.lines.push(DATE, &http_date(now))?;
        let mut covered = covering(&RESPONSE_PARTS, also)?;
        if response.lines.value(ACCEPT_SIGNATURE).is_some() {
            covered.items.push(named(ACCEPT_SIGNATURE)?);
        }
        covered.items.push(asked(SIGNATURE, LABEL)?);
        let bytes = self.finish(&mut covered, Message::Response { response: &response, request })?;
        field::push(&mut response.lines, &covered, &bytes)?;
        Ok(response)
    }

    fn finish(&self, covered: &mut InnerList, message: Message<'_>) -> Result<[u8; 64], SignatureError> {
        field::put_text(covered, "keyid", self.keyid)?;
        field::put_text(covered, "tag", TAG)?;
        components(covered)?;
        Ok(self.key.sign(base(covered, message)?.as_bytes()))
    }
}

/// An answer that is to be signed.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// It.
    pub response: Response,
    /// The request that it answers, as it came.
    pub request: &'a Request,
    /// When it is given: the peer learns our clock from it.
    pub now: Instant,
}

/// The list of what is signed.
pub(super) fn covering(parts: &[&str], also: &[&str]) -> Result<InnerList, SignatureError> {
    let items = parts.iter().chain(also).map(|name| named(name));
    Ok(InnerList::new(items.collect::<Result<_, _>>()?))
}
