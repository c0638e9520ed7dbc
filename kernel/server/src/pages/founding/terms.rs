//! What the founders agreed on, for each of them: shares, what is paid, offices. One row of a form for each founder.

use minijinja::{Value, context};
use serde_json::{Map, Value as Json};
use tiwizi_model::RecordId;
use tiwizi_records::FieldError;
use tiwizi_registry::founding::{Seat, Section};
use tiwizi_words::Texts;

use super::controls::{self, Field, Kind};

/// Founders of one page of a form: with very many of them it comes in pieces.
pub(super) const ROWS_MAX: usize = 60;

const SHARES: &[Field] =
    &[Field::term("shares", "field-shares", Kind::Count), Field::term("paid_mad", "founding-paid", Kind::Money)];
const ROLE: &[Field] = &[Field::term("role", "role", Kind::Choice(controls::ROLES, "value-role"))];

/// The fields of a section that each founder has.
pub(super) fn of_section(section: Section) -> &'static [Field] {
    match section {
        Section::Capital => SHARES,
        Section::Management => ROLE,
        _ => &[],
    }
}

/// The name that a field of a founder has in a form.
fn name(field: &str, founder: RecordId) -> String {
    format!("{field}-{founder}")
}

/// What the rows of a form say, by founder.
type Rows = Vec<(RecordId, Map<String, Json>)>;

/// Reads the rows that a form has.
pub(super) fn read(section: Section, seats: &[Seat], sent: &[(String, String)]) -> Result<Rows, Vec<FieldError>> {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for seat in seats {
        let mut terms = Map::new();
        for field in of_section(section) {
            let name = name(field.name, seat.id);
            let Some((_, typed)) = sent.iter().find(|(found, _)| *found == name) else { continue };
            match controls::read(field.kind, typed) {
                Ok(value) => {
                    terms.insert(field.name.to_owned(), value);
                }
                Err(code) => faults.push(FieldError::of_field(&name, code, "this cannot be read")),
            }
        }
        if !terms.is_empty() {
            rows.push((seat.id, terms));
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// Faults of founders, with pointers to the fields of the form.
pub(super) fn in_form(faults: Vec<FieldError>) -> Vec<FieldError> {
    let moved = |mut fault: FieldError| {
        let mut parts = fault.pointer.trim_start_matches('/').splitn(2, '/');
        if let (Some(founder), Some(field)) = (parts.next(), parts.next()) {
            fault.pointer = format!("/{field}-{founder}");
        }
        fault
    };
    faults.into_iter().map(moved).collect()
}

/// The first founder of the rows that were sent: a form that is shown again shows the same ones.
pub(super) fn first_sent(section: Section, seats: &[Seat], sent: &[(String, String)]) -> usize {
    let is_sent = |seat: &Seat| sent.iter().any(|(found, _)| shows(section, seat, found));
    seats.iter().position(is_sent).unwrap_or_default()
}

/// Whether the row of a founder has a field of this name.
pub(super) fn shows(section: Section, seat: &Seat, found: &str) -> bool {
    of_section(section).iter().any(|field| name(field.name, seat.id) == found)
}

/// The rows of a form, from one founder on.
pub(super) fn rows(
    texts: &Texts,
    section: Section,
    seats: &[Seat],
    sent: Option<&[(String, String)]>,
    faults: &[FieldError],
) -> Vec<Value> {
    let row = |seat: &Seat| {
        let stored = seat.shown();
        let control = |field: &Field| {
            let name = name(field.name, seat.id);
            let typed = sent.and_then(|sent| sent.iter().find(|(found, _)| *found == name));
            let text = typed.map_or_else(|| controls::text_of(stored.get(field.name)), |(_, typed)| typed.clone());
            controls::shown(texts, field, &name, text, faults)
        };
        context! {
            name => seat.founder.called(),
            joined => seat.founder.has_joined(),
            controls => of_section(section).iter().map(control).collect::<Vec<_>>(),
        }
    };
    seats.iter().take(ROWS_MAX).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_a_founder_is_shown_at_its_field() {
        let faults = in_form(vec![FieldError::new("/0190b6b4/shares", "too-large", "x")]);
        assert_eq!(faults[0].pointer, "/shares-0190b6b4");
    }
}
