//! Members that are no natural persons, and calls on shares, on the sheets of acts.

use serde_json::{Value, json};

use super::house::{House, Reply, Who};
use super::record_pages::{form_of, page, send, with};

fn address(house: &House, rest: &str) -> String {
    format!("/fr/directory/{}{rest}", house.cooperative)
}

async fn made(house: &House, kind: &str, body: &Value) -> String {
    let made = house.post(Who::Registrar, &format!("/api/v1/records/registry/{kind}"), body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

/// An instance whose cooperative has a member, who has paid a quarter of ten shares.
async fn with_member() -> House {
    let house = House::build().await;
    let membership = json!({"cooperative": house.cooperative, "number": "1", "person": house.person, "shares": 10,
        "share_value_mad": 100, "paid_mad": 250, "province": "09.541", "sector": "agriculture"});
    made(&house, "membership", &membership).await;
    house
}

async fn sent(house: &House, sheet: &str, changes: &[(&str, &str)]) -> Reply {
    let here = address(house, &format!("/acts/new/{sheet}"));
    let shown = page(house, Who::Registrar, &here).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    send(house, Who::Registrar, &here, &with(form_of(&shown.text()), changes)).await
}

async fn last(house: &House) -> Value {
    let acts = house.get(Who::Registrar, &format!("/api/v1/cooperatives/{}/acts", house.cooperative)).await.json();
    acts["items"].as_array().unwrap().last().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_company_joins_by_who_acts_for_it_and_is_named_everywhere() {
    let house = with_member().await;
    let company = json!({"form": "company", "name_fr": "Argan du Souss SARL", "province": "09.541"});
    let company = made(&house, "legal-person", &company).await;
    let link = format!("https://registre.test/fr/records/registry/legal-person/{company}");
    let joins = [
        ("/joined/0/number", "2"),
        ("/joined/0/person~text", link.as_str()),
        ("/joined/0/represented_by~name_fr", "Ijja Ouali"),
        ("/joined/0/shares", "2"),
        ("/joined/0/paid_mad", "200"),
    ];
    // What it is must be said: a natural person is meant when nothing is.
    let unsaid = sent(&house, "members-changed", &[&joins[..], &[("step", "enter")]].concat()).await;
    assert_eq!(unsaid.status, 422, "{}", unsaid.text());
    assert!(unsaid.text().contains("Dites ce qu’est ce membre"), "{}", unsaid.text());
    let said = [("/joined/0/holder", "legal-person"), ("step", "check")];
    let tried = sent(&house, "members-changed", &[&joins[..], &said].concat()).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    for part in ["Ce que cet acte changerait", "Argan du Souss SARL", "personne morale", "Ijja Ouali"] {
        assert!(tried.text().contains(part), "{part} is missing in {}", tried.text());
    }
    let here = address(&house, "/acts/new/members-changed");
    let form = with(form_of(&tried.text()), &[("step", "enter")]);
    let entered = send(&house, Who::Registrar, &here, &form).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    let joined = last(&house).await["data"]["joined"][0].clone();
    assert_eq!((&joined["holder"], &joined["person"]), (&json!("legal-person"), &json!(company)));
    assert!(joined["represented_by"].is_string(), "{joined}");
    for rest in ["/acts", "/members"] {
        let shown = page(&house, Who::Registrar, &address(&house, rest)).await.text();
        assert!(shown.contains("Argan du Souss SARL") && shown.contains("Ijja Ouali"), "{rest}: {shown}");
    }
    let other = [("/represented/0/number", "2"), ("/represented/0/by~name_fr", "Tlaytmas Haddou"), ("step", "enter")];
    let changed = sent(&house, "members-changed", &other).await;
    assert_eq!(changed.status, 303, "{}", changed.text());
    let list = page(&house, Who::Registrar, &address(&house, "/members")).await.text();
    assert!(list.contains("Tlaytmas Haddou") && !list.contains("Ijja Ouali"), "{list}");
}

#[tokio::test]
async fn a_line_that_says_nothing_is_no_member() {
    let house = with_member().await;
    let nothing = sent(&house, "members-changed", &[("step", "enter")]).await;
    assert_eq!(nothing.status, 422, "{}", nothing.text());
    let form = form_of(&nothing.text());
    let told: Vec<_> = form.iter().filter(|(name, _)| name == "/joined/0/holder").collect();
    assert_eq!(told.len(), 1, "{form:?}");
    assert_eq!(told[0].1, "person");
}

#[tokio::test]
async fn a_part_of_the_shares_is_called() {
    let house = with_member().await;
    let half = [("/called/numerator", "3"), ("/called/denominator", "4"), ("step", "enter")];
    let refused = sent(&house, "capital-changed", &half).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let shown = refused.text();
    assert!(shown.contains("id=\"error-/called/due_on\""), "{shown}");
    let entered = sent(&house, "capital-changed", &[&half[..], &[("/called/due_on", "2026-12-31")]].concat()).await;
    assert_eq!(entered.status, 303, "{}", entered.text());
    let called = json!({ "called": { "numerator": 3, "denominator": 4, "due_on": "2026-12-31" } });
    assert_eq!(last(&house).await["data"], called);
    let history = page(&house, Who::Registrar, &address(&house, "/acts")).await.text();
    assert!(history.contains("À payer au plus tard le"), "{history}");
}

#[tokio::test]
async fn what_is_wrong_with_a_group_is_tied_to_its_first_control() {
    let house = with_member().await;
    let refused = sent(&house, "merged", &[("/into/0/text", ""), ("step", "enter")]).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let text = refused.text();
    let (_, control) = text.split_once("name=\"/into/0/text\"").unwrap();
    let control = control.split('>').next().unwrap();
    assert!(control.contains("aria-invalid=\"true\""), "{control}");
    let told = control.split_once("aria-describedby=\"").unwrap().1.split('"').next().unwrap();
    assert!(text.contains(&format!("id=\"{told}\"")), "{told} is missing in {text}");
    let refused = sent(&house, "merged", &[("/into/0/text", "no such name at all"), ("step", "enter")]).await;
    let text = refused.text();
    let control = text.split_once("name=\"/into/0/text\"").unwrap().1.split('>').next().unwrap();
    assert!(control.contains("aria-describedby=\"error-/into/0\""), "{control}");
}

#[tokio::test]
async fn whoever_looks_for_one_that_was_merged_is_led_on_and_back() {
    let house = House::build().await;
    let mut other = super::house::cooperative("18/2021");
    other["name_fr"] = json!("Azekka Zaytoun");
    other["name_ar"] = json!("أزكا زيتون");
    let other = made(&house, "cooperative", &other).await;
    for id in [&house.cooperative, &other] {
        let shown = page(&house, Who::Public, &format!("/fr/directory/{id}")).await.text();
        assert!(!shown.contains("absorbée") && !shown.contains("Elle fait suite"), "{shown}");
    }
    let merged = sent(&house, "merged", &[("/into/0/text", other.as_str()), ("step", "enter")]).await;
    assert_eq!(merged.status, 303, "{}", merged.text());
    let shown = page(&house, Who::Public, &address(&house, "")).await.text();
    assert!(shown.contains("absorbée") && shown.contains(&format!("/fr/directory/{other}\"")), "{shown}");
    let follows = page(&house, Who::Public, &format!("/fr/directory/{other}")).await.text();
    assert!(follows.contains("Elle fait suite à") && follows.contains("fusion"), "{follows}");
    assert!(follows.contains(&address(&house, "\"")), "{follows}");
    // What never happened leads nowhere.
    let undone = address(&house, "/acts/2/correct");
    let sheet = form_of(&page(&house, Who::Registrar, &undone).await.text());
    let form = with(sheet, &[("/~annul", "1"), ("/~reason", "it never was"), ("step", "enter")]);
    let annulled = send(&house, Who::Registrar, &undone, &form).await;
    assert_eq!(annulled.status, 303, "{}", annulled.text());
    let shown = page(&house, Who::Public, &address(&house, "")).await.text();
    assert!(!shown.contains("absorbée"), "{shown}");
}
