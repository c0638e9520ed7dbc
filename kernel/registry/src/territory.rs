//! The 12 regions and 75 provinces and prefectures: facts that come with the binary.
//!
//! The key of a province is its HCP code. ISO codes are shown and never used as keys: before 2015 the same codes named
//! other regions. A region is a sum of provinces for statistics; what an instance or a role reaches is always a set of
//! provinces. Communes are not listed here: they are free text (TODO(#4): dated versions of the territory).

use std::sync::LazyLock;

use serde::Deserialize;
use tiwizi_model::{Language, ProvinceCode, fold};

const FACTS: &str = include_str!("../../../manifests/registry/territory.json");

/// One of the twelve regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// The HCP code, `01` to `12`.
    pub code: String,
    /// The ISO 3166-2 code; before 2015 it meant another region.
    pub iso: String,
    /// How it is called.
    pub names: PlaceNames,
}

/// One of the 75 provinces and prefectures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Province {
    /// The HCP code.
    pub code: ProvinceCode,
    /// The HCP code of its region.
    pub region: String,
    /// The ISO 3166-2 code.
    pub iso: String,
    /// A prefecture, which is a province of a city.
    pub prefecture: bool,
    /// How it is called.
    pub names: PlaceNames,
}

/// The names of a place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PlaceNames {
    /// In French.
    pub fr: String,
    /// In Arabic.
    pub ar: String,
    /// In Tifinagh, unofficial; not known for every province.
    #[serde(default)]
    pub zgh: Option<String>,
}

impl PlaceNames {
    /// The name for a page in that language; French where no Amazigh name is known.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::Arabic | Language::Darija => &self.ar,
            Language::French => &self.fr,
            Language::StandardAmazigh | Language::Tachelhit | Language::CentralAtlas | Language::Tarifit => {
                self.zgh.as_deref().unwrap_or(&self.fr)
            }
        }
    }
}

/// The regions, in the order of their codes.
#[must_use]
pub fn regions() -> &'static [Region] {
    &TERRITORY.regions
}

/// The provinces and prefectures, in the order of their codes.
#[must_use]
pub fn provinces() -> &'static [Province] {
    &TERRITORY.provinces
}

/// The region with that HCP code.
#[must_use]
pub fn region(code: &str) -> Option<&'static Region> {
    regions().iter().find(|region| region.code == code)
}

/// The province with that code.
#[must_use]
pub fn province(code: ProvinceCode) -> Option<&'static Province> {
    let index = provinces().binary_search_by_key(&code, |province| province.code).ok()?;
    provinces().get(index)
}

/// The province that a person wrote: by its code, or by its French, Arabic or Tifinagh name in any spelling that folds
/// to it. A text that fits two provinces fits none.
#[must_use]
pub fn find(text: &str) -> Option<&'static Province> {
    if let Ok(code) = text.trim().parse() {
        return province(code);
    }
    let folded = fold::fold(text);
    let index = TERRITORY.by_name.binary_search_by(|(name, _)| name.as_str().cmp(&folded)).ok()?;
    TERRITORY.by_name.get(index).and_then(|(_, code)| province(*code))
}

struct Territory {
    regions: Vec<Region>,
    provinces: Vec<Province>,
    /// Folded names with their province, sorted; names of two provinces are left out.
    by_name: Vec<(String, ProvinceCode)>,
}

/// The facts, parsed once. They are a constant of the binary; tests hold that they parse and are complete.
static TERRITORY: LazyLock<Territory> = LazyLock::new(|| {
    let facts: Facts = serde_json::from_str(FACTS).unwrap_or_default();
    let regions =
        facts.regions.into_iter().map(|fact| Region { code: fact.hcp, iso: fact.iso, names: fact.names }).collect();
    let mut provinces: Vec<Province> = facts
        .provinces
        .into_iter()
        .filter_map(|fact| {
            let code = fact.hcp.parse().ok()?;
            let prefecture = fact.kind == "prefecture";
            Some(Province { code, region: fact.region, iso: fact.iso, prefecture, names: fact.names })
        })
        .collect();
    provinces.sort_by_key(|province| province.code);
    let by_name = names_of(&provinces);
    Territory { regions, provinces, by_name }
});

fn names_of(provinces: &[Province]) -> Vec<(String, ProvinceCode)> {
    let mut names: Vec<(String, ProvinceCode)> = provinces
        .iter()
        .flat_map(|province| {
            let names = [Some(&province.names.fr), Some(&province.names.ar), province.names.zgh.as_ref()];
            names.into_iter().flatten().map(|name| (fold::fold(name), province.code))
        })
        .collect();
    names.sort();
    names.dedup();
    let shared: Vec<String> = names
        .windows(2)
        .filter_map(|pair| match pair {
            [one, other] if one.0 == other.0 => Some(one.0.clone()),
            _ => None,
        })
        .collect();
    names.retain(|(name, _)| !shared.contains(name));
    names
}

#[derive(Default, Deserialize)]
struct Facts {
    regions: Vec<RegionFact>,
    provinces: Vec<ProvinceFact>,
}

#[derive(Deserialize)]
struct RegionFact {
    hcp: String,
    iso: String,
    #[serde(flatten)]
    names: PlaceNames,
}

#[derive(Deserialize)]
struct ProvinceFact {
    hcp: String,
    region: String,
    iso: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    names: PlaceNames,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_12_regions_13_prefectures_and_62_provinces() {
        assert_eq!(regions().len(), 12);
        assert_eq!(provinces().len(), 75);
        assert_eq!(provinces().iter().filter(|province| province.prefecture).count(), 13);
    }

    #[test]
    fn each_region_has_as_many_provinces_as_the_facts_say() {
        let facts: serde_json::Value = serde_json::from_str(FACTS).unwrap();
        for fact in facts["regions"].as_array().unwrap() {
            let code = fact["hcp"].as_str().unwrap();
            let count = provinces().iter().filter(|province| province.region == code).count();
            assert_eq!(Some(count as u64), fact["provinces"].as_u64(), "{code}");
        }
    }

    #[test]
    fn codes_are_unique_and_begin_with_their_region() {
        let codes: BTreeSet<_> = provinces().iter().map(|province| province.code).collect();
        assert_eq!(codes.len(), 75);
        assert!(provinces().iter().all(|province| province.code.region() == province.region));
    }

    #[test]
    fn a_province_is_found_by_its_code_and_its_names() {
        for text in ["09.541", "Taroudannt", "taroudant", "تارودانت", " 09.541 "] {
            assert_eq!(find(text).map(|province| province.names.fr.as_str()), Some("Taroudannt"), "{text}");
        }
        for text in ["", "09.999", "Atlantis", "MA-TAR"] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn every_province_is_found_by_its_own_french_and_arabic_name() {
        for province in provinces() {
            for name in [&province.names.fr, &province.names.ar] {
                assert_eq!(find(name).map(|found| found.code), Some(province.code), "{name}");
            }
        }
    }

    #[test]
    fn a_name_that_is_not_known_in_tifinagh_is_french() {
        let province = find("Zagora").unwrap();
        assert_eq!(province.names.name(Language::Arabic), "زاكورة");
        assert_eq!(province.names.name(Language::Tachelhit), "Zagora");
        assert_eq!(regions()[8].names.name(Language::StandardAmazigh), "ⵙⵓⵙ-ⵎⴰⵙⵙⴰ");
    }
}
