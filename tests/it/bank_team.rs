//! Do five women adapt the saffron model together, and found their cooperative from it?

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::json;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Answer, Client, Instance, Setting, paths};

use crate::founding::{FOUNDINGS, File, OFFICES, fill_in};

const BANK: &str = "/fr/p/project-bank";
const PERSONS: &str = "/api/v1/records/registry/person";

/// Five people of the register, each with her account, and one more who is in no team.
async fn women(instance: &Instance) -> anyhow::Result<(Vec<Client>, Vec<String>)> {
    let (administrator, office) = (instance.administrator().await?, instance.registrar().await?);
    let (mut clients, mut persons) = (Vec::new(), Vec::new());
    for number in 1..=6 {
        let name = format!("Tamghart {number}");
        let body = json!({ "name_fr": name, "gender": "female", "birth_date": "1999-01-02", "province": "09.541" });
        let person = office.post(PERSONS, &body).await?.expect(201)?.at("/id");
        let email = format!("saffron{number}@tests.invalid");
        let body = json!({ "email": email, "name": name, "password": PASSWORD, "language": "fr", "person": person });
        administrator.post("/api/v1/accounts", &body).await?.expect(201)?;
        clients.push(instance.signed_in(&email).await?);
        persons.push(person);
    }
    Ok((clients, persons))
}

/// What stands in a page between two texts.
fn between<'a>(page: &'a Answer, before: &str, after: &str) -> anyhow::Result<&'a str> {
    let rest = page.text.split_once(before).with_context(|| format!("the page has no {before}: {}", page.text))?.1;
    Ok(rest.split_once(after).context("the page breaks off")?.0)
}

async fn sent(client: &Client, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<String> {
    Ok(client.submit(path, fields).await?.expect(303)?.header("location").to_owned())
}

/// The team of a plan: four join by the code of the first.
async fn team(plan: &str, team: &[Client]) -> anyhow::Result<()> {
    let lead = team.first().context("there is a lead")?;
    sent(lead, &format!("{plan}/team/code"), &[("role", "member")]).await?;
    let page = lead.get(&format!("{plan}/team")).await?.expect(200)?;
    let code = between(&page, "/join/", "\"")?.to_owned();
    for (number, member) in team.iter().enumerate().skip(1) {
        member.get(plan).await?.expect(404)?;
        let offered = member.get(&format!("{BANK}/join/{code}")).await?.expect(200)?;
        ensure!(offered.text.contains("Tamghart 1"), "{}", offered.text);
        sent(member, &format!("{BANK}/join/{code}"), &[("name", &format!("Membre {number}"))]).await?;
        member.get(plan).await?.expect(200)?;
    }
    Ok(())
}

/// Two change one number at once: the second is told, sees both, and nothing is lost.
async fn change_at_once(plan: &str, one: &Client, other: &Client) -> anyhow::Result<()> {
    let seen = between(&one.get(plan).await?.expect(200)?, "name=\"seen\" value=\"", "\"")?.to_owned();
    let form = |value: &'static str| [("action", "keep"), ("seen", seen.as_str()), ("parameters/flask/value", value)];
    sent(one, plan, &form("41")).await?;
    let told = other.submit(plan, &form("42")).await?.expect(409)?;
    ensure!(
        told.text.contains("id=\"clashes\"") && told.text.contains(">41<") && told.text.contains(">42<"),
        "{}",
        told.text
    );
    let now = between(&told, "name=\"seen\" value=\"", "\"")?.to_owned();
    sent(other, plan, &[("action", "keep"), ("seen", &now), ("parameters/flask/value", "42")]).await?;
    let kept = one.get(plan).await?.expect(200)?;
    ensure!(kept.text.contains("value=\"42\""), "the last word was lost");
    Ok(())
}

/// What a member noted is a file for the team, and for nobody else.
async fn note(plan: &str, one: &Client, other: &Client, stranger: &Client) -> anyhow::Result<()> {
    let actual = format!("{plan}/actual");
    sent(one, &actual, &[("month", "1"), ("seen", "0"), ("sales", "1000"), ("text", "=1+1")]).await?;
    let file = format!("{actual}/file");
    stranger.submit(&file, &[("month", "1")]).await?.expect(404)?;
    let page = other.submit(&file, &[("month", "1")]).await?.expect(200)?;
    let section = between(&page, "<section id=\"file\">", "</section>")?;
    let (_, link) = section.split_once("<a href=\"").with_context(|| format!("there is no link: {section}"))?;
    let link = link.split_once('"').context("the link breaks off")?.0.replace("&#x2f;", "/").replace("&amp;", "&");
    let table = other.get(&link).await?.expect(200)?;
    ensure!(table.header("content-disposition").ends_with(".csv\""), "{:?}", table.headers);
    ensure!(table.text.contains(";1000;") && table.text.contains(";'=1+1;"), "{}", table.text);
    Ok(())
}

/// The record that the register's page begins with, by the lead's own page.
async fn prepared(plan: &str, team: &[Client]) -> anyhow::Result<String> {
    let lead = team.first().context("there is a lead")?;
    let facts =
        [("name_fr", "Tifaouine n Ouargan"), ("province", "09.541"), ("commune", "Taliouine"), ("share", "100")];
    sent(lead, &format!("{plan}/team/facts"), &facts).await?;
    for member in team.iter().skip(1) {
        let page = member.get(&format!("{plan}/team")).await?.expect(200)?;
        let seat = between(&page, "name=\"seat\" value=\"", "\"")?.to_owned();
        sent(member, &format!("{plan}/team/seat"), &[("seat", &seat), ("shares", "10"), ("paid", "250")]).await?;
    }
    sent(lead, &format!("{plan}/found"), &[]).await?;
    let page = lead.get(&format!("{plan}/found")).await?.expect(200)?;
    Ok(between(&page, "/founding/new?from=", "\"")?.to_owned())
}

/// The lead looks at what goes over, confirms, and the others are invited.
async fn opened(source: &str, team: &[Client], persons: &[String]) -> anyhow::Result<String> {
    let lead = team.first().context("there is a lead")?;
    let address = format!("/fr/founding/new?from={source}");
    let page = lead.get(&address).await?.expect(200)?;
    ensure!(page.text.contains("value=\"Tifaouine n Ouargan\"") && page.text.contains("Membre 1"), "{}", page.text);
    let own = format!("value=\"{}\" checked disabled>", persons.first().context("there is a lead")?);
    ensure!(page.text.contains(&own), "the lead is asked whether the lead is invited: {}", page.text);
    for other in team.iter().skip(1) {
        let page = other.get(&address).await?.expect(200)?;
        ensure!(!page.text.contains("Tifaouine"), "what is another's is shown");
    }
    let mut form = vec![("from", source), ("name_fr", "Tifaouine n Ouargan"), ("category", "a")];
    form.extend([("sector", "agriculture"), ("branch", "saffron"), ("province", "09.541"), ("commune", "Taliouine")]);
    form.extend(persons.iter().take(5).map(|person| ("invite", person.as_str())));
    let file = sent(lead, "/fr/founding", &form).await?;
    let again = sent(lead, "/fr/founding", &form).await?;
    let id = file.trim_start_matches("/fr/founding/").split('?').next().unwrap_or_default().to_owned();
    ensure!(again.contains(&id), "the form that came twice opened two files: {file}, {again}");
    let shown = lead.get(&format!("{FOUNDINGS}/{id}")).await?.expect(200)?;
    ensure!(shown.at("/file/share_value_mad") == "100" && shown.at("/file/source") == source, "{}", shown.text);
    ensure!(
        shown.json().pointer("/founders").and_then(|all| all.as_array()).is_some_and(|all| all.len() == 5),
        "{}",
        shown.text
    );
    Ok(id)
}

/// From the open file to the register.
async fn registered(instance: &Instance, id: &str, team: &[Client]) -> anyhow::Result<String> {
    let (office, lead) = (instance.registrar().await?, team.first().context("there is a lead")?);
    let file = File { client: lead, address: format!("{FOUNDINGS}/{id}") };
    for (at, founder) in team.iter().enumerate() {
        if at > 0 {
            founder.post(&format!("{}/join", file.address), &json!({})).await?.expect(200)?;
        }
        let own = founder.get(&file.address).await?.expect(200)?.at("/own");
        let fields = json!({ "name_fr": format!("Tamghart {}", at + 1), "gender": "female", "birth_date": "1999-01-02",
            "national_id": format!("JB20000{at}"), "address": "Taliouine", "shares": 10, "paid_mad": 250, "role": OFFICES.get(at) });
        let address = format!("{}/founders/{own}", file.address);
        founder.send(Method::PATCH, &address, Some(&json!({ "fields": fields }))).await?.expect(204)?;
    }
    file.step(lead, "ask-for-name").await?.expect(200)?;
    let approved =
        file.decide(&office, json!({ "decision": "approve-name", "certificate": "C-9" })).await?.expect(200)?;
    let day = approved.at("/file/answered_on");
    fill_in(&file, &day).await?;
    for founder in team {
        file.step(founder, "confirm").await?.expect(200)?;
    }
    file.step(lead, "submit").await?.expect(200)?;
    file.decide(&office, json!({ "decision": "accept" })).await?.expect(200)?;
    let entry = json!({ "decision": "register", "court": "Taroudannt", "number": "44/2026", "registered_on": day });
    Ok(file.decide(&office, entry).await?.expect(200)?.at("/file/cooperative"))
}

#[tokio::test]
async fn five_women_adapt_the_saffron_model_and_found_their_cooperative_from_it() -> anyhow::Result<()> {
    let instance = Instance::start(&Setting { bundle: Some(paths::bundle("project-bank")?), ..Setting::default() })?;
    let (clients, persons) = women(&instance).await?;
    let (five, stranger) = clients.split_at(5);
    let (lead, stranger) = (five.first().context("there is a lead")?, stranger.first().context("there is a stranger")?);
    let plan = sent(lead, &format!("{BANK}/models/saffron/adopt"), &[]).await?;
    team(&plan, five).await?;
    stranger.get(&plan).await?.expect(404)?;
    stranger.get(&format!("{plan}/team")).await?.expect(404)?;
    change_at_once(&plan, five.get(1).context("a second")?, five.get(2).context("a third")?).await?;
    note(&plan, five.get(1).context("a second")?, five.get(2).context("a third")?, stranger).await?;
    let source = prepared(&plan, five).await?;
    let hidden = stranger.get(&format!("/fr/founding/new?from={source}")).await?.expect(200)?;
    ensure!(!hidden.text.contains("Tifaouine"), "a stranger sees what was prepared");
    let id = opened(&source, five, &persons).await?;
    let member = five.get(1).context("a second")?;
    let state = member.get(&format!("{plan}/found")).await?.expect(200)?;
    ensure!(state.text.contains(&format!("/fr/founding/{id}")), "the plan does not show the file: {}", state.text);
    let cooperative = registered(&instance, &id, five).await?;
    let state = member.get(&format!("{plan}/found")).await?.expect(200)?;
    ensure!(state.text.contains(&format!("/fr/directory/{cooperative}")), "{}", state.text);
    let path = member.get("/fr/path").await?.expect(200)?;
    ensure!(path.text.contains("Coopérative créée à partir d’un plan"), "the path does not tell it: {}", path.text);
    Ok(())
}
