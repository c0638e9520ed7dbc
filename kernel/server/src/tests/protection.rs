//! Data protection through the router: the demonstration, going into service, and what a person asks.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tiwizi_identity::{Caller, NewAccount, Secret};
use tiwizi_model::Language;

use super::house::{House, PASSWORD, Reply, Who};
use super::record_pages::{page, send};

const CONSOLE: &str = "/fr/console/protection";
const PERSONS: &str = "/api/v1/records/registry/person";

/// An account that is the person's own.
struct Own<'a> {
    house: &'a House,
    token: String,
}

impl<'a> Own<'a> {
    async fn of(house: &'a House) -> Self {
        let new = NewAccount {
            email: "fadma@example.org".to_owned(),
            name: "Fadma".to_owned(),
            password: Secret::of(PASSWORD.to_owned()),
            person: house.person.parse().ok(),
            language: Language::French,
        };
        let account = house.app.identity.create_account(&Caller::system(), new).await.unwrap();
        let token = house.app.identity.create_token(account, "test").await.unwrap();
        Self { house, token: token.secret.reveal().to_owned() }
    }

    async fn ask(&self, method: &str, address: &str, media_type: &str, body: String) -> Reply {
        let request = Request::builder().method(method).uri(address).header("host", "tiwizi.test");
        let request =
            request.header("authorization", format!("Bearer {}", self.token)).header("content-type", media_type);
        self.house.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn get(&self, address: &str) -> Reply {
        self.ask("GET", address, "application/json", String::new()).await
    }

    async fn post(&self, address: &str, body: &Value) -> Reply {
        self.ask("POST", address, "application/json", body.to_string()).await
    }

    async fn submit(&self, address: &str, body: &str) -> Reply {
        self.ask("POST", address, "application/x-www-form-urlencoded", body.to_owned()).await
    }
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_demonstration_says_so_until_everything_is_covered_and_it_is_put_in_service() {
    let house = House::build().await;
    let home = page(&house, Who::Public, "/fr/").await.text();
    assert!(home.contains("class=\"demonstration\""), "{home}");
    let said = house.get(Who::Public, "/api/v1/protection").await.json();
    assert_eq!(said["demonstration"], true);
    assert!(said["uncovered"].as_array().unwrap().contains(&json!("registry/person")), "{said}");

    let who = [("do", "controller"), ("name_fr", "Direction régionale"), ("phone", "0522")];
    assert_eq!(send(&house, Who::Administrator, CONSOLE, &pairs(&who)).await.status, 303);
    let early = send(&house, Who::Administrator, CONSOLE, &pairs(&[("do", "service")])).await;
    assert_eq!(early.status, 422);
    assert!(early.text().contains("ne peut pas être mise en service"), "{}", early.text());
    assert_eq!(send(&house, Who::Administrator, CONSOLE, &pairs(&[("do", "drafts")])).await.status, 303);
    let drafts = house.get(Who::Administrator, "/api/v1/records/registry/processing").await.json();
    for draft in drafts["items"].as_array().unwrap() {
        let address = format!("/api/v1/records/registry/processing/{}", draft["id"].as_str().unwrap());
        let receipt = json!({ "status": "in_force", "receipt": "A-1/2026", "receipt_on": "2026-01-02" });
        let stands = house.send_json(Who::Administrator, "PATCH", &address, &receipt).await;
        assert_eq!(stands.status, 200, "{}", stands.text());
    }
    let served = send(&house, Who::Administrator, CONSOLE, &pairs(&[("do", "service")])).await;
    assert_eq!(served.status, 303, "{}", served.text());
    assert!(!page(&house, Who::Public, "/fr/").await.text().contains("class=\"demonstration\""));
    let public = page(&house, Who::Public, "/ar/privacy").await.text();
    assert!(public.contains("A-1/2026") && public.contains("Direction régionale"), "{public}");
    let made = house.post(Who::Registrar, PERSONS, &json!({ "name_fr": "Itto", "province": "09.541" })).await;
    assert_eq!(made.status, 201, "{}", made.text());

    let ended = json!({ "status": "ended", "ended_on": "2026-01-03" });
    for draft in drafts["items"].as_array().unwrap() {
        let address = format!("/api/v1/records/registry/processing/{}", draft["id"].as_str().unwrap());
        assert_eq!(house.send_json(Who::Administrator, "PATCH", &address, &ended).await.status, 200);
    }
    house.app.protection.refresh().await.unwrap();
    let refused = house.post(Who::Registrar, PERSONS, &json!({ "name_fr": "Hassan", "province": "09.541" })).await;
    assert_eq!(refused.problem(), (422, "invalid".to_owned()));
    assert_eq!(refused.json()["errors"][0]["code"], "no-processing");
}

#[tokio::test]
async fn what_is_kept_of_a_person_is_said_in_words() {
    let house = House::build().await;
    let own = Own::of(&house).await;
    let born = json!({ "birth_date": "1990-05-02" });
    assert_eq!(
        house.send_json(Who::Registrar, "PATCH", &format!("{PERSONS}/{}", house.person), &born).await.status,
        200
    );
    let seen = own.get("/fr/account/privacy/dossier").await.text();
    assert!(seen.contains("2 mai 1990") && !seen.contains("1990-05-02"), "{seen}");
}

#[tokio::test]
async fn a_person_sees_takes_out_asks_and_is_answered() {
    let house = House::build().await;
    let own = Own::of(&house).await;
    let seen = own.get("/fr/account/privacy/dossier").await;
    assert!(seen.text().contains("0600000000") && seen.header("cache-control").contains("no-store"), "{}", seen.text());
    let dossier = own.get(&format!("/api/v1/persons/{}/dossier", house.person)).await;
    assert_eq!(dossier.json()["kinds"][0]["records"][0]["body"]["name_fr"], "Fadma");
    assert_eq!(dossier.json()["accounts"][0]["email"], "fadma@example.org");

    let nothing = own.submit("/fr/account/privacy", "right=rectification&phone=0600000000&text=faux").await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.text().contains("faux</textarea>"), "what was typed stays: {}", nothing.text());
    let asked = own.submit("/fr/account/privacy", "right=rectification&phone=0611111111&text=faux").await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let list = page(&house, Who::Registrar, "/fr/register/requests").await.text();
    let request = list.split("/fr/register/requests/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let address = format!("/fr/register/requests/{request}");
    let shown = page(&house, Who::Registrar, &address).await.text();
    assert!(shown.contains("0611111111"), "{shown}");
    assert_eq!(page(&house, Who::RegistrarElsewhere, &address).await.status, 404);
    let empty = pairs(&[("seen", "1"), ("decision", "grant"), ("answer", " ")]);
    assert_eq!(send(&house, Who::Registrar, &address, &empty).await.status, 422);
    let granted = pairs(&[("seen", "1"), ("decision", "grant"), ("answer", "Corrigé.")]);
    assert_eq!(send(&house, Who::Registrar, &address, &granted).await.status, 303);
    let person = house.get(Who::Registrar, &format!("{PERSONS}/{}", house.person)).await.json();
    assert_eq!(person["body"]["phone"], "0611111111");
    assert!(own.get("/fr/account/privacy").await.text().contains("Corrigé."));
    let late = pairs(&[("seen", "1"), ("decision", "refuse"), ("answer", "Déjà écrit.")]);
    let again = send(&house, Who::Registrar, &address, &late).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("entre-temps") && again.text().contains("Déjà écrit."), "{}", again.text());
}

#[tokio::test]
async fn an_opposition_says_what_the_processing_is_for() {
    let house = House::build().await;
    let own = Own::of(&house).await;
    let news = json!({
        "code": "news", "purpose_fr": "Envoyer des nouvelles", "basis": "consent", "kinds": ["registry/person"],
        "people": ["Membres"], "retention": "Un an", "formality": "authorisation", "receipt": "A-2/2026",
        "receipt_on": "2026-01-02", "status": "in_force",
    });
    let made = house.post(Who::Administrator, "/api/v1/records/registry/processing", &news).await;
    assert_eq!(made.status, 201, "{}", made.text());
    house.app.protection.refresh().await.unwrap();
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let asked = own.submit("/fr/account/privacy", &format!("right=opposition&processing={id}&text=non")).await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let list = own.get("/fr/account/privacy").await.text();
    assert!(list.contains("<bdi>Envoyer des nouvelles</bdi>"), "{list}");
}

#[tokio::test]
async fn the_office_takes_everything_out_for_a_request_and_for_nothing_else() {
    let house = House::build().await;
    let own = Own::of(&house).await;
    let refused = house.get(Who::Registrar, &format!("/api/v1/persons/{}/dossier", house.person)).await;
    assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
    let asked = own.post(&format!("/api/v1/persons/{}/requests", house.person), &json!({ "right": "access" })).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let request = asked.json()["id"].as_str().unwrap().to_owned();
    let at = |end: &str| format!("/api/v1/subject-requests/{request}/{end}");
    let given = house.post(Who::Registrar, &at("dossier"), &json!({})).await;
    assert_eq!(given.json()["person"], house.person, "{}", given.text());
    let withdrawn = own.post(&at("withdraw"), &json!({ "version": 2 })).await;
    assert_eq!(withdrawn.json()["body"]["status"], "withdrawn", "{}", withdrawn.text());
    let late = house.post(Who::Registrar, &at("dossier"), &json!({})).await;
    assert_eq!(late.problem(), (409, "conflict".to_owned()));
    let noted = page(&house, Who::Registrar, &format!("/fr/register/requests/new?person={}", house.person)).await;
    assert!(noted.text().contains("0600000000"), "the form is filled with what is there: {}", noted.text());
}

#[tokio::test]
async fn what_is_past_its_time_is_shown_in_the_console_before_it_goes() {
    let mut house = House::build().await;
    house.clock.advance_ms(11 * 366 * 24 * 60 * 60 * 1000);
    house.renew(Who::Administrator).await;
    house.renew(Who::Registrar).await;
    let run = pairs(&[("do", "run"), ("kind", "registry/person"), ("mode", "preview")]);
    assert_eq!(send(&house, Who::Administrator, CONSOLE, &run).await.status, 303);
    tiwizi_registry::protection::run_waiting(&house.app.records).await.unwrap();
    let shown = page(&house, Who::Administrator, CONSOLE).await.text();
    assert!(shown.contains("durée dépassée\u{a0}: 1") && shown.contains(&house.person), "{shown}");
    let erase = json!({ "kind": "registry/person", "mode": "erase" });
    assert_eq!(house.post(Who::Administrator, "/api/v1/retention", &erase).await.status, 202);
    tiwizi_registry::protection::run_waiting(&house.app.records).await.unwrap();
    let gone = house.get(Who::Registrar, &format!("{PERSONS}/{}", house.person)).await;
    assert_eq!(gone.status, 404);
    let history = house.get(Who::Registrar, &format!("{PERSONS}/{}/history", house.person)).await.text();
    assert!(!history.contains("Fadma"), "{history}");
    let wrong = house
        .post(Who::Administrator, "/api/v1/retention", &json!({ "kind": "registry/cooperative", "mode": "erase" }))
        .await;
    assert_eq!(wrong.json()["errors"][0]["code"], "no-rule");
}
