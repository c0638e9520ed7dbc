//! Is nobody let in but who has signed these bytes, for this instance?

use anyhow::Context as _;
use tiwizi_federation_core::signature::{Request, keyid};
use tiwizi_federation_core::wire::{Hash, SigningKey};

use crate::by_hand::{ALL, ByHand, digested, parameters};
use crate::kit::{Kit, snapshots};
use crate::line::{Answer, signer};
use crate::report::Report;

/// How long a signature may live, in seconds.
const LIFE_S: i64 = 300;
/// The body that changes nothing: a list of no checkpoints.
const EMPTY_LIST: [u8; 1] = [0x80];

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    report.hold("S01", unsigned(kit).await);
    report.hold("S02", other_label(kit).await);
    report.hold("S03", uncovered(kit).await);
    report.hold("S04", parameter(kit).await);
    report.hold("S05", lifetime(kit).await);
    report.hold("S06", stranger(kit).await);
    report.hold("S07", forged(kit).await);
    report.hold("S08", algorithm(kit).await);
    report.hold("S09", changed(kit).await);
    report.hold("S10", other_body(kit).await);
    report.hold("S11", other_digest(kit).await);
    report.hold("S12", range(kit).await);
    report.hold("S13", elsewhere(kit).await);
    report.hold("S14", by_hand(kit).await);
    report.hold("S15", body_type(kit).await);
}

fn hello(kit: &Kit) -> Request {
    kit.line.request("GET", "/fed/v1", b"")
}

/// Signs the greeting by hand.
async fn try_hand(kit: &Kit, parts: &[&str], label: &str, parameters: String) -> anyhow::Result<Answer> {
    let request = ByHand { parts, label, parameters }.sign(&kit.tester.signing, digested(hello(kit))?)?;
    kit.line.send(&request, b"").await
}

fn whole(kit: &Kit, more: &str) -> String {
    parameters(kit, &kit.tester.keyid(), LIFE_S, more)
}

async fn unsigned(kit: &Kit) -> anyhow::Result<()> {
    kit.line.send(&hello(kit), b"").await?.refuses(401, "signature-missing")
}

async fn other_label(kit: &Kit) -> anyhow::Result<()> {
    try_hand(kit, &ALL, "other", whole(kit, "")).await?.refuses(401, "signature-missing")
}

async fn uncovered(kit: &Kit) -> anyhow::Result<()> {
    for missing in ALL {
        let parts: Vec<&str> = ALL.into_iter().filter(|part| *part != missing).collect();
        let answer = try_hand(kit, &parts, "fed", whole(kit, "")).await?;
        answer.refuses(401, "signature-uncovered").with_context(|| missing.to_owned())?;
    }
    Ok(())
}

async fn parameter(kit: &Kit) -> anyhow::Result<()> {
    for missing in ["created", "expires", "nonce", "tag"] {
        let whole = whole(kit, "");
        let kept: Vec<&str> = whole.split(';').filter(|one| !one.starts_with(missing)).collect();
        let answer = try_hand(kit, &ALL, "fed", kept.join(";")).await?;
        answer.refuses(401, "signature-parameter").with_context(|| missing.to_owned())?;
    }
    Ok(())
}

async fn lifetime(kit: &Kit) -> anyhow::Result<()> {
    let longer = parameters(kit, &kit.tester.keyid(), LIFE_S.saturating_add(1), "");
    try_hand(kit, &ALL, "fed", longer).await?.refuses(401, "signature-lifetime")
}

fn strange_key() -> SigningKey {
    SigningKey::from_seed(&[0x5a; 32])
}

async fn stranger(kit: &Kit) -> anyhow::Result<()> {
    let key = strange_key();
    let keyid = keyid(&kit.tester.node, &key.verifying());
    let request = kit.line.sign(signer(&keyid, &key), hello(kit), 0)?;
    kit.line.send(&request, b"").await?.refuses(401, "signature-key-unknown")
}

async fn forged(kit: &Kit) -> anyhow::Result<()> {
    let keyid = kit.tester.keyid();
    let request = kit.line.sign(signer(&keyid, &strange_key()), hello(kit), 0)?;
    kit.line.send(&request, b"").await?.refuses(401, "signature-forged")
}

async fn algorithm(kit: &Kit) -> anyhow::Result<()> {
    for algorithm in ["hmac-sha256", "rsa-pss-sha512", "none"] {
        // Not even when the signature is good: whoever reads the name must not go by it.
        let answer = try_hand(kit, &ALL, "fed", whole(kit, &format!(";alg=\"{algorithm}\""))).await?;
        answer.refuses_like(401, "signature-").with_context(|| algorithm.to_owned())?;
    }
    try_hand(kit, &ALL, "fed", whole(kit, ";alg=\"ed25519\"")).await?.is(200)
}

async fn changed(kit: &Kit) -> anyhow::Result<()> {
    let query = Request { query: Some("wait=1".to_owned()), ..kit.signed("GET", "/fed/v1", b"")? };
    kit.line.send(&query, b"").await?.refuses(401, "signature-forged").context("its query")?;
    let path = Request { path: "/fed/v1/directory".to_owned(), ..kit.signed("GET", "/fed/v1", b"")? };
    kit.line.send(&path, b"").await?.refuses(401, "signature-forged").context("its path")?;
    let signed = kit.signed("GET", "/fed/v1/checkpoints", b"")?;
    let method = Request { method: "POST".to_owned(), ..signed };
    kit.line.send(&method, b"").await?.refuses(401, "signature-forged").context("its method")
}

async fn other_body(kit: &Kit) -> anyhow::Result<()> {
    let request = kit.signed("POST", "/fed/v1/checkpoints", &EMPTY_LIST)?;
    kit.line.send(&request, &[0x81]).await?.refuses(401, "digest-mismatch")
}

async fn other_digest(kit: &Kit) -> anyhow::Result<()> {
    for digest in ["md5=:1B2M2Y8AsgTpgAmY7PhCfg==:", "adler=:AAAAAQ==:"] {
        let mut request = hello(kit);
        request.lines.push("content-digest", digest)?;
        let hand = ByHand { parts: &ALL, label: "fed", parameters: whole(kit, "") };
        let request = hand.sign(&kit.tester.signing, request)?;
        kit.line.send(&request, b"").await?.refuses_like(401, "digest-").with_context(|| digest.to_owned())?;
    }
    Ok(())
}

async fn range(kit: &Kit) -> anyhow::Result<()> {
    let chunk = format!("{}/{}", snapshots(&kit.tester.control()), Hash([7; 32]));
    let mut request = kit.signed("GET", &chunk, b"")?;
    request.lines.push("range", "bytes=0-9")?;
    kit.line.send(&request, b"").await?.refuses(401, "signature-uncovered")
}

async fn body_type(kit: &Kit) -> anyhow::Result<()> {
    let mut request = kit.signed("POST", "/fed/v1/checkpoints", &EMPTY_LIST)?;
    request.lines.push("content-type", "application/vnd.tiwizi.checkpoints.v1+cbor")?;
    kit.line.send(&request, &EMPTY_LIST).await?.refuses(401, "signature-uncovered")
}

async fn elsewhere(kit: &Kit) -> anyhow::Result<()> {
    let other = Request { authority: "fed.example.org".to_owned(), ..hello(kit) };
    let request = kit.signed_at(other, 0)?;
    kit.line.send(&request, b"").await?.refuses(421, "signature-authority")
}

async fn by_hand(kit: &Kit) -> anyhow::Result<()> {
    try_hand(kit, &ALL, "fed", whole(kit, "")).await?.is(200)
}
