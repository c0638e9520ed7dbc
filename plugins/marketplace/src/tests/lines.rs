//! The reconciliation desk: lines of a statement that nothing or too much stands for, and what a person decides of them.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Request, native};

use super::{balance, buy, call, jobs, market, page, redirect};
use crate::payment::reference;

fn statement(lines: &[String]) -> Value {
    native::as_holder(&["registrar"]);
    page(&Request::post("/money/statement", &[("statement", &lines.join("\n"))])).2["told"]["told"].clone()
}

fn decide(at: usize, form: &[(&str, &str)]) -> Answer {
    let line = native::ids("bank-line")[at].clone();
    call(&Request::post(&format!("/money/lines/{line}"), form))
}

fn lines(state: &str) -> Value {
    page(&Request::get("/money/lines").with_query("state", state)).2["lines"].clone()
}

#[test]
fn a_line_that_matches_nothing_or_more_than_one_order_is_put_before_a_person() {
    market();
    let paths = [buy("dattes-majhoul.1kg.1", "transfer"), buy("dattes-majhoul.1kg.1", "transfer")];
    let numbers: Vec<u64> = native::bodies("order").iter().map(|order| order["number"].as_u64().unwrap()).collect();
    let [one, two] = [numbers[0], numbers[1]].map(|number| reference::of(number).unwrap());
    let sent = [
        "27/11/2026;VIR FADMA;170".to_owned(),
        format!("27/11/2026;VIR {one} {two};170"),
        format!("27/11/2026;VIR {one};169"),
    ];
    let told = statement(&sent);
    let doubts: Vec<&str> = (0..3).map(|at| told[at]["is"]["doubt"].as_str().unwrap()).collect();
    assert_eq!(doubts, ["no-reference", "several-references", "too-little"]);
    assert_eq!(statement(&sent)[0]["known"], true);
    assert_eq!((lines("open").as_array().unwrap().len(), balance("bank")), (3, 0), "nothing is guessed");
    let unknown = decide(0, &[("state", "open"), ("do", "choose"), ("reference", "TZ 1")]);
    assert!(matches!(unknown, Answer::Page { status: 422, .. }));
    let first = [("state", "open"), ("do", "choose"), ("reference", one.as_str())];
    assert!(matches!(decide(0, &first), Answer::Redirect(_)));
    assert!(matches!(decide(0, &first), Answer::Redirect(_)), "a form sent twice decides once");
    assert!(matches!(decide(2, &[("state", "open"), ("do", "aside")]), Answer::Redirect(_)));
    // Not that one after all: it was for the other order.
    assert!(matches!(decide(0, &[("state", "chosen"), ("do", "undo")]), Answer::Redirect(_)));
    assert!(matches!(decide(2, &[("state", "aside"), ("do", "undo")]), Answer::Redirect(_)));
    native::advance(11 * 60_000);
    jobs();
    assert_eq!(balance("bank"), 0, "what was taken back is not booked");
    assert!(matches!(decide(0, &[("state", "open"), ("do", "choose"), ("reference", &two)]), Answer::Redirect(_)));
    native::advance(11 * 60_000);
    jobs();
    assert_eq!((balance("bank"), lines("booked")[0]["order"].as_str()), (17_000, Some(two.as_str())));
    assert!(matches!(decide(0, &[("state", "booked"), ("do", "undo")]), Answer::Page { status: 409, .. }));
    native::as_public();
    assert_eq!(page(&Request::get(&paths[1])).2["parts"][0]["state"], "confirmed");
    assert_eq!(page(&Request::get(&paths[0])).2["parts"][0]["state"], "awaiting");
}

#[test]
fn two_lines_that_say_the_same_are_two_sums_of_money() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    let one = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    let line = format!("27/11/2026;VIR {one};170");
    let sent = [line.clone(), line];
    assert_eq!(statement(&sent)[1]["is"]["doubt"], "twice");
    assert!(matches!(decide(0, &[("state", "open"), ("do", "choose"), ("reference", &one)]), Answer::Redirect(_)));
    native::advance(11 * 60_000);
    jobs();
    statement(&sent);
    assert_eq!(balance("bank"), 34_000);
    assert_eq!(balance(&format!("buyer:{}", native::ids("order")[0])), -17_000, "the second is the buyer's");
}

#[test]
fn a_line_that_was_set_aside_is_not_told_to_be_settled() {
    market();
    buy("dattes-majhoul.1kg.1", "transfer");
    let one = reference::of(native::bodies("order")[0]["number"].as_u64().unwrap()).unwrap();
    let sent = [format!("27/11/2026;VIR {one};100"), format!("28/11/2026;VIR {one};70")];
    statement(&sent);
    assert!(matches!(decide(0, &[("state", "open"), ("do", "choose"), ("reference", &one)]), Answer::Redirect(_)));
    assert!(matches!(decide(1, &[("state", "open"), ("do", "aside")]), Answer::Redirect(_)));
    native::advance(11 * 60_000);
    jobs();
    // By now it is just what the order waits for.
    assert_eq!((&statement(&sent)[1]["known"], balance("bank")), (&json!(true), 10_000));
    assert!(matches!(decide(1, &[("state", "aside"), ("do", "undo")]), Answer::Redirect(_)));
    assert_eq!((&statement(&sent)[1]["known"], balance("bank")), (&json!(false), 17_000));
    assert_eq!((&statement(&sent)[1]["known"], balance("bank")), (&json!(true), 17_000));
}

#[test]
fn what_a_sender_wrote_is_forgotten_ninety_days_after_it_was_decided() {
    market();
    statement(&["27/11/2026;VIR FADMA;170".to_owned()]);
    let sweep = || {
        tiwizi_sdk::jobs::Later::new("sweep").enqueue(&json!({})).unwrap();
        jobs();
    };
    native::advance(100 * 86_400_000);
    sweep();
    assert_eq!(native::bodies("bank-line")[0]["text"], "VIR FADMA", "nobody has decided yet");
    native::as_holder(&["registrar"]);
    assert_eq!(redirect(&aside()), "/money/lines?state=open");
    native::advance(91 * 86_400_000);
    sweep();
    assert_eq!(native::bodies("bank-line")[0]["text"], "");
}

fn aside() -> Request {
    let line = native::ids("bank-line")[0].clone();
    Request::post(&format!("/money/lines/{line}"), &[("state", "open"), ("do", "aside")])
}

#[test]
fn the_reconciliation_desk_is_for_those_who_run_the_market() {
    market();
    native::as_member("00000000-0000-7000-8000-00000000000b");
    assert!(matches!(call(&Request::get("/money/lines")), Answer::Problem(error) if error.status == 403));
}
