//! What a registry's refusals mean, and what to do next.

use anyhow::anyhow;
use oci_client::errors::{OciDistributionError, OciErrorCode};

use super::Address;
use crate::outcome::Outcome;

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    Pull,
    Push,
}

/// An error of the library in words for people.
pub(super) fn explain(error: OciDistributionError, attempt: Attempt, address: &Address, advice: &str) -> anyhow::Error {
    let registry = address.registry();
    match meaning(&error) {
        Meaning::Absent => anyhow!("there is no {address}; look at its name and its tag"),
        Meaning::Unauthorised => match attempt {
            Attempt::Pull => anyhow!("{registry} does not let you read {address}: {advice}"),
            Attempt::Push => anyhow!("{registry} does not let you write {address}: {advice}"),
        },
        Meaning::Changed => anyhow!(
            "what {registry} sent for {address} is not what its digest says; fetch it again, or from elsewhere"
        )
        .context(Outcome::Refused),
        Meaning::Unreachable => anyhow::Error::new(error).context(format!(
            "{registry} does not answer; look at its name, its port and the network (a registry without TLS needs --plain-http)"
        )),
        Meaning::Other => anyhow::Error::new(error).context(match attempt {
            Attempt::Pull => format!("{address} could not be fetched; try again later, or ask who keeps {registry}"),
            Attempt::Push => format!("{address} could not be put there; try again later, or ask who keeps {registry}"),
        }),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Absent,
    Unauthorised,
    Changed,
    Unreachable,
    Other,
}

fn meaning(error: &OciDistributionError) -> Meaning {
    match error {
        OciDistributionError::UnauthorizedError { .. }
        | OciDistributionError::AuthenticationFailure(_)
        | OciDistributionError::ServerError { code: 401 | 403, .. } => Meaning::Unauthorised,
        OciDistributionError::ImageManifestNotFoundError(_) | OciDistributionError::ServerError { code: 404, .. } => {
            Meaning::Absent
        }
        OciDistributionError::RegistryError { envelope, .. } => {
            let codes: Vec<&OciErrorCode> = envelope.errors.iter().map(|error| &error.code).collect();
            let any = |wanted: &[OciErrorCode]| codes.iter().any(|code| wanted.contains(code));
            if any(&[OciErrorCode::Unauthorized, OciErrorCode::Denied]) {
                Meaning::Unauthorised
            } else if any(&[
                OciErrorCode::ManifestUnknown,
                OciErrorCode::NameUnknown,
                OciErrorCode::NotFound,
                OciErrorCode::BlobUnknown,
            ]) {
                Meaning::Absent
            } else {
                Meaning::Other
            }
        }
        OciDistributionError::DigestError(_) => Meaning::Changed,
        // Some questions of the library end so when the registry answers, with a refusal.
        OciDistributionError::RequestError(error) => match error.status().map(|status| status.as_u16()) {
            Some(401 | 403) => Meaning::Unauthorised,
            Some(404) => Meaning::Absent,
            Some(_) => Meaning::Other,
            None => Meaning::Unreachable,
        },
        _ => Meaning::Other,
    }
}
