//! A connection's bytes, with the two time limits that hyper does not keep: a client that opens a connection and
//! never says which protocol it speaks, and one that never takes its answer.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tiwizi_model::limits;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// What an HTTP/2 client sends first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A TCP stream with its time limits.
pub(crate) struct Socket {
    stream: TcpStream,
    /// Runs until the protocol is known; from then on hyper keeps the time of headers.
    opening: Option<Pin<Box<Sleep>>>,
    /// How much of the preface was seen.
    preface_bytes: usize,
    /// Runs while the client takes nothing.
    stalled: Pin<Box<Sleep>>,
    is_stalled: bool,
}

impl Socket {
    /// Starts the time of a new connection.
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            opening: Some(Box::pin(tokio::time::sleep(Duration::from_millis(limits::HEADER_WAIT_MS)))),
            preface_bytes: 0,
            stalled: Box::pin(tokio::time::sleep(WRITE_WAIT)),
            is_stalled: false,
        }
    }

    /// Stops the opening's clock once the bytes tell HTTP/1 from HTTP/2.
    fn look(&mut self, bytes: &[u8]) {
        let expected = PREFACE.get(self.preface_bytes..).unwrap_or_default();
        let same = bytes.iter().zip(expected).take_while(|(byte, expected)| byte == expected).count();
        self.preface_bytes = self.preface_bytes.saturating_add(same);
        if same < bytes.len() || self.preface_bytes == PREFACE.len() {
            self.opening = None;
        }
    }

    /// Watches a write: as long as none gets through, the clock of the stall runs.
    fn watch<T>(&mut self, ctx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.is_stalled = false;
            return outcome;
        }
        if !self.is_stalled {
            self.is_stalled = true;
            self.stalled.as_mut().reset(deadline());
        }
        ready!(self.stalled.as_mut().poll(ctx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

const WRITE_WAIT: Duration = Duration::from_millis(limits::BODY_WAIT_MS);

fn deadline() -> Instant {
    let now = Instant::now();
    now.checked_add(WRITE_WAIT).unwrap_or(now)
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, ctx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(opening) = &mut self.opening
            && opening.as_mut().poll(ctx).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(ctx, buffer))?;
        if self.opening.is_some() {
            let bytes = buffer.filled().get(before..).unwrap_or_default();
            self.look(bytes);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, ctx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(ctx, bytes);
        self.watch(ctx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(ctx, slices);
        self.watch(ctx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(ctx);
        self.watch(ctx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(ctx)
    }
}
