//! Statistics and open data: what the public and staff see, as pages, tables and files.

use axum::body::Body;
use serde_json::json;
use tiwizi_records::catch_up;
use tiwizi_registry::TallyReader;
use tower::ServiceExt as _;

use super::house::{House, Who, cooperative};

/// Members of the house's cooperative: three of Taroudannt, one of them a woman, and the counts caught up.
async fn counted() -> House {
    let house = House::build().await;
    for number in 1..=3 {
        let body = json!({
            "cooperative": house.cooperative, "number": number.to_string(), "person": house.person, "province": "09.541",
            "sector": "agriculture", "gender": if number == 1 { "female" } else { "male" }, "birth_year": 1980 + number,
        });
        let made = house.post(Who::Registrar, "/api/v1/records/registry/membership", &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    let mut other = cooperative("18/2020");
    other["capital_mad"] = json!(1_500);
    other["name_fr"] = json!("=1+2");
    let made = house.post(Who::Registrar, "/api/v1/records/registry/cooperative", &other).await;
    assert_eq!(made.status, 201, "{}", made.text());
    catch_up(&house.app.records, &TallyReader::default()).await.unwrap();
    house
}

#[tokio::test]
async fn the_public_does_not_see_small_counts_of_people_and_staff_do() {
    let house = counted().await;
    let address = "/api/v1/statistics/members?by=province";
    let public = house.get(Who::Public, address).await.json();
    assert_eq!((&public["total"], &public["counts"], &public["minimum"]), (&json!(null), &json!({}), &json!(5)));
    assert!(public["hidden"].as_array().unwrap().contains(&json!("09.541")));
    let staff = house.get(Who::Registrar, address).await.json();
    assert_eq!((&staff["total"], &staff["counts"]), (&json!(3), &json!({"09.541": 3})));
    // The registrar of a province sees every count of it; elsewhere small ones would be hidden.
    assert_eq!((&staff["minimum"], &staff["hidden"]), (&json!(5), &json!([])));
    let nation = house.get(Who::Observer, address).await.json();
    assert_eq!((&nation["counts"], &nation["minimum"]), (&json!({"09.541": 3}), &json!(null)));
    let elsewhere = house.get(Who::RegistrarElsewhere, address).await.json();
    assert_eq!((&elsewhere["total"], &elsewhere["counts"]), (&json!(null), &json!({})));
    assert!(elsewhere["hidden"].as_array().unwrap().contains(&json!("09.541")));
    let home = |page: String| page.contains("class=\"totals\"") && page.contains("femme");
    assert!(!home(house.get(Who::Public, "/fr").await.text()), "the home page tells what the statistics hide");
    assert!(home(house.get(Who::Registrar, "/fr").await.text()));
    // Nor does the page of records: its sum less the own provinces would be a small count of another one.
    let records = |page: String| page.contains("3 membres");
    assert!(records(house.get(Who::Registrar, "/fr/records").await.text()));
    assert!(
        !records(house.get(Who::RegistrarElsewhere, "/fr/records").await.text()),
        "the sum tells the three of another province"
    );
    // To run an instance is no office of the register.
    assert_eq!(house.get(Who::Administrator, address).await.json()["total"], json!(null));
    let cooperatives = house.get(Who::Public, "/api/v1/statistics/cooperatives?by=region").await.json();
    assert_eq!((&cooperatives["total"], &cooperatives["counts"]), (&json!(2), &json!({"09": 2})));
}

#[tokio::test]
async fn what_staff_see_more_of_is_no_open_data() {
    let house = counted().await;
    for (who, is_open) in [(Who::Public, true), (Who::Registrar, false), (Who::Observer, false)] {
        let request = house.request(who, "GET", "/api/v1/statistics/members?by=province").header("accept", "text/csv");
        let reply = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.headers.contains_key("link")), (200, is_open), "{}", reply.text());
    }
}

/// A house with one member, born in 1990, and the counts caught up. Its clock is in 2026.
async fn with_one_of_1990() -> House {
    let house = House::build().await;
    let body = json!({
        "cooperative": house.cooperative, "number": "1", "person": house.person, "province": "09.541",
        "sector": "agriculture", "gender": "female", "birth_year": 1990,
    });
    let made = house.post(Who::Registrar, "/api/v1/records/registry/membership", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    catch_up(&house.app.records, &TallyReader::default()).await.unwrap();
    house
}

#[tokio::test]
async fn ages_are_those_of_this_year_and_staff_ask_for_another() {
    let house = with_one_of_1990().await;
    for (asked, year, band, young) in
        [("", 2026, "36-45", 0), ("&ages=2026", 2026, "36-45", 0), ("&ages=2025", 2025, "25-35", 1)]
    {
        let table = house.get(Who::Observer, &format!("/api/v1/statistics/members?by=age{asked}")).await.json();
        assert_eq!((&table["counts"], &table["ages"]), (&json!({ band: 1 }), &json!(year)));
        let overview = house.get(Who::Observer, &format!("/api/v1/statistics?{asked}")).await.json();
        assert_eq!(
            (&overview["measures"][3]["total"], &overview["youth"]["reference_year"]),
            (&json!(young), &json!(year))
        );
    }
    let by_sector = house.get(Who::Observer, "/api/v1/statistics/members?by=sector&ages=2025").await.json();
    assert_eq!(by_sector["ages"], json!(null));
    let file = house.get(Who::Observer, "/open-data/statistics/members-by-age.csv?ages=2025").await;
    assert!(file.text().contains("25-35,,,1,no") && !file.headers.contains_key("link"), "{}", file.text());
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"members-by-age-ages-2025.csv\"");
    let page = house.get(Who::Observer, "/fr/statistics?measure=youth&ages=2025").await.text();
    assert!(page.contains("en 2025.") && page.contains("youth-by-region.csv?ages=2025"), "{page}");
    assert!(page.contains("name=\"ages\"") && page.contains("max=\"2026\""), "{page}");
    let members = house.get(Who::Public, "/fr/statistics").await.text();
    assert!(members.contains("Les âges sont ceux de 2026.") && !members.contains("name=\"ages\""), "{members}");
}

#[tokio::test]
async fn nobody_from_whom_something_is_hidden_lays_two_years_of_ages_side_by_side() {
    let house = with_one_of_1990().await;
    for address in [
        "/api/v1/statistics?",
        "/api/v1/statistics/women?by=age&",
        "/open-data/statistics/women-by-age.csv?",
        "/fr/statistics?measure=women&",
    ] {
        for (who, year, status) in [
            (Who::Public, "2025", 401),
            (Who::Member, "2025", 403),
            (Who::Registrar, "2025", 403),
            (Who::Administrator, "2025", 403),
            (Who::Observer, "2025", 200),
            (Who::Public, "2026", 200),
            (Who::Observer, "1983", 400),
            (Who::Observer, "2027", 400),
            (Who::Public, "young", 400),
        ] {
            let reply = house.get(who, &format!("{address}ages={year}")).await;
            assert_eq!(reply.status.as_u16(), status, "{who:?} {address}ages={year}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn every_count_says_of_which_place_of_the_log_it_is() {
    let house = counted().await;
    let head = house.app.db.sequence().await.unwrap().0;
    let overview = house.get(Who::Public, "/api/v1/statistics").await.json();
    assert_eq!(overview["as_of"][0]["seq"], json!(head));
    assert!(overview["as_of"][0]["at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        (&overview["measures"][0]["measure"], &overview["measures"][0]["total"]),
        (&json!("cooperatives"), &json!(2))
    );
    assert_eq!(overview["measures"][5]["total"], json!(1_500));
}

#[tokio::test]
async fn a_split_that_a_measure_lacks_is_refused() {
    let house = House::build().await;
    for (address, status) in [
        ("/api/v1/statistics/youth?by=age", 400),
        ("/api/v1/statistics/members?by=colour", 400),
        ("/api/v1/statistics/members?colour=red", 400),
        ("/api/v1/statistics?by=region", 400),
        ("/api/v1/statistics/people", 404),
        ("/open-data/people.csv", 404),
        ("/open-data/statistics/youth-by-age.csv", 404),
    ] {
        assert_eq!(house.get(Who::Public, address).await.problem().0, status, "{address}");
    }
}

#[tokio::test]
async fn the_page_has_a_map_charts_tables_and_files_in_every_direction() {
    let house = counted().await;
    for (language, direction) in [("fr", "ltr"), ("ar", "rtl"), ("shi", "ltr")] {
        let reply = house.get(Who::Public, &format!("/{language}/statistics?measure=cooperatives")).await;
        let page = reply.text();
        assert_eq!(reply.status, 200, "{page}");
        assert!(reply.header("link").contains("/open-data/catalogue.jsonld"));
        assert_eq!(page.matches("<rect class=\"tile ").count(), 12, "{language}");
        assert!(page.contains(&format!("role=\"img\" direction=\"{direction}\"")), "{language}");
        assert_eq!(page.matches("<svg class=\"chart\"").count(), page.matches("<desc id=").count());
        assert!(page.contains("/open-data/statistics/cooperatives-by-province.csv"));
        assert!(!page.contains("style=\""));
    }
    let closings = house.get(Who::Public, "/fr/statistics?measure=closings").await.text();
    assert!(closings.contains("Année de fermeture") && !closings.contains("Année d’inscription"), "{closings}");
    for (who, warning) in [(Who::Registrar, "de vos provinces"), (Who::Observer, "Ne les publiez pas")] {
        let page = house.get(who, "/fr/statistics").await.text();
        assert!(page.contains(warning), "{page}");
    }
    let members = house.get(Who::Public, "/fr/statistics").await.text();
    assert!(members.contains("caché") && members.contains("inférieurs à 5"), "{members}");
}

#[tokio::test]
async fn the_register_is_a_file_for_everybody_and_runs_no_formula() {
    let house = counted().await;
    let csv = house.get(Who::Public, "/open-data/cooperatives.csv").await;
    assert_eq!((csv.status.as_u16(), csv.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(csv.header("link").contains("rel=\"license\"") && csv.header("x-as-of").ends_with('Z'));
    assert_eq!(csv.text().lines().count(), 3);
    assert!(csv.text().contains("'=1+2"));
    let lines = house.get(Who::Public, "/open-data/cooperatives.ndjson").await;
    let first: serde_json::Value = serde_json::from_str(lines.text().lines().next().unwrap()).unwrap();
    assert_eq!(first["body"]["number"], "17/2020");
    assert!(!lines.text().contains("Fadma"), "no person is in it");
}

#[tokio::test]
async fn only_so_many_pages_of_whole_files_are_read_at_once() {
    let house = counted().await;
    let held = std::sync::Arc::clone(&house.app.exports).acquire_many_owned(4).await.unwrap();
    assert_eq!(house.get(Who::Public, "/open-data/cooperatives.csv").await.problem(), (503, "busy".to_owned()));
    drop(held);
    for _ in 0..6 {
        assert_eq!(house.get(Who::Public, "/open-data/cooperatives.csv").await.status, 200);
    }
}

#[tokio::test]
async fn whoever_stops_reading_a_whole_file_keeps_nobody_else_from_it() {
    let house = counted().await;
    let mut unread = Vec::new();
    for _ in 0..5 {
        let request = house.request(Who::Public, "GET", "/open-data/cooperatives.csv").body(Body::empty()).unwrap();
        let response = house.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        unread.push(response);
    }
    assert_eq!(house.get(Who::Public, "/open-data/cooperatives.ndjson").await.status, 200);
}

#[tokio::test]
async fn the_catalogue_leads_to_files_that_are_there() {
    let house = counted().await;
    let reply = house.get(Who::Public, "/open-data/catalogue.jsonld").await;
    assert_eq!(reply.header("content-type"), "application/ld+json");
    let catalogue = reply.json();
    assert_eq!(catalogue["@type"], "dcat:Catalog");
    let datasets = catalogue["dcat:dataset"].as_array().unwrap();
    assert_eq!(datasets.len(), 1 + 3 * 5 + 2 * 6 + 3 + 2 + 5);
    for dataset in datasets {
        assert!(dataset["dct:license"]["@id"].is_string() && dataset["dct:modified"]["@value"].is_string());
        assert!(dataset["dct:publisher"]["foaf:name"].is_string() && dataset["dct:description"].is_array());
        for file in dataset["dcat:distribution"].as_array().unwrap() {
            let address = file["dcat:downloadURL"]["@id"].as_str().unwrap();
            assert_eq!(house.get(Who::Public, address).await.status, 200, "{address}");
        }
    }
    let table = house.get(Who::Public, "/open-data/statistics/members-by-region.csv").await.text();
    assert!(table.starts_with("region,name_ar,name_fr,members,hidden,unknown\r\n01,"), "{table}");
    assert!(table.contains("Souss-Massa,,yes"), "{table}");
}
