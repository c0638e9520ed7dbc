//! Acts in the browser: sheets, the history, lists, and who finds them.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use tiwizi_identity::Role;

use super::house::{House, Reply, Who, cooperative};
use super::record_pages::{form_of, page, send, with};

fn address(house: &House, rest: &str) -> String {
    format!("/fr/directory/{}{rest}", house.cooperative)
}

/// The sheet as a browser would send it, with some fields written anew.
async fn filled(house: &House, rest: &str, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let shown = page(house, Who::Registrar, &address(house, rest)).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    with(form_of(&shown.text()), changes)
}

async fn enter(house: &House, rest: &str, changes: &[(&str, &str)]) -> Reply {
    let form = with(filled(house, rest, changes).await, &[("step", "enter")]);
    send(house, Who::Registrar, &address(house, rest), &form).await
}

async fn acts(house: &House) -> Value {
    house.get(Who::Registrar, &format!("/api/v1/cooperatives/{}/acts", house.cooperative)).await.json()
}

async fn persons(house: &House) -> usize {
    let all = house.get(Who::Registrar, "/api/v1/records/registry/person").await.json();
    all["items"].as_array().unwrap().len()
}

/// What stands as wrong at a field.
fn error_at(page: &str, name: &str) -> Option<String> {
    let rest = page.split_once(&format!("id=\"error-{name}\">"))?.1;
    rest.split('<').next().map(str::to_owned)
}

#[tokio::test]
async fn an_amendment_is_tried_then_entered_and_stands_in_the_history() {
    let house = House::build().await;
    let form = filled(&house, "/acts/new/seat", &[("/commune", "Tiout"), ("step", "check")]).await;
    assert!(form.iter().any(|(name, text)| name == "/province" && text == "09.541"), "{form:?}");
    let tried = send(&house, Who::Registrar, &address(&house, "/acts/new/seat"), &form).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    assert!(tried.text().contains("Ce que cet acte changerait") && tried.text().contains("Tiout"), "{}", tried.text());
    assert_eq!(acts(&house).await["items"], json!([]));
    let form = with(form_of(&tried.text()), &[("step", "enter")]);
    let entered = send(&house, Who::Registrar, &address(&house, "/acts/new/seat"), &form).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    assert!(entered.header("location").ends_with("/acts?from=2&done=act-entered"), "{}", entered.header("location"));
    let items = acts(&house).await;
    assert_eq!(
        (&items["items"][1]["act"], &items["items"][1]["data"]),
        (&json!("amended"), &json!({ "commune": "Tiout" }))
    );
    let history = page(&house, Who::Registrar, entered.header("location")).await.text();
    for part in ["L’acte est inscrit.", "id=\"act-1\"", "id=\"act-2\"", "Tiout", "Reprise de ce que disait le registre"]
    {
        assert!(history.contains(part), "{part} is missing in {history}");
    }
    // Sent again as it was, it has its effect once.
    let again = send(&house, Who::Registrar, &address(&house, "/acts/new/seat"), &form).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (303, entered.header("location")));
    assert_eq!(acts(&house).await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_sheet_that_may_not_be_entered_comes_back_with_all_that_was_typed() {
    let house = House::build().await;
    let away = [("/province", "01.051"), ("/commune", "Ajdir")];
    let refused = enter(&house, "/acts/new/seat", &away).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let text = refused.text();
    assert!(text.contains("Vous ne tenez pas le registre à cet endroit"), "{text}");
    let form = form_of(&text);
    for (name, typed) in away {
        assert!(form.iter().any(|(field, text)| field == name && text == typed), "{name} is missing in {form:?}");
    }
    assert_eq!(acts(&house).await["items"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost() {
    let house = House::build().await;
    for (sheet, name, text, said) in [
        ("dissolved", "/reason", "", "à remplir"),
        ("dissolved", "/effective_on", "2026-02-31", "N’a pas la forme attendue."),
        ("dissolved", "/effective_on", "2027-01-01", "Cette date ne va pas"),
        ("capital-changed", "/subscribed/0/number", "77", "La valeur d’une part"),
        ("members-changed", "/left/0/number", "77", "Aucun membre"),
        ("merged", "/into/0/text", "no such name at all", "Aucune coopérative trouvée"),
    ] {
        let path = format!("/acts/new/{sheet}");
        let more: &[(&str, &str)] = match sheet {
            "dissolved" => &[("/reason", "kept words")],
            "capital-changed" => &[("/subscribed/0/shares", "2"), ("/subscribed/0/paid_mad", "100")],
            "members-changed" => &[("/left/0/reason", "died")],
            _ => &[],
        };
        let form = with(filled(&house, &path, more).await, &[(name, text), ("step", "enter")]);
        let refused = send(&house, Who::Registrar, &address(&house, &path), &form).await;
        assert_eq!(refused.status, 422, "{sheet} {name}: {}", refused.text());
        let shown = refused.text();
        assert!(shown.contains(said), "{sheet} {name}: {said} is missing in {shown}");
        let kept = form_of(&shown).into_iter().find(|(found, _)| found == name);
        assert_eq!(kept.map(|(_, kept)| kept).as_deref(), Some(text), "{sheet} {name}");
    }
    let form = with(filled(&house, "/acts/new/dissolved", &[]).await, &[("/reason", ""), ("step", "enter")]);
    let refused = send(&house, Who::Registrar, &address(&house, "/acts/new/dissolved"), &form).await.text();
    assert_eq!(error_at(&refused, "/reason").as_deref(), Some("à remplir"));
    assert_eq!(acts(&house).await["items"], json!([]));
}

#[tokio::test]
async fn somebody_elses_act_is_shown_before_ones_own_is_entered() {
    let house = House::build().await;
    let old = filled(&house, "/acts/new/seat", &[("/address", "Route 1"), ("step", "enter")]).await;
    assert_eq!(enter(&house, "/acts/new/seat", &[("/commune", "Tiout")]).await.status, 303);
    let late = send(&house, Who::Registrar, &address(&house, "/acts/new/seat"), &old).await;
    assert_eq!(late.status, 409, "{}", late.text());
    assert!(late.text().contains("Un autre acte a été inscrit") && late.text().contains("Route 1"), "{}", late.text());
    assert_eq!(acts(&house).await["items"].as_array().unwrap().len(), 2);
    let form = with(form_of(&late.text()), &[("/commune", "Tiout"), ("step", "enter")]);
    let entered = send(&house, Who::Registrar, &address(&house, "/acts/new/seat"), &form).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    assert_eq!(acts(&house).await["items"][2]["data"], json!({ "address": "Route 1" }));
}

#[tokio::test]
async fn a_new_person_is_entered_with_an_act_that_is_right_and_with_no_other() {
    let house = House::build().await;
    let sheet = "/acts/new/officers-changed";
    let manager = [
        ("/form", "managers"),
        ("/appointed/0/role", "manager"),
        ("/appointed/0/person~name_fr", "Tanirt Nouvelle"),
        ("/appointed/0/person~gender", "female"),
        ("/appointed/0/person~birth_date", "1990-03-04"),
        ("/appointed/0/person~card", "ja 765432"),
    ];
    let before = persons(&house).await;
    let wrong = [&manager[..], &[("/appointed/0/years", "50")]].concat();
    let refused = enter(&house, sheet, &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("Un mandat dure au plus") && refused.text().contains("Tanirt Nouvelle"));
    assert_eq!(persons(&house).await, before);
    let entered = enter(&house, sheet, &manager).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    assert_eq!(persons(&house).await, before + 1);
    let officers = page(&house, Who::Registrar, &address(&house, "/officers")).await.text();
    assert!(officers.contains("<th scope=\"row\">"), "{officers}");
    assert!(officers.contains("Tanirt Nouvelle") && officers.contains("direction"), "{officers}");
    // Her number is sealed, as by every other way in, and not known by its hash alone.
    let found = house.post(Who::Registrar, "/api/v1/persons/find", &json!({ "number": "JA765432" })).await.json();
    let address = format!("/api/v1/persons/{}/national-id/looks", found["person"].as_str().unwrap());
    let shown = house.post(Who::Registrar, &address, &json!({ "reason": "a test" })).await;
    assert_eq!((shown.status.as_u16(), &shown.json()["number"]), (200, &json!("JA765432")), "{}", shown.text());
}

#[tokio::test]
async fn an_act_is_corrected_on_its_own_sheet_and_shown_as_corrected() {
    let house = House::build().await;
    assert_eq!(enter(&house, "/acts/new/suspended", &[("/reason", "no filing")]).await.status, 303);
    let shown = page(&house, Who::Registrar, &address(&house, "/acts/2/correct")).await.text();
    assert!(shown.contains("no filing"), "{shown}");
    let changes = [("/reason", "no filing for 2024"), ("/~reason", "the year was missing")];
    let corrected = enter(&house, "/acts/2/correct", &changes).await;
    assert_eq!(corrected.status, 303, "{}", corrected.text());
    let items = acts(&house).await;
    assert_eq!((&items["items"][2]["act"], &items["items"][2]["corrects"]), (&json!("corrected"), &json!(2)));
    assert_eq!(items["items"][2]["data"]["stands"]["data"]["reason"], "no filing for 2024");
    let annulled = enter(&house, "/acts/2/correct", &[("/~annul", "1"), ("/~reason", "it never was")]).await;
    assert_eq!(annulled.status, 303, "{}", annulled.text());
    let items = acts(&house).await;
    assert_eq!((&items["items"][3]["corrects"], &items["stage"]), (&json!(3), &json!("registered")));
    let history = page(&house, Who::Registrar, &address(&house, "/acts")).await.text();
    assert!(history.contains("annulé") && history.contains("Corrigé par l’acte"), "{history}");
    let unsaid = enter(&house, "/acts/2/correct", &[("/~annul", "1"), ("/~reason", "")]).await;
    assert_eq!(unsaid.status, 422);
    assert!(error_at(&unsaid.text(), "/~reason").is_some(), "{}", unsaid.text());
}

#[tokio::test]
async fn documents_come_with_the_sheet_and_are_for_those_who_see_what_acts_say() {
    let house = House::build().await;
    let form = filled(&house, "/acts/new/suspended", &[("/reason", ""), ("step", "enter")]).await;
    let multipart = |form: &[(String, String)], file: &str| {
        let mut body = String::new();
        for (name, text) in form.iter().filter(|(name, _)| !name.starts_with("file:")) {
            body.push_str(&format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"));
        }
        body.push_str(&format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file:/documents\"; filename=\"pv.pdf\"\r\n\r\n{file}\r\n--edge--\r\n"
        ));
        let request = house.request(Who::Registrar, "POST", &address(&house, "/acts/new/suspended"));
        let request = request.header("content-type", "multipart/form-data; boundary=edge");
        house.send(request.header("accept", "text/html").body(Body::from(body)).unwrap())
    };
    // A sheet that is refused keeps its files.
    let refused = multipart(&form, "%PDF-1.7 minutes").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("pv.pdf"), "{}", refused.text());
    let again = with(form_of(&refused.text()), &[("/reason", "no filing"), ("step", "enter")]);
    let entered = send(&house, Who::Registrar, &address(&house, "/acts/new/suspended"), &again).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    // What proves an act goes on to when it is corrected.
    let sheet = page(&house, Who::Registrar, &address(&house, "/acts/2/correct")).await.text();
    assert!(sheet.contains("name=\"/documents/0/hash\"") && !sheet.contains("/documents/0/drop"), "{sheet}");
    let history = page(&house, Who::Registrar, &address(&house, "/acts")).await.text();
    assert!(history.contains(">Pièce 1 de l’acte 2</a>"), "{history}");
    let file = address(&house, "/acts/2/documents/1");
    let sent = house.get(Who::Registrar, &file).await;
    assert_eq!((sent.status.as_u16(), sent.header("content-type")), (200, "application/pdf"));
    assert_eq!(
        (sent.text().as_str(), sent.header("content-disposition")),
        ("%PDF-1.7 minutes", "attachment; filename=\"2-1.pdf\"")
    );
    assert_eq!(house.get(Who::Member, &file).await.status, 404);
    for wrong in ["/acts/2/documents/2", "/acts/2/documents/0", "/acts/9/documents/1", "/acts/x/documents/1"] {
        assert_eq!(house.get(Who::Registrar, &address(&house, wrong)).await.status, 404, "{wrong}");
    }
}

#[tokio::test]
async fn a_chosen_cooperative_is_named_on_the_sheet() {
    let house = House::build().await;
    let mut other = cooperative("18/2021");
    other["name_fr"] = json!("Azekka Zaytoun");
    other["name_ar"] = json!("أزكا زيتون");
    let other = house.post(Who::Registrar, "/api/v1/records/registry/cooperative", &other).await;
    assert_eq!(other.status, 201, "{}", other.text());
    let id = other.json()["id"].as_str().unwrap().to_owned();
    let form = with(filled(&house, "/acts/new/merged", &[("/into/0/text", &id)]).await, &[("step", "check")]);
    let shown = send(&house, Who::Registrar, &address(&house, "/acts/new/merged"), &form).await.text();
    let link = format!("href=\"/fr/directory/{id}\">");
    let name = shown.split_once(&link).map(|(_, rest)| rest.split("</a>").next().unwrap().to_owned());
    assert!(name.is_some_and(|name| name.contains("Azekka Zaytoun")), "{shown}");
}

#[tokio::test]
async fn everybody_finds_what_they_may_see_and_no_more() {
    let house = House::build().await;
    assert_eq!(enter(&house, "/acts/new/suspended", &[("/reason", "secret words")]).await.status, 303);
    for (rest, expected) in [
        ("/acts", [303, 200, 404, 200]),
        ("/acts/new", [303, 200, 404, 200]),
        ("/acts/new/resumed", [303, 404, 404, 404]),
        ("/acts/new/amended", [303, 404, 404, 404]),
        ("/acts/2/correct", [303, 404, 404, 404]),
        ("/acts/list", [303, 404, 404, 200]),
        ("/members", [303, 404, 404, 200]),
        ("/officers", [303, 404, 404, 200]),
    ] {
        for (who, expected) in
            [Who::Public, Who::Member, Who::RegistrarElsewhere, Who::Observer].into_iter().zip(expected)
        {
            let shown = page(&house, who, &address(&house, rest)).await;
            assert_eq!(shown.status.as_u16(), expected, "{rest} for {who:?}");
            assert!(who != Who::Member || !shown.text().contains("secret words"), "{rest}");
        }
    }
    let form = [("seen".to_owned(), "2".to_owned()), ("step".to_owned(), "enter".to_owned())];
    for who in [Who::Member, Who::Observer] {
        let sent = send(&house, who, &address(&house, "/acts/new/resumed"), &form).await;
        assert_eq!(sent.status, 403, "{who:?}");
    }
    for (who, expected) in [(Who::Registrar, true), (Who::Observer, false), (Who::Public, false)] {
        let shown = page(&house, who, &address(&house, "")).await.text();
        assert_eq!(shown.contains("/acts/new\""), expected, "{who:?}");
    }
}

#[tokio::test]
async fn whoever_may_not_enter_an_act_finds_nobody_by_its_sheet() {
    let house = House::build().await;
    let numbered = format!("/api/v1/persons/{}/national-id", house.person);
    let set = house.send_json(Who::Registrar, "PUT", &numbered, &json!({ "number": "JA123456" })).await;
    assert_eq!(set.status, 204, "{}", set.text());
    let scope = format!("cooperative:{}", house.cooperative).parse().unwrap();
    let officer = house.token_of("officer@example.org", None, Role::Officer, scope).await;
    // An officer files for a year, and enters no acts. With another line wrong the sheet would come back with who was found.
    let request = Request::builder()
        .method("POST")
        .uri(address(&house, "/acts/new/members-changed"))
        .header("host", "tiwizi.test")
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", format!("Bearer {officer}"));
    let body = "seen=0&step=check&%2Fjoined%2F0%2Fperson~card=JA123456&%2Fjoined%2F1%2Fperson~card=%3F";
    let sent = house.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(sent.status, 403, "{}", sent.text());
    assert!(!sent.text().contains(&house.person), "{}", sent.text());
}

#[tokio::test]
async fn every_sheet_opens_in_every_language() {
    let house = House::build().await;
    for language in ["ar", "ary", "fr", "zgh", "shi", "tzm", "rif"] {
        let shown =
            page(&house, Who::Registrar, &format!("/{language}/directory/{}/acts/new", house.cooperative)).await;
        let links: Vec<String> = shown
            .text()
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|href| href.contains("/acts/new/"))
            .map(str::to_owned)
            .collect();
        assert!(links.len() > 8, "{language}: {links:?}");
        for link in links {
            let shown = page(&house, Who::Registrar, &link).await;
            assert_eq!(shown.status, 200, "{link}: {}", shown.text());
        }
    }
}

#[tokio::test]
async fn a_name_is_asked_for_anew_on_the_sheet_after_the_first_request_was_annulled() {
    let house = House::build().await;
    let data = json!({ "name_fr": "Tifaouine", "sector": "argan", "province": "09.541" });
    let asked = json!({ "act": "denomination-requested", "effective_on": "2026-01-02", "data": data });
    let asked = house.post(Who::Registrar, "/api/v1/denominations", &asked).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let id = asked.json()["cooperative"].as_str().unwrap().to_owned();
    let annulled = json!({ "act": "corrected", "effective_on": "2026-01-03", "corrects": 1, "data": { "reason": "entered twice" } });
    let annulled = house.post(Who::Registrar, &format!("/api/v1/cooperatives/{id}/acts"), &annulled).await;
    assert_eq!(annulled.status, 201, "{}", annulled.text());
    // Nothing of it stands, its place neither; the register still knows where it lay.
    let sheet = format!("/fr/directory/{id}/acts/new/denomination-requested");
    let shown = page(&house, Who::Registrar, &sheet).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let changes = [("/name_fr", "Tifaouine"), ("/sector", "argan"), ("/province", "09.541"), ("step", "enter")];
    let form = with(form_of(&shown.text()), &changes);
    let entered = send(&house, Who::Registrar, &sheet, &form).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    assert_eq!(send(&house, Who::RegistrarElsewhere, &sheet, &form).await.status, 404);
}

#[tokio::test]
async fn a_name_like_one_of_the_register_is_approved_once_the_twin_is_ticked() {
    let house = House::build().await;
    let there = json!({ "court": "Taroudannt", "number": "1/2021", "name_fr": "Tafoukt Argan", "sector": "agriculture",
        "province": "09.541", "commune": "Igherm", "status": "registered" });
    let there = house.post(Who::Registrar, "/api/v1/records/registry/cooperative", &there).await.json();
    let there = there["id"].as_str().unwrap();
    let asked = json!({ "act": "denomination-requested", "effective_on": "2024-01-02", "data": {
        "name_fr": "Tafoukt Argan", "sector": "agriculture", "province": "09.541", "commune": "Igherm" } });
    let asked = house.post(Who::Registrar, "/api/v1/denominations", &asked).await;
    assert_eq!(asked.json()["alike"][0]["record"], there, "{}", asked.text());
    let asked = asked.json()["cooperative"].as_str().unwrap().to_owned();

    let sheet = format!("/fr/directory/{asked}/acts/new/denomination-answered");
    let form = form_of(&page(&house, Who::Registrar, &sheet).await.text());
    let changes =
        [("/effective_on", "2024-01-04"), ("/answer", "approved"), ("/certificate", "C-77"), ("step", "enter")];
    let told = send(&house, Who::Registrar, &sheet, &with(form, &changes)).await;
    assert_eq!(told.status, 409, "{}", told.text());
    let text = told.text();
    assert!(text.contains(&format!("<a href=\"/fr/directory/{there}\"")) && text.contains("C-77"), "{text}");
    assert!(text.contains(&format!("type=\"checkbox\" name=\"/confirm_distinct\" value=\"{there}\"")), "{text}");
    let mut ticked = with(form_of(&text), &[("step", "enter")]);
    ticked.push(("/confirm_distinct".to_owned(), there.to_owned()));
    let sent = send(&house, Who::Registrar, &sheet, &ticked).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let acts = house.get(Who::Registrar, &format!("/api/v1/cooperatives/{asked}/acts")).await.json();
    assert_eq!(acts["items"][1]["data"]["confirm_distinct"], json!([there]));
}
