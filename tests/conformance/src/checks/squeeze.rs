//! Is a page expanded no further than it may be?

use anyhow::Context as _;
use tiwizi_federation_core::page::Head;

use crate::kit::Kit;
use crate::page::{assemble, squeeze, squeeze_wide};
use crate::report::Report;

/// Zeros, which squeeze to nearly nothing.
const BOMB_BYTES: usize = 64 << 20;
/// A window of 128 MiB.
const WINDOW_LOG: u32 = 27;

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    report.hold("Z01", bomb(kit).await);
    report.hold("Z02", length(kit).await);
    report.hold("Z03", window(kit).await);
}

/// The last entry of the log once more, in a page whose inside is as the caller likes.
async fn refused(kit: &Kit, announced: usize, squeezed: &[u8]) -> anyhow::Result<()> {
    let (log, from, _) = last(kit).await?;
    let (head, _) = log.parts(&kit.tester.signing, from, from.saturating_add(1))?;
    let page = assemble(&Head { expanded_bytes: announced, ..head }, squeezed)?;
    kit.bring(&log.id, &page).await?.refuses(422, "page-form").with_context(|| format!("{announced} bytes"))
}

/// The log, the place of its last entry, and the entry before it is squeezed.
async fn last(kit: &Kit) -> anyhow::Result<(crate::log::OwnLog, u64, Vec<u8>)> {
    let (log, _) = kit.own_log().await?;
    let from = log.size().checked_sub(1).context("nothing was written")?;
    let (_, plain) = log.parts(&kit.tester.signing, from, log.size())?;
    Ok((log, from, plain))
}

async fn bomb(kit: &Kit) -> anyhow::Result<()> {
    let squeezed = squeeze(&vec![0; BOMB_BYTES])?;
    for announced in [BOMB_BYTES, (8 << 20) + 1, (2 << 20) + 1, 1_000] {
        refused(kit, announced, &squeezed).await?;
    }
    Ok(())
}

async fn length(kit: &Kit) -> anyhow::Result<()> {
    let (_, _, plain) = last(kit).await?;
    let squeezed = squeeze(&plain)?;
    refused(kit, plain.len().saturating_add(1), &squeezed).await?;
    refused(kit, plain.len().saturating_sub(1), &squeezed).await
}

async fn window(kit: &Kit) -> anyhow::Result<()> {
    let (_, _, plain) = last(kit).await?;
    refused(kit, plain.len(), &squeeze_wide(&plain, WINDOW_LOG)?).await
}
