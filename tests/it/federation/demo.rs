//! Does the demonstration show what a federation is for: a region works on while its line is cut, the nation says as of when it knows, and
//! what has waited comes once the line is restored?

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tiwizi_tests::Client;
use tiwizi_tests::client::{at, text};
use tiwizi_tests::demo::Federated;

use super::nation::until as until_known;
use super::two::until;
use crate::register::COOPERATIVES;

/// One cooperative for so many of the nation's.
const ONE_IN: u32 = 400;
const NATION: &str = "nation";
/// The regions, with a province of each.
const SOUSS: (&str, &str) = ("souss-massa", "09.541");
const DRAA: (&str, &str) = ("draa-tafilalet", "08.587");

/// A region, seen by those who work there, and the nation, seen by those who look.
struct Line {
    region: (&'static str, &'static str),
    registrar: Client,
    observer: Client,
    /// What the region says of the nation.
    peer: String,
}

impl Line {
    async fn new(demo: &Federated, region: (&'static str, &'static str)) -> anyhow::Result<Self> {
        let registrar = demo.signed_in(region.0, "registrar").await?.with_token("tests").await?;
        let observer = demo.signed_in(NATION, "observer").await?.with_token("tests").await?;
        let peer = format!("/api/v1/peers/{}", text(&demo.told(NATION, "/node")?, ""));
        Ok(Self { region, registrar, observer, peer })
    }

    /// Enters a cooperative in the region; gives where it is, there and at the nation.
    async fn write(&self, number: &str, name: &str) -> anyhow::Result<String> {
        let body = json!({ "court": "Tribunal de la démonstration", "number": number, "name_fr": name, "sector": "crafts",
            "province": self.region.1, "status": "registered" });
        Ok(format!("{COOPERATIVES}/{}", self.registrar.post(COOPERATIVES, &body).await?.expect(201)?.at("/id")))
    }

    async fn comes(&self, record: &str) -> anyhow::Result<()> {
        until(&self.observer, record, "it comes to the nation", |answer| answer.status == 200).await.map(drop)
    }

    /// Waits until everything was taken, or something waits.
    async fn behind(&self, waits: bool) -> anyhow::Result<()> {
        let is_so = |found: &Value| at(found, "/behind_there").as_u64().is_some_and(|count| (count > 0) == waits);
        until_known(&self.registrar, &self.peer, is_so).await.map(drop)
    }

    /// As of when the nation knows the region.
    async fn as_of(&self) -> anyhow::Result<String> {
        let coverage = self.observer.get("/api/v1/coverage").await?.expect(200)?.json();
        let regions = at(&coverage, "/regions").as_array().cloned().unwrap_or_default();
        let code = self.region.1.split('.').next().unwrap_or_default();
        let found = regions.iter().find(|found| text(found, "/code") == code).context("the region is not told")?;
        ensure!(text(found, "/state") == "whole", "it is known: {found}");
        Ok(text(found, "/as_of"))
    }
}

/// Waits until the nation counts what the regions have.
async fn loaded(demo: &Federated) -> anyhow::Result<()> {
    let observer = demo.signed_in(NATION, "observer").await?.with_token("tests").await?;
    for measure in ["cooperatives", "members"] {
        let own = |key: &str| demo.told(key, &format!("/totals/{measure}"));
        let (souss, draa) = (own(SOUSS.0)?, own(DRAA.0)?);
        ensure!(souss.as_i64() > Some(5) && draa.as_i64() > Some(5), "each has its own: {souss}, {draa}");
        let address = format!("/api/v1/statistics/{measure}?by=region");
        let is_whole = |found: &Value| *at(found, "/counts/09") == souss && *at(found, "/counts/08") == draa;
        let found = until_known(&observer, &address, is_whole).await?;
        ensure!(text(&found, "/unknown/01") == "not-enrolled", "the others are unknown, and not nought: {found}");
    }
    // What came is there a moment before it is known that it is all.
    let (visitor, page) = (demo.visitor(NATION)?, "/fr/statistics?measure=cooperatives");
    until(&visitor, page, "both regions", |answer| answer.text.contains("2 régions sur 12")).await?;
    for (key, _) in [SOUSS, DRAA] {
        let own = demo.visitor(key)?.get(COOPERATIVES).await?.expect(200)?;
        ensure!(!own.items().is_empty(), "{key} shows its own register");
    }
    Ok(())
}

/// Turns the switch of a line on its page.
async fn turn(demo: &Federated, (at, peer): (&str, &str), switch: &str) -> anyhow::Result<String> {
    let (administrator, page) = (demo.signed_in(at, "administrator").await?, demo.switch(at, peer)?);
    administrator.submit(&page, &[("switch", switch)]).await?.expect(303)?;
    Ok(administrator.get(&page).await?.expect(200)?.text)
}

/// Cuts the line on one side, writes, sees the old state, restores the line, and sees what was written come.
async fn cut_and_restored(demo: &Federated, line: &Line, side: (&str, &str)) -> anyhow::Result<()> {
    line.behind(false).await?;
    let page = turn(demo, side, "cut").await?;
    ensure!(page.contains("coupée ici depuis") && page.contains("value=\"mend\""), "{page}");
    let before = line.as_of().await?;
    let late = line.write(&format!("{}/coupe", side.0), "Ayyur Tamment").await?;
    line.behind(true).await?;
    line.observer.get(&late).await?.expect(404)?;
    ensure!(line.as_of().await? == before, "the nation knows the region as of the cut");
    let told = line.observer.get("/fr/federation/coverage").await?.expect(200)?.text;
    ensure!(told.contains("Souss-Massa"), "{told}");
    let page = turn(demo, side, "mend").await?;
    ensure!(page.contains("La ligne est ouverte") && page.contains("value=\"cut\""), "{page}");
    line.comes(&late).await?;
    line.behind(false).await?;
    ensure!(line.as_of().await? > before, "the nation knows the region as of now");
    Ok(())
}

#[tokio::test]
async fn a_line_is_cut_and_restored_on_a_page_and_nothing_is_lost() -> anyhow::Result<()> {
    let demo = Federated::start(ONE_IN)?;
    loaded(&demo).await?;
    let line = Line::new(&demo, SOUSS).await?;
    line.comes(&line.write("1/demo", "Tafoukt Essai").await?).await?;
    let listed = line.observer.send_query("/fr/directory", &[("q", "Tafoukt Essai")]).await?.expect(200)?.text;
    ensure!(listed.contains("Tafoukt Essai") && listed.contains("à jour au"), "{listed}");
    // The region's administrator, then the nation's.
    cut_and_restored(&demo, &line, (SOUSS.0, NATION)).await?;
    cut_and_restored(&demo, &line, (NATION, SOUSS.0)).await
}

#[tokio::test]
async fn a_second_start_goes_on_with_what_is_there_on_other_ports() -> anyhow::Result<()> {
    let mut demo = Federated::start(ONE_IN)?;
    loaded(&demo).await?;
    turn(&demo, (DRAA.0, NATION), "cut").await?;
    let (accounts, node) = (demo.told(DRAA.0, "/accounts")?, demo.told(DRAA.0, "/node")?);
    demo.restart()?;
    ensure!(demo.told(DRAA.0, "/accounts")? == accounts && demo.told(DRAA.0, "/node")? == node, "they are the same");
    let line = Line::new(&demo, DRAA).await?;
    let late = line.write("1/demo", "Ayyur Tamment").await?;
    line.behind(true).await?;
    line.observer.get(&late).await?.expect(404)?;
    turn(&demo, (DRAA.0, NATION), "mend").await?;
    line.comes(&late).await?;
    demo.stop().map(drop)
}
