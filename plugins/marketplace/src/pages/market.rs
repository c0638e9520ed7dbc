//! The market: its products with search and filters, the page of one, and the shop window of a cooperative.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Date, Entry, Error, Language, Request, Store, context, places};

use super::{labels, pictures};
use crate::basket::Basket;
use crate::kinds::{Product, Shelf, Shop, Variant};
use crate::listing::Listing;
use crate::money::Centimes;
use crate::price::{self, List};
use crate::{today, words};

/// Products of a page.
const PRODUCTS_MAX: u32 = 24;
/// Products of a page of a shop.
const SHOP_PRODUCTS_MAX: u32 = 100;
/// Characters of a search that are looked for.
const WORDS_MAX: usize = 100;
/// What products are sorted by.
pub(crate) const CATEGORIES: [&str; 8] = ["oil", "saffron", "dates", "honey", "nuts", "couscous", "cosmetics", "craft"];

/// `GET /`; `q`, `category`, `label` and `province` narrow it, `after` goes on.
pub(crate) fn products(request: &Request) -> Result<Answer, Error> {
    let asked = |name: &str| request.query(name).map(str::trim).filter(|value| !value.is_empty());
    let mut find = Listing::on_sale().limit(PRODUCTS_MAX).after(asked("after"));
    // Any of the three filters together: one of the indexes begins with just these fields.
    if let Some(category) = asked("category").filter(|category| CATEGORIES.contains(category)) {
        find = find.equal(Listing::CATEGORY, category);
    }
    if let Some(label) = asked("label") {
        find = find.equal(Listing::LABEL, label);
    }
    if let Some(province) = asked("province").filter(|code| places::is_province(code)) {
        find = find.equal(Listing::PROVINCE, province);
    }
    if let Some(text) = asked("q") {
        let text: String = text.chars().take(WORDS_MAX).collect();
        find = find.text(&words::latin(&text));
    }
    let page = Store::list(&find)?;
    let (language, today) = (request.page_language(), today::date()?);
    // Whoever asks for a label is shown nothing whose certificate does not hold today.
    let fits = |listing: &Listing| asked("label").is_none() || listing.label_on(&today).is_some();
    let listed = page.items.iter().filter(|entry| fits(&entry.body));
    let cards: Vec<Value> = listed.map(|entry| card(&entry.body, &today, language)).collect::<Result<_, _>>()?;
    let basket = basket_of(request);
    let data = json!({
        "products": cards,
        "next": page.next,
        "q": asked("q"),
        "category": asked("category"),
        "label": asked("label"),
        "province": asked("province"),
        "provinces": places::provinces(language),
        "categories": CATEGORIES,
        "labels": labels::choices(language)?,
        "basket": basket.to_string(),
        "pieces": pieces(&basket),
    });
    Answer::page("market", "", &data)
}

/// `GET /products/{code}`
pub(crate) fn product(request: &Request) -> Result<Answer, Error> {
    let entry = Product::demand(request.parameter("code"))?;
    product_page(request, &entry, None)
}

/// The product's page, with what was wrong with what was put into the basket.
pub(crate) fn product_page(request: &Request, entry: &Entry<Product>, fault: Option<Value>) -> Result<Answer, Error> {
    let (product, language) = (&entry.body, request.page_language());
    let shop = Shop::of(&product.cooperative)?.map(|entry| entry.body).filter(|shop| shop.open);
    let shop = shop.ok_or_else(|| Error::not_found("its shop is closed"))?;
    let (now, today) = (context::now(), today::date()?);
    let shelves = Shelf::of_variants(product)?;
    let mut variants = Vec::new();
    for variant in &product.variants {
        let shelf = shelves.iter().find(|shelf| shelf.body.variant == variant.code);
        let free = shelf.map_or(0, |shelf| shelf.body.stock.free(now));
        variants.push(json!({
            "code": variant.code,
            "title": variant.title.best(language),
            "price": price_of(variant, &today),
            "free": free,
            "few": free < 5,
            "batch": variant.batch,
            "made": variant.made,
            "best_before": variant.best_before,
            "measure": variant.measure,
            "compared": compared(variant, &today),
        }));
    }
    let title = product.title.best(language);
    let basket = basket_of(request);
    let data = json!({
        "product": {
            "code": product.code,
            "title": title,
            "about": product.about.best(language),
            "months": product.months,
            "in_season": in_season(&product.months, &today),
            "withdrawable": product.nature == crate::order::Nature::Ordinary,
            "nature": product.nature,
            "example": product.example,
            "province": places::province(&product.province, language),
        },
        "label": labels::claim(product, &today, language)?,
        "pictures": pictures::shown(&product.pictures, language)?,
        "variants": variants,
        "shop": { "name": shop.name.best(language), "cooperative": shop.cooperative },
        "basket": basket.to_string(),
        "pieces": pieces(&basket),
        "fault": fault,
    });
    Answer::page("product", title, &data)
}

/// `GET /shops/{cooperative}`; `after` goes on.
pub(crate) fn shop(request: &Request) -> Result<Answer, Error> {
    let language = request.page_language();
    let shop = Shop::of(request.parameter("cooperative"))?
        .map(|entry| entry.body)
        .filter(|shop| shop.open)
        .ok_or_else(|| Error::not_found("there is no such shop"))?;
    let after = request.query("after").filter(|after| !after.is_empty());
    let page = Store::list(&Listing::of_shop(&shop.cooperative).limit(SHOP_PRODUCTS_MAX).after(after))?;
    let today = today::date()?;
    let cards: Vec<Value> =
        page.items.iter().map(|entry| card(&entry.body, &today, language)).collect::<Result<_, _>>()?;
    let basket = basket_of(request);
    let title = shop.name.best(language);
    let data = json!({
        "shop": {
            "name": title,
            "about": shop.about.best(language),
            "registration": shop.registration,
            "address": shop.address,
            "phone": shop.phone,
            "email": shop.email,
            "province": places::province(&shop.province, language),
            "example": shop.example,
            "hours": shop.hours.as_ref().map(|hours| hours.best(language)),
            "zones": shop.zones,
        },
        "pictures": pictures::shown(&shop.pictures, language)?,
        "cooperative": shop.cooperative,
        "products": cards,
        "next": page.next,
        "basket": basket.to_string(),
        "pieces": pieces(&basket),
        "terms": crate::pages::order::terms()?,
    });
    Answer::page("shop", title, &data)
}

/// A product as a list shows it.
pub(crate) fn card(listing: &Listing, today: &Date, language: Language) -> Result<Value, Error> {
    let label = listing.label_on(today).map(|label| labels::name(label, language)).transpose()?;
    Ok(json!({
        "code": listing.code,
        "title": listing.title.best(language),
        "from": listing.price_on(today).map(|price| price.to_string()),
        "in_season": in_season(&listing.months, today),
        "province": places::province(&listing.province, language),
        "label": label.flatten(),
        "picture": pictures::first(listing.picture.as_slice(), language)?,
        "example": listing.example,
    }))
}

/// What one piece costs today, in dirhams with two digits; none of a batch whose last good day is over.
fn price_of(variant: &Variant, today: &Date) -> Option<String> {
    amount_of(variant, today).map(|amount| amount.to_string())
}

fn amount_of(variant: &Variant, today: &Date) -> Option<Centimes> {
    price::price(&variant.offers, List::Retail, 1, today).filter(|_| !variant.is_past(today))
}

/// What a kilogram, a litre or a piece of it costs.
fn compared(variant: &Variant, today: &Date) -> Option<Value> {
    let (amount, unit) = variant.measure.as_ref()?.compared(amount_of(variant, today)?)?;
    Some(json!({ "amount": amount.to_string(), "unit": unit }))
}

/// Whether there is some in the month of a day.
pub(crate) fn in_season(months: &[u32], today: &Date) -> bool {
    let month = today.as_str().get(5..7).and_then(|month| month.parse::<u32>().ok()).unwrap_or_default();
    months.is_empty() || months.contains(&month)
}

/// The basket that the address or the form carries.
pub(crate) fn basket_of(request: &Request) -> Basket {
    Basket::read(request.form("basket").or_else(|| request.query("basket")).unwrap_or_default())
}

pub(crate) fn pieces(basket: &Basket) -> u32 {
    basket.lines().iter().map(|line| line.quantity).sum()
}
