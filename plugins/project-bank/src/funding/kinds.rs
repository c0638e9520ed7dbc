//! The directory's records.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Language, Shape, Store, Texts};

use super::{About, Condition};
use crate::kinds::State;
use crate::plan::sheet::CODE;

/// Conditions of one programme.
pub(crate) const CONDITIONS_MAX: usize = 20;
/// Papers that one programme asks for.
pub(crate) const PAPERS_MAX: usize = 20;

/// What is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Funding {
    /// A loan with interest.
    Loan,
    /// Money that is paid back without interest.
    Advance,
    /// Money that is not paid back.
    Grant,
    /// Somebody answers for a loan.
    Guarantee,
    /// Money for the best.
    Prize,
    /// Somebody who helps, and no money.
    Support,
    /// The source does not say.
    Unknown,
}

impl Funding {
    /// All of them, in the order of the filter.
    pub(crate) const ALL: [&str; 7] = ["loan", "advance", "grant", "guarantee", "prize", "support", "unknown"];
}

/// A programme or loan of the directory. Only the plugin writes it, so that what everybody reads has been through a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes begin with the same field")]
#[kind(class = "internal", plane = "catalogue", index(state, funding, code), index(state, code))]
#[kind(read("plugin"), create("plugin"), change("plugin"))]
#[kind(title(ar = "برنامج تمويل", fr = "Programme de financement"))]
#[kind(purpose = "To show who may give money for what, and under which conditions.")]
#[kind(retention = "As long as the programme exists, and ten years after.")]
pub(crate) struct Programme {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) state: State,
    pub(crate) funding: Funding,
    #[field(max_items = 7, unique_items, description = "Languages whose texts no native speaker has read yet.")]
    pub(crate) drafts: Vec<Language>,
    #[field(search, max_length = 4000, description = "Its names and purposes in all languages, for the search.")]
    pub(crate) words: String,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[field(each(max_length = 1000), description = "What the money is for.")]
    pub(crate) purpose: Texts,
    #[field(max_length = 200, description = "Whose money it is; empty when the source does not say.")]
    pub(crate) provider: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(each(max_length = 2000), description = "Interest, guarantees, the way of the file.")]
    pub(crate) terms: Option<Texts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max = 1_000_000_000_000_u64, description = "Centimes.")]
    pub(crate) amount_min: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max = 1_000_000_000_000_u64, description = "Centimes.")]
    pub(crate) amount_max: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max = 100, description = "Own money among what is needed, at least, in per cent.")]
    pub(crate) own_percent: Option<u32>,
    #[field(max_items = 20)]
    pub(crate) conditions: Vec<Condition>,
    #[field(max_items = 20, each(max_length = 300), description = "What has to be in the file.")]
    pub(crate) papers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "The last day; nothing when it is always open or not known.")]
    pub(crate) deadline: Option<Date>,
    #[field(max_length = 300, description = "Where to go; empty when the source does not say.")]
    pub(crate) address: String,
    #[field(max_length = 300, description = "Where this was read.")]
    pub(crate) source: String,
    #[field(pattern = "^(https://[^ ]{1,290})?$", description = "The address of the source; empty when it has none.")]
    pub(crate) link: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "When somebody last compared it with the programme's own text; nothing: never.")]
    pub(crate) checked_on: Option<Date>,
    #[field(max_length = 64, description = "The account that wrote it last; empty for what came along.")]
    pub(crate) author: String,
    #[field(max_length = 64, description = "The account that published it; empty for what came along.")]
    pub(crate) reviewer: String,
    #[field(max_length = 500, description = "What the reviewer asks for.")]
    pub(crate) remark: String,
}

impl Programme {
    /// The programme of that code, whatever its state.
    ///
    /// # Errors
    /// `not-found` when there is none.
    pub(crate) fn of(code: &str) -> Result<Entry<Self>, Error> {
        Store::first(&Find::new().equal(Self::CODE, code))?
            .ok_or_else(|| Error::not_found("there is no such programme"))
    }

    /// The published programme of that code.
    ///
    /// # Errors
    /// `not-found` when there is none, or it is not published.
    pub(crate) fn demand(code: &str) -> Result<Entry<Self>, Error> {
        Some(Self::of(code)?)
            .filter(|entry| entry.body.state == State::Published)
            .ok_or_else(|| Error::not_found("there is no such programme"))
    }

    /// All that it asks for: its conditions, the bounds of the amount and the share of own money.
    pub(crate) fn asks(&self) -> Vec<Condition> {
        let centimes = |amount: Option<u64>| amount.and_then(|amount| i64::try_from(amount).ok());
        let amount = Condition::numbers(About::Amount, centimes(self.amount_min), centimes(self.amount_max));
        let own = Condition::numbers(About::OwnShare, self.own_percent.map(i64::from), None);
        let more = [amount, own].into_iter().filter(|condition| condition.check().is_ok());
        self.conditions.iter().cloned().chain(more).collect()
    }

    /// What the search looks into.
    pub(crate) fn words(title: &Texts, purpose: &Texts) -> String {
        let texts = Language::ALL.into_iter().flat_map(|language| [title.get(language), purpose.get(language)]);
        texts.flatten().collect::<Vec<&str>>().join(" ").chars().take(4000).collect()
    }
}
