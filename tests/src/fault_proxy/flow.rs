//! One direction of one connection: read, wait for room on the line, shape, wait for the latency, write.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::Instant;

use super::line::{Line, Side};

/// How many reads may be under way in one direction of one connection. With 16 KiB each this is the window of a connection.
const UNDER_WAY_MAX: usize = 64;

/// What is handed on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Load {
    Bytes(Vec<u8>),
    /// Nothing more comes this way.
    Close,
    /// The connection breaks.
    Reset,
}

/// Looks at what comes one way, and says what is handed on.
pub(crate) trait Shape {
    /// Some bytes came.
    fn bytes(&mut self, bytes: &[u8], out: &mut Vec<Load>);
    /// Whoever sent them has closed.
    fn closed(&mut self, out: &mut Vec<Load>);
}

/// The connection is at its end, whatever the other direction still has to say.
#[derive(Debug)]
pub(crate) struct Broken;

/// Where bytes come from: those that were read already, and the rest.
pub(crate) struct Source {
    pub(crate) early: Vec<u8>,
    pub(crate) rest: OwnedReadHalf,
}

impl Source {
    async fn read(&mut self, buffer: &mut Vec<u8>, room: usize) -> io::Result<usize> {
        if !self.early.is_empty() {
            buffer.append(&mut self.early);
            return Ok(buffer.len());
        }
        buffer.reserve(room);
        (&mut self.rest).take(u64::try_from(room).unwrap_or(u64::MAX)).read_buf(buffer).await
    }
}

struct Parcel {
    due: Instant,
    load: Load,
}

/// Carries one direction to its end.
pub(crate) async fn carry(
    line: &Arc<Line>,
    side: Side,
    shape: impl Shape,
    (from, to): (Source, OwnedWriteHalf),
) -> Result<(), Broken> {
    let (sender, parcels) = channel(UNDER_WAY_MAX);
    let reads = async {
        // Whoever writes has said already that the connection is broken.
        drop(read(line, side, shape, from, sender).await);
        Ok::<(), Broken>(())
    };
    tokio::try_join!(reads, write(line, side, to, parcels)).map(drop)
}

/// Reads to the end. An error means that nobody writes any more.
async fn read(
    line: &Arc<Line>,
    side: Side,
    mut shape: impl Shape,
    mut from: Source,
    sender: Sender<Parcel>,
) -> Result<(), tokio::sync::mpsc::error::SendError<Parcel>> {
    let (mut buffer, mut loads, mut is_lost) = (Vec::new(), Vec::new(), false);
    loop {
        buffer.clear();
        let came = from.read(&mut buffer, line.packet_bytes()).await;
        if matches!(came, Ok(bytes) if bytes > 0) {
            line.take(side, buffer.len()).await;
        }
        // A gap in a stream is never mended: once something was swallowed, everything is.
        is_lost |= line.swallows(side);
        let ends = match came {
            Ok(0) => {
                shape.closed(&mut loads);
                true
            }
            Ok(_) => {
                shape.bytes(&buffer, &mut loads);
                false
            }
            Err(_) => {
                loads.push(Load::Reset);
                true
            }
        };
        if is_lost {
            loads.clear();
        }
        let due = Instant::now() + line.switches().latency;
        for load in loads.drain(..) {
            sender.send(Parcel { due, load }).await?;
        }
        if ends {
            return Ok(());
        }
    }
}

/// Writes to the end. When those who read leave without a word, so does this: the other side learns nothing.
async fn write(
    line: &Arc<Line>,
    side: Side,
    mut to: OwnedWriteHalf,
    mut parcels: Receiver<Parcel>,
) -> Result<(), Broken> {
    while let Some(Parcel { due, load }) = parcels.recv().await {
        tokio::time::sleep_until(due).await;
        match load {
            Load::Bytes(bytes) => {
                to.write_all(&bytes).await.map_err(|_| Broken)?;
                let bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                line.count(|counts| match side {
                    Side::Up => counts.up_bytes += bytes,
                    Side::Down => counts.down_bytes += bytes,
                });
            }
            Load::Close => {
                let closed: io::Result<()> = to.shutdown().await;
                // It has closed by itself already.
                drop(closed);
                return Ok(());
            }
            Load::Reset => {
                // A connection that lingers for no time is closed by a reset, unless its half was closed before.
                drop(to.as_ref().set_zero_linger());
                to.forget();
                return Err(Broken);
            }
        }
    }
    to.forget();
    Ok(())
}
