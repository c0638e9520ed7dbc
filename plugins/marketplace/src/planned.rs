//! A call that is not published yet, and what is published with an allocation.
//!
//! A fair is open to all from the moment on when its record is there, also through the kernel's interface for programs. So a call that is
//! being prepared is a record of its own, which only those read who organise fairs in its province; and its seed is drawn when it is
//! published, not before: nobody can prepare calls until one draws the lots that suit them.

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Entry, Error, Find, Kind, Shape, Store, Texts};

use crate::called::{Fair, Time};
use crate::fair::{Applicant, Application, Call};
use crate::random;

/// What stands for the seed until it is drawn.
pub(crate) const UNDRAWN: &str = "not drawn yet";
const CODE: &str = "^[a-z0-9][a-z0-9-]{0,47}$";

/// A call that is being prepared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", read("role:registrar", "role:observer"), create("role:registrar", "role:observer"))]
#[kind(change("role:registrar", "role:observer"), delete("role:registrar", "role:observer"))]
#[kind(
    plane = "local",
    title(ar = "نداء قيد الإعداد", fr = "Appel en préparation"),
    purpose = "To prepare a call that nobody else sees before it is published."
)]
#[kind(retention = "Until it is published.")]
pub(crate) struct FairPlan {
    #[field(unique, pattern = CODE)]
    pub(crate) code: String,
    #[field(pattern = CODE)]
    pub(crate) series: String,
    #[field(each(max_length = 200))]
    pub(crate) title: Texts,
    #[field(min_length = 2, max_length = 300)]
    pub(crate) address: String,
    #[field(province)]
    pub(crate) province: String,
    #[field(min_items = 1, max_items = 12)]
    pub(crate) times: Vec<Time>,
    pub(crate) until: Date,
    pub(crate) closes: Date,
    pub(crate) call: Call,
}

/// Some of the applications of a fair as its places were given: what anybody needs to give them once more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "public", unique(fair, part), read("public"), create("plugin"))]
#[kind(
    plane = "local",
    title(ar = "ترشيحات منشورة", fr = "Candidatures publiées"),
    purpose = "So that anybody can calculate an allocation again."
)]
#[kind(retention = "As long as the results of the fair.")]
pub(crate) struct Applied {
    #[field(max_length = 64)]
    pub(crate) fair: String,
    pub(crate) part: u32,
    #[field(max_items = 240)]
    pub(crate) applications: Vec<PublicApplication>,
}

/// An application without what only its applicant and the organiser see: the number of its authorisation for food.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct PublicApplication {
    #[field(max_length = 64)]
    pub(crate) id: String,
    pub(crate) applicant: Applicant,
    #[field(max_items = 12)]
    pub(crate) phases: Vec<String>,
    pub(crate) food: bool,
    /// Whether it has shown an authorisation for food.
    pub(crate) authorised: bool,
    #[serde(default)]
    #[field(max_length = 64)]
    pub(crate) with: Option<String>,
    #[field(max_entries = 12)]
    pub(crate) marks: std::collections::BTreeMap<String, u32>,
}

impl FairPlan {
    pub(crate) fn of(code: &str) -> Result<Option<Entry<Self>>, Error> {
        match Store::first(&Find::new().equal(Self::CODE, code)) {
            // Whoever organises nothing may ask for none at all.
            Err(error) if error.is("denied") => Ok(None),
            found => found,
        }
    }

    /// The fair that it becomes; its lots are drawn from a seed that nobody has seen.
    pub(crate) fn published(&self) -> Result<Fair, Error> {
        let last = Find::new().equal(Fair::SERIES, self.series.as_str()).sort_descending(Fair::EDITION);
        let edition = Store::first(&last)?.map_or(1, |last| last.body.edition + 1);
        let mut fair = Self::fair(self, edition);
        (fair.call.seed, fair.open) = (random::key()?, true);
        Ok(fair)
    }

    /// The same as the organiser's page shows it.
    pub(crate) fn shown(entry: &Entry<Self>) -> Entry<Fair> {
        Entry {
            id: entry.id.clone(),
            version: entry.version,
            created_at: entry.created_at,
            changed_at: entry.changed_at,
            body: Self::fair(&entry.body, 1),
        }
    }

    fn fair(&self, edition: u32) -> Fair {
        Fair {
            code: self.code.clone(),
            series: self.series.clone(),
            edition,
            title: self.title.clone(),
            address: self.address.clone(),
            province: self.province.clone(),
            times: self.times.clone(),
            until: self.until.clone(),
            closes: self.closes.clone(),
            call: self.call.clone(),
            open: false,
            closed: false,
        }
    }
}

impl PublicApplication {
    pub(crate) fn of(application: &Application) -> Self {
        let authorised = application.authorisation.as_ref().is_some_and(|number| !number.trim().is_empty());
        Self {
            id: application.id.clone(),
            applicant: application.applicant.clone(),
            phases: application.phases.clone(),
            food: application.food,
            authorised,
            with: application.with.clone(),
            marks: application.marks.clone(),
        }
    }
}
