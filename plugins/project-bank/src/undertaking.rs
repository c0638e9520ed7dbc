//! That a cooperative was founded from a plan: what was only reckoned is done by somebody.
//!
//! Whoever acts for the cooperative says so, and the register knows for whom somebody acts. A cooperative is founded from one plan; saying it
//! again changes nothing. How the plan stood is kept by its model and version, and the plan remains the person's own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::registry;
use tiwizi_sdk::{Answer, Entry, Error, Find, Kind, Language, Request, Store, context, milestones};

use crate::kinds::OwnPlan;
use crate::pages::plans;
use crate::plan::sheet::CODE;

/// A cooperative was founded from a plan of the bank.
const FOUNDED: &str = "project-founded";

/// The project that a cooperative was founded from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Kind)]
#[kind(class = "internal", index(model, version))]
#[kind(read("own", "role:trainer", "role:observer"), create("plugin:own"))]
#[kind(
    title(ar = "مشروع تعاونية", fr = "Projet d’une coopérative"),
    purpose = "To know which projects of the bank became cooperatives, and to compare what was planned with what came."
)]
#[kind(retention = "As long as the cooperative is registered.")]
pub(crate) struct Undertaking {
    #[field(subject, unique)]
    pub(crate) cooperative: String,
    /// The model that the plan was taken from, and its version.
    #[field(pattern = CODE)]
    pub(crate) model: String,
    #[field(min = 1)]
    pub(crate) version: u64,
    /// Milliseconds since 1970, UTC.
    pub(crate) at: u64,
}

impl Undertaking {
    /// That of a cooperative.
    pub(crate) fn of(cooperative: &str) -> Result<Option<Entry<Self>>, Error> {
        Store::first(&Find::new().equal(Self::COOPERATIVE, cooperative))
    }
}

#[derive(Deserialize)]
struct Registered {
    name_fr: Option<String>,
    name_ar: Option<String>,
    status: Option<String>,
}

/// The registered cooperatives that the caller acts for and of which nobody has said what they were founded from.
pub(crate) fn offered(language: Language) -> Result<Vec<Value>, Error> {
    let acting = match registry::acts_for::<Registered>() {
        Ok(acting) => acting,
        Err(error) if error.is("denied") => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut offered = Vec::new();
    for entry in acting {
        let Registered { name_fr, name_ar, status } = entry.body;
        if status.as_deref() != Some("registered") || Undertaking::of(&entry.id)?.is_some() {
            continue;
        }
        let (first, second) = if matches!(language, Language::Arabic | Language::Darija) {
            (name_ar, name_fr)
        } else {
            (name_fr, name_ar)
        };
        offered.push(json!({ "id": entry.id, "name": first.or(second) }));
    }
    Ok(offered)
}

/// `POST /plans/{plan}/founded`: the cooperative that the form names was founded from the plan.
pub(crate) fn found(request: &Request) -> Result<Answer, Error> {
    let plan: OwnPlan = plans::demand(request)?.body;
    let cooperative = request.form_required("cooperative")?;
    let acting = registry::acts_for::<Registered>()?;
    let entry = acting
        .into_iter()
        .find(|entry| entry.id == cooperative)
        .ok_or_else(|| Error::denied("you do not act for this cooperative"))?;
    if entry.body.status.as_deref() != Some("registered") {
        return Err(Error::new(409, "not-registered", "this cooperative is not registered"));
    }
    let done = Answer::redirect(format!("/plans/{}", request.parameter("plan")));
    if Undertaking::of(&entry.id)?.is_some() {
        return Ok(done);
    }
    let undertaking = Store::create(&Undertaking {
        cooperative: entry.id.clone(),
        model: plan.model,
        version: plan.version,
        at: context::now(),
    })?;
    milestones::reach_for::<Undertaking>(&entry.id, FOUNDED, &undertaking.id)?;
    if context::caller().person.is_some() {
        milestones::reach::<Undertaking>(FOUNDED, &undertaking.id)?;
    }
    Ok(done)
}
