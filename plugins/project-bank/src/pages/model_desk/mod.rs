//! The models' desk: where trainers write the sheets of the bank, read each other's, and publish them.
//!
//! A sheet is written in parts, each a form of its own: its facts, the frame of its plan, its texts in each language, the names of its lines in
//! each language, and every line. `part` says what the fields of a part are, `take` takes them over, `form` draws them, `edit` is their pages.

mod edit;
mod form;
mod list;
mod part;
mod preview;
mod show;
mod step;
mod take;

pub(crate) use edit::{edit, put_back, save};
pub(crate) use list::{create, list};
pub(crate) use preview::preview;
pub(crate) use show::show;
pub(crate) use step::step;

use tiwizi_sdk::{Answer, Caller, Error, context};

/// The account of whoever writes models.
///
/// # Errors
/// Nobody is signed in, or it is no trainer.
fn trainer() -> Result<String, Error> {
    let caller = context::caller();
    let Some(account) = caller.account_id.clone() else { return Err(Error::sign_in()) };
    if is_author(&caller) { Ok(account) } else { Err(Error::denied("models are written by trainers")) }
}

/// Whether the caller may write models.
pub(crate) fn is_author(caller: &Caller) -> bool {
    caller.holds("trainer")
}

fn to_sheet(code: &str) -> Answer {
    Answer::redirect(format!("/model-desk/{code}"))
}
