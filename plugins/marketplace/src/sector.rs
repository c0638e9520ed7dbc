//! The sectors of cooperatives by their codes: the register's own list, built in.

use std::sync::LazyLock;

use serde::Deserialize;
use tiwizi_sdk::Language;

const SECTORS: &str = include_str!("../../../manifests/registry/sectors.json");

/// Read once for each call; empty when the file is damaged, which a test holds it is not.
static ALL: LazyLock<Vec<Sector>> =
    LazyLock::new(|| serde_json::from_str::<File>(SECTORS).map(|file| file.sectors).unwrap_or_default());

#[derive(Deserialize)]
struct File {
    sectors: Vec<Sector>,
}

#[derive(Deserialize)]
struct Sector {
    code: String,
    fr: String,
    ar: String,
}

/// Whether there is a sector of that code.
pub(crate) fn is_known(code: &str) -> bool {
    ALL.iter().any(|sector| sector.code == code)
}

/// Its name; the code where there is none.
pub(crate) fn name(code: &str, language: Language) -> String {
    let found = ALL.iter().find(|sector| sector.code == code);
    found.map_or_else(|| code.to_owned(), |sector| in_language(sector, language).to_owned())
}

/// All of them, code and name, for a choice.
pub(crate) fn choices(language: Language) -> Vec<(String, String)> {
    ALL.iter().map(|sector| (sector.code.clone(), in_language(sector, language).to_owned())).collect()
}

fn in_language(sector: &Sector, language: Language) -> &str {
    if language.direction() == "rtl" { &sector.ar } else { &sector.fr }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_register_s_sectors_are_there() {
        assert!(is_known("argan") && !is_known("none"));
        assert_eq!(choices(Language::French).len(), ALL.len());
    }
}
