//! The provinces and the sectors of the register by their codes, for filters and conditions. They are the register's own lists, built in.

use std::sync::LazyLock;

use serde::Deserialize;
use tiwizi_sdk::Language;

const TERRITORY: &str = include_str!("../../../manifests/registry/territory.json");
const SECTORS: &str = include_str!("../../../manifests/registry/sectors.json");

/// Read once for each call; empty when the file is damaged, which a test holds it is not.
static PROVINCES: LazyLock<Vec<Named>> =
    LazyLock::new(|| serde_json::from_str::<Territory>(TERRITORY).map(|all| all.provinces).unwrap_or_default());

/// As the provinces.
static ALL_SECTORS: LazyLock<Vec<Named>> =
    LazyLock::new(|| serde_json::from_str::<Sectors>(SECTORS).map(|all| all.sectors).unwrap_or_default());

#[derive(Deserialize)]
struct Territory {
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
    #[serde(default)]
    branches: Vec<Named>,
}

impl Named {
    fn name(&self, language: Language) -> &str {
        if language.direction() == "rtl" { &self.ar } else { &self.fr }
    }
}

/// Whether there is a province of that code.
pub(crate) fn is_province(code: &str) -> bool {
    PROVINCES.iter().any(|province| province.code == code)
}

/// A province's name; the code where there is none.
pub(crate) fn province(code: &str, language: Language) -> String {
    let found = PROVINCES.iter().find(|province| province.code == code);
    found.map_or_else(|| code.to_owned(), |province| province.name(language).to_owned())
}

/// All provinces, code and name, for a choice.
pub(crate) fn provinces(language: Language) -> Vec<(String, String)> {
    PROVINCES.iter().map(|province| (province.code.clone(), province.name(language).to_owned())).collect()
}

/// The name of a sector, or of a branch of one, `fishing.coastal`; the code where there is none.
pub(crate) fn sector(code: &str, language: Language) -> String {
    let (wide, narrow) = code.split_once('.').unwrap_or((code, ""));
    let Some(found) = ALL_SECTORS.iter().find(|sector| sector.code == wide) else { return code.to_owned() };
    let branch = found.branches.iter().find(|branch| branch.code == narrow);
    match branch {
        Some(branch) => format!("{} – {}", found.name(language), branch.name(language)),
        None if narrow.is_empty() => found.name(language).to_owned(),
        None => format!("{} – {narrow}", found.name(language)),
    }
}

/// All sectors and branches, code and name, for a choice.
pub(crate) fn sectors(language: Language) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for found in ALL_SECTORS.iter() {
        all.push((found.code.clone(), found.name(language).to_owned()));
        for branch in &found.branches {
            let code = format!("{}.{}", found.code, branch.code);
            all.push((code.clone(), sector(&code, language)));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_s_provinces_and_sectors_are_there_by_name() {
        assert_eq!(provinces(Language::French).len(), 75);
        assert!(is_province("12.391") && !is_province("99.999"));
        assert_eq!(province("09.541", Language::Darija), "تارودانت");
        assert_eq!(sector("crafts.pottery", Language::French).split(" – ").next(), Some("Artisanat"));
        assert!(sectors(Language::Arabic).iter().any(|(code, _)| code == "argan"));
    }
}
