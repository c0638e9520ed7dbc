//! From a draft to the next version of a model.
//!
//! The plan of each version stays, so that plans that were taken from it are compared with the new one, as with every correction.

use tiwizi_sdk::{Entry, Error, Store};

use super::kinds::ModelDraft;
use crate::kinds::Model;
use crate::plan::{check, outcome};

/// Publishes a draft that was found good; the draft goes.
///
/// # Errors
/// As those of the store; `internal` when the plan has no figures, which a draft without faults has.
pub(crate) fn publish(draft: Entry<ModelDraft>, before: Option<Entry<Model>>, reader: &str) -> Result<Model, Error> {
    let checked = check(&draft.body.plan).map_err(|faults| Error::internal(format!("not checked: {faults:?}")))?;
    Store::delete(&draft)?;
    let amount = Model::amount_of(&outcome(&checked));
    draft.body.into_model(amount, before.as_ref().map(|entry| &entry.body), reader)?.release(before)
}
