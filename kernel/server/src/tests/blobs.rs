//! Files of plugins, fetched by their links.

use super::chaos::with_chaos;
use super::house::{House, Reply, Who};

async fn kept(house: &House, media_type: &str, text: &str) -> String {
    house.chaos("/blobs/keep", &format!("{media_type} {text}")).await["link"].as_str().unwrap().to_owned()
}

fn safe(reply: &Reply) {
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert!(reply.header("content-security-policy").contains("sandbox"), "{}", reply.header("content-security-policy"));
}

#[tokio::test]
async fn i06_a_file_is_shown_only_when_it_cannot_run() {
    let house = with_chaos().await;
    let picture = house.get(Who::Public, &kept(&house, "image/png", "<script>alert(1)</script>").await).await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/png"));
    assert_eq!(
        (picture.header("content-disposition"), picture.text().as_str()),
        ("inline", "<script>alert(1)</script>")
    );
    safe(&picture);
    for media_type in ["text/html", "image/svg+xml", "application/pdf", "application/x-anything"] {
        let saved = house.get(Who::Public, &kept(&house, media_type, &format!("<svg> {media_type}")).await).await;
        assert_eq!(
            (saved.status.as_u16(), saved.header("content-type")),
            (200, "application/octet-stream"),
            "{media_type}"
        );
        assert!(saved.header("content-disposition").starts_with("attachment; filename="), "{media_type}");
        safe(&saved);
    }
}

#[tokio::test]
async fn a_part_of_a_linked_file_can_be_fetched() {
    let house = with_chaos().await;
    let link = kept(&house, "audio/ogg", "0123456789").await;
    let request = house.request(Who::Public, "GET", &link).header("range", "bytes=2-4");
    let part = house.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(
        (part.status.as_u16(), part.text().as_str(), part.header("content-range")),
        (206, "234", "bytes 2-4/10")
    );
    safe(&part);
}

#[tokio::test]
async fn a_forged_or_expired_link_leads_nowhere() {
    let house = with_chaos().await;
    let link = kept(&house, "text/plain", "tiwizi").await;
    assert_eq!(house.get(Who::Public, &link).await.status, 200);
    let (base, key) = link.split_once("&key=").unwrap();
    let digit = if key.starts_with('0') { '1' } else { '0' };
    let forged = format!("{base}&key={digit}{}", &key[1..]);
    let (path, until) = base.split_once("?until=").unwrap();
    let later = format!("{path}?until={}&key={key}", until.parse::<i64>().unwrap() + 1);
    let other = link.replace("/p/chaos/", "/p/other/");
    for wrong in [forged, later, other, format!("{link}&more=1"), path.to_owned(), format!("{base}&key=x")] {
        assert_eq!(house.get(Who::Public, &wrong).await.problem(), (404, "not-found".to_owned()), "{wrong}");
    }
    house.clock.advance_ms(60_000);
    assert_eq!(house.get(Who::Public, &link).await.problem(), (404, "not-found".to_owned()));
}
