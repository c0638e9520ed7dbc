//! Of which places an instance knows anything at all. Where nothing came from, nought is no count: it is not known.
//!
//! Who has what is not decided here: whoever opens the counts says which provinces are covered (`Statistics::know_only`).

use std::collections::BTreeSet;

use tiwizi_model::ProvinceCode;

/// The provinces that are covered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Known {
    /// All of them: an instance that is alone with its register.
    #[default]
    Everywhere,
    /// These.
    Provinces(BTreeSet<ProvinceCode>),
}

impl Known {
    /// Whether a province is covered. What is no code of a province is no place, and known.
    #[must_use]
    pub fn holds(&self, key: &str) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Provinces(provinces) => key.parse().map_or(true, |code: ProvinceCode| provinces.contains(&code)),
        }
    }

    /// Whether any of these is.
    pub(super) fn holds_any<'a>(&self, mut keys: impl Iterator<Item = &'a String>) -> bool {
        keys.any(|key| self.holds(key))
    }

    /// Whether no place is.
    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        matches!(self, Self::Provinces(provinces) if provinces.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_known_when_it_is_named_and_what_is_no_place_always() {
        let known = Known::Provinces(BTreeSet::from(["09.541".parse().unwrap()]));
        assert!(known.holds("09.541") && known.holds("unknown") && !known.holds("09.551") && !known.is_nowhere());
        assert!(Known::Everywhere.holds("09.551") && !Known::Everywhere.is_nowhere());
        let nothing = Known::Provinces(BTreeSet::new());
        assert!(nothing.is_nowhere() && !nothing.holds("09.541") && nothing.holds("unknown"));
        assert!(!known.holds_any(["09.551".to_owned()].iter()) && known.holds_any(["09.541".to_owned()].iter()));
    }
}
