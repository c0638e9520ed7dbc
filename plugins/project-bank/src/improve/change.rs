//! A change that is proposed, and which differences of a plan can be one.
//!
//! What only the model changed is no proposal, nor what both changed alike. Names and sources of the model's lines stay the model's, and the
//! month in which somebody begins is their own affair.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_sdk::Shape;

use crate::lineage::{Difference, Found, Place};
use crate::plan::own::is_own;
use crate::plan::sheet::CODE;

/// A place of the model, what stood there when it was proposed, and what shall stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Shape)]
pub(crate) struct Change {
    #[field(max_length = 120)]
    pub(crate) place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 10_000, description = "As JSON; nothing for a new line.")]
    pub(crate) was: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(max_length = 10_000, description = "As JSON; nothing for a line that shall go.")]
    pub(crate) to: Option<String>,
    #[serde(default)]
    #[field(description = "Whether the model has taken it over.")]
    pub(crate) taken: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(pattern = CODE, description = "The code that a new line got in the model.")]
    pub(crate) became: Option<String>,
}

impl Change {
    /// Its place; nothing when the record names none.
    pub(crate) fn at(&self) -> Option<Place> {
        Place::named(&self.place)
    }

    /// What stood in the model.
    pub(crate) fn was(&self) -> Option<Value> {
        read(self.was.as_deref())
    }

    /// What shall stand there.
    pub(crate) fn to(&self) -> Option<Value> {
        read(self.to.as_deref())
    }

    /// The list and the code of the plan's own line, when it proposes one.
    pub(crate) fn new_line(&self) -> Option<(String, String)> {
        match self.at() {
            Some(Place::Line(list, code)) if self.to.is_some() => Some((list, code)),
            _ => None,
        }
    }
}

fn read(text: Option<&str>) -> Option<Value> {
    serde_json::from_str(text?).ok()
}

/// Fields of a line that stay the model's: what it is called, where its figure comes from, and between what that may be.
const MODELS: [&str; 4] = ["label", "source", "least", "most"];

/// What can be proposed of the differences between a plan and its model, in their order.
pub(crate) fn offers(found: &[Difference]) -> Vec<Change> {
    found.iter().filter(|difference| is_offer(difference)).map(change).collect()
}

fn is_offer(difference: &Difference) -> bool {
    let is_theirs = matches!(difference.found, Found::Offered | Found::Same);
    let Difference { place, base, mine, theirs, .. } = difference;
    if is_theirs || mine == theirs {
        return false;
    }
    match place {
        Place::Field(field) => field != "start" && mine.is_some(),
        Place::LineField(_, _, field) => !MODELS.contains(&field.as_str()),
        Place::Line(_, code) if mine.is_some() => theirs.is_none() && base.is_none() && is_own(code),
        Place::Line(..) => theirs.is_some(),
    }
}

fn change(difference: &Difference) -> Change {
    Change {
        place: difference.place.name(),
        was: difference.theirs.as_ref().map(Value::to_string),
        to: difference.mine.as_ref().map(Value::to_string),
        taken: false,
        became: None,
    }
}
