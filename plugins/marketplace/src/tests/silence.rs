//! A card gateway that stays silent: it is asked when the term is over, the goods are kept or let go, and what it tells late is believed.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::buying::{gateway_tells, with_cards};
use super::{balance, buy, call, jobs, market, page, stock};
use crate::payment::card::signed;

const STATE: &str = "https://payment.cmi.co.ma/state";
const MINUTE_MS: u64 = 60_000;

/// A kilogram of dates that somebody who is signed in pays by card, at a gateway that can be asked.
fn bought() -> String {
    market();
    with_cards();
    native::set_setting("card_state", json!(STATE));
    native::as_member("00000000-0000-7000-8000-00000000000c");
    let path = buy("dattes-majhoul.1kg.1", "card");
    jobs();
    path
}

/// Lays out what the gateway answers when it is asked about the only attempt.
fn answers(pairs: &[(&str, &str)], key: &str) {
    let attempt = native::ids("attempt")[0].clone();
    let pairs = pairs.iter().copied().chain([("order", attempt.as_str())]);
    let fields = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let fields = signed(fields, key.as_bytes());
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    native::lay_out("POST", STATE, 200, body.join("&"));
}

fn after(minutes: u64) {
    native::advance(minutes * MINUTE_MS);
    jobs();
}

fn order(path: &str) -> Value {
    page(&Request::get(path)).2
}

fn kept() -> usize {
    stock("dattes-majhoul", "1kg")["holds"].as_array().unwrap().len()
}

const PAID: [(&str, &str); 4] = [("transaction", "t1"), ("amount", "170.00"), ("currency", "504"), ("result", "paid")];

#[test]
fn a_gateway_that_never_tells_is_asked_until_the_goods_are_free_and_the_buyer_is_told() {
    let path = bought();
    after(32);
    assert_eq!(native::asked().len(), 1);
    assert_eq!((&order(&path)["parts"][0]["state"], kept()), (&json!("awaiting"), 1), "the goods are kept");
    assert_eq!((&order(&path)["order"]["asking"], &order(&path)["card"]), (&json!(true), &Value::Null));
    after(6);
    assert_eq!(native::asked().len(), 2);
    after(30);
    assert_eq!((&order(&path)["parts"][0]["state"], kept()), (&json!("lapsed"), 0));
    assert_eq!(order(&path)["order"]["lapsed_card"], true);
    assert!(native::told().iter().any(|told| told.text("fr").contains("non payée")), "{:?}", native::told());
    let asked = native::asked().len();
    after(60);
    assert_eq!(native::asked().len(), asked, "nobody is asked for ever");
    native::as_holder(&["registrar"]);
    let (_, _, data) = page(&Request::get("/money"));
    assert_eq!(data["doubtful"].as_array().unwrap().len(), 1, "a person asks the gateway");
}

#[test]
fn a_gateway_that_is_asked_and_says_paid_pays_the_order_once() {
    let path = bought();
    answers(&PAID, "shared");
    after(32);
    assert_eq!((&order(&path)["parts"][0]["state"], balance("gateway")), (&json!("confirmed"), 17_000));
    // It tells the same by itself, late and twice.
    for _ in 0..2 {
        assert!(matches!(call(&gateway_tells("t1", "170.00", "paid", "shared")), Answer::Json { .. }));
    }
    after(60);
    assert_eq!((balance("gateway"), native::asked().len()), (17_000, 1));
    assert_eq!(stock("dattes-majhoul", "1kg"), json!({ "there": 49, "holds": [] }));
}

#[test]
fn a_gateway_that_knows_of_nothing_lets_the_goods_go_at_once() {
    let path = bought();
    answers(&[("result", "none")], "shared");
    after(32);
    assert_eq!((&order(&path)["parts"][0]["state"], kept()), (&json!("lapsed"), 0));
    assert_eq!(native::bodies("attempt")[0]["doubt"], false);
}

#[test]
fn an_answer_that_is_not_the_gateway_s_is_silence() {
    let path = bought();
    answers(&PAID, "another key");
    after(32);
    assert_eq!((&order(&path)["parts"][0]["state"], balance("gateway")), (&json!("awaiting"), 0));
    assert_eq!(kept(), 1);
}

#[test]
fn what_a_silent_gateway_tells_late_buys_what_is_still_there() {
    let path = bought();
    after(32);
    after(60);
    assert_eq!(order(&path)["parts"][0]["state"], "lapsed");
    for _ in 0..2 {
        assert!(matches!(call(&gateway_tells("t1", "170.00", "paid", "shared")), Answer::Json { .. }));
    }
    assert_eq!((&order(&path)["parts"][0]["state"], balance("gateway")), (&json!("confirmed"), 17_000));
    assert_eq!(native::bodies("attempt")[0]["doubt"], false, "it has answered");
}

#[test]
fn an_operator_who_refused_the_plugin_the_network_has_a_silent_gateway() {
    let path = bought();
    native::deny("http-out");
    after(32);
    assert_eq!(order(&path)["parts"][0]["state"], "awaiting");
    after(40);
    assert_eq!(order(&path)["parts"][0]["state"], "lapsed");
}
