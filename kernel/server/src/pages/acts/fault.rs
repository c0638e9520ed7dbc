//! What is wrong on a sheet, at its field and in words of the reader's language.

use minijinja::{Value, context};
use tiwizi_records::FieldError;
use tiwizi_registry::acts::Entity;
use tiwizi_registry::rule_pack::{BodyForm, RulePack};
use tiwizi_words::Texts;

/// Before what a correction puts in the place of an act.
const STANDS: &str = "/data/stands";

/// The rules of the day, and what they are asked for.
pub(super) type Rules<'a> = (&'a RulePack, Entity);

/// Something that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The name of the field; empty for the whole sheet.
    pub(super) name: String,
    pub(super) code: String,
    /// A sentence in English, where the code alone says too little.
    pub(super) message: String,
    /// Whether the sentence is for people, in their language: a plugin said it.
    pub(super) is_for_people: bool,
}

impl Fault {
    pub(super) fn new(name: impl Into<String>, code: &str) -> Self {
        Self { name: name.into(), code: code.to_owned(), message: String::new(), is_for_people: false }
    }

    /// A fault that the register found, at its field on the sheet.
    pub(super) fn of(error: FieldError) -> Self {
        let FieldError { pointer, code, message, said_by, .. } = error;
        Self { name: field_name(&pointer), code: code.into_owned(), message, is_for_people: said_by.is_some() }
    }
}

/// The name on the sheet of what a pointer into an act shows.
fn field_name(pointer: &str) -> String {
    // The day of a correction itself is no day of what it says.
    if pointer == "/effective_on" {
        return pointer.to_owned();
    }
    let rest = pointer.strip_prefix(STANDS).unwrap_or(pointer);
    rest.strip_prefix("/data").unwrap_or(rest).to_owned()
}

/// What is wrong, in words. The figures are those of the rules on the day of the act.
pub(super) fn say(texts: &Texts, rules: Option<Rules<'_>>, fault: &Fault) -> String {
    if fault.is_for_people {
        return fault.message.clone();
    }
    let figures = rules.map(|rules| figures(texts, rules)).unwrap_or_default();
    let own = texts.find_with(&format!("fault-act-{}", fault.code), &figures);
    own.unwrap_or_else(|| texts.text(key(&fault.code)))
}

/// The figures that sentences may name.
fn figures(texts: &Texts, (pack, entity): Rules<'_>) -> Vec<(String, String)> {
    let rules = &pack.rules;
    let count = |value: u32| texts.number(f64::from(value));
    let part = rules.paid_at_subscription.value;
    let pairs = [
        ("founders", count(pack.founders_min(entity))),
        ("capital", rules.capital_min_mad.value.to_string()),
        ("share", rules.share_min_mad.value.to_string()),
        ("part", format!("{}/{}", part.numerator, part.denominator)),
        ("least", count(rules.board_seats.value.min)),
        ("most", count(rules.board_seats.value.max)),
        ("board", count(u32::from(pack.mandate_years(BodyForm::Board)))),
        ("managers", count(u32::from(pack.mandate_years(BodyForm::Managers)))),
        ("months", count(u32::from(rules.exclusion_notice_months.value))),
    ];
    pairs.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// The message for a code that every form has.
fn key(code: &str) -> &'static str {
    match code {
        "required" => "fault-required",
        "too-long" | "too-short" | "too-many" | "too-few" => "fault-length",
        "too-large" | "too-small" | "multiple" | "decimals" => "fault-range",
        "enum" | "province" | "sector" | "branch" => "fault-choice",
        "pattern" | "format" | "date" | "type" | "number" | "amount" => "fault-pattern",
        "future" | "order" => "fault-order",
        "taken" => "fault-taken",
        "repeated" => "fault-repeated",
        _ => "fault-act-other",
    }
}

/// The fault at a field, or below it.
pub(super) fn at<'a>(faults: &'a [Fault], name: &str, is_below_too: bool) -> Option<&'a Fault> {
    faults.iter().find(|fault| {
        let rest = fault.name.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || (is_below_too && rest.starts_with(['/', '~'])))
    })
}

/// What is wrong with no field that the sheet shows; `shown` says whether it shows one.
pub(super) fn elsewhere(
    texts: &Texts,
    rules: Option<Rules<'_>>,
    faults: &[Fault],
    shown: impl Fn(&str) -> bool,
) -> Vec<Value> {
    let others = faults.iter().filter(|fault| !shown(&fault.name));
    others.map(|fault| context! { text => say(texts, rules, fault), detail => &*fault.message }).collect()
}

/// All that the register found wrong with an act, for a page that has no sheet of it.
pub(in crate::pages) fn all_told(
    texts: &Texts,
    rules: Option<(&RulePack, Entity)>,
    errors: impl Iterator<Item = FieldError>,
) -> Vec<Value> {
    let faults: Vec<Fault> = errors.map(Fault::of).collect();
    elsewhere(texts, rules, &faults, |_| false)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_model::Language;
    use tiwizi_registry::rule_pack;
    use tiwizi_words::Messages;

    use super::*;

    fn texts(language: Language) -> Texts {
        Texts::new(language, Arc::new(Messages::kernel()))
    }

    fn rules(entity: Entity) -> Option<Rules<'static>> {
        rule_pack::built_in().unwrap().newest().map(|pack| (pack, entity))
    }

    /// Every code that the rules of acts give, read from their sources.
    fn codes() -> Vec<String> {
        let sources = [
            include_str!("../../../../registry/src/acts/apply.rs"),
            include_str!("../../../../registry/src/acts/apply/founding.rs"),
            include_str!("../../../../registry/src/acts/apply/life.rs"),
            include_str!("../../../../registry/src/acts/apply/shares.rs"),
            include_str!("../../../../registry/src/acts/people.rs"),
        ];
        let mut codes = Vec::new();
        for call in sources.iter().flat_map(|source| source.split("case.add(").skip(1)) {
            let end = call.find(");").unwrap_or(call.len());
            // The first text in quotes that is no pointer and no format.
            let quoted = call[..end].split('"').skip(1).step_by(2);
            let code = quoted.into_iter().find(|text| !text.starts_with('/') && !text.contains('{'));
            codes.extend(code.map(str::to_owned));
        }
        // Those of the door.
        codes.extend(["successor-alias", "successor-state", "successor-circle"].map(str::to_owned));
        codes
    }

    #[test]
    fn every_code_of_the_rules_has_its_words() {
        let (texts, pack) = (texts(Language::French), rules(Entity::Cooperative));
        let codes = codes();
        assert!(codes.len() > 30 && codes.contains(&"board-seats".to_owned()), "{codes:?}");
        let other = say(&texts, pack, &Fault::new("", "never heard of"));
        for code in codes {
            assert_ne!(say(&texts, pack, &Fault::new("", &code)), other, "{code} has no words");
        }
    }

    #[test]
    fn a_sentence_names_the_figure_of_the_rules() {
        let pack = rules(Entity::Cooperative);
        let said = say(&texts(Language::French), pack, &Fault::new("", "board-seats"));
        assert!(said.contains('3') && said.contains("12"), "{said}");
        let said = say(&texts(Language::Arabic), pack, &Fault::new("", "paid-at-subscription"));
        assert!(said.contains("1/4"), "{said}");
        let founders = |entity| say(&texts(Language::French), rules(entity), &Fault::new("", "founders-min"));
        assert!(founders(Entity::Cooperative).contains('5') && founders(Entity::Union).contains('2'));
    }

    #[test]
    fn faults_stand_at_their_fields() {
        let of = |pointer: &str| Fault::of(FieldError::new(pointer, "required", "")).name;
        assert_eq!(of("/data/joined/0/number"), "/joined/0/number");
        assert_eq!(of("/data/stands/effective_on"), "/effective_on");
        assert_eq!(of("/data/stands/data/court"), "/court");
        assert_eq!((of("/data"), of("/documents"), of("")), (String::new(), "/documents".to_owned(), String::new()));
        let faults = [Fault::new("/joined/0/number", "taken")];
        assert!(at(&faults, "/joined/0/number", false).is_some() && at(&faults, "/joined", true).is_some());
        assert!(at(&faults, "/joined", false).is_none() && at(&faults, "/join", true).is_none());
    }
}
