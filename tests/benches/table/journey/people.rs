//! Accounts of those who learn, sell and teach, each with a token.

#![expect(clippy::indexing_slicing, reason = "a field that a body does not have yet is made by naming it")]

use anyhow::Context as _;
use serde_json::{Value, json};
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Client, Instance};
use tokio::task::JoinSet;

/// Persons of one batch.
const PERSONS_AT_ONCE: usize = 500;
/// Accounts that are made at once: each costs the hash of its password twice.
const AT_ONCE: usize = 8;

/// Somebody who is signed in for good.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// What goes into the header `authorization`.
    pub(crate) authorization: String,
}

/// An account with roles, and a client with its token. Its address begins with that name.
pub(crate) async fn account(
    instance: &Instance,
    name: &str,
    person: Option<&str>,
    roles: &[(&str, String)],
) -> anyhow::Result<Client> {
    let administrator = instance.administrator().await?;
    made(instance, &administrator, (name, person), roles).await
}

async fn made(
    instance: &Instance,
    administrator: &Client,
    (name, person): (&str, Option<&str>),
    roles: &[(&str, String)],
) -> anyhow::Result<Client> {
    let email = format!("{name}@bench.invalid");
    let mut body = json!({ "email": email, "name": name, "password": PASSWORD, "language": "fr" });
    if let Some(person) = person {
        body["person"] = json!(person);
    }
    let id = administrator.post("/api/v1/accounts", &body).await?.expect(201)?.at("/id");
    for (role, scope) in roles {
        let grant = json!({ "role": role, "scope": scope });
        administrator.post(&format!("/api/v1/accounts/{id}/grants"), &grant).await?.expect(204)?;
    }
    instance.signed_in(&email).await?.with_token("bench").await
}

/// Officers of these cooperatives, so many for each account.
pub(crate) async fn officers(instance: &Instance, cooperatives: &[String], each: usize) -> anyhow::Result<Vec<Person>> {
    let administrator = instance.administrator().await?;
    let mut officers = Vec::new();
    for (number, some) in cooperatives.chunks(each.max(1)).enumerate() {
        let roles: Vec<_> = some.iter().map(|id| ("officer", format!("cooperative:{id}"))).collect();
        let name = format!("officer{number}");
        let client = made(instance, &administrator, (&name, None), &roles).await?;
        officers.push(Person { authorization: format!("Bearer {}", client.token()) });
    }
    Ok(officers)
}

/// People of the register with an account each.
pub(crate) async fn learners(instance: &Instance, count: usize) -> anyhow::Result<Vec<Person>> {
    let (administrator, registrar) = (instance.administrator().await?, instance.registrar().await?);
    let mut persons = Vec::with_capacity(count);
    for batch in (0..count).collect::<Vec<_>>().chunks(PERSONS_AT_ONCE) {
        let write = |number: &usize| {
            let body = json!({ "name_fr": format!("Apprenante {number}"), "gender": "female", "province": "09.541" });
            json!({ "action": "create", "kind": "registry/person", "body": body })
        };
        let writes: Vec<Value> = batch.iter().map(write).collect();
        let written = registrar.post("/api/v1/batch", &json!({ "writes": writes })).await?.expect(200)?;
        for item in written.items() {
            persons.push(item.pointer("/id").and_then(Value::as_str).context("no id")?.to_owned());
        }
    }
    let mut learners = Vec::with_capacity(count);
    let numbered: Vec<(usize, String)> = persons.into_iter().enumerate().collect();
    for some in numbered.chunks(AT_ONCE) {
        let mut made_now = JoinSet::new();
        for (number, person) in some {
            let (name, person) = (format!("learner{number}"), person.clone());
            let (administrator, visitor) = (administrator.clone(), instance.visitor()?);
            made_now.spawn(async move { learner(&administrator, &visitor, &name, &person).await });
        }
        while let Some(learner) = made_now.join_next().await {
            learners.push(learner??);
        }
    }
    Ok(learners)
}

async fn learner(administrator: &Client, visitor: &Client, name: &str, person: &str) -> anyhow::Result<Person> {
    let email = format!("{name}@bench.invalid");
    let body = json!({ "email": email, "name": name, "password": PASSWORD, "language": "fr", "person": person });
    administrator.post("/api/v1/accounts", &body).await?.expect(201)?;
    let client = visitor.sign_in(&email, PASSWORD).await?.with_token("bench").await?;
    Ok(Person { authorization: format!("Bearer {}", client.token()) })
}
