//! Booking: postings become records, each once, because their keys are unique.

use tiwizi_sdk::{Error, Find, Store, context};

use crate::kinds::{Posting, Share};
use crate::ledger::{self, Account, Unbooked};
use crate::money::Centimes;

/// What a posting is about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About<'a> {
    pub(crate) order: Option<&'a str>,
    pub(crate) cooperative: Option<&'a str>,
}

/// Books something; what was booked before under its key, and what is worth nothing, changes nothing. Answers whether it was new.
pub(crate) fn book(posting: Result<ledger::Posting, Unbooked>, about: About<'_>) -> Result<bool, Error> {
    let posting = match posting {
        Ok(posting) => posting,
        Err(Unbooked::Empty) => return Ok(false),
        Err(wrong) => return Err(Error::internal(format!("this cannot be booked: {wrong:?}"))),
    };
    if Store::first(&Find::new().equal(Posting::KEY, posting.key.as_str()))?.is_some() {
        return Ok(false);
    }
    Store::create(&Posting {
        entries: posting.entries().to_vec(),
        key: posting.key,
        at: context::now(),
        order: about.order.map(ToOwned::to_owned),
        cooperative: about.cooperative.map(ToOwned::to_owned),
    })?;
    Ok(true)
}

/// Books the sale of a part.
pub(crate) fn sale(id: &str, share: &Share) -> Result<(), Error> {
    let about = About { order: Some(&share.order), cooperative: Some(&share.cooperative) };
    book(ledger::sold(&share.order, id, &share.cooperative, &share.part), about).map(|_| ())
}

/// Books what went back of a part and is not booked yet.
pub(crate) fn returns(id: &str, share: &mut Share) -> Result<(), Error> {
    let all = share.part.returned.len();
    let booked = usize::try_from(share.booked).unwrap_or(all);
    for place in booked..all {
        let posting = ledger::given_back(&share.order, id, &share.cooperative, &share.part, place);
        book(posting, About { order: Some(&share.order), cooperative: Some(&share.cooperative) })?;
    }
    share.booked = u32::try_from(all).unwrap_or(u32::MAX);
    Ok(())
}

/// Books money that came in for an order. Answers whether it was new.
pub(crate) fn received(order: &str, till: Account, amount: Centimes, proof: &str) -> Result<bool, Error> {
    book(ledger::received(order, till, amount, proof), About { order: Some(order), cooperative: None })
}
