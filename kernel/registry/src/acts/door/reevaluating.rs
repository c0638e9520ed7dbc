//! Holds the cooperatives of a register to another rule pack, part by part, and says what would change. Nothing is written.

use tiwizi_identity::Caller;
use tiwizi_identity::policy::{Class, Placement};
use tiwizi_model::limits::PAGE_ROWS_MAX;
use tiwizi_model::{ProvinceCode, Record};
use tiwizi_records::{Filter, Query, ReadError};

use super::Acts;
use crate::acts::error::ActError;
use crate::acts::reevaluate::{Reevaluation, reevaluate};
use crate::day::Day;
use crate::rule_pack::RulePack;

/// A change of rules that is tried.
#[derive(Debug, Clone, Copy)]
pub struct PackChange<'a> {
    /// The rules that hold.
    pub old: &'a RulePack,
    /// The rules that would hold.
    pub new: &'a RulePack,
    /// The day on which cooperatives are held to them.
    pub day: Day,
    /// Where; none looks everywhere.
    pub province: Option<ProvinceCode>,
}

/// What was found for a part of the cooperatives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReevaluatedPart {
    /// What changes.
    pub found: Reevaluation,
    /// The records of the cooperatives for which something changes, in the order of the list.
    pub records: Vec<Record>,
    /// How many cooperatives were looked at.
    pub looked: u64,
    /// How many could not be: what the register has of them makes no state.
    pub unread: u64,
    /// How many were passed over: merged into another one, of another home, or their acts are not for the caller.
    pub passed: u64,
    /// Where the next part begins; none after the last one.
    pub next: Option<String>,
}

impl Acts {
    /// Tries a change of rules on a page of cooperatives that the caller may see whole. Those that were merged into another are passed over,
    /// and so are those of other homes and those whose acts the caller may not see.
    ///
    /// # Errors
    /// `Read` when the caller may see no acts at all, and when the database fails.
    pub async fn reevaluate_part(
        &self,
        caller: &Caller,
        change: PackChange<'_>,
        cursor: Option<String>,
    ) -> Result<ReevaluatedPart, ActError> {
        self.records.may_read(caller, &self.names.act)?;
        let permit = self.records.may_read(caller, &self.names.cooperative)?;
        let place = change.province.map(|province| Filter::equals("province", province.to_string()));
        let query = Query { filters: place.into_iter().collect(), limit: PAGE_ROWS_MAX, cursor, ..Query::default() };
        let page = self.records.list(&permit, &query).await?;
        let mut part = ReevaluatedPart { next: page.next, ..ReevaluatedPart::default() };
        // What differs between the packs is told also where there is nobody.
        part.found.join(reevaluate(change.old, change.new, [], change.day));
        for record in page.items {
            // Before anything is read of it: a register holds far more cooperatives than one province sees.
            let place = Placement { subject: Some(record.id), province: record.province };
            let sees = self.sees(caller, place).is_some_and(|classes| classes.holds(Class::Personal));
            let is_own = record.home == self.records.instance();
            if !sees || !is_own || record.body.get("merged_into").is_some() {
                part.passed = part.passed.saturating_add(1);
                continue;
            }
            let state = match self.state(caller, record.id).await {
                Ok((state, _)) => state,
                Err(ActError::Missing { .. }) => continue,
                Err(ActError::Read(source @ ReadError::Storage(_))) => return Err(ActError::Read(source)),
                Err(error) => {
                    tracing::warn!(cooperative.id = %record.id, %error, "a cooperative could not be held to other rules");
                    part.unread = part.unread.saturating_add(1);
                    continue;
                }
            };
            part.looked = part.looked.saturating_add(1);
            let found = reevaluate(change.old, change.new, [(record.id, &state)], change.day);
            if !found.cooperatives.is_empty() {
                part.records.push(record);
            }
            part.found.join(found);
        }
        Ok(part)
    }
}
