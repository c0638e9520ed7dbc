//! What the macros refuse, and how they say it.

use syn::{DeriveInput, parse_str};

use crate::{form, kind, shape};

fn input(text: &str) -> DeriveInput {
    parse_str(text).unwrap()
}

fn refusal(text: &str) -> String {
    kind::expand(&input(text)).unwrap_err().to_string()
}

#[test]
fn a_refusal_names_the_field_and_its_mending() {
    let table = [
        ("#[kind(unique(colour))] struct Note { text: String }", &["`colour`", "the fields are text"][..]),
        ("struct Note { #[field(max_length = 3)] stars: u8 }", &["`stars`", "takes min and max"]),
        ("struct Note { #[field(max = 3)] text: String }", &["`text`", "max_length"]),
        ("struct Note { #[field(each(max_length = 3))] text: String }", &["`text`", "entries of a list"]),
        ("struct Note { #[field(each(min = 3))] tags: Vec<String> }", &["`tags`", "max_length"]),
        ("struct Note { #[field(class = \"secret\")] text: String }", &["`text`", "internal, personal, sensitive"]),
        ("struct Note { #[field(colour)] text: String }", &["`text`", "known are class"]),
        ("struct Note { created: u64 }", &["\"created\"", "rename the field"]),
        ("struct Note { subject: String }", &["subject", "#[field(subject)]"]),
        ("struct Note { #[field(search)] stars: u8 }", &["`stars`", "texts"]),
        ("struct Note { #[serde(flatten)] rest: Rest }", &["`rest`", "name them here"]),
        ("#[kind(read(\"everybody\"))] struct Note { text: String }", &["\"everybody\"", "signed-in"]),
        ("#[kind(name = \"My Note\")] struct Note { text: String }", &["\"My Note\"", "a-z"]),
        ("#[kind(title(de = \"Notiz\"))] struct Note { text: String }", &["\"de\"", "ar, ary, fr"]),
        ("#[kind(colour = 1)] struct Note { text: String }", &["known are name, title"]),
        ("struct Note<T> { text: T }", &["generic"]),
        ("struct Note(String);", &["named fields"]),
        ("#[kind(index(text, text))] struct Note { text: String }", &["`text` stands twice"]),
    ];
    for (text, words) in table {
        let message = refusal(text);
        for word in words {
            assert!(message.contains(word), "{text}\n  said: {message}\n  without: {word}");
        }
    }
}

#[test]
fn more_indexes_than_a_kind_has_are_refused() {
    let fields: String = (0..4).map(|number| format!("#[field(unique)] f{number}: String, ")).collect();
    assert!(refusal(&format!("struct Note {{ {fields} }}")).contains("at most 3 unique indexes"));
    let fields: String = (0..7).map(|number| format!("#[field(index)] f{number}: String, ")).collect();
    assert!(refusal(&format!("struct Note {{ {fields} }}")).contains("at most 6 indexes"));
}

#[test]
fn a_field_without_a_class_gets_the_safest() {
    let made = kind::expand(&input("struct Note { text: String }")).unwrap().to_string();
    assert!(made.contains(r#"("text" , "sensitive")"#), "{made}");
    let made = kind::expand(&input("#[kind(class = \"public\")] struct Note { text: String }")).unwrap().to_string();
    assert!(made.contains(r#"("text" , "public")"#), "{made}");
}

#[test]
fn an_enum_lists_names_and_nothing_else() {
    let message = shape::expand(&input("enum Colour { Red(u8) }")).unwrap_err().to_string();
    assert!(message.contains("`Red` holds data"), "{message}");
    let made = shape::expand(&input("#[serde(rename_all = \"kebab-case\")] enum Colour { DarkRed }")).unwrap();
    assert!(made.to_string().contains("\"dark-red\""), "{made}");
}

#[test]
fn a_form_knows_no_words_of_a_kind() {
    let message =
        form::expand(&input("struct New { #[field(unique)] text: String }")).err().map(|error| error.to_string());
    assert!(message.is_some_and(|message| message.contains("means nothing here")));
}
