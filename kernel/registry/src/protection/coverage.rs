//! Which kinds are covered by a processing in force, and whether the instance is in service.

use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Class;
use tiwizi_model::limits::{PAGE_ROWS_MAX, PROCESSINGS_MAX};
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::manifest::KindDeclaration;
use tiwizi_records::{Query, ReadError, Records};

use crate::day::Day;
use crate::kinds::Names;

/// Whether a kind has fields about people.
#[must_use]
pub fn is_personal(kind: &KindDeclaration) -> bool {
    kind.classes.values().any(|class| matches!(class, Class::Personal | Class::Sensitive))
}

/// A processing, as far as the kernel goes by it.
#[derive(Debug, Clone, PartialEq)]
pub struct Processing {
    /// Its record.
    pub id: RecordId,
    /// Its short name.
    pub code: String,
    /// On what it rests.
    pub basis: String,
    /// `draft`, `in_force` or `ended`.
    pub status: String,
    /// The kinds that it covers.
    pub kinds: BTreeSet<KindName>,
    /// All that is said of it.
    pub body: Value,
}

impl Processing {
    fn of(record: Record) -> Self {
        let text = |field: &str| record.body.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kinds = record.body.get("kinds").and_then(Value::as_array).into_iter().flatten();
        let kinds = kinds.filter_map(|kind| kind.as_str()?.parse().ok()).collect();
        Self {
            id: record.id,
            code: text("code"),
            basis: text("basis"),
            status: text("status"),
            kinds,
            body: record.body,
        }
    }

    /// Whether it covers its kinds now.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        self.status == "in_force"
    }
}

/// What is processed here, and who answers for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coverage {
    /// The record of who answers; none while nobody has said so.
    pub controller: Option<Record>,
    /// From when on the instance is in service; none while it is a demonstration.
    pub in_service_on: Option<Day>,
    /// Every processing that is recorded, by its short name.
    pub processings: Vec<Processing>,
}

impl Coverage {
    /// Reads it from the records. Where the kinds of it are not in use, nothing is in service.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(records: &Records) -> Result<Self, ReadError> {
        let names = Names::new();
        let controller = all(records, &names.controller, 1).await?.into_iter().next();
        let day = controller.as_ref().and_then(|record| record.body.get("in_service_on")?.as_str()?.parse().ok());
        let processings = all(records, &names.processing, PROCESSINGS_MAX).await?;
        let mut processings: Vec<Processing> = processings.into_iter().map(Processing::of).collect();
        processings.sort_by(|one, other| one.code.cmp(&other.code));
        Ok(Self { controller, in_service_on: day, processings })
    }

    /// Whether processings are demanded.
    #[must_use]
    pub fn is_in_service(&self) -> bool {
        self.in_service_on.is_some()
    }

    /// Whether a processing in force covers the kind.
    #[must_use]
    pub fn covers(&self, kind: &KindName) -> bool {
        self.of_kind(kind).next().is_some()
    }

    /// The processings in force that cover a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a KindName) -> impl Iterator<Item = &'a Processing> {
        self.processings.iter().filter(move |processing| processing.is_in_force() && processing.kinds.contains(kind))
    }

    /// The processing with that id.
    #[must_use]
    pub fn processing(&self, id: RecordId) -> Option<&Processing> {
        self.processings.iter().find(|processing| processing.id == id)
    }

    /// Those of these kinds that have fields about people and that nothing covers, whether the instance is in service or not.
    pub fn uncovered<'a>(&self, kinds: impl IntoIterator<Item = &'a KindDeclaration>) -> Vec<KindName> {
        let open = kinds.into_iter().filter(|kind| is_personal(kind) && !self.covers(&kind.name));
        open.map(|kind| kind.name.clone()).collect()
    }
}

/// The records of a kind, at most so many and one page more.
pub(super) async fn all(records: &Records, kind: &KindName, rows_max: usize) -> Result<Vec<Record>, ReadError> {
    let permit = match records.may_read(&Caller::system(), kind) {
        Err(ReadError::UnknownKind { .. }) => return Ok(Vec::new()),
        permit => permit?,
    };
    let mut query = Query { limit: PAGE_ROWS_MAX, ..Query::default() };
    let mut found = Vec::new();
    loop {
        let page = records.list(&permit, &query).await?;
        found.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() || found.len() >= rows_max {
            return Ok(found);
        }
    }
}
