//! What of a record is compared, and what comes out of comparing two.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tiwizi_model::{ProvinceCode, fold};

use super::rule::{Comparison, Evidence, KindRule, Level, Rule};
use super::spelling::{OTHER_NUMBER_PERCENT_MAX, Spelling};
use crate::territory;

/// The digits by which numbers are compared: a telephone number of Morocco without its country or its zero.
const DIGITS_MAX: usize = 9;

/// The kinds that are looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Cooperatives: those of one province are compared.
    Cooperative,
    /// Persons: those born on one day are compared.
    Person,
}

impl Subject {
    /// The name of its kind in the namespace `registry`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cooperative => "cooperative",
            Self::Person => "person",
        }
    }

    /// The part of a rule that is about it.
    #[must_use]
    pub fn rule(self, rule: &Rule) -> &KindRule {
        match self {
            Self::Cooperative => &rule.cooperative,
            Self::Person => &rule.person,
        }
    }
}

/// What of a record is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    place: String,
    names: Vec<Spelling>,
    /// One mark of its form for each piece of evidence of the rule, in its order.
    evidence: Vec<Option<u64>>,
}

/// That two records may be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How surely.
    pub level: Level,
    /// The points that the rule gave.
    pub points: i32,
    /// What spoke for it: `name 96`, `commune`, `court+number`.
    pub reasons: Vec<String>,
}

impl Finding {
    /// A number that only one may have is the same.
    pub(super) fn certain(fields: &[String]) -> Self {
        Self { level: Level::Certain, points: 100, reasons: vec![fields.join("+")] }
    }
}

impl Profile {
    /// The profile of a body.
    #[must_use]
    pub fn of(rule: &Rule, subject: Subject, body: &Value) -> Self {
        let kind = subject.rule(rule);
        let place = text(body, "province").unwrap_or_default().to_owned();
        // A place's own name says nothing about who is there; a person may be called like a town.
        let places = match subject {
            Subject::Cooperative => place_words(&place, text(body, "commune")),
            Subject::Person => BTreeSet::new(),
        };
        let generic = |word: &str| rule.generic_words.contains(word) || places.contains(word);
        let names: BTreeSet<Spelling> =
            kind.names.iter().filter_map(|field| Spelling::of(text(body, field)?, generic)).collect();
        Self {
            place,
            names: names.into_iter().collect(),
            evidence: kind.evidence.iter().map(|evidence| form(evidence, body).map(|form| mark(&form))).collect(),
        }
    }

    /// The codes under which others like it are found. Those of names hold the numbers in them: other numbers make another name.
    #[must_use]
    pub fn codes(&self, kind: &KindRule) -> BTreeSet<String> {
        let numbers = self.numbers().into_iter().collect::<Vec<_>>().join(",");
        let mut of_names = BTreeSet::new();
        for name in &self.names {
            name.codes(&mut of_names);
        }
        let mut codes: BTreeSet<String> =
            of_names.into_iter().map(|code| format!("{} {numbers} {code}", self.place)).collect();
        for (evidence, form) in kind.evidence.iter().zip(&self.evidence) {
            if let (true, Some(form)) = (evidence.finds, form) {
                codes.insert(format!("{} {}:{form:016x}", self.place, evidence.name()));
            }
        }
        codes
    }

    /// Compares two records by a rule. None when the rule sees nothing in it.
    #[must_use]
    pub fn compare(&self, other: &Self, kind: &KindRule) -> Option<Finding> {
        let (mut points, mut reasons) = (0, Vec::new());
        for ((evidence, mine), theirs) in kind.evidence.iter().zip(&self.evidence).zip(&other.evidence) {
            match (mine, theirs) {
                (Some(mine), Some(theirs)) if mine == theirs => {
                    points += evidence.agree;
                    if evidence.agree > 0 {
                        reasons.push(evidence.name());
                    }
                }
                (Some(_), Some(_)) => points += evidence.differ,
                (None, _) | (_, None) => {}
            }
        }
        // Most that share a code are told apart by this alone, and names take longest.
        kind.level(points.saturating_add(kind.name_points))?;
        let percent = self.name_percent(other, kind.across_scripts_letters_min);
        if percent >= kind.name_percent_min {
            points += kind.name_points * percent / 100;
            reasons.insert(0, format!("name {percent}"));
        }
        Some(Finding { level: kind.level(points)?, points, reasons })
    }

    /// The code of the province where it is; empty when that is not known.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// The numbers in its names.
    fn numbers(&self) -> BTreeSet<&str> {
        self.names.iter().flat_map(Spelling::numbers).collect()
    }

    /// How alike the names that are most alike are.
    fn name_percent(&self, other: &Self, letters_min: usize) -> i32 {
        let pairs = self.names.iter().flat_map(|mine| other.names.iter().map(move |theirs| (mine, theirs)));
        let percent = pairs.map(|(mine, theirs)| mine.percent(theirs, letters_min)).max().unwrap_or_default();
        // A number may stand in one of its languages only.
        if self.numbers() == other.numbers() { percent } else { percent.min(OTHER_NUMBER_PERCENT_MAX) }
    }
}

fn text<'a>(body: &'a Value, field: &str) -> Option<&'a str> {
    body.get(field).and_then(Value::as_str)
}

/// The folded words of the names of a province and a commune.
fn place_words(province: &str, commune: Option<&str>) -> BTreeSet<String> {
    let known = province.parse::<ProvinceCode>().ok().and_then(territory::province);
    let names = known.into_iter().flat_map(|province| {
        [Some(province.names.fr.as_str()), Some(province.names.ar.as_str()), province.names.zgh.as_deref()]
    });
    names.flatten().chain(commune).flat_map(fold::words).collect()
}

/// A short mark of a text, the same on every machine and after every upgrade: codes with it are stored.
pub(super) fn mark(text: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The form of a piece of evidence, when the body has all of it.
fn form(evidence: &Evidence, body: &Value) -> Option<String> {
    let mut form = String::new();
    for field in &evidence.fields {
        let value = text(body, field)?;
        let part = match evidence.compare {
            Comparison::Exact => value.trim().to_lowercase(),
            Comparison::Words => fold::fold(value),
            Comparison::Digits => {
                let digits: Vec<char> = fold::fold(value).chars().filter(char::is_ascii_digit).collect();
                digits.iter().skip(digits.len().saturating_sub(DIGITS_MAX)).collect()
            }
        };
        if part.is_empty() {
            return None;
        }
        if !form.is_empty() {
            form.push('|');
        }
        form.push_str(&part);
    }
    Some(form)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::rule::RuleBook;
    use super::*;

    fn compare(subject: Subject, one: &Value, other: &Value) -> Option<Finding> {
        let book = RuleBook::own().unwrap();
        let rule = book.at("2025-12-01".parse().unwrap());
        let (one, other) = (Profile::of(rule, subject, one), Profile::of(rule, subject, other));
        one.compare(&other, subject.rule(rule))
    }

    fn cooperative(name: &str, number: &str) -> Value {
        json!({
            "court": "Tribunal de première instance de Taroudannt", "number": number, "name_fr": name,
            "sector": "argan", "province": "09.541", "commune": "Aoulouz", "status": "registered"
        })
    }

    #[test]
    fn the_same_name_sector_and_commune_are_likely_one_also_across_scripts() {
        let one = cooperative("Coopérative Tafoukt Argan", "1/2019");
        let mut other = cooperative("Tafoukt Argan Aoulouz", "7/2020");
        let found = compare(Subject::Cooperative, &one, &other).unwrap();
        assert_eq!(
            (found.level, found.reasons),
            (Level::Likely, vec!["name 100".into(), "commune".into(), "sector".into()])
        );
        for (field, name) in [("name_ar", "تعاونية تافوكت أركان"), ("name_zgh", "ⵜⴰⵎⵙⵙⵏⵜⵍⵜ ⵜⴰⴼⵓⴽⵜ ⴰⵔⴳⴰⵏ")]
        {
            other.as_object_mut().unwrap().remove("name_fr");
            other[field] = json!(name);
            assert_eq!(compare(Subject::Cooperative, &one, &other).unwrap().level, Level::Likely, "{name}");
            other.as_object_mut().unwrap().remove(field);
        }
    }

    #[test]
    fn what_differs_speaks_against_it() {
        let one = cooperative("Tafoukt Argan", "1/2019");
        for (change, level) in [
            (json!({"founded_on": "2019-05-01"}), Some(Level::Likely)),
            (json!({"commune": "Taliouine"}), None),
            (json!({"sector": "crafts"}), None),
            (json!({"name_fr": "Tiwizi Saffran"}), None),
            (json!({"name_fr": "Tafoukt Argane", "commune": "AOULOUZ"}), Some(Level::Likely)),
        ] {
            let mut other = cooperative("Tafoukt Argan", "9/2021");
            for (field, value) in change.as_object().unwrap() {
                other[field] = value.clone();
            }
            assert_eq!(compare(Subject::Cooperative, &one, &other).map(|found| found.level), level, "{change}");
        }
        let with_ice = |ice: &str| {
            let mut body = cooperative("Tafoukt Argan", ice);
            body["ice"] = json!(ice);
            body
        };
        let (one, other) = (with_ice("001561191000066"), with_ice("002136093000040"));
        assert_eq!(compare(Subject::Cooperative, &one, &other), None);
    }

    #[test]
    fn another_spelling_of_court_and_number_is_enough_with_the_place() {
        let one = cooperative("Tafoukt Argan", "12/2019");
        let mut other = cooperative("Tiwizi Saffran", "١٢-٢٠١٩");
        other["court"] = json!("TRIBUNAL de 1ere instance");
        assert_eq!(compare(Subject::Cooperative, &one, &other), None);
        other["court"] = json!("Tribunal de Première Instance de Taroudante");
        let found = compare(Subject::Cooperative, &one, &other).unwrap();
        assert_eq!((found.level, found.reasons.first().map(String::as_str)), (Level::Likely, Some("court+number")));
    }

    #[test]
    fn persons_are_one_by_name_and_day_of_birth() {
        let one = json!({"name_fr": "Fatima Ait Brahim", "birth_date": "1990-02-03", "province": "09.541"});
        for (other, level) in [
            (
                json!({"name_fr": "Fatima Aït Brahim", "birth_date": "1990-02-03", "province": "09.541"}),
                Some(Level::Likely),
            ),
            (json!({"name_ar": "فاطمة أيت إبراهيم", "birth_date": "1990-02-03"}), Some(Level::Likely)),
            (json!({"name_fr": "Fatima Ait Brahim", "birth_date": "1991-02-03", "province": "09.541"}), None),
            (json!({"name_fr": "Khadija Alaoui", "birth_date": "1990-02-03", "province": "09.541"}), None),
        ] {
            assert_eq!(compare(Subject::Person, &one, &other).map(|found| found.level), level, "{other}");
        }
    }

    #[test]
    fn codes_begin_with_the_place_so_that_provinces_are_kept_apart() {
        let book = RuleBook::own().unwrap();
        let rule = book.at("2025-12-01".parse().unwrap());
        let codes = |province: &str| {
            let mut body = cooperative("Tafoukt Argan", "1/2019");
            body["province"] = json!(province);
            Profile::of(rule, Subject::Cooperative, &body).codes(&rule.cooperative)
        };
        let (here, there) = (codes("09.541"), codes("09.551"));
        assert!(here.iter().all(|code| code.starts_with("09.541 ")), "{here:?}");
        assert!(here.is_disjoint(&there) && here.len() >= 4);
    }
}
