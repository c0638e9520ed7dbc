//! Who goes along with cooperatives that move.

use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_federation_core::flow::Store;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{FED_PARCEL_ROOTS_MAX, MOVED_ROWS, PAGE_ROWS_MAX};
use tiwizi_model::{Record, RecordId};
use tiwizi_storage::record;

use super::Transfers;
use super::error::TransfersError as E;

/// The fields of a membership that name who is a member and has a record that moves by itself, each with the index of memberships that
/// begins with it.
const MEMBERS: [(&str, usize); 2] = [("person", 0), ("legal_person", 1)];

impl<S: Store> Transfers<S> {
    /// The people and legal persons that go along: with a membership in force in a cooperative that goes, and none in one that stays.
    pub(super) async fn going(&self, cooperatives: &BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>, E> {
        let mut going = BTreeSet::new();
        for cooperative in cooperatives {
            for (member, slot) in self.members(*cooperative).await? {
                if going.contains(&member) || self.stays(member, slot, cooperatives).await? {
                    continue;
                }
                going.insert(member);
                if going.len().saturating_add(cooperatives.len()) > FED_PARCEL_ROOTS_MAX {
                    return Err(E::Count);
                }
            }
        }
        let ids: Vec<RecordId> = going.iter().copied().collect();
        let mut tx = self.records.db().read().await?;
        let own = record::terms(&mut tx, &ids).await?.into_iter().filter(|term| term.home == self.records.instance());
        Ok(own.map(|term| term.id).collect())
    }

    /// Whose memberships in a cooperative are in force.
    async fn members(&self, cooperative: RecordId) -> Result<Vec<(RecordId, usize)>, E> {
        let kinds = self.records.kinds();
        let Some(kind) = kinds.find(&self.names.membership) else { return Ok(Vec::new()) };
        let (mut members, mut after) = (Vec::new(), None);
        let mut tx = self.records.db().read().await?;
        loop {
            let rows = record::of_subject(&mut tx, (kind.number(), cooperative), after, MOVED_ROWS).await?;
            let Some(last) = rows.last() else { return Ok(members) };
            after = Some(last.id);
            for row in rows.iter().filter(|row| !row.deleted) {
                let body: Value = serde_json::from_str(&row.body).map_err(|_| E::Damaged)?;
                if is_in_force(&body) {
                    members.extend(MEMBERS.iter().filter_map(|(field, slot)| Some((id(&body, field)?, *slot))));
                }
            }
        }
    }

    /// Whether somebody is a member of a cooperative that this instance keeps on.
    async fn stays(&self, member: RecordId, slot: usize, going: &BTreeSet<RecordId>) -> Result<bool, E> {
        let permit = self.records.may_read(&Caller::system(), &self.names.membership)?;
        let found = self.records.find_sorted(&permit, slot, &[vec![member.to_string().into()]], PAGE_ROWS_MAX).await?;
        let is_elsewhere = |membership: &Record| membership.subject.is_none_or(|subject| !going.contains(&subject));
        let keeps = |membership: &Record| membership.home == self.records.instance();
        Ok(found
            .iter()
            .any(|membership| keeps(membership) && is_in_force(&membership.body) && is_elsewhere(membership)))
    }
}

fn is_in_force(membership: &Value) -> bool {
    membership.get("left_on").is_none_or(Value::is_null)
}

fn id(body: &Value, field: &str) -> Option<RecordId> {
    body.get(field)?.as_str()?.parse().ok()
}
