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
    /// The name under which a document is shown and saved.
    pub name: Option<String>,
    /// The signature.
    pub key: String,
}

/// What a link leads to.
#[derive(Clone, Copy)]
pub(crate) struct Linked<'a> {
    pub(crate) plugin: &'a PluginId,
    pub(crate) hash: FileHash,
    pub(crate) until: Instant,
    pub(crate) name: Option<&'a str>,
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

    /// The path of a link, signed; none where this instance has no key.
    pub(crate) fn address(&self, linked: &Linked<'_>) -> Option<String> {
        let Linked { plugin, hash, until, name } = *linked;
        let key = self.sign(linked)?;
        let name = name.map(|name| format!("&name={}", encoded(name))).unwrap_or_default();
        Some(format!("/p/{plugin}/blobs/{hash}?until={}{name}&key={key}", until.0))
    }

    /// The signature of a link, as hexadecimal digits.
    fn sign(&self, linked: &Linked<'_>) -> Option<String> {
        let code = self.code(linked)?.finalize().into_bytes();
        let mut key = String::with_capacity(code.len().saturating_mul(2));
        for byte in code {
            // Writing into a String cannot fail.
            write!(key, "{byte:02x}").ok();
        }
        Some(key)
    }

    /// Whether a signature is that of the link. It takes the same time whatever is wrong with it.
    pub(crate) fn holds(&self, linked: &Linked<'_>, key: &str) -> bool {
        // The key has the form of a hash, and is none.
        let Ok(FileHash(given)) = key.parse::<FileHash>() else { return false };
        self.code(linked).is_some_and(|code| code.verify_slice(&given).is_ok())
    }

    /// Neither a plugin's id nor the digits hold a NUL, and a name comes last, so no two links are signed alike.
    fn code(&self, linked: &Linked<'_>) -> Option<Code> {
        let Linked { plugin, hash, until, name } = linked;
        let mut code = self.0.clone()?;
        code.update(format!("{plugin}\0{hash}\0{}", until.0).as_bytes());
        if let Some(name) = name {
            code.update(format!("\0{name}").as_bytes());
        }
        Some(code)
    }
}

/// A name as it stands in an address.
fn encoded(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect()
}

impl std::fmt::Debug for Links {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Links(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_its_own_plugin_file_time_and_name_only() {
        let (links, other) = (Links::new(Some(b"the key of the instance")), Links::new(Some(b"another key")));
        let (one, two): (PluginId, PluginId) = ("one".parse().unwrap(), "two".parse().unwrap());
        let (hash, until) = (FileHash([7; 32]), Instant(1_000));
        let plain = Linked { plugin: &one, hash, until, name: None };
        let key = links.sign(&plain).unwrap();
        assert!(links.holds(&plain, &key));
        assert!(!links.holds(&Linked { plugin: &two, ..plain }, &key));
        assert!(!links.holds(&Linked { hash: FileHash([8; 32]), ..plain }, &key));
        assert!(!links.holds(&Linked { until: Instant(1_001), ..plain }, &key));
        assert!(!other.holds(&plain, &key));
        for wrong in ["", "00", &key[1..], &format!("{key}0"), &"0".repeat(64)] {
            assert!(!links.holds(&plain, wrong), "{wrong}");
        }
        let named = Linked { name: Some("شهادة 1"), ..plain };
        assert!(!links.holds(&named, &key));
        let address = links.address(&named).unwrap();
        let key = address.rsplit_once("&key=").unwrap().1;
        assert!(links.holds(&named, key) && !links.holds(&Linked { name: Some("x"), ..plain }, key));
        assert!(address.contains("&name=%D8%B4") && address.is_ascii());
        assert_eq!(Links::new(None).sign(&plain), None);
        assert!(!Links::new(Some(b"")).holds(&plain, key));
    }
}
