//! The version of the plugin contract: which one a component is built for, and which ones this kernel speaks.
//!
//! A component says it in the custom section `tiwizi:api-version`, as text: `1.0`. The kit writes it into the core module, and packing
//! appends it to a component of another language. It is read before anything is compiled, and it must be the `api` of the manifest.
//! What the kernel speaks only grows within a major version: a component that was built for an older minor keeps running.

use std::fmt;
use std::str::FromStr;

use wasmparser::{Parser, Payload};

use tiwizi_model::limits;

use crate::text::escaped;

/// The custom section's name.
pub(crate) const SECTION: &str = "tiwizi:api-version";

/// A version of the plugin contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContractVersion {
    major: u16,
    minor: u16,
}

/// Of each major version that this kernel speaks, the newest minor one.
const SPOKEN: [ContractVersion; 1] = [ContractVersion { major: 1, minor: 0 }];

impl ContractVersion {
    /// Whether this kernel speaks it.
    pub(crate) fn is_spoken(self) -> bool {
        SPOKEN.iter().any(|newest| self.major == newest.major && self.minor <= newest.minor)
    }
}

/// What this kernel speaks, for people.
fn spoken() -> String {
    SPOKEN.map(|version| version.to_string()).join(", ")
}

impl fmt::Display for ContractVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for ContractVersion {
    type Err = VersionError;
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let number = |part: &str| {
            let plain = part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'));
            part.parse::<u16>().ok().filter(|_| plain)
        };
        let parts = text.split_once('.').and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
        let (major, minor) = parts.ok_or_else(|| unreadable(text))?;
        Ok(Self { major, minor })
    }
}

fn unreadable(text: &str) -> VersionError {
    VersionError::Unreadable { text: escaped(text, limits::ECHO_CHARS_MAX) }
}

/// Why a component's word about its version is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It says nothing.
    #[error(
        "component.wasm does not say for which version of the plugin contract it was built, and this kernel speaks {}; \
         pack it again with: tiwizi plugin pack",
        spoken()
    )]
    Missing,
    /// It says it more than once.
    #[error(
        "component.wasm says more than once for which version of the plugin contract it was built; build it again from one plugin"
    )]
    Twice,
    /// What it says is no version.
    #[error("{text:?} is no version of the plugin contract such as {}; build the component again", spoken())]
    Unreadable {
        /// What stands there.
        text: String,
    },
    /// The kernel does not speak that version.
    #[error(
        "the plugin was built for version {built} of the plugin contract, and this kernel speaks {}; \
         upgrade the kernel, or build the plugin with the kit of this kernel",
        spoken()
    )]
    Unspoken {
        /// The plugin's version.
        built: ContractVersion,
    },
    /// The manifest says another one.
    #[error(
        "component.wasm was built for version {component} of the plugin contract, and the manifest's api is {manifest}; \
         write {component} there, or build the component again"
    )]
    Differs {
        /// The component's.
        component: ContractVersion,
        /// The manifest's.
        manifest: ContractVersion,
    },
}

/// Checks a manifest's `api`.
///
/// # Errors
/// When it is no version, or one that this kernel does not speak.
pub(crate) fn check_spoken(api: &str) -> Result<ContractVersion, VersionError> {
    let version: ContractVersion = api.parse()?;
    if version.is_spoken() { Ok(version) } else { Err(VersionError::Unspoken { built: version }) }
}

/// What a component says about its version, gathered while its parts are walked through.
#[derive(Debug, Default)]
pub(crate) struct Words<'a> {
    said: Option<&'a [u8]>,
    is_said_again: bool,
}

impl<'a> Words<'a> {
    /// Takes a custom section in, of the component or of any module inside it.
    pub(crate) fn hear(&mut self, name: &str, content: &'a [u8]) {
        if name == SECTION {
            self.is_said_again |= self.said.is_some();
            self.said.get_or_insert(content);
        }
    }

    /// The version that the component was built for, if the kernel speaks it and the manifest says the same.
    ///
    /// # Errors
    /// When it says none or several, or another one.
    pub(crate) fn judge(&self, manifest: ContractVersion) -> Result<ContractVersion, VersionError> {
        if self.is_said_again {
            return Err(VersionError::Twice);
        }
        let said = self.said.ok_or(VersionError::Missing)?;
        let text = std::str::from_utf8(said).map_err(|_| unreadable(&String::from_utf8_lossy(said)))?;
        let component = check_spoken(text)?;
        if component == manifest { Ok(component) } else { Err(VersionError::Differs { component, manifest }) }
    }
}

/// The component with its version behind it, when it says none. What is no component stays as it is: installing it says so.
#[must_use]
pub fn stamped(mut component: Vec<u8>, api: &str) -> Vec<u8> {
    let mut words = Words::default();
    let is_whole = Parser::is_component(&component)
        && Parser::new(0).parse_all(&component).all(|payload| {
            if let Ok(Payload::CustomSection(section)) = &payload {
                words.hear(section.name(), section.data());
            }
            payload.is_ok()
        });
    if is_whole && words.said.is_none() && api.parse::<ContractVersion>().is_ok() {
        append(&mut component, api.as_bytes());
    }
    component
}

/// Appends a custom section. Both its lengths fit one byte of LEB128: a name and a version are short.
fn append(component: &mut Vec<u8>, content: &[u8]) {
    let mut body = Vec::with_capacity(SECTION.len() + content.len() + 1);
    body.extend(u8::try_from(SECTION.len()));
    body.extend(SECTION.as_bytes());
    body.extend(content);
    component.push(0);
    component.extend(u8::try_from(body.len()));
    component.extend(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: ContractVersion = ContractVersion { major: 1, minor: 0 };

    fn judged(sections: &[&[u8]]) -> Result<ContractVersion, VersionError> {
        let mut words = Words::default();
        words.hear("producers", b"2.0");
        for content in sections {
            words.hear(SECTION, content);
        }
        words.judge(OURS)
    }

    #[test]
    fn a_version_is_read_in_one_spelling() {
        assert_eq!("1.0".parse(), Ok(OURS));
        assert_eq!("12.345".parse::<ContractVersion>().unwrap().to_string(), "12.345");
        for text in ["", "1", "1.", ".0", "1.0.0", "01.0", "1.00", "+1.0", "1.-0", "1.0 ", "1.99999", "١.٠"] {
            assert_eq!(
                text.parse::<ContractVersion>(),
                Err(VersionError::Unreadable { text: escaped(text, 80) }),
                "{text}"
            );
        }
    }

    #[test]
    fn a_component_says_once_which_version_it_was_built_for() {
        assert_eq!(judged(&[b"1.0"]), Ok(OURS));
        assert_eq!(judged(&[]), Err(VersionError::Missing));
        assert_eq!(judged(&[b"1.0", b"1.0"]), Err(VersionError::Twice));
        for unreadable in [&b""[..], b"1.01.0", b"\xff\xfe", b"latest"] {
            assert!(matches!(judged(&[unreadable]), Err(VersionError::Unreadable { .. })), "{unreadable:?}");
        }
    }

    #[test]
    fn a_version_that_the_kernel_does_not_speak_is_refused_with_both_versions() {
        for later in ["1.1", "2.0", "0.9"] {
            let error = judged(&[later.as_bytes()]).unwrap_err();
            assert_eq!(error, VersionError::Unspoken { built: later.parse().unwrap() });
            let said = error.to_string();
            assert!(
                said.contains(later) && said.contains("speaks 1.0") && said.contains("upgrade the kernel"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_manifest_that_says_another_version_is_refused() {
        let mut words = Words::default();
        words.hear(SECTION, b"1.0");
        let manifest = ContractVersion { major: 0, minor: 9 };
        assert_eq!(words.judge(manifest), Err(VersionError::Differs { component: OURS, manifest }));
    }

    #[test]
    fn a_component_without_a_version_is_given_the_manifests() {
        let said = |bytes: &[u8]| {
            let mut words = Words::default();
            let sections = Parser::new(0).parse_all(bytes).map(Result::unwrap);
            for payload in sections {
                if let Payload::CustomSection(section) = payload {
                    words.hear(section.name(), section.data());
                }
            }
            words.judge(OURS)
        };
        let silent = wat::parse_str("(component (core module (func)))").unwrap();
        assert_eq!(said(&silent), Err(VersionError::Missing));
        let stamped_once = stamped(silent.clone(), "1.0");
        assert_eq!(said(&stamped_once), Ok(OURS));
        assert_eq!(stamped(stamped_once.clone(), "1.0"), stamped_once);
        let inside = wat::parse_str(r#"(component (core module (@custom "tiwizi:api-version" "1.0")))"#).unwrap();
        assert_eq!(stamped(inside.clone(), "1.0"), inside);
        for untouched in [b"no component".to_vec(), wat::parse_str("(module)").unwrap()] {
            assert_eq!(stamped(untouched.clone(), "1.0"), untouched);
        }
        assert_eq!(stamped(silent.clone(), "one"), silent);
    }
}
