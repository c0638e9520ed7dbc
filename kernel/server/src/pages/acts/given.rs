//! What stands on a sheet: texts by name, as a browser sent them or as they follow from what is known.
//!
//! Names are pointers into the data of the act (`/name_fr`, `/joined/0/number`), with helpers behind a tilde (`/joined/0/person~card`).

use std::collections::BTreeMap;

use tiwizi_model::RecordId;

use super::field::Cell;

/// The cooperatives from which somebody said that this one is distinct.
pub(super) const DISTINCT: &str = "/confirm_distinct";

/// The texts of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Given(BTreeMap<String, Vec<String>>);

impl Given {
    /// What a browser sent.
    pub(super) fn of_sent(fields: Vec<(String, String)>) -> Self {
        let mut given = Self::default();
        for (name, text) in fields.into_iter().filter(|(name, _)| name.starts_with('/')) {
            given.0.entry(name).or_default().push(text.replace("\r\n", "\n"));
        }
        given
    }

    /// The one text of a name, as it was typed.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts(name).first().map(String::as_str).unwrap_or_default()
    }

    /// The same without blanks around it.
    pub(super) fn trimmed(&self, name: &str) -> &str {
        self.text(name).trim()
    }

    /// All texts of a name.
    pub(super) fn texts(&self, name: &str) -> &[String] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Puts a text in the place of those that are there.
    pub(super) fn set(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.insert(name.into(), vec![text.into()]);
    }

    /// Adds a text to those of a name.
    pub(super) fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.entry(name.into()).or_default().push(text.into());
    }

    /// Takes a name and everything below it away.
    pub(super) fn clear(&mut self, name: &str) {
        self.0.retain(|found, _| !is_below(found, name));
    }

    /// Takes a text out of a cell, wherever it stands there in the lines of a part: it says what is meant without it too.
    pub(super) fn forget(&mut self, part: &str, cell: &str, text: &str) {
        self.0.retain(|name, texts| {
            let is_cell = place(name, part).is_some_and(|(_, rest)| rest.strip_prefix('/') == Some(cell));
            !is_cell || texts.iter().any(|found| found.trim() != text)
        });
    }

    /// All texts.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().flatten().map(String::as_str)
    }

    /// All ids among the texts.
    pub(super) fn ids(&self) -> impl Iterator<Item = RecordId> {
        self.all().filter_map(|text| text.split(' ').next()?.parse().ok())
    }

    /// How many lines a part has: one more than the last that is there.
    pub(super) fn rows(&self, part: &str) -> usize {
        let places = self.0.keys().filter_map(|name| place(name, part)).map(|(place, _)| place);
        places.max().map_or(0, |last| last.saturating_add(1))
    }

    /// Whether something was filled in on a line.
    pub(super) fn is_filled(&self, part: &str, row: usize) -> bool {
        self.is_below(&format!("{part}/{row}"))
    }

    /// Whether something stands under a name, or below it.
    pub(super) fn is_below(&self, above: &str) -> bool {
        self.0.iter().any(|(name, texts)| is_below(name, above) && texts.iter().any(|text| !text.trim().is_empty()))
    }

    /// Moves the lines of a part together, so that a line of the sheet is the line of the act's data with that number; blank ones go.
    pub(super) fn compact(&mut self, part: &str, rows_max: usize) {
        let filled: Vec<usize> = (0..self.rows(part).min(rows_max)).filter(|row| self.is_filled(part, *row)).collect();
        let mut moved = BTreeMap::new();
        for (name, texts) in std::mem::take(&mut self.0) {
            match place(&name, part) {
                None => drop(moved.insert(name, texts)),
                Some((row, rest)) => {
                    if let Some(new) = filled.iter().position(|found| *found == row) {
                        moved.insert(format!("{part}/{new}{rest}"), texts);
                    }
                }
            }
        }
        self.0 = moved;
    }
}

/// The place of a line in a name, and what follows it: `/joined/2/number` has 2 and `/number`.
fn place<'a>(name: &'a str, part: &str) -> Option<(usize, &'a str)> {
    let rest = name.strip_prefix(part)?.strip_prefix('/')?;
    let (place, rest) = rest.split_at(rest.find(['/', '~']).unwrap_or(rest.len()));
    Some((place.parse().ok()?, rest))
}

fn is_below(name: &str, above: &str) -> bool {
    name.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '~']))
}

/// The name of a cell. The only cell of a plain list has it too, so that a line is always an inner name.
pub(super) fn cell_name(part: &str, row: usize, cell: &Cell) -> String {
    format!("{part}/{row}/{}", cell.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> Given {
        Given::of_sent(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn blank_lines_go_and_the_others_keep_their_order() {
        let mut sheet = given(&[
            ("/joined/0/number", " "),
            ("/joined/1/number", "8"),
            ("/joined/1/person~card", "JA1"),
            ("/joined/3/number", "9"),
            ("/left/0/number", ""),
            ("/name_fr", "x"),
            ("csrf", "secret"),
        ]);
        sheet.compact("/joined", 60);
        sheet.compact("/left", 60);
        assert_eq!(
            sheet,
            given(&[
                ("/joined/0/number", "8"),
                ("/joined/0/person~card", "JA1"),
                ("/joined/1/number", "9"),
                ("/name_fr", "x")
            ])
        );
        assert_eq!((sheet.rows("/joined"), sheet.rows("/left"), sheet.rows("/join")), (2, 0, 0));
    }

    #[test]
    fn what_need_not_be_said_fills_no_line() {
        let mut sheet =
            given(&[("/joined/0/holder", "person"), ("/joined/1/holder", "cooperative"), ("/x/0/holder", "person")]);
        sheet.forget("/joined", "holder", "person");
        assert_eq!(sheet, given(&[("/joined/1/holder", "cooperative"), ("/x/0/holder", "person")]));
    }

    #[test]
    fn lines_beyond_the_bound_are_not_taken() {
        let mut sheet = given(&[("/a/0/x", "1"), ("/a/99999999999/x", "2"), ("/a/nine/x", "3"), ("/a/7/x", "4")]);
        sheet.compact("/a", 5);
        assert_eq!(sheet.rows("/a"), 1);
        assert_eq!(sheet.text("/a/nine/x"), "3");
    }
}
