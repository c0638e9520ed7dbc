//! Requests to other people's services, to the hosts that the manifest names.
//!
//! ```
//! # use tiwizi_sdk::{Error, http_out::Fetch};
//! fn rate() -> Result<f64, Error> {
//!     let answer = Fetch::get("https://rates.example.org/mad").secret("authorization", "Bearer ", "rates-token").send()?;
//!     answer.json()
//! }
//! ```

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::bindings::tiwizi::plugin::http_out as wire;
use crate::imports::{HttpOutImport as _, Kernel};

/// A request on its way.
#[derive(Debug, Clone)]
#[must_use = "a request is sent by `send`"]
pub struct Fetch {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    timeout: Option<Duration>,
    bytes_max: u32,
    redirects_max: u8,
    secrets: Vec<(String, String, String)>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Where it came from in the end.
    pub url: String,
    /// Its headers, with names in small letters.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Fetch {
    /// A request with any method that the kernel sends.
    pub fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: None,
            bytes_max: 0,
            redirects_max: 0,
            secrets: Vec::new(),
        }
    }

    /// A GET.
    pub fn get(url: &str) -> Self {
        Self::new("GET", url)
    }

    /// A POST with a JSON body.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn post_json<Body: Serialize>(url: &str, body: &Body) -> Result<Self, Error> {
        let fetch = Self::new("POST", url).header("content-type", "application/json");
        Ok(Self { body: serde_json::to_vec(body)?, ..fetch })
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a header whose value is `prefix` and a secret of the manifest. The kernel puts it in; the plugin does not see it.
    pub fn secret(mut self, header: &str, prefix: &str, name: &str) -> Self {
        self.secrets.push((header.to_owned(), prefix.to_owned(), name.to_owned()));
        self
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Waits no longer than this.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Takes no longer answer than this.
    pub fn bytes_max(mut self, bytes_max: u32) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    /// Follows so many redirects; without it, a redirect is answered as it came.
    pub fn redirects_max(mut self, redirects_max: u8) -> Self {
        self.redirects_max = redirects_max;
        self
    }

    /// Sends it. What it does elsewhere is done, also when this call fails afterwards.
    ///
    /// # Errors
    /// `denied` without the capability `http-out` or for a host that the manifest does not name, `over-limit`, `unavailable`.
    pub fn send(self) -> Result<Reply, Error> {
        let secret = |(header, prefix, secret)| wire::SecretHeader { header, secret, prefix };
        let timeout_ms =
            self.timeout.map_or(0, |timeout| u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1));
        let options = wire::Options {
            timeout_ms,
            bytes_max: self.bytes_max,
            redirects_max: self.redirects_max,
            secrets: self.secrets.into_iter().map(secret).collect(),
        };
        let request = wire::Request { method: self.method, url: self.url, headers: self.headers, body: self.body };
        let reply = Kernel::fetch(&request, &options).map_err(Error::from_wire)?;
        Ok(Reply { status: reply.status, url: reply.url, headers: reply.headers, body: reply.body })
    }
}

impl Reply {
    /// The first header of that name, in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    /// When it is not JSON of that shape.
    pub fn json<Body: DeserializeOwned>(&self) -> Result<Body, Error> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}
