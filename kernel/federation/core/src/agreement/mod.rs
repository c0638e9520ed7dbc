//! Agreements between two instances: what may leave, in which form, until when, and who has signed it.
//!
//! An agreement is a document that both sides sign as bytes. What it does not name is withheld: a kind, a field, a row. It is
//! read from the bytes that were signed and from nothing else. Time only ever makes it stricter.

pub mod classes;
pub mod compare;
pub mod document;
pub mod fault;
mod parse;
mod reader;
pub mod scope;
pub mod state;
#[cfg(test)]
mod tests;

pub use classes::{Class, Derived, KindClasses, Kinds};
pub use compare::{Difference, Retraction, Widening, compare};
pub use document::{AgreementId, Document, Grants, KindTerms, Party, Rule, Scalar};
pub use fault::{AgreementError, Fault, What};
pub use scope::Scope;
pub use state::{Keys, Life, PAYLOAD_TYPE, Signed, State, Step, StepError, Terms};
