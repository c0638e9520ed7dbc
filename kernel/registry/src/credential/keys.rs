//! The public keys under which credentials are verified, as programs of others fetch them.
//!
//! Every key that ever signed stays there, the newest first, so a credential verifies years after its key was replaced. A key that got
//! into wrong hands is left out: whoever has it signs what they like, with any date. What it signed before is known to the register,
//! and the page of a credential says so.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::issuer::Issuer;
use crate::extract::KeyRow;

/// `/.well-known/did.json`: the document of the issuer's id (DID Core, JSON Web Key 2020).
#[must_use]
pub fn did_document(issuer: &Issuer, keys: &[KeyRow]) -> Value {
    let did = issuer.did();
    let methods: Vec<Value> = trusted(keys)
        .map(|key| json!({ "id": issuer.key(key.id), "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk(key) }))
        .collect();
    let asserting: Vec<String> = trusted(keys).map(|key| issuer.key(key.id)).collect();
    json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": asserting,
    })
}

/// `/.well-known/jwks.json`: the same keys as a set (RFC 7517), by the names that credentials have for them.
#[must_use]
pub fn key_set(issuer: &Issuer, keys: &[KeyRow]) -> Value {
    let keys: Vec<Value> = trusted(keys)
        .map(|key| {
            let mut jwk = jwk(key);
            if let Some(fields) = jwk.as_object_mut() {
                fields.insert("kid".to_owned(), issuer.key(key.id).into());
                fields.insert("alg".to_owned(), "EdDSA".into());
                fields.insert("use".to_owned(), "sig".into());
            }
            jwk
        })
        .collect();
    json!({ "keys": keys })
}

/// The newest first, without those that got into wrong hands.
fn trusted(keys: &[KeyRow]) -> impl Iterator<Item = &KeyRow> {
    let next = keys.iter().skip(1).map(Some).chain(std::iter::once(None));
    let mut trusted: Vec<&KeyRow> = keys
        .iter()
        .zip(next)
        .filter(|(_, next)| next.is_none_or(|next| !next.follows_a_compromise()))
        .map(|(key, _)| key)
        .collect();
    trusted.reverse();
    trusted.into_iter()
}

/// An Ed25519 key as RFC 8037 has it.
fn jwk(key: &KeyRow) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(key.public.0) })
}
