//! Two regions that only dial out: do they share and hand over through the nation, and does the nation learn nothing of it?

use anyhow::ensure;
use reqwest::Method;
use serde_json::{Value, json};
use tiwizi_tests::client::text;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;

use super::house::{House, Root};
use super::two::{REGISTRAR, cooperative, of, until};
use crate::cooperative::free_place;
use crate::register::COOPERATIVES;

const TRANSFERS: &str = "/api/v1/transfers";

/// A nation that listens, and two regions that do not.
struct Three {
    nation: House,
    south: House,
    north: House,
    root: Root,
    place: String,
    url: String,
}

impl Three {
    fn new() -> anyhow::Result<Self> {
        let (place, root) = (free_place()?, Root::new()?);
        let url = format!("http://{place}");
        let nation = House::new("all", None, &root)?;
        let (south, north) = (House::new("09.541", None, &root)?, House::new("01.051", None, &root)?);
        let request = nation.file("request");
        let own = nation.command("federation request --json");
        own.variable("TIWIZI_FEDERATION_URL", &url).option("--to", &request).succeed()?;
        let requests = [
            (request, nation.fingerprint()),
            (south.request("request")?, south.fingerprint()),
            (north.request("request")?, north.fingerprint()),
        ];
        for (request, fingerprint) in &requests {
            let ending = nation.enrol(&root, request, fingerprint)?;
            ensure!(ending.code == Some(0), "{ending:?}");
        }
        let directory = nation.publish("directory")?;
        for house in [&south, &north] {
            house.take(&directory)?.json()?;
        }
        // What moves to the north lies in a province of the south until somebody there changes that.
        for (house, scope) in [(&nation, "nation"), (&south, "province:09.541"), (&north, "nation")] {
            let add = Tiwizi::words("user add --password-stdin").data(house.instance.data());
            let add = add.option("--email", REGISTRAR).option("--role", "registrar").option("--scope", scope);
            add.input(PASSWORD).succeed()?;
        }
        Ok(Self { nation, south, north, root, place, url })
    }

    fn serve(&mut self) -> anyhow::Result<()> {
        let private = || ("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned());
        let root = || ("TIWIZI_FEDERATION_ROOT", self.root.key.clone());
        let listens = ("TIWIZI_FEDERATION_LISTENS", "true".to_owned());
        let nation = [root(), private(), listens, ("TIWIZI_FEDERATION_URL", self.url.clone())];
        let region = [root(), private()];
        self.nation.instance.serve_at(&self.place, &nation)?;
        self.south.instance.serve_at(&free_place()?, &region)?;
        self.north.instance.serve_at(&free_place()?, &region)
    }

    /// Signs in the south that it gives the north what its cooperatives are called; nothing is served yet.
    fn offer_names(&self) -> anyhow::Result<String> {
        let fields = ["court", "number", "name_fr", "sector", "province", "status"];
        let fields: serde_json::Map<String, Value> =
            fields.iter().map(|name| ((*name).to_owned(), json!("clear"))).collect();
        let day: String =
            tiwizi_model::Ambient::system().now().plus_ms(365 * 86_400_000).rfc3339().chars().take(10).collect();
        let draft = json!({
            "peer": self.north.node(), "purpose": "Echange entre régions", "legal_basis": "Loi 112-12", "expires_on": day,
            "retention_days": 365, "erasure_days": 30, "gives": { "registry/cooperative": { "fields": fields } },
        });
        let file = self.south.file("draft.json");
        std::fs::write(&file, draft.to_string())?;
        let offered = self.south.command("agreement offer --json").option("--file", &file).succeed()?.json()?;
        Ok(text(&offered, "/id"))
    }
}

#[tokio::test]
async fn two_regions_that_only_dial_out_share_and_hand_over_through_the_nation() -> anyhow::Result<()> {
    let mut three = Three::new()?;
    let agreement = three.offer_names()?;
    three.serve()?;
    let (south, north) = (of(&three.south, REGISTRAR).await?, of(&three.north, REGISTRAR).await?);
    let id = cooperative(&south, "1/2019").await?;
    let (record, page) = (format!("{COOPERATIVES}/{id}"), format!("/fr/directory/{id}"));

    // The offer, the answer to it, and then the register: each by letter.
    let administrator = three.north.instance.administrator().await?.with_token("tests").await?;
    let path = format!("/api/v1/agreements/{agreement}");
    until(&administrator, &path, "the offer", |answer| answer.status == 200).await?;
    administrator.post(&format!("{path}/steps"), &json!({ "step": "accept", "version": 1 })).await?.expect(200)?;
    let visitor = three.north.instance.visitor()?;
    let came = until(&visitor, &page, "the cooperative", |answer| answer.status == 200).await?;
    ensure!(came.text.contains("Tifaouine"), "{}", came.text);

    let offered =
        south.post(TRANSFERS, &json!({ "cooperatives": [id], "to": three.north.node() })).await?.expect(201)?;
    let transfer = format!("{TRANSFERS}/{}", offered.at("/id"));
    until(&north, &transfer, "the offer of the move", |answer| answer.status == 200).await?;
    let parcel = south.download(&format!("{transfer}/parcel")).await?;
    north.upload(&format!("{transfer}/accept"), parcel).await?.expect(200)?;
    let nation = of(&three.nation, REGISTRAR).await?;
    until(&nation, &transfer, "the acceptance", |answer| answer.at("/state") == "accepted").await?;
    nation.post(&format!("{transfer}/seal"), &json!({ "tenure": 1 })).await?.expect(200)?;
    until(&south, &transfer, "the seal", |answer| answer.at("/state") == "completed").await?;
    until(&north, &transfer, "the end of the move", |answer| answer.at("/state") == "completed").await?;
    north.send(Method::PATCH, &record, Some(&json!({ "name_fr": "Autre" }))).await?.expect(200)?;
    south.send(Method::PATCH, &record, Some(&json!({ "name_fr": "Non" }))).await?.expect_problem(409, "not-home")?;

    // What it carried it could not read, and nothing of it is kept there.
    three.nation.instance.visitor()?.get(&page).await?.expect(404)?;
    let (ended, log) = three.nation.instance.stop()?;
    ensure!(ended.success() && !log.contains("Tifaouine"), "{log}");
    for name in ["tiwizi.sqlite", "tiwizi.sqlite-wal"] {
        let bytes = std::fs::read(three.nation.instance.data().join(name)).unwrap_or_default();
        ensure!(!bytes.windows(9).any(|window| window == b"Tifaouine"), "{name} holds what was carried");
    }
    Ok(())
}

#[tokio::test]
async fn an_instance_that_carries_no_letters_says_that_there_is_no_such_thing() -> anyhow::Result<()> {
    let mut three = Three::new()?;
    let variables = [
        ("TIWIZI_FEDERATION_ROOT", three.root.key.clone()),
        ("TIWIZI_FEDERATION_LISTENS", "true".to_owned()),
        ("TIWIZI_FEDERATION_CARRIES", "false".to_owned()),
        ("TIWIZI_FEDERATION_URL", three.url.clone()),
    ];
    three.nation.instance.serve_at(&three.place, &variables)?;
    let region = [
        ("TIWIZI_FEDERATION_ROOT", three.root.key.clone()),
        ("TIWIZI_FEDERATION_PRIVATE", "[\"127.0.0.0/8\"]".to_owned()),
    ];
    three.south.instance.serve_at(&free_place()?, &region)?;
    three.north.instance.serve_at(&free_place()?, &region)?;
    // One of the two writes to the other, and tells why it is not answered.
    let (south, north) = (of(&three.south, REGISTRAR).await?, of(&three.north, REGISTRAR).await?);
    let (writer, other) =
        if three.south.node() < three.north.node() { (south, three.north.node()) } else { (north, three.south.node()) };
    let peer = format!("/api/v1/peers/{other}");
    until(&writer, &peer, "why it is not answered", |answer| answer.text.contains("\"away\"")).await?;
    Ok(())
}
