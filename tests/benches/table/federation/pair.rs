//! A nation and its regions as the rows of the federation need them: enrolled, with an agreement offered, served when the row says so.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value, json};
use tiwizi_tests::client::text;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::stopwatch::Stopwatch;
use tiwizi_tests::{Client, FaultProxy, Instance, Setting};

use crate::stage::Stage;

/// What is given of a cooperative.
const COOPERATIVE: [&str; 8] = ["court", "number", "name_fr", "ice", "sector", "province", "commune", "status"];
/// What is given of its members: as many records as there are, with what says nothing of a person.
const MEMBERSHIP: [&str; 4] = ["cooperative", "number", "province", "sector"];
/// How often it is looked whether something has come, and how long at most.
const LOOK: Duration = Duration::from_millis(500);
const COME_MAX: Duration = Duration::from_secs(60 * 60);

/// An instance that takes part.
pub(crate) struct House {
    pub(crate) instance: Instance,
    root: String,
    folder: PathBuf,
    node: String,
    fingerprint: String,
}

impl House {
    fn new(stage: &Stage, name: &str, provinces: &str, root: &str) -> anyhow::Result<Self> {
        let folder = stage.path(name);
        std::fs::create_dir_all(&folder)?;
        let setting = Setting { provinces: provinces.to_owned(), folder: Some(folder.clone()), ..Setting::default() };
        // A registrar of the nation has no place in a region.
        let setting = Setting { users: Vec::new(), ..setting };
        let instance = Instance::make(&setting)?;
        let mut house =
            Self { instance, root: root.to_owned(), folder, node: String::new(), fingerprint: String::new() };
        let begun = house.command("federation init --json").succeed()?.json()?;
        (house.node, house.fingerprint) = (text(&begun, "/node"), text(&begun, "/fingerprint"));
        Ok(house)
    }

    fn command(&self, words: &str) -> Tiwizi {
        Tiwizi::words(words).data(self.instance.data()).variable("TIWIZI_FEDERATION_ROOT", &self.root)
    }

    fn request(&self, url: Option<&str>) -> anyhow::Result<PathBuf> {
        let file = self.folder.join("request");
        let mut request = self.command("federation request --json").option("--to", &file);
        if let Some(url) = url {
            request = request.variable("TIWIZI_FEDERATION_URL", url);
        }
        request.succeed()?;
        Ok(file)
    }

    pub(crate) async fn administrator(&self) -> anyhow::Result<Client> {
        self.instance.administrator().await?.with_token("bench").await
    }
}

/// A federation.
pub(crate) struct Federation {
    pub(crate) nation: House,
    pub(crate) regions: Vec<House>,
    /// The line between them, whole unless a row says otherwise.
    pub(crate) line: FaultProxy,
    place: String,
    agreements: Vec<String>,
}

impl Federation {
    /// Makes and enrols the nation and regions with these provinces; each region has signed what it gives.
    pub(crate) fn new(stage: &Stage, name: &str, regions: &[String], with_members: bool) -> anyhow::Result<Self> {
        let folder = stage.path(&format!("{name}-root"));
        std::fs::create_dir_all(&folder)?;
        let secret = folder.join("root");
        let made = Tiwizi::words("federation root init --json").option("--out", &secret).succeed()?.json()?;
        let root = text(&made, "/key");
        let place = free_place()?;
        let line = FaultProxy::start(&place)?;
        let nation = House::new(stage, &format!("{name}-nation"), "all", &root)?;
        let mut houses = Vec::new();
        for (number, provinces) in regions.iter().enumerate() {
            houses.push(House::new(stage, &format!("{name}-region-{number}"), provinces, &root)?);
        }
        let address = line.address();
        for (house, url) in
            std::iter::once((&nation, Some(address.as_str()))).chain(houses.iter().map(|house| (house, None)))
        {
            let enrol = nation.command("federation enrol --json").option("--root", &secret);
            enrol.option("--fingerprint", &house.fingerprint).word(house.request(url)?).succeed()?;
        }
        let directory = nation.folder.join("directory");
        nation.command("federation directory publish --json").option("--to", &directory).succeed()?;
        let mut agreements = Vec::new();
        for house in &houses {
            house.command("federation directory take --json").word(&directory).succeed()?;
            let draft = house.folder.join("draft.json");
            std::fs::write(&draft, gives(&nation.node, with_members).to_string())?;
            let offered = house.command("agreement offer --json").option("--file", &draft).succeed()?.json()?;
            agreements.push(text(&offered, "/id"));
        }
        Ok(Self { nation, regions: houses, line, place, agreements })
    }

    /// Serves the nation.
    pub(crate) fn serve_nation(&mut self) -> anyhow::Result<()> {
        let mut variables = variables(&self.nation.root);
        variables.push(("TIWIZI_FEDERATION_LISTENS", "true".to_owned()));
        variables.push(("TIWIZI_FEDERATION_URL", self.line.address()));
        self.nation.instance.serve_at(&self.place, &variables)
    }

    /// Serves the regions.
    pub(crate) fn serve_regions(&mut self) -> anyhow::Result<()> {
        for region in &mut self.regions {
            let variables = variables(&region.root);
            region.instance.serve_with(&variables)?;
        }
        Ok(())
    }

    /// Signs at the nation what every region offered, as soon as it has come.
    pub(crate) async fn sign(&self) -> anyhow::Result<()> {
        let nation = self.nation.administrator().await?;
        for agreement in &self.agreements {
            let path = format!("/api/v1/agreements/{agreement}");
            until(async || Ok(nation.get(&path).await?.status == 200)).await?;
            nation.post(&format!("{path}/steps"), &json!({ "step": "accept", "version": 1 })).await?.expect(200)?;
        }
        for (region, agreement) in self.regions.iter().zip(&self.agreements) {
            let (region, path) = (region.administrator().await?, format!("/api/v1/agreements/{agreement}"));
            until(async || Ok(region.get(&path).await?.at("/current/state") == "active")).await?;
        }
        Ok(())
    }

    /// Waits until all that the regions give is at the nation: every log of records was taken to its end, and holds so many entries together.
    pub(crate) async fn come(&self, entries_min: u64) -> anyhow::Result<()> {
        let nation = self.nation.administrator().await?;
        until(async || {
            let peers = nation.get("/api/v1/peers").await?.expect(200)?.json();
            let logs = peers.get("items").and_then(Value::as_array).into_iter().flatten();
            let logs = logs.flat_map(|peer| peer.get("taken").and_then(Value::as_array).cloned().unwrap_or_default());
            let logs: Vec<Value> = logs.filter(|log| log.get("agreement").is_some_and(Value::is_string)).collect();
            let number = |log: &Value, name: &str| log.get(name).and_then(Value::as_u64).unwrap_or_default();
            let entries: u64 = logs.iter().map(|log| number(log, "entries")).sum();
            let ended =
                logs.iter().all(|log| number(log, "behind") == 0 && log.get("reached").is_some_and(Value::is_string));
            Ok(ended && entries >= entries_min)
        })
        .await
    }

    /// How many entries wait for the nation in the first region.
    pub(crate) async fn waiting(region: &Client) -> anyhow::Result<u64> {
        let peers = region.get("/api/v1/peers").await?.expect(200)?.json();
        peers.pointer("/items/0/behind_there").and_then(Value::as_u64).context("the region has a peer")
    }

    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        for region in &mut self.regions {
            region.instance.stop()?;
        }
        self.nation.instance.stop().map(drop)
    }
}

fn variables(root: &str) -> Vec<(&'static str, String)> {
    vec![("TIWIZI_FEDERATION_ROOT", root.to_owned()), ("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned())]
}

fn free_place() -> anyhow::Result<String> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

fn gives(nation: &str, with_members: bool) -> Value {
    let clear = |names: &[&str]| -> Map<String, Value> {
        names.iter().map(|name| ((*name).to_owned(), json!("clear"))).collect()
    };
    let terms = |names: &[&str]| json!({ "fields": clear(names) });
    let mut gives = Map::from_iter([("registry/cooperative".to_owned(), terms(&COOPERATIVE))]);
    if with_members {
        gives.insert("registry/membership".to_owned(), terms(&MEMBERSHIP));
        gives.insert("registry/person".to_owned(), terms(&["province"]));
    }
    let day = tiwizi_model::Ambient::system().now().plus_ms(300 * 86_400_000).rfc3339();
    json!({
        "peer": nation, "purpose": "Registre national", "legal_basis": "Loi 112-12", "retention_days": 365,
        "erasure_days": 30, "expires_on": day.chars().take(10).collect::<String>(), "gives": gives,
    })
}

/// Looks again and again.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let watch = Stopwatch::start();
    while !is_so().await? {
        ensure!(watch.elapsed() < COME_MAX, "what was waited for did not come in {COME_MAX:?}");
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}
