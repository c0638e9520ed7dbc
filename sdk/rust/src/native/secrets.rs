//! The secrets of the kernel in memory: those that the manifest names, once a test has set them.

use super::imports::{Kernel, granted};
use super::memory::{Memory, error};
use crate::bindings::tiwizi::plugin::types::Error;
use crate::imports::SecretsImport;

const SECRETS: &str = "secrets";

pub(super) fn set(name: &str, secret: &str) {
    Memory::with(|memory| {
        if let Some(held) = memory.secrets.get_mut(name) {
            *held = Some(secret.to_owned());
        }
    });
}

fn find(memory: &Memory, name: &str) -> Result<Option<String>, Error> {
    let found = memory.secrets.get(name).cloned();
    found.ok_or_else(|| error("not-found", &format!("the manifest names no secret {name}")))
}

/// A secret that is set.
pub(super) fn open(memory: &Memory, name: &str) -> Result<String, Error> {
    find(memory, name)?.ok_or_else(|| error("not-found", &format!("the secret {name} is not set")))
}

impl SecretsImport for Kernel {
    /// Whether one is set is asked without a grant, as in the real kernel.
    fn is_set(name: &str) -> Result<bool, Error> {
        let found = Memory::with(|memory| {
            memory.used.note(SECRETS);
            find(memory, name)
        });
        found.map(|secret| secret.is_some())
    }

    fn reveal(name: &str) -> Result<String, Error> {
        granted(SECRETS, |memory| open(memory, name))
    }
}

#[cfg(test)]
mod tests {
    use crate::{native, secrets};

    const MANIFEST: &str = r#"{ "capabilities": [{ "name": "secrets" }], "secrets": [{ "name": "sms-token" }] }"#;

    #[test]
    fn a_secret_is_shown_once_it_is_set() {
        native::start(MANIFEST);
        assert_eq!(secrets::is_set("sms-token"), Ok(false));
        assert!(secrets::reveal("sms-token").unwrap_err().is("not-found"));
        native::set_secret("sms-token", "s3cret");
        assert_eq!(secrets::is_set("sms-token"), Ok(true));
        assert_eq!(secrets::reveal("sms-token").unwrap().expose(), "s3cret");
        assert!(secrets::is_set("other").unwrap_err().is("not-found"));
    }

    #[test]
    fn a_secret_is_not_shown_without_a_grant() {
        native::start(MANIFEST);
        native::set_secret("sms-token", "s3cret");
        native::deny("secrets");
        assert!(secrets::reveal("sms-token").unwrap_err().is("denied"));
        assert_eq!(secrets::is_set("sms-token"), Ok(true));
    }
}
