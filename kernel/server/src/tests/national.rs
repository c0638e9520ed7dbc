//! Cooperatives that another home may have too, and what is known of each region, at an instance that is in no federation.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_records::Unit;

use super::house::{House, Who};
use super::record_pages::page;

const OTHER: &str = "0192f0c1-2345-7000-8000-000000000001";

/// A case that the nation asked, about the house's cooperative.
async fn case(house: &House) -> String {
    let body = json!({
        "own": house.cooperative, "other": OTHER, "other_home": "1".repeat(64), "other_name": "Direction de l’Oriental",
        "shown": { "name_fr": "Moulouya Lait", "province": "02.113", "sector": "agriculture", "ice": "001561191000066" },
        "level": "certain", "points": 100, "reasons": ["ice"], "status": "open", "heard": 0, "province": "09.541",
    });
    let mut unit = Unit::new(house.app.records.clone(), Caller::system());
    let made = unit.create_by_kernel(&house.app.pages.names().case, body).unwrap();
    unit.commit(None).await.unwrap();
    made.id.to_string()
}

async fn answer(house: &House, who: Who, case: &str, body: &Value) -> (u16, String) {
    let reply = house.send_json(who, "PUT", &format!("/api/v1/cases/{case}/answer"), body).await;
    if reply.status == 204 { (204, String::new()) } else { reply.problem() }
}

#[tokio::test]
async fn a_case_is_answered_by_the_office_of_the_cooperative_alone_and_with_a_reason() {
    let house = House::build().await;
    let case = case(&house).await;
    let body = |reason: &str, version: i64| json!({ "answer": "same", "reason": reason, "version": version });
    let right = body("Un seul ICE", 1);
    assert_eq!(answer(&house, Who::Public, &case, &right).await.0, 401);
    assert_eq!(answer(&house, Who::Member, &case, &right).await.0, 403);
    assert_eq!(answer(&house, Who::Observer, &case, &right).await.0, 403);
    let elsewhere = answer(&house, Who::RegistrarElsewhere, &case, &right).await.0;
    assert!([403, 404].contains(&elsewhere), "{elsewhere}");
    assert_eq!(answer(&house, Who::Registrar, &case, &body(" ", 1)).await, (422, "invalid".to_owned()));
    assert_eq!(answer(&house, Who::Registrar, &case, &body("Un seul ICE", 7)).await, (412, "stale-version".to_owned()));
    assert_eq!(answer(&house, Who::Registrar, &case, &right).await.0, 204);
    let found = house.get(Who::Registrar, &format!("/api/v1/cases/{case}")).await.json();
    let said = ["status", "answer", "reason"].map(|field| found[field].as_str().unwrap().to_owned());
    assert_eq!(said, ["answering", "same", "Un seul ICE"]);
    let listed = house.get(Who::Registrar, "/api/v1/cases?status=answering").await.json();
    assert_eq!(listed["items"][0]["id"], json!(case));
    assert_eq!(house.get(Who::Registrar, "/api/v1/cases").await.json()["items"], json!([]));
    assert_eq!(house.get(Who::Registrar, "/api/v1/cases?status=decided").await.status, 400);
    // The history says who answered.
    let history = house.get(Who::Registrar, &format!("/api/v1/records/registry/case/{case}/history")).await.json();
    assert!(history["items"][0]["account"].is_string(), "{history}");
}

#[tokio::test]
async fn a_case_is_shown_side_by_side_in_words() {
    let house = House::build().await;
    let address = format!("/fr/federation/cases/{}", case(&house).await);
    let shown = page(&house, Who::Registrar, &address).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    for word in ["Moulouya Lait", "Direction de l’Oriental", "Agriculture", "name=\"answer\" value=\"same\""] {
        assert!(shown.text().contains(word), "{word} is missing in {}", shown.text());
    }
    let looked = page(&house, Who::Observer, &address).await;
    assert!(looked.status == 200 && !looked.text().contains("name=\"answer\""), "{}", looked.text());
    let list = page(&house, Who::Registrar, "/fr/federation/cases").await;
    assert!(list.status == 200 && list.text().contains(&address), "{}", list.text());
}

#[tokio::test]
async fn an_instance_that_is_not_the_nation_shows_its_own_register_and_nothing_as_unknown() {
    let house = House::build().await;
    assert_eq!(house.get(Who::Public, "/api/v1/coverage").await.json(), json!(null));
    let counts = house.get(Who::Public, "/api/v1/statistics/cooperatives?by=region").await;
    assert_eq!((&counts.json()["coverage"], &counts.json()["unknown"]), (&json!(null), &json!({})));
    let table = house.get(Who::Public, "/open-data/statistics/cooperatives-by-region.csv").await;
    assert!(!table.headers.contains_key("x-coverage"));
    for address in ["/fr/federation/coverage", "/fr/statistics", "/fr/directory"] {
        let shown = page(&house, Who::Public, address).await;
        assert!(shown.status == 200 && !shown.text().contains("class=\"facts coverage\""), "{address}");
    }
}

#[tokio::test]
async fn packages_are_seen_by_the_office_and_published_by_the_nation_alone() {
    let house = House::build().await;
    assert_eq!(house.get(Who::Observer, "/api/v1/packages").await.json(), json!({ "items": [] }));
    let draft = json!({ "kind": "rule-pack", "name": "rules/office", "contents": { "office.json": "{}" } });
    let refused = house.post(Who::Administrator, "/api/v1/packages", &draft).await;
    assert_eq!(refused.problem().0, 403);
    let unknown = json!({ "kind": "rules", "name": "rules/office" });
    assert_eq!(house.post(Who::Administrator, "/api/v1/packages", &unknown).await.problem().0, 422);
    for who in [Who::Observer, Who::Administrator] {
        let shown = page(&house, who, "/fr/federation/packages").await;
        assert!(shown.status == 200 && shown.text().contains("Aucun paquet"), "{who:?}");
    }
}
