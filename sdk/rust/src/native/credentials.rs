//! Credentials of the kernel in memory. Nothing is signed here: it is kept what was to be signed, and a token that says so stands for it.

use serde_json::{Value, json};

use super::imports::{Kernel, writing};
use super::json::parse;
use super::memory::error;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::CredentialsImport;

const CREDENTIALS: &str = "credentials";
const CLAIMS_BYTES_MAX: usize = 32 << 10;
const REASON_CHARS_MAX: usize = 1_000;
/// What an achievement has in every case.
const ASKED: [&str; 4] = ["/achievement/id", "/achievement/name", "/achievement/description", "/achievement/criteria"];

/// A credential that was to be signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// What it is taken back by.
    pub id: String,
    /// What was said of it.
    pub claims: Value,
    /// Why it was taken back.
    pub revoked: Option<String>,
}

impl CredentialsImport for Kernel {
    fn issue(claims: &str) -> Result<String, Error> {
        writing(CREDENTIALS, |memory| {
            if claims.len() > CLAIMS_BYTES_MAX {
                return Err(error("over-limit", "the claims of a credential have at most 32 KiB"));
            }
            let claims = parse(claims)?;
            check(&claims)?;
            let id = format!("{:032x}", memory.signed.len() + 1);
            let address = format!("https://registre.example.org/verify/credential/{id}");
            let token = format!("in-memory.{id}.in-memory");
            memory.signed.push(Signed { id: id.clone(), claims, revoked: None });
            Ok(json!({ "id": id, "address": address, "token": token }).to_string())
        })
    }

    fn revoke(id: &str, reason: &str) -> Result<(), Error> {
        writing(CREDENTIALS, |memory| {
            let reason = reason.trim();
            if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
                return Err(error("invalid", "a reason has 1 to 1,000 characters"));
            }
            let found = memory.signed.iter_mut().find(|signed| signed.id == id);
            let signed = found.ok_or_else(|| error("not-found", "the plugin had no such credential issued"))?;
            signed.revoked.get_or_insert_with(|| reason.to_owned());
            Ok(())
        })
    }
}

/// The real kernel looks at more; what is missing altogether is seen here too.
fn check(claims: &Value) -> Result<(), Error> {
    if let Some(missing) = ASKED.into_iter().find(|at| claims.pointer(at).is_none()) {
        return Err(error("invalid", &format!("{missing} of a credential is missing")));
    }
    let known = ["/subject/name", "/subject/hashed"].into_iter().any(|at| claims.pointer(at).is_some());
    if known { Ok(()) } else { Err(error("invalid", "/subject of a credential: has a name or something hashed")) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{credentials, native};

    const MANIFEST: &str = r#"{ "id": "training", "capabilities": [{ "name": "credentials" }] }"#;

    fn claims() -> Value {
        let achievement = json!({ "id": "/m", "name": "M", "description": "M", "criteria": { "narrative": "C" } });
        json!({ "subject": { "name": "Fadma" }, "achievement": achievement })
    }

    #[test]
    fn what_was_signed_and_taken_back_is_there_for_the_test() {
        native::start(MANIFEST);
        let (first, second) = (credentials::issue(&claims()).unwrap(), credentials::issue(&claims()).unwrap());
        assert_ne!(first.id, second.id);
        credentials::revoke(&second.id, "a mistake").unwrap();
        credentials::revoke(&second.id, "another word").unwrap();
        let signed = native::credentials();
        assert_eq!((&signed[0].claims, &signed[0].revoked), (&claims(), &None));
        assert_eq!(signed[1].revoked.as_deref(), Some("a mistake"));
        assert!(credentials::revoke(&"0".repeat(32), "a mistake").unwrap_err().is("not-found"));
        assert!(credentials::revoke(&first.id, " ").unwrap_err().is("invalid"));
    }

    #[test]
    fn claims_that_lack_something_and_a_missing_grant_are_refused() {
        native::start(MANIFEST);
        let mut nameless = claims();
        nameless["subject"] = json!({ "record": "x" });
        let mut careless = claims();
        careless["achievement"].as_object_mut().unwrap().remove("criteria");
        for claims in [nameless, careless, json!({})] {
            assert!(credentials::issue(&claims).unwrap_err().is("invalid"), "{claims}");
        }
        native::deny("credentials");
        assert!(credentials::issue(&claims()).unwrap_err().is("denied"));
        assert!(credentials::revoke("x", "a mistake").unwrap_err().is("denied"));
    }
}
