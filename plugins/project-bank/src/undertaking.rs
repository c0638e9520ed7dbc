//! That a cooperative was founded from a plan: what was only reckoned is done by somebody.
//!
//! A founding file that was opened from a plan says it itself once it is registered. For others, whoever acts for the cooperative says so, and
//! the register knows for whom somebody acts. A cooperative is founded from one plan; saying it again changes nothing. How the plan stood is kept
//! by its model and version, and the plan remains the person's own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::registry;
use tiwizi_sdk::{Answer, Entry, Error, Find, Kind, Language, Request, Store, context, milestones};

use crate::kinds::OwnPlan;
use crate::pages::plans;
use crate::plan::sheet::CODE;
use crate::team::access;
use crate::team::kinds::Start;

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
    keep(&entry.id, &plan)?;
    Ok(Answer::redirect(format!("/plans/{}", request.parameter("plan"))))
}

/// Notes that a cooperative which the caller acts for was founded from a plan, and that both came so far. What was noted before stays.
pub(crate) fn note(cooperative: &str, plan: &OwnPlan) -> Result<(), Error> {
    let acts = registry::acts_for::<Value>()?.iter().any(|entry| entry.id == cooperative);
    if acts { keep(cooperative, plan) } else { Ok(()) }
}

/// The same for a caller of whom it is known that they act for it.
fn keep(cooperative: &str, plan: &OwnPlan) -> Result<(), Error> {
    if Undertaking::of(cooperative)?.is_some() {
        return Ok(());
    }
    let created = Store::create(&Undertaking {
        cooperative: cooperative.to_owned(),
        model: plan.model.clone(),
        version: plan.version,
        at: context::now(),
    });
    let undertaking = match created {
        Ok(created) => created.id,
        // Another of the founders looked at the same moment.
        Err(error) if error.is("duplicate") => return Ok(()),
        Err(error) => return Err(error),
    };
    milestones::reach_for::<Undertaking>(cooperative, FOUNDED, &undertaking)?;
    if context::caller().person.is_some() {
        milestones::reach::<Undertaking>(FOUNDED, &undertaking)?;
    }
    Ok(())
}

/// The plan of these, if any, whose founding file became the cooperative, with its id.
pub(crate) fn became<'a>(
    cooperative: &str,
    plans: &'a [(String, OwnPlan)],
) -> Result<Option<&'a (String, OwnPlan)>, Error> {
    for plan in plans {
        let id = &plan.0;
        let Some(start) = access::team_of(id)?.and_then(|team| team.body.start) else { continue };
        let file = match registry::founding::<Start>(&start) {
            Ok(file) => file,
            Err(error) if error.is("denied") => return Ok(None),
            Err(error) => return Err(error),
        };
        if file.is_some_and(|file| file.body.cooperative.as_deref() == Some(cooperative)) {
            return Ok(Some(plan));
        }
    }
    Ok(None)
}
