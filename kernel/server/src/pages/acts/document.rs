//! The documents of an act: stored when a sheet is sent, kept on it while it is not accepted, and shown to who may see what acts say.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use tiwizi_model::FileHash;
use tiwizi_model::limits::ACT_DOCUMENTS_MAX;

use super::super::visit::SignedIn;
use super::fault::Fault as Wrong;
use super::field::Control;
use super::given::Given;
use super::opened::Opened;
use super::sent::SentFile;
use super::sheet::Sheet;
use crate::app::App;
use crate::problem::{Fault, Problem};
use crate::stored::{self, Stored, StoredFile};
use crate::uploads;

/// The part of a sheet with the documents.
pub(super) const DOCUMENTS: &str = "/documents";

/// How a file begins, its ending and its type. Everything else is sent as bytes.
const TYPES: [(&[u8], &str, &str); 6] = [
    (b"%PDF-", ".pdf", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", ".png", "image/png"),
    (b"\xff\xd8\xff", ".jpg", "image/jpeg"),
    (b"GIF8", ".gif", "image/gif"),
    (b"II*\0", ".tif", "image/tiff"),
    (b"MM\0*", ".tif", "image/tiff"),
];
/// The bytes that are looked at.
const HEAD_BYTES: u64 = 8;

/// Takes away the documents that somebody does not want any more, and stores those that were sent.
pub(super) async fn store(
    opened: &Opened<'_>,
    sheet: Sheet,
    files: Vec<SentFile>,
    given: &mut Given,
) -> Result<(), Problem> {
    for row in 0..given.rows(DOCUMENTS).min(ACT_DOCUMENTS_MAX) {
        if !given.text(&format!("{DOCUMENTS}/{row}/drop")).is_empty() {
            given.clear(&format!("{DOCUMENTS}/{row}"));
        }
    }
    given.compact(DOCUMENTS, ACT_DOCUMENTS_MAX);
    for SentFile { field, name, bytes } in files {
        let hash = uploads::store(opened.app, opened.caller(), bytes).await?.to_string();
        let is_own = sheet.fields.iter().any(|own| own.control == Control::File && field == format!("/{}", own.name));
        if is_own {
            given.set(format!("{field}~name"), name);
            given.set(field, hash);
        } else {
            let row = given.rows(DOCUMENTS);
            given.set(format!("{DOCUMENTS}/{row}/hash"), hash);
            given.set(format!("{DOCUMENTS}/{row}/name"), name);
        }
    }
    Ok(())
}

/// The documents that a sheet names, each once, and what is wrong with them: those that its sender stored, and those that acts of the
/// cooperative name, as far as its sender may see them.
pub(super) async fn named(
    opened: &Opened<'_>,
    sheet: Sheet,
    given: &Given,
) -> Result<(Vec<FileHash>, Vec<Wrong>), Problem> {
    let acts = opened.desk.ledger.acts().iter().filter(|_| opened.is_whole());
    let standing: Vec<FileHash> = acts.flat_map(|act| act.documents.iter().copied()).collect();
    let own = sheet.fields.iter().filter(|field| field.control == Control::File);
    let own = own.map(|field| format!("/{}", field.name));
    let rows = (0..given.rows(DOCUMENTS)).map(|row| format!("{DOCUMENTS}/{row}/hash"));
    let names: Vec<String> = rows.chain(own).filter(|name| !given.trimmed(name).is_empty()).collect();
    let (mut hashes, mut faults) = (Vec::new(), Vec::new());
    for name in names {
        let hash: Option<FileHash> = given.trimmed(&name).parse().ok();
        let is_there = match hash {
            Some(hash) => uploads::may_name(opened.app, opened.caller(), hash, &standing).await?,
            None => false,
        };
        match hash.filter(|_| is_there) {
            Some(hash) if hashes.contains(&hash) => {}
            Some(hash) => hashes.push(hash),
            None => faults.push(Wrong::new(name, "no-file")),
        }
    }
    Ok((hashes, faults))
}

/// `GET /{language}/directory/{id}/acts/{sequence}/documents/{place}`: the first document has the place 1.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id, sequence, place)): Path<(String, String, String, String)>,
    headers: HeaderMap,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = Opened::whole(&app, &visit, &id).await?;
    let (sequence, place): (u32, usize) =
        (sequence.parse().map_err(|_| Fault::NotFound)?, place.parse().map_err(|_| Fault::NotFound)?);
    let act = opened.desk.ledger.acts().iter().find(|act| act.sequence == sequence).ok_or(Fault::NotFound)?;
    let index = place.checked_sub(1).ok_or(Fault::NotFound)?;
    let hash = act.documents.get(index).copied().ok_or(Fault::NotFound)?;
    let bytes = app.files.size(hash).await?.ok_or(Fault::NotFound)?;
    let head = if bytes == 0 { None } else { app.files.range(hash, 0..HEAD_BYTES.min(bytes)).await? };
    let (ending, media_type) = kind(head.as_deref().unwrap_or_default());
    let media_type = HeaderValue::from_static(media_type);
    let file = StoredFile { hash, place: Stored::Shared, bytes, media_type, caching: "private, no-cache" };
    let mut response = stored::send(&app.files, &headers, file).await?;
    let disposition = format!("attachment; filename=\"{sequence}-{place}{ending}\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(Problem::internal)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// The ending and the type of a file by its first bytes.
fn kind(head: &[u8]) -> (&'static str, &'static str) {
    let found = TYPES.into_iter().find(|(start, _, _)| head.starts_with(start));
    found.map_or(("", "application/octet-stream"), |(_, ending, media_type)| (ending, media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say_and_never_a_page() {
        assert_eq!(kind(b"%PDF-1.7"), (".pdf", "application/pdf"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0JFIF").0, ".jpg");
        for head in [b"<html>".as_slice(), b"<svg xml", b"", b"%PD"] {
            assert_eq!(kind(head).1, "application/octet-stream");
        }
    }
}
