//! An answer that is read in pieces.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_RANGE;
use http::{HeaderMap, StatusCode};
use hyper::body::Incoming;
use tokio::time::timeout;

use crate::client::{Client, Terms};
use crate::error::OutboundError;
use crate::line::Line;
use crate::range::ContentRange;

/// An answer. Its connection is free for the next request when its body was read to its end, and closed when it is dropped before.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    pub(crate) body: Incoming,
    pub(crate) line: Option<Line>,
    pub(crate) client: Client,
    pub(crate) origin: String,
    pub(crate) host: String,
    pub(crate) terms: Terms,
    pub(crate) read: usize,
    pub(crate) over: bool,
}

/// What came of asking for the rest of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// It goes on where it was asked to; how long the whole is, if it was said.
    Rest(Option<u64>),
    /// It begins from the beginning.
    Whole,
    /// There is nothing from there on.
    Nothing,
}

impl Reply {
    /// The next piece of the body; none when it is over.
    ///
    /// # Errors
    /// When nothing comes in time, when it is cut off, and when it is larger than it may be.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, OutboundError> {
        let Some(mut line) = self.line.take() else {
            return if self.over { Ok(None) } else { Err(OutboundError::GivenUp { host: self.host.clone() }) };
        };
        let host = || self.host.clone();
        let next = timeout(self.terms.stall, line.piece(&mut self.body)).await;
        let next = next.map_err(|_| late(self.terms.stall))?;
        let Some(piece) = next.map_err(|source| OutboundError::Protocol { host: host(), source })? else {
            self.client.keep(&self.origin, line);
            self.over = true;
            return Ok(None);
        };
        self.read = self.read.saturating_add(piece.len());
        if self.read > self.terms.bytes_max {
            return Err(OutboundError::Large { bytes_max: self.terms.bytes_max });
        }
        self.line = Some(line);
        Ok(Some(piece))
    }

    /// The whole body.
    ///
    /// # Errors
    /// As for a piece.
    pub async fn whole(mut self) -> Result<Bytes, OutboundError> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.piece().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// Whether it goes on from a byte that was asked for with `range_from`. None when it is no answer to that question: look at its status.
    ///
    /// # Errors
    /// When it is a part, but another one.
    pub fn resumed(&self, first: u64) -> Result<Option<Resumed>, OutboundError> {
        match self.status {
            StatusCode::OK => Ok(Some(Resumed::Whole)),
            StatusCode::RANGE_NOT_SATISFIABLE => Ok(Some(Resumed::Nothing)),
            StatusCode::PARTIAL_CONTENT => {
                let text = self.headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
                let range =
                    text.and_then(|text| text.parse::<ContentRange>().ok()).filter(|range| range.first == first);
                let range = range.ok_or_else(|| OutboundError::Part { host: self.host.clone() })?;
                Ok(Some(Resumed::Rest(range.total)))
            }
            _ => Ok(None),
        }
    }
}

pub(crate) fn late(waited: Duration) -> OutboundError {
    OutboundError::Timeout { timeout_ms: waited.as_millis() }
}
