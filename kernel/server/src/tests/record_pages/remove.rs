//! Deleting after asking, and the way back.

use super::*;

async fn ask(house: &House, id: &str) -> Vec<(String, String)> {
    let asked = page(house, Who::Registrar, &format!("{PLOTS}/{id}/delete")).await;
    assert!(asked.text().contains("Supprimer cette fiche\u{a0}?"), "{}", asked.text());
    let shown = asked.text();
    let form = shown.split_once("<form class=\"actions\"").unwrap().1;
    form_of(&format!("<main{form}"))
}

#[tokio::test]
async fn a_record_is_deleted_after_asking_and_its_content_comes_back() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let form = ask(&house, &id).await;
    let deleted = send(&house, Who::Registrar, &format!("{PLOTS}/{id}/delete"), &form).await;
    assert_eq!(deleted.header("location"), format!("{PLOTS}/{id}/history?done=record-deleted"));
    assert_eq!(page(&house, Who::Registrar, &format!("{PLOTS}/{id}")).await.status, 404);
    let history = page(&house, Who::Registrar, deleted.header("location")).await.text();
    assert!(
        history.contains("La fiche est supprimée") && history.contains(&format!("{PLOTS}/{id}/restore")),
        "{history}"
    );
    let restore = fields(&[("once", "back")]);
    let back = send(&house, Who::Registrar, &format!("{PLOTS}/{id}/restore"), &restore).await;
    assert_eq!(back.status, 303, "{}", back.text());
    let address = back.header("location").to_owned();
    let new = address.split(['/', '?']).nth(5).unwrap();
    assert_ne!(new, id);
    assert_eq!(body(&house, new).await["body"], plot("a1"));
    assert!(page(&house, Who::Registrar, &address).await.text().contains("Le contenu est revenu"));
    // The same button pressed twice brings back one; another attempt meets what is unique.
    let again = send(&house, Who::Registrar, &format!("{PLOTS}/{id}/restore"), &restore).await;
    assert_eq!(again.header("location"), address);
    let taken = send(&house, Who::Registrar, &format!("{PLOTS}/{id}/restore"), &fields(&[("once", "more")])).await;
    assert_eq!(taken.status, 409);
    assert!(taken.text().contains("ne peut pas revenir ainsi"), "{}", taken.text());
}

#[tokio::test]
async fn a_record_that_changed_meanwhile_is_not_deleted() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let form = ask(&house, &id).await;
    house.send_json(Who::Observer, "PATCH", &format!("{API}/{id}"), &json!({"area": 20})).await;
    let stale = send(&house, Who::Registrar, &format!("{PLOTS}/{id}/delete"), &form).await;
    assert_eq!(stale.status, 409);
    assert!(
        stale.text().contains("a changé pendant que vous décidiez")
            && stale.text().contains("name=\"seen\" value=\"2\"")
    );
    assert_eq!(body(&house, &id).await["version"], 2);
}

#[tokio::test]
async fn only_what_is_seen_whole_comes_back() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    let restore = format!("{PLOTS}/{id}/restore");
    assert_eq!(send(&house, Who::Registrar, &restore, &fields(&[])).await.status, 404, "it is not deleted");
    house.send(house.request(Who::Registrar, "DELETE", &format!("{API}/{id}")).body(Body::empty()).unwrap()).await;
    for who in [Who::Observer, Who::RegistrarElsewhere, Who::Administrator] {
        assert_eq!(send(&house, who, &restore, &fields(&[])).await.status, 404, "{who:?}");
    }
    let history = page(&house, Who::Observer, &format!("{PLOTS}/{id}/history")).await;
    assert_eq!(history.status, 200);
    assert!(!history.text().contains("/restore\"") && history.text().contains("Supprimée"));
}
