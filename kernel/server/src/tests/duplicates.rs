//! A pair of records that may be one, on its page: in words, with a form for those who may decide alone.

use axum::body::Body;
use serde_json::json;
use tiwizi_identity::Caller;
use tiwizi_records::Draft;

use super::house::{House, Who, cooperative};
use super::record_pages::page;

/// A pair of two cooperatives, open.
async fn pair(house: &House) -> String {
    let mut body = cooperative("18/2021");
    body["name_fr"] = json!("Azekka Zaytoun");
    body["name_ar"] = json!("أزكا زيتون");
    body["branch"] = json!("livestock");
    let other = house.post(Who::Registrar, "/api/v1/records/registry/cooperative", &body).await;
    assert_eq!(other.status, 201, "{}", other.text());
    let other = other.json()["id"].as_str().unwrap().to_owned();
    let body = json!({ "kind": "cooperative", "first": house.cooperative, "second": other, "level": "likely", "points": 90,
        "reasons": ["name 92", "commune"], "status": "open", "province": "09.541" });
    let draft = Draft::create(house.app.pages.names().duplicate.clone(), body);
    house.app.records.submit(&Caller::system(), vec![draft], None).await.unwrap()[0].id.to_string()
}

#[tokio::test]
async fn whoever_comes_second_is_told_so_and_finds_the_reason_again() {
    let house = House::build().await;
    let address = format!("/fr/register/duplicates/{}", pair(&house).await);
    let request = house.request(Who::Registrar, "POST", &address).header("accept", "text/html");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let late = Body::from("decision=distinct&reason=Deux+villages&seen=7");
    let late = house.send(request.body(late).unwrap()).await;
    assert_eq!(late.status, 409, "{}", late.text());
    for said in ["entre-temps", "Deux villages", "keep-first"] {
        assert!(late.text().contains(said), "{said} is missing in {}", late.text());
    }
}

#[tokio::test]
async fn a_pair_is_shown_in_words_and_its_form_to_those_who_may_decide() {
    let house = House::build().await;
    let address = format!("/fr/register/duplicates/{}", pair(&house).await);
    let own = page(&house, Who::Registrar, &address).await;
    assert_eq!(own.status, 200);
    let text = own.text();
    for word in ["Azekka Zaytoun", "Taroudannt", "noms semblables", "Élevage", "keep-first"] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    for code in ["<bdi>09.541</bdi>", "<bdi>registered</bdi>", "<bdi>agriculture</bdi>"] {
        assert!(!text.contains(code), "{code} is a code, in {text}");
    }
    for who in [Who::Observer, Who::RegistrarElsewhere] {
        let shown = page(&house, who, &address).await;
        if shown.status == 200 {
            assert!(!shown.text().contains("keep-first") && !shown.text().contains("<textarea"), "{who:?}");
            assert!(shown.text().contains("Seul un agent du registre"), "{who:?}");
        } else {
            assert_eq!((who, shown.status.as_u16()), (Who::RegistrarElsewhere, 404));
        }
    }
}

async fn says_that_names_are_compared_again(house: &House) -> bool {
    let list = page(house, Who::Registrar, "/fr/register/duplicates").await;
    assert_eq!(list.status, 200, "{}", list.text());
    list.text().contains("comparés à nouveau")
}

#[tokio::test]
async fn the_list_says_that_names_are_compared_again_until_they_are() {
    let house = House::build().await;
    let reader = house.app.duplicates.reader();
    tiwizi_records::catch_up(&house.app.records, &reader).await.unwrap();
    assert!(!says_that_names_are_compared_again(&house).await);
    assert!(reader.renew().await.unwrap(), "it is not known by which rule they were made");
    assert!(says_that_names_are_compared_again(&house).await);
    tiwizi_records::catch_up(&house.app.records, &reader).await.unwrap();
    assert!(!says_that_names_are_compared_again(&house).await);
}
