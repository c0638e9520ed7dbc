//! What is known of who asks for money: the plan's own figures, the register's word, what was typed. Nothing of it is kept.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserialize;
use tiwizi_sdk::form::FromText as _;
use tiwizi_sdk::registry::{self, Cooperative};
use tiwizi_sdk::{Date, Entry, Error, Find, RecordId, Request, context};

use super::typed;
use crate::card::Card;
use crate::funding::{About, Bound, Condition, Facts, From};
use crate::kinds::OwnPlan;
use crate::plan::{check, outcome};
use crate::team::access::{self, Right};

/// No number that is typed is larger: ten milliard dirhams in centimes.
const TYPED_MAX: i64 = 1_000_000_000_000;

/// What somebody asks a check with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) plan: Option<String>,
    /// With the number, the cooperative.
    pub(crate) court: Option<String>,
    pub(crate) number: Option<String>,
    /// The values that were typed and understood.
    pub(crate) numbers: BTreeMap<About, i64>,
    pub(crate) codes: BTreeMap<About, String>,
    /// The fields that were not, with why.
    pub(crate) faults: BTreeMap<String, &'static str>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) facts: Facts,
    /// The plan's title.
    pub(crate) plan: Option<String>,
    /// The cooperative's name.
    pub(crate) cooperative: Option<String>,
}

/// What is read of a cooperative of the register.
#[derive(Debug, Deserialize)]
struct Registered {
    name_fr: Option<String>,
    name_ar: Option<String>,
    province: Option<String>,
    sector: Option<String>,
    branch: Option<String>,
    status: Option<String>,
    registered_on: Option<Date>,
    capital_mad: Option<f64>,
}

/// What is read of the caller's own person.
#[derive(Debug, Deserialize)]
struct Person {
    birth_date: Option<Date>,
    province: Option<String>,
}

/// Reads the question: the plan, the cooperative, and a field for each condition.
pub(crate) fn asked(request: &Request, conditions: &[Condition]) -> Asked {
    let said = |name: &str| request.query(name).map(str::trim).filter(|text| !text.is_empty());
    let mut asked = Asked {
        plan: said("plan").map(ToOwned::to_owned),
        court: said("court").map(ToOwned::to_owned),
        number: said("number").map(ToOwned::to_owned),
        ..Asked::default()
    };
    for about in conditions.iter().map(|condition| condition.about) {
        let Some(text) = said(about.name()) else { continue };
        if about.bound() == Bound::Codes {
            asked.codes.insert(about, text.chars().take(60).collect());
            continue;
        }
        let number = match about.unit() {
            Some("centimes") => typed::centimes(text, TYPED_MAX),
            Some("percent") => typed::whole(text, 100),
            _ => typed::whole(text, 1_200),
        };
        match number {
            Ok(number) => drop(asked.numbers.insert(about, number)),
            Err(wrong) => drop(asked.faults.insert(about.name().to_owned(), wrong)),
        }
    }
    asked
}

/// What the plan and the register say.
///
/// # Errors
/// As those of the store and the register. A plan that is not the caller's is none.
pub(crate) fn gather(asked: &Asked) -> Result<Known, Error> {
    let mut known = Known::default();
    if let Some(entry) = plan(asked)? {
        of_plan(&mut known.facts, &entry.body)?;
        known.plan = Some(entry.body.title);
    }
    of_caller(&mut known.facts)?;
    if let Some(cooperative) = cooperative(asked)? {
        of_cooperative(&mut known.facts, &cooperative)?;
        known.cooperative = cooperative.name_fr.or(cooperative.name_ar).or(Some("–".to_owned()));
    }
    Ok(known)
}

/// Adds what was typed, which goes before everything else.
pub(crate) fn add_typed(facts: &mut Facts, asked: &Asked) {
    for (about, number) in &asked.numbers {
        facts.number(*about, *number, From::Typed);
    }
    for (about, code) in &asked.codes {
        facts.code(*about, code, From::Typed);
    }
}

fn plan(asked: &Asked) -> Result<Option<Entry<OwnPlan>>, Error> {
    let Some(id) = asked.plan.as_deref().and_then(|id| RecordId::from_text(id).ok()) else { return Ok(None) };
    if context::caller().person.is_none() {
        return Ok(None);
    }
    access::find(&id, Right::Read)
}

/// A plan's own figures: what is asked for is what own money and grants do not pay.
fn of_plan(facts: &mut Facts, own: &OwnPlan) -> Result<(), Error> {
    facts.code(About::Stage, "plan", From::Plan);
    facts.number(About::MonthsRegistered, 0, From::Plan);
    if let Some(model) = Card::find(&own.model)? {
        let sector = serde_json::to_value(model.sector)?;
        facts.code(About::Sector, sector.as_str().unwrap_or_default(), From::Plan);
    }
    let Ok(checked) = check(&own.plan) else { return Ok(()) };
    let outcome = outcome(&checked);
    let financing = &outcome.financing;
    let needed = financing.investments + financing.working_capital;
    let asked = (needed - financing.own - financing.grants).max(Decimal::ZERO);
    if let Some(asked) = (asked * Decimal::ONE_HUNDRED).to_i64() {
        facts.number(About::Amount, asked, From::Plan);
    }
    let share = (financing.own * Decimal::ONE_HUNDRED).checked_div(needed).and_then(|share| share.floor().to_i64());
    if let Some(share) = share {
        facts.number(About::OwnShare, share.min(100), From::Plan);
    }
    let turnover = outcome.years.iter().map(|year| year.turnover).max().unwrap_or_default();
    if let Some(turnover) = (turnover * Decimal::ONE_HUNDRED).to_i64() {
        facts.number(About::Turnover, turnover, From::Plan);
    }
    Ok(())
}

/// The caller's own age and province, which the register shows them.
fn of_caller(facts: &mut Facts) -> Result<(), Error> {
    let Some(id) = context::caller().person else { return Ok(()) };
    let Some(person) = allowed(registry::person::<Person>(&id))?.flatten() else { return Ok(()) };
    if let Some(born) = &person.body.birth_date {
        facts.number(About::Age, born.months_until(&context::today()?).div_euclid(12).max(0), From::Register);
    }
    facts.code(About::Province, person.body.province.as_deref().unwrap_or_default(), From::Register);
    Ok(())
}

fn cooperative(asked: &Asked) -> Result<Option<Registered>, Error> {
    let (Some(court), Some(number)) = (&asked.court, &asked.number) else { return Ok(None) };
    let find = Find::new().equal(Cooperative::COURT, court.as_str()).equal(Cooperative::NUMBER, number.as_str());
    let found = allowed(registry::cooperatives::<Registered>(&find))?;
    Ok(found.and_then(|page| page.items.into_iter().next()).map(|entry| entry.body))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a capital beyond what an i64 holds is cut to it, which every bound is below"
)]
fn of_cooperative(facts: &mut Facts, cooperative: &Registered) -> Result<(), Error> {
    if cooperative.status.as_deref() == Some("registered") {
        facts.code(About::Stage, "registered", From::Register);
    }
    facts.code(About::Province, cooperative.province.as_deref().unwrap_or_default(), From::Register);
    if let Some(sector) = &cooperative.sector {
        let code = cooperative.branch.as_ref().map_or_else(|| sector.clone(), |branch| format!("{sector}.{branch}"));
        facts.code(About::Sector, &code, From::Register);
    }
    if let Some(on) = &cooperative.registered_on {
        facts.number(About::MonthsRegistered, on.months_until(&context::today()?).max(0), From::Register);
    }
    if let Some(capital) = cooperative.capital_mad {
        facts.number(About::Capital, (capital * 100.0).round() as i64, From::Register);
    }
    Ok(())
}

/// The register may not have been granted; then it says nothing.
fn allowed<T>(found: Result<T, Error>) -> Result<Option<T>, Error> {
    match found {
        Err(error) if error.is("denied") => Ok(None),
        found => found.map(Some),
    }
}
