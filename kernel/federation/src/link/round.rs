//! One round with a peer: greet, make the keys and the directory known, then move pages lane by lane until there is nothing more.

use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::node::Heard;
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::greeting::{Hello, KeyChain, Offered, Seen};
use tiwizi_federation_core::wire::{Directory, Envelope, KeyRing};
use tiwizi_model::limits;

use crate::exchange::{Known, Question};

use super::Link;
use super::asking::{Line, LinkError, Told, With, ask};
use super::jobs::{Job, jobs};
use super::quantum::{Step, Stepping};
use super::transport::Transport;
use super::visit::{Ended, Visit};

/// What a round came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Round {
    /// Something moved, or may move now.
    Moved,
    /// There is nothing to do but to wait; some feeds may be held, for this reason.
    Quiet(Option<String>),
}

impl<S: Store, T: Transport> Link<S, T> {
    /// One round.
    pub(super) async fn round(&self, visit: &mut Visit, line: &mut Line) -> Result<Round, LinkError> {
        self.tell_keys(visit, line).await?;
        if visit.hello.is_none() || visit.mark.is_none() {
            self.greet(visit, line, 0).await?;
        }
        let Some(hello) = visit.hello.clone() else { return Err(LinkError::Form { code: "answer-form" }) };
        self.pass_directory(visit, line, &hello).await?;
        self.gossip(visit, line).await?;
        let round = self.work(visit, line, &hello).await?;
        if matches!(round, Round::Quiet(_)) {
            self.tell_ends(visit, line, &hello).await?;
        }
        visit.mark = match round {
            Round::Moved => None,
            Round::Quiet(_) => Some(hello.mark()),
        };
        Ok(round)
    }

    /// Greets the peer. With a wait the answer comes when there is something else than was seen, or the wait is over. Tells whether there is.
    pub(super) async fn greet(&self, visit: &mut Visit, line: &mut Line, wait_ms: u64) -> Result<bool, LinkError> {
        let question = Question::Hello { seen: visit.mark, wait_ms };
        let reply = match ask(&self.ends, &self.transport, line, &question, &With::default()).await? {
            Told::Reply(reply) => reply,
            Told::Problem { code, after_ms } => {
                if code == "signature-key-unknown" {
                    visit.keys_told = None;
                }
                return Err(LinkError::Told { code, after_ms });
            }
        };
        if reply.body.is_empty() {
            if let Some(hello) = visit.hello.as_ref().filter(|_| visit.mark.is_some()) {
                // It would say the same again: its logs still end there.
                self.ends.ended(&line.node, &hello.logs).await?;
            }
            return Ok(false);
        }
        let hello = Hello::decode(&reply.body).map_err(|_| LinkError::Form { code: "answer-form" })?;
        self.learn_keys(line, &hello).await?;
        self.ends.ended(&line.node, &hello.logs).await?;
        visit.hello = Some(hello);
        visit.mark = None;
        Ok(true)
    }

    /// Brings our keys before anything that a new one has signed.
    async fn tell_keys(&self, visit: &mut Visit, line: &mut Line) -> Result<(), LinkError> {
        let known = self.ends.known();
        let count = known.keys.rotations().len();
        if visit.keys_told == Some(count) || (count == 0 && visit.keys_told.is_none() && visit.hello.is_none()) {
            visit.keys_told = Some(count);
            return Ok(());
        }
        let body = PeerBytes::keys(&known.chain()).as_bytes().to_vec();
        let with = With { body, media_type: KeyChain::TYPE, range: None };
        match ask(&self.ends, &self.transport, line, &Question::GiveKeys, &with).await? {
            Told::Reply(_) => visit.keys_told = Some(count),
            Told::Problem { code, after_ms } => return Err(LinkError::Told { code, after_ms }),
        }
        Ok(())
    }

    /// Takes the keys of a peer when it signs with another one than we know.
    async fn learn_keys(&self, line: &Line, hello: &Hello) -> Result<(), LinkError> {
        let mut ring = KeyRing::new();
        let is_own = ring.insert(&hello.genesis, &hello.rotations).is_ok_and(|node| node == line.node);
        if is_own && ring.current(&line.node) != self.ends.known().ring().current(&line.node) {
            self.ends.learn_keys(&line.node, &hello.rotations).await?;
        }
        Ok(())
    }

    /// The newer directory goes to whoever has the older one.
    async fn pass_directory(&self, visit: &mut Visit, line: &mut Line, hello: &Hello) -> Result<(), LinkError> {
        let known = self.ends.known();
        let own = known.directory.as_ref().map_or(0, |(version, _)| *version);
        if hello.directory > own {
            let question = Question::Directory { have: own };
            let told = ask(&self.ends, &self.transport, line, &question, &With::default()).await?;
            if let Told::Reply(reply) = told
                && reply.media_type == Directory::TYPE
            {
                let envelope = Envelope::decode(&reply.body).map_err(|_| LinkError::Form { code: "answer-form" })?;
                self.ends.learn_directory(&envelope).await?;
            }
        } else if hello.directory < own && visit.directory_told < own {
            self.bring_directory(&known, line).await?;
            visit.directory_told = own;
        }
        Ok(())
    }

    async fn bring_directory(&self, known: &Known<S>, line: &mut Line) -> Result<(), LinkError> {
        let Some((_, envelope)) = &known.directory else { return Ok(()) };
        let Ok(bytes) = PeerBytes::directory(envelope) else { return Ok(()) };
        let with = With { body: bytes.as_bytes().to_vec(), media_type: Directory::TYPE, range: None };
        // A peer that does not take it says so in its own log; nothing here depends on it.
        ask(&self.ends, &self.transport, line, &Question::GiveDirectory, &with).await?;
        Ok(())
    }

    /// Tells which checkpoints of others we have, and hears which the peer has, now and then.
    async fn gossip(&self, visit: &mut Visit, line: &mut Line) -> Result<(), LinkError> {
        let now = self.ends.ambient().now();
        let is_recent = |at: tiwizi_model::Instant| (0..limits::FED_GOSSIP_MS).contains(&now.0.saturating_sub(at.0));
        if visit.gossiped_at.is_some_and(is_recent) {
            return Ok(());
        }
        visit.gossiped_at = Some(now);
        let node = &self.ends.known().node;
        if let Told::Reply(reply) =
            ask(&self.ends, &self.transport, line, &Question::Checkpoints, &With::default()).await?
        {
            let Seen(notes) = Seen::decode(&reply.body).map_err(|_| LinkError::Form { code: "answer-form" })?;
            for note in notes {
                if let Heard::Fork(_) | Heard::Ours = node.hear(&note).await? {
                    tracing::error!(peer.id = %line.node, "a peer has another history of a log than this instance");
                }
            }
        }
        let bytes = PeerBytes::checkpoints(node.checkpoints().await?, line.node);
        let with = With { body: bytes.as_bytes().to_vec(), media_type: Seen::TYPE, range: None };
        ask(&self.ends, &self.transport, line, &Question::GiveCheckpoints, &with).await?;
        Ok(())
    }

    /// Tells a peer that cannot dial us where those of our logs end of which it has everything: when there are others than it was told of,
    /// after a snapshot, and every hour while nothing is written.
    async fn tell_ends(&self, visit: &mut Visit, line: &mut Line, theirs: &Hello) -> Result<(), LinkError> {
        if self.ends.known().is_reached || self.ends.is_written().await? {
            return Ok(());
        }
        let own = self.ends.hello(&line.node).await?;
        let is_whole = |offered: &&Offered| {
            let mut wanted = theirs.wanted.iter().filter(|wanted| wanted.log.plane == offered.plane);
            wanted.any(|wanted| {
                (wanted.agreement, wanted.version, wanted.epoch, wanted.next)
                    == (offered.agreement, offered.version, offered.epoch, offered.size)
            })
        };
        let whole = own.logs.iter().filter(is_whole);
        let logs: Ended = whole.map(|log| (log.plane.clone(), log.agreement, log.version)).collect();
        let now = self.ends.ambient().now();
        let is_recent = |at: tiwizi_model::Instant| (0..limits::FED_GOSSIP_MS).contains(&now.0.saturating_sub(at.0));
        let is_told = visit.ends_told.as_ref().is_some_and(|(at, told)| is_recent(*at) && *told == logs);
        if is_told || logs.is_empty() {
            return Ok(());
        }
        let body = PeerBytes::hello(&own, line.node).as_bytes().to_vec();
        let with = With { body, media_type: Hello::TYPE, range: None };
        // An older peer does not know the question; nothing here depends on it.
        ask(&self.ends, &self.transport, line, &Question::GiveHello, &with).await?;
        visit.ends_told = Some((now, logs));
        Ok(())
    }

    /// Moves pages, in the order of the lanes, until there is nothing more that is not held.
    async fn work(&self, visit: &mut Visit, line: &mut Line, hello: &Hello) -> Result<Round, LinkError> {
        let known = self.ends.known();
        let brings = !known.is_reached;
        let all = jobs(&known.node, (&known.me(), &line.node), hello, brings).await?;
        let now = self.ends.ambient().now();
        let mut waiting: Vec<Job> = all.into_iter().filter(|job| !visit.is_held(&job.key(), now)).collect();
        let (mut moved, mut held) = (false, None);
        while let Some(job) = next_job(visit, &mut waiting) {
            self.check_line(&line.node).await?;
            let (key, lane) = (job.key(), job.lane());
            let done = Stepping { ends: &*self.ends, transport: &self.transport, line: &mut *line, visit: &mut *visit }
                .step(job)
                .await?;
            visit.lanes.spend(lane, done.bytes);
            moved |= done.bytes > 0;
            match done.step {
                Step::On(job) => {
                    visit.go_on(&key);
                    // Behind the others of its lane.
                    waiting.push(job);
                }
                Step::Done if lane == 0 => {
                    visit.go_on(&key);
                    // Keys, agreements, transfers: what there is to do may be something else now.
                    return Ok(Round::Moved);
                }
                Step::Done => visit.go_on(&key),
                Step::Held(code) => {
                    visit.hold(key, self.ends.ambient());
                    held = Some(code);
                }
            }
        }
        Ok(if moved { Round::Moved } else { Round::Quiet(held) })
    }
}

/// The job whose lane has the next turn.
fn next_job(visit: &mut Visit, waiting: &mut Vec<Job>) -> Option<Job> {
    let lanes: Vec<u8> = waiting.iter().map(Job::lane).collect();
    let lane = visit.lanes.next(&lanes)?;
    let place = lanes.iter().position(|one| *one == lane)?;
    Some(waiting.remove(place))
}
