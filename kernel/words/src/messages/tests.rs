//! The seven files hold together, and hold with the templates.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// The keys of a file, each with the values that its text names.
fn keys(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut key = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" = ")
            && !line.starts_with([' ', '}'])
        {
            key = name.to_owned();
            keys.entry(key.clone()).or_default();
        }
        let values = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect::<String>()
        });
        keys.entry(key.clone()).or_default().extend(values);
    }
    keys.remove("");
    keys
}

fn kernel_keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    KERNEL.iter().find(|(found, _)| *found == language).map(|(_, text)| keys(text)).unwrap()
}

/// Everything that could name a key: the templates, and the code of the pages without its tests.
fn sources() -> String {
    let kernel = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = [
        "server/templates",
        "server/src/open_data",
        "server/src/pages",
        "words/src",
        "print/src",
        "federation/src",
        "registry/src/filings",
        "registry/src/founding",
        "registry/src/imports",
        "registry/src/office",
        "registry/src/people",
        "registry/src/protection",
        "registry/src/rule_watch",
    ];
    let mut folders: Vec<_> = folders.iter().map(|folder| kernel.join(folder)).collect();
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    text
}

#[test]
fn every_key_exists_in_every_language_with_the_same_values() {
    let french = kernel_keys(Language::French);
    for language in Language::ALL {
        let own = kernel_keys(language);
        let names = |keys: &BTreeMap<String, BTreeSet<String>>| keys.keys().cloned().collect::<BTreeSet<_>>();
        let difference: Vec<_> = names(&french).symmetric_difference(&names(&own)).cloned().collect();
        assert!(difference.is_empty(), "{language} and fr differ in {difference:?}");
        for (key, values) in own {
            assert_eq!(values, french[&key], "the values of {key} in {language}");
        }
    }
}

#[test]
fn every_key_that_a_page_names_exists_and_none_is_unused() {
    let sources = sources();
    let keys = kernel_keys(Language::French);
    for (at, start) in sources.match_indices("t(\"") {
        let is_call = !sources[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let (key, after) = sources[at + start.len()..].split_once('"').unwrap();
        if is_call && after.starts_with([')', ',']) {
            assert!(keys.contains_key(key), "a page names {key}, which no file has");
        }
    }
    // Families of keys are named by their beginning: `t("role-" ~ role.code)`, `format!("month-{}")`.
    let families: Vec<&str> = sources
        .split('"')
        .filter_map(|text| text.strip_suffix('-').or_else(|| text.split_once("-{").map(|(start, _)| start)))
        .filter(|start| !start.is_empty() && start.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'))
        .collect();
    for key in keys.keys() {
        let used = sources.contains(&format!("\"{key}\""))
            || families.iter().any(|family| key.strip_prefix(family).is_some_and(|rest| rest.starts_with('-')));
        assert!(used, "nothing names {key}");
    }
}

/// Whoever reads a file is told of the first key that stands in it twice; here all of them are named at once.
#[test]
fn no_file_names_a_key_twice() {
    for (language, text) in KERNEL {
        let mut seen = BTreeSet::new();
        let names =
            text.lines().filter(|line| !line.starts_with(['#', ' ', '}'])).filter_map(|line| line.split_once(" ="));
        let twice: Vec<&str> = names.map(|(name, _)| name).filter(|name| !seen.insert(*name)).collect();
        assert!(seen.len() > 1_000 && twice.is_empty(), "{language} names twice: {twice:?}");
    }
}

/// Nothing reads them at a start.
#[test]
fn every_file_that_is_built_in_is_well_formed() {
    drop(Messages::of(KERNEL).unwrap());
}

#[test]
fn drafts_say_so_and_arabic_and_french_are_none() {
    let messages = Messages::kernel();
    for language in Language::ALL {
        let expected = !matches!(language, Language::Arabic | Language::French);
        assert_eq!(messages.is_draft(language), expected, "{language}");
    }
}

#[test]
fn amazigh_files_are_in_tifinagh() {
    for (language, text) in KERNEL.iter().filter(|(language, _)| language.is_tifinagh()) {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let value = line.split_once(" = ").map_or(line, |(_, value)| value);
            let words = value.split(|letter: char| !letter.is_alphabetic());
            // What stands outside braces in Latin letters is a code or a name that has no other form.
            let strange: Vec<_> = words
                .filter(|word| word.len() > 1 && word.is_ascii() && !value.contains(&format!("${word}")))
                .filter(|word| {
                    ![
                        "BE",
                        "CNDP",
                        "CSV",
                        "DH",
                        "ICE",
                        "JSON",
                        "LE",
                        "MAD",
                        "UTF",
                        "Windows",
                        "accepted",
                        "cooperative",
                        "nation",
                        "one",
                        "other",
                        "province",
                        "tzp",
                    ]
                    .contains(word)
                })
                .collect();
            assert!(strange.is_empty(), "{language}: {strange:?} in {line}");
        }
    }
}

/// A line may break at an ordinary space; a mark then stands alone at the beginning of the next.
#[test]
fn french_marks_are_held_to_the_word_before_them() {
    let (_, text) = KERNEL.iter().find(|(language, _)| *language == Language::French).unwrap();
    let loose = [" ;", " :", " !", " ?", " %", " »", "« "];
    let wrong: Vec<&str> =
        text.lines().filter(|line| !line.starts_with('#') && loose.iter().any(|loose| line.contains(loose))).collect();
    assert!(wrong.is_empty(), "a no-break space belongs here: {wrong:?}");
}

fn texts(language: Language) -> Texts {
    Texts::new(language, Arc::new(Messages::kernel()))
}

fn counted(language: Language, key: &str, count: f64) -> String {
    let mut args = FluentArgs::new();
    args.set("count", count);
    texts(language).text_with(key, &args)
}

#[test]
fn each_language_counts_by_its_own_rules() {
    for (language, count, expected) in [
        (Language::French, 0.0, "Aucune coopérative"),
        (Language::French, 1.0, "1 coopérative"),
        (Language::French, 65_315.0, "65\u{202f}315 coopératives"),
        (Language::Arabic, 1.0, "تعاونية واحدة"),
        (Language::Arabic, 2.0, "تعاونيتان"),
        (Language::Arabic, 7.0, "7 تعاونيات"),
        (Language::Arabic, 11.0, "11 تعاونية"),
        (Language::Arabic, 100.0, "100 تعاونية"),
        (Language::Arabic, 65_310.0, "65.310 تعاونيات"),
        (Language::Darija, 2.0, "جوج تعاونيات"),
        (Language::Darija, 103.0, "103 تعاونيات"),
    ] {
        assert_eq!(counted(language, "directory-count", count), expected);
    }
}

#[test]
fn languages_without_rules_of_their_own_borrow_their_relatives() {
    let form = |language, count| {
        let file = "form = { $count ->\n    [one] one\n    [few] few\n    [many] many\n   *[other] other\n}\n";
        let texts = Texts::new(language, Arc::new(Messages::of([(language, file)]).unwrap()));
        let mut args = FluentArgs::new();
        args.set("count", count);
        texts.text_with("form", &args)
    };
    for language in [Language::StandardAmazigh, Language::Tachelhit, Language::Tarifit] {
        let forms: Vec<String> = [0.0, 1.0, 2.0, 10.0, 11.0].into_iter().map(|count| form(language, count)).collect();
        assert_eq!(forms, ["one", "one", "few", "few", "other"], "{language}");
    }
    assert_eq!((form(Language::CentralAtlas, 11.0), form(Language::CentralAtlas, 2.0)), ("one".into(), "other".into()));
    assert_eq!((form(Language::Darija, 3.0), form(Language::Darija, 15.0)), ("few".into(), "many".into()));
}

#[test]
fn a_missing_text_comes_from_the_next_language_and_never_shows_its_key() {
    let plugin =
        Arc::new(Messages::of([(Language::French, "hello = Bonjour"), (Language::Arabic, "only = فقط")]).unwrap());
    let texts = texts(Language::Tachelhit).with_plugin(plugin);
    assert_eq!(texts.text("hello"), "Bonjour");
    assert_eq!(texts.text("only"), "\u{2068}فقط\u{2069}");
    assert_eq!(texts.text("search"), "ⵙⵉⴳⴳⵍ");
    assert_eq!(texts.text("no-such-key"), MISSING);
}

#[test]
fn a_plugins_text_wins_over_the_kernels() {
    let plugin = Arc::new(Messages::of([(Language::French, "search = Trouver")]).unwrap());
    assert_eq!(texts(Language::French).with_plugin(plugin).text("search"), "Trouver");
}

#[test]
fn a_day_is_written_with_the_names_of_moroccan_months() {
    let july = Instant(1_753_000_000_000);
    assert_eq!(texts(Language::French).date(july), "20 juillet 2025");
    assert_eq!(texts(Language::Arabic).date(july), "20 يوليوز 2025");
    assert_eq!(texts(Language::Tachelhit).written_date("2024-05-01"), "1 ⵎⴰⵢⵢⵓ 2024");
    assert_eq!(texts(Language::French).written_date("bientôt"), "bientôt");
}

#[test]
fn a_value_written_the_other_way_stands_apart() {
    let value = |language, text| match texts(language).value(text) {
        FluentValue::String(text) => text.into_owned(),
        _ => String::new(),
    };
    assert_eq!(value(Language::French, "شمس"), "\u{2068}شمس\u{2069}");
    assert_eq!(value(Language::French, "Soleil"), "Soleil");
    assert_eq!(value(Language::Arabic, "Soleil"), "\u{2068}Soleil\u{2069}");
    assert_eq!(value(Language::Arabic, "شمس 12"), "شمس 12");
}

#[test]
fn a_broken_file_is_refused() {
    assert!(matches!(Messages::of([(Language::French, "a = { $b")]), Err(MessagesError::Syntax { .. })));
    assert!(matches!(Messages::of([(Language::French, "a = 1\na = 2")]), Err(MessagesError::Twice { .. })));
}

#[test]
fn a_plugins_broken_file_is_left_out_and_its_others_stay() {
    let files = [(Language::Arabic, "hello = { $b"), (Language::French, "hello = Bonjour")];
    let files = files.into_iter().map(|(language, text)| (language, Arc::from(text))).collect();
    let messages = Arc::new(Messages::readable(&"training".parse().unwrap(), files));
    assert!(messages.has("hello") && !messages.has("bye"));
    assert_eq!(texts(Language::Arabic).with_plugin(messages).text("hello"), "\u{2068}Bonjour\u{2069}");
}

#[test]
fn a_language_is_read_when_it_is_first_asked_for() {
    let messages = Messages::kernel();
    let read = |messages: &Messages| -> Vec<Language> {
        let shelves = messages.0.iter();
        shelves.filter(|(_, shelf)| LazyLock::get(shelf).is_some()).map(|(language, _)| *language).collect()
    };
    assert_eq!(read(&messages), []);
    assert!(messages.find(Language::French, "search", &FluentArgs::new()).is_some());
    assert_eq!(read(&messages), [Language::French]);
}

#[test]
fn a_text_that_is_a_number_counts_and_a_code_does_not() {
    let file = "left = { $count ->\n    [one] { $count } place\n   *[other] { $count } places\n}\n";
    let texts = Texts::new(Language::French, Arc::new(Messages::of([(Language::French, file)]).unwrap()));
    let left = |count: &str| texts.find_with("left", &[("count".to_owned(), count.to_owned())]).unwrap();
    assert_eq!(
        (left("1"), left("1200"), left("-0.5")),
        ("1 place".into(), "1\u{202f}200 places".into(), "−0,5 place".into())
    );
    for code in ["007", "1e3", "12.", "1234567890123456", "+1", ".5", ""] {
        assert_eq!(left(code), format!("{code} places"));
    }
    assert_eq!(texts.find_with("nowhere", &[]), None);
}
