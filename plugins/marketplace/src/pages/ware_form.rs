//! What the forms of a product say, read into it: its texts and season, and one of its variants.

use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Date, Error, Request, Store};

use super::desk::whole;
use super::market::CATEGORIES;
use super::texts;
use super::ware_desk::VARIANTS_MAX;
use crate::basket;
use crate::kinds::{Product, Shelf, Variant, nature};
use crate::money::{AMOUNT_MAX, Centimes};
use crate::price::{List, Offer};
use crate::stock::{PIECES_MAX, Stock};
use crate::today;
use crate::wares::{Measure, Unit};

/// Characters of a title, and of a text.
const TITLE_MAX: usize = 200;
const ABOUT_MAX: usize = 2_000;
const SIZE_MAX: usize = 100;
/// The heaviest parcel of one piece, in grams.
const GRAMS_MAX: u32 = 1_000_000;
/// The largest amount in a piece, in its unit.
const MEASURE_MAX: u32 = 1_000_000;
/// The largest number of pieces from which a price holds.
const FROM_MAX: u32 = 10_000;

/// The form of the product as it is.
pub(crate) fn filled(product: &Product) -> Filled {
    let filled = texts::fill(Filled::empty(), "title", Some(&product.title));
    let filled = texts::fill(filled, "about", Some(&product.about));
    let filled = filled.with("category", &product.category).with("vat_class", &product.vat_class);
    filled.with("nature", product.nature.name())
}

/// Reads texts, family, tax, nature and months into the product; the form with its faults when something is wrong.
pub(crate) fn facts(request: &Request, product: &mut Product) -> Result<Filled, Error> {
    let (title, filled) = texts::demand(request, "title", TITLE_MAX, Filled::of(request));
    let (about, mut filled) = texts::demand(request, "about", ABOUT_MAX, filled);
    let typed = |name: &str| request.form(name).unwrap_or_default();
    let nature = nature(typed("nature"));
    for (name, wrong) in [
        ("category", !CATEGORIES.contains(&typed("category"))),
        ("vat_class", today::vat()?.rate(typed("vat_class")).is_none()),
        ("nature", nature.is_none()),
    ] {
        filled = if wrong { filled.refuse(name, "enum") } else { filled };
    }
    let chosen = request.form.iter().filter(|(name, _)| name == "month").map(|(_, value)| value.parse::<u32>());
    let mut months: Vec<u32> = chosen.flatten().filter(|month| (1..=12).contains(month)).collect();
    months.sort_unstable();
    months.dedup();
    // All months are the same as none: there is some the whole year.
    product.months = if months.len() == 12 { Vec::new() } else { months };
    (product.title, product.about) = (title, about);
    typed("category").clone_into(&mut product.category);
    typed("vat_class").clone_into(&mut product.vat_class);
    product.nature = nature.unwrap_or(product.nature);
    Ok(filled)
}

/// The form of a variant as it is.
pub(crate) fn filled_variant(variant: &Variant) -> Filled {
    let mut filled = texts::fill(Filled::empty(), "title", Some(&variant.title)).with("grams", variant.grams);
    let plain = |offer: &&Offer| offer.list == List::Retail && offer.from.is_none() && offer.until.is_none();
    for offer in variant.offers.iter().filter(plain) {
        filled = match offer.from_quantity {
            1 => filled.with("price", offer.amount),
            from => filled.with("bulk_from", from).with("bulk_price", offer.amount),
        };
    }
    if let Some(measure) = &variant.measure {
        filled = filled.with("amount", measure.amount).with("unit", measure.unit.name());
    }
    let date = |date: &Option<Date>| date.as_ref().map(ToString::to_string).unwrap_or_default();
    filled = filled.with("batch", variant.batch.as_deref().unwrap_or_default());
    filled.with("made", date(&variant.made)).with("best_before", date(&variant.best_before))
}

/// Reads a variant, new or changed, into the product; the form with its faults when something is wrong. A new one has its stock counted.
pub(crate) fn variant(request: &Request, product: &mut Product) -> Result<Filled, Error> {
    let typed = |name: &str| request.form(name).map(str::trim).filter(|typed| !typed.is_empty());
    let known = typed("variant");
    let at = known.and_then(|code| product.variants.iter().position(|variant| variant.code == code));
    let code = known.or(typed("code")).unwrap_or_default().to_owned();
    let (mut variant, mut filled) = read(request, code, at.and_then(|at| product.variants.get(at)));
    let pieces = whole(typed("pieces").unwrap_or("0"), PIECES_MAX);
    if at.is_none() {
        let twice = product.variants.iter().any(|there| there.code == variant.code);
        for (name, wrong) in [
            ("code", (!basket::is_code(&variant.code) || variant.code.starts_with('-')).then_some("pattern")),
            ("code", twice.then_some("duplicate")),
            ("code", (known.is_some()).then_some("enum")),
            ("code", (product.variants.len() >= VARIANTS_MAX).then_some("too-many")),
            ("pieces", pieces.is_none().then_some("type")),
        ] {
            filled = wrong.map_or(filled.clone(), |code| filled.refuse(name, code));
        }
    }
    if !filled.is_good() {
        return Ok(filled);
    }
    match at.and_then(|at| product.variants.get_mut(at)) {
        Some(there) => std::mem::swap(there, &mut variant),
        None => {
            // One that was taken out before has its shelf still, with what is kept there for orders.
            if Shelf::of(&product.code, &variant.code)?.is_none() {
                let (cooperative, code) = (product.cooperative.clone(), product.code.clone());
                let stock = Stock::of(pieces.unwrap_or_default());
                Store::create(&Shelf { cooperative, product: code, variant: variant.code.clone(), stock })?;
            }
            product.variants.push(variant);
        }
    }
    Ok(filled)
}

/// The variant that the form describes; what it does not speak of stays as it was.
fn read(request: &Request, code: String, before: Option<&Variant>) -> (Variant, Filled) {
    let typed = |name: &str| request.form(name).map(str::trim).filter(|typed| !typed.is_empty());
    let (title, mut filled) = texts::demand(request, "title", SIZE_MAX, Filled::of(request));
    let grams = whole(typed("grams").unwrap_or_default(), GRAMS_MAX).filter(|grams| *grams > 0);
    let unit = typed("unit").map(|word| Unit::named(word).ok_or("enum")).transpose();
    let amount = typed("amount").map(|text| whole(text, MEASURE_MAX).filter(|amount| *amount > 0).ok_or("type"));
    let amount = amount.transpose();
    let price = price(typed("price").unwrap_or_default());
    let bulk_from = typed("bulk_from").map(|text| whole(text, FROM_MAX).filter(|from| *from > 1).ok_or("type"));
    let (bulk_from, bulk_price) = (bulk_from.transpose(), typed("bulk_price").map(self::price).transpose());
    let day = |name: &str| typed(name).map(|text| text.parse::<Date>().map_err(|_| "day-form")).transpose();
    let (made, best_before) = (day("made"), day("best_before"));
    let turned = matches!((&made, &best_before), (Ok(Some(made)), Ok(Some(best))) if best < made);
    for (name, wrong) in [
        ("grams", grams.is_none().then_some("type")),
        ("unit", unit.err()),
        ("amount", amount.err()),
        ("amount", (amount == Ok(None) && matches!(unit, Ok(Some(_)))).then_some("required")),
        ("unit", (unit == Ok(None) && matches!(amount, Ok(Some(_)))).then_some("required")),
        ("price", price.err()),
        ("bulk_from", bulk_from.err()),
        ("bulk_price", bulk_price.err()),
        ("bulk_price", (bulk_price == Ok(None) && matches!(bulk_from, Ok(Some(_)))).then_some("required")),
        ("bulk_from", (bulk_from == Ok(None) && matches!(bulk_price, Ok(Some(_)))).then_some("required")),
        ("batch", typed("batch").is_some_and(|batch| batch.chars().count() > 60).then_some("too-long")),
        ("made", made.as_ref().err().copied()),
        ("best_before", best_before.as_ref().err().copied().or(turned.then_some("day-order"))),
    ] {
        filled = wrong.map_or(filled.clone(), |code| filled.refuse(name, code));
    }
    // Prices of other lists, and those of some days only, are not on this form.
    let others = before.map(|before| before.offers.as_slice()).unwrap_or_default().iter();
    let others = others.filter(|offer| offer.list != List::Retail || offer.from.is_some() || offer.until.is_some());
    let bulk = bulk_from.ok().flatten().zip(bulk_price.ok().flatten());
    let bulk = bulk.map(|(from_quantity, amount)| Offer { from_quantity, ..Offer::retail(amount) });
    let retail = price.ok().map(Offer::retail);
    let measure = amount.ok().flatten().zip(unit.ok().flatten()).map(|(amount, unit)| Measure { amount, unit });
    let variant = Variant {
        code,
        title,
        grams: grams.unwrap_or(1),
        offers: retail.into_iter().chain(bulk).chain(others.cloned()).collect(),
        batch: typed("batch").map(ToOwned::to_owned),
        made: made.ok().flatten(),
        best_before: best_before.ok().flatten(),
        measure,
    };
    (variant, filled)
}

/// A price that somebody typed: more than nothing.
fn price(text: &str) -> Result<Centimes, &'static str> {
    match Centimes::read(text) {
        Ok(Centimes(0)) => Err("too-small"),
        Ok(price) if price <= AMOUNT_MAX => Ok(price),
        Ok(_) => Err("too-large"),
        Err(wrong) => Err(wrong.code()),
    }
}
