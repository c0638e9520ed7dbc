//! Can a snapshot be fetched in parts, and is it what was signed?

use anyhow::{Context as _, ensure};
use tiwizi_federation_core::flow::cursor::Cursor;
use tiwizi_federation_core::flow::snapshot::Manifest;
use tiwizi_federation_core::greeting::Offered;
use tiwizi_federation_core::page::{Chunk, SNAPSHOT_TYPE};
use tiwizi_federation_core::wire::{Hash, LogId};

use crate::kit::{Kit, left_out, snapshots};
use crate::line::Answer;
use crate::report::Report;

const CHUNK_TYPE: &str = "application/vnd.tiwizi.chunk.v1";
/// The first part of a chunk is this short, so that there are two.
const FIRST_BYTES: u64 = 10;

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    match manifest(kit).await {
        Ok((log, manifest)) => {
            report.hold("N01", Ok(()));
            report.hold("N02", chunks(kit, &log, &manifest).await);
            report.hold("N03", beyond(kit, &log, &manifest).await);
        }
        Err(error) => {
            report.hold("N01", Err(error));
            for id in ["N02", "N03"] {
                report.hold(id, Err(left_out("there is no manifest")));
            }
        }
    }
}

async fn manifest(kit: &Kit) -> anyhow::Result<(LogId, Manifest)> {
    let hello = kit.hello().await?;
    let offered = hello.logs.iter().find(|log| log.agreement.is_some() && log.size > 0);
    let offered = offered.ok_or_else(|| left_out("no log with entries is offered under an agreement"))?;
    let (log, manifest, _) = manifest_of(kit, offered, 0).await?;
    ensure!(manifest.from == 0 && !manifest.chunks.is_empty(), "it holds nothing, or not from the beginning");
    Ok((log, manifest))
}

/// The manifest of a log for whoever has the entries before one, and where pages go on behind it.
pub(crate) async fn manifest_of(kit: &Kit, offered: &Offered, from: u64) -> anyhow::Result<(LogId, Manifest, Cursor)> {
    let Offered { plane, agreement, version, epoch, .. } = offered;
    let (log, agreement) = (LogId { node: kit.node()?, plane: plane.clone() }, agreement.context("an agreement")?);
    let address = format!("{}?epoch={epoch}&from={from}&agreement={agreement}&version={version}", snapshots(&log));
    let answer = kit.ask("GET", &address, b"").await?;
    answer.is(200)?;
    answer.is_of(SNAPSHOT_TYPE)?;
    let (manifest, checkpoint, behind) = Manifest::open(&answer.body, &kit.line.target()?.ring)?;
    ensure!(checkpoint.log == log, "it is of another log");
    ensure!(manifest.receiver == kit.tester.node, "it is for somebody else");
    let under = (manifest.under.agreement, manifest.under.version);
    ensure!(under == (agreement, *version), "it is under another agreement");
    Ok((log, manifest, behind))
}

async fn part(kit: &Kit, log: &LogId, hash: &Hash, range: &str) -> anyhow::Result<Answer> {
    let mut request = kit.line.request("GET", &format!("{}/{hash}", snapshots(log)), b"");
    request.lines.push("range", range)?;
    let request = kit.signed_at(request, 0)?;
    kit.line.send(&request, b"").await
}

async fn chunks(kit: &Kit, log: &LogId, manifest: &Manifest) -> anyhow::Result<()> {
    for chunk in &manifest.chunks {
        let (mut whole, mut range) = (Vec::new(), format!("bytes=0-{}", FIRST_BYTES.saturating_sub(1)));
        while (whole.len() as u64) < chunk.bytes {
            let answer = part(kit, log, &chunk.hash, &range).await?;
            answer.is(206)?;
            answer.is_of(CHUNK_TYPE)?;
            ensure!(!answer.body.is_empty(), "an empty part");
            let last = (whole.len() as u64).saturating_add(answer.body.len() as u64).saturating_sub(1);
            let said = answer.lines.value("content-range").unwrap_or_default();
            let right = format!("bytes {}-{last}/{}", whole.len(), chunk.bytes);
            ensure!(said == right, "{right:?} was expected as Content-Range, not {said:?}");
            whole.extend(answer.body);
            range = format!("bytes={}-", whole.len());
        }
        ensure!(Hash::of(&[&whole]) == chunk.hash, "a chunk is not what its hash says");
        let read = Chunk::decode(&whole)?;
        ensure!(read.under == Some(manifest.under), "a chunk is under another agreement");
    }
    Ok(())
}

async fn beyond(kit: &Kit, log: &LogId, manifest: &Manifest) -> anyhow::Result<()> {
    let chunk = manifest.chunks.first().context("a chunk")?;
    let behind = format!("bytes={}-", chunk.bytes);
    part(kit, log, &chunk.hash, &behind).await?.refuses(416, "range-not-satisfiable")?;
    part(kit, log, &Hash([7; 32]), "bytes=0-").await?.refuses(404, "absent")
}
