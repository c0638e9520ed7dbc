//! The plugin's records. What the manifest says of their kinds is derived from these types; a test holds the two together.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Entry, Error, Find, Kind, Language, RecordId, Shape, Store, Texts};

use crate::card;
use crate::plan::sheet::CODE;
use crate::plan::{Outcome, Plan};
use crate::team::access::{self, Right};

/// A province of the register.
pub(crate) const PROVINCE: &str = "^[0-9]{2}\\.[0-9]{3}$";

/// A sector of the register, or a branch of one.
pub(crate) const BRANCH: &str = "^[a-z][a-z0-9-]{0,31}([.][a-z][a-z0-9-]{0,31})?$";
/// A module of a course.
pub(crate) const MODULE: &str = "^[a-z][a-z0-9-]{0,31}/[a-z][a-z0-9-]{0,31}$";

/// What a model has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Draft,
    Review,
    Published,
    Withdrawn,
}

/// The sector that a model belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sector {
    Agriculture,
    Crafts,
    Food,
    Fishing,
    Tourism,
    Environment,
}

impl Sector {
    /// All of them, in the order of the filter.
    pub(crate) const ALL: [&str; 6] = ["agriculture", "crafts", "food", "fishing", "tourism", "environment"];
}

/// The legal category of cooperative that fits: law 112-12, article 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Category {
    /// Members supply what the cooperative sells.
    A,
    /// It works for its members.
    B,
    /// It gives its members paid work.
    C,
}

impl Category {
    /// All of them.
    pub(crate) const ALL: [&str; 3] = ["a", "b", "c"];
}

/// Whom a model is meant for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Public {
    Women,
    Youth,
    Graduates,
    Everybody,
}

impl Public {
    /// All of them.
    pub(crate) const ALL: [&str; 4] = ["women", "youth", "graduates", "everybody"];
}

/// A ready project that others adopt or adapt: the public reads the copies in [`crate::publication`]. Only the plugin writes it, so that what is
/// published has been through a review: it is written as a draft, see [`crate::drafts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes begin with the same field")]
#[kind(class = "internal", index(state, sector, amount), index(state, amount))]
#[kind(read("plugin", "role:trainer"), create("plugin"), change("plugin"))]
pub(crate) struct Model {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) state: State,
    pub(crate) sector: Sector,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = BRANCH, description = "The branch of the register that founders of it are proposed: crafts.pottery.")]
    pub(crate) branch: Option<String>,
    #[field(description = "What has to be financed, in whole dirhams: reckoned from the plan, never typed.")]
    pub(crate) amount: u64,
    #[field(description = "Its figures are orders of magnitude, not an offer.")]
    pub(crate) example: bool,
    #[field(max_items = 7, unique_items, description = "Languages whose texts no native speaker has read yet.")]
    pub(crate) drafts: Vec<Language>,
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
    #[field(max_items = 75, unique_items, each(pattern = PROVINCE), description = "Where it fits; nothing means everywhere.")]
    pub(crate) provinces: Vec<String>,
    #[field(max_items = 12, description = "The sheet's chapters, in their order.")]
    pub(crate) chapters: Vec<Chapter>,
    #[field(
        max_items = 12,
        each(pattern = MODULE),
        description = "Modules to learn first: course/module."
    )]
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

/// What a chapter of a sheet is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum About {
    Problem,
    Value,
    Market,
    Process,
    Territory,
    Premises,
    Permits,
    Jobs,
    Impact,
    Risks,
}

impl About {
    /// All of them, in the order of a sheet.
    pub(crate) const ALL: [Self; 10] = [
        Self::Problem,
        Self::Value,
        Self::Market,
        Self::Process,
        Self::Territory,
        Self::Premises,
        Self::Permits,
        Self::Jobs,
        Self::Impact,
        Self::Risks,
    ];

    /// As records name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Value => "value",
            Self::Market => "market",
            Self::Process => "process",
            Self::Territory => "territory",
            Self::Premises => "premises",
            Self::Permits => "permits",
            Self::Jobs => "jobs",
            Self::Impact => "impact",
            Self::Risks => "risks",
        }
    }
}

/// A chapter of a sheet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Chapter {
    pub(crate) about: About,
    #[field(each(max_length = 4000))]
    pub(crate) text: Texts,
}

/// A published version of a model's plan, kept as it was: what plans that were taken from it are compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", unique(model, version))]
#[kind(read("plugin", "role:trainer"), create("plugin"))]
pub(crate) struct ModelVersion {
    #[field(pattern = CODE)]
    pub(crate) model: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) plan: Plan,
}

/// Somebody's plan. Its team reads and changes it through the plugin, which asks `team::access` first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[expect(clippy::duplicated_attributes, reason = "two indexes begin with the same field")]
#[kind(class = "internal", index(person, changed), index(person, form), plane = "local")]
#[kind(read("own", "plugin"), create("plugin:own"), change("plugin"), delete("own"))]
pub(crate) struct OwnPlan {
    #[field(subject)]
    pub(crate) person: String,
    #[field(min_length = 1, max_length = 200)]
    pub(crate) title: String,
    #[field(pattern = CODE, description = "The model that it was taken from.")]
    pub(crate) model: String,
    #[field(min = 1, description = "The model's version that it was compared with last.")]
    pub(crate) version: u64,
    #[field(description = "Milliseconds since 1970, UTC.")]
    pub(crate) changed: u64,
    pub(crate) plan: Plan,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(
        max_length = 200,
        description = "The key of the form that it was taken with: sent twice, it makes one plan."
    )]
    pub(crate) form: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "What the last merge took the place of, so that it can be undone.")]
    pub(crate) before: Option<Before>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "The last change of a line, so that it can be undone.")]
    pub(crate) step: Option<LineStep>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(description = "The spreadsheet of the plan as it is.")]
    pub(crate) sheet: Option<SheetFile>,
}

/// A file that was made of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct SheetFile {
    #[field(pattern = "^[0-9a-f]{64}$")]
    pub(crate) blob: String,
}

/// What was done to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Shape)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Done {
    Added,
    Changed,
    Removed,
}

/// The last change of a line, with what takes it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct LineStep {
    pub(crate) done: Done,
    #[field(max_length = 200, description = "What the line is called.")]
    pub(crate) label: String,
    #[field(max_length = 20)]
    pub(crate) list: String,
    #[field(pattern = CODE)]
    pub(crate) code: String,
    #[field(max = 300, description = "Where it stood in its list.")]
    pub(crate) place: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 10_000, description = "The line before, as JSON; nothing when there was none.")]
    pub(crate) before: Option<String>,
}

/// A plan before a merge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Shape)]
pub(crate) struct Before {
    #[field(min = 1)]
    pub(crate) version: u64,
    pub(crate) plan: Plan,
}

impl Model {
    /// What has to be financed, in whole dirhams.
    pub(crate) fn amount_of(outcome: &Outcome) -> u64 {
        let needed = (outcome.financing.investments + outcome.financing.working_capital).ceil();
        u64::try_from(needed).unwrap_or_default()
    }

    /// What the search looks into.
    pub(crate) fn words_of(title: &Texts, summary: &Texts) -> String {
        let texts = Language::ALL.into_iter().flat_map(|language| [title.get(language), summary.get(language)]);
        texts.flatten().collect::<Vec<&str>>().join(" ").chars().take(4000).collect()
    }

    /// Makes this what its readers have, and keeps the plan of its version: the one way by which a model changes what it says, whether it came
    /// along, was written at the desk, or took over a proposal.
    ///
    /// # Errors
    /// As those of the store; `stale` when what stood before was written meanwhile.
    pub(crate) fn release(self, before: Option<Entry<Self>>) -> Result<Self, Error> {
        let kept = ModelVersion { model: self.code.clone(), version: self.version, plan: self.plan.clone() };
        Store::create(&kept)?;
        let entry = match before {
            Some(entry) => Store::replace(&Entry { body: self, ..entry })?,
            None => Store::create(&self)?,
        };
        card::bring(&entry.id, Some(&entry.body))?;
        Ok(entry.body)
    }

    /// The model of that code, whatever its state.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn find(code: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::CODE, code))
    }

    /// The published model of that code.
    ///
    /// # Errors
    /// `not-found` when there is none, or it is not published.
    pub(crate) fn demand(code: &str) -> Result<Entry<Self>, Error> {
        Self::find(code)?
            .filter(|entry| entry.body.state == State::Published)
            .ok_or_else(|| Error::not_found("there is no such model"))
    }
}

impl ModelVersion {
    /// The highest version of a model that is kept; 0 when none is.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn highest(model: &str) -> Result<u64, Error> {
        let find = Find::new().equal(Self::MODEL, model).sort_descending(Self::VERSION);
        Ok(Store::first(&find)?.map_or(0, |entry: Entry<Self>| entry.body.version))
    }

    /// A version of a model; none when it is not kept.
    ///
    /// # Errors
    /// As those of the store.
    pub(crate) fn find(model: &str, version: u64) -> Result<Option<Self>, Error> {
        let find = Find::new().equal(Self::MODEL, model).equal(Self::VERSION, version);
        Ok(Store::first(&find)?.map(|entry: Entry<Self>| entry.body))
    }

    /// A version of a model.
    ///
    /// # Errors
    /// `not-found` when it is not kept.
    pub(crate) fn demand(model: &str, version: u64) -> Result<Self, Error> {
        Self::find(model, version)?.ok_or_else(|| Error::not_found("this version of the model is not kept"))
    }
}

impl OwnPlan {
    /// The plan of that id, for whoever may change it: the caller's own, or that of a team in which they work.
    ///
    /// # Errors
    /// As [`access::demand`].
    pub(crate) fn demand(id: &RecordId) -> Result<Entry<Self>, Error> {
        Ok(access::demand(id, Right::Edit)?.0)
    }

    /// The same, to be read.
    ///
    /// # Errors
    /// As [`access::demand`].
    pub(crate) fn look(id: &RecordId) -> Result<Entry<Self>, Error> {
        Ok(access::demand(id, Right::Read)?.0)
    }
}
