//! A plugin speaks its own words in the seven languages. Every plugin may: there is nothing to grant, and nothing but its own to see.

use serde_json::json;
use tiwizi_identity::Caller;

use super::house::{House, chaos};
use crate::Grants;

#[tokio::test]
async fn a_plugin_speaks_as_pages_do() {
    let house = House::with_chaos().await;
    let told = house.document("/words").await;
    assert_eq!(told["one"], "Il reste 1 place à Itto");
    assert_eq!(told["many"], "Il reste 65\u{202f}315 places à Itto");
    assert_eq!(told["code"], "Il reste 007 places à Itto");
    assert_eq!(told["sister"], "Il reste 2 places à Itto");
    assert_eq!(told["arabic"], "\u{2068}Tafukt\u{2069} جاهز");
    assert_eq!(told["numbers"], json!(["−1\u{202f}234,6", "1.234,567", "–"]));
    assert_eq!(told["days"], json!(["20 ⵢⵓⵍⵢⵓ 2025", "30 décembre 9999"]));
}

#[tokio::test]
async fn the_words_of_others_do_not_exist_for_a_plugin() {
    let house = House::with_chaos().await;
    house.host.set_grants(&chaos(), Grants::parse("").unwrap(), &Caller::system()).await.unwrap();
    let told = house.document("/words").await;
    assert_eq!(told["one"], "Il reste 1 place à Itto");
    let missing =
        |key: &str| json!({ "code": "not-found", "message": format!("no locale of chaos has the message {key}") });
    assert_eq!(told["kernels"], missing("sign-in"));
    assert_eq!(told["unknown"], missing("kernel\\u{a}key"));
    assert_eq!(told["nowhere"]["code"], "invalid");
}
