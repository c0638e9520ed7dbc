//! Opening a shop, the seller's desk, what comes back, and being paid.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::{SOUSS, balance, buy, call, jobs, market, page, redirect, stock};

const DAY_MS: u64 = 86_400_000;

/// The cooperative of Taroudannt has a desk of its own: here a person stands for it.
pub(super) fn seller_with_a_shop() -> String {
    market();
    let cooperative = native::add_cooperative(&json!({
        "name_fr": "Coopérative Anfa", "name_ar": "تعاونية أنفا", "province": SOUSS, "status": "registered", "court": "Agadir",
        "number": "17/2020", "sector": "agriculture",
    }));
    native::as_member(&cooperative);
    let open = Request::post(
        "/desk",
        &[
            ("court", "Agadir"),
            ("number", "17/2020"),
            ("about", "Huile d’argan"),
            ("address", "Taroudannt"),
            ("phone", "0528000000"),
        ],
    );
    assert_eq!(redirect(&open), format!("/desk/{cooperative}"));
    assert_eq!(page(&open).0, 409, "a cooperative has one shop");
    let add = Request::post(&format!("/desk/{cooperative}/products"), &product("huile-anfa", "٨٥٫٥٠", "10"));
    assert_eq!(redirect(&add), format!("/desk/{cooperative}"));
    cooperative
}

fn product<'a>(code: &'a str, price: &'a str, pieces: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("code", code),
        ("title_ar", "زيت"),
        ("title_fr", "Huile d’Anfa"),
        ("category", "oil"),
        ("vat_class", "food"),
        ("nature", "ordinary"),
        ("label", "none"),
        ("size", "1 litre"),
        ("grams", "1200"),
        ("price", price),
        ("pieces", pieces),
    ]
}

fn act(cooperative: &str, event: &str) -> Answer {
    let part = native::ids("share").last().unwrap().clone();
    call(&Request::post(&format!("/desk/{cooperative}/parts"), &[("part", &part), ("event", event)]))
}

#[test]
fn a_shop_that_opens_and_its_first_sale_are_milestones_of_the_cooperative() {
    market();
    let cooperative = native::add_cooperative(&json!({
        "name_fr": "Coopérative Tamount", "name_ar": "تعاونية تامونت", "province": SOUSS, "status": "registered", "court": "Agadir",
        "number": "21/2020", "sector": "agriculture",
    }));
    let officer = "00000000-0000-7000-8000-00000000000e";
    native::as_member(officer);
    native::act_for(&cooperative);
    let part = |slot: &str, input: &Value| native::render::<crate::Marketplace>(slot, input).unwrap();
    let path = || part("path", &json!({ "cooperative": cooperative })).unwrap().data;
    assert_eq!((&path()["shop"], &path()["fair"]), (&json!(false), &Value::Null));
    let (_, _, data) = page(&Request::get("/desk"));
    assert_eq!(data["chosen"]["number"], "21/2020", "nobody has to type what the register knows");
    let open = |number: &str| {
        let form = [
            ("court", "Agadir"),
            ("number", number),
            ("about", "Safran"),
            ("address", "Rue 1"),
            ("phone", "0528000000"),
        ];
        call(&Request::post("/desk", &form))
    };
    assert!(matches!(open("21/2020"), Answer::Redirect(_)));
    let shop = native::ids("shop").last().unwrap().clone();
    assert_eq!(native::reached_for(), [(cooperative.clone(), "shop-opened".to_owned(), shop.clone())]);
    assert_eq!(native::reached(), [("shop-opened".to_owned(), shop)], "and of the person who opened it");
    assert_eq!((&path()["shop"], &path()["shows"]), (&json!(true), &json!(false)));
    assert_eq!(page(&Request::get("/desk")).2["own"], json!([]));
    redirect(&Request::post(&format!("/desk/{cooperative}/products"), &product("safran-tamount", "38", "10")));
    assert_eq!((&path()["shows"], &path()["sold"]), (&json!(true), &json!(false)));

    native::as_member(officer);
    assert_eq!(part("path", &json!({ "cooperative": cooperative })), None, "who does not act for it is shown no desk");
    assert_eq!(part("path", &json!({})), None, "and a person's own path has none");
}

#[test]
fn opening_a_shop_is_a_milestone_and_needs_somebody_of_the_cooperative() {
    let cooperative = seller_with_a_shop();
    assert_eq!(native::reached().len(), 1);
    assert_eq!(native::bodies("product").last().unwrap()["variants"][0]["offers"][0]["amount"], 8_550);
    native::as_member("00000000-0000-7000-8000-00000000000b");
    let desk = Request::get(&format!("/desk/{cooperative}"));
    assert!(matches!(call(&desk), Answer::Problem(error) if error.status == 403));
    native::as_public();
    assert!(matches!(call(&desk), Answer::Problem(error) if error.status == 401));
    let (souss, _) = market();
    native::as_member("00000000-0000-7000-8000-00000000000b");
    let open = Request::post(
        "/desk",
        &[
            ("court", "Taroudannt"),
            ("number", "09.541/2020"),
            ("about", "ab"),
            ("address", "Rue 1"),
            ("phone", "05280"),
        ],
    );
    assert!(!matches!(call(&open), Answer::Redirect(_)), "{souss}");
}

#[test]
fn what_is_wrong_with_a_product_stands_at_its_fields() {
    let cooperative = seller_with_a_shop();
    let mut wrong = product("Huile Anfa", "-5", "beaucoup");
    wrong.retain(|(name, _)| *name != "vat_class");
    wrong.push(("vat_class", "none"));
    let (status, _, data) = page(&Request::post(&format!("/desk/{cooperative}/products"), &wrong));
    assert_eq!(status, 422);
    let faults = &data["form"]["faults"];
    assert_eq!((&faults["price"], &faults["pieces"]), (&json!("too-small"), &json!("type")));
    assert_eq!((&faults["code"], &faults["vat_class"]), (&json!("pattern"), &json!("enum")));
    let again = Request::post(&format!("/desk/{cooperative}/products"), &product("huile-anfa", "1", "1"));
    assert_eq!(page(&again).2["form"]["faults"]["code"], "duplicate");
}

#[test]
fn an_order_paid_at_the_door_is_sold_returned_in_part_and_paid_out_to_the_centime() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    let path = buy("huile-anfa.one.3", "on-delivery");
    jobs();
    native::as_member(&cooperative);
    let (_, _, data) = page(&Request::get(&format!("/desk/{cooperative}")));
    assert_eq!(data["parts"][0]["recipient"]["name"], "Fadma");
    assert_eq!(data["parts"][0]["steps"], json!(["confirm", "cancel"]));
    for event in ["confirm", "prepare", "send", "deliver"] {
        assert!(matches!(act(&cooperative, event), Answer::Redirect(_)), "{event}");
    }
    assert!(matches!(act(&cooperative, "cancel"), Answer::Page { status: 409, .. }));
    assert_eq!(native::reached().len(), 2, "the first sale");
    assert_eq!(native::told().len(), 1, "the seller of a new order; whoever bought was not signed in");
    // Three at 85.50 and a parcel of 3.6 kilograms at 50.
    assert_eq!(balance("courier"), 30_650);
    assert_eq!(stock("huile-anfa", "one")["there"], 7);
    native::as_public();
    let part = native::ids("share")[0].clone();
    let send_back = |quantity: &str, reason: &str| {
        let form = [("part", part.as_str()), ("line", "0"), ("quantity", quantity), ("reason", reason)];
        call(&Request::post(&format!("{path}/return"), &form))
    };
    assert!(matches!(send_back("4", "withdrawal"), Answer::Page { status: 422, .. }));
    assert!(matches!(send_back("1", "withdrawal"), Answer::Redirect(_)));
    assert!(matches!(send_back("3", "withdrawal"), Answer::Page { status: 422, .. }), "two are left");
    native::as_member(&cooperative);
    let back = Request::post(&format!("/desk/{cooperative}/back"), &[("part", &part), ("ask", "0")]);
    redirect(&back);
    assert!(!matches!(call(&back), Answer::Redirect(_)), "what is back once does not come again");
    assert_eq!(stock("huile-anfa", "one")["there"], 8);
    let order = native::ids("order")[0].clone();
    assert_eq!(balance(&format!("buyer:{order}")), -8_550);
    native::as_holder(&["registrar"]);
    super::payouts::run();
    assert_eq!(native::bodies("payout"), Vec::<Value>::new(), "the term of withdrawal runs");
    native::advance(9 * DAY_MS);
    jobs();
    native::advance(DAY_MS);
    super::payouts::run();
    super::payouts::run();
    assert_eq!(native::bodies("payout").len(), 1, "nothing is due twice");
    super::payouts::mark("pay");
    // 306.50 less 85.50 that went back, less 5 % of 171 and the tax on it: 8.55 and 1.71.
    assert_eq!(native::bodies("payout")[0]["amount"], 30_650 - 8_550 - 855 - 171);
    assert_eq!(balance(&format!("seller:{cooperative}")), 0);
    native::as_public();
    let (_, _, data) =
        page(&Request::post(&format!("{path}/return"), &[("part", &part), ("line", "0"), ("quantity", "1")]));
    assert_eq!(data["refused"]["code"], "too-late");
}

#[test]
fn a_seller_counts_the_store_but_not_below_what_is_kept() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    buy("huile-anfa.one.3", "transfer");
    native::as_member(&cooperative);
    let count = |there: &str| {
        call(&Request::post(
            &format!("/desk/{cooperative}/stock"),
            &[("product", "huile-anfa"), ("variant", "one"), ("there", there)],
        ))
    };
    let Answer::Page { status, data, .. } = count("2") else { panic!("three are kept") };
    assert_eq!((status, &data["refused"]["kept"]), (409, &json!(3)));
    assert!(matches!(count("٣"), Answer::Redirect(_)));
    assert!(matches!(count("-1"), Answer::Page { status: 422, .. }));
    assert_eq!(stock("huile-anfa", "one")["there"], 3);
    let other = Request::post("/desk", &[]);
    assert_eq!(page(&other).0, 422);
}

#[test]
fn a_part_that_is_cancelled_before_it_is_paid_is_not_to_be_paid() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    let path = buy("huile-anfa.one.1~dattes-majhoul.1kg.1", "transfer");
    native::as_member(&cooperative);
    let ids = native::ids("share");
    let at = native::bodies("share").iter().position(|share| share["cooperative"] == cooperative.as_str()).unwrap();
    redirect(&Request::post(&format!("/desk/{cooperative}/parts"), &[("part", &ids[at]), ("event", "cancel")]));
    native::as_public();
    let (_, _, data) = page(&Request::get(&path));
    assert_eq!(data["order"]["due"], "170.00");
    assert_eq!(stock("huile-anfa", "one"), json!({ "there": 10, "holds": [] }));
    assert_eq!(native::bodies("posting"), Vec::<Value>::new());
}

#[test]
fn a_part_that_is_confirmed_twice_takes_its_goods_once() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    buy("huile-anfa.one.3", "on-delivery");
    native::as_member(&cooperative);
    assert!(matches!(act(&cooperative, "confirm"), Answer::Redirect(_)));
    assert!(matches!(act(&cooperative, "confirm"), Answer::Page { status: 409, .. }));
    assert_eq!(stock("huile-anfa", "one")["there"], 7);
}

#[test]
fn a_part_that_was_refused_at_the_door_is_not_due_any_more() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    let path = buy("huile-anfa.one.1~dattes-majhoul.1kg.1", "on-delivery");
    native::as_member(&cooperative);
    let ids = native::ids("share");
    let at = native::bodies("share").iter().position(|share| share["cooperative"] == cooperative.as_str()).unwrap();
    for event in ["confirm", "send", "refuse"] {
        redirect(&Request::post(&format!("/desk/{cooperative}/parts"), &[("part", &ids[at]), ("event", event)]));
    }
    native::as_public();
    let (_, _, data) = page(&Request::get(&path));
    assert_eq!(data["order"]["due"], "170.00", "the dates and their parcel");
    let dates = ids.iter().find(|id| **id != ids[at]).unwrap();
    redirect(&Request::post(&format!("{path}/cancel"), &[("part", dates)]));
    assert_eq!(page(&Request::get(&path)).2["order"]["due"], Value::Null);
}

#[test]
fn goods_of_two_returns_are_back_one_after_the_other_when_a_form_comes_twice() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    let path = buy("huile-anfa.one.3", "on-delivery");
    native::as_member(&cooperative);
    for event in ["confirm", "send", "deliver"] {
        assert!(matches!(act(&cooperative, event), Answer::Redirect(_)), "{event}");
    }
    native::as_public();
    let part = native::ids("share")[0].clone();
    for _ in 0..2 {
        let form = [("part", part.as_str()), ("line", "0"), ("quantity", "1"), ("reason", "withdrawal")];
        redirect(&Request::post(&format!("{path}/return"), &form));
    }
    native::as_member(&cooperative);
    let desk = format!("/desk/{cooperative}");
    let version = page(&Request::get(&desk)).2["parts"][0]["version"].to_string();
    let back = Request::post(&format!("{desk}/back"), &[("part", &part), ("ask", "0"), ("version", &version)]);
    redirect(&back);
    redirect(&back);
    assert_eq!(page(&Request::get(&desk)).2["parts"][0]["asks"].as_array().unwrap().len(), 1);
    assert_eq!(stock("huile-anfa", "one")["there"], 8);
}
