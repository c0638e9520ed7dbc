//! Remittances at their edges: lists of orders with several doors, lines that may be two things, what is told again.

use serde_json::json;
use tiwizi_sdk::{Entry, Request, Store, native};

use super::holders::{delivered, form, holds, line, remittance, step};
use super::selling::seller_with_a_shop;
use super::{balance, buy, jobs, page, redirect};
use crate::kinds::Share;
use crate::money::Centimes;
use crate::order::Event;
use crate::payment::reference;
use crate::trade;

#[test]
fn an_order_of_two_doors_is_settled_by_one_line_of_the_list_or_by_one_for_each_parcel() {
    seller_with_a_shop();
    native::as_public();
    buy("huile-anfa.one.1~dattes-majhoul.1kg.1", "on-delivery");
    for id in native::ids("share") {
        let mut share: Entry<Share> = Store::get(&id).unwrap().unwrap();
        for event in [Event::Confirm, Event::Send, Event::Deliver] {
            trade::act(&mut share, event).unwrap();
        }
    }
    native::as_holder(&["registrar"]);
    let [one, two] = [0, 1].map(|at| native::bodies("held")[at]["amount"].as_i64().unwrap());
    let order = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    let [first, second, sum] = [one, two, one + two].map(|amount| Centimes(amount).to_string());
    for list in [order.clone(), format!("{order};{sum}"), format!("{order};{first}\n{order};{second}")] {
        redirect(&form("courier", [&sum, "", "R100"], &[], &[("orders", &list)]));
        assert_eq!((balance("courier"), &remittance()["difference"]), (0, &json!(0)), "{list}");
        holds("courier");
        redirect(&step(&[("do", "undo")]));
    }
    let less = Centimes(one + 100).to_string();
    redirect(&form("courier", [&less, "", "R101"], &[], &[("orders", &format!("{order};{less}"))]));
    assert_eq!((balance("courier"), &remittance()["difference"]), (two - 100, &json!(0)), "from the first to the last");
    holds("courier");
}

#[test]
fn a_line_that_pays_an_order_and_has_the_number_of_a_remittance_in_it_is_decided_by_a_person() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    buy("huile-anfa.one.1", "transfer");
    let order = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    delivered(&cooperative, 1);
    redirect(&form("courier", ["135.50", "", "R2026"], &[0], &[]));
    let bank = balance("bank");
    assert_eq!(line(&format!("28/11/2026;VIR {order} R 2026;135.50"))["is"]["doubt"], "remittance");
    let (_, _, data) = page(&Request::get("/money/lines"));
    assert_eq!(
        (&data["lines"][0]["remittance"]["fits"], &data["lines"][0]["candidates"][0]["reference"]),
        (&json!(true), &json!(order))
    );
    let choose = [("state", "open"), ("do", "choose"), ("reference", &order)];
    redirect(&Request::post(&format!("/money/lines/{}", native::ids("bank-line")[0]), &choose));
    native::advance(11 * 60_000);
    jobs();
    assert_eq!((balance("bank"), &remittance()["awaits"]), (bank + 13_550, &json!(true)));
}

#[test]
fn an_announced_remittance_that_is_told_as_come_without_orders_covers_those_that_were_named() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 2);
    redirect(&form("courier", ["271", "", "R100"], &[0, 1], &[("do", "announce")]));
    redirect(&form("courier", ["271", "", "R100"], &[], &[]));
    assert_eq!((&remittance()["state"], &remittance()["awaits"]), (&json!("booked"), &json!(true)));
    assert_eq!((balance("courier"), balance("bank"), balance("difference:courier")), (0, 27_100, 0));
    holds("courier");
}

#[test]
fn whoever_held_no_money_of_an_order_did_not_pay_its_buyer_back() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    buy("huile-anfa.one.1", "transfer");
    let stranger = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    delivered(&cooperative, 1);
    redirect(&form("courier", ["100", "", "R100"], &[0], &[]));
    page(&Request::post("/money/statement", &[("statement", &format!("28/11/2026;VIR {stranger};135.50"))]));
    let explain = |order: &str| step(&[("do", "explain"), ("what", "refunded"), ("amount", ""), ("order", order)]);
    let (status, _, data) = page(&explain(&stranger));
    assert_eq!((status, &data["told"]["wrong"]), (422, &json!("remit-not-this")));
    let own = reference::of(native::bodies("held")[0]["number"].as_u64().unwrap()).unwrap();
    redirect(&explain(&own));
    assert_eq!(balance("difference:courier"), 0);
}
