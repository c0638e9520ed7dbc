//! A rule pack in words: what each rule is called, what it asks, where it is written and whether that is still to be verified.

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use tiwizi_model::Language;
use tiwizi_registry::acts::{ActKind, Holder};
use tiwizi_registry::money::Mad;
use tiwizi_registry::rule_pack::{BodyForm, OfficeRule, RulePack, Source, Stage, Transition};
use tiwizi_words::Texts;

use super::super::acts;

/// Every rule of a pack, in the order of the file; the three lists of it are rules too.
pub(super) const RULES: [&str; 23] = [
    "founders_min",
    "members_min",
    "member_holders",
    "union",
    "capital_min_mad",
    "share_min_mad",
    "paid_at_subscription",
    "balance_years",
    "exclusion_notice_months",
    "bodies",
    "board_seats",
    "board_of_members",
    "offices",
    "mandate_years_max",
    "auditor_turnover_mad",
    "assembly_months",
    "filing_months",
    "denomination_answer_days",
    "denomination_validity_days",
    "youth",
    "sectors",
    "statutes",
    "transitions",
];

/// What a rule is called.
pub(super) fn name(texts: &Texts, rule: &str) -> String {
    let key = format!("rule-{}", rule.replace('_', "-"));
    texts.find(&key, &FluentArgs::new()).unwrap_or_else(|| rule.to_owned())
}

/// A pack with all its rules.
pub(super) fn pack(texts: &Texts, pack: &RulePack) -> Value {
    let is_arabic = matches!(texts.language(), Language::Arabic | Language::Darija);
    let rule = |rule: &&str| {
        let source = source(pack, rule);
        let text = source.and_then(|source| pack.texts.iter().find(|text| text.id == source.text));
        let lines = lines(texts, pack, rule);
        context! {
            label => name(texts, rule),
            is_long => lines.len() > LONG,
            count => lines.len(),
            lines,
            text => text.map(|text| text.title.as_str()),
            published => text.map(|text| text.published.as_str()),
            article => source.and_then(|source| source.article.as_deref()),
            to_verify => source.is_some_and(|source| source.to_verify),
            note => source.and_then(|source| source.note.as_deref()),
        }
    };
    context! {
        title => if is_arabic { &*pack.title.ar } else { &*pack.title.fr },
        language => if is_arabic { "ar" } else { "fr" },
        reference => pack.reference(),
        from => pack.from.to_string(),
        until => pack.until.map(|day| day.to_string()),
        rules => RULES.iter().map(rule).collect::<Vec<_>>(),
    }
}

/// More lines than these are folded.
const LONG: usize = 6;

/// Where a rule is written.
fn source<'a>(pack: &'a RulePack, rule: &str) -> Option<&'a Source> {
    let rules = &pack.rules;
    Some(match rule {
        "founders_min" => &rules.founders_min.source,
        "members_min" => &rules.members_min.source,
        "member_holders" => &rules.member_holders.source,
        "union" => &rules.union.source,
        "capital_min_mad" => &rules.capital_min_mad.source,
        "share_min_mad" => &rules.share_min_mad.source,
        "paid_at_subscription" => &rules.paid_at_subscription.source,
        "balance_years" => &rules.balance_years.source,
        "exclusion_notice_months" => &rules.exclusion_notice_months.source,
        "bodies" => &rules.bodies.source,
        "board_seats" => &rules.board_seats.source,
        "board_of_members" => &rules.board_of_members.source,
        "offices" => &rules.offices.source,
        "mandate_years_max" => &rules.mandate_years_max.source,
        "auditor_turnover_mad" => &rules.auditor_turnover_mad.source,
        "assembly_months" => &rules.assembly_months.source,
        "filing_months" => &rules.filing_months.source,
        "denomination_answer_days" => &rules.denomination_answer_days.source,
        "denomination_validity_days" => &rules.denomination_validity_days.source,
        "youth" => &rules.youth.source,
        "sectors" => &pack.sectors.source,
        "statutes" => &pack.statutes.source,
        "transitions" => &pack.transitions.source,
        _ => return None,
    })
}

/// What a rule asks, in lines.
pub(super) fn lines(texts: &Texts, pack: &RulePack, rule: &str) -> Vec<String> {
    let rules = &pack.rules;
    let number = |number: u32| vec![texts.number(f64::from(number))];
    let small = |count: u16| number(u32::from(count));
    match rule {
        "founders_min" => number(rules.founders_min.value),
        "members_min" => number(rules.members_min.value),
        "member_holders" => vec![holders(texts, &rules.member_holders.value)],
        "union" => {
            let union = &rules.union.value;
            vec![with(texts, "rules-members-at-least", &[("count", union.members_min)]), holders(texts, &union.holders)]
        }
        "capital_min_mad" => vec![amount(texts, rules.capital_min_mad.value)],
        "share_min_mad" => vec![amount(texts, rules.share_min_mad.value)],
        "paid_at_subscription" => {
            let part = rules.paid_at_subscription.value;
            vec![format!("{}/{}", part.numerator, part.denominator)]
        }
        "balance_years" => small(rules.balance_years.value),
        "exclusion_notice_months" => small(rules.exclusion_notice_months.value),
        "bodies" => bodies(texts, pack),
        "board_seats" => {
            let seats = rules.board_seats.value;
            vec![with(texts, "rules-between", &[("min", seats.min), ("max", seats.max)])]
        }
        "board_of_members" => vec![texts.text(if rules.board_of_members.value { "yes" } else { "no" })],
        "offices" => rules.offices.value.iter().map(|rule| office(texts, *rule)).collect(),
        "mandate_years_max" => [BodyForm::Board, BodyForm::Managers]
            .map(|form| format!("{} : {}", self::form(texts, form), texts.number(f64::from(pack.mandate_years(form)))))
            .to_vec(),
        "auditor_turnover_mad" => vec![amount(texts, rules.auditor_turnover_mad.value)],
        "assembly_months" => small(rules.assembly_months.value),
        "filing_months" => small(rules.filing_months.value),
        "denomination_answer_days" => number(rules.denomination_answer_days.value),
        "denomination_validity_days" => number(rules.denomination_validity_days.value),
        "youth" => vec![youth(texts, pack)],
        "sectors" => vec![with(texts, "rules-version", &[("version", pack.sectors.version)])],
        "statutes" => statutes(texts, pack),
        "transitions" => pack.transitions.list.iter().map(|line| transition(texts, line)).collect(),
        _ => Vec::new(),
    }
}

fn with(texts: &Texts, key: &str, values: &[(&'static str, u32)]) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in values {
        args.set(*name, f64::from(*value));
    }
    texts.text_with(key, &args)
}

fn amount(texts: &Texts, amount: Mad) -> String {
    let mut args = FluentArgs::new();
    match amount.number().as_f64() {
        Some(number) => args.set("amount", number),
        None => args.set("amount", amount.to_string()),
    }
    texts.text_with("field-capital-amount", &args)
}

fn holders(texts: &Texts, holders: &[Holder]) -> String {
    let names: Vec<String> =
        holders.iter().map(|holder| texts.text(&format!("value-holder-{}", holder.name()))).collect();
    names.join(" · ")
}

fn form(texts: &Texts, form: BodyForm) -> String {
    texts.text(match form {
        BodyForm::Managers => "acts-form-managers",
        BodyForm::Board => "acts-form-board",
    })
}

fn bodies(texts: &Texts, pack: &RulePack) -> Vec<String> {
    let line = |rule: &tiwizi_registry::rule_pack::BodyRule| {
        let from = with(texts, "rules-from-members", &[("count", rule.members_from)]);
        let forms: Vec<String> = rule.forms.iter().map(|form| self::form(texts, *form)).collect();
        format!("{from} : {}", forms.join(" · "))
    };
    pack.rules.bodies.value.iter().map(line).collect()
}

fn office(texts: &Texts, rule: OfficeRule) -> String {
    let count = match rule.max {
        Some(max) if max == rule.min => texts.number(f64::from(max)),
        Some(max) => with(texts, "rules-between", &[("min", rule.min), ("max", max)]),
        None => with(texts, "rules-at-least", &[("count", rule.min)]),
    };
    format!("{} : {count}", texts.text(&format!("value-role-{}", rule.office.name())))
}

fn youth(texts: &Texts, pack: &RulePack) -> String {
    let youth = pack.rules.youth.value;
    let mut args = FluentArgs::new();
    args.set("age", f64::from(youth.age_max));
    let Some(year) = youth.reference_year else { return texts.text_with("rules-youth-each-year", &args) };
    // A year is no count: no space stands between its digits.
    args.set("year", year.to_string());
    texts.text_with("rules-youth", &args)
}

fn statutes(texts: &Texts, pack: &RulePack) -> Vec<String> {
    let is_arabic = matches!(texts.language(), Language::Arabic | Language::Darija);
    let items = pack.statutes.items.iter();
    items.map(|item| if is_arabic { item.ar.clone() } else { item.fr.clone() }).collect()
}

fn transition(texts: &Texts, line: &Transition) -> String {
    let stages =
        |stages: &[Stage]| stages.iter().map(|stage| said_stage(texts, *stage)).collect::<Vec<_>>().join(" · ");
    let when = line.when.as_deref().map(|when| format!(" ({})", said_answer(texts, when))).unwrap_or_default();
    let to = line.to.map_or_else(|| texts.text("rules-stage-same"), |stage| said_stage(texts, stage));
    let act = ActKind::named(&line.act).map_or_else(|| line.act.clone(), |kind| acts::kind_name(texts, kind));
    format!("{act}{when} : {} → {to}", stages(&line.from))
}

fn said_stage(texts: &Texts, stage: Stage) -> String {
    let said = acts::stage_name(texts, stage);
    if said.is_empty() { texts.text("rules-stage-nothing") } else { said }
}

fn said_answer(texts: &Texts, when: &str) -> String {
    let keys = [format!("acts-answer-{when}"), format!("status-{when}")];
    keys.iter().find_map(|key| texts.find(key, &FluentArgs::new())).unwrap_or_else(|| when.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tiwizi_registry::rule_pack;
    use tiwizi_words::Messages;

    use super::*;

    fn texts(language: Language) -> Texts {
        Texts::new(language, Arc::new(Messages::kernel()))
    }

    #[test]
    fn every_rule_of_a_pack_is_said_with_its_source_in_every_language() {
        let pack = rule_pack::built_in().unwrap().newest().unwrap();
        let whole = serde_json::to_value(pack).unwrap();
        let own: Vec<&String> = whole["rules"].as_object().unwrap().keys().collect();
        assert_eq!(own.len() + 3, RULES.len());
        assert!(own.iter().all(|rule| RULES.contains(&rule.as_str())), "{own:?}");
        for language in Language::ALL {
            let texts = texts(language);
            for rule in RULES {
                assert_ne!(name(&texts, rule), rule, "{language}");
                let lines = lines(&texts, pack, rule);
                assert!(!lines.is_empty() && lines.iter().all(|line| !line.trim().is_empty()), "{language} {rule}");
                assert!(source(pack, rule).is_some(), "{rule}");
            }
        }
    }

    #[test]
    fn what_is_more_than_a_number_is_said_in_words() {
        let (pack, texts) = (rule_pack::built_in().unwrap().newest().unwrap(), texts(Language::French));
        assert_eq!(lines(&texts, pack, "paid_at_subscription"), ["1/4"]);
        assert_eq!(lines(&texts, pack, "board_of_members"), ["oui"]);
        let union = lines(&texts, pack, "union").join(" ");
        assert!(union.contains('2') && union.contains("coopérative"), "{union}");
        let bodies = lines(&texts, pack, "bodies");
        assert!(bodies[1].contains("50") && bodies[1].contains("conseil"), "{bodies:?}");
        let offices = lines(&texts, pack, "offices").join(" ");
        assert!(offices.contains("présidence") || offices.contains("présid"), "{offices}");
        assert!(lines(&texts, pack, "youth")[0].contains("35"));
        assert!(lines(&texts, pack, "transitions").iter().all(|line| line.contains('→')));
    }
}
