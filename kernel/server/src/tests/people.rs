//! Numbers of identity cards and unions, through the API and on pages without scripts.

use serde_json::json;

use super::house::{House, Who, cooperative};
use super::record_pages::{page, send};

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The house's person with a number, set through the API.
async fn with_number() -> House {
    let house = House::build().await;
    let address = format!("/api/v1/persons/{}/national-id", house.person);
    let set = house.send_json(Who::Registrar, "PUT", &address, &json!({"number": "ja 123456"})).await;
    assert_eq!(set.status, 204, "{}", set.text());
    house
}

#[tokio::test]
async fn a_number_is_found_and_shown_for_a_reason_and_stands_in_no_other_answer() {
    let house = with_number().await;
    let person = format!("/api/v1/records/registry/person/{}", house.person);
    assert!(!house.get(Who::Registrar, &person).await.text().contains("123456"));
    assert!(house.get(Who::Observer, &person).await.json()["body"].get("national_id_sealed").is_none());
    let found = house.post(Who::Registrar, "/api/v1/persons/find", &json!({"number": "JA-123456"})).await;
    assert_eq!(found.json(), json!({"person": house.person}));
    let looks = format!("/api/v1/persons/{}/national-id/looks", house.person);
    let refused = house.post(Who::Registrar, &looks, &json!({"reason": " "})).await;
    assert_eq!(refused.problem(), (422, "invalid".to_owned()));
    let shown = house.post(Who::Registrar, &looks, &json!({"reason": "extract for the court"})).await;
    assert_eq!((shown.json(), shown.header("cache-control")), (json!({"number": "JA123456"}), "no-store"));
    assert_eq!(house.post(Who::Observer, &looks, &json!({"reason": "curious"})).await.status, 403);
    let kept = house.get(Who::Administrator, &looks).await.json();
    let kept: Vec<&str> =
        kept["items"].as_array().unwrap().iter().map(|look| look["body"]["reason"].as_str().unwrap()).collect();
    assert_eq!(kept, ["extract for the court"]);
}

#[tokio::test]
async fn an_answer_with_a_number_is_not_remembered_for_a_repetition() {
    let house = with_number().await;
    let looks = format!("/api/v1/persons/{}/national-id/looks", house.person);
    let look = || async {
        let request = house.request(Who::Registrar, "POST", &looks).header("content-type", "application/json");
        let request = request.header("idempotency-key", "look-1");
        house.send(request.body(axum::body::Body::from(r#"{"reason":"court"}"#)).unwrap()).await
    };
    assert_eq!(look().await.status, 200);
    assert_eq!(look().await.problem(), (409, "answered-once".to_owned()));
}

#[tokio::test]
async fn the_page_of_a_person_shows_the_number_once_and_says_what_is_wrong() {
    let house = House::build().await;
    let address = format!("/fr/register/persons/{}", house.person);
    let number = format!("{address}/number");
    let wrong = send(&house, Who::Registrar, &number, &fields(&[("what", "set"), ("number", "A1")])).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("de 4 à 24 lettres"), "{}", wrong.text());
    let set = send(&house, Who::Registrar, &number, &fields(&[("what", "set"), ("number", "JA 123456")])).await;
    assert_eq!((set.status.as_u16(), set.header("location")), (303, address.as_str()));
    let shown = page(&house, Who::Registrar, &address).await;
    assert!(shown.text().contains("Fadma") && !shown.text().contains("123456"), "{}", shown.text());
    // What forgetting means stands before its button.
    assert!(shown.text().contains("<summary>Oublier le numéro</summary>"), "{}", shown.text());
    let why = send(&house, Who::Registrar, &number, &fields(&[("what", "look"), ("reason", "")])).await;
    assert_eq!(why.status, 422);
    let look = send(&house, Who::Registrar, &number, &fields(&[("what", "look"), ("reason", "tribunal")])).await;
    assert_eq!((look.status.as_u16(), look.text().contains("JA123456")), (200, true), "{}", look.text());
    // An observer sees the person, and neither the number nor a form for it; the public is sent to sign in.
    let observer = page(&house, Who::Observer, &address).await.text();
    assert!(observer.contains("Fadma") && !observer.contains(&number), "{observer}");
    assert_eq!(page(&house, Who::Public, &address).await.status, 303);
    for language in ["ar", "ary", "zgh", "shi", "tzm", "rif"] {
        let page = page(&house, Who::Registrar, &address.replace("/fr/", &format!("/{language}/"))).await;
        assert_eq!(page.status, 200, "{language}");
    }
}

#[tokio::test]
async fn a_number_that_another_office_keeps_is_asked_for_on_the_same_page() {
    let house = with_number().await;
    let other = json!({"name_fr": "Ijja", "province": "01.051"});
    let made = house.post(Who::RegistrarElsewhere, "/api/v1/records/registry/person", &other).await.json();
    let other = made["id"].as_str().unwrap();
    let address = format!("/api/v1/persons/{other}/national-id");
    let taken = house.send_json(Who::RegistrarElsewhere, "PUT", &address, &json!({"number": "JA123456"})).await;
    assert_eq!((taken.status.as_u16(), taken.text().contains(&house.person)), (409, false), "{}", taken.text());
    let number = format!("/fr/register/persons/{other}/number");
    let tried = fields(&[("what", "set"), ("number", "JA123456")]);
    let refused = send(&house, Who::RegistrarElsewhere, &number, &tried).await;
    assert!(refused.status == 422 && refused.text().contains("Un autre bureau"), "{}", refused.text());
    assert!(refused.text().contains(r#"name="ask_reason""#) && !refused.text().contains("Fadma"), "{}", refused.text());
    let ask = fields(&[("what", "ask"), ("number", "JA123456"), ("ask_reason", "elle est devant moi")]);
    let told = send(&house, Who::RegistrarElsewhere, &number, &ask).await;
    assert_eq!(told.status, 303, "{}", told.text());
    let told = page(&house, Who::RegistrarElsewhere, told.header("location")).await.text();
    assert!(told.contains("Le bureau qui tient cette personne est prévenu."), "{told}");
    let notices = page(&house, Who::Registrar, "/fr/account/notices").await.text();
    assert!(notices.contains("a saisi le numéro de carte"), "{notices}");
    let body = json!({"number": "JA123456", "ask": "she stands before me"});
    assert_eq!(house.send_json(Who::RegistrarElsewhere, "PUT", &address, &body).await.status, 202);
}

#[tokio::test]
async fn somebody_is_found_by_number_and_by_day_of_birth() {
    let house = with_number().await;
    let here = "/fr/register/persons";
    let found = send(&house, Who::Registrar, here, &fields(&[("number", "JA123456")])).await;
    assert_eq!(found.header("location"), format!("{here}/{}", house.person));
    let nobody = send(&house, Who::Registrar, here, &fields(&[("number", "ZZ999999")])).await;
    assert_eq!((nobody.status.as_u16(), nobody.text().contains("n’a ce numéro")), (200, true), "{}", nobody.text());
    let born = json!({"name_fr": "Ijja Ouali", "birth_date": "1990-05-01", "province": "09.541"});
    assert_eq!(house.post(Who::Registrar, "/api/v1/records/registry/person", &born).await.status, 201);
    let listed = send(&house, Who::Registrar, here, &fields(&[("born", "1990-05-01")])).await.text();
    assert!(listed.contains("Ijja Ouali") && !listed.contains(">Fadma<"), "{listed}");
    assert_eq!(send(&house, Who::Registrar, here, &fields(&[("born", "1990-02-31")])).await.status, 422);
    assert_eq!(page(&house, Who::Administrator, here).await.status, 403);
    for (who, expected) in [(Who::Registrar, true), (Who::Observer, false)] {
        let shown = page(&house, who, here).await.text();
        assert_eq!(shown.contains("/fr/records/registry/person/new"), expected, "{who:?}");
    }
}

#[tokio::test]
async fn a_union_lists_its_members_for_its_staff_and_is_known_to_everybody() {
    let house = House::build().await;
    let mut union = cooperative("90/2021");
    union["name_fr"] = json!("Union des arganeraies");
    union["name_ar"] = json!("اتحاد أركان");
    union["entity"] = json!("union");
    let made = house.post(Who::Registrar, "/api/v1/records/registry/cooperative", &union).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let union = made.json()["id"].as_str().unwrap().to_owned();
    let membership = json!({"cooperative": union, "number": "1", "member_cooperative": house.cooperative, "shares": 5,
        "share_value_mad": 100, "paid_mad": 250, "province": "09.541", "sector": "agriculture"});
    let made = house.post(Who::Registrar, "/api/v1/records/registry/membership", &membership).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let sheet = house.get(Who::Registrar, &format!("/api/v1/unions/{union}")).await.json();
    assert_eq!(sheet["members"][0]["member"]["id"], json!(house.cooperative));
    assert_eq!(sheet["people"], json!({"members": 0, "women": 0, "youth": 0}));
    assert_eq!(house.get(Who::Public, &format!("/api/v1/unions/{union}")).await.json()["members"], json!(null));
    let address = format!("/fr/register/unions/{union}");
    let staff = page(&house, Who::Registrar, &address).await.text();
    assert!(staff.contains("Coopérative 17/2020") && staff.contains("coopérative"), "{staff}");
    let public = page(&house, Who::Public, &address).await.text();
    assert!(public.contains("Union des arganeraies") && !public.contains("Coopérative 17/2020"), "{public}");
    let own = page(&house, Who::Public, &format!("/fr/directory/{union}")).await.text();
    assert!(own.contains(&address), "{own}");
    // Two holders of one membership are one too many.
    let both = json!({"cooperative": union, "number": "2", "member_cooperative": house.cooperative, "person": house.person,
        "province": "09.541", "sector": "agriculture"});
    assert_eq!(house.post(Who::Registrar, "/api/v1/records/registry/membership", &both).await.status, 422);
}

#[tokio::test]
async fn nothing_of_a_search_by_number_is_remembered() {
    let house = with_number().await;
    for number in ["JA123456", "ZZ999999"] {
        let request = house
            .request(Who::Registrar, "POST", "/api/v1/persons/find")
            .header("content-type", "application/json")
            .header("idempotency-key", "the-same");
        let found = house.send(request.body(json!({ "number": number }).to_string().into()).unwrap()).await;
        assert_eq!((found.status.as_u16(), found.header("idempotency-replayed")), (200, ""), "{}", found.text());
    }
}
