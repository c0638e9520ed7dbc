//! Fairs for everybody: the list, a fair with its call and its exhibitors, and whether a badge is good.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store, places};

use crate::called::{Allotment, Fair, Seat};
use crate::fair::Sharing;
use crate::planned::Applied;
use crate::{qr, today};

/// Fairs of the list.
const FAIRS_MAX: u32 = 30;
/// Exhibitors of a page.
const SEATS_MAX: u32 = 100;

/// `GET /fairs`: those to come, and those that were.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let (language, today) = (request.page_language(), today::date()?);
    let open = || Find::new().equal(Fair::OPEN, true).limit(FAIRS_MAX);
    let view = |entry: &Entry<Fair>| facts(&entry.body, language);
    let next = Store::list(&open().at_least(Fair::UNTIL, today.clone()).sort(Fair::UNTIL))?.items;
    let past = Store::list(&open().below(Fair::UNTIL, today).sort_descending(Fair::UNTIL))?.items;
    let data = json!({
        "next": next.iter().map(view).collect::<Result<Vec<_>, _>>()?,
        "past": past.iter().map(view).collect::<Result<Vec<_>, _>>()?,
        "organises": super::fair_desk::is_organiser(),
    });
    Answer::page("fairs", "", &data)
}

/// `GET /fairs/{code}`; `after` goes on among the exhibitors.
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let fair = Fair::published(request.parameter("code"))?;
    let find = Find::new().equal(Seat::FAIR, fair.id.as_str()).equal(Seat::GIVEN, true).sort(Seat::PHASE);
    let seats = Store::list(&find.limit(SEATS_MAX).after(request.query("after").filter(|after| !after.is_empty())))?;
    let exhibitors = seats.items.iter().map(|seat| {
        json!({
            "phase": seat.body.phase, "stand": seat.body.stand, "half": seat.body.half,
            "name": seat.body.name.best(language), "cooperative": seat.body.cooperative,
        })
    });
    let allotment = Allotment::of(&fair.id)?.map(|entry| entry.body);
    let data = json!({
        "fair": facts(&fair.body, language)?,
        "call": call(&fair.body, language),
        "exhibitors": exhibitors.collect::<Vec<_>>(),
        "next": seats.next,
        "allotment": allotment.map(|allotment| json!({
            "done": allotment.done, "applications": allotment.applications, "places": allotment.places, "sum": allotment.sum,
            "short": allotment.short.iter().map(|one| json!({
                "phase": one.phase, "group": group(&one.group, language), "kept": one.kept, "given": one.given,
            })).collect::<Vec<_>>(),
        })),
    });
    Answer::page("fair", fair.body.title.best(language), &data)
}

/// `GET /fairs/{code}/applications`: what anybody needs to give the places once more, as JSON, a part at a time by `part` from 0.
///
/// The rules are in `docs/marketplace.md`; the result that follows has the published sum.
pub(crate) fn applications(request: &Request) -> Result<Answer, Error> {
    let fair = Fair::published(request.parameter("code"))?;
    let allotment = Allotment::of(&fair.id)?.ok_or_else(|| Error::not_found("the places are not given yet"))?.body;
    let part = request.query("part").map_or(Ok(0), str::parse::<u32>);
    let part = part.map_err(|_| Error::invalid("no such part").with("field", "part"))?;
    let of = |part: u32| Find::new().equal(Applied::FAIR, fair.id.as_str()).equal(Applied::PART, part);
    let found = Store::first(&of(part))?.ok_or_else(|| Error::not_found("there is no such part"))?;
    let more = Store::first(&of(part + 1))?.is_some();
    Answer::json(&json!({
        "call": fair.body.call,
        "count": allotment.applications,
        "sum": allotment.sum,
        "applications": found.body.applications,
        "next": more.then_some(part + 1),
    }))
}

/// `GET /badges/{seat}`: whether a badge is good, for whoever scans it.
pub(crate) fn badge(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let missing = || Error::not_found("there is no such badge");
    let seat = Store::<Seat>::get(request.parameter("seat"))?.ok_or_else(missing)?;
    let fair = Store::<Fair>::get(&seat.body.fair)?.ok_or_else(missing)?;
    let data = json!({
        "fair": facts(&fair.body, language)?,
        "seat": seat_view(&seat, &fair.body, language)?,
        "good": seat.body.given,
        "today": today::date()?,
    });
    Answer::page("badge", fair.body.title.best(language), &data)
}

/// A place, with the days of its phase and the code of its badge.
pub(crate) fn seat_view(seat: &Entry<Seat>, fair: &Fair, language: Language) -> Result<Value, Error> {
    let at = fair.call.phases.iter().position(|phase| phase.code == seat.body.phase);
    let address = qr::address(&format!("/badges/{}", seat.id))?;
    Ok(json!({
        "id": seat.id,
        "name": seat.body.name.best(language),
        "phase": seat.body.phase,
        "stand": seat.body.stand,
        "half": (fair.call.sharing == Sharing::Shared).then_some(seat.body.half),
        "time": at.and_then(|at| fair.times.get(at)),
        "qr": address.as_deref().and_then(qr::drawn),
    }))
}

/// What every page says of a fair.
pub(crate) fn facts(fair: &Fair, language: Language) -> Result<Value, Error> {
    let today = today::date()?;
    let from = fair.times.iter().map(|time| &time.from).min();
    Ok(json!({
        "code": fair.code,
        "title": fair.title.best(language),
        "address": fair.address,
        "province": places::province(&fair.province, language),
        "from": from,
        "until": fair.until,
        "closes": fair.closes,
        "applies": fair.open && !fair.closed && today <= fair.closes,
        "closed": fair.closed,
        "over": today > fair.until,
    }))
}

/// What the call says.
pub(crate) fn call(fair: &Fair, language: Language) -> Value {
    let call = &fair.call;
    let phases = call.phases.iter().zip(&fair.times).map(|(phase, time)| {
        json!({ "code": phase.code, "stands": phase.stands, "places": call.places(phase), "from": time.from, "until": time.until })
    });
    json!({
        "phases": phases.collect::<Vec<_>>(),
        "shared": call.sharing == Sharing::Shared,
        "registered_days": call.registered_days_min,
        "food": call.food_authorisation,
        "rotation": call.rotation,
        "seed": call.seed,
        "sectors": call.sectors.iter().map(|code| places::sector(code, language)).collect::<Vec<_>>(),
        "provinces": call.provinces.iter().map(|code| places::province(code, language)).collect::<Vec<_>>(),
        "criteria": call.criteria,
        "quotas": call.quotas.iter().map(|quota| json!({
            "group": group(&quota.name(), language), "min": quota.min, "max": quota.max,
        })).collect::<Vec<_>>(),
    })
}

/// A group of a quota for people: what kind it is, and its name.
pub(crate) fn group(name: &str, language: Language) -> Value {
    match name.split_once(':') {
        Some(("province", code)) => json!({ "kind": "province", "name": places::province(code, language) }),
        Some((_, code)) => json!({ "kind": "sector", "name": places::sector(code, language) }),
        None => json!({ "kind": "women", "name": "" }),
    }
}
