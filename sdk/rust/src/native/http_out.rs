//! The outside world of the kernel in memory: the answers that a test has laid out. Nothing is ever sent.

use super::imports::{Kernel, granted};
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

pub(super) fn lay_out(method: &str, url: &str, status: u16, body: Vec<u8>) {
    let laid = Laid { method: method.to_owned(), url: url.to_owned(), status, body };
    Memory::with(|memory| memory.laid.push(laid));
}

impl HttpOutImport for Kernel {
    fn fetch(request: &Request, options: &Options) -> Result<Response, Error> {
        granted(HTTP_OUT, |memory| {
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

    const MANIFEST: &str = r#"{ "capabilities": [{ "name": "http-out" }], "secrets": [{ "name": "token" }] }"#;
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
    fn nothing_goes_out_without_a_grant() {
        native::start(MANIFEST);
        native::set_secret("token", "s3cret");
        native::lay_out("GET", URL, 200, "10.8");
        native::deny("http-out");
        assert!(rate().unwrap_err().is("denied"));
        assert_eq!(native::asked(), []);
    }
}
