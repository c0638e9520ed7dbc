//! What holds for every model that comes with the plugin: it computes, it is financed, it is written in every language, and what it names exists.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;
use tiwizi_sdk::{Language, native};

use crate::ProjectBank;
use crate::export::book;
use crate::export::book::Direction;
use crate::export::page::is_possible;
use crate::kinds::About;
use crate::plan::check::Checked;
use crate::plan::{Outcome, Plan, check, outcome};

const MANIFEST: &str = include_str!("../../../manifests/project-bank/manifest.json");

const CODES: [&str; 12] = [
    "argan-oil",
    "carpets",
    "couscous",
    "dates",
    "goat-cheese",
    "honey",
    "olive-oil",
    "pottery",
    "rural-tourism",
    "saffron",
    "sea-products",
    "waste-sorting",
];

/// What one unit is sold for in Morocco, at least and at most, in dirhams of the product's unit. The models' own sources say where from.
const MARKET: [(&str, &str, u32, u32); 27] = [
    ("argan-oil", "cosmetic", 200, 600),
    ("argan-oil", "food", 150, 450),
    ("carpets", "knotted", 500, 2_500),
    ("carpets", "flat", 200, 1_200),
    ("carpets", "small", 60, 400),
    ("couscous", "wheat", 15, 35),
    ("couscous", "barley", 20, 50),
    ("dates", "mejhoul", 40, 150),
    ("dates", "other", 20, 80),
    ("dates", "paste", 10, 40),
    ("goat-cheese", "fresh", 80, 180),
    ("goat-cheese", "aged", 100, 250),
    ("honey", "honey", 80, 350),
    ("olive-oil", "oil", 40, 120),
    ("pottery", "ware", 15, 80),
    ("pottery", "tajine", 20, 120),
    ("pottery", "decor", 80, 500),
    ("rural-tourism", "night", 80, 350),
    ("rural-tourism", "meal", 50, 180),
    ("rural-tourism", "walk", 60, 300),
    ("saffron", "flask", 20, 60),
    ("saffron", "bulk", 10, 35),
    ("sea-products", "mussel", 60, 180),
    ("sea-products", "sardine", 35, 120),
    ("waste-sorting", "pet", 2_000, 6_000),
    ("waste-sorting", "film", 1_000, 5_000),
    ("waste-sorting", "metal", 1_500, 4_500),
];
/// What is sold without a price that everybody knows: a service to members, a price that moves by half within a year.
const WITHOUT_MARKET: [(&str, &str); 2] = [("olive-oil", "pressing"), ("waste-sorting", "card")];

/// Of the last year's turnover: less is no project, more is no cooperative of a village.
const RESULT_PERCENT: (u32, u32) = (5, 30);

struct Given {
    code: String,
    body: Value,
    plan: Plan,
    checked: Checked,
    outcome: Outcome,
}

fn models() -> Vec<Given> {
    native::start(MANIFEST);
    native::install::<ProjectBank>().unwrap();
    let given = |body: Value| {
        let code = body["code"].as_str().unwrap().to_owned();
        let plan: Plan = serde_json::from_value(body["plan"].clone()).unwrap();
        let checked = check(&plan).unwrap_or_else(|faults| panic!("{code}: {faults:?}"));
        let outcome = outcome(&checked);
        Given { code, body, plan, checked, outcome }
    };
    native::bodies("model").into_iter().map(given).collect()
}

#[test]
fn twelve_models_come_along_over_all_sectors_each_marked_as_an_example() {
    let models = models();
    let codes: BTreeSet<&str> = models.iter().map(|model| model.code.as_str()).collect();
    assert_eq!(codes, BTreeSet::from(CODES));
    let sectors: BTreeSet<&str> = models.iter().map(|model| model.body["sector"].as_str().unwrap()).collect();
    assert_eq!(sectors.len(), crate::kinds::Sector::ALL.len(), "{sectors:?}");
    for model in &models {
        assert_eq!(model.body["example"], true, "{}", model.code);
    }
}

#[test]
fn every_model_is_financed_breaks_even_and_earns_what_is_credible() {
    for Given { code, outcome, .. } in models() {
        assert!(outcome.financing.gap <= Decimal::ZERO, "{code}: {} dirhams are missing", outcome.financing.gap);
        let spare = -outcome.financing.gap / (outcome.financing.investments + outcome.financing.working_capital);
        assert!(spare <= Decimal::new(10, 2), "{code}: asks for {spare} more than it needs");
        assert!(outcome.lowest.1 >= Decimal::ZERO, "{code}: {:?}", outcome.lowest);
        let last = outcome.years.last().unwrap();
        let (_, share) = last.break_even.unwrap();
        assert!(share < Decimal::ONE, "{code}: the last year sells too little, {share}");
        let reached = outcome.years.iter().position(|year| year.result > Decimal::ZERO).unwrap();
        assert!(reached <= 2, "{code}: loses until year {}", reached + 1);
        let percent = last.result / last.turnover * Decimal::ONE_HUNDRED;
        let (least, most) = RESULT_PERCENT;
        assert!(percent >= Decimal::from(least) && percent <= Decimal::from(most), "{code}: {percent} %");
        assert!(outcome.worth.payback_month.is_some(), "{code}: what it costs never comes back");
        assert!(outcome.worth.present_value.is_some_and(|value| value > Decimal::ZERO), "{code}: worth nothing today");
        let gifts =
            outcome.financing.grants / (outcome.financing.own + outcome.financing.loans + outcome.financing.grants);
        assert!(gifts <= Decimal::new(60, 2), "{code}: {gifts} of its money is a grant");
        assert!(outcome.financing.own > Decimal::ZERO, "{code}: its members bring nothing");
    }
}

#[test]
fn every_price_is_one_of_the_moroccan_market_and_above_what_a_unit_costs() {
    let market: BTreeMap<(&str, &str), (u32, u32)> =
        MARKET.iter().map(|(model, product, least, most)| ((*model, *product), (*least, *most))).collect();
    for Given { code, checked, .. } in models() {
        for sale in &checked.products {
            let key = (code.as_str(), sale.code.as_str());
            match market.get(&key) {
                Some((least, most)) => {
                    let within = sale.price >= Decimal::from(*least) && sale.price <= Decimal::from(*most);
                    assert!(within, "{key:?}: {}", sale.price);
                }
                None => assert!(WITHOUT_MARKET.contains(&key), "{key:?} has no known price"),
            }
            let cost: Decimal = sale.costs.iter().map(|(amount, vat)| amount * (Decimal::ONE + vat)).sum();
            assert!(cost < sale.price, "{key:?}: costs {cost}, sells for {}", sale.price);
        }
    }
}

#[test]
fn the_months_of_a_season_are_twelve_and_sum_up_to_a_year() {
    for Given { code, plan, .. } in models() {
        for product in plan.products.iter().filter(|product| !product.season.is_empty()) {
            let sum: u32 = product.season.iter().map(|percent| u32::from(*percent)).sum();
            assert_eq!((product.season.len(), sum), (12, 1200), "{code}/{}", product.code);
        }
    }
}

#[test]
fn every_parameter_does_something_and_every_figure_says_where_it_comes_from() {
    for Given { code, body, plan, .. } in models() {
        let lines = serde_json::to_string(&body["plan"]).unwrap();
        for parameter in &plan.parameters {
            assert!(
                lines.contains(&format!("\"@{}\"", parameter.code)),
                "{code}: nothing follows from {}",
                parameter.code
            );
        }
        for list in ["parameters", "investments", "costs"] {
            for line in body["plan"][list].as_array().unwrap() {
                assert!(line["source"].as_str().is_some_and(|source| !source.trim().is_empty()), "{code}: {line}");
            }
        }
        assert!(body["sources"].as_array().unwrap().len() >= 3, "{code}");
    }
}

/// Every object of texts in a model, with its place.
fn texts<'a>(value: &'a Value, place: &str, found: &mut Vec<(String, &'a serde_json::Map<String, Value>)>) {
    match value {
        Value::Object(fields) if fields.contains_key("ar") || fields.contains_key("fr") => {
            found.push((place.to_owned(), fields))
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| texts(value, &format!("{place}/{name}"), found))
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                texts(item, &format!("{place}/{number}"), found);
            }
        }
        _ => {}
    }
}

const fn is_tifinagh(letter: char) -> bool {
    matches!(letter, '\u{2d30}'..='\u{2d7f}')
}

const fn is_arabic(letter: char) -> bool {
    matches!(letter, '\u{0600}'..='\u{06ff}')
}

#[test]
fn every_text_stands_in_every_language_in_the_letters_of_that_language() {
    for Given { code, body, .. } in models() {
        let mut found = Vec::new();
        texts(&body, &code, &mut found);
        assert!(found.len() >= 20, "{code}: {} texts", found.len());
        for (place, fields) in found {
            for language in Language::ALL {
                let text = fields.get(language.tag()).and_then(Value::as_str).unwrap_or_default();
                let place = format!("{place}/{}", language.tag());
                assert!(!text.trim().is_empty() && text.trim() == text, "{place} is missing: {text:?}");
                match language.tag() {
                    "fr" => {
                        let plain = [" :", " ;", " ?", " !", " %", "'"].iter().find(|mark| text.contains(**mark));
                        assert_eq!(plain, None, "{place}: {text}");
                    }
                    "ar" | "ary" => assert!(text.chars().any(is_arabic), "{place}: {text}"),
                    _ => {
                        assert!(text.chars().any(is_tifinagh), "{place}: {text}");
                        let foreign = |letter: char| letter.is_alphabetic() && !is_tifinagh(letter);
                        assert!(!text.contains(foreign), "{place}: {text}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_sheet_says_what_a_file_has_to_say() {
    for Given { code, body, .. } in models() {
        let about: BTreeSet<&str> =
            body["chapters"].as_array().unwrap().iter().map(|chapter| chapter["about"].as_str().unwrap()).collect();
        for chapter in About::ALL {
            assert!(about.contains(chapter.name()), "{code} says nothing of {}", chapter.name());
        }
        assert_eq!(about.len(), body["chapters"].as_array().unwrap().len(), "{code} says something twice");
    }
}

#[test]
fn every_module_to_learn_first_is_one_of_the_training() {
    let content = concat!(env!("CARGO_MANIFEST_DIR"), "/../training/content");
    for Given { code, body, .. } in models() {
        let learn = body["learn"].as_array().unwrap();
        assert!(!learn.is_empty(), "{code}");
        for step in learn {
            let (course, module) = step.as_str().unwrap().split_once('/').unwrap();
            let path = format!("{content}/{course}/course.json");
            let file = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{code}: {path}: {error}"));
            let course: Value = serde_json::from_str(&file).unwrap();
            let known = course["modules"].as_array().unwrap().iter().any(|there| there["code"] == module);
            assert!(known, "{code}: {step}");
        }
    }
}

#[test]
fn every_province_is_one_of_the_country() {
    for Given { code, body, .. } in models() {
        for province in body["provinces"].as_array().unwrap() {
            assert!(tiwizi_sdk::places::is_province(province.as_str().unwrap()), "{code}: {province}");
        }
    }
}

#[test]
fn every_model_becomes_a_spreadsheet_in_both_directions() {
    let words = |key: &str| key.to_owned();
    for Given { code, plan, checked, .. } in models() {
        assert!(is_possible(&plan), "{code} has too many lines");
        for (language, direction) in
            [(Language::French, Direction::LeftToRight), (Language::Arabic, Direction::RightToLeft)]
        {
            let file = book(&plan, &checked, language, &words).to_xlsx(direction).unwrap();
            assert!(file.starts_with(b"PK") && file.len() > 10_000, "{code}: {} bytes", file.len());
        }
    }
}

/// What one call of a plugin may write, and how large one record may be: the kernel's `UNIT_WRITES_MAX` and `RECORD_BYTES_MAX`.
const WRITES_MAX: usize = 500;
const RECORD_BYTES_MAX: usize = 1 << 20;

#[test]
fn installing_them_all_and_keeping_a_plan_stays_far_below_the_bounds() {
    let models = models();
    let written = native::bodies("model").len() + native::bodies("model-version").len();
    assert_eq!(written, 2 * models.len());
    assert!(written * 4 <= WRITES_MAX, "{written} of {WRITES_MAX}");
    for Given { code, body, .. } in &models {
        assert!(body.to_string().len() * 4 <= RECORD_BYTES_MAX, "{code}: {} bytes", body.to_string().len());
        // Somebody's plan holds itself and what it was before, twice at most.
        assert!(body["plan"].to_string().len() * 8 <= RECORD_BYTES_MAX, "{code}");
    }
}
