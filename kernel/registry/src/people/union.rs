//! A union of cooperatives with its members, and how many people stand behind them.
//!
//! The people are those of the memberships of its members, as the reader of the log counts them. They are told to those who may see
//! memberships of every one of these members, and to nobody else: a sum over few cooperatives tells about single people.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{Class, ReadPermit};
use tiwizi_model::limits::{PAGE_ROWS_MAX, UNION_MEMBERS_MAX};
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Query, ReadError};

use super::{People, PeopleError};
use crate::holder::{Entity, Holder};
use crate::readers::{Totals, of_cooperatives};

/// A union as its page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionSheet {
    /// Its record.
    pub record: Record,
    /// Its members, the present ones first, each part by their numbers. None when the caller may not see memberships of the union.
    pub members: Option<Vec<UnionMember>>,
    /// Who stands behind its present members; none when that is not for the caller.
    pub totals: Option<UnionTotals>,
}

/// A member of a union.
#[derive(Debug, Clone, PartialEq)]
pub struct UnionMember {
    /// Its membership.
    pub membership: Record,
    /// What it is.
    pub holder: Holder,
    /// Its own record; none when it is not there for the caller.
    pub record: Option<Record>,
    /// The people of the member; none when they are not for the caller, or nothing is counted.
    pub people: Option<Totals>,
}

/// The people behind the present members of a union.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UnionTotals {
    /// Members of the union.
    pub members: usize,
    /// Their members: people. Whoever belongs to two of them counts twice.
    pub people: i64,
    /// The women among them.
    pub women: i64,
    /// The young people among them.
    pub youth: i64,
}

impl UnionMember {
    /// Whether it is a member now.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.membership.body.get("left_on").is_none_or(Value::is_null)
    }
}

impl People {
    /// A union with its members.
    ///
    /// # Errors
    /// `Missing` when there is no such record, `NoUnion` when it is a cooperative; `Many` when there are too many members to show.
    pub async fn union_sheet(&self, caller: &Caller, union: RecordId) -> Result<UnionSheet, PeopleError> {
        let permit = self.records.may_read(caller, &self.names.cooperative)?;
        let record = self.records.read(&permit, union).await?.ok_or(PeopleError::Missing)?;
        let entity = record.body.get("entity").and_then(Value::as_str).and_then(Entity::named);
        if entity != Some(Entity::Union) {
            return Err(PeopleError::NoUnion);
        }
        let permit = match self.records.may_read(caller, &self.names.membership) {
            Ok(permit) => permit,
            Err(ReadError::Refused(_)) => return Ok(UnionSheet { record, members: None, totals: None }),
            Err(error) => return Err(error.into()),
        };
        if permit.classes(Some(union), record.province).is_none() {
            return Ok(UnionSheet { record, members: None, totals: None });
        }
        let memberships = self.memberships(&permit, union).await?;
        let members = self.with_records(caller, &permit, memberships).await?;
        let totals = totals(&members);
        Ok(UnionSheet { record, members: Some(members), totals })
    }

    async fn memberships(&self, permit: &ReadPermit, union: RecordId) -> Result<Vec<Record>, PeopleError> {
        let filters = vec![Filter::equals("cooperative", union.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut found = Vec::new();
        loop {
            let page = self.records.list(permit, &query).await?;
            found.extend(page.items);
            if found.len() > UNION_MEMBERS_MAX {
                return Err(PeopleError::Many { rows_max: UNION_MEMBERS_MAX });
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Puts the records of the members beside their memberships.
    async fn with_records(
        &self,
        caller: &Caller,
        permit: &ReadPermit,
        memberships: Vec<Record>,
    ) -> Result<Vec<UnionMember>, PeopleError> {
        let named = |holder: Holder| -> BTreeSet<RecordId> {
            memberships.iter().filter_map(|membership| reference(membership, holder)).collect()
        };
        let mut cooperatives = self.cooperatives(caller, named(Holder::Cooperative)).await?;
        let legal = self.by_ids(caller, &self.names.legal_person, named(Holder::LegalPerson)).await?;
        let persons = self.by_ids(caller, &self.names.person, named(Holder::Person)).await?;
        let sees = |record: &&Record| {
            let classes = permit.classes(Some(record.id), record.province);
            classes.is_some_and(|classes| classes.holds(Class::Personal))
        };
        let visible: Vec<RecordId> = cooperatives.values().filter(sees).map(|record| record.id).collect();
        let now = self.records.ambient().now();
        let mut people = of_cooperatives(self.records.db(), &visible, now).await.map_err(ReadError::Storage)?;
        for id in visible {
            // One without members has none counted.
            people.entry(id).or_default();
        }
        cooperatives.extend(legal);
        cooperatives.extend(persons);
        let mut members: Vec<UnionMember> =
            memberships.into_iter().map(|membership| member(membership, &cooperatives, &people)).collect();
        members.sort_by(|one, other| {
            let key = |member: &UnionMember| (!member.is_present(), number(&member.membership));
            key(one).cmp(&key(other))
        });
        Ok(members)
    }
}

fn member(
    membership: Record,
    records: &BTreeMap<RecordId, Record>,
    people: &BTreeMap<RecordId, Totals>,
) -> UnionMember {
    let found = Holder::ALL.into_iter().find_map(|holder| Some((holder, reference(&membership, holder)?)));
    let (holder, id) = (found.map_or(Holder::Person, |(holder, _)| holder), found.map(|(_, id)| id));
    let record = id.and_then(|id| records.get(&id).cloned());
    let people = id.filter(|_| holder == Holder::Cooperative).and_then(|id| people.get(&id).copied());
    UnionMember { membership, holder, record, people }
}

/// The sums over the present members; none when one of them is not known.
fn totals(members: &[UnionMember]) -> Option<UnionTotals> {
    let mut totals = UnionTotals::default();
    for member in members.iter().filter(|member| member.is_present()) {
        totals.members = totals.members.saturating_add(1);
        if member.holder != Holder::Cooperative {
            continue;
        }
        let people = member.people?;
        totals.people = totals.people.saturating_add(people.members);
        totals.women = totals.women.saturating_add(people.women);
        totals.youth = totals.youth.saturating_add(people.youth);
    }
    Some(totals)
}

fn reference(membership: &Record, holder: Holder) -> Option<RecordId> {
    membership.body.get(holder.field()).and_then(Value::as_str).and_then(|id| id.parse().ok())
}

/// A member's number: those that are numbers in their order, and before the others.
fn number(membership: &Record) -> (bool, u64, String) {
    let text = membership.body.get("number").and_then(Value::as_str).unwrap_or_default();
    let parsed: Option<u64> = text.parse().ok();
    (parsed.is_none(), parsed.unwrap_or_default(), text.to_owned())
}
