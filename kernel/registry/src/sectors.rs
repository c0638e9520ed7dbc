//! Sectors and their branches: a versioned list of codes with names.
//!
//! A rule pack says which version of the list is in use.

use std::sync::LazyLock;

use serde::Deserialize;
use tiwizi_model::{Language, fold};

const LIST: &str = include_str!("../../../manifests/registry/sectors.json");

/// A sector of activity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
    &LIST_READ.sectors
}

/// The version of the list.
#[must_use]
pub fn version() -> u32 {
    LIST_READ.version
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

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    version: u32,
    #[serde(rename = "note")]
    _note: String,
    sectors: Vec<Sector>,
}

/// The list, parsed once. It is a constant of the binary; a test holds that it parses.
static LIST_READ: LazyLock<List> = LazyLock::new(|| serde_json::from_str(LIST).unwrap_or_default());

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
}
