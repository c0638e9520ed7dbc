//! Who is let in. Everything here happens before a byte of a body is read: the signature is over the digest of the body, which stands in a
//! header, and the body is held to it afterwards.
//!
//! The order is by cost: what is no question is refused first, a flood of strangers next, then the signature is looked at, then what the
//! peer may use, and only then anything is written.

use std::net::IpAddr;

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::signature::{
    BodyDigest, Lines, Request, SignatureError, SignedRequest, known as key_of, verify_request,
};
use tiwizi_federation_core::wire::{KeyRing, NodeId, VerifyingKey};
use tiwizi_model::Instant;

use super::Exchange;
use super::question::Question;
use super::refusal::Refusal;
use super::turns::Turn;

/// What of a request is there before its body is read.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its method.
    pub method: String,
    /// The host that it was sent to.
    pub authority: String,
    /// Its path as it was sent.
    pub path: String,
    /// Its query as it was sent, without the question mark.
    pub query: Option<String>,
    /// Its header lines.
    pub lines: Lines,
    /// How many bytes its body says that it has.
    pub body_bytes: Option<u64>,
    /// From where it came.
    pub source: IpAddr,
}

/// A request that may be answered, once its body was held to its digest.
#[derive(Debug)]
pub struct Admitted {
    /// What it asks.
    pub question: Question,
    /// The request as it was signed; the answer is bound to it.
    pub request: Request,
    pub(crate) by: By,
    pub(crate) source: IpAddr,
    pub(crate) at: Instant,
}

/// Who asks.
#[derive(Debug)]
pub(crate) enum By {
    /// A peer whose signature was found good.
    Peer { node: NodeId, _turn: Option<Turn> },
    /// Nobody yet: its body brings the keys that its signature is held to.
    Later,
}

/// A request that is not answered as it asked.
#[derive(Debug)]
pub struct Denied {
    /// Why.
    pub refusal: Refusal,
    /// The request, when it bears a signature that an answer can be bound to.
    pub request: Option<Request>,
}

impl<S: Store> Exchange<S> {
    /// Looks at the head of a request.
    ///
    /// # Errors
    /// When it is not let in.
    pub async fn admit(&self, head: Head) -> Result<Admitted, Box<Denied>> {
        let now = self.ends.ambient().now();
        let source = head.source;
        let question = Question::read(&head.method, &head.path, head.query.as_deref());
        let question = question.map_err(|error| Box::new(Denied { refusal: error.into(), request: None }))?;
        let body_bytes = head.body_bytes;
        let body = BodyDigest::claimed(&head.lines).unwrap_or_else(|| BodyDigest::of(b""));
        let Head { method, authority, path, query, lines, .. } = head;
        let request = Request { method, authority, path, query, lines, body };
        match self.judge(&question, &request, (source, body_bytes, now)).await {
            Ok(by) => Ok(Admitted { question, request, by, source, at: now }),
            Err(refusal) => {
                // Nobody is signed for who only fills the line.
                let is_bound = !matches!(refusal, Refusal::Flood { .. });
                let request = is_bound.then_some(request);
                Err(Box::new(Denied { refusal, request }))
            }
        }
    }

    async fn judge(
        &self,
        question: &Question,
        request: &Request,
        (source, body_bytes, now): (IpAddr, Option<u64>, Instant),
    ) -> Result<By, Refusal> {
        let bytes_max = question.body_bytes_max();
        if body_bytes.is_some_and(|bytes| bytes > u64::try_from(bytes_max).unwrap_or(u64::MAX)) {
            return Err(Refusal::Large { bytes_max });
        }
        let is_flood = self.strangers.is_flood(source, now);
        if *question == Question::GiveKeys {
            // Whoever has new keys cannot be known by them yet; the body says, within the tries of a stranger.
            if is_flood {
                return Err(Refusal::Flood { after_s: FLOOD_AFTER_S });
            }
            self.strangers.count(source, now);
            return Ok(By::Later);
        }
        let known = self.ends.known();
        let signed = self.believe(request, known.ring(), (source, now), is_flood)?;
        let node = signed.node;
        if known.is_suspended(&node) {
            return Err(Refusal::Suspended);
        }
        let peer = self.ends.peer(&node).await?;
        if peer.as_ref().is_some_and(|peer| peer.cut || peer.paused) {
            return Err(Refusal::Cut);
        }
        // What it asks others through this instance takes no place of what it asks this one.
        let turn = if question.is_carriage() {
            None
        } else {
            Some(self.turns.take(node, question.log().cloned()).ok_or(Refusal::Busy)?)
        };
        if let Some(after_s) = self.budgets.spent(&node, now) {
            return Err(Refusal::Spent { after_s });
        }
        self.nonces.admit(&signed).await?;
        if let Some(peer) = &peer {
            self.ends.heard_of(peer, now).await?;
        }
        // A peer that calls can be called: whatever wait was under way is over. A letter says nothing of whom it is for.
        if !question.is_carriage() {
            self.ends.bell(node).notify_one();
        }
        Ok(By::Peer { node, _turn: turn })
    }

    /// Holds a request to its signature. What nobody known has signed is counted; when there was too much of it, only who is named by a
    /// key that is known is looked at, and that not often either.
    fn believe(
        &self,
        request: &Request,
        ring: &KeyRing,
        (source, now): (IpAddr, Instant),
        is_flood: bool,
    ) -> Result<SignedRequest, Refusal> {
        let known = self.ends.known();
        let mut is_drowned = is_flood;
        let key = |keyid: &str| -> Option<(NodeId, VerifyingKey)> {
            let found = key_of(ring, keyid)?;
            is_drowned = is_flood && self.claimed.is_flood(claimed_by(&found.0), now);
            if is_flood {
                self.claimed.count(claimed_by(&found.0), now);
            }
            (!is_drowned).then_some(found)
        };
        let verified = verify_request(request, &known.authorities, key);
        verified.map_err(|error| {
            self.strangers.count(source, now);
            if is_drowned { Refusal::Flood { after_s: FLOOD_AFTER_S } } else { error.into() }
        })
    }

    /// Holds the body to the digest that was signed.
    ///
    /// # Errors
    /// When it is another one.
    pub fn check_body(&self, admitted: &Admitted, body: &[u8]) -> Result<(), Refusal> {
        let found = BodyDigest::of(body);
        if let By::Peer { node, .. } = &admitted.by {
            self.budgets.spend(*node, admitted.at, body.len() as u64, 0);
        }
        if found != admitted.request.body {
            self.strangers.count(admitted.source, admitted.at);
            return Err(SignatureError::DigestMismatch.into());
        }
        Ok(())
    }

    /// The name of who asks, for the log.
    #[must_use]
    pub fn asked_by(admitted: &Admitted) -> Option<NodeId> {
        match &admitted.by {
            By::Peer { node, .. } => Some(*node),
            By::Later => None,
        }
    }
}

/// Strangers who are told to go come again after this.
const FLOOD_AFTER_S: u32 = 10;

/// A peer that is named in a flood, as an origin of its own.
fn claimed_by(node: &NodeId) -> IpAddr {
    let bytes = node.0.0.first_chunk::<16>().copied().unwrap_or_default();
    IpAddr::from(bytes)
}
