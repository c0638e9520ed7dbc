//! Whether what is stored is what follows from the acts.
//!
//! The ledger is replayed from its first act, and what would be projected is held against the records that were projected step by step.
//! Nothing is written and nothing is mended: whoever finds a difference has found a fault of this program or a hand in the database.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{ACT_MEMBERS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::{Query, ReadError};

use super::Acts;
use super::reading::Held;
use super::writing::shown;
use crate::acts::error::ActError;
use crate::acts::projection;
use crate::acts::state::State;

/// A record that acts keep and that is not what follows from them.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The kind of the record.
    pub kind: KindName,
    /// Which of the cooperative's: the number of a membership, the place of a mandate; empty where there is only one.
    pub place: String,
    /// What follows from the acts; none where no record does.
    pub follows: Option<Value>,
    /// What is stored; none where there is no record.
    pub stored: Option<Value>,
}

impl Drift {
    /// The fields in which the two differ: all of them where one is not there.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let both = [self.follows.as_ref(), self.stored.as_ref()];
        let bodies = both.into_iter().flatten().filter_map(Value::as_object);
        let names: BTreeSet<&str> = bodies.flat_map(|body| body.keys().map(String::as_str)).collect();
        let [follows, stored] = both;
        let value = |body: Option<&Value>, name: &str| body.and_then(|body| body.get(name)).cloned();
        names.into_iter().filter(|name| value(follows, name) != value(stored, name)).collect()
    }
}

/// What was found for a page of acts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditedPart {
    /// How many cooperatives were looked at.
    pub looked: u64,
    /// Those whose records are not what follows from their acts.
    pub drifted: Vec<(RecordId, Vec<Drift>)>,
    /// Those whose acts cannot be replayed, and why.
    pub broken: Vec<(RecordId, String)>,
    /// Where the next page begins; none after the last one.
    pub next: Option<String>,
}

impl Acts {
    /// Audits the cooperatives whose first act is on a page of acts, so that each that has acts is looked at once, registered or not.
    ///
    /// # Errors
    /// `Read` when the database fails.
    pub async fn audit_part(&self, cursor: Option<String>) -> Result<AuditedPart, ActError> {
        let permit = self.records.may_read(&Caller::system(), &self.names.act)?;
        let page = self.records.list(&permit, &Query { limit: PAGE_ROWS_MAX, cursor, ..Query::default() }).await?;
        let mut part = AuditedPart { next: page.next, ..AuditedPart::default() };
        // What another home keeps is audited there.
        let home = self.records.instance();
        let is_first =
            |record: &&Record| record.home == home && record.body.get("sequence").and_then(Value::as_u64) == Some(1);
        for record in page.items.iter().filter(is_first) {
            let cooperative = record.body.get("cooperative").and_then(Value::as_str).and_then(|id| id.parse().ok());
            let cooperative: RecordId = cooperative.ok_or(ActError::Damaged { id: record.id })?;
            part.looked = part.looked.saturating_add(1);
            match self.drift_again(cooperative).await {
                Ok(drifts) if drifts.is_empty() => {}
                Ok(drifts) => part.drifted.push((cooperative, drifts)),
                Err(ActError::Read(source @ ReadError::Storage(_))) => return Err(ActError::Read(source)),
                Err(error) => part.broken.push((cooperative, error.to_string())),
            }
        }
        Ok(part)
    }

    /// The drift of a cooperative, asked again where there is some: another kernel may have entered an act between the reads.
    async fn drift_again(&self, cooperative: RecordId) -> Result<Vec<Drift>, ActError> {
        let found = self.drift(cooperative).await?;
        if found.is_empty() { Ok(found) } else { self.drift(cooperative).await }
    }

    /// The records of a cooperative that are not what its acts make of them; none is the rule. One without acts has none.
    ///
    /// Gender and year of birth are not looked at: they stand in a membership as they were filed (decision 30). A membership that came with
    /// an opening balance and did not change since is what it was read from.
    ///
    /// # Errors
    /// `Missing` when there is no such cooperative, `Broken` when its acts cannot be replayed.
    pub async fn drift(&self, cooperative: RecordId) -> Result<Vec<Drift>, ActError> {
        let held = self.load(cooperative).await?.ok_or(ActError::Missing { cooperative })?;
        if held.ledger.is_empty() {
            return Ok(Vec::new());
        }
        let broken = |source| ActError::Broken { cooperative, source };
        let state = held.ledger.project(&self.packs).map_err(broken)?;
        let opening = held.ledger.opening().map(|opening| opening.project(&self.packs)).transpose().map_err(broken)?;
        let mut found = Vec::new();
        self.drift_of_one(&held, &state, &mut found).await?;
        self.drift_of_memberships(&held, &state, opening.as_ref(), &mut found).await?;
        self.drift_of_mandates(&held, &state, &mut found).await?;
        self.drift_of_successions(&held, &state, &mut found).await?;
        Ok(found)
    }

    /// The cooperative itself, and the record of its name.
    async fn drift_of_one(&self, held: &Held, state: &State, found: &mut Vec<Drift>) -> Result<(), ActError> {
        let acts = held.ledger.next_sequence().saturating_sub(1);
        let stored = held.record.as_ref().map(|record| record.body.clone());
        let follows = projection::cooperative(state, acts, stored.as_ref());
        differ(found, &self.names.cooperative, "", follows, stored);
        let denomination = self.unique(&self.names.denomination, &[held.cooperative.to_string().into()]).await?;
        let follows = projection::denomination(state, held.cooperative, acts);
        differ(found, &self.names.denomination, "", follows, denomination.map(|record| record.body));
        Ok(())
    }

    async fn drift_of_memberships(
        &self,
        held: &Held,
        state: &State,
        opening: Option<&State>,
        found: &mut Vec<Drift>,
    ) -> Result<(), ActError> {
        let mut stored = by_field(self.memberships(held.cooperative).await?, "number");
        let opened = opening.map(shown).unwrap_or_default();
        for (number, one) in shown(state) {
            let before = stored.remove(number);
            if before.is_some() && opened.get(number) == Some(&one) {
                continue;
            }
            let follows = one.body(held.cooperative, before.as_ref(), None);
            differ(found, &self.names.membership, number, Some(follows), before);
        }
        for (number, body) in stored {
            differ(found, &self.names.membership, &number, None, Some(body));
        }
        Ok(())
    }

    async fn drift_of_mandates(&self, held: &Held, state: &State, found: &mut Vec<Drift>) -> Result<(), ActError> {
        let kind = &self.names.mandate;
        let mut stored = by_field(self.of_cooperative(kind, held.cooperative, ACT_MEMBERS_MAX).await?, "place");
        for (place, mandate) in (1_usize..).zip(projection::mandates(state)) {
            let follows = mandate.body(held.cooperative, place);
            let place = place.to_string();
            let before = stored.remove(&place);
            differ(found, kind, &place, Some(follows), before);
        }
        for (place, body) in stored {
            differ(found, kind, &place, None, Some(body));
        }
        Ok(())
    }
}

impl Acts {
    async fn drift_of_successions(&self, held: &Held, state: &State, found: &mut Vec<Drift>) -> Result<(), ActError> {
        let kind = &self.names.succession;
        let mut stored = by_field(self.of_cooperative(kind, held.cooperative, ACT_MEMBERS_MAX).await?, "successor");
        for (successor, follows) in projection::successions(state, held.cooperative) {
            let place = successor.to_string();
            let before = stored.remove(&place);
            differ(found, kind, &place, Some(follows), before);
        }
        for (place, body) in stored {
            differ(found, kind, &place, None, Some(body));
        }
        Ok(())
    }
}

/// Bodies by the text of one of their fields.
fn by_field(records: Vec<Record>, field: &str) -> BTreeMap<String, Value> {
    let text = |body: &Value| match body.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    records.into_iter().map(|record| (text(&record.body), record.body)).collect()
}

fn differ(found: &mut Vec<Drift>, kind: &KindName, place: &str, follows: Option<Value>, stored: Option<Value>) {
    if follows != stored {
        found.push(Drift { kind: kind.clone(), place: place.to_owned(), follows, stored });
    }
}
