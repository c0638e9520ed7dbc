//! What the door reads: always whole, by the right of the kernel; what a caller may see of it is asked apart.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{Classes, Placement};
use tiwizi_model::limits::{ACT_MEMBERS_MAX, ACTS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{InstanceId, KindName, ProvinceCode, Record, RecordId};
use tiwizi_records::{FieldError, Filter, Query};

use super::Acts;
use crate::acts::act::Act;
use crate::acts::error::ActError;
use crate::acts::ledger::Ledger;
use crate::acts::state::State;
use crate::holder::Holder;

/// Ids that are read at once.
const CHUNK: usize = 500;

/// A cooperative and its acts, as they are stored.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) cooperative: RecordId,
    /// Its record; none before it is registered.
    pub(super) record: Option<Record>,
    pub(super) ledger: Ledger,
    /// Where it lies.
    pub(super) province: Option<ProvinceCode>,
    /// The instance that keeps its register.
    pub(super) home: InstanceId,
}

impl Held {
    pub(super) fn place(&self) -> Placement {
        Placement { subject: Some(self.cooperative), province: self.province }
    }
}

impl Acts {
    /// The acts of a cooperative, for a caller who may see some of them, and the classes of fields that it may see: what an act says is
    /// `personal`, the rest of it `internal`. A cooperative without acts has an empty ledger.
    ///
    /// # Errors
    /// `Missing` when there is no such cooperative for this caller; `Read` when it may see no acts at all.
    pub async fn ledger(&self, caller: &Caller, cooperative: RecordId) -> Result<(Ledger, Classes), ActError> {
        self.records.may_read(caller, &self.names.act)?;
        let held = self.load(cooperative).await?.ok_or(ActError::Missing { cooperative })?;
        let classes = self.sees(caller, held.place()).ok_or(ActError::Missing { cooperative })?;
        Ok((held.ledger, classes))
    }

    /// The classes of fields that a caller may see of acts in a place; none when it may see nothing there.
    pub(super) fn sees(&self, caller: &Caller, place: Placement) -> Option<Classes> {
        let permit = self.records.may_read(caller, &self.names.act).ok()?;
        permit.classes(place.subject, place.province)
    }

    /// A cooperative by its record or its acts; none when it has neither.
    pub(super) async fn load(&self, cooperative: RecordId) -> Result<Option<Held>, ActError> {
        // Acts first: whoever enters one in between is found out by the place of the next act.
        let stored = self.of_cooperative(&self.names.act, cooperative, ACTS_MAX).await?;
        let last = stored.iter().max_by_key(|record| record.body.get("sequence").and_then(Value::as_u64));
        let place = last.and_then(|record| record.province);
        let permit = self.records.may_read(&Caller::system(), &self.names.cooperative)?;
        let record = self.records.read(&permit, cooperative).await?;
        let Some(home) = record.as_ref().or(last).map(|record| record.home) else { return Ok(None) };
        let acts = stored.iter().map(|record| Act::of_body(record.id, &record.body)).collect::<Result<Vec<Act>, _>>();
        let ledger = acts
            .and_then(|acts| Ledger::of(acts).map_err(|source| ActError::Broken { cooperative, source }))
            // What another home does not show of its acts is no damage.
            .map_err(
                |error| if home == self.records.instance() { error } else { ActError::Partial { cooperative, home } },
            )?;
        let province = record.as_ref().and_then(|record| record.province).or(place);
        Ok(Some(Held { cooperative, record, ledger, province, home }))
    }

    /// The memberships that the register has of a cooperative.
    pub(super) async fn memberships(&self, cooperative: RecordId) -> Result<Vec<Record>, ActError> {
        self.of_cooperative(&self.names.membership, cooperative, ACT_MEMBERS_MAX).await
    }

    /// All records of a kind whose subject is the cooperative.
    pub(super) async fn of_cooperative(
        &self,
        kind: &KindName,
        cooperative: RecordId,
        rows_max: usize,
    ) -> Result<Vec<Record>, ActError> {
        let permit = self.records.may_read(&Caller::system(), kind)?;
        let filters = vec![Filter::equals("cooperative", cooperative.to_string())];
        let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
        let mut found = Vec::new();
        loop {
            let page = self.records.list(&permit, &query).await?;
            found.extend(page.items);
            if found.len() > rows_max {
                let message =
                    format!("the cooperative has more than {rows_max} records of {kind}, which acts cannot keep");
                return Err(ActError::one(FieldError::new("", "too-many", message)));
            }
            query.cursor = page.next;
            if query.cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Records of a kind, by their ids; those that are not there are left out.
    pub(super) async fn records_of(
        &self,
        kind: &KindName,
        ids: &BTreeSet<RecordId>,
    ) -> Result<BTreeMap<RecordId, Record>, ActError> {
        let permit = self.records.may_read(&Caller::system(), kind)?;
        let ids: Vec<RecordId> = ids.iter().copied().collect();
        let mut found = BTreeMap::new();
        for chunk in ids.chunks(CHUNK) {
            let records = self.records.read_many(&permit, chunk).await?;
            found.extend(records.into_iter().map(|record| (record.id, record)));
        }
        Ok(found)
    }

    /// Every person, legal person and cooperative that an act brings in is there, but for persons who are still to be entered. What is asked of
    /// successors beyond that is `check_successors`.
    pub(super) async fn check_referred(
        &self,
        before: &State,
        after: &State,
        to_come: &BTreeSet<RecordId>,
    ) -> Result<(), ActError> {
        let mut new: BTreeSet<RecordId> = persons(after).difference(&persons(before)).copied().collect();
        new.retain(|id| !to_come.contains(id));
        let found = self.records_of(&self.names.person, &new).await?;
        let into: BTreeSet<RecordId> = after.closing.iter().flat_map(|closing| closing.into.iter()).copied().collect();
        let new_of = |holder: Holder| -> BTreeSet<RecordId> {
            members(after, holder).difference(&members(before, holder)).copied().collect()
        };
        let legal = new_of(Holder::LegalPerson);
        let found_legal = self.records_of(&self.names.legal_person, &legal).await?;
        let into: BTreeSet<RecordId> = into.into_iter().chain(new_of(Holder::Cooperative)).collect();
        let successors = self.records_of(&self.names.cooperative, &into).await?;
        let no_person = new.iter().filter(|id| !found.contains_key(*id)).map(|id| ("no-person", "person", id));
        let no_cooperative =
            into.iter().filter(|id| !successors.contains_key(*id)).map(|id| ("no-cooperative", "cooperative", id));
        let no_legal = legal.iter().filter(|id| !found_legal.contains_key(*id));
        let no_legal = no_legal.map(|id| ("no-legal-person", "legal person", id));
        let fields: Vec<FieldError> = no_person
            .chain(no_legal)
            .chain(no_cooperative)
            .map(|(code, what, id)| FieldError::new("/data", code, format!("the register has no {what} {id}")))
            .take(tiwizi_model::limits::FIELD_ERRORS_MAX)
            .collect();
        if fields.is_empty() { Ok(()) } else { Err(ActError::Invalid { fields }) }
    }

    /// A number in the register of a court belongs to one cooperative.
    pub(super) async fn check_number(&self, before: &State, after: &State, act: &Act) -> Result<(), ActError> {
        let (Some(court), Some(number)) = (&after.court, &after.number) else { return Ok(()) };
        if before.court.as_ref() == Some(court) && before.number.as_ref() == Some(number) {
            return Ok(());
        }
        let values = [Value::from(court.as_str()), Value::from(number.as_str())];
        let holder = self.unique(&self.names.cooperative, &values).await?;
        let Some(holder) = holder.filter(|record| record.id != act.cooperative) else { return Ok(()) };
        let pointer = if act.corrects.is_some() { "/data/stands/data/number" } else { "/data/number" };
        let message = "another cooperative has this number in the register of this court";
        Err(ActError::one(FieldError { record: Some(holder.id), ..FieldError::new(pointer, "taken", message) }))
    }
}

/// Every natural person whom a state names.
fn persons(state: &State) -> BTreeSet<RecordId> {
    let represented = state.members.values().filter_map(|member| member.represented_by);
    let officers = state.mandates.iter().map(|mandate| mandate.person);
    members(state, Holder::Person).into_iter().chain(represented).chain(officers).collect()
}

/// The members of one sort.
fn members(state: &State, holder: Holder) -> BTreeSet<RecordId> {
    state.members.values().filter(|member| member.holder == holder).map(|member| member.person).collect()
}
