//! What people see: the models, a sheet, their plans, and the review of a corrected model.

pub(crate) mod actual;
pub(crate) mod catalogue;
mod charts;
mod figures;
mod inputs;
mod line_form;
pub(crate) mod lines;
pub(crate) mod plans;
pub(crate) mod review;
pub(crate) mod sheet;
