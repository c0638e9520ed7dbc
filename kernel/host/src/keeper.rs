//! Sealing and opening of secrets: XChaCha20-Poly1305 under a key that is derived from the instance's.
//!
//! What is stored is a fresh nonce and the sealed text. Plugin and name are bound to it, so that nobody who can write the table can put
//! one secret in the place of another. The key of the instance lies in the same database: sealing keeps secrets out of dumps of this
//! table, logs and exports, not from somebody who has the whole database.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tiwizi_identity::Secret;
use tiwizi_model::{Ambient, PluginId};

/// What the key is for: the same instance key makes other keys for other purposes.
const PURPOSE: &[u8] = b"tiwizi plugin-secret 1";
const NONCE_BYTES: usize = 24;

/// Seals and opens the secrets of an instance.
#[derive(Clone)]
pub(crate) struct Keeper(Option<Arc<XChaCha20Poly1305>>);

/// Why a secret cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeeperError {
    #[error("the database belongs to no instance, so there is no key")]
    NoKey,
    #[error("a secret could not be sealed")]
    Seal,
    #[error("a secret is damaged, or was sealed under another key or name")]
    Open,
}

impl Keeper {
    /// With a key of its own, derived from the instance's; without one it keeps nothing.
    pub(crate) fn new(instance_key: Option<&[u8]>) -> Self {
        let cipher = instance_key.filter(|key| !key.is_empty()).and_then(|key| {
            let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()?;
            mac.update(PURPOSE);
            XChaCha20Poly1305::new_from_slice(&mac.finalize().into_bytes()).ok()
        });
        Self(cipher.map(Arc::new))
    }

    pub(crate) fn seal(
        &self,
        ambient: &Ambient,
        plugin: &PluginId,
        name: &str,
        secret: &Secret,
    ) -> Result<Vec<u8>, KeeperError> {
        let cipher = self.0.as_ref().ok_or(KeeperError::NoKey)?;
        let random = ambient.secret();
        let nonce =
            random.get(..NONCE_BYTES).and_then(|bytes| XNonce::try_from(bytes).ok()).ok_or(KeeperError::Seal)?;
        let bound = bound(plugin, name);
        let payload = Payload { msg: secret.reveal().as_bytes(), aad: &bound };
        let sealed = cipher.encrypt(&nonce, payload).map_err(|_| KeeperError::Seal)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(crate) fn open(&self, plugin: &PluginId, name: &str, sealed: &[u8]) -> Result<Secret, KeeperError> {
        let cipher = self.0.as_ref().ok_or(KeeperError::NoKey)?;
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or(KeeperError::Open)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| KeeperError::Open)?;
        let bound = bound(plugin, name);
        let opened = cipher.decrypt(&nonce, Payload { msg: sealed, aad: &bound }).map_err(|_| KeeperError::Open)?;
        String::from_utf8(opened).map(Secret::of).map_err(|_| KeeperError::Open)
    }
}

/// Neither a plugin's id nor a name holds a NUL, so no two pairs are bound alike.
fn bound(plugin: &PluginId, name: &str) -> Vec<u8> {
    [plugin.as_str().as_bytes(), b"\0", name.as_bytes()].concat()
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keeper(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_under_its_own_key_plugin_and_name_only() {
        let (ambient, keeper) = (Ambient::system(), Keeper::new(Some(b"the key of the instance")));
        let (one, two): (PluginId, PluginId) = ("one".parse().unwrap(), "two".parse().unwrap());
        let secret = Secret::of("hush".to_owned());
        let sealed = keeper.seal(&ambient, &one, "token", &secret).unwrap();
        assert_eq!(keeper.open(&one, "token", &sealed).unwrap().reveal(), "hush");
        assert_ne!(keeper.seal(&ambient, &one, "token", &secret).unwrap(), sealed);
        assert!(!sealed.windows(4).any(|window| window == b"hush"));
        let refused = |keeper: &Keeper, plugin, name, sealed: &[u8]| {
            assert_eq!(keeper.open(plugin, name, sealed).err(), Some(KeeperError::Open));
        };
        refused(&keeper, &two, "token", &sealed);
        refused(&keeper, &one, "other", &sealed);
        refused(&Keeper::new(Some(b"another key")), &one, "token", &sealed);
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        refused(&keeper, &one, "token", &bent);
        refused(&keeper, &one, "token", &sealed[..10]);
        assert_eq!(Keeper::new(None).open(&one, "token", &sealed).err(), Some(KeeperError::NoKey));
    }
}
