//! Agreements for people: written from a form or a file, looked at, offered, signed, held up, ended, and asked what they gave away.
//!
//! Who may is said by permits (`identity/policy/federation`). Each step is taken by the node: it is an entry of the control log and a
//! row of the store in one transaction. What is offered or signed here fits the classes that fields have here, and fields about people
//! are agreed on only while a processing in force covers them. A draft is in nobody's store: it is written, looked at and offered.

mod door;
mod draft;
mod error;
mod form;
mod ledger;
mod preview;
#[cfg(test)]
mod tests;
mod view;

pub use door::{Agreements, DirectoryAge, Ground, LookedAt, Step};
pub use draft::Draft;
pub use error::AgreementsError;
pub use form::{DraftForm, KindForm, RuleForm};
pub use ledger::{Disclosed, Disclosures, Span};
pub use preview::{PlanePreview, Previewed};
pub use view::{Agreement, Version};
