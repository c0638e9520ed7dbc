//! Is what is no question refused, and everything bounded?

use anyhow::{Context as _, ensure};
use futures::future::join_all;
use tiwizi_model::limits;

use crate::kit::{Kit, pages};
use crate::report::Report;

/// Questions at once, of which some find no place.
const AT_ONCE: usize = 7;
/// How long they wait, so that they are there together.
const WAIT_MS: u64 = 2_000;

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    report.hold("B01", nowhere(kit).await);
    report.hold("B02", parameters(kit).await);
    report.hold("B03", bodies(kit).await);
    report.hold("B04", package(kit).await);
    report.hold("B05", places(kit).await);
}

async fn nowhere(kit: &Kit) -> anyhow::Result<()> {
    for address in ["/fed/v1/nothing", "/fed/v1/logs/none/pages", "/fed/v2"] {
        kit.ask("GET", address, b"").await?.is(404).with_context(|| address.to_owned())?;
    }
    Ok(())
}

async fn parameters(kit: &Kit) -> anyhow::Result<()> {
    let own = pages(&kit.tester.control());
    let addresses = [
        "/fed/v1?other=1".to_owned(),
        "/fed/v1?wait=1&wait=2".to_owned(),
        "/fed/v1?wait=-1".to_owned(),
        "/fed/v1/directory?have=x".to_owned(),
        own.clone(),
        format!("{own}?epoch=0&from=0"),
    ];
    for address in addresses {
        let answer = kit.ask("GET", &address, b"").await?;
        answer.refuses(400, "bad-parameter").with_context(|| address.clone())?;
    }
    let answer = kit.ask("POST", &format!("{own}?end=2"), b"").await?;
    answer.refuses(400, "bad-parameter").context("end=2")
}

async fn bodies(kit: &Kit) -> anyhow::Result<()> {
    kit.ask("POST", "/fed/v1/keys", b"{}").await?.refuses(400, "body-form").context("keys")?;
    kit.ask("POST", "/fed/v1/directory", b"{}").await?.refuses(400, "body-form").context("a directory")?;
    let long = vec![0; limits::FED_PAGE_ALONE_BYTES_MAX.saturating_add(1)];
    let own = kit.tester.control();
    kit.bring(&own, &long).await?.refuses(413, "body-too-large").context("a page")?;
    let long = vec![0; limits::FED_KEYS_BYTES_MAX.saturating_add(1)];
    kit.ask("POST", "/fed/v1/keys", &long).await?.refuses(413, "body-too-large").context("keys")
}

async fn package(kit: &Kit) -> anyhow::Result<()> {
    kit.ask("GET", "/fed/v1/packages/no-such-package/1", b"").await?.refuses(404, "absent")
}

async fn places(kit: &Kit) -> anyhow::Result<()> {
    let mark = kit.hello().await?.mark();
    let address = format!("/fed/v1?seen={mark}&wait={WAIT_MS}");
    let mut requests = Vec::new();
    for _ in 0..AT_ONCE {
        requests.push(kit.signed("GET", &address, b"")?);
    }
    let answers = join_all(requests.iter().map(|request| kit.line.send_once(request, b""))).await;
    let mut busy = 0_usize;
    for answer in answers {
        let answer = answer?;
        if answer.status == 429 {
            ensure!(answer.lines.value("retry-after").is_some(), "it does not say when to come again");
            answer.refuses(429, "busy")?;
            busy = busy.saturating_add(1);
        }
    }
    let wanted = AT_ONCE.saturating_sub(limits::FED_PEER_REQUESTS_MAX);
    ensure!(busy == wanted, "of {AT_ONCE} questions at once {busy} found no place, not {wanted}");
    kit.hello().await.map(drop).context("afterwards")
}
