//! The office and yearly filings as people see them: on pages without scripts, and through the API.

use axum::body::Body;
use http::Request;
use serde_json::json;
use tiwizi_identity::Role;

use super::house::{House, Reply, Who};

const BOUNDARY: &str = "----office";

/// What a part of a form is: a text, or a file.
enum Part<'a> {
    Text(&'a str, &'a str),
    File(&'a str, &'a str),
}

fn multipart(parts: &[Part<'_>]) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Text(name, text) => {
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        }
        Part::File(name, bytes) => format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a.pdf\"\r\n\
             content-type: application/pdf\r\n\r\n{bytes}\r\n"
        ),
    };
    parts.iter().map(part).collect::<String>() + &format!("--{BOUNDARY}--\r\n")
}

struct Year {
    house: House,
    officer: String,
    page: String,
}

impl Year {
    async fn new() -> Self {
        let house = House::build().await;
        let scope = format!("cooperative:{}", house.cooperative).parse().unwrap();
        let officer = house.token_of("officer@example.org", None, Role::Officer, scope).await;
        let page = format!("/fr/directory/{}/filings/2025", house.cooperative);
        Self { house, officer, page }
    }

    fn registrar(&self) -> String {
        self.house.token(Who::Registrar).unwrap().to_owned()
    }

    async fn show(&self, token: &str, page: &str) -> String {
        let reply = self.house.page(token, "GET", page).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.text()
    }

    async fn send(&self, token: &str, page: &str, media_type: &str, body: String) -> Reply {
        let request = Request::builder()
            .method("POST")
            .uri(page)
            .header("host", "tiwizi.test")
            .header("accept", "text/html")
            .header("content-type", media_type)
            .header("authorization", format!("Bearer {token}"));
        self.house.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn fill(&self, token: &str, parts: &[Part<'_>]) -> Reply {
        self.send(token, &self.page, &format!("multipart/form-data; boundary={BOUNDARY}"), multipart(parts)).await
    }

    async fn post(&self, token: &str, page: &str, body: &str) -> Reply {
        self.send(token, page, "application/x-www-form-urlencoded", body.to_owned()).await
    }

    async fn version(&self) -> i64 {
        let address = format!("/api/v1/cooperatives/{}/filings/2025", self.house.cooperative);
        self.house.get(Who::Registrar, &address).await.json()["version"].as_i64().unwrap()
    }

    /// Sends everything that a filing needs.
    async fn submit(&self) {
        let parts = [
            Part::Text("assembly_on", "2026-03-01"),
            Part::Text("turnover_mad", "٩٠ ٠٠٠,50"),
            Part::Text("surplus_mad", "1200"),
            Part::Text("members", "12"),
            Part::Text("step", "submit"),
            Part::File("minutes", "the minutes"),
            Part::File("accounts", "the accounts"),
        ];
        let sent = self.fill(&self.officer, &parts).await;
        assert_eq!(
            (sent.status.as_u16(), sent.header("location")),
            (303, format!("{}?done=filing-sent", self.page).as_str())
        );
    }
}

#[tokio::test]
async fn what_was_typed_is_kept_and_each_fault_stands_at_its_field() {
    let year = Year::new().await;
    let empty = year.show(&year.officer, &year.page).await;
    assert!(empty.contains(r#"enctype="multipart/form-data""#) && empty.contains("Procès-verbal"), "{empty}");
    let parts = [
        Part::Text("assembly_on", "15/03/2026"),
        Part::Text("turnover_mad", "many"),
        Part::Text("members", "12"),
        Part::Text("step", "submit"),
        Part::File("minutes", "the minutes"),
        Part::File("accounts", ""),
    ];
    let refused = year.fill(&year.officer, &parts).await;
    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(text.contains(r#"value="many""#) && text.contains(r#"id="error-turnover_mad""#), "{text}");
    assert!(text.contains(r#"type="date" value="2026-03-15""#), "{text}");
    assert!(text.contains(r#"name="minutes_stored""#) && !text.contains(r#"name="accounts_stored""#), "{text}");
    let kept = [Part::Text("members", "12"), Part::Text("step", "save"), Part::File("minutes", "the minutes")];
    let saved = year.fill(&year.officer, &kept).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let again = year.show(&year.officer, &year.page).await;
    assert!(again.contains(r#"value="12""#) && again.contains(r#"name="seen" value="1""#), "{again}");
    // The version that the form showed has gone by: what was typed stays, and nothing is written.
    let stale = year.fill(&year.officer, &[Part::Text("members", "13"), Part::Text("step", "save")]).await;
    assert!(stale.status == 412 && stale.text().contains(r#"value="13""#), "{}", stale.text());
    assert_eq!(year.version().await, 1);
}

#[tokio::test]
async fn a_filing_is_sent_taken_sent_back_and_accepted_without_scripts() {
    let year = Year::new().await;
    let registrar = year.registrar();
    year.submit().await;
    year.house.app.office.follow().await.unwrap();
    let inbox = year.show(&registrar, "/fr/office").await;
    assert!(inbox.contains("Dépôt annuel à examiner") && inbox.contains("Coopérative 17/2020"), "{inbox}");
    assert!(year.show(&registrar, "/ar/office").await.contains(r#"dir="rtl""#));
    let tasks = year.house.get(Who::Registrar, "/api/v1/office/tasks?whose=nobody").await.json();
    let task = tasks["items"][0]["id"].as_str().unwrap().to_owned();
    let page = format!("/fr/office/{task}");
    let taken = year.post(&registrar, &page, "step=take&seen=1").await;
    assert_eq!(taken.header("location"), format!("{page}?done=task-taken"));
    let twice = year.post(&registrar, &page, "step=hand-back&seen=1").await;
    assert!(twice.status == 412 && twice.text().contains("entre-temps"), "{}", twice.text());
    let shown = year.show(&registrar, &page).await;
    assert!(shown.contains(&year.page) && shown.contains("Le rendre"), "{shown}");
    let printed = year.show(&registrar, "/fr/office/print?whose=mine").await;
    assert!(printed.contains("print-list") && printed.contains("Coopérative 17/2020"), "{printed}");

    let decision = format!("{}/decision", year.page);
    let refused = year.post(&year.officer, &decision, "decision=accept&seen=1").await;
    assert_eq!(refused.status, 403);
    let silent = year.post(&registrar, &decision, "decision=correct&seen=1&reason=").await;
    assert_eq!(silent.status, 422);
    let text = silent.text();
    let control = text.split_once(r#"<textarea id="field-reason""#).unwrap().1.split('>').next().unwrap();
    assert!(control.contains(r#"aria-invalid="true" aria-describedby="error-reason""#), "{control}");
    assert!(text.contains(r#"id="error-reason">Dites ce qui est à corriger"#), "{text}");
    let back = year.post(&registrar, &decision, "decision=correct&seen=1&reason=signature").await;
    assert_eq!(back.status, 303, "{}", back.text());
    let form = year.show(&year.officer, &year.page).await;
    assert!(form.contains("signature") && form.contains(r#"value="90000.50""#), "{form}");
    let notices = year.show(&year.officer, "/fr/account/notices").await;
    assert!(notices.contains("le dépôt de 2025 est à corriger"), "{notices}");

    let seen = year.version().await.to_string();
    let parts = [
        Part::Text("seen", &seen),
        Part::Text("assembly_on", "2026-03-01"),
        Part::Text("turnover_mad", "90000.50"),
        Part::Text("surplus_mad", "1200"),
        Part::Text("members", "12"),
        Part::Text("step", "submit"),
        Part::File("minutes", "the minutes, signed"),
    ];
    assert_eq!(year.fill(&year.officer, &parts).await.status, 303);
    let accept = format!("decision=accept&seen={}", year.version().await);
    let accepted = year.post(&registrar, &decision, &accept).await;
    assert_eq!(accepted.header("location"), format!("{}?done=filing-taken", year.page), "{}", accepted.text());
    let read = year.show(&registrar, &year.page).await;
    assert!(read.contains("90\u{202f}000,5</bdi>"), "{read}");
    let acts = format!("/api/v1/cooperatives/{}/acts", year.house.cooperative);
    let acts = year.house.get(Who::Registrar, &acts).await.json();
    assert_eq!(acts["items"][1]["act"], "yearly-filing", "{acts}");
    year.house.app.office.follow().await.unwrap();
    let left = year.house.get(Who::Registrar, "/api/v1/office/tasks").await.json();
    assert_eq!(left["items"], json!([]));
}

#[tokio::test]
async fn a_document_is_read_by_who_may_see_the_filing_and_named_by_who_stored_it() {
    let year = Year::new().await;
    year.submit().await;
    let address = format!("/api/v1/cooperatives/{}/filings/2025", year.house.cooperative);
    let filing = year.house.get(Who::Registrar, &address).await.json();
    let (minutes, accounts) = (filing["minutes"].as_str().unwrap(), filing["accounts"].as_str().unwrap());
    let page = year.show(&year.registrar(), &year.page).await;
    let (_, rest) = page.split_once(&format!("/api/v1/files/{minutes}")).unwrap();
    let (query, _) = rest.split_once('"').unwrap();
    let of = query.replace("&amp;", "&").replace("&#x2f;", "/");
    assert!(of.starts_with("?kind=registry/filing&record="), "{of}");
    let file = |hash: &str| format!("/api/v1/files/{hash}");
    assert_eq!(year.house.get(Who::Registrar, &format!("{}{of}", file(minutes))).await.text(), "the minutes");
    // By its hash alone, and by a record that one may not see, nobody reads it but who stored it.
    assert_eq!(year.house.get(Who::Registrar, &file(minutes)).await.status, 404);
    assert_eq!(year.house.get(Who::RegistrarElsewhere, &format!("{}{of}", file(minutes))).await.status, 404);
    assert_eq!(year.house.page(&year.officer, "GET", &file(minutes)).await.text(), "the minutes");
    // Nor is it named by somebody who has no more than its hash: the cooperative's plain member knows it, say.
    let act =
        json!({ "act": "suspended", "effective_on": "2026-05-01", "documents": [accounts], "data": { "reason": "?" } });
    let acts = format!("/api/v1/cooperatives/{}/acts", year.house.cooperative);
    let refused = year.house.post(Who::Registrar, &acts, &act).await;
    assert_eq!((refused.status.as_u16(), refused.text().contains("no-document")), (422, true), "{}", refused.text());
}

#[tokio::test]
async fn whoever_has_nothing_to_do_with_a_cooperative_sees_no_filing_of_it() {
    let year = Year::new().await;
    let (member, elsewhere) =
        (year.house.token(Who::Member).unwrap(), year.house.token(Who::RegistrarElsewhere).unwrap());
    assert_eq!(year.house.page(elsewhere, "GET", &year.page).await.status, 404);
    // A member reads, and is offered no form.
    let read = year.show(member, &year.page).await;
    assert!(!read.contains("<form class=\"record-form\"") && read.contains("Comptes de l’année"), "{read}");
    let sent = year.fill(member, &[Part::Text("members", "1"), Part::Text("step", "save")]).await;
    assert_eq!(sent.status, 403);
    let public = year.house.get(Who::Public, &year.page).await;
    assert_eq!((public.status.as_u16(), public.header("location").starts_with("/fr/sign-in")), (303, true));
    assert_eq!(year.house.page(member, "GET", "/fr/office").await.status, 403);
    // Whoever files for one cooperative is led to it.
    let own = year.house.page(&year.officer, "GET", "/fr/filings").await;
    assert_eq!(own.header("location"), format!("/fr/directory/{}/filings", year.house.cooperative));
    let years = year.show(&year.officer, &format!("/zgh/directory/{}/filings", year.house.cooperative)).await;
    assert!(years.contains("2025") && years.contains("2016") && !years.contains(">2026<"), "{years}");
}

#[tokio::test]
async fn requests_and_founding_files_wait_in_the_inbox_and_lead_to_their_pages() {
    let year = Year::new().await;
    let (house, registrar) = (&year.house, year.registrar());
    let asked = format!("/api/v1/persons/{}/requests", house.person);
    let asked = house.post(Who::Registrar, &asked, &json!({ "right": "access" })).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let request = asked.json()["id"].as_str().unwrap().to_owned();
    let fields = json!({ "name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541" });
    let opened = house.post(Who::Member, "/api/v1/foundings", &json!({ "fields": fields })).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    let file = opened.json()["id"].as_str().unwrap().to_owned();
    let step = json!({ "version": opened.json()["version"], "step": "ask-for-name" });
    let asked = house.post(Who::Member, &format!("/api/v1/foundings/{file}/steps"), &step).await;
    assert!(asked.status.is_success(), "{}", asked.text());
    house.app.office.follow().await.unwrap();

    let inbox = year.show(&registrar, "/fr/office").await;
    for words in ["Accès à ses données", "Fadma", "Nom à approuver pour une création", "Tifaouine"] {
        assert!(inbox.contains(words), "{words}: {inbox}");
    }
    for (source, place) in [
        ("registry/subject-request", format!("/fr/register/requests/{request}")),
        ("registry/founding", format!("/fr/founding/{file}")),
    ] {
        let address = format!("/api/v1/office/tasks?province=09.541&source={source}");
        let found = house.get(Who::Registrar, &address).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
        let task = found["items"][0]["id"].as_str().unwrap();
        let page = year.show(&registrar, &format!("/fr/office/{task}")).await;
        assert!(page.contains(&format!("href=\"{place}\"")), "{place}: {page}");
        year.show(&registrar, &place).await;
    }
    // Requests are for registrars; files are not hidden from observers.
    let observed = house.get(Who::Observer, "/api/v1/office/tasks").await.json();
    let sources: Vec<&str> =
        observed["items"].as_array().unwrap().iter().map(|task| task["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["registry/founding"]);
    let elsewhere = house.get(Who::RegistrarElsewhere, "/api/v1/office/tasks").await.json();
    assert_eq!(elsewhere["items"], json!([]));
    let notices = year.show(&registrar, "/fr/account/notices").await;
    assert!(notices.contains("Nouvelle demande d’une personne"), "{notices}");
}

#[tokio::test]
async fn a_name_that_was_asked_for_by_an_act_is_answered_among_its_acts() {
    let year = Year::new().await;
    let data = json!({"name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541"});
    let asked = json!({"act": "denomination-requested", "effective_on": "2025-01-31", "data": data});
    let made = year.house.post(Who::Registrar, "/api/v1/denominations", &asked).await;
    assert_eq!(made.status, 201, "{}", made.text());
    year.house.app.office.follow().await.unwrap();
    let tasks = year.house.get(Who::Registrar, "/api/v1/office/tasks?source=registry%2Fdenomination").await.json();
    let task = &tasks["items"][0];
    let (id, cooperative) = (task["id"].as_str().unwrap(), task["cooperative"].as_str().unwrap());
    let acts = format!("/fr/directory/{cooperative}/acts");
    let page = year.show(&year.registrar(), &format!("/fr/office/{id}")).await;
    assert!(page.contains(&format!("href=\"{acts}\"")), "{page}");
    assert!(!page.contains(&format!("href=\"/fr/directory/{cooperative}\"")), "the directory does not have it yet");
    year.show(&year.registrar(), &acts).await;
}
