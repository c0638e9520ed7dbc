//! The paths that a bundle may hold. Each is plain and has one meaning on every system.

use tiwizi_model::limits;

use crate::bundle::{COMPONENT, MANIFEST, SBOM, SIGNATURE};
use crate::text::escaped;

/// Why a path is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} is no path that a bundle may hold: {reason}")]
pub struct PathError {
    path: String,
    reason: &'static str,
}

/// What a file of a bundle is, by where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// `manifest.json`
    Manifest,
    /// `signature.txt`
    Signature,
    /// `component.wasm`
    Component,
    /// `sbom.json`
    Sbom,
    /// `templates/NAME.html`
    Template(&'a str),
    /// `documents/NAME.typ`
    Document(&'a str),
    /// `locales/TAG.ftl`
    Locale(&'a str),
    /// `schemas/NAME.json`
    Schema(&'a str),
    /// `assets/…`
    Asset(&'a str),
}

impl<'a> Place<'a> {
    /// Where a path leads, if a bundle may hold it.
    pub(crate) fn of(path: &'a str) -> Result<Self, PathError> {
        let refused = |reason| PathError { path: escaped(path, limits::ECHO_CHARS_MAX), reason };
        if path.len() > limits::BUNDLE_PATH_BYTES_MAX {
            return Err(refused("it is too long"));
        }
        if !path.split('/').all(is_plain) {
            return Err(refused(
                "each part is of a-z, A-Z, 0-9, dot, hyphen and underscore, and begins with none of these marks",
            ));
        }
        match path.split_once('/') {
            None if path == MANIFEST => Ok(Self::Manifest),
            None if path == SIGNATURE => Ok(Self::Signature),
            None if path == COMPONENT => Ok(Self::Component),
            None if path == SBOM => Ok(Self::Sbom),
            Some(("templates", file)) => {
                named(file, ".html").map(Self::Template).ok_or_else(|| refused("a template is templates/NAME.html"))
            }
            Some(("documents", file)) => named(file, ".typ")
                .map(|_| Self::Document(file))
                .ok_or_else(|| refused("the template of a document is documents/NAME.typ")),
            Some(("locales", file)) => {
                named(file, ".ftl").map(Self::Locale).ok_or_else(|| refused("a locale is locales/TAG.ftl"))
            }
            Some(("schemas", file)) => {
                named(file, ".json").map(Self::Schema).ok_or_else(|| refused("a schema is schemas/NAME.json"))
            }
            Some(("assets", file)) => Ok(Self::Asset(file)),
            _ => Err(refused(
                "a bundle holds manifest.json, signature.txt, component.wasm, sbom.json, templates/, documents/, locales/, schemas/ and assets/",
            )),
        }
    }

    /// How long such a file may be.
    pub(crate) fn bytes_max(self) -> usize {
        match self {
            Self::Manifest => limits::MANIFEST_BYTES_MAX,
            Self::Signature => limits::SIGNATURE_BYTES_MAX,
            Self::Component => usize::try_from(limits::COMPONENT_BYTES_MAX).unwrap_or(usize::MAX),
            Self::Sbom => limits::BUNDLE_SBOM_BYTES_MAX,
            Self::Template(_) | Self::Document(_) | Self::Locale(_) => limits::BUNDLE_TEXT_BYTES_MAX,
            Self::Schema(_) => limits::SCHEMA_BYTES_MAX,
            Self::Asset(_) => limits::BUNDLE_ASSET_BYTES_MAX,
        }
    }

    /// Whether such a file is text.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::Component | Self::Asset(_))
    }
}

fn named<'a>(file: &'a str, extension: &str) -> Option<&'a str> {
    file.strip_suffix(extension).filter(|name| !name.is_empty() && !name.contains('/'))
}

/// So neither empty, `.`, `..`, hidden, nor with a separator, drive, wildcard or control of any system.
fn is_plain(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphanumeric())
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_its_place() {
        assert_eq!(Place::of("manifest.json"), Ok(Place::Manifest));
        assert_eq!(Place::of("component.wasm"), Ok(Place::Component));
        assert_eq!(Place::of("templates/course.html"), Ok(Place::Template("course")));
        assert_eq!(Place::of("documents/card.typ"), Ok(Place::Document("card.typ")));
        assert_eq!(Place::of("locales/zgh.ftl"), Ok(Place::Locale("zgh")));
        assert_eq!(Place::of("schemas/note.json"), Ok(Place::Schema("note")));
        assert_eq!(Place::of("signature.txt"), Ok(Place::Signature));
        assert_eq!(Place::of("sbom.json"), Ok(Place::Sbom));
        assert_eq!(Place::of("assets/audio/ary/vote.opus"), Ok(Place::Asset("audio/ary/vote.opus")));
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        let long = format!("assets/{}", "x".repeat(limits::BUNDLE_PATH_BYTES_MAX));
        let refused = [
            "",
            "/etc/passwd",
            "../x",
            "assets/../../x",
            "assets//x",
            "assets/",
            "./manifest.json",
            "assets/.hidden",
            "C:\\x",
            "assets\\x",
            "assets/a\0b",
            "assets/a\nb",
            "other.txt",
            "templates/x.txt",
            "templates/a/b.html",
            "documents/a.html",
            "documents/a/b.typ",
            "locales/.ftl",
            "schemas/note.txt",
            "sbom.xml",
            "assets/ⵣ.png",
            "assets/a b",
            &long,
        ];
        for path in refused {
            assert!(Place::of(path).is_err(), "{path:?}");
        }
    }
}
