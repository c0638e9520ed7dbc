//! An improvement that a plan proposes to the model that it was taken from.
//!
//! People who work with a model find out what is wrong with it. They tick what differs in their plan and would help others, and send it; a trainer
//! sees it beside the model as it is, and takes some of it, all or none. What is taken is a correction of the model like another, which every
//! plan that was taken from it is offered.
//!
//! `change` says what can be proposed, `rebase` what of it still fits a model that went on, and what the model becomes with it; `again` knows a
//! line of one's own again once it is the model's, `guarded` keeps back what tells who somebody is. `kinds` are the records, `work` what is
//! done with them, `notices` who is told, and `take_over` is the one way by which the model itself changes.

pub(crate) mod again;
pub(crate) mod change;
pub(crate) mod guarded;
pub(crate) mod kinds;
pub(crate) mod notices;
pub(crate) mod rebase;
pub(crate) mod take_over;
pub(crate) mod work;

#[cfg(test)]
mod laws;

use crate::lineage::Document;

/// Changes of one proposal.
pub(crate) const CHANGES_MAX: usize = 40;
/// Proposals of one person to one model that nobody has decided on.
pub(crate) const OPEN_MAX: u32 = 3;
/// Proposals of one plan that wait or were decided on.
pub(crate) const OF_PLAN_MAX: u32 = 30;
/// Characters of why, of the experience behind it, and of a remark.
pub(crate) const TEXT_CHARS_MAX: usize = 1_000;
/// How the codes of lines begin that came from proposals, and what is said to be the source of their figures.
const PREFIX: &str = "proposal-";

/// What stands as the source of a figure that came from a proposal.
pub(crate) fn source(number: u32) -> String {
    format!("{PREFIX}{number}")
}

/// The proposal that a source names; nothing when it names another one.
pub(crate) fn proposal_of(source: &str) -> Option<u32> {
    source.strip_prefix(PREFIX)?.parse().ok()
}

/// The highest number of a proposal that the codes of a model's lines name; 0 when none does.
fn highest_named(model: &Document) -> u32 {
    let number = |code: &str| code.strip_prefix(PREFIX)?.split('-').next()?.parse().ok();
    model.lines.keys().filter_map(|(_, code)| number(code)).max().unwrap_or_default()
}

/// The code that the line of a proposal's change gets in the model. A proposal has one number of its model, above those that the model's lines
/// name already, so no two lines meet.
fn code_of(number: u32, position: usize) -> String {
    format!("{PREFIX}{number}-{}", position + 1)
}
