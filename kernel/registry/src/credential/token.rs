//! The compact JWT of a credential (RFC 7515, RFC 8037): signing one, and reading one that somebody shows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tiwizi_model::PublicKey;
use tiwizi_model::limits::CREDENTIAL_TOKEN_BYTES_MAX;
use tiwizi_records::json::parse;

use super::claims::hex;
use crate::extract::{SigningKey, is_signed};

/// Signs a payload. What is signed begins with `eyJ`, as every JWT; what extracts sign begins with `tiwizi`.
pub(super) fn sign(key: &SigningKey, key_name: &str, payload: &Value) -> String {
    let header = json!({ "alg": "EdDSA", "kid": key_name, "typ": "JWT" });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", encode(&header), encode(payload));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// What the register keeps of a credential.
pub(super) fn digest(token: &str) -> String {
    hex::<32>(Sha256::digest(token).into())
}

/// A JWT whose form is right. Whether a key signed it, says [`Shown::is_signed_by`].
#[derive(Debug)]
pub(super) struct Shown<'a> {
    message: &'a str,
    signature: [u8; 64],
    /// The name of its key, as it says.
    pub(super) key_name: String,
    /// Its id, as it says.
    pub(super) id: String,
}

impl<'a> Shown<'a> {
    pub(super) fn read(token: &'a str) -> Option<Self> {
        if token.len() > CREDENTIAL_TOKEN_BYTES_MAX {
            return None;
        }
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        let (header, payload) = (object(header)?, object(payload)?);
        // The key decides how is signed; what says otherwise is none of ours.
        if header.get("alg")?.as_str()? != "EdDSA" {
            return None;
        }
        let key_name = header.get("kid")?.as_str()?.to_owned();
        let id = payload.get("jti")?.as_str()?.to_owned();
        Some(Self { message, signature, key_name, id })
    }

    pub(super) fn is_signed_by(&self, key: PublicKey) -> bool {
        is_signed(key, self.message.as_bytes(), &self.signature)
    }
}

fn object(part: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    parse(&bytes, CREDENTIAL_TOKEN_BYTES_MAX).ok()
}
