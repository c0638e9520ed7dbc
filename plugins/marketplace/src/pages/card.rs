//! Where the card gateway tells what became of an attempt: from server to server, as often as it likes.

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Request, secrets};

use crate::payment::card::{Fact, Told, Unbelieved};
use crate::{cards, qr};

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
    let told = cards::hear(&fact)?;
    Answer::json(&json!({ "told": if told == Told::Again { "again" } else { "new" } }))
}
