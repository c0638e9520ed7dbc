//! Where the bytes of an export go: into a file, or piece by piece to whoever reads them.

use std::fs::File;
use std::io::{self, ErrorKind, Write};

use tokio::sync::mpsc::Sender;

/// A piece of an export, or why there is no more.
pub type Piece = io::Result<Vec<u8>>;

/// Takes the bytes. It is written to on a thread that may block.
pub(crate) enum Sink {
    File(File),
    Pieces(Sender<Piece>),
}

impl Sink {
    /// Waits until a file is on disk.
    pub(super) fn keep(&self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync_all(),
            Self::Pieces(_) => Ok(()),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Pieces(pieces) => {
                let sent = pieces.blocking_send(Ok(bytes.to_vec()));
                sent.map_err(|_| io::Error::from(ErrorKind::BrokenPipe))?;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Pieces(_) => Ok(()),
        }
    }
}
