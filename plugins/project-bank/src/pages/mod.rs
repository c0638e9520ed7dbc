//! What people see: the models, a sheet and the desk where it is written, their plans, the review of a corrected model, improvements that they
//! propose and trainers decide on, their team and what it founds, the funding directory, and calls for projects.

pub(crate) mod actual;
pub(crate) mod call_desk;
pub(crate) mod calls;
pub(crate) mod candidacy;
pub(crate) mod catalogue;
mod charts;
mod figures;
pub(crate) mod found;
pub(crate) mod funding;
pub(crate) mod funding_desk;
mod funding_facts;
pub(crate) mod improve;
pub(crate) mod inputs;
pub(crate) mod join;
pub(crate) mod jury;
mod line_form;
pub(crate) mod lines;
pub(crate) mod model_desk;
pub(crate) mod plans;
pub(crate) mod proposals;
mod proposed;
pub(crate) mod review;
mod saving;
pub(crate) mod sheet;
pub(crate) mod team;
mod typed;
mod value;
mod view;
