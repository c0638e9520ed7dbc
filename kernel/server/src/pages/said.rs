//! What a plugin's manifest says in some languages, on a page in any: a text in another language than the page says in which.

use minijinja::{HtmlEscape, Value};
use tiwizi_records::manifest::LocalText;

use super::look::{Look, direction};

/// The text in the page's language or in the nearest that there is, for the content of an element. A title of a page and an attribute take
/// [`LocalText::in_language`]: no element can stand in them.
pub(super) fn said(look: &Look, text: &LocalText) -> Value {
    match text.nearest(look.language) {
        None => Value::from(""),
        Some((language, text)) if language == look.language || text.is_empty() => Value::from(text),
        Some((language, text)) => Value::from_safe_string(format!(
            r#"<span lang="{}" dir="{}">{}</span>"#,
            look.html_lang(language),
            direction(language),
            HtmlEscape(text)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiwizi_model::Language;

    fn shown(page: Language, texts: &[(Language, &str)]) -> String {
        let texts = texts.iter().map(|(language, text)| (*language, (*text).to_owned())).collect();
        said(&Look::bare(page, "/"), &LocalText(texts)).to_string()
    }

    #[test]
    fn a_text_in_another_language_says_which_and_how_it_runs() {
        let both = [(Language::French, "Carnet <b>"), (Language::Arabic, "دفتر")];
        assert_eq!(shown(Language::Arabic, &both), "دفتر");
        assert_eq!(shown(Language::Darija, &both), r#"<span lang="ar" dir="rtl">دفتر</span>"#);
        assert_eq!(shown(Language::Tarifit, &both), r#"<span lang="fr" dir="ltr">Carnet &lt;b&gt;</span>"#);
        assert_eq!(
            shown(Language::Arabic, &[(Language::Tachelhit, "ⴰⵔⵔⴰ")]),
            r#"<span lang="shi-Tfng" dir="ltr">ⴰⵔⵔⴰ</span>"#
        );
        assert_eq!(shown(Language::Arabic, &[]), "");
    }
}
