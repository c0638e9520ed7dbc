//! A small card of each model: what lists, the search and its filters need. A model's whole sheet is some thirty thousand bytes; a list that
//! read sheets would read hundreds of them for one page.
//!
//! The cards follow the models: they are written with those that come along, follow every change of a model whoever made it, and an upgrade
//! makes those of models that were there before there were cards. A model that is gone has none. Drafts have cards too, so a card is shown by
//! its state.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Store, Texts};

use crate::kinds::{Model, Public, Sector, State};
use crate::plan::sheet::CODE;

/// Models whose cards one step of an upgrade makes: far from the bytes of a page and the time of a step.
const STEP: u32 = 50;

/// What a list says of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes begin with the same field")]
#[kind(class = "internal", plane = "local", index(state, sector, amount), index(state, amount), index(code))]
#[kind(read("plugin"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "بطاقة مشروع", fr = "Fiche de liste d’un projet"))]
#[kind(purpose = "To list and search ready projects.", retention = "Kept as long as its model.")]
pub(crate) struct Card {
    #[field(unique, max_length = 60, description = "The record of the model.")]
    pub(crate) record: String,
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) state: State,
    pub(crate) sector: Sector,
    #[field(description = "What has to be financed, in whole dirhams.")]
    pub(crate) amount: u64,
    #[field(description = "Its figures are orders of magnitude, not an offer.")]
    pub(crate) example: bool,
    #[field(search, max_length = 4000, description = "Its titles and summaries in all languages, for the search.")]
    pub(crate) words: String,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[field(each(max_length = 600))]
    pub(crate) summary: Texts,
    #[field(max_items = 4, unique_items)]
    pub(crate) publics: Vec<Public>,
    #[field(max_items = 12, each(max_length = 65), description = "Modules to learn first: course/module.")]
    pub(crate) learn: Vec<String>,
}

impl Card {
    fn of(record: &str, model: &Model) -> Self {
        Self {
            record: record.to_owned(),
            code: model.code.clone(),
            version: model.version,
            state: model.state,
            sector: model.sector,
            amount: model.amount,
            example: model.example,
            words: model.words.clone(),
            title: model.title.clone(),
            summary: model.summary.clone(),
            publics: model.publics.clone(),
            learn: model.learn.clone(),
        }
    }

    /// The card of the model of a code, in whatever state.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn find(code: &str) -> Result<Option<Self>, Error> {
        Ok(Store::first(&Find::new().equal(Self::CODE, code))?.map(|entry: Entry<Self>| entry.body))
    }
}

/// Brings the card of a model to what the model is now; none is the model that is gone. What it says already is not written.
///
/// # Errors
/// As those of the store.
pub(crate) fn bring(record: &str, model: Option<&Model>) -> Result<(), Error> {
    let there: Option<Entry<Card>> = Store::first(&Find::new().equal(Card::RECORD, record))?;
    match (model.map(|model| Card::of(record, model)), there) {
        (Some(card), None) => Store::create(&card).map(|_| ()),
        (Some(card), Some(entry)) if card == entry.body => Ok(()),
        (Some(card), Some(entry)) => Store::replace(&Entry { body: card, ..entry }).map(|_| ()),
        (None, Some(entry)) => Store::delete(&entry),
        (None, None) => Ok(()),
    }
}

/// A step of an upgrade: the cards of some models, and where the next step begins.
///
/// # Errors
/// As those of the store.
pub(crate) fn bring_all(cursor: Option<&str>) -> Result<Option<String>, Error> {
    let models = Store::list(&Find::<Model>::new().limit(STEP).after(cursor))?;
    for entry in &models.items {
        bring(&entry.id, Some(&entry.body))?;
    }
    Ok(models.next)
}
