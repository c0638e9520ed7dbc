//! The gate: in an instance that is in service, no record about people is made that no processing in force covers.
//!
//! It is a reviewer, so it stands before pages, the API, batches, plugins' units and acts. Imports and switching a plugin on ask
//! [`Protection::demand`] or [`Protection::demand_declared`] themselves, before they begin. What is covered is kept in memory; a refusal
//! is only said after it was read again, and whoever follows the log says when it has changed.
//!
//! Deleting and changing are never held up: who puts something right needs no processing for it.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use tiwizi_model::limits::DOSSIER_RECORDS_MAX;
use tiwizi_model::{KindName, Operation, RecordId, Seq};
use tiwizi_records::manifest::KindDeclaration;
use tiwizi_records::reader::{self, ReaderError};
use tiwizi_records::review::BoxFuture;
use tiwizi_records::{FieldError, Kind, Proposal, ReadError, Records, Rejection, Review, ReviewError};
use tiwizi_storage::{StorageError, change};
use tokio::sync::Mutex;

use super::coverage::{Coverage, Processing, is_personal};
use super::law::ProtectionLaw;
use super::named;
use super::opposition::Opposed;
use crate::day::{Day, DayError};
use crate::kinds::Names;
use crate::rules::last_day;

/// Kinds with fields about people that no processing in force covers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no processing in force covers {}: record it, with its receipt of the CNDP, before data about people are kept",
    kinds.iter().map(KindName::as_str).collect::<Vec<_>>().join(", ")
)]
pub struct Uncovered {
    /// The kinds.
    pub kinds: Vec<KindName>,
}

/// Holds records to the processings that cover them. Cheap to clone; clones share what they know.
#[derive(Debug, Clone)]
pub struct Protection {
    records: Records,
    names: Names,
    known: Arc<RwLock<Option<Arc<Coverage>>>>,
    /// Held while it is read: what was read earlier never takes the place of what was read later.
    reading: Arc<Mutex<()>>,
}

/// Whether a person has opposed what a record belongs to.
enum Opposition {
    /// No.
    None,
    /// Yes, by this request.
    By(RecordId),
    /// The person has made more requests than are looked through.
    Unread,
}

impl Protection {
    /// One over records that have no reviewers of their own.
    #[must_use]
    pub fn new(records: Records) -> Self {
        Self { records, names: Names::new(), known: Arc::new(RwLock::new(None)), reading: Arc::default() }
    }

    /// What is covered, as it was read last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn coverage(&self) -> Result<Arc<Coverage>, ReadError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(known) => Ok(known),
            None => self.refresh().await,
        }
    }

    /// Reads it again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self) -> Result<Arc<Coverage>, ReadError> {
        let _reading = self.reading.lock().await;
        let coverage = Arc::new(Coverage::read(&self.records).await?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&coverage));
        Ok(coverage)
    }

    /// Whether the instance is known to be a demonstration, without asking the database.
    #[must_use]
    pub fn is_demonstration(&self) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().is_some_and(|known| !known.is_in_service())
    }

    /// Refuses kinds with fields about people that nothing covers, when the instance is in service.
    ///
    /// # Errors
    /// When the database fails; the inner error names the kinds.
    pub async fn demand_declared<'a>(
        &self,
        kinds: impl IntoIterator<Item = &'a KindDeclaration>,
    ) -> Result<Result<(), Uncovered>, ReadError> {
        let coverage = self.refresh().await?;
        let kinds = if coverage.is_in_service() { coverage.uncovered(kinds) } else { Vec::new() };
        Ok(if kinds.is_empty() { Ok(()) } else { Err(Uncovered { kinds }) })
    }

    /// The same for kinds that are in use.
    ///
    /// # Errors
    /// As `demand_declared`.
    pub async fn demand(&self, kinds: &[&Kind]) -> Result<Result<(), Uncovered>, ReadError> {
        self.demand_declared(kinds.iter().map(|kind| kind.declaration())).await
    }

    /// Reads it again when the log says that it has changed since a place, and returns the place up to which it is right. Whoever runs
    /// this keeps the place: each kernel has a memory of its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow(&self, after: Seq) -> Result<Seq, ReaderError> {
        let db = self.records.db();
        db.sequence().await?;
        let head = change::head(&mut *db.read_single().await?).await?;
        let is_known = self.known.read().unwrap_or_else(PoisonError::into_inner).is_some();
        // Who comes for the first time need not read the whole log: what is read now is right up to its end.
        let mut has_changed = !is_known || after == Seq::START;
        let mut place = if has_changed { head } else { after };
        while place < head {
            let wanted = |kind: &KindName| *kind == self.names.processing || *kind == self.names.controller;
            let between = reader::read_between(&self.records, wanted, place, head).await?;
            has_changed |= !between.items.is_empty();
            if between.up_to <= place {
                break;
            }
            place = between.up_to;
        }
        if has_changed {
            let failed = |source: ReadError| ReaderError::Work {
                reader: "registry.protection".to_owned(),
                source: Box::new(source),
            };
            self.refresh().await.map_err(failed)?;
        }
        Ok(place)
    }

    /// Whether a new record may be made.
    async fn look(&self, kind: &Kind, people: Vec<RecordId>) -> Result<(), ReviewError> {
        let declared = kind.declaration();
        let mut coverage = self.coverage().await.map_err(unread)?;
        let is_closed =
            |coverage: &Coverage| coverage.is_in_service() && is_personal(declared) && !coverage.covers(&declared.name);
        if is_closed(&coverage) {
            coverage = self.refresh().await.map_err(unread)?;
            if is_closed(&coverage) {
                let uncovered = Uncovered { kinds: vec![declared.name.clone()] };
                return Err(rejected(FieldError::new("", "no-processing", uncovered.to_string())));
            }
        }
        for person in people {
            self.may_be_kept(&coverage, &declared.name, person).await?;
        }
        Ok(())
    }

    /// Whether a new record about a person may be made.
    async fn may_be_kept(&self, coverage: &Coverage, kind: &KindName, person: RecordId) -> Result<(), ReviewError> {
        match self.opposed(coverage, kind, person).await.map_err(unread)? {
            Opposition::None => Ok(()),
            Opposition::By(request) => {
                let message = "this person has opposed the processing that this belongs to";
                Err(rejected(FieldError { record: Some(request), ..FieldError::new("", "opposed", message) }))
            }
            Opposition::Unread => {
                let message = format!(
                    "this person has made more requests than the {DOSSIER_RECORDS_MAX} that are looked through, so nobody \
                     can say whether one of them opposes this: retention has to remove the old ones first"
                );
                Err(rejected(FieldError::new("", "requests-unread", message)))
            }
        }
    }

    /// Whether a person has opposed every processing that a kind belongs to. While one of them is demanded by a law, nobody's requests are
    /// looked for.
    async fn opposed(&self, coverage: &Coverage, kind: &KindName, person: RecordId) -> Result<Opposition, ReadError> {
        let Ok(law) = ProtectionLaw::own() else { return Ok(Opposition::None) };
        let grounds: Vec<&Processing> = coverage.of_kind(kind).collect();
        if grounds.is_empty() || !grounds.iter().all(|one| law.may_be_opposed(&one.basis)) {
            return Ok(Opposition::None);
        }
        let opposed = Opposed::of_person(&self.records, person).await?;
        let requests: Vec<RecordId> = grounds.iter().filter_map(|one| opposed.request(one.id)).collect();
        Ok(match requests.first() {
            Some(request) if requests.len() == grounds.len() => Opposition::By(*request),
            _ if opposed.is_whole => Opposition::None,
            _ => Opposition::Unread,
        })
    }

    /// What puts the instance in service is held to the kinds that are in use.
    async fn may_serve(&self, proposal: &Proposal<'_>) -> Result<(), ReviewError> {
        let set = |body: Option<&Value>| body.and_then(|body| body.get("in_service_on").cloned());
        let (before, after) = (set(proposal.before().as_ref()), set(proposal.body()));
        match (before, after) {
            (Some(before), after) if after.as_ref() != Some(&before) => {
                let message = "an instance that is in service stays so, from the day that was set";
                Err(rejected(FieldError::of_field("in_service_on", "in-service", message)))
            }
            (None, Some(_)) => {
                let coverage = self.refresh().await.map_err(unread)?;
                let kinds = self.records.kinds();
                let uncovered = coverage.uncovered(kinds.iter().map(|kind| kind.declaration()));
                if uncovered.is_empty() {
                    return Ok(());
                }
                let message = Uncovered { kinds: uncovered }.to_string();
                Err(rejected(FieldError::of_field("in_service_on", "no-processing", message)))
            }
            _ => Ok(()),
        }
    }
}

impl Review for Protection {
    fn check(&self, proposal: &Proposal<'_>) -> Result<(), Rejection> {
        let today = last_day(self.records.ambient().now());
        let fields = match (proposal.kind(), proposal.body()) {
            (kind, Some(body)) if *kind == self.names.controller => day_of(body, "in_service_on", today),
            (kind, Some(body)) if *kind == self.names.processing => {
                processing(proposal.before().as_ref(), body, &self.records, today)
            }
            (kind, None) if *kind == self.names.processing => {
                let is_draft = proposal.before().is_some_and(|before| status(&before) == "draft");
                let message = "a processing that was in force stays in the register of processings; end it";
                if is_draft { Vec::new() } else { vec![FieldError::new("", "in-force", message)] }
            }
            _ => Vec::new(),
        };
        if fields.is_empty() { Ok(()) } else { Err(Rejection { fields }) }
    }

    fn review<'a>(&'a self, proposal: &'a mut Proposal<'_>) -> BoxFuture<'a, Result<(), ReviewError>> {
        Box::pin(async move {
            if *proposal.kind() == self.names.controller && proposal.operation() != Operation::Delete {
                return self.may_serve(proposal).await;
            }
            if proposal.operation() != Operation::Create {
                return Ok(());
            }
            let kinds = self.records.kinds();
            let Some(kind) = kinds.find(proposal.kind()) else { return Ok(()) };
            let place = proposal.body().and_then(|body| kind.place(proposal.id(), body).ok());
            let subject = place.and_then(|place| place.subject);
            let named = proposal.body().and_then(|body| named::person_in(kind, body));
            // Most kinds are found by one field.
            let named = named.filter(|named| subject != Some(*named));
            self.look(kind, subject.into_iter().chain(named).collect()).await
        })
    }
}

fn rejected(fault: FieldError) -> ReviewError {
    ReviewError::Rejected(Rejection::one(fault))
}

fn unread(error: ReadError) -> ReviewError {
    match error {
        ReadError::Storage(source) => ReviewError::Storage(source),
        error => ReviewError::Storage(StorageError::Corrupt { what: error.to_string() }),
    }
}

fn status(body: &Value) -> &str {
    body.get("status").and_then(Value::as_str).unwrap_or_default()
}

/// A day that exists and is not in the future.
fn day_of(body: &Value, field: &str, last: Day) -> Vec<FieldError> {
    let Some(text) = body.get(field).and_then(Value::as_str) else { return Vec::new() };
    let parsed: Result<Day, DayError> = text.parse();
    match parsed {
        Ok(day) if day <= last => Vec::new(),
        Ok(_) => vec![FieldError::of_field(field, "future", format!("{field} is in the future"))],
        Err(error) => vec![FieldError::of_field(field, "date", error.to_string())],
    }
}

/// What a processing must say to be in force, and how it moves on.
fn processing(before: Option<&Value>, body: &Value, records: &Records, today: Day) -> Vec<FieldError> {
    let mut fields = day_of(body, "receipt_on", today);
    fields.extend(day_of(body, "ended_on", today));
    let is_there = |field: &str| body.get(field).is_some_and(|value| !value.is_null());
    let (was, is) = (before.map_or("draft", status), status(body));
    if !matches!((was, is), ("draft", _) | ("in_force", "in_force" | "ended") | ("ended", "ended")) {
        let message = "a processing goes from its draft to being in force to its end, and not back";
        fields.push(FieldError::of_field("status", "transition", message));
    }
    if is == "draft" {
        return fields;
    }
    let formality = body.get("formality").and_then(Value::as_str).unwrap_or_default();
    let demanded: &[&str] = if formality == "exempt" { &["exemption"] } else { &["receipt", "receipt_on"] };
    for field in demanded.iter().filter(|field| !is_there(field)) {
        let message = "a processing in force has the receipt of the CNDP with its day, or says why it needs none";
        fields.push(FieldError::of_field(field, "required", message));
    }
    if is == "ended" && !is_there("ended_on") {
        fields.push(FieldError::of_field("ended_on", "required", "a processing that has ended says since when"));
    }
    if formality != "authorisation" && !closed_kinds(body, records).is_empty() {
        let kinds = closed_kinds(body, records).join(", ");
        let message =
            format!("{kinds} holds data for which the CNDP gives an authorisation; a declaration is not enough");
        fields.push(FieldError::of_field("formality", "authorisation", message));
    }
    fields
}

/// The kinds of a processing, among those in use, whose fields need an authorisation.
fn closed_kinds(body: &Value, records: &Records) -> Vec<String> {
    let Ok(law) = ProtectionLaw::own() else { return Vec::new() };
    let closed = &law.rules.authorisation_classes.value;
    let kinds = records.kinds();
    let named = body.get("kinds").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let needs = |name: &&str| {
        let kind = name.parse::<KindName>().ok();
        let declared = kind.as_ref().and_then(|kind| kinds.find(kind)).map(|kind| kind.declaration());
        declared.is_some_and(|kind| kind.classes.values().any(|class| closed.contains(class.name())))
    };
    named.filter(needs).map(ToOwned::to_owned).collect()
}
