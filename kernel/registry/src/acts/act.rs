//! One act: what happened to a cooperative, from when on, and who entered it when.

use serde::Serialize;
use serde_json::{Map, Value};
use tiwizi_model::{AccountId, FileHash, Instant, ProvinceCode, RecordId};

use super::data::ActData;
use super::error::ActError;
use super::text;
use crate::act_kind::ActKind;
use crate::day::Day;

/// An act of the local register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    /// The cooperative: its record, or the id that its record will have.
    #[serde(with = "text")]
    pub cooperative: RecordId,
    /// Its place among the acts of the cooperative: 1, 2, 3…
    pub sequence: u32,
    /// From when on it holds.
    pub effective_on: Day,
    /// When it was entered, in milliseconds since 1970-01-01T00:00:00Z.
    #[serde(serialize_with = "milliseconds")]
    pub entered_at: Instant,
    /// The account that entered it; none for the instance itself.
    #[serde(with = "text::maybe")]
    pub author: Option<AccountId>,
    /// The files that prove it.
    #[serde(with = "text::list")]
    pub documents: Vec<FileHash>,
    /// The place of the act that it corrects.
    pub corrects: Option<u32>,
    /// What it says.
    #[serde(flatten)]
    pub data: ActData,
}

/// An act that somebody wants to enter.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAct {
    /// Its kind.
    pub kind: ActKind,
    /// From when on it holds.
    pub effective_on: Day,
    /// The files that prove it.
    pub documents: Vec<FileHash>,
    /// The place of the act that it corrects: for corrections, and for nothing else.
    pub corrects: Option<u32>,
    /// What it says, in the shape of its kind.
    pub data: Value,
}

impl Act {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ActKind {
        self.data.kind()
    }

    /// The body of its record. The province is where the cooperative lay when it was entered.
    #[must_use]
    pub fn body(&self, province: Option<ProvinceCode>) -> Value {
        let mut body = Map::new();
        let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
        set("cooperative", self.cooperative.to_string().into());
        set("sequence", self.sequence.into());
        set("act", self.kind().name().into());
        set("effective_on", self.effective_on.to_string().into());
        set("entered_at", self.entered_at.0.into());
        set("data", self.data.value());
        if let Some(province) = province {
            set("province", province.to_string().into());
        }
        if let Some(author) = self.author {
            set("author", author.to_string().into());
        }
        if !self.documents.is_empty() {
            let documents: Vec<String> = self.documents.iter().map(ToString::to_string).collect();
            set("documents", documents.into());
        }
        if let Some(corrects) = self.corrects {
            set("corrects", corrects.into());
        }
        Value::Object(body)
    }

    /// Reads the body of its record.
    ///
    /// # Errors
    /// `Damaged` when it is not what `body` writes.
    pub fn of_body(id: RecordId, body: &Value) -> Result<Self, ActError> {
        Self::read(body).ok_or(ActError::Damaged { id })
    }

    fn read(body: &Value) -> Option<Self> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let place = |field: &str| body.get(field).and_then(Value::as_u64).map(u32::try_from);
        let kind = ActKind::named(text("act")?)?;
        let documents = body.get("documents").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let documents = documents.iter().map(|hash| hash.as_str()?.parse().ok());
        Some(Self {
            cooperative: text("cooperative")?.parse().ok()?,
            sequence: place("sequence")?.ok()?,
            effective_on: text("effective_on")?.parse().ok()?,
            entered_at: Instant(body.get("entered_at").and_then(Value::as_i64)?),
            author: text("author").map(str::parse).transpose().ok()?,
            documents: documents.collect::<Option<Vec<FileHash>>>()?,
            corrects: place("corrects").transpose().ok()?,
            data: ActData::read(kind, body.get("data").cloned()?).ok()?,
        })
    }
}

impl NewAct {
    /// The body that its record would have in the first place, to be held to the schema before it is read.
    pub(super) fn body(&self, cooperative: RecordId, now: Instant) -> Value {
        let mut body = Map::new();
        let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
        set("cooperative", cooperative.to_string().into());
        set("sequence", 1.into());
        set("act", self.kind.name().into());
        set("effective_on", self.effective_on.to_string().into());
        set("entered_at", now.0.into());
        set("data", self.data.clone());
        if let Some(corrects) = self.corrects {
            set("corrects", corrects.into());
        }
        Value::Object(body)
    }
}

fn milliseconds<S: serde::Serializer>(moment: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(moment.0)
}
