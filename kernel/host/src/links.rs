//! Links to plugins' files: who has one may fetch the file until its time is over, and nobody can make one without the instance's key.

use std::fmt::Write as _;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tiwizi_model::{FileHash, Instant, PluginId};

/// What the key is for: the same instance key makes other keys for other purposes.
const PURPOSE: &[u8] = b"tiwizi blob-link 1";

/// A link as it comes back.
#[derive(Debug, Clone)]
pub struct BlobLink {
    /// The file.
    pub hash: FileHash,
    /// Until when it may be fetched.
    pub until: Instant,
    /// The signature.
    pub key: String,
}

type Code = Hmac<Sha256>;

/// Signs links and holds them to their signature.
#[derive(Clone)]
pub(crate) struct Links(Option<Code>);

impl Links {
    /// With a key of its own, derived from the instance's; without one it makes no link and believes none.
    pub(crate) fn new(instance_key: Option<&[u8]>) -> Self {
        let code = instance_key.filter(|key| !key.is_empty()).and_then(|key| {
            let mut derive = <Code as hmac::KeyInit>::new_from_slice(key).ok()?;
            derive.update(PURPOSE);
            <Code as hmac::KeyInit>::new_from_slice(&derive.finalize().into_bytes()).ok()
        });
        Self(code)
    }

    /// The signature of a link, as hexadecimal digits.
    pub(crate) fn sign(&self, plugin: &PluginId, hash: FileHash, until: Instant) -> Option<String> {
        let code = self.code(plugin, hash, until)?.finalize().into_bytes();
        let mut key = String::with_capacity(code.len().saturating_mul(2));
        for byte in code {
            // Writing into a String cannot fail.
            write!(key, "{byte:02x}").ok();
        }
        Some(key)
    }

    /// Whether a signature is that of the link. It takes the same time whatever is wrong with it.
    pub(crate) fn holds(&self, plugin: &PluginId, hash: FileHash, until: Instant, key: &str) -> bool {
        // The key has the form of a hash, and is none.
        let Ok(FileHash(given)) = key.parse::<FileHash>() else { return false };
        self.code(plugin, hash, until).is_some_and(|code| code.verify_slice(&given).is_ok())
    }

    /// Neither a plugin's id nor the digits hold a NUL, so no two links are signed alike.
    fn code(&self, plugin: &PluginId, hash: FileHash, until: Instant) -> Option<Code> {
        let mut code = self.0.clone()?;
        code.update(format!("{plugin}\0{hash}\0{}", until.0).as_bytes());
        Some(code)
    }
}

impl std::fmt::Debug for Links {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Links(…)")
    }
}

/// The path of a link.
pub(crate) fn address(plugin: &PluginId, hash: FileHash, until: Instant, key: &str) -> String {
    format!("/p/{plugin}/blobs/{hash}?until={}&key={key}", until.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_its_own_plugin_file_and_time_only() {
        let (links, other) = (Links::new(Some(b"the key of the instance")), Links::new(Some(b"another key")));
        let (one, two): (PluginId, PluginId) = ("one".parse().unwrap(), "two".parse().unwrap());
        let (hash, until) = (FileHash([7; 32]), Instant(1_000));
        let key = links.sign(&one, hash, until).unwrap();
        assert!(links.holds(&one, hash, until, &key));
        assert!(!links.holds(&two, hash, until, &key));
        assert!(!links.holds(&one, FileHash([8; 32]), until, &key));
        assert!(!links.holds(&one, hash, Instant(1_001), &key));
        assert!(!other.holds(&one, hash, until, &key));
        for wrong in ["", "00", &key[1..], &format!("{key}0"), &"0".repeat(64)] {
            assert!(!links.holds(&one, hash, until, wrong), "{wrong}");
        }
        assert_eq!(Links::new(None).sign(&one, hash, until), None);
        assert!(!Links::new(Some(b"")).holds(&one, hash, until, &key));
    }
}
