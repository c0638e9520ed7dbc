//! Does a credential that a plugin has signed verify for strangers: by a library of others, under what the instance publishes, and on its
//! page? And do a changed one, one that was taken back and one under a key in wrong hands not?

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::{Client, Instance, Setting, paths};

use crate::workshop::{Workshop, install};

pub(crate) const ADDRESS: &str = "https://registre.test";
const ISSUER: &str = "did:web:registre.test";

fn served() -> anyhow::Result<(Workshop, Instance)> {
    let (workshop, mut instance) = (Workshop::open()?, Instance::make(&Setting::default())?);
    workshop.introduce(&instance)?;
    install(&instance, &workshop.bundle("chaos", |_| ())?)?;
    instance.serve_with(&[("TIWIZI_ADDRESS", ADDRESS.to_owned())])?;
    Ok((workshop, instance))
}

async fn issued(visitor: &Client, name: &str) -> anyhow::Result<Value> {
    let answer = visitor.submit("/fr/p/chaos/credentials/issue", &[("text", name)]).await?.expect(200)?;
    Ok(answer.json())
}

fn token(credential: &Value) -> anyhow::Result<&str> {
    credential.pointer("/token").and_then(Value::as_str).context("no token")
}

/// The path of its page.
fn path(credential: &Value) -> anyhow::Result<String> {
    let address = credential.pointer("/address").and_then(Value::as_str).context("no address")?;
    Ok(address.strip_prefix(ADDRESS).context("another address")?.to_owned())
}

/// What openbadgeslib says of it under the keys that the instance publishes now; the reason when it refuses.
pub(crate) async fn checked(visitor: &Client, token: &str) -> anyhow::Result<Result<Value, String>> {
    let document = visitor.get("/.well-known/did.json").await?.expect(200)?.json();
    let keys = visitor.get("/.well-known/jwks.json").await?.expect(200)?.json();
    let given = json!({ "token": token, "issuer": ISSUER, "document": document, "keys": keys }).to_string();
    let mut child = python()?
        .arg(paths::root().join("tests/python/check_credential.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().context("no input")?.write_all(given.as_bytes())?;
    let output = child.wait_with_output()?;
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(!complaint.contains("Traceback"), "{complaint}");
    if output.status.success() { Ok(Ok(serde_json::from_slice(&output.stdout)?)) } else { Ok(Err(complaint)) }
}

/// The Python that the setup has given openbadgeslib.
fn python() -> anyhow::Result<Command> {
    let folder: PathBuf = paths::root().join("target/badges");
    let own = folder.join("bin/python3");
    if own.is_file() {
        return Ok(Command::new(own));
    }
    ensure!(folder.join("packages").is_dir(), "openbadgeslib is missing: run `cargo xtask setup`");
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", folder.join("packages"));
    Ok(python)
}

pub(crate) async fn status(visitor: &Client, path: &str) -> anyhow::Result<String> {
    let headers = [("accept", "application/json")];
    Ok(visitor.send_with(reqwest::Method::GET, path, &headers, None).await?.expect(200)?.at("/status"))
}

/// The credential with one letter changed and the same signature.
fn changed(token: &str) -> anyhow::Result<String> {
    let mut parts = token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let payload = parts.get_mut(1).context("no payload")?;
    let middle = payload.len() / 2;
    let other = if payload.get(middle..=middle) == Some("A") { "B" } else { "A" };
    payload.replace_range(middle..=middle, other);
    Ok(parts.join("."))
}

#[tokio::test]
async fn a_credential_verifies_for_a_stranger_and_a_changed_one_does_not() -> anyhow::Result<()> {
    let (_workshop, instance) = served()?;
    let visitor = instance.visitor()?;
    let credential = issued(&visitor, "Fadma Ouali").await?;
    let said = checked(&visitor, token(&credential)?).await?.map_err(anyhow::Error::msg)?;
    ensure!(said["achievement"] == "Tenir les comptes" && said["names"] == json!(["Fadma Ouali"]), "{said}");
    ensure!(said["fetched"] == json!([format!("{ADDRESS}/.well-known/did.json")]), "{said}");
    let forged = changed(token(&credential)?)?;
    let refused = checked(&visitor, &forged).await?;
    ensure!(refused.is_err(), "a changed credential verifies: {refused:?}");
    let asked = visitor.send_query("/fr/verify", &[("print", token(&credential)?)]).await?.expect(200)?;
    ensure!(asked.text.contains("Elle est toujours valable"), "{}", asked.text);
    let asked = visitor.send_query("/fr/verify", &[("print", forged.as_str())]).await?.expect(200)?;
    ensure!(asked.text.contains("pas délivré une telle attestation"), "{}", asked.text);
    Ok(())
}

#[tokio::test]
async fn the_page_of_a_credential_says_whether_it_holds_and_names_nobody() -> anyhow::Result<()> {
    let (_workshop, instance) = served()?;
    let visitor = instance.visitor()?;
    let credential = issued(&visitor, "Fadma Ouali").await?;
    let path = path(&credential)?;
    ensure!(status(&visitor, &path).await? == "valid");
    for (language, words) in [("fr", "toujours valable"), ("ar", "ما زالت صالحة"), ("shi", "ⵙⵓⵍ ⵜⵖⵓⴷⴰ")]
    {
        let page = visitor.get(&format!("/{language}{path}")).await?.expect(200)?;
        ensure!(page.text.contains(words) && page.text.contains("Tenir les comptes"), "{language}: {}", page.text);
        ensure!(!page.text.contains("Fadma"), "{language} names the holder");
        ensure!(page.header("cache-control") == "no-store", "{:?}", page.headers);
    }
    let code = credential["id"].as_str().context("no id")?;
    visitor.submit("/fr/p/chaos/credentials/revoke", &[("text", code)]).await?.expect(200)?;
    ensure!(status(&visitor, &path).await? == "revoked");
    let page = visitor.get(&format!("/fr{path}")).await?.expect(200)?;
    ensure!(page.text.contains("Elle a été retirée") && !page.text.contains("Marked wrong"), "{}", page.text);
    let nothing = format!("/verify/credential/{}", "0".repeat(32));
    ensure!(status(&visitor, &nothing).await? == "unknown");
    Ok(())
}

#[tokio::test]
async fn a_credential_outlives_its_key_unless_that_came_into_wrong_hands() -> anyhow::Result<()> {
    let (_workshop, mut instance) = served()?;
    let visitor = instance.visitor()?;
    let credential = issued(&visitor, "Fadma Ouali").await?;
    instance.stop()?;
    replace_key(&instance, "routine")?;
    instance.serve_with(&[("TIWIZI_ADDRESS", ADDRESS.to_owned())])?;
    let visitor = instance.visitor()?;
    let later = issued(&visitor, "Fadma Ouali").await?;
    for credential in [&credential, &later] {
        ensure!(checked(&visitor, token(credential)?).await?.is_ok(), "{credential}");
    }
    instance.stop()?;
    replace_key(&instance, "compromised")?;
    instance.serve_with(&[("TIWIZI_ADDRESS", ADDRESS.to_owned())])?;
    let visitor = instance.visitor()?;
    ensure!(checked(&visitor, token(&credential)?).await?.is_ok(), "the first key was never in wrong hands");
    ensure!(checked(&visitor, token(&later)?).await?.is_err(), "a key in wrong hands still verifies");
    ensure!(status(&visitor, &path(&later)?).await? == "valid", "the register had it before");
    Ok(())
}

fn replace_key(instance: &Instance, reason: &str) -> anyhow::Result<()> {
    let command = Tiwizi::words("register replace-key").data(instance.data()).option("--reason", reason);
    command.succeed().map(drop)
}
