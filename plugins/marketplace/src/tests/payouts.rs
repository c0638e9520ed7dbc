//! Payouts: a run for a time, the statement, paid with the bank's reference, undone, confirmed; and the books beside it.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Plugin, Request, native};

use super::selling::seller_with_a_shop;
use super::{balance, buy, call, jobs, page, redirect};
use crate::today;

const DAY_MS: u64 = 86_400_000;

/// Has payouts prepared up to yesterday, by somebody who runs the market.
pub(super) fn run() {
    native::as_holder(&["registrar"]);
    let until = crate::day::Day(today::day().0 - 1).date().unwrap().to_string();
    assert_eq!(redirect(&Request::post("/money/runs", &[("until", &until)])), "/money?begun=1");
    native::advance(10 * 60_000);
    jobs();
}

/// Marks the newest payout, by a form that was made from how it stands.
pub(super) fn mark(what: &str) -> Answer {
    native::as_holder(&["registrar"]);
    let state = newest()["state"].as_str().unwrap().to_owned();
    call(&form(what, &state))
}

fn form(what: &str, state: &str) -> Request {
    let id = native::ids("payout").last().unwrap().clone();
    let day = today::day().date().unwrap().to_string();
    let form = [("do", what), ("state", state), ("reference", "VIR 2026-118"), ("paid_on", day.as_str())];
    Request::post(&format!("/money/payouts/{id}"), &form)
}

fn newest() -> Value {
    native::bodies("payout").last().unwrap().clone()
}

/// A jar that is sold at the door, delivered and over its term of withdrawal.
pub(super) fn sold(cooperative: &str) {
    native::as_public();
    buy("huile-anfa.one.1", "on-delivery");
    native::as_member(cooperative);
    let part = native::ids("share").last().unwrap().clone();
    for event in ["confirm", "send", "deliver"] {
        redirect(&Request::post(&format!("/desk/{cooperative}/parts"), &[("part", &part), ("event", event)]));
    }
    native::advance(9 * DAY_MS);
    jobs();
    native::advance(DAY_MS);
}

/// A jar of 85.50 and its parcel of 50, less 5 % of the jar and the tax on that.
pub(super) const NET: i64 = 13_550 - 428 - 86;

#[test]
fn a_payout_is_paid_undone_paid_again_and_confirmed_and_the_books_follow() {
    let cooperative = seller_with_a_shop();
    sold(&cooperative);
    let seller = format!("seller:{cooperative}");
    assert_eq!(balance(&seller), -NET);
    run();
    assert_eq!((&newest()["state"], &newest()["amount"]), (&json!("prepared"), &json!(NET)));
    assert_eq!(balance(&seller), -NET, "nothing has left the bank");
    assert!(matches!(mark("confirm"), Answer::Page { status: 409, .. }), "what is not paid is not confirmed");
    let pay = form("pay", "prepared");
    redirect(&pay);
    redirect(&pay);
    assert_eq!((balance(&seller), balance("bank"), &newest()["marks"]), (0, -NET, &json!(1)));
    assert_eq!(native::bodies("tally")[0]["owed"], false);
    let undo = form("undo", "paid");
    redirect(&undo);
    redirect(&undo);
    assert_eq!((balance(&seller), balance("bank"), &newest()["state"]), (-NET, 0, &json!("prepared")));
    redirect(&pay);
    assert_eq!((balance(&seller), &newest()["marks"]), (0, &json!(2)));
    redirect(&form("confirm", "paid"));
    assert!(matches!(mark("undo"), Answer::Page { status: 409, .. }), "the bank has confirmed it");
    assert_eq!((balance(&seller), &newest()["reference"]), (0, &json!("VIR 2026-118")));
    jobs();
    assert!(native::told().iter().any(|told| told.text("fr").contains("versé")), "{:?}", native::told());
    run();
    assert_eq!(native::bodies("payout").len(), 1, "nothing is due twice");
    native::as_member(&cooperative);
    assert_eq!(page(&Request::get(&format!("/desk/{cooperative}"))).2["payouts"][0]["state"], "confirmed");
}

#[test]
fn a_payout_that_was_given_up_leaves_its_time_to_the_next() {
    let cooperative = seller_with_a_shop();
    sold(&cooperative);
    run();
    assert!(matches!(mark("undo"), Answer::Redirect(_)));
    assert_eq!(newest()["state"], "dropped");
    native::as_member(&cooperative);
    assert_eq!(page(&Request::get(&format!("/desk/{cooperative}"))).2["payouts"], json!([]));
    sold(&cooperative);
    run();
    assert_eq!((&newest()["amount"], &newest()["lines"]), (&json!(2 * NET), &json!(2)));
}

#[test]
fn goods_that_come_back_after_a_payout_are_taken_from_the_next() {
    let cooperative = seller_with_a_shop();
    sold(&cooperative);
    run();
    mark("pay");
    mark("confirm");
    let part = native::ids("share")[0].clone();
    native::as_public();
    // The buyer's page is found by the key alone; the ask is what it writes.
    let mut share: tiwizi_sdk::Entry<crate::kinds::Share> = tiwizi_sdk::Store::get(&part).unwrap().unwrap();
    let reason = crate::order::Reason::Fault;
    share.body.asks.push(crate::kinds::Ask { line: 0, quantity: 1, reason, at: tiwizi_sdk::context::now() });
    tiwizi_sdk::Store::replace(&share).unwrap();
    native::as_member(&cooperative);
    redirect(&Request::post(&format!("/desk/{cooperative}/back"), &[("part", &part), ("ask", "0")]));
    native::advance(DAY_MS);
    run();
    assert_eq!(native::bodies("payout").len(), 1, "less than nothing is not paid");
    sold(&cooperative);
    sold(&cooperative);
    run();
    assert_eq!((&newest()["amount"], &newest()["refunds"]), (&json!(NET), &json!(13_550)));
    mark("pay");
    assert_eq!(balance(&format!("seller:{cooperative}")), 0);
}

/// Reads a file, as the plugin does.
struct Reading;

impl Plugin for Reading {
    fn handle(request: &Request) -> Result<Answer, Error> {
        let bytes = tiwizi_sdk::blobs::read_all(&request.path)?;
        Answer::json(&String::from_utf8(bytes).unwrap())
    }
}

#[test]
fn the_statement_has_a_page_for_both_sides_and_a_file_whose_sum_is_the_payout() {
    let cooperative = seller_with_a_shop();
    sold(&cooperative);
    sold(&cooperative);
    run();
    let id = native::ids("payout")[0].clone();
    let (_, template, data) = page(&Request::get(&format!("/money/payouts/{id}")));
    assert_eq!(
        (template.as_str(), data["lines"].as_array().unwrap().len(), &data["staff"]),
        ("payout", 2, &json!(true))
    );
    let file = newest()["files"][0].as_str().unwrap().to_owned();
    let Answer::Json { body, .. } = native::call::<Reading>(&Request::get(&file)) else { panic!("there is a file") };
    let lines: Vec<&str> = body.as_str().unwrap().lines().collect();
    let net = |line: &&str| line.rsplit(';').next().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(
        (lines[0], lines[1..].iter().map(net).sum::<i64>()),
        ("order;day;sales;commissions;refunds;net", 2 * NET)
    );
    native::as_member(&cooperative);
    let own = Request::get(&format!("/desk/{cooperative}/payouts/{id}"));
    assert_eq!(page(&own).2["staff"], false);
    assert!(
        matches!(call(&Request::get(&format!("/money/payouts/{id}"))), Answer::Problem(error) if error.status == 403)
    );
    let pay = Request::post(&format!("/money/payouts/{id}"), &[("do", "pay"), ("state", "prepared")]);
    assert!(matches!(call(&pay), Answer::Problem(error) if error.status == 403), "a seller marks nothing as paid");
    native::as_member("00000000-0000-7000-8000-00000000000b");
    assert!(matches!(call(&own), Answer::Problem(error) if error.status == 403));
}

#[test]
fn what_is_wrong_with_a_run_or_a_mark_is_said() {
    let cooperative = seller_with_a_shop();
    sold(&cooperative);
    native::as_holder(&["registrar"]);
    let today = today::day().date().unwrap().to_string();
    for until in ["", "soon", today.as_str()] {
        assert_eq!(page(&Request::post("/money/runs", &[("until", until)])).0, 422, "{until}");
    }
    run();
    let id = native::ids("payout")[0].clone();
    for (reference, day, wrong) in
        [("", today.as_str(), "payout-reference"), ("VIR 1", "2099-01-01", "payout-day"), ("VIR 1", "", "payout-day")]
    {
        let form = [("do", "pay"), ("state", "prepared"), ("reference", reference), ("paid_on", day)];
        let (status, _, data) = page(&Request::post(&format!("/money/payouts/{id}"), &form));
        assert_eq!((status, &data["wrong"]), (422, &json!(wrong)));
    }
    assert_eq!(newest()["state"], "prepared");
}

#[test]
fn the_money_page_reads_no_more_with_thousands_of_closed_parts() {
    let cooperative = seller_with_a_shop();
    sold(&cooperative);
    let due: tiwizi_sdk::Entry<crate::settled::Due> =
        tiwizi_sdk::Store::first(&tiwizi_sdk::Find::new()).unwrap().unwrap();
    let mut tally = crate::settled::Tally::of(&cooperative).unwrap().unwrap();
    for number in 0..2_100 {
        let line = crate::settled::Due { key: format!("old:{number}"), ..due.body.clone() };
        tiwizi_sdk::Store::create(&line).unwrap();
    }
    tally.body.sales = crate::money::Centimes(13_550 * 2_101);
    tally.body.commissions = crate::money::Centimes(514 * 2_101);
    tiwizi_sdk::Store::replace(&tally).unwrap();
    native::as_holder(&["registrar"]);
    let (_, _, data) = page(&Request::get("/money"));
    assert_eq!(data["sellers"][0]["due"], crate::money::Centimes(NET * 2_101).to_string());
    run();
    for _ in 0..4 {
        native::advance(1);
        jobs();
    }
    assert_eq!((&newest()["amount"], &newest()["lines"]), (&json!(NET * 2_101), &json!(2_101)));
    assert_eq!(newest()["files"].as_array().unwrap().len(), 3, "a thousand lines in each");
}
