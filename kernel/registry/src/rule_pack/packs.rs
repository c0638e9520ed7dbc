//! The packs of an instance, chosen by the day.

use std::sync::{LazyLock, OnceLock};

use super::check::{self, PackFault};
use super::pack::{RulePack, Youth};
use crate::day::Day;
use crate::sectors;

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
    /// Others are in use since the program was started.
    #[error("other rule packs are in use since this program was started")]
    InUse,
}

impl RulePacks {
    /// Puts packs into their order.
    ///
    /// # Errors
    /// When there is none, when one contradicts itself, or when two begin on the same day or have the same name and version.
    pub fn new(packs: Vec<RulePack>) -> Result<Self, PackError> {
        Self::with_sectors(packs, sectors::version())
    }

    fn with_sectors(mut packs: Vec<RulePack>, sectors: u32) -> Result<Self, PackError> {
        if packs.is_empty() {
            return Err(PackError::None);
        }
        for pack in &packs {
            check::check(pack, sectors).map_err(|fault| PackError::Wrong { name: pack.id.clone(), fault })?;
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
        Self::new(parsed(files)?)
    }

    /// The packs that come with the program, with published ones beside them: one that begins on the same day under the same name, and is no
    /// older, takes the place of the program's. `sectors` is the version of the list of sectors that they are held to.
    ///
    /// # Errors
    /// As `read`.
    pub fn with_published<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        sectors: u32,
    ) -> Result<Self, PackError> {
        let published = parsed(files)?;
        let mut packs = parsed(FILES)?;
        packs.retain(|own| {
            let takes_its_place =
                |other: &RulePack| other.id == own.id && other.from == own.from && other.version >= own.version;
            !published.iter().any(takes_its_place)
        });
        packs.extend(published);
        Self::with_sectors(packs, sectors)
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

fn parsed<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<RulePack>, PackError> {
    let read = |(name, text): (&str, &str)| {
        serde_json::from_str(text).map_err(|source| PackError::Read { name: name.to_owned(), source })
    };
    files.into_iter().map(read).collect()
}

/// What was published beside the packs of the program, since the start.
static IN_USE: OnceLock<RulePacks> = OnceLock::new();

static BUILT_IN: LazyLock<Result<RulePacks, PackError>> = LazyLock::new(|| RulePacks::read(FILES));

/// The packs that come with the program, read once. An instance asks for them when it starts.
///
/// # Errors
/// When one of the files is not right.
pub fn built_in() -> Result<&'static RulePacks, &'static PackError> {
    BUILT_IN.as_ref()
}

/// Puts packs to use in the place of those of the program, once, before anything asks for them.
///
/// # Errors
/// `InUse` when others are in use already.
pub fn put_to_use(packs: RulePacks) -> Result<(), PackError> {
    match IN_USE.get() {
        Some(found) if *found == packs => Ok(()),
        Some(_) => Err(PackError::InUse),
        None => IN_USE.set(packs).map_err(|_| PackError::InUse),
    }
}

/// The packs that are in use: those of the program, unless others were put in their place at the start.
///
/// # Errors
/// As `built_in`.
pub fn in_use() -> Result<&'static RulePacks, &'static PackError> {
    IN_USE.get().map_or_else(built_in, Ok)
}

/// Who counts as young on a day, by the packs that are in use: one that is still to come changes no count.
///
/// # Errors
/// As `built_in`.
pub fn youth_on(day: Day) -> Result<Youth, &'static PackError> {
    in_use()?.youth_on(day).ok_or(&NO_PACK)
}

/// Who counts as young, by the newest pack that is in use.
///
/// # Errors
/// As `built_in`: no figure stands in for one that a pack lacks.
pub fn youth() -> Result<Youth, &'static PackError> {
    let newest = in_use()?.newest().ok_or(&NO_PACK)?;
    Ok(newest.rules.youth.value)
}
