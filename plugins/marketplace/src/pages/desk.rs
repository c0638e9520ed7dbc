//! The desk of a cooperative: opening its shop, its products and stock, its orders and what comes back.
//!
//! Who acts for a cooperative only the kernel knows. It is asked by a record that nobody but the cooperative's own people can read, with a
//! field that it shows to those who act for it.

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::registry::{self, Cooperative};
use tiwizi_sdk::{Answer, Entry, Error, Find, Form, Language, Request, Store, Texts, context};

use super::market::CATEGORIES;
use crate::basket;
use crate::kinds::{Contact, Desk, Product, Recipient, Share, Shelf, Shop, Variant, nature};
use crate::label;
use crate::money::{Centimes, plain};
use crate::order::Event;
use crate::payment::reference;
use crate::payout::Claim;
use crate::price::Offer;
use crate::settled::{self, Due, Payout, PayoutState, Tally};
use crate::stock::{PIECES_MAX, Refused, Stock};
use crate::{listing, path, today, trade, wares, words};

/// The milestone of a shop that opens.
const SHOP_OPENED: &str = "shop-opened";
/// Parts that the desk shows.
const PARTS_MAX: u32 = 30;
/// Sales that wait for their money which the desk shows.
const WAITING_MAX: u32 = 20;
/// Products that the desk shows.
const PRODUCTS_MAX: u32 = 30;

#[derive(Debug, Form)]
struct NewShop {
    #[field(max_length = 120)]
    court: String,
    #[field(max_length = 60)]
    number: String,
    #[field(min_length = 2, max_length = 2_000)]
    about: String,
    #[field(min_length = 5, max_length = 300)]
    address: String,
    #[field(min_length = 5, max_length = 40)]
    phone: String,
    #[field(max_length = 200)]
    email: Option<String>,
}

#[derive(Debug, Form)]
struct NewProduct {
    #[field(min_length = 2, max_length = 48)]
    code: String,
    #[field(min_length = 2, max_length = 200)]
    title_ar: String,
    #[field(min_length = 2, max_length = 200)]
    title_fr: String,
    #[field(max_length = 2_000)]
    about: Option<String>,
    #[field(max_length = 48)]
    category: String,
    #[field(max_length = 32)]
    vat_class: String,
    #[field(max_length = 32)]
    nature: String,
    #[field(max_length = 48)]
    label: String,
    #[field(max_length = 60)]
    certificate: Option<String>,
    #[field(min_length = 1, max_length = 100)]
    size: String,
    #[field(max_length = 8)]
    grams: String,
    #[field(max_length = 20)]
    price: String,
    #[field(max_length = 8)]
    pieces: String,
}

/// What is read of a cooperative of the register.
#[derive(Debug, Deserialize)]
struct Registered {
    name_fr: Option<String>,
    name_ar: Option<String>,
    province: Option<String>,
    status: Option<String>,
}

/// `GET /desk?cooperative=…`: the desks of the caller, and the form of a shop for a cooperative that they act for.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    signed_in()?;
    list_page(request, &Filled::empty(), None)
}

/// The cooperatives that the caller acts for and that have no shop; the one that is asked for, or the only one, is the chosen.
fn without_shop(request: &Request) -> Result<(Vec<Value>, Option<Value>), Error> {
    let mut found = Vec::new();
    for (id, acting) in path::acting()? {
        if Shop::of(&id)?.is_none() {
            let name = acting.name(request.page_language());
            found.push(json!({ "id": id, "name": name, "court": acting.court, "number": acting.number }));
        }
    }
    let asked = request.query("cooperative");
    let only = found.len() == 1;
    let chosen =
        found.iter().find(|one| only || asked.is_some() && one.get("id").and_then(Value::as_str) == asked).cloned();
    Ok((found, chosen))
}

fn list_page(request: &Request, form: &Filled, refused: Option<&str>) -> Result<Answer, Error> {
    let mut desks = Vec::new();
    for desk in Store::list(&Find::<Desk>::new().limit(20))?.items {
        if let Some(shop) = Shop::of(&desk.body.cooperative)? {
            let name = shop.body.name.best(request.page_language());
            desks.push(json!({ "cooperative": desk.body.cooperative, "name": name }));
        }
    }
    let staff = super::money::is_staff();
    let (own, chosen) = without_shop(request)?;
    let data =
        json!({ "desks": desks, "form": form, "refused": refused, "staff": staff, "own": own, "chosen": chosen });
    Answer::page("desks", "", &data)
}

/// `POST /desk`: opens the shop of a cooperative.
pub(crate) fn open(request: &Request) -> Result<Answer, Error> {
    signed_in()?;
    let new = match request.read_form::<NewShop>() {
        Ok(new) => new,
        Err(filled) => return Ok(list_page(request, &filled, None)?.with_status(422)),
    };
    let filled = Filled::of(request);
    let find =
        Find::new().equal(Cooperative::COURT, new.court.as_str()).equal(Cooperative::NUMBER, new.number.as_str());
    let found = registry::cooperatives::<Registered>(&find)?.items.into_iter().next();
    let Some(entry) = found.filter(|entry| entry.body.status.as_deref() == Some("registered")) else {
        return Ok(list_page(request, &filled, Some("no-cooperative"))?.with_status(422));
    };
    if Shop::of(&entry.id)?.is_some() {
        return Ok(list_page(request, &filled, Some("shop-there"))?.with_status(409));
    }
    // The kernel lets this pass for those alone who act for the cooperative.
    Store::create(&Desk { cooperative: entry.id.clone(), acts: Some(true) })?;
    let mut name = Texts::new();
    for (language, text) in [(Language::French, &entry.body.name_fr), (Language::Arabic, &entry.body.name_ar)] {
        if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
            name.insert(language, text.clone());
        }
    }
    let shop = Store::create(&Shop {
        cooperative: entry.id.clone(),
        name,
        about: Texts::from([(request.page_language(), new.about.as_str())]),
        province: entry.body.province.unwrap_or_default(),
        registration: format!("{} ({})", new.number, new.court),
        address: new.address,
        phone: new.phone,
        email: new.email.unwrap_or_default(),
        open: true,
        example: false,
        hours: None,
        zones: None,
        pictures: Vec::new(),
    })?;
    if let Some(person) = context::caller().person {
        Store::create(&Contact { cooperative: entry.id.clone(), person })?;
    }
    path::reached::<Shop>(&entry.id, SHOP_OPENED, &shop.id)?;
    Ok(to_desk(&entry.id))
}

/// `GET /desk/{cooperative}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    page(request, &cooperative, &Filled::empty(), None)
}

/// `POST /desk/{cooperative}/parts`: what the seller does to a part.
pub(crate) fn step(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let mut share = share_of(request, &cooperative)?;
    let event = match request.form("event").unwrap_or_default() {
        "confirm" => Event::Confirm,
        "prepare" => Event::Prepare,
        "send" => Event::Send,
        "deliver" => Event::Deliver,
        "cancel" => Event::Cancel,
        "refuse" => Event::Refuse,
        _ => return Err(Error::invalid("there is no such step").with("field", "event")),
    };
    if let Err(error) = trade::act(&mut share, event) {
        // A step that somebody else took in the meantime is told on the page; nothing of it was written.
        let told = error.details.get("reason").cloned().map(|code| json!({ "code": code }));
        let Some(told) = told else { return Err(error) };
        return Ok(page(request, &cooperative, &Filled::empty(), Some(told))?.with_status(409));
    }
    Ok(to_desk(&cooperative))
}

/// `POST /desk/{cooperative}/back`: pieces that a buyer sent back are here.
pub(crate) fn back(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let mut share = share_of(request, &cooperative)?;
    // What was asked for is counted from the first: by the same form once more, the next of it would be back too.
    if request.form("version").is_some() && !wares::is_seen(request, share.version) {
        return Ok(to_desk(&cooperative));
    }
    let ask = request.form("ask").and_then(|ask| ask.parse().ok()).ok_or_else(|| Error::invalid("which"))?;
    trade::take_back(&mut share, ask)?;
    Ok(to_desk(&cooperative))
}

/// `POST /desk/{cooperative}/stock`: what was counted in the store.
pub(crate) fn count(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let (product, variant) = (request.form_required("product")?, request.form_required("variant")?);
    let mut shelf = Shelf::of(product, variant)?
        .filter(|shelf| shelf.body.cooperative == cooperative)
        .ok_or_else(|| Error::not_found("there is no such product"))?;
    let Some(there) = whole(request.form("there").unwrap_or_default(), PIECES_MAX) else {
        return Ok(page(request, &cooperative, &Filled::empty(), Some(json!({ "code": "quantity" })))?.with_status(422));
    };
    if let Err(refused) = shelf.body.stock.count(there, context::now()) {
        let kept = if let Refused::Short { free } = refused { free } else { PIECES_MAX };
        let told = json!({ "code": "kept", "kept": kept });
        return Ok(page(request, &cooperative, &Filled::empty(), Some(told))?.with_status(409));
    }
    Store::replace(&shelf)?;
    Ok(to_desk(&cooperative))
}

/// `POST /desk/{cooperative}/products`: a product more, with one variant.
pub(crate) fn add(request: &Request) -> Result<Answer, Error> {
    let cooperative = acting(request)?;
    let new = match request.read_form::<NewProduct>() {
        Ok(new) => new,
        Err(filled) => return Ok(page(request, &cooperative, &filled, None)?.with_status(422)),
    };
    let shop = Shop::of(&cooperative)?.ok_or_else(|| Error::not_found("the cooperative has no shop"))?.body;
    let mut filled = Filled::of(request);
    let price = match Centimes::read(&new.price) {
        Ok(Centimes(0)) => Err("too-small"),
        Ok(price) => Ok(price),
        Err(wrong) => Err(wrong.code()),
    };
    for (name, wrong) in [
        ("price", price.err()),
        ("grams", whole(&new.grams, 1_000_000).filter(|grams| *grams > 0).is_none().then_some("type")),
        ("pieces", whole(&new.pieces, PIECES_MAX).is_none().then_some("type")),
        ("code", (!basket::is_code(&new.code) || new.code.starts_with('-')).then_some("pattern")),
        ("category", (!CATEGORIES.contains(&new.category.as_str())).then_some("enum")),
        ("vat_class", today::vat()?.rate(&new.vat_class).is_none().then_some("enum")),
        ("nature", nature(&new.nature).is_none().then_some("enum")),
        ("label", (new.label != label::NONE && label::find(&new.label)?.is_none()).then_some("enum")),
    ] {
        filled = wrong.map_or(filled.clone(), |code| filled.refuse(name, code));
    }
    let taken = Store::first(&Find::new().equal(Product::CODE, new.code.as_str()))?.is_some();
    if taken {
        filled = filled.refuse("code", "duplicate");
    }
    if !filled.is_good() {
        return Ok(page(request, &cooperative, &filled, None)?.with_status(422));
    }
    write_product(request, &shop, new, price.unwrap_or_default())?;
    Ok(to_desk(&cooperative))
}

fn write_product(request: &Request, shop: &Shop, new: NewProduct, price: Centimes) -> Result<(), Error> {
    let title = Texts::from([(Language::Arabic, new.title_ar.as_str()), (Language::French, new.title_fr.as_str())]);
    let about = new.about.unwrap_or_else(|| new.title_fr.clone());
    let variant = Variant {
        code: "one".to_owned(),
        title: Texts::from([(request.page_language(), new.size.as_str())]),
        grams: whole(&new.grams, 1_000_000).unwrap_or(1),
        offers: vec![Offer::retail(price)],
        batch: None,
        made: None,
        best_before: None,
        measure: None,
    };
    let product = Store::create(&Product {
        code: new.code.clone(),
        cooperative: shop.cooperative.clone(),
        words: words::of(&[&title]),
        title,
        about: Texts::from([(request.page_language(), about.as_str())]),
        category: new.category,
        province: shop.province.clone(),
        vat_class: new.vat_class,
        nature: nature(&new.nature).unwrap_or(crate::order::Nature::Ordinary),
        months: Vec::new(),
        variants: vec![variant],
        label: new.label,
        certificate: new.certificate,
        shown: true,
        example: false,
        pictures: Vec::new(),
        away: false,
    })?;
    listing::bring(&product.id, Some(&product.body))?;
    let stock = Stock::of(whole(&new.pieces, PIECES_MAX).unwrap_or_default());
    Store::create(&Shelf {
        cooperative: shop.cooperative.clone(),
        product: new.code,
        variant: "one".to_owned(),
        stock,
    })?;
    Ok(())
}

fn page(request: &Request, cooperative: &str, form: &Filled, refused: Option<Value>) -> Result<Answer, Error> {
    let language = request.page_language();
    let shop = Shop::of(cooperative)?.ok_or_else(|| Error::not_found("the cooperative has no shop"))?.body;
    let newest = Find::new().equal(Share::COOPERATIVE, cooperative).sort_descending(Share::PLACED_AT).limit(PARTS_MAX);
    let mut parts = Vec::new();
    for share in Store::list(&newest)?.items {
        parts.push(part_view(&share)?);
    }
    let mut products = Vec::new();
    for entry in Store::list(&Find::new().equal(Product::COOPERATIVE, cooperative).limit(PRODUCTS_MAX))?.items {
        let shelves = Shelf::of_product(&entry.body.code)?;
        for variant in &entry.body.variants {
            let shelf = shelves.iter().find(|shelf| shelf.body.variant == variant.code);
            let stock = shelf.map(|shelf| shelf.body.stock.clone()).unwrap_or_default();
            products.push(json!({
                "code": entry.body.code, "variant": variant.code, "title": entry.body.title.best(language),
                "size": variant.title.best(language), "there": stock.there, "free": stock.free(context::now()),
            }));
        }
    }
    let payouts =
        Store::list(&Find::new().equal(Payout::COOPERATIVE, cooperative).sort_descending(Payout::AT).limit(12))?;
    // One that was given up tells a seller nothing: its lines come with another one.
    let mut payouts = payouts.items;
    payouts.retain(|payout| payout.body.state != PayoutState::Dropped);
    let tally = Tally::of(cooperative)?;
    let waiting = Due::waiting(cooperative, WAITING_MAX)?;
    let data = json!({
        "shop": { "cooperative": cooperative, "name": shop.name.best(language) },
        "parts": parts,
        "products": products,
        "payouts": payouts.iter().map(super::payouts::view).collect::<Vec<_>>(),
        "tally": tally.map(|tally| json!({
            "due": tally.body.due().to_string(), "paid": tally.body.paid.to_string(), "sales": tally.body.sales.to_string(),
        })),
        "waits": settled::rule_waits()?,
        "waiting": waiting.iter().map(|due| json!({
            "order": reference::of(due.body.number), "amount": due.body.claim().amount().to_string(),
        })).collect::<Vec<_>>(),
        "form": form,
        "refused": refused,
        "categories": CATEGORIES,
        "labels": super::labels::choices(language)?,
        "vat_classes": today::vat()?.classes().collect::<Vec<_>>(),
    });
    Answer::page("desk", shop.name.best(language), &data)
}

fn part_view(share: &Entry<Share>) -> Result<Value, Error> {
    let part = &share.body.part;
    let recipient = Store::first(&Find::new().equal(Recipient::SHARE, share.id.as_str()))?.map(|entry| entry.body);
    let method = trade::order_of(&share.body)?.body.method;
    let may = |event: Event| part.state.after(event).is_ok();
    let steps = [
        ("confirm", may(Event::Confirm) && method == crate::payment::Method::OnDelivery),
        ("prepare", may(Event::Prepare)),
        ("send", may(Event::Send)),
        ("deliver", may(Event::Deliver)),
        ("refuse", may(Event::Refuse)),
        ("cancel", may(Event::Cancel)),
    ];
    let claim = Claim::of_sold(part);
    Ok(json!({
        "id": share.id,
        "version": share.version,
        "number": share.body.number,
        "state": part.state,
        "placed_at": share.body.placed_at,
        "way": part.way,
        "method": method,
        "lines": part.lines.iter().map(|line| json!({ "title": line.title, "quantity": line.quantity })).collect::<Vec<_>>(),
        "total": part.total().map(|total| total.to_string()),
        "claim": part.state.is_sold().then(|| claim.amount().to_string()),
        "steps": steps.into_iter().filter(|(_, may)| *may).map(|(step, _)| step).collect::<Vec<_>>(),
        "asks": share.body.asks.iter().map(|ask| json!({
            "title": usize::try_from(ask.line).ok().and_then(|line| part.lines.get(line)).map(|line| &line.title),
            "quantity": ask.quantity, "reason": ask.reason,
        })).collect::<Vec<_>>(),
        "recipient": recipient.map(|to| json!({
            "name": to.name, "phone": to.phone, "address": to.address, "place": to.place,
        })),
    }))
}

/// The cooperative of the address, when the caller acts for it.
pub(super) fn acting(request: &Request) -> Result<String, Error> {
    signed_in()?;
    let cooperative = request.parameter("cooperative");
    if acts_for(cooperative)? {
        Ok(cooperative.to_owned())
    } else {
        Err(Error::denied("this is the desk of another cooperative"))
    }
}

/// Whether the caller acts for a cooperative that has a shop.
pub(super) fn acts_for(cooperative: &str) -> Result<bool, Error> {
    match Store::first(&Find::new().equal(Desk::COOPERATIVE, cooperative)) {
        Ok(desk) => Ok(desk.is_some_and(|desk: Entry<Desk>| desk.body.acts == Some(true))),
        // Whoever belongs to no cooperative may read no desk at all.
        Err(error) if error.is("denied") => Ok(false),
        Err(error) => Err(error),
    }
}

fn share_of(request: &Request, cooperative: &str) -> Result<Entry<Share>, Error> {
    Store::<Share>::get(request.form("part").unwrap_or_default())?
        .filter(|share| share.body.cooperative == cooperative)
        .ok_or_else(|| Error::not_found("there is no such order here"))
}

/// A whole number that somebody typed, in whatever digits.
pub(super) fn whole(text: &str, max: u32) -> Option<u32> {
    plain(text.trim()).parse().ok().filter(|number| *number <= max)
}

pub(super) fn signed_in() -> Result<(), Error> {
    if context::caller().is_signed_in() { Ok(()) } else { Err(Error::sign_in()) }
}

fn to_desk(cooperative: &str) -> Answer {
    Answer::redirect(format!("/desk/{cooperative}"))
}
