//! Requests of plugins to the outside.
//!
//! Where to is said twice: the manifest lists hosts and an administrator grants them (`allow`), and the way out (`tiwizi_outbound`) looks
//! at each address. A redirect goes through all of it again (`fetch`).
//!
//! Each request has a connection of its own: there is no pool through which one plugin could meet another's.

pub(crate) mod allow;
pub(crate) mod fetch;
pub(crate) mod headers;
mod stand_in;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tiwizi_outbound::Way;
use url::Url;

pub use stand_in::{StandIn, StandInAnswer};
pub use tiwizi_outbound::{AddressRange, AddressRangeError, OutboundSettings, Roots, RootsError};
pub(crate) use tiwizi_outbound::{Ask, OutboundError, address};

/// The way out, shared by all plugins.
#[derive(Clone, Default)]
pub(crate) struct Outbound {
    way: Way,
    stand_in: Option<Arc<StandIn>>,
}

impl Outbound {
    pub(crate) fn new(settings: OutboundSettings, stand_in: Option<Arc<StandIn>>) -> Self {
        Self { way: Way::new(settings), stand_in }
    }
}

/// What one request may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) timeout: Duration,
    pub(crate) bytes_max: usize,
    pub(crate) redirects_max: u8,
}

/// The answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// Why a plugin has no answer. None of these repeats a header's value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{0:?} is no method that the kernel sends")]
    Method(String),
    #[error("the header {name:?} {fault}")]
    Header { name: String, fault: &'static str },
    #[error("{origin} is not among the hosts that the manifest names")]
    Host { origin: String },
    #[error(transparent)]
    Outbound(#[from] OutboundError),
}
