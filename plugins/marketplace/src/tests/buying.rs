//! Searching, the basket, the purchase, paying, and sending back.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::{balance, buy, call, jobs, market, page, redirect, stock};
use crate::payment::card::signed;
use crate::payment::reference;

const SAFFRON_AND_DATES: &str = "safran-taliouine.1g.2~dattes-majhoul.1kg.1";

fn titles(request: &Request) -> Vec<String> {
    let (_, _, data) = page(request);
    data["products"].as_array().unwrap().iter().map(|product| product["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_product_is_found_in_every_script() {
    market();
    for words in ["argan", "أركان", "ⴰⵔⴳⴰⵏ", "huile d’argan"] {
        let found = titles(&Request::get("/").with_query("q", words));
        assert_eq!(found, ["huile-argan"], "{words}");
    }
    assert_eq!(titles(&Request::get("/").with_query("category", "dates")), ["dattes-majhoul"]);
    assert_eq!(titles(&Request::get("/").with_query("label", "safran-taliouine")), ["safran-taliouine"]);
    let both = Request::get("/").with_query("category", "oil").with_query("q", "safran");
    assert_eq!(titles(&both), Vec::<String>::new());
}

#[test]
fn a_label_is_shown_as_valid_until_its_last_day() {
    market();
    let (_, template, data) = page(&Request::get("/labels/safran-taliouine").in_language("zgh"));
    assert_eq!((template.as_str(), &data["claim"]["verdict"]), ("label", &json!("valid")));
    assert_eq!(data["qr"], Value::Null, "without the instance's address there is no code");
    native::set_setting("address", json!("https://market.example"));
    let (_, _, data) = page(&Request::get("/labels/safran-taliouine"));
    assert!(data["qr"]["path"].as_str().is_some_and(|path| path.starts_with('M')));
    native::advance(366 * 86_400_000);
    let (_, _, data) = page(&Request::get("/labels/safran-taliouine"));
    assert_eq!(data["claim"]["verdict"], "expired");
}

#[test]
fn an_order_of_two_cooperatives_is_two_parts_and_is_paid_by_a_transfer() {
    let (souss, tafilalet) = market();
    let path = buy(SAFFRON_AND_DATES, "transfer");
    jobs();
    let (_, _, data) = page(&Request::get(&path));
    // Two grams at 35 dirhams and a kilogram at 120, each parcel to Casablanca: 35 and 50.
    assert_eq!((&data["order"]["total"], &data["parts"].as_array().unwrap().len()), (&json!("275.00"), &2));
    assert_eq!(native::bodies("recipient").len(), 2);
    let number = native::bodies("order")[0]["number"].as_u64().unwrap();
    assert_eq!(stock("safran-taliouine", "1g")["holds"][0]["pieces"], 2);
    native::as_holder(&["registrar"]);
    let line = format!("27/11/2026;VIR FADMA {};275,00", reference::of(number).unwrap());
    let send = Request::post("/money/statement", &[("statement", &line)]);
    let (_, _, told) = page(&send);
    assert_eq!(told["told"]["told"][0]["is"]["verdict"], "settled");
    let (_, _, told) = page(&send);
    assert_eq!(
        (&told["told"]["told"][0]["is"]["doubt"], &told["told"]["told"][0]["known"]),
        (&json!("nothing-due"), &json!(true))
    );
    native::as_public();
    let (_, _, data) = page(&Request::get(&path));
    assert!(data["parts"].as_array().unwrap().iter().all(|part| part["state"] == "confirmed"));
    assert_eq!(stock("safran-taliouine", "1g"), json!({ "there": 118, "holds": [] }));
    assert_eq!(balance("bank"), 27_500);
    // 70 and 35 dirhams, less 3.50 and 0.70; 120 and 50, less 6 and 1.20.
    assert_eq!((balance(&format!("seller:{souss}")), balance(&format!("seller:{tafilalet}"))), (-10_080, -16_280));
}

#[test]
fn of_two_buyers_for_the_last_jar_the_second_is_told() {
    market();
    let mut shelf = stock("safran-taliouine", "5g");
    assert_eq!(shelf["there"].take(), 30);
    buy("safran-taliouine.5g.30", "transfer");
    let request = Request::post(
        "/checkout",
        &[
            ("basket", "safran-taliouine.5g.1"),
            ("name", "Aicha"),
            ("phone", "0611111111"),
            ("province", "09.541"),
            ("way", "collected"),
            ("method", "transfer"),
            ("seen", "16500"),
        ],
    );
    let (status, _, data) = page(&request);
    assert_eq!((status, &data["refused"]["code"], &data["refused"]["free"]), (409, &json!("short"), &json!(0)));
    native::advance(8 * 86_400_000);
    assert!(matches!(call(&request), Answer::Redirect(_)), "what was not paid in time is free again");
}

#[test]
fn a_price_that_changed_is_asked_again_and_an_order_keeps_its_own() {
    market();
    let path = buy("dattes-majhoul.1kg.1", "transfer");
    let seen = Request::post(
        "/checkout",
        &[
            ("basket", "dattes-majhoul.1kg.1"),
            ("name", "Aicha"),
            ("phone", "0611111111"),
            ("province", "08.201"),
            ("way", "collected"),
            ("method", "transfer"),
            ("seen", "11900"),
        ],
    );
    let (status, _, data) = page(&seen);
    assert_eq!((status, &data["total"]), (409, &json!("120.00")));
    assert_eq!(page(&Request::get(&path)).2["order"]["total"], "170.00");
}

#[test]
fn a_checkout_sent_twice_is_one_order() {
    market();
    let form = |key: &str, name: &str| {
        let form = [
            ("basket", "dattes-majhoul.1kg.1"),
            ("name", name),
            ("phone", "0611111111"),
            ("province", "08.201"),
            ("way", "collected"),
            ("method", "transfer"),
            ("seen", "12000"),
            ("key", key),
        ];
        Request::post("/checkout", &form)
    };
    let shown = Request::get("/checkout").with_query("basket", "dattes-majhoul.1kg.1");
    let key = page(&shown).2["key"].as_str().unwrap().to_owned();
    assert_ne!(page(&shown).2["key"], key, "each page is another order");
    let (status, _, refused) = page(&form(&key, "A"));
    assert_eq!((status, &refused["key"]), (422, &json!(key)), "a form that is not taken keeps its key");
    for _ in 0..3 {
        assert_eq!(redirect(&form(&key, "Aicha")), format!("/orders/{key}"));
    }
    jobs();
    assert_eq!((native::bodies("order").len(), native::bodies("share").len()), (1, 1));
    assert_eq!(native::bodies("recipient").len(), 1);
    assert_eq!(stock("dattes-majhoul", "1kg")["holds"].as_array().unwrap().len(), 1);
    assert!(!native::bodies("order")[0].to_string().contains(&key), "the record has the hash only");
    let odd = redirect(&form("' or 1", "Aicha"));
    assert_eq!((odd.len(), native::bodies("order").len()), ("/orders/".len() + 32, 2));
}

#[test]
fn a_purchase_that_is_not_whole_comes_back_with_what_was_typed() {
    market();
    let (status, _, data) =
        page(&Request::post("/checkout", &[("basket", "dattes-majhoul.1kg.1"), ("name", "A"), ("seen", "1")]));
    assert_eq!((status, &data["form"]["faults"]["phone"]), (422, &json!("required")));
    assert_eq!(data["form"]["faults"]["name"], "too-short");
    for quantity in ["-3", "0", "1.5", "x"] {
        let put =
            Request::post("/basket", &[("product", "dattes-majhoul"), ("variant", "1kg"), ("quantity", quantity)]);
        assert_eq!(page(&put).0, 422, "{quantity}");
    }
    let put = Request::post("/basket", &[("product", "dattes-majhoul"), ("variant", "1kg"), ("quantity", "٣")]);
    assert_eq!(redirect(&put), "/basket?basket=dattes-majhoul.1kg.3");
}

/// What the gateway tells of the only attempt.
pub(super) fn gateway_tells(transaction: &str, amount: &str, result: &str, key: &str) -> Request {
    let attempt = native::ids("attempt")[0].clone();
    let fields = [
        ("order", attempt.as_str()),
        ("transaction", transaction),
        ("amount", amount),
        ("currency", "504"),
        ("result", result),
    ];
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let fields = signed(fields, key.as_bytes());
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Request::post("/card/told", &fields)
}

pub(super) fn with_cards() {
    native::set_setting("address", json!("https://market.example"));
    native::set_setting("card_gateway", json!("https://gateway.example/pay"));
    native::set_setting("card_merchant", json!("600001"));
    native::set_secret("card-key", "shared");
}

#[test]
fn a_gateway_that_tells_it_twice_pays_once() {
    market();
    with_cards();
    let path = buy("dattes-majhoul.1kg.1", "card");
    let (_, _, data) = page(&Request::get(&path));
    assert!(data["card"].as_str().unwrap().starts_with("https://gateway.example/pay?amount=170.00&"));
    assert!(
        matches!(call(&gateway_tells("t1", "170.00", "paid", "wrong")), Answer::Problem(error) if error.status == 403)
    );
    assert!(matches!(call(&gateway_tells("t1", "170.00", "declined", "shared")), Answer::Json { .. }));
    for _ in 0..3 {
        assert!(matches!(call(&gateway_tells("t2", "170.00", "paid", "shared")), Answer::Json { status: 200, .. }));
    }
    assert_eq!(balance("gateway"), 17_000);
    assert_eq!(stock("dattes-majhoul", "1kg")["there"], 49);
    let (_, _, data) = page(&Request::get(&path));
    assert_eq!((&data["order"]["paid"], &data["card"]), (&json!(true), &Value::Null));
    // A second transaction is the buyer's money: it is on their account, to go back.
    call(&gateway_tells("t3", "170.00", "paid", "shared"));
    assert_eq!((balance("gateway"), balance(&format!("buyer:{}", native::ids("order")[0]))), (34_000, -17_000));
}

#[test]
fn money_that_comes_late_is_kept_for_its_buyer_when_the_goods_are_gone() {
    market();
    with_cards();
    let path = buy("safran-taliouine.5g.30", "card");
    native::advance(3_600_000);
    jobs();
    assert_eq!(page(&Request::get(&path)).2["parts"][0]["state"], "lapsed");
    buy("safran-taliouine.5g.30", "transfer");
    call(&gateway_tells("t1", "4985.00", "paid", "shared"));
    let order = native::ids("order")[0].clone();
    assert_eq!(page(&Request::get(&path)).2["parts"][0]["state"], "lapsed");
    let total = native::bodies("order")[0]["total"].as_i64().unwrap();
    let amount = format!("{}.{:02}", total / 100, total % 100);
    call(&gateway_tells("t2", &amount, "paid", "shared"));
    assert_eq!(balance(&format!("buyer:{order}")), -498_500 - total);
    let owed = crate::money::Centimes(498_500 + total).to_string();
    native::as_holder(&["registrar"]);
    let (_, _, data) = page(&Request::get("/money/owed"));
    assert_eq!((&data["debts"][0]["amount"], &data["debts"][0]["whys"]), (&json!(owed), &json!(["overpaid", "gone"])));
    assert_eq!(page(&pay_back(0, "99999.00", "VIR 1")).0, 422, "never more than was paid");
    assert_eq!(redirect(&pay_back(0, &owed, "VIR 1")), "/money/owed");
    assert_eq!(page(&pay_back(0, "0.01", "VIR 2")).0, 422);
    assert_eq!(balance(&format!("buyer:{order}")), 0);
    assert_eq!(page(&Request::get("/money/owed")).2["debts"], json!([]));
}

/// The form that says of a debt that it was paid back today.
pub(super) fn pay_back(at: usize, amount: &str, reference: &str) -> Request {
    let debt = native::ids("debt")[at].clone();
    let day = crate::today::day().date().unwrap().to_string();
    let form = [("amount", amount), ("reference", reference), ("paid_on", day.as_str())];
    Request::post(&format!("/money/owed/{debt}"), &form)
}

#[test]
fn money_that_comes_late_buys_what_is_still_there() {
    market();
    with_cards();
    let path = buy("dattes-majhoul.1kg.1", "card");
    native::advance(3_600_000);
    jobs();
    call(&gateway_tells("t1", "170.00", "paid", "shared"));
    assert_eq!(page(&Request::get(&path)).2["parts"][0]["state"], "confirmed");
}

#[test]
fn an_order_of_somebody_signed_in_stays_theirs_when_others_write_it() {
    market();
    native::as_member("00000000-0000-7000-8000-00000000000c");
    buy("dattes-majhoul.1kg.1", "transfer");
    native::as_holder(&["registrar"]);
    let number = native::bodies("order")[0]["number"].as_u64().unwrap();
    let line = format!("27/11/2026;{};170", reference::of(number).unwrap());
    page(&Request::post("/money/statement", &[("statement", &line)]));
    let order = &native::bodies("order")[0];
    assert_eq!((&order["waiting"], &order["person"]), (&json!(false), &json!("00000000-0000-7000-8000-00000000000c")));
}

#[test]
fn an_order_is_found_by_its_key_alone() {
    market();
    let path = buy("dattes-majhoul.1kg.1", "transfer");
    let key = path.trim_start_matches("/orders/");
    assert_eq!(key.len(), 32);
    let order = &native::bodies("order")[0];
    assert_ne!(order["key"], key, "the record has the hash only");
    assert_eq!(page(&Request::get("/orders/00000000000000000000000000000000")).0, 404);
    let (_, _, data) = page(&Request::get(&path));
    assert!(!data.to_string().contains("Fadma"), "the address is for the seller alone");
}

#[test]
fn filters_are_used_together() {
    market();
    let both = |category: &str, label: &str, province: &str| {
        let asked = Request::get("/").with_query("category", category).with_query("label", label);
        titles(&asked.with_query("province", province))
    };
    assert_eq!(both("saffron", "safran-taliouine", "09.541"), ["safran-taliouine"]);
    assert_eq!(both("", "safran-taliouine", "09.541"), ["safran-taliouine"]);
    assert_eq!(both("oil", "safran-taliouine", ""), Vec::<String>::new());
    assert_eq!(both("dates", "", "09.541"), Vec::<String>::new());
    assert_eq!(both("dates", "", "08.201"), ["dattes-majhoul"]);
}

#[test]
fn somebody_signed_in_has_their_orders_together_and_nobody_else_has_them() {
    market();
    native::as_member("00000000-0000-7000-8000-00000000000c");
    buy("dattes-majhoul.1kg.1", "transfer");
    let (_, _, data) = page(&Request::get("/orders"));
    let id = data["orders"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(page(&Request::get(&format!("/orders/{id}"))).2["order"]["total"], "170.00");
    native::as_member("00000000-0000-7000-8000-00000000000d");
    assert_eq!(page(&Request::get("/orders")).2["orders"], json!([]));
    assert_eq!(page(&Request::get(&format!("/orders/{id}"))).0, 404);
}

#[test]
fn where_a_parcel_went_is_forgotten_ninety_days_after_its_part_is_over() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    native::advance(8 * 86_400_000);
    jobs();
    // In the kernel it comes by its schedule.
    let forget = || {
        tiwizi_sdk::jobs::Later::new("forget").enqueue(&json!({})).unwrap();
        jobs();
    };
    native::advance(80 * 86_400_000);
    forget();
    assert_eq!(native::bodies("recipient").len(), 1);
    native::advance(20 * 86_400_000);
    forget();
    assert_eq!(native::bodies("recipient"), Vec::<Value>::new());
}

#[test]
fn a_transfer_that_comes_late_is_booked_and_buys_what_is_still_there() {
    market();
    let path = buy("dattes-majhoul.1kg.1", "transfer");
    native::advance(8 * 86_400_000);
    jobs();
    assert_eq!(page(&Request::get(&path)).2["parts"][0]["state"], "lapsed");
    native::as_holder(&["registrar"]);
    let number = native::bodies("order")[0]["number"].as_u64().unwrap();
    let line = format!("05/12/2026;{};170", reference::of(number).unwrap());
    let send = Request::post("/money/statement", &[("statement", &line)]);
    assert_eq!(page(&send).2["told"]["told"][0]["is"]["verdict"], "settled");
    assert_eq!(page(&send).2["told"]["told"][0]["known"], true);
    assert_eq!(balance("bank"), 17_000);
    native::as_public();
    assert_eq!(page(&Request::get(&path)).2["parts"][0]["state"], "confirmed");
}

#[test]
fn a_card_pays_only_for_the_parts_that_are_left() {
    let (_, tafilalet) = market();
    with_cards();
    let path = buy(SAFFRON_AND_DATES, "card");
    let at = native::bodies("share").iter().position(|share| share["cooperative"] == tafilalet.as_str()).unwrap();
    let part = native::ids("share")[at].clone();
    redirect(&Request::post(&format!("{path}/cancel"), &[("part", &part)]));
    let (_, _, data) = page(&Request::get(&path));
    assert_eq!(data["order"]["due"], "105.00");
    assert!(data["card"].as_str().unwrap().starts_with("https://gateway.example/pay?amount=105.00&"));
    // Whoever had the gateway's page open pays the whole, and is owed the rest.
    call(&gateway_tells("t1", "275.00", "paid", "shared"));
    let (_, _, data) = page(&Request::get(&path));
    assert_eq!((&data["order"]["paid"], &data["card"]), (&json!(true), &Value::Null));
    assert_eq!(balance(&format!("buyer:{}", native::ids("order")[0])), 10_500 - 27_500);
}

#[test]
fn a_part_of_what_is_owed_is_paid_back_once_when_its_form_comes_twice() {
    market();
    with_cards();
    buy("dattes-majhoul.1kg.1", "card");
    for transaction in ["t1", "t2"] {
        call(&gateway_tells(transaction, "170.00", "paid", "shared"));
    }
    native::as_holder(&["registrar"]);
    let buyer = format!("buyer:{}", native::ids("order")[0]);
    for reference in ["VIR 1", "vir-1"] {
        redirect(&pay_back(0, "50", reference));
    }
    assert_eq!(balance(&buyer), 5_000 - 17_000);
    assert_eq!(page(&pay_back(0, "49", "VIR 1")).0, 409, "another amount by the same reference is another thing");
    redirect(&pay_back(0, "50", "VIR 2"));
    assert_eq!(native::bodies("order")[0]["repaid"], 10_000);
    assert_eq!(native::bodies("debt")[0]["amount"], 7_000);
}
