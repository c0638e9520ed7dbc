//! A cooperative's shop window, worked by its officers: its story, when somebody is there, where it sends, its pictures; open or closed.

use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Entry, Error, Form, Request, Store, context};

use super::desk::acting;
use super::{pictures, texts};
use crate::kinds::{Contact, Shop};
use crate::wares::{self, SHOP};
use crate::{listing, today};

/// Characters of the story, and of when somebody is there.
const ABOUT_MAX: usize = 2_000;
const HOURS_MAX: usize = 500;

#[derive(Debug, Form)]
struct Facts {
    #[field(min_length = 5, max_length = 300)]
    address: String,
    #[field(min_length = 5, max_length = 40)]
    phone: String,
    #[field(max_length = 200)]
    email: Option<String>,
    #[field(max_items = 8)]
    zone: Vec<String>,
}

#[derive(Default)]
struct Told {
    facts: Option<Filled>,
    picture: Option<Filled>,
    refused: Option<&'static str>,
}

/// `GET /desk/{cooperative}/shop`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (_, entry) = own(request)?;
    page(request, &entry, &Told::default())
}

/// `POST /desk/{cooperative}/shop`: what the window says.
pub(crate) fn facts(request: &Request) -> Result<Answer, Error> {
    change(request, |request, shop| {
        let refuse = |filled: Filled| Ok(Err(Told { facts: Some(filled), ..Told::default() }));
        let facts = match request.read_form::<Facts>() {
            Ok(facts) => facts,
            Err(filled) => return refuse(filled),
        };
        let (about, filled) = texts::demand(request, "about", ABOUT_MAX, Filled::of(request));
        let (hours, mut filled) = texts::read(request, "hours", HOURS_MAX, filled);
        let known = today::tariff()?;
        if facts.zone.iter().any(|zone| !known.zones().any(|code| code == zone)) {
            filled = filled.refuse("zone", "enum");
        }
        if !filled.is_good() {
            return refuse(filled);
        }
        shop.about = about;
        shop.hours = (!hours.is_empty()).then_some(hours);
        (shop.address, shop.phone, shop.email) = (facts.address, facts.phone, facts.email.unwrap_or_default());
        // All zones are the same as no word about them: a zone that the tariff gets later is one of them.
        shop.zones = (facts.zone.len() < known.zones().count()).then_some(facts.zone);
        Ok(Ok(()))
    })
}

/// `POST /desk/{cooperative}/shop/state`: `open` or `close`. A closed shop is not shown and sells nothing; its orders go on.
pub(crate) fn state(request: &Request) -> Result<Answer, Error> {
    let answer = change(request, |request, shop| {
        shop.open = request.form("do") == Some("open");
        Ok(Ok(()))
    })?;
    tell_caller(request.parameter("cooperative"))?;
    listing::turn(request.parameter("cooperative"))?;
    Ok(answer)
}

/// Whom to tell of orders is forgotten when a shop is closed, and known again by whoever opens it.
fn tell_caller(cooperative: &str) -> Result<(), Error> {
    let is_open = Shop::of(cooperative)?.is_some_and(|shop| shop.body.open);
    if let Some(person) = context::caller().person.filter(|_| is_open)
        && !Contact::is_known(cooperative)?
    {
        Store::create(&Contact { cooperative: cooperative.to_owned(), person })?;
    }
    Ok(())
}

/// `POST /desk/{cooperative}/shop/undo`
pub(crate) fn undo(request: &Request) -> Result<Answer, Error> {
    let (cooperative, entry) = own(request)?;
    if wares::is_seen(request, entry.version) {
        wares::undo(&entry, &cooperative, SHOP)?;
        tell_caller(&cooperative)?;
        listing::turn(&cooperative)?;
    }
    Ok(to_shop(&cooperative))
}

/// `POST /desk/{cooperative}/shop/pictures`
pub(crate) fn add_picture(request: &Request) -> Result<Answer, Error> {
    let cooperative = request.parameter("cooperative").to_owned();
    change(request, |request, shop| {
        let added = pictures::add(request, &cooperative, SHOP, &mut shop.pictures)?;
        Ok(added.map_err(|filled| Told { picture: Some(filled), ..Told::default() }))
    })
}

/// `POST /desk/{cooperative}/shop/pictures/set`
pub(crate) fn set_picture(request: &Request) -> Result<Answer, Error> {
    change(request, |request, shop| {
        let set = pictures::set(request, &mut shop.pictures);
        Ok(set.map_err(|filled| Told { picture: Some(filled), ..Told::default() }))
    })
}

/// Changes the shop of the address, if the form was made from what stands there now: only then is anything written.
fn change(
    request: &Request,
    change: impl FnOnce(&Request, &mut Shop) -> Result<Result<(), Told>, Error>,
) -> Result<Answer, Error> {
    let (cooperative, entry) = own(request)?;
    if !wares::is_seen(request, entry.version) {
        pictures::forget(request)?;
        let facts = request.form("phone").map(|_| Filled::of(request));
        let told = Told { facts, refused: Some("stale"), ..Told::default() };
        return Ok(page(request, &entry, &told)?.with_status(409));
    }
    let mut shop = entry.body.clone();
    match change(request, &mut shop)? {
        Ok(()) => {
            if shop != entry.body {
                wares::replace(&entry, shop, &cooperative, SHOP)?;
            }
            Ok(to_shop(&cooperative))
        }
        Err(told) => Ok(page(request, &entry, &told)?.with_status(422)),
    }
}

fn own(request: &Request) -> Result<(String, Entry<Shop>), Error> {
    let cooperative = acting(request)?;
    let shop = Shop::of(&cooperative)?.ok_or_else(|| Error::not_found("the cooperative has no shop"))?;
    Ok((cooperative, shop))
}

fn page(request: &Request, entry: &Entry<Shop>, told: &Told) -> Result<Answer, Error> {
    let (shop, language) = (&entry.body, request.page_language());
    let facts = told.facts.clone().unwrap_or_else(|| filled(shop));
    let mut views = pictures::shown(&shop.pictures, language)?;
    for view in &mut views {
        let file = view.get("file").and_then(Value::as_str).unwrap_or_default().to_owned();
        let alt = shop.pictures.iter().find(|picture| picture.file == file).map(|picture| &picture.alt);
        if let Some(members) = view.as_object_mut() {
            members.insert("form".to_owned(), json!(texts::fill(Filled::empty(), "alt", alt)));
        }
    }
    let tariff = today::tariff()?;
    let zones: Vec<Value> = tariff
        .zones()
        .map(|code| {
            let chosen = shop.zones.as_ref().is_none_or(|zones| zones.iter().any(|zone| zone == code));
            json!({ "code": code, "chosen": chosen })
        })
        .collect();
    let data = json!({
        "cooperative": shop.cooperative,
        "shop": { "name": shop.name.best(language), "open": shop.open, "version": entry.version },
        "can_undo": wares::can_undo(entry, &shop.cooperative, SHOP)?,
        "facts": facts,
        "zones": zones,
        "pictures": views,
        "picture_form": told.picture.clone().unwrap_or_default(),
        "languages": texts::languages(language),
        "refused": told.refused,
    });
    Answer::page("window", shop.name.best(language), &data)
}

/// The form of the shop as it is.
fn filled(shop: &Shop) -> Filled {
    let filled = texts::fill(Filled::empty(), "about", Some(&shop.about));
    let filled = texts::fill(filled, "hours", shop.hours.as_ref());
    filled.with("address", &shop.address).with("phone", &shop.phone).with("email", &shop.email)
}

fn to_shop(cooperative: &str) -> Answer {
    Answer::redirect(format!("/desk/{cooperative}/shop"))
}
