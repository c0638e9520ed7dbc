//! The books of version 0.1.0, which noted neither who holds money nor whom it is owed to.

use serde_json::json;
use tiwizi_sdk::{Entry, Request, Store, native};

use super::buying::pay_back;
use super::holders::{form, holds};
use super::{balance, buy, market, page, redirect};
use crate::kinds::Order;
use crate::ledger::{Account, Holder};
use crate::money::Centimes;
use crate::{Marketplace, books, trade};

/// What version 0.1.0 did: it booked the money and counted it in the order.
fn took(order: usize, holder: Holder, proof: &str, is_needed: bool) -> i64 {
    let mut order: Entry<Order> = Store::get(&native::ids("order")[order]).unwrap().unwrap();
    let (till, amount) = (Account::Held(holder), order.body.total);
    if is_needed {
        assert!(trade::money(&mut order, till, amount, proof).unwrap());
    } else {
        assert!(books::received(&order.id, till, amount, proof).unwrap());
        order.body.received = order.body.received.plus(amount).unwrap();
        Store::replace(&order).unwrap();
    }
    amount.0
}

#[test]
fn what_was_held_and_owed_before_the_upgrade_is_shown_handed_over_and_paid_back() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    buy("dattes-majhoul.1kg.1", "on-delivery");
    buy("dattes-majhoul.1kg.1", "transfer");
    let card = took(0, Holder::Gateway(String::new()), "card:t1", true);
    native::advance(60_000);
    took(0, Holder::Gateway(String::new()), "card:t2", false);
    let since = tiwizi_sdk::context::now();
    let share = native::ids("share")[1].clone();
    let door = took(1, Holder::Courier(String::new()), &format!("door:{share}"), true);
    assert_eq!((native::bodies("held"), native::bodies("debt")), (Vec::new(), Vec::new()));
    native::advance(60_000);

    for _ in 0..2 {
        assert_eq!(native::upgrade::<Marketplace>("0.1.0").unwrap(), 2);
        assert_eq!((native::bodies("held").len(), native::bodies("debt").len()), (3, 1), "the same once more");
    }
    holds("gateway");
    holds("courier");
    native::as_holder(&["registrar"]);
    let (_, _, data) = page(&Request::get("/money/holders"));
    let sums: Vec<_> = data["holders"].as_array().unwrap().iter().map(|one| one["sum"].clone()).collect();
    assert_eq!(sums, [json!(Centimes(door).to_string()), json!(Centimes(2 * card).to_string())]);
    let at_the_door = native::bodies("held").into_iter().find(|held| held["holder"] == "courier").unwrap();
    assert_eq!((&at_the_door["share"], &at_the_door["at"]), (&json!(share), &json!(since)));
    let (_, _, data) = page(&Request::get("/money/owed"));
    assert_eq!(
        (&data["debts"][0]["amount"], &data["debts"][0]["since"]),
        (&json!(Centimes(card).to_string()), &json!(since))
    );
    redirect(&pay_back(0, &Centimes(card).to_string(), "VIR 9"));
    assert_eq!(page(&Request::get("/money/owed")).2["debts"], json!([]));
    let at = native::bodies("held").iter().position(|held| held["holder"] == "courier").unwrap();
    redirect(&form("courier", [&Centimes(door).to_string(), "", "R100"], &[at], &[]));
    assert_eq!((balance("courier"), balance("difference:courier")), (0, 0));
    holds("courier");
}

#[test]
fn an_upgrade_from_a_version_that_noted_it_looks_at_nothing() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    took(0, Holder::Gateway(String::new()), "card:t1", true);
    assert_eq!(native::upgrade::<Marketplace>("0.2.0").unwrap(), 1);
    assert_eq!(native::bodies("held"), Vec::<serde_json::Value>::new());
}
