//! The team of a plan, as people see it: who is in it (`people`), what they agree on (`agreed`), and the page of both (`look`).

mod agreed;
mod look;
mod people;

pub(crate) use agreed::{agree, contribute, task};
pub(crate) use look::show;
pub(super) use look::{founded, founders, items};
pub(crate) use people::{hand_over, invite, leave, remove};
