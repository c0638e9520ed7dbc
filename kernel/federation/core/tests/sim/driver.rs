//! What an instance does by itself: it gives places to what was written, asks its peers for what it wants, and answers them.

use tiwizi_federation_core::agreement::{State, StepError};
use tiwizi_federation_core::flow::node::{Ask, Heard, Loaded, Refused, SnapshotMade, Taken};
use tiwizi_federation_core::flow::plant::Plant;
use tiwizi_federation_core::flow::{Feed, NodeError, Store as _, StoreError, StoreTx as _};

use crate::clock::run;
use crate::network::{Answer, Message};
use crate::world::{Event, Held, TICK_MS, World, broken};

/// How long an answer is waited for.
const PATIENCE_MS: u64 = 20_000;
/// How long a feed that has nothing new is let be.
const IDLE_MS: u64 = 3_000;

impl World {
    /// Whether an error is one of the store's, which the simulation itself causes; then the instance goes down with it.
    pub(crate) fn survives(&mut self, number: usize, error: &NodeError) -> Held {
        match error {
            NodeError::Store(StoreError::Full) => {
                self.note(|| format!("{number} has no room"));
                Ok(())
            }
            NodeError::Store(StoreError::Failed { .. }) => {
                self.note(|| format!("{number} loses power"));
                self.lose_power(number);
                Ok(())
            }
            other => Err(broken("I17", format!("instance {number} fails: {other} ({other:?})"))),
        }
    }

    /// What an instance does first when it starts.
    pub(crate) fn look_again(&mut self, number: usize) -> Held {
        let Some(node) = &self.instances[number].node else { return Ok(()) };
        match run(node.look_again()) {
            Ok(_) => self.check_instance(number),
            Err(error) => self.survives(number, &error),
        }
    }

    pub(crate) fn tick(&mut self, number: usize) -> Held {
        if !self.instances[number].is_up() {
            return Ok(());
        }
        let wait = TICK_MS + self.chance.below(50) as u64;
        self.at(self.now + wait, Event::Tick(number));
        self.housekeeping(number)?;
        if !self.instances[number].is_up() {
            return Ok(());
        }
        for peer in 0..self.instances.len() {
            if peer != number && self.instances[number].is_up() {
                self.ask_peer(number, peer)?;
            }
        }
        if self.chance.one_in(5) {
            self.gossip(number)?;
        }
        Ok(())
    }

    fn housekeeping(&mut self, number: usize) -> Held {
        let Some(node) = &self.instances[number].node else { return Ok(()) };
        let steps = run(async {
            node.sequence().await?;
            node.accept_offers().await?;
            let mut tx = node.store().begin().await?;
            let next = tx.agreements().await?.into_iter().filter_map(|agreed| agreed.next);
            let offered = next.filter(|life| life.drafted_by() != &node.setting().me && life.state() == State::Offered);
            let offered: Vec<_> = offered.map(|life| life.document().clone()).collect();
            drop(tx);
            for document in offered {
                match node.sign_agreement(&document).await {
                    // By its own clock the time of the offer is over: nobody signs it there.
                    Err(NodeError::Step { source: StepError::State { state: State::Expired, .. }, .. }) => {}
                    signed => signed?,
                }
            }
            node.sequence().await?;
            Ok::<(), NodeError>(())
        });
        if let Err(error) = steps {
            self.survives(number, &error)?;
        }
        self.check_written(number)
    }

    /// Asks a peer for the feed whose turn it is.
    pub(crate) fn ask_peer(&mut self, number: usize, peer: usize) -> Held {
        let now = self.now;
        let ambient = self.instances[number].ambient(self.plan.seed ^ now ^ peer as u64);
        let instance = &mut self.instances[number];
        let contact = instance.contacts.entry(peer).or_default();
        if let Some((_, feed, until)) = contact.asked.clone() {
            if now < until {
                return Ok(());
            }
            contact.asked = None;
            contact.retry.failed(&ambient, None);
            if let Some(following) = instance.following.get_mut(&feed) {
                following.pace.cut();
            }
        }
        if contact.retry.left_ms(ambient.now()) > 0 {
            return Ok(());
        }
        let Some(node) = &instance.node else { return Ok(()) };
        let wanted = match run(node.wanted()) {
            Ok(wanted) => wanted,
            Err(error) => return self.survives(number, &error),
        };
        let home = self.nodes[peer];
        let wanted: Vec<_> = wanted.into_iter().filter(|(feed, _)| feed.log.node == home).collect();
        self.ask_for(number, peer, &wanted)
    }

    fn ask_for(&mut self, number: usize, peer: usize, wanted: &[(Feed, (u32, u32, u64))]) -> Held {
        let now = self.now;
        let instance = &mut self.instances[number];
        let due: Vec<_> = wanted
            .iter()
            .filter(|(feed, _)| instance.following.entry(feed.clone()).or_default().idle_until <= now)
            .collect();
        let lanes: Vec<u8> = due.iter().map(|(feed, _)| feed.log.plane.lane()).collect();
        let Some(lane) = instance.contacts.entry(peer).or_default().lanes.next(&lanes) else { return Ok(()) };
        let in_lane: Vec<_> = due.into_iter().filter(|(feed, _)| feed.log.plane.lane() == lane).collect();
        let Some((feed, (version, epoch, from))) = self.chance.pick(&in_lane).copied().cloned() else { return Ok(()) };
        self.tokens += 1;
        let token = self.tokens;
        let instance = &mut self.instances[number];
        let following = instance.following.entry(feed.clone()).or_default();
        let message = match &following.snapshot {
            None => {
                let bytes_max = following.pace.asked_bytes();
                Message::Ask { token, ask: Ask { feed: feed.clone(), version, epoch, from, bytes_max } }
            }
            Some(missing) => match missing.first() {
                None => {
                    let ask = Ask { feed: feed.clone(), version, epoch, from, bytes_max: 0 };
                    Message::SnapshotAsk { token, ask }
                }
                Some(hash) => Message::ChunkAsk { token, feed: feed.clone(), hash: *hash },
            },
        };
        instance.contacts.entry(peer).or_default().asked = Some((token, feed, now + PATIENCE_MS));
        self.send(number, peer, message);
        Ok(())
    }

    fn gossip(&mut self, number: usize) -> Held {
        let peer = self.chance.below(self.instances.len());
        let Some(node) = self.instances[number].node.as_ref().filter(|_| peer != number) else { return Ok(()) };
        match run(node.checkpoints()) {
            Ok(notes) => self.send(number, peer, Message::Gossip { notes }),
            Err(error) => self.survives(number, &error)?,
        }
        Ok(())
    }

    pub(crate) fn delivered(&mut self, from: usize, to: usize, message: Message) -> Held {
        if !self.instances[to].is_up() {
            return Ok(());
        }
        match message {
            Message::Ask { token, ask } => self.asked(from, to, token, &ask),
            Message::SnapshotAsk { token, ask } => self.asked_snapshot(from, to, token, ask),
            Message::ChunkAsk { token, feed, hash } => {
                let bytes = self.instances[to].chunks.get(&hash).cloned();
                self.send(to, from, Message::Answer { token, feed, served: Answer::Chunk { bytes } });
                Ok(())
            }
            Message::Answer { token, feed, served } => self.answered(from, to, token, &feed, served),
            Message::Push { bytes } => self.take(to, &bytes, false).map(|_| ()),
            Message::Gossip { notes } => self.heard(to, notes),
            Message::Fork { proof } => {
                let Some(node) = &self.instances[to].node else { return Ok(()) };
                match run(node.hear_fork(&proof)) {
                    Ok(_) => Ok(()),
                    Err(error) => self.survives(to, &error),
                }
            }
        }
    }

    fn asked(&mut self, from: usize, to: usize, token: u64, ask: &Ask) -> Held {
        // Whoever asks is there.
        self.instances[to].contacts.entry(from).or_default().retry.contact();
        let peer = self.nodes[from];
        let instance = &self.instances[to];
        let shown = instance.double.as_deref().filter(|_| from.is_multiple_of(2)).or(instance.node.as_ref());
        let Some(node) = shown else { return Ok(()) };
        let served = match run(node.serve(&peer, ask)) {
            Ok(served) => served,
            Err(error) => return self.survives(to, &error),
        };
        self.check_served(to, from, ask, &served)?;
        let answer = Message::Answer { token, feed: ask.feed.clone(), served: Answer::of(served) };
        self.send(to, from, answer);
        Ok(())
    }

    fn asked_snapshot(&mut self, from: usize, to: usize, token: u64, ask: Ask) -> Held {
        let peer = self.nodes[from];
        let mut chunks = Vec::new();
        let Some(node) = &self.instances[to].node else { return Ok(()) };
        let made = run(node.make_snapshot(&peer, &ask, &mut |hash, bytes| {
            chunks.push((hash, bytes.as_bytes().to_vec()));
        }));
        let made = match made {
            Ok(made) => made,
            Err(error) => return self.survives(to, &error),
        };
        self.instances[to].chunks.extend(chunks);
        let served = match made {
            SnapshotMade::Made(bytes) => Answer::Manifest { bytes: bytes.as_bytes().to_vec() },
            SnapshotMade::Empty => Answer::UpToDate,
            SnapshotMade::Refused(_) => Answer::Refused,
        };
        self.send(to, from, Message::Answer { token, feed: ask.feed, served });
        Ok(())
    }

    fn answered(&mut self, from: usize, to: usize, token: u64, feed: &Feed, served: Answer) -> Held {
        let now = self.now;
        let contact = self.instances[to].contacts.entry(from).or_default();
        let awaited = contact.asked.as_ref().is_some_and(|(asked, ..)| *asked == token);
        if awaited {
            contact.asked = None;
            contact.retry.contact();
        }
        let following = self.instances[to].following.entry(feed.clone()).or_default();
        match served {
            Answer::UpToDate | Answer::Refused => {
                following.idle_until = now + IDLE_MS;
                following.snapshot = None;
                return Ok(());
            }
            Answer::NeedsSnapshot => {
                following.snapshot.get_or_insert_default();
            }
            Answer::Page { bytes, cut } => self.page_came(to, from, feed, &bytes, cut)?,
            Answer::Manifest { bytes } => self.manifest_came(to, feed, &bytes)?,
            Answer::Chunk { bytes } => self.chunk_came(to, feed, bytes)?,
        }
        if awaited && self.instances[to].is_up() { self.ask_peer(to, from) } else { Ok(()) }
    }

    fn page_came(&mut self, to: usize, from: usize, feed: &Feed, bytes: &[u8], cut: bool) -> Held {
        let plant = self.plan.plant;
        if cut {
            let following = self.instances[to].following.entry(feed.clone()).or_default();
            if plant == Some(Plant::PageGrows) { following.pace.delivered(1 << 20, 1) } else { following.pace.cut() }
        }
        // A cut page is not whole, and its receiver knows; a proxy may also say that this is all there is.
        let taken = self.take(to, bytes, cut)?;
        let instance = &mut self.instances[to];
        let following = instance.following.entry(feed.clone()).or_default();
        if taken {
            let took = bytes.len() as u64 * 1_000 / 125_000 + 40;
            following.pace.delivered(bytes.len() as u64, took);
            instance.contacts.entry(from).or_default().lanes.spend(feed.log.plane.lane(), bytes.len() as u64);
        } else if !cut {
            following.idle_until = self.now + IDLE_MS;
        }
        Ok(())
    }

    /// Hands a page to an instance. Tells whether it was taken.
    pub(crate) fn take(&mut self, to: usize, bytes: &[u8], cut: bool) -> Result<bool, crate::world::Broken> {
        let before = self.digest_before(to);
        let Some(node) = &self.instances[to].node else { return Ok(false) };
        let taken = match run(node.take(bytes)) {
            Ok(taken) => taken,
            Err(error) => {
                self.survives(to, &error)?;
                return Ok(false);
            }
        };
        let is_taken = matches!(taken, Taken::Taken { .. });
        if let Taken::Refused { reason, .. } = &taken {
            let line = format!("{to} refuses a page: {reason:?}");
            self.note(|| line.chars().take(160).collect());
            if !cut {
                self.check_refused(to, &before, matches!(reason, Refused::Stopped))?;
            }
        }
        self.check_taken(to, &before, &taken)?;
        Ok(is_taken)
    }

    fn manifest_came(&mut self, to: usize, feed: &Feed, bytes: &[u8]) -> Held {
        let Some(node) = &self.instances[to].node else { return Ok(()) };
        let loaded = match run(node.load_snapshot(bytes)) {
            Ok(loaded) => loaded,
            Err(error) => return self.survives(to, &error),
        };
        self.loaded(to, feed, loaded)
    }

    fn chunk_came(&mut self, to: usize, feed: &Feed, bytes: Option<Vec<u8>>) -> Held {
        let Some(node) = &self.instances[to].node else { return Ok(()) };
        let loaded = match bytes {
            // Whoever made it has started again since: a new one is asked for.
            None => Loaded::Missing(Vec::new()),
            Some(bytes) => match run(node.load_chunk(feed, &bytes)) {
                Ok(loaded) => loaded,
                Err(error) => return self.survives(to, &error),
            },
        };
        self.loaded(to, feed, loaded)
    }

    fn loaded(&mut self, to: usize, feed: &Feed, loaded: Loaded) -> Held {
        self.note(|| format!("{to} loads a snapshot: {loaded:?}"));
        let following = self.instances[to].following.entry(feed.clone()).or_default();
        following.snapshot = match loaded {
            Loaded::Missing(missing) => Some(missing),
            Loaded::Done | Loaded::Refused => None,
        };
        self.check_instance(to)
    }

    fn heard(&mut self, to: usize, notes: Vec<String>) -> Held {
        for note in notes {
            let Some(node) = &self.instances[to].node else { return Ok(()) };
            match run(node.hear(&note)) {
                Ok(Heard::Fork(proof)) => {
                    self.note(|| format!("{to} finds a fork"));
                    for peer in (0..self.instances.len()).filter(|peer| *peer != to) {
                        self.send(to, peer, Message::Fork { proof: proof.clone() });
                    }
                }
                Ok(_) => {}
                Err(error) => return self.survives(to, &error),
            }
        }
        self.check_stops(to)
    }
}
