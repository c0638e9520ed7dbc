//! A nation and a region that know each other and are served, with those who keep the register in both.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use tiwizi_tests::Client;
use tiwizi_tests::client::{Answer, text};
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;

use super::house::{House, Root};
use crate::cooperative::free_place;
use crate::register::COOPERATIVES;

pub(super) const REGISTRAR: &str = "register@tests.invalid";
pub(super) const OBSERVER: &str = "observer@tests.invalid";
pub(super) const NOWHERE: &str = "01890000-0000-7000-8000-000000000000";
/// How often something is looked for that comes over the line, and how long.
const LOOK_MS: u64 = 250;
const LOOKS: u32 = 240;

/// Two instances.
pub(super) struct Two {
    pub(super) nation: House,
    pub(super) region: House,
    root: Root,
    place: String,
    /// Where the region finds the nation: its place, or a line that leads there.
    url: String,
    /// What both are served with besides.
    pub(super) variables: Vec<(&'static str, String)>,
}

impl Two {
    pub(super) fn new() -> anyhow::Result<Self> {
        let place = free_place()?;
        let url = format!("http://{place}");
        Self::found_at(place, url)
    }

    /// The nation listens at a place and is found at a URL, which may be a line that leads there.
    pub(super) fn found_at(place: String, url: String) -> anyhow::Result<Self> {
        let root = Root::new()?;
        let (nation, region) = (House::new("all", None, &root)?, House::new("09.541", None, &root)?);
        let request = nation.file("request");
        let own = nation.command("federation request --json");
        own.variable("TIWIZI_FEDERATION_URL", &url).option("--to", &request).succeed()?;
        for (request, fingerprint) in
            [(request, nation.fingerprint()), (region.request("request")?, region.fingerprint())]
        {
            let ending = nation.enrol(&root, &request, &fingerprint)?;
            ensure!(ending.code == Some(0), "{ending:?}");
        }
        region.take(&nation.publish("directory")?)?.json()?;
        for (house, scope) in [(&nation, "nation"), (&region, "province:09.541")] {
            for (email, role) in [(REGISTRAR, "registrar"), (OBSERVER, "observer")] {
                let add = Tiwizi::words("user add --password-stdin").data(house.instance.data());
                let add = add.option("--email", email).option("--role", role).option("--scope", scope);
                add.input(PASSWORD).succeed()?;
            }
        }
        Ok(Self { nation, region, root, place, url, variables: Vec::new() })
    }

    /// The nation listens, the region calls.
    pub(super) fn serve(&mut self) -> anyhow::Result<()> {
        let private = || ("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned());
        let root = || ("TIWIZI_FEDERATION_ROOT", self.root.key.clone());
        let mut nation = vec![
            root(),
            private(),
            ("TIWIZI_FEDERATION_LISTENS", "true".to_owned()),
            ("TIWIZI_FEDERATION_URL", self.url.clone()),
        ];
        let mut region = vec![root(), private()];
        for variables in [&mut nation, &mut region] {
            variables.extend(self.variables.iter().cloned());
        }
        self.nation.instance.serve_at(&self.place, &nation)?;
        self.region.instance.serve_at(&free_place()?, &region)
    }

    /// Puts in force that the region gives the nation what its cooperatives are called. The region has signed before it was served.
    pub(super) async fn give_names(&self, agreement: &str) -> anyhow::Result<()> {
        let nation = self.nation.instance.administrator().await?.with_token("tests").await?;
        let path = format!("/api/v1/agreements/{agreement}");
        until(&nation, &path, "it came", |answer| answer.status == 200).await?;
        nation.post(&format!("{path}/steps"), &json!({ "step": "accept", "version": 1 })).await?.expect(200)?;
        Ok(())
    }

    /// Signs that agreement in the region, which is not served yet.
    pub(super) fn offer_names(&self) -> anyhow::Result<String> {
        let fields = ["court", "number", "name_fr", "sector", "province", "status"];
        let fields: serde_json::Map<String, Value> =
            fields.iter().map(|name| ((*name).to_owned(), json!("clear"))).collect();
        self.offer(&json!({ "registry/cooperative": { "fields": fields } }))
    }

    /// The same over what the region is to give.
    pub(super) fn offer(&self, gives: &Value) -> anyhow::Result<String> {
        let day: String =
            tiwizi_model::Ambient::system().now().plus_ms(365 * 86_400_000).rfc3339().chars().take(10).collect();
        let draft = json!({
            "peer": self.nation.node(), "purpose": "Registre national", "legal_basis": "Loi 112-12", "expires_on": day,
            "retention_days": 365, "erasure_days": 30, "gives": gives,
        });
        let file = self.region.file("draft.json");
        std::fs::write(&file, draft.to_string())?;
        let offered = self.region.command("agreement offer --json").option("--file", &file).succeed()?.json()?;
        Ok(text(&offered, "/id"))
    }
}

/// Somebody who is signed in with a token.
pub(super) async fn of(house: &House, email: &str) -> anyhow::Result<Client> {
    house.instance.signed_in(email).await?.with_token("tests").await
}

/// A cooperative, made by its registrar.
pub(super) async fn cooperative(registrar: &Client, number: &str) -> anyhow::Result<String> {
    let body = json!({ "court": "Taroudannt", "number": number, "name_fr": "Tifaouine", "sector": "argan",
        "province": "09.541", "status": "registered" });
    let made = registrar.post(COOPERATIVES, &body).await?.expect(201)?;
    Ok(made.at("/id"))
}

/// Looks until an answer is as it should be.
pub(super) async fn until(
    client: &Client,
    path: &str,
    what: &str,
    wanted: impl Fn(&Answer) -> bool,
) -> anyhow::Result<Answer> {
    let mut last = None;
    for _ in 0..LOOKS {
        let answer = client.get(path).await?;
        if wanted(&answer) {
            return Ok(answer);
        }
        last = Some(answer.text);
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    bail!("{what} was waited for at {path}: {}", last.context("nothing was asked")?)
}
