//! What the way out is made of, and what goes over it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::address::AddressRange;
use crate::proxy::Proxy;
use crate::roots::Roots;

/// What the operator decides about outgoing requests.
#[derive(Debug, Clone, Default)]
pub struct OutboundSettings {
    /// Private addresses that may be reached all the same.
    pub private: Vec<AddressRange>,
    /// Certificates that are trusted beside those of the machine.
    pub roots: Roots,
    /// The proxy that everything goes through, where there is no other way out.
    pub proxy: Option<Proxy>,
}

/// The way out. The trust in certificates is read from the machine when it is first needed.
#[derive(Clone, Default)]
pub struct Way {
    pub(crate) settings: Arc<OutboundSettings>,
    pub(crate) tls: Arc<OnceCell<TlsConnector>>,
}

impl Way {
    /// As the operator decided.
    #[must_use]
    pub fn new(settings: OutboundSettings) -> Self {
        Self { settings: Arc::new(settings), tls: Arc::default() }
    }
}

/// A request that was read and found in order.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Its method.
    pub method: Method,
    /// Its address, as `address` reads it.
    pub url: Url,
    /// Its headers; those of the connection and of its length are put in on the way.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}
