//! What the nation has published and this instance has applied, in the place of the texts that come with the program: the list of sectors,
//! packs of legal rules, and the rules of an office.
//!
//! A published text goes through the checks that an operator's file goes through. It is tried before it is applied (`trial`), and put to use
//! when the instance is opened (`put_to_use`), as every rule is; what runs goes on by the rules that it was started with.

use std::collections::BTreeMap;

use crate::duplicates::{RuleBook, RuleError};
use crate::office_rule::{OfficeRule, OfficeRuleError};
use crate::rule_pack::{self, PackError, RulePacks};
use crate::sectors::{self, Nomenclature, NomenclatureError};

/// The list of sectors.
pub const SECTORS: &str = "sectors.json";
/// Which records count as the same.
pub const DUPLICATES: &str = "duplicates.json";
/// How fast the office answers.
pub const OFFICE: &str = "office.json";

/// The texts, by the names of their files. Those with none of the names above are packs of legal rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    texts: BTreeMap<String, Vec<u8>>,
}

/// Why published texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// The list of sectors.
    #[error("the published list of sectors cannot be used")]
    Sectors(#[from] NomenclatureError),
    /// The packs.
    #[error("the published rule packs cannot be used")]
    Packs(#[from] PackError),
    /// The rule of duplicates.
    #[error("the published rule of duplicates cannot be used")]
    Duplicates(#[source] RuleError),
    /// The rule of the office.
    #[error("the published rule of the office cannot be used")]
    Office(#[source] OfficeRuleError),
    /// A pack is no text.
    #[error("the published rule pack {name} is not written in UTF-8")]
    Text {
        /// Its name.
        name: String,
    },
}

impl Published {
    /// Texts by the names of their files.
    #[must_use]
    pub fn new(texts: BTreeMap<String, Vec<u8>>) -> Self {
        Self { texts }
    }

    /// Whether nothing was published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&[u8]> {
        self.texts.get(name).map(Vec::as_slice)
    }

    /// The same with others in the place of those of their names.
    #[must_use]
    pub fn with(&self, texts: BTreeMap<String, Vec<u8>>) -> Self {
        let mut all = self.texts.clone();
        all.extend(texts);
        Self { texts: all }
    }

    /// The list of sectors that would be in use: the published one, or the program's.
    ///
    /// # Errors
    /// When the published one is not right.
    pub fn nomenclature(&self) -> Result<Nomenclature, PublishedError> {
        match self.text(SECTORS) {
            Some(text) => Ok(Nomenclature::read(text)?),
            None => Ok(sectors::own().clone()),
        }
    }

    /// Holds everything to what the start of the program will hold it to, and changes nothing.
    ///
    /// # Errors
    /// When a text is not right, or two stand in each other's way.
    pub fn trial(&self) -> Result<(), PublishedError> {
        let nomenclature = self.nomenclature()?;
        RulePacks::with_published(self.packs()?, nomenclature.version())?;
        if let Some(text) = self.text(DUPLICATES) {
            RuleBook::parse(text).map_err(PublishedError::Duplicates)?;
        }
        if let Some(text) = self.text(OFFICE) {
            OfficeRule::read(text).map_err(PublishedError::Office)?;
        }
        Ok(())
    }

    /// Puts the list of sectors and the packs to use, before anything asks for them. The other rules are read with the operator's files
    /// (`RuleFiles::read_over`).
    ///
    /// # Errors
    /// As `trial`; `InUse` when the program runs by others already.
    pub fn put_to_use(&self) -> Result<(), PublishedError> {
        if self.is_empty() {
            return Ok(());
        }
        let nomenclature = self.nomenclature()?;
        let packs = RulePacks::with_published(self.packs()?, nomenclature.version())?;
        sectors::put_to_use(nomenclature)?;
        rule_pack::put_to_use(packs)?;
        Ok(())
    }

    fn packs(&self) -> Result<Vec<(&str, &str)>, PublishedError> {
        let others = [SECTORS, DUPLICATES, OFFICE];
        let packs = self.texts.iter().filter(|(name, _)| !others.contains(&name.as_str()));
        packs
            .map(|(name, text)| match std::str::from_utf8(text) {
                Ok(text) => Ok((name.as_str(), text)),
                Err(_) => Err(PublishedError::Text { name: name.clone() }),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACK: &str = include_str!("../../../manifests/rules/ma-112-12.json");
    const LIST: &str = include_str!("../../../manifests/registry/sectors.json");

    fn published(texts: &[(&str, String)]) -> Published {
        Published::new(texts.iter().map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes())).collect())
    }

    fn next_list() -> String {
        LIST.replacen("\"version\": 1", "\"version\": 2", 1)
    }

    #[test]
    fn the_programs_own_texts_pass_as_published_ones() {
        let duplicates = include_str!("../../../manifests/rules/duplicates.json").to_owned();
        let office = include_str!("../../../manifests/rules/office.json").to_owned();
        let texts =
            [(SECTORS, LIST.to_owned()), (DUPLICATES, duplicates), (OFFICE, office), ("a.json", PACK.to_owned())];
        published(&texts).trial().unwrap();
        assert!(Published::default().is_empty() && Published::default().trial().is_ok());
    }

    #[test]
    fn a_pack_may_ask_for_the_list_that_is_published_with_it_and_for_no_later_one() {
        let mut pack: serde_json::Value = serde_json::from_str(PACK).unwrap();
        pack["sectors"]["version"] = 2.into();
        let pack = ("a.json", pack.to_string());
        assert!(matches!(
            published(std::slice::from_ref(&pack)).trial(),
            Err(PublishedError::Packs(PackError::Wrong { .. }))
        ));
        published(&[pack, (SECTORS, next_list())]).trial().unwrap();
        // The packs of the program hold on with a later list.
        published(&[(SECTORS, next_list())]).trial().unwrap();
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |name: &str, text: &str| published(&[(name, text.to_owned())]).trial().unwrap_err();
        assert!(matches!(wrong(SECTORS, "{}"), PublishedError::Sectors(_)));
        assert!(matches!(wrong(DUPLICATES, "{}"), PublishedError::Duplicates(_)));
        assert!(matches!(wrong(OFFICE, "[]"), PublishedError::Office(_)));
        assert!(matches!(wrong("ma-1.json", "{}"), PublishedError::Packs(PackError::Read { .. })));
        let bytes = Published::new([("ma-1.json".to_owned(), vec![0xff])].into());
        assert!(matches!(bytes.trial(), Err(PublishedError::Text { .. })));
    }

    #[test]
    fn a_pack_of_another_day_stands_beside_the_programs_and_one_of_the_same_day_takes_its_place() {
        let mut pack: serde_json::Value = serde_json::from_str(PACK).unwrap();
        pack["version"] = (pack["version"].as_u64().unwrap() + 1).into();
        let same_day = pack.to_string();
        let own = rule_pack::built_in().unwrap().all().len();
        let packs = RulePacks::with_published([("a.json", same_day.as_str())], 1).unwrap();
        assert_eq!(packs.all().len(), own);
        pack["from"] = "2035-01-01".into();
        pack.as_object_mut().unwrap().remove("until");
        let later = pack.to_string();
        assert_eq!(RulePacks::with_published([("a.json", later.as_str())], 1).unwrap().all().len(), own + 1);
    }
}
