//! Taking what a file holds, part by part. What is known is passed over, and a log that does not go on holds up no other.

use std::collections::BTreeSet;

use tiwizi_federation_core::flow::node::{Acknowledged, Counts, Heard, Loaded, Taken};
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::snapshot::Manifest;
use tiwizi_federation_core::flow::{NodeError, Store};
use tiwizi_federation_core::greeting::Seen;
use tiwizi_federation_core::page;
use tiwizi_federation_core::stick::{Cover, Part};
use tiwizi_federation_core::wire::{Directory, Envelope, LogId, NodeId, Note};

use crate::exchange::{Ends, refused_code};

use super::compare::said;
use super::{Age, FeedTaken, Looked, StickError, TakenIn};

/// A file that is being taken.
pub(super) struct Taking<'a, S> {
    ends: &'a Ends<S>,
    from: NodeId,
    feeds: Vec<FeedTaken>,
    /// The feed whose snapshot is being loaded.
    loading: Option<Feed>,
    directory: Option<u64>,
    directory_refused: Option<&'static str>,
    forked: BTreeSet<LogId>,
    passed_over: u64,
}

impl<'a, S: Store> Taking<'a, S> {
    pub(super) fn begin(ends: &'a Ends<S>, from: NodeId) -> Self {
        Self {
            ends,
            from,
            feeds: Vec::new(),
            loading: None,
            directory: None,
            directory_refused: None,
            forked: BTreeSet::new(),
            passed_over: 0,
        }
    }

    /// Takes one part.
    pub(super) async fn part(&mut self, part: Part<'_>) -> Result<(), StickError> {
        match part {
            Part::Cover(_) => Ok(()),
            Part::Directory(envelope) => self.directory(&envelope).await,
            Part::Page(bytes) => self.page(bytes).await,
            Part::Manifest(bytes) => self.manifest(bytes).await,
            Part::Chunk(bytes) => self.chunk(bytes).await,
            Part::Other => {
                self.passed_over = self.passed_over.saturating_add(1);
                Ok(())
            }
        }
    }

    /// Takes a directory that is newer than the one that is known. One that is not taken changes nothing else.
    async fn directory(&mut self, envelope: &Envelope) -> Result<(), StickError> {
        let known = self.ends.known();
        let root = known.roll.here().root;
        let version = root.and_then(|root| Directory::open(envelope, &root).ok()).map(|directory| directory.version);
        if version.is_some_and(|version| version <= known.roll.version()) {
            return Ok(());
        }
        match self.ends.learn_directory(envelope).await {
            Ok(()) => self.directory = version,
            Err(error) if error.is_failure() => return Err(error.into()),
            Err(error) => self.directory_refused = Some(error.code()),
        }
        Ok(())
    }

    async fn page(&mut self, bytes: &[u8]) -> Result<(), StickError> {
        let Some((head, of)) = page::head_of(bytes).and_then(|head| {
            let of = Note::unverified(&head.note).ok()?;
            (of.log.node == self.from).then_some((head, of))
        }) else {
            self.passed_over = self.passed_over.saturating_add(1);
            return Ok(());
        };
        let feed = Feed { log: of.log.clone(), agreement: head.under.map(|under| under.agreement) };
        let at = self.place(&feed).await?;
        let wanted = self.wanted(&feed).await?;
        let Some(told) = self.feeds.get_mut(at) else { return Ok(()) };
        if told.refused.is_some() {
            return Ok(());
        }
        let version = head.under.map_or(0, |under| under.version);
        let is_known =
            |(of_version, epoch, next)| (of_version, epoch) == (version, of.epoch) && head.span().end <= next;
        if wanted.is_some_and(is_known) {
            return self.hear(&head.note).await;
        }
        match self.ends.known().node.take(bytes).await? {
            Taken::Taken { next_seq, counts, .. } => {
                told.next = next_seq;
                add(&mut told.counts, counts);
            }
            Taken::Refused { reason, .. } => told.refused = Some(refused_code(&reason)),
        }
        Ok(())
    }

    /// A page whose entries are all known: what it says of its log is held to what is known all the same.
    async fn hear(&mut self, note: &str) -> Result<(), StickError> {
        if let Heard::Fork(_) | Heard::Ours = self.ends.known().node.hear(note).await?
            && let Ok(of) = Note::unverified(note)
        {
            self.forked.insert(of.log);
        }
        Ok(())
    }

    /// What is wanted of a feed: the version of its agreement, its generation, and the next entry.
    async fn wanted(&self, feed: &Feed) -> Result<Option<(u32, u32, u64)>, NodeError> {
        Ok(self.ends.known().node.wanted().await?.get(feed).copied())
    }

    /// Where a feed stands among those that were met.
    async fn place(&mut self, feed: &Feed) -> Result<usize, NodeError> {
        if let Some(at) = self.feeds.iter().position(|one| one.feed == *feed) {
            return Ok(at);
        }
        let before = self.wanted(feed).await?.map_or(0, |(.., next)| next);
        let (feed, counts) = (feed.clone(), Counts::default());
        self.feeds.push(FeedTaken { feed, before, next: before, counts, is_loaded: false, refused: None });
        Ok(self.feeds.len().saturating_sub(1))
    }

    async fn manifest(&mut self, bytes: &[u8]) -> Result<(), StickError> {
        self.loading = None;
        let of = Envelope::decode(bytes).ok().and_then(|envelope| Manifest::decode(&envelope.payload));
        let Some((manifest, of)) = of.and_then(|manifest| {
            let of = Note::unverified(&manifest.note).ok()?;
            (of.log.node == self.from).then_some((manifest, of))
        }) else {
            self.passed_over = self.passed_over.saturating_add(1);
            return Ok(());
        };
        let feed = Feed { log: of.log.clone(), agreement: Some(manifest.under.agreement) };
        let at = self.place(&feed).await?;
        if self.wanted(&feed).await?.is_some_and(|(.., next)| next >= of.size) {
            // It was loaded before, and its chunks are passed over.
            return self.hear(&manifest.note).await;
        }
        let loaded = self.ends.known().node.load_snapshot(bytes).await?;
        self.loading = Some(feed);
        self.loaded(at, loaded).await
    }

    async fn chunk(&mut self, bytes: &[u8]) -> Result<(), StickError> {
        let Some(feed) = self.loading.clone() else { return Ok(()) };
        let at = self.place(&feed).await?;
        let loaded = self.ends.known().node.load_chunk(&feed, bytes).await?;
        self.loaded(at, loaded).await
    }

    async fn loaded(&mut self, at: usize, loaded: Loaded) -> Result<(), StickError> {
        let is_done = match loaded {
            Loaded::Missing(missing) if !missing.is_empty() => return Ok(()),
            Loaded::Missing(_) | Loaded::Done => true,
            Loaded::Refused => false,
        };
        let Some(feed) = self.loading.take() else { return Ok(()) };
        let next = self.wanted(&feed).await?.map(|(.., next)| next);
        let Some(told) = self.feeds.get_mut(at) else { return Ok(()) };
        told.is_loaded |= is_done;
        told.next = next.unwrap_or(told.next);
        if !is_done {
            told.refused = Some("snapshot-refused");
        }
        Ok(())
    }

    /// After the last part: what the writer has said of what it took, of others, and of where its logs end.
    pub(super) async fn end(mut self, cover: &Cover, looked: Looked) -> Result<TakenIn, StickError> {
        let known = self.ends.known();
        let Seen(notes) = &cover.seen;
        for note in notes {
            self.hear(note).await?;
        }
        let mut acknowledged = Vec::new();
        for wanted in cover.hello.wanted.iter().filter(|wanted| wanted.log.node == known.me()) {
            let said = said(wanted);
            let came = known.node.acknowledge(&self.from, &said).await?;
            if came != Acknowledged::Known {
                acknowledged.push((said.feed, came));
            }
        }
        let now = self.ends.ambient().now();
        // A clock that is ahead makes nothing newer than it is.
        let made_at = cover.made_at.min(now);
        self.ends.ended_at(&self.from, &cover.hello.logs, made_at).await?;
        // What is not new may be read at any time, and says nothing of today.
        let heard_at = if looked.age == Age::Newer { now } else { made_at };
        if let Some(row) = self.ends.peer(&self.from).await?
            && row.contact_at.is_none_or(|known| known < heard_at)
        {
            self.ends.heard_of(&row, heard_at).await?;
        }
        let wanted = known.node.wanted().await?;
        for told in &mut self.feeds {
            // What a page of the control log put in force may have begun a log anew.
            told.next = wanted.get(&told.feed).map_or(told.next, |(.., next)| *next);
        }
        Ok(TakenIn {
            looked,
            feeds: self.feeds,
            acknowledged,
            directory: self.directory,
            directory_refused: self.directory_refused,
            forked: self.forked,
            passed_over: self.passed_over,
        })
    }
}

fn add(sum: &mut Counts, more: Counts) {
    sum.applied = sum.applied.saturating_add(more.applied);
    sum.ignored = sum.ignored.saturating_add(more.ignored);
    sum.parked = sum.parked.saturating_add(more.parked);
    sum.unparked = sum.unparked.saturating_add(more.unparked);
}
