//! Where a bundle lies in a registry: `REGISTRY/NAME:TAG` or `REGISTRY/NAME@sha256:…`. The registry is always named: there is no
//! default one that somebody else owns.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use oci_client::Reference;

/// The tag that stands for none.
const LATEST: &str = "latest";
const NAME_BYTES_MAX: usize = 255;
const TAG_BYTES_MAX: usize = 128;

/// An address in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    registry: String,
    name: String,
    version: Version,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Version {
    /// What the registry says at this moment.
    Tag(String),
    /// Always the same bytes.
    Digest(String),
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no address in a registry: {reason}; write REGISTRY/NAME:TAG, as in registry.example.org/plugins/notes:1.0.0"
)]
pub(crate) struct AddressError {
    text: String,
    reason: &'static str,
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = |reason| AddressError { text: text.to_owned(), reason };
        let (registry, rest) = text.split_once('/').ok_or_else(|| wrong("it names no registry"))?;
        if !is_registry(registry) {
            return Err(wrong("its first part is no registry, such as registry.example.org or 127.0.0.1:5000"));
        }
        let (name, version) = match rest.split_once('@') {
            Some((name, digest)) if is_digest(digest) => (name, Version::Digest(digest.to_owned())),
            Some(_) => return Err(wrong("a digest is sha256: and 64 hexadecimal digits")),
            None => match rest.rsplit_once(':') {
                Some((name, tag)) if is_tag(tag) => (name, Version::Tag(tag.to_owned())),
                Some(_) => return Err(wrong("a tag is of letters, digits, dot, hyphen and underscore")),
                None => (rest, Version::Tag(LATEST.to_owned())),
            },
        };
        if !is_name(name) {
            return Err(wrong("a name is of a-z, 0-9, dot, hyphen, underscore and slash"));
        }
        Ok(Self { registry: registry.to_owned(), name: name.to_owned(), version })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Version::Tag(tag) => write!(formatter, "{}/{}:{tag}", self.registry, self.name),
            Version::Digest(digest) => write!(formatter, "{}/{}@{digest}", self.registry, self.name),
        }
    }
}

impl Address {
    /// The registry with its port.
    pub(crate) fn registry(&self) -> &str {
        &self.registry
    }

    /// Whether it names a tag, under which something can be put.
    pub(crate) fn has_tag(&self) -> bool {
        matches!(self.version, Version::Tag(_))
    }

    /// The same place in its registry, at exactly these bytes.
    pub(crate) fn at(&self, digest: &str) -> Self {
        Self { version: Version::Digest(digest.to_owned()), ..self.clone() }
    }

    /// Whether the registry runs on this machine.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        let host =
            self.registry.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(&*self.registry, |(host, _)| host);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    pub(super) fn reference(&self) -> Reference {
        let (registry, name) = (self.registry.clone(), self.name.clone());
        match &self.version {
            Version::Tag(tag) => Reference::with_tag(registry, name, tag.clone()),
            Version::Digest(digest) => Reference::with_digest(registry, name, digest.clone()),
        }
    }
}

/// A host name with a dot, `localhost`, or an address, with a port or without.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            let plain = |label: &str| {
                !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            host.split('.').all(plain) && (host.contains('.') || host == "localhost" || port.is_some())
        }
    };
    is_host && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_name(text: &str) -> bool {
    let plain = |part: &str| {
        let of_these = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let inner = |byte: u8| of_these(byte) || matches!(byte, b'.' | b'_' | b'-');
        part.bytes().all(inner)
            && part.bytes().next().is_some_and(of_these)
            && part.bytes().last().is_some_and(of_these)
    };
    text.len() <= NAME_BYTES_MAX && text.split('/').all(plain)
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= TAG_BYTES_MAX
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_registry() {
        let digest = format!("registry.example.org/a/b@sha256:{}", "0a".repeat(32));
        for text in [
            "registry.example.org/plugins/notes:1.0.0",
            "127.0.0.1:5000/notes:v1",
            "[::1]:5000/notes:a",
            "hub:80/n:1",
            &digest,
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        assert_eq!("localhost/notes".parse::<Address>().unwrap().to_string(), "localhost/notes:latest");
        for text in [
            "notes",
            "notes:1.0.0",
            "library/notes",
            "registry.example.org",
            "registry.example.org/",
            "registry.example.org/Notes:1",
            "registry.example.org/notes:",
            "registry.example.org/notes:-1",
            "registry.example.org/notes:a/b",
            "registry.example.org/../notes:1",
            "registry.example.org/notes@sha256:12",
            "registry.example.org/notes@md5:12",
            "registry.example.org:0/notes:1",
            "registry.example.org:99999/notes:1",
            "user@registry.example.org/notes:1",
            "registry..org/notes:1",
            "https://registry.example.org/notes:1",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text} was taken");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        let is_here = |text: &str| text.parse::<Address>().unwrap().is_on_this_machine();
        for text in [
            "127.0.0.1:5000/n:1",
            "127.8.9.1/n:1",
            "localhost/n:1",
            "localhost:5000/n:1",
            "[::1]/n:1",
            "[::1]:5000/n:1",
        ] {
            assert!(is_here(text), "{text}");
        }
        for text in
            ["10.0.0.1:5000/n:1", "localhost.example.org/n:1", "127.0.0.1.example.org/n:1", "[::2]/n:1", "127:5000/n:1"]
        {
            assert!(!is_here(text), "{text}");
        }
    }
}
