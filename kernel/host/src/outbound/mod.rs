//! Requests of plugins to the outside.
//!
//! Where to is said three times: the manifest lists hosts and an administrator grants them (`allow`); the name is resolved here and
//! each address must be public or allowed by the operator (`address`); the address that was looked at is the address that is connected
//! to (`connect`), so a second answer of a name server changes nothing. A redirect goes through all of it again (`fetch`).
//!
//! This speaks HTTP/1.1 on a connection of its own for each request: no pool through which one plugin could meet another's connection.
//! It does not unpack compressed bodies and keeps no cookies.

pub(crate) mod address;
pub(crate) mod allow;
pub(crate) mod connect;
pub(crate) mod fetch;
pub(crate) mod headers;
mod roots;
mod stand_in;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use url::Url;

pub use address::{AddressRange, AddressRangeError};
pub use roots::{Roots, RootsError};
pub use stand_in::{StandIn, StandInAnswer};

/// What the operator decides about outgoing requests.
#[derive(Debug, Clone, Default)]
pub struct OutboundSettings {
    /// Private addresses that plugins may reach all the same.
    pub private: Vec<AddressRange>,
    /// Certificates that are trusted beside those of the machine.
    pub roots: Roots,
}

/// The way out, shared by all plugins. The trust in certificates is read from the machine when it is first needed.
#[derive(Clone, Default)]
pub(crate) struct Outbound {
    settings: Arc<OutboundSettings>,
    tls: Arc<OnceCell<TlsConnector>>,
    stand_in: Option<Arc<StandIn>>,
}

impl Outbound {
    pub(crate) fn new(settings: OutboundSettings, stand_in: Option<Arc<StandIn>>) -> Self {
        Self { settings: Arc::new(settings), tls: Arc::default(), stand_in }
    }
}

/// A request that was read and found in order.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
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

/// Why there is no answer. None of these repeats a header's value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error("the address cannot be asked: {0}")]
    Url(&'static str),
    #[error("{0:?} is no method that the kernel sends")]
    Method(String),
    #[error("the header {name:?} {fault}")]
    Header { name: String, fault: &'static str },
    #[error("{origin} is not among the hosts that the manifest names")]
    Host { origin: String },
    #[error("{host} has no address that plugins may reach")]
    Address { host: String },
    #[error("the name {host} could not be resolved")]
    Resolve {
        host: String,
        #[source]
        source: std::io::Error,
    },
    #[error("could not connect to {host}")]
    Connect {
        host: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the machine trusts no certificates")]
    NoTrust,
    #[error("the connection to {host} is not trusted")]
    Tls {
        host: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{host} does not speak HTTP as it should")]
    Protocol {
        host: String,
        #[source]
        source: hyper::Error,
    },
    #[error("the answer has more than {bytes_max} bytes")]
    Large { bytes_max: usize },
    #[error("there was no answer in {timeout_ms} ms")]
    Timeout { timeout_ms: u128 },
}
