//! Do five people found a cooperative, from its name to its registration, on both databases?

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::{Answer, Client, Instance};

use crate::database::on_both;
use crate::register::COOPERATIVES;

on_both! {
    five_people_found_a_cooperative,
    two_who_fill_in_one_section_see_each_other,
}

pub(crate) const FOUNDINGS: &str = "/api/v1/foundings";
/// The offices of the first founders.
pub(crate) const OFFICES: [&str; 3] = ["president", "treasurer", "secretary"];
const PAPERS: [&str; 6] = ["statutes", "minutes", "members-list", "bank", "identity-cards", "receipt"];

/// So many accounts without any role.
async fn accounts(instance: &Instance, count: usize) -> anyhow::Result<Vec<Client>> {
    let administrator = instance.administrator().await?;
    let mut clients = Vec::new();
    for number in 1..=count {
        let email = format!("founder{number}@tests.invalid");
        let body = json!({ "email": email, "name": format!("Tuda {number}"), "password": PASSWORD, "language": "fr" });
        administrator.post("/api/v1/accounts", &body).await?.expect(201)?;
        clients.push(instance.signed_in(&email).await?.with_token("tests").await?);
    }
    Ok(clients)
}

fn name() -> Value {
    json!({ "fields": { "name_fr": "Tifaouine", "category": "a", "sector": "argan", "province": "09.541" } })
}

/// A file, with what it says now.
pub(crate) struct File<'a> {
    pub(crate) client: &'a Client,
    pub(crate) address: String,
}

impl File<'_> {
    async fn version(&self) -> anyhow::Result<Value> {
        let shown = self.client.get(&self.address).await?.expect(200)?;
        shown.json().get("version").cloned().context("the file has a version")
    }

    pub(crate) async fn fill(&self, section: &str, fields: Value) -> anyhow::Result<Answer> {
        let body = json!({ "version": self.version().await?, "section": section, "fields": fields });
        self.client.send(Method::PATCH, &self.address, Some(&body)).await?.expect(200)
    }

    pub(crate) async fn step(&self, client: &Client, step: &str) -> anyhow::Result<Answer> {
        let body = json!({ "version": self.version().await?, "step": step });
        client.post(&format!("{}/steps", self.address), &body).await
    }

    pub(crate) async fn decide(&self, office: &Client, mut decision: Value) -> anyhow::Result<Answer> {
        let version = self.version().await?;
        if let Some(fields) = decision.as_object_mut() {
            fields.insert("version".to_owned(), version);
        }
        office.post(&format!("{}/decisions", self.address), &decision).await
    }
}

/// Invites the others by links, and lets everybody say who they are and what they subscribe.
async fn take_seats(file: &File<'_>, founders: &[Client]) -> anyhow::Result<()> {
    for founder in founders.iter().skip(1) {
        let invited =
            file.client.post(&format!("{}/founders", file.address), &json!({ "phone": "0600000000" })).await?;
        let secret = invited.expect(201)?.at("/invitation");
        founder.post(&format!("{FOUNDINGS}/join"), &json!({ "invitation": secret })).await?.expect(200)?;
        let again = founder.post(&format!("{FOUNDINGS}/join"), &json!({ "invitation": secret })).await?;
        again.expect_problem(409, "conflict")?;
    }
    for (at, founder) in founders.iter().enumerate() {
        let own = founder.get(&file.address).await?.expect(200)?.at("/own");
        let fields = json!({ "name_fr": format!("Tuda {at}"), "gender": "female", "birth_date": "1999-01-02",
            "national_id": format!("JA10000{at}"), "address": "Tiout", "shares": 10, "paid_mad": 250,
            "role": OFFICES.get(at) });
        let address = format!("{}/founders/{own}", file.address);
        founder.send(Method::PATCH, &address, Some(&json!({ "fields": fields }))).await?.expect(204)?;
    }
    Ok(())
}

pub(crate) async fn fill_in(file: &File<'_>, day: &str) -> anyhow::Result<()> {
    let pack: Value = serde_json::from_str(include_str!("../../manifests/rules/ma-112-12.json"))?;
    let items = pack.pointer("/statutes/items").and_then(Value::as_array).context("the pack has items")?;
    let items: Vec<Value> = items.iter().map(|item| json!({ "item": item.get("code") })).collect();
    file.fill("capital", json!({ "share_value_mad": 100 })).await?;
    file.fill("management", json!({ "form": "board" })).await?;
    file.fill("statutes", json!({ "statutes": items })).await?;
    file.fill("assembly", json!({ "founded_on": day, "address": "Douar Tiout" })).await?;
    file.fill("receipt", json!({ "authority": "Caïdat de Tiout", "receipt": "7", "filed_on": day })).await?;
    for paper in PAPERS {
        let address = format!("{}/documents?document={paper}&name={paper}.jpg", file.address);
        file.client.upload(&address, paper).await?.expect(201)?;
    }
    Ok(())
}

async fn five_people_found_a_cooperative(instance: &Instance) -> anyhow::Result<()> {
    let (founders, office) = (accounts(instance, 5).await?, instance.registrar().await?);
    let opener = founders.first().context("there are founders")?;
    let id = opener.post(FOUNDINGS, &name()).await?.expect(201)?.at("/id");
    let file = File { client: opener, address: format!("{FOUNDINGS}/{id}") };
    take_seats(&file, &founders).await?;
    file.step(opener, "ask-for-name").await?.expect(200)?;
    let waiting = office.get(&format!("{FOUNDINGS}/waiting")).await?.expect(200)?;
    ensure!(waiting.at("/items/0/id") == id && waiting.at("/items/0/waits_for") == "office", "{}", waiting.text);
    let approved = json!({ "decision": "approve-name", "certificate": "C-1" });
    let answered = file.decide(&office, approved).await?.expect(200)?;
    let day = answered.at("/file/answered_on");
    fill_in(&file, &day).await?;
    let early = file.step(opener, "submit").await?.expect_problem(422, "invalid")?;
    ensure!(early.at("/errors/0/code") == "not-confirmed", "{}", early.text);
    for founder in &founders {
        file.step(founder, "confirm").await?.expect(200)?;
    }
    file.step(opener, "submit").await?.expect(200)?;
    let correction =
        json!({ "decision": "ask-correction", "corrections": [{ "section": "receipt", "text": "Page 2" }] });
    let back = file.decide(&office, correction).await?.expect(200)?;
    ensure!(back.at("/file/step") == "file" && back.at("/waits_for") == "founders", "{}", back.text);
    file.step(opener, "submit").await?.expect(200)?;
    file.decide(opener, json!({ "decision": "accept" })).await?.expect_problem(403, "forbidden")?;
    file.decide(&office, json!({ "decision": "accept" })).await?.expect(200)?;
    let entry = json!({ "decision": "register", "court": "Taroudannt", "number": "12/2025", "registered_on": day });
    let done = file.decide(&office, entry).await?.expect(200)?;
    ensure!(done.at("/file/step") == "registered" && done.at("/done") == done.at("/all"), "{}", done.text);
    let cooperative = done.at("/file/cooperative");
    let shown = instance.visitor()?.get(&format!("{COOPERATIVES}/{cooperative}")).await?.expect(200)?;
    ensure!(shown.at("/body/status") == "registered" && shown.at("/body/capital_mad") == "5000", "{}", shown.text);
    let acts = opener.get(&format!("/api/v1/cooperatives/{cooperative}/acts")).await?.expect(200)?;
    ensure!(acts.items().len() == 5 && acts.at("/stage") == "registered", "{}", acts.text);
    let told = opener.get("/api/v1/notices").await?.expect(200)?;
    ensure!(told.at("/items/0/link") == format!("/fr/founding/{id}"), "{}", told.text);
    Ok(())
}

async fn two_who_fill_in_one_section_see_each_other(instance: &Instance) -> anyhow::Result<()> {
    let founders = accounts(instance, 2).await?;
    let [one, other] = founders.as_slice() else { anyhow::bail!("two accounts were made") };
    let id = one.post(FOUNDINGS, &name()).await?.expect(201)?.at("/id");
    let address = format!("{FOUNDINGS}/{id}");
    other.get(&address).await?.expect_problem(404, "not-found")?;
    let invited = one.post(&format!("{address}/founders"), &json!({ "email": "founder2@tests.invalid" })).await?;
    invited.expect(201)?;
    let told = other.get("/api/v1/notices").await?.expect(200)?;
    ensure!(told.at("/unread") == "1", "{}", told.text);
    other.post(&format!("{address}/join"), &json!({})).await?.expect(200)?;
    let seat = |shares: u32| json!({ "version": 1, "section": "assembly", "fields": { "address": format!("Tiout {shares}") } });
    one.send(Method::PATCH, &address, Some(&seat(1))).await?.expect(200)?;
    other.send(Method::PATCH, &address, Some(&seat(2))).await?.expect_problem(412, "stale-version")?;
    let shown = other.get(&address).await?.expect(200)?;
    ensure!(shown.at("/file/address") == "Tiout 1" && shown.at("/version") == "2", "{}", shown.text);
    Ok(())
}
