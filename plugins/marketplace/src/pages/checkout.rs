//! The purchase: who, where to, how it is paid; then one order with a part for each cooperative.
//!
//! The form carries the total that the buyer saw. Prices, delivery and stock are looked at again when it is sent: when the total is another
//! one by then, nothing is placed, and the page shows the new one to be agreed to. Once it is placed, an order keeps its prices.
//!
//! The form also carries the key of the order that it will become. Sent once more, it leads to that order: whoever presses twice, or goes
//! back and presses again, has ordered once.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Answer, Entry, Error, Find, Form, Request, Store, context, places, secrets};

use super::basket::{Priced, priced};
use super::market::{basket_of, pieces};
use crate::basket::by_seller;
use crate::delivery::{NotSent, Quote, Tariff, Way};
use crate::kinds::{Attempt, Order, Share, Shelf, Shop};
use crate::money::Centimes;
use crate::order::{self, Line, Part, State};
use crate::payment::Method;
use crate::payment::card;
use crate::{random, today};

/// Tries to find a number that no order has.
const NUMBERS_MAX: usize = 4;

#[derive(Debug, Form)]
struct Purchase {
    #[field(min_length = 2, max_length = 200)]
    name: String,
    #[field(min_length = 5, max_length = 40)]
    phone: String,
    #[field(max_length = 500)]
    address: Option<String>,
    #[field(max_length = 6)]
    province: String,
    #[field(max_length = 20)]
    way: String,
    #[field(max_length = 20)]
    method: String,
    seen: i64,
    /// The key of the order's address; a form without one is an order each time.
    #[field(max_length = 32)]
    key: Option<String>,
}

/// What one seller delivers, and what that costs.
struct Planned {
    cooperative: String,
    part: Part,
    days: u32,
    carrier: Option<String>,
}

/// What the job writes of a recipient.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Addressed {
    pub(crate) shares: Vec<(String, String)>,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) address: String,
    pub(crate) place: String,
}

/// `GET /checkout`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    page(request, &Filled::empty().with("way", "sent").with("method", Method::OnDelivery.name()), None, None)
}

/// `POST /checkout`
pub(crate) fn place(request: &Request) -> Result<Answer, Error> {
    let purchase = match request.read_form::<Purchase>() {
        Ok(purchase) => purchase,
        Err(filled) => return Ok(page(request, &filled, None, None)?.with_status(422)),
    };
    if let Some(key) = purchase.key.as_deref().filter(|key| random::is_key(key))
        && Store::first(&Find::new().equal(Order::KEY, random::hash(key)))?.is_some()
    {
        return Ok(Answer::redirect(format!("/orders/{key}")));
    }
    let filled = Filled::of(request);
    let faults = faults(&purchase, filled)?;
    if !faults.is_good() {
        return Ok(page(request, &faults, None, None)?.with_status(422));
    }
    let (lines, gone) = priced(&basket_of(request))?;
    if lines.is_empty() || gone > 0 {
        return Ok(page(request, &faults, None, Some(json!({ "code": "gone" })))?.with_status(409));
    }
    if let Some(short) = lines.iter().find(|line| line.free < line.line.quantity) {
        let told = json!({ "code": "short", "title": short.title(request.page_language()), "free": short.free });
        return Ok(page(request, &faults, None, Some(told))?.with_status(409));
    }
    let way = if purchase.way == "sent" { Way::Sent } else { Way::Collected };
    let planned = match plan(request, &lines, way, &purchase.province)? {
        Ok(planned) => planned,
        Err(refused) => return Ok(page(request, &faults, None, Some(refused))?.with_status(422)),
    };
    let total = Centimes::sum(planned.iter().filter_map(|planned| planned.part.total()))
        .filter(|total| *total <= crate::money::AMOUNT_MAX)
        .ok_or_else(|| Error::invalid("the order is too large"))?;
    if let Err(now) = order::agreed(Centimes(purchase.seen), total) {
        return Ok(page(request, &faults, Some((now, &planned)), None)?.with_status(409));
    }
    let method = Method::named(&purchase.method).unwrap_or(Method::OnDelivery);
    let key = write(planned, total, method, &purchase)?;
    Ok(Answer::redirect(format!("/orders/{key}")))
}

/// What only the plugin knows to be wrong.
fn faults(purchase: &Purchase, mut filled: Filled) -> Result<Filled, Error> {
    if !places::is_province(&purchase.province) {
        filled = filled.refuse("province", "enum");
    }
    if !["sent", "collected"].contains(&purchase.way.as_str()) {
        filled = filled.refuse("way", "enum");
    }
    if purchase.way == "sent" && purchase.address.is_none() {
        filled = filled.refuse("address", "required");
    }
    if Method::named(&purchase.method).is_none_or(|method| method == Method::Card && !has_cards().unwrap_or(false)) {
        filled = filled.refuse("method", "enum");
    }
    Ok(filled)
}

/// Whether the operator has set up a card gateway.
fn has_cards() -> Result<bool, Error> {
    let gateway: String = tiwizi_sdk::config::get("card_gateway")?;
    Ok(!gateway.is_empty() && secrets::is_set("card-key")?)
}

/// The parts of the order, one for each seller; or why it cannot be sent.
fn plan(request: &Request, lines: &[Priced], way: Way, place: &str) -> Result<Result<Vec<Planned>, Value>, Error> {
    let (vat, commission, tariff) = (today::vat()?, today::commission()?, today::tariff()?);
    let commission_vat = vat.rate(&commission.vat_class).unwrap_or_default();
    let language = request.page_language();
    let mut planned = Vec::new();
    for (cooperative, lines) in by_seller(lines, |line| line.product.cooperative.clone()) {
        let Some(shop) = Shop::of(&cooperative)?.map(|entry| entry.body).filter(|shop| shop.open) else {
            return Ok(Err(json!({ "code": "closed" })));
        };
        let grams = lines.iter().map(|line| {
            let variant = line.product.variants.get(line.variant).map_or(0, |variant| variant.grams);
            u64::from(variant) * u64::from(line.line.quantity)
        });
        let (delivery, days) = match way {
            Way::Collected => (Centimes::ZERO, 0),
            Way::Sent => match quote(&tariff, &shop, place, grams.sum()) {
                Ok(quote) => (quote.amount, quote.days),
                Err(NotSent::TooHeavy { grams_max }) => {
                    return Ok(Err(json!({ "code": "too-heavy", "kilos": grams_max / 1_000 })));
                }
                Err(NotSent::NoPrice) => return Ok(Err(json!({ "code": "not-sent" }))),
                Err(NotSent::NotThere) => {
                    return Ok(Err(json!({ "code": "not-there", "title": shop.name.best(language) })));
                }
            },
        };
        let lines = lines.iter().map(|line| Line {
            product: line.line.product.clone(),
            variant: line.line.variant.clone(),
            title: line.title(language),
            quantity: line.line.quantity,
            price: line.price,
            vat: vat.rate(&line.product.vat_class).unwrap_or_default(),
            nature: line.product.nature,
            batch: line.product.variants.get(line.variant).and_then(|variant| variant.batch.clone()),
        });
        let part = Part {
            state: State::Awaiting,
            lines: lines.collect(),
            way,
            delivery,
            commission: commission.rate,
            commission_vat,
            delivered_at: None,
            returned: Vec::new(),
        };
        let carrier = tariff.carrier(&shop.province, place).filter(|_| way == Way::Sent).map(ToOwned::to_owned);
        planned.push(Planned { cooperative, part, days, carrier });
    }
    Ok(Ok(planned))
}

/// What a parcel of a shop costs, if the shop sends there.
fn quote(tariff: &Tariff, shop: &Shop, place: &str, grams: u64) -> Result<Quote, NotSent> {
    match &shop.zones {
        Some(zones) => tariff.quote_within(zones, &shop.province, place, grams),
        None => tariff.quote(&shop.province, place, grams),
    }
}

/// Writes the order, its parts, what is kept for it, and what comes later. Answers the key of its address.
fn write(planned: Vec<Planned>, total: Centimes, method: Method, purchase: &Purchase) -> Result<String, Error> {
    let carried = purchase.key.clone().filter(|key| random::is_key(key));
    let (key, number, now) = (carried.map_or_else(random::key, Ok)?, free_number()?, context::now());
    let until = now + method.kept_ms();
    for line in planned.iter().flat_map(|planned| &planned.part.lines) {
        keep(line, number, now, until + method.asked_ms())?;
    }
    let order = Store::create(&Order {
        number,
        key: random::hash(&key),
        person: context::caller().person,
        method,
        placed_at: now,
        until,
        total,
        received: Centimes::ZERO,
        repaid: Centimes::ZERO,
        waiting: true,
    })?;
    let mut shares = Vec::new();
    for Planned { cooperative, part, carrier, .. } in planned {
        let share = Store::create(&Share {
            order: order.id.clone(),
            number,
            cooperative: cooperative.clone(),
            state: part.state.name().to_owned(),
            placed_at: now,
            part,
            asks: Vec::new(),
            booked: 0,
            carrier,
        })?;
        shares.push((share.id, cooperative));
    }
    if method == Method::Card {
        Store::create(&Attempt { order: order.id.clone(), attempt: card::Attempt::of(total), doubt: false })?;
    }
    Later::new("lapse").at(until + 60_000).once(&order.id).enqueue(&json!({ "order": order.id }))?;
    Later::new("address").enqueue(&Addressed {
        shares,
        name: purchase.name.clone(),
        phone: purchase.phone.clone(),
        address: purchase.address.clone().unwrap_or_default(),
        place: purchase.province.clone(),
    })?;
    Ok(key)
}

/// Keeps the goods of a line for the order of that number.
fn keep(line: &Line, number: u64, now: u64, until: u64) -> Result<(), Error> {
    let short = || Error::new(409, "short", "somebody else was faster: there are not enough pieces left");
    let mut shelf = Shelf::of(&line.product, &line.variant)?.ok_or_else(short)?;
    shelf.body.stock.hold(&number.to_string(), line.quantity, now, until).map_err(|_| short())?;
    Store::replace(&shelf).map(|_| ())
}

fn free_number() -> Result<u64, Error> {
    for _ in 0..NUMBERS_MAX {
        let number = random::number()?;
        let taken: Option<Entry<Order>> = Store::first(&Find::new().equal(Order::NUMBER, number))?;
        if taken.is_none() {
            return Ok(number);
        }
    }
    Err(Error::internal("no number is free"))
}

fn page(
    request: &Request,
    filled: &Filled,
    changed: Option<(Centimes, &[Planned])>,
    refused: Option<Value>,
) -> Result<Answer, Error> {
    let (basket, language) = (basket_of(request), request.page_language());
    let (lines, _) = priced(&basket)?;
    let goods = Centimes::sum(lines.iter().filter_map(|line| line.price.times(line.line.quantity)));
    let seen = changed.as_ref().map(|(now, _)| *now).or(goods).unwrap_or_default();
    let parts = changed.as_ref().map(|(_, planned)| {
        let view = |planned: &Planned| {
            json!({ "delivery": planned.part.delivery.to_string(), "days": planned.days, "total": planned.part.total().map(|total| total.to_string()) })
        };
        planned.iter().map(view).collect::<Vec<_>>()
    });
    let methods: Vec<&str> = Method::ALL.into_iter().map(Method::name).collect();
    let cards = has_cards()?;
    let data = json!({
        "form": filled,
        "lines": lines.iter().map(|line| line.view(language)).collect::<Vec<_>>(),
        "goods": goods.map(|goods| goods.to_string()),
        "changed": changed.is_some(),
        "total": seen.to_string(),
        "seen": seen.0,
        "parts": parts,
        "refused": refused,
        "provinces": places::provinces(language),
        "methods": methods.into_iter().filter(|method| cards || *method != Method::Card.name()).collect::<Vec<_>>(),
        "key": filled.value("key").filter(|key| random::is_key(key)).map_or_else(random::key, |key| Ok(key.to_owned()))?,
        "basket": basket.to_string(),
        "pieces": pieces(&basket),
        "example": lines.iter().any(|line| line.product.example),
    });
    Answer::page("checkout", "", &data)
}
