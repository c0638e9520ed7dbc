//! One connection: the name is resolved, each address is looked at, and the one that was looked at is connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::future::{Either, select};
use http::{HeaderMap, Method, Request, Response};
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
use crate::proxy::Proxy;
use crate::way::{Ask, Way};

impl Way {
    /// Sends one request and reads its answer, without following it anywhere. The connection is its own, and ends with it.
    ///
    /// # Errors
    /// When there is no answer, or a larger one.
    pub async fn exchange(&self, ask: &Ask, bytes_max: usize) -> Result<(Response<()>, Bytes), OutboundError> {
        let host = ask.url.host_str().unwrap_or_default().to_owned();
        let stream = self.open(&ask.url).await?;
        talk(stream, ask, &host, bytes_max).await
    }

    /// A connection to the host of an address, trusted if the address asks for it.
    pub(crate) async fn open(&self, url: &Url) -> Result<Box<dyn Stream>, OutboundError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let stream: Box<dyn Stream> = match &self.settings.proxy {
            Some(proxy) => self.tunnel(proxy, url, &host).await?,
            None => Box::new(self.connect(url, &host).await?),
        };
        if url.scheme() == "http" {
            return Ok(stream);
        }
        let tls = self.tls.get_or_try_init(async || trusting(self.settings.roots.with_machine())).await?;
        let untrusted = |source| OutboundError::Tls { host: host.clone(), source };
        let name = host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(name).map_err(|error| untrusted(io::Error::other(error)))?;
        Ok(Box::new(tls.connect(name, stream).await.map_err(untrusted)?))
    }

    /// A tunnel through the proxy. An address that is written out is held to the same as without one; a name is the proxy's to resolve.
    async fn tunnel(&self, proxy: &Proxy, url: &Url, host: &str) -> Result<Box<dyn Stream>, OutboundError> {
        let written = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        if written.is_some_and(|address| !may_reach(address, &self.settings.private)) {
            return Err(OutboundError::Address { host: host.to_owned() });
        }
        // The operator named the proxy: its address need not be a public one.
        let stream = TcpStream::connect((proxy.host.as_str(), proxy.port)).await;
        let stream = stream.map_err(|source| OutboundError::Connect { host: proxy.host.clone(), source })?;
        let target = format!("{host}:{}", url.port_or_known_default().unwrap_or_default());
        Ok(Box::new(proxy.tunnel(stream, &target).await?))
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

/// Bytes both ways: a connection, a tunnel, or either with trust.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<Any: AsyncRead + AsyncWrite + Send + Unpin> Stream for Any {}

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
    head(&mut request, ask.method.clone(), &ask.url, ask.headers.clone())?;
    Ok(request)
}

/// Fills in the head of a request: its path, and the headers that are ours to say.
pub(crate) fn head<Body>(
    request: &mut Request<Body>,
    method: Method,
    url: &Url,
    mut headers: HeaderMap,
) -> Result<(), OutboundError> {
    *request.method_mut() = method;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    *request.uri_mut() = path.parse().map_err(|_| OutboundError::Url("its path cannot be sent"))?;
    if let Ok(authority) = authority(url).parse() {
        headers.insert(http::header::HOST, authority);
    }
    headers.insert(http::header::ACCEPT_ENCODING, http::HeaderValue::from_static("identity"));
    headers.entry(http::header::USER_AGENT).or_insert(http::HeaderValue::from_static("Tiwizi"));
    *request.headers_mut() = headers;
    Ok(())
}

/// The host of an address, with its port when it is not the scheme's own: what the header `Host` says, and what a signature covers.
#[must_use]
pub fn authority(url: &Url) -> String {
    match (url.host_str().unwrap_or_default(), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    }
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
