//! Texts in several languages as forms carry them: one field for each language, `title_ar`, `title_fr`…

use serde_json::{Value, json};
use tiwizi_sdk::form::Filled;
use tiwizi_sdk::{Language, Request, Texts};

/// The texts of a form; and the form with what is wrong with them at their fields. Languages that are left empty have none.
pub(crate) fn read(request: &Request, name: &str, chars_max: usize, mut filled: Filled) -> (Texts, Filled) {
    let mut texts = Texts::new();
    for language in Language::ALL {
        let field = format!("{name}_{}", language.tag());
        let typed = request.form(&field).unwrap_or_default().trim();
        if typed.chars().count() > chars_max {
            filled = filled.refuse(&field, "too-long");
        } else if !typed.is_empty() {
            texts.insert(language, typed);
        }
    }
    (texts, filled)
}

/// The same, of which at least one language must be there.
pub(crate) fn demand(request: &Request, name: &str, chars_max: usize, filled: Filled) -> (Texts, Filled) {
    let (texts, filled) = read(request, name, chars_max, filled);
    if !texts.is_empty() {
        return (texts, filled);
    }
    let first = format!("{name}_{}", request.page_language().tag());
    let filled = if filled.is_good() { filled.refuse(&first, "required") } else { filled };
    (texts, filled)
}

/// The form of what stands there.
pub(crate) fn fill(mut filled: Filled, name: &str, texts: Option<&Texts>) -> Filled {
    for language in Language::ALL {
        let text = texts.and_then(|texts| texts.get(language)).unwrap_or_default();
        filled = filled.with(&format!("{name}_{}", language.tag()), text);
    }
    filled
}

/// The languages, that of the page first, each with its tag, its own name and its direction.
pub(crate) fn languages(of: Language) -> Vec<Value> {
    let others = Language::ALL.into_iter().filter(|language| *language != of);
    let view = |language: Language| json!({ "tag": language.tag(), "name": language.name(), "direction": language.direction() });
    std::iter::once(of).chain(others).map(view).collect()
}
