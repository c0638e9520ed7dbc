//! Believing requests and answers.
//!
//! Nothing here asks what time it is: whether a request is new is the question of `Door`, and an answer is as new as the request whose
//! signature it bears.

use std::collections::BTreeSet;

use tiwizi_model::{Instant, limits};

use super::base::{base, components};
use super::challenge::{self, ACCEPT_SIGNATURE};
use super::component::Component;
use super::date::read_http_date;
use super::error::{SignatureError, echo};
use super::field::{self, SIGNATURE, Signature};
use super::message::{Message, Request, Response, plain_authority};
use super::nonce::Nonce;
use super::sign::{DATE, REQUEST_PARTS, REQUEST_PARTS_THERE, RESPONSE_PARTS};
use super::{LABEL, TAG};
use crate::wire::{NodeId, VerifyingKey};

/// A request whose signature is good. Whether it is new is still to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// Who made it.
    pub node: NodeId,
    /// With which key.
    pub keyid: String,
    /// When, by the clock of whoever made it.
    pub created: Instant,
    /// When it ends.
    pub expires: Instant,
    /// Its nonce.
    pub nonce: Nonce,
    /// The fields that are signed.
    pub fields: BTreeSet<String>,
}

/// An answer whose signature is good, and which belongs to the request that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedResponse {
    /// Who gave it.
    pub node: NodeId,
    /// With which key.
    pub keyid: String,
    /// When, by the clock of whoever gave it, cut to its second.
    pub date: Instant,
    /// The nonce that is to be signed before the request is let in.
    pub challenge: Option<Nonce>,
    /// The fields that are signed.
    pub fields: BTreeSet<String>,
}

/// Believes a request. `own` are the authorities under which this instance is reached; `key` finds who has a key.
///
/// # Errors
/// When anything of it is not as it was signed, and when it was made for somebody else.
pub fn verify_request(
    request: &Request,
    own: &[String],
    key: impl FnOnce(&str) -> Option<(NodeId, VerifyingKey)>,
) -> Result<SignedRequest, SignatureError> {
    let authority = plain_authority(&request.authority);
    if !own.iter().any(|own| plain_authority(own) == authority) {
        return Err(SignatureError::Authority { authority: echo(&request.authority) });
    }
    let signature = field::find(&request.lines)?;
    let covered = demand(&signature, &REQUEST_PARTS)?;
    // What a body is, and what is asked for, must not be changed on the way without a trace.
    for name in REQUEST_PARTS_THERE {
        if request.lines.value(name).is_some() && !covered.iter().any(|part| part.plain() == Some(name)) {
            return Err(SignatureError::Uncovered { name });
        }
    }
    let (created, expires) = times(&signature)?;
    let nonce = field::text(&signature.covered, "nonce").and_then(|nonce| nonce.parse().ok());
    let nonce = nonce.ok_or(SignatureError::Parameter { name: "nonce" })?;
    let (node, keyid) = prove(&signature, Message::Request(request), key)?;
    Ok(SignedRequest { node, keyid, created, expires, nonce, fields: fields(&covered) })
}

/// Believes an answer. `request` is what was sent, with the signature that it bore; `from` is who was asked.
///
/// # Errors
/// When anything of it is not as it was signed, when it answers another request, and when it comes from somebody else.
pub fn verify_response(
    response: &Response,
    request: &Request,
    from: &NodeId,
    key: impl FnOnce(&str) -> Option<(NodeId, VerifyingKey)>,
) -> Result<SignedResponse, SignatureError> {
    let signature = field::find(&response.lines)?;
    let covered = demand(&signature, &RESPONSE_PARTS)?;
    if !covered.iter().any(|part| part.is_asked(SIGNATURE, LABEL)) {
        return Err(SignatureError::Uncovered { name: "the request" });
    }
    let (node, keyid) = prove(&signature, Message::Response { response, request }, key)?;
    if node != *from {
        return Err(SignatureError::OtherNode);
    }
    let date = response.lines.value(DATE).and_then(|date| read_http_date(&date)).ok_or(SignatureError::Date)?;
    let fields = fields(&covered);
    let challenge = challenge::read(&response.lines)?;
    if challenge.is_some() && !fields.contains(ACCEPT_SIGNATURE) {
        return Err(SignatureError::Uncovered { name: ACCEPT_SIGNATURE });
    }
    Ok(SignedResponse { node, keyid, date, challenge, fields })
}

/// The parts that are signed, when all that must be is among them.
fn demand(signature: &Signature, parts: &[&'static str]) -> Result<BTreeSet<Component>, SignatureError> {
    if field::text(&signature.covered, "tag") != Some(TAG) {
        return Err(SignatureError::Parameter { name: "tag" });
    }
    let is_ours = |alg: &sfv::BareItem| alg.as_string().is_some_and(|alg| alg.as_str() == "ed25519");
    if signature.covered.params.get("alg").is_some_and(|alg| !is_ours(alg)) {
        return Err(SignatureError::Parameter { name: "alg" });
    }
    let covered = components(&signature.covered)?;
    for name in parts {
        if !covered.iter().any(|part| part.plain() == Some(name)) {
            return Err(SignatureError::Uncovered { name });
        }
    }
    Ok(covered)
}

/// When a request was made and when it ends.
fn times(signature: &Signature) -> Result<(Instant, Instant), SignatureError> {
    let second = |name| field::number(&signature.covered, name).ok_or(SignatureError::Parameter { name });
    let (created, expires) = (second("created")?, second("expires")?);
    let life = expires.saturating_sub(created);
    if life <= 0 || life > limits::FED_SIGNATURE_LIFE_S {
        return Err(SignatureError::Lifetime);
    }
    Ok((Instant(created.saturating_mul(1_000)), Instant(expires.saturating_mul(1_000))))
}

/// Holds the message to its signature and to its digest, and says whose the key is.
fn prove(
    signature: &Signature,
    message: Message<'_>,
    key: impl FnOnce(&str) -> Option<(NodeId, VerifyingKey)>,
) -> Result<(NodeId, String), SignatureError> {
    let keyid = field::text(&signature.covered, "keyid").ok_or(SignatureError::Parameter { name: "keyid" })?;
    let (node, key) = key(keyid).ok_or_else(|| SignatureError::UnknownKey { keyid: echo(keyid) })?;
    let base = base(&signature.covered, message)?;
    if !key.verify(base.as_bytes(), &signature.bytes) {
        return Err(SignatureError::Forged);
    }
    message.body().check(message.lines())?;
    Ok((node, keyid.to_owned()))
}

fn fields(covered: &BTreeSet<Component>) -> BTreeSet<String> {
    covered.iter().filter_map(Component::plain).filter(|name| !name.starts_with('@')).map(str::to_owned).collect()
}
