//! What stands in for the network when a plugin is tested: answers that were laid out, by method, host and path.
//!
//! It comes behind everything that a real request goes through: the list of hosts, the headers, the redirects. Only names, addresses
//! and connections are left out.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::{Ask, OutboundError};

/// Answers in the place of the network. What is not laid out is not reachable.
#[derive(Debug, Default)]
pub struct StandIn {
    answers: Vec<StandInAnswer>,
    asked: Mutex<Vec<String>>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandInAnswer {
    /// The method that it answers: `GET`.
    pub method: String,
    /// The host, with its port when it is not the scheme's own.
    pub host: String,
    /// The path, without the query.
    pub path: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl StandIn {
    /// With these answers; the first that fits is given.
    #[must_use]
    pub fn new(answers: Vec<StandInAnswer>) -> Self {
        Self { answers, asked: Mutex::default() }
    }

    /// What was asked since the last time that this was called: `GET https://example.org/path?query`.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn answer(&self, ask: &Ask) -> Result<(Response<()>, Bytes), OutboundError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {}", ask.method, ask.url));
        let host = match (ask.url.host_str(), ask.url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let fits = |answer: &&StandInAnswer| {
            answer.method == ask.method.as_str() && answer.host == host && answer.path == ask.url.path()
        };
        let Some(answer) = self.answers.iter().find(fits) else {
            let source = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "the test lays out no such answer");
            return Err(OutboundError::Connect { host, source });
        };
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        for (name, value) in &answer.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
                response.headers_mut().append(name, value);
            }
        }
        Ok((response, answer.body.clone()))
    }
}
