//! Notices, as their readers see them: on a page without scripts, in the header, and through the API.

use serde_json::json;
use tiwizi_identity::Role;
use tiwizi_model::RecordId;

use super::chaos::with_chaos;
use super::house::{House, Who};

struct Told {
    house: House,
    token: String,
}

/// Somebody who was told this.
async fn told(words: &[&str]) -> Told {
    let house = with_chaos().await;
    let person: RecordId = house.person.parse().unwrap();
    let scope = "nation".parse().unwrap();
    let token = house.token_of("fadma@example.org", Some(person), Role::Observer, scope).await;
    for word in words {
        assert_eq!(house.chaos("/notify/send", &format!("person {person} {word}")).await, "told");
    }
    Told { house, token }
}

impl Told {
    async fn page(&self, language: &str) -> String {
        let page = self.house.page(&self.token, "GET", &format!("/{language}/account/notices")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        page.text()
    }

    async fn ids(&self) -> Vec<String> {
        let list = self.house.page(&self.token, "GET", "/api/v1/notices").await.json();
        list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Sends a form, and tells where the browser is sent.
    async fn step(&self, path: &str) -> String {
        let reply = self.house.page(&self.token, "POST", &format!("/fr/account/notices/{path}")).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        reply.header("location").to_owned()
    }
}

const COUNT: &str = r#"<span class="count" aria-hidden="true">"#;

#[tokio::test]
async fn a_notice_is_read_in_the_language_of_its_reader() {
    let told = told(&["Tafukt"]).await;
    let french = told.page("fr").await;
    assert!(french.contains("Tafukt est prêt"), "{french}");
    assert!(french.contains(&format!("{COUNT}1</span>")) && french.contains("1 avis non lu"), "{french}");
    let arabic = told.page("ar").await;
    assert!(arabic.contains(r#"dir="rtl""#) && arabic.contains("\u{2068}Tafukt\u{2069} جاهز"), "{arabic}");
    // The plugin has no Tachelhit: French comes next.
    assert!(told.page("shi").await.contains("Tafukt est prêt"));
    let home = told.house.page(&told.token, "GET", "/fr/").await;
    assert!(home.text().contains(COUNT));
    let list = told.house.page(&told.token, "GET", "/api/v1/notices?language=ar").await.json();
    assert_eq!(list["items"][0]["link"], "/ar/p/chaos/fine");
    assert_eq!((&list["items"][0]["text"], &list["unread"]), (&json!("\u{2068}Tafukt\u{2069} جاهز"), &json!(1)));
}

#[tokio::test]
async fn a_notice_is_opened_marked_deleted_and_brought_back_without_scripts() {
    let told = told(&["one", "two", "three"]).await;
    let ids = told.ids().await;
    assert_eq!(told.step(&format!("{}/open", ids[0])).await, "/fr/p/chaos/fine");
    assert_eq!(told.step(&format!("{}/read", ids[1])).await, "/fr/account/notices");
    assert!(told.page("fr").await.contains(&format!("{COUNT}1</span>")));
    assert_eq!(told.step(&format!("{}/delete", ids[2])).await, format!("/fr/account/notices?deleted={}", ids[2]));
    let offered = told.house.page(&told.token, "GET", &format!("/fr/account/notices?deleted={}", ids[2])).await.text();
    assert!(
        offered.contains(&format!("/fr/account/notices/{}/restore", ids[2])) && !offered.contains(COUNT),
        "{offered}"
    );
    assert_eq!(told.ids().await.len(), 2);
    told.step(&format!("{}/restore", ids[2])).await;
    assert_eq!(told.ids().await, ids);
    told.step("read-all").await;
    assert!(!told.page("fr").await.contains(COUNT));
}

#[tokio::test]
async fn p03_nobody_reads_or_touches_the_notices_of_another() {
    let told = told(&["Tafukt"]).await;
    let (id, member) = (told.ids().await.remove(0), told.house.token(Who::Member).unwrap().to_owned());
    assert_eq!(told.house.page(&member, "GET", "/api/v1/notices").await.json()["items"], json!([]));
    for step in ["open", "read", "delete", "restore"] {
        let reply = told.house.page(&member, "POST", &format!("/fr/account/notices/{id}/{step}")).await;
        assert_eq!(reply.status, 404, "{step}");
    }
    let public = told.house.get(Who::Public, "/fr/account/notices").await;
    assert_eq!((public.status.as_u16(), public.header("location").starts_with("/fr/sign-in")), (303, true));
    assert_eq!(told.ids().await, [id]);
}

#[tokio::test]
async fn a_deleted_notice_is_forgotten_in_time() {
    let told = told(&["Tafukt"]).await;
    let id = told.ids().await.remove(0);
    told.step(&format!("{id}/delete")).await;
    assert_eq!(told.house.app.identity.forget_deleted_notices().await.unwrap(), 0);
    told.house.clock.advance_ms(tiwizi_model::limits::NOTICE_DELETED_MS.unsigned_abs() + 1);
    assert_eq!(told.house.app.identity.forget_deleted_notices().await.unwrap(), 1);
    assert!(told.house.page(&told.token, "POST", &format!("/fr/account/notices/{id}/restore")).await.status == 404);
}
