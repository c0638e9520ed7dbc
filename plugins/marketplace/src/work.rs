//! Work in the background: terms that end, the addresses of parcels, the products of the demonstration.

use serde_json::json;
use tiwizi_sdk::jobs::{Job, Later, Outcome};
use tiwizi_sdk::{Entry, Error, Find, Store};

use crate::kinds::{Recipient, Share};
use crate::order::{Event, State};
use crate::pages::checkout::Addressed;
use crate::{demo, fair_work, today, trade};

/// Parts that one run closes: their reads and writes must fit into one call. More make another run.
const CLOSED_MAX: usize = 40;
/// Pages of delivered parts that one run looks through.
const PAGES_MAX: usize = 50;

/// Does a piece of work.
pub(crate) fn run(job: &Job) -> Outcome {
    let done = || -> Result<(), Error> {
        match job.name.as_str() {
            "lapse" => trade::lapse(job.payload.get("order").and_then(serde_json::Value::as_str).unwrap_or_default()),
            "address" => address(job.read()?),
            "close" => close(),
            "examples" => demo::write(),
            "fair-facts" => fair_work::facts(&job.read()?),
            "fair-places" => fair_work::places(&job.read()?),
            "fair-told" => fair_work::tell(&job.read()?),
            "fair-next" => {
                fair_work::next(job.payload.get("seat").and_then(serde_json::Value::as_str).unwrap_or_default())
            }
            other => Err(Error::not_found(format!("there is no work {other}"))),
        }
    };
    done().into()
}

/// Writes where the parcels of an order go. The system does it: somebody without an account may hand their address in, and not read it.
fn address(addressed: Addressed) -> Result<(), Error> {
    for (share, cooperative) in addressed.shares {
        Store::create(&Recipient {
            cooperative,
            share,
            name: addressed.name.clone(),
            phone: addressed.phone.clone(),
            address: addressed.address.clone(),
            place: addressed.place.clone(),
        })?;
    }
    Ok(())
}

/// Closes parts whose term of withdrawal is over. What a buyer sends back is waited for.
fn close() -> Result<(), Error> {
    let (terms, today) = (today::sales()?, today::day());
    let delivered = Find::new().equal(Share::STATE, State::Delivered.name()).sort(Share::PLACED_AT).limit(100);
    let (mut due, mut next) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = Store::list(&delivered.clone().after(next.as_deref()))?;
        let over = |share: &Entry<Share>| share.body.part.closes_on(&terms).is_some_and(|day| day <= today);
        due.extend(page.items.into_iter().filter(|share| over(share) && share.body.asks.is_empty()));
        next = page.next;
        if next.is_none() || due.len() > CLOSED_MAX {
            break;
        }
    }
    if due.len() > CLOSED_MAX {
        Later::new("close").enqueue(&json!({}))?;
    }
    for mut share in due.into_iter().take(CLOSED_MAX) {
        trade::act(&mut share, Event::Close)?;
    }
    Ok(())
}
