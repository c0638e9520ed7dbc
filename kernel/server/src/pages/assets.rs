//! The files that pages load: one style sheet, one script, one icon, and for pages that a phone may keep a second script. Built in, named
//! by their content, kept by browsers for good. Only the service worker has an address that stays, because browsers look there for the
//! next one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::problem::{Fault, Problem};

/// How many hexadecimal digits of a file's SHA-256 stand in its address.
const HASH_DIGITS: usize = 16;
/// A file under its address never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

const CSS: &[u8] = include_bytes!("../../assets/tiwizi.css");
const JS: &[u8] = include_bytes!("../../assets/tiwizi.js");
const OFFLINE: &[u8] = include_bytes!("../../assets/offline.js");
const WORKER: &[u8] = include_bytes!("../../assets/service-worker.js");
/// A worker loads nothing but this site.
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'";
const ICON: &[u8] = include_bytes!("../../assets/icon.svg");

/// The addresses of the files.
#[derive(Debug, Clone)]
pub(crate) struct Assets {
    pub(crate) css: Asset,
    pub(crate) js: Asset,
    pub(crate) icon: Asset,
    /// Loaded by pages that may be kept, and on phones that keep something.
    pub(crate) offline: Asset,
}

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    /// Where it is served: `/assets/tiwizi-0123456789abcdef.css`.
    pub(crate) address: String,
    bytes: &'static [u8],
    media_type: &'static str,
}

impl Asset {
    #[cfg(test)]
    pub(crate) fn bytes_len(&self) -> usize {
        self.bytes.len()
    }
}

impl Assets {
    /// Names every file by its content.
    pub(crate) fn new() -> Self {
        Self {
            css: asset("tiwizi", "css", "text/css; charset=utf-8", CSS),
            js: asset("tiwizi", "js", "text/javascript; charset=utf-8", JS),
            icon: asset("icon", "svg", "image/svg+xml", ICON),
            offline: asset("offline", "js", "text/javascript; charset=utf-8", OFFLINE),
        }
    }

    fn find(&self, name: &str) -> Option<&Asset> {
        let all = [&self.css, &self.js, &self.icon, &self.offline];
        all.into_iter().find(|asset| asset.address.strip_prefix("/assets/") == Some(name))
    }
}

fn asset(name: &str, extension: &str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
    let hash: String = Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| format!("{byte:02x}").into_bytes())
        .take(HASH_DIGITS)
        .map(char::from)
        .collect();
    Asset { address: format!("/assets/{name}-{hash}.{extension}"), bytes, media_type }
}

/// `GET /assets/{file}`
pub(super) async fn show(State(app): State<Arc<App>>, Path(file): Path<String>) -> Result<Response, Problem> {
    let asset = app.pages.engine.assets.find(&file).ok_or(Fault::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD)),
    ];
    Ok((headers, asset.bytes).into_response())
}

/// `GET /service-worker.js`: at the root, so that it may answer for every page.
pub(super) async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_POLICY)),
    ];
    (headers, WORKER).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_under_its_own_hash_only() {
        let assets = Assets::new();
        let name = assets.css.address.strip_prefix("/assets/").unwrap();
        assert!(assets.find(name).is_some());
        assert!(assets.find("tiwizi-0000000000000000.css").is_none());
        assert!(assets.find("tiwizi.css").is_none());
    }
}
