//! A seller's products: all of them, and one with its texts, its variants, its label and its pictures; showing it, putting it away, undo.
//!
//! Each form carries the version of the product from which it was made. When somebody else changed the product in the meantime, nothing is
//! written, and the page shows what stands there now beside what was typed.

use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store};

use super::desk::acting;
use super::market::{CATEGORIES, in_season};
use super::{claims, pictures, texts, ware_form};
use crate::kinds::{Product, Shelf};
use crate::label;
use crate::listing;
use crate::wares::{self, Unit};
use crate::{today, words};

/// Products of a page.
const PRODUCTS_MAX: u32 = 30;
/// Variants of a product.
pub(crate) const VARIANTS_MAX: usize = 20;

/// What a page shows beside the product itself: forms that were not taken, and why.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) facts: Option<Filled>,
    /// The variant whose form was not taken; empty for a new one.
    pub(crate) variant: Option<(String, Filled)>,
    pub(crate) claim: Option<Filled>,
    pub(crate) picture: Option<Filled>,
    pub(crate) refused: Option<&'static str>,
}

/// `GET /desk/{cooperative}/products`; `after` goes on, `away` shows what was put away.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let language = request.page_language();
    let is_away = request.query("away").is_some_and(|away| !away.is_empty());
    let find = Find::new().equal(Product::COOPERATIVE, cooperative.as_str()).sort(Product::CODE).limit(PRODUCTS_MAX);
    let page = Store::list(&find.after(request.query("after").filter(|after| !after.is_empty())))?;
    let there = page.items.iter().filter(|entry| entry.body.away == is_away);
    let view = |entry: &Entry<Product>| {
        let body = &entry.body;
        json!({
            "code": body.code, "title": body.title.best(language), "shown": body.shown,
            "variants": body.variants.len(), "category": body.category,
        })
    };
    let data = json!({
        "cooperative": cooperative, "products": there.map(view).collect::<Vec<_>>(), "next": page.next, "away": is_away,
    });
    Answer::page("wares", "", &data)
}

/// `GET /desk/{cooperative}/products/{code}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (_, entry) = own(request)?;
    page(request, &entry, &Told::default())
}

/// `POST /desk/{cooperative}/products/{code}`: names, texts, category, season.
pub(crate) fn facts(request: &Request) -> Result<Answer, Error> {
    change(request, |request, product| {
        let filled = ware_form::facts(request, product)?;
        if filled.is_good() {
            product.words = words::of(&[&product.title]);
            return Ok(Ok(()));
        }
        Ok(Err(Told { facts: Some(filled), ..Told::default() }))
    })
}

/// `POST /desk/{cooperative}/products/{code}/variants`: a variant, new or changed.
pub(crate) fn variant(request: &Request) -> Result<Answer, Error> {
    let typed = request.form("variant").unwrap_or_default().to_owned();
    change(request, |request, product| {
        let filled = ware_form::variant(request, product)?;
        Ok(if filled.is_good() {
            Ok(())
        } else {
            Err(Told { variant: Some((typed.clone(), filled)), ..Told::default() })
        })
    })
}

/// `POST /desk/{cooperative}/products/{code}/variants/remove`: its stock stays, for orders and for undo.
pub(crate) fn remove(request: &Request) -> Result<Answer, Error> {
    change(request, |request, product| {
        let code = request.form("variant").unwrap_or_default();
        if product.variants.len() < 2 {
            return Ok(Err(Told { refused: Some("last-variant"), ..Told::default() }));
        }
        product.variants.retain(|variant| variant.code != code);
        Ok(Ok(()))
    })
}

/// `POST /desk/{cooperative}/products/{code}/state`: `show`, `hide`, `away`, `back`.
pub(crate) fn state(request: &Request) -> Result<Answer, Error> {
    change(request, |request, product| {
        (product.shown, product.away) = match request.form("do").unwrap_or_default() {
            "show" => (true, false),
            "away" => (false, true),
            "hide" | "back" => (false, false),
            _ => return Ok(Err(Told { refused: Some("state"), ..Told::default() })),
        };
        Ok(Ok(()))
    })
}

/// `POST /desk/{cooperative}/products/{code}/undo`: what the last change changed is as before.
pub(crate) fn undo(request: &Request) -> Result<Answer, Error> {
    let (cooperative, entry) = own(request)?;
    // The same form twice undoes once: the product has another version by then.
    if wares::is_seen(request, entry.version)
        && let Some(back) = wares::undo(&entry, &cooperative, &entry.body.code)?
    {
        listing::bring(&back.id, Some(&back.body))?;
    }
    Ok(to_ware(&entry.body))
}

/// `POST /desk/{cooperative}/products/{code}/pictures`: a picture more.
pub(crate) fn add_picture(request: &Request) -> Result<Answer, Error> {
    let cooperative = request.parameter("cooperative").to_owned();
    change(request, |request, product| {
        let code = product.code.clone();
        let added = pictures::add(request, &cooperative, &code, &mut product.pictures)?;
        Ok(added.map_err(|filled| Told { picture: Some(filled), ..Told::default() }))
    })
}

/// `POST /desk/{cooperative}/products/{code}/pictures/set`: the order of pictures, what is to be seen, taking one away.
pub(crate) fn set_picture(request: &Request) -> Result<Answer, Error> {
    change(request, |request, product| {
        let set = pictures::set(request, &mut product.pictures);
        Ok(set.map_err(|filled| Told { picture: Some(filled), ..Told::default() }))
    })
}

/// Changes the product of the address, if the form was made from what stands there now: only then is anything written.
pub(crate) fn change(
    request: &Request,
    change: impl FnOnce(&Request, &mut Product) -> Result<Result<(), Told>, Error>,
) -> Result<Answer, Error> {
    let (cooperative, entry) = own(request)?;
    let mut product = entry.body.clone();
    if !wares::is_seen(request, entry.version) {
        return stale(request, &entry);
    }
    match change(request, &mut product)? {
        Ok(()) => {
            if product != entry.body {
                let changed = wares::replace(&entry, product, &cooperative, &entry.body.code)?;
                listing::bring(&changed.id, Some(&changed.body))?;
            }
            Ok(to_ware(&entry.body))
        }
        Err(told) => Ok(page(request, &entry, &told)?.with_status(422)),
    }
}

/// Somebody changed the product in the meantime. When that is what the form says, it came twice, and nothing is wrong.
fn stale(request: &Request, entry: &Entry<Product>) -> Result<Answer, Error> {
    pictures::forget(request)?;
    let mut told = Told { refused: Some("stale"), ..Told::default() };
    if request.form("category").is_some() {
        let mut product = entry.body.clone();
        if ware_form::facts(request, &mut product)?.is_good() && product == entry.body {
            return Ok(to_ware(&product));
        }
        told.facts = Some(Filled::of(request));
    }
    Ok(page(request, entry, &told)?.with_status(409))
}

/// The product of the address, when the caller acts for its seller.
pub(crate) fn own(request: &Request) -> Result<(String, Entry<Product>), Error> {
    let cooperative = acting(request)?;
    let entry = Store::first(&Find::new().equal(Product::CODE, request.parameter("code")))?
        .filter(|entry: &Entry<Product>| entry.body.cooperative == cooperative)
        .ok_or_else(|| Error::not_found("the cooperative has no such product"))?;
    Ok((cooperative, entry))
}

pub(crate) fn page(request: &Request, entry: &Entry<Product>, told: &Told) -> Result<Answer, Error> {
    let (product, language) = (&entry.body, request.page_language());
    let facts = told.facts.clone().unwrap_or_else(|| ware_form::filled(product));
    let given = |code: &str| told.variant.as_ref().filter(|(of, _)| of == code).map(|(_, filled)| filled.clone());
    let shelves = Shelf::of_variants(product)?;
    let mut variants = Vec::new();
    for variant in &product.variants {
        let shelf = shelves.iter().find(|shelf| shelf.body.variant == variant.code);
        let stock = shelf.map(|shelf| shelf.body.stock.clone()).unwrap_or_default();
        variants.push(json!({
            "code": variant.code, "title": variant.title.best(language), "there": stock.there,
            "form": given(&variant.code).unwrap_or_else(|| ware_form::filled_variant(variant)),
            "open": given(&variant.code).is_some(),
        }));
    }
    let new = given("").unwrap_or_else(|| Filled::empty().with("pieces", 0));
    let today = today::date()?;
    let data = json!({
        "cooperative": product.cooperative,
        "product": {
            "code": product.code, "title": product.title.best(language), "shown": product.shown, "away": product.away,
            "in_season": in_season(&product.months, &today), "months": product.months, "version": entry.version, "label": product.label,
        },
        "can_undo": wares::can_undo(entry, &product.cooperative, &product.code)?,
        "facts": facts,
        "variants": variants,
        "new": { "form": new, "open": given("").is_some(), "room": product.variants.len() < VARIANTS_MAX },
        "claim": super::labels::claim(product, &today, language)?,
        "claim_form": told.claim.clone().unwrap_or_else(|| claims::filled(product)),
        "pictures": shown_with_alt(product, language)?,
        "picture_form": told.picture.clone().unwrap_or_default(),
        "languages": texts::languages(language),
        "categories": CATEGORIES,
        "units": Unit::ALL.map(Unit::name),
        "labels": super::labels::choices(language)?,
        "vat_classes": today::vat()?.classes().collect::<Vec<_>>(),
        "no_label": label::NONE,
        "refused": told.refused,
    });
    Answer::page("ware", product.title.best(language), &data)
}

/// The product's pictures, each with the form of what is to be seen.
fn shown_with_alt(product: &Product, language: Language) -> Result<Vec<Value>, Error> {
    let mut views = pictures::shown(&product.pictures, language)?;
    for view in &mut views {
        let file = view.get("file").and_then(Value::as_str).unwrap_or_default().to_owned();
        let alt = product.pictures.iter().find(|picture| picture.file == file).map(|picture| &picture.alt);
        if let Some(members) = view.as_object_mut() {
            members.insert("form".to_owned(), json!(texts::fill(Filled::empty(), "alt", alt)));
        }
    }
    Ok(views)
}

fn to_ware(product: &Product) -> Answer {
    Answer::redirect(format!("/desk/{}/products/{}", product.cooperative, product.code))
}
