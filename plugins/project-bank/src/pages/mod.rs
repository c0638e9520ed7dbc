//! What people see: the models, a sheet, their plans, the review of a corrected model, their team and what it founds.

pub(crate) mod actual;
pub(crate) mod catalogue;
mod charts;
mod figures;
pub(crate) mod found;
pub(crate) mod inputs;
pub(crate) mod join;
mod line_form;
pub(crate) mod lines;
pub(crate) mod plans;
pub(crate) mod review;
mod saving;
pub(crate) mod sheet;
pub(crate) mod team;
