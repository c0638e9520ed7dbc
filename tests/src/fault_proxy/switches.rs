//! What can be wrong with a line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// The most that is kept of one answer before it goes on.
pub(crate) const HELD_BYTES_MAX: u64 = 16 << 20;

/// Whether anything passes over a line that is not cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Way {
    #[default]
    Pass,
    HalfOpen,
    RequestsLost,
    AnswersLost,
}

/// What can happen to an answer. Bytes are those of its body, marks of chunks left out; in a protocol other than HTTP/1.1 all that the
/// target says over one connection is one body. An answer that has no more bytes than that passes whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// It passes.
    #[default]
    None,
    /// After so many bytes the connection is reset (RST). Some of the last bytes may be lost with it.
    Reset {
        /// How many bytes.
        after_bytes: u64,
    },
    /// After so many bytes the connection is closed cleanly, as if that had been all. Its head says otherwise.
    Truncate {
        /// How many bytes.
        after_bytes: u64,
    },
    /// So many bytes pass, and the head is changed so that it says that these are all: HTTP alone cannot tell that something is missing.
    Shorten {
        /// How many bytes.
        after_bytes: u64,
    },
    /// Nothing of it passes, the head neither, before there are so many bytes or it has ended. At 16 MiB it passes in any case.
    Hold {
        /// How many bytes.
        until_bytes: u64,
    },
}

/// All switches of a line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switches {
    pub(crate) way: Way,
    /// None at an office, which is told by each request.
    pub(crate) target: Option<SocketAddr>,
    pub(crate) kbit_max: Option<u32>,
    pub(crate) latency: Duration,
    pub(crate) every: Fault,
    /// An office's: where names lead.
    pub(crate) names: BTreeMap<String, SocketAddr>,
    /// An office's: what it asks for.
    pub(crate) credentials: Option<String>,
}
