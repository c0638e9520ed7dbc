//! How far a plugin's publisher is trusted, by which key they are known, and for which plugins they may speak.

use std::fmt;
use std::str::FromStr;

use crate::ids::{PluginId, hex};
use crate::limits;

/// Who stands behind a plugin, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TrustLevel {
    /// Nobody but whoever built it: development.
    Local,
    /// A publisher that a directorate or the nation knows.
    Community,
    /// A directorate.
    Directorate,
    /// The national programme.
    National,
}

/// Why a text is no part of what trust is made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustTextError {
    /// Not a level.
    #[error("{text:?} is not one of national, directorate, community, local")]
    Level {
        /// What was given.
        text: String,
    },
    /// Not a key.
    #[error("{text:?} is not a public key (64 hexadecimal digits)")]
    Key {
        /// What was given.
        text: String,
    },
    /// Not a prefix.
    #[error("{text:?} is not a prefix of plugin ids (a plugin id such as notes, or * for all)")]
    Prefix {
        /// What was given.
        text: String,
    },
    /// None or too many prefixes.
    #[error("one to {} prefixes of plugin ids are expected", limits::TRUST_PREFIXES_MAX)]
    Prefixes,
}

impl TrustLevel {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Community => "community",
            Self::Directorate => "directorate",
            Self::National => "national",
        }
    }
}

impl fmt::Display for TrustLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for TrustLevel {
    type Err = TrustTextError;
    fn from_str(text: &str) -> Result<Self, TrustTextError> {
        [Self::Local, Self::Community, Self::Directorate, Self::National]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| TrustTextError::Level { text: shorten(text) })
    }
}

/// The public half of a key that signs (Ed25519). Whether it is a point of the curve is asked where signatures are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey(pub [u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl FromStr for PublicKey {
    type Err = TrustTextError;
    fn from_str(text: &str) -> Result<Self, TrustTextError> {
        hex(text).map(Self).ok_or_else(|| TrustTextError::Key { text: shorten(text) })
    }
}

/// The plugin ids that somebody may speak for: `notes` covers `notes` and `notes-…`, `*` covers every id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdPrefix(String);

impl IdPrefix {
    const EVERY: &'static str = "*";

    /// Whether it covers a plugin.
    #[must_use]
    pub fn covers(&self, plugin: &PluginId) -> bool {
        self.covers_text(plugin.as_str())
    }

    fn covers_text(&self, text: &str) -> bool {
        let after = text.strip_prefix(&self.0);
        self.0 == Self::EVERY || after.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

impl FromStr for IdPrefix {
    type Err = TrustTextError;
    fn from_str(text: &str) -> Result<Self, TrustTextError> {
        if text == Self::EVERY || text.parse::<PluginId>().is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(TrustTextError::Prefix { text: shorten(text) })
        }
    }
}

impl fmt::Display for IdPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One prefix or several, in order, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdPrefixes(Vec<IdPrefix>);

impl IdPrefixes {
    /// Puts prefixes in order.
    ///
    /// # Errors
    /// When there is none, or there are too many.
    pub fn new(mut prefixes: Vec<IdPrefix>) -> Result<Self, TrustTextError> {
        prefixes.sort();
        prefixes.dedup();
        let fits = (1..=limits::TRUST_PREFIXES_MAX).contains(&prefixes.len());
        if fits { Ok(Self(prefixes)) } else { Err(TrustTextError::Prefixes) }
    }

    /// The one prefix that covers every plugin.
    #[must_use]
    pub fn every() -> Self {
        Self(vec![IdPrefix(IdPrefix::EVERY.to_owned())])
    }

    /// Whether one of them covers a plugin.
    #[must_use]
    pub fn covers(&self, plugin: &PluginId) -> bool {
        self.0.iter().any(|prefix| prefix.covers(plugin))
    }

    /// Whether they cover everything that others cover.
    #[must_use]
    pub fn cover_all(&self, others: &Self) -> bool {
        others.0.iter().all(|other| self.0.iter().any(|prefix| prefix.covers_text(&other.0)))
    }
}

impl FromStr for IdPrefixes {
    type Err = TrustTextError;
    fn from_str(text: &str) -> Result<Self, TrustTextError> {
        text.split(',').map(|prefix| prefix.trim().parse()).collect::<Result<_, _>>().and_then(Self::new)
    }
}

impl fmt::Display for IdPrefixes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for prefix in &self.0 {
            write!(formatter, "{separator}{prefix}")?;
            separator = ", ";
        }
        Ok(())
    }
}

/// A wrong text is shown back, so it must not be a megabyte long.
fn shorten(text: &str) -> String {
    text.chars().take(limits::ECHO_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_covers_whole_words_only() {
        let covers = |prefix: &str, id: &str| prefix.parse::<IdPrefix>().unwrap().covers(&id.parse().unwrap());
        for (prefix, id, expected) in [
            ("notes", "notes", true),
            ("notes", "notes-souss", true),
            ("notes", "notesouss", false),
            ("notes", "note", false),
            ("notes-souss", "notes", false),
            ("*", "anything", true),
        ] {
            assert_eq!(covers(prefix, id), expected, "{prefix} {id}");
        }
        for text in ["", "Notes", "notes-", "**", "notes-*", "../x"] {
            assert!(text.parse::<IdPrefix>().is_err(), "{text}");
        }
    }

    #[test]
    fn prefixes_cover_only_what_lies_within_them() {
        let parsed = |text: &str| text.parse::<IdPrefixes>().unwrap();
        assert!(parsed("notes, souss").cover_all(&parsed("souss-market, notes")));
        assert!(parsed("*").cover_all(&parsed("*")));
        assert!(!parsed("notes, souss").cover_all(&parsed("souss, other")));
        assert!(!parsed("notes").cover_all(&parsed("*")));
        assert_eq!(parsed("b,a, b").to_string(), "a, b");
        assert!("".parse::<IdPrefixes>().is_err());
    }

    #[test]
    fn levels_are_ordered_and_read_back() {
        let names = ["local", "community", "directorate", "national"];
        let levels: Vec<TrustLevel> = names.iter().map(|name| name.parse().unwrap()).collect();
        assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(levels.iter().map(|level| level.as_str()).collect::<Vec<_>>(), names);
        assert!("National".parse::<TrustLevel>().is_err());
    }
}
