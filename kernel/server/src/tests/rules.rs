//! The page of rules, and what it says that another pack would change.

use serde_json::json;
use tiwizi_registry::rule_watch::Watched;
use tiwizi_storage::instance_value;

use super::house::{House, Who};
use super::record_pages::{page, send};

const PAGE: &str = "/fr/register/rules";
const PACK: &str = include_str!("../../../../manifests/rules/ma-112-12.json");

fn form(pack: &str, day: &str) -> Vec<(String, String)> {
    [("pack", pack), ("day", day), ("province", "09.541")]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .to_vec()
}

#[tokio::test]
async fn the_rules_are_read_with_their_sources_and_another_pack_is_tried() {
    let house = House::build().await;
    for who in [Who::Registrar, Who::Observer] {
        let shown = page(&house, who, PAGE).await;
        assert_eq!(shown.status, 200, "{who:?}");
        assert!(shown.text().contains("class=\"breadcrumbs\""), "{}", shown.text());
        for word in [
            "Fondateurs, au moins",
            "ma-112-12/1",
            "à vérifier",
            "vérifié",
            "Loi n° 112-12",
            "Article 26",
            "personne physique",
            "Dès 50 membres",
            "Dénomination demandée",
        ] {
            assert!(shown.text().contains(word), "{word} is missing in {}", shown.text());
        }
        // The rules come first, and lead to the form below them.
        let (rules, form) = (shown.text().find("Fondateurs, au moins"), shown.text().find("id=\"field-pack\""));
        assert!(rules < form && shown.text().contains("href=\"#try\""), "{}", shown.text());
    }
    let mut pack: serde_json::Value = serde_json::from_str(PACK).unwrap();
    pack["rules"]["capital_min_mad"]["value"] = json!(50_000);
    pack["version"] = json!(2);
    // The house's cooperative has a capital that another pack would call too low.
    let record = format!("/api/v1/records/registry/cooperative/{}", house.cooperative);
    let patch = house.request(Who::Registrar, "PATCH", &record).header("content-type", "application/merge-patch+json");
    let patch = patch.header("if-match", "\"1\"");
    let patch = patch.body(axum::body::Body::from(json!({ "capital_mad": 5000 }).to_string())).unwrap();
    assert_eq!(house.send(patch).await.status, 200);
    let tried = send(&house, Who::Registrar, PAGE, &form(&pack.to_string(), "2026-05-01")).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    let text = tried.text();
    for word in [
        "Capital, au moins (dirhams)",
        "000 DH",
        "Capital trop bas",
        house.cooperative.as_str(),
        "1 coopérative regardée",
    ] {
        assert!(text.contains(word), "{word} is missing in {text}");
    }
    let same = send(&house, Who::Registrar, PAGE, &form("", "2026-05-01")).await;
    assert!(same.text().contains("rien ne change"), "{}", same.text());
    for (pack, day) in [("{}", "2026-05-01"), ("", "2026-02-31"), ("", "1990-01-01")] {
        assert_eq!(send(&house, Who::Registrar, PAGE, &form(pack, day)).await.status, 422, "{pack} {day}");
    }
    let elsewhere = send(&house, Who::RegistrarElsewhere, PAGE, &form(&pack.to_string(), "2026-05-01")).await;
    assert!(!elsewhere.text().contains(&house.cooperative), "{}", elsewhere.text());
}

#[tokio::test]
async fn what_new_rules_changed_stands_above_them_and_registrars_are_told() {
    let house = House::build().await;
    assert!(!page(&house, Who::Registrar, PAGE).await.text().contains("Ce que les nouvelles règles ont changé"));
    let record = format!("/api/v1/records/registry/cooperative/{}", house.cooperative);
    let patch = house.request(Who::Registrar, "PATCH", &record).header("content-type", "application/merge-patch+json");
    let patch = patch.header("if-match", "\"1\"");
    let patch = patch.body(axum::body::Body::from(json!({ "capital_mad": 500 }).to_string())).unwrap();
    assert_eq!(house.send(patch).await.status, 200);
    // The program that ran before had a lower capital in its pack.
    let mut before: serde_json::Value = serde_json::from_str(PACK).unwrap();
    before["rules"]["capital_min_mad"]["value"] = json!(100);
    before["version"] = json!(0);
    let mut tx = house.app.db.begin_write().await.unwrap();
    instance_value::store(&mut tx, "rules.seen", &before.to_string()).await.unwrap();
    tx.commit().await.unwrap();
    while house.app.rule_watch.step().await.unwrap() == Watched::More {}
    let shown = page(&house, Who::Registrar, PAGE).await.text();
    let report = shown.split_once("id=\"report\"").unwrap().1.split_once("</section>").unwrap().0;
    for word in [
        "ma-112-12/0",
        "Capital, au moins (dirhams)",
        "Capital trop bas",
        house.cooperative.as_str(),
        "Touchées\u{a0}: 1",
    ] {
        assert!(report.contains(word), "{word} is missing in {report}");
    }
    let elsewhere = page(&house, Who::RegistrarElsewhere, PAGE).await.text();
    assert!(elsewhere.contains("id=\"report\"") && !elsewhere.contains(&house.cooperative), "{elsewhere}");
    let token = house.token(Who::Registrar).unwrap();
    let notices = house.page(token, "GET", "/fr/account/notices").await.text();
    assert!(notices.contains("De nouvelles règles valent depuis le 2014-12-18 (ma-112-12/1)"), "{notices}");
    for language in ["ar", "ary", "zgh", "shi", "tzm", "rif"] {
        assert_eq!(page(&house, Who::Registrar, &PAGE.replace("/fr/", &format!("/{language}/"))).await.status, 200);
    }
}
