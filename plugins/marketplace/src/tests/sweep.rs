//! The work of the night: what is forgotten, and what is not yet.

use serde_json::json;
use tiwizi_sdk::{Answer, Request, Store, native};

use super::selling::seller_with_a_shop;
use super::window::{is_kept, send, sent};
use super::{SOUSS, jobs, page, redirect};
use crate::kinds::{Contact, Shop};
use crate::picture::tests::PNG;

const DAY_MS: u64 = 86_400_000;

fn night() {
    tiwizi_sdk::jobs::Later::new("sweep").enqueue(&json!({})).unwrap();
    jobs();
}

#[test]
fn a_picture_that_was_taken_away_yesterday_comes_back_with_undo_however_old_it_is() {
    let shop = format!("/desk/{}/shop", seller_with_a_shop());
    let file = sent(PNG);
    let form = [("picture", file.as_str()), ("alt_fr", "Un logo")];
    assert!(matches!(send(&shop, "/pictures", &form), Answer::Redirect(_)));
    native::advance(60 * DAY_MS);
    assert!(matches!(send(&shop, "/pictures/set", &[("file", file.as_str()), ("do", "away")]), Answer::Redirect(_)));
    native::advance(DAY_MS);
    night();
    assert!(is_kept(&file));
    assert!(matches!(send(&shop, "/undo", &[]), Answer::Redirect(_)));
    assert_eq!(page(&Request::get(&shop)).2["pictures"][0]["file"], file.as_str());
    assert!(matches!(send(&shop, "/undo", &[]), Answer::Redirect(_)));
    native::advance(31 * DAY_MS);
    night();
    assert!(!is_kept(&file));
}

#[test]
fn whom_to_tell_of_orders_is_forgotten_of_every_shop_that_is_closed() {
    let cooperative = seller_with_a_shop();
    let open = Shop::of(&cooperative).unwrap().unwrap().body;
    for number in 0..50 {
        let closed = format!("00000000-0000-7000-a000-{number:012}");
        native::as_member(&closed);
        Store::create(&Shop { cooperative: closed.clone(), open: false, ..open.clone() }).unwrap();
        Store::create(&Contact { cooperative: closed, person: cooperative.clone() }).unwrap();
    }
    night();
    assert_eq!(native::bodies("contact").len(), 1, "that of the shop which is open");
}

/// Another cooperative with a shop.
fn another_shop() -> String {
    let cooperative = native::add_cooperative(&json!({
        "name_fr": "Coopérative Tamount", "name_ar": "تعاونية تامونت", "province": SOUSS, "status": "registered",
        "court": "Agadir", "number": "18/2020", "sector": "agriculture",
    }));
    native::as_member(&cooperative);
    let open =
        [("court", "Agadir"), ("number", "18/2020"), ("about", "Miel"), ("address", "Rue 1"), ("phone", "0528000000")];
    redirect(&Request::post("/desk", &open));
    cooperative
}

#[test]
fn a_picture_that_two_shops_show_stays_as_long_as_one_of_them_does() {
    let shops = [seller_with_a_shop(), another_shop()];
    let mut file = String::new();
    for cooperative in &shops {
        native::as_member(cooperative);
        file = sent(PNG);
        let form = [("picture", file.as_str()), ("alt_fr", "Un logo")];
        let added = send(&format!("/desk/{cooperative}/shop"), "/pictures", &form);
        assert!(matches!(added, Answer::Redirect(_)), "{added:?}");
    }
    native::as_member(&shops[0]);
    let away = [("file", file.as_str()), ("do", "away")];
    assert!(matches!(send(&format!("/desk/{}/shop", shops[0]), "/pictures/set", &away), Answer::Redirect(_)));
    native::advance(31 * DAY_MS);
    night();
    assert!(is_kept(&file), "the other shop shows it");
    native::as_member(&shops[1]);
    assert!(matches!(send(&format!("/desk/{}/shop", shops[1]), "/pictures/set", &away), Answer::Redirect(_)));
    native::advance(31 * DAY_MS);
    night();
    assert!(!is_kept(&file));
}
