//! What the host sees of a call: which interfaces the guest used, how each ended, what the call cost. Never what was said.
//!
//! Nobody watches by default, and then each host call pays one comparison. The author's tools watch, and an administrator who keeps
//! captures does.

pub(crate) mod list;
mod seen;
mod trace;
mod workbench;

pub(crate) use seen::{Observed, Seen};
pub use trace::{CallTrace, SeenCall, SeenCount};
pub(crate) use trace::{Cost, Observer};
pub use workbench::{Metering, Workbench};
