//! What an upgrade brings up to date: the books of version 0.1.0, and the listings that no version before 0.3.0 had.
//!
//! Version 0.1.0 booked what couriers and gateways took, and nothing that they handed over: all of it is held still. Whom money was owed
//! to was found by the number of the order alone.

use tiwizi_sdk::{Entry, Error, Find, Store};

use crate::debts;
use crate::held::Held;
use crate::kinds::{Order, Posting};
use crate::ledger::Holder;
use crate::listing;
use crate::money::Centimes;

/// The version whose books these are.
const FROM: &str = "0.1.0";
/// The versions without listings.
const UNLISTED: [&str; 2] = [FROM, "0.2.0"];
/// What stands before the place of a step through the books, and of one that lists products.
const BOOKS: &str = "books:";
const LISTINGS: &str = "listings:";
/// Steps after which no more products are listed: what an upgrade may write has a bound, and the books are noted whole. The work of the night
/// does the rest.
const STEPS_MAX: u32 = 400;
/// Orders of a step: each is read with its postings and parts, and each of its doors and cards is written.
const ORDERS_MAX: u32 = 10;
/// Postings of an order.
const POSTINGS_MAX: u32 = 100;

/// A step of an upgrade: first the books, then the listings. Answers where the next step begins: how many steps were done, and the place.
///
/// # Errors
/// As those of the store.
pub(crate) fn bring(from: &str, cursor: Option<&str>) -> Result<Option<String>, Error> {
    if !UNLISTED.contains(&from) {
        return Ok(None);
    }
    let first = if from == FROM { BOOKS } else { LISTINGS };
    let (done, place) = cursor.and_then(|cursor| cursor.split_once(':')).unwrap_or(("0", first));
    let done = done.parse::<u32>().unwrap_or(STEPS_MAX).saturating_add(1);
    let next = if let Some(after) = place.strip_prefix(BOOKS) {
        Some(books(begun(after))?.map_or_else(|| LISTINGS.to_owned(), |next| format!("{BOOKS}{next}")))
    } else {
        let after = place.strip_prefix(LISTINGS).unwrap_or_default();
        let next = listing::bring_some(begun(after))?.filter(|_| done < STEPS_MAX);
        next.map(|next| format!("{LISTINGS}{next}"))
    };
    Ok(next.map(|next| format!("{done}:{next}")))
}

/// Where something goes on; none at its beginning.
fn begun(after: &str) -> Option<&str> {
    Some(after).filter(|after| !after.is_empty())
}

/// Notes what is held and owed of some orders. Answers where the next step begins.
fn books(cursor: Option<&str>) -> Result<Option<String>, Error> {
    let page = Store::list(&Find::<Order>::new().limit(ORDERS_MAX).after(cursor))?;
    for order in page.items.iter().filter(|order| order.body.received > Centimes::ZERO) {
        let of_order = Find::new().equal(Posting::ORDER, order.id.as_str()).limit(POSTINGS_MAX);
        let postings = Store::list(&of_order)?.items;
        let known = Held::of_order(order.body.number)?;
        for piece in postings.iter().filter_map(|posting| held(order, &posting.body)) {
            if !known.iter().any(|known| known.body.key == piece.key) {
                Store::create(&piece)?;
            }
        }
        let last = postings.iter().map(|posting| posting.body.at).max().unwrap_or(order.changed_at);
        debts::look_since(order, last)?;
    }
    Ok(page.next)
}

/// The piece of money that a posting is of, when somebody took it for the platform.
fn held(order: &Entry<Order>, posting: &Posting) -> Option<Held> {
    let proof = posting.key.strip_prefix("in:")?;
    let (holder, amount) =
        posting.entries.iter().find_map(|side| Holder::read(&side.account).zip(Some(side.amount)))?;
    (amount > Centimes::ZERO).then(|| Held {
        key: proof.to_owned(),
        holder: holder.to_string(),
        order: order.id.clone(),
        share: proof.strip_prefix("door:").map(ToOwned::to_owned),
        number: order.body.number,
        at: posting.at,
        amount,
        settled: Centimes::ZERO,
        open: true,
    })
}
