//! The records of proposals. Whose plan one comes from stands in a record of its own, which nobody who decides reads: not its history either,
//! so the proposal itself is read by the plugin alone, and shown on its pages.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Shape, Store};

use super::change::Change;
use crate::plan::sheet::CODE;

/// How a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    /// Nobody has decided.
    Open,
    /// The model has taken over some of it, or all.
    Taken,
    /// The model has taken over nothing.
    Declined,
    /// Its team has taken it back; only its number is left.
    Withdrawn,
}

/// What a plan proposes to change in its model. Nothing in it tells whose plan that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "the indexes and the unique values begin with the same fields")]
#[kind(class = "internal", unique(model, number), index(standing, at), index(model, standing, number))]
#[kind(read("plugin"), create("plugin"), change("plugin"))]
#[kind(plane = "local", title(ar = "اقتراح تحسين", fr = "Proposition d’amélioration"))]
#[kind(purpose = "To correct models by what those who work with them have found out, without telling who they are.")]
#[kind(retention = "As long as its model; of one that was taken back only its number.")]
pub(crate) struct Proposal {
    #[field(pattern = CODE)]
    pub(crate) model: String,
    #[field(min = 1, description = "From 1 on, of its model: all that its lineage tells.")]
    pub(crate) number: u32,
    #[field(min = 1, description = "The model's version that it was made against.")]
    pub(crate) version: u64,
    pub(crate) standing: Standing,
    #[field(max_items = 40)]
    pub(crate) changes: Vec<Change>,
    #[field(max_length = 1000)]
    pub(crate) why: String,
    #[field(max_length = 1000, description = "From what experience; may be empty.")]
    pub(crate) experience: String,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
    #[field(max_length = 1000, description = "What whoever decided says about it.")]
    pub(crate) remark: String,
    #[field(max_length = 64, description = "The account that decided; empty for nobody yet.")]
    pub(crate) decided_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(min = 1, description = "The model's version that it made.")]
    pub(crate) made: Option<u64>,
}

/// From which plan a proposal comes, and who sent it: to tell them what became of it, and to let their team take it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(proposal), index(plan, at), index(person, model, open))]
#[kind(read("own", "plugin"), create("plugin:own"), change("plugin"), delete("plugin"))]
#[kind(plane = "local", title(ar = "صاحب الاقتراح", fr = "Origine d’une proposition"))]
#[kind(purpose = "To tell whoever proposed an improvement what became of it.")]
#[kind(retention = "As long as its plan, or until the proposal is taken back.")]
pub(crate) struct Proposer {
    #[field(max_length = 64, description = "The record of the proposal.")]
    pub(crate) proposal: String,
    #[field(subject)]
    pub(crate) person: String,
    #[field(max_length = 64)]
    pub(crate) plan: String,
    #[field(pattern = CODE)]
    pub(crate) model: String,
    /// Whether nobody has decided yet.
    pub(crate) open: bool,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) at: u64,
}

impl Proposal {
    /// The proposal of that number to a model.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn find(model: &str, number: u32) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::MODEL, model).equal(Self::NUMBER, number))
    }

    /// The number of the next one to a model.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn next_number(model: &str) -> Result<u32, Error> {
        let find = Find::new().equal(Self::MODEL, model).sort_descending(Self::NUMBER);
        Ok(Store::first(&find)?.map_or(0, |entry: Entry<Self>| entry.body.number).saturating_add(1))
    }

    /// The numbers of those that made a model what it is, the newest first, of versions above one.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn taken(model: &str, above: u64) -> Result<Vec<u32>, Error> {
        let find = Find::new().equal(Self::MODEL, model).equal(Self::STANDING, Standing::Taken);
        let taken = Store::list(&find.sort_descending(Self::NUMBER).limit(100))?.items.into_iter();
        let newer = taken.filter(|entry: &Entry<Self>| entry.body.made.is_some_and(|made| made > above));
        Ok(newer.map(|entry| entry.body.number).collect())
    }

    /// How many of its changes the model has taken over.
    pub(crate) fn taken_changes(&self) -> usize {
        self.changes.iter().filter(|change| change.taken).count()
    }
}

impl Proposer {
    /// That of a proposal; none when its plan is gone.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn of(proposal: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::PROPOSAL, proposal))
    }
}
