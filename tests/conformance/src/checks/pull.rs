//! Does every page prove itself, and is told what cannot be given?

use anyhow::{Context as _, ensure};
use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::cursor::Cursor;
use tiwizi_federation_core::flow::receive::{Expected, Proven, open, verify};
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::greeting::Offered;
use tiwizi_federation_core::page::Page;
use tiwizi_federation_core::wire::{LogId, Plane};
use tiwizi_model::limits;
use tokio::time::Instant;
use uuid::Uuid;

use super::snapshots;
use crate::kit::{Kit, beginning, left_out, pages};
use crate::line::Answer;
use crate::report::Report;

const PAGE_TYPE: &str = "application/vnd.tiwizi.page.v1";
/// How long is waited for nothing.
const WAIT_MS: u64 = 1_500;
/// Pages of one log that are fetched before the kit gives up.
const PAGES_MAX: usize = 20_000;
/// Small pages are asked for, so that there are several.
const BYTES: u64 = 64 << 10;

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    let (proven, sizes) = match all(kit).await {
        Ok(sizes) => (Ok(()), sizes),
        Err(error) => (Err(error), Err(left_out("the pages do not prove themselves"))),
    };
    report.hold("L01", proven);
    report.hold("L02", sizes);
    report.hold("L03", end(kit).await);
    report.hold("L04", ahead(kit).await);
    report.hold("L05", epoch(kit).await);
    report.hold("L06", no_agreement(kit).await);
    report.hold("L07", version(kit).await);
    report.hold("L08", of_others(kit).await);
}

/// One log that is offered, as it is asked for.
pub(crate) fn feed(kit: &Kit, offered: &Offered) -> anyhow::Result<Feed> {
    let log = LogId { node: kit.node()?, plane: offered.plane.clone() };
    Ok(Feed { log, agreement: offered.agreement })
}

/// Asks for a page.
async fn page(kit: &Kit, feed: &Feed, (epoch, version): (u32, u32), from: u64) -> anyhow::Result<Answer> {
    page_of(kit, feed, (epoch, version), from, 0).await
}

async fn page_of(
    kit: &Kit,
    feed: &Feed,
    (epoch, version): (u32, u32),
    from: u64,
    wait_ms: u64,
) -> anyhow::Result<Answer> {
    let under = feed.agreement.map_or_else(String::new, |id| format!("&agreement={id}&version={version}"));
    let address = format!("{}?epoch={epoch}&from={from}&max_bytes={BYTES}{under}&wait={wait_ms}", pages(&feed.log));
    kit.ask("GET", &address, b"").await
}

/// Follows a log from its beginning to its end and gives what was shown of it; every page is held to all that it claims.
pub(crate) async fn follow(
    kit: &Kit,
    offered: &Offered,
    pages_seen: &mut Vec<(usize, usize)>,
) -> anyhow::Result<Vec<Proven>> {
    let (feed, target) = (feed(kit, offered)?, kit.line.target()?);
    let mut cursor: Cursor = beginning(offered.epoch, offered.version);
    let mut shown = Vec::new();
    for _ in 0..PAGES_MAX {
        let from = cursor.next_seq();
        let answer = page(kit, &feed, (offered.epoch, offered.version), from).await?;
        if answer.status == 204 {
            ensure!(from >= offered.size, "it ends at {from}, and the greeting told {}", offered.size);
            return Ok(shown);
        }
        if answer.code() == "needs-snapshot" && offered.agreement.is_some() {
            // Entries that nobody waited for are not kept: their state comes as a snapshot, and pages from its end.
            let (_, manifest, behind) = snapshots::manifest_of(kit, offered, from).await?;
            ensure!(behind.next_seq() > from && manifest.from == from, "the snapshot for {from} leads nowhere");
            cursor = behind;
            continue;
        }
        answer.is(200)?;
        answer.is_of(PAGE_TYPE)?;
        let page = Page::decode(&answer.body).with_context(|| format!("the page from {from} on"))?;
        pages_seen.push((answer.body.len(), page.items.len()));
        ensure!(
            page.head.previous_size == from && !page.items.is_empty(),
            "the page from {from} on begins elsewhere, or is empty"
        );
        let expected = Expected { feed: &feed, cursor: &cursor, keys: &target.ring };
        let checkpoint = open(&page, &expected).with_context(|| format!("the page from {from} on"))?;
        let receipt = verify(page, checkpoint, &expected).with_context(|| format!("the page from {from} on"))?;
        shown.extend(receipt.entries);
        cursor = receipt.cursor;
    }
    anyhow::bail!("the log has no end")
}

/// Follows all logs that are offered; gives whether pages were as large as they may be.
async fn all(kit: &Kit) -> anyhow::Result<anyhow::Result<()>> {
    let (mut sizes, hello) = (Vec::new(), kit.hello().await?);
    for offered in &hello.logs {
        follow(kit, offered, &mut sizes).await.with_context(|| format!("the log {}", offered.plane))?;
    }
    if sizes.is_empty() {
        return Err(left_out("there is no entry in any log that is offered"));
    }
    let most = |entries: usize| if entries > 1 { limits::FED_PAGE_BYTES_MAX } else { limits::FED_PAGE_ALONE_BYTES_MAX };
    let large = sizes.iter().find(|(bytes, entries)| *bytes > most(*entries));
    Ok(match large {
        None => Ok(()),
        Some((bytes, entries)) => Err(anyhow::anyhow!("a page of {entries} entries has {bytes} bytes")),
    })
}

/// The log of control of the instance as the greeting tells it.
async fn control(kit: &Kit) -> anyhow::Result<Offered> {
    let hello = kit.hello().await?;
    let control = hello.logs.into_iter().find(|log| log.agreement.is_none() && log.plane == Plane::control());
    control.context("it does not offer its log of control")
}

async fn end(kit: &Kit) -> anyhow::Result<()> {
    let offered = control(kit).await?;
    let begun = Instant::now();
    let feed = feed(kit, &offered)?;
    let answer = page_of(kit, &feed, (offered.epoch, 0), offered.size, WAIT_MS).await?;
    let waited = u64::try_from(begun.elapsed().as_millis())?;
    if answer.status == 200 {
        let now = control(kit).await?.size;
        ensure!(now > offered.size, "it gives a page behind its end");
        return Ok(());
    }
    answer.is(204)?;
    ensure!(waited >= WAIT_MS, "it waited {waited} ms of {WAIT_MS}");
    Ok(())
}

async fn ahead(kit: &Kit) -> anyhow::Result<()> {
    let offered = control(kit).await?;
    let from = offered.size.saturating_add(1_000_000);
    page(kit, &feed(kit, &offered)?, (offered.epoch, 0), from).await?.refuses(409, "ahead")
}

async fn epoch(kit: &Kit) -> anyhow::Result<()> {
    let offered = control(kit).await?;
    let other = offered.epoch.saturating_add(7);
    page(kit, &feed(kit, &offered)?, (other, 0), 0).await?.refuses(409, "epoch")
}

async fn no_agreement(kit: &Kit) -> anyhow::Result<()> {
    let log = LogId { node: kit.node()?, plane: "members".parse()? };
    for agreement in [None, Some(AgreementId(Uuid::from_u128(0xfed)))] {
        let feed = Feed { log: log.clone(), agreement };
        page(kit, &feed, (0, 1), 0).await?.refuses(403, "no-agreement").with_context(|| format!("{agreement:?}"))?;
    }
    Ok(())
}

async fn version(kit: &Kit) -> anyhow::Result<()> {
    let hello = kit.hello().await?;
    let offered = hello.logs.iter().find(|log| log.agreement.is_some());
    let offered = offered.ok_or_else(|| left_out("no agreement is in force"))?;
    let other = offered.version.saturating_add(5);
    page(kit, &feed(kit, offered)?, (offered.epoch, other), 0).await?.refuses(409, "agreement-version")
}

async fn of_others(kit: &Kit) -> anyhow::Result<()> {
    // The caller's own log, of which the instance has a part.
    let feed = Feed { log: kit.tester.control(), agreement: None };
    page(kit, &feed, (0, 0), 0).await?.refuses(404, "log-unknown")
}
