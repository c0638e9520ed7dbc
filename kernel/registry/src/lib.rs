//! The register of cooperatives: its kinds, its rules, its import, its numbers.
//!
//! Records are kept by `tiwizi_records`; this crate says what a cooperative, a person, a membership, an act and a milestone are,
//! what must hold for them, and how a directorate's files become records. It knows no HTTP, no plugin and no page.
//!
//! Invariant: nothing here writes but through `Records`, so every row of an import has its permit and its change.

pub mod act_kind;
mod card_secret;
pub mod cells;
pub mod day;
pub mod formula;
pub mod holder;
pub mod ice;
pub mod kinds;
mod letters;
pub mod money;
pub mod national_id;
pub mod sectors;
pub mod territory;
pub mod tiles;

pub mod births;
pub mod kept;
pub mod office_rule;
pub mod rule_pack;
pub mod rules;
pub mod youth;

pub mod duplicates;

pub mod acts;
pub mod credential;
pub mod export;
pub mod extract;
pub mod filings;
pub mod founding;
pub mod import;
pub mod imports;
pub mod journey;
pub mod office;
pub mod people;
pub mod protection;
pub mod published;
pub mod readers;
pub mod rule_files;
pub mod rule_watch;
pub mod synthetic;

mod derived;

#[cfg(test)]
mod testing;

pub use acts::{ActError, Acts};
pub use card_secret::{CardKeyError, CardSecretFile, CardSecrets, open_card_key};
pub use derived::{DERIVED, derived};
pub use filings::Filings;
pub use founding::Foundings;
pub use imports::Imports;
pub use journey::Journey;
pub use journey::funnel::JourneyReader;
pub use national_id::NationalIdKey;
pub use office::Office;
pub use people::People;
pub use published::{Published, PublishedError};
pub use readers::TallyReader;
pub use rule_files::{OperatorRules, RuleFileError, RuleFiles};
pub use rule_pack::RulePacks;
pub use rule_watch::RuleWatch;
pub use rules::Rules;
