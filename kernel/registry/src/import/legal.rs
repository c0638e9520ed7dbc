//! Members of a file that are legal persons: found by their ICE, or as the member whom they already are.
//!
//! One with the ICE of a cooperative of this register is that cooperative. Whatever its own row says of it counts, and the row of the
//! membership changes nothing in it.

use std::collections::HashMap;

use serde_json::{Map, Value};
use tiwizi_model::RecordId;
use tiwizi_storage::{RecordRow, Tx, record};

use crate::holder::Holder;
use crate::import::ImportError;
use crate::import::member::{Legal, MemberRow};
use crate::import::members::{Placed, Stored, Wanted, Writes, id_of, keep};
use crate::import::places::Place;
use crate::import::run::Pass;

/// The unique index of legal persons: the ICE.
const LEGAL_BY_ICE: usize = 0;
/// The unique index of cooperatives: the ICE.
const COOPERATIVE_BY_ICE: usize = 1;

/// Legal persons by their ids, and whatever is found by an ICE.
type Found = (HashMap<RecordId, RecordRow>, HashMap<String, (Holder, RecordId)>);

impl Pass<'_> {
    /// The legal persons of stored memberships, and those whom rows name by an ICE.
    pub(super) async fn stored_legal(
        &self,
        tx: &mut Tx,
        placed: &[Placed],
        mut ids: Vec<RecordId>,
    ) -> Result<Found, ImportError> {
        let legal = placed.iter().filter_map(|placed| placed.row.legal.as_ref());
        let ices: Vec<String> = legal.filter_map(|legal| legal.ice.clone()).collect();
        let mut by_ice = HashMap::new();
        if !ices.is_empty() {
            for (kind, slot, holder) in [
                (&self.kinds.legal_person, LEGAL_BY_ICE, Holder::LegalPerson),
                // The cooperative comes second: it is what counts when both have an ICE.
                (&self.kinds.cooperative, COOPERATIVE_BY_ICE, Holder::Cooperative),
            ] {
                let found = record::find_unique_many(tx, kind.number(), slot, &ices).await;
                for (ice, row) in found.map_err(ImportError::Lookup)?.into_iter().filter(|(_, row)| !row.deleted) {
                    if holder == Holder::LegalPerson {
                        ids.push(row.id);
                    }
                    by_ice.insert(ice, (holder, row.id));
                }
            }
        }
        if ids.is_empty() {
            return Ok((HashMap::new(), by_ice));
        }
        let rows = record::find_many(tx, &ids).await.map_err(ImportError::Lookup)?;
        let rows = rows.into_iter().filter(|row| !row.deleted && row.kind == self.kinds.legal_person.number());
        Ok((rows.map(|row| (row.id, row)).collect(), by_ice))
    }

    /// Who the member is: whoever has its ICE, else the member of that number as it stands, else somebody new.
    pub(super) fn legal_holder(
        &self,
        legal: &Legal,
        before: Option<&Map<String, Value>>,
        by_ice: &mut HashMap<String, (Holder, RecordId)>,
    ) -> (Holder, RecordId) {
        if let Some(found) = legal.ice.as_ref().and_then(|ice| by_ice.get(ice)) {
            return *found;
        }
        let kept = |holder: Holder| before.and_then(|body| id_of(body, holder)).map(|id| (holder, id));
        // A cooperative without an ICE can only be told by the membership that it has.
        let cooperative = kept(Holder::Cooperative).filter(|_| legal.ice.is_none() && legal.may_be_cooperative());
        let found = cooperative.or_else(|| kept(Holder::LegalPerson));
        let found = found.unwrap_or_else(|| (Holder::LegalPerson, self.records.ambient().new_id()));
        if let Some(ice) = &legal.ice {
            by_ice.insert(ice.clone(), found);
        }
        found
    }

    /// Compares the legal person of a row; says whether there is something to write.
    pub(super) fn legal_person(
        &self,
        id: RecordId,
        row: &mut MemberRow,
        place: &Place,
        stored: &Stored,
        writes: &mut Writes,
    ) -> Result<bool, ImportError> {
        let fields = std::mem::take(&mut row.person);
        let kind = self.kinds.legal_person.name().clone();
        let wanted = Wanted { kind, id, is_fresh: false, fields, province: place.province };
        keep(wanted, &stored.legal, &mut writes.new_legal, &mut writes.changed)
    }
}
