//! Where the card gateway tells what became of an attempt: from server to server, as often as it likes.

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Request, Store, secrets};

use crate::kinds::{Attempt, Order};
use crate::ledger::Account;
use crate::payment::card::{Fact, Outcome, Told, Unbelieved};
use crate::{books, qr, trade};

/// The address at which the gateway tells it; none before the operator has set that of the instance.
pub(crate) fn told_address() -> Result<Option<String>, Error> {
    Ok(qr::base()?.map(|base| format!("{base}/fr/p/marketplace/card/told")))
}

/// `POST /card/told`
pub(crate) fn told(request: &Request) -> Result<Answer, Error> {
    let key = secrets::reveal("card-key")?;
    let fact = match Fact::read(&request.form, key.expose().as_bytes()) {
        Ok(fact) => fact,
        Err(Unbelieved::Signature) => return Err(Error::denied("the signature is not the gateway's")),
        Err(Unbelieved::Field(name)) => return Err(Error::invalid("a field is wrong").with("field", name)),
    };
    let mut attempt =
        Store::<Attempt>::get(&fact.attempt)?.ok_or_else(|| Error::not_found("there is no such attempt"))?;
    let mut order =
        Store::<Order>::get(&attempt.body.order)?.ok_or_else(|| Error::internal("the attempt has no order"))?;
    let proof = format!("card:{}", fact.transaction);
    match attempt.body.attempt.tell(&fact, order.body.received < order.body.total) {
        Told::New(Outcome::Pays) => {
            trade::money(&mut order, Account::Gateway, fact.amount, &proof)?;
        }
        Told::New(Outcome::GoesBack) => {
            if books::received(&order.id, Account::Gateway, fact.amount, &proof)? {
                order.body.received = order.body.received.plus(fact.amount).unwrap_or(order.body.received);
                Store::replace(&order)?;
            }
        }
        Told::New(Outcome::Declined) => {}
        Told::Again => return Answer::json(&json!({ "told": "again" })),
        Told::Contradicts | Told::TooMany => attempt.body.doubt = true,
    }
    Store::replace(&attempt)?;
    Answer::json(&json!({ "told": "new" }))
}
