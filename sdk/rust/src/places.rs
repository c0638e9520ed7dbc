//! The regions, the provinces and the sectors of the register by their codes: for choices, filters and names on a page.
//!
//! They are the lists that the kernel had when the plugin was built, in French and Arabic. A sector that was added since has its code for a name,
//! so a page shows it still. The lists are read when a plugin asks first, once for each call; a plugin that never asks does not hold them.
//!
//! ```
//! use tiwizi_sdk::{Language, places};
//!
//! assert_eq!(places::province("09.541", Language::French), "Taroudannt");
//! assert_eq!(places::region(places::region_of("09.541").unwrap(), Language::French), "Souss-Massa");
//! assert_eq!(places::sector("crafts.pottery", Language::French), "Artisanat – Poterie");
//! assert!(!places::is_province("99.999"));
//! ```

use std::sync::LazyLock;

use serde::Deserialize;

use crate::Language;

const TERRITORY: &str = include_str!("../../../manifests/registry/territory.json");
const SECTORS: &str = include_str!("../../../manifests/registry/sectors.json");

/// Empty when the file is damaged, which a test holds it is not.
static TERRITORIES: LazyLock<Territory> = LazyLock::new(|| serde_json::from_str(TERRITORY).unwrap_or_default());

/// As the territories.
static ALL_SECTORS: LazyLock<Vec<Named>> =
    LazyLock::new(|| serde_json::from_str::<Sectors>(SECTORS).map(|all| all.sectors).unwrap_or_default());

#[derive(Default, Deserialize)]
struct Territory {
    regions: Vec<Named>,
    provinces: Vec<Named>,
}

#[derive(Deserialize)]
struct Sectors {
    sectors: Vec<Named>,
}

/// What has a code and names; a sector has branches, which are such too.
#[derive(Deserialize)]
struct Named {
    #[serde(alias = "hcp")]
    code: String,
    fr: String,
    ar: String,
    /// Of a province.
    #[serde(default)]
    region: String,
    #[serde(default)]
    branches: Vec<Named>,
}

impl Named {
    /// French stands for the Amazigh languages, as on the kernel's pages.
    fn name(&self, language: Language) -> &str {
        match language {
            Language::Arabic | Language::Darija => &self.ar,
            _ => &self.fr,
        }
    }
}

fn find<'a>(list: &'a [Named], code: &str) -> Option<&'a Named> {
    list.iter().find(|named| named.code == code)
}

fn choices(list: &[Named], language: Language) -> Vec<(String, String)> {
    list.iter().map(|named| (named.code.clone(), named.name(language).to_owned())).collect()
}

/// Whether there is a province or prefecture of that code: `09.541`.
#[must_use]
pub fn is_province(code: &str) -> bool {
    find(&TERRITORIES.provinces, code).is_some()
}

/// A province's name; the code where there is none.
#[must_use]
pub fn province(code: &str, language: Language) -> String {
    find(&TERRITORIES.provinces, code).map_or(code, |province| province.name(language)).to_owned()
}

/// The code of the region of a province: `09` of `09.541`; none where there is no such province.
#[must_use]
pub fn region_of(province: &str) -> Option<&'static str> {
    find(&TERRITORIES.provinces, province).map(|province| province.region.as_str())
}

/// A region's name; the code where there is none.
#[must_use]
pub fn region(code: &str, language: Language) -> String {
    find(&TERRITORIES.regions, code).map_or(code, |region| region.name(language)).to_owned()
}

/// All 75 provinces and prefectures, code and name, for a choice.
#[must_use]
pub fn provinces(language: Language) -> Vec<(String, String)> {
    choices(&TERRITORIES.provinces, language)
}

/// Whether there is a sector of that code: `agriculture`. A branch is none.
#[must_use]
pub fn is_sector(code: &str) -> bool {
    find(&ALL_SECTORS, code).is_some()
}

/// The name of a sector, or of a sector's branch as `crafts.pottery`; the code where there is none.
#[must_use]
pub fn sector(code: &str, language: Language) -> String {
    let (wide, narrow) = code.split_once('.').unwrap_or((code, ""));
    let Some(found) = find(&ALL_SECTORS, wide) else { return code.to_owned() };
    let name = found.name(language);
    match find(&found.branches, narrow) {
        Some(branch) => format!("{name} – {}", branch.name(language)),
        None if narrow.is_empty() => name.to_owned(),
        None => format!("{name} – {narrow}"),
    }
}

/// All sectors, code and name, for a choice.
#[must_use]
pub fn sectors(language: Language) -> Vec<(String, String)> {
    choices(&ALL_SECTORS, language)
}

/// All sectors, each before its branches, for a choice.
#[must_use]
pub fn sectors_and_branches(language: Language) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for found in ALL_SECTORS.iter() {
        all.push((found.code.clone(), found.name(language).to_owned()));
        for branch in &found.branches {
            let code = format!("{}.{}", found.code, branch.code);
            all.push((code, format!("{} – {}", found.name(language), branch.name(language))));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_province_is_known_by_its_code_and_has_both_names() {
        assert_eq!(provinces(Language::French).len(), 75);
        assert!(is_province("12.391") && !is_province("99.999") && !is_province("09"));
        assert_eq!(province("09.541", Language::Darija), "تارودانت");
        assert_eq!(province("09.541", Language::Tachelhit), province("09.541", Language::French));
        assert_eq!(province("99.999", Language::French), "99.999");
        assert_eq!((region_of("99.999"), region("99", Language::French)), (None, "99".to_owned()));
        for (code, name) in [provinces(Language::French), provinces(Language::Arabic)].concat() {
            assert!(!name.is_empty() && name == name.trim(), "{code}");
            let region_code = region_of(&code).unwrap();
            assert!(code.starts_with(region_code) && region(region_code, Language::Arabic) != region_code, "{code}");
        }
    }

    #[test]
    fn sectors_and_their_branches_are_known_by_name() {
        assert!(is_sector("argan") && !is_sector("crafts.pottery") && !is_sector("none"));
        assert_eq!(sector("crafts.pottery", Language::French).split(" – ").next(), Some("Artisanat"));
        assert_eq!(sector("crafts.new", Language::French), "Artisanat – new");
        assert_eq!(sector("new.branch", Language::French), "new.branch");
        let all = sectors_and_branches(Language::Arabic);
        assert!(all.len() > sectors(Language::Arabic).len());
        for (code, name) in all {
            assert_eq!(sector(&code, Language::Arabic), name, "{code}");
        }
    }
}
