//! As what a founder takes part: as itself, or for a legal person or a cooperative of the register, as far as the rules admit it.
//!
//! A cooperative is named by a link to its page or by a search, and then chosen. Of a union's founders it is asked at once; of others what is
//! seldom filled in stays folded. Works without JavaScript.

use std::collections::BTreeMap;

use minijinja::{Value, context};
use serde_json::{Map, Value as Json};
use tiwizi_model::{Record, RecordId};
use tiwizi_records::FieldError;
use tiwizi_registry::acts::{Entity, Holder};
use tiwizi_registry::founding::{Seat, Seen};
use tiwizi_registry::rule_pack::RulePack;
use tiwizi_words::Texts;

use super::super::acts;
use super::super::visit::Visit;
use super::controls::{self, Field, Kind};
use crate::app::App;
use crate::problem::Problem;

/// The field with the cooperative, and those that help to find it.
const COOPERATIVE: &str = "member_cooperative";
const PICK: &str = "member_cooperative_pick";
const OTHER: &str = "member_cooperative_other";

const HOLDERS: &[&str] = &["person", "legal-person", "cooperative"];
const FORMS: &[&str] = &["company", "association", "public-body", "cooperative", "union", "foreign", "other"];
const HOLDER: Field = Field::term("holder", "founding-acts-for", Kind::Fallback(HOLDERS, "value-holder"));
const LEGAL: &[Field] = &[
    Field::term("legal_name_fr", "field-legal-name-fr", Kind::Text(Some("fr"))),
    Field::term("legal_name_ar", "field-legal-name-ar", Kind::Text(Some("ar"))),
    Field::term("legal_form", "field-legal-person-form", Kind::Choice(FORMS, "value-legal-person-form")),
    Field::term("legal_ice", "field-ice", Kind::Code),
    Field::term("legal_number", "field-legal-number", Kind::Code),
];

/// What was sent of it.
#[derive(Default)]
pub(super) struct Sent {
    /// The fields of the founder.
    pub(super) given: Map<String, Json>,
    /// Cooperatives that were found for a text, to choose from.
    pub(super) found: Vec<Record>,
    pub(super) faults: Vec<FieldError>,
}

/// Reads it out of a form; a form without it changes nothing.
pub(super) async fn read(app: &App, seen: &Seen, sent: &[(String, String)]) -> Result<Sent, Problem> {
    let text = |name: &str| sent.iter().find(|(found, _)| found == name).map(|(_, text)| text.trim());
    let mut read = Sent::default();
    if text(COOPERATIVE).is_none() && text(HOLDER.name).is_none() {
        return Ok(read);
    }
    match controls::read_all(LEGAL, sent) {
        Ok(given) => read.given.extend(given),
        Err(faults) => read.faults.extend(faults),
    }
    if seen.founding.entity == Entity::Union {
        read.given.insert(HOLDER.name.to_owned(), Holder::Cooperative.name().into());
    } else if let Ok(holder) = controls::read_all(&[HOLDER], sent) {
        read.given.extend(holder);
    }
    let (typed, pick) = (text(COOPERATIVE).unwrap_or_default(), text(PICK).unwrap_or_default());
    let is_other = text(OTHER).is_some_and(|text| !text.is_empty());
    let meant = pick.parse::<RecordId>().ok().or_else(|| acts::id_in(typed).filter(|_| !is_other));
    if let Some(id) = meant {
        read.given.insert(COOPERATIVE.to_owned(), id.to_string().into());
    } else if typed.is_empty() || is_other {
        read.given.insert(COOPERATIVE.to_owned(), Json::Null);
    } else {
        read.found = acts::search(app, seen.founding.cooperative, typed).await?;
        let code = if read.found.is_empty() { "no-cooperative" } else { "choose" };
        read.faults.push(FieldError::of_field(COOPERATIVE, code, "which cooperative is meant is not clear"));
    }
    Ok(read)
}

/// What was typed, what is wrong with it, and what was found by it.
type Typed<'a> = (Option<&'a [(String, String)]>, &'a [FieldError], &'a [Record]);

/// What a form shows of it; none where the rules admit natural persons alone.
pub(super) async fn shown(
    app: &App,
    visit: &Visit,
    texts: &Texts,
    (seen, seat, pack): (&Seen, &Seat, &RulePack),
    (typed, faults, found): Typed<'_>,
) -> Result<Option<Value>, Problem> {
    let (entity, language) = (seen.founding.entity, visit.look.language);
    let holders = pack.holders(entity);
    if holders.iter().all(Holder::is_person) {
        return Ok(None);
    }
    let stored = Json::Object(seat.shown());
    let of = |name: &str| typed.and_then(|typed| typed.iter().find(|(found, _)| found == name));
    let text = of(COOPERATIVE).map_or_else(|| controls::text_of(stored.get(COOPERATIVE)), |(_, text)| text.clone());
    let id = text.trim().parse::<RecordId>().ok().filter(|_| of(OTHER).is_none());
    let names = acts::names(app, language, &id.into_iter().collect::<Vec<_>>()).await?;
    let fault = faults.iter().find(|fault| fault.pointer.trim_start_matches('/') == COOPERATIVE);
    let cooperative = context! {
        name => COOPERATIVE,
        id => id.map(|id| id.to_string()),
        called => id.and_then(|id| names.get(&id)),
        href => id.map(|id| visit.look.address(&format!("/directory/{id}"))),
        text => if id.is_some() { "" } else { text.trim() },
        found => found.iter().map(|one| context! { id => one.id.to_string(), ..acts::told(language, one) }).collect::<Vec<_>>(),
        error => fault.map(|fault| controls::said(texts, &fault.code)),
    };
    let admitted: Vec<Value> = HOLDERS
        .iter()
        .filter(|code| holders.iter().any(|holder| holder.name() == **code))
        .map(|code| Value::from_iter([(*code).to_owned(), texts.text(&format!("value-holder-{code}"))]))
        .collect();
    let is_union = entity == Entity::Union;
    let holder = controls::shown_all(texts, &[HOLDER], &stored, typed, faults).into_iter().next();
    let is_wrong = faults.iter().any(|fault| fault.pointer.contains("legal_") || fault.pointer.contains(COOPERATIVE));
    Ok(Some(context! {
        is_union,
        open => is_union || is_wrong || !seat.founder.holder.is_person() || typed.is_some_and(|_| !text.is_empty()),
        holder => holder.map(|holder| context! { choices => admitted, ..holder }),
        legal => if is_union { Vec::new() } else { controls::shown_all(texts, LEGAL, &stored, typed, faults) },
        cooperative,
    }))
}

/// Whether a form that shows it has a field of this name.
pub(super) fn shows(entity: Entity, name: &str) -> bool {
    let is_of_others = name == HOLDER.name || LEGAL.iter().any(|field| field.name == name);
    name == COOPERATIVE || (is_of_others && entity != Entity::Union)
}

/// For whom each founder acts who does not take part as itself, by the record of the founder.
pub(super) async fn acts_for(app: &App, visit: &Visit, seats: &[Seat]) -> Result<BTreeMap<RecordId, String>, Problem> {
    let of_cooperative =
        |seat: &Seat| seat.founder.member_cooperative.filter(|_| seat.founder.holder == Holder::Cooperative);
    let ids: Vec<RecordId> = seats.iter().filter_map(of_cooperative).collect();
    let names = acts::names(app, visit.look.language, &ids).await?;
    let named = |seat: &Seat| {
        let founder = &seat.founder;
        match founder.holder {
            Holder::Person => None,
            Holder::Cooperative => names.get(&founder.member_cooperative?).cloned(),
            Holder::LegalPerson => founder.legal_name_fr.clone().or_else(|| founder.legal_name_ar.clone()),
        }
    };
    Ok(seats.iter().filter_map(|seat| Some((seat.id, named(seat)?))).collect())
}
