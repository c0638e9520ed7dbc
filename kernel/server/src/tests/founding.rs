//! Founding files in the browser, without scripts: what is typed stays, what is refused says where, and every page speaks its language.

use axum::body::Body;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{Language, RecordId};
use tiwizi_records::Draft;
use tiwizi_registry::founding::{Section, Step};

use super::house::{House, Reply, Who};

const FOUNDINGS: &str = "/api/v1/foundings";

async fn form(house: &House, who: Who, address: &str, fields: &str) -> Reply {
    let request = house.request(who, "POST", address).header("accept", "text/html");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    house.send(request.body(Body::from(fields.to_owned())).unwrap()).await
}

async fn page(house: &House, who: Who, address: &str) -> Reply {
    house.send(house.request(who, "GET", address).header("accept", "text/html").body(Body::empty()).unwrap()).await
}

/// A file of the member, and its address.
async fn opened(house: &House) -> (String, Value) {
    let fields = json!({"name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541"});
    let made = house.post(Who::Member, FOUNDINGS, &json!({ "fields": fields })).await;
    assert_eq!(made.status, 201, "{}", made.text());
    (made.json()["id"].as_str().unwrap().to_owned(), made.json())
}

#[tokio::test]
async fn every_page_is_there_in_every_language() {
    let house = House::build().await;
    let (id, _) = opened(&house).await;
    let sections = ["name", "capital", "management", "statutes", "assembly", "receipt"];
    let ends = sections.map(|section| format!("/sections/{section}"));
    for language in Language::ALL {
        for end in ["", "/me", "/documents"].into_iter().chain(ends.iter().map(String::as_str)) {
            let shown = page(&house, Who::Member, &format!("/{language}/founding/{id}{end}")).await;
            assert_eq!(shown.status, 200, "{language} {end}: {}", shown.text());
        }
        for end in ["", "/new"] {
            assert_eq!(page(&house, Who::Member, &format!("/{language}/founding{end}")).await.status, 200, "{end}");
        }
        assert_eq!(page(&house, Who::Registrar, &format!("/{language}/founding/waiting")).await.status, 200);
    }
}

#[tokio::test]
async fn a_sector_that_needs_a_permit_is_told() {
    let house = House::build().await;
    for (sector, is_told) in [("argan", false), ("quarries", true)] {
        let fields = json!({"name_fr": sector, "category": "a", "sector": sector, "province": "09.541"});
        let made = house.post(Who::Member, FOUNDINGS, &json!({ "fields": fields })).await.json();
        let shown = page(&house, Who::Member, &format!("/fr/founding/{}", made["id"].as_str().unwrap())).await.text();
        assert_eq!(shown.contains("autorisation d’une autre administration"), is_told, "{shown}");
    }
}

#[tokio::test]
async fn every_word_of_the_path_is_there() {
    let house = House::build().await;
    let messages = house.app.host.kernel_messages();
    let steps = Step::PATH.into_iter().chain([Step::GivenUp]).map(|step| format!("founding-step-{}", step.name()));
    let sections = Section::ALL.into_iter().map(|section| format!("founding-section-{}", section.name()));
    let hints = Section::ALL.into_iter().filter(|section| *section != Section::Founders);
    let hints = hints.map(|section| format!("founding-hint-{}", section.name()));
    for key in steps.chain(sections).chain(hints) {
        assert!(messages.has(&key), "{key}");
    }
}

#[test]
fn the_office_has_one_name_in_each_language() {
    // Each with a name that it had beside the one of the inbox, and where that word means something else: another administration, say.
    let texts = [
        (include_str!("../../../../manifests/kernel/locales/ar.ftl"), "المصلحة", "value-processing-basis-"),
        (include_str!("../../../../manifests/kernel/locales/ary.ftl"), "كيتسنى الإدارة", "-"),
        (include_str!("../../../../manifests/kernel/locales/fr.ftl"), "’office ", "-"),
        (include_str!("../../../../manifests/kernel/locales/zgh.ftl"), "ⴱⵏⵙⵉ", "founding-regulated"),
        (include_str!("../../../../manifests/kernel/locales/shi.ftl"), "ⴱⵏⵙⵉ", "founding-regulated"),
        (include_str!("../../../../manifests/kernel/locales/tzm.ftl"), "ⴱⵏⵙⵉ", "founding-regulated"),
        (include_str!("../../../../manifests/kernel/locales/rif.ftl"), "ⴱⵏⵙⵉ", "founding-regulated"),
    ];
    for (messages, other, elsewhere) in texts {
        let found = messages.lines().find(|line| line.contains(other) && !line.starts_with(elsewhere));
        assert_eq!(found, None, "{other}");
    }
}

#[tokio::test]
async fn what_was_typed_stays_when_it_is_refused_and_is_kept_when_it_is_not() {
    let house = House::build().await;
    let refused = form(&house, Who::Member, "/fr/founding", "name_fr=Tafukt&province=").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("value=\"Tafukt\"") && refused.text().contains("error-province"));
    let (id, _) = opened(&house).await;
    let capital = format!("/fr/founding/{id}/sections/capital");
    let refused = form(&house, Who::Member, &capital, "seen=1&share_value_mad=beaucoup").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("value=\"beaucoup\"") && refused.text().contains("error-share_value_mad"));
    assert!(refused.text().contains("Regardez les champs marqués"), "{}", refused.text());
    let saved = form(&house, Who::Member, &capital, "seen=1&share_value_mad=%D9%A1%D9%A0%D9%A0").await;
    assert_eq!(
        (saved.status.as_u16(), saved.header("location")),
        (303, &*format!("/fr/founding/{id}?done=founding-saved"))
    );
    assert!(page(&house, Who::Member, &capital).await.text().contains("value=\"100\""));
    let stale = form(&house, Who::Member, &capital, "seen=1&share_value_mad=200").await;
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains("value=\"200\"") && stale.text().contains("name=\"seen\" value=\"2\""));
}

#[tokio::test]
async fn what_is_wrong_with_no_field_of_a_form_is_listed() {
    let house = House::build().await;
    let (id, _) = opened(&house).await;
    let statutes = format!("/fr/founding/{id}/sections/statutes");
    let shown = page(&house, Who::Member, &statutes).await.text();
    let item = shown.split_once("name=\"item\" value=\"").unwrap().1.split('"').next().unwrap();
    let sent = format!("seen=1&item={item}&place-{item}={}", "a".repeat(200));
    let refused = form(&house, Who::Member, &statutes, &sent).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let text = refused.text();
    assert!(
        !text.contains("Regardez les champs marqués") && text.contains("<span class=\"facts\" lang=\"en\""),
        "{text}"
    );
}

#[tokio::test]
async fn what_the_office_left_unsaid_is_tied_to_the_first_field_for_it() {
    let house = House::build().await;
    let (id, _) = opened(&house).await;
    let (records, kind) = (&house.app.records, house.app.pages.names().founding.clone());
    let record: RecordId = id.parse().unwrap();
    let permit = records.may_read(&Caller::system(), &kind).unwrap();
    let stored = records.read(&permit, record).await.unwrap().unwrap();
    let mut body = stored.body;
    body["step"] = json!("submitted");
    let handed_in = vec![Draft::replace(kind, record, body, stored.version)];
    records.submit(&Caller::system(), handed_in, None).await.unwrap();
    let office = format!("/fr/founding/{id}/office");
    let refused = form(&house, Who::Registrar, &office, "seen=2&decision=ask-correction").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let text = refused.text();
    let control = text.split_once("<textarea id=\"field-text-name\"").unwrap().1.split('>').next().unwrap();
    assert!(control.contains("aria-invalid=\"true\" aria-describedby=\"error-corrections\""), "{control}");
    assert!(text.contains("id=\"error-corrections\">Dites ce qui est à corriger"), "{text}");
}

#[tokio::test]
async fn a_step_that_is_too_early_says_what_is_missing() {
    let house = House::build().await;
    let made = house.post(Who::Member, FOUNDINGS, &json!({"fields": {"province": "09.541"}})).await.json();
    let id = made["id"].as_str().unwrap();
    let refused = form(&house, Who::Member, &format!("/fr/founding/{id}/steps"), "seen=1&step=ask-for-name").await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("Un nom en arabe ou en français manque."), "{}", refused.text());
    let lacks = made["lacks"].as_array().unwrap();
    assert!(lacks.iter().any(|lack| lack["section"] == "name" && lack["code"] == "sector"), "{lacks:?}");
}

#[tokio::test]
async fn a_paper_is_sent_by_a_form_and_read_by_those_who_see_the_file() {
    let house = House::build().await;
    let (id, _) = opened(&house).await;
    let address = format!("/fr/founding/{id}/documents");
    let send = async |who: Who, content: &str| {
        let body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"document\"\r\n\r\nstatutes\r\n--b\r\ncontent-disposition: \
             form-data; name=\"file\"; filename=\"C:\\\\scans\\\\statuts.pdf\"\r\n\r\n{content}\r\n--b--\r\n"
        );
        let request = house.request(who, "POST", &address).header("accept", "text/html");
        let request = request.header("content-type", "multipart/form-data; boundary=b");
        house.send(request.body(Body::from(body)).unwrap()).await
    };
    assert_eq!(send(Who::Member, "").await.status, 422);
    assert_eq!(send(Who::RegistrarElsewhere, "paper").await.status, 404);
    assert_eq!(send(Who::Member, "paper").await.status, 303);
    let file = house.get(Who::Member, &format!("{FOUNDINGS}/{id}")).await.json();
    let document = &file["file"]["documents"][0];
    assert_eq!((&document["document"], &document["bytes"]), (&json!("statutes"), &json!(5)));
    let paper = format!("{FOUNDINGS}/{id}/documents/{}", document["hash"].as_str().unwrap());
    let read = house.get(Who::Registrar, &paper).await;
    assert_eq!((read.status.as_u16(), read.bytes.as_slice()), (200, b"paper".as_slice()));
    assert!(read.header("content-disposition").starts_with("attachment"));
    assert_eq!(house.get(Who::RegistrarElsewhere, &paper).await.status, 404);
}

#[tokio::test]
async fn a_link_is_shown_once_and_invites_whoever_holds_it() {
    let house = House::build().await;
    let (id, _) = opened(&house).await;
    let nobody = form(&house, Who::Member, &format!("/fr/founding/{id}/invite"), "name=Tuda").await;
    assert!(nobody.status == 422 && nobody.text().contains("value=\"Tuda\""), "{}", nobody.text());
    let shown = form(&house, Who::Member, &format!("/fr/founding/{id}/invite"), "name=Tuda&phone=0600000000").await;
    assert_eq!((shown.status.as_u16(), shown.header("cache-control")), (200, "no-store"));
    let text = shown.text();
    let link = text.split("https://registre.test").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(link.starts_with("/fr/founding/join/") && text.contains("sms:0600000000?body="), "{link}");
    assert!(!page(&house, Who::Member, &format!("/fr/founding/{id}")).await.text().contains("/founding/join/"));
    let offer = page(&house, Who::Observer, link).await;
    assert!(offer.status == 200 && offer.text().contains("Tifaouine"), "{}", offer.text());
    assert_eq!(form(&house, Who::Observer, link, "").await.status, 303);
    let joined = page(&house, Who::Observer, &format!("/fr/founding/{id}")).await.text();
    assert!(joined.contains("<summary>Quitter le dossier</summary>"), "{joined}");
    let opener = page(&house, Who::Member, &format!("/fr/founding/{id}")).await.text();
    assert!(opener.contains("<summary>Retirer<span") && opener.contains("Ce que ce fondateur a dit"), "{opener}");
    assert_eq!(form(&house, Who::RegistrarElsewhere, link, "").await.status, 409);
    let public = page(&house, Who::Public, link).await;
    assert!(public.status == 303 && public.header("location").starts_with("/fr/sign-in?next="));
    let narrowed = page(&house, Who::Public, "/fr/founding/waiting?step=submitted").await;
    assert_eq!(narrowed.header("location"), "/fr/sign-in?next=%2Ffounding%2Fwaiting%3Fstep%3Dsubmitted");
}

#[tokio::test]
async fn a_founder_of_a_union_says_for_which_cooperative() {
    let house = House::build().await;
    let (id, made) = opened(&house).await;
    let me = format!("/fr/founding/{id}/me");
    // A legal person may found a cooperative too; a natural person finds that folded.
    let alone = page(&house, Who::Member, &me).await.text();
    assert!(
        alone.contains("Je prends part pour une personne morale") && alone.contains("value=\"legal-person\""),
        "{alone}"
    );
    let name = format!("/fr/founding/{id}/sections/name");
    assert!(page(&house, Who::Member, &name).await.text().contains("union de coopératives"));
    let seen = made["version"].as_i64().unwrap();
    let fields = format!("seen={seen}&entity=union&name_fr=Tifaouine&category=a&sector=argan&province=09.541");
    assert_eq!(form(&house, Who::Member, &name, &fields).await.status, 303);
    let mine = page(&house, Who::Member, &me).await.text();
    assert!(mine.contains("Coopérative membre") && !mine.contains("value=\"legal-person\""), "{mine}");
    let unknown = form(&house, Who::Member, &me, "seen=1&member_cooperative=no+such+name+at+all").await;
    assert_eq!(unknown.status, 422, "{}", unknown.text());
    let text = unknown.text();
    let control = text.split_once("name=\"member_cooperative\"").unwrap().1.split('>').next().unwrap();
    assert!(control.contains("aria-describedby=\"error-member_cooperative\""), "{control}");
    let said = format!("seen=1&member_cooperative=https://registre.test/fr/directory/{}", house.cooperative);
    assert_eq!(form(&house, Who::Member, &me, &said).await.status, 303);
    let file = page(&house, Who::Member, &format!("/fr/founding/{id}")).await.text();
    assert!(file.contains("Coopérative 17/2020"), "{file}");
    let file = house.get(Who::Member, &format!("{FOUNDINGS}/{id}")).await.json();
    assert!(!file["lacks"].as_array().unwrap().iter().any(|lack| lack["code"] == "founder-cooperative"), "{file}");
}
