//! One connection: the name is resolved, each address is looked at, and the one that was looked at is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::future::{Either, select};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tiwizi_model::limits;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::{Host, Url};

use crate::address::may_reach;
use crate::error::OutboundError;
use crate::way::{Ask, Way};

impl Way {
    /// Sends one request and reads its answer, without following it anywhere. The connection is its own, and ends with it.
    ///
    /// # Errors
    /// When there is no answer, or a larger one.
    pub async fn exchange(&self, ask: &Ask, bytes_max: usize) -> Result<(Response<()>, Bytes), OutboundError> {
        let host = ask.url.host_str().unwrap_or_default().to_owned();
        let stream = self.connect(&ask.url, &host).await?;
        if ask.url.scheme() == "http" {
            return talk(stream, ask, &host, bytes_max).await;
        }
        let tls = self.tls.get_or_try_init(async || trusting(self.settings.roots.with_machine())).await?;
        let untrusted = |source| OutboundError::Tls { host: host.clone(), source };
        let name = ServerName::try_from(host.clone()).map_err(|error| untrusted(io::Error::other(error)))?;
        let stream = tls.connect(name, stream).await.map_err(untrusted)?;
        talk(stream, ask, &host, bytes_max).await
    }

    async fn connect(&self, url: &Url, host: &str) -> Result<TcpStream, OutboundError> {
        let port = url.port_or_known_default().unwrap_or_default();
        let found = resolve(url, host, port).await?;
        let reached = found.iter().filter(|address| may_reach(address.ip(), &self.settings.private));
        let mut failed = OutboundError::Address { host: host.to_owned() };
        for address in reached.take(limits::OUTBOUND_ADDRESSES_MAX) {
            match TcpStream::connect(address).await {
                // The address of the other end, once more: it is the one that counts.
                Ok(stream) if stream.peer_addr().is_ok_and(|peer| may_reach(peer.ip(), &self.settings.private)) => {
                    return Ok(stream);
                }
                Ok(_) => {}
                Err(source) => failed = OutboundError::Connect { host: host.to_owned(), source },
            }
        }
        Err(failed)
    }
}

async fn resolve(url: &Url, host: &str, port: u16) -> Result<Vec<SocketAddr>, OutboundError> {
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(vec![SocketAddr::new(IpAddr::V4(address), port)]),
        Some(Host::Ipv6(address)) => Ok(vec![SocketAddr::new(IpAddr::V6(address), port)]),
        Some(Host::Domain(name)) => {
            let found = tokio::net::lookup_host((name, port)).await;
            Ok(found.map_err(|source| OutboundError::Resolve { host: host.to_owned(), source })?.collect())
        }
        None => Err(OutboundError::Url("it names no host")),
    }
}

fn trusting(roots: RootCertStore) -> Result<TlsConnector, OutboundError> {
    if roots.is_empty() {
        return Err(OutboundError::NoTrust);
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|_| OutboundError::NoTrust)?.with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Speaks HTTP/1.1. The connection is driven here and ends with this future: nothing is left running.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    ask: &Ask,
    host: &str,
    bytes_max: usize,
) -> Result<(Response<()>, Bytes), OutboundError> {
    let broken = |source| OutboundError::Protocol { host: host.to_owned(), source };
    let mut builder = http1::Builder::new();
    builder.max_buf_size(limits::OUTBOUND_HEADER_BYTES_MAX).max_headers(limits::OUTBOUND_HEADERS_MAX);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let request = request(ask)?;
    let work = pin!(async move {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (parts, body) = response.into_parts();
        let body = read(body, bytes_max, broken).await?;
        Ok::<_, OutboundError>((Response::from_parts(parts, ()), body))
    });
    match select(work, pin!(connection)).await {
        Either::Left((outcome, _)) => outcome,
        // The other end has said everything; what it said may still have to be read.
        Either::Right((_, work)) => work.await,
    }
}

fn request(ask: &Ask) -> Result<Request<Full<Bytes>>, OutboundError> {
    let mut request = Request::new(Full::new(ask.body.clone()));
    *request.method_mut() = ask.method.clone();
    let path = ask.url.query().map_or_else(|| ask.url.path().to_owned(), |query| format!("{}?{query}", ask.url.path()));
    *request.uri_mut() = path.parse().map_err(|_| OutboundError::Url("its path cannot be sent"))?;
    let mut headers: HeaderMap = ask.headers.clone();
    let authority = match (ask.url.host_str().unwrap_or_default(), ask.url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    if let Ok(authority) = authority.parse() {
        headers.insert(http::header::HOST, authority);
    }
    headers.insert(http::header::ACCEPT_ENCODING, http::HeaderValue::from_static("identity"));
    headers.entry(http::header::USER_AGENT).or_insert(http::HeaderValue::from_static("Tiwizi"));
    *request.headers_mut() = headers;
    Ok(request)
}

/// Reads a body up to a bound; what is longer is not read on.
async fn read(
    mut body: Incoming,
    bytes_max: usize,
    broken: impl Fn(hyper::Error) -> OutboundError,
) -> Result<Bytes, OutboundError> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(&broken)?.into_data() {
            if whole.len().saturating_add(piece.len()) > bytes_max {
                return Err(OutboundError::Large { bytes_max });
            }
            whole.extend_from_slice(&piece);
        }
    }
    Ok(whole.freeze())
}
