//! `http-out`: requests to the hosts that the manifest names and an administrator granted.

use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_model::{Bound, limits};

use crate::bindings::tiwizi::plugin::http_out::{Host, Options, Request, Response, SecretHeader};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::error;
use crate::imports::secrets::secret_error;
use crate::outbound::{Ask, Bounds, FetchError, OutboundError, address, fetch, headers};
use crate::secrets;
use crate::text::escaped;

impl Host for CallState {
    async fn fetch(&mut self, request: Request, options: Options) -> wasmtime::Result<Result<Response, Error>> {
        self.count()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.http_fetch(request, options)).await;
        Ok(self.counted(outcome))
    }
}

impl CallState {
    async fn http_fetch(&mut self, request: Request, options: Options) -> Result<Response, Error> {
        self.require(Capability::HttpOut)?;
        if !self.budget.outbound() {
            let most = self.plugin.watch.bounds().amount(Bound::OutboundCalls);
            let message = format!("one call makes at most {most} requests");
            return Err(error("over-limit", message));
        }
        let refused = |failed: FetchError| fetch_error(&failed);
        let mut ask = read(request).map_err(refused)?;
        // Before any secret is opened, and again for each address on the way.
        if !self.plugin.hosts.iter().any(|host| host.holds(&ask.url)) {
            return Err(refused(FetchError::Host { origin: ask.url.origin().ascii_serialization() }));
        }
        let lengths = options.secrets.iter().map(|header| header.header.len().saturating_add(header.prefix.len()));
        headers::demand_room(&ask.headers, lengths).map_err(refused)?;
        let mut secret = Vec::with_capacity(options.secrets.len());
        for header in &options.secrets {
            let value = self.secret_value(header).await?;
            secret.push(headers::put_secret(&mut ask.headers, &header.header, &value).map_err(refused)?);
        }
        let bounds = bounds(&options, &self.plugin.watch.bounds());
        let busy = OutboundError::Timeout { timeout_ms: bounds.timeout.as_millis() };
        let place = tokio::time::timeout(bounds.timeout, self.plugin.outbound().acquire_owned()).await;
        let _place = place.map_err(|_| refused(busy.into()))?;
        let (host, method) = (ask.url.host_str().unwrap_or_default().to_owned(), ask.method.clone());
        self.chain.asked_others().note();
        let outcome = self.outbound.fetch(ask, &secret, &self.plugin.hosts, bounds).await;
        let plugin = self.plugin.id();
        match outcome {
            Ok(reply) => {
                let bytes = u64::try_from(reply.body.len()).unwrap_or(u64::MAX);
                self.plugin.watch.used(|used| {
                    used.outbound_requests = used.outbound_requests.saturating_add(1);
                    used.outbound_bytes = used.outbound_bytes.saturating_add(bytes);
                });
                tracing::info!(plugin.id = %plugin, http.host = host, http.method = %method, http.status = reply.status, "a plugin asked another host");
                let (url, body) = (reply.url.into(), reply.body.into());
                Ok(Response { status: reply.status, url, headers: reply.headers, body })
            }
            Err(failed) => {
                self.plugin.watch.used(|used| used.outbound_requests = used.outbound_requests.saturating_add(1));
                let cause = &failed as &dyn std::error::Error;
                tracing::warn!(plugin.id = %plugin, http.host = host, http.method = %method, error = cause, "a plugin's request failed");
                Err(refused(failed))
            }
        }
    }

    async fn secret_value(&mut self, header: &SecretHeader) -> Result<String, Error> {
        let opened = secrets::open(self.unit.records().db(), &self.keeper, &self.plugin, &header.secret).await;
        let secret = opened.map_err(|failed| secret_error(&self.plugin, &header.secret, &failed))?;
        Ok(format!("{}{}", header.prefix, secret.reveal()))
    }
}

fn read(request: Request) -> Result<Ask, FetchError> {
    Ok(Ask {
        method: fetch::method(&request.method)?,
        url: address(&request.url)?,
        headers: headers::read(request.headers)?,
        body: request.body.into(),
    })
}

/// What was asked for, never more than the kernel gives; 0 is all of it.
fn bounds(options: &Options, allowed: &tiwizi_model::Bounds) -> Bounds {
    let chosen = |asked: u32, most: usize| match usize::try_from(asked).unwrap_or(usize::MAX) {
        0 => most,
        asked => asked.min(most),
    };
    let timeout_ms = match u64::from(options.timeout_ms) {
        0 => allowed.amount(Bound::OutboundMs),
        asked => asked.min(allowed.amount(Bound::OutboundMs)),
    };
    Bounds {
        timeout: Duration::from_millis(timeout_ms),
        bytes_max: chosen(options.bytes_max, allowed.size(Bound::OutboundBytes)),
        redirects_max: options.redirects_max.min(limits::OUTBOUND_REDIRECTS_MAX),
    }
}

fn fetch_error(failed: &FetchError) -> Error {
    let message = escaped(&failed.to_string(), limits::PROBLEM_CHARS_MAX);
    match failed {
        FetchError::Method(_) => error("invalid", message),
        FetchError::Header { name, .. } => {
            detailed("invalid", message, json!({ "header": escaped(name, limits::ECHO_CHARS_MAX) }))
        }
        FetchError::Host { origin } => {
            detailed("denied", message, json!({ "capability": Capability::HttpOut.name(), "origin": origin }))
        }
        FetchError::Outbound(failed) => outbound_error(failed, message),
    }
}

fn outbound_error(failed: &OutboundError, message: String) -> Error {
    let cause = match failed {
        OutboundError::Url(_) => return error("invalid", message),
        OutboundError::Address { host } => {
            let details = json!({ "capability": Capability::HttpOut.name(), "host": host, "allowed_by": "operator" });
            return detailed("denied", message, details);
        }
        OutboundError::Large { bytes_max } => {
            return detailed("over-limit", message, json!({ "bytes_max": bytes_max }));
        }
        OutboundError::Resolve { .. } => "name",
        OutboundError::Connect { .. } | OutboundError::Proxy { .. } => "connection",
        OutboundError::NoTrust | OutboundError::Tls { .. } => "trust",
        OutboundError::Protocol { .. } | OutboundError::Part { .. } | OutboundError::GivenUp { .. } => "protocol",
        OutboundError::Timeout { .. } => "time",
    };
    Error { retryable: true, ..detailed("unavailable", message, json!({ "cause": cause })) }
}

fn detailed(code: &str, message: String, details: Value) -> Error {
    Error { code: code.to_owned(), message, retryable: false, details: details.to_string() }
}
