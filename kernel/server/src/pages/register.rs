//! The register in words: names of cooperatives, sectors and places in a page's language.

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::Scope;
use tiwizi_model::{Jurisdiction, Language, ProvinceCode};
use tiwizi_registry::money::Mad;
use tiwizi_registry::{sectors, territory};
use tiwizi_words::Texts;

/// One name of a cooperative, in one language.
pub(super) struct Name<'a> {
    language: Language,
    text: &'a str,
}

impl Name<'_> {
    /// The name as text.
    pub(super) fn text(&self) -> &str {
        self.text
    }

    /// The name as templates know it.
    pub(super) fn value(&self) -> Value {
        context! { language => self.language.tag(), text => self.text }
    }
}

/// The names of a cooperative, the one for this language first.
pub(super) fn names(language: Language, body: &Json) -> Vec<Name<'_>> {
    use Language::{Arabic, French, StandardAmazigh};
    let order = match language {
        Arabic | Language::Darija => [Arabic, French, StandardAmazigh],
        French => [French, Arabic, StandardAmazigh],
        _ => [StandardAmazigh, French, Arabic],
    };
    let field = |language: Language| format!("name_{}", language.tag());
    order
        .into_iter()
        .filter_map(|language| Some(Name { language, text: body.get(field(language))?.as_str()? }))
        .collect()
}

/// The name of a sector: a message, else the register's own list, else its code.
pub(super) fn sector(texts: &Texts, code: &str) -> String {
    texts
        .find(&format!("sector-{code}"), &FluentArgs::new())
        .unwrap_or_else(|| sectors::sector(code).map_or(code, |sector| sector.name(texts.language())).to_owned())
}

/// The name of a branch of a sector.
pub(super) fn branch(texts: &Texts, sector: &str, code: &str) -> String {
    let branch = sectors::sector(sector).and_then(|sector| sector.branch(code));
    branch.map_or(code, |branch| branch.name(texts.language())).to_owned()
}

/// An amount as a number of the page's language, where its label says that it is in dirhams.
pub(super) fn figure(texts: &Texts, amount: Mad) -> String {
    amount.number().as_f64().map_or_else(|| amount.to_string(), |number| texts.number(number))
}

/// `abc` is a combination of the three categories of article 1.
pub(super) fn category(texts: &Texts, letters: &str) -> String {
    let words = letters.chars().filter(|letter| matches!(letter, 'a' | 'b' | 'c'));
    words.map(|letter| texts.text(&format!("category-{letter}"))).collect::<Vec<_>>().join(" · ")
}

/// The name of the province with that code.
pub(super) fn province(language: Language, code: &str) -> Option<&'static str> {
    let code: ProvinceCode = code.parse().ok()?;
    territory::province(code).map(|province| province.names.name(language))
}

/// Every province under its region, for a choice.
pub(super) fn regions(language: Language) -> Vec<Value> {
    territory::regions()
        .iter()
        .map(|region| {
            let provinces = territory::provinces().iter().filter(|province| province.region == region.code);
            let provinces: Vec<Value> = provinces
                .map(|province| context! { code => province.code.to_string(), name => province.names.name(language) })
                .collect();
            context! { name => region.names.name(language), provinces }
        })
        .collect()
}

/// Every sector, for a choice.
pub(super) fn sector_choices(texts: &Texts) -> Vec<Value> {
    let choice = |one: &sectors::Sector| context! { code => &*one.code, name => sector(texts, &one.code) };
    sectors::all().iter().map(choice).collect()
}

/// A set of provinces in words.
pub(super) fn jurisdiction(texts: &Texts, jurisdiction: &Jurisdiction) -> String {
    match jurisdiction {
        Jurisdiction::Nation => texts.text("scope-nation"),
        Jurisdiction::Provinces(codes) => {
            let name = |code: &ProvinceCode| {
                let code = code.to_string();
                province(texts.language(), &code).map_or(code.clone(), ToOwned::to_owned)
            };
            codes.iter().map(name).collect::<Vec<_>>().join(" · ")
        }
    }
}

/// The place on which a role is held, in words.
pub(super) fn scope(texts: &Texts, scope: &Scope) -> String {
    match scope {
        Scope::Jurisdiction(places) => jurisdiction(texts, places),
        Scope::Cooperative(id) => id.to_string(),
    }
}
