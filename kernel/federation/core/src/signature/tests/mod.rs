//! What every signature of the federation must hold, against the vectors of the standard and against whoever changes a message.

mod tamper;
mod time;
mod vectors;

use std::sync::Arc;

use tiwizi_model::{Ambient, Instant, ManualClock, SeededEntropy};

use super::*;
use crate::wire::{Hash, NodeId, SigningKey, VerifyingKey};

const OFFICE: &str = "office-key";
const NATION: &str = "nation-key";
const NOW: Instant = Instant(1_777_636_800_000);

fn node(byte: u8) -> NodeId {
    NodeId(Hash([byte; 32]))
}

fn secret(byte: u8) -> SigningKey {
    SigningKey::from_seed(&[byte; 32])
}

/// The office and the nation, as both know them.
fn known(keyid: &str) -> Option<(NodeId, VerifyingKey)> {
    match keyid {
        OFFICE => Some((node(1), secret(1).verifying())),
        NATION => Some((node(2), secret(2).verifying())),
        _ => None,
    }
}

fn ambient(now: Instant, seed: u64) -> (Ambient, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(now));
    (Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(seed))), clock)
}

fn own() -> Vec<String> {
    vec!["fed.example".to_owned()]
}

fn push() -> Request {
    Request {
        method: "POST".to_owned(),
        authority: "fed.example".to_owned(),
        path: "/fed/v1/logs/members/pages".to_owned(),
        query: Some("epoch=1&from=7".to_owned()),
        lines: Lines::read([("content-type", "application/octet-stream"), ("tiwizi-protocol", "1")]).unwrap(),
        body: BodyDigest::of(b"a page"),
    }
}

/// A request that the office signed.
fn signed(ambient: &Ambient, offset: Offset) -> Request {
    let key = secret(1);
    let signer = Signer { keyid: OFFICE, key: &key };
    signer.sign_request(push(), &Stamp::new(ambient, offset), &["tiwizi-protocol"]).unwrap()
}

/// The nation's answer to it.
fn answered(request: &Request, status: u16, lines: &[(&str, &str)], now: Instant) -> Response {
    let key = secret(2);
    let lines = Lines::read(lines.iter().copied()).unwrap();
    let response = Response { status, lines, body: BodyDigest::of(b"thanks") };
    Signer { keyid: NATION, key: &key }.sign_response(Answer { response, request, now }, &[]).unwrap()
}
