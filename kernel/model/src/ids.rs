//! Names and numbers of things. Each is parsed once, at the edge, and then trusted.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use uuid::Uuid;

use crate::limits;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not a UUID.
    #[error("{text:?} is not an id (a UUID is expected)")]
    Uuid {
        /// What was given.
        text: String,
    },
    /// Not a kind name.
    #[error("{text:?} is not a kind (namespace/name in a-z, 0-9 and hyphen is expected)")]
    Kind {
        /// What was given.
        text: String,
    },
    /// Not a plugin id.
    #[error("{text:?} is not a plugin id (a-z, 0-9 and hyphen, starting with a letter)")]
    Plugin {
        /// What was given.
        text: String,
    },
    /// Not the hash of a file.
    #[error("{text:?} is not the SHA-256 of a file (64 hexadecimal digits)")]
    FileHash {
        /// What was given.
        text: String,
    },
}

macro_rules! uuid_id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError::Uuid { text: shorten(text) })
            }
        }
    };
}

uuid_id!(RecordId, "The id of a record: a UUIDv7 minted by its first home; it never holds a place or a domain.");
uuid_id!(AccountId, "The id of an account. Accounts are kept apart from records.");
uuid_id!(InstanceId, "The id of an instance, fixed at `tiwizi init`.");

/// A record's version: 1 when created, plus one at each write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub i64);

impl Version {
    /// The version of a record that was just created.
    pub const FIRST: Self = Self(1);

    /// The version after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The name of a kind, `namespace/name`: `registry/cooperative`, `training/course`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindName(Arc<str>);

impl KindName {
    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the slash: `registry`, or the id of the plugin that declares the kind.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.0.split_once('/').map_or("", |(namespace, _)| namespace)
    }

    /// The part after the slash.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }
}

impl FromStr for KindName {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let well_formed = text.split_once('/').is_some_and(|(namespace, name)| is_slug(namespace) && is_slug(name));
        if well_formed { Ok(Self(text.into())) } else { Err(IdError::Kind { text: shorten(text) }) }
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The id of a plugin: the first part of its kinds' names and of its addresses (`/p/training/…`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PluginId(String);

/// Names that no plugin may have: they stand for the kernel in addresses and in the names of kinds.
const KERNEL_NAMES: [&str; 8] = ["admin", "api", "assets", "fed", "health", "kernel", "metrics", "registry"];

impl PluginId {
    /// Whether it is a name of the kernel's own.
    #[must_use]
    pub fn is_kernels(&self) -> bool {
        KERNEL_NAMES.contains(&self.as_str())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PluginId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_slug(text) { Ok(Self(text.to_owned())) } else { Err(IdError::Plugin { text: shorten(text) }) }
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The SHA-256 of a file's bytes: its name in the file store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileHash(pub [u8; 32]);

impl fmt::Display for FileHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl FromStr for FileHash {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        hex(text).map(Self).ok_or_else(|| IdError::FileHash { text: shorten(text) })
    }
}

/// Thirty-two bytes out of 64 hexadecimal digits.
pub(crate) fn hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn is_slug(text: &str) -> bool {
    text.len() <= limits::NAME_BYTES_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// A wrong id is shown back to the caller, so it must not be a megabyte long.
fn shorten(text: &str) -> String {
    text.chars().take(limits::ECHO_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_two_slugs() {
        for (text, ok) in [
            ("registry/cooperative", true),
            ("project-bank/model-2", true),
            ("registry", false),
            ("a/b/c", false),
            ("Registry/cooperative", false),
            ("../etc/passwd", false),
            ("registry/", false),
            ("registry/x-", false),
        ] {
            assert_eq!(text.parse::<KindName>().is_ok(), ok, "{text}");
        }
    }

    #[test]
    fn a_wrong_id_is_echoed_short() {
        let long = "x".repeat(10_000);
        let Err(IdError::Uuid { text }) = long.parse::<RecordId>() else {
            panic!("ten thousand x are no UUID");
        };
        assert_eq!(text.chars().count(), limits::ECHO_CHARS_MAX);
    }

    #[test]
    fn a_file_hash_reads_what_it_writes() {
        let hash = FileHash([0xa7; 32]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("zz".repeat(32).parse::<FileHash>().is_err());
    }
}
