//! Import and export over the API and on the pages, without scripts.

use axum::body::Body;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::house::{House, Reply, Who};
use super::record_pages::{page, send};

const GOOD: &str = "court;number;name_fr;sector;province\nA;1;Tifaouine;argan;09.541\n";
const MIXED: &str = "court;number;name_fr;sector;province\nA;1;Tifaouine;argan;09.541\nA;2;Al Amal;crafts;99.999\n";
const IMPORT: &str = "/fr/register/import";

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// What a browser sends for the form with the file.
async fn upload(house: &House, who: Who, file: &str) -> Reply {
    let boundary = "----a-boundary-of-the-tests";
    let part = |head: &str, content: &str| {
        format!("--{boundary}\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    let body = [
        part("name=\"table\"", ""),
        part("name=\"encoding\"", ""),
        part("name=\"file\"; filename=\"liste.csv\"", file),
        format!("--{boundary}--\r\n"),
    ];
    let request = house.request(who, "POST", IMPORT).header("accept", "text/html");
    let request = request.header("content-type", format!("multipart/form-data; boundary={boundary}"));
    house.send(request.body(Body::from(body.concat())).unwrap()).await
}

async fn work(house: &House) {
    while house.app.imports.run_next().await.unwrap() {}
}

async fn press(house: &House, address: &str, what: &str) -> Reply {
    send(house, Who::Administrator, address, &fields(&[("do", what)])).await
}

async fn cooperatives(house: &House) -> usize {
    house.get(Who::Public, "/api/v1/records/registry/cooperative").await.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_file_is_sent_tried_and_imported_on_pages_alone() {
    let house = House::build().await;
    let before = cooperatives(&house).await;
    assert!(page(&house, Who::Administrator, IMPORT).await.text().contains("multipart/form-data"));
    let sent = upload(&house, Who::Administrator, GOOD).await;
    assert_eq!(sent.status, 303, "{}", sent.text());
    let address = sent.header("location").to_owned();
    let waits = page(&house, Who::Administrator, &address).await;
    assert!(waits.text().contains("http-equiv=\"refresh\"") && waits.text().contains("data-poll"), "{}", waits.text());
    work(&house).await;
    let tried = page(&house, Who::Administrator, &address).await;
    assert!(tried.text().contains("value=\"import\"") && tried.text().contains("point-virgule"), "{}", tried.text());
    assert!(!tried.text().contains("http-equiv=\"refresh\""));
    assert_eq!(cooperatives(&house).await, before);
    assert_eq!(press(&house, &address, "import").await.status, 303);
    work(&house).await;
    assert_eq!(cooperatives(&house).await, before + 1);
    let list = page(&house, Who::Administrator, IMPORT).await;
    assert!(list.text().contains("liste.csv") && list.text().contains("importé"), "{}", list.text());
    // Pressed once more, from a page that is old by now.
    let moved = press(&house, &address, "import").await;
    assert_eq!(moved.status, 409, "{}", moved.text());
    assert_eq!(press(&house, &address, "remove").await.status, 303);
    assert!(page(&house, Who::Administrator, &address).await.text().contains("ont été effacés"));
}

#[tokio::test]
async fn wrong_rows_are_shown_with_their_reason_and_the_good_ones_are_taken_alone() {
    let house = House::build().await;
    let before = cooperatives(&house).await;
    let address = upload(&house, Who::Administrator, MIXED).await.header("location").to_owned();
    work(&house).await;
    let tried = page(&house, Who::Administrator, &address).await.text();
    assert!(tried.contains("99.999") && tried.contains("value=\"good\""), "{tried}");
    assert!(tried.contains("aucune province ou préfecture n’a ce code"), "{tried}");
    assert!(!tried.contains("value=\"import\""), "all of a file with wrong rows is offered");
    let report = page(&house, Who::Administrator, &format!("{address}/report")).await;
    assert_eq!(report.header("content-type"), "text/csv; charset=utf-8");
    let text = report.text();
    assert!(text.starts_with("\u{feff}file,row,column,value,code,message,message_fr"), "{text}");
    assert!(text.contains("99.999") && text.contains("aucune province ou préfecture n’a ce code"), "{text}");
    press(&house, &address, "good").await;
    work(&house).await;
    assert_eq!(cooperatives(&house).await, before + 1);
}

#[tokio::test]
async fn nothing_is_taken_from_whoever_may_not_import_nor_shown_to_others() {
    let house = House::build().await;
    for who in [Who::Registrar, Who::Member] {
        assert_eq!(upload(&house, who, GOOD).await.status, 403);
        let refused = page(&house, who, IMPORT).await;
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains("Envoyez-leur le vôtre"), "no word of who imports: {}", refused.text());
    }
    let empty = upload(&house, Who::Administrator, "").await;
    assert_eq!(empty.status, 422, "{}", empty.text());
    assert!(empty.text().contains("Choisissez un fichier"));
    let folder = house.app.settings.data.join("imports");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "a file that was not taken is still there");
}

#[tokio::test]
async fn whoever_may_import_finds_it_from_the_register_and_the_console() {
    let house = House::build().await;
    for address in ["/fr/directory", "/fr/console", "/fr/records"] {
        let shown = page(&house, Who::Administrator, address).await;
        assert!(shown.text().contains(&format!("href=\"{IMPORT}\"")), "{address}: {}", shown.text());
    }
    let import = page(&house, Who::Administrator, IMPORT).await.text();
    assert!(import.contains("class=\"breadcrumbs\""), "{import}");
    for (who, address) in [(Who::Public, "/fr/directory"), (Who::Registrar, "/fr/office")] {
        let shown = page(&house, who, address).await;
        assert!(!shown.text().contains(IMPORT), "{address}: {}", shown.text());
        assert_eq!(shown.text().contains("/fr/register/export"), who == Who::Registrar);
    }
}

#[tokio::test]
async fn programs_import_too() {
    let house = House::build().await;
    let request = |method: &str, address: &str, media_type: &str, body: &str| {
        let request = house.request(Who::Administrator, method, address).header("content-type", media_type);
        request.body(Body::from(body.to_owned())).unwrap()
    };
    let imports = "/api/v1/imports";
    let unknown = house.send(request("POST", "/api/v1/imports?table=cows", "text/csv", GOOD)).await;
    assert_eq!(unknown.problem(), (400, "bad-parameter".to_owned()));
    let wrong = house.send(request("POST", imports, "application/json", "{}")).await;
    assert_eq!(wrong.problem(), (415, "unsupported-media-type".to_owned()));
    let empty = house.send(request("POST", imports, "text/csv", "")).await;
    assert_eq!(empty.problem(), (422, "invalid".to_owned()));
    let sent = house.send(request("POST", "/api/v1/imports?name=a.csv", "text/csv", MIXED)).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let address = sent.header("location").to_owned();
    work(&house).await;
    let tried = house.get(Who::Administrator, &address).await.json();
    assert_eq!((&tried["import"]["status"], &tried["import"]["rejected"]), (&json!("checked"), &json!(1)));
    assert_eq!((&tried["found"]["separator"], &tried["found"]["rejected"][0]["row"]), (&json!("semicolon"), &json!(3)));
    let run = format!("{address}/run");
    assert_eq!(house.post(Who::Administrator, &run, &json!({})).await.problem(), (409, "conflict".to_owned()));
    assert_eq!(house.post(Who::Administrator, &run, &json!({"skip_bad": true})).await.status, 202);
    work(&house).await;
    let done = house.get(Who::Administrator, &address).await.json();
    assert_eq!((&done["import"]["status"], &done["import"]["created"]), (&json!("imported"), &json!(1)));
    let removed = house.send(request("DELETE", &address, "application/json", "")).await;
    assert_eq!(removed.status, 204, "{}", removed.text());
    let report = house.get(Who::Administrator, &format!("{address}/report")).await;
    assert_eq!(report.status, 404);
}

#[tokio::test]
async fn members_go_out_for_a_reason_that_is_noted() {
    let house = House::build().await;
    let export = |table: &str, reason: Option<&str>| json!({"table": table, "format": "csv", "reason": reason});
    // Readers of open data, who are nobody in particular, keep no office waiting.
    let _held = std::sync::Arc::clone(&house.app.exports).acquire_many_owned(4).await.unwrap();
    let cooperatives = house.post(Who::Administrator, "/api/v1/exports", &export("cooperatives", None)).await;
    assert_eq!(cooperatives.status, 200, "{}", cooperatives.text());
    assert!(cooperatives.text().contains("17/2020"), "{}", cooperatives.text());
    let refused = house.post(Who::Administrator, "/api/v1/exports", &export("members", Some("why"))).await;
    assert_eq!(refused.status, 403);
    let without = house.post(Who::Observer, "/api/v1/exports", &export("members", None)).await;
    assert_eq!(without.problem(), (422, "invalid".to_owned()));
    let members = house.post(Who::Observer, "/api/v1/exports", &export("members", Some("statistics"))).await;
    assert_eq!((members.status.as_u16(), members.header("cache-control")), (200, "no-store"));
    let looks = house.get(Who::Administrator, "/api/v1/records/registry/look").await.json();
    let bodies: Vec<&Value> = looks["items"].as_array().unwrap().iter().map(|look| &look["body"]).collect();
    assert_eq!(bodies.len(), 1, "{looks}");
    assert_eq!((&bodies[0]["what"], &bodies[0]["reason"]), (&json!("members"), &json!("statistics")));
}

#[tokio::test]
async fn whoever_exports_members_learns_how_many_are_left_out() {
    let house = House::build().await;
    let membership = json!({ "cooperative": house.cooperative, "number": "1", "person": house.person,
        "province": "09.541", "sector": "agriculture" });
    let made = house.post(Who::Registrar, "/api/v1/records/registry/membership", &membership).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let kind = "registry/cooperative".parse().unwrap();
    let gone = tiwizi_records::Draft::delete(kind, house.cooperative.parse().unwrap(), None);
    house.app.records.submit(&tiwizi_identity::Caller::system(), vec![gone], None).await.unwrap();
    let wanted = |format: &str| json!({"table": "members", "format": format, "reason": "statistics"});
    let sheet = house.post(Who::Observer, "/api/v1/exports", &wanted("xlsx")).await;
    assert_eq!((sheet.status.as_u16(), sheet.header("x-left-out")), (200, "1"));
    let request = house.request(Who::Observer, "POST", "/api/v1/exports").header("content-type", "application/json");
    let request = request.body(Body::from(wanted("csv").to_string())).unwrap();
    let answer = house.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["trailer"], "x-left-out");
    let body = answer.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["x-left-out"], "1");
    assert_eq!(String::from_utf8_lossy(&body.to_bytes()).lines().count(), 1);
    let told = page(&house, Who::Observer, "/fr/account/notices").await.text();
    assert!(told.contains("absents du fichier"), "{told}");
}

#[tokio::test]
async fn the_form_for_an_export_answers_with_the_file_or_asks_why() {
    let house = House::build().await;
    let address = "/fr/register/export";
    assert_eq!(page(&house, Who::Member, address).await.status, 403);
    let form = page(&house, Who::Registrar, address).await.text();
    assert!(form.contains("name=\"reason\"") && form.contains("value=\"xlsx\""), "{form}");
    assert!(form.contains("class=\"breadcrumbs\""), "{form}");
    assert!(form.contains("<option value=\"semicolon\" selected>"), "{form}");
    let chosen = |table: &str, format: &str| {
        fields(&[("table", table), ("format", format), ("separator", "semicolon"), ("province", "09.541")])
    };
    let sent = send(&house, Who::Registrar, address, &chosen("cooperatives", "csv")).await;
    assert_eq!(sent.header("content-disposition"), "attachment; filename=\"cooperatives.csv\"");
    assert!(sent.text().contains(";17/2020;"), "{}", sent.text());
    let sheet = send(&house, Who::Registrar, address, &chosen("cooperatives", "xlsx")).await;
    assert!(sheet.status.is_success() && sheet.bytes.starts_with(b"PK"));
    let folder = house.app.settings.data.join("imports");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "the file of an export is still there");
    let asks = send(&house, Who::Registrar, address, &chosen("members", "csv")).await;
    assert_eq!(asks.status, 422);
    assert!(asks.text().contains("Dites pourquoi"), "{}", asks.text());
}
