//! Do two instances between which there is no line exchange by files what a line would carry, and nothing else?

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::client::text;
use tiwizi_tests::command::Ending;

use super::house::House;
use super::two::{REGISTRAR, Two, cooperative, of, until};
use crate::register::COOPERATIVES;

/// Writes the file for a peer.
fn write(from: &House, to: &House, name: &str) -> anyhow::Result<(PathBuf, Value)> {
    let file = from.file(name);
    let written = from.command("peer write --json").word(to.node()).word(&file).succeed()?.json()?;
    Ok((file, written))
}

fn read(at: &House, file: &Path) -> anyhow::Result<Ending> {
    at.command("peer read --json").word(file).run()
}

/// A file goes from one to the other and is taken.
fn carry(from: &House, to: &House, name: &str) -> anyhow::Result<Value> {
    read(to, &write(from, to, name)?.0)?.json()
}

/// The log of the register in what was written or taken.
fn register<'a>(told: &'a Value, list: &str) -> anyhow::Result<&'a Value> {
    let logs = told.get(list).and_then(Value::as_array).with_context(|| told.to_string())?;
    logs.iter().find(|log| text(log, "/plane") == "registry").with_context(|| told.to_string())
}

fn refused(at: &House, file: &Path, why: &str) -> anyhow::Result<()> {
    let ending = read(at, file)?;
    ensure!(ending.code == Some(3) && ending.complaint.contains(why), "{why}: {ending:?}");
    Ok(())
}

/// Both sign by files, and the region writes a cooperative. Gives the agreement and the cooperative.
async fn begin(two: &mut Two) -> anyhow::Result<(String, String)> {
    let agreement = two.offer_names()?;
    carry(&two.region, &two.nation, "offer")?;
    two.nation.command("agreement accept --json").word(&agreement).succeed()?;
    carry(&two.nation, &two.region, "accepted")?;
    two.region.serve_alone()?;
    let registrar = of(&two.region, REGISTRAR).await?;
    let id = cooperative(&registrar, "1/2026").await?;
    two.region.instance.stop()?;
    Ok((agreement, id))
}

#[tokio::test]
async fn what_a_region_registers_comes_to_the_nation_on_a_stick_and_is_acknowledged_by_the_one_that_goes_back()
-> anyhow::Result<()> {
    let mut two = Two::new()?;
    let (_, id) = begin(&mut two).await?;
    let tried = two.region.command("peer write --json --dry-run").word(two.nation.node()).word(two.region.file("no"));
    let tried = tried.succeed()?.json()?;
    ensure!(!two.region.file("no").exists(), "a trial writes nothing");
    let (file, written) = write(&two.region, &two.nation, "pages")?;
    let [log, counted] = [register(&written, "logs")?, register(&tried, "logs")?];
    ensure!(text(log, "/from") == "0" && log.get("up_to") == counted.get("up_to"), "{log} {counted}");
    let looked = two.nation.command("peer read --json --dry-run").word(&file).succeed()?.json()?;
    ensure!(text(&looked, "/age") == "newer" && text(&looked, "/from") == two.region.node(), "{looked}");
    let taken = read(&two.nation, &file)?.json()?;
    let log = register(&taken, "taken")?;
    ensure!(text(log, "/next") == text(register(&written, "logs")?, "/up_to"), "{taken}");
    ensure!(text(log, "/parked") == "0" && log.get("refused").is_some_and(Value::is_null), "{taken}");

    // It is written once more as long as nobody has said that it came.
    let (again, written) = write(&two.region, &two.nation, "again")?;
    ensure!(text(register(&written, "logs")?, "/from") == "0", "{written}");
    let same = read(&two.nation, &again)?.json()?;
    ensure!(text(&same, "/age") == "same", "{same}");
    let answered = carry(&two.nation, &two.region, "answer")?;
    let said = register(&answered, "acknowledged")?;
    ensure!(text(said, "/said") == "further" && text(said, "/next") == text(log, "/next"), "{answered}");
    let (_, written) = write(&two.region, &two.nation, "nothing")?;
    let log = register(&written, "logs")?;
    ensure!(log.get("from") == log.get("up_to") && text(log, "/pages") == "0", "{written}");

    two.nation.serve_alone()?;
    let nation = of(&two.nation, REGISTRAR).await?;
    let path = format!("{COOPERATIVES}/{id}");
    let record = until(&nation, &path, "the cooperative", |answer| answer.status == 200).await?;
    ensure!(record.at("/body/name_fr") == "Tifaouine");
    two.region.serve_alone()?;
    let region = of(&two.region, REGISTRAR).await?;
    let ledger = region.get(&format!("/api/v1/peers/{}/ledger", two.nation.node())).await?.expect(200)?;
    ensure!(!ledger.items().is_empty(), "what went on a stick stands in the ledger as well: {}", ledger.text);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_cut_altered_older_or_for_somebody_else_is_refused_and_nothing_is_lost() -> anyhow::Result<()> {
    let mut two = Two::new()?;
    begin(&mut two).await?;
    let (old, _) = write(&two.region, &two.nation, "old")?;
    two.region.serve_alone()?;
    cooperative(&of(&two.region, REGISTRAR).await?, "2/2026").await?;
    two.region.instance.stop()?;
    let (new, written) = write(&two.region, &two.nation, "new")?;
    let bytes = std::fs::read(&new)?;
    ensure!(!bytes.windows(9).any(|nine| nine == b"Tifaouine"), "whoever finds the stick can read it");
    let worn = two.nation.file("worn");
    for at in [0, 40, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&worn, bytes.get(..at).context("it is longer")?)?;
        refused(&two.nation, &worn, "worn")?;
        let mut altered = bytes.clone();
        *altered.get_mut(at).context("it is longer")? ^= 1;
        std::fs::write(&worn, &altered)?;
        refused(&two.nation, &worn, "worn")?;
    }
    std::fs::write(&worn, bytes.get(..bytes.len() / 2).context("it is longer")?)?;
    refused(&two.nation, &worn, "--torn")?;
    refused(&two.region, &new, "not for this instance")?;
    let before = two.nation.command("peer read --json --dry-run").word(&new).succeed()?.json()?;
    ensure!(text(&before, "/age") == "newer", "nothing was taken so far: {before}");

    let taken = read(&two.nation, &new)?.json()?;
    ensure!(text(register(&taken, "taken")?, "/next") == text(register(&written, "logs")?, "/up_to"), "{taken}");
    refused(&two.nation, &old, "older than what is here")?;
    let there = two.region.command("peer write").word(two.nation.node()).word(&new).run()?;
    ensure!(there.code == Some(1) && std::fs::read(&new)? == bytes, "a file that is there is not touched: {there:?}");
    let stranger = two.region.command("peer write").word("nobody at all").word(two.region.file("x")).run()?;
    ensure!(stranger.code == Some(3), "{stranger:?}");
    two.region.command("peer pause").word(two.nation.node()).succeed()?;
    let resting = two.region.command("peer write").word(two.nation.node()).word(two.region.file("x")).run()?;
    ensure!(resting.code == Some(3) && resting.complaint.contains("rests"), "{resting:?}");
    Ok(())
}
