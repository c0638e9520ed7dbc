//! What everybody may read of the models, also without this plugin's pages: a copy of each one that is published.
//!
//! A model lives through drafts and reviews that are nobody else's business, and rights are a kind's, not a state's. So the models' own kind is
//! closed, and its copies are a kind that is open. The copies follow the models' changes, whoever made them and by whatever way: a model that
//! is no longer published, or no longer there, has no copy.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::events::Event;
use tiwizi_sdk::{Entry, Error, Find, Kind, Store, Texts};

use crate::card;
use crate::kinds::{Category, Chapter, Model, Public, Sector, State};
use crate::plan::Plan;
use crate::plan::sheet::CODE;

/// The subscription of the manifest that tells of the models' changes.
pub(crate) const MODELS: &str = "models";

/// A published model, for everybody to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes begin with the same kind of field")]
#[kind(class = "public", plane = "catalogue", index(code), index(sector, amount), index(amount))]
#[kind(read("public"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "مشروع منشور", fr = "Projet publié"))]
#[kind(purpose = "Catalogue of ready projects, open to all.", retention = "Kept as long as its model is published.")]
pub(crate) struct Publication {
    #[field(unique, max_length = 60, description = "The record of the model.")]
    pub(crate) record: String,
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) sector: Sector,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 65, description = "The branch of the register that founders of it are proposed.")]
    pub(crate) branch: Option<String>,
    #[field(description = "What has to be financed, in whole dirhams.")]
    pub(crate) amount: u64,
    #[field(description = "Its figures are orders of magnitude, not an offer.")]
    pub(crate) example: bool,
    #[field(max_items = 7, unique_items, description = "Languages whose texts no native speaker has read yet.")]
    pub(crate) drafts: Vec<tiwizi_sdk::Language>,
    #[field(search, max_length = 4000, description = "Its titles and summaries in all languages, for the search.")]
    pub(crate) words: String,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[field(each(max_length = 600))]
    pub(crate) summary: Texts,
    #[field(max_items = 3, unique_items)]
    pub(crate) categories: Vec<Category>,
    #[field(max_items = 4, unique_items)]
    pub(crate) publics: Vec<Public>,
    #[field(
        max_items = 75,
        unique_items,
        each(max_length = 6),
        description = "Where it fits; nothing means everywhere."
    )]
    pub(crate) provinces: Vec<String>,
    #[field(max_items = 12, description = "The sheet's chapters, in their order.")]
    pub(crate) chapters: Vec<Chapter>,
    #[field(max_items = 12, each(max_length = 65), description = "Modules to learn first: course/module.")]
    pub(crate) learn: Vec<String>,
    pub(crate) plan: Plan,
    #[field(max_items = 20, each(max_length = 300))]
    pub(crate) sources: Vec<String>,
    #[field(max_length = 100)]
    pub(crate) licence: String,
    #[field(max_length = 200)]
    pub(crate) author: String,
    #[field(max_items = 10, each(max_length = 200))]
    pub(crate) reviewers: Vec<String>,
}

impl Publication {
    fn of(record: &str, model: Model) -> Self {
        Self {
            record: record.to_owned(),
            code: model.code,
            version: model.version,
            sector: model.sector,
            branch: model.branch,
            amount: model.amount,
            example: model.example,
            drafts: model.drafts,
            words: model.words,
            title: model.title,
            summary: model.summary,
            categories: model.categories,
            publics: model.publics,
            provinces: model.provinces,
            chapters: model.chapters,
            learn: model.learn,
            plan: model.plan,
            sources: model.sources,
            licence: model.licence,
            author: model.author,
            reviewers: model.reviewers,
        }
    }
}

/// Brings the copy and the card of a model that changed to what the model is now, which may be later than what is told of.
///
/// # Errors
/// As those of the store.
pub(crate) fn follow(event: &Event) -> Result<(), Error> {
    let Some(record) = event.record.as_deref() else { return Ok(()) };
    let model = Store::<Model>::get(record)?.map(|entry| entry.body);
    card::bring(record, model.as_ref())?;
    let published = model.filter(|model| model.state == State::Published);
    let there: Option<Entry<Publication>> = Store::first(&Find::new().equal(Publication::RECORD, record))?;
    match (published, there) {
        (Some(model), None) => Store::create(&Publication::of(record, model)).map(|_| ()),
        (Some(model), Some(mut entry)) => {
            let copy = Publication::of(record, model);
            if copy == entry.body {
                return Ok(());
            }
            entry.body = copy;
            Store::replace(&entry).map(|_| ())
        }
        (None, Some(entry)) => Store::delete(&entry),
        (None, None) => Ok(()),
    }
}
