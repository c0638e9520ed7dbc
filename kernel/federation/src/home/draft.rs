//! From changes to drafts.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::Draft;
use tiwizi_federation_core::wire::{Entity, EntryKind, Group, Seed};
use tiwizi_model::{KindName, RecordId, Seq, Version};
use tiwizi_records::{Outgoing, OutgoingContent, SchemaId};
use tiwizi_storage::federation::Added;
use tiwizi_storage::federation::disclosure;
use tiwizi_storage::{KindNo, WriteTx, change, cursor};

use super::layout::Layout;
use super::{Home, HomeError, READER};

/// A draft that was made of a change.
#[derive(Debug)]
pub(crate) struct Made {
    /// The draft.
    pub(crate) draft: Draft,
    /// What moves from home to home with its entity.
    pub(crate) root: RecordId,
    /// Whether the change deleted the record.
    pub(crate) deleted: bool,
}

/// A stretch of the change log.
pub(crate) struct Stretch {
    /// What was made of it, in its order.
    pub(crate) made: Vec<Made>,
    /// Whether the log ends there.
    pub(crate) at_end: bool,
    /// Whether the reader's place was moved: there was something.
    pub(crate) moved: bool,
}

impl Home {
    /// Reads on in the change log, as many changes as are asked for, and moves the reader's place behind them. Whoever calls has the turn
    /// (`storage::federation::turn`): nobody else moves that place meanwhile. Where nothing is new, nothing is written.
    pub(crate) async fn read_on(&self, tx: &mut WriteTx, changes_max: u32) -> Result<Stretch, HomeError> {
        let place = cursor::stored(tx, READER).await?.unwrap_or(Seq(0));
        let rows = change::read_after(tx, place, changes_max).await?;
        let at_end = u32::try_from(rows.len()).is_ok_and(|count| count < changes_max);
        let Some(last) = rows.last().map(|row| row.seq) else {
            return Ok(Stretch { made: Vec::new(), at_end, moved: false });
        };
        let kinds = self.records.kinds();
        let federating: BTreeSet<KindNo> =
            kinds.iter().filter(|kind| kind.declaration().federates()).map(|kind| kind.number()).collect();
        let changes: Vec<(RecordId, Version)> =
            rows.iter().filter(|row| federating.contains(&row.kind)).map(|row| (row.record, row.version)).collect();
        let made = self.drafts(tx, &changes).await?;
        cursor::store(tx, READER, last).await?;
        Ok(Stretch { made, at_end, moved: true })
    }

    /// The draft of one version; none when it says nothing to other homes.
    pub(crate) async fn draft_of(&self, tx: &mut WriteTx, id: RecordId, ver: u64) -> Result<Option<Made>, HomeError> {
        let Ok(version) = i64::try_from(ver) else { return Ok(None) };
        Ok(self.drafts(tx, &[(id, Version(version))]).await?.pop())
    }

    /// The drafts of some versions; none of one that says nothing to other homes.
    pub(crate) async fn drafts_of(
        &self,
        tx: &mut WriteTx,
        versions: &[(RecordId, u64)],
    ) -> Result<Vec<Made>, HomeError> {
        let version = |(id, ver): &(RecordId, u64)| Some((*id, Version(i64::try_from(*ver).ok()?)));
        let changes: Vec<(RecordId, Version)> = versions.iter().filter_map(version).collect();
        self.drafts(tx, &changes).await
    }

    /// The drafts of some changes, in their order. What says nothing to other homes makes none.
    async fn drafts(&self, tx: &mut WriteTx, changes: &[(RecordId, Version)]) -> Result<Vec<Made>, HomeError> {
        let said = self.records.outgoing(tx, changes, &self.derivation.derive).await?;
        let mut layouts: BTreeMap<KindName, (String, Layout)> = BTreeMap::new();
        let mut made = Vec::with_capacity(said.len());
        for outgoing in said.into_iter().flatten() {
            let kind = &outgoing.schema.kind;
            if !layouts.contains_key(kind) {
                let Some(layout) = self.layout(tx, &outgoing).await? else { continue };
                layouts.insert(kind.clone(), layout);
            }
            let Some((schema, layout)) = layouts.get(kind) else { continue };
            made.push(self.made(outgoing, schema, layout)?);
        }
        Ok(made)
    }

    /// The layout that entries of a kind are made by now, which is kept under the name that their headers give.
    async fn layout(&self, tx: &mut WriteTx, outgoing: &Outgoing) -> Result<Option<(String, Layout)>, HomeError> {
        let kinds = self.records.kinds();
        let Some(kind) = kinds.find(&outgoing.schema.kind) else { return Ok(None) };
        let layout = Layout::of(kind, self.derivation);
        let schema = layout.schema(&outgoing.schema);
        match disclosure::add_schema(tx, &schema, &layout.text(), self.records.ambient().now()).await? {
            Added::New | Added::Known => Ok(Some((schema, layout))),
            Added::Different => Err(HomeError::Layout { schema }),
        }
    }

    fn made(&self, outgoing: Outgoing, schema: &str, layout: &Layout) -> Result<Made, HomeError> {
        let Outgoing { plane, schema: SchemaId { kind, .. }, id, version, tenure, subject, what, .. } = outgoing;
        let form = |what: &'static str| move || HomeError::Form { id, what };
        let base = Base {
            tenure: u32::try_from(tenure).ok().ok_or_else(form("term"))?,
            ver: u64::try_from(version.0).ok().ok_or_else(form("version"))?,
        };
        let groups = match &what {
            OutgoingContent::Put(fields) => layout.groups(&kind, fields),
            // That there was a version is all that is left of it.
            OutgoingContent::Deleted | OutgoingContent::Erased => Ok(BTreeMap::new()),
        };
        let ambient = self.records.ambient();
        let groups = groups.map_err(|source| HomeError::Value { id, source })?.into_iter();
        let groups = groups.map(|(no, fields)| Group::new(no, Seed::draw(ambient), fields));
        let groups = groups.collect::<Result<_, _>>().map_err(|source| HomeError::Group { id, source })?;
        let deleted = what == OutgoingContent::Deleted;
        let draft = Draft {
            plane: plane.parse().ok().ok_or_else(form("plane"))?,
            kind: if deleted { EntryKind::Delete } else { EntryKind::Put },
            schema: schema.to_owned(),
            entity: Entity { kind, id },
            subject: subject.filter(|subject| *subject != id),
            base,
            idem: *ambient.new_uuid().as_bytes(),
            cause: None,
            groups,
        };
        Ok(Made { draft, root: subject.unwrap_or(id), deleted })
    }
}
