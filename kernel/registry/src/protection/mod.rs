//! Data protection (law 09-08): what is processed and on what ground, what people may ask about themselves, and what goes when its time
//! is over (decision 31).
//!
//! An instance begins as a demonstration. Once its controller has put it in service, no record of a kind with personal data is made
//! that no processing in force covers. What a person asks is a record with a term; what is erased leaves a record that says so and
//! nothing of what it was.
//!
//! Invariant: nothing is erased but by `erasure`, which leaves its entry in the same transaction as the tombstone.

mod card;
mod coverage;
mod dossier;
mod drafts;
mod erasure;
mod gate;
mod law;
mod moving;
mod named;
mod opposition;
mod request;
mod retention;
mod runs;
mod telling;

#[cfg(test)]
mod tests;

pub use coverage::{Coverage, Processing, is_personal};
pub use dossier::{About, AccountFacts, Disclosure, Dossier, DossierError, Part, dossier, dossier_of_request};
pub use drafts::{PrepareError, prepare};
pub(crate) use erasure::bury;
pub use erasure::{EraseError, Erased, Item, Reason, erase, finish};
pub use gate::{Protection, Uncovered};
pub use law::{LawError, ProtectionLaw};
pub use moving::follow_people;
pub use opposition::go_on_erasing;
pub use request::{Answer, NewRequest, RequestError, Right, answer, ask, withdraw};
pub use retention::{Due, RetentionError, Step, rule_text, step};
pub use runs::{RunError, RunMode, ask_run, newest_runs, run_waiting, waiting_runs};
