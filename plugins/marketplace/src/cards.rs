//! What a card gateway tells of an order, and asking it when it stays silent.
//!
//! When the term of payment is over and the gateway has told nothing that pays the order, it is asked. Until it answers, the goods are kept
//! for a while ([`Method::asked_ms`]); then the order lapses, the goods are free, the buyer is told, and a person finds the attempt at the
//! money desk. What the gateway tells later, once or twice, is believed as ever: it buys what is still there, and the rest is owed back.

use tiwizi_sdk::http_out::Fetch;
use tiwizi_sdk::{Entry, Error, Find, Store, config, context, secrets};

use crate::kinds::{Attempt, Order};
use crate::ledger::Account;
use crate::payment::Method;
use crate::payment::card::{Fact, Outcome, Question, Said, Told};
use crate::{books, debts, held, holders, trade};

/// Attempts of an order that the gateway is asked about.
const ATTEMPTS_MAX: u32 = 5;
/// Bytes of its answer.
const ANSWER_BYTES_MAX: u32 = 4_096;
/// How long its answer is waited for.
const ANSWER_TIME: std::time::Duration = std::time::Duration::from_secs(5);

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// It told something, or that it knows of nothing; or there is nobody to ask.
    Answered,
    /// It did not answer, or not so that it can be believed.
    Silent,
}

/// Notes what the gateway told, and books what follows from it.
pub(crate) fn hear(fact: &Fact) -> Result<Told, Error> {
    let mut attempt =
        Store::<Attempt>::get(&fact.attempt)?.ok_or_else(|| Error::not_found("there is no such attempt"))?;
    let mut order =
        Store::<Order>::get(&attempt.body.order)?.ok_or_else(|| Error::internal("the attempt has no order"))?;
    let proof = format!("card:{}", fact.transaction);
    let told = attempt.body.attempt.tell(fact, order.body.received < order.body.total);
    let gateway = holders::gateway()?;
    match told {
        Told::New(Outcome::Pays) => {
            if trade::money(&mut order, Account::Held(gateway.clone()), fact.amount, &proof)? {
                held::take(&gateway, &order, None, fact.amount, &proof)?;
            }
            attempt.body.doubt = false;
        }
        Told::New(Outcome::GoesBack) => {
            if books::received(&order.id, Account::Held(gateway.clone()), fact.amount, &proof)? {
                order.body.received = order.body.received.plus(fact.amount).unwrap_or(order.body.received);
                order = Store::replace(&order)?;
                held::take(&gateway, &order, None, fact.amount, &proof)?;
                debts::look(&order)?;
            }
        }
        Told::New(Outcome::Declined) => {}
        Told::Again => return Ok(told),
        Told::Contradicts | Told::TooMany => attempt.body.doubt = true,
    }
    Store::replace(&attempt)?;
    Ok(told)
}

/// Whether the term of an order waits for the gateway: it has not answered, and the goods can still be kept.
pub(crate) fn waits(order: &Entry<Order>) -> Result<bool, Error> {
    if order.body.method != Method::Card || !order.body.waiting {
        return Ok(false);
    }
    let is_last = context::now() >= order.body.until + Method::Card.asked_ms();
    let attempts = Store::list(&Find::new().equal(Attempt::ORDER, order.id.as_str()).limit(ATTEMPTS_MAX))?.items;
    let mut waits = false;
    for mut attempt in attempts.into_iter().filter(|attempt| !attempt.body.attempt.is_paid()) {
        if ask(&attempt)? == Asked::Answered {
            continue;
        }
        waits = !is_last;
        if is_last {
            attempt.body.doubt = true;
            Store::replace(&attempt)?;
        }
    }
    Ok(waits)
}

/// Asks the gateway what became of an attempt.
fn ask(attempt: &Entry<Attempt>) -> Result<Asked, Error> {
    let address: String = config::get("card_state")?;
    if address.is_empty() || !secrets::is_set("card-key")? {
        return Ok(Asked::Answered);
    }
    let key = secrets::reveal("card-key")?;
    let merchant: String = config::get("card_merchant")?;
    let question = Question { merchant: &merchant, attempt: &attempt.id };
    let body = question.body(key.expose().as_bytes());
    let fetch = Fetch::new("POST", &address).header("content-type", "application/x-www-form-urlencoded").body(body);
    // Whatever keeps it from answering, it has not answered.
    let Ok(reply) = fetch.timeout(ANSWER_TIME).bytes_max(ANSWER_BYTES_MAX).send() else { return Ok(Asked::Silent) };
    let said = (reply.status == 200).then(|| Said::read(&reply.body, &attempt.id, key.expose().as_bytes()));
    match said {
        Some(Ok(Said::Nothing)) => Ok(Asked::Answered),
        Some(Ok(Said::Fact(fact))) => hear(&fact).map(|_| Asked::Answered),
        Some(Err(_)) | None => Ok(Asked::Silent),
    }
}
