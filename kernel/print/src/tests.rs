//! Papers in every language, read back.

use std::sync::Arc;

use tiwizi_model::Language;
use tiwizi_registry::extract::{Certified, ExtractAct, ExtractData, ExtractOfficer};
use tiwizi_words::{Messages, Texts};
use typst::layout::{Frame, FrameItem};

use crate::press::compose;
use crate::{Fonts, Job, print, usual_folders};

const REFERENCE: &str = "01900000-0000-7000-8000-000000000001";

fn fonts() -> Fonts {
    Fonts::load(&usual_folders()).unwrap_or_else(|error| panic!("{error}; `cargo xtask setup` brings them"))
}

fn data() -> ExtractData {
    let officer = |name_fr: &str, role: &str| ExtractOfficer {
        name_ar: Some("فاضمة بناني".into()),
        name_fr: Some(name_fr.into()),
        role: role.into(),
        from: Some("2024-03-01".into()),
        ..ExtractOfficer::default()
    };
    let act = ExtractAct {
        act: "amendment".into(),
        effective_on: Some("2023-01-15".into()),
        entered_on: Some("2023-02-01".into()),
        subject: Some("#strong[Nouveau siège] $x$ *gras*".into()),
    };
    ExtractData {
        cooperative: REFERENCE.into(),
        version: 3,
        name_ar: Some("تعاونية تيويزي".into()),
        name_fr: Some("Coopérative Tiwizi n’Anzi".into()),
        name_zgh: Some("ⵜⵉⵡⵉⵣⵉ".into()),
        court: "Taroudannt".into(),
        number: "12/2019".into(),
        registered_on: Some("2019-02-01".into()),
        province: "09.541".into(),
        commune: Some("Igherm".into()),
        category: Some("ab".into()),
        sector: "argan".into(),
        capital_mad: Some("12000.50".into()),
        status: "registered".into(),
        officers: vec![officer("Fadma Bennani", "president"), officer("Hammou Idir", "treasurer")],
        acts: vec![act],
        ..ExtractData::default()
    }
}

fn certified(paper: &str, language: Language, data: &ExtractData) -> Certified {
    let text = serde_json::json!({
        "form": "tiwizi extract v1", "paper": paper, "language": language.tag(), "instance": REFERENCE,
        "office": "Délégation de Taroudannt", "issued_at": 1_780_000_000_000_i64, "issued_by": "Zahra", "data": data,
    });
    Certified::read(&text.to_string()).unwrap()
}

fn texts(language: Language) -> Texts {
    Texts::new(language, Arc::new(Messages::kernel()))
}

fn job<'a>(certified: &'a Certified, address: &'a str) -> Job<'a> {
    Job { certified, reference: REFERENCE, address, is_draft: false }
}

fn address(language: Language) -> String {
    format!("https://registre.example.org/{}/verify/{}", language.tag(), "aB3_-x".repeat(28))
}

/// Every run of shaped text, in the order in which it is drawn.
fn said(frame: &Frame, text: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => said(&group.frame, text),
            FrameItem::Text(run) => {
                text.push_str(&run.text);
                let is_letter = |range: std::ops::Range<usize>| run.text[range].chars().any(char::is_alphanumeric);
                let lost = run.glyphs.iter().any(|glyph| glyph.id == 0 && is_letter(glyph.range()));
                assert!(!lost, "a letter of {:?} is in no font", run.text);
            }
            _ => {}
        }
    }
}

fn composed(paper: &str, language: Language) -> String {
    read(&certified(paper, language, &data()), language)
}

fn read(certified: &Certified, language: Language) -> String {
    let address = address(language);
    let document = compose(&job(certified, &address), &texts(language), &fonts()).unwrap();
    let mut text = String::new();
    for page in document.pages() {
        said(&page.frame, &mut text);
    }
    // Spaces stand where lines end, and marks of direction are no part of a name.
    text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '\u{2066}'..='\u{2069}')).collect()
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

#[test]
fn the_names_stand_on_the_paper_of_every_language() {
    for language in Language::ALL {
        let text = composed("extract", language);
        for name in
            ["Coopérative Tiwizi n’Anzi", "تعاونية", "تيويزي", "ⵜⵉⵡⵉⵣⵉ", "Fadma Bennani", "Hammou Idir", "12/2019"]
        {
            assert!(text.contains(&squeezed(name)), "{language}: {name} in {text}");
        }
        let title = texts(language).text("print-extract");
        for word in title.split_whitespace() {
            assert!(text.contains(word), "{language}: {word} in {text}");
        }
    }
}

#[test]
fn markup_in_data_is_shown_and_not_obeyed() {
    let text = composed("extract", Language::French);
    assert!(text.contains(&squeezed("#strong[Nouveau siège] $x$ *gras*")), "{text}");
}

#[test]
fn a_certificate_says_that_the_cooperative_is_registered() {
    let text = composed("certificate", Language::French);
    assert!(text.contains(&squeezed("Certificat d’immatriculation")), "{text}");
    assert!(text.contains("Immatriculée"), "{text}");
}

#[test]
fn every_language_prints_an_archive_file_and_prints_it_again_alike() {
    for language in Language::ALL {
        let (data, address) = (data(), address(language));
        let certified = certified("extract", language, &data);
        let once = print(&job(&certified, &address), &texts(language), &fonts()).unwrap();
        let again = print(&job(&certified, &address), &texts(language), &fonts()).unwrap();
        assert!(once.starts_with(b"%PDF-"), "{language}");
        assert!(once == again, "{language}");
        let document = lopdf::Document::load_mem(&once).unwrap();
        assert!(matches!(document.get_pages().len(), 1 | 2), "{language}");
    }
}

#[test]
fn the_text_of_the_file_can_be_read_out() {
    let (data, address) = (data(), address(Language::French));
    let certified = certified("extract", Language::French, &data);
    let bytes = print(&job(&certified, &address), &texts(Language::French), &fonts()).unwrap();
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let text = squeezed(&document.extract_text(&pages).unwrap());
    for name in ["Fadma", "Bennani", "Taroudannt", "12/2019"] {
        assert!(text.contains(name), "{name} in {text}");
    }
}

#[test]
fn letters_that_no_font_has_are_spelled_and_no_paper_fails_for_them() {
    let name = "漢 \u{1f469}\u{200d}\u{1f33e} \u{1}";
    let data = ExtractData { name_fr: Some(name.into()), commune: Some("Ti\u{200b}zi".into()), ..data() };
    for language in Language::ALL {
        let text = read(&certified("extract", language, &data), language);
        assert!(text.contains("[U+6F22][U+1F469]"), "{language}: {text}");
        assert!(text.contains("[U+1F33E][U+0001]"), "{language}: {text}");
        assert!(!text.contains("[U+200"), "{language}: {text}");
        let address = address(language);
        print(&job(&certified("extract", language, &data), &address), &texts(language), &fonts()).unwrap();
    }
}

#[test]
fn older_inscriptions_that_are_not_listed_are_counted() {
    let data = ExtractData { acts_unlisted: Some(37), ..data() };
    let address = address(Language::French);
    let certified = certified("extract", Language::French, &data);
    let document = compose(&job(&certified, &address), &texts(Language::French), &fonts()).unwrap();
    let mut text = String::new();
    for page in document.pages() {
        said(&page.frame, &mut text);
    }
    assert!(squeezed(&text).contains("nesontpasdanscetteliste"), "{text}");
    assert!(text.contains("37"), "{text}");
}

#[test]
fn long_lists_go_on_to_further_pages() {
    let base = data();
    let act = base.acts[0].clone();
    let data = ExtractData { acts: vec![act; 200], ..base };
    let address = address(Language::Arabic);
    let certified = certified("extract", Language::Arabic, &data);
    let document = compose(&job(&certified, &address), &texts(Language::Arabic), &fonts()).unwrap();
    assert!(document.pages().len() > 3);
}
