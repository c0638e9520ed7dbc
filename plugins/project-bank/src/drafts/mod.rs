//! Models before they are published: a sheet that is written, checked, read by a second person, and only then shown to everybody.
//!
//! `kinds` is the record of a sheet in work, `faults` what is still wrong with it, `steps` who may do what next, `settle` how the forms of two
//! people who write at once become one text, `publish` how a draft becomes the next version of a model. The pages are in `pages::model_desk`.

pub(crate) mod faults;
pub(crate) mod kinds;
pub(crate) mod publish;
pub(crate) mod settle;
pub(crate) mod steps;

#[cfg(test)]
mod tests;
