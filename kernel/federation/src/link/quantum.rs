//! The smallest step of a feed: one page, or one part of a chunk. Between two of them every other feed may have its turn.

use tiwizi_federation_core::flow::node::{Ask, Loaded, Served, Taken};
use tiwizi_federation_core::flow::{NodeError, Store};
use tiwizi_federation_core::gate::Answer as Position;
use tiwizi_federation_core::greeting::Missing;
use tiwizi_federation_core::page::SNAPSHOT_TYPE;
use tiwizi_federation_core::wire::Hash;
use tiwizi_model::limits;
use tiwizi_outbound::ContentRange;

use crate::exchange::{CHUNK_TYPE, Ends, FeedPlace, PAGE_TYPE, POSITION_TYPE, Question, Refusal, refused_code};

use super::asking::{Line, LinkError, Reply, Told, With, ask};
use super::jobs::{Job, Way};
use super::transport::Transport;
use super::visit::Visit;

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The feed goes on from here.
    On(Job),
    /// There is nothing more of it.
    Done,
    /// It does not go on, with the code of the reason: it is tried again later.
    Held(String),
}

/// One step, with the bytes that it moved.
pub(crate) struct Moved {
    pub(crate) step: Step,
    pub(crate) bytes: u64,
}

impl Moved {
    fn none(step: Step) -> Self {
        Self { step, bytes: 0 }
    }

    fn held(code: &str) -> Self {
        Self::none(Step::Held(code.to_owned()))
    }
}

/// What steps are made with.
pub(crate) struct Stepping<'a, S, T> {
    pub(crate) ends: &'a Ends<S>,
    pub(crate) transport: &'a T,
    pub(crate) line: &'a mut Line,
    pub(crate) visit: &'a mut Visit,
}

impl<S: Store, T: Transport> Stepping<'_, S, T> {
    /// Makes one step of a feed. A line that is cut makes its next page smaller.
    pub(crate) async fn step(&mut self, job: Job) -> Result<Moved, LinkError> {
        let key = job.key();
        let moved = match (job.way, job.snapshot) {
            (Way::Fetch, false) => self.fetch(job).await,
            (Way::Bring, false) => self.bring(job).await,
            (Way::Fetch, true) => self.fetch_snapshot(job).await,
            (Way::Bring, true) => self.bring_snapshot(job).await,
        };
        match moved {
            // Something of ours about this one log is broken: the others go on.
            Err(LinkError::Node(NodeError::Damaged { .. })) => Ok(Moved::held("log-damaged")),
            Err(error @ (LinkError::Lost(_) | LinkError::Unsigned { .. } | LinkError::Believe(_))) => {
                self.visit.pace(&key).cut();
                Err(error)
            }
            other => other,
        }
    }

    async fn ask(&mut self, question: &Question, with: &With) -> Result<Told, LinkError> {
        ask(self.ends, self.transport, self.line, question, with).await
    }

    async fn fetch(&mut self, job: Job) -> Result<Moved, LinkError> {
        let bytes_max = self.visit.pace(&job.key()).asked_bytes();
        let (epoch, from) = (job.epoch, job.next);
        let question = Question::Pages { feed: place(&job), epoch, from, bytes_max, wait_ms: 0 };
        match self.ask(&question, &With::default()).await? {
            Told::Reply(reply) if reply.media_type == PAGE_TYPE => self.take(job, reply).await,
            Told::Reply(reply) if reply.body.is_empty() => {
                self.ends.reached(&job.feed).await?;
                Ok(Moved::none(Step::Done))
            }
            Told::Reply(_) => Err(LinkError::Form { code: "answer-form" }),
            Told::Problem { code, .. } if code == "needs-snapshot" => {
                Ok(Moved::none(Step::On(Job { snapshot: true, ..job })))
            }
            Told::Problem { code, after_ms } => refused(code, after_ms),
        }
    }

    async fn take(&mut self, job: Job, reply: Reply) -> Result<Moved, LinkError> {
        let bytes = reply.body.len() as u64;
        match self.ends.known().node.take(&reply.body).await? {
            Taken::Taken { next_seq, .. } if next_seq > job.next => {
                self.visit.pace(&job.key()).delivered(bytes, reply.took_ms);
                Ok(Moved { step: Step::On(Job { next: next_seq, ..job }), bytes })
            }
            Taken::Taken { .. } => Ok(Moved { step: Step::Held("page-stands".to_owned()), bytes }),
            Taken::Refused { wanted: Some((feed, next)), reason } if reason.gap().is_some() && feed == job.feed => {
                Ok(Moved { step: Step::On(Job { next, ..job }), bytes })
            }
            Taken::Refused { reason, .. } => {
                let code = refused_code(&reason);
                tracing::warn!(peer.id = %self.line.node, log = %job.feed.log, code, "a page is not taken");
                Ok(Moved { step: Step::Held(code.to_owned()), bytes })
            }
        }
    }

    async fn bring(&mut self, job: Job) -> Result<Moved, LinkError> {
        let bytes_max = self.visit.pace(&job.key()).asked_bytes();
        let ask = of(&job, bytes_max);
        let page = match self.ends.known().node.serve(&self.line.node, &ask).await? {
            Served::Page(page) => page,
            Served::UpToDate => return Ok(Moved::none(Step::Done)),
            Served::NeedsSnapshot => return Ok(Moved::none(Step::On(Job { snapshot: true, ..job }))),
            Served::Refused(refusal) => return Ok(Moved::held(Refusal::Ask(refusal).code())),
        };
        let bytes = page.as_bytes().len() as u64;
        let with = With { body: page.as_bytes().to_vec(), media_type: PAGE_TYPE, range: None };
        let is_end = self.ends.is_end(&ask, &page).await?;
        self.ends.disclose(&self.line.node, &ask, &page).await?;
        match self.ask(&Question::GivePage { log: job.feed.log.clone(), is_end }, &with).await? {
            Told::Reply(reply) if reply.media_type == POSITION_TYPE => self.stands(job, &reply, bytes),
            Told::Reply(_) => Err(LinkError::Form { code: "answer-form" }),
            Told::Problem { code, after_ms } => refused(code, after_ms),
        }
    }

    /// The peer says where it stands: after the page, or where it stood all the time.
    fn stands(&mut self, job: Job, reply: &Reply, bytes: u64) -> Result<Moved, LinkError> {
        let position = Position::decode(&reply.body).map_err(|_| LinkError::Form { code: "answer-form" })?;
        if position.epoch != job.epoch {
            return Ok(Moved { step: Step::Held("epoch".to_owned()), bytes });
        }
        if position.next == job.next {
            return Ok(Moved { step: Step::Held("page-stands".to_owned()), bytes });
        }
        if position.next > job.next {
            self.visit.pace(&job.key()).delivered(bytes, reply.took_ms);
        }
        Ok(Moved { step: Step::On(Job { next: position.next, ..job }), bytes })
    }

    async fn fetch_snapshot(&mut self, job: Job) -> Result<Moved, LinkError> {
        let key = job.key();
        let Some(hash) = self.visit.missing.get(&key).and_then(|missing| missing.first().copied()) else {
            return self.fetch_manifest(job).await;
        };
        let asked = self.visit.pace(&key).asked_bytes().min(limits::FED_PART_BYTES_MAX as u64);
        let first = self.visit.arriving.held(&job.feed, &hash);
        let question = Question::Chunk { log: job.feed.log.clone(), hash };
        let last = first.saturating_add(asked.max(1)).saturating_sub(1);
        let with = With { range: Some((first, last)), ..With::default() };
        let reply = match self.ask(&question, &with).await? {
            Told::Reply(reply) if reply.media_type == CHUNK_TYPE => reply,
            Told::Reply(_) => return Err(LinkError::Form { code: "answer-form" }),
            Told::Problem { code, .. } if code == "absent" => {
                // The peer made another one meanwhile; what was loaded of it stays loaded.
                self.visit.missing.remove(&key);
                return Ok(Moved::held("snapshot-gone"));
            }
            Told::Problem { code, after_ms } => return refused(code, after_ms),
        };
        let range = reply.content_range.as_deref().and_then(|range| range.parse::<ContentRange>().ok());
        let total = range.filter(|range| range.first == first).and_then(|range| range.total);
        let Some(of) = total else { return Err(LinkError::Form { code: "answer-range" }) };
        let bytes = reply.body.len() as u64;
        self.visit.pace(&key).delivered(bytes, reply.took_ms);
        let whole = self.visit.arriving.add(&job.feed, hash, (first, of), &reply.body);
        let step = match whole {
            None if self.visit.arriving.held(&job.feed, &hash) > first => Step::On(job),
            None => Step::Held("chunk-wrong".to_owned()),
            Some(whole) => self.load(job, &whole).await?,
        };
        Ok(Moved { step, bytes })
    }

    async fn fetch_manifest(&mut self, job: Job) -> Result<Moved, LinkError> {
        let question = Question::Snapshot { feed: place(&job), epoch: job.epoch, from: job.next };
        let reply = match self.ask(&question, &With::default()).await? {
            Told::Reply(reply) if reply.media_type == SNAPSHOT_TYPE => reply,
            Told::Reply(_) => return Err(LinkError::Form { code: "answer-form" }),
            Told::Problem { code, after_ms } => return refused(code, after_ms),
        };
        let bytes = reply.body.len() as u64;
        let loaded = self.ends.known().node.load_snapshot(&reply.body).await?;
        Ok(Moved { step: self.loaded(job, loaded).await?, bytes })
    }

    async fn load(&mut self, job: Job, chunk: &[u8]) -> Result<Step, LinkError> {
        let loaded = self.ends.known().node.load_chunk(&job.feed, chunk).await?;
        self.loaded(job, loaded).await
    }

    async fn loaded(&mut self, job: Job, loaded: Loaded) -> Result<Step, LinkError> {
        match loaded {
            Loaded::Missing(missing) if !missing.is_empty() => Ok(self.lacks(job, missing)),
            Loaded::Missing(_) | Loaded::Done => {
                self.visit.missing.remove(&job.key());
                self.behind_snapshot(job).await
            }
            Loaded::Refused => {
                self.visit.missing.remove(&job.key());
                Ok(Step::Held("snapshot-refused".to_owned()))
            }
        }
    }

    /// The cursor stands behind the snapshot now. Asking from there tells the peer so, also when nothing follows.
    async fn behind_snapshot(&self, job: Job) -> Result<Step, LinkError> {
        let wanted = self.ends.known().node.wanted().await?;
        Ok(match wanted.get(&job.feed).copied() {
            Some((version, epoch, next)) if next > job.next => {
                Step::On(Job { version, epoch, next, snapshot: false, ..job })
            }
            _ => Step::Done,
        })
    }

    fn lacks(&mut self, job: Job, missing: Vec<Hash>) -> Step {
        self.visit.missing.insert(job.key(), missing);
        Step::On(job)
    }

    async fn bring_snapshot(&mut self, job: Job) -> Result<Moved, LinkError> {
        let key = job.key();
        let Some(hash) = self.visit.missing.get(&key).and_then(|missing| missing.first().copied()) else {
            return self.bring_manifest(job).await;
        };
        let asked = self.visit.pace(&key).asked_bytes().min(limits::FED_PART_BYTES_MAX as u64);
        let from = self.visit.brought.get(&key).filter(|(of, _)| *of == hash).map_or(0, |(_, next)| *next);
        let last = from.saturating_add(asked.max(1)).saturating_sub(1);
        let part = self.ends.part(&self.line.node, (&job.feed.log, &hash), from, Some(last)).await?;
        let Some(part) = part else {
            self.visit.missing.remove(&key);
            return Ok(Moved::held("snapshot-gone"));
        };
        let bytes = part.as_bytes().len() as u64;
        let with = With { body: part.as_bytes().to_vec(), media_type: CHUNK_TYPE, range: None };
        let question = Question::GiveChunk { feed: place(&job), hash, from, of: part.of };
        let reply = match self.ask(&question, &with).await? {
            Told::Reply(reply) => reply,
            Told::Problem { code, after_ms } => return refused(code, after_ms),
        };
        self.visit.pace(&key).delivered(bytes, reply.took_ms);
        let step = match reply.media_type.as_str() {
            POSITION_TYPE => {
                let position = Position::decode(&reply.body).map_err(|_| LinkError::Form { code: "answer-form" })?;
                self.visit.brought.insert(key, (hash, position.next));
                // It began anew there, or the chunk is not what its hash says: the same again at once would fill the line for nothing.
                if position.next > from { Step::On(job) } else { Step::Held("part-stands".to_owned()) }
            }
            _ => self.still_missing(job, &reply)?,
        };
        Ok(Moved { step, bytes })
    }

    async fn bring_manifest(&mut self, job: Job) -> Result<Moved, LinkError> {
        let peer = self.line.node;
        let manifest = match self.ends.snapshot(&peer, &of(&job, 0)).await {
            Ok(manifest) => manifest,
            Err(Refusal::Ask(refusal)) => return Ok(Moved::held(Refusal::Ask(refusal).code())),
            Err(Refusal::Absent) => return Ok(Moved::none(Step::Done)),
            Err(refusal) => return Err(refusal.into()),
        };
        let bytes = manifest.as_bytes().len() as u64;
        let with = With { body: manifest.as_bytes().to_vec(), media_type: SNAPSHOT_TYPE, range: None };
        let reply = match self.ask(&Question::GiveSnapshot { log: job.feed.log.clone() }, &with).await? {
            Told::Reply(reply) => reply,
            Told::Problem { code, after_ms } => return refused(code, after_ms),
        };
        Ok(Moved { step: self.still_missing(job, &reply)?, bytes })
    }

    /// What the peer still lacks of a snapshot; nothing when it is loaded.
    fn still_missing(&mut self, job: Job, reply: &Reply) -> Result<Step, LinkError> {
        let missing = match reply.media_type.as_str() {
            Missing::TYPE => Missing::decode(&reply.body).map_err(|_| LinkError::Form { code: "answer-form" })?.0,
            _ if reply.body.is_empty() => Vec::new(),
            _ => return Err(LinkError::Form { code: "answer-form" }),
        };
        if missing.is_empty() {
            self.visit.missing.remove(&job.key());
            self.visit.brought.remove(&job.key());
            // No page said that nothing is behind it: the peer is told when there is nothing more to bring.
            self.visit.ends_told = None;
            return Ok(Step::Done);
        }
        Ok(self.lacks(job, missing))
    }
}

/// A problem: of the whole line when the peer asks to wait, of this feed alone otherwise.
fn refused(code: String, after_ms: Option<u64>) -> Result<Moved, LinkError> {
    const OF_THE_LINE: [&str; 6] = ["line-cut", "suspended", "flood", "budget-spent", "busy", "replayed"];
    let is_line = after_ms.is_some() || OF_THE_LINE.contains(&code.as_str()) || code.starts_with("signature-");
    if is_line { Err(LinkError::Told { code, after_ms }) } else { Ok(Moved::held(&code)) }
}

/// What the receiver would ask for.
fn of(job: &Job, bytes_max: u64) -> Ask {
    Ask { feed: job.feed.clone(), version: job.version, epoch: job.epoch, from: job.next, bytes_max }
}

fn place(job: &Job) -> FeedPlace {
    FeedPlace { log: job.feed.log.clone(), agreement: job.feed.agreement, version: job.version }
}
