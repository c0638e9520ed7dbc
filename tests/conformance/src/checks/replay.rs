//! Has a request its effect once, and is nobody refused for a clock?

use anyhow::{Context as _, ensure};
use tiwizi_federation_core::signature::Nonce;

use crate::kit::Kit;
use crate::line::{Answer, signer};
use crate::report::Report;

const DAY_MS: i64 = 86_400_000;
/// The first second of 1970, and a day in 9999.
const MOMENTS_MS: [i64; 2] = [1_000, 253_000_000_000_000];

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    let (first, second) = match replay(kit).await {
        Ok(results) => results,
        Err(error) => (Err(error), Err(anyhow::anyhow!("the first request was not answered"))),
    };
    report.hold("R01", first);
    report.hold("R02", second);
    report.hold("C01", clocks(kit).await);
    report.hold("C02", once(kit).await);
    report.hold("C03", own_challenge(kit).await);
}

async fn replay(kit: &Kit) -> anyhow::Result<(anyhow::Result<()>, anyhow::Result<()>)> {
    let request = kit.signed("GET", "/fed/v1/checkpoints", b"")?;
    kit.line.send(&request, b"").await?.is(200)?;
    let again = kit.line.send(&request, b"").await?.refuses(409, "replayed");
    Ok((again, kit.ask("GET", "/fed/v1/checkpoints", b"").await?.is(200)))
}

/// Asks by a clock that is so far from ours, and gives the nonce that is wanted.
async fn challenged(kit: &Kit, offset_ms: i64) -> anyhow::Result<Nonce> {
    let request = kit.signed_at(kit.line.request("GET", "/fed/v1", b""), offset_ms)?;
    let answer = kit.line.send(&request, b"").await?;
    answer.refuses(401, "challenge")?;
    kit.line.believe(&request, &answer)?.challenge.context("the answer has no nonce in Accept-Signature")
}

async fn answering(kit: &Kit, nonce: Nonce) -> anyhow::Result<Answer> {
    let keyid = kit.tester.keyid();
    let request = kit.line.request("GET", "/fed/v1", b"");
    let request = kit.line.answering(signer(&keyid, &kit.tester.signing), request, nonce, 0)?;
    kit.line.send(&request, b"").await
}

async fn clocks(kit: &Kit) -> anyhow::Result<()> {
    let now_ms = kit.line.ambient.now().0;
    let moments = MOMENTS_MS.map(|moment_ms| moment_ms.saturating_sub(now_ms));
    for offset_ms in [DAY_MS, DAY_MS.saturating_neg()].into_iter().chain(moments) {
        let nonce = challenged(kit, offset_ms).await.with_context(|| format!("{offset_ms} ms"))?;
        answering(kit, nonce).await?.is(200).with_context(|| format!("{offset_ms} ms"))?;
    }
    Ok(())
}

async fn once(kit: &Kit) -> anyhow::Result<()> {
    let nonce = challenged(kit, DAY_MS).await?;
    answering(kit, nonce.clone()).await?.is(200)?;
    let again = answering(kit, nonce).await?;
    ensure!([401, 409].contains(&again.status), "a nonce was let in twice: {} {}", again.status, again.code());
    Ok(())
}

async fn own_challenge(kit: &Kit) -> anyhow::Result<()> {
    let (keyid, nonce) = (kit.tester.keyid(), Nonce::challenge(&kit.line.ambient));
    let request = kit.line.request("GET", "/fed/v1", b"");
    let day_before = DAY_MS.saturating_neg();
    let request = kit.line.answering(signer(&keyid, &kit.tester.signing), request, nonce, day_before)?;
    kit.line.send(&request, b"").await?.refuses(401, "challenge")
}
