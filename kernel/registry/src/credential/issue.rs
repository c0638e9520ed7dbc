//! Issues a credential and takes one back, within the unit of work of the plugin's call.

use serde_json::{Map, Value, json};
use tiwizi_model::limits::CREDENTIAL_REASON_CHARS_MAX;
use tiwizi_model::{Instant, PluginId, ProvinceCode};
use tiwizi_records::{ReadError, Unit, UnitError};

use super::claims::{Claims, ClaimsError, Reading, Wanted};
use super::issuer::Issuer;
use super::token::{digest, sign};
use super::verify::{Code, record_of};
use crate::extract::{KeyError, SigningKey, current_key};
use crate::kinds::Names;

/// The official contexts: Verifiable Credentials 2.0 and Open Badges 3.0.
const CONTEXTS: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];

/// What is to be issued for whom.
#[derive(Debug)]
pub struct Order {
    /// The plugin that asks.
    pub plugin: PluginId,
    /// What it says.
    pub claims: Claims,
    /// The province of the person that it names.
    pub province: Option<ProvinceCode>,
}

/// A credential as it is handed out. It is kept by whoever has it, not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The end of its address, by which it is taken back.
    pub code: Code,
    /// Where anybody verifies it. It is the credential's id too.
    pub address: String,
    /// The signed credential, a compact JWT.
    pub token: String,
}

/// Why nothing was issued or taken back.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The claims are not right.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// There is no key to sign with.
    #[error("could not sign")]
    Key(#[source] KeyError),
    /// It could not be kept.
    #[error("could not keep what was issued")]
    Unit(#[source] UnitError),
    /// The credentials could not be read.
    #[error("could not read the credentials")]
    Read(#[source] ReadError),
    /// The plugin had no such credential issued.
    #[error("{plugin} had no such credential issued")]
    Missing {
        /// Which plugin.
        plugin: PluginId,
    },
    /// The reason is none.
    #[error("a reason has 1 to {} characters", CREDENTIAL_REASON_CHARS_MAX)]
    Reason,
}

/// Signs a credential, and gathers its record in the unit.
///
/// # Errors
/// `Claims` when the claims are not right, `Key` when there is no key, `Unit` when the unit is full.
pub async fn issue(unit: &mut Unit, issuer: &Issuer, order: Order) -> Result<Issued, CredentialError> {
    let ambient = unit.records().ambient().clone();
    let now = ambient.now();
    let reading = Reading { plugin: &order.plugin, address: issuer.address(), now, secret: ambient.secret() };
    let wanted = order.claims.judged(reading)?;
    let key = current_key(unit.records(), issuer.instance_key()).await.map_err(CredentialError::Key)?;
    let code = Code::of(ambient.secret());
    let address = format!("{}/verify/credential/{code}", issuer.address());
    let payload = payload(issuer, &wanted, &address, now);
    let token = sign(&key, &issuer.key(key.id()), &payload);
    let mut body = body(&wanted, &key, now);
    let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
    set("code", code.to_string().into());
    set("plugin", order.plugin.as_str().into());
    set("digest", digest(&token).into());
    if let Some(province) = order.province {
        set("province", province.to_string().into());
    }
    unit.create_by_kernel(&Names::new().credential, Value::Object(body)).map_err(CredentialError::Unit)?;
    Ok(Issued { code, address, token })
}

/// The credential with the claims that a JWT registers for it (Open Badges 3.0, section 8.2).
fn payload(issuer: &Issuer, wanted: &Wanted, address: &str, now: Instant) -> Value {
    let mut payload = json!({
        "@context": CONTEXTS,
        "id": address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": wanted.title,
        "issuer": issuer.profile(),
        "validFrom": now.rfc3339(),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": wanted.identifiers,
            "achievement": wanted.achievement,
        },
        "iss": issuer.did(),
        "jti": address,
        "iat": seconds(now),
        "nbf": seconds(now),
    });
    if let (Some(until), Some(fields)) = (wanted.valid_until, payload.as_object_mut()) {
        fields.insert("validUntil".to_owned(), until.rfc3339().into());
        fields.insert("exp".to_owned(), seconds(until).into());
    }
    payload
}

fn seconds(at: Instant) -> i64 {
    at.0.div_euclid(1_000)
}

fn body(wanted: &Wanted, key: &SigningKey, now: Instant) -> Map<String, Value> {
    let mut body = Map::new();
    let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
    set("title", wanted.title.as_str().into());
    set("achievement", wanted.achievement_id.as_str().into());
    set("issued_at", now.0.into());
    set("key_id", key.id().to_string().into());
    if let Some(until) = wanted.valid_until {
        set("valid_until", until.0.into());
    }
    if let Some(record) = wanted.record {
        set("subject", record.to_string().into());
    }
    body
}

/// Takes back a credential of the plugin's. What is taken back already stays as it is. One that the same call had issued is not there yet.
///
/// # Errors
/// `Missing` when the plugin had no such credential issued, `Reason` when that is empty or long, `Unit` when the unit is full.
pub async fn revoke(unit: &mut Unit, plugin: &PluginId, code: Code, reason: &str) -> Result<(), CredentialError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > CREDENTIAL_REASON_CHARS_MAX {
        return Err(CredentialError::Reason);
    }
    let found = record_of(unit.records(), code).await.map_err(CredentialError::Read)?;
    let found = found.filter(|record| record.body.get("plugin").and_then(Value::as_str) == Some(plugin.as_str()));
    let record = found.ok_or_else(|| CredentialError::Missing { plugin: plugin.clone() })?;
    if record.body.get("revoked_at").is_some() || unit.touches(record.id) {
        return Ok(());
    }
    let mut body = record.body;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("revoked_at".to_owned(), unit.records().ambient().now().0.into());
        fields.insert("reason".to_owned(), reason.into());
    }
    let kept = unit.replace_by_kernel(&Names::new().credential, record.id, body, record.version).await;
    kept.map(drop).map_err(CredentialError::Unit)
}
