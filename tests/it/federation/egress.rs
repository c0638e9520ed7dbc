//! Does nothing leave a region but what its agreement gives? Every byte towards the nation is recorded, unfolded, and looked through.

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_federation_core::page::{Chunk, Item, Page};
use tiwizi_federation_core::wire::encode_json;
use tiwizi_tests::client::at;
use tiwizi_tests::{Client, FaultProxy};

use super::evil::free_place;
use super::two::{REGISTRAR, Two, of, until};
use crate::register::COOPERATIVES;

const PERSONS: &str = "/api/v1/records/registry/person";
const MEMBERSHIPS: &str = "/api/v1/records/registry/membership";
/// What is given: it has to be found, or nothing was looked through.
const GIVEN: &str = "Tifaouine Donnee 7f3a91";
const GIVEN_LATER: &str = "Tifaouine Donnee 7f3a92";

/// Values that no agreement gives: of fields that it withholds, and of fields that it does not know.
struct Planted(Vec<(&'static str, Value)>);

impl Planted {
    /// Remembers the values of these fields.
    fn keep(&mut self, body: &Value, fields: &[&'static str]) -> anyhow::Result<()> {
        for field in fields {
            let value = body.get(field).with_context(|| format!("nothing is planted in {field}"))?;
            self.0.push((field, value.clone()));
        }
        Ok(())
    }

    /// What would give a value away: its letters, or how it is written on the wire.
    fn traces(&self) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
        let mut traces = Vec::new();
        for (field, value) in &self.0 {
            match value.as_str() {
                Some(text) => traces.push((*field, text.as_bytes().to_vec())),
                None => traces.push((*field, encode_json(value)?)),
            }
        }
        Ok(traces)
    }
}

/// Everything that went over the line, each part as it was sent, and once more unfolded.
fn left(line: &FaultProxy) -> anyhow::Result<(Vec<Vec<u8>>, usize)> {
    let recorded = line.recorded();
    ensure!(recorded.len() as u64 == line.counts().recorded, "some requests were not kept");
    let (mut all, mut unfolded) = (Vec::new(), 0);
    for request in recorded {
        let at = request.bytes.windows(4).position(|four| four == b"\r\n\r\n").context("a request has a head")?;
        let body = request.bytes.get(at + 4..).unwrap_or_default();
        let items = if body.starts_with(b"tzpage1\n") {
            Page::decode(body)?.items
        } else if body.starts_with(b"tzchunk1") {
            Chunk::decode(body)?.items
        } else {
            Vec::new()
        };
        for item in &items {
            unfolded += 1;
            all.push(bytes_of(item));
        }
        all.push(request.bytes);
    }
    Ok((all, unfolded))
}

fn bytes_of(item: &Item) -> Vec<u8> {
    match item {
        Item::Hidden(leaf) => leaf.0.to_vec(),
        Item::Withdrawn { header } => header.clone(),
        Item::Shown { header, disclosures } => {
            let shown = disclosures.iter().flat_map(|disclosure| disclosure.encode());
            header.iter().copied().chain(shown).collect()
        }
    }
}

fn holds(parts: &[Vec<u8>], trace: &[u8]) -> bool {
    parts.iter().any(|part| part.windows(trace.len()).any(|window| window == trace))
}

/// A cooperative with a value in every field that has room for an unmistakable one.
fn cooperative() -> Value {
    json!({
        "court": "Taroudannt", "number": "7319/2019", "name_fr": GIVEN, "name_ar": "محجوبة السرية",
        "name_zgh": "ⵜⵓⴼⴼⵔⵉⵏⵜ", "sector": "argan", "province": "09.541", "status": "registered",
        "commune": "Retenue Commune 7f3a", "address": "Retenue Adresse 7f3a", "phone": "+212 528 973 117",
        "email": "retenue-7f3a@retenue.invalid", "capital_mad": 731_997.53, "founded_on": "1987-03-29",
        "registered_on": "1987-04-13",
    })
}

const WITHHELD: [&str; 9] =
    ["name_ar", "name_zgh", "commune", "address", "phone", "email", "capital_mad", "founded_on", "registered_on"];

/// Plants a cooperative, a person and a membership; gives the cooperative.
async fn plant(region: &Client, planted: &mut Planted) -> anyhow::Result<String> {
    let body = cooperative();
    let id = region.post(COOPERATIVES, &body).await?.expect(201)?.at("/id");
    planted.keep(&body, &WITHHELD)?;
    let person = json!({
        "name_fr": "Retenue Personne 7f3a", "name_ar": "محجوبة الاسم", "birth_date": "1971-11-23", "province": "09.541",
        "phone": "+212 661 973 118", "email": "personne-7f3a@retenue.invalid", "address": "Retenue Maison 7f3a",
    });
    let someone = region.post(PERSONS, &person).await?.expect(201)?.at("/id");
    planted.keep(&person, &["name_fr", "name_ar", "birth_date", "phone", "email", "address"])?;
    let card = format!("/api/v1/persons/{someone}/national-id");
    region.send(Method::PUT, &card, Some(&json!({ "number": "JA 731997" }))).await?.expect(204)?;
    planted.0.push(("national_id", json!("JA731997")));
    let stored = region.get(&format!("{PERSONS}/{someone}")).await?.expect(200)?.json();
    planted.keep(at(&stored, "/body"), &["national_id_key", "national_id_sealed"])?;
    let member = json!({
        "cooperative": id, "person": someone, "number": "Retenu-N-7f3a", "province": "09.541", "sector": "argan",
        "joined_on": "1999-09-19", "shares": 7_731_997, "paid_mad": 773_199.75,
    });
    region.post(MEMBERSHIPS, &member).await?.expect(201)?;
    planted.keep(&member, &["number", "joined_on", "shares", "paid_mad"])?;
    Ok(id)
}

#[tokio::test]
async fn f17_what_an_agreement_does_not_give_never_leaves() -> anyhow::Result<()> {
    let place = free_place()?;
    let line = FaultProxy::start(&place)?;
    let mut two = Two::found_at(place, line.address())?;
    let names = ["court", "number", "name_fr", "sector", "province", "status"];
    let mut fields: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!("clear"))).collect();
    // Two are withheld in words; the agreement has never heard of the others.
    fields.extend(["phone", "email"].map(|name| (name.to_owned(), json!("withheld"))));
    let gives = json!({
        "registry/cooperative": { "fields": fields },
        "registry/person": { "fields": { "province": "clear" } },
        "registry/membership": { "fields": { "sector": "clear", "province": "clear" } },
    });
    let agreement = two.offer(&gives)?;
    two.serve()?;
    let (region, nation) = (of(&two.region, REGISTRAR).await?, of(&two.nation, REGISTRAR).await?);
    let mut planted = Planted(Vec::new());
    let id = plant(&region, &mut planted).await?;
    two.give_names(&agreement).await?;
    let record = format!("{COOPERATIVES}/{id}");
    let came = until(&nation, &record, "the cooperative", |answer| answer.at("/body/name_fr") == GIVEN).await?;
    for field in WITHHELD {
        ensure!(came.json().pointer(&format!("/body/{field}")).is_none_or(Value::is_null), "{field}: {}", came.text);
    }

    // What is filled in later, in fields that the agreement did not know when it was signed.
    let later = json!({
        "name_fr": GIVEN_LATER, "ice": "731997731000122", "address": "Retenue Plus Tard 7f3b",
        "phone": "+212 528 973 229", "capital_mad": 884_331.25,
    });
    region.send(Method::PATCH, &record, Some(&later)).await?.expect(200)?;
    planted.keep(&later, &["ice", "address", "phone", "capital_mad"])?;
    until(&nation, &record, "the change", |answer| answer.at("/body/name_fr") == GIVEN_LATER).await?;
    let administrator = two.region.instance.administrator().await?.with_token("egress").await?;
    until(&administrator, "/api/v1/peers", "all of it", |answer| answer.at("/items/0/behind_there") == "0").await?;

    let (parts, unfolded) = left(&line)?;
    ensure!(unfolded > 3, "{unfolded} entries went over the line");
    for given in [GIVEN, GIVEN_LATER] {
        ensure!(holds(&parts, given.as_bytes()), "{given} was given and is not found: nothing was looked through");
    }
    let traces = planted.traces()?;
    ensure!(traces.len() > 20, "{} values are planted", traces.len());
    for (field, trace) in traces {
        ensure!(!holds(&parts, &trace), "the value of {field} left");
    }
    Ok(())
}
