//! Answering what was let in, and signing answers.

use std::sync::PoisonError;
use std::time::Duration;

use tiwizi_federation_core::flow::node::{Ask, Heard, Loaded, Refused, Served, Taken};
use tiwizi_federation_core::flow::receive::ReceiveError;
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::{NodeError, Store, StoreTx as _};
use tiwizi_federation_core::gate::{Answer as Position, PeerBytes};
use tiwizi_federation_core::greeting::{Hello, KeyChain, Missing, Seen};
use tiwizi_federation_core::package;
use tiwizi_federation_core::page::{Page, SNAPSHOT_TYPE};
use tiwizi_federation_core::signature::{
    Answer as Unsigned, BodyDigest, Lines, Request, Response, SignatureError, known as key_of, verify_request,
};
use tiwizi_federation_core::wire::{Directory, Envelope, Hash, KeyRing, LogId, NodeId, Note};
use tiwizi_model::limits;
use tiwizi_storage::federation::package as packages;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::Exchange;
use super::door::{Admitted, By};
use super::question::{FeedPlace, Question};
use super::refusal::{LearnError, Refusal};
use super::shelf::ChunkPart;

/// The type of a page.
pub const PAGE_TYPE: &str = "application/vnd.tiwizi.page.v1";
/// The type of what a receiver says of where it stands.
pub const POSITION_TYPE: &str = "application/vnd.tiwizi.position.v1+cbor";
/// The type of a part of a chunk.
pub const CHUNK_TYPE: &str = "application/vnd.tiwizi.chunk.v1";
/// The type of a problem (RFC 9457).
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// What it holds.
    pub body: Body,
    /// The type of what it holds.
    pub media_type: &'static str,
    /// What was brought is not taken as it is: the body says what is wanted instead.
    pub is_conflict: bool,
    /// It never changes: whoever is between may keep it for the one who asked.
    pub is_final: bool,
}

/// The bytes of an answer.
#[derive(Debug)]
pub enum Body {
    /// None: there is nothing more, or everything was done.
    Nothing,
    /// What the gate made.
    Gate(PeerBytes),
    /// A part of what the gate made.
    Part(ChunkPart),
}

impl Body {
    /// The bytes, to be sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Nothing => &[],
            Self::Gate(bytes) => bytes.as_bytes(),
            Self::Part(part) => part.as_bytes(),
        }
    }
}

impl Answer {
    pub(super) fn nothing() -> Self {
        Self { body: Body::Nothing, media_type: "", is_conflict: false, is_final: false }
    }

    pub(super) fn of(media_type: &'static str, bytes: PeerBytes) -> Self {
        Self { body: Body::Gate(bytes), media_type, is_conflict: false, is_final: false }
    }
}

/// What is looked at again while somebody waits, when nothing rings: other processes write too.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Whoever waits is not woken more often than this.
const REST: Duration = Duration::from_millis(200);

impl<S: Store> Exchange<S> {
    /// Answers a request that was let in and whose body was held to its digest. `range` is what of a chunk is asked for.
    ///
    /// # Errors
    /// When it is not answered as it asked.
    pub async fn answer(
        &self,
        admitted: &Admitted,
        body: &[u8],
        range: Option<(u64, Option<u64>)>,
    ) -> Result<Answer, Refusal> {
        let started = Instant::now();
        let By::Peer { node, .. } = &admitted.by else {
            return self.take_keys(&admitted.request, body).await;
        };
        let waits = admitted.question.wait_ms() > 0;
        let answer = self.reply(node, &admitted.question, body, range).await;
        // Waiting is no work.
        let work_ms = if waits { 0 } else { u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX) };
        let bytes = answer.as_ref().map_or(0, |answer| answer.body.as_bytes().len() as u64);
        self.budgets.spend(*node, admitted.at, bytes, work_ms);
        answer
    }

    async fn reply(
        &self,
        peer: &NodeId,
        question: &Question,
        body: &[u8],
        range: Option<(u64, Option<u64>)>,
    ) -> Result<Answer, Refusal> {
        match question {
            Question::Hello { seen, .. } => self.greet(peer, seen.as_ref(), question.wait_ms()).await,
            Question::Directory { have } => self.directory(*have),
            Question::Checkpoints => {
                let notes = self.ends.known().node.checkpoints().await?;
                Ok(Answer::of(Seen::TYPE, PeerBytes::checkpoints(notes, *peer)))
            }
            Question::Pages { feed, epoch, from, bytes_max, .. } => {
                let bytes_max = (*bytes_max).min(limits::FED_PAGE_BYTES_MAX as u64);
                let ask = Ask { feed: feed_of(feed), version: feed.version, epoch: *epoch, from: *from, bytes_max };
                self.give_page(peer, &ask, question.wait_ms()).await
            }
            Question::Snapshot { feed, epoch, from } => {
                let (version, bytes_max) = (feed.version, 0);
                let ask = Ask { feed: feed_of(feed), version, epoch: *epoch, from: *from, bytes_max };
                let manifest = self.ends.snapshot(peer, &ask).await?;
                Ok(Answer::of(SNAPSHOT_TYPE, manifest))
            }
            Question::Chunk { log, hash } => self.give_chunk(peer, log, hash, range).await,
            Question::Package { name, version } => self.package(peer, name, *version).await,
            Question::GiveHello => {
                let hello = Hello::decode(body).map_err(|_| Refusal::Body)?;
                self.ends.ended(peer, &hello.logs).await?;
                Ok(Answer::nothing())
            }
            Question::GiveKeys => Err(Refusal::Body),
            Question::GiveDirectory => {
                let envelope = Envelope::decode(body).map_err(|_| Refusal::Body)?;
                self.ends.learn_directory(&envelope).await.map_err(Refusal::Statement)?;
                Ok(Answer::nothing())
            }
            Question::GiveCheckpoints => self.hear(body).await,
            Question::GivePage { log, is_end } => self.take_page(peer, (log, *is_end), body).await,
            Question::GiveSnapshot { log } => self.take_manifest(peer, log, body).await,
            Question::GiveChunk { feed, hash, from, of } => {
                self.take_part(peer, &feed_of(feed), *hash, (*from, *of), body).await
            }
            Question::Letters { .. } | Question::GiveLetter { .. } | Question::GiveReply { .. } => {
                self.carry(peer, question, body).await
            }
        }
    }

    async fn greet(&self, peer: &NodeId, seen: Option<&Hash>, wait_ms: u64) -> Result<Answer, Refusal> {
        let until = deadline(wait_ms);
        let mut woken = self.ends.db().woken();
        loop {
            woken.mark_unchanged();
            let hello = self.ends.hello(peer).await?;
            if seen != Some(&hello.mark()) {
                return Ok(Answer::of(Hello::TYPE, PeerBytes::hello(&hello, *peer)));
            }
            if Instant::now() >= until || self.rest(peer, &mut woken, until).await? {
                return Ok(Answer::nothing());
            }
        }
    }

    /// Rests until there may be something for a peer that waits. True when its line was cut meanwhile: then nothing goes over it any more.
    pub(super) async fn rest(
        &self,
        peer: &NodeId,
        woken: &mut watch::Receiver<u64>,
        until: Instant,
    ) -> Result<bool, Refusal> {
        let left = until.saturating_duration_since(Instant::now()).min(LOOK_AGAIN);
        // Whether it rang or the time is over: it is looked at again.
        drop(timeout(left, woken.changed()).await);
        tokio::time::sleep(REST.min(left)).await;
        let row = self.ends.peer(peer).await?;
        Ok(row.is_some_and(|row| row.cut || row.paused) || self.ends.known().is_suspended(peer))
    }

    async fn give_page(&self, peer: &NodeId, ask: &Ask, wait_ms: u64) -> Result<Answer, Refusal> {
        let until = deadline(wait_ms);
        let mut woken = self.ends.db().woken();
        loop {
            woken.mark_unchanged();
            match self.ends.known().node.serve(peer, ask).await? {
                Served::Page(bytes) => {
                    self.ends.disclose(peer, ask, &bytes).await?;
                    let is_final = bytes.as_bytes().len() as u64 >= ask.bytes_max / 2;
                    return Ok(Answer { is_final, ..Answer::of(PAGE_TYPE, bytes) });
                }
                Served::NeedsSnapshot => return Err(Refusal::NeedsSnapshot),
                Served::Refused(refusal) => return Err(Refusal::Ask(refusal)),
                Served::UpToDate => {
                    if Instant::now() >= until || self.rest(peer, &mut woken, until).await? {
                        return Ok(Answer::nothing());
                    }
                }
            }
        }
    }

    fn directory(&self, have: u64) -> Result<Answer, Refusal> {
        let known = self.ends.known();
        match &known.directory {
            Some((version, envelope)) if *version > have => {
                let bytes = PeerBytes::directory(envelope).map_err(|_| Refusal::Absent)?;
                Ok(Answer::of(Directory::TYPE, bytes))
            }
            _ => Ok(Answer::nothing()),
        }
    }

    /// A package that this instance knows: what the nation publishes is the same wherever it comes from.
    async fn package(&self, peer: &NodeId, name: &str, version: u32) -> Result<Answer, Refusal> {
        if !package::is_name(name) {
            return Err(Refusal::Absent);
        }
        let mut tx = self.ends.db().read_single().await?;
        let row = packages::find(&mut tx, name, u64::from(version)).await?.ok_or(Refusal::Absent)?;
        let packed = package::Packed::decode(&row.envelope).map_err(|_| Refusal::Absent)?;
        let letter = PeerBytes::letter(&packed.envelope, *peer).map_err(|_| Refusal::Absent)?;
        Ok(Answer::of(package::PAYLOAD_TYPE, letter))
    }

    async fn give_chunk(
        &self,
        peer: &NodeId,
        log: &LogId,
        hash: &Hash,
        range: Option<(u64, Option<u64>)>,
    ) -> Result<Answer, Refusal> {
        let (first, last) = range.unwrap_or((0, None));
        let part = self.ends.part(peer, (log, hash), first, last).await?.ok_or(Refusal::Absent)?;
        if part.as_bytes().is_empty() {
            return Err(Refusal::Range);
        }
        let body = Body::Part(part);
        Ok(Answer { body, media_type: CHUNK_TYPE, is_conflict: false, is_final: false })
    }

    async fn hear(&self, body: &[u8]) -> Result<Answer, Refusal> {
        let Seen(notes) = Seen::decode(body).map_err(|_| Refusal::Body)?;
        let known = self.ends.known();
        for note in notes {
            match known.node.hear(&note).await? {
                Heard::Fork(_) => tracing::error!(log = %named(&note), "an instance has shown two histories of a log"),
                Heard::Ours => {
                    tracing::error!(log = %named(&note), "somebody else has a history of a log of this instance")
                }
                Heard::Fine | Heard::Ahead | Heard::Unknown => {}
            }
        }
        Ok(Answer::nothing())
    }

    async fn take_page(&self, peer: &NodeId, (log, is_end): (&LogId, bool), body: &[u8]) -> Result<Answer, Refusal> {
        // A page is believed for its checkpoint, whoever brings it; but the places of a peer are for the logs that it names.
        let page = Page::decode(body).map_err(|_| Refusal::Page { code: "page-form" })?;
        let of = Note::unverified(&page.head.note).map_err(|_| Refusal::Page { code: "page-note" })?;
        if of.log != *log {
            return Err(Refusal::Page { code: "page-other-log" });
        }
        drop(page);
        match self.ends.known().node.take(body).await? {
            Taken::Taken { feed, next_seq, counts } => {
                tracing::debug!(peer.id = %peer, log = %feed.log, applied = counts.applied, parked = counts.parked, "took a page");
                // Only the home of a log says where it ends.
                if is_end && log.node == *peer {
                    self.ends.reached(&feed).await?;
                }
                self.position(peer, &feed, next_seq, false).await
            }
            Taken::Refused { wanted: Some((feed, next)), reason } if is_place(&reason) => {
                self.position(peer, &feed, next, true).await
            }
            Taken::Refused { reason, .. } => {
                let code = refused_code(&reason);
                tracing::warn!(peer.id = %peer, log = %log, code, "a page is not taken");
                Err(Refusal::Page { code })
            }
        }
    }

    async fn position(&self, peer: &NodeId, feed: &Feed, next: u64, is_conflict: bool) -> Result<Answer, Refusal> {
        let known = self.ends.known();
        let mut tx = known.node.store().begin().await.map_err(NodeError::Store)?;
        let cursor = tx.cursor(feed).await.map_err(NodeError::Store)?;
        let epoch = cursor.map_or(0, |cursor| cursor.epoch);
        let position = Position { epoch, next, credit: limits::FED_PAGE_BYTES_MAX as u64 };
        let answer = Answer::of(POSITION_TYPE, PeerBytes::answer(&position, *peer));
        Ok(Answer { is_conflict, ..answer })
    }

    async fn take_manifest(&self, peer: &NodeId, log: &LogId, body: &[u8]) -> Result<Answer, Refusal> {
        if log.node != *peer {
            return Err(Refusal::Page { code: "page-other-log" });
        }
        match self.ends.known().node.load_snapshot(body).await? {
            Loaded::Missing(hashes) => Ok(missing_answer(hashes, peer)),
            Loaded::Done => Ok(Answer::nothing()),
            Loaded::Refused => Err(Refusal::Page { code: "snapshot-refused" }),
        }
    }

    async fn take_part(
        &self,
        peer: &NodeId,
        feed: &Feed,
        hash: Hash,
        (from, of): (u64, u64),
        body: &[u8],
    ) -> Result<Answer, Refusal> {
        if feed.log.node != *peer {
            return Err(Refusal::Page { code: "page-other-log" });
        }
        // What is there already is not collected once more: its answer was lost.
        let missing = self.missing(feed).await?;
        if !missing.contains(&hash) {
            return Ok(missing_answer(missing, peer));
        }
        let (whole, next) = {
            let mut arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner);
            let whole = arriving.add(feed, hash, (from, of), body);
            (whole, arriving.next(feed, &hash, of))
        };
        let Some(whole) = whole else {
            let position = Position { epoch: 0, next, credit: limits::FED_PART_BYTES_MAX as u64 };
            let is_conflict = next != from.saturating_add(body.len() as u64);
            let answer = Answer::of(POSITION_TYPE, PeerBytes::answer(&position, *peer));
            return Ok(Answer { is_conflict, ..answer });
        };
        match self.ends.known().node.load_chunk(feed, &whole).await? {
            Loaded::Missing(hashes) => Ok(missing_answer(hashes, peer)),
            Loaded::Done => Ok(Answer::nothing()),
            Loaded::Refused => Err(Refusal::Page { code: "snapshot-refused" }),
        }
    }

    /// The chunks that are missing of a snapshot that is being loaded; none when none is.
    async fn missing(&self, feed: &Feed) -> Result<Vec<Hash>, Refusal> {
        let known = self.ends.known();
        let mut tx = known.node.store().begin().await.map_err(NodeError::Store)?;
        let Some(loading) = tx.loading(feed).await.map_err(NodeError::Store)? else { return Ok(Vec::new()) };
        let chunk = |place: &usize| loading.manifest.chunks.get(*place).map(|chunk| chunk.hash);
        Ok(loading.missing.iter().filter_map(chunk).collect())
    }

    /// Takes keys that a peer brings: whoever is known, and brings what its root key has signed, is known by its new key. The request is
    /// signed with that key.
    async fn take_keys(&self, request: &Request, body: &[u8]) -> Result<Answer, Refusal> {
        let chain = KeyChain::decode(body).map_err(|_| Refusal::Body)?;
        let known = self.ends.known();
        let mut ring = KeyRing::new();
        let node = ring.insert(&chain.genesis, &chain.rotations);
        let node = node.map_err(|error| Refusal::Statement(LearnError::Chain(error)))?;
        if known.is_suspended(&node) {
            return Err(Refusal::Statement(LearnError::Unknown));
        }
        let signed = verify_request(request, &known.authorities, |keyid| key_of(&ring, keyid))?;
        self.nonces.admit(&signed).await?;
        self.ends.learn_keys(&node, &chain.rotations).await.map_err(Refusal::Statement)?;
        Ok(Answer::nothing())
    }

    /// Signs an answer: gives the lines that say so, those that were handed in among them. None when the request bears no signature that an
    /// answer could be bound to.
    ///
    /// # Errors
    /// When a line cannot be sent.
    pub fn sign(
        &self,
        request: &Request,
        (status, body): (u16, &[u8]),
        lines: &[(&str, String)],
    ) -> Result<Option<Lines>, SignatureError> {
        if request.lines.value("signature").is_none() || request.lines.value("signature-input").is_none() {
            return Ok(None);
        }
        let own = Lines::read(lines.iter().map(|(name, value)| (*name, value.as_str())))?;
        let also: Vec<&str> = lines.iter().map(|(name, _)| *name).filter(|name| SIGNED_TOO.contains(name)).collect();
        let response = Response { status, lines: own, body: BodyDigest::of(body) };
        let unsigned = Unsigned { response, request, now: self.ends.ambient().now() };
        match self.ends.known().signed(|signer| signer.sign_response(unsigned, &also)) {
            Ok(response) => Ok(Some(response.lines)),
            // A signature that cannot be read is nothing to be bound to.
            Err(SignatureError::Field { .. } | SignatureError::Component { .. } | SignatureError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The fields of an answer that are signed when they are there.
const SIGNED_TOO: [&str; 3] = ["content-type", "content-range", "retry-after"];

/// Which chunks are missing; nothing when none is.
fn missing_answer(missing: Vec<Hash>, peer: &NodeId) -> Answer {
    if missing.is_empty() {
        return Answer::nothing();
    }
    Answer::of(Missing::TYPE, PeerBytes::missing(&Missing(missing), *peer))
}

fn feed_of(place: &FeedPlace) -> Feed {
    Feed { log: place.log.clone(), agreement: place.agreement }
}

fn deadline(wait_ms: u64) -> Instant {
    let now = Instant::now();
    now.checked_add(Duration::from_millis(wait_ms)).unwrap_or(now)
}

/// The log of a note, for the log.
fn named(note: &str) -> String {
    Note::unverified(note).map_or_else(|_| String::new(), |checkpoint| checkpoint.log.to_string())
}

/// Whether a page was only brought at the wrong place.
fn is_place(reason: &Refused) -> bool {
    matches!(reason, Refused::Receive(ReceiveError::Cursor(_)))
}

/// A code that does not change for why a page is not taken.
pub(crate) fn refused_code(reason: &Refused) -> &'static str {
    match reason {
        Refused::Page(_) => "page-form",
        Refused::Note(_) => "page-note",
        Refused::Own => "page-own-log",
        Refused::NoAgreement => "no-agreement",
        Refused::Stopped => "log-forked",
        Refused::Parked => "parked-full",
        Refused::Receive(error) => match error {
            ReceiveError::Keys(_) => "page-keys",
            ReceiveError::Note(_) => "page-note",
            ReceiveError::Log => "page-other-log",
            ReceiveError::Agreement => "agreement-version",
            ReceiveError::Cursor(_) => "page-place",
            ReceiveError::End { .. } => "page-end",
            ReceiveError::Place { .. } => "entry-place",
            ReceiveError::Chain { .. } => "entry-chain",
            ReceiveError::Disclosure { .. } => "entry-disclosure",
            ReceiveError::Group { .. } => "entry-group",
            ReceiveError::Root => "page-root",
            ReceiveError::Consistency => "page-consistency",
        },
    }
}
