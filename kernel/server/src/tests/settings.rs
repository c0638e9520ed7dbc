//! The console's form of a plugin's settings, sent by two administrators.

use serde_json::{Value, json};

use super::chaos::with_chaos;
use super::house::{House, Who};
use super::record_pages::{form_of, page, send, with};

const PLUGIN: &str = "/fr/console/plugins/chaos";
const SETTINGS: &str = "/fr/console/plugins/chaos/settings";

async fn form(house: &House) -> Vec<(String, String)> {
    let page = page(house, Who::Administrator, PLUGIN).await;
    assert_eq!(page.status, 200, "{}", page.text());
    form_of(&page.text())
}

async fn values(house: &House) -> Value {
    let views = house.app.host.settings(&"chaos".parse().unwrap()).await.unwrap();
    Value::Object(views.into_iter().map(|view| (view.name, view.value)).collect())
}

#[tokio::test]
async fn of_two_administrators_neither_takes_back_what_the_other_set() {
    let house = with_chaos().await;
    let (first, second) = (form(&house).await, form(&house).await);
    let saved = send(&house, Who::Administrator, SETTINGS, &with(first, &[("/size", "7")])).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let saved = send(&house, Who::Administrator, SETTINGS, &with(second, &[("/greeting", "salam")])).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(values(&house).await, json!({ "greeting": "salam", "size": 7 }));
}

#[tokio::test]
async fn a_setting_that_both_set_is_shown_with_both_values_and_then_taken() {
    let house = with_chaos().await;
    let (first, second) = (form(&house).await, form(&house).await);
    send(&house, Who::Administrator, SETTINGS, &with(first, &[("/size", "7"), ("/greeting", "salam")])).await;
    let refused = send(&house, Who::Administrator, SETTINGS, &with(second, &[("/size", "5")])).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert_eq!(values(&house).await, json!({ "greeting": "salam", "size": 7 }));
    let text = refused.text();
    assert!(text.contains("Quelqu’un a modifié ces réglages"), "{text}");
    let now = text.split("class=\"now\"").collect::<Vec<_>>();
    assert!(now.len() == 2 && now[1].split("</p>").next().unwrap().contains('7'), "{text}");
    let again = form_of(&text);
    let sent = |name: &str| again.iter().find(|(found, _)| found == name).map(|(_, text)| text.as_str());
    assert_eq!((sent("/size"), sent("/greeting")), (Some("5"), Some("salam")));
    let saved = send(&house, Who::Administrator, SETTINGS, &again).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(values(&house).await, json!({ "greeting": "salam", "size": 5 }));
}

#[tokio::test]
async fn a_form_that_does_not_say_what_it_showed_changes_nothing() {
    let house = with_chaos().await;
    let refused = send(&house, Who::Administrator, SETTINGS, &[("/size".to_owned(), "7".to_owned())]).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(values(&house).await["size"], 3);
}
