//! How often the pages that many open ask the kernel, with as much on them as there can be: a page of a hundred thousand products is held to the
//! same number of reads as one of three.

use serde_json::{Value, json};
use tiwizi_sdk::{Request, Store, native};

use super::page;
use super::selling::seller_with_a_shop;
use super::window::sent;
use crate::kinds::{Certificate, Product, Shelf};
use crate::listing;
use crate::picture::tests::jpeg;
use crate::wares::PICTURES_MAX;

/// What a product has at most.
const VARIANTS: usize = 20;
/// More products than a page shows.
const PRODUCTS: usize = 60;
const LABEL: &str = "argane";
/// What a list reads of a product that has all, in seven languages: a tenth of what stands in the product.
const LISTING_BYTES: usize = 4_000;

/// Products with all that one can have: every variant in store, every picture here, a label with its certificate. Answers the last one's code.
fn full() -> String {
    let cooperative = seller_with_a_shop();
    let product = native::bodies("product").into_iter().find(|product| product["code"] == "huile-anfa").unwrap();
    let shelf = native::bodies("shelf").into_iter().find(|shelf| shelf["product"] == "huile-anfa").unwrap();
    let pictures: Vec<Value> = (0..PICTURES_MAX)
        .map(|number| {
            let file = sent(&jpeg(&[], &[u8::try_from(number).unwrap()]));
            json!({ "file": file, "width": 800, "height": 600, "alt": { "fr": "Une bouteille" } })
        })
        .collect();
    let certificate = json!({
        "number": "A-1", "cooperative": cooperative, "label": LABEL, "issuer": "Normacert", "from": "2025-01-01",
        "until": "2027-12-31", "verified": true, "example": true,
    });
    Store::create(&serde_json::from_value::<Certificate>(certificate).unwrap()).unwrap();
    for number in 0..PRODUCTS {
        let code = format!("huile-{number}");
        let mut body = product.clone();
        body["code"] = json!(code);
        body["label"] = json!(LABEL);
        body["certificate"] = json!("A-1");
        body["pictures"] = json!(pictures);
        body["title"] = in_all_languages("Huile d’Anfa", 40);
        body["about"] = in_all_languages("Une huile", 1_000);
        let variant = |of: usize| {
            let mut variant = product["variants"][0].clone();
            variant["title"] = in_all_languages("250 ml", 20);
            variant["code"] = json!(format!("v{of}"));
            variant["measure"] = json!({ "amount": 250, "unit": "ml" });
            variant
        };
        body["variants"] = (0..VARIANTS).map(variant).collect();
        let product = Store::create(&serde_json::from_value::<Product>(body).unwrap()).unwrap();
        listing::bring(&product.id, Some(&product.body)).unwrap();
        for of in 0..VARIANTS {
            let mut body = shelf.clone();
            body["product"] = json!(code);
            body["variant"] = json!(format!("v{of}"));
            Store::create(&serde_json::from_value::<Shelf>(body).unwrap()).unwrap();
        }
    }
    native::as_public();
    format!("huile-{}", PRODUCTS - 1)
}

/// A text of so many letters in each of the seven languages.
fn in_all_languages(text: &str, letters: usize) -> Value {
    let long = |letter: &str| format!("{text} {}", letter.repeat(letters.saturating_sub(text.chars().count())));
    json!({
        "ar": long("ز"), "ary": long("ز"), "fr": long("h"), "zgh": long("ⵣ"), "shi": long("ⵣ"), "tzm": long("ⵣ"), "rif": long("ⵣ"),
    })
}

/// How often the last call asked the store, for links to files, and for the time or who calls; it asked for nothing else.
fn asked() -> (u32, u32, u32) {
    let used = native::used();
    assert!(used.calls.keys().all(|name| ["store", "blobs", "context"].contains(&name.as_str())), "{used:?}");
    (used.of("store"), used.of("blobs"), used.of("context"))
}

#[test]
fn a_search_of_the_market_is_one_read_and_a_link_for_each_picture() {
    full();
    for request in [
        Request::get("/"),
        Request::get("/").with_query("q", "d’Anfa"),
        Request::get("/").with_query("q", "زيت").with_query("category", "oil").in_language("ar"),
        Request::get("/").with_query("province", super::SOUSS).with_query("label", LABEL),
    ] {
        let (_, _, data) = page(&request);
        let used = asked();
        let products = data["products"].as_array().unwrap();
        let pictures = products.iter().filter(|product| !product["picture"].is_null()).count();
        assert_eq!(products.len(), 24, "{:?}", request.query);
        assert_eq!(used, (1, u32::try_from(pictures).unwrap(), 1), "{:?}", request.query);
        let used = native::used();
        assert_eq!(used.bytes.keys().collect::<Vec<_>>(), ["listing"]);
        assert!(used.bytes_read() < 24 * LISTING_BYTES, "{used:?}");
    }
}

#[test]
fn a_product_is_four_reads_whatever_it_has() {
    let code = full();
    let (status, _, data) = page(&Request::get(&format!("/products/{code}")));
    let used = asked();
    assert_eq!((status, data["variants"].as_array().map(Vec::len)), (200, Some(VARIANTS)));
    assert_eq!((&data["label"]["valid"], &data["variants"][VARIANTS - 1]["free"]), (&json!(true), &json!(10)));
    // The product, its shop, its shelves and its certificate; the time for the stock, and the day.
    assert_eq!(used, (4, u32::try_from(PICTURES_MAX).unwrap(), 2));
    let read = native::used().bytes;
    assert_eq!(read.keys().collect::<Vec<_>>(), ["certificate", "product", "shelf", "shop"]);
}

#[test]
fn a_shop_is_two_reads_and_its_products_are_read_together() {
    full();
    let cooperative = native::bodies("product").last().unwrap()["cooperative"].as_str().unwrap().to_owned();
    let (_, _, data) = page(&Request::get(&format!("/shops/{cooperative}")));
    let used = asked();
    let products = data["products"].as_array().unwrap().len();
    assert_eq!(products, PRODUCTS + 1);
    // The day is asked for the prices and for the terms of the law.
    assert_eq!(used, (2, u32::try_from(PRODUCTS).unwrap(), 2));
    let used = native::used();
    assert_eq!(used.bytes.keys().collect::<Vec<_>>(), ["listing", "shop"]);
    assert!(used.bytes["listing"] < products * LISTING_BYTES, "{used:?}");
}

#[test]
fn goods_are_found_behind_the_shelves_of_variants_that_are_gone() {
    let code = full();
    let shelf = native::bodies("shelf").into_iter().rfind(|shelf| shelf["product"] == code.as_str()).unwrap();
    native::as_member(shelf["cooperative"].as_str().unwrap());
    for number in 0..100 {
        let mut body = shelf.clone();
        body["variant"] = json!(format!("gone-{number}"));
        Store::create(&serde_json::from_value::<Shelf>(body).unwrap()).unwrap();
    }
    native::as_public();
    let (_, _, data) = page(&Request::get(&format!("/products/{code}")));
    let free: Vec<&Value> = data["variants"].as_array().unwrap().iter().map(|variant| &variant["free"]).collect();
    assert_eq!(free, vec![&json!(10); VARIANTS]);
}

#[test]
fn what_a_list_reads_of_a_product_is_a_tenth_of_it() {
    let code = full();
    let bytes = |kind: &str| {
        let body = native::bodies(kind).into_iter().find(|body| body["code"] == code.as_str()).unwrap();
        body.to_string().len()
    };
    let (product, listing) = (bytes("product"), bytes("listing"));
    assert!(listing < LISTING_BYTES && listing * 8 < product, "{listing} of {product}");
}

#[test]
fn the_home_page_reads_three_listings_and_the_next_fairs() {
    full();
    let part = native::render::<crate::Marketplace>("home", &json!({})).unwrap().unwrap();
    assert_eq!(part.data["products"].as_array().map(Vec::len), Some(3));
    let used = native::used();
    assert_eq!((used.of("store"), used.bytes.contains_key("product")), (2, false), "{used:?}");
    assert!(used.of("blobs") <= 3 && used.bytes["listing"] < 3 * LISTING_BYTES, "{used:?}");
}

#[test]
fn a_basket_is_two_reads_for_each_line_and_one_for_each_seller() {
    full();
    let lines = 12;
    let basket: Vec<String> = (0..lines).map(|number| format!("huile-{number}.v{number}.1")).collect();
    let (_, _, data) = page(&Request::get("/basket").with_query("basket", &basket.join("~")));
    assert_eq!(data["sellers"][0]["lines"].as_array().map(Vec::len), Some(lines));
    // The time for the stock, and the day for the prices.
    assert_eq!(asked(), (u32::try_from(2 * lines).unwrap() + 1, 0, 2));
}
