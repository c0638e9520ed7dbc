//! Who may open which page. What may not be seen does not exist.

use serde_json::json;

use super::*;

const NOWHERE: &str = "01890000-0000-7000-8000-000000000000";

/// The addresses of one record and its kind, and what the public, a member, a registrar of another province, an
/// administrator, an observer and the registrar get.
fn matrix(id: &str) -> Vec<(String, [u16; 6])> {
    let at = |end: &str| format!("{PLOTS}/{id}{end}");
    vec![
        ("/fr/records".into(), [200; 6]),
        (PLOTS.into(), [404, 404, 200, 404, 200, 200]),
        (format!("{PLOTS}/csv"), [404, 404, 200, 404, 200, 200]),
        (format!("{PLOTS}/new"), [303, 404, 200, 404, 404, 200]),
        (at(""), [404, 404, 404, 404, 200, 200]),
        (at("/history"), [404, 404, 404, 404, 200, 200]),
        (at("/edit"), [303, 404, 404, 404, 200, 200]),
        (at("/delete"), [303, 404, 404, 404, 404, 200]),
        (format!("{PLOTS}/{NOWHERE}"), [404; 6]),
        (format!("{PLOTS}/{NOWHERE}/history"), [404; 6]),
        (format!("{PLOTS}/nothing"), [404; 6]),
        ("/fr/records/garden/nothing".into(), [404; 6]),
        ("/fr/records/nothing/new/new".into(), [303, 404, 404, 404, 404, 404]),
        ("/fr/records/GARDEN/plot".into(), [404; 6]),
    ]
}

const ALL: [Who; 6] =
    [Who::Public, Who::Member, Who::RegistrarElsewhere, Who::Administrator, Who::Observer, Who::Registrar];

#[tokio::test]
async fn every_page_of_records_answers_everybody_as_the_matrix_says() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let mut wrong = Vec::new();
    for (address, expected) in matrix(&id) {
        for (who, expected) in ALL.into_iter().zip(expected) {
            let reply = page(&house, who, &address).await;
            if reply.status != expected {
                wrong.push(format!("{address} by {who:?}: {} and not {expected}", reply.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_form_is_taken_only_from_those_who_could_open_it() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    for (end, expected) in [
        ("new".to_owned(), [401, 404, 403, 404, 404]),
        (format!("{id}/edit"), [401, 404, 404, 404, 303]),
        (format!("{id}/delete"), [401, 404, 404, 404, 404]),
        (format!("{id}/restore"), [401, 404, 404, 404, 404]),
    ] {
        for (who, expected) in ALL.into_iter().zip(expected) {
            let sent = fields(&[("seen", "1"), ("/code", "a1"), ("/province", "09.541")]);
            let reply = send(&house, who, &format!("{PLOTS}/{end}"), &sent).await;
            assert_eq!(reply.status, expected, "{end} by {who:?}");
        }
    }
    let found = body(&house, &id).await;
    assert_eq!(
        (&found["version"], &found["body"]["bank"]),
        (&json!(2), &json!("RIB 99")),
        "the observer emptied what it sees"
    );
}

#[tokio::test]
async fn the_kinds_are_those_that_may_be_read() {
    let house = garden().await;
    let public = page(&house, Who::Public, "/fr/records").await.text();
    assert!(public.contains("/fr/records/registry/cooperative\""), "{public}");
    assert!(!public.contains("garden/plot") && !public.contains("registry/person"));
    let registrar = page(&house, Who::Registrar, "/fr/records").await.text();
    for part in [">Parcelle<", "/fr/records/garden/plot/new", "/fr/records/registry/person\"", "Registre", ">Garden<"] {
        assert!(registrar.contains(part), "{part} is missing in {registrar}");
    }
    assert!(!registrar.contains("registry/milestone"), "registrars have no milestones to read");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let house = garden().await;
    let opened = house
        .post(
            Who::Public,
            "/api/v1/session",
            &json!({"email": Who::Registrar.email(), "password": super::super::house::PASSWORD}),
        )
        .await;
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    let ask = |csrf: &str| {
        let request = house.request(Who::Public, "POST", &format!("{PLOTS}/new")).header("cookie", &cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        house.send(request.body(Body::from(format!("csrf={csrf}&%2Fcode=b1&%2Fprovince=09.541"))).unwrap())
    };
    assert_eq!(ask("wrong").await.problem(), (403, "csrf".to_owned()));
    assert_eq!(ask(opened.json()["csrf"].as_str().unwrap()).await.status, 303);
}
