//! How a signed request gets to a peer and its answer back: over HTTP, or in the tests from one end to the other.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tiwizi_federation_core::signature::{Lines, Request};
use tiwizi_model::limits;
use tiwizi_outbound::{Call, Client, OutboundError, Outgoing, Terms};

/// A request that was signed.
#[derive(Debug, Clone)]
pub struct Sent {
    /// It.
    pub request: Request,
    /// Its body.
    pub body: Vec<u8>,
    /// How long its answer may be kept waiting on purpose.
    pub wait: Duration,
    /// The largest answer that is read.
    pub bytes_max: usize,
}

/// An answer, of which nothing is believed yet.
#[derive(Debug, Clone)]
pub struct Came {
    /// Its status.
    pub status: u16,
    /// Its header lines.
    pub lines: Lines,
    /// Its body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// It was lost on the way, or there is no way.
    #[error("there is no answer")]
    Way(#[from] OutboundError),
    /// It did not come to its end in the time that the slowest line takes for it.
    #[error("the answer comes too slowly")]
    Slow,
    /// Its head is none.
    #[error("the answer has header lines that cannot be read")]
    Head,
}

/// The way to peers.
pub trait Transport: Send + Sync {
    /// Sends a request to the instance at that address and waits for the answer.
    ///
    /// # Errors
    /// When there is none. Whether the request arrived is then not known.
    fn send(&self, url: &str, sent: Sent) -> impl Future<Output = Result<Came, Lost>> + Send;
}

/// The way over HTTP.
#[derive(Clone)]
pub struct Http {
    client: Client,
}

impl Http {
    /// With connections of its own.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Transport for Http {
    async fn send(&self, url: &str, sent: Sent) -> Result<Came, Lost> {
        let Sent { request, body, wait, bytes_max } = sent;
        let mut address = tiwizi_outbound::address(url)?;
        address.set_path(&request.path);
        address.set_query(request.query.as_deref());
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| Lost::Head)?;
        let mut headers = HeaderMap::new();
        for (name, value) in request.lines.iter() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Lost::Head)?;
            headers.append(name, HeaderValue::from_str(value).map_err(|_| Lost::Head)?);
        }
        let call = Call { method, url: address, headers, body: Outgoing::bytes(Bytes::from(body)) };
        let reply = self.client.send(call, terms(bytes_max).polling(wait)).await?;
        let (status, lines) = (reply.status.as_u16(), lines_of(&reply.headers)?);
        let body = reply.whole().await?.to_vec();
        Ok(Came { status, lines, body })
    }
}

fn terms(bytes_max: usize) -> Terms {
    Terms {
        answer: Duration::from_millis(limits::FED_ANSWER_MS_MAX),
        stall: Duration::from_millis(limits::FED_STALL_MS_MAX),
        bytes_max,
    }
}

fn lines_of(headers: &HeaderMap) -> Result<Lines, Lost> {
    let mut lines = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        lines.push((name.as_str(), value.to_str().map_err(|_| Lost::Head)?));
    }
    Lines::read(lines).map_err(|_| Lost::Head)
}
