//! Why a plugin stands as it does, in kinds that a page can say in its reader's language.
//!
//! What is written down is a sentence in English, for logs and for whoever mends the plugin. Its kind is no column of its own: it is read
//! from the words with which the kernel begins each of these sentences, all of which stand here or where the invariant of their own is.

use crate::install::NOT_READY;
use crate::trust;

/// How the reason of a plugin begins that crashed again and again.
pub(crate) const CRASHED: &str = "it crashed again and again";
/// The reason of a plugin whose removal has begun.
pub(crate) const LEAVING: &str = "it is being removed";
/// What stands between two versions when the kernel brought the older one back by itself.
pub(crate) const WENT_BACK: &str = " went back to ";

/// The kind of a plugin's reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It crashed again and again and is not called for a while.
    Crashes,
    /// Its new version crashed, and the version before is in its place.
    WentBack,
    /// Nobody vouches for it any more.
    Untrusted,
    /// Its installation did not come to its end.
    Installation,
    /// Its removal did not come to its end.
    Removal,
}

impl Cause {
    /// The kind of a reason that the kernel wrote down; none when it is another.
    pub(crate) fn of(reason: &str) -> Option<Self> {
        if trust::is_stop(Some(reason)) {
            return Some(Self::Untrusted);
        }
        if reason.starts_with(CRASHED) {
            return Some(Self::Crashes);
        }
        match reason {
            NOT_READY => Some(Self::Installation),
            LEAVING => Some(Self::Removal),
            // A version stands before it and no other word.
            _ => reason.split_once(WENT_BACK).filter(|(version, _)| !version.contains(' ')).map(|_| Self::WentBack),
        }
    }

    /// Its name, as messages have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crashes => "crashes",
            Self::WentBack => "went-back",
            Self::Untrusted => "untrusted",
            Self::Installation => "installation",
            Self::Removal => "removal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_reason_is_how_it_begins() {
        for (reason, cause) in [
            ("it crashed again and again, the last time so: 1.0.0 went back to bed", Some(Cause::Crashes)),
            ("1.1.0 went back to 1.0.0 by itself: it crashed again and again", Some(Cause::WentBack)),
            ("no longer trusted: its key was stolen", Some(Cause::Untrusted)),
            ("it is being installed", Some(Cause::Installation)),
            ("it is being removed", Some(Cause::Removal)),
            ("the people went back to work", None),
            ("", None),
        ] {
            assert_eq!(Cause::of(reason), cause, "{reason}");
        }
    }
}
