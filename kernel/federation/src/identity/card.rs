//! The fingerprint card: what two officials compare by voice or on paper before an instance is enrolled.

use tiwizi_federation_core::wire::{NodeId, VerifyingKey};
use tiwizi_model::InstanceId;

use crate::root::root_fingerprint;

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What people call the instance.
    pub name: String,
    /// Who it is in the federation.
    pub node: NodeId,
    /// What records name it by as their home.
    pub instance: InstanceId,
    /// The root of the federation that it believes.
    pub federation: Option<VerifyingKey>,
}

impl Card {
    /// Its lines: what each is called, and what it says.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let federation = self.federation.as_ref().map_or_else(|| "not set".to_owned(), root_fingerprint);
        vec![
            ("Instance", self.name.clone()),
            ("Fingerprint", self.node.fingerprint()),
            ("Root of the federation", federation),
            ("Node", self.node.to_string()),
            ("Home of records", self.instance.to_string()),
        ]
    }

    /// For a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.lines().into_iter().map(|(name, value)| format!("{name:<24}{value}"));
        let mut lines: Vec<String> = lines.collect();
        lines.push(String::new());
        lines.push(ADVICE.to_owned());
        lines.join("\n")
    }

    /// For a printer: one page that needs nothing else.
    #[must_use]
    pub fn page(&self) -> String {
        let rows = self.lines().into_iter().map(|(name, value)| {
            format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(&value))
        });
        let rows: String = rows.collect();
        let name = escaped(&self.name);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{name}</title>\n<style>\n{STYLE}</style>\n\
             </head>\n<body>\n<h1>Fingerprint card</h1>\n<table>\n{rows}</table>\n<p>{ADVICE}</p>\n</body>\n</html>\n"
        )
    }
}

const ADVICE: &str = "Call the other side at a number that you know from before. One reads the groups of the fingerprint aloud, the other \
     compares. All six groups must be the same.";

const STYLE: &str = "body { font-family: sans-serif; margin: 2cm; }\nth { text-align: start; padding-inline-end: 1em; }\n\
     td { font-family: monospace; font-size: 1.2em; overflow-wrap: anywhere; }\n";

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use tiwizi_federation_core::wire::Hash;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_card_bears_the_fingerprint_and_no_name_breaks_its_page() {
        let card = Card {
            name: "<b>ODCO & \"Souss\"</b>".to_owned(),
            node: NodeId(Hash([7; 32])),
            instance: InstanceId(Uuid::from_u128(1)),
            federation: None,
        };
        for shown in [card.text(), card.page()] {
            assert!(shown.contains(&card.node.fingerprint()) && shown.contains(&card.node.to_string()), "{shown}");
        }
        assert!(
            card.page().contains("&lt;b&gt;ODCO &amp; &quot;Souss&quot;&lt;/b&gt;") && !card.page().contains("<b>")
        );
    }
}
