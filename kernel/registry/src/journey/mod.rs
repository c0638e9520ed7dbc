//! The path of a person or a cooperative: skills, project, market.
//!
//! Milestones are what plugins say was reached (`milestone`). What comes next, and why, follows from them and from the register by rules that are
//! data (`rule`, `path`). How many stand where is counted by a reader of the log (`funnel`).
//!
//! **Joining.** What a person reached joins the cooperatives that they belong to: a founder's milestones all, those of a member who came later from the
//! day on which they came, and nobody's from the day on which they left. A founder is who was a member no later than the day of registration.

mod joining;
mod milestone;
mod rule;
mod stage;

pub mod funnel;
pub mod path;

pub use milestone::{Milestone, reach};
pub use path::{Journey, JourneyError};
pub use rule::{JourneyRules, Lead, RuleError, Subject};
pub use stage::Stage;
