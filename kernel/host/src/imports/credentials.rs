//! `credentials`: the instance signs that somebody achieved something, and takes it back.

use serde_json::json;
use tiwizi_model::{ProvinceCode, RecordId, limits};
use tiwizi_records::json::parse;
use tiwizi_registry::credential::{self, Claims, Code, CodeError, CredentialError, Order};

use crate::bindings::tiwizi::plugin::credentials::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::capability::Capability;
use crate::guest::state::CallState;
use crate::imports::convert::{unavailable, unit_error};
use crate::imports::error;
use crate::imports::registry::{PERSON, registry_kind};
use crate::text::escaped;

impl Host for CallState {
    async fn issue(&mut self, claims: String) -> wasmtime::Result<Result<String, Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        let outcome = waited.during(self.credential_issue(&claims)).await;
        Ok(self.counted(outcome))
    }

    async fn revoke(&mut self, id: String, reason: String) -> wasmtime::Result<Result<(), Error>> {
        self.count_store()?;
        let waited = self.budget.waited().clone();
        Ok(waited.during(self.credential_revoke(&id, &reason)).await)
    }
}

impl CallState {
    async fn credential_issue(&mut self, claims: &str) -> Result<String, Error> {
        self.require_writing(Capability::Credentials)?;
        if claims.len() > limits::CREDENTIAL_CLAIMS_BYTES_MAX {
            let most = limits::CREDENTIAL_CLAIMS_BYTES_MAX;
            return Err(error("over-limit", format!("the claims of a credential have at most {most} bytes")));
        }
        let claims = parse(claims.as_bytes(), limits::CREDENTIAL_CLAIMS_BYTES_MAX);
        let claims = claims.map_err(|source| error("invalid", source.to_string()))?;
        let claims = Claims::of(claims).map_err(|failed| credential_error(&failed.into()))?;
        if self.credentials >= limits::CREDENTIALS_OF_CALL_MAX {
            let most = limits::CREDENTIALS_OF_CALL_MAX;
            return Err(error("over-limit", format!("a call has at most {most} credentials issued")));
        }
        self.credentials = self.credentials.saturating_add(1);
        let issuer = self.ground.issuer.clone().ok_or_else(|| {
            error("unavailable", "this instance has no public address, and nobody could verify a credential of it")
        })?;
        let record = claims.record().map_err(|failed| credential_error(&failed.into()))?;
        let province = self.credential_province(record).await?;
        let order = Order { plugin: self.plugin.id().clone(), claims, province };
        let issued = credential::issue(&mut self.unit, &issuer, order).await;
        let issued = issued.map_err(|failed| credential_error(&failed))?;
        Ok(json!({ "id": issued.code.to_string(), "address": issued.address, "token": issued.token }).to_string())
    }

    /// The person that a credential is of must be there for the caller; permits go by where they live.
    async fn credential_province(&mut self, record: Option<RecordId>) -> Result<Option<ProvinceCode>, Error> {
        let Some(id) = record else { return Ok(None) };
        let found = self.unit.get(&registry_kind(PERSON)?, id).await.map_err(|failed| unit_error(&failed))?;
        let person = found.ok_or_else(|| error("not-found", format!("there is no person {id}")))?;
        Ok(person.province)
    }

    async fn credential_revoke(&mut self, id: &str, reason: &str) -> Result<(), Error> {
        self.require_writing(Capability::Credentials)?;
        let code: Code = id.parse().map_err(|failed: CodeError| error("invalid", failed.to_string()))?;
        let plugin = self.plugin.id().clone();
        let outcome = credential::revoke(&mut self.unit, &plugin, code, reason).await;
        outcome.map_err(|failed| credential_error(&failed))
    }
}

fn credential_error(failed: &CredentialError) -> Error {
    match failed {
        CredentialError::Claims(wrong) => error("invalid", escaped(&wrong.to_string(), limits::PROBLEM_CHARS_MAX)),
        CredentialError::Reason => error("invalid", failed.to_string()),
        CredentialError::Missing { .. } => error("not-found", failed.to_string()),
        CredentialError::Unit(failed) => unit_error(failed),
        CredentialError::Key(_) | CredentialError::Read(_) => unavailable(failed),
    }
}
