//! Pictures of a shop or a product: sending one, saying what is to be seen, their order, taking one away; and showing them.

use std::time::Duration;

use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Entry, Error, Find, Language, Request, Store, blobs, context};

use super::texts;
use crate::picture;
use crate::wares::{FILES_MAX, Kept, PICTURES_MAX, Picture};

/// How long the address of a picture is good: a page is rarely looked at for longer.
const LINK_TIME: Duration = Duration::from_hours(6);
/// Pixels that a picture is wide on a page: so much a small phone has.
const SHOWN_MAX: u32 = 280;
/// Characters of what is to be seen.
pub(crate) const ALT_MAX: usize = 200;

/// Adds the picture that a form brought.
///
/// Answers what is wrong with it, at its field, when it is not taken; the file that came is forgotten then.
pub(crate) fn add(
    request: &Request,
    cooperative: &str,
    on: &str,
    pictures: &mut Vec<Picture>,
) -> Result<Result<(), Filled>, Error> {
    let (alt, filled) = texts::demand(request, "alt", ALT_MAX, Filled::of(request));
    let sent = request.form("picture").map(str::trim).filter(|file| !file.is_empty());
    let Some(sent) = sent else { return Ok(Err(filled.refuse("picture", "required"))) };
    let made = match made(sent)? {
        Ok(made) => made,
        Err(code) => {
            forget_sent(sent)?;
            return Ok(Err(filled.refuse("picture", code)));
        }
    };
    let files = Store::count(&Find::new().equal(Kept::COOPERATIVE, cooperative))?;
    let full = pictures.len() >= PICTURES_MAX || files >= FILES_MAX;
    if full || !filled.is_good() {
        forget_sent(sent)?;
        return Ok(Err(if full { filled.refuse("picture", "picture-many") } else { filled }));
    }
    let file = blobs::keep(made.media_type, &made.bytes)?.id;
    if file != sent {
        forget_sent(sent)?;
    }
    if pictures.iter().any(|there| there.file == file) {
        return Ok(Ok(()));
    }
    // Two shops may show the same picture, each in its own time.
    let there = Find::new().equal(Kept::COOPERATIVE, cooperative).equal(Kept::FILE, file.as_str());
    if Store::first(&there.equal(Kept::ON, on))?.is_none() {
        let (cooperative, on) = (cooperative.to_owned(), on.to_owned());
        Store::create(&Kept { cooperative, file: file.clone(), on, at: context::now() })?;
    }
    pictures.push(Picture { file, width: made.width, height: made.height, alt });
    Ok(Ok(()))
}

/// The picture that was sent, written anew; or the word of what is wrong with it.
fn made(sent: &str) -> Result<Result<picture::Made, &'static str>, Error> {
    let Some(stat) = stat(sent)? else { return Ok(Err("required")) };
    if stat.bytes > picture::BYTES_MAX {
        return Ok(Err(picture::Refused::Heavy.code()));
    }
    Ok(picture::remake(&blobs::read_all(sent)?).map_err(picture::Refused::code))
}

/// What came with this call, or before: what is no id of a file is none.
fn stat(sent: &str) -> Result<Option<blobs::Blob>, Error> {
    let is_id = sent.len() == 64 && sent.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { blobs::stat(sent) } else { Ok(None) }
}

/// Forgets the file of a form that is not taken.
pub(crate) fn forget(request: &Request) -> Result<(), Error> {
    request.form("picture").map_or(Ok(()), |sent| forget_sent(sent.trim()))
}

/// Forgets a file that was sent and is not a picture of somebody. One that a page or a job of the plugin made stays, whoever names it.
fn forget_sent(sent: &str) -> Result<(), Error> {
    let Some(stat) = stat(sent)? else { return Ok(()) };
    let is_kept = Store::first(&Find::new().equal(Kept::FILE, sent))?.is_some();
    // The kernel writes a file down with the call that it came with; a statement of a job is older, or is none of a browser.
    let is_of_this_call = stat.created_at.saturating_add(60_000) > context::now();
    if is_kept || !is_of_this_call || stat.media_type.starts_with("text/") { Ok(()) } else { blobs::delete(sent) }
}

/// Does to a picture what a form asks: `first`, `earlier`, `later`, `away`, `alt`. Answers what is wrong, at its field.
pub(crate) fn set(request: &Request, pictures: &mut Vec<Picture>) -> Result<(), Filled> {
    let filled = Filled::of(request);
    let file = request.form("file").unwrap_or_default();
    let Some(at) = pictures.iter().position(|picture| picture.file == file) else {
        return Err(filled.refuse("file", "enum"));
    };
    match request.form("do").unwrap_or_default() {
        "first" => {
            let picture = pictures.remove(at);
            pictures.insert(0, picture);
        }
        "earlier" if at > 0 => pictures.swap(at, at - 1),
        "later" if at + 1 < pictures.len() => pictures.swap(at, at + 1),
        "earlier" | "later" => {}
        "away" => {
            pictures.remove(at);
        }
        "alt" => {
            let (alt, filled) = texts::demand(request, "alt", ALT_MAX, filled);
            if !filled.is_good() {
                return Err(filled);
            }
            if let Some(picture) = pictures.get_mut(at) {
                picture.alt = alt;
            }
        }
        _ => return Err(filled.refuse("do", "enum")),
    }
    Ok(())
}

/// Pictures as pages show them. One whose file is not on this instance is left out.
pub(crate) fn shown(pictures: &[Picture], language: Language) -> Result<Vec<Value>, Error> {
    let mut views = Vec::new();
    for picture in pictures {
        let Some(link) = link(&picture.file)? else { continue };
        let width = picture.width.min(SHOWN_MAX);
        let height = u64::from(picture.height) * u64::from(width) / u64::from(picture.width.max(1));
        views.push(json!({
            "link": link, "width": width, "height": height.max(1), "alt": picture.alt.best(language), "file": picture.file,
        }));
    }
    Ok(views)
}

/// The first picture, if its file is here.
pub(crate) fn first(pictures: &[Picture], language: Language) -> Result<Option<Value>, Error> {
    let first = pictures.get(..1).unwrap_or_default();
    Ok(shown(first, language)?.pop())
}

fn link(file: &str) -> Result<Option<String>, Error> {
    match blobs::link(file, LINK_TIME) {
        Ok(link) => Ok(Some(link)),
        // A product of another instance has its pictures there; and an operator may have refused the plugin files.
        Err(error) if error.is("not-found") || error.is("denied") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Forgets some files that are shown nowhere any more.
pub(crate) fn sweep(entries: &[Entry<Kept>], is_shown: impl Fn(&Kept) -> Result<bool, Error>) -> Result<(), Error> {
    for entry in entries {
        if is_shown(&entry.body)? {
            continue;
        }
        Store::delete(entry)?;
        if Store::first(&Find::new().equal(Kept::FILE, entry.body.file.as_str()))?.is_none() {
            blobs::delete(&entry.body.file)?;
        }
    }
    Ok(())
}
