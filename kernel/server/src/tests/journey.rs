//! The path of a person and of a cooperative, and the funnel: pages, tables and files.

use axum::body::Body;
use serde_json::json;
use tiwizi_identity::{Caller, NewAccount, Secret};
use tiwizi_model::Language;
use tiwizi_records::{Unit, catch_up};
use tiwizi_registry::JourneyReader;
use tiwizi_registry::journey::JourneyRules;

use super::house::{House, PASSWORD, Reply, Who};

/// A house whose member learnt something, and the counts caught up.
async fn learnt() -> House {
    let house = House::build().await;
    let kind = house.app.pages.names().milestone.clone();
    let mut unit = Unit::new(house.app.records.clone(), Caller::system());
    let body = json!({
        "subject": house.person, "stage": "skills", "plugin": "training", "code": "module-completed",
        "reached_at": 1_767_225_600_000_i64, "proof": house.person, "province": "09.541",
    });
    unit.create_by_kernel(&kind, body).unwrap();
    unit.commit(None).await.unwrap();
    let body = json!({
        "cooperative": house.cooperative, "number": "1", "person": house.person, "province": "09.541", "sector": "agriculture",
    });
    let made = house.post(Who::Registrar, "/api/v1/records/registry/membership", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    catch_up(&house.app.records, &JourneyReader::new(house.app.records.clone())).await.unwrap();
    house
}

/// A page as the person who learnt sees it: the house's member belongs to no person.
struct Learner<'a> {
    house: &'a House,
    token: String,
}

impl<'a> Learner<'a> {
    async fn of(house: &'a House) -> Self {
        let new = NewAccount {
            email: "fadma@example.org".to_owned(),
            name: "Fadma".to_owned(),
            password: Secret::of(PASSWORD.to_owned()),
            person: Some(house.person.parse().unwrap()),
            language: Language::Tachelhit,
        };
        let account = house.app.identity.create_account(&Caller::system(), new).await.unwrap();
        let token = house.app.identity.create_token(account, "test").await.unwrap();
        Self { house, token: token.secret.reveal().to_owned() }
    }

    async fn get(&self, address: &str) -> Reply {
        let request = self.house.request(Who::Public, "GET", address);
        let request = request.header("authorization", format!("Bearer {}", self.token));
        self.house.send(request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn a_person_sees_their_path_in_each_language_and_nobody_without_an_account() {
    let house = learnt().await;
    let learner = Learner::of(&house).await;
    for language in Language::ALL {
        let page = learner.get(&format!("/{}/path", language.tag())).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        assert!(text.contains("module-completed") && text.contains("aria-current=\"step\""), "{language:?}");
        assert!(!text.contains("journey-next-") && !text.contains("path-stage-"), "a word is missing in {language:?}");
    }
    let page = learner.get("/fr/path").await.text();
    assert!(page.contains("Choisir un projet") && !page.contains("Apprendre un premier module"));
    assert_ne!(house.get(Who::Public, "/fr/path").await.status, 200);
    let stranger = house.get(Who::Member, "/fr/path").await.text();
    assert!(stranger.contains("pas encore lié") && !stranger.contains("module-completed"));
}

#[tokio::test]
async fn the_path_of_a_cooperative_is_for_the_register_and_names_nobody() {
    let house = learnt().await;
    let address = format!("/fr/directory/{}/path", house.cooperative);
    let page = house.get(Who::Registrar, &address).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    assert!(text.contains("Ouvrir la vitrine") && text.contains("une personne"));
    assert!(!text.contains(&house.person), "whose milestone it is is not told");
    for who in [Who::Public, Who::RegistrarElsewhere, Who::Administrator] {
        assert_ne!(house.get(who, &address).await.status, 200, "{who:?}");
    }
    let public = house.get(Who::Public, &format!("/fr/directory/{}", house.cooperative)).await.text();
    assert!(!public.contains(&address));
    let staff = house.get(Who::Registrar, &format!("/fr/directory/{}", house.cooperative)).await.text();
    assert!(staff.contains(&address));
}

#[tokio::test]
async fn the_funnel_hides_small_counts_from_the_public_and_not_from_observers() {
    let house = learnt().await;
    for who in ["people", "women", "youth", "cooperatives"] {
        let address = format!("/api/v1/statistics/journey/{who}");
        let public = house.get(Who::Public, &address).await.json();
        let stages: Vec<_> = public["stages"].as_array().unwrap().iter().map(|stage| stage["stage"].clone()).collect();
        assert_eq!(stages, [json!("skills"), json!("project"), json!("market")]);
        assert!(public["stages"][0]["counts"].as_object().unwrap().values().all(|count| !count.is_i64()), "{who}");
    }
    let people = house.get(Who::Observer, "/api/v1/statistics/journey/people").await.json();
    assert_eq!((&people["stages"][0]["total"], &people["minimum"]), (&json!(1), &json!(null)));
    // To keep the register is no office of training.
    let registrar = house.get(Who::Registrar, "/api/v1/statistics/journey/people").await.json();
    assert_eq!(registrar["stages"][0]["total"], json!(null));
    let sectors = house.get(Who::Observer, "/api/v1/statistics/journey/cooperatives?by=sector").await.json();
    assert_eq!(sectors["stages"][0]["total"], json!(1));
    assert_eq!(house.get(Who::Public, "/api/v1/statistics/journey/people?by=sector").await.status, 400);
    assert_eq!(house.get(Who::Public, "/api/v1/statistics/journey/nobody").await.status, 404);
}

#[tokio::test]
async fn the_funnel_is_a_page_a_file_and_in_the_catalogue() {
    let house = learnt().await;
    for language in Language::ALL {
        let page = house.get(Who::Public, &format!("/{}/statistics/journey", language.tag())).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.text().contains("/open-data/statistics/journey-cooperatives-by-sector.csv"));
        assert!(!page.text().contains("funnel-"), "a word is missing in {language:?}");
    }
    let file = house.get(Who::Public, "/open-data/statistics/journey-people-by-region.csv").await;
    assert!(file.text().starts_with("stage,region,name_ar,name_fr,people,hidden,unknown"), "{}", file.text());
    assert!(file.text().contains("skills,09,") && file.headers.contains_key("x-as-of"));
    let catalogue = house.get(Who::Public, "/open-data/catalogue.jsonld").await.text();
    assert!(catalogue.contains("journey-women-by-region.csv"));
    let request = house.request(Who::Observer, "GET", "/api/v1/statistics/journey/people").header("accept", "text/csv");
    let own = house.send(request.body(Body::empty()).unwrap()).await;
    assert!(own.text().contains(",1,no,no") && !own.headers.contains_key("link"), "{}", own.text());
}

#[tokio::test]
async fn every_rule_of_the_path_has_its_words() {
    let house = House::build().await;
    let rules = JourneyRules::own().unwrap();
    for language in Language::ALL {
        let texts = tiwizi_words::Texts::new(language, house.app.host.kernel_messages());
        for code in rules.codes() {
            for key in [format!("journey-next-{code}"), format!("journey-why-{code}")] {
                assert_ne!(texts.text(&key), key, "{language:?}");
            }
        }
    }
}
