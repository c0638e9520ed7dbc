//! A client that keeps its connections: for whoever asks the same few others again and again.
//!
//! It follows no redirect, and sends nothing twice: whether a request may be sent once more is known by whoever made it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, Request};
use tiwizi_model::limits;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::body::{Outgoing, Progress};
use crate::connect::head;
use crate::error::OutboundError;
use crate::line::Line;
use crate::reply::{Reply, late};
use crate::way::Way;

/// Lines that rest, by where they lead, with when they came to rest.
type Resting = BTreeMap<String, Vec<(Instant, Line)>>;

/// The client. It is cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Client {
    way: Way,
    idle: Arc<Mutex<Resting>>,
}

/// A request.
pub struct Call {
    /// Its method.
    pub method: Method,
    /// Its address, as `address` reads it.
    pub url: Url,
    /// Its headers; those of the connection and of its length are put in on the way.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Outgoing,
}

/// What a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// From the end of the request to the head of its answer.
    pub answer: Duration,
    /// Without a byte, in either direction.
    pub stall: Duration,
    /// The body of the answer.
    pub bytes_max: usize,
}

impl Terms {
    /// For a question that the other end keeps until it knows something, for so long at most.
    #[must_use]
    pub fn polling(self, wait: Duration) -> Self {
        Self { answer: self.answer.saturating_add(wait), ..self }
    }
}

impl Client {
    /// With connections of its own.
    #[must_use]
    pub fn new(way: Way) -> Self {
        Self { way, idle: Arc::default() }
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// # Errors
    /// When there is no answer. Whether the request arrived is then not known.
    pub async fn send(&self, call: Call, terms: Terms) -> Result<Reply, OutboundError> {
        let Call { method, url, headers, body } = call;
        let (origin, host) = (url.origin().ascii_serialization(), url.host_str().unwrap_or_default().to_owned());
        let broken = |source| OutboundError::Protocol { host: host.clone(), source };
        let progress = body.progress();
        let mut request = Request::new(body);
        head(&mut request, method, &url, headers)?;
        let mut line = match self.take(&origin) {
            Some(line) => line,
            None => self.begin(&url).await?,
        };
        let response = watched(line.send(request), &progress, terms).await?.map_err(broken)?;
        let (parts, body) = response.into_parts();
        let (status, headers, client) = (parts.status, parts.headers, self.clone());
        Ok(Reply { status, headers, body, line: Some(line), client, origin, host, terms, read: 0, over: false })
    }

    async fn begin(&self, url: &Url) -> Result<Line, OutboundError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let wait = Duration::from_millis(limits::OUTBOUND_CONNECT_MS);
        let stream = timeout(wait, self.way.open(url)).await.map_err(|_| late(wait))??;
        Line::begin(stream).await.map_err(|source| OutboundError::Protocol { host, source })
    }

    /// A connection that is free; those that ended meanwhile, or lay too long, are dropped.
    fn take(&self, origin: &str) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = idle.get_mut(origin)?;
        while let Some((since, mut line)) = lines.pop() {
            if is_recent(since) && line.is_free() {
                return Some(line);
            }
        }
        idle.remove(origin);
        None
    }

    /// Keeps a connection for the next request.
    pub(crate) fn keep(&self, origin: &str, mut line: Line) {
        if !line.is_free() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|_, lines| {
            lines.retain(|(since, _)| is_recent(*since));
            !lines.is_empty()
        });
        let room = idle.len() < limits::OUTBOUND_ORIGINS_MAX || idle.contains_key(origin);
        let lines = idle.get(origin).map_or(0, Vec::len);
        if room && lines < limits::OUTBOUND_IDLE_MAX {
            idle.entry(origin.to_owned()).or_default().push((Instant::now(), line));
        }
    }
}

fn is_recent(since: Instant) -> bool {
    since.elapsed() < Duration::from_millis(limits::OUTBOUND_IDLE_MS)
}

/// Waits as long as the request moves, and after its end as long as an answer may take.
async fn watched<Output>(
    work: impl Future<Output = Output>,
    progress: &Progress,
    terms: Terms,
) -> Result<Output, OutboundError> {
    let mut work = pin!(work);
    loop {
        let left = progress.left();
        let wait = if left == 0 { terms.answer } else { terms.stall };
        match timeout(wait, &mut work).await {
            Ok(output) => return Ok(output),
            Err(_) if progress.left() < left => {}
            Err(_) => return Err(late(wait)),
        }
    }
}
