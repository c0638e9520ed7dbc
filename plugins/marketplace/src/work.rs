//! Work in the background: terms that end, the addresses of parcels, the products of the demonstration.

use serde_json::json;
use tiwizi_sdk::jobs::{Job, Later, Outcome};
use tiwizi_sdk::{Entry, Error, Find, Store, context};

use crate::day::DAY_MS;
use crate::kinds::{Contact, Order, Product, Recipient, Share, Shop};
use crate::notices::{self, Message};
use crate::order::{Event, State};
use crate::pages::checkout::Addressed;
use crate::pages::pictures;
use crate::wares::{Former, Kept, Picture, SHOP};
use crate::{bank, demo, fair_work, listing, payout_work, statements, today, trade};

/// Parts that one run closes: their reads and writes must fit into one call. More make another run.
const CLOSED_MAX: usize = 20;
/// Days for which the address of a parcel is kept once its part is over.
const KEPT_DAYS: u64 = 90;
/// Addresses that one run looks at.
const FORGOTTEN_MAX: u32 = 60;
/// Days for which the file of a picture stays, and for which the change that took it away is undone with it.
const UNSHOWN_DAYS: u64 = 30;
/// Files, lines of the bank, or closed shops, that one run looks at: each is read and written up to five times.
const SWEPT_MAX: u32 = 35;
/// Pages of delivered parts that one run looks through.
const PAGES_MAX: usize = 50;

/// Does a piece of work.
pub(crate) fn run(job: &Job) -> Outcome {
    let done = || -> Result<(), Error> {
        match job.name.as_str() {
            "lapse" => trade::lapse(job.payload.get("order").and_then(serde_json::Value::as_str).unwrap_or_default()),
            "address" => address(job.read()?),
            "close" => close(),
            "forget" => forget(job.payload.get("after").and_then(serde_json::Value::as_str)),
            "tell-buyer" => tell_buyer(&job.payload),
            "book-line" => {
                let version = job.payload.get("version").and_then(serde_json::Value::as_u64).unwrap_or_default();
                bank::book(job.payload.get("line").and_then(serde_json::Value::as_str).unwrap_or_default(), version)
            }
            "payout-run" => payout_work::run(&job.read()?),
            "payout" => payout_work::add(job.read()?),
            "held-changed" => payout_work::held_changed(job.read()?),
            "release" => payout_work::release(),
            "statement" => statements::go_on(job.read()?).map(|_| ()),
            "tell-payout" => {
                payout_work::tell(job.payload.get("payout").and_then(serde_json::Value::as_str).unwrap_or_default())
            }
            "examples" => demo::write(),
            "sweep" => sweep(&job.payload),
            listing::JOB => listing::go_on(&job.read()?),
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
        let contact = Store::first(&Find::new().equal(Contact::COOPERATIVE, cooperative.as_str()))?;
        let message = Message::new("notice-order-new").link(format!("/desk/{cooperative}"));
        notices::person(contact.as_ref().map(|contact| contact.body.person.as_str()), &message)?;
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

/// Tells whoever placed an order signed in what became of a part of it. The job does it: a seller does not see who that is.
fn tell_buyer(told: &serde_json::Value) -> Result<(), Error> {
    let word = |name: &str| told.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let Some(order) = Store::<Order>::get(word("order"))? else { return Ok(()) };
    let message = Message::new(format!("notice-order-{}", word("state")))
        .value("number", format!("#{}", order.body.number))
        .link(format!("/orders/{}", order.id));
    notices::person(order.body.person.as_deref(), &message)
}

/// Forgets where parcels went, ninety days after their part was over.
fn forget(after: Option<&str>) -> Result<(), Error> {
    let before = context::now().saturating_sub(KEPT_DAYS * DAY_MS);
    let page = Store::list(&Find::<Recipient>::new().limit(FORGOTTEN_MAX).after(after))?;
    for recipient in &page.items {
        let share = Store::<Share>::get(&recipient.body.share)?;
        let over = share.is_none_or(|share| {
            use State::{Cancelled, Closed, Lapsed, Refused};
            matches!(share.body.part.state, Cancelled | Closed | Lapsed | Refused) && share.changed_at <= before
        });
        if over && recipient.created_at <= before {
            Store::delete(recipient)?;
        }
    }
    // They come in the order in which they were made: what is younger than that waits anyway.
    let older = page.items.last().is_some_and(|last| last.created_at <= before);
    if let Some(next) = page.next.filter(|_| older) {
        Later::new("forget").once(&next).enqueue(&json!({ "after": next }))?;
    }
    Ok(())
}

/// The work of the night: each of its parts is a call of its own, for all of them together read and write more than one call may.
fn sweep(payload: &serde_json::Value) -> Result<(), Error> {
    let word = |name: &str| payload.get(name).and_then(serde_json::Value::as_str);
    // A list goes on after its page only when it is asked the same, so all of a night is asked of one moment.
    let at = payload.get("at").and_then(serde_json::Value::as_u64).unwrap_or_else(context::now);
    match word("of") {
        Some("contacts") => contacts(at, word("after")),
        Some("lines") => bank::forget(at.saturating_sub(bank::TEXT_DAYS * DAY_MS), SWEPT_MAX),
        Some("pictures") => unshown(at, word("after")),
        _ => ["contacts", "lines", "pictures"].into_iter().try_for_each(|of| sweep_on(of, at, None)),
    }
}

/// Goes on with a part of the work of the night.
fn sweep_on(of: &str, at: u64, after: Option<&str>) -> Result<(), Error> {
    let key = format!("{of}:{}", after.unwrap_or_default());
    Later::new("sweep").once(key).enqueue(&json!({ "of": of, "at": at, "after": after })).map(|_| ())
}

/// Forgets files of pictures that are shown nowhere any more.
fn unshown(at: u64, after: Option<&str>) -> Result<(), Error> {
    let before = at.saturating_sub(UNSHOWN_DAYS * DAY_MS);
    let old = Find::new().at_most(Kept::AT, before).sort(Kept::AT).limit(SWEPT_MAX);
    let page = Store::list(&old.after(after))?;
    pictures::sweep(&page.items, |kept| {
        let shows = |pictures: &[Picture]| pictures.iter().any(|picture| picture.file == kept.file);
        let is_shown = if kept.on == SHOP {
            Shop::of(&kept.cooperative)?.is_some_and(|shop| shows(&shop.body.pictures))
        } else {
            let product: Option<Entry<Product>> = Store::first(&Find::new().equal(Product::CODE, kept.on.as_str()))?;
            product.is_some_and(|product| shows(&product.body.pictures))
        };
        Ok(is_shown || Former::brings_back(kept, before)?)
    })?;
    page.next.map_or(Ok(()), |next| sweep_on("pictures", at, Some(&next)))
}

/// Forgets whom to tell of the orders of shops that are closed.
fn contacts(at: u64, after: Option<&str>) -> Result<(), Error> {
    let closed = Store::list(&Find::new().equal(Shop::OPEN, false).limit(SWEPT_MAX).after(after))?;
    for shop in closed.items {
        let contact = Find::new().equal(Contact::COOPERATIVE, shop.body.cooperative.as_str());
        if let Some(contact) = Store::first(&contact)? {
            Store::delete(&contact)?;
        }
    }
    closed.next.map_or(Ok(()), |next| sweep_on("contacts", at, Some(&next)))
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
