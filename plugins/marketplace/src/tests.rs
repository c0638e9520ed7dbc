//! The pages, run natively against the kit's kernel in memory.

mod bounds;
mod buying;
mod fairs;
mod holders;
mod lines;
mod listings;
mod older;
mod owed;
mod payouts;
mod remitting;
mod replays;
mod selling;
mod sheets;
mod silence;
mod sweep;
mod window;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Declared as _, Request, native};

use crate::bank::BankLine;
use crate::called::{Allotment, Candidacy, Fair, FairDesk, Seat, Takings, Verdicts};
use crate::debts::{Debt, Repayment};
use crate::held::Held;
use crate::kinds::{Attempt, Certificate, Contact, Desk, Order, Posting, Product, Recipient, Share, Shelf, Shop};
use crate::listing::Listing;
use crate::planned::{Applied, FairPlan};
use crate::remit::{Remittance, Settling};
use crate::settled::{Due, Payout, Tally};
use crate::statements::Sheet;
use crate::wares::{Former, Kept};
use crate::{Marketplace, demo};

const MANIFEST: &str = include_str!("../../../manifests/marketplace/manifest.json");
const SOUSS: &str = "09.541";

#[test]
fn the_manifest_says_of_the_kinds_what_their_types_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../manifests/marketplace/manifest.json");
    let kinds = [
        Shop::declaration(),
        Desk::declaration(),
        Contact::declaration(),
        Product::declaration(),
        Listing::declaration(),
        Shelf::declaration(),
        Certificate::declaration(),
        Order::declaration(),
        Share::declaration(),
        Recipient::declaration(),
        Posting::declaration(),
        BankLine::declaration(),
        Attempt::declaration(),
        Sheet::declaration(),
        Held::declaration(),
        Remittance::declaration(),
        Settling::declaration(),
        Debt::declaration(),
        Repayment::declaration(),
        Due::declaration(),
        Tally::declaration(),
        Payout::declaration(),
        Former::declaration(),
        Kept::declaration(),
        Fair::declaration(),
        FairDesk::declaration(),
        FairPlan::declaration(),
        Applied::declaration(),
        Candidacy::declaration(),
        Allotment::declaration(),
        Verdicts::declaration(),
        Seat::declaration(),
        Takings::declaration(),
    ];
    native::check_manifest(MANIFEST, path, &kinds);
}

/// The plugin with its French messages.
fn start() {
    native::start(MANIFEST);
    native::add_messages("fr", include_str!("../../../manifests/marketplace/locales/fr.ftl"));
}

/// A market with the examples, sold by a cooperative in each of their provinces; answers those of Taroudannt and Errachidia.
fn market() -> (String, String) {
    start();
    let cooperative = |province: &str| {
        native::add_cooperative(&json!({
            "name_fr": format!("Coopérative {province}"), "name_ar": "تعاونية", "province": province, "status": "registered",
            "court": "Taroudannt", "number": format!("{province}/2020"), "sector": "agriculture",
        }))
    };
    let (souss, tafilalet) = (cooperative(SOUSS), cooperative("08.201"));
    native::as_holder(&["registrar"]);
    assert_eq!(redirect(&Request::post("/money/examples", &[])), "/money");
    let done = native::run_jobs::<Marketplace>();
    assert!(done.iter().all(|(_, outcome)| *outcome == tiwizi_sdk::jobs::Outcome::Done), "{done:?}");
    native::as_public();
    (souss, tafilalet)
}

fn call(request: &Request) -> Answer {
    native::call::<Marketplace>(request)
}

fn page(request: &Request) -> (u16, String, Value) {
    match call(request) {
        Answer::Page { status, template, data, .. } => (status, template, data),
        other => panic!("{} did not answer with a page but with {other:?}", request.path),
    }
}

fn redirect(request: &Request) -> String {
    match call(request) {
        Answer::Redirect(path) => path,
        other => panic!("{} did not redirect but answered {other:?}", request.path),
    }
}

fn jobs() {
    let done = native::run_jobs::<Marketplace>();
    assert!(done.iter().all(|(_, outcome)| *outcome == tiwizi_sdk::jobs::Outcome::Done), "{done:?}");
}

/// All postings together, and the balance of one account, in centimes.
fn balance(account: &str) -> i64 {
    let postings = native::bodies("posting");
    let sides = postings.iter().flat_map(|posting| posting["entries"].as_array().unwrap().clone());
    let all: Vec<(String, i64)> =
        sides.map(|side| (side["account"].as_str().unwrap().to_owned(), side["amount"].as_i64().unwrap())).collect();
    assert_eq!(all.iter().map(|(_, amount)| amount).sum::<i64>(), 0, "the books are nothing together");
    all.iter().filter(|(name, _)| name == account).map(|(_, amount)| amount).sum()
}

fn stock(product: &str, variant: &str) -> Value {
    let shelves = native::bodies("shelf");
    let shelf = shelves.iter().find(|shelf| shelf["product"] == product && shelf["variant"] == variant).unwrap();
    shelf["stock"].clone()
}

/// Buys a basket: the first answer asks to agree to the total with delivery, the second places it. Answers the order's path.
fn buy(basket: &str, method: &str) -> String {
    let form = |seen: &str| {
        Request::post(
            "/checkout",
            &[
                ("basket", basket),
                ("name", "Fadma"),
                ("phone", "0612345678"),
                ("address", "Rue 3"),
                ("province", "06.141"),
                ("way", "sent"),
                ("method", method),
                ("seen", seen),
            ],
        )
    };
    let (status, template, data) = page(&form("0"));
    assert_eq!((status, template.as_str(), &data["changed"]), (409, "checkout", &json!(true)), "{data}");
    redirect(&form(&data["seen"].to_string()))
}

#[test]
fn writing_the_examples_again_changes_nothing() {
    market();
    let before = (native::bodies("product"), native::bodies("shelf"));
    demo_again();
    assert_eq!((native::bodies("product"), native::bodies("shelf")), before);
    assert_eq!(before.0.len(), 3, "those of two provinces");
    assert!(before.0.iter().all(|product| product["example"] == true));
}

fn demo_again() {
    native::as_holder(&["registrar"]);
    redirect(&Request::post("/money/examples", &[]));
    jobs();
    let _: fn() -> Result<(), tiwizi_sdk::Error> = demo::write;
}
