//! What somebody belongs to: memberships with their cooperatives, and mandates, as far as the caller may see them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::PERSON_LINES_MAX;
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::{Filter, Query, ReadError};

use super::{People, PeopleError};
use crate::holder::Holder;

/// Some records, and whether there are more.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines<T> {
    /// At most `PERSON_LINES_MAX`.
    pub items: Vec<T>,
    /// Whether there are more than are shown.
    pub is_cut: bool,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { items: Vec::new(), is_cut: false }
    }
}

/// A membership or a mandate, with the cooperative that it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct Belonging {
    /// The record of the membership or mandate.
    pub record: Record,
    /// The cooperative; none when it is not there for the caller.
    pub cooperative: Option<Record>,
}

/// What somebody belongs to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Belongings {
    /// Memberships, those that have ended included.
    pub memberships: Lines<Belonging>,
    /// Mandates, those that have ended included. A manager need not be a member.
    pub mandates: Lines<Belonging>,
}

impl People {
    /// What a person, a legal person or a cooperative belongs to. Who may not see memberships or mandates of this holder is shown none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn belongings(&self, caller: &Caller, holder: Holder, id: RecordId) -> Result<Belongings, PeopleError> {
        let memberships = self.lines(caller, &self.names.membership, (holder.field(), id)).await?;
        let mandates = match holder {
            Holder::Person => self.lines(caller, &self.names.mandate, ("person", id)).await?,
            Holder::LegalPerson | Holder::Cooperative => Lines::default(),
        };
        let cooperatives = memberships.items.iter().chain(&mandates.items).filter_map(of);
        let cooperatives = self.cooperatives(caller, cooperatives.collect()).await?;
        let with = |lines: Lines<Record>| Lines {
            is_cut: lines.is_cut,
            items: lines
                .items
                .into_iter()
                .map(|record| Belonging {
                    cooperative: of(&record).and_then(|id| cooperatives.get(&id).cloned()),
                    record,
                })
                .collect(),
        };
        Ok(Belongings { memberships: with(memberships), mandates: with(mandates) })
    }

    /// The records of a kind that name somebody in a field.
    async fn lines(
        &self,
        caller: &Caller,
        kind: &KindName,
        (field, id): (&str, RecordId),
    ) -> Result<Lines<Record>, PeopleError> {
        let permit = match self.records.may_read(caller, kind) {
            Ok(permit) => permit,
            Err(ReadError::Refused(_)) => return Ok(Lines::default()),
            Err(error) => return Err(error.into()),
        };
        let filters = vec![Filter::equals(field, id.to_string())];
        let query = Query { filters, limit: PERSON_LINES_MAX, ..Query::default() };
        match self.records.list(&permit, &query).await {
            Ok(page) => Ok(Lines { items: page.items, is_cut: page.next.is_some() }),
            // Whoever sees the field nowhere may not ask about it.
            Err(ReadError::Hidden) => Ok(Lines::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// Cooperatives by their ids, as the caller may see them.
    pub(super) async fn cooperatives(
        &self,
        caller: &Caller,
        ids: BTreeSet<RecordId>,
    ) -> Result<BTreeMap<RecordId, Record>, PeopleError> {
        self.by_ids(caller, &self.names.cooperative, ids).await
    }

    /// Records of a kind by their ids, as the caller may see them; none when it may see none.
    pub(super) async fn by_ids(
        &self,
        caller: &Caller,
        kind: &KindName,
        ids: BTreeSet<RecordId>,
    ) -> Result<BTreeMap<RecordId, Record>, PeopleError> {
        let permit = match self.records.may_read(caller, kind) {
            Ok(permit) => permit,
            Err(ReadError::Refused(_)) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error.into()),
        };
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let found = self.records.read_many(&permit, &ids).await?;
        Ok(found.into_iter().map(|record| (record.id, record)).collect())
    }
}

/// The cooperative that a membership or mandate is of.
fn of(record: &Record) -> Option<RecordId> {
    record.body.get("cooperative").and_then(Value::as_str).and_then(|id| id.parse().ok())
}
