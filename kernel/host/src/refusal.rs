//! The line of the log about a bundle that was not taken: which plugin it says it is, its hash, who signed it, and why.
//!
//! It is written here, once, for every way in; whoever asked is told the reason too.

use std::error::Error;

use bytes::Bytes;
use tiwizi_model::{FileHash, PluginId, PublicKey};

use crate::bundle::{Bundle, hash_of};

/// What a bundle says of itself, as far as it can be read.
struct Claimed {
    hash: FileHash,
    plugin: Option<PluginId>,
    signer: Option<PublicKey>,
}

impl Claimed {
    fn of(bytes: &Bytes) -> Self {
        let Ok(bundle) = Bundle::read(bytes) else {
            return Self { hash: hash_of(bytes), plugin: None, signer: None };
        };
        // A manifest that is refused may still have a name.
        let manifest: Option<serde_json::Value> = serde_json::from_slice(&bundle.manifest).ok();
        let id = manifest.as_ref().and_then(|manifest| manifest.get("id")).and_then(serde_json::Value::as_str);
        let plugin = id.and_then(|id| id.parse().ok());
        Self { hash: bundle.hash, plugin, signer: bundle.seal.map(|seal| seal.key) }
    }
}

/// Notes what did not happen with a bundle. It is read once more for that, beside the threads that serve others.
pub(crate) async fn note(what: &'static str, bundle: Bytes, error: &(dyn Error + Send + Sync + 'static)) {
    let claimed = tokio::task::spawn_blocking(move || Claimed::of(&bundle)).await.ok();
    let unknown = || "unknown".to_owned();
    let hash = claimed.as_ref().map_or_else(unknown, |claimed| claimed.hash.to_string());
    let plugin = claimed.as_ref().and_then(|claimed| claimed.plugin.as_ref());
    let plugin = plugin.map_or_else(unknown, ToString::to_string);
    let signer = claimed.as_ref().and_then(|claimed| claimed.signer);
    let signer = signer.map_or_else(|| "nobody".to_owned(), |key| key.to_string());
    let reason: &(dyn Error + 'static) = error;
    tracing::warn!(plugin.id = %plugin, bundle.sha256 = %hash, bundle.signer = %signer, error = reason, "{what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p01_what_is_no_bundle_is_known_by_the_hash_of_its_bytes() {
        let bytes = Bytes::from_static(b"PK no bundle");
        let Claimed { hash, plugin, signer } = Claimed::of(&bytes);
        assert_eq!((hash, plugin, signer), (hash_of(&bytes), None, None));
    }
}
