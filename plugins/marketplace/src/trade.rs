//! What happens to orders and their parts: money comes, terms end, sellers and buyers act. Each function reads the records, asks the rules
//! and writes what follows; the kernel keeps all of a call's writes together or none.

use serde_json::json;
use tiwizi_sdk::jobs::Later;
use tiwizi_sdk::{Entry, Error, Find, Store, context};

use crate::books;
use crate::cards;
use crate::day::DAY_MS;
use crate::kinds::{Attempt, Order, Share, Shelf};
use crate::ledger::Account;
use crate::money::Centimes;
use crate::order::{Event, Part, Reason, State};
use crate::payment::{Method, card};
use crate::payout::Claim;
use crate::{debts, held, holders, path, settled, today};

/// How long until a gateway that did not answer is asked again.
const ASKED_AGAIN_MS: u64 = 5 * 60 * 1_000;
/// The milestone of a seller's first sale.
const FIRST_SALE: &str = "first-sale";

/// Money came for an order. Answers whether it was new; the same proof again changes nothing.
///
/// When it is all that is due, the parts that wait for it are confirmed, if their goods are still there. What cannot be confirmed is given
/// up, and the money for it is the buyer's: it stands on their account until it is paid back.
pub(crate) fn money(order: &mut Entry<Order>, till: Account, amount: Centimes, proof: &str) -> Result<bool, Error> {
    if !books::received(&order.id, till, amount, proof)? {
        return Ok(false);
    }
    // An order whose term is over takes the money too: what is still there is confirmed, and the rest goes back.
    order.body.waiting |= order.body.received < order.body.total;
    order.body.received = order.body.received.plus(amount).ok_or_else(too_large)?;
    settle(order)?;
    debts::look(order)?;
    Ok(true)
}

/// Looks whether an order waits for nothing any more, confirms its parts then, and writes it.
fn settle(order: &mut Entry<Order>) -> Result<(), Error> {
    if order.body.waiting && order.body.received >= order.body.total {
        order.body.waiting = false;
        if order.body.method != Method::OnDelivery {
            for mut share in Share::of_order(&order.id)? {
                confirm(&mut share)?;
                Store::replace(&share)?;
            }
        }
    }
    *order = Store::replace(order)?;
    Ok(())
}

/// Confirms a part if its goods are still there, and gives it up otherwise. What does not wait is left as it is.
fn confirm(share: &mut Entry<Share>) -> Result<(), Error> {
    if !matches!(share.body.part.state, State::Awaiting | State::Lapsed) {
        return Ok(());
    }
    let event = if take_goods(&share.body)? { Event::Confirm } else { Event::Cancel };
    if share.body.part.state == State::Lapsed && event == Event::Cancel {
        return Ok(());
    }
    happen(&mut share.body, event)?;
    let told = json!({ "order": share.body.order, "state": share.body.state });
    Later::new("tell-buyer").once(format!("{}:{}", share.id, share.body.state)).enqueue(&told)?;
    if event == Event::Confirm { books::sale(&share.id, &share.body) } else { release_goods(&share.body) }
}

/// Whether all goods of a part could be taken out of the store; takes none when one is missing.
fn take_goods(share: &Share) -> Result<bool, Error> {
    let (now, key) = (context::now(), share.number.to_string());
    let mut shelves = Vec::new();
    for line in &share.part.lines {
        let Some(mut shelf) = Shelf::of(&line.product, &line.variant)? else { return Ok(false) };
        if shelf.body.stock.take(&key, line.quantity, now).is_err() {
            return Ok(false);
        }
        shelves.push(shelf);
    }
    for shelf in &shelves {
        Store::replace(shelf)?;
    }
    Ok(true)
}

/// Lets go of what is kept for a part.
fn release_goods(share: &Share) -> Result<(), Error> {
    for line in &share.part.lines {
        if let Some(mut shelf) = Shelf::of(&line.product, &line.variant)? {
            shelf.body.stock.release(&share.number.to_string());
            Store::replace(&shelf)?;
        }
    }
    Ok(())
}

/// Puts pieces of a line back into the store.
fn put_back(part: &Part, line: u32, pieces: u32) -> Result<(), Error> {
    let line = usize::try_from(line).ok().and_then(|line| part.lines.get(line));
    let Some(line) = line.filter(|_| pieces > 0) else { return Ok(()) };
    if let Some(mut shelf) = Shelf::of(&line.product, &line.variant)? {
        shelf.body.stock.add(pieces).map_err(|_| Error::invalid("the store is full"))?;
        Store::replace(&shelf)?;
    }
    Ok(())
}

/// What a seller, or the end of a term, does to a part.
pub(crate) fn act(share: &mut Entry<Share>, event: Event) -> Result<(), Error> {
    let before = share.body.part.state;
    match event {
        // At the door: the seller takes the order on, and the goods are the buyer's.
        Event::Confirm => {
            if !on_delivery(&share.body)? {
                return Err(Error::invalid("this part is confirmed by its money").with("reason", "not-paid"));
            }
            // Before the goods: a page that tells of the refusal keeps what its call wrote.
            happen(&mut share.body, event)?;
            if !take_goods(&share.body)? {
                return Err(Error::invalid("there are not enough goods").with("reason", "short"));
            }
            books::sale(&share.id, &share.body)?;
        }
        Event::Cancel | Event::Refuse | Event::Lapse => {
            happen(&mut share.body, event)?;
            if before.is_sold() {
                let reason = if event == Event::Refuse { Reason::Refused } else { Reason::Cancelled };
                for returned in share.body.part.give_all_back(reason, context::now()) {
                    put_back(&share.body.part, returned.line, returned.quantity)?;
                }
                books::returns(&share.id, &mut share.body)?;
            } else {
                release_goods(&share.body)?;
            }
        }
        Event::Prepare | Event::Send | Event::Deliver => happen(&mut share.body, event)?,
        Event::Close => {
            happen(&mut share.body, event)?;
            settled::note(&share.id, &share.body, Claim::default())?;
        }
    }
    *share = Store::replace(share)?;
    if matches!(event, Event::Confirm | Event::Send | Event::Deliver | Event::Cancel | Event::Refuse | Event::Lapse) {
        let told = json!({ "order": share.body.order, "state": share.body.state });
        Later::new("tell-buyer").once(format!("{}:{}", share.id, share.body.state)).enqueue(&told)?;
    }
    if event == Event::Cancel && !before.is_sold() {
        // What is given up before it was paid is not to be paid any more.
        let mut order = order_of(&share.body)?;
        let total = share.body.part.total().and_then(|part| order.body.total.minus(part));
        order.body.total = total.ok_or_else(too_large)?;
        settle(&mut order)?;
        if order.body.method == Method::Card && order.body.waiting {
            // The gateway is asked for what is left. What it tells of the attempt before is still believed.
            let attempt = card::Attempt::of(order.body.total);
            Store::create(&Attempt { order: order.id.clone(), attempt, doubt: false })?;
        }
    }
    if matches!(event, Event::Cancel | Event::Refuse) {
        debts::look(&order_of(&share.body)?)?;
    }
    if event == Event::Deliver {
        close_later(share)?;
        delivered(share)?;
    }
    Ok(())
}

/// Has the part closed on the day after its term of withdrawal; one piece of work closes all of a day.
fn close_later(share: &Entry<Share>) -> Result<(), Error> {
    let Some(day) = share.body.part.closes_on(&today::sales()?) else { return Ok(()) };
    let at = u64::try_from(day.0).unwrap_or_default().saturating_mul(DAY_MS);
    Later::new("close").at(at).once(format!("close:{}", day.0)).enqueue(&json!({})).map(|_| ())
}

/// At the door somebody takes the money; and a first sale is a step of the seller's path.
fn delivered(share: &Entry<Share>) -> Result<(), Error> {
    if on_delivery(&share.body)? {
        let amount = share.body.part.total().ok_or_else(too_large)?;
        let mut order = order_of(&share.body)?;
        let (holder, proof) = (holders::at_the_door(&share.body), format!("door:{}", share.id));
        if money(&mut order, Account::Held(holder.clone()), amount, &proof)? {
            held::take(&holder, &order, Some(&share.id), amount, &proof)?;
        }
    }
    if first_of(share)? {
        path::reached::<Share>(&share.body.cooperative, FIRST_SALE, &share.id)?;
    }
    Ok(())
}

/// Whether nothing else of the seller was delivered before.
fn first_of(share: &Entry<Share>) -> Result<bool, Error> {
    let closed = Find::new().equal(Share::COOPERATIVE, share.body.cooperative.as_str());
    let of = |state: State| Store::count(&closed.clone().equal(Share::STATE, state.name()));
    Ok(of(State::Delivered)? == 1 && of(State::Closed)? == 0)
}

/// Pieces that a buyer sent back are with the seller again.
pub(crate) fn take_back(share: &mut Entry<Share>, ask: usize) -> Result<(), Error> {
    let Some(asked) = share.body.asks.get(ask).cloned() else { return Err(Error::not_found("nobody asked for this")) };
    share.body.asks.remove(ask);
    let before = Claim::of(&share.body.part);
    let returned = share
        .body
        .part
        .give_back(asked.line, asked.quantity, asked.reason, context::now())
        .map_err(|_| Error::invalid("so many pieces are not left").with("reason", "quantity"))?;
    // What is faulty is not sold again.
    if asked.reason == Reason::Withdrawal {
        put_back(&share.body.part, returned.line, returned.quantity)?;
    }
    books::returns(&share.id, &mut share.body)?;
    settled::note(&share.id, &share.body, before)?;
    *share = Store::replace(share)?;
    debts::look(&order_of(&share.body)?)
}

/// The order of a part.
pub(crate) fn order_of(share: &Share) -> Result<Entry<Order>, Error> {
    Store::get(&share.order)?.ok_or_else(|| Error::internal("the part has no order"))
}

/// The term of payment of an order is over.
pub(crate) fn lapse(order: &str) -> Result<(), Error> {
    let Some(order) = Store::<Order>::get(order)? else { return Ok(()) };
    if context::now() < order.body.until {
        return Ok(());
    }
    if cards::waits(&order)? {
        let at = context::now() + ASKED_AGAIN_MS;
        Later::new("lapse").at(at).once(format!("{}:{at}", order.id)).enqueue(&json!({ "order": order.id }))?;
        return Ok(());
    }
    // What the gateway said may have paid it.
    let Some(mut order) = Store::<Order>::get(&order.id)? else { return Ok(()) };
    let mut lapsed = false;
    for mut share in Share::of_order(&order.id)? {
        if share.body.part.state == State::Awaiting {
            act(&mut share, Event::Lapse)?;
            lapsed = true;
        }
    }
    if lapsed && order.body.method != Method::OnDelivery {
        order.body.waiting = false;
        order = Store::replace(&order)?;
    }
    debts::look(&order)
}

fn on_delivery(share: &Share) -> Result<bool, Error> {
    Ok(order_of(share)?.body.method == Method::OnDelivery)
}

fn happen(share: &mut Share, event: Event) -> Result<(), Error> {
    share.part.happen(event, context::now()).map_err(|wrong| {
        Error::invalid(format!("a part that is {} cannot do this", wrong.state.name())).with("reason", "state")
    })?;
    share.part.state.name().clone_into(&mut share.state);
    Ok(())
}

fn too_large() -> Error {
    Error::invalid("the amount is too large").with("reason", "too-large")
}
