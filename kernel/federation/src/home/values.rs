//! The values of entries, made again from the records that they were made of.
//!
//! What does not come out the same, because it was erased or reworded, is not there: its group is left out.

use std::collections::BTreeMap;

use tiwizi_federation_core::wire::{Field, Group, GroupNo, Hash, Seed};
use tiwizi_model::{KindName, RecordId, Version};
use tiwizi_records::{Outgoing, OutgoingContent};
use tiwizi_storage::Tx;
use tiwizi_storage::federation::disclosure::{self, GroupSeed};

use super::layout::Layout;
use super::{Home, HomeError};

/// An entry whose groups are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The kind of its record.
    pub(crate) kind: KindName,
    /// Its record.
    pub(crate) id: RecordId,
    /// The version that it is of.
    pub(crate) ver: u64,
    /// The schema that it was made by.
    pub(crate) schema: String,
    /// What it commits to.
    pub(crate) roots: Vec<(GroupNo, Hash)>,
    /// The seeds that are left.
    pub(crate) seeds: Vec<GroupSeed>,
}

impl Home {
    /// The groups of some entries, in their order: of each those that come out as they were committed.
    pub(crate) async fn groups(&self, tx: &mut Tx, wanted: &[Wanted]) -> Result<Vec<Vec<Group>>, HomeError> {
        let changes: Vec<(RecordId, Version)> =
            wanted.iter().map(|wanted| (wanted.id, Version(i64::try_from(wanted.ver).unwrap_or(i64::MAX)))).collect();
        let said = self.records.outgoing(tx, &changes, &self.derivation.derive).await?;
        let mut layouts: BTreeMap<&str, Option<Layout>> = BTreeMap::new();
        let mut groups = Vec::with_capacity(wanted.len());
        for (wanted, said) in wanted.iter().zip(said) {
            if !layouts.contains_key(wanted.schema.as_str()) {
                let text = disclosure::schema(tx, &wanted.schema).await?;
                layouts.insert(&wanted.schema, text.as_deref().and_then(Layout::read));
            }
            let layout = layouts.get(wanted.schema.as_str()).and_then(Option::as_ref);
            groups.push(layout.zip(said).map(|(layout, said)| again(wanted, layout, said)).unwrap_or_default());
        }
        Ok(groups)
    }
}

/// The groups of one entry that come out as they were committed.
fn again(wanted: &Wanted, layout: &Layout, said: Outgoing) -> Vec<Group> {
    let OutgoingContent::Put(values) = said.what else { return Vec::new() };
    if said.schema.kind != wanted.kind {
        return Vec::new();
    }
    let Ok(mut fields) = layout.groups(&wanted.kind, &values) else { return Vec::new() };
    let mut groups = Vec::with_capacity(wanted.roots.len());
    for (no, root) in &wanted.roots {
        let Some((_, seed)) = wanted.seeds.iter().find(|(of, _)| *of == no.0) else { continue };
        let fields: Vec<Field> = fields.remove(no).unwrap_or_default();
        let group = Group::new(*no, Seed(*seed), fields).ok().filter(|group| group.root() == *root);
        groups.extend(group);
    }
    groups
}
