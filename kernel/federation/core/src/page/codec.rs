//! Compression of a page's entries, and expansion that stops at a bound.

use std::io::{self, Read, Write};

use tiwizi_model::limits;

/// The level of compression: the library's own choice between time and size.
const LEVEL: i32 = 3;
/// The window that an expansion may ask for, as a power of two: what a page expands to at most.
const WINDOW_LOG_MAX: u32 = 23;

/// Why entries cannot be compressed or expanded.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// They would expand to more than they may.
    #[error("{squeezed} bytes may expand to {expanded_max} bytes at most")]
    Bomb {
        /// What came.
        squeezed: usize,
        /// How much it may become.
        expanded_max: usize,
    },
    /// They expand to another length than the page says.
    #[error("the entries expand to another length than the page says")]
    Length,
    /// Something follows the compressed bytes.
    #[error("something follows the compressed entries")]
    Trailing,
    /// The bytes are not compressed in the form that is expected.
    #[error("the entries are not compressed as they should be")]
    Zstd(#[source] io::Error),
}

/// How much so many compressed bytes may become.
pub(crate) fn expanded_bytes_max(squeezed: usize) -> usize {
    let by_ratio = squeezed.saturating_mul(limits::FED_PAGE_RATIO_MAX).max(limits::FED_PAGE_EASY_BYTES);
    by_ratio.min(limits::FED_PAGE_EXPANDED_BYTES_MAX)
}

/// Expands, and stops one byte after what was announced.
pub(super) fn expand(squeezed: &[u8], announced: usize) -> Result<Vec<u8>, CodecError> {
    let expanded_max = expanded_bytes_max(squeezed.len());
    if announced > expanded_max {
        return Err(CodecError::Bomb { squeezed: squeezed.len(), expanded_max });
    }
    let mut decoder = zstd::Decoder::with_buffer(squeezed).map_err(CodecError::Zstd)?.single_frame();
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(CodecError::Zstd)?;
    let mut expanded = Vec::new();
    let stop = u64::try_from(announced).unwrap_or(u64::MAX).saturating_add(1);
    decoder.by_ref().take(stop).read_to_end(&mut expanded).map_err(CodecError::Zstd)?;
    if expanded.len() != announced {
        return Err(CodecError::Length);
    }
    if decoder.finish().is_empty() { Ok(expanded) } else { Err(CodecError::Trailing) }
}

/// Compresses piece by piece and knows at each moment how much has come out at most.
pub(crate) struct Squeeze {
    encoder: zstd::Encoder<'static, Vec<u8>>,
    taken: usize,
    waiting: usize,
}

impl Squeeze {
    /// Begins with nothing.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { encoder: zstd::Encoder::new(Vec::new(), LEVEL)?, taken: 0, waiting: 0 })
    }

    /// Takes one more piece.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.encoder.write_all(bytes)?;
        self.taken = self.taken.saturating_add(bytes.len());
        self.waiting = self.waiting.saturating_add(bytes.len());
        Ok(())
    }

    /// The bytes that were taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// What has come out, and what waits, as if it could not be made shorter.
    pub(crate) fn bytes_at_most(&self) -> usize {
        self.encoder.get_ref().len().saturating_add(self.waiting)
    }

    /// Lets out what waits, and says how much has come out now.
    pub(crate) fn settle(&mut self) -> io::Result<usize> {
        if self.waiting > 0 {
            self.encoder.flush()?;
            self.waiting = 0;
        }
        Ok(self.encoder.get_ref().len())
    }

    /// The compressed bytes.
    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        self.encoder.finish()
    }
}
