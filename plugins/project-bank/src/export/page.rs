//! The file of somebody's plan: made when it is asked for, kept until the plan changes, fetched through a link.

use std::time::Duration;

use tiwizi_sdk::{Answer, Entry, Error, Request, Store, blobs, i18n};

use super::book;
use super::book::Direction;
use crate::kinds::{OwnPlan, SheetFile};
use crate::pages::plans::demand;
use crate::plan::{Plan, check};
use crate::remains;

const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// How long the link on a page holds.
const LINK: Duration = Duration::from_secs(3600);

/// Lines of a plan that one call writes. Rows and time grow with the lines, and the largest plan comes too near to the time that a call has.
const LINES_MAX: usize = 80;

/// Whether a plan is small enough to be written while somebody waits.
pub(crate) fn is_possible(plan: &Plan) -> bool {
    plan.lines() <= LINES_MAX
}

/// `POST /plans/{plan}/export`
pub(crate) fn make(request: &Request) -> Result<Answer, Error> {
    let mut entry = demand(request)?;
    let back = Answer::redirect(format!("/plans/{}", entry.id));
    let Some(checked) = check(&entry.body.plan).ok().filter(|_| is_possible(&entry.body.plan)) else { return Ok(back) };
    let language = request.page_language();
    let words = |key: &str| i18n::translate(key, &[], Some(language.tag())).unwrap_or_else(|_| key.to_owned());
    let mut book = book(&entry.body.plan, &checked, language, &words);
    entry.id.as_str().clone_into(&mut book.mark);
    let direction = if language.direction() == "rtl" { Direction::RightToLeft } else { Direction::LeftToRight };
    let file = book.to_xlsx(direction).map_err(|error| Error::internal(error.to_string()))?;
    let blob = blobs::keep(MEDIA_TYPE, &file)?;
    if let Some(before) = entry.body.sheet.take().filter(|before| before.blob != blob.id) {
        blobs::delete(&before.blob)?;
    }
    remains::remember(&entry.id, &blob.id)?;
    entry.body.sheet = Some(SheetFile { blob: blob.id });
    Store::replace(&entry)?;
    Ok(back)
}

/// A link to the file of the plan as it is; nothing when none was made.
pub(crate) fn link(entry: &Entry<OwnPlan>) -> Option<String> {
    blobs::link(&entry.body.sheet.as_ref()?.blob, LINK).ok()
}

/// Forgets the file of a plan that is about to change.
///
/// # Errors
/// As those of [`blobs::delete`].
pub(crate) fn forget(own: &mut OwnPlan) -> Result<(), Error> {
    own.sheet.take().map_or(Ok(()), |sheet| blobs::delete(&sheet.blob))
}
