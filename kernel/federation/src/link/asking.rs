//! One question to a peer: signed, sent, its answer believed, and asked once more when the peer wants a nonce of its own signed.

use std::time::Duration;

use serde_json::Value;
use tiwizi_federation_core::flow::{NodeError, Store};
use tiwizi_federation_core::greeting::Hello;
use tiwizi_federation_core::signature::{
    BodyDigest, Lines, Offset, Request, Response, SignatureError, SignedResponse, Stamp, known as key_of,
    verify_response,
};
use tiwizi_federation_core::wire::{KeyRing, NodeId};
use tiwizi_model::limits;
use tiwizi_storage::StorageError;
use tokio::time::{Instant, timeout};

use crate::exchange::{Ends, Known, LearnError, PROBLEM_TYPE, Question, Refusal};
use crate::peers::Trouble;

use super::letters::by_letter;
use super::transport::{Came, Lost, Sent, Transport};

/// How often one question is asked for one answer: once, and once more for each challenge.
const ROUNDS: usize = 3;
/// What goes with a letter that is handed over.
const TICKET_BYTES: usize = 64;
/// An answer that took longer says nothing about the peer's clock.
const PROMPT: Duration = Duration::from_secs(5);

/// Where a peer is, and what is learned of it while it is asked.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) node: NodeId,
    pub(crate) url: String,
    pub(crate) authority: String,
    pub(crate) offset: Offset,
    /// The line to whoever carries our letters to it, when it has no address.
    pub(crate) through: Option<Box<Line>>,
}

impl Line {
    /// To a peer with an address.
    pub(crate) fn dialled(node: NodeId, url: &str, offset: Offset) -> Result<Self, LinkError> {
        let address = tiwizi_outbound::address(url).map_err(Lost::from)?;
        let authority = tiwizi_outbound::authority(&address);
        Ok(Self { node, url: url.to_owned(), authority, offset, through: None })
    }

    /// To a peer that is written to, through another one. What is signed for it is signed for its name.
    pub(crate) fn written(node: NodeId, offset: Offset, through: Self) -> Self {
        Self { node, url: String::new(), authority: node.to_string(), offset, through: Some(Box::new(through)) }
    }
}

/// What a peer answered.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// What was asked for.
    Reply(Reply),
    /// A problem.
    Problem {
        /// Its code.
        code: String,
        /// When to come again.
        after_ms: Option<u64>,
    },
}

/// An answer that is believed.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The type of its body; empty when it has none.
    pub(crate) media_type: String,
    /// Its body.
    pub(crate) body: Vec<u8>,
    /// Which part of a chunk it is.
    pub(crate) content_range: Option<String>,
    /// How long it took.
    pub(crate) took_ms: u64,
}

/// Why a round with a peer ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("the peer was not reached")]
    Lost(#[from] Lost),
    #[error("the answer is not signed; its status is {status}")]
    Unsigned { status: u16, after_ms: Option<u64> },
    #[error("the answer is not believed")]
    Believe(#[from] SignatureError),
    #[error("the peer answered {code}")]
    Told { code: String, after_ms: Option<u64> },
    #[error("the letter was not answered: {code}")]
    Letter { code: String, after_ms: Option<u64> },
    #[error("the answer is not what was asked for")]
    Form { code: &'static str },
    #[error("the line is cut")]
    Cut,
    #[error("a statement of the peer is not taken")]
    Learn(#[from] LearnError),
    #[error("this instance could not answer itself")]
    Own(#[from] Refusal),
    #[error("the federation of this instance failed")]
    Node(#[from] NodeError),
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl LinkError {
    /// What is wrong, as it is stored with the peer.
    pub(crate) fn trouble(&self) -> Trouble {
        match self {
            Self::Lost(Lost::Way(error)) => Trouble::of(error),
            Self::Lost(Lost::Slow) => Trouble::Timeout,
            Self::Lost(Lost::Head) | Self::Form { .. } => Trouble::Protocol,
            Self::Unsigned { status: 429 | 503, .. } => Trouble::Busy,
            Self::Unsigned { .. } => Trouble::Unsigned,
            Self::Believe(SignatureError::UnknownKey { .. } | SignatureError::Forged | SignatureError::OtherNode) => {
                Trouble::Unsigned
            }
            Self::Believe(_) | Self::Learn(_) => Trouble::Invalid,
            Self::Told { code, .. } => trouble_of(code),
            Self::Letter { code, .. } if matches!(code.as_str(), "away" | "absent" | "not-found") => Trouble::Away,
            Self::Letter { code, .. } => trouble_of(code),
            Self::Cut => Trouble::Connect,
            Self::Own(_) | Self::Node(_) | Self::Storage(_) => Trouble::Failing,
        }
    }

    /// What the peer asked to wait.
    pub(crate) fn after_ms(&self) -> Option<u64> {
        match self {
            Self::Told { after_ms, .. } | Self::Letter { after_ms, .. } | Self::Unsigned { after_ms, .. } => *after_ms,
            _ => None,
        }
    }
}

/// What a code that a peer answered says.
pub(crate) fn trouble_of(code: &str) -> Trouble {
    match code {
        "signature-key-unknown" | "statement-unknown" => Trouble::KeyUnknown,
        "suspended" => Trouble::Suspended,
        "challenge" | "replayed" => Trouble::Clock,
        "busy" | "flood" | "budget-spent" | "snapshot-full" => Trouble::Busy,
        "line-cut" => Trouble::Connect,
        "internal" | "unavailable" | "storage-full" => Trouble::Failing,
        "log-forked" => Trouble::Fork,
        "not-found" | "bad-parameter" => Trouble::Version,
        _ => Trouble::Invalid,
    }
}

/// What goes with a question.
#[derive(Debug, Clone, Default)]
pub(crate) struct With {
    pub(crate) body: Vec<u8>,
    pub(crate) media_type: &'static str,
    /// The first and last byte of a chunk that are asked for.
    pub(crate) range: Option<(u64, u64)>,
}

/// Asks a peer.
pub(crate) async fn ask<S: Store, T: Transport>(
    ends: &Ends<S>,
    transport: &T,
    line: &mut Line,
    question: &Question,
    with: &With,
) -> Result<Told, LinkError> {
    let mut stamp = Stamp::new(ends.ambient(), line.offset);
    for _ in 0..ROUNDS {
        let known = ends.known();
        let request = signed(&known, line, question, with, &stamp)?;
        let (sent_at, started) = (ends.ambient().now(), Instant::now());
        let wait = Duration::from_millis(question.wait_ms());
        let sent =
            Sent { request: request.clone(), body: with.body.clone(), wait, bytes_max: answer_bytes_max(question) };
        let came = timeout(patience(&sent), send(ends, transport, line, sent)).await.map_err(|_| Lost::Slow)??;
        let took = started.elapsed();
        let believed = believe(&known, line, question, &request, &came)?;
        if took < PROMPT {
            line.offset = Offset::learn(sent_at, ends.ambient().now(), believed.date);
        }
        match believed.challenge {
            Some(nonce) => stamp = Stamp::answering(nonce, ends.ambient(), line.offset),
            None => return Ok(told(came, u64::try_from(took.as_millis()).unwrap_or(u64::MAX))),
        }
    }
    Err(LinkError::Told { code: "challenge".to_owned(), after_ms: None })
}

/// Over the line, or in a letter.
async fn send<S: Store, T: Transport>(
    ends: &Ends<S>,
    transport: &T,
    line: &mut Line,
    sent: Sent,
) -> Result<Came, LinkError> {
    match line.through.as_deref_mut() {
        None => Ok(transport.send(&line.url, sent).await?),
        Some(carrier) => by_letter(ends, transport, (line.node, carrier), sent).await,
    }
}

fn signed<S>(
    known: &Known<S>,
    line: &Line,
    question: &Question,
    with: &With,
    stamp: &Stamp,
) -> Result<Request, SignatureError> {
    let (path, query) = question.address();
    let mut lines = Lines::default();
    if !with.media_type.is_empty() {
        lines.push("content-type", with.media_type)?;
    }
    if let Some((first, last)) = with.range {
        lines.push("range", &format!("bytes={first}-{last}"))?;
    }
    let (method, authority) = (question.method().to_owned(), line.authority.clone());
    let request = Request { method, authority, path, query, lines, body: BodyDigest::of(&with.body) };
    known.signed(|signer| signer.sign_request(request, stamp, &[]))
}

/// Believes an answer. One whose key is not known yet may bring the statement that makes it known: a greeting does.
fn believe<S>(
    known: &Known<S>,
    line: &Line,
    question: &Question,
    request: &Request,
    came: &Came,
) -> Result<SignedResponse, LinkError> {
    let response = Response { status: came.status, lines: came.lines.clone(), body: BodyDigest::of(&came.body) };
    let brought = match question {
        Question::Hello { .. } => brought_keys(known, line, &came.body),
        _ => None,
    };
    let key = |keyid: &str| key_of(known.ring(), keyid).or_else(|| key_of(brought.as_ref()?, keyid));
    verify_response(&response, request, &line.node, key).map_err(|error| match error {
        // Something between the two has answered: a proxy, a server that is full.
        SignatureError::Missing => LinkError::Unsigned { status: came.status, after_ms: after_ms(&came.lines) },
        other => LinkError::Believe(other),
    })
}

/// The keys that a greeting brings, when it is of the instance that was asked, and that one is known. Its first statement is the known one,
/// because its name is the hash of it, and each change is signed by its root key.
fn brought_keys<S>(known: &Known<S>, line: &Line, body: &[u8]) -> Option<KeyRing> {
    let hello = Hello::decode(body).ok()?;
    let mut ring = KeyRing::new();
    let node = ring.insert(&hello.genesis, &hello.rotations).ok()?;
    (node == line.node && known.ring().knows(&node)).then_some(ring)
}

fn told(came: Came, took_ms: u64) -> Told {
    let media_type = came.lines.value("content-type").unwrap_or_default();
    if media_type == PROBLEM_TYPE {
        let problem: Value = serde_json::from_slice(&came.body).unwrap_or_default();
        let code = problem.get("code").and_then(Value::as_str).unwrap_or("problem");
        let code = code.chars().take(limits::ECHO_CHARS_MAX).collect();
        return Told::Problem { code, after_ms: after_ms(&came.lines) };
    }
    let content_range = came.lines.value("content-range");
    Told::Reply(Reply { media_type, body: came.body, content_range, took_ms })
}

/// How long a question may take in all: as long as it may be kept waiting, and what its bytes take over the slowest line that is of any use.
/// A peer that sends a byte now and then keeps its own line busy, and not for ever.
pub(super) fn patience(sent: &Sent) -> Duration {
    let bytes = sent.body.len().saturating_add(sent.bytes_max);
    let moving_ms = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_mul(1_000) / limits::FED_BYTES_PER_S_MIN;
    let wait_ms = u64::try_from(sent.wait.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(limits::FED_ANSWER_MS_MAX.saturating_add(wait_ms).saturating_add(moving_ms))
}

fn after_ms(lines: &Lines) -> Option<u64> {
    let seconds: u64 = lines.value("retry-after")?.parse().ok()?;
    Some(seconds.saturating_mul(1_000))
}

/// The largest answer that is read.
fn answer_bytes_max(question: &Question) -> usize {
    match question {
        Question::Hello { .. } => limits::FED_HELLO_BYTES_MAX,
        Question::Directory { .. } => limits::FED_ENVELOPE_BYTES_MAX,
        Question::Checkpoints => limits::FED_SEEN_BYTES_MAX,
        Question::Pages { .. } => limits::FED_PAGE_ALONE_BYTES_MAX,
        Question::Snapshot { .. } => limits::FED_MANIFEST_BYTES_MAX,
        Question::Chunk { .. } => limits::FED_PART_BYTES_MAX,
        Question::Package { .. } => limits::FED_ENVELOPE_BYTES_MAX,
        // The name of a letter goes with it.
        Question::Letters { .. } => limits::FED_LETTER_BYTES_MAX.saturating_add(TICKET_BYTES),
        Question::GiveLetter { .. } => limits::FED_LETTER_BYTES_MAX,
        Question::GiveHello
        | Question::GiveKeys
        | Question::GiveDirectory
        | Question::GiveCheckpoints
        | Question::GivePage { .. }
        | Question::GiveSnapshot { .. }
        | Question::GiveChunk { .. }
        | Question::GiveReply { .. } => limits::FED_SHORT_BYTES_MAX,
    }
}
