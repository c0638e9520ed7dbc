//! What somebody typed into the form of a filing, read as people write it: Arabic digits, spaces between thousands, a comma before
//! centimes. What its meaning is not certain of is a fault at its field, and what was typed is kept to be shown again.

use std::collections::BTreeMap;

use tiwizi_model::digit;
use tiwizi_records::FieldError;

use super::filing::Values;
use crate::day::Day;
use crate::money::Mad;

/// The fields of the form that are texts, in its order.
const FIELDS: [&str; 6] = ["assembly_on", "turnover_mad", "surplus_mad", "members", "women", "employees"];
/// The greatest number of people that is taken.
const PEOPLE_MAX: u32 = 1_000_000;

/// The texts of a form, by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    texts: BTreeMap<&'static str, String>,
    /// Whether its author says that the amounts are those of the year before indeed.
    pub same_as_before: bool,
}

impl Given {
    /// Takes the fields of a filing out of what a form sent.
    #[must_use]
    pub fn of<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Self {
        let text = |name: &'static str| Some((name, field(name)?.trim().to_owned()));
        Self { texts: FIELDS.into_iter().filter_map(text).collect(), same_as_before: field("same_as_before").is_some() }
    }

    /// The texts that would give these values.
    #[must_use]
    pub fn showing(values: &Values) -> Self {
        let texts = [
            ("assembly_on", values.assembly_on.map(|day| day.to_string())),
            ("turnover_mad", values.turnover.map(|amount| amount.to_string())),
            ("surplus_mad", values.surplus.map(|amount| amount.to_string())),
            ("members", values.members.map(|count| count.to_string())),
            ("women", values.women.map(|count| count.to_string())),
            ("employees", values.employees.map(|count| count.to_string())),
        ];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect();
        Self { texts, same_as_before: values.same_as_before }
    }

    /// What was typed into a field.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.texts.get(field).map_or("", String::as_str)
    }

    /// The day of the assembly, when what was typed is one.
    #[must_use]
    pub fn assembly_on(&self) -> Option<Day> {
        self.filled("assembly_on").and_then(|text| day(&text))
    }

    /// Reads it over the values that are there: the documents stay, everything else is what was typed.
    ///
    /// # Errors
    /// A fault for each field that cannot be read.
    pub fn read(&self, before: &Values) -> Result<Values, Vec<FieldError>> {
        let mut faults = Vec::new();
        let mut taken = |field: &'static str, code: &'static str, message: &str| {
            faults.push(FieldError::of_field(field, code, message));
        };
        let day = self.filled("assembly_on").map(|text| day(&text));
        if day == Some(None) {
            taken("assembly_on", "date", "a day is expected, as in 2026-03-15");
        }
        let mut amounts = [None, None];
        for (field, amount) in ["turnover_mad", "surplus_mad"].into_iter().zip(&mut amounts) {
            let read = self.filled(field).map(|text| amount_of(&text));
            if read == Some(None) {
                taken(field, "number", "an amount in dirhams is expected, as in 12500 or 12500,50");
            }
            *amount = read.flatten();
        }
        let mut counts = [None, None, None];
        for (field, count) in ["members", "women", "employees"].into_iter().zip(&mut counts) {
            let read = self.filled(field).map(|text| text.parse::<u32>().ok().filter(|count| *count <= PEOPLE_MAX));
            if read == Some(None) {
                taken(field, "number", "a whole number is expected");
            }
            *count = read.flatten();
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let ([turnover, surplus], [members, women, employees]) = (amounts, counts);
        Ok(Values {
            assembly_on: day.flatten(),
            turnover,
            surplus,
            members,
            women,
            employees,
            same_as_before: self.same_as_before,
            ..before.clone()
        })
    }

    /// What a field holds, in the digits and signs that numbers are read with; none when it is empty.
    fn filled(&self, field: &str) -> Option<String> {
        let text: String = self.text(field).chars().filter_map(plain).collect();
        (!text.is_empty()).then_some(text)
    }
}

/// A letter of a number as it is read: Arabic digits as digits, a comma as a point, marks between thousands left out.
fn plain(letter: char) -> Option<char> {
    match letter {
        ',' | '\u{66b}' => Some('.'),
        '\u{2212}' => Some('-'),
        '\u{66c}' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{200e}' | '\u{200f}' => None,
        letter if letter.is_whitespace() => None,
        letter => Some(digit::ascii(letter)),
    }
}

/// An amount. Three digits behind a point or comma could be thousands.
fn amount_of(text: &str) -> Option<Mad> {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals > 2 { None } else { text.parse().ok() }
}

/// A day as browsers send it, or as people write it: `15/03/2026`.
fn day(text: &str) -> Option<Day> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let mut parts = text.split(['/', '.']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&'static str, &str)]) -> Given {
        Given::of(|field| pairs.iter().find(|(name, _)| *name == field).map(|(_, text)| *text))
    }

    #[test]
    fn numbers_and_days_are_read_as_people_write_them() {
        let typed = given(&[
            ("assembly_on", "١٥/٠٣/٢٠٢٦"),
            ("turnover_mad", "1 234\u{202f}567,5"),
            ("surplus_mad", "−12"),
            ("members", "٢٤"),
            ("women", ""),
            ("same_as_before", "on"),
        ]);
        let values = typed.read(&Values::default()).unwrap();
        assert_eq!(values.assembly_on.unwrap().to_string(), "2026-03-15");
        assert_eq!(values.turnover.unwrap().to_string(), "1234567.50");
        assert_eq!(values.surplus.unwrap().to_string(), "-12");
        assert_eq!((values.members, values.women, values.same_as_before), (Some(24), None, true));
        assert_eq!(Given::showing(&values).read(&Values::default()).unwrap(), values);
    }

    #[test]
    fn what_is_not_certain_is_a_fault_at_its_field() {
        let typed = given(&[
            ("assembly_on", "2026-02-30"),
            ("turnover_mad", "12,500"),
            ("surplus_mad", "many"),
            ("members", "-3"),
            ("women", "1.5"),
            ("employees", "9999999"),
        ]);
        let faults = typed.read(&Values::default()).unwrap_err();
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/assembly_on", "/turnover_mad", "/surplus_mad", "/members", "/women", "/employees"]);
        assert_eq!(typed.text("turnover_mad"), "12,500");
    }
}
