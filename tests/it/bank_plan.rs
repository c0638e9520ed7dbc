//! Does a plan of the project bank take one's own lines and notes in a real kernel, once each, and leave nothing when it is deleted?

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Answer, Client, Instance, Setting, paths};

/// How long what is left of a plan may take to go.
const WAIT: Duration = Duration::from_secs(60);
const FADMA: &str = "fadma@example.org";
const PASSWORD: &str = "olives et miel de mai";
const PERSON: &str = "01a21be5-84ee-7000-b0a7-ee98d2174aa1";
const BANK: &str = "/fr/p/project-bank";

/// An instance with the plugin, and somebody who is a person of the register.
async fn signed_in() -> anyhow::Result<(Instance, Client)> {
    let setting = Setting { bundle: Some(paths::bundle("project-bank")?), ..Setting::default() };
    let mut instance = Instance::make(&setting)?;
    let add = Tiwizi::words("user add --password-stdin").data(instance.data()).option("--email", FADMA);
    add.option("--person", PERSON).input(PASSWORD).succeed()?;
    instance.serve()?;
    let client = instance.visitor()?.sign_in(FADMA, PASSWORD).await?;
    Ok((instance, client))
}

/// The value of a hidden field of a page.
fn hidden(page: &Answer, name: &str) -> anyhow::Result<String> {
    let (_, rest) = page.text.split_once(&format!("name=\"{name}\" value=\"")).with_context(|| format!("no {name}"))?;
    Ok(rest.split_once('"').map_or("", |(value, _)| value).to_owned())
}

/// Where an answer leads, below the plugin.
fn led(answer: &Answer) -> String {
    answer.header("location").split_once("/p/project-bank").map_or("", |(_, rest)| rest).to_owned()
}

async fn records(client: &Client, kind: &str) -> anyhow::Result<Vec<Value>> {
    Ok(client.get(&format!("/api/v1/records/project-bank/{kind}?limit=100")).await?.expect(200)?.items())
}

#[tokio::test]
async fn a_double_click_takes_a_model_once() -> anyhow::Result<()> {
    let (_instance, client) = signed_in().await?;
    let page = client.get(&format!("{BANK}/models/saffron")).await?.expect(200)?;
    let key = hidden(&page, "idempotency-key")?;
    let form = [("idempotency-key", key.as_str())];
    let path = format!("{BANK}/models/saffron/adopt");
    let (first, second) = tokio::join!(client.submit(&path, &form), client.submit(&path, &form));
    let (first, second) = (led(&first?), led(&second?));
    ensure!(first.starts_with("/plans/") && first == second, "{first} and {second}");
    let plans = records(&client, "own-plan").await?;
    ensure!(plans.len() == 1, "one form made {} plans", plans.len());
    Ok(())
}

#[tokio::test]
async fn own_lines_and_notes_are_kept_and_go_with_their_plan() -> anyhow::Result<()> {
    let (_instance, client) = signed_in().await?;
    let plan = led(&client.submit(&format!("{BANK}/models/saffron/adopt"), &[]).await?);
    let add = format!("{BANK}{plan}/lines/new");
    let loan = [
        ("list", "loans"),
        ("code", "own-1"),
        ("label", "Caisse locale"),
        ("amount", "٢٠٠٠٠"),
        ("rate", "6,5"),
        ("month", "0"),
        ("months", "24"),
        ("grace_months", "0"),
        ("repayment", "annuity"),
    ];
    let mut long = loan;
    if let Some(months) = long.get_mut(6) {
        *months = ("months", "61");
    }
    let refused = client.submit(&add, &long).await?.expect(422)?;
    ensure!(refused.text.contains("plus longtemps que le plan"), "the reason is missing");
    for _ in 0..2 {
        ensure!(led(&client.submit(&add, &loan).await?) == plan, "the line was not kept");
    }
    let note = [("month", "1"), ("seen", "0"), ("sales", "1234,50"), ("costs", "900"), ("cash", "-250")];
    let actual = format!("{BANK}{plan}/actual");
    for _ in 0..2 {
        ensure!(led(&client.submit(&actual, &note).await?).starts_with(&format!("{plan}/actual")), "not noted");
    }
    ensure!(records(&client, "note").await?.len() == 3, "each of the three figures is one note");
    client.get(&actual).await?.expect(200)?;

    client.submit(&format!("{BANK}{plan}/export"), &[]).await?;
    let plans = records(&client, "own-plan").await?;
    let body = plans.first().context("the plan is gone")?.pointer("/body").cloned().context("it has no body")?;
    ensure!(body.to_string().matches("Caisse locale").count() >= 1, "{body}");
    let page = client.get(&format!("{BANK}{plan}")).await?.expect(200)?;
    let (_, rest) = page
        .text
        .split_once("download")
        .map_or(("", ""), |(before, _)| before.rsplit_once("href=\"").unwrap_or_default());
    let link = rest.split_once('"').map_or("", |(link, _)| link).replace("&amp;", "&");
    ensure!(client.download(&link).await?.starts_with(b"PK"), "{link} is no spreadsheet");

    let gone = client.submit(&format!("{BANK}{plan}/delete"), &[("sure", "yes")]).await?;
    ensure!(led(&gone).starts_with("/plans"), "{gone:?}");
    let watch = Stopwatch::start();
    while !records(&client, "note").await?.is_empty() || client.get(&link).await?.status == 200 {
        ensure!(watch.elapsed() < WAIT, "something is left of the deleted plan");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
