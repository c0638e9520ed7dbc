//! Whether the lists say what the products say, whatever becomes of a product, its shop and its certificate.

use serde_json::{Value, json};
use tiwizi_sdk::events::{Event, Outcome};
use tiwizi_sdk::hooks::Operation;
use tiwizi_sdk::{Answer, Entry, Find, Request, Store, native};

use super::selling::seller_with_a_shop;
use super::window::{send, ware};
use super::{call, jobs, market, page, redirect};
use crate::Marketplace;
use crate::kinds::{Certificate, Product, Shop};
use crate::listing::{self, Listing};
use crate::older;

const WARE: &str = "huile-anfa";
/// The record of a product that is not there any more.
const GONE: &str = "00000000-0000-7000-8000-0000000000ff";

/// Tells of a change as the kernel does, also of one that came from another instance.
fn told(kind: &str, operation: Operation, record: &str) {
    let event = Event {
        operation: Some(operation),
        record: Some(record.to_owned()),
        ..Event::emitted(&format!("marketplace/{kind}"), record, Value::Null)
    };
    assert_eq!(native::tell::<Marketplace>(&event), [Outcome::Done]);
}

/// The codes that a list shows, all its pages together.
fn listed(request: &Request) -> Vec<String> {
    let (mut codes, mut after) = (Vec::new(), None::<String>);
    loop {
        let asked =
            after.as_deref().map_or_else(|| request.clone(), |after| request.clone().with_query("after", after));
        let (_, _, data) = page(&asked);
        let products = data["products"].as_array().unwrap();
        codes.extend(products.iter().map(|product| product["code"].as_str().unwrap().to_owned()));
        after = data["next"].as_str().map(ToOwned::to_owned);
        if after.is_none() {
            return codes;
        }
    }
}

/// What the market says of the product of Anfa; none when it does not show it.
fn shown() -> Option<Value> {
    let (_, _, data) = page(&Request::get("/").with_query("q", "d’Anfa"));
    let products = data["products"].as_array().unwrap();
    products.iter().find(|product| product["code"] == WARE).cloned()
}

fn entry(code: &str) -> Entry<Product> {
    Store::first(&Find::new().equal(Product::CODE, code)).unwrap().unwrap()
}

/// Each product has one listing, and there is no other; bringing them once more changes nothing.
fn held_against_the_products() {
    let before = native::bodies("listing");
    assert_eq!(before.len(), native::bodies("product").len());
    for (id, product) in native::ids("product").iter().zip(native::bodies("product")) {
        let listing = before.iter().find(|listing| listing["record"] == *id).unwrap();
        for field in ["code", "cooperative", "shown", "category", "province", "example", "months", "words", "title"] {
            assert_eq!(listing[field], product[field], "{field}");
        }
        told("product", Operation::Change, id);
    }
    assert_eq!(native::bodies("listing"), before);
}

/// Products under codes of their own, written past the plugin's pages, as those of another instance come.
fn copies(count: usize) {
    let product = entry(WARE).body;
    native::as_member(&product.cooperative);
    for number in 0..count {
        Store::create(&Product { code: format!("copy-{number}"), ..product.clone() }).unwrap();
    }
}

/// Does the work of the night.
fn night() {
    tiwizi_sdk::jobs::Later::new(listing::JOB).enqueue(&json!({})).unwrap();
    jobs();
}

#[test]
fn a_listing_is_there_with_its_product_and_follows_every_change_of_it() {
    let cooperative = seller_with_a_shop();
    held_against_the_products();
    let path = ware(&cooperative);
    assert_eq!(shown().unwrap()["from"], "85.50");
    let dearer = [("variant", "one"), ("title_fr", "1 litre"), ("grams", "1200"), ("price", "90")];
    assert!(matches!(send(&path, "/variants", &dearer), Answer::Redirect(_)));
    assert_eq!(shown().unwrap()["from"], "90.00");
    assert!(matches!(send(&path, "/undo", &[]), Answer::Redirect(_)));
    assert_eq!(shown().unwrap()["from"], "85.50");
    for (hidden, back) in [("hide", "show"), ("away", "show")] {
        assert!(matches!(send(&path, "/state", &[("do", hidden)]), Answer::Redirect(_)));
        assert_eq!(shown(), None, "{hidden}");
        assert_eq!(listed(&Request::get(&format!("/shops/{cooperative}"))), Vec::<String>::new());
        held_against_the_products();
        assert!(matches!(send(&path, "/state", &[("do", back)]), Answer::Redirect(_)));
        assert!(shown().is_some());
    }
    held_against_the_products();
}

#[test]
fn a_price_a_season_and_a_last_good_day_are_those_of_the_day_on_which_somebody_looks() {
    let cooperative = seller_with_a_shop();
    let mut product = entry(WARE);
    let today = tiwizi_sdk::context::today().unwrap();
    let tomorrow = crate::today::day().plus(1).date().unwrap();
    let month: u32 = today.as_str()[5..7].parse().unwrap();
    native::as_member(&cooperative);
    let mut cheaper = product.body.variants[0].offers[0].clone();
    cheaper.amount = crate::money::Centimes(5_000);
    cheaper.from = Some(tomorrow);
    product.body.variants[0].offers.push(cheaper);
    product.body.variants[0].best_before = crate::today::day().plus(1).date();
    product.body.months = vec![month];
    Store::replace(&product).unwrap();
    told("product", Operation::Change, &product.id);
    let view = || shown().map(|shown| (shown["from"].clone(), shown["in_season"].clone())).unwrap();
    assert_eq!(view(), (json!("85.50"), json!(true)));
    native::advance(86_400_000);
    assert_eq!(view().0, "50.00");
    native::advance(86_400_000);
    assert_eq!(view().0, Value::Null, "its last good day is over");
    native::advance(62 * 86_400_000);
    assert_eq!(view().1, json!(false));
}

#[test]
fn nothing_of_a_closed_shop_is_on_any_list_and_its_products_cannot_be_opened() {
    let cooperative = seller_with_a_shop();
    let shop = format!("/desk/{cooperative}/shop");
    let window = || native::render::<Marketplace>("cooperative", &json!({ "cooperative": cooperative })).unwrap();
    let home = || native::render::<Marketplace>("home", &json!({})).unwrap().unwrap().data["products"].clone();
    let every = || listed(&Request::get("/"));
    assert!(window().is_some() && every().contains(&WARE.to_owned()));
    let products = home().as_array().unwrap().len();
    assert!(matches!(send(&shop, "/state", &[("do", "close")]), Answer::Redirect(_)));
    assert_eq!((shown(), window().is_none()), (None, true));
    assert!(!every().contains(&WARE.to_owned()) && home().as_array().unwrap().len() <= products);
    let ware = Request::get(&format!("/products/{WARE}"));
    assert!(matches!(call(&ware), Answer::Page { status: 404, .. }));
    held_against_the_products();
    // Undone, it is open again; closed and opened, too.
    assert!(matches!(send(&shop, "/undo", &[]), Answer::Redirect(_)));
    assert!(shown().is_some() && matches!(call(&ware), Answer::Page { status: 200, .. }));
    for (word, is_shown) in [("close", false), ("open", true)] {
        assert!(matches!(send(&shop, "/state", &[("do", word)]), Answer::Redirect(_)));
        assert_eq!(shown().is_some(), is_shown, "{word}");
    }
}

#[test]
fn a_large_shop_closes_and_opens_with_all_its_products() {
    let cooperative = seller_with_a_shop();
    copies(150);
    for id in native::ids("product") {
        told("product", Operation::Create, &id);
    }
    let shop = format!("/desk/{cooperative}/shop");
    let open = || {
        native::bodies("listing")
            .iter()
            .filter(|listing| listing["cooperative"] == *cooperative)
            .filter(|listing| listing["open"] == true)
            .count()
    };
    assert_eq!((open(), listed(&Request::get(&format!("/shops/{cooperative}"))).len()), (151, 151));
    native::as_member(&cooperative);
    assert!(matches!(send(&shop, "/state", &[("do", "close")]), Answer::Redirect(_)));
    jobs();
    assert_eq!(open(), 0);
    assert!(matches!(send(&shop, "/state", &[("do", "open")]), Answer::Redirect(_)));
    jobs();
    assert_eq!(open(), 151);
    held_against_the_products();
}

#[test]
fn a_label_is_on_lists_only_while_its_certificate_proves_it() {
    let cooperative = seller_with_a_shop();
    let path = ware(&cooperative);
    let labelled = || listed(&Request::get("/").with_query("label", "argane")).contains(&WARE.to_owned());
    let tag = || shown().unwrap()["label"].clone();
    let until = crate::today::day().plus(10).date().unwrap();
    let claim = [
        ("label", "argane"),
        ("number", "NC-78"),
        ("issuer", "Normacert"),
        ("from", "2020-01-01"),
        ("until", until.as_str()),
    ];
    assert!(matches!(send(&path, "/label", &claim), Answer::Redirect(_)));
    assert_eq!((tag(), labelled()), (Value::Null, false), "nobody has held it against the paper");
    native::as_holder(&["registrar"]);
    let paper: Entry<Certificate> = Store::first(&Find::new().equal(Certificate::NUMBER, "NC-78")).unwrap().unwrap();
    let say = |what: &str| redirect(&Request::post(&format!("/certificates/{}", paper.id), &[("do", what)]));
    say("good");
    assert!(tag().is_string() && labelled());
    say("open");
    assert_eq!((tag(), labelled()), (Value::Null, false));
    say("good");
    native::advance(10 * 86_400_000);
    assert!(labelled(), "its last day");
    native::advance(86_400_000);
    assert_eq!((tag(), labelled()), (Value::Null, false), "it is over");
    night();
    let listing = native::bodies("listing").into_iter().find(|listing| listing["code"] == WARE).unwrap();
    assert_eq!(listing["label"], "none", "the search for the label does not come upon it any more");
    held_against_the_products();
}

#[test]
fn what_comes_from_another_instance_is_listed_once_its_shop_is_here_and_what_is_gone_is_not() {
    let cooperative = seller_with_a_shop();
    let elsewhere = "00000000-0000-7000-8000-0000000000fe";
    let shop: Entry<Shop> = Shop::of(&cooperative).unwrap().unwrap();
    let product = entry(WARE).body;
    native::as_member(elsewhere);
    let product = Product { code: "huile-loin".to_owned(), cooperative: elsewhere.to_owned(), ..product };
    let product = Store::create(&product).unwrap();
    told("product", Operation::Create, &product.id);
    let is_listed = || listed(&Request::get("/").with_query("q", "d’Anfa")).contains(&"huile-loin".to_owned());
    assert!(!is_listed(), "nobody knows who sells it");
    let shop = Store::create(&Shop { cooperative: elsewhere.to_owned(), ..shop.body }).unwrap();
    told("shop", Operation::Create, &shop.id);
    told("shop", Operation::Create, &shop.id);
    assert!(is_listed());
    // Nobody may delete a product; what its home takes back is told of like this.
    let mut listing: Entry<Listing> =
        Store::first(&Find::new().equal(Listing::RECORD, product.id.as_str())).unwrap().unwrap();
    listing.body.record = GONE.to_owned();
    Store::replace(&listing).unwrap();
    told("product", Operation::Delete, GONE);
    told("product", Operation::Delete, GONE);
    assert!(!is_listed());
}

#[test]
fn an_upgrade_lists_the_products_that_were_there_before_and_the_night_finds_what_was_missed() {
    seller_with_a_shop();
    copies(80);
    // As the version before the listings left it, but for one that says something old.
    native::as_public();
    let mut listings = Store::list(&Find::<Listing>::new().limit(100)).unwrap().items;
    let mut old = listings.pop().unwrap();
    for listing in &listings {
        Store::delete(listing).unwrap();
    }
    old.body.words = "old".to_owned();
    Store::replace(&old).unwrap();
    let steps = native::ids("product").len().div_ceil(36);
    for _ in 0..2 {
        assert_eq!(native::upgrade::<Marketplace>("0.2.0"), Ok(steps));
        held_against_the_products();
    }
    assert_eq!(native::upgrade::<Marketplace>("0.3.0"), Ok(1));
    for listing in Store::list(&Find::<Listing>::new().limit(100)).unwrap().items {
        Store::delete(&listing).unwrap();
    }
    night();
    held_against_the_products();
    // A product that is gone, of which nobody told.
    let mut listing = Store::list(&Find::<Listing>::new().limit(1)).unwrap().items.remove(0);
    listing.body.record = GONE.to_owned();
    Store::replace(&listing).unwrap();
    night();
    held_against_the_products();
}

#[test]
fn an_upgrade_lists_as_many_products_as_it_may_write_beside_the_books() {
    seller_with_a_shop();
    copies(80);
    native::as_public();
    let listed = || native::bodies("listing").len();
    let step = |from: &str, cursor: &str| older::bring(from, Some(cursor)).unwrap();
    assert_eq!(step("0.1.0", "600:books:"), Some("601:listings:".to_owned()), "the books are noted whole");
    assert_eq!((step("0.1.0", "601:listings:"), listed()), (None, 36));
    let next = step("0.2.0", "3:listings:").unwrap();
    assert!(next.starts_with("4:listings:") && next.len() > "4:listings:".len(), "{next}");
    assert_eq!((step("0.2.0", &next.replacen('4', "399", 1)), listed()), (None, 72));
}

#[test]
fn the_examples_are_listed_with_their_labels() {
    market();
    held_against_the_products();
    let (_, _, data) = page(&Request::get("/"));
    let products = data["products"].as_array().unwrap();
    assert!(products.iter().any(|product| product["label"].is_string()), "{products:?}");
}
