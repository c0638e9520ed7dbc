//! Making and changing records by their form.

use super::*;

#[tokio::test]
async fn a_form_has_a_control_for_every_shape() {
    let house = garden().await;
    let shown = page(&house, Who::Registrar, &format!("{PLOTS}/new")).await.text();
    for part in [
        "name=\"/title/fr\"",
        "name=\"/title/ar\"",
        "name=\"/code\" aria-describedby=\"hint-/code\" type=\"text\" dir=\"auto\" autocomplete=\"off\" maxlength=\"40\"",
        "The number on the stone.",
        "<option value=\"09.541\" selected>",
        "<option value=\"sown_late\">Sown late</option>",
        "name=\"/area\" type=\"number\" inputmode=\"decimal\" dir=\"ltr\" step=\"any\" min=\"0\" max=\"1000\"",
        "Au plus 1\u{202f}000",
        "<option value=\"true\">oui</option>",
        "name=\"/planted_on\" type=\"date\"",
        "<textarea id=\"field-/tags\"",
        "type=\"checkbox\" name=\"/seasons\" value=\"spring\"",
        "name=\"/seat/number\"",
        "<textarea id=\"field-/notes\"",
        "name=\"json:/layout\"",
        "name=\"once\"",
        "Sensible",
    ] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    assert_eq!(shown.matches("class=\"needed\" title").count(), 2, "code and province are required");
}

#[tokio::test]
async fn what_the_registers_schemas_say_to_programmers_stands_in_no_form() {
    let house = House::build().await;
    let shown = page(&house, Who::Registrar, "/fr/records/registry/cooperative/new").await.text();
    assert!(shown.contains("name=\"/court\""), "{shown}");
    assert!(!shown.contains("The tribunal") && !shown.contains("sectors.json"), "{shown}");
}

#[tokio::test]
async fn a_record_is_made_by_its_form() {
    let house = garden().await;
    let form = form_of(&page(&house, Who::Registrar, &format!("{PLOTS}/new")).await.text());
    let mut form = with(
        form,
        &[
            ("/title/fr", "Le champ a1"),
            ("/title/ar", "الحقل"),
            ("/code", "a1"),
            ("/state", "sown_late"),
            ("/area", "12,5"),
            ("/trees", "3"),
            ("/watered", "true"),
            ("/planted_on", "2024-05-01"),
            ("/tags", "argan\r\nolive\r\n"),
            ("/seasons", "spring"),
            ("/seat/road", "Route 1"),
            ("/seat/number", "7"),
            ("/notes", "Première ligne\r\nSeconde"),
            ("/phone", "0600000000"),
            ("/bank", "RIB 99"),
            ("json:/layout", "[{\"x\": 1}]"),
        ],
    );
    form.retain(|(name, _)| name != "/cooperative");
    let sent = send(&house, Who::Registrar, &format!("{PLOTS}/new"), &form).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let address = sent.header("location").to_owned();
    assert!(address.ends_with("?done=record-created"), "{address}");
    let id = address.split(['/', '?']).nth(5).unwrap().to_owned();
    assert_eq!(body(&house, &id).await["body"], plot("a1"));
    assert!(page(&house, Who::Registrar, &address).await.text().contains("La fiche est créée."));
    // Sent again as it was, it has its effect once.
    let again = send(&house, Who::Registrar, &format!("{PLOTS}/new"), &form).await;
    assert_eq!(again.header("location"), address);
    assert_eq!(house.get(Who::Registrar, API).await.json()["items"].as_array().unwrap().len(), 1);
    // Sent again with another content, it is shown and not written.
    let other = send(&house, Who::Registrar, &format!("{PLOTS}/new"), &with(form, &[("/code", "a2")])).await;
    assert_eq!(other.status, 409);
    assert!(other.text().contains("déjà été envoyé") && other.text().contains("value=\"a2\""), "{}", other.text());
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost() {
    let house = garden().await;
    made(&house, &json!({"code": "taken", "province": "09.541"})).await;
    let good = [("/code", "a1"), ("/province", "09.541"), ("/notes", "kept words")];
    for (name, text, said) in [
        ("/code", "", "à remplir"),
        ("/code", "x", "Trop court ou trop long."),
        ("/code", "taken", "Une autre fiche porte déjà cette valeur."),
        ("/area", "2000", "Trop petit, trop grand"),
        ("/area", "wide", "N’a pas la forme attendue."),
        ("/state", "dry", "Ce choix n’existe pas."),
        ("/planted_on", "2024-02-31", "N’a pas la forme attendue."),
        ("/tags", "1\n2\n3\n4\n5\n6", "Trop court ou trop long."),
        ("/seat/number", "one", "N’a pas la forme attendue."),
        ("json:/layout", "[{", "Ce n’est pas du JSON bien formé."),
    ] {
        let sent = send(&house, Who::Registrar, &format!("{PLOTS}/new"), &with(fields(&good), &[(name, text)])).await;
        assert_eq!(sent.status, 422, "{name}={text}: {}", sent.text());
        let shown = sent.text();
        let error = shown.split_once(&format!("id=\"error-{name}\">")).map(|(_, rest)| rest.split('<').next().unwrap());
        assert!(error.is_some_and(|error| error.starts_with(said)), "{name}={text}: {error:?}");
        assert!(shown.contains("kept words") && shown.contains("Rien n’est enregistré"), "{shown}");
        let kept = form_of(&shown).into_iter().find(|(found, _)| found == name).unwrap().1;
        // A choice that does not exist cannot stand in its list.
        assert!(kept.replace("\r\n", "\n") == text || name == "/state", "{name}: {kept} and not {text}");
    }
    assert_eq!(house.get(Who::Registrar, API).await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_place_where_one_may_not_write_is_refused_with_what_was_typed() {
    let house = garden().await;
    let sent = fields(&[("/code", "a1"), ("/province", "01.051"), ("/notes", "kept words")]);
    let refused = send(&house, Who::Registrar, &format!("{PLOTS}/new"), &sent).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("Vous ne pouvez pas enregistrer") && refused.text().contains("kept words"));
    // Without a place, the form says that it is missing.
    let nowhere = send(&house, Who::Registrar, &format!("{PLOTS}/new"), &fields(&[("/code", "a1")])).await;
    assert_eq!(nowhere.status, 422);
    assert!(nowhere.text().contains("error-/province"));
}

#[tokio::test]
async fn a_form_that_nobody_touched_writes_nothing() {
    let house = garden().await;
    let mut odd = plot("a1");
    odd["notes"] = json!("a\r\nb  ");
    odd["trees"] = json!(null);
    odd["tags"] = json!(["two\nlines", ""]);
    odd["area"] = json!(1.0);
    let id = made(&house, &odd).await;
    let edit = format!("{PLOTS}/{id}/edit");
    let form = form_of(&page(&house, Who::Registrar, &edit).await.text());
    let sent = send(&house, Who::Registrar, &edit, &form).await;
    assert_eq!(sent.header("location"), format!("{PLOTS}/{id}?done=record-saved"));
    assert_eq!(body(&house, &id).await["version"], 1);
    let sent = send(&house, Who::Registrar, &edit, &with(form, &[("/state", "fallow")])).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    odd["state"] = json!("fallow");
    assert_eq!(body(&house, &id).await["body"], odd);
}

#[tokio::test]
async fn what_a_writer_may_not_see_stays() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let edit = format!("{PLOTS}/{id}/edit");
    let form = form_of(&page(&house, Who::Observer, &edit).await.text());
    assert!(!form.iter().any(|(name, _)| name == "/bank"));
    let sent = send(&house, Who::Observer, &edit, &with(form, &[("/code", "b2"), ("/bank", "RIB 1")])).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let found = body(&house, &id).await;
    assert_eq!((&found["body"]["code"], &found["body"]["bank"]), (&json!("b2"), &json!("RIB 99")));
}

#[tokio::test]
async fn two_editors_lose_nothing() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let edit = format!("{PLOTS}/{id}/edit");
    let mine = form_of(&page(&house, Who::Registrar, &edit).await.text());
    let theirs = with(mine.clone(), &[("once", "their-form"), ("/area", "50"), ("/notes", "their words")]);
    assert_eq!(send(&house, Who::Observer, &edit, &theirs).await.status, 303);
    let mine = with(mine, &[("/notes", "my words"), ("/state", "fallow")]);
    let conflict = send(&house, Who::Registrar, &edit, &mine).await;
    assert_eq!(conflict.status, 409);
    let shown = conflict.text();
    for part in [
        "Quelqu’un a modifié cette fiche",
        "my words",
        "their words",
        "Dans la fiche maintenant",
        "name=\"seen\" value=\"2\"",
    ] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    assert_eq!(body(&house, &id).await["body"]["notes"], "their words", "nothing is written yet");
    let form = form_of(&shown);
    let text = |name: &str| form.iter().find(|(found, _)| found == name).unwrap().1.clone();
    assert_eq!((text("/area"), text("/notes"), text("/state")), ("50".into(), "my words".into(), "fallow".into()));
    assert_eq!(send(&house, Who::Registrar, &edit, &form).await.status, 303);
    let found = body(&house, &id).await["body"].clone();
    assert_eq!((&found["area"], &found["notes"], &found["state"]), (&json!(50), &json!("my words"), &json!("fallow")));
}

#[tokio::test]
async fn a_change_that_is_sent_twice_is_made_once() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let edit = format!("{PLOTS}/{id}/edit");
    let form = with(form_of(&page(&house, Who::Registrar, &edit).await.text()), &[("/area", "9")]);
    for _ in 0..2 {
        assert_eq!(send(&house, Who::Registrar, &edit, &form).await.status, 303);
    }
    assert_eq!(body(&house, &id).await["version"], 2);
}

#[tokio::test]
async fn what_was_typed_survives_a_deletion() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let edit = format!("{PLOTS}/{id}/edit");
    let form = with(form_of(&page(&house, Who::Registrar, &edit).await.text()), &[("/notes", "my words")]);
    house.send(house.request(Who::Registrar, "DELETE", &format!("{API}/{id}")).body(Body::empty()).unwrap()).await;
    let gone = send(&house, Who::Registrar, &edit, &form).await;
    assert_eq!(gone.status, 409);
    assert!(gone.text().contains("a été supprimée pendant") && gone.text().contains("my words"));
}

#[tokio::test]
async fn a_form_without_its_version_is_refused() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    for sent in [fields(&[("/code", "b1")]), fields(&[("seen", "one"), ("/code", "b1")])] {
        assert_eq!(send(&house, Who::Registrar, &format!("{PLOTS}/{id}/edit"), &sent).await.status, 422);
        assert_eq!(send(&house, Who::Registrar, &format!("{PLOTS}/{id}/delete"), &sent).await.status, 422);
    }
    assert_eq!(body(&house, &id).await["version"], 1);
}

#[tokio::test]
async fn a_kind_of_the_kernel_has_the_same_form() {
    let house = garden().await;
    let edit = format!("/fr/records/registry/cooperative/{}/edit", house.cooperative);
    let form = form_of(&page(&house, Who::Registrar, &edit).await.text());
    let sent = send(&house, Who::Registrar, &edit, &with(form.clone(), &[("/ice", "001561191000065")])).await;
    assert_eq!(sent.status, 422, "the register's own rules speak too");
    assert!(sent.text().contains("error-/ice"), "{}", sent.text());
    let sent = send(&house, Who::Registrar, &edit, &with(form, &[("/commune", "Tiout")])).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    for who in [Who::Member, Who::RegistrarElsewhere, Who::Administrator, Who::Observer] {
        assert_eq!(page(&house, who, &edit).await.status, 404, "{who:?}");
    }
}

#[tokio::test]
async fn what_may_be_the_same_is_listed_by_name_and_is_ticked_when_it_is_another() {
    let house = garden().await;
    let cooperatives = "/api/v1/records/registry/cooperative";
    let body = |number: &str| {
        let mut body = cooperative(number);
        body["name_fr"] = json!("Tafoukt Argan");
        body["name_ar"] = json!("تافوكت أركان");
        body["commune"] = json!("Igherm");
        body
    };
    let first = house.post(Who::Registrar, cooperatives, &body("1/2021")).await;
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let refused = house.post(Who::Registrar, cooperatives, &body("2/2021")).await.json();
    assert_eq!(refused["errors"][0]["record"], id.as_str());
    assert!(refused["errors"][0]["reasons"].as_array().unwrap().iter().any(|reason| reason == "commune"), "{refused}");
    let new = "/fr/records/registry/cooperative/new";
    let form = form_of(&page(&house, Who::Registrar, new).await.text());
    let form = with(
        form,
        &[
            ("/court", "Taroudannt"),
            ("/number", "2/2021"),
            ("/name_fr", "Tafoukt Argan"),
            ("/sector", "agriculture"),
            ("/province", "09.541"),
            ("/commune", "Igherm"),
            ("/status", "registered"),
        ],
    );
    let told = send(&house, Who::Registrar, new, &form).await;
    assert_eq!(told.status, 422, "{}", told.text());
    let text = told.text();
    let link = format!("<a href=\"/fr/records/registry/cooperative/{id}\"");
    assert!(text.contains(&link) && text.contains("<bdi>Tafoukt Argan</bdi>"), "{text}");
    assert!(text.contains(&format!("type=\"checkbox\" name=\"/confirm_distinct\" value=\"{id}\"")), "{text}");
    let mut ticked = form_of(&text);
    ticked.push(("/confirm_distinct".to_owned(), id.clone()));
    let sent = send(&house, Who::Registrar, new, &ticked).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
}
