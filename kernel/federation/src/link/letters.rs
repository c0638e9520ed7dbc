//! Talk with those who cannot be dialled and do not dial us: by letters, through an instance that both dial.
//!
//! Of two such instances the one with the lesser name asks, as if it dialled, and the other answers, as if it listened. Both dial the
//! carrier as ever. What goes to and fro is sealed (`core::relay`); each request and answer in it is signed and believed as on any line.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::relay::{Answered, Asked, Handed, Letter, LetterError, Reply};
use tiwizi_federation_core::signature::{Lines, Offset};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_model::limits;
use tiwizi_storage::StorageError;
use tiwizi_storage::federation::peer::{self, PeerRow};

use crate::exchange::{Ends, Known, Question};

use super::asking::{Line, LinkError, Told, With, ask, patience};
use super::transport::{Came, Lost, Sent, Transport};
use super::visit::Visit;
use super::{LOOK_AGAIN, Link, chain};

/// A carrier that does not carry is asked again after this.
const ASK_AGAIN: Duration = Duration::from_secs(60 * 60);
/// Between two questions for letters, on a line that cuts long waits: whoever writes finds us there within its tries.
const APART: Duration = Duration::from_secs(240);
/// The carrier says that there was no answer, before whoever asks gives up by itself.
const BEFORE_MS: u64 = 5_000;

/// Whoever answers what comes in letters: the same end that answers what comes over HTTP.
pub trait Answering: Send + Sync {
    /// Answers a request, whatever it is.
    fn answer(&self, asked: Asked) -> impl Future<Output = Answered> + Send;
}

type Answers<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = ()> + Send + 'a>>>;

/// How a peer is asked.
pub(super) enum Road {
    /// It has an address.
    Dial(String),
    /// By letters, through this peer at this address.
    Letters(NodeId, String),
}

/// The way to a peer from here; none when it is the one that asks, or there is no way.
pub(super) fn road<S>(known: &Known<S>, rows: &[PeerRow], row: &PeerRow) -> Option<Road> {
    if let Some(url) = &row.url {
        return Some(Road::Dial(url.clone()));
    }
    let node = NodeId(Hash(row.node));
    if known.is_reached || known.me() > node {
        return None;
    }
    let nation = known.roll.nation().map(|nation| nation.node);
    let mut carriers = carriers(known, rows);
    // The nation carries; who else does, its operator has decided.
    carriers.sort_by_key(|(carrier, _)| Some(*carrier) != nation);
    carriers.into_iter().next().map(|(carrier, url)| Road::Letters(carrier, url))
}

/// The peers that may carry letters: those that we dial.
fn carriers<S>(known: &Known<S>, rows: &[PeerRow]) -> Vec<(NodeId, String)> {
    let open = rows.iter().filter(|row| !row.cut && !row.paused);
    let dialled = open.filter_map(|row| Some((NodeId(Hash(row.node)), row.url.clone()?)));
    dialled.filter(|(node, _)| !known.is_suspended(node)).collect()
}

/// Whether there is somebody who can only write to us.
fn is_written_to<S>(known: &Known<S>, rows: &[PeerRow]) -> bool {
    let me = known.me();
    !known.is_reached && rows.iter().any(|row| row.url.is_none() && NodeId(Hash(row.node)) < me)
}

/// Sends a request in a letter and waits for what comes back.
///
/// A letter is itself a question, to whoever carries it: what is asked so asks in turn.
pub(super) fn by_letter<'a, S: Store, T: Transport>(
    ends: &'a Ends<S>,
    transport: &'a T,
    (to, carrier): (NodeId, &'a mut Line),
    sent: Sent,
) -> Asking<'a> {
    Box::pin(write(ends, transport, (to, carrier), sent))
}

/// A question that is asked in a letter.
pub(super) type Asking<'a> = Pin<Box<dyn Future<Output = Result<Came, LinkError>> + Send + 'a>>;

async fn write<S: Store, T: Transport>(
    ends: &Ends<S>,
    transport: &T,
    (to, carrier): (NodeId, &mut Line),
    sent: Sent,
) -> Result<Came, LinkError> {
    let wait_ms = u64::try_from(patience(&sent).as_millis()).unwrap_or(u64::MAX).saturating_sub(BEFORE_MS);
    let key = ends.known().ring().current(&to).ok_or(LinkError::Form { code: "letter-key" })?;
    let Sent { request, body, .. } = sent;
    let lines = request.lines.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let asked = Asked { method: request.method, path: request.path, query: request.query, lines, body };
    let (letter, reply_key) = Letter::seal(&asked, &key, ends.ambient()).map_err(form)?;
    let question = Question::GiveLetter { to, wait_ms };
    let with = With { body: letter.as_bytes().to_vec(), media_type: Letter::TYPE, range: None };
    match ask(ends, transport, carrier, &question, &with).await? {
        Told::Reply(reply) => {
            let Answered { status, lines, body } =
                Reply::read(reply.body).and_then(|reply| reply.open(&reply_key)).map_err(form)?;
            let lines = Lines::read(lines.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            Ok(Came { status, lines: lines.map_err(|_| Lost::Head)?, body })
        }
        Told::Problem { code, after_ms } => Err(LinkError::Letter { code, after_ms }),
    }
}

fn form(_: LetterError) -> LinkError {
    LinkError::Form { code: "letter-form" }
}

impl<S: Store, T: Transport> Link<S, T> {
    /// Answers what comes in letters, until the stop.
    pub async fn attend(&self, answering: &impl Answering, stop: impl Future<Output = ()> + Send) {
        self.keep_each(|| Box::pin(self.to_attend()), |node| Box::pin(self.attend_at(node, answering)), stop).await;
    }

    async fn to_attend(&self) -> Result<Vec<NodeId>, StorageError> {
        let rows = peer::all(&mut *self.ends.db().read_single().await?).await?;
        let known = self.ends.known();
        let carriers = if is_written_to(&known, &rows) { carriers(&known, &rows) } else { Vec::new() };
        Ok(carriers.into_iter().map(|(node, _)| node).collect())
    }

    /// Asks one carrier for letters, again and again, and answers them meanwhile; until nobody writes to us through it.
    async fn attend_at(&self, carrier: NodeId, answering: &impl Answering) -> NodeId {
        let mut visit = Visit::new(carrier);
        let mut answers: Answers<'_> = FuturesUnordered::new();
        loop {
            let rest = {
                let mut turn = pin!(self.next_letter(&mut visit));
                let came = loop {
                    tokio::select! {
                        came = &mut turn => break came,
                        Some(()) = answers.next(), if !answers.is_empty() => {}
                    }
                };
                match came {
                    Ok(Next::Letter(handed)) => {
                        answers.push(Box::pin(self.answer_letter(carrier, handed, answering)));
                        Duration::ZERO
                    }
                    Ok(Next::Rest(rest)) => rest,
                    Ok(Next::Gone) | Err(LinkError::Storage(StorageError::Closed)) => return carrier,
                    Err(error) => {
                        tracing::debug!(peer.id = %carrier, error = %chain(&error), "letters could not be asked for");
                        LOOK_AGAIN
                    }
                }
            };
            let mut resting = pin!(tokio::time::sleep(rest));
            while !rest.is_zero() || answers.len() >= limits::FED_LETTERS_ANSWERED_MAX {
                tokio::select! {
                    () = &mut resting, if !rest.is_zero() => break,
                    Some(()) = answers.next(), if !answers.is_empty() => {}
                }
            }
        }
    }

    async fn next_letter(&self, visit: &mut Visit) -> Result<Next, LinkError> {
        if !self.to_attend().await?.contains(&visit.node) {
            return Ok(Next::Gone);
        }
        let Some(row) = self.ends.peer(&visit.node).await? else { return Ok(Next::Gone) };
        let Some(url) = row.url else { return Ok(Next::Gone) };
        // The line to the carrier may be well again while this rests from a failure: whoever writes must not wait for that.
        if let Some(at) = row.contact_at {
            visit.retry.heard_at(at);
        }
        let left_ms = visit.retry.left_ms(self.ends.ambient().now());
        if left_ms > 0 {
            return Ok(Next::Rest(Duration::from_millis(left_ms).min(LOOK_AGAIN)));
        }
        let mut line = Line::dialled(visit.node, &url, visit.offset)?;
        let question = Question::Letters { wait_ms: visit.patience.wait_ms() };
        let asked = ask(&self.ends, &self.transport, &mut line, &question, &With::default()).await;
        visit.offset = line.offset;
        match asked {
            Ok(Told::Reply(reply)) if reply.body.is_empty() => {
                visit.retry.contact();
                visit.patience.held();
                Ok(Next::Rest(Duration::from_millis(visit.patience.rest_ms()).min(APART)))
            }
            Ok(Told::Reply(reply)) => {
                visit.retry.contact();
                visit.patience.news();
                Ok(Next::Letter(Handed::decode(&reply.body).map_err(form)?))
            }
            // It does not carry, or is of a version that knows nothing of letters.
            Ok(Told::Problem { code, .. }) if matches!(code.as_str(), "absent" | "not-found") => {
                Ok(Next::Rest(ASK_AGAIN))
            }
            Ok(Told::Problem { after_ms, .. }) => {
                visit.retry.failed(self.ends.ambient(), after_ms);
                Ok(Next::Rest(Duration::ZERO))
            }
            Err(error) => {
                if matches!(error, LinkError::Lost(_) | LinkError::Unsigned { .. }) {
                    visit.patience.cut();
                }
                visit.retry.failed(self.ends.ambient(), error.after_ms());
                Err(error)
            }
        }
    }

    /// Answers one letter. What does not open, or cannot be brought back, is let go: whoever wrote it asks again.
    async fn answer_letter(&self, carrier: NodeId, handed: Handed, answering: &impl Answering) {
        let Handed { ticket, letter } = handed;
        if let Err(error) = self.try_to_answer(carrier, (ticket, &letter), answering).await {
            tracing::debug!(peer.id = %carrier, error = %chain(&error), "a letter was not answered");
        }
    }

    async fn try_to_answer(
        &self,
        carrier: NodeId,
        (ticket, letter): (Hash, &Letter),
        answering: &impl Answering,
    ) -> Result<(), LinkError> {
        let (asked, key) = letter.open(self.ends.known().keys.kept()).map_err(form)?;
        let answered = answering.answer(asked).await;
        let reply = Reply::lock(&answered, &key).map_err(form)?;
        let Some(url) = self.ends.peer(&carrier).await?.and_then(|row| row.url) else { return Ok(()) };
        let mut line = Line::dialled(carrier, &url, Offset::default())?;
        let with = With { body: reply.as_bytes().to_vec(), media_type: Reply::TYPE, range: None };
        match ask(&self.ends, &self.transport, &mut line, &Question::GiveReply { ticket }, &with).await? {
            Told::Reply(_) => Ok(()),
            Told::Problem { code, after_ms } => Err(LinkError::Told { code, after_ms }),
        }
    }
}

/// What came of asking for letters.
enum Next {
    Letter(Handed),
    Rest(Duration),
    /// Nobody writes to us through this carrier any more.
    Gone,
}
