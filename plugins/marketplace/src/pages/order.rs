//! An order, by its secret address: what it is, how it is paid, what became of each part, and sending things back.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Request, Store, context};

use crate::basket;
use crate::day::Day;
use crate::kinds::{Ask, Attempt, Order, Share, Shop};
use crate::money::Centimes;
use crate::order::{Event, NotReturned, Part, Reason, State};
use crate::payment::{Method, card, reference};
use crate::{qr, random, today, trade};

/// Orders of a page.
const ORDERS_MAX: u32 = 30;

/// `GET /orders/{key}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let order = by_key(request)?;
    page(request, &order, None)
}

/// `GET /orders`: those that the caller placed while they were signed in.
pub(crate) fn list(request: &Request) -> Result<Answer, Error> {
    let person = context::caller().person.ok_or_else(Error::sign_in)?;
    let own = Find::new().equal(Order::PERSON, person.as_str()).sort_descending(Order::PLACED_AT).limit(ORDERS_MAX);
    let page = Store::list(&own.after(request.query("after").filter(|after| !after.is_empty())))?;
    let view = |order: &Entry<Order>| {
        let body = &order.body;
        json!({
            "id": order.id, "number": body.number, "placed_at": body.placed_at, "total": body.total.to_string(),
            "paid": !body.waiting && body.received >= body.total,
        })
    };
    let orders: Vec<Value> = page.items.iter().map(view).collect();
    Answer::page("orders", "", &json!({ "orders": orders, "next": page.next }))
}

/// `POST /orders/{key}/return`
pub(crate) fn send_back(request: &Request) -> Result<Answer, Error> {
    let order = by_key(request)?;
    let mut share = share_of(request, &order)?;
    match ask(request, &mut share.body)? {
        Ok(()) => {
            Store::replace(&share)?;
            Ok(Answer::redirect(format!("/orders/{}", request.parameter("key"))))
        }
        Err(refused) => Ok(page(request, &order, Some(refused))?.with_status(422)),
    }
}

/// `POST /orders/{key}/cancel`
pub(crate) fn cancel(request: &Request) -> Result<Answer, Error> {
    let order = by_key(request)?;
    let mut share = share_of(request, &order)?;
    if share.body.part.state.after(Event::Cancel).is_err() {
        return Ok(page(request, &order, Some(json!({ "code": "state" })))?.with_status(409));
    }
    trade::act(&mut share, Event::Cancel)?;
    Ok(Answer::redirect(format!("/orders/{}", request.parameter("key"))))
}

/// Notes what the buyer wants to send back, or says why they cannot.
fn ask(request: &Request, share: &mut Share) -> Result<Result<(), Value>, Error> {
    let wrong = |code: &str| Ok(Err(json!({ "code": code })));
    let Some(line) = request.form("line").and_then(|line| line.parse::<u32>().ok()) else { return wrong("no-line") };
    let Ok(quantity) = basket::quantity(request.form("quantity").unwrap_or_default()) else { return wrong("quantity") };
    let reason = if request.form("reason") == Some("fault") { Reason::Fault } else { Reason::Withdrawal };
    let asked: u32 = share.asks.iter().filter(|ask| ask.line == line).map(|ask| ask.quantity).sum();
    let terms = today::sales()?;
    match share.part.may_return(&terms, line, quantity.saturating_add(asked), reason, today::day()) {
        Ok(()) => {}
        Err(NotReturned::Quantity { left }) => {
            return Ok(Err(json!({ "code": "left", "left": left.saturating_sub(asked) })));
        }
        Err(NotReturned::TooLate { last }) => return Ok(Err(json!({ "code": "too-late", "last": last.date() }))),
        Err(NotReturned::Nature) => return wrong("nature"),
        Err(NotReturned::NotDelivered) => return wrong("not-delivered"),
        Err(NotReturned::NoLine | NotReturned::TooOften) => return wrong("no-line"),
    }
    share.asks.push(Ask { line, quantity, reason, at: context::now() });
    Ok(Ok(()))
}

fn page(request: &Request, order: &Entry<Order>, refused: Option<Value>) -> Result<Answer, Error> {
    let shares = Share::of_order(&order.id)?;
    let mut parts = Vec::new();
    for share in &shares {
        parts.push(part_view(request, share)?);
    }
    let body = &order.body;
    let due = due(body, &shares);
    let data = json!({
        "order": {
            "key": request.parameter("key"),
            "number": body.number,
            "reference": reference::of(body.number),
            "method": body.method,
            "total": body.total.to_string(),
            "due": (due > Centimes::ZERO).then(|| due.to_string()),
            "until": body.until,
            "paid": !body.waiting && body.received >= body.total,
            // The gateway told nothing in time: it is asked, and at last the order lapses.
            "asking": body.method == Method::Card && body.waiting && context::now() >= body.until,
            "lapsed_card": body.method == Method::Card && shares.iter().all(|share| share.body.part.state == State::Lapsed),
        },
        "card": if due > Centimes::ZERO { card_address(request, order)? } else { None },
        "parts": parts,
        "refused": refused,
        "terms": terms()?,
    });
    Answer::page("order", "", &data)
}

/// What is still to be paid; at the door, for those parts that are still to come.
fn due(order: &Order, shares: &[Entry<Share>]) -> Centimes {
    use State::{Awaiting, Confirmed, Preparing, Sent};
    if !order.waiting {
        return Centimes::ZERO;
    }
    let open = shares.iter().map(|share| &share.body.part);
    let open = open.filter(|part| matches!(part.state, Awaiting | Confirmed | Preparing | Sent));
    let open = Centimes::sum(open.filter_map(Part::total)).unwrap_or(order.total);
    open.min(Centimes(order.total.0.saturating_sub(order.received.0)))
}

fn part_view(request: &Request, share: &Entry<Share>) -> Result<Value, Error> {
    let part = &share.body.part;
    let shop = Shop::of(&share.body.cooperative)?.map(|entry| entry.body);
    let lines: Vec<Value> = (0..)
        .zip(&part.lines)
        .map(|(place, line)| {
            let asked: u32 = share.body.asks.iter().filter(|ask| ask.line == place).map(|ask| ask.quantity).sum();
            json!({
                "place": place, "title": line.title, "quantity": line.quantity, "price": line.price.to_string(),
                "amount": line.amount().map(|amount| amount.to_string()), "left": part.left(place) - asked.min(part.left(place)),
                "asked": asked, "returned": line.quantity - part.left(place), "batch": line.batch,
            })
        })
        .collect();
    let delivered = part.delivered_at.map(Day::of);
    let last = delivered.map(|day| today::sales().map(|terms| day.plus(terms.withdrawal_days).date())).transpose()?;
    Ok(json!({
        "id": share.id,
        "state": part.state,
        "way": part.way,
        "shop": shop.map(|shop| json!({
            "name": shop.name.best(request.page_language()), "phone": shop.phone, "address": shop.address,
            "cooperative": shop.cooperative,
        })),
        "lines": lines,
        "delivery": part.delivery.to_string(),
        "total": part.total().map(|total| total.to_string()),
        "back": (part.money_back() > Centimes::ZERO).then(|| part.money_back().to_string()),
        "can_cancel": part.state.after(Event::Cancel).is_ok(),
        "can_return": matches!(part.state, State::Delivered | State::Closed),
        "withdraw_until": last.flatten(),
    }))
}

/// The terms of the law, as pages show them.
pub(crate) fn terms() -> Result<Value, Error> {
    let terms = today::sales()?;
    Ok(json!({ "withdrawal": terms.withdrawal_days, "refund": terms.refund_days, "delivery": terms.delivery_days,
        "verify": crate::law::sales()?.verify }))
}

/// The address of the gateway's page for an order that waits for a card.
fn card_address(request: &Request, order: &Entry<Order>) -> Result<Option<String>, Error> {
    if order.body.method != Method::Card || context::now() >= order.body.until {
        return Ok(None);
    }
    // A part that was given up leaves an attempt behind that asks for too much.
    let attempts = Store::list(&Find::new().equal(Attempt::ORDER, order.id.as_str()).limit(100))?.items;
    let asks = |entry: &Entry<Attempt>| entry.body.attempt.amount == order.body.total;
    let Some(attempt) = attempts.into_iter().find(asks) else { return Ok(None) };
    let (gateway, merchant): (String, String) =
        (tiwizi_sdk::config::get("card_gateway")?, tiwizi_sdk::config::get("card_merchant")?);
    let back = qr::address(&format!("/orders/{}", request.parameter("key")))?;
    let (Some(back), Some(tell)) = (back, super::card::told_address()?) else { return Ok(None) };
    let ask = card::Ask {
        merchant: &merchant,
        attempt: &attempt.id,
        amount: attempt.body.attempt.amount,
        language: &request.language,
        back: &back,
        tell: &tell,
    };
    let key = tiwizi_sdk::secrets::reveal("card-key")?;
    Ok(Some(ask.address(&gateway, key.expose().as_bytes())))
}

/// The order whose address this is.
fn by_key(request: &Request) -> Result<Entry<Order>, Error> {
    let key = request.parameter("key");
    // Whoever placed it signed in also finds it by its id, among their own.
    if key.contains('-')
        && let Some(order) = Store::<Order>::get(key)?
        && order.body.person.is_some()
        && order.body.person == context::caller().person
    {
        return Ok(order);
    }
    let hash = random::hash(key);
    Store::first(&Find::new().equal(Order::KEY, hash))?.ok_or_else(|| Error::not_found("there is no such order"))
}

fn share_of(request: &Request, order: &Entry<Order>) -> Result<Entry<Share>, Error> {
    Store::<Share>::get(request.form("part").unwrap_or_default())?
        .filter(|share| share.body.order == order.id)
        .ok_or_else(|| Error::not_found("the order has no such part"))
}
