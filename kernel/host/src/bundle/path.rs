//! The paths that a bundle may hold. Each is plain and has one meaning on every system.

use tiwizi_model::limits;

use crate::bundle::{COMPONENT, MANIFEST};
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
    /// `component.wasm`
    Component,
    /// `templates/NAME.html`
    Template(&'a str),
    /// `locales/TAG.ftl`
    Locale(&'a str),
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
            None if path == COMPONENT => Ok(Self::Component),
            Some(("templates", file)) => {
                named(file, ".html").map(Self::Template).ok_or_else(|| refused("a template is templates/NAME.html"))
            }
            Some(("locales", file)) => {
                named(file, ".ftl").map(Self::Locale).ok_or_else(|| refused("a locale is locales/TAG.ftl"))
            }
            Some(("assets", file)) => Ok(Self::Asset(file)),
            _ => Err(refused("a bundle holds manifest.json, component.wasm, templates/, locales/ and assets/")),
        }
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
        assert_eq!(Place::of("locales/zgh.ftl"), Ok(Place::Locale("zgh")));
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
            "locales/.ftl",
            "assets/ⵣ.png",
            "assets/a b",
            &long,
        ];
        for path in refused {
            assert!(Place::of(path).is_err(), "{path:?}");
        }
    }
}
