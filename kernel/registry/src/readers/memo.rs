//! What the reader knows of one cooperative: what of it is counted, and its members by gender and year of birth.
//!
//! As a text it is one line, `status|province|sector|paid|capital|registered|closed|members|where|home`, and bounded: years of birth are
//! few, however many members there are. Of a membership, what it counts for is kept in a line of its own, `cooperative|member`.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use tiwizi_model::limits::ECHO_CHARS_MAX;
use tiwizi_model::{InstanceId, Instant, RecordId};

use super::measure::{By, Measure, UNKNOWN, size};
use crate::day::{Day, civil_year};

/// Statuses of cooperatives that are counted.
const COUNTED: [&str; 2] = ["registered", "suspended"];
/// Statuses of those that have closed.
const CLOSED: [&str; 6] = ["dissolved", "in_liquidation", "struck_off", "merged", "split", "transformed"];

/// A text that is no memo: the table was changed by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not what the reader keeps of a cooperative; `tiwizi doctor` counts again")]
pub(super) struct MemoError {
    text: String,
}

/// How far a cooperative is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// Neither counted nor closed: not there yet, or an alias. What only an alias has is counted nowhere: a merge asks first.
    Other,
    Counted,
    Closed,
}

impl Status {
    fn letter(self) -> &'static str {
        match self {
            Self::Other => "o",
            Self::Counted => "c",
            Self::Closed => "x",
        }
    }

    fn of_letter(letter: &str) -> Option<Self> {
        [Self::Other, Self::Counted, Self::Closed].into_iter().find(|status| status.letter() == letter)
    }
}

/// What is counted of the cooperative itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    status: Status,
    province: String,
    sector: String,
    /// Whether it gives its members paid work.
    is_paid: bool,
    /// In dirhams.
    capital: i64,
    /// The year of its registration; 0 where that is not known.
    year: u16,
}

/// A member, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seat {
    is_woman: bool,
    /// The year of birth; 0 where that is not known.
    birth_year: u16,
}

impl Seat {
    /// The seat of a membership that has not ended, of a natural person: counts are of people.
    pub(super) fn of(body: &Value) -> Option<Self> {
        if ["legal_person", "member_cooperative"].iter().any(|field| !text(body, field).is_empty()) {
            return None;
        }
        if body.get("left_on").is_some_and(|left| !left.is_null()) {
            return None;
        }
        let birth_year = body.get("birth_year").and_then(Value::as_u64).and_then(|year| u16::try_from(year).ok());
        Some(Self { is_woman: text(body, "gender") == "female", birth_year: birth_year.unwrap_or_default() })
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_at_checked(1)? {
            ("f", year) => Some(Self { is_woman: true, birth_year: year.parse().ok()? }),
            ("m", year) => Some(Self { is_woman: false, birth_year: year.parse().ok()? }),
            _ => None,
        }
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.is_woman { "f" } else { "m" };
        write!(formatter, "{letter}{}", self.birth_year)
    }
}

/// What a membership counts for: a seat in a cooperative, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken(pub(super) Option<(RecordId, Seat)>);

impl Taken {
    /// The fields of a membership by which it counts.
    pub(super) const FIELDS: [&str; 6] =
        ["cooperative", "legal_person", "member_cooperative", "left_on", "birth_year", "gender"];

    /// What a membership with that content counts for.
    pub(super) fn of(body: &Value) -> Self {
        let cooperative = text(body, "cooperative").parse::<RecordId>().ok();
        Self(cooperative.zip(Seat::of(body)))
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((cooperative, seat)) => write!(formatter, "{cooperative}|{seat}"),
            None => formatter.write_str("|"),
        }
    }
}

impl FromStr for Taken {
    type Err = MemoError;

    fn from_str(line: &str) -> Result<Self, MemoError> {
        if line == "|" {
            return Ok(Self(None));
        }
        let read = |(cooperative, seat): (&str, &str)| Some((cooperative.parse().ok()?, Seat::read(seat)?));
        let taken = line.split_once('|').and_then(read);
        taken
            .map(|taken| Self(Some(taken)))
            .ok_or_else(|| MemoError { text: line.chars().take(ECHO_CHARS_MAX).collect() })
    }
}

/// What the reader knows of one cooperative.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Memo {
    facts: Option<Facts>,
    /// The year in which it closed; 0 where that is not known.
    closed: Option<u16>,
    seats: BTreeMap<Seat, i64>,
    /// The instance whose register it is in, and whether that is this one.
    home: Option<(InstanceId, Whose)>,
}

/// Whose register a count is of. The two are kept apart: a nation shows their sum, everybody else the own alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// That of this instance.
    Own,
    /// Those of others, as far as they came here.
    Elsewhere,
}

impl Whose {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Own, Self::Elsewhere];

    fn letter(self) -> &'static str {
        match self {
            Self::Own => "o",
            Self::Elsewhere => "e",
        }
    }
}

/// A count that a memo has a part in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A measure, split up.
    Split(Whose, Measure, By, String),
    /// Members by year of birth, in a province or a sector.
    Birth(Whose, By, u16, String),
    /// A measure, by the instance whose register it is of.
    Home(Measure, InstanceId),
}

impl Memo {
    /// Takes the next content of the cooperative; `None` when it was deleted.
    pub(super) fn step(&mut self, body: Option<&Value>, at: Instant) {
        let was_counted = self.facts.as_ref().is_some_and(|facts| facts.status == Status::Counted);
        self.facts = body.map(Facts::of);
        let is_closed = self.facts.as_ref().is_some_and(|facts| facts.status == Status::Closed);
        self.closed = match (is_closed, self.closed) {
            (false, _) => None,
            (true, Some(year)) => Some(year),
            (true, None) => Some(if was_counted { civil_year(at) } else { 0 }),
        };
    }

    /// Its register is that of this instance, which is the one here or another.
    pub(super) fn is_of(&mut self, home: InstanceId, whose: Whose) {
        self.home = Some((home, whose));
    }

    /// Takes so many more members, or fewer.
    pub(super) fn seat(&mut self, seat: Seat, difference: i64) {
        let count = self.seats.entry(seat).or_default();
        *count = count.saturating_add(difference);
        if *count == 0 {
            self.seats.remove(&seat);
        }
    }

    /// Its members.
    pub(super) fn members(&self) -> i64 {
        self.seats.values().sum()
    }

    /// The women among them.
    pub(super) fn women(&self) -> i64 {
        self.seats.iter().filter(|(seat, _)| seat.is_woman).map(|(_, count)| count).sum()
    }

    /// Those among them who were born in that year or later.
    pub(super) fn born_since(&self, year: u16) -> i64 {
        self.seats.iter().filter(|(seat, _)| seat.birth_year >= year.max(1)).map(|(_, count)| count).sum()
    }

    /// Adds what it counts for, so many times.
    pub(super) fn count(&self, counts: &mut HashMap<Place, i64>, times: i64) {
        let Some(facts) = &self.facts else { return };
        let whose = self.home.map_or(Whose::Own, |(_, whose)| whose);
        let mut add = |place: Place, amount: i64| {
            if amount != 0 {
                let count = counts.entry(place).or_default();
                *count = count.saturating_add(amount.saturating_mul(times));
            }
        };
        if facts.status != Status::Other {
            add(Place::Split(whose, Measure::Creations, By::Year, year(facts.year)), 1);
        }
        if let Some(closed) = self.closed {
            add(Place::Split(whose, Measure::Closings, By::Year, year(closed)), 1);
        }
        if facts.status != Status::Counted {
            return;
        }
        let members = self.members();
        let amounts = [
            (Measure::Cooperatives, 1),
            (Measure::Members, members),
            (Measure::Women, self.women()),
            (Measure::Jobs, if facts.is_paid { members } else { 0 }),
            (Measure::Capital, facts.capital),
        ];
        for (measure, amount) in amounts {
            add(Place::Split(whose, measure, By::Province, facts.province.clone()), amount);
            add(Place::Split(whose, measure, By::Sector, facts.sector.clone()), amount);
            add(Place::Split(whose, measure, By::Size, size(members).to_owned()), amount);
            add(Place::Split(whose, measure, By::Year, year(facts.year)), amount);
            if let Some((home, _)) = self.home {
                add(Place::Home(measure, home), amount);
            }
        }
        for (seat, count) in &self.seats {
            add(Place::Birth(whose, By::Province, seat.birth_year, facts.province.clone()), *count);
            add(Place::Birth(whose, By::Sector, seat.birth_year, facts.sector.clone()), *count);
            add(Place::Split(whose, Measure::Members, By::Age, year(seat.birth_year)), *count);
            if seat.is_woman {
                add(Place::Split(whose, Measure::Women, By::Age, year(seat.birth_year)), *count);
            }
        }
    }
}

impl Facts {
    fn of(body: &Value) -> Self {
        let status = match text(body, "status") {
            _ if !text(body, "merged_into").is_empty() => Status::Other,
            // A union is no cooperative, and its members are counted where they are.
            _ if text(body, "entity") == "union" => Status::Other,
            status if COUNTED.contains(&status) => Status::Counted,
            status if CLOSED.contains(&status) => Status::Closed,
            _ => Status::Other,
        };
        Self {
            status,
            province: text(body, "province").to_owned(),
            sector: text(body, "sector").to_owned(),
            is_paid: text(body, "category").contains('c'),
            capital: body.get("capital_mad").map_or(0, dirhams),
            year: text(body, "registered_on").parse::<Day>().map(Day::year).unwrap_or_default(),
        }
    }
}

/// A year as the key of a count.
fn year(year: u16) -> String {
    if year == 0 { UNKNOWN.to_owned() } else { format!("{year:04}") }
}

/// An amount in whole dirhams. A number of JSON may have a fraction; its text is exact where a float need not be.
fn dirhams(amount: &Value) -> i64 {
    if let Some(whole) = amount.as_i64() {
        return whole;
    }
    let rounded = amount.as_f64().map(|amount| format!("{amount:.0}"));
    rounded.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body.get(field).and_then(Value::as_str).unwrap_or_default()
}

impl fmt::Display for Memo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Facts { status, province, sector, is_paid, capital, year }) = &self.facts {
            let paid = if *is_paid { "p" } else { "" };
            write!(formatter, "{}|{province}|{sector}|{paid}|{capital}|{year}|", status.letter())?;
        } else {
            formatter.write_str("||||||")?;
        }
        if let Some(closed) = self.closed {
            write!(formatter, "{closed}")?;
        }
        formatter.write_str("|")?;
        for (index, (seat, count)) in self.seats.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(formatter, "{comma}{seat}:{count}")?;
        }
        formatter.write_str("|")?;
        match self.home {
            Some((home, whose)) => write!(formatter, "{}|{home}", whose.letter()),
            None => formatter.write_str("|"),
        }
    }
}

impl FromStr for Memo {
    type Err = MemoError;

    fn from_str(line: &str) -> Result<Self, MemoError> {
        read(line).ok_or_else(|| MemoError { text: line.chars().take(ECHO_CHARS_MAX).collect() })
    }
}

fn read(line: &str) -> Option<Memo> {
    let parts: [&str; 10] = line.split('|').collect::<Vec<_>>().try_into().ok()?;
    let [status, province, sector, paid, capital, year, closed, seats, whose, home] = parts;
    let facts = if status.is_empty() {
        None
    } else {
        Some(Facts {
            status: Status::of_letter(status)?,
            province: province.to_owned(),
            sector: sector.to_owned(),
            is_paid: paid == "p",
            capital: capital.parse().ok()?,
            year: year.parse().ok()?,
        })
    };
    let closed = if closed.is_empty() { None } else { Some(closed.parse().ok()?) };
    let home = match Whose::ALL.into_iter().find(|known| known.letter() == whose) {
        Some(whose) => Some((home.parse().ok()?, whose)),
        None if whose.is_empty() && home.is_empty() => None,
        None => return None,
    };
    let mut memo = Memo { facts, closed, seats: BTreeMap::new(), home };
    for seat in seats.split(',').filter(|seat| !seat.is_empty()) {
        let (who, count) = seat.split_once(':')?;
        memo.seats.insert(Seat::read(who)?, count.parse().ok()?);
    }
    Some(memo)
}

#[cfg(test)]
mod tests;
