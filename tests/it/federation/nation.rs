//! The nation and two regions that are served, know each other and have agreed that the nation sees cooperatives.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::Client;
use tiwizi_tests::client::text;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;

use super::evil::free_place;
use super::house::{House, Root};

pub(super) const REGISTRAR: &str = "register@tests.invalid";
/// The provinces of the two regions, in two regions of the country.
pub(super) const PROVINCES: [&str; 2] = ["09.541", "02.113"];
const LOOKS_MAX: usize = 2_400;

pub(super) struct Nation {
    pub(super) nation: House,
    pub(super) regions: [House; 2],
    root: Root,
    places: [String; 3],
}

/// What a region gives the nation: what is public of its cooperatives.
fn draft(peer: &str) -> Value {
    let fields = ["court", "number", "name_fr", "ice", "sector", "province", "commune", "status"];
    let fields: serde_json::Map<String, Value> =
        fields.iter().map(|field| ((*field).to_owned(), json!("clear"))).collect();
    let expires = tiwizi_model::Ambient::system().now().plus_ms(300 * 86_400_000).rfc3339();
    json!({
        "peer": peer, "purpose": "Registre national", "legal_basis": "Loi 112-12", "retention_days": 365, "erasure_days": 30,
        "expires_on": expires.chars().take(10).collect::<String>(),
        "gives": { "registry/cooperative": { "fields": fields } },
    })
}

impl Nation {
    /// Enrolled and knowing each other; nobody is served, and nothing is agreed.
    pub(super) fn new() -> anyhow::Result<Self> {
        let (root, places) = (Root::new()?, [free_place()?, free_place()?, free_place()?]);
        let nation = House::new("all", None, &root)?;
        let [south, east] = PROVINCES;
        let regions = [House::new(south, None, &root)?, House::new(east, None, &root)?];
        let file = nation.file("request");
        let [place, ..] = &places;
        let request =
            nation.command("federation request --json").variable("TIWIZI_FEDERATION_URL", format!("http://{place}"));
        request.option("--to", &file).succeed()?;
        let mut requests = vec![(file, &nation)];
        for region in &regions {
            requests.push((region.request("request")?, region));
        }
        for (request, house) in requests {
            let ending = nation.enrol(&root, &request, &house.fingerprint())?;
            ensure!(ending.code == Some(0), "{ending:?}");
        }
        let directory = nation.publish("directory")?;
        for (region, province) in regions.iter().zip(PROVINCES) {
            region.take(&directory)?.json()?;
            let add =
                Tiwizi::words("user add --password-stdin").data(region.instance.data()).option("--email", REGISTRAR);
            let scope = format!("province:{province}");
            add.option("--role", "registrar").option("--scope", &scope).input(PASSWORD).succeed()?;
        }
        Ok(Self { nation, regions, root, places })
    }

    /// Each region offers its agreement; the nation signs them when it is served.
    pub(super) fn offer(&self) -> anyhow::Result<()> {
        for region in &self.regions {
            let file = region.file("draft.json");
            std::fs::write(&file, draft(&self.nation.node()).to_string())?;
            region.command("agreement offer --json").option("--file", &file).succeed()?;
        }
        Ok(())
    }

    pub(super) fn serve(&mut self) -> anyhow::Result<()> {
        let variables = |place: &str, listens: bool| {
            vec![
                ("TIWIZI_FEDERATION_ROOT", self.root.key.clone()),
                ("TIWIZI_FEDERATION_LISTENS", listens.to_string()),
                ("TIWIZI_FEDERATION_URL", format!("http://{place}")),
                ("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned()),
            ]
        };
        let [own, south, east] = &self.places;
        let settings = [variables(own, true), variables(south, false), variables(east, false)];
        let [first, second, third] = &settings;
        self.nation.instance.serve_at(own, first)?;
        let [one, other] = &mut self.regions;
        one.instance.serve_at(south, second)?;
        other.instance.serve_at(east, third)
    }

    pub(super) async fn administrator(&self) -> anyhow::Result<Client> {
        self.nation.instance.administrator().await?.with_token("tests").await
    }

    /// Signs at the nation what the regions offered.
    pub(super) async fn sign(&self, administrator: &Client) -> anyhow::Result<()> {
        let offered = until(administrator, "/api/v1/agreements", |found| waiting(found).len() == 2).await?;
        for agreement in waiting(&offered) {
            let step = json!({ "step": "accept", "version": 1 });
            let address = format!("/api/v1/agreements/{}/steps", text(agreement, "/id"));
            administrator.post(&address, &step).await?.expect(200)?;
        }
        Ok(())
    }

    /// The office of a region.
    pub(super) async fn office(&self, region: usize) -> anyhow::Result<Client> {
        let region = self.regions.get(region).context("there are two regions")?;
        region.instance.signed_in(REGISTRAR).await?.with_token("tests").await
    }
}

fn waiting(found: &Value) -> Vec<&Value> {
    let items = found.get("items").and_then(Value::as_array).into_iter().flatten();
    items.filter(|item| item.get("waits_for_us") == Some(&json!(true))).collect()
}

/// Asks again until an answer is as it is wanted.
pub(super) async fn until(client: &Client, address: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
    let mut last = Value::Null;
    for _ in 0..LOOKS_MAX {
        last = client.get(address).await?.expect(200)?.json();
        if wanted(&last) {
            return Ok(last);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("{address} did not come to what was expected: {last}")
}

/// A cooperative of a province, with a name, a number and an ICE.
pub(super) fn cooperative(province: &str, number: &str, name: &str) -> Value {
    json!({
        "court": "Taroudannt", "number": number, "name_fr": name, "ice": "001561191000066", "sector": "argan",
        "province": province, "commune": "Aoulouz", "status": "registered",
    })
}
