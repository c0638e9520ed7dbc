//! The packs of an instance, chosen by the day.

use std::sync::LazyLock;

use super::check::{self, PackFault};
use super::pack::{RulePack, Youth};
use crate::day::Day;

/// The packs that come with the program.
const FILES: [(&str, &str); 1] = [("ma-112-12.json", include_str!("../../../../manifests/rules/ma-112-12.json"))];

/// What is said where there is no pack.
static NO_PACK: PackError = PackError::None;

/// Packs that do not overlap, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePacks {
    packs: Vec<RulePack>,
}

/// Why rule packs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file is not what a pack is.
    #[error("the rule pack {name} cannot be read")]
    Read {
        /// The file.
        name: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A pack contradicts itself.
    #[error("the rule pack {name} is not right: {fault}")]
    Wrong {
        /// Its id.
        name: String,
        /// What is wrong.
        fault: PackFault,
    },
    /// Two packs begin on the same day, or have the same id and version.
    #[error("the rule packs {first} and {second} stand in each other's way")]
    Clash {
        /// One.
        first: String,
        /// The other.
        second: String,
    },
    /// There is none at all.
    #[error("there is no rule pack")]
    None,
}

impl RulePacks {
    /// Puts packs into their order.
    ///
    /// # Errors
    /// When there is none, when one contradicts itself, or when two begin on the same day or have the same name and version.
    pub fn new(mut packs: Vec<RulePack>) -> Result<Self, PackError> {
        if packs.is_empty() {
            return Err(PackError::None);
        }
        for pack in &packs {
            check::check(pack).map_err(|fault| PackError::Wrong { name: pack.id.clone(), fault })?;
        }
        packs.sort_by_key(|pack| pack.from);
        for (at, second) in packs.iter().enumerate() {
            for first in packs.iter().take(at) {
                let overlap = first.from == second.from || first.until.is_some_and(|until| until >= second.from);
                if overlap || first.reference() == second.reference() {
                    return Err(PackError::Clash { first: first.reference(), second: second.reference() });
                }
            }
        }
        Ok(Self { packs })
    }

    /// Reads packs from files, given as name and text.
    ///
    /// # Errors
    /// As `new`, and when a text is not a pack; an unknown member is refused.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, PackError> {
        let mut packs = Vec::new();
        for (name, text) in files {
            packs.push(serde_json::from_str(text).map_err(|source| PackError::Read { name: name.to_owned(), source })?);
        }
        Self::new(packs)
    }

    /// Reads one pack that is not in use, to try what it would change.
    ///
    /// # Errors
    /// As `read`.
    pub fn trial(name: &str, text: &str) -> Result<RulePack, PackError> {
        Self::read([(name, text)])?.packs.into_iter().next().ok_or(PackError::None)
    }

    /// The pack in force on a day; none when no pack reaches so far back, or the last one has ended.
    #[must_use]
    pub fn at(&self, day: Day) -> Option<&RulePack> {
        let begun = self.packs.iter().rev().find(|pack| pack.from <= day)?;
        begun.until.is_none_or(|until| day <= until).then_some(begun)
    }

    /// Who counts as young on a day: by the pack in force, and where none is, by the one that begins last.
    #[must_use]
    pub fn youth_on(&self, day: Day) -> Option<Youth> {
        self.at(day).or_else(|| self.newest()).map(|pack| pack.rules.youth.value)
    }

    /// The pack that begins last.
    #[must_use]
    pub fn newest(&self) -> Option<&RulePack> {
        self.packs.last()
    }

    /// All of them, the oldest first.
    #[must_use]
    pub fn all(&self) -> &[RulePack] {
        &self.packs
    }
}

static BUILT_IN: LazyLock<Result<RulePacks, PackError>> = LazyLock::new(|| RulePacks::read(FILES));

/// The packs that come with the program, read once. An instance asks for them when it starts.
///
/// # Errors
/// When one of the files is not right.
pub fn built_in() -> Result<&'static RulePacks, &'static PackError> {
    BUILT_IN.as_ref()
}

/// Who counts as young on a day, by the packs that come with the program: one that is still to come changes no count.
///
/// # Errors
/// As `built_in`.
pub fn youth_on(day: Day) -> Result<Youth, &'static PackError> {
    built_in()?.youth_on(day).ok_or(&NO_PACK)
}

/// Who counts as young, by the newest pack that comes with the program.
///
/// # Errors
/// As `built_in`: no figure stands in for one that a pack lacks.
pub fn youth() -> Result<Youth, &'static PackError> {
    let newest = built_in()?.newest().ok_or(&NO_PACK)?;
    Ok(newest.rules.youth.value)
}
