//! Who may do what next with a model: the rules of its way from a draft through a second pair of eyes to everybody, and back.
//!
//! Nothing here knows of records or pages. A step that was done already is no fault: a form sent twice does one thing.

use super::kinds::Stage;
use crate::kinds::State;

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Begins to correct a model.
    Open,
    /// Hands a draft in.
    Review,
    /// Takes it back, to write on.
    TakeBack,
    /// Sends it back with a remark.
    Back,
    /// Accepts and publishes it.
    Publish,
    /// Takes what was published since a draft was begun over into it, as far as nobody wrote there.
    GoOn,
    /// Throws a draft away.
    Discard,
    /// Takes a published model out of the bank.
    Withdraw,
    /// Puts it back as it was.
    PutBack,
}

impl Step {
    const ALL: [(&'static str, Self); 9] = [
        ("open", Self::Open),
        ("review", Self::Review),
        ("take-back", Self::TakeBack),
        ("back", Self::Back),
        ("publish", Self::Publish),
        ("go-on", Self::GoOn),
        ("discard", Self::Discard),
        ("withdraw", Self::Withdraw),
        ("put-back", Self::PutBack),
    ];

    /// The step that a form names.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, step)| step)
    }
}

/// How a model and its draft stand, and who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own, and none follows from another")]
pub(crate) struct Standing {
    /// None when nobody works on it.
    pub(crate) draft: Option<Stage>,
    /// None when it was never published.
    pub(crate) model: Option<State>,
    /// Whether the caller wrote in the draft.
    pub(crate) is_author: bool,
    /// Whether nothing is wrong with the draft.
    pub(crate) is_sound: bool,
    /// Whether the caller's page showed the draft as it is.
    pub(crate) is_seen: bool,
    /// Whether nothing was published since the draft was begun.
    pub(crate) is_current: bool,
    /// Whether what the step wants to be told was told: a remark, a name, that one is sure.
    pub(crate) is_told: bool,
}

/// What becomes of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    /// It was done before: nothing is left to do.
    Already,
}

/// Why a step is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is neither a model nor a draft that could be meant.
    Nothing,
    /// The draft was published or thrown away meanwhile.
    Gone,
    /// Something is wrong in the draft.
    Faults,
    /// Whoever wrote it does not judge it.
    Own,
    /// Only whoever wrote it may.
    NotAuthor,
    /// It was changed since the page was made.
    Changed,
    /// It was not handed in.
    NotInReview,
    /// It waits for its reader and is not written.
    InReview,
    /// The published model is another one than the draft was begun from.
    Moved,
    /// It is not published.
    NotPublished,
    /// What is to be corrected was not said.
    Remark,
    /// The name to be shown was not said.
    Name,
    /// Nobody said that they are sure.
    Sure,
}

impl Refused {
    /// The word that the messages know it by.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Gone => "gone",
            Self::Faults => "faults",
            Self::Own => "own",
            Self::NotAuthor => "not-author",
            Self::Changed => "changed",
            Self::NotInReview => "not-in-review",
            Self::InReview => "in-review",
            Self::Moved => "moved",
            Self::NotPublished => "not-published",
            Self::Remark => "remark",
            Self::Name => "name",
            Self::Sure => "sure",
        }
    }
}

/// Judges a step.
///
/// # Errors
/// Why it is refused.
pub(crate) fn judge(step: Step, standing: &Standing) -> Result<Verdict, Refused> {
    let there = standing.draft.ok_or(Refused::Gone);
    match step {
        Step::Open => match (standing.draft, standing.model) {
            (Some(_), _) => Ok(Verdict::Already),
            (None, Some(_)) => Ok(Verdict::Done),
            (None, None) => Err(Refused::Nothing),
        },
        Step::Review => match there? {
            Stage::Review => Ok(Verdict::Already),
            Stage::Draft => done_if(standing.is_sound, Refused::Faults),
        },
        Step::TakeBack => match there? {
            Stage::Draft => Ok(Verdict::Already),
            Stage::Review => done_if(standing.is_author, Refused::NotAuthor),
        },
        Step::Back => match there? {
            Stage::Draft => Ok(Verdict::Already),
            Stage::Review if standing.is_author => Err(Refused::Own),
            Stage::Review => done_if(standing.is_told, Refused::Remark),
        },
        Step::Publish => publish(standing),
        Step::GoOn => match there? {
            Stage::Review => Err(Refused::InReview),
            Stage::Draft if standing.is_current => Ok(Verdict::Already),
            Stage::Draft => done_if(standing.is_author, Refused::NotAuthor),
        },
        Step::Discard => match standing.draft {
            None => Ok(Verdict::Already),
            Some(Stage::Review) => Err(Refused::InReview),
            Some(Stage::Draft) if !standing.is_author => Err(Refused::NotAuthor),
            Some(Stage::Draft) => done_if(standing.is_told, Refused::Sure),
        },
        Step::Withdraw => match standing.model {
            Some(State::Published) => Ok(Verdict::Done),
            Some(State::Withdrawn) => Ok(Verdict::Already),
            _ => Err(Refused::NotPublished),
        },
        Step::PutBack => match standing.model {
            Some(State::Withdrawn) => Ok(Verdict::Done),
            Some(State::Published) => Ok(Verdict::Already),
            _ => Err(Refused::NotPublished),
        },
    }
}

fn publish(standing: &Standing) -> Result<Verdict, Refused> {
    match standing.draft {
        // The form was sent twice: the draft is what is published now.
        None if standing.model == Some(State::Published) => Ok(Verdict::Already),
        None => Err(Refused::Gone),
        Some(Stage::Draft) => Err(Refused::NotInReview),
        Some(Stage::Review) if standing.is_author => Err(Refused::Own),
        Some(Stage::Review) if !standing.is_seen => Err(Refused::Changed),
        Some(Stage::Review) if !standing.is_sound => Err(Refused::Faults),
        Some(Stage::Review) if !standing.is_current => Err(Refused::Moved),
        Some(Stage::Review) => done_if(standing.is_told, Refused::Name),
    }
}

fn done_if(fulfilled: bool, refused: Refused) -> Result<Verdict, Refused> {
    if fulfilled { Ok(Verdict::Done) } else { Err(refused) }
}
