//! Extracts from the outside: issued, sent, verified by strangers, and refused when a letter or a byte differs.

use axum::body::Body;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tiwizi_model::limits::{EXTRACT_PDF_BYTES_MAX, PRINTS_MAX, VERIFICATIONS_MAX};
use tower::ServiceExt as _;

use super::house::{House, Reply, Who};
use crate::{App, Settings, router};

async fn issue(house: &House, paper: &str, language: &str) -> Value {
    let path = format!("/api/v1/cooperatives/{}/extracts", house.cooperative);
    let made = house.post(Who::Registrar, &path, &json!({"paper": paper, "language": language})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("location"), made.json()["pdf"].as_str().unwrap());
    made.json()
}

fn token(made: &Value) -> String {
    made["verify"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn compare(house: &House, token: &str, pdf: Vec<u8>) -> Reply {
    let request = house.request(Who::Public, "POST", &format!("/api/v1/verify/{token}"));
    house.send(request.header("content-type", "application/pdf").body(Body::from(pdf)).unwrap()).await
}

#[tokio::test]
async fn the_largest_paper_that_is_printed_can_be_compared() {
    let house = House::build().await;
    let token = token(&issue(&house, "certificate", "fr").await);
    for (bytes, status) in [(EXTRACT_PDF_BYTES_MAX, 200), (EXTRACT_PDF_BYTES_MAX + 1, 413)] {
        let compared = compare(&house, &token, vec![b'%'; bytes]).await;
        assert_eq!(compared.status, status, "{}", compared.text());
    }
}

/// The same letters with another one in the middle.
fn with_another_letter(token: &str) -> String {
    let middle = token.len() / 2;
    let other = if token.as_bytes()[middle] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &token[..middle], &token[middle + 1..])
}

#[tokio::test]
async fn a_registrar_issues_what_strangers_verify() {
    let house = House::build().await;
    let made = issue(&house, "extract", "shi").await;
    assert!(made["verify"].as_str().unwrap().starts_with("https://registre.test/shi/verify/"));
    let pdf = house.get(Who::Registrar, made["pdf"].as_str().unwrap()).await;
    assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"));
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    let found = house.get(Who::Public, &format!("/api/v1/verify/{}", token(&made))).await;
    assert_eq!(found.header("cache-control"), "no-store");
    let found = found.json();
    assert_eq!((&found["verdict"], &found["extract"]["id"]), (&json!("genuine"), &made["id"]));
    assert_eq!((&found["extract"]["standing"], &found["extract"]["key"]["number"]), (&json!("same"), &json!(1)));
    assert_eq!(found["extract"]["certified"]["court"], "Taroudannt");
    assert_eq!(found["extract"]["file"], made["file"]);
}

#[tokio::test]
async fn a_changed_byte_and_a_changed_letter_are_refused() {
    let house = House::build().await;
    let made = issue(&house, "certificate", "fr").await;
    let mut pdf = house.get(Who::Registrar, made["pdf"].as_str().unwrap()).await.bytes;
    let same = compare(&house, &token(&made), pdf.clone()).await.json();
    assert_eq!((&same["verdict"], &same["same_file"]), (&json!("genuine"), &json!(true)));
    let middle = pdf.len() / 2;
    pdf[middle] ^= 1;
    assert_eq!(compare(&house, &token(&made), pdf).await.json()["same_file"], false);
    let forged = with_another_letter(&token(&made));
    let refused = house.get(Who::Public, &format!("/api/v1/verify/{forged}")).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["verdict"]), (200, &json!("not-ours")));
    assert_eq!(refused.json()["extract"], Value::Null);
}

#[tokio::test]
async fn the_page_answers_in_three_languages_and_says_what_has_changed() {
    let house = House::build().await;
    let made = issue(&house, "extract", "fr").await;
    let address = format!("/fr/verify/{}", token(&made));
    let page = house.get(Who::Public, &address).await;
    assert_eq!((page.status.as_u16(), page.header("x-robots-tag")), (200, "noindex"));
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
    let text = page.text();
    for said in
        ["Le registre dit toujours la même chose.", "السجل ما زال يقول الشيء نفسه.", "lang=\"zgh\"", "تعاونية تيويزي"]
    {
        assert!(text.contains(said), "{said}");
    }
    let record = format!("/api/v1/records/registry/cooperative/{}", house.cooperative);
    let patch = house.request(Who::Registrar, "PATCH", &record).header("content-type", "application/merge-patch+json");
    let changed =
        patch.header("if-match", "\"1\"").body(Body::from(json!({"status": "dissolved"}).to_string())).unwrap();
    assert_eq!(house.send(changed).await.status, 200);
    let page = house.get(Who::Public, &address).await.text();
    assert!(page.contains("Le registre a changé depuis"), "{page}");
    let wrong = house.get(Who::Public, "/ar/verify/nothing").await;
    assert!(wrong.status == 200 && wrong.text().contains("لا تعتمد عليه"), "{}", wrong.text());
}

#[tokio::test]
async fn a_print_with_an_address_of_before_is_verified_by_what_is_printed() {
    let house = House::build().await;
    let token = token(&issue(&house, "certificate", "ar").await);
    let (one, other) = token.split_at(76);
    for given in [format!("https%3A%2F%2Fold.example%2Far%2Fverify%2F{one}+%0A{other}"), token.clone()] {
        let led = house.get(Who::Public, &format!("/fr/verify?print={given}")).await;
        assert_eq!((led.status.as_u16(), led.header("location")), (303, format!("/fr/verify/{token}").as_str()));
    }
    let asked = house.get(Who::Public, "/fr/verify").await;
    assert!(asked.status == 200 && asked.text().contains("name=\"print\""), "{}", asked.text());
    assert!(!asked.text().contains("Ce n’est pas"), "{}", asked.text());
    let wrong = house.get(Who::Public, "/fr/verify?print=%3Cscript%3E").await.text();
    assert!(wrong.contains("Ce n’est pas l’adresse") && wrong.contains("&lt;script&gt;"), "{wrong}");
}

#[tokio::test]
async fn what_cannot_be_issued_is_refused_and_named() {
    let house = House::build().await;
    let path = format!("/api/v1/cooperatives/{}/extracts", house.cooperative);
    for (body, pointer) in [
        (json!({"paper": "stamp", "language": "fr"}), "/paper"),
        (json!({"paper": "extract", "language": "en"}), "/language"),
    ] {
        let refused = house.post(Who::Registrar, &path, &body).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    let wanted = json!({"paper": "extract", "language": "fr"});
    for who in [Who::Observer, Who::RegistrarElsewhere, Who::Member] {
        assert_eq!(house.post(who, &path, &wanted).await.status, 403, "{who:?}");
    }
    let nowhere = "/api/v1/cooperatives/01890000-0000-7000-8000-000000000000/extracts";
    assert_eq!(house.post(Who::Registrar, nowhere, &wanted).await.status, 404);
}

#[tokio::test]
async fn the_paper_is_for_those_who_may_see_its_names() {
    let house = House::build().await;
    let made = issue(&house, "extract", "fr").await;
    let pdf = made["pdf"].as_str().unwrap();
    for (who, expected) in [
        (Who::Public, 401),
        (Who::Member, 404),
        (Who::RegistrarElsewhere, 404),
        (Who::Administrator, 403),
        (Who::Observer, 200),
    ] {
        assert_eq!(house.get(who, pdf).await.status, expected, "{who:?}");
    }
    let record = format!("/api/v1/records/registry/extract/{}", made["id"].as_str().unwrap());
    let known = house.get(Who::Member, &record).await;
    assert_eq!((known.status.as_u16(), &known.json()["body"]["file"]), (200, &Value::Null), "a hash leads to its file");
    let other = pdf.replace(&house.cooperative, &house.person);
    assert_eq!(house.get(Who::Registrar, &other).await.status, 404);
}

#[tokio::test]
async fn an_instance_without_an_address_or_fonts_issues_nothing_and_says_why() {
    let house = House::build().await;
    let (path, token) = (format!("/api/v1/cooperatives/{}/extracts", house.cooperative), house.token(Who::Registrar));
    let authorization = format!("Bearer {}", token.unwrap());
    let (settings, directory) = house.take_apart().await;
    let settings =
        [Settings { address: None, ..settings.clone() }, Settings { fonts: vec![directory.path().into()], ..settings }];
    for (settings, (status, said)) in settings.into_iter().zip([(409_u16, "address"), (503, "fonts")]) {
        let app = App::open(settings).await.unwrap();
        let request = http::Request::post(&path)
            .header("host", "tiwizi.test")
            .header("authorization", &authorization)
            .header("content-type", "application/json")
            .body(Body::from(json!({"paper": "extract", "language": "fr"}).to_string()))
            .unwrap();
        let response = router(&app).oneshot(request).await.unwrap();
        let answered = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        assert!(answered == status && text.contains(said), "{answered}: {text}");
        app.stop().await;
    }
}

#[tokio::test]
async fn no_more_verify_at_once_than_there_are_turns() {
    let house = House::build().await;
    let turns = u32::try_from(VERIFICATIONS_MAX).unwrap();
    let held = house.app.turns.verifications.acquire_many(turns).await.unwrap();
    let busy = house.get(Who::Public, "/api/v1/verify/x").await;
    assert_eq!(busy.problem(), (503, "busy".to_owned()));
    assert_eq!(busy.header("retry-after"), "1");
    drop(held);
    assert_eq!(house.get(Who::Public, "/api/v1/verify/x").await.status, 200);
}

#[tokio::test]
async fn a_print_for_which_nobody_waits_any_more_keeps_its_turn_until_it_is_done() {
    let house = House::build().await;
    let path = format!("/api/v1/cooperatives/{}/extracts", house.cooperative);
    let (prints, wanted) = (&house.app.turns.prints, json!({"paper": "extract", "language": "fr"}));
    {
        let mut issuing = std::pin::pin!(house.post(Who::Registrar, &path, &wanted));
        while prints.available_permits() == PRINTS_MAX {
            tokio::select! {
                reply = &mut issuing => panic!("{}", reply.text()),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    assert_eq!(prints.available_permits(), PRINTS_MAX - 1, "whoever asked has gone, and the press still runs");
    drop(prints.acquire().await.unwrap());
    assert_eq!(prints.available_permits(), PRINTS_MAX);
}

#[tokio::test]
async fn whoever_keeps_the_register_issues_from_the_page_and_others_see_no_button() {
    let house = House::build().await;
    let page = format!("/fr/directory/{}", house.cooperative);
    for (who, expected) in
        [(Who::Registrar, true), (Who::Member, false), (Who::RegistrarElsewhere, false), (Who::Public, false)]
    {
        assert_eq!(house.get(who, &page).await.text().contains("/extracts\""), expected, "{who:?}");
    }
    let form = |who: Who, fields: &'static str| {
        let request = house.request(who, "POST", &format!("{page}/extracts"));
        house
            .send(request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(fields)).unwrap())
    };
    let made = form(Who::Registrar, "paper=certificate&language=zgh").await;
    assert_eq!(made.status, 303, "{}", made.text());
    let pdf = house.get(Who::Registrar, made.header("location")).await;
    assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"));
    assert_eq!(form(Who::Registrar, "paper=certificate&language=xx").await.status, 422);
    assert_eq!(form(Who::Public, "paper=certificate&language=fr").await.status, 401);
    assert_eq!(form(Who::Member, "paper=certificate&language=fr").await.status, 403);
}

#[tokio::test]
async fn the_page_says_why_no_extract_is_issued_and_whom_to_ask() {
    let house = House::build().await;
    let path = format!("/fr/directory/{}/extracts", house.cooperative);
    let form = |who: Who| {
        let request = house.request(who, "POST", &path).header("accept", "text/html");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        house.send(request.body(Body::from("paper=extract&language=fr")).unwrap())
    };
    let refused = form(Who::RegistrarElsewhere).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("tiennent le registre dans la province"), "{}", refused.text());
    let mut other = super::house::cooperative("18/2021");
    other["name_fr"] = json!("Azekka Zaytoun");
    other["name_ar"] = json!("أزكا زيتون");
    let other = house.post(Who::Registrar, "/api/v1/records/registry/cooperative", &other).await.json();
    let record = format!("/api/v1/records/registry/cooperative/{}", house.cooperative);
    let patch = house.request(Who::Registrar, "PATCH", &record).header("content-type", "application/merge-patch+json");
    let patch = patch.header("if-match", "\"1\"").body(Body::from(json!({"merged_into": other["id"]}).to_string()));
    assert_eq!(house.send(patch.unwrap()).await.status, 200);
    let refused = form(Who::Registrar).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("Demandez l’extrait sur la page de celle-là"), "{}", refused.text());
}
