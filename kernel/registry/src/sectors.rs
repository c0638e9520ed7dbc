//! Sectors and their branches: a versioned list of codes with names.
//!
//! A rule pack says from which version of the list on it holds. A later version may take the place of the program's at the start, when one was
//! published and applied (`published`); a code that records use never goes away.

use std::collections::BTreeSet;
use std::sync::{LazyLock, OnceLock};

use serde::{Deserialize, Serialize};
use tiwizi_model::limits::NAME_BYTES_MAX;
use tiwizi_model::{Language, fold};

const LIST: &str = include_str!("../../../manifests/registry/sectors.json");

/// A sector of activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sector {
    /// Its code in records.
    pub code: String,
    /// Its French name.
    pub fr: String,
    /// Its Arabic name.
    pub ar: String,
    /// Whether a cooperative needs a licence of another authority for it.
    pub regulated: bool,
    /// Its branches; none where the published figures name none.
    pub branches: Vec<Branch>,
}

/// A branch of a sector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Its code in records.
    pub code: String,
    /// Its French name.
    pub fr: String,
    /// Its Arabic name.
    pub ar: String,
}

impl Sector {
    /// The name for a page in that language.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Arabic | Language::Darija => &self.ar,
            _ => &self.fr,
        }
    }

    /// The branch that a person wrote, by its code or a name.
    #[must_use]
    pub fn branch(&self, text: &str) -> Option<&Branch> {
        let folded = fold::fold(text);
        self.branches
            .iter()
            .find(|branch| branch.code == text || fold::fold(&branch.fr) == folded || fold::fold(&branch.ar) == folded)
    }
}

impl Branch {
    /// The name for a page in that language.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Arabic | Language::Darija => &self.ar,
            _ => &self.fr,
        }
    }
}

/// All sectors, in the order of the list.
#[must_use]
pub fn all() -> &'static [Sector] {
    &in_use().sectors
}

/// The version of the list.
#[must_use]
pub fn version() -> u32 {
    in_use().version
}

/// The sector of that code.
#[must_use]
pub fn sector(code: &str) -> Option<&'static Sector> {
    all().iter().find(|sector| sector.code == code)
}

/// The sector that a person wrote, by its code or a name.
#[must_use]
pub fn find(text: &str) -> Option<&'static Sector> {
    sector(text).or_else(|| {
        let folded = fold::fold(text);
        all().iter().find(|sector| fold::fold(&sector.fr) == folded || fold::fold(&sector.ar) == folded)
    })
}

/// A list of sectors with its version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nomenclature {
    version: u32,
    note: String,
    sectors: Vec<Sector>,
}

/// Why a list of sectors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NomenclatureError {
    /// It is not what a list is.
    #[error("the list of sectors cannot be read")]
    Read(#[source] serde_json::Error),
    /// It contradicts itself.
    #[error("the list of sectors is not right: {pointer}: {message}")]
    Wrong {
        /// Where, as a JSON pointer.
        pointer: String,
        /// What.
        message: String,
    },
    /// Another one is in use since the program was started.
    #[error("another list of sectors is in use since this program was started")]
    InUse,
}

impl Nomenclature {
    /// Reads and checks a list.
    ///
    /// # Errors
    /// When it is none, or its codes are no codes or stand twice.
    pub fn read(text: &[u8]) -> Result<Self, NomenclatureError> {
        let list: Self = serde_json::from_slice(text).map_err(NomenclatureError::Read)?;
        list.check()?;
        Ok(list)
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The codes of sectors that another list has and this one has not.
    #[must_use]
    pub fn lacks_of(&self, other: &Self) -> Vec<String> {
        let here: BTreeSet<&str> = self.sectors.iter().map(|sector| sector.code.as_str()).collect();
        let codes = other.sectors.iter().map(|sector| &sector.code);
        codes.filter(|code| !here.contains(code.as_str())).cloned().collect()
    }

    fn check(&self) -> Result<(), NomenclatureError> {
        let wrong =
            |pointer: String, message: &str| Err(NomenclatureError::Wrong { pointer, message: message.to_owned() });
        if self.version == 0 {
            return wrong("/version".to_owned(), "versions begin at 1");
        }
        if self.sectors.is_empty() {
            return wrong("/sectors".to_owned(), "there is no sector");
        }
        let mut seen = BTreeSet::new();
        for (at, sector) in self.sectors.iter().enumerate() {
            let pointer = format!("/sectors/{at}");
            if !is_code(&sector.code) || !seen.insert(sector.code.as_str()) {
                return wrong(
                    format!("{pointer}/code"),
                    "a code of small letters, digits and hyphens that stands once",
                );
            }
            if sector.fr.trim().is_empty() || sector.ar.trim().is_empty() {
                return wrong(pointer, "a sector has a name in Arabic and in French");
            }
            let mut branches = BTreeSet::new();
            for (place, branch) in sector.branches.iter().enumerate() {
                let is_named = !branch.fr.trim().is_empty() && !branch.ar.trim().is_empty();
                if !is_code(&branch.code) || !is_named || !branches.insert(branch.code.as_str()) {
                    return wrong(
                        format!("{pointer}/branches/{place}"),
                        "a branch has a code that stands once, and names",
                    );
                }
            }
        }
        Ok(())
    }
}

fn is_code(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.bytes().all(is_letter)
}

/// Puts a list to use in the place of the program's, once, before anything asks for it.
///
/// # Errors
/// `InUse` when another one is in use already.
pub fn put_to_use(list: Nomenclature) -> Result<(), NomenclatureError> {
    match IN_USE.get() {
        Some(found) if *found == list => Ok(()),
        Some(_) => Err(NomenclatureError::InUse),
        None => IN_USE.set(list).map_err(|_| NomenclatureError::InUse),
    }
}

/// The list that is in use.
#[must_use]
pub fn in_use() -> &'static Nomenclature {
    IN_USE.get().unwrap_or(&OWN)
}

/// The list that comes with the program.
#[must_use]
pub fn own() -> &'static Nomenclature {
    &OWN
}

/// What was put in the place of the program's list, since the start.
static IN_USE: OnceLock<Nomenclature> = OnceLock::new();

/// The program's list, parsed once. It is a constant of the binary; a test holds that it parses.
static OWN: LazyLock<Nomenclature> = LazyLock::new(|| serde_json::from_str(LIST).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_parses_and_its_codes_are_unique() {
        assert_eq!((version(), all().len()), (1, 20));
        let mut codes: Vec<&str> = all().iter().map(|sector| sector.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 20);
    }

    #[test]
    fn a_sector_is_found_by_code_and_by_name() {
        for text in ["crafts", "Artisanat", "ARTISANAT", "الصناعة التقليدية", "صناعة التقليديه"]
        {
            assert_eq!(find(text).map(|sector| sector.code.as_str()), Some("crafts"), "{text}");
        }
        assert_eq!(find("espace"), None);
        assert_eq!(find("agriculture").and_then(|sector| sector.branch("Apiculture")).unwrap().code, "bees");
        assert_eq!(find("agriculture").and_then(|sector| sector.branch("pottery")), None);
    }

    #[test]
    fn the_list_of_the_program_would_be_taken_as_a_published_one() {
        let own = Nomenclature::read(LIST.as_bytes()).unwrap();
        assert_eq!((own.version(), own.lacks_of(&own), &own), (1, Vec::new(), super::own()));
        let fewer = LIST.replace("\"crafts\"", "\"handicrafts\"");
        assert_eq!(Nomenclature::read(fewer.as_bytes()).unwrap().lacks_of(&own), ["crafts"]);
    }

    #[test]
    fn a_list_that_contradicts_itself_is_refused_with_its_place() {
        let refused = |from: &str, to: &str| Nomenclature::read(LIST.replacen(from, to, 1).as_bytes()).unwrap_err();
        let code = |at: usize| format!("\"code\": \"{}\"", super::own().sectors[at].code);
        for (from, to, at) in [
            ("\"version\": 1".to_owned(), "\"version\": 0".to_owned(), "/version"),
            (code(1), code(0), "/sectors/1/code"),
        ] {
            match refused(&from, &to) {
                NomenclatureError::Wrong { pointer, .. } => assert_eq!(pointer, at),
                other => panic!("{other}"),
            }
        }
        assert!(matches!(refused("\"sectors\"", "\"sector\""), NomenclatureError::Read(_)));
    }
}
