//! Records of packages: courses and project models, written here as the nation's.
//!
//! Their versions are counted here, by how often a package changed them, and not at the nation: so a version of a package before may be
//! applied again. A record that comes in packages comes by no agreement.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::limits::FOREIGN_RECORDS_MAX;
use tiwizi_model::{InstanceId, KindName, RecordId, Version};
use tiwizi_records::{Kinds, Park, Said, Saying, Verdict};
use tiwizi_storage::{RecordRow, WriteTx, record};

use super::super::National;
use super::super::error::{NationalError, PackageFault};
use super::Stored;
use super::publish::{json, named, open_kind};

/// A record of a package as it shall be: its content, or none when it goes.
struct Wanted {
    record: String,
    kind: KindName,
    id: RecordId,
    body: Option<Value>,
}

impl<S: Store> National<S> {
    /// Writes the records of the one version in the place of those of the other.
    pub(super) async fn write_records(
        &self,
        tx: &mut WriteTx,
        publisher: NodeId,
        (before, after): (Option<&Stored>, Option<&Stored>),
    ) -> Result<(), NationalError> {
        if self.roll.here().node == Some(publisher) {
            return Err(NationalError::Own);
        }
        let home = self.roll.home_of(&publisher).ok_or(NationalError::NoNation)?;
        let wanted = wanted(&self.records.kinds(), before, after).map_err(NationalError::Fault)?;
        let ids: Vec<RecordId> = wanted.iter().map(|one| one.id).collect();
        let rows = record::find_many(tx, &ids).await?;
        let rows: BTreeMap<RecordId, RecordRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut said = Vec::new();
        let mut names = Vec::new();
        for one in wanted {
            let row = rows.get(&one.id);
            if row.is_some_and(|row| row.home != home) {
                return Err(NationalError::Fault(PackageFault::Elsewhere { record: one.record }));
            }
            if let Some(saying) = saying(one.body, row) {
                names.push(one.record);
                said.push(self.said((one.kind, one.id), home, row, saying));
            }
        }
        let mut names = names.into_iter();
        while !said.is_empty() {
            let rest = said.split_off(said.len().min(FOREIGN_RECORDS_MAX));
            for verdict in self.records.receive(tx, said).await? {
                let record = names.next().unwrap_or_default();
                judged(verdict, record).map_err(NationalError::Fault)?;
            }
            said = rest;
        }
        Ok(())
    }

    fn said(
        &self,
        (kind, id): (KindName, RecordId),
        home: InstanceId,
        row: Option<&RecordRow>,
        saying: Saying,
    ) -> Said {
        let version = row.map_or(Version::FIRST, |row| Version(row.version.0.saturating_add(1)));
        let tenure = row.map_or(1, |row| row.tenure);
        Said { kind, id, version, tenure, home, at: self.now(), saying }
    }
}

/// Every record of either version: what goes is in the first alone.
fn wanted(kinds: &Kinds, before: Option<&Stored>, after: Option<&Stored>) -> Result<Vec<Wanted>, PackageFault> {
    let mut all = Vec::new();
    let nothing = BTreeMap::new();
    let contents = after.map_or(&nothing, |stored| &stored.packed.contents);
    for (record, bytes) in contents {
        let (kind, id) = named(record)?;
        open_kind(kinds, &kind)?;
        let body = Some(json(record, bytes)?);
        all.push(Wanted { record: record.clone(), kind, id, body });
    }
    let gone = before.map_or(&nothing, |stored| &stored.packed.contents);
    for record in gone.keys().filter(|record| !contents.contains_key(*record)) {
        let (kind, id) = named(record)?;
        all.push(Wanted { record: record.clone(), kind, id, body: None });
    }
    Ok(all)
}

/// What is to be said of a record; none when it is so already.
fn saying(body: Option<Value>, row: Option<&RecordRow>) -> Option<Saying> {
    let there = row.filter(|row| !row.deleted);
    match (body, there) {
        (None, None) => None,
        (None, Some(_)) => Some(Saying::Delete),
        (Some(body), Some(row)) if serde_json::from_str::<Value>(&row.body).is_ok_and(|known| known == body) => None,
        (Some(body), _) => Some(Saying::Put { body, withheld: BTreeSet::new() }),
    }
}

/// Everything is stored, or nothing is: one record that is not accepted stops the package.
fn judged(verdict: Verdict, record: String) -> Result<(), PackageFault> {
    match verdict {
        Verdict::Stored(_) | Verdict::Known => Ok(()),
        Verdict::Parked(Park::Invalid { fields }) => Err(PackageFault::Invalid { record, fields }),
        Verdict::Parked(Park::UnknownKind) => Err(PackageFault::Name { record }),
        Verdict::Parked(Park::StillOwn) | Verdict::Breach(_) => Err(PackageFault::Elsewhere { record }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_so_already_is_not_said_again() {
        assert_eq!(saying(None, None), None);
        let body = json!({ "code": "base" });
        assert_eq!(saying(Some(body.clone()), None), Some(Saying::Put { body, withheld: BTreeSet::new() }));
    }

    #[test]
    fn a_record_is_named_by_its_kind_and_its_id() {
        let id = "0192f0c1-2345-7000-8000-000000000001";
        let (kind, found) = named(&format!("training/course/{id}")).unwrap();
        assert_eq!((kind.to_string().as_str(), found.to_string().as_str()), ("training/course", id));
        for wrong in ["course", "training/course", "training/course/x", id] {
            assert_eq!(named(wrong), Err(PackageFault::Name { record: wrong.to_owned() }), "{wrong}");
        }
    }
}
