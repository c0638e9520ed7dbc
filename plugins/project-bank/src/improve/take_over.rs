//! The one way by which a proposal changes a model.
//!
//! A correction of a model is its next version, with which the plans that were taken from the model are compared. What the desk asks of whatever it
//! publishes is asked of it too.

use tiwizi_sdk::{Entry, Error};

use super::rebase::{Chosen, corrected};
use crate::drafts::faults::{Fault, faults};
use crate::drafts::kinds::ModelDraft;
use crate::kinds::{Model, ModelVersion};
use crate::plan::{Plan, check, outcome};

/// Why a choice is not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The model would make no sense.
    Faulty,
    /// A new line would have no name in a language in which every line has one.
    Nameless,
}

impl Refused {
    /// The word that the messages know it by.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Faulty => "faulty",
            Self::Nameless => "nameless",
        }
    }
}

/// Makes a correction of a model out of what was chosen of a proposal: its version.
///
/// # Errors
/// As those of the store; `stale` when the model was written meanwhile.
pub(crate) fn take_over(model: Entry<Model>, changes: &Chosen<'_>) -> Result<Result<u64, Refused>, Error> {
    let plan = corrected(&model.body.plan, changes)?;
    let Ok(checked) = check(&plan) else { return Ok(Err(Refused::Faulty)) };
    let found = new_faults(&model.body, &plan);
    if !found.is_empty() {
        let is_name = |fault: &Fault| fault.field.starts_with("label/");
        return Ok(Err(if found.iter().all(is_name) { Refused::Nameless } else { Refused::Faulty }));
    }
    let version = ModelVersion::highest(&model.body.code)?.max(model.body.version).saturating_add(1);
    let body = Model { version, amount: Model::amount_of(&outcome(&checked)), plan, ..model.body.clone() };
    body.release(Some(model))?;
    Ok(Ok(version))
}

/// What the desk would find wrong with a model of that plan, and does not find wrong with it as it is.
fn new_faults(model: &Model, plan: &Plan) -> Vec<Fault> {
    let before = ModelDraft::of(model);
    let after = ModelDraft { plan: plan.clone(), ..before.clone() };
    let known = faults(&before);
    let mut found = faults(&after);
    found.retain(|fault| !known.contains(fault));
    found
}
