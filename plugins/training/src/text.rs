//! Courses as plain text, which people write: front matter, headings, lists, questions.
//!
//! The same text is what a trainer types, what a folder holds that is imported, and what a published edition is turned
//! back into. Every fault has its line. `content/README.md` says how it is written.

pub(crate) mod course;
pub(crate) mod lesson;
pub(crate) mod quiz;

use serde::Serialize;

/// Something that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Fault {
    /// Which text, as its part or the path of its file.
    pub(crate) part: String,
    /// From 1; 0 is the whole.
    pub(crate) line: usize,
    /// Its message in the locales.
    pub(crate) message: &'static str,
    /// What stands there.
    pub(crate) what: String,
}

/// Gathers what is wrong with one text.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    part: String,
    pub(crate) list: Vec<Fault>,
}

impl Faults {
    pub(crate) fn of(part: &str) -> Self {
        Self { part: part.to_owned(), list: Vec::new() }
    }

    pub(crate) fn add(&mut self, line: usize, message: &'static str, what: impl Into<String>) {
        let what: String = what.into().chars().take(120).collect();
        self.list.push(Fault { part: self.part.clone(), line, message, what });
    }
}

/// A line with its number, from 1.
pub(crate) type Line<'a> = (usize, &'a str);

/// The pairs of the front matter, and the lines after it.
pub(crate) fn front_matter<'a>(text: &'a str, faults: &mut Faults) -> (Vec<(usize, &'a str, &'a str)>, Vec<Line<'a>>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())).peekable();
    let mut pairs = Vec::new();
    while lines.next_if(|(_, line)| line.is_empty()).is_some() {}
    if lines.next_if(|(_, line)| *line == "---").is_some() {
        let mut is_closed = false;
        for (number, line) in lines.by_ref() {
            if line == "---" {
                is_closed = true;
                break;
            }
            match pair(line) {
                Some((name, value)) => pairs.push((number, name, value)),
                None if line.is_empty() => {}
                None => faults.add(number, "fault-pair", line),
            }
        }
        if !is_closed {
            faults.add(1, "fault-front-matter", "---");
        }
    }
    (pairs, lines.collect())
}

/// `name: value`.
pub(crate) fn pair(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '.' | '-' | '_');
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, value.trim()))
}

/// `yes` or `no`.
pub(crate) fn truth(value: &str) -> Option<bool> {
    match value {
        "yes" | "true" | "oui" => Some(true),
        "no" | "false" | "non" => Some(false),
        _ => None,
    }
}

/// Words between commas.
pub(crate) fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', '،']).map(str::trim).filter(|word| !word.is_empty())
}

/// A heading's text.
pub(crate) fn heading(line: &str) -> Option<&str> {
    let text = line.strip_prefix('#')?.trim_start_matches('#');
    text.starts_with(' ').then(|| text.trim())
}

/// An item's text, of a list with signs or numbers.
pub(crate) fn item(line: &str) -> Option<&str> {
    if let Some(item) = ["- ", "* ", "• "].iter().find_map(|sign| line.strip_prefix(sign)) {
        return Some(item.trim());
    }
    let (number, item) = line.split_once(['.', ')'])?;
    let is_number = !number.is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    item.strip_prefix(' ').filter(|_| is_number).map(str::trim)
}

/// Whether a word may be a code.
pub(crate) fn is_code(word: &str) -> bool {
    word.len() <= 32
        && word.starts_with(|sign: char| sign.is_ascii_lowercase())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Text without the signs of emphasis, which pages do not show.
pub(crate) fn plain(text: &str) -> String {
    text.replace("**", "").replace("__", "").replace('`', "")
}

#[cfg(test)]
mod tests;
