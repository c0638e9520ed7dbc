//! The proxy of an office: a tunnel is asked of it, and everything else is between the two ends of the tunnel.
//!
//! With a proxy names are not resolved here, because an office that has one often cannot: which address a name has is then the proxy's word.
//! An address that is written out is looked at all the same.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, Request};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tiwizi_model::limits;
use tokio::net::TcpStream;
use url::Url;

use crate::drive::alongside;
use crate::error::OutboundError;

/// A proxy, as the operator names it: `http://proxy.example:3128`, or with a user and a password before the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// It does not print.
    credentials: Option<HeaderValue>,
}

/// A text that names no proxy. It is not shown back: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is written as http://proxy.example:3128 or http://user:password@proxy.example:3128")]
pub struct ProxyError;

impl FromStr for Proxy {
    type Err = ProxyError;
    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let url = Url::parse(text).map_err(|_| ProxyError)?;
        let plain = url.scheme() == "http" && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let host = url.host_str().filter(|host| plain && !host.is_empty()).ok_or(ProxyError)?;
        let port = url.port_or_known_default().ok_or(ProxyError)?;
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port, credentials: credentials(&url)? })
    }
}

fn credentials(url: &Url) -> Result<Option<HeaderValue>, ProxyError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| ProxyError);
    let (user, password) = (decoded(url.username())?, decoded(url.password().unwrap_or_default())?);
    let basic = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let mut value = HeaderValue::from_str(&basic).map_err(|_| ProxyError)?;
    value.set_sensitive(true);
    Ok(Some(value))
}

impl Proxy {
    /// Asks for a tunnel to a host and its port, over a connection to the proxy.
    pub(crate) async fn tunnel(&self, stream: TcpStream, target: &str) -> Result<TokioIo<Upgraded>, OutboundError> {
        let broken = |source| OutboundError::Protocol { host: self.host.clone(), source };
        let mut builder = http1::Builder::new();
        builder.max_buf_size(limits::OUTBOUND_HEADER_BYTES_MAX).max_headers(limits::OUTBOUND_HEADERS_MAX);
        let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let request = self.request(target)?;
        let work = async move {
            let response = sender.send_request(request).await.map_err(broken)?;
            if !response.status().is_success() {
                return Err(OutboundError::Proxy { status: response.status().as_u16() });
            }
            hyper::upgrade::on(response).await.map_err(broken)
        };
        let mut driver = Some(Box::pin(connection.with_upgrades()));
        alongside(&mut driver, work).await.map(TokioIo::new)
    }

    fn request(&self, target: &str) -> Result<Request<Empty<Bytes>>, OutboundError> {
        let wrong = |_| OutboundError::Url("it names a host that no proxy can be asked for");
        let mut request = Request::new(Empty::new());
        *request.method_mut() = Method::CONNECT;
        *request.uri_mut() = target.parse().map_err(|_| wrong(()))?;
        request.headers_mut().insert(HOST, HeaderValue::from_str(target).map_err(|_| wrong(()))?);
        if let Some(credentials) = &self.credentials {
            request.headers_mut().insert(PROXY_AUTHORIZATION, credentials.clone());
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_host_and_a_port() {
        let plain: Proxy = "http://proxy.example:3128".parse().unwrap();
        assert_eq!((plain.host.as_str(), plain.port, &plain.credentials), ("proxy.example", 3128, &None));
        let named: Proxy = "http://fad%6da:a%3ab@[::1]:3128/".parse().unwrap();
        assert_eq!((named.host.as_str(), named.port), ("::1", 3128));
        assert_eq!(named.credentials.clone().unwrap(), format!("Basic {}", STANDARD.encode("fadma:a:b")).as_str());
        assert!(!format!("{named:?}").contains("Basic"), "a password does not print");
        for wrong in
            ["", "proxy.example:3128", "https://proxy.example", "http://", "http://p.example/a", "http://p.example/?a"]
        {
            assert_eq!(wrong.parse::<Proxy>(), Err(ProxyError), "{wrong}");
        }
    }
}
