//! The loop that goes out: for each peer that has an address, what it has for us is fetched, and what we have for it is brought.
//!
//! Each peer has a loop of its own, and within it each feed its own waits, so that one that fails delays no other by more than one page.
//! Control goes first, then the register, then members, then the rest. A page is taken in one transaction together with the place that it
//! leads to; what a cut line lost is asked for again, smaller. A peer is never given up.
//!
//! All loops run in one task of the server (`run`), which starts nothing itself. What a stop cuts off was not committed.

mod asking;
mod jobs;
mod letters;
mod patience;
mod quantum;
mod round;
mod transport;
mod visit;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::greeting::Hello;
use tiwizi_federation_core::wire::{Envelope, Hash, NodeId};
use tiwizi_model::limits;
use tiwizi_storage::StorageError;
use tiwizi_storage::federation::peer::{self, Contact, Failure, PeerRow};

use crate::exchange::Ends;
use crate::peers::Trouble;

use asking::{Line, LinkError, trouble_of};
use jobs::{Way, to_bring};
use letters::{Road, road};
use round::Round;
use visit::Visit;

pub use letters::Answering;
pub use transport::{Came, Http, Lost, Sent, Transport};

/// How often it is looked whether there are other peers, and whether a peer that rests is to be called again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// While a peer keeps a question waiting, what is new here is looked at so often at most.
const REST: Duration = Duration::from_millis(200);

/// The end that asks.
pub struct Link<S, T> {
    ends: Arc<Ends<S>>,
    transport: T,
}

type Looking<'a> = Pin<Box<dyn Future<Output = Result<Vec<NodeId>, StorageError>> + Send + 'a>>;
type Keeping<'a> = Pin<Box<dyn Future<Output = NodeId> + Send + 'a>>;

impl<S: Store, T: Transport> Link<S, T> {
    /// Over what both ends share, and a way out.
    #[must_use]
    pub fn new(ends: Arc<Ends<S>>, transport: T) -> Self {
        Self { ends, transport }
    }

    /// Keeps the lines to all peers until the stop.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        self.keep_each(|| Box::pin(self.addressed()), |node| Box::pin(self.keep(node)), stop).await;
    }

    /// Keeps something going for each of some peers, until it ends by itself, and all of it until the stop.
    async fn keep_each<'a>(
        &'a self,
        nodes: impl Fn() -> Looking<'a> + Send,
        keep: impl Fn(NodeId) -> Keeping<'a> + Send,
        stop: impl Future<Output = ()> + Send,
    ) {
        let mut stop = pin!(stop);
        let mut changes = self.ends.changes();
        let mut kept: FuturesUnordered<Keeping<'a>> = FuturesUnordered::new();
        let mut known = BTreeSet::new();
        loop {
            // What is kept goes on meanwhile: it may hold the very connections to the database that this look waits for.
            let mut looking = nodes();
            let found = loop {
                tokio::select! {
                    found = &mut looking => break found,
                    Some(gone) = kept.next() => drop(known.remove(&gone)),
                    () = &mut stop => return,
                }
            };
            match found {
                Ok(nodes) => kept.extend(nodes.into_iter().filter(|node| known.insert(*node)).map(&keep)),
                Err(StorageError::Closed) => return,
                Err(error) => tracing::error!(%error, "the peers could not be read"),
            }
            tokio::select! {
                Some(gone) = kept.next() => drop(known.remove(&gone)),
                _ = changes.changed() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = &mut stop => return,
            }
        }
    }

    /// The peers that are asked: those with an address, and those that letters of ours reach.
    async fn addressed(&self) -> Result<Vec<NodeId>, StorageError> {
        let rows = peer::all(&mut *self.ends.db().read_single().await?).await?;
        let known = self.ends.known();
        Ok(rows.iter().filter(|row| road(&known, &rows, row).is_some()).map(|row| NodeId(Hash(row.node))).collect())
    }

    /// How a peer is asked.
    async fn road(&self, row: &PeerRow) -> Result<Option<Road>, StorageError> {
        if let Some(url) = &row.url {
            return Ok(Some(Road::Dial(url.clone())));
        }
        let rows = peer::all(&mut *self.ends.db().read_single().await?).await?;
        Ok(road(&self.ends.known(), &rows, row))
    }

    /// Keeps the line to one peer, until there is no way to it any more.
    async fn keep(&self, node: NodeId) -> NodeId {
        let mut visit = Visit::new(node);
        loop {
            match self.turn(&mut visit).await {
                Ok(true) => {}
                Ok(false) | Err(LinkError::Storage(StorageError::Closed)) => return node,
                Err(error) => self.failed(&mut visit, &error).await,
            }
        }
    }

    /// One turn: waits as long as there is something to wait for, then makes a round. False when the peer is no peer any more.
    async fn turn(&self, visit: &mut Visit) -> Result<bool, LinkError> {
        let Some(row) = self.ends.peer(&visit.node).await? else { return Ok(false) };
        let Some(road) = self.road(&row).await? else { return Ok(false) };
        if self.is_resting(&row) {
            self.sleep(visit, LOOK_AGAIN).await;
            // Whoever is let in again is called at once.
            visit.contact();
            return Ok(true);
        }
        let left_ms = visit.retry.left_ms(self.ends.ambient().now());
        if left_ms > 0 {
            self.sleep(visit, Duration::from_millis(left_ms).min(LOOK_AGAIN)).await;
            return Ok(true);
        }
        let mut line = line(visit, &road)?;
        let round = self.round(visit, &mut line).await;
        visit.learn(&line);
        match round? {
            Round::Moved => {
                visit.patience.news();
                self.reached(visit, &row, None).await?;
            }
            Round::Quiet(held) => {
                self.reached(visit, &row, held.and_then(|code| of_the_peer(&code))).await?;
                self.wait(visit, &mut line).await?;
                visit.learn(&line);
            }
        }
        Ok(true)
    }

    fn is_resting(&self, row: &PeerRow) -> bool {
        row.cut || row.paused || self.ends.known().is_suspended(&NodeId(Hash(row.node)))
    }

    /// Sleeps until the time is over or the bell of the peer rings, which ends all waits.
    async fn sleep(&self, visit: &mut Visit, time: Duration) {
        let bell = self.ends.bell(visit.node);
        tokio::select! {
            () = bell.notified() => visit.contact(),
            () = tokio::time::sleep(time) => {}
        }
    }

    /// Looks whether the line was cut by its switch.
    pub(super) async fn check_line(&self, node: &NodeId) -> Result<(), LinkError> {
        match self.ends.peer(node).await? {
            Some(row) if !self.is_resting(&row) => Ok(()),
            _ => Err(LinkError::Cut),
        }
    }

    /// Lets the peer keep a question waiting until it has something, or there is something for it, or a feed that was held is due.
    async fn wait(&self, visit: &mut Visit, line: &mut Line) -> Result<(), LinkError> {
        let watched = Watched::of(visit, self.ends.ambient().now());
        let rest = Duration::from_millis(visit.patience.rest_ms());
        if !rest.is_zero() {
            let bell = self.ends.bell(visit.node);
            tokio::select! {
                changed = self.changed(&watched) => return changed,
                () = bell.notified() => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
        let wait_ms = visit.patience.wait_ms().min(watched.due_ms);
        let is_whole = wait_ms == visit.patience.wait_ms();
        let greeted = tokio::select! {
            greeted = self.greet(visit, line, wait_ms) => greeted,
            changed = self.changed(&watched) => return changed,
        };
        match greeted {
            Ok(true) => visit.patience.news(),
            Ok(false) if is_whole => visit.patience.held(),
            Ok(false) => {}
            Err(LinkError::Lost(_) | LinkError::Unsigned { .. }) => {
                // What lies between may have cut it for its silence. If the peer is away, the next greeting tells.
                visit.patience.cut();
                visit.mark = None;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Returns when there is something for a peer that waits, or its line is cut.
    async fn changed(&self, watched: &Watched) -> Result<(), LinkError> {
        let mut woken = self.ends.db().woken();
        let mut changes = self.ends.changes();
        loop {
            woken.mark_unchanged();
            self.check_line(&watched.node).await?;
            let known = self.ends.known();
            if !known.is_reached {
                let jobs = to_bring(&known.node, (&known.me(), &watched.node), &watched.hello).await?;
                if jobs.iter().any(|job| !watched.held.contains(&job.key())) {
                    return Ok(());
                }
            }
            tokio::select! {
                _ = woken.changed() => {}
                _ = changes.changed() => return Ok(()),
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// Writes down that the peer was reached; not each time.
    async fn reached(&self, visit: &mut Visit, row: &PeerRow, held: Option<Trouble>) -> Result<(), LinkError> {
        visit.retry.contact();
        let now = self.ends.ambient().now();
        let is_recent =
            visit.noted_at.is_some_and(|at| (0..limits::FED_CONTACT_NOTE_MS).contains(&now.0.saturating_sub(at.0)));
        let code = held.map(Trouble::code);
        if is_recent && row.error_code.as_deref() == code {
            return Ok(());
        }
        visit.noted_at = Some(now);
        let (goodput, page_bytes) = visit.measured();
        let (node, clock_offset_ms) = (row.node, visit.offset.ms);
        let mut tx = self.ends.db().begin_write().await?;
        peer::reach(&mut tx, &Contact { node, at: now, clock_offset_ms, goodput, page_bytes, next_try_at: now })
            .await?;
        if let Some(code) = code {
            let failure = Failure { node: &row.node, code, at: now, page_bytes, next_try_at: now };
            peer::miss(&mut tx, failure).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Writes down that the peer was not reached, and waits longer the next time.
    async fn failed(&self, visit: &mut Visit, error: &LinkError) {
        let ambient = &self.ends.ambient();
        if !matches!(error, LinkError::Cut) {
            visit.retry.failed(ambient, error.after_ms());
        }
        visit.mark = None;
        tracing::debug!(peer.id = %visit.node, code = error.trouble().code(), error = %chain(error), "a peer was not reached");
        let now = ambient.now();
        let left_ms = i64::try_from(visit.retry.left_ms(now)).unwrap_or(i64::MAX);
        let (_, page_bytes) = visit.measured();
        let (node, code) = (&visit.node.0.0, error.trouble().code());
        let failure = Failure { node, code, at: now, page_bytes, next_try_at: now.plus_ms(left_ms) };
        if let Err(error) = self.note(failure).await {
            tracing::error!(%error, "that a peer was not reached could not be written down");
        }
    }

    async fn note(&self, failure: Failure<'_>) -> Result<(), StorageError> {
        let mut tx = self.ends.db().begin_write().await?;
        peer::miss(&mut tx, failure).await?;
        tx.commit().await
    }
}

/// What a feed that is held says of its peer: nothing when only an agreement is on its way.
fn of_the_peer(code: &str) -> Option<Trouble> {
    const ON_ITS_WAY: [&str; 4] = ["agreement-version", "no-agreement", "snapshot-gone", "page-keys"];
    (!ON_ITS_WAY.contains(&code)).then(|| trouble_of(code))
}

/// What a peer that waits is looked after by.
struct Watched {
    node: NodeId,
    hello: Hello,
    /// The feeds that are held, whatever there is of them.
    held: BTreeSet<(Way, Feed)>,
    /// When the first of them is due.
    due_ms: u64,
}

impl Watched {
    fn of(visit: &Visit, now: tiwizi_model::Instant) -> Self {
        let hello = visit.hello.clone().unwrap_or_else(nothing);
        let due_ms = visit.held_ms(now).unwrap_or(u64::MAX).max(1_000);
        Self { node: visit.node, hello, held: visit.held_keys(now), due_ms }
    }
}

/// A peer that wants and has nothing.
fn nothing() -> Hello {
    Hello {
        genesis: Envelope { payload_type: String::new(), payload: Vec::new(), signatures: Vec::new() },
        rotations: Vec::new(),
        protocols: BTreeSet::new(),
        directory: 0,
        logs: Vec::new(),
        wanted: Vec::new(),
        packages: BTreeMap::new(),
    }
}

fn line(visit: &Visit, road: &Road) -> Result<Line, LinkError> {
    match road {
        Road::Dial(url) => Line::dialled(visit.node, url, visit.offset),
        Road::Letters(carrier, url) => {
            let through = Line::dialled(*carrier, url, visit.carrier_offset)?;
            Ok(Line::written(visit.node, visit.offset, through))
        }
    }
}

/// An error with all that lies behind it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
