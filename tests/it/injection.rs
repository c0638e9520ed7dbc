//! Is every parameter of the register's addresses a value and nothing else, on both databases?
//!
//! The addresses of the API and their parameters come from the document that the instance serves, so a new route is tried as soon as it is
//! described; those of the pages stand in a list here.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::client::Answer;
use tiwizi_tests::{Client, Instance};

use crate::acts::{act, enter, found};
use crate::database::on_both;

on_both! {
    i01_a_parameter_is_a_value_and_the_register_is_as_before,
    i02_what_is_longer_than_a_body_or_a_field_never_reaches_the_database,
}

/// What people try: quotes, comments, unions and waits of both databases, patterns, paths, templates, numbers that fit nowhere.
const TRIED: [&str; 14] = [
    "'",
    "' OR '1'='1",
    "\"; DROP TABLE record; --",
    "1) UNION SELECT body FROM record --",
    "'||(SELECT pg_sleep(9))||'",
    "1 AND 1=randomblob(900000000)",
    "\\",
    "%",
    "_%\u{202e}*",
    "../../../../etc/passwd",
    "{{7*7}}${7*7}<script>",
    "99999999999999999999999999999999",
    "-1e308",
    "a\0b",
];

/// The pages of the register, and the parameters that each reads.
const PAGES: [(&str, &[&str]); 22] = [
    ("/fr/directory", &["q", "place", "sector", "cursor", "script"]),
    ("/fr/directory/{id}", &["script"]),
    ("/fr/directory/{id}/acts", &["from", "done"]),
    ("/fr/directory/{id}/acts/list", &["as_of"]),
    ("/fr/directory/{id}/acts/new", &["done"]),
    ("/fr/directory/{id}/acts/new/{slug}", &["done"]),
    ("/fr/directory/{id}/acts/{sequence}/correct", &["done"]),
    ("/fr/directory/{id}/acts/{sequence}/documents/{place}", &[]),
    ("/fr/directory/{id}/members", &["as_of"]),
    ("/fr/directory/{id}/officers", &["as_of"]),
    ("/fr/directory/{id}/filings", &[]),
    ("/fr/directory/{id}/filings/{year}", &["done"]),
    ("/fr/verify/{token}", &[]),
    ("/fr/statistics", &["measure"]),
    ("/fr/register/duplicates", &["status", "cursor"]),
    ("/fr/register/persons", &["q", "born", "cursor", "number"]),
    ("/fr/register/persons/{person}", &[]),
    ("/fr/register/requests", &["status", "cursor"]),
    ("/fr/register/requests/new", &["person"]),
    ("/fr/office", &["province", "source", "whose", "waits_for", "overdue", "done", "sort", "cursor"]),
    ("/fr/office/print", &["province", "source", "whose", "waits_for", "sort", "cursor"]),
    ("/fr/founding/waiting", &["step", "province", "cursor"]),
];

/// Addresses of the API that are no part of the register, or never end.
const LEFT_OUT: [&str; 7] = [
    "/p/",
    "/{language}/",
    "/metrics",
    "/health/",
    "/api/v1/plugins",
    "/api/v1/openapi.json",
    // Only the national instance answers these, and this one is none.
    "/api/v1/national-cases",
];

/// An address with its parameters, of which those in braces stand in the path.
#[derive(Debug)]
struct Asked {
    path: String,
    query: Vec<String>,
}

/// Every address that is read, by the document and by the list.
async fn addresses(client: &Client) -> anyhow::Result<Vec<Asked>> {
    let document = client.get("/api/v1/openapi.json").await?.expect(200)?.json();
    let paths = document.get("paths").and_then(Value::as_object).context("the document has paths")?;
    let mut all = Vec::new();
    for (path, operations) in paths {
        let Some(read) = operations.get("get").filter(|_| !LEFT_OUT.iter().any(|out| path.starts_with(out))) else {
            continue;
        };
        let parameters = read.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
        let query = query.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect();
        all.push(Asked { path: path.clone(), query });
    }
    ensure!(all.len() > 30, "the document describes {} addresses to read", all.len());
    let page = |(path, query): (&str, &[&str])| Asked {
        path: path.to_owned(),
        query: query.iter().map(|name| (*name).to_owned()).collect(),
    };
    all.extend(PAGES.into_iter().map(page));
    Ok(all)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The names in braces.
fn places(path: &str) -> Vec<String> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// A value that is right for a place of a path, as far as there is one.
struct Right<'a> {
    cooperative: &'a str,
    person: &'a str,
}

impl Right<'_> {
    fn of(&self, path: &str, place: &str) -> String {
        let is_person = path.contains("/persons/") || path.contains("/person/");
        let value = match place {
            "id" if is_person => self.person,
            "id" | "cooperative" => self.cooperative,
            "person" => self.person,
            "namespace" => "registry",
            "kind" => "cooperative",
            "measure" => "members",
            "year" => "2024",
            "sequence" | "place" => "1",
            "slug" => "seat",
            "file" if path.contains("statistics") => "members-by-region.csv",
            "file" => "catalogue.jsonld",
            _ => "0",
        };
        value.to_owned()
    }

    /// The path with every place filled, one of them with something else.
    fn fill(&self, path: &str, instead: Option<(&str, &str)>) -> String {
        places(path).iter().fold(path.to_owned(), |filled, place| {
            let value = match instead {
                Some((at, tried)) if at == place => encoded(tried),
                _ => self.of(path, place),
            };
            filled.replace(&format!("{{{place}}}"), &value)
        })
    }
}

/// Everything that the register holds of the kinds that people write.
async fn held(client: &Client) -> anyhow::Result<Vec<String>> {
    let mut held = Vec::new();
    for kind in ["cooperative", "person", "membership", "act", "denomination", "mandate", "legal-person"] {
        held.push(client.get(&format!("/api/v1/records/registry/{kind}?limit=100")).await?.expect(200)?.text);
    }
    Ok(held)
}

/// Whether an address of the federation says that this instance takes no part in one.
fn takes_no_part(answer: &Answer) -> bool {
    answer.status == 409 && answer.text.contains("\"no-federation\"")
}

async fn i01_a_parameter_is_a_value_and_the_register_is_as_before(instance: &Instance) -> anyhow::Result<()> {
    let registrar = instance.registrar().await?;
    let administrator = instance.administrator().await?;
    let cooperative = found(&registrar).await?;
    let persons = registrar.get("/api/v1/records/registry/person?limit=1").await?.expect(200)?;
    let person = persons.at("/items/0/id");
    let right = Right { cooperative: &cooperative, person: &person };
    let before = held(&registrar).await?;
    let (mut asked, mut closed) = (0, Vec::new());
    for address in addresses(&registrar).await? {
        let plain = right.fill(&address.path, None);
        let mut client = &registrar;
        if matches!(client.get(&plain).await?.status, 401 | 403) {
            client = &administrator;
        }
        let answer = client.get(&plain).await?;
        if takes_no_part(&answer) {
            continue;
        }
        let status = answer.status;
        if !matches!(status, 200 | 400 | 404) {
            closed.push((plain, status));
            continue;
        }
        for tried in TRIED {
            let mut paths: Vec<String> =
                address.query.iter().map(|name| format!("{plain}?{}={}", encoded(name), encoded(tried))).collect();
            paths.extend(
                places(&address.path).iter().map(|place| right.fill(&address.path, Some((place.as_str(), tried)))),
            );
            for path in paths {
                let answer = client.get(&path).await?;
                asked += 1;
                let is_fine = matches!(answer.status, 200 | 400 | 404) || takes_no_part(&answer);
                ensure!(is_fine, "{path} answers {}: {}", answer.status, answer.text);
                let is_page = answer.header("content-type").starts_with("text/html");
                ensure!(!is_page || !answer.text.contains("}<script>"), "{path} is shown as it came: {}", answer.text);
            }
        }
    }
    ensure!(asked > 1_000, "only {asked} questions were asked; closed are {closed:?}");
    ensure!(closed.len() < 8, "these answer neither the registrar nor the administrator: {closed:?}");
    ensure!(held(&registrar).await? == before, "the register is not as before");
    Ok(())
}

async fn i02_what_is_longer_than_a_body_or_a_field_never_reaches_the_database(
    instance: &Instance,
) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let id = found(&client).await?;
    let before = held(&client).await?;
    let giant = "x".repeat(8 << 20);
    for (method, path) in [
        (reqwest::Method::POST, "/api/v1/denominations".to_owned()),
        (reqwest::Method::POST, format!("/api/v1/cooperatives/{id}/acts")),
        (reqwest::Method::PUT, format!("/api/v1/cooperatives/{id}/filings/2024")),
        (reqwest::Method::POST, "/api/v1/foundings".to_owned()),
    ] {
        let answer = client.send(method, &path, Some(&json!({ "act": giant }))).await?;
        answer.expect_problem(413, "body-too-large")?;
    }
    let long = "x".repeat(60_000);
    for (kind, data) in [
        ("amended", json!({ "name_fr": long })),
        ("amended", json!({ "commune": long })),
        ("suspended", json!({ "reason": long })),
        ("members-changed", json!({ "left": [{ "number": long, "reason": "died" }] })),
    ] {
        enter(&client, &id, &act(kind, "2024-05-01", data)).await?.expect_problem(422, "invalid")?;
    }
    let name = json!({ "name_fr": long, "category": "a", "sector": "argan", "province": "09.541" });
    client
        .post("/api/v1/denominations", &act("denomination-requested", "2024-01-02", name.clone()))
        .await?
        .expect(422)?;
    client.post("/api/v1/foundings", &json!({ "fields": name })).await?.expect(422)?;
    ensure!(held(&client).await? == before, "something of it was stored");
    Ok(())
}
