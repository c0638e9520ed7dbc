//! The look at a cooperative that is to be, before its name is approved and before it is registered: the register may have it already.
//!
//! As with any record, what is likely the same is not refused for good: who has looked names those records in `confirm_distinct`. A request
//! for a name is not held up: that somebody asked is so, whatever is answered.

use serde_json::Value;
use tiwizi_identity::Caller;

use super::Acts;
use super::writing::Entry;
use crate::act_kind::ActKind;
use crate::acts::error::ActError;
use crate::acts::projection;
use crate::duplicates::Subject;
use crate::rule_pack::Stage;

impl Acts {
    /// An act that approves a name, or from which the record of a cooperative follows, is of one that the register does not have.
    pub(super) async fn check_distinct(&self, caller: &Caller, entry: &Entry) -> Result<(), ActError> {
        let approves =
            entry.act.kind() == ActKind::DenominationAnswered && entry.after.stage == Stage::DenominationApproved;
        if entry.held.record.is_some() || !(approves || entry.after.is_registered()) {
            return Ok(());
        }
        self.demand_distinct(caller, &projection::candidate(&entry.after)).await
    }

    /// Nothing in the register stands in the way of a cooperative of which this is known.
    ///
    /// # Errors
    /// `Alike` with the records that do, as far as the caller sees them.
    pub(crate) async fn demand_distinct(&self, caller: &Caller, body: &Value) -> Result<(), ActError> {
        let Some(duplicates) = &self.duplicates else { return Ok(()) };
        let mut fields = duplicates.in_the_way(caller, Subject::Cooperative, body).await.map_err(ActError::Find)?;
        if fields.is_empty() {
            return Ok(());
        }
        for field in &mut fields {
            field.pointer.insert_str(0, "/data");
        }
        Err(ActError::Alike { fields })
    }
}
