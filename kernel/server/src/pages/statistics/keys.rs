//! What the codes of a table are called on a page.

use fluent_bundle::FluentArgs;
use tiwizi_registry::readers::By;
use tiwizi_registry::territory;
use tiwizi_words::Texts;

use super::super::register;

/// Whether the code itself is shown beside the name.
pub(super) fn is_coded(by: By) -> bool {
    matches!(by, By::Region | By::Province)
}

/// The name of a code.
pub(super) fn name(texts: &Texts, by: By, key: &str) -> String {
    let named = match by {
        By::Region => territory::region(key).map(|region| region.names.name(texts.language()).to_owned()),
        By::Province => register::province(texts.language(), key).map(ToOwned::to_owned),
        By::Sector => Some(register::sector(texts, key)),
        By::Size | By::Age | By::Year if key == "unknown" => Some(texts.text("statistics-unknown")),
        By::Size | By::Age => Some(span(texts, key)),
        By::Year => None,
    };
    named.unwrap_or_else(|| key.to_owned())
}

/// `5-9` and `100-` in words.
fn span(texts: &Texts, key: &str) -> String {
    let mut args = FluentArgs::new();
    match key.split_once('-') {
        None => key.to_owned(),
        Some((from, "")) => {
            args.set("from", from.to_owned());
            texts.text_with("statistics-and-more", &args)
        }
        Some((from, to)) => {
            args.set("from", from.to_owned());
            args.set("to", to.to_owned());
            texts.text_with("statistics-from-to", &args)
        }
    }
}
