//! The outside world of the kernel in memory: the answers that a test has laid out, of hosts that the manifest names. Nothing is ever sent.

use serde_json::{Value, json};

use super::imports::{Kernel, granted};
use super::json::{list_at, text_at, texts};
use super::memory::{Memory, error};
use super::secrets;
use crate::bindings::tiwizi::plugin::http_out::{Options, Request, Response};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::HttpOutImport;

const HTTP_OUT: &str = "http-out";

#[derive(Clone)]
pub(super) struct Laid {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Where a request goes, or a host that the manifest names: `api.example.org`, `*.example.org`, `api.example.org:8443`,
/// `http://old.example.org`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    scheme: String,
    name: String,
    port: u16,
}

impl Place {
    /// Those that the manifest names.
    pub(super) fn of_manifest(manifest: &Value) -> Vec<Self> {
        let asked = list_at(manifest, "capabilities").iter().filter(|asked| text_at(asked, "name") == HTTP_OUT);
        let hosts = asked.flat_map(|asked| texts(list_at(asked, "hosts")));
        hosts.filter_map(|host| Self::of(&host).or_else(|| Self::of(&format!("https://{host}")))).collect()
    }

    fn of(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let usual = usual_port(scheme)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (name, port) = match authority.rsplit_once(':') {
            Some((name, port)) => (name, port.parse().ok()?),
            None => (authority, usual),
        };
        let name = name.to_ascii_lowercase();
        (!name.is_empty()).then(|| Self { scheme: scheme.to_owned(), name, port })
    }

    /// Whether an address is one of those that a host of the manifest means.
    fn holds(&self, asked: &Self) -> bool {
        let is_meant = match self.name.strip_prefix('*') {
            Some(below) => asked.name.ends_with(below),
            None => asked.name == self.name,
        };
        is_meant && self.scheme == asked.scheme && self.port == asked.port
    }

    fn origin(&self) -> String {
        let Self { scheme, name, port } = self;
        if usual_port(scheme) == Some(*port) {
            format!("{scheme}://{name}")
        } else {
            format!("{scheme}://{name}:{port}")
        }
    }
}

fn usual_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

pub(super) fn lay_out(method: &str, url: &str, status: u16, body: Vec<u8>) {
    let laid = Laid { method: method.to_owned(), url: url.to_owned(), status, body };
    Memory::with(|memory| memory.laid.push(laid));
}

impl HttpOutImport for Kernel {
    fn fetch(request: &Request, options: &Options) -> Result<Response, Error> {
        granted(HTTP_OUT, |memory| {
            let Some(asked) = Place::of(&request.url) else {
                return Err(error("invalid", &format!("{} is no address", request.url)));
            };
            if !memory.hosts.iter().any(|named| named.holds(&asked)) {
                let origin = asked.origin();
                let message = format!("the manifest does not name {origin} among the hosts of http-out");
                let details = json!({ "capability": HTTP_OUT, "origin": origin }).to_string();
                return Err(Error { details, ..error("denied", &message) });
            }
            for header in &options.secrets {
                secrets::open(memory, &header.secret)?;
            }
            memory.asked.push((request.method.clone(), request.url.clone()));
            let laid = memory.laid.iter().find(|laid| laid.method == request.method && laid.url == request.url);
            let missing = || error("unavailable", &format!("no test has laid out an answer for {}", request.url));
            let laid = laid.ok_or_else(missing)?;
            Ok(Response { status: laid.status, url: laid.url.clone(), headers: Vec::new(), body: laid.body.clone() })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::http_out::Fetch;
    use crate::native;

    const MANIFEST: &str = r#"{ "capabilities": [{ "name": "http-out",
        "hosts": ["rates.example.org", "*.sms.example.org", "http://old.example.org:8080"] }],
        "secrets": [{ "name": "token" }] }"#;
    const URL: &str = "https://rates.example.org/mad";

    fn rate() -> Result<f64, crate::Error> {
        Fetch::get(URL).secret("authorization", "Bearer ", "token").send()?.json()
    }

    #[test]
    fn a_request_is_given_what_the_test_has_laid_out() {
        native::start(MANIFEST);
        assert!(rate().unwrap_err().is("not-found"), "the secret is not set");
        native::set_secret("token", "s3cret");
        assert!(rate().unwrap_err().is("unavailable"));
        native::lay_out("GET", URL, 200, "10.8");
        assert_eq!(rate(), Ok(10.8));
        assert_eq!(native::asked().len(), 2);
    }

    #[test]
    fn only_hosts_that_the_manifest_names_are_asked_with_their_scheme_and_port() {
        native::start(MANIFEST);
        for url in [URL, "https://one.sms.example.org/a", "http://old.example.org:8080/"] {
            assert!(Fetch::get(url).send().unwrap_err().is("unavailable"), "{url}");
        }
        for url in [
            "https://other.example.org/",
            "http://rates.example.org/mad",
            "https://rates.example.org:8443/mad",
            "https://sms.example.org/",
            "https://badsms.example.org/",
            "http://old.example.org/",
        ] {
            native::lay_out("GET", url, 200, "1");
            let refused = Fetch::get(url).send().unwrap_err();
            assert!(refused.is("denied") && refused.details["capability"] == "http-out", "{url}: {refused:?}");
        }
        assert!(Fetch::get("rates").send().unwrap_err().is("invalid"));
        assert_eq!(native::asked().len(), 3);
    }

    #[test]
    fn nothing_goes_out_without_a_grant() {
        native::start(MANIFEST);
        native::set_secret("token", "s3cret");
        native::lay_out("GET", URL, 200, "10.8");
        native::deny("http-out");
        assert!(rate().unwrap_err().is("denied"));
        assert_eq!(native::asked(), []);
    }
}
