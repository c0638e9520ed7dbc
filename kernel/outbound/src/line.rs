//! A connection that is kept for more than one request.

use std::future::Future;
use std::pin::Pin;

use futures::FutureExt as _;
use http::{Request, Response};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tiwizi_model::limits;

use crate::body::Outgoing;
use crate::connect::Stream;
use crate::drive::alongside;

type Driver = dyn Future<Output = hyper::Result<()>> + Send;

/// A connection, and what drives it.
pub(crate) struct Line {
    sender: SendRequest<Outgoing>,
    driver: Option<Pin<Box<Driver>>>,
}

impl Line {
    pub(crate) async fn begin(stream: Box<dyn Stream>) -> hyper::Result<Self> {
        let mut builder = http1::Builder::new();
        builder.max_buf_size(limits::OUTBOUND_HEADER_BYTES_MAX).max_headers(limits::OUTBOUND_HEADERS_MAX);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        Ok(Self { sender, driver: Some(Box::pin(connection)) })
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(&mut self, request: Request<Outgoing>) -> hyper::Result<Response<Incoming>> {
        alongside(&mut self.driver, self.sender.send_request(request)).await
    }

    /// The next piece of an answer's body; none when it is over.
    pub(crate) async fn piece(&mut self, body: &mut Incoming) -> hyper::Result<Option<bytes::Bytes>> {
        loop {
            let mut body = Pin::new(&mut *body);
            let frame = alongside(&mut self.driver, std::future::poll_fn(|context| body.as_mut().poll_frame(context)));
            let Some(frame) = frame.await else { return Ok(None) };
            // Nobody asked for trailers.
            if let Ok(piece) = frame?.into_data() {
                return Ok(Some(piece));
            }
        }
    }

    /// Whether another request can go over it now. What the other end said meanwhile, that it closed, is heard here.
    pub(crate) fn is_free(&mut self) -> bool {
        let ready = alongside(&mut self.driver, self.sender.ready()).now_or_never();
        matches!(ready, Some(Ok(()))) && self.driver.is_some()
    }
}
