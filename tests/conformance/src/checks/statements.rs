//! Keys, the directory and checkpoints: is what was signed taken, and nothing else?

use anyhow::{Context as _, ensure};
use tiwizi_federation_core::greeting::{KeyChain, Seen};
use tiwizi_federation_core::signature::keyid;
use tiwizi_federation_core::wire::{Directory, Envelope, Genesis, Note, SigningKey};

use crate::kit::{Kit, left_out};
use crate::line::signer;
use crate::report::Report;

pub(crate) async fn run(kit: &Kit, report: &mut Report) {
    report.hold("K01", own_keys(kit).await);
    report.hold("K02", strange_keys(kit).await);
    report.hold("K03", signed_by_another(kit).await);
    report.hold("D01", directory(kit).await);
    report.hold("D02", known_directory(kit).await);
    report.hold("D03", bent_directory(kit).await);
    report.hold("P01", told(kit).await);
    report.hold("P02", empty(kit).await);
    report.hold("P03", garbage(kit).await);
}

fn own_chain(kit: &Kit) -> Vec<u8> {
    KeyChain { genesis: kit.tester.genesis.clone(), rotations: Vec::new() }.encode()
}

async fn own_keys(kit: &Kit) -> anyhow::Result<()> {
    kit.ask("POST", "/fed/v1/keys", &own_chain(kit)).await?.is(204)
}

async fn strange_keys(kit: &Kit) -> anyhow::Result<()> {
    let key = |number: u8| SigningKey::from_seed(&[number; 32]);
    let (root, signing, next_root) = (key(0x61), key(0x62), key(0x63).verifying().promise());
    let name = "Nobody".to_owned();
    let genesis = Genesis { root: root.verifying(), signing: signing.verifying(), next_root, name };
    let keyid = keyid(&genesis.node(), &signing.verifying());
    let body = KeyChain { genesis: genesis.sign(&root), rotations: Vec::new() }.encode();
    let request = kit.line.request("POST", "/fed/v1/keys", &body);
    let request = kit.line.sign(signer(&keyid, &signing), request, 0)?;
    kit.line.send(&request, &body).await?.refuses(422, "statement-unknown")
}

async fn signed_by_another(kit: &Kit) -> anyhow::Result<()> {
    let (body, keyid) = (own_chain(kit), kit.tester.keyid());
    let request = kit.line.request("POST", "/fed/v1/keys", &body);
    let request = kit.line.sign(signer(&keyid, &SigningKey::from_seed(&[0x64; 32])), request, 0)?;
    kit.line.send(&request, &body).await?.refuses_like(401, "signature-")
}

/// The directory as it is told.
async fn told_directory(kit: &Kit) -> anyhow::Result<Envelope> {
    let answer = kit.ask("GET", "/fed/v1/directory?have=0", b"").await?;
    if answer.status == 204 {
        return Err(left_out("it has no directory"));
    }
    answer.is(200)?;
    answer.is_of(Directory::TYPE)?;
    Ok(Envelope::decode(&answer.body)?)
}

async fn directory(kit: &Kit) -> anyhow::Result<()> {
    let envelope = told_directory(kit).await?;
    let root = kit.setting.root.as_ref().ok_or_else(|| left_out("the key of the root is not given (--root)"))?;
    let directory = Directory::open(&envelope, root)?;
    ensure!(directory.member(&kit.node()?).is_some(), "it does not name the instance itself");
    ensure!(directory.member(&kit.tester.node).is_some(), "it does not name the caller");
    let version = kit.hello().await?.directory;
    ensure!(
        directory.version == version,
        "the greeting tells version {version}, and the directory is {}",
        directory.version
    );
    Ok(())
}

async fn known_directory(kit: &Kit) -> anyhow::Result<()> {
    let version = kit.hello().await?.directory;
    kit.ask("GET", &format!("/fed/v1/directory?have={version}"), b"").await?.is(204)
}

async fn bent_directory(kit: &Kit) -> anyhow::Result<()> {
    let mut envelope = told_directory(kit).await?;
    let signature = envelope.signatures.first_mut().context("the directory has no signature")?;
    if let Some(byte) = signature.sig.first_mut() {
        *byte ^= 1;
    }
    let answer = kit.ask("POST", "/fed/v1/directory", &envelope.encode()).await?;
    answer.refuses_like(422, "statement-")
}

async fn told(kit: &Kit) -> anyhow::Result<()> {
    let answer = kit.ask("GET", "/fed/v1/checkpoints", b"").await?;
    answer.is(200)?;
    answer.is_of(Seen::TYPE)?;
    for note in Seen::decode(&answer.body)?.0 {
        let checkpoint = Note::unverified(&note)?;
        ensure!(checkpoint.log.node != kit.node()?, "it tells checkpoints of its own logs as others'");
    }
    Ok(())
}

async fn empty(kit: &Kit) -> anyhow::Result<()> {
    kit.ask("POST", "/fed/v1/checkpoints", &Seen(Vec::new()).encode()).await?.is(204)
}

async fn garbage(kit: &Kit) -> anyhow::Result<()> {
    for body in [&b"{}"[..], &[0x81], &[0x80, 0x80]] {
        kit.ask("POST", "/fed/v1/checkpoints", body).await?.refuses(400, "body-form")?;
    }
    Ok(())
}
