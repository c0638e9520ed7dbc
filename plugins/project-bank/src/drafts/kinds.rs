//! The record of a sheet in work. There is one for each model that somebody works on, and none for the others: what is published is in the
//! model's own record, and a draft goes once it is published or thrown away.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Language, Shape, Store, Texts, context};

use crate::kinds::{
    About, BRANCH, Category, Chapter, LineStep, MODULE, Model, ModelVersion, PROVINCE, Public, Sector, State,
};
use crate::lineage::{Document, apply, differences, offered};
use crate::plan::number::{Number, Value};
use crate::plan::sheet::CODE;
use crate::plan::{Plan, YEARS_MAX};

/// Accounts that may have written one draft.
pub(crate) const AUTHORS_MAX: usize = 20;
/// Characters of what a reviewer asks for.
pub(crate) const REMARK_CHARS_MAX: usize = 2_000;
/// Bytes of a draft: less than the kernel takes for one record, because a model holds a little more.
pub(crate) const DRAFT_BYTES_MAX: usize = 900 << 10;
/// What money costs in a year, where nobody has said it yet.
const DISCOUNT: &str = "8";

/// Where the work on a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stage {
    /// It is written.
    Draft,
    /// It waits for a second person, and is not written.
    Review,
}

/// A model's sheet in work. Only the plugin writes it, for trainers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", plane = "local")]
#[kind(read("plugin", "role:trainer"), create("plugin"), change("plugin"), delete("plugin"))]
#[kind(title(ar = "مسودة نموذج", fr = "Brouillon d’un modèle"))]
#[kind(purpose = "Models as trainers write them, before a second person has read them.")]
#[kind(retention = "Until it is published or thrown away.")]
pub(crate) struct ModelDraft {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(description = "The version that it corrects; 0 for a new model.")]
    pub(crate) base: u64,
    pub(crate) stage: Stage,
    #[field(max_items = 20, unique_items, each(max_length = 64), description = "The accounts that wrote it.")]
    pub(crate) authors: Vec<String>,
    #[field(max_length = 2000, description = "What the reviewer asked for.")]
    pub(crate) remark: String,
    pub(crate) sector: Sector,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = BRANCH)]
    pub(crate) branch: Option<String>,
    pub(crate) example: bool,
    #[field(max_items = 7, unique_items, description = "Languages whose texts no native speaker has read yet.")]
    pub(crate) drafts: Vec<Language>,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(each(max_length = 600))]
    pub(crate) summary: Option<Texts>,
    #[field(max_items = 3, unique_items)]
    pub(crate) categories: Vec<Category>,
    #[field(max_items = 4, unique_items)]
    pub(crate) publics: Vec<Public>,
    #[field(max_items = 75, unique_items, each(pattern = PROVINCE))]
    pub(crate) provinces: Vec<String>,
    #[field(max_items = 12)]
    pub(crate) chapters: Vec<Chapter>,
    #[field(max_items = 12, each(pattern = MODULE))]
    pub(crate) learn: Vec<String>,
    pub(crate) plan: Plan,
    #[field(max_items = 20, each(max_length = 300))]
    pub(crate) sources: Vec<String>,
    #[field(max_length = 100)]
    pub(crate) licence: String,
    #[field(max_length = 200)]
    pub(crate) author: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "The last line that was taken away, so that it can be put back.")]
    pub(crate) step: Option<LineStep>,
}

impl ModelDraft {
    /// A sheet with nothing in it but its name.
    pub(crate) fn empty(code: &str, title: Texts) -> Self {
        let next_year =
            context::today().ok().and_then(|day| day.as_str().get(..4)?.parse::<u16>().ok()).unwrap_or(2026) + 1;
        Self {
            code: code.to_owned(),
            base: 0,
            stage: Stage::Draft,
            authors: Vec::new(),
            remark: String::new(),
            sector: Sector::Agriculture,
            branch: None,
            example: true,
            drafts: Language::ALL.to_vec(),
            title,
            summary: None,
            categories: Vec::new(),
            publics: Vec::new(),
            provinces: Vec::new(),
            chapters: Vec::new(),
            learn: Vec::new(),
            plan: Plan {
                start: format!("{next_year:04}-01"),
                years: YEARS_MAX,
                discount: Value::Fixed(DISCOUNT.parse::<Number>().unwrap_or_default()),
                vat: false,
                collect_months: 0,
                pay_months: 0,
                stock_months: 0,
                parameters: Vec::new(),
                investments: Vec::new(),
                products: Vec::new(),
                costs: Vec::new(),
                staff: Vec::new(),
                loans: Vec::new(),
                funds: Vec::new(),
            },
            sources: Vec::new(),
            licence: "CC BY 4.0".to_owned(),
            author: String::new(),
            step: None,
        }
    }

    /// A model as it stands, to be corrected.
    pub(crate) fn of(model: &Model) -> Self {
        Self {
            code: model.code.clone(),
            base: model.version,
            stage: Stage::Draft,
            authors: Vec::new(),
            remark: String::new(),
            sector: model.sector,
            branch: model.branch.clone(),
            example: model.example,
            drafts: model.drafts.clone(),
            title: model.title.clone(),
            summary: Some(model.summary.clone()).filter(|summary| !summary.is_empty()),
            categories: model.categories.clone(),
            publics: model.publics.clone(),
            provinces: model.provinces.clone(),
            chapters: model.chapters.clone(),
            learn: model.learn.clone(),
            plan: model.plan.clone(),
            sources: model.sources.clone(),
            licence: model.licence.clone(),
            author: model.author.clone(),
            step: None,
        }
    }

    /// The same content under another code and name, as a new model.
    pub(crate) fn copied(self, code: &str, title: Texts) -> Self {
        Self { code: code.to_owned(), base: 0, title, author: String::new(), ..self }
    }

    /// The draft of that code.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn find(code: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::CODE, code))
    }

    /// Goes on from a version that was published since it was begun: what only that version changed in the plan is taken over, and where both
    /// changed something, the draft stays as it is.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn go_on(&mut self, model: &Model) -> Result<(), Error> {
        if let Some(base) = ModelVersion::find(&self.code, self.base)? {
            let document = |plan: &Plan| Ok::<_, Error>(Document::of(&serde_json::to_value(plan)?));
            let (base, mine, theirs) = (document(&base.plan)?, document(&self.plan)?, document(&model.plan)?);
            let found = differences(&base, &mine, &theirs);
            self.plan = serde_json::from_value(apply(&mine, &theirs, &found, &offered(&found)).to_value())?;
        }
        self.base = model.version;
        Ok(())
    }

    /// What a chapter says; nothing when it is not written.
    pub(crate) fn chapter(&self, about: About) -> Option<&Texts> {
        self.chapters.iter().find(|chapter| chapter.about == about).map(|chapter| &chapter.text)
    }

    /// The next version of the model that this draft becomes, of the name of whoever has read it.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn into_model(self, amount: u64, before: Option<&Model>, reader: &str) -> Result<Model, Error> {
        let version = ModelVersion::highest(&self.code)?.max(self.base).saturating_add(1);
        let summary = self.summary.unwrap_or_default();
        let mut reviewers = before.map(|model| model.reviewers.clone()).unwrap_or_default();
        reviewers.retain(|known| known != reader);
        reviewers.push(reader.to_owned());
        let too_many = reviewers.len().saturating_sub(10);
        Ok(Model {
            words: Model::words_of(&self.title, &summary),
            code: self.code,
            version,
            state: State::Published,
            sector: self.sector,
            branch: self.branch,
            amount,
            example: self.example,
            drafts: self.drafts,
            title: self.title,
            summary,
            categories: self.categories,
            publics: self.publics,
            provinces: self.provinces,
            chapters: self.chapters,
            learn: self.learn,
            plan: self.plan,
            sources: self.sources,
            licence: self.licence,
            author: self.author,
            reviewers: reviewers.split_off(too_many),
        })
    }
}
