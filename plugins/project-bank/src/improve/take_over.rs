//! The one way by which a proposal changes a model.
//!
//! A correction of a model is its next version: the model's record, and the version's plan beside it, with which the plans that were taken
//! from the model are compared.

use tiwizi_sdk::{Entry, Error};

use super::rebase::{Chosen, corrected};
use crate::kinds::{Model, ModelVersion};
use crate::plan::check::Fault;
use crate::plan::{Plan, check, outcome};

/// What came of taking something over.
#[derive(Debug)]
pub(crate) enum Made {
    /// The model has this version now.
    Version(u64),
    /// The model would make no sense: what it would be, and what is wrong with that.
    Faulty(Box<Plan>, Vec<Fault>),
}

/// Makes a correction of a model out of what was chosen of a proposal.
///
/// # Errors
/// As those of the store; `stale` when the model was written meanwhile.
pub(crate) fn take_over(model: Entry<Model>, changes: &Chosen<'_>) -> Result<Made, Error> {
    let plan = corrected(&model.body.plan, changes)?;
    let checked = match check(&plan) {
        Ok(checked) => checked,
        Err(faults) => return Ok(Made::Faulty(Box::new(plan), faults)),
    };
    let version = ModelVersion::highest(&model.body.code)?.max(model.body.version).saturating_add(1);
    let body = Model { version, amount: Model::amount_of(&outcome(&checked)), plan, ..model.body.clone() };
    body.release(Some(model))?;
    Ok(Made::Version(version))
}
