//! `tiwizi peer`: the instances that this one exchanges with, and what is wrong with the line to each.

use serde_json::{Value, json};
use tiwizi_federation::directory::Roll;
use tiwizi_federation::peers::{self, Diagnosis, Gravity, PeerError, PeerView};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_storage::federation::peer::Switch;

use crate::arguments::{DataDirectory, OnePeer, Peer, SomePeers};
use crate::commands::federation::{House, refused};
use crate::commands::stick;
use crate::outcome;

pub(crate) async fn run(command: Peer) -> anyhow::Result<()> {
    match command {
        Peer::List { directory } => list(&directory).await,
        Peer::Pause(arguments) => turn(&arguments, Switch::Pause).await,
        Peer::Resume(arguments) => turn(&arguments, Switch::Resume).await,
        Peer::Sync(arguments) => sync(&arguments).await,
        Peer::Doctor(arguments) => doctor(&arguments).await,
        Peer::Write(arguments) => stick::write(&arguments).await,
        Peer::Read(arguments) => stick::read(&arguments).await,
    }
}

async fn views(house: &House) -> anyhow::Result<Vec<PeerView>> {
    Ok(peers::list(&mut *house.db.read().await?).await?)
}

pub(crate) fn unknown(error: PeerError) -> anyhow::Error {
    match error {
        PeerError::Storage(_) => anyhow::Error::new(error),
        PeerError::Unknown { .. } | PeerError::Several { .. } => refused(error),
    }
}

async fn list(directory: &DataDirectory) -> anyhow::Result<()> {
    let house = House::open(directory).await?;
    let views = views(&house).await;
    house.db.close().await;
    let views = views?;
    let lines: Vec<String> = views.iter().map(line).collect();
    let text = if lines.is_empty() { "There are no peers yet: take a directory.".to_owned() } else { lines.join("\n") };
    outcome::answer(directory.json, &json!({ "peers": views.iter().map(view_shown).collect::<Vec<_>>() }), &text);
    Ok(())
}

fn view_shown(view: &PeerView) -> Value {
    let row = &view.row;
    json!({
        "node": view.node.to_string(), "name": row.name, "role": row.role, "url": row.url, "state": view.state.as_str(),
        "paused": row.paused, "cut": row.cut, "cut_at": row.cut_at.map(|at| at.rfc3339()),
        "contact_at": row.contact_at.map(|at| at.rfc3339()),
        "error": row.error_code, "error_at": row.error_at.map(|at| at.rfc3339()), "retries": row.retries,
        "next_try_at": row.next_try_at.rfc3339(), "goodput_bytes_per_s": row.goodput, "clock_offset_ms": row.clock_offset_ms,
        "parked": view.parked, "stopped": view.stopped,
    })
}

fn line(view: &PeerView) -> String {
    let row = &view.row;
    let heard = row.contact_at.map_or_else(|| "never heard of".to_owned(), |at| format!("heard of {}", at.rfc3339()));
    let rests = if row.paused { ", rests" } else { "" };
    let since = row.cut_at.map_or_else(String::new, |at| format!(" since {}", at.rfc3339()));
    let cut = if row.cut { format!(", cut{since}") } else { String::new() };
    let error = row.error_code.as_ref().map_or_else(String::new, |code| format!(", {code} ({} times)", row.retries));
    format!("{}  {} ({}, {}): {heard}{rests}{cut}{error}", view.node, row.name, row.role, view.state.as_str())
}

async fn turn(arguments: &OnePeer, switch: Switch) -> anyhow::Result<()> {
    let house = House::open(&arguments.directory).await?;
    let turned = turn_one(&house, &arguments.peer, switch).await;
    house.db.close().await;
    let (node, name) = turned?;
    let paused = switch == Switch::Pause;
    let text = if paused { format!("{name} rests.") } else { format!("{name} goes on.") };
    outcome::answer(arguments.directory.json, &json!({ "node": node.to_string(), "paused": paused }), &text);
    Ok(())
}

async fn turn_one(house: &House, word: &str, switch: Switch) -> anyhow::Result<(NodeId, String)> {
    let views = views(house).await?;
    let view = peers::find(&views, word).map_err(unknown)?;
    peers::turn(&house.db, &view.node, switch, house.ambient.now()).await.map_err(unknown)?;
    Ok((view.node, view.row.name.clone()))
}

/// The peers that are meant: one, or all.
fn meant(views: Vec<PeerView>, word: Option<&str>) -> anyhow::Result<Vec<PeerView>> {
    match word {
        None => Ok(views),
        Some(word) => Ok(vec![peers::find(&views, word).map_err(unknown)?.clone()]),
    }
}

async fn sync(arguments: &SomePeers) -> anyhow::Result<()> {
    let house = House::open(&arguments.directory).await?;
    let hastened = hasten(&house, arguments.peer.as_deref()).await;
    house.db.close().await;
    let nodes = hastened?;
    let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    let text = format!("{} peers are tried as soon as the instance is served.", names.len());
    outcome::answer(arguments.directory.json, &json!({ "peers": names }), &text);
    Ok(())
}

async fn hasten(house: &House, word: Option<&str>) -> anyhow::Result<Vec<NodeId>> {
    let nodes: Vec<NodeId> = meant(views(house).await?, word)?.iter().map(|view| view.node).collect();
    peers::hasten(&house.db, &nodes, house.ambient.now()).await.map_err(unknown)?;
    Ok(nodes)
}

async fn doctor(arguments: &SomePeers) -> anyhow::Result<()> {
    let house = House::open(&arguments.directory).await?;
    let found = examine(&house, arguments.peer.as_deref()).await;
    house.db.close().await;
    let found = found?;
    let stops = |found: &Diagnosis| found.findings.iter().any(|finding| finding.gravity == Gravity::Stop);
    let is_stopped = found.iter().any(stops);
    let value = json!({ "well": !is_stopped, "diagnoses": found.iter().map(diagnosis_shown).collect::<Vec<_>>() });
    let lines: Vec<String> = found.iter().flat_map(diagnosis_lines).collect();
    outcome::answer(arguments.directory.json, &value, &lines.join("\n"));
    if is_stopped {
        Err(anyhow::anyhow!("something does not go on by itself; the next step stands beside it"))
    } else {
        Ok(())
    }
}

async fn examine(house: &House, word: Option<&str>) -> anyhow::Result<Vec<Diagnosis>> {
    let (keys, here) = (house.keys().await?, house.here().await?);
    let roll = Roll::load(&mut *house.db.read().await?, here).await?;
    let views = meant(views(house).await?, word)?;
    Ok(peers::diagnose(keys.as_ref(), &roll, &views, house.ambient.now()))
}

fn diagnosis_shown(diagnosis: &Diagnosis) -> Value {
    let findings: Vec<Value> = diagnosis
        .findings
        .iter()
        .map(|finding| {
            json!({
                "code": finding.code, "gravity": finding.gravity.as_str(), "cause": finding.cause, "next": finding.next,
            })
        })
        .collect();
    let (node, name) = match &diagnosis.peer {
        Some((node, name)) => (Some(node.to_string()), Some(name)),
        None => (None, None),
    };
    json!({ "node": node, "name": name, "findings": findings })
}

fn diagnosis_lines(diagnosis: &Diagnosis) -> Vec<String> {
    let name = diagnosis.peer.as_ref().map_or("This instance", |(_, name)| name.as_str());
    if diagnosis.findings.is_empty() {
        return vec![format!("{name}: well.")];
    }
    let told = diagnosis.findings.iter().flat_map(|finding| {
        [format!("  {}: {}", finding.gravity.as_str(), finding.cause), format!("    next: {}", finding.next)]
    });
    std::iter::once(format!("{name}:")).chain(told).collect()
}
