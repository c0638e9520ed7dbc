//! A line of a plan's own that the model has taken over is known again, so that its owners are not offered what they have.
//!
//! In the plan it had a code of its own, in the model it has the model's. When the plan is compared with a model that has it, the plan's line
//! takes the model's code, and what was proposed stands for the base: what a trainer changed about it is offered, what the owners changed since
//! is kept, and what both left alone is no difference.

use serde_json::Value;

use super::change::Change;
use super::rebase::refer;
use crate::lineage::{Document, Place};

/// A line of a plan's own and what it is in the model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Became {
    list: String,
    own: String,
    code: String,
    /// As it was proposed.
    line: Value,
}

impl Became {
    fn own(&self) -> Place {
        Place::Line(self.list.clone(), self.own.clone())
    }

    fn models(&self) -> Place {
        Place::Line(self.list.clone(), self.code.clone())
    }

    /// Whether a line is the one that was proposed: its owners may have made another one since, under the same code.
    fn is(&self, line: Option<Value>) -> bool {
        line.is_some_and(|line| line.get("label") == self.line.get("label"))
    }
}

/// The lines that the model has of a proposal.
pub(crate) fn became(changes: &[Change]) -> Vec<Became> {
    let one = |change: &Change| {
        let (list, own) = change.new_line()?;
        Some(Became { list, own, code: change.became.clone()?, line: change.to()? })
    };
    changes.iter().filter(|change| change.taken).filter_map(one).collect()
}

/// Whether the model got the line between two of its versions.
fn came(one: &Became, base: &Document, theirs: &Document) -> bool {
    base.at(&one.models()).is_none() && theirs.at(&one.models()).is_some()
}

/// Brings the base and the plan to the codes of a model that has lines of the plan's own.
pub(crate) fn known_again(base: &mut Document, mine: &mut Document, theirs: &Document, became: &[Became]) {
    let known =
        |one: &&Became| came(one, base, theirs) && mine.at(&one.models()).is_none() && one.is(mine.at(&one.own()));
    let known: Vec<&Became> = became.iter().filter(known).collect();
    for one in &known {
        mine.rename(&one.list, &one.own, &one.code);
        base.put(&one.models(), Some(one.line.clone()));
    }
    for one in known.iter().filter(|one| one.list == "products") {
        refer(mine, &one.own, &one.code);
        refer(base, &one.own, &one.code);
    }
}

/// What stood before such a merge once more: the lines that took the model's codes in it are the plan's own again. `versions` are the model's
/// before and after it.
pub(crate) fn own_again(undone: &mut Document, before: &Document, versions: [&Document; 2], became: &[Became]) {
    let [base, theirs] = versions;
    for one in became.iter().filter(|one| came(one, base, theirs) && one.is(before.at(&one.own()))) {
        if undone.at(&one.own()).is_none() {
            undone.put(&one.own(), before.at(&one.own()));
        }
        if one.list == "products" {
            refer(undone, &one.code, &one.own);
        }
    }
}
