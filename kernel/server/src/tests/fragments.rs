//! Parts of plugins on the kernel's pages, as a browser gets them.

use serde_json::json;
use tiwizi_identity::Caller;

use super::chaos::with_chaos;
use super::house::{House, Who};

async fn greet(house: &House, greeting: &str) {
    let changes = vec![("greeting".to_owned(), Some(json!(greeting)))];
    house.app.host.set_settings(&"chaos".parse().unwrap(), changes, &Caller::system()).await.unwrap();
}

async fn page(house: &House, path: &str) -> String {
    let reply = house.get(Who::Member, path).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.text()
}

#[tokio::test]
async fn a_part_stands_in_its_own_section_with_its_heading() {
    let house = with_chaos().await;
    let cooperative = format!("/fr/directory/{}", house.cooperative);
    for (path, slot) in [("/fr/", "home"), ("/ar/account", "account"), (cooperative.as_str(), "cooperative")] {
        let html = page(&house, path).await;
        assert!(html.contains(r#"<section class="fragment" data-plugin="chaos">"#), "{html}");
        assert!(html.contains(&format!(r#"<h2 dir="auto">Chaos &lt;{slot}&gt;</h2>"#)), "{html}");
        assert!(html.contains(&format!("<p>{slot} chaos &lt;b&gt;")), "{html}");
    }
    assert!(page(&house, &cooperative).await.contains(&format!("&lt;b&gt;{}&lt;/b&gt;", house.cooperative)));
}

#[tokio::test]
async fn p34_a_part_that_fails_leaves_the_page_whole() {
    let house = with_chaos().await;
    for greeting in ["none", "error", "trap", "template", "large"] {
        greet(&house, greeting).await;
        let html = page(&house, "/fr/").await;
        assert!(!html.contains("fragment") && html.contains("</html>"), "{greeting}: {html}");
    }
}
