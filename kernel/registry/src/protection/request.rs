//! What people ask about their own data, and what they are answered: access, rectification, opposition.
//!
//! A person asks for themselves, or the office writes down what was asked at its counter. Each request has a last day for its answer, from
//! the rules of the law. A rectification that is granted is written with the rights of whoever grants it, in the transaction of the answer;
//! an opposition that is granted erases what its processing keeps of the person, and the gate lets nothing of it come back.

use std::str::FromStr;

use serde_json::{Map, Value};
use tiwizi_identity::policy::{self, Action, Classes, Placement};
use tiwizi_identity::{Caller, Role};
use tiwizi_model::limits::{DOSSIER_RECORDS_MAX, SUBJECT_REQUEST_CHARS_MAX, SUBJECT_REQUESTS_OPEN_MAX};
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_records::{FieldError, NoticeError, ReadError, Records, Unit, UnitError, WriteError};

use super::coverage::Coverage;
use super::erasure::EraseError;
use super::law::{LawError, ProtectionLaw};
use super::{named, opposition, telling};
use crate::day::Day;
use crate::kinds::Names;
use crate::rules::last_day;

/// What somebody may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// What is kept of them (article 7).
    Access,
    /// That something be put right (article 8).
    Rectification,
    /// That a processing stop (article 9).
    Opposition,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Access, Self::Rectification, Self::Opposition];

    /// Its name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Rectification => "rectification",
            Self::Opposition => "opposition",
        }
    }

    /// What the office has to do about it, as its tasks name it.
    #[must_use]
    pub fn task(self) -> &'static str {
        match self {
            Self::Access => "request-access",
            Self::Rectification => "request-rectification",
            Self::Opposition => "request-opposition",
        }
    }
}

/// A text that names no right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("access, rectification or opposition is expected")]
pub struct RightError;

impl FromStr for Right {
    type Err = RightError;
    fn from_str(text: &str) -> Result<Self, RightError> {
        Self::ALL.into_iter().find(|right| right.name() == text).ok_or(RightError)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRequest {
    /// Whose data it is about.
    pub person: RecordId,
    /// What is asked for.
    pub right: Right,
    /// In the person's own words; empty when nothing was said.
    pub text: String,
    /// For a rectification: the fields of the person, as they should be.
    pub changes: Map<String, Value>,
    /// For an opposition: to which processing.
    pub processing: Option<RecordId>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it is granted.
    pub is_granted: bool,
    /// What is said to the person. A refusal says why.
    pub text: String,
}

/// Why nothing was asked or answered.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// There is no such person or request for this caller.
    #[error("there is no such person or request")]
    Missing,
    /// The caller may see it, but not do this with it.
    #[error("this is for the person and for the office that keeps the register there")]
    Refused,
    /// What was given is not right.
    #[error("the request is not right")]
    Invalid {
        /// Every fault.
        fields: Vec<FieldError>,
    },
    /// It was answered or taken back already.
    #[error("the request is {status}")]
    Settled {
        /// What became of it.
        status: String,
    },
    /// Too many wait.
    #[error(
        "{SUBJECT_REQUESTS_OPEN_MAX} requests of this person wait for their answers; more are taken when those are answered"
    )]
    TooMany,
    /// The rules of the law cannot be read.
    #[error("the rules of data protection are not right")]
    Law(#[source] &'static LawError),
    /// Something could not be read.
    #[error("could not read the request")]
    Read(#[from] ReadError),
    /// Something could not be gathered.
    #[error("could not write the request")]
    Unit(#[from] UnitError),
    /// It could not be stored.
    #[error("could not store the request")]
    Write(#[from] WriteError),
    /// Those whom it is about could not be told.
    #[error("could not tell those whom the request is about")]
    Notices(#[from] NoticeError),
    /// It was answered, and what the answer erases is not all gone yet; `go_on_erasing` goes on with it.
    #[error("the answer is stored, and not everything is erased yet")]
    Erase(#[source] EraseError),
}

fn invalid(field: &str, code: &'static str, message: impl Into<String>) -> RequestError {
    RequestError::Invalid { fields: vec![FieldError::of_field(field, code, message.into())] }
}

/// Writes down what somebody asks about their own data.
///
/// # Errors
/// See `RequestError`; nothing was written then.
pub async fn ask(records: &Records, caller: &Caller, new: NewRequest) -> Result<Record, RequestError> {
    let names = Names::new();
    let law = ProtectionLaw::own().map_err(RequestError::Law)?;
    let person = person_for(records, caller, new.person).await?;
    check(records, law, &new).await?;
    let permit = records.may_read(&Caller::system(), &names.subject_request)?;
    let before = named::of_person(records, &names.subject_request, new.person).await?;
    if !before.is_whole {
        let message = format!(
            "{DOSSIER_RECORDS_MAX} requests of this person are kept; more are taken when retention removed some"
        );
        return Err(invalid("person", "too-many", message));
    }
    let open = before.records.iter().filter(|record| text(record, "status") == "open").count();
    if open >= SUBJECT_REQUESTS_OPEN_MAX {
        return Err(RequestError::TooMany);
    }
    let now = records.ambient().now();
    let due_on = law.due_on(new.right, Day::of(now));
    let mut body = Map::new();
    body.insert("person".to_owned(), new.person.to_string().into());
    body.insert("right".to_owned(), new.right.name().into());
    body.insert("status".to_owned(), "open".into());
    body.insert("asked_at".to_owned(), now.0.into());
    body.insert("due_on".to_owned(), due_on.to_string().into());
    let said = new.text.trim();
    if !said.is_empty() {
        body.insert("text".to_owned(), said.into());
    }
    if new.right == Right::Rectification {
        body.insert("changes".to_owned(), Value::Object(new.changes));
    }
    if let Some(processing) = new.processing.filter(|_| new.right == Right::Opposition) {
        body.insert("processing".to_owned(), processing.to_string().into());
    }
    if let Some(province) = person.province {
        body.insert("province".to_owned(), province.to_string().into());
    }
    let mut unit = Unit::new(records.clone(), caller.clone());
    let made = unit.create_by_kernel(&names.subject_request, Value::Object(body))?.id;
    telling::asked(&mut unit, made, (new.right, due_on), person.province).await?;
    if caller.person() != Some(new.person) {
        telling::noted(&mut unit, new.person, due_on).await?;
    }
    unit.commit(None).await?;
    records.read(&permit, made).await?.ok_or(RequestError::Missing)
}

/// Takes one's own request back: one that waits, or an opposition that was granted. From then on what was opposed may keep data of the
/// person again; what was erased stays so.
///
/// # Errors
/// See `RequestError`; nothing was written then.
pub async fn withdraw(
    records: &Records,
    caller: &Caller,
    (request, seen): (RecordId, Version),
) -> Result<(), RequestError> {
    let record = find(records, caller, request).await?;
    if !opposition::is_granted(&record) {
        demand_open(&record)?;
    }
    if caller.person() != record.subject {
        return Err(RequestError::Refused);
    }
    let mut unit = Unit::new(records.clone(), caller.by_kernel());
    let patch = serde_json::json!({ "status": "withdrawn", "answered_at": records.ambient().now().0 });
    unit.patch(&record.kind, request, patch, Some(seen)).await?;
    unit.commit(None).await?;
    Ok(())
}

/// Answers a request. `seen` is the version that was looked at.
///
/// # Errors
/// See `RequestError`. But for `Erase`, nothing was written then.
pub async fn answer(
    records: &Records,
    caller: &Caller,
    (request, seen): (RecordId, Version),
    given: Answer,
) -> Result<(), RequestError> {
    let said = given.text.trim();
    if said.is_empty() || said.chars().nth(SUBJECT_REQUEST_CHARS_MAX).is_some() {
        return Err(invalid(
            "answer",
            "length",
            format!("say what is answered, in at most {SUBJECT_REQUEST_CHARS_MAX} letters"),
        ));
    }
    let record = open(records, caller, request).await?;
    demand_office(records, caller, &record).await?;
    let right: Right = text(&record, "right").parse().map_err(|_| RequestError::Missing)?;
    let mut unit = Unit::new(records.clone(), caller.clone());
    if given.is_granted && right == Right::Rectification {
        let person = record.subject.ok_or(RequestError::Missing)?;
        let changes = record.body.get("changes").cloned().unwrap_or_else(|| Value::Object(Map::new()));
        unit.patch(&Names::new().person, person, changes, None).await?;
    }
    let mut patch = serde_json::json!({
        "status": if given.is_granted { "granted" } else { "refused" },
        "answer": said,
        "answered_at": records.ambient().now().0,
    });
    if let (Some(account), Some(patch)) = (caller.account(), patch.as_object_mut()) {
        patch.insert("answered_by".to_owned(), account.to_string().into());
    }
    unit.act_as(caller.by_kernel());
    unit.patch(&record.kind, request, patch, Some(seen)).await?;
    if let Some(person) = record.subject {
        telling::answered(&mut unit, person).await?;
    }
    unit.commit(None).await?;
    if given.is_granted && right == Right::Opposition {
        opposition::erase_opposed(records, &record).await?;
    }
    Ok(())
}

/// The person, for themselves and for the office that keeps the register where they lie.
pub(super) async fn person_for(records: &Records, caller: &Caller, person: RecordId) -> Result<Record, RequestError> {
    let permit = match records.may_read(caller, &Names::new().person) {
        Err(ReadError::Refused(_)) => return Err(RequestError::Missing),
        permit => permit?,
    };
    let record = records.read(&permit, person).await?.ok_or(RequestError::Missing)?;
    let classes = permit.classes(record.subject, record.province).unwrap_or(Classes::NONE);
    if classes == Classes::ALL { Ok(record) } else { Err(RequestError::Refused) }
}

/// A request that waits for its answer, for whoever may see it.
pub(super) async fn open(records: &Records, caller: &Caller, request: RecordId) -> Result<Record, RequestError> {
    let record = find(records, caller, request).await?;
    demand_open(&record)?;
    Ok(record)
}

fn demand_open(request: &Record) -> Result<(), RequestError> {
    match text(request, "status") {
        "open" => Ok(()),
        status => Err(RequestError::Settled { status: status.to_owned() }),
    }
}

async fn find(records: &Records, caller: &Caller, request: RecordId) -> Result<Record, RequestError> {
    let permit = match records.may_read(caller, &Names::new().subject_request) {
        Err(ReadError::Refused(_)) => return Err(RequestError::Missing),
        permit => permit?,
    };
    records.read(&permit, request).await?.ok_or(RequestError::Missing)
}

/// The office answers, and nobody answers themselves. It is the office of where the person lies now: a request follows its person only a moment
/// later.
pub(super) async fn demand_office(records: &Records, caller: &Caller, request: &Record) -> Result<(), RequestError> {
    let kinds = records.kinds();
    let names = Names::new();
    let kind = kinds.find(&names.person).ok_or_else(|| ReadError::UnknownKind { kind: names.person.clone() })?;
    let permit = records.may_read(&Caller::system(), &names.person)?;
    let person = match request.subject {
        Some(person) => records.read(&permit, person).await?,
        None => None,
    };
    let province = person.map_or(request.province, |person| person.province);
    let place = Placement { subject: request.subject, province };
    let may_change = policy::may_write(caller, kind.name(), kind.access(), Action::Change, place).is_ok();
    let is_own = caller.person().is_some() && caller.person() == request.subject;
    if may_change && caller.holds(Role::Registrar) && !is_own { Ok(()) } else { Err(RequestError::Refused) }
}

/// Holds what is asked to what the right can be about.
async fn check(records: &Records, law: &ProtectionLaw, new: &NewRequest) -> Result<(), RequestError> {
    if new.text.chars().nth(SUBJECT_REQUEST_CHARS_MAX).is_some() {
        let message = format!("at most {SUBJECT_REQUEST_CHARS_MAX} letters are taken");
        return Err(invalid("text", "too-long", message));
    }
    match new.right {
        Right::Access => Ok(()),
        Right::Rectification => {
            if new.changes.is_empty() {
                return Err(invalid("changes", "required", "say what is wrong, and what is right"));
            }
            let day = new.changes.get("birth_date").and_then(Value::as_str);
            let is_day = |text: &str| text.parse::<Day>().is_ok_and(|day| day <= last_day(records.ambient().now()));
            if day.is_some_and(|text| !is_day(text)) {
                let message = "a day that exists and is not in the future is expected";
                return Err(RequestError::Invalid {
                    fields: vec![FieldError::new("/changes/birth_date", "date", message)],
                });
            }
            Ok(())
        }
        Right::Opposition => {
            let coverage = Coverage::read(records).await?;
            let processing = new.processing.and_then(|id| coverage.processing(id)).filter(|one| one.is_in_force());
            let Some(processing) = processing else {
                return Err(invalid("processing", "required", "say which processing is opposed"));
            };
            if law.may_be_opposed(&processing.basis) {
                return Ok(());
            }
            Err(invalid("processing", "bound", "this processing is demanded by a law, and nobody can oppose it"))
        }
    }
}

pub(super) fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.body.get(field).and_then(Value::as_str).unwrap_or_default()
}
