//! Writing: a cover, the directory, then the pages that the peer may have and has not acknowledged, lane by lane.
//!
//! One part is in memory at a time. What is given under an agreement stands in the ledger before it is in the file.

use std::io::Write;

use tiwizi_federation_core::bundle::{BundleHead, BundleWriter};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::node::{Ask, Served, SnapshotMade};
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::flow::snapshot::Manifest;
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::greeting::{Hello, Offered, Seen};
use tiwizi_federation_core::stick::Cover;
use tiwizi_federation_core::wire::{Envelope, Hash, LogId, NodeId, Note, VerifyingKey};
use tiwizi_model::limits;

use crate::exchange::{Ends, Refusal};

use super::{FeedWritten, Left, Mode, Stick, StickError, Written};

/// A file that is being written.
struct Writing<'a, S, W> {
    ends: &'a Ends<S>,
    to: NodeId,
    key: VerifyingKey,
    mode: Mode,
    bytes_max: u64,
    /// The bytes and the parts that a trial counts without making them.
    counted: (u64, u64),
    bundle: BundleWriter<W>,
    told: &'a mut (dyn FnMut(u64) + Send),
}

impl<S: Store> Stick<S> {
    /// Writes for a peer what it may have and has not acknowledged. `told` hears of the bytes as they are written.
    ///
    /// # Errors
    /// When nothing may go to that peer, or something fails. What is in the file until then is of no use.
    pub async fn write<W: Write>(
        &self,
        to: &NodeId,
        (file, bytes_max): (W, u64),
        mode: Mode,
        told: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(W, Written), StickError> {
        if bytes_max < limits::FED_BUNDLE_BYTES_MIN {
            return Err(StickError::Small);
        }
        self.check_peer(to).await?;
        let known = self.ends.known();
        let key = known.ring().current(to).ok_or(StickError::Stranger { node: *to })?;
        let made_at = self.ends.ambient().now();
        // What was written before this moment has its place in the logs before the cover says where they end.
        while known.node.sequence().await? > 0 {}
        let hello = self.ends.hello(to).await?;
        let seen = Seen(known.node.checkpoints().await?);
        let cover = Cover { to: *to, made_at, hello: hello.clone(), seen };
        let bundle = BundleWriter::begin(file, &BundleHead { from: known.me(), to: *to })?;
        let mut writing = Writing { ends: &*self.ends, to: *to, key, mode, bytes_max, counted: (0, 0), bundle, told };
        writing.push(&PeerBytes::cover(&cover, known.keys.signing()))?;
        if let Some(directory) = known.directory.as_ref().and_then(|(_, one)| PeerBytes::directory(one).ok()) {
            writing.push(&directory)?;
        }
        let feeds = writing.feeds(&hello).await?;
        let (more_bytes, more_parts) = writing.counted;
        let parts = writing.bundle.parts().saturating_add(more_parts);
        let (file, bytes) = writing.bundle.finish()?;
        let bytes = bytes.saturating_add(more_bytes);
        Ok((file, Written { to: *to, made_at, feeds, bytes, parts }))
    }
}

impl<S: Store, W: Write> Writing<'_, S, W> {
    /// Puts a part in, sealed. False when there is no room for it.
    fn push(&mut self, bytes: &PeerBytes) -> Result<bool, StickError> {
        let Some(part) = self.sealed(bytes)? else { return Ok(false) };
        self.put(&part)?;
        Ok(true)
    }

    /// Something as the part that it would be; none when there is no room for it.
    fn sealed(&self, bytes: &PeerBytes) -> Result<Option<PeerBytes>, StickError> {
        let part = bytes.part((self.to, &self.key), self.ends.ambient())?;
        let has_room = self.bundle.has_room(&part, self.bytes_max.saturating_sub(self.counted.0));
        Ok(has_room.then_some(part))
    }

    fn put(&mut self, part: &PeerBytes) -> Result<(), StickError> {
        self.bundle.push(part)?;
        (self.told)(part.as_bytes().len() as u64);
        Ok(())
    }

    /// Whether a snapshot of so many bytes has room, in so many parts.
    fn has_room(&self, bytes: u64, parts: u64) -> bool {
        let around = parts.saturating_mul(AROUND_BYTES_MAX);
        let there = self.bundle.bytes().saturating_add(self.counted.0);
        there.saturating_add(bytes).saturating_add(around) <= self.bytes_max
    }

    async fn feeds(&mut self, hello: &Hello) -> Result<Vec<FeedWritten>, StickError> {
        let mut offered: Vec<&Offered> = hello.logs.iter().collect();
        // Keys, agreements and transfers first: by them the others are judged.
        offered.sort_by_key(|offered| (offered.plane.lane(), offered.plane.clone(), offered.agreement));
        let mut feeds = Vec::with_capacity(offered.len());
        for offered in offered {
            feeds.push(self.feed(offered).await?);
        }
        Ok(feeds)
    }

    async fn feed(&mut self, offered: &Offered) -> Result<FeedWritten, StickError> {
        let node = &self.ends.known().node;
        let log = LogId { node: self.ends.known().me(), plane: offered.plane.clone() };
        let feed = Feed { log, agreement: offered.agreement };
        let from = node.acknowledged(&self.to, &feed, offered.version).await?;
        let (version, epoch, bytes_max) = (offered.version, offered.epoch, limits::FED_PAGE_BYTES_MAX as u64);
        let mut ask = Ask { feed, version, epoch, from, bytes_max };
        let (plane, agreement) = (offered.plane.clone(), offered.agreement);
        let left = Left::Nothing;
        let mut written = FeedWritten { plane, agreement, from, up_to: from, pages: 0, chunks: None, left };
        loop {
            match node.serve_ahead(&self.to, &ask).await? {
                Served::UpToDate => return Ok(written),
                Served::Refused(refusal) => {
                    let left = Left::Refused(Refusal::Ask(refusal).code());
                    return Ok(FeedWritten { left, ..written });
                }
                Served::NeedsSnapshot if written.chunks.is_some() => {
                    return Ok(FeedWritten { left: Left::Refused("needs-snapshot"), ..written });
                }
                Served::NeedsSnapshot => match self.snapshot(&ask).await? {
                    Ok(Some((chunks, size))) => {
                        (written.chunks, written.up_to) = (Some(chunks), size);
                        ask.from = size;
                    }
                    Ok(None) => return Ok(written),
                    Err(left) => return Ok(FeedWritten { left, ..written }),
                },
                Served::Page(page) => {
                    let Some(end) = page.span().map(|span| span.end) else { return Ok(written) };
                    if !self.page(&ask, &page).await? {
                        return Ok(FeedWritten { left: Left::Room, ..written });
                    }
                    written.pages = written.pages.saturating_add(1);
                    (written.up_to, ask.from) = (end, end);
                }
            }
        }
    }

    /// One page. False when there is no room for it; then nothing was noted of it.
    async fn page(&mut self, ask: &Ask, page: &PeerBytes) -> Result<bool, StickError> {
        let Some(part) = self.sealed(page)? else { return Ok(false) };
        if self.mode == Mode::Done {
            self.ends.disclose(&self.to, ask, page).await?;
        }
        self.put(&part)?;
        Ok(true)
    }

    /// The snapshot of a log whose entries are not kept from where the peer stands: how many chunks, and up to where it goes. None when there is
    /// nothing of it.
    async fn snapshot(&mut self, ask: &Ask) -> Result<Result<Option<(u64, u64)>, Left>, StickError> {
        if self.mode == Mode::Tried {
            return self.try_snapshot(ask).await;
        }
        let manifest = match self.ends.snapshot(&self.to, ask).await {
            Ok(manifest) => manifest,
            Err(Refusal::Absent) => return Ok(Ok(None)),
            Err(refusal @ Refusal::Ask(_)) => return Ok(Err(Left::Refused(refusal.code()))),
            Err(refusal) => return Err(refusal.into()),
        };
        let Some((named, size)) = read(&manifest) else { return Err(Refusal::Absent.into()) };
        let bytes = named.chunks.iter().map(|chunk| chunk.bytes).sum::<u64>();
        let parts = (named.chunks.len() as u64).saturating_add(1);
        if !self.has_room(bytes.saturating_add(manifest.as_bytes().len() as u64), parts) || !self.push(&manifest)? {
            return Ok(Err(Left::Room));
        }
        for chunk in &named.chunks {
            let bytes = self.chunk(ask, &chunk.hash).await?;
            let chunk = PeerBytes::chunk_of(&manifest, bytes).ok_or(Refusal::Absent)?;
            if !self.push(&chunk)? {
                return Ok(Err(Left::Room));
            }
        }
        Ok(Ok(Some((named.chunks.len() as u64, size))))
    }

    /// A whole chunk, off the shelf.
    async fn chunk(&self, ask: &Ask, hash: &Hash) -> Result<Vec<u8>, StickError> {
        let mut bytes = Vec::new();
        loop {
            let first = bytes.len() as u64;
            let part = self.ends.part(&self.to, (&ask.feed.log, hash), first, None).await?.ok_or(Refusal::Absent)?;
            if part.as_bytes().is_empty() {
                return Ok(bytes);
            }
            bytes.extend_from_slice(part.as_bytes());
            if bytes.len() as u64 >= part.of {
                return Ok(bytes);
            }
        }
    }

    /// The same without keeping or noting anything.
    async fn try_snapshot(&mut self, ask: &Ask) -> Result<Result<Option<(u64, u64)>, Left>, StickError> {
        let (mut count, mut bytes) = (0_u64, 0_u64);
        let mut keep = |_: Hash, chunk: PeerBytes| {
            count = count.saturating_add(1);
            bytes = bytes.saturating_add(chunk.as_bytes().len() as u64);
        };
        let made = self.ends.known().node.make_snapshot(&self.to, ask, &mut keep).await?;
        let manifest = match made {
            SnapshotMade::Made(manifest) => manifest,
            SnapshotMade::Empty => return Ok(Ok(None)),
            SnapshotMade::Refused(refusal) => return Ok(Err(Left::Refused(Refusal::Ask(refusal).code()))),
        };
        let Some((_, size)) = read(&manifest) else { return Err(Refusal::Absent.into()) };
        let (all, parts) = (bytes.saturating_add(manifest.as_bytes().len() as u64), count.saturating_add(1));
        if !self.has_room(all, parts) {
            return Ok(Err(Left::Room));
        }
        self.counted = (self.counted.0.saturating_add(all), self.counted.1.saturating_add(parts));
        Ok(Ok(Some((count, size))))
    }
}

/// What stands around the bytes of a part, in the file and in its seal, at most; and for the end of the file.
const AROUND_BYTES_MAX: u64 = 256;

/// What a manifest of ours names, and the size of the log that it is of.
fn read(manifest: &PeerBytes) -> Option<(Manifest, u64)> {
    let envelope = Envelope::decode(manifest.as_bytes()).ok()?;
    let named = Manifest::decode(&envelope.payload)?;
    let size = Note::unverified(&named.note).ok()?.size;
    Some((named, size))
}
