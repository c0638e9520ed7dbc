//! What couriers, gateways and shops hold and hand over: whole, in part, too much; told twice; taken back; seen by the bank.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::buying::{gateway_tells, with_cards};
use super::payouts::{NET, run, sold};
use super::selling::seller_with_a_shop;
use super::{balance, buy, call, jobs, market, page, redirect};
use crate::money::Centimes;
use crate::payment::reference;

/// A jar and its parcel.
const JAR: i64 = 13_550;

/// So many jars that a courier was paid for at the door, each an order of its own.
pub(super) fn delivered(cooperative: &str, jars: usize) {
    for _ in 0..jars {
        native::as_public();
        buy("huile-anfa.one.1", "on-delivery");
        native::as_member(cooperative);
        let part = native::ids("share").last().unwrap().clone();
        for event in ["confirm", "send", "deliver"] {
            redirect(&Request::post(&format!("/desk/{cooperative}/parts"), &[("part", &part), ("event", event)]));
        }
    }
    jobs();
    native::as_holder(&["registrar"]);
}

pub(super) fn today() -> String {
    crate::today::day().date().unwrap().to_string()
}

/// The form of a remittance that covers the pieces at these places.
pub(super) fn form(
    holder: &str,
    [amount, fee, reference]: [&str; 3],
    places: &[usize],
    more: &[(&str, &str)],
) -> Request {
    let (ids, day) = (native::ids("held"), today());
    let mut form = vec![("amount", amount), ("fee", fee), ("reference", reference), ("day", day.as_str())];
    form.extend(places.iter().filter_map(|place| ids.get(*place)).map(|id| ("held", id.as_str())));
    form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name && *name != "held"));
    form.extend(more);
    Request::post(&format!("/money/holders/{holder}"), &form)
}

pub(super) fn remittance() -> Value {
    native::bodies("remittance").last().unwrap().clone()
}

/// Something that is done to the newest remittance, from how it stands.
pub(super) fn step(fields: &[(&str, &str)]) -> Request {
    let id = native::ids("remittance").last().unwrap().clone();
    let version = page(&Request::get(&format!("/money/remittances/{id}"))).2["version"].to_string();
    let form = [&[("version", version.as_str())], fields].concat();
    Request::post(&format!("/money/remittances/{id}"), &form)
}

/// What is left of all pieces, and the differences of all remittances, are what the books say.
pub(super) fn holds(holder: &str) {
    let of = |kind: &str| native::bodies(kind).into_iter().filter(|body| body["holder"] == holder).collect::<Vec<_>>();
    let number = |body: &Value, name: &str| body[name].as_i64().unwrap();
    let left: i64 = of("held").iter().map(|body| number(body, "amount") - number(body, "settled")).sum();
    assert_eq!(balance(holder), left, "the account of {holder} is what is left of its pieces");
    let open: i64 = of("remittance").iter().map(|body| number(body, "difference")).sum();
    assert_eq!(balance(&format!("difference:{holder}")), -open, "differences stand in the books");
    for body in of("held") {
        assert!((0..=number(&body, "amount")).contains(&number(&body, "settled")), "no order loses or makes money");
        assert_eq!(body["open"], json!(number(&body, "settled") < number(&body, "amount")));
    }
}

#[test]
fn a_courier_owes_by_day_and_order_until_a_remittance_is_booked_and_the_same_sent_twice_is_one() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 2);
    let (_, template, data) = page(&Request::get("/money/holders"));
    assert_eq!((template.as_str(), &data["holders"][0]["sum"]), ("holders", &json!("271.00")));
    assert_eq!(data["holders"][0]["holder"], json!({ "word": "courier", "kind": "courier", "name": null }));
    let (_, _, data) = page(&Request::get("/money/holders/courier").with_query("from", &today()));
    assert_eq!((&data["days"][0]["sum"], &data["days"][0]["pieces"][1]["left"]), (&json!("271.00"), &json!("135.50")));
    let later = Request::get("/money/holders/courier").with_query("from", "2099-01-01");
    assert_eq!(page(&later).2["days"], json!([]));
    let whole = form("courier", ["٢٦١", "10", "AM-2026/118"], &[0, 1], &[]);
    let there = redirect(&whole);
    assert_eq!((balance("bank"), balance("courier"), balance("difference:courier")), (26_100, 0, 0));
    let again = form("courier", ["261", "10", "am 2026 118"], &[0, 1], &[]);
    assert_eq!((redirect(&whole), redirect(&again)), (there.clone(), there.clone()));
    assert_eq!((native::bodies("remittance").len(), balance("bank")), (1, 26_100));
    let (_, _, data) = page(&Request::get(&there).in_language("ar"));
    assert_eq!((&data["remittance"]["named"], &data["remittance"]["covered"]), (&json!("even"), &json!("271.00")));
    holds("courier");
    let undo = step(&[("do", "undo")]);
    assert_eq!((redirect(&undo), redirect(&undo)), (there.clone(), there));
    assert_eq!((balance("bank"), balance("courier"), &remittance()["state"]), (0, 27_100, &json!("undone")));
    redirect(&whole);
    assert_eq!((balance("bank"), balance("courier"), native::bodies("remittance").len()), (26_100, 0, 1));
    holds("courier");
}

#[test]
fn an_order_is_settled_in_part_and_the_rest_of_it_stays_owed() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 1);
    let part = format!("part-{}", native::ids("held")[0]);
    let (_, _, data) = page(&form("courier", ["100", "", "ABCD"], &[0], &[(&part, "١٠٠")]));
    assert_eq!(data["days"][0]["pieces"][0]["typed"], "١٠٠", "what was refused is not settled whole the next time");
    redirect(&form("courier", ["100", "", "R100"], &[0], &[(&part, "100")]));
    assert_eq!((balance("courier"), &remittance()["difference"]), (JAR - 10_000, &json!(0)));
    holds("courier");
    redirect(&form("courier", ["35.50", "", "R101"], &[0], &[]));
    assert_eq!((balance("courier"), balance("bank")), (0, JAR));
    assert_eq!(page(&Request::get("/money/holders")).2["holders"], json!([]));
    holds("courier");
}

#[test]
fn too_much_has_a_name_and_stays_open_until_it_is_explained() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 2);
    let number = native::bodies("held")[0]["number"].as_u64().unwrap();
    let list = format!("{};200", reference::of(number).unwrap());
    redirect(&form("courier", ["200", "", "R200"], &[], &[("orders", &list)]));
    assert_eq!(
        (&remittance()["difference"], balance("courier")),
        (&json!(6_450), JAR),
        "no more is settled than was held"
    );
    let (_, _, data) = page(&Request::get("/money/holders"));
    assert_eq!(
        (&data["differences"][0]["named"], &data["differences"][0]["difference"]),
        (&json!("over"), &json!("64.50"))
    );
    for (what, amount, code) in
        [("fee", "", "remit-not-this"), ("kept", "64.51", "remit-explained"), ("", "", "remit-what")]
    {
        let (status, _, data) = page(&step(&[("do", "explain"), ("what", what), ("amount", amount)]));
        assert_eq!((status, &data["told"]["wrong"]), (422, &json!(code)), "{what}");
    }
    redirect(&step(&[("do", "explain"), ("what", "kept"), ("amount", "14.50"), ("note", "arrondi")]));
    redirect(&step(&[("do", "explain"), ("what", "sent-back"), ("amount", "20")]));
    let other = reference::of(native::bodies("held")[1]["number"].as_u64().unwrap()).unwrap();
    redirect(&step(&[("do", "more"), ("orders", &format!("{other};30"))]));
    assert_eq!((&remittance()["difference"], &remittance()["open"]), (&json!(0), &json!(false)));
    assert_eq!((balance("bank"), balance("courier"), balance("difference:courier")), (18_000, JAR - 3_000, 0));
    holds("courier");
    for _ in 0..4 {
        redirect(&step(&[("do", "undo")]));
        holds("courier");
    }
    assert_eq!((balance("bank"), balance("courier"), balance("difference:courier")), (0, 2 * JAR, 0));
    assert_eq!(remittance()["state"], "undone");
}

#[test]
fn money_that_nobody_has_assigned_is_named_so() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 1);
    let there = redirect(&form("courier", ["135.50", "", "R300"], &[], &[]));
    assert_eq!(page(&Request::get(&there)).2["remittance"]["named"], "unassigned");
    assert_eq!((balance("courier"), balance("difference:courier"), balance("bank")), (JAR, -JAR, JAR));
    let order = reference::of(native::bodies("held")[0]["number"].as_u64().unwrap()).unwrap();
    redirect(&step(&[("do", "more"), ("orders", &order)]));
    assert_eq!((balance("courier"), balance("difference:courier")), (0, 0));
    holds("courier");
}

#[test]
fn what_is_missing_is_a_fee_a_loss_owed_still_or_was_paid_back_by_them() {
    market();
    with_cards();
    buy("dattes-majhoul.1kg.1", "card");
    for transaction in ["t1", "t2"] {
        call(&gateway_tells(transaction, "170.00", "paid", "shared"));
    }
    native::as_holder(&["registrar"]);
    let order = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    let there = redirect(&form("gateway", ["150", "5", "G-77001"], &[0, 1], &[]));
    assert_eq!(page(&Request::get(&there)).2["remittance"]["named"], "short");
    assert_eq!((balance("gateway"), balance("difference:gateway")), (0, 34_000 - 15_500));
    let explain = |what: &str, amount: &str, order: &str| {
        redirect(&step(&[("do", "explain"), ("what", what), ("amount", amount), ("order", order)]));
        holds("gateway");
    };
    explain("refunded", "170", &order);
    assert_eq!(balance(&format!("buyer:{}", native::ids("order")[0])), 0, "the second payment is back");
    assert_eq!(page(&Request::get("/money/owed")).2["debts"], json!([]));
    explain("fee", "4.50", "");
    explain("lost", "0.50", "");
    explain("owed", "10", &order);
    assert_eq!((balance("gateway"), balance("difference:gateway"), balance("bank")), (1_000, 0, 15_000));
    // The rest comes with another one; then the first cannot say any more that it was not owed.
    redirect(&form("gateway", ["10", "", "G-77002"], &[0, 1], &[]));
    assert_eq!(balance("gateway"), 0);
    let first = native::ids("remittance")[0].clone();
    let version = page(&Request::get(&format!("/money/remittances/{first}"))).2["version"].to_string();
    let undo = Request::post(&format!("/money/remittances/{first}"), &[("version", &version), ("do", "undo")]);
    let (status, _, data) = page(&undo);
    assert_eq!((status, &data["told"]["wrong"]), (422, &json!("remit-state")));
    redirect(&step(&[("do", "undo")]));
    for _ in 0..5 {
        let version = page(&Request::get(&format!("/money/remittances/{first}"))).2["version"].to_string();
        redirect(&Request::post(&format!("/money/remittances/{first}"), &[("version", &version), ("do", "undo")]));
        holds("gateway");
    }
    assert_eq!((balance("gateway"), balance("bank"), balance("platform") + balance("vat")), (34_000, 0, -720));
    assert_eq!(native::bodies("debt")[0]["amount"], 17_000, "the buyer is owed it again");
}

/// What becomes of a line of the bank.
pub(super) fn line(text: &str) -> Value {
    page(&Request::post("/money/statement", &[("statement", text)])).2["told"]["told"][0].clone()
}

fn decide(fields: &[(&str, &str)]) -> Answer {
    let id = native::ids("bank-line").last().unwrap().clone();
    call(&Request::post(&format!("/money/lines/{id}"), fields))
}

#[test]
fn an_announced_remittance_is_known_in_the_statement_and_booked_with_what_the_bank_shows() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 2);
    let announce = [("do", "announce")];
    redirect(&form("courier", ["271", "", "AM-2026/118"], &[0, 1], &announce));
    assert_eq!((balance("bank"), &remittance()["state"]), (0, &json!("announced")));
    let text = "28/11/2026;VIR RECU AM 2026 118 MESSAGERIE;261";
    assert_eq!(line(text)["is"]["doubt"], "remittance");
    assert_eq!(line(text)["known"], true, "it is offered once");
    let (_, _, data) = page(&Request::get("/money/lines"));
    assert_eq!(
        (&data["lines"][0]["remittance"]["fits"], &data["lines"][0]["holder"]["word"]),
        (&json!(true), &json!("courier"))
    );
    let remit = [("state", "open"), ("do", "remit")];
    for _ in 0..2 {
        assert!(matches!(decide(&remit), Answer::Redirect(_)), "a form that comes twice books once");
    }
    assert_eq!((balance("bank"), balance("courier"), balance("difference:courier")), (26_100, 0, 1_000));
    assert_eq!((&remittance()["difference"], &remittance()["amount"]), (&json!(-1_000), &json!(26_100)));
    assert_eq!((&line(text)["known"], balance("bank")), (&json!(true), 26_100));
    holds("courier");
    redirect(&step(&[("do", "undo")]));
    assert_eq!((balance("bank"), &native::bodies("bank-line")[0]["state"]), (0, &json!("open")));
    assert_eq!(page(&Request::get("/money/lines")).2["lines"][0]["remittance"]["fits"], false);
    let there = decide(&remit);
    assert!(matches!(there, Answer::Page { status: 409, .. }), "a remittance that was taken back is told anew");
}

#[test]
fn a_booked_remittance_is_seen_in_the_statement_and_its_money_counts_once() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 1);
    redirect(&form("courier", ["130", "5.50", "AM-2026/119"], &[0], &[]));
    assert_eq!(line("28/11/2026;VIR AM2026119;130")["is"]["verdict"], "remitted");
    assert_eq!((balance("bank"), &remittance()["awaits"]), (13_000, &json!(false)));
    assert_eq!(line("28/11/2026;VIR AM2026119;130")["known"], true);
    assert_eq!(balance("bank"), 13_000);
    redirect(&step(&[("do", "undo")]));
    assert_eq!(native::bodies("bank-line")[0]["state"], "open", "somebody decides on the line anew");
}

#[test]
fn a_booked_remittance_that_the_bank_shows_with_another_amount_is_put_before_a_person() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 1);
    redirect(&form("courier", ["135.50", "", "AM-2026/120"], &[0], &[]));
    assert_eq!(line("28/11/2026;VIR AM2026120;135")["is"]["doubt"], "remittance");
    assert!(matches!(decide(&[("state", "open"), ("do", "remit")]), Answer::Page { status: 409, .. }));
    assert_eq!(page(&Request::get("/money/lines")).2["lines"][0]["remittance"]["fits"], false);
    assert_eq!(balance("bank"), JAR);
}

#[test]
fn a_gateway_of_a_known_host_has_its_own_account_and_its_transfers_are_known_by_their_words() {
    market();
    with_cards();
    native::set_setting("card_gateway", json!("https://payment.cmi.co.ma/pay"));
    buy("dattes-majhoul.1kg.1", "card");
    call(&gateway_tells("t1", "170.00", "paid", "shared"));
    native::as_holder(&["registrar"]);
    assert_eq!((balance("gateway:cmi"), balance("gateway")), (17_000, 0));
    assert_eq!(line("28/11/2026;VIR CMI LOT 5512;167.45")["is"]["doubt"], "remittance");
    let (_, _, data) = page(&Request::get("/money/lines"));
    let (id, holder) = (data["lines"][0]["id"].as_str().unwrap(), &data["lines"][0]["holder"]);
    assert_eq!((&holder["word"], &holder["name"]), (&json!("gateway:cmi"), &json!("Centre monétique interbancaire")));
    let (_, _, data) = page(&Request::get("/money/holders/gateway:cmi").with_query("line", id));
    assert_eq!(data["form"]["amount"], "167.45");
    let wrong = form("gateway:cmi", ["160", "2.55", "LOT 5512"], &[0], &[("line", id)]);
    assert_eq!(page(&wrong).2["told"]["wrong"], "remit-line");
    redirect(&form("gateway:cmi", ["167.45", "2.55", "LOT 5512"], &[0], &[("line", id)]));
    assert_eq!((balance("gateway:cmi"), balance("bank")), (0, 16_745));
    assert_eq!(native::bodies("bank-line")[0]["state"], "remitted");
    let other = form("gateway:cmi", ["167.45", "2.55", "LOT 5513"], &[0], &[("line", id)]);
    assert_eq!(redirect(&other), format!("/money/remittances/{}", native::ids("remittance")[0]));
    assert_eq!((native::bodies("remittance").len(), balance("bank")), (1, 16_745), "one line is one remittance");
    holds("gateway:cmi");
}

#[test]
fn a_transfer_with_the_words_of_a_gateway_pays_no_order_by_itself_however_often_it_is_pasted() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    native::as_holder(&["registrar"]);
    let one = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    let text = format!("28/11/2026;VIR CMI {one};170");
    for known in [false, true, true] {
        let told = line(&text);
        assert_eq!((&told["is"]["doubt"], &told["known"]), (&json!("remittance"), &json!(known)));
    }
    assert_eq!((balance("bank"), native::bodies("bank-line").len()), (0, 1));
    assert!(matches!(decide(&[("state", "open"), ("do", "choose"), ("reference", &one)]), Answer::Redirect(_)));
    let late = form("gateway:cmi", ["170", "", "LOT 5512"], &[], &[("line", &native::ids("bank-line")[0])]);
    let (status, _, data) = page(&late);
    assert_eq!((status, &data["told"]["wrong"]), (409, &json!("no-remittance")), "somebody else was faster");
    assert_eq!(native::bodies("remittance").len(), 0);
    native::advance(11 * 60_000);
    jobs();
    assert_eq!(balance("bank"), 17_000, "a person says that it is the buyer's");
}

#[test]
fn what_is_paid_in_a_shop_is_held_by_that_shop() {
    let cooperative = seller_with_a_shop();
    native::as_public();
    let form = [
        ("basket", "huile-anfa.one.1"),
        ("name", "Aicha"),
        ("phone", "0611111111"),
        ("province", "09.541"),
        ("way", "collected"),
        ("method", "on-delivery"),
        ("seen", "8550"),
    ];
    redirect(&Request::post("/checkout", &form));
    native::as_member(&cooperative);
    let part = native::ids("share").last().unwrap().clone();
    for event in ["confirm", "send", "deliver"] {
        redirect(&Request::post(&format!("/desk/{cooperative}/parts"), &[("part", &part), ("event", event)]));
    }
    native::as_holder(&["registrar"]);
    let (_, _, data) = page(&Request::get("/money/holders"));
    assert_eq!(
        (&data["holders"][0]["holder"]["kind"], &data["holders"][0]["holder"]["name"]),
        (&json!("shop"), &json!("Coopérative Anfa"))
    );
    holds(&format!("shop:{cooperative}"));
}

#[test]
fn bad_input_of_a_remittance_is_refused_with_the_reason_and_books_nothing() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 1);
    let stranger = reference::of(12).unwrap();
    let mut cases: Vec<(&str, Request)> = vec![
        ("remit-amount", form("courier", ["-5", "", "R100"], &[0], &[])),
        ("remit-amount", form("courier", ["0", "", "R100"], &[0], &[])),
        ("remit-amount", form("courier", ["", "", "R100"], &[0], &[])),
        ("remit-amount", form("courier", ["10000000.01", "", "R100"], &[0], &[])),
        ("remit-fee", form("courier", ["5", "1.005", "R100"], &[0], &[])),
        ("remit-day", form("courier", ["5", "", "R100"], &[0], &[("day", "2099-01-01")])),
        ("remit-day", form("courier", ["5", "", "R100"], &[0], &[("day", "demain")])),
        ("remit-reference", form("courier", ["5", "", "ABCD"], &[0], &[])),
        ("remit-reference", form("courier", ["5", "", "R1"], &[0], &[])),
        ("remit-order", form("courier", ["5", "", "R100"], &[], &[("orders", &stranger)])),
        ("remit-order", form("gateway", ["5", "", "R100"], &[0], &[])),
        ("remit-list", form("courier", ["5", "", "R100"], &[], &[("orders", "nothing")])),
    ];
    let part = format!("part-{}", native::ids("held")[0]);
    cases.push(("remit-part", form("courier", ["5", "", "R100"], &[0], &[(&part, "-1")])));
    let many =
        format!("{}\n", reference::of(native::bodies("held")[0]["number"].as_u64().unwrap()).unwrap()).repeat(31);
    cases.push(("remit-many", form("courier", ["5", "", "R100"], &[], &[("orders", &many)])));
    for (wrong, request) in cases {
        let (status, _, data) = page(&request);
        assert_eq!((status, &data["told"]["wrong"]), (422, &json!(wrong)), "{:?}", request.form);
    }
    assert_eq!((native::bodies("remittance").len(), balance("bank")), (0, 0));
    assert!(matches!(call(&form("bank", ["5", "", "R100"], &[0], &[])), Answer::Problem(error) if error.status == 404));
    redirect(&form("courier", ["5", "", "R100"], &[0], &[]));
    let (status, _, data) = page(&form("courier", ["6", "", "R-100"], &[0], &[]));
    assert_eq!(
        (status, &data["told"]["wrong"]),
        (409, &json!("remit-other")),
        "a reference that is another remittance's"
    );
}

#[test]
fn one_piece_named_twice_in_a_remittance_is_settled_once() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 1);
    let order = reference::of(native::bodies("held")[0]["number"].as_u64().unwrap()).unwrap();
    redirect(&form("courier", ["271", "", "R100"], &[0, 0], &[("orders", &order)]));
    assert_eq!((balance("courier"), &remittance()["difference"]), (0, &json!(JAR)));
    holds("courier");
}

#[test]
fn what_others_hold_is_for_those_who_run_the_market() {
    let cooperative = seller_with_a_shop();
    delivered(&cooperative, 1);
    let book = form("courier", ["5", "", "R100"], &[0], &[]);
    native::as_member(&cooperative);
    for request in
        [Request::get("/money/holders"), Request::get("/money/holders/courier"), book, Request::get("/money/owed")]
    {
        assert!(matches!(call(&request), Answer::Problem(error) if error.status == 403), "{}", request.path);
    }
}

#[test]
fn a_payout_says_what_is_not_settled_and_waits_for_it_when_the_operator_wants_it_so() {
    let cooperative = seller_with_a_shop();
    sold(&cooperative);
    run();
    let (_, _, data) = page(&Request::get(&format!("/money/payouts/{}", native::ids("payout")[0])));
    assert_eq!((&data["waits"], &data["payout"]["held"]), (&json!(false), &json!("135.50")));
    assert_eq!(data["lines"][0]["held"], "135.50");
    redirect(&form("courier", ["135.50", "", "R100"], &[0], &[]));
    jobs();
    let (_, _, data) = page(&Request::get(&format!("/money/payouts/{}", native::ids("payout")[0])));
    assert_eq!(
        (&data["lines"][0]["held"], &data["payout"]["held"]),
        (&Value::Null, &json!("135.50")),
        "as it was prepared"
    );

    let cooperative = seller_with_a_shop();
    native::set_setting("payouts_wait", json!(true));
    sold(&cooperative);
    run();
    assert_eq!((native::bodies("payout").len(), native::bodies("tally").len()), (0, 0), "it waits");
    native::as_member(&cooperative);
    let (_, _, data) = page(&Request::get(&format!("/desk/{cooperative}")));
    assert_eq!((&data["waits"], &data["waiting"][0]["amount"]), (&json!(true), &json!(Centimes(NET).to_string())));
    native::as_holder(&["registrar"]);
    let part = format!("part-{}", native::ids("held")[0]);
    redirect(&form("courier", ["35.50", "", "R100"], &[0], &[(&part, "35.50")]));
    jobs();
    assert_eq!(native::bodies("tally").len(), 0, "a part of it is not enough");
    redirect(&form("courier", ["100", "", "R101"], &[0], &[]));
    jobs();
    native::advance(86_400_000);
    run();
    assert_eq!(native::bodies("payout")[0]["amount"], NET);
    redirect(&step(&[("do", "undo")]));
    jobs();
    assert_eq!(native::bodies("tally")[0]["sales"], JAR, "what was due once stays due");
}

#[test]
fn goods_that_go_back_while_a_sale_waits_are_taken_from_it_and_nothing_waits_under_the_other_rule() {
    let cooperative = seller_with_a_shop();
    native::set_setting("payouts_wait", json!(true));
    sold(&cooperative);
    sold(&cooperative);
    let part = native::ids("share")[0].clone();
    let mut share: tiwizi_sdk::Entry<crate::kinds::Share> = tiwizi_sdk::Store::get(&part).unwrap().unwrap();
    let reason = crate::order::Reason::Fault;
    share.body.asks.push(crate::kinds::Ask { line: 0, quantity: 1, reason, at: tiwizi_sdk::context::now() });
    tiwizi_sdk::Store::replace(&share).unwrap();
    native::as_member(&cooperative);
    redirect(&Request::post(&format!("/desk/{cooperative}/back"), &[("part", &part), ("ask", "0")]));
    let waiting: Vec<Value> = native::bodies("due").into_iter().filter(|due| due["waits"] == true).collect();
    assert_eq!((waiting.len(), &waiting[0]["refunds"], &waiting[1]["refunds"]), (2, &json!(JAR), &json!(0)));
    native::set_setting("payouts_wait", json!(false));
    run();
    jobs();
    native::advance(86_400_000);
    run();
    assert_eq!(native::bodies("payout").last().unwrap()["amount"], NET);
}
