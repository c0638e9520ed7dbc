//! Cases: cooperatives of two homes that are likely one. The nation finds and opens them; each home's registrar answers; what both say alike
//! holds.
//!
//! At the nation a case is a row (`tiwizi_storage::federation::case`), at each home a record of the kind `registry/case`, which waits in the
//! office's inbox. Between them go words in control logs, addressed to those whom they concern. When both homes say that the two are one,
//! the one whose record was made first remains, and the nation proposes to the other's home to make an alias of its own: that home decides
//! on it as on every proposal, and its register takes such an alias because of the case. Nothing is merged by a case alone.

mod answer;
mod find;
mod home;
mod kept;
mod list;
mod nation;

use tiwizi_federation_core::flow::statement::{CaseAnswer, CaseOutcome};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{Instant, RecordId, Version};
use uuid::Uuid;

pub use kept::HomeAnswer;
pub(super) use kept::place;
pub(super) use nation::answer_of;

/// Where a case stands at the nation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseState {
    /// It was found, and not said to the homes yet.
    Found,
    /// The homes are asked.
    Open,
    /// Both have answered, and were not told yet what came of it.
    Decided,
    /// The two are one.
    Same,
    /// The two are two.
    Distinct,
    /// The homes do not agree.
    Disputed,
}

impl CaseState {
    /// All of them, those that need somebody first.
    pub const ALL: [Self; 6] = [Self::Disputed, Self::Open, Self::Found, Self::Decided, Self::Same, Self::Distinct];

    /// Its name in rows, in the API and in keys of messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Open => "open",
            Self::Decided => "decided",
            Self::Same => "same",
            Self::Distinct => "distinct",
            Self::Disputed => "disputed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    fn of(outcome: CaseOutcome) -> Self {
        match outcome {
            CaseOutcome::Same { .. } => Self::Same,
            CaseOutcome::Distinct => Self::Distinct,
            CaseOutcome::Disputed => Self::Disputed,
        }
    }
}

/// One side of a case, as the nation sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseView {
    /// The cooperative.
    pub entity: RecordId,
    /// Its home.
    pub home: NodeId,
    /// What its home is called; its id when the directory does not name it any more.
    pub home_name: String,
    /// What is public of it, as it was when the case was opened.
    pub shown: serde_json::Value,
    /// What the home answered.
    pub answer: Option<HomeAnswer>,
}

/// A case, as the nation sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id.
    pub id: RecordId,
    /// Where it stands.
    pub state: CaseState,
    /// The two, the smaller id first.
    pub sides: [CaseView; 2],
    /// How surely they are one, by the rule of duplicates.
    pub level: String,
    /// The points that the rule gave.
    pub points: i64,
    /// What spoke for it.
    pub reasons: Vec<String>,
    /// The one that remains, when the two are one.
    pub keep: Option<RecordId>,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
}

/// Where a case stands at a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OwnState {
    /// Somebody has to answer.
    Open,
    /// The answer is kept, and not said yet.
    Answering,
    /// This home has answered, and the other one has not.
    Answered,
    /// Both said that the two are one.
    Same,
    /// Both said that the two are two.
    Distinct,
    /// They did not say the same.
    Disputed,
}

impl OwnState {
    /// All of them, those that need somebody first.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Disputed, Self::Answering, Self::Answered, Self::Same, Self::Distinct];

    /// Its name in records, in the API and in keys of messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answering => "answering",
            Self::Answered => "answered",
            Self::Same => "same",
            Self::Distinct => "distinct",
            Self::Disputed => "disputed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether somebody may answer: also anew, when the homes did not say the same.
    #[must_use]
    pub fn takes_answers(self) -> bool {
        matches!(self, Self::Open | Self::Answering | Self::Answered | Self::Disputed)
    }
}

/// A case, as a home has it.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCase {
    /// Its id.
    pub id: RecordId,
    /// The version of its record.
    pub version: Version,
    /// Where it stands.
    pub state: OwnState,
    /// The cooperative of this home.
    pub own: RecordId,
    /// The other one.
    pub other: RecordId,
    /// The other home.
    pub other_home: String,
    /// What that is called.
    pub other_name: String,
    /// What is public of the other one.
    pub shown: serde_json::Value,
    /// How surely they are one, by the rule of duplicates.
    pub level: String,
    /// What spoke for it.
    pub reasons: Vec<String>,
    /// What this home answered.
    pub answer: Option<CaseAnswer>,
    /// Why.
    pub reason: Option<String>,
    /// The one that remains, when the two are one.
    pub keep: Option<RecordId>,
    /// The province of the own one.
    pub province: Option<String>,
    /// When it last changed.
    pub changed_at: Instant,
}

/// The id of a case as the id of its record.
fn record_id(id: Uuid) -> RecordId {
    RecordId(id)
}
