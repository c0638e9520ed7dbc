//! Whether an instance speaks `docs/federation-protocol.md`: a peer that asks what can be asked, rightly and wrongly, over HTTP alone.
//!
//! It knows no code of any server: forms, proofs and signatures are those of `tiwizi-federation-core`, and what it signs or squeezes wrongly is
//! written here by hand. It judges by statuses, codes and bytes, and each check names the sentence of the protocol that it holds. It changes
//! nothing at the other end but its own log of control, which grows by a few entries a run.
//!
//! Invariant: a check that was not looked at is told as left out, with its reason, and never as passed.

mod by_hand;
mod checks;
mod kit;
mod line;
mod log;
mod page;
mod report;
mod sentences;
mod tester;

pub use kit::{Kit, Setting};
pub use report::{Outcome, Report};
pub use sentences::{CHECKS, Check};
pub use tester::Tester;
