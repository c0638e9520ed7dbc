//! The instance as the issuer of credentials: its address, its name, and its id `did:web:…`, which follows from the address.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};
use tiwizi_storage::instance::InstanceRow;

use crate::extract::KeyId;

/// An issuer. Cheap to clone; nothing prints its key.
#[derive(Clone)]
pub struct Issuer(Arc<Inner>);

struct Inner {
    instance_key: Vec<u8>,
    name: String,
    address: String,
    did: String,
}

impl Issuer {
    /// The issuer that an instance is at its public address: scheme and host, and a port if there is one.
    #[must_use]
    pub fn new(instance: &InstanceRow, address: &str) -> Self {
        let (instance_key, name) = (instance.key.clone(), instance.name.clone());
        Self(Arc::new(Inner { instance_key, name, address: address.to_owned(), did: did_of(address) }))
    }

    /// The public address of the instance, without a slash at its end.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.0.address
    }

    /// Its id.
    #[must_use]
    pub fn did(&self) -> &str {
        &self.0.did
    }

    pub(super) fn instance_key(&self) -> &[u8] {
        &self.0.instance_key
    }

    /// What a credential says of it.
    pub(super) fn profile(&self) -> Value {
        json!({ "id": self.did(), "type": ["Profile"], "name": self.0.name, "url": self.address() })
    }

    /// What a credential names a key of it by.
    pub(super) fn key(&self, id: KeyId) -> String {
        format!("{}#{id}", self.did())
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Issuer").field("did", &self.0.did).finish_non_exhaustive()
    }
}

/// `did:web` (W3C CCG): the host, with the colon of a port written as `%3A`.
fn did_of(address: &str) -> String {
    let host = address.split_once("://").map_or(address, |(_, host)| host);
    format!("did:web:{}", host.to_ascii_lowercase().replace(':', "%3A"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_issuer_follows_from_its_address() {
        assert_eq!(did_of("https://Registre.example.org"), "did:web:registre.example.org");
        assert_eq!(did_of("http://localhost:8080"), "did:web:localhost%3A8080");
    }
}
