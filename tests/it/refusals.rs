//! Is what must not pass refused, named, and without a trace?

use anyhow::ensure;
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::instance::REGISTRAR;
use tiwizi_tests::{Instance, Setting};

use crate::register::{COOPERATIVES, address, cooperative, create, with};

/// A change to a valid cooperative, and the pointer that the problem must name.
fn wrong_bodies() -> Vec<(Value, &'static str)> {
    let with = |field: &str, value: Value| with(cooperative("1"), field, value);
    vec![
        (with("colour", json!("red")), "/colour"),
        (with("name_fr", json!(7)), "/name_fr"),
        (with("name_fr", json!("x".repeat(201))), "/name_fr"),
        (with("ice", json!("001234567890120")), "/ice"),
        (with("ice", json!("12345")), "/ice"),
        (with("province", json!("09.999")), "/province"),
        (with("sector", json!("piracy")), "/sector"),
        (with("registered_on", json!("2024-02-31")), "/registered_on"),
        (with("status", json!("asleep")), "/status"),
    ]
}

#[tokio::test]
async fn a_wrong_field_is_named() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let client = instance.registrar().await?;
    for (body, pointer) in wrong_bodies() {
        let answer = client.post(COOPERATIVES, &body).await?.expect_problem(422, "invalid")?;
        ensure!(answer.at("/errors/0/pointer") == pointer, "{pointer} is not named: {}", answer.text);
    }
    let list = client.get(COOPERATIVES).await?.expect(200)?;
    ensure!(list.items().is_empty(), "a refused write left a record: {}", list.text);
    Ok(())
}

#[tokio::test]
async fn a_body_that_is_no_clean_json_is_refused() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let client = instance.registrar().await?;
    let bearer = format!("Bearer {}", client.token());
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: [&[u8]; 6] = [
        b"{\"court\": \"A\", \"court\": \"B\"}",
        b"{\"court\": \"\xff\"}",
        b"{\"court\": \"\\ud800\"}",
        b"{\"capital_mad\": NaN}",
        deep.as_bytes(),
        b"{",
    ];
    let http = tiwizi_tests::client::http().build()?;
    for body in bodies {
        let request = http.post(format!("{}{COOPERATIVES}", instance.address())).body(body.to_vec());
        let response =
            request.header("authorization", &bearer).header("content-type", "application/json").send().await?;
        let (status, text) = (response.status(), response.text().await?);
        let shown: String = String::from_utf8_lossy(body).chars().take(40).collect();
        ensure!(status == 400, "{shown}: {status} {text}");
        ensure!(text.contains("\"code\":\"malformed-json\""), "{shown}: {text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_body_past_the_limit_is_refused_and_its_sender_is_told() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let client = instance.registrar().await?;
    let body = with(cooperative("1"), "name_fr", json!("x".repeat(8 << 20)));
    client.post(COOPERATIVES, &body).await?.expect_problem(413, "body-too-large")?;
    instance.visitor()?.get("/health/live").await?.expect(200)?;
    Ok(())
}

#[tokio::test]
async fn the_public_reads_what_is_public_and_writes_nothing() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let client = instance.registrar().await?;
    let path = address(&create(&client, "1").await?);
    let person =
        client.post("/api/v1/records/registry/person", &json!({ "name_fr": "Tiwizi Tamount" })).await?.expect(201)?;
    let public = instance.visitor()?;
    public.get(&path).await?.expect(200)?;
    public.post(COOPERATIVES, &cooperative("2")).await?.expect_problem(401, "not-signed-in")?;
    public.send(Method::DELETE, &path, None).await?.expect_problem(401, "not-signed-in")?;
    let answer = public.get(&format!("/api/v1/records/registry/person/{}", person.at("/id"))).await?;
    ensure!(answer.status == 401 || answer.status == 404, "the public sees a person: {answer:?}");
    ensure!(!answer.text.contains("Tamount"), "{answer:?}");
    Ok(())
}

#[tokio::test]
async fn a_registrar_writes_in_the_granted_province_only() -> anyhow::Result<()> {
    let setting = Setting::default().user("taroudannt@tests.invalid", "registrar", "province:09.541").user(
        "observer@tests.invalid",
        "observer",
        "nation",
    );
    let instance = Instance::start(&setting)?;
    let registrar = instance.signed_in("taroudannt@tests.invalid").await?;
    let elsewhere = with(cooperative("2"), "province", json!("01.151"));
    registrar.post(COOPERATIVES, &elsewhere).await?.expect_problem(403, "forbidden")?;
    let path = address(&create(&registrar, "1").await?);
    let moved = registrar.send(Method::PATCH, &path, Some(&json!({ "province": "01.151" }))).await?;
    moved.expect_problem(403, "forbidden")?;
    let observer = instance.signed_in("observer@tests.invalid").await?;
    observer.post(COOPERATIVES, &cooperative("3")).await?.expect_problem(403, "forbidden")?;
    Ok(())
}

#[tokio::test]
async fn a_session_without_its_csrf_value_changes_nothing() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let session = instance.signed_in(REGISTRAR).await?;
    session.without_csrf().post(COOPERATIVES, &cooperative("1")).await?.expect_problem(403, "csrf")?;
    let foreign = [("origin", "https://evil.invalid")];
    let answer = session.send_with(Method::POST, COOPERATIVES, &foreign, Some(&cooperative("1"))).await?;
    answer.expect_problem(403, "csrf")?;
    session.post(COOPERATIVES, &cooperative("1")).await?.expect(201)?;
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_are_answered_alike() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting::default())?;
    let visitor = instance.visitor()?;
    let mut answers = Vec::new();
    for email in [REGISTRAR, "nobody@tests.invalid"] {
        let body = json!({ "email": email, "password": "not the password" });
        answers.push(visitor.post("/api/v1/session", &body).await?.expect_problem(401, "wrong-password")?);
    }
    let titles: Vec<_> = answers.iter().map(|answer| (answer.at("/title"), answer.at("/detail"))).collect();
    ensure!(titles.first() == titles.last(), "{titles:?}");
    let forged = [("authorization", "Bearer tzw_forged")];
    visitor.send_with(Method::GET, "/api/v1/session", &forged, None).await?.expect_problem(401, "bad-credential")?;
    Ok(())
}
