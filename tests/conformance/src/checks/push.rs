//! Is a page taken where it belongs, once, and only when it is proven?

use anyhow::{Context as _, ensure};
use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::gate::Answer as Position;
use tiwizi_federation_core::page::{Head, Under};
use tiwizi_federation_core::wire::{Checkpoint, Entry, Group, Hash, LogId, NodeId, Note, Plane, Seed, SigningKey};
use uuid::Uuid;

use crate::kit::{Kit, left_out};
use crate::line::Answer;
use crate::log::OwnLog;
use crate::page::{assemble, plain, squeeze};
use crate::report::Report;
use crate::tester::Written;

/// Entries that a run writes.
const WORDS: usize = 6;
const POSITION_TYPE: &str = "application/vnd.tiwizi.position.v1+cbor";

pub(crate) async fn run(kit: &mut Kit, report: &mut Report) {
    if let Err(error) = write(kit).await {
        report.hold("U01", Err(error));
        return;
    }
    report.hold("U01", taken(kit).await);
    report.hold("U02", overlap(kit).await);
    report.hold("U03", gap(kit).await);
    report.hold("U04", other_root(kit).await);
    report.hold("U05", other_proof(kit).await);
    report.hold("U06", other_chain(kit).await);
    report.hold("U07", other_disclosure(kit).await);
    report.hold("U08", other_agreement(kit).await);
    report.hold("U09", other_logs(kit).await);
    report.hold("U10", other_key(kit).await);
    report.hold("U11", no_page(kit).await);
    report.hold("U12", stands(kit).await);
}

/// Writes what this run brings, and is sure that the instance takes the log at all.
async fn write(kit: &mut Kit) -> anyhow::Result<()> {
    kit.own_log().await?;
    for _ in 0..WORDS {
        kit.tester.note(Written::Word)?;
    }
    Ok(())
}

fn at(answer: &Answer, status: u16, next: u64) -> anyhow::Result<()> {
    answer.is(status)?;
    answer.is_of(POSITION_TYPE)?;
    let position = Position::decode(&answer.body)?;
    ensure!(position.next == next, "the position {next} was expected, not {}", position.next);
    ensure!(position.credit > 0, "it takes no more bytes");
    Ok(())
}

async fn bring(kit: &Kit, log: &OwnLog, from: u64, to: u64) -> anyhow::Result<Answer> {
    kit.bring(&log.id, &log.page(&kit.tester.signing, from, to)?).await
}

async fn taken(kit: &Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    // Two entries now; the others are for the checks behind.
    let to = next.saturating_add(2);
    let answer = bring(kit, &log, next, to).await?;
    if answer.code() == "log-forked" {
        return Err(left_out("an earlier run has stopped this log for good (--fork): make new keys"));
    }
    at(&answer, 200, to)?;
    ensure!(kit.own_log().await?.1 == to, "the greeting wants another place");
    Ok(())
}

async fn overlap(kit: &Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    let before = next.checked_sub(2).context("the first page was not taken")?;
    at(&bring(kit, &log, before, next).await?, 200, next).context("the same again")?;
    let more = next.saturating_add(1);
    at(&bring(kit, &log, before, more).await?, 200, more).context("one that overlaps")
}

async fn gap(kit: &Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    let from = next.saturating_add(1);
    at(&bring(kit, &log, from, from.saturating_add(1)).await?, 409, next)
}

/// The next page as it should be, before it is squeezed.
async fn next_parts(kit: &Kit) -> anyhow::Result<(OwnLog, Head, Vec<u8>)> {
    let (log, next) = kit.own_log().await?;
    let (head, plain) = log.parts(&kit.tester.signing, next, next.saturating_add(1))?;
    Ok((log, head, plain))
}

async fn refused(kit: &Kit, log: &LogId, (head, plain): (&Head, &[u8]), code: &str) -> anyhow::Result<()> {
    let page = assemble(head, &squeeze(plain)?)?;
    kit.bring(log, &page).await?.refuses(422, code)
}

/// A note of the log that says another root.
fn note_of(kit: &Kit, log: &OwnLog, size: u64, root: Hash) -> anyhow::Result<String> {
    let checkpoint = Checkpoint { root, ..log.checkpoint(size)? };
    Ok(Note::sign(&checkpoint, &kit.tester.signing).text().to_owned())
}

async fn other_root(kit: &Kit) -> anyhow::Result<()> {
    let (log, head, plain) = next_parts(kit).await?;
    let size = head.previous_size.saturating_add(1);
    let head = Head { note: note_of(kit, &log, size, Hash([9; 32]))?, ..head };
    refused(kit, &log.id, (&head, &plain), "page-root").await
}

async fn other_proof(kit: &Kit) -> anyhow::Result<()> {
    let (log, head, plain) = next_parts(kit).await?;
    let consistency = head.consistency.iter().copied().chain([Hash([9; 32])]).collect();
    refused(kit, &log.id, (&Head { consistency, ..head }, &plain), "page-consistency").await
}

async fn other_chain(kit: &Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    // Another history of the same log, of which only the new entry is shown.
    let mut other = OwnLog::new(log.id.clone(), kit.node()?, 1);
    for _ in 0..=next {
        other.append(&Written::Word)?;
    }
    let page = other.page(&kit.tester.signing, next, next.saturating_add(1))?;
    kit.bring(&log.id, &page).await?.refuses(422, "entry-chain")
}

async fn other_disclosure(kit: &Kit) -> anyhow::Result<()> {
    let (log, head, _) = next_parts(kit).await?;
    let (from, to) = (head.previous_size, head.previous_size.saturating_add(1));
    let mut entries: Vec<Entry> = log.entries(from, to)?.to_vec();
    for entry in &mut entries {
        for group in &mut entry.groups {
            *group = Group::new(group.no, Seed([0x77; 32]), group.fields.clone())?;
        }
    }
    let plain = plain(&entries);
    let head = Head { expanded_bytes: plain.len(), ..head };
    refused(kit, &log.id, (&head, &plain), "entry-disclosure").await
}

async fn other_agreement(kit: &Kit) -> anyhow::Result<()> {
    let (log, head, plain) = next_parts(kit).await?;
    let under = Some(Under { agreement: AgreementId(Uuid::from_u128(0xfed)), version: 1 });
    let page = assemble(&Head { under, ..head }, &squeeze(&plain)?)?;
    let answer = kit.bring(&log.id, &page).await?;
    ensure!(answer.code() == "no-agreement" && answer.status >= 400, "{} {}", answer.status, answer.code());
    Ok(())
}

async fn other_logs(kit: &Kit) -> anyhow::Result<()> {
    let target = kit.node()?;
    for (node, code) in [(target, "page-own-log"), (NodeId(Hash([0x33; 32])), "no-agreement")] {
        let mut log = OwnLog::new(LogId { node, plane: Plane::control() }, target, 0);
        log.append(&Written::Word)?;
        let answer = bring(kit, &log, 0, 1).await?;
        ensure!(
            answer.code() == code && answer.status >= 400,
            "{code} was expected, not {} {}",
            answer.status,
            answer.code()
        );
    }
    let (log, next) = kit.own_log().await?;
    let page = log.page(&kit.tester.signing, next, next.saturating_add(1))?;
    let other = LogId { node: kit.tester.node, plane: "registry".parse()? };
    kit.bring(&other, &page).await?.refuses(422, "page-other-log")
}

async fn other_key(kit: &Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    let page = log.page(&SigningKey::from_seed(&[0x5a; 32]), next, next.saturating_add(1))?;
    kit.bring(&log.id, &page).await?.refuses_like(422, "page-")
}

async fn no_page(kit: &Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    let page = log.page(&kit.tester.signing, next, next.saturating_add(1))?;
    let (half, _) = page.split_at(page.len() / 2);
    let longer = [page.as_slice(), b"x"].concat();
    for bytes in [half, b"", b"{}", &longer] {
        kit.bring(&log.id, bytes).await?.refuses(422, "page-form").with_context(|| format!("{} bytes", bytes.len()))?;
    }
    Ok(())
}

async fn stands(kit: &Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    // What was taken before and no more; and what comes next is still taken.
    let unsent = log.size().checked_sub(next).context("it took more than it was brought")?;
    ensure!(unsent == 3, "it stands at {next} of {}", log.size());
    at(&bring(kit, &log, next, log.size()).await?, 200, log.size())
}
