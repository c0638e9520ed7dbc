//! What changed, when and by whom.

use super::*;

#[tokio::test]
async fn the_history_says_what_changed_and_by_whom() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    house.send_json(Who::Observer, "PATCH", &format!("{API}/{id}"), &json!({"area": 20, "state": null})).await;
    let shown = page(&house, Who::Registrar, &format!("{PLOTS}/{id}/history")).await.text();
    let newest = shown.split_once("class=\"versions\"").unwrap().1.split_once("</li>").unwrap().0;
    for part in ["Modifiée", "12,5", ">20<", "Sown late", "un compte"] {
        assert!(newest.contains(part), "{part} is missing in {newest}");
    }
    assert!(!newest.contains("RIB 99") && !newest.contains("Le champ"), "what did not change is not named: {newest}");
    let first = shown.rsplit_once("<li class=\"card\">").unwrap().1;
    assert!(first.contains("Créée") && first.contains("RIB 99") && first.contains("vous"), "{first}");
}

#[tokio::test]
async fn a_long_history_goes_page_by_page() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    for area in 1..23 {
        house.send_json(Who::Registrar, "PATCH", &format!("{API}/{id}"), &json!({"area": area})).await;
    }
    let first = page(&house, Who::Registrar, &format!("{PLOTS}/{id}/history")).await.text();
    assert_eq!(first.matches("<li class=\"card\">").count(), 20);
    assert!(first.contains("history?before=4\""), "{first}");
    let rest = page(&house, Who::Registrar, &format!("{PLOTS}/{id}/history?before=4")).await.text();
    assert_eq!(rest.matches("<li class=\"card\">").count(), 3);
    assert!(rest.contains("Créée"));
    // The oldest of a page is compared with the one that stands on the next.
    assert_eq!(first.rsplit_once("<li class=\"card\">").unwrap().1.matches("<ins>").count(), 1);
}

#[tokio::test]
async fn a_record_that_moved_shows_no_version_from_elsewhere() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    house
        .send_json(Who::Observer, "PATCH", &format!("{API}/{id}"), &json!({"province": "01.051", "notes": "moved"}))
        .await;
    let there = page(&house, Who::RegistrarElsewhere, &format!("{PLOTS}/{id}/history")).await;
    assert_eq!(there.status, 200);
    assert!(!there.text().contains("Première ligne") && !there.text().contains("Créée"), "{}", there.text());
    assert_eq!(page(&house, Who::Registrar, &format!("{PLOTS}/{id}/history")).await.status, 404);
}

#[tokio::test]
async fn who_wrote_is_not_made_up_for_those_who_may_not_know() {
    let house = House::build().await;
    let made = house.post(Who::Registrar, "/api/v1/records/registry/cooperative", &cooperative("7/2020")).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/fr/records/registry/cooperative/{id}");
    for address in [format!("{path}/history"), path] {
        let shown = page(&house, Who::Public, &address).await;
        assert_eq!(shown.status, 200);
        for part in ["l’instance elle-même", "un compte"] {
            assert!(!shown.text().contains(part), "{address} names {part}");
        }
    }
}
