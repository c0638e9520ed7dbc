//! Lists, files and single records.

use tiwizi_records::{SearchReader, catch_up};

use super::*;

fn rows(page: &str) -> usize {
    page.matches("role=\"rowheader\"").count()
}

async fn many(house: &House, count: usize) {
    for number in 0..count {
        let state = if number % 2 == 0 { "fallow" } else { "sown_late" };
        made(house, &json!({"code": format!("m{number:02}"), "province": "09.541", "state": state, "area": number}))
            .await;
    }
}

fn link<'a>(page: &'a str, before: &str) -> &'a str {
    let rest = page.split_once(before).unwrap_or_else(|| panic!("{before} is missing in {page}")).1;
    rest.split_once("href=\"").unwrap().1.split('"').next().unwrap()
}

#[tokio::test]
async fn a_list_goes_page_by_page() {
    let house = garden().await;
    many(&house, 23).await;
    let first = page(&house, Who::Registrar, PLOTS).await.text();
    assert_eq!(rows(&first), 20);
    assert!(first.contains(">m22<") && !first.contains(">m00<"), "the newest come first");
    let second = page(&house, Who::Registrar, &unescaped(link(&first, "rel=\"next\""))).await.text();
    assert_eq!(rows(&second), 3);
    assert!(second.contains(">m00<") && second.contains("Revenir au début"));
}

#[tokio::test]
async fn a_list_is_narrowed_and_ordered_by_indexes_only() {
    let house = garden().await;
    many(&house, 6).await;
    let ask = async |query: &str| {
        let reply = page(&house, Who::Registrar, &format!("{PLOTS}?{query}")).await;
        (reply.status.as_u16(), reply.text())
    };
    let (status, found) = ask("state=fallow&sort=-area").await;
    assert_eq!((status, rows(&found)), (200, 3));
    assert!(found.find(">m04<") < found.find(">m02<") && found.find(">m02<") < found.find(">m00<"), "{found}");
    assert_eq!(rows(&ask("code=m03").await.1), 1);
    assert_eq!(rows(&ask("province=09.541").await.1), 6);
    // What no index serves is not offered, and an address that asks for it is answered without it.
    for query in ["colour=red", "trees=3", "sort=trees", "sort=-nothing", "state=&q="] {
        let (status, found) = ask(query).await;
        assert_eq!((status, rows(&found)), (200, 6), "{query}");
    }
    let filters: Vec<&str> = found.split("id=\"filter-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(filters, ["province", "state", "code", "area", "bank"]);
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_says_so() {
    let house = garden().await;
    many(&house, 2).await;
    for (query, said) in [
        ("state=fallow&code=m01", "Ces filtres ne vont pas ensemble ici"),
        ("area=wide", "La valeur d’un filtre n’est pas comprise"),
        ("province=souss", "La valeur d’un filtre n’est pas comprise"),
        ("cursor=nonsense", "La valeur d’un filtre n’est pas comprise"),
    ] {
        let reply = page(&house, Who::Registrar, &format!("{PLOTS}?{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.text().contains(said) && rows(&reply.text()) == 0, "{query}: {}", reply.text());
    }
}

#[tokio::test]
async fn words_are_searched() {
    let house = garden().await;
    made(&house, &plot("a1")).await;
    many(&house, 2).await;
    catch_up(&house.app.records, &SearchReader::new(house.app.records.catalogue().clone())).await.unwrap();
    let found = page(&house, Who::Registrar, &format!("{PLOTS}?q=premi%C3%A8re&sort=area")).await.text();
    assert_eq!(rows(&found), 1);
    assert!(found.contains("Le champ a1") && found.contains("value=\"première\""));
    let none = page(&house, Who::Registrar, &format!("{PLOTS}?q=nothing")).await.text();
    assert!(none.contains("Rien trouvé") && rows(&none) == 0);
}

#[tokio::test]
async fn an_empty_list_says_so() {
    let house = garden().await;
    let empty = page(&house, Who::Registrar, PLOTS).await.text();
    assert!(empty.contains("Aucune fiche pour le moment") && !empty.contains("/csv"));
}

#[tokio::test]
async fn a_field_that_may_not_be_seen_is_nowhere() {
    let house = garden().await;
    let id = made(&house, &plot("a1")).await;
    for end in ["", &format!("/{id}"), &format!("/{id}/history"), &format!("/{id}/edit"), "/csv"] {
        let seen = page(&house, Who::Registrar, &format!("{PLOTS}{end}")).await.text();
        let reduced = page(&house, Who::Observer, &format!("{PLOTS}{end}")).await.text();
        assert!(!reduced.contains("RIB 99") && !reduced.to_lowercase().contains("bank"), "{end}: {reduced}");
        if !end.is_empty() {
            assert!(seen.contains("RIB 99") && reduced.contains("0600000000"), "{end}: {seen}");
        }
    }
    // Nor can it be asked about: a filter on it is no filter.
    assert_eq!(rows(&page(&house, Who::Observer, &format!("{PLOTS}?bank=RIB%2099")).await.text()), 1);
    assert_eq!(rows(&page(&house, Who::Observer, &format!("{PLOTS}?bank=other")).await.text()), 1);
    assert_eq!(rows(&page(&house, Who::Registrar, &format!("{PLOTS}?bank=other")).await.text()), 0);
}

#[tokio::test]
async fn a_record_is_read_in_words() {
    let house = garden().await;
    let mut body = plot("a1");
    body["cooperative"] = json!(house.cooperative);
    let id = made(&house, &body).await;
    let shown = page(&house, Who::Registrar, &format!("{PLOTS}/{id}")).await.text();
    for part in [
        "<h1><bdi>Le champ a1</bdi></h1>",
        "<bdi>Sown late</bdi>",
        "1 mai 2024",
        ">12,5<",
        ">oui<",
        "argan",
        "Route 1",
        "lang=\"ar\">الحقل",
        "class-personal\">Personnel",
        "class-sensitive\">Sensible",
        "1 élément",
        &format!(
            "<a href=\"/fr/records/registry/cooperative/{}\"><bdi>Coopérative 17/2020</bdi></a>",
            house.cooperative
        ),
        "· vous",
        &id,
        &format!("{PLOTS}/{id}/edit"),
    ] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    let arabic = page(&house, Who::Registrar, &format!("/ar/records/garden/plot/{id}")).await.text();
    assert!(
        arabic.contains("dir=\"rtl\"") && arabic.contains("<h1><bdi>الحقل</bdi></h1>") && arabic.contains(">قطعة<")
    );
}

#[tokio::test]
async fn what_refers_to_something_hidden_stays_an_id() {
    let house = garden().await;
    let mut body = plot("a1");
    body["cooperative"] = json!(house.person);
    let id = made(&house, &body).await;
    let shown = page(&house, Who::Registrar, &format!("{PLOTS}/{id}")).await.text();
    assert!(!shown.contains("Fadma") && shown.contains(&house.person[house.person.len() - 8..]), "{shown}");
}

#[tokio::test]
async fn hostile_values_stay_text_and_stay_apart() {
    let house = garden().await;
    let mut body = plot("a1");
    let attack = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>\u{202e}gnp.exe";
    body["title"] = json!({"fr": attack});
    body["notes"] = json!(format!("{attack}{}", "x".repeat(64 << 10)));
    body["tags"] = json!([attack.chars().take(40).collect::<String>(), "</textarea><b>"]);
    body["layout"] = json!([{attack: attack}]);
    let id = made(&house, &body).await;
    for end in ["", &format!("/{id}"), &format!("/{id}/history"), &format!("/{id}/edit"), &format!("/{id}/delete")] {
        let shown = page(&house, Who::Registrar, &format!("{PLOTS}{end}")).await.text();
        for part in ["<script>alert", "<img src=x", "<b>", "onerror=alert(1)>\"", "\"><img"] {
            assert!(!shown.contains(part), "{part} is in {end}: {shown}");
        }
        let title = shown.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
        assert!(!title.contains('\u{202e}') && title.len() < 2_000, "{title}");
        assert_eq!(shown.matches("<bdi").count(), shown.matches("</bdi>").count(), "{end}");
    }
    let list = page(&house, Who::Registrar, PLOTS).await.text();
    assert!(list.len() < 40_000, "a list shows the beginning of a long text only: {} bytes", list.len());
}

#[tokio::test]
async fn a_list_is_a_file_by_its_link_and_by_accept() {
    let house = garden().await;
    many(&house, 105).await;
    let mut body = plot("=1+2");
    body["notes"] = json!("@SUM(A1)");
    body["tags"] = json!(["\t=1"]);
    body["phone"] = json!("+cmd|' /C calc'!A0");
    made(&house, &body).await;
    let listed = page(&house, Who::Registrar, PLOTS).await.text();
    assert!(listed.contains("/fr/records/garden/plot/csv"));
    let by_link = page(&house, Who::Registrar, &format!("{PLOTS}/csv")).await;
    let request = house.request(Who::Registrar, "GET", PLOTS).header("accept", "text/csv");
    let by_accept = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(by_link.text(), by_accept.text());
    assert_eq!(by_link.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(by_link.header("content-disposition"), "attachment; filename=\"garden-plot.csv\"");
    assert_eq!(by_link.text().lines().count(), 1 + 106, "the whole list, in several portions");
    for cell in [",'=1+2,", ",'@SUM(A1),", ",'+cmd|' /C calc'!A0,"] {
        assert!(by_link.text().contains(cell), "{cell} is missing in {}", by_link.text());
    }
    let narrowed = page(&house, Who::Registrar, &format!("{PLOTS}/csv?state=fallow")).await;
    assert_eq!(narrowed.text().lines().count(), 1 + 53);
    let public = house.request(Who::Public, "GET", "/fr/records/registry/cooperative").header("accept", "text/csv");
    assert!(house.send(public.body(Body::empty()).unwrap()).await.text().starts_with("id,version,province,"));
    let neither = house.request(Who::Registrar, "GET", PLOTS).header("accept", "image/png");
    assert_eq!(house.send(neither.body(Body::empty()).unwrap()).await.status, 406);
}
