//! The provinces by their codes: where a team wants its seat. It is the register's own list, built in.

use std::sync::LazyLock;

use serde::Deserialize;
use tiwizi_sdk::Language;

const TERRITORY: &str = include_str!("../../../../manifests/registry/territory.json");

/// Read once for each call; empty when the file is damaged, which a test holds it is not.
static PROVINCES: LazyLock<Vec<Province>> =
    LazyLock::new(|| serde_json::from_str::<Territory>(TERRITORY).map(|all| all.provinces).unwrap_or_default());

#[derive(Deserialize)]
struct Territory {
    provinces: Vec<Province>,
}

#[derive(Deserialize)]
struct Province {
    hcp: String,
    fr: String,
    ar: String,
}

/// Whether there is a province of that code.
pub(crate) fn is_known(code: &str) -> bool {
    PROVINCES.iter().any(|province| province.hcp == code)
}

/// All of them, code and name, for a choice.
pub(crate) fn choices(language: Language) -> Vec<(String, String)> {
    PROVINCES.iter().map(|province| (province.hcp.clone(), in_language(province, language).to_owned())).collect()
}

fn in_language(province: &Province, language: Language) -> &str {
    if language.direction() == "rtl" { &province.ar } else { &province.fr }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_province_is_known_by_name() {
        assert_eq!(choices(Language::French).len(), 75);
        assert!(choices(Language::Darija).contains(&("09.541".to_owned(), "تارودانت".to_owned())));
        assert!(is_known("12.391") && !is_known("99.999"));
    }
}
