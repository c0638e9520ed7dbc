//! The functions and filters that a template calls by name, with their lines.
//!
//! It reads names, not meanings: what a name stands for the engine knows.

use std::collections::BTreeSet;

/// Words that may stand before a parenthesis and are no functions.
const WORDS: [&str; 12] = ["in", "and", "or", "not", "if", "elif", "else", "is", "set", "for", "call", "filter"];

/// What a template calls.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    /// Functions with the line of each call. Macros of the template's own are not among them.
    pub(super) functions: Vec<(String, usize)>,
    /// Filters.
    pub(super) filters: Vec<(String, usize)>,
}

/// Finds the calls in a template.
pub(super) fn calls(template: &str) -> Calls {
    let mut calls = Calls::default();
    let mut own = BTreeSet::new();
    for (code, line) in codes(template) {
        let tokens = tokens(code, line);
        own.extend(declared(&tokens));
        calls.read(&tokens);
    }
    calls.functions.retain(|(name, _)| !own.contains(name.as_str()));
    calls
}

impl Calls {
    fn read(&mut self, tokens: &[Token<'_>]) {
        for window in tokens.windows(3) {
            let [before, name, after] = window else { continue };
            if before.text == "|" && name.is_name() {
                self.filters.push((name.text.to_owned(), name.line));
            } else if name.is_name() && after.text == "(" && !before.leads_a_name() && !WORDS.contains(&name.text) {
                self.functions.push((name.text.to_owned(), name.line));
            }
        }
    }
}

/// The names of macros and of what is imported by name.
fn declared<'a>(tokens: &[Token<'a>]) -> Vec<&'a str> {
    let word = |position: usize| tokens.get(position).map(|token| token.text);
    // The first two signs begin the statement.
    match word(2) {
        Some("macro") => word(3).into_iter().collect(),
        Some("from") => tokens.iter().skip_while(|token| token.text != "import").map(|token| token.text).collect(),
        _ => Vec::new(),
    }
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    line: usize,
}

impl Token<'_> {
    fn is_name(&self) -> bool {
        self.text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
    }

    /// Whether a name after it is a member, a filter, a test or a declaration.
    fn leads_a_name(&self) -> bool {
        matches!(self.text, "." | "|" | "is" | "macro" | "block" | "not")
    }
}

/// What stands between `{{` and `}}`, or `{%` and `%}`, with the line on which it begins.
fn codes(template: &str) -> Vec<(&str, usize)> {
    let (mut found, mut rest, mut line) = (Vec::new(), template, 1_usize);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        line = line.saturating_add(before.matches('\n').count());
        let end = match from.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => {
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
        };
        let length = from.find(end).map_or(from.len(), |at| at.saturating_add(end.len()));
        let (code, after) = from.split_at(length);
        if end != "#}" {
            found.push((code, line));
        }
        line = line.saturating_add(code.matches('\n').count());
        rest = after;
    }
    found
}

/// Names and signs; texts in quotes are left out.
fn tokens(code: &str, first_line: usize) -> Vec<Token<'_>> {
    let (mut found, mut line, mut rest) = (Vec::new(), first_line, code);
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' || first == '\'' {
            let inside = rest.get(1..).unwrap_or_default();
            inside.find(first).map_or(rest.len(), |at| at.saturating_add(2))
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (text, after) = rest.split_at(length);
        if first == '"' || first == '\'' {
            found.push(Token { text: "\"", line });
        } else if !first.is_whitespace() {
            found.push(Token { text, line });
        }
        line = line.saturating_add(text.matches('\n').count());
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_with_their_lines_and_what_is_none_is_not() {
        let template = "{% from \"components.html\" import card, notice %}{% macro row(x) %}{{ x }}{% endmacro %}\n\
            {{ t(\"a(b)\") }} {{ c.field(\"x\") }} {{ row(1) }} {{ card(1) }}\n{# gone(1) #}{{ gone(1)|upper|nope(2) }}\
            {% if x is divisibleby(3) and not (y) and x in (1, 2) %}{% endif %} plain(text)";
        let found = calls(template);
        let functions: Vec<_> = found.functions.iter().map(|(name, line)| (name.as_str(), *line)).collect();
        assert_eq!(functions, [("t", 2), ("gone", 3)]);
        let filters: Vec<_> = found.filters.iter().map(|(name, line)| (name.as_str(), *line)).collect();
        assert_eq!(filters, [("upper", 3), ("nope", 3)]);
    }
}
