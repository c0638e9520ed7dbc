//! What a cooperative has that would be seen under it alone once it is an alias: acts, and members.
//!
//! A merge moves nothing: memberships and acts stay where they are, and an alias is not counted. So whoever merges is told of them first.

use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_identity::Caller;
use tiwizi_model::limits::{EXTRACT_MEMBERS_MAX, PAGE_ROWS_MAX};
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Query, ReadError, Records};

use crate::holder::Holder;
use crate::kept::keeps_acts;
use crate::kinds::Names;

/// Whether a cooperative has acts, or members whom the other one has not. Where one of the two has more members than are compared, it says
/// so too: a word too many is asked for, and none goes out of sight.
///
/// # Errors
/// When the kind is not in use or the database fails.
pub async fn has_of_its_own(records: &Records, one: &Record, other: RecordId) -> Result<bool, ReadError> {
    if keeps_acts(&one.body) {
        return Ok(true);
    }
    has_other_members(records, one.id, other, EXTRACT_MEMBERS_MAX).await
}

/// Whether a cooperative has members whom the other one has not, or one of the two has more than so many.
pub(super) async fn has_other_members(
    records: &Records,
    one: RecordId,
    other: RecordId,
    members_max: usize,
) -> Result<bool, ReadError> {
    let Some(own) = members(records, one, members_max).await? else { return Ok(true) };
    if own.is_empty() {
        return Ok(false);
    }
    let others = members(records, other, members_max).await?;
    Ok(others.is_none_or(|others| !own.is_subset(&others)))
}

/// Who holds the memberships of a cooperative; none when they are more than so many.
async fn members(
    records: &Records,
    cooperative: RecordId,
    members_max: usize,
) -> Result<Option<BTreeSet<String>>, ReadError> {
    let permit = records.may_read(&Caller::system(), &Names::new().membership)?;
    let filters = vec![Filter::equals("cooperative", cooperative.to_string())];
    let mut query = Query { filters, limit: PAGE_ROWS_MAX, ..Query::default() };
    let mut found = BTreeSet::new();
    loop {
        let page = records.list(&permit, &query).await?;
        found.extend(page.items.iter().filter_map(|membership| holder(&membership.body)));
        if found.len() > members_max {
            return Ok(None);
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            return Ok(Some(found));
        }
    }
}

/// The member of a membership: a person, a legal person or a cooperative.
fn holder(body: &Value) -> Option<String> {
    let sorts = [Holder::LegalPerson, Holder::Cooperative, Holder::Person];
    sorts.into_iter().find_map(|sort| body.get(sort.field())?.as_str()).map(ToOwned::to_owned)
}
