//! The files that plugins keep, for whoever has a link. They came from people: a browser shows only what cannot run, and in a
//! sandbox; everything else is saved as bytes. A link that is not good, or no longer, leads to nothing.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Uri, header};
use tiwizi_host::BlobLink;
use tiwizi_model::{FileHash, Instant, PluginId};

use crate::app::App;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::stored::{self, Stored, StoredFile};

/// The types that a browser may show: pictures, sound and films, whose parsers run no code of theirs, and plain text.
const SHOWN: [(&str, &str); 14] = [
    ("image/png", "image/png"),
    ("image/jpeg", "image/jpeg"),
    ("image/gif", "image/gif"),
    ("image/webp", "image/webp"),
    ("image/avif", "image/avif"),
    ("audio/ogg", "audio/ogg"),
    ("audio/opus", "audio/ogg"),
    ("audio/mpeg", "audio/mpeg"),
    ("audio/mp4", "audio/mp4"),
    ("audio/wav", "audio/wav"),
    ("audio/webm", "audio/webm"),
    ("video/mp4", "video/mp4"),
    ("video/webm", "video/webm"),
    ("text/plain", "text/plain; charset=utf-8"),
];

/// The endings under which the others are saved.
const ENDINGS: [(&str, &str); 9] = [
    ("application/pdf", ".pdf"),
    ("application/zip", ".zip"),
    ("application/vnd.oasis.opendocument.text", ".odt"),
    ("application/vnd.oasis.opendocument.spreadsheet", ".ods"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    ("application/json", ".json"),
    ("application/vc+jwt", ".jwt"),
    ("text/csv", ".csv"),
];

/// Whatever it is, it loads nothing, runs nothing and is framed by nobody.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// A document by name is shown: readers of PDF do not work in a sandbox, and bring one of their own.
const DOCUMENT: &str = "application/pdf";
const DOCUMENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Sends a file that a plugin keeps, whole or in part, to whoever has a link to it.
#[utoipa::path(get, path = "/p/{plugin}/blobs/{blob}", tag = "plugins",
    params(("plugin" = String, Path, description = "The plugin"), ("blob" = String, Path, description = "The SHA-256 of the file"),
        ("until" = i64, Query, description = "When the link ends"), ("name" = Option<String>, Query, description = "The name under which a document is shown and saved"), ("key" = String, Query, description = "The signature of the link"),
        ("range" = Option<String>, Header, description = "`bytes=0-99`")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206, content_type = "application/octet-stream"), (status = 404, body = ProblemBody), (status = 416, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path((plugin, hash)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plugin: PluginId = plugin.parse().map_err(|_| Fault::NotFound)?;
    let link = link(&hash, &uri).ok_or(Fault::NotFound)?;
    let row = app.host.linked(&plugin, &link).await?.ok_or(Fault::NotFound)?;
    let is_document = link.name.is_some() && row.media_type == DOCUMENT;
    let shown = if is_document { Some(DOCUMENT) } else { shown(&row.media_type) };
    let file = StoredFile {
        hash: row.hash,
        place: Stored::Kept(row.file),
        bytes: u64::try_from(row.bytes).unwrap_or_default(),
        media_type: HeaderValue::from_static(shown.unwrap_or("application/octet-stream")),
        caching: "private, max-age=600",
    };
    let mut response = stored::send(&app.files, &headers, file).await?;
    let disposition = match (&link.name, shown) {
        (Some(name), _) => named(name, if shown.is_some() { "inline" } else { "attachment" }, &row.media_type),
        (None, Some(_)) => "inline".to_owned(),
        (None, None) => format!("attachment; filename=\"{}\"", saved_as(&row.hash, &row.media_type)),
    };
    let policy = if is_document { DOCUMENT_POLICY } else { POLICY };
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(Problem::internal)?);
    answer.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}

/// A name of any script, as RFC 6266 has it, with a plain one before it for whoever does not read that.
fn named(name: &str, how: &str, media_type: &str) -> String {
    let ending = ending(media_type);
    let plain: String = name.chars().map(|letter| if is_plain(letter) { letter } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if is_plain(char::from(byte)) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    format!("{how}; filename=\"{plain}{ending}\"; filename*=UTF-8''{encoded}{ending}")
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// A link with all its parts, each once and nothing else.
fn link(hash: &str, uri: &Uri) -> Option<BlobLink> {
    let mut parameters = Parameters::of_query(uri.query()).ok()?;
    let until: i64 = parameters.take("until").ok()??.parse().ok()?;
    let name = parameters.take("name").ok()?;
    let key = parameters.take("key").ok()??;
    parameters.finish().ok()?;
    Some(BlobLink { hash: hash.parse::<FileHash>().ok()?, until: Instant(until), name, key })
}

fn shown(media_type: &str) -> Option<&'static str> {
    SHOWN.into_iter().find(|(known, _)| *known == media_type).map(|(_, sent)| sent)
}

/// A name that says nothing but what the file is.
fn saved_as(hash: &FileHash, media_type: &str) -> String {
    let name: String = hash.to_string().chars().take(12).collect();
    format!("{name}{}", ending(media_type))
}

fn ending(media_type: &str) -> &'static str {
    ENDINGS.into_iter().find(|(known, _)| *known == media_type).map_or("", |(_, ending)| ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i06_what_could_run_is_saved_and_never_shown() {
        for media_type in
            ["image/svg+xml", "text/html", "application/xhtml+xml", "text/xml", "application/pdf", "text/javascript"]
        {
            assert_eq!(shown(media_type), None, "{media_type}");
        }
        let hash = FileHash([0xab; 32]);
        assert_eq!(saved_as(&hash, "application/pdf"), "abababababab.pdf");
        assert_eq!(saved_as(&hash, "application/vc+jwt"), "abababababab.jwt");
        assert_eq!(saved_as(&hash, "text/html"), "abababababab");
    }

    #[test]
    fn a_name_of_any_script_is_safe_in_a_header() {
        let disposition = named("شهادة \"x\"\r\n1", "inline", "application/pdf");
        assert!(
            disposition.starts_with("inline; filename=\"_______x___1.pdf\"; filename*=UTF-8''%D8%B4"),
            "{disposition}"
        );
        assert!(HeaderValue::from_str(&disposition).is_ok() && disposition.ends_with("1.pdf"));
    }

    #[test]
    fn a_link_has_each_part_once() {
        let hash = "a7".repeat(32);
        let key = "0".repeat(64);
        let read = |query: &str| link(&hash, &format!("/p/x/blobs/y?{query}").parse().unwrap()).is_some();
        assert!(read(&format!("until=5&key={key}")));
        assert!(read(&format!("until=5&name=x&key={key}")));
        for wrong in ["", "until=5", "key=0", "until=x&key=0", "until=5&until=6&key=0", "until=5&key=0&more=1"] {
            assert!(!read(wrong), "{wrong}");
        }
    }
}
