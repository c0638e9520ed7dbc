//! The rule by which records count as the same: dated data, read and checked when the kernel starts.
//!
//! A version holds from its day on until the next one does. Points are added up: what the names bring, and what each piece of evidence
//! adds when two records agree on it and takes away when they differ; what one of them does not know says nothing. The sum is a level, and
//! what a level leads to depends on the path by which a record comes. What the indexes of the kind hold unique is refused in any case.

use std::collections::BTreeSet;

use serde::Deserialize;
use tiwizi_model::fold;

use super::fields::Shapes;
use crate::day::Day;

/// The rule that comes with the binary.
const OWN: &[u8] = include_bytes!("../../../../manifests/rules/duplicates.json");

/// The points that a part of the rule may give or take.
const POINTS_MAX: i32 = 100;

/// How surely two records are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// They may be; somebody should look when there is time.
    Possible,
    /// They probably are; whoever writes must say that they are not.
    Likely,
    /// A number that only one may have is the same.
    Certain,
}

impl Level {
    /// Its name, as pairs hold it and codes of faults begin with it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What a level leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing.
    Ignore,
    /// The record is kept, and the pair waits for a registrar.
    Flag,
    /// The record is kept when its sender says that it is distinct.
    Confirm,
    /// The record is not kept.
    Refuse,
}

/// What each level leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcomes {
    /// For `Level::Certain`.
    pub certain: Outcome,
    /// For `Level::Likely`.
    pub likely: Outcome,
    /// For `Level::Possible`.
    pub possible: Outcome,
}

impl Outcomes {
    /// What a level leads to.
    #[must_use]
    pub fn of(self, level: Level) -> Outcome {
        match level {
            Level::Certain => self.certain,
            Level::Likely => self.likely,
            Level::Possible => self.possible,
        }
    }
}

/// How the values of a piece of evidence are brought to one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// As they are.
    Exact,
    /// By their digits alone: the last nine, which are a telephone number without its country.
    Digits,
    /// By their folded words.
    Words,
}

/// One field, or several together, that speak for or against two records being one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The fields; all must be there.
    pub fields: Vec<String>,
    /// How they are compared.
    pub compare: Comparison,
    /// Points when they agree.
    pub agree: i32,
    /// Points when one differs; negative.
    pub differ: i32,
    /// Whether records that agree on it are found by it, whatever their names are.
    #[serde(default)]
    pub finds: bool,
}

impl Evidence {
    /// What it is called in reasons: its fields.
    #[must_use]
    pub fn name(&self) -> String {
        self.fields.join("+")
    }
}

/// The rule for one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// Fields of which the kind lets only one record have the same values.
    pub certain: Vec<Vec<String>>,
    /// The fields that hold names.
    pub names: Vec<String>,
    /// Names less alike than this, in per cent, bring nothing.
    pub name_percent_min: i32,
    /// The points of names that are the same; less alike ones bring their part of it.
    pub name_points: i32,
    /// Shorter names are not compared across scripts: with so few consonants many are the same.
    pub across_scripts_letters_min: usize,
    /// What else is looked at.
    pub evidence: Vec<Evidence>,
    /// From so many points on it is `Level::Likely`.
    pub likely_points: i32,
    /// From so many points on it is `Level::Possible`.
    pub possible_points: i32,
}

impl KindRule {
    /// The level of a sum of points.
    #[must_use]
    pub fn level(&self, points: i32) -> Option<Level> {
        if points >= self.likely_points {
            Some(Level::Likely)
        } else if points >= self.possible_points {
            Some(Level::Possible)
        } else {
            None
        }
    }
}

/// One version of the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its first day.
    pub effective_from: Day,
    /// Where it comes from.
    pub source: String,
    /// Words that say nothing of which cooperative it is, folded.
    pub generic_words: BTreeSet<String>,
    /// For cooperatives.
    pub cooperative: KindRule,
    /// For persons.
    pub person: KindRule,
    /// For the API, pages, batches and plugins.
    pub when_written: Outcomes,
    /// For imports.
    pub when_imported: Outcomes,
}

/// All versions of the rule, the newest last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBook {
    versions: Vec<Rule>,
    /// For days before the first version.
    first: Rule,
}

/// Why a rule cannot be used. The kernel does not start with it.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// It is not JSON of the right form.
    #[error("the rule of duplicates cannot be read")]
    Json(#[from] serde_json::Error),
    /// The fields of the kinds could not be looked at.
    #[error("the kernel's own manifest cannot be read")]
    Kinds(#[source] serde_json::Error),
    /// A part of it is out of its bounds.
    #[error("the rule of duplicates, version {version}: {what}")]
    Wrong {
        /// The day from which the version holds.
        version: String,
        /// What is wrong.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "id")]
    _id: String,
    versions: Vec<Version>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version {
    effective_from: String,
    source: String,
    generic_words: Vec<String>,
    cooperative: KindRule,
    person: KindRule,
    when_written: Outcomes,
    when_imported: Outcomes,
}

impl RuleBook {
    /// The rule that comes with the binary.
    ///
    /// # Errors
    /// As `parse`; a test holds that there is none.
    pub fn own() -> Result<Self, RuleError> {
        Self::parse(OWN)
    }

    /// Reads and checks a rule.
    ///
    /// # Errors
    /// When it cannot be read, has no version, or a number of it is out of its bounds.
    pub fn parse(text: &[u8]) -> Result<Self, RuleError> {
        let File { versions, .. } = serde_json::from_slice(text)?;
        let shapes = Shapes::read().map_err(RuleError::Kinds)?;
        let checked = versions.into_iter().map(|version| version.checked(&shapes));
        let mut versions: Vec<Rule> = checked.collect::<Result<_, _>>()?;
        versions.sort_by_key(|version| version.effective_from);
        if let Some(pair) =
            versions.windows(2).find(|pair| matches!(pair, [one, next] if one.effective_from == next.effective_from))
        {
            let version = pair.first().map(|rule| rule.effective_from.to_string()).unwrap_or_default();
            return Err(RuleError::Wrong { version, what: "two versions begin on one day".to_owned() });
        }
        let first = versions.first().cloned();
        let none = || RuleError::Wrong { version: String::new(), what: "it has no version".to_owned() };
        Ok(Self { first: first.ok_or_else(none)?, versions })
    }

    /// The version that holds on a day; before the first one, that one.
    #[must_use]
    pub fn at(&self, day: Day) -> &Rule {
        self.versions.iter().rev().find(|version| version.effective_from <= day).unwrap_or(&self.first)
    }
}

impl Version {
    fn checked(self, shapes: &Shapes) -> Result<Rule, RuleError> {
        let version = self.effective_from.clone();
        let wrong = |what: String| RuleError::Wrong { version: version.clone(), what };
        let effective_from = self.effective_from.parse().map_err(|_| wrong("effective_from is no day".to_owned()))?;
        for (kind, rule) in [("cooperative", &self.cooperative), ("person", &self.person)] {
            let found = check(rule).and_then(|()| shapes.check(kind, rule));
            found.map_err(|what| wrong(format!("{kind}: {what}")))?;
        }
        for (path, outcomes) in [("when_written", self.when_written), ("when_imported", self.when_imported)] {
            if outcomes.certain != Outcome::Refuse {
                return Err(wrong(format!(
                    "{path}: what is certain is refused by the kind's indexes, whatever the rule says"
                )));
            }
        }
        if self.when_imported.likely == Outcome::Confirm || self.when_imported.possible == Outcome::Confirm {
            return Err(wrong("when_imported: a file cannot be asked to confirm; flag or refuse".to_owned()));
        }
        let generic_words = self.generic_words.iter().flat_map(|word| fold::words(word)).collect();
        Ok(Rule {
            effective_from,
            source: self.source,
            generic_words,
            cooperative: self.cooperative,
            person: self.person,
            when_written: self.when_written,
            when_imported: self.when_imported,
        })
    }
}

fn check(rule: &KindRule) -> Result<(), String> {
    let points = |name: &str, amount: i32, low: i32| {
        if (low..=POINTS_MAX).contains(&amount) {
            Ok(())
        } else {
            Err(format!("{name} is {amount}, not {low} to {POINTS_MAX}"))
        }
    };
    points("name_percent_min", rule.name_percent_min, 50)?;
    points("name_points", rule.name_points, 1)?;
    points("possible_points", rule.possible_points, 1)?;
    // What agrees on everything may well pass a hundred.
    if rule.likely_points < rule.possible_points || rule.likely_points > 4 * POINTS_MAX {
        return Err("likely_points are fewer than possible_points, or out of reach".to_owned());
    }
    if rule.names.is_empty() || rule.certain.iter().any(Vec::is_empty) {
        return Err("names and each list of certain hold at least one field".to_owned());
    }
    for evidence in &rule.evidence {
        points(&evidence.name(), evidence.agree, 0)?;
        points(&evidence.name(), evidence.differ, -POINTS_MAX)?;
        if evidence.fields.is_empty() || evidence.differ > 0 {
            return Err(format!("{:?} has no field, or gives points for a difference", evidence.name()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn with(change: impl FnOnce(&mut Value)) -> Result<RuleBook, RuleError> {
        let mut rule: Value = serde_json::from_slice(OWN).unwrap();
        change(&mut rule);
        RuleBook::parse(rule.to_string().as_bytes())
    }

    #[test]
    fn the_rule_of_the_binary_is_right_and_its_words_are_folded() {
        let book = RuleBook::own().unwrap();
        let rule = book.at("2025-12-01".parse().unwrap());
        assert!(rule.generic_words.contains("cuperativ"), "{:?}", rule.generic_words);
        assert!(rule.generic_words.contains("تعاونيه"));
        assert!(rule.generic_words.contains("tamsntlt"), "{:?}", rule.generic_words);
        assert_eq!(rule.cooperative.level(rule.cooperative.likely_points), Some(Level::Likely));
        assert_eq!(rule.cooperative.level(rule.cooperative.possible_points), Some(Level::Possible));
        assert_eq!(rule.cooperative.level(0), None);
    }

    #[test]
    fn a_version_holds_from_its_day_on() {
        let book = with(|rule| {
            let mut second = rule["versions"][0].clone();
            second["effective_from"] = json!("2026-06-01");
            second["source"] = json!("second");
            rule["versions"].as_array_mut().unwrap().insert(0, second);
        })
        .unwrap();
        let source = |day: &str| book.at(day.parse().unwrap()).source.clone();
        assert_eq!(source("2026-06-01"), "second");
        assert_ne!(source("2026-05-31"), "second");
        assert_ne!(source("1990-01-01"), "second");
    }

    #[test]
    fn a_rule_that_is_wrong_is_refused_with_its_place() {
        for (change, part) in [
            (json!({"name_points": 0}), "name_points"),
            (json!({"name_percent_min": 101}), "name_percent_min"),
            (json!({"likely_points": 10}), "likely_points"),
            (json!({"names": []}), "names"),
            (json!({"evidence": [{"fields": ["ice"], "compare": "exact", "agree": 1, "differ": 5}]}), "ice"),
            (json!({"names": ["name_fr", "nmae_ar"]}), "nmae_ar"),
            (
                json!({"evidence": [{"fields": ["capital_mad"], "compare": "exact", "agree": 1, "differ": 0}]}),
                "no text",
            ),
            (json!({"certain": [["phone"]]}), "unique"),
        ] {
            let refused = with(|rule| {
                for (field, value) in change.as_object().unwrap() {
                    rule["versions"][0]["cooperative"][field] = value.clone();
                }
            });
            let message = refused.unwrap_err().to_string();
            assert!(message.contains(part) && message.contains("2014-12-18"), "{message}");
        }
        assert!(with(|rule| rule["versions"] = json!([])).is_err());
        assert!(with(|rule| rule["colour"] = json!(1)).is_err());
        assert!(with(|rule| rule["versions"][0]["when_imported"]["likely"] = json!("confirm")).is_err());
        assert!(with(|rule| rule["versions"][0]["when_written"]["certain"] = json!("flag")).is_err());
    }
}
