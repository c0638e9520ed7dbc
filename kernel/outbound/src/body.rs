//! The body of a request: of a known length, from memory or from a stream, and how far it has gone.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::Stream;
use hyper::body::{Body, Frame, SizeHint};

/// Bytes are handed on in pieces of this size, so that it shows whether they move.
const PIECE_BYTES: usize = 16 << 10;

/// The body of a request.
pub struct Outgoing {
    source: Source,
    left: u64,
    progress: Arc<Progress>,
}

enum Source {
    Bytes(Bytes),
    /// What a stream gave last is held back until it says that there is no more.
    Stream {
        stream: Pieces,
        last: Option<Bytes>,
    },
}

type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

impl Outgoing {
    /// Without a body.
    #[must_use]
    pub fn empty() -> Self {
        Self::bytes(Bytes::new())
    }

    /// From memory.
    #[must_use]
    pub fn bytes(bytes: Bytes) -> Self {
        let left = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { source: Source::Bytes(bytes), left, progress: Progress::of(left) }
    }

    /// From a stream that gives exactly so many bytes. With more or fewer the request fails; of none it is not asked.
    #[must_use]
    pub fn stream(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static, bytes: u64) -> Self {
        Self {
            source: Source::Stream { stream: Box::pin(stream), last: None },
            left: bytes,
            progress: Progress::of(bytes),
        }
    }

    pub(crate) fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    fn count(&mut self, piece: Bytes) -> Frame<Bytes> {
        self.left = self.left.saturating_sub(length(&piece));
        self.progress.left.store(self.left, Ordering::Relaxed);
        Frame::data(piece)
    }
}

fn length(piece: &Bytes) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

/// The next piece of a stream of which `left` bytes are still to come.
fn next(
    stream: &mut Pieces,
    last: &mut Option<Bytes>,
    left: u64,
    context: &mut Context<'_>,
) -> Poll<Option<io::Result<Bytes>>> {
    loop {
        let due = if last.is_some() { 0 } else { left };
        match ready!(stream.as_mut().poll_next(context)?) {
            None if due > 0 => return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into()))),
            None => return Poll::Ready(last.take().map(Ok)),
            Some(piece) if piece.is_empty() => {}
            Some(piece) if length(&piece) > due => {
                let longer = io::Error::other("the body is longer than it was said to be");
                return Poll::Ready(Some(Err(longer)));
            }
            Some(piece) if length(&piece) == due => *last = Some(piece),
            Some(piece) => return Poll::Ready(Some(Ok(piece))),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let left = self.left;
        let piece = match &mut self.source {
            Source::Bytes(bytes) if bytes.is_empty() => None,
            Source::Bytes(bytes) => Some(bytes.split_to(bytes.len().min(PIECE_BYTES))),
            Source::Stream { stream, last } => ready!(next(stream, last, left, context)).transpose()?,
        };
        Poll::Ready(piece.map(|piece| Ok(self.count(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// How much of a body has still to go.
#[derive(Debug)]
pub(crate) struct Progress {
    left: AtomicU64,
}

impl Progress {
    fn of(left: u64) -> Arc<Self> {
        Arc::new(Self { left: AtomicU64::new(left) })
    }

    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }
}
