//! What somebody prepared with a plugin and founds a cooperative from: a record of their own that says, in its member `founding`, what a file
//! can be opened with.
//!
//! A plugin writes such a record like any other, and shows a link to the page where the person looks at it, changes it and opens the file.
//! So the plugin opens nothing, and the person agrees to what they see (decision 41). What is not of the shape is left out: the person fills it in.
//!
//! It reads no record; `door` does.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};
use tiwizi_model::limits::FOUNDERS_MAX;
use tiwizi_model::{KindName, RecordId};

use super::step::Section;
use crate::money::Mad;

/// The member of a record that says what is carried over.
const MEMBER: &str = "founding";
/// Letters of a name that is carried over.
const NAME_CHARS_MAX: usize = 160;
/// Shares of one founder: what the register takes.
const SHARES_MAX: u64 = 1_000_000_000;

/// A record of a plugin from which a file is opened: `plugin/kind/id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The kind, which is a plugin's.
    pub kind: KindName,
    /// The record.
    pub id: RecordId,
}

/// A text that names no record of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record of a plugin is named as plugin/kind/id")]
pub struct SourceError;

impl FromStr for Source {
    type Err = SourceError;
    fn from_str(text: &str) -> Result<Self, SourceError> {
        let (kind, id) = text.rsplit_once('/').ok_or(SourceError)?;
        let kind: KindName = kind.parse().map_err(|_| SourceError)?;
        let id = id.parse().map_err(|_| SourceError)?;
        Ok(Self { kind, id })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}

/// What a file is opened with.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// Where it comes from.
    pub source: Source,
    /// Fields of the section of the name.
    pub fields: Map<String, Value>,
    /// The value of a share.
    pub share_value_mad: Option<Mad>,
    /// Those who shall found it too, and the caller, if the record names them.
    pub people: Vec<CarriedPerson>,
    /// The file that was opened from it already.
    pub opened: Option<RecordId>,
}

/// Somebody who shall found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedPerson {
    /// Their record.
    pub person: RecordId,
    /// By what name the others know them.
    pub name: String,
    /// Shares that they subscribe.
    pub shares: Option<u32>,
    /// What they pay of them.
    pub paid_mad: Option<Mad>,
}

impl Carried {
    /// Reads what the body of a record says; none when it says nothing of a founding.
    pub(super) fn of_body(source: Source, body: &Value) -> Option<Self> {
        let said = body.get(MEMBER)?.as_object()?;
        let texts = Section::Name.fields().iter().filter_map(|field| {
            let text = said.get(*field)?.as_str().map(str::trim).filter(|text| !text.is_empty())?;
            Some(((*field).to_owned(), Value::from(text)))
        });
        let people = said.get("founders").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            source,
            fields: texts.collect(),
            share_value_mad: said.get("share_value_mad").and_then(amount),
            people: people.filter_map(CarriedPerson::of).take(FOUNDERS_MAX).collect(),
            opened: None,
        })
    }

    /// The capital that the people subscribe together; none while no value of a share is said.
    #[must_use]
    pub fn capital(&self) -> Option<Mad> {
        let value = self.share_value_mad?;
        let of = |person: &CarriedPerson| value.times(person.shares.unwrap_or_default());
        Some(self.people.iter().map(of).fold(Mad::ZERO, Mad::plus))
    }
}

impl CarriedPerson {
    fn of(said: &Value) -> Option<Self> {
        let name = said.get("name").and_then(Value::as_str).unwrap_or_default();
        let shares = said.get("shares").and_then(Value::as_u64).filter(|shares| *shares <= SHARES_MAX);
        Some(Self {
            person: said.get("person")?.as_str()?.parse().ok()?,
            name: name.trim().chars().take(NAME_CHARS_MAX).collect(),
            shares: shares.and_then(|shares| u32::try_from(shares).ok()),
            paid_mad: said.get("paid_mad").and_then(amount),
        })
    }
}

/// An amount as a number or as a text: plugins write exact decimals as texts.
fn amount(said: &Value) -> Option<Mad> {
    let amount: Mad = match said {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Number(number) => number.to_string().parse().ok()?,
        _ => return None,
    };
    (amount >= Mad::ZERO).then_some(amount)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "018f0000-0000-7000-8000-000000000001";

    fn carried(founding: &Value) -> Option<Carried> {
        let source: Source = format!("project-bank/start/{ID}").parse().unwrap();
        Carried::of_body(source, &json!({ "person": ID, "founding": founding }))
    }

    #[test]
    fn a_source_reads_back_as_it_is_written() {
        let text = format!("project-bank/start/{ID}");
        assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
        for wrong in ["", "start", &format!("project-bank/{ID}"), &format!("a/b/c/{ID}"), "project-bank/start/1"] {
            assert_eq!(wrong.parse::<Source>(), Err(SourceError), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_of_the_shape_is_left_out_and_the_rest_is_carried_over() {
        let read = carried(&json!({
            "name_fr": " Tifaouine ", "name_ar": 7, "sector": "agriculture", "step": "registered", "opened_by": ID,
            "share_value_mad": "100", "founders": [
                { "person": ID, "name": "Itto", "shares": 10, "paid_mad": 250 },
                { "person": "nobody", "shares": 10 },
                { "person": ID, "shares": -1, "paid_mad": "-5" },
            ],
        }))
        .unwrap();
        assert_eq!(Value::Object(read.fields.clone()), json!({ "name_fr": "Tifaouine", "sector": "agriculture" }));
        assert_eq!(read.capital(), Some(Mad::whole(1000)));
        let people: Vec<_> = read.people.iter().map(|person| (&*person.name, person.shares, person.paid_mad)).collect();
        assert_eq!(people, [("Itto", Some(10), Some(Mad::whole(250))), ("", None, None)]);
    }

    #[test]
    fn a_record_without_the_member_carries_nothing() {
        let source: Source = format!("project-bank/start/{ID}").parse().unwrap();
        assert_eq!(Carried::of_body(source, &json!({ "name_fr": "Tifaouine" })), None);
        assert_eq!(carried(&json!([])), None);
    }
}
