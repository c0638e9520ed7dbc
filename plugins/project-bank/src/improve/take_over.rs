//! The one way by which a proposal changes a model.
//!
//! A correction of a model is its next version: the model's record, and the version's plan beside it, with which the plans that were taken
//! from the model are compared.

use tiwizi_sdk::{Entry, Error, Find, Store};

use super::rebase::{Chosen, corrected};
use crate::card;
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
pub(crate) fn take_over(mut model: Entry<Model>, changes: &Chosen<'_>) -> Result<Made, Error> {
    let plan = corrected(&model.body.plan, changes)?;
    let checked = match check(&plan) {
        Ok(checked) => checked,
        Err(faults) => return Ok(Made::Faulty(Box::new(plan), faults)),
    };
    let financing = outcome(&checked).financing;
    let find = Find::new().equal(ModelVersion::MODEL, model.body.code.as_str()).sort_descending(ModelVersion::VERSION);
    let highest = Store::first(&find)?.map_or(0, |entry: Entry<ModelVersion>| entry.body.version);
    let version = highest.max(model.body.version).saturating_add(1);
    Store::create(&ModelVersion { model: model.body.code.clone(), version, plan: plan.clone() })?;
    model.body.version = version;
    model.body.amount = u64::try_from((financing.investments + financing.working_capital).ceil()).unwrap_or_default();
    model.body.plan = plan;
    let model = Store::replace(&model)?;
    card::bring(&model.id, Some(&model.body))?;
    Ok(Made::Version(version))
}
