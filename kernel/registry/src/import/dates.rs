//! Days as files write them, read where only one day can be meant.
//!
//! | written | read as | why it is certain |
//! |---|---|---|
//! | `2019-12-31`, `2019/12/31`, `2019.12.31` | year, month, day | where the year stands first, nobody writes the day second |
//! | `31/12/2019`, `31-12-2019`, `31.12.2019` | the one day that exists | there is no month 31 |
//! | `05/05/2019` | 5 May | both orders say the same |
//! | `03/04/2020` | what the column decides | see below |
//! | `43830` | the day of that serial number of a spreadsheet | five digits are no year |
//!
//! A column decides when its other rows, anywhere in the file, have days that can be read in one order only, and all in the same
//! one. Where none has, or they contradict each other, `03/04/2020` is refused: in Morocco it is most likely 3 April, but a
//! program set to American English writes 4 March the same way, and a wrong birth date in a register is worse than a row to mend.
//! The file is looked through for this once, and only when the first such day appears; a file of ISO days is not.
//!
//! A time is accepted when it is midnight. Years of two digits are refused.

use std::collections::HashMap;

use tiwizi_model::Instant;

use crate::day::Day;
use crate::import::value::{Fault, plain};

/// The columns that hold days.
pub(super) const COLUMNS: [&str; 5] = ["registered_on", "founded_on", "birth_date", "joined_on", "left_on"];

const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;
/// Days from 1899-12-30, where spreadsheets count from, to 1970-01-01.
const SERIAL_OF_1970: i64 = 25_569;
/// Days by which those that count from 1904 are behind.
const SERIAL_OF_1904: i64 = 1_462;

/// What a text can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// One day, and the order that it was written in, if it tells.
    Day(Day, Option<Order>),
    /// One of two days.
    Either { day_first: Day, month_first: Day },
}

/// Which of the two small numbers stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

/// What the rows of a column say of its order.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evidence {
    day_first: bool,
    month_first: bool,
}

impl Evidence {
    /// Takes one value of the column into account.
    pub(super) fn see(&mut self, text: &str) {
        match read(text, false) {
            Ok(Written::Day(_, Some(Order::DayFirst))) => self.day_first = true,
            Ok(Written::Day(_, Some(Order::MonthFirst))) => self.month_first = true,
            _ => {}
        }
    }
}

/// The orders of the columns of one file, looked up when the first value needs them.
pub(super) struct Orders {
    /// Looks through the file.
    look: Option<Box<dyn FnOnce() -> HashMap<&'static str, Evidence>>>,
    found: HashMap<&'static str, Evidence>,
    /// Nobody looked yet, and whoever reads the file does when a value needs it.
    is_open: bool,
    is_wanted: bool,
    /// Whether serial numbers count from 1904.
    pub(super) from_1904: bool,
}

impl Orders {
    pub(super) fn new(look: impl FnOnce() -> HashMap<&'static str, Evidence> + 'static) -> Self {
        Self { look: Some(Box::new(look)), ..Self::given(HashMap::new()) }
    }

    /// Those that whoever reads the file looks up, once they `are_wanted`.
    pub(super) fn to_be_given() -> Self {
        Self { is_open: true, ..Self::given(HashMap::new()) }
    }

    fn given(found: HashMap<&'static str, Evidence>) -> Self {
        Self { look: None, found, is_open: false, is_wanted: false, from_1904: false }
    }

    /// Whether the last row could not be read without them.
    pub(super) fn are_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Gives what was found.
    pub(super) fn give(&mut self, found: HashMap<&'static str, Evidence>) {
        *self = Self { from_1904: self.from_1904, ..Self::given(found) };
    }

    fn of(&mut self, column: &str) -> Evidence {
        if let Some(look) = self.look.take() {
            self.found = look();
        }
        self.is_wanted |= self.is_open;
        self.found.get(column).copied().unwrap_or_default()
    }

    /// The day that a value of a column means.
    pub(super) fn day(&mut self, column: &str, text: &str, last_day: Day) -> Result<Day, Fault> {
        // As most files have it.
        let day = match text.parse::<Day>() {
            Ok(day) => day,
            Err(_) => match read(text, self.from_1904)? {
                Written::Day(day, _) => day,
                Written::Either { day_first, month_first } => self.decide(column, day_first, month_first)?,
            },
        };
        if day > last_day {
            return Err(Fault::new("future", format!("the day {day} is in the future")));
        }
        Ok(day)
    }

    fn decide(&mut self, column: &str, day_first: Day, month_first: Day) -> Result<Day, Fault> {
        match self.of(column) {
            Evidence { day_first: true, month_first: false } => Ok(day_first),
            Evidence { day_first: false, month_first: true } => Ok(month_first),
            Evidence { day_first: true, month_first: true } => Err(ambiguous(
                day_first,
                month_first,
                "other rows of the column have the day first, and others the month",
            )),
            Evidence { .. } => Err(ambiguous(day_first, month_first, "no other row of the column tells which")),
        }
    }
}

fn ambiguous(day_first: Day, month_first: Day, why: &str) -> Fault {
    let message = format!("it could be {day_first} or {month_first}: {why}; write year-month-day");
    Fault::new("date-order", message)
}

fn wrong() -> Fault {
    Fault::new("date", "a date is written year-month-day, as in 2019-12-31, or day/month/year, and must exist")
}

/// What a text can mean as a day.
pub(super) fn read(text: &str, from_1904: bool) -> Result<Written, Fault> {
    let text = plain(text);
    let day = without_midnight(text.trim()).ok_or_else(wrong)?;
    if day.len() == 5 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return serial(day, from_1904).map(|day| Written::Day(day, None));
    }
    let mut parts = day.split(['-', '/', '.']);
    let (Some(first), Some(second), Some(third), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    match (first.len(), third.len()) {
        (4, 1 | 2) => of(first, second, third).map(|day| Written::Day(day, None)).ok_or_else(wrong),
        (1 | 2, 4) => in_one_order(first, second, third),
        _ => Err(wrong()),
    }
}

fn in_one_order(first: &str, second: &str, year: &str) -> Result<Written, Fault> {
    match (of(year, second, first), of(year, first, second)) {
        (Some(day), Some(other)) if day == other => Ok(Written::Day(day, None)),
        (Some(day_first), Some(month_first)) => Ok(Written::Either { day_first, month_first }),
        (Some(day), None) => Ok(Written::Day(day, Some(Order::DayFirst))),
        (None, Some(day)) => Ok(Written::Day(day, Some(Order::MonthFirst))),
        (None, None) => Err(wrong()),
    }
}

fn of(year: &str, month: &str, day: &str) -> Option<Day> {
    let small = |part: &str| {
        let fits = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| part.parse::<u8>().ok()).flatten()
    };
    let year = year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse::<u16>().ok()).flatten()?;
    Day::new(year, small(month)?, small(day)?)
}

/// Without a time, if that is midnight; none if it is another.
fn without_midnight(text: &str) -> Option<&str> {
    let Some((day, time)) = text.split_once([' ', 'T']) else { return Some(text) };
    let time = time.trim().trim_end_matches('Z');
    let is_midnight = time.contains(':') && time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.'));
    is_midnight.then_some(day)
}

/// The day of a serial number; five digits are the years 1927 to 2173.
fn serial(text: &str, from_1904: bool) -> Result<Day, Fault> {
    let number: i64 = text.parse().map_err(|_| wrong())?;
    let days = number - SERIAL_OF_1970 + if from_1904 { SERIAL_OF_1904 } else { 0 };
    if number < 10_000 {
        return Err(wrong());
    }
    Ok(Day::of(Instant(days * MS_PER_DAY)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn orders(values: &'static [&'static str]) -> Orders {
        Orders::new(move || {
            let mut evidence = Evidence::default();
            values.iter().for_each(|value| evidence.see(value));
            HashMap::from([("birth_date", evidence)])
        })
    }

    #[test]
    fn a_day_is_read_where_only_one_can_be_meant() {
        for (text, meant) in [
            ("2019-12-31", "2019-12-31"),
            ("2019/12/31", "2019-12-31"),
            ("2019.1.5", "2019-01-05"),
            ("31/12/2019", "2019-12-31"),
            ("31-12-2019", "2019-12-31"),
            ("1.13.2019", "2019-01-13"),
            ("5/5/2019", "2019-05-05"),
            ("٣١/١٢/٢٠١٩", "2019-12-31"),
            ("\u{200f}31/12/2019", "2019-12-31"),
            ("2019-12-31 00:00:00", "2019-12-31"),
            ("2019-12-31T00:00:00.000Z", "2019-12-31"),
            ("43830", "2019-12-31"),
            ("25569", "1970-01-01"),
        ] {
            assert!(matches!(read(text, false), Ok(Written::Day(found, _)) if found == day(meant)), "{text}");
        }
        assert_eq!(read("42368", true), Ok(Written::Day(day("2019-12-31"), None)));
        for text in
            ["", "2019", "31/12/19", "32/13/2019", "2019-12-31 10:30", "1/2/3/2019", "today", "9999", "2019-+1-01"]
        {
            assert!(read(text, false).is_err(), "{text}");
        }
    }

    #[test]
    fn what_could_be_two_days_is_decided_by_the_column_or_refused() {
        let last = day("2025-11-30");
        let read = |values, text| orders(values).day("birth_date", text, last).map_err(|fault| fault.code);
        assert_eq!(read(&["03/04/2020", "13/04/2020"], "03/04/2020"), Ok(day("2020-04-03")));
        assert_eq!(read(&["04/13/2020"], "03/04/2020"), Ok(day("2020-03-04")));
        assert_eq!(read(&["03/04/2020", "05/05/2020", "2020-04-13"], "03/04/2020"), Err("date-order"));
        assert_eq!(read(&["13/04/2020", "04/13/2020"], "03/04/2020"), Err("date-order"));
        assert_eq!(read(&["13/04/2020"], "03/04/2031"), Err("future"));
        assert_eq!(orders(&["13/04/2020"]).day("joined_on", "03/04/2020", last).unwrap_err().code, "date-order");
    }

    #[test]
    fn a_file_of_iso_days_is_not_looked_through() {
        let mut orders = Orders::new(|| panic!("nobody needs this"));
        assert_eq!(orders.day("birth_date", "2019-12-31", day("2025-11-30")), Ok(day("2019-12-31")));
        assert_eq!(orders.day("birth_date", "31/12/2019", day("2025-11-30")), Ok(day("2019-12-31")));
    }

    proptest! {
        #[test]
        fn every_serial_number_is_the_day_that_spreadsheets_show(serial in 10_000_i64..=99_999) {
            let Ok(Written::Day(found, None)) = read(&serial.to_string(), false) else { panic!("{serial}") };
            prop_assert_eq!((found.begins().0) / MS_PER_DAY + SERIAL_OF_1970, serial);
        }
    }
}
