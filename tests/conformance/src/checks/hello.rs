//! Does the greeting say what there is, and wait for news?

use anyhow::ensure;
use tiwizi_federation_core::greeting::Hello;
use tiwizi_federation_core::wire::LogId;
use tokio::time::Instant;

use crate::kit::Kit;
use crate::report::Report;

/// How long is waited for nothing.
const WAIT_MS: u64 = 1_500;

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    report.hold("H01", form(kit).await);
    report.hold("H02", mark(kit).await);
    report.hold("H03", wait(kit).await);
    report.hold("H04", logs(kit).await);
}

async fn form(kit: &Kit) -> anyhow::Result<()> {
    let answer = kit.ask("GET", "/fed/v1", b"").await?;
    answer.is(200)?;
    answer.is_of(Hello::TYPE)?;
    let hello = Hello::decode(&answer.body)?;
    ensure!(hello.encode() == answer.body, "it is not written in the one way");
    ensure!(hello.protocols.contains(&1), "it speaks {:?}", hello.protocols);
    Ok(())
}

async fn mark(kit: &Kit) -> anyhow::Result<()> {
    let mark = kit.hello().await?.mark();
    kit.ask("GET", &format!("/fed/v1?seen={mark}"), b"").await?.is(204)
}

async fn wait(kit: &Kit) -> anyhow::Result<()> {
    let mark = kit.hello().await?.mark();
    let begun = Instant::now();
    let answer = kit.ask("GET", &format!("/fed/v1?seen={mark}&wait={WAIT_MS}"), b"").await?;
    let waited = u64::try_from(begun.elapsed().as_millis())?;
    if answer.status == 200 {
        let news = Hello::decode(&answer.body)?.mark();
        ensure!(news != mark, "it answered before its time with what was seen");
        return Ok(());
    }
    answer.is(204)?;
    ensure!(waited >= WAIT_MS, "it waited {waited} ms of {WAIT_MS}");
    Ok(())
}

async fn logs(kit: &Kit) -> anyhow::Result<()> {
    let (hello, own) = (kit.hello().await?, kit.tester.control());
    let control = hello.logs.iter().find(|log| log.plane.as_str() == "control" && log.agreement.is_none());
    ensure!(control.is_some(), "it does not offer its log of control");
    let wanted: Vec<&LogId> = hello.wanted.iter().map(|wanted| &wanted.log).collect();
    ensure!(wanted.contains(&&own), "it does not want the caller's log of control");
    ensure!(wanted.iter().all(|log| log.node == own.node), "it wants logs of others of the caller");
    Ok(())
}
