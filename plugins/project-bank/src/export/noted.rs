//! What was noted of the months of a plan, as a table for spreadsheets: a row for each of the three figures of each month of which something is
//! noted, as the page shows them. Months after the end of a plan that was made shorter are there too, with nothing planned: what people wrote
//! down is never left out of their file.

use rust_decimal::Decimal;
use tiwizi_sdk::Date;

use super::Words;
use super::csv::{Cell, table};
use crate::notes::Notes;
use crate::plan::actual::{Compared, Group};

/// The messages over the columns.
const HEADINGS: [&str; 8] =
    ["month", "what-happened", "field-unit", "row-planned", "row-actual", "row-difference", "note-text", "noted-on"];

/// The table; without figures, a plan that makes no sense as it stands has nothing planned.
pub(crate) fn noted(compared: Option<&Compared>, notes: &Notes, words: Words<'_>) -> String {
    let mut rows = vec![HEADINGS.map(|key| Cell::Text(words(key))).to_vec()];
    for month in notes.months() {
        let planned = compared.and_then(|compared| compared.months.get(month)).map(|there| there.groups);
        for (place, group) in Group::ALL.into_iter().enumerate() {
            let planned = planned.and_then(|groups| groups.get(place).map(|beside| beside.planned));
            rows.push(row((month, group), planned, notes, words));
        }
    }
    table(&rows)
}

fn row((month, group): (usize, Group), planned: Option<Decimal>, notes: &Notes, words: Words<'_>) -> Vec<Cell> {
    let note = notes.latest(month, group);
    let amount = note.map(|note| note.amount.value());
    // Of what stands in the row, so that it can be reckoned again from it.
    let planned = planned.map(|planned| planned.round_dp(2));
    let difference = planned.zip(amount).map(|(planned, amount)| amount - planned);
    let day = note.and_then(|note| Date::of(note.at)).map(|day| day.to_string());
    let text = |text: String| if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
    vec![
        if month == 0 { Cell::Text(words("before-start")) } else { Cell::Amount(Decimal::from(month)) },
        Cell::Text(words(&format!("group-{}", group.word()))),
        Cell::Text(words("noted-unit")),
        Cell::amount(planned),
        Cell::amount(amount),
        Cell::amount(difference),
        text(note.map(|note| note.text.clone()).unwrap_or_default()),
        text(day.unwrap_or_default()),
    ]
}
