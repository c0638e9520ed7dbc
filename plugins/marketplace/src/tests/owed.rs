//! Buyers who are owed money: who stands on the list and why, paying back once, and taking that back.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::buying::{gateway_tells, pay_back, with_cards};
use super::payouts::sold;
use super::selling::seller_with_a_shop;
use super::{balance, buy, call, jobs, market, page, redirect};
use crate::payment::reference;

fn debts() -> Value {
    native::as_holder(&["registrar"]);
    page(&Request::get("/money/owed")).2["debts"].clone()
}

fn statement(line: &str) {
    native::as_holder(&["registrar"]);
    page(&Request::post("/money/statement", &[("statement", line)]));
}

fn referenced() -> String {
    reference::of(native::bodies("order").last().unwrap()["number"].as_u64().unwrap()).unwrap()
}

#[test]
fn a_transfer_that_is_too_large_is_owed_since_it_came_and_is_late_after_the_term() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    statement(&format!("27/11/2026;VIR {};171.05", referenced()));
    assert_eq!(debts(), json!([]), "nobody has said yet whose it is");
    let line = native::ids("bank-line")[0].clone();
    let choose = [("state", "open"), ("do", "choose"), ("reference", &referenced())];
    redirect(&Request::post(&format!("/money/lines/{line}"), &choose));
    native::advance(11 * 60_000);
    jobs();
    let debt = debts()[0].clone();
    assert_eq!((&debt["amount"], &debt["whys"], &debt["late"]), (&json!("1.05"), &json!(["overpaid"]), &json!(false)));
    assert_eq!(debt["order"], referenced());
    let since = debt["since"].clone();
    native::advance(20 * 86_400_000);
    let debt = debts()[0].clone();
    assert_eq!((&debt["since"], &debt["late"]), (&since, &json!(true)));
    let buyer = format!("buyer:{}", native::ids("order")[0]);
    assert_eq!(balance(&buyer), -105);
    redirect(&pay_back(0, "١٫٠٥", "VIR 77"));
    assert_eq!((balance(&buyer), balance("bank"), debts()), (0, 17_000, json!([])));
}

#[test]
fn a_part_that_was_given_up_after_it_was_paid_is_owed_and_one_that_waits_for_money_is_not() {
    market();
    let path = buy("safran-taliouine.1g.2~dattes-majhoul.1kg.1", "transfer");
    statement(&format!("27/11/2026;VIR {};100", referenced()));
    let line = native::ids("bank-line")[0].clone();
    redirect(&Request::post(
        &format!("/money/lines/{line}"),
        &[("state", "open"), ("do", "choose"), ("reference", &referenced())],
    ));
    native::advance(11 * 60_000);
    jobs();
    assert_eq!(debts(), json!([]), "the rest may still come");
    statement(&format!("28/11/2026;VIR {};175", referenced()));
    assert_eq!(debts(), json!([]));
    native::as_public();
    let part = page(&Request::get(&path)).2["parts"][0]["id"].as_str().unwrap().to_owned();
    redirect(&Request::post(&format!("{path}/cancel"), &[("part", &part)]));
    let debt = debts()[0].clone();
    assert_eq!(debt["whys"], json!(["cancelled"]));
    assert_eq!(
        balance(&format!("buyer:{}", native::ids("order")[0])),
        -(debt["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap())
    );
}

#[test]
fn money_for_an_order_that_lapsed_half_paid_is_owed() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    statement(&format!("27/11/2026;VIR {};100", referenced()));
    let line = native::ids("bank-line")[0].clone();
    redirect(&Request::post(
        &format!("/money/lines/{line}"),
        &[("state", "open"), ("do", "choose"), ("reference", &referenced())],
    ));
    native::advance(11 * 60_000);
    jobs();
    native::advance(8 * 86_400_000);
    jobs();
    assert_eq!((&debts()[0]["amount"], &debts()[0]["whys"]), (&json!("100.00"), &json!(["gone"])));
}

#[test]
fn goods_that_came_back_from_one_door_are_owed_while_another_parcel_is_still_to_be_paid() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    let path = buy("huile-anfa.one.1~dattes-majhoul.1kg.1", "on-delivery");
    native::as_member(&cooperative);
    let at = native::bodies("share").iter().position(|share| share["cooperative"] == cooperative.as_str()).unwrap();
    let part = native::ids("share")[at].clone();
    for event in ["confirm", "send", "deliver"] {
        redirect(&Request::post(&format!("/desk/{cooperative}/parts"), &[("part", &part), ("event", event)]));
    }
    assert_eq!(debts(), json!([]));
    native::as_public();
    let ask = [("part", part.as_str()), ("line", "0"), ("quantity", "1"), ("reason", "withdrawal")];
    redirect(&Request::post(&format!("{path}/return"), &ask));
    native::as_member(&cooperative);
    redirect(&Request::post(&format!("/desk/{cooperative}/back"), &[("part", &part), ("ask", "0")]));
    let debt = debts()[0].clone();
    assert_eq!((&debt["whys"], &debt["amount"]), (&json!(["withdrawal"]), &json!("135.50")));
}

/// A kilogram of dates that was paid by card twice.
fn paid_twice() -> String {
    market();
    with_cards();
    buy("dattes-majhoul.1kg.1", "card");
    for transaction in ["t1", "t2"] {
        call(&gateway_tells(transaction, "170.00", "paid", "shared"));
    }
    native::as_holder(&["registrar"]);
    format!("buyer:{}", native::ids("order")[0])
}

#[test]
fn a_repayment_is_taken_back_by_its_opposite_once_and_can_be_made_again() {
    let buyer = paid_twice();
    redirect(&pay_back(0, "170", "VIR 9"));
    assert_eq!((balance(&buyer), balance("bank"), debts()), (0, -17_000, json!([])));
    let (_, _, data) = page(&Request::get("/money/owed").with_query("state", "paid"));
    let (id, version) = (data["repayments"][0]["id"].as_str().unwrap(), data["repayments"][0]["version"].to_string());
    let undo = Request::post(&format!("/money/repayments/{id}"), &[("version", &version)]);
    redirect(&undo);
    redirect(&undo);
    assert_eq!((balance(&buyer), balance("bank"), &debts()[0]["amount"]), (-17_000, 0, &json!("170.00")));
    redirect(&pay_back(0, "170", "VIR 9"));
    assert_eq!((balance(&buyer), balance("bank"), native::bodies("repayment").len()), (0, -17_000, 1));
    let (status, _, data) = page(&pay_back(0, "170", "VIR 10"));
    assert_eq!((status, &data["told"]["wrong"]), (422, &json!("owed-more")), "somebody else was faster");
    assert_eq!(
        (&data["debts"], &data["elsewhere"]),
        (&json!([]), &json!(true)),
        "and the page says so without the debt"
    );
}

#[test]
fn whoever_holds_the_money_can_pay_it_back_and_owes_so_much_less() {
    let buyer = paid_twice();
    let day = crate::today::day().date().unwrap().to_string();
    let debt = native::ids("debt")[0].clone();
    assert_eq!(debts()[0]["held"], "170.00");
    let refused = [("amount", "170"), ("reference", "REF"), ("paid_on", day.as_str()), ("by", "holder")];
    assert_eq!(page(&Request::post(&format!("/money/owed/{debt}"), &refused)).2["form"]["by"], "holder");
    let form = [("amount", "170"), ("reference", "REF 4471"), ("paid_on", day.as_str()), ("by", "holder")];
    let pay = Request::post(&format!("/money/owed/{debt}"), &form);
    redirect(&pay);
    redirect(&pay);
    assert_eq!((balance(&buyer), balance("gateway"), balance("bank")), (0, 17_000, 0));
    let id = native::ids("repayment")[0].clone();
    redirect(&Request::post(&format!("/money/repayments/{id}"), &[("version", "1")]));
    assert_eq!((balance(&buyer), balance("gateway")), (-17_000, 34_000));
}

#[test]
fn bad_input_of_a_repayment_is_refused_with_the_reason_and_books_nothing() {
    let buyer = paid_twice();
    let debt = native::ids("debt")[0].clone();
    let day = crate::today::day().date().unwrap().to_string();
    for (amount, reference, on, by, wrong) in [
        ("-1", "VIR 9", day.as_str(), "bank", "owed-amount"),
        ("", "VIR 9", &day, "bank", "owed-amount"),
        ("0", "VIR 9", &day, "bank", "owed-more"),
        ("170.01", "VIR 9", &day, "bank", "owed-more"),
        ("170", "", &day, "bank", "owed-reference"),
        ("170", "VIREMENT", &day, "bank", "owed-reference"),
        ("170", "VIR 9", "2099-01-01", "bank", "owed-day"),
        ("170", "VIR 9", "hier", "bank", "owed-day"),
    ] {
        let form = [("amount", amount), ("reference", reference), ("paid_on", on), ("by", by)];
        let (status, _, data) = page(&Request::post(&format!("/money/owed/{debt}"), &form));
        assert_eq!((status, &data["told"]["wrong"]), (422, &json!(wrong)), "{amount} {reference} {on}");
    }
    assert_eq!((balance(&buyer), native::bodies("repayment").len()), (-17_000, 0));
    assert!(
        matches!(call(&Request::post("/money/owed/00000000-0000-7000-8000-00000000000b", &[])), Answer::Problem(error) if error.status == 404)
    );
    native::as_public();
    assert!(matches!(call(&pay_back(0, "170", "VIR 9")), Answer::Problem(error) if error.status == 401));
}

#[test]
fn a_sale_that_waits_is_due_when_its_courier_paid_the_buyer_back_and_waits_for_nothing_more() {
    let cooperative = seller_with_a_shop();
    native::set_setting("payouts_wait", json!(true));
    sold(&cooperative);
    let mut share: tiwizi_sdk::Entry<crate::kinds::Share> =
        tiwizi_sdk::Store::get(&native::ids("share")[0]).unwrap().unwrap();
    let reason = crate::order::Reason::Fault;
    share.body.asks.push(crate::kinds::Ask { line: 0, quantity: 1, reason, at: tiwizi_sdk::context::now() });
    tiwizi_sdk::Store::replace(&share).unwrap();
    native::as_member(&cooperative);
    redirect(&Request::post(&format!("/desk/{cooperative}/back"), &[("part", &share.id), ("ask", "0")]));
    native::as_holder(&["registrar"]);
    let day = crate::today::day().date().unwrap().to_string();
    let form = [("amount", "135.50"), ("reference", "REF 12"), ("paid_on", day.as_str()), ("by", "holder")];
    redirect(&Request::post(&format!("/money/owed/{}", native::ids("debt")[0]), &form));
    let due = || native::bodies("due")[0].clone();
    assert_eq!((balance("courier"), &due()["waits"]), (0, &json!(true)));
    jobs();
    assert_eq!((&due()["waits"], &due()["held"]), (&json!(false), &json!(0)));
    redirect(&Request::post(&format!("/money/repayments/{}", native::ids("repayment")[0]), &[("version", "1")]));
    jobs();
    assert_eq!((balance("courier"), &due()["waits"], &due()["held"]), (13_550, &json!(false), &json!(13_550)));
}

#[test]
fn a_sale_is_held_until_the_last_centime_of_its_order_is_handed_over() {
    market();
    with_cards();
    buy("safran-taliouine.1g.2~dattes-majhoul.1kg.1", "card");
    let total = native::bodies("order")[0]["total"].as_i64().unwrap();
    let sum = crate::money::Centimes(total).to_string();
    call(&gateway_tells("t1", &sum, "paid", "shared"));
    let mut piece: tiwizi_sdk::Entry<crate::held::Held> =
        tiwizi_sdk::Store::get(&native::ids("held")[0]).unwrap().unwrap();
    let held = || -> Vec<i64> {
        let shares = crate::kinds::Share::of_order(&native::ids("order")[0]).unwrap();
        shares.iter().map(|share| crate::held::unsettled(&share.id, &share.body).unwrap().0).collect()
    };
    crate::held::settle(&mut piece, crate::money::Centimes(total - 1)).unwrap();
    assert_eq!(held(), [1, 1], "each waits for the centime that is missing");
    crate::held::settle(&mut piece, crate::money::Centimes(1)).unwrap();
    assert_eq!(held(), [0, 0]);
}
