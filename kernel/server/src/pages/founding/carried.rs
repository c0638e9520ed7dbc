//! What a visitor prepared with a plugin, on the page where a file is opened: they see what goes over and whom it invites, and confirm.

use minijinja::{Value, context};
use tiwizi_registry::founding::{Carried, CarriedPerson, Source};
use tiwizi_words::Texts;

use super::super::visit::Visit;
use super::caller;
use crate::app::App;
use crate::form::Posted;
use crate::problem::Problem;

/// The parameter and the field that name the record.
const FROM: &str = "from";
/// The field of each person who shall be invited.
const INVITE: &str = "invite";

/// What the address names; none when it names nothing, or nothing of the visitor's own.
pub(super) async fn asked(app: &App, visit: &Visit) -> Result<Option<Carried>, Problem> {
    let named = visit.look.query.split('&').find_map(|pair| pair.strip_prefix("from="));
    let decoded = named.map(|text| text.replace("%2F", "/").replace("%2f", "/"));
    of(app, visit, decoded.as_deref()).await
}

/// What the form names. It is read again: what the plugin wrote meanwhile goes over as it is now.
pub(super) async fn sent(app: &App, visit: &Visit, posted: &Posted) -> Result<Option<Carried>, Problem> {
    of(app, visit, posted.field(FROM)).await
}

async fn of(app: &App, visit: &Visit, text: Option<&str>) -> Result<Option<Carried>, Problem> {
    match text.and_then(|text| text.parse::<Source>().ok()) {
        Some(source) => Ok(app.foundings.carried(caller(visit), source).await?),
        None => Ok(None),
    }
}

/// The same without those people who shall not be invited.
pub(super) fn confirmed(carried: &Carried, posted: &Posted) -> Carried {
    let own = posted.visitor.caller().person();
    let keeps = |one: &&CarriedPerson| Some(one.person) == own || is_ticked(&posted.fields, one);
    Carried { people: carried.people.iter().filter(keeps).cloned().collect(), ..carried.clone() }
}

fn is_ticked(fields: &[(String, String)], one: &CarriedPerson) -> bool {
    let person = one.person.to_string();
    fields.iter().any(|(name, value)| name == INVITE && *value == person)
}

/// What goes over, as the template shows it. Whoever opens the file takes part in it, and does not choose that.
pub(super) fn shown(visit: &Visit, texts: &Texts, carried: &Carried, typed: Option<&[(String, String)]>) -> Value {
    let amount = |amount: tiwizi_registry::money::Mad| texts.number(decimal(amount));
    let person = |one: &CarriedPerson| {
        let own = caller(visit).person() == Some(one.person);
        context! {
            own,
            id => one.person.to_string(),
            name => &*one.name,
            shares => one.shares,
            paid => one.paid_mad.map(amount),
            ticked => own || typed.is_none_or(|typed| is_ticked(typed, one)),
        }
    };
    context! {
        from => carried.source.to_string(),
        share => carried.share_value_mad.map(amount),
        capital => carried.capital().map(amount),
        people => carried.people.iter().map(person).collect::<Vec<_>>(),
    }
}

/// Dirhams as pages write them; the file keeps them exactly.
fn decimal(amount: tiwizi_registry::money::Mad) -> f64 {
    amount.to_string().parse().unwrap_or_default()
}
