//! The people of the register: find a person, the page of a person, a union with its members.
//!
//! Every page reads by the rights of its visitor. The number of an identity card is shown only as the answer to a form that says why, and
//! stands in no address.

pub(super) mod find;
mod parts;
pub(super) mod person;
pub(super) mod union;
