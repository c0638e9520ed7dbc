//! What an agreement would give, told before it is signed: counts, bytes, masked rows, and the fields about people.
//!
//! It asks the gate's own decision about the entries that are in the logs: about all of them while they are kept whole, and about the last of
//! each entity where a snapshot would be given. What was written and has no place in them yet gets one first, as after an import that no server
//! has run since; what is left of that beyond a bound, and entries beyond another, are said to be missing. Between batches the store is let go,
//! so that a writer waits for one batch and not for a preview.

use std::ops::Range;

use tiwizi_federation_core::agreement::{Document, Scope};
use tiwizi_federation_core::flow::{Store, StoreTx};
use tiwizi_federation_core::gate::{Before, Row};
use tiwizi_federation_core::preview::{Preview, Previewing};
use tiwizi_federation_core::wire::{Entry, Header, Plane};
use tiwizi_identity::policy::FederationView;
use tiwizi_model::limits::{FED_PREVIEW_ENTRIES_MAX, FED_PREVIEW_STEP};

use super::door::Agreements;
use super::error::AgreementsError as E;

/// What this side would give of one plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanePreview {
    /// The plane.
    pub plane: Plane,
    /// What the gate says.
    pub preview: Preview,
    /// How many entries were looked at.
    pub looked_at: u64,
    /// How many would be given, hidden ones among them; as many as the log is long where not all were looked at.
    pub entries: u64,
}

/// What this side would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Previewed {
    /// By plane.
    pub planes: Vec<PlanePreview>,
    /// Something was written that has no place in the logs yet, and was not looked at.
    pub waits: bool,
}

impl Previewed {
    /// The bytes of all planes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.planes.iter().fold(0, |sum, plane| sum.saturating_add(plane.preview.bytes))
    }

    /// Whether everything that was written was looked at.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.waits && self.planes.iter().all(|plane| plane.looked_at >= plane.entries)
    }
}

impl<S: Store> Agreements<S> {
    /// What this side would give under a document, of what is written now.
    ///
    /// # Errors
    /// When the store fails, the logs cannot be gone on with, or an entry of this home cannot be looked at.
    pub async fn preview(&self, _: &FederationView, document: &Document) -> Result<Previewed, E> {
        let me = self.me();
        let mut previewed = Previewed { waits: self.waits().await?, ..Previewed::default() };
        for plane in document.grants.get(&me).into_iter().flat_map(|planes| planes.keys()) {
            let Some(scope) = document.scope(&me, plane, self.kinds()) else { continue };
            previewed.planes.push(self.plane_preview(plane, &scope).await?);
        }
        Ok(previewed)
    }

    /// Gives what was written its places in the logs, as the sequencer does. Tells whether more than a preview looks at is left.
    async fn waits(&self) -> Result<bool, E> {
        let mut placed = 0_u64;
        while placed < FED_PREVIEW_ENTRIES_MAX {
            match self.node.sequence().await? {
                0 => return Ok(false),
                count => placed = placed.saturating_add(count as u64),
            }
        }
        Ok(!self.node.store().begin().await?.drafts(1).await?.is_empty())
    }

    async fn plane_preview(&self, plane: &Plane, scope: &Scope) -> Result<PlanePreview, E> {
        let mut tx = self.node.store().begin().await?;
        let size = tx.head(plane).await?.map_or(0, |head| head.tree.size());
        // What is not kept whole any more goes as a snapshot.
        let is_snapshot = tx.kept_from(plane).await? > 0;
        drop(tx);
        let mut previewing = Previewing::begin(scope, self.kinds())?;
        let (mut next, mut looked_at) = (0, 0_u64);
        while next < size && looked_at < FED_PREVIEW_ENTRIES_MAX {
            let mut tx = self.node.store().begin().await?;
            let (behind, batch) = self.batch(&mut tx, plane, next..size, is_snapshot).await?;
            next = behind;
            for (seq, entry) in &batch {
                add(&mut tx, plane, *seq, entry, scope, &mut previewing).await?;
                looked_at = looked_at.saturating_add(1);
            }
        }
        let entries = if next < size { size } else { looked_at };
        Ok(PlanePreview { plane: plane.clone(), preview: previewing.finish()?, looked_at, entries })
    }

    /// The next entries that would be given, and where to go on: all of them, or of a snapshot those that say what there is now.
    async fn batch(
        &self,
        tx: &mut S::Tx,
        plane: &Plane,
        places: Range<u64>,
        is_snapshot: bool,
    ) -> Result<(u64, Vec<(u64, Entry)>), E> {
        if !is_snapshot {
            let batch = tx.entries(plane, places.start, FED_PREVIEW_STEP).await?;
            return Ok((batch.last().map_or(places.end, |(last, _)| last.saturating_add(1)), batch));
        }
        let latest = tx.latest_below(plane, places.start, places.end, FED_PREVIEW_STEP).await?;
        let behind = latest.last().map_or(places.end, |(last, _)| last.saturating_add(1));
        let mut batch = Vec::new();
        for (seq, _) in latest {
            let Some(entry) = tx.entry(plane, seq).await? else { continue };
            if self.node.is_live(tx, &entry.header).await? {
                batch.push((seq, entry));
            }
        }
        Ok((behind, batch))
    }
}

/// Looks at one entry. The one before it is asked for only where it decides something: a row that is not let through now.
async fn add<T: StoreTx>(
    tx: &mut T,
    plane: &Plane,
    seq: u64,
    entry: &Entry,
    scope: &Scope,
    previewing: &mut Previewing<'_>,
) -> Result<(), E> {
    let header = Header::decode(&entry.header)?;
    let kind = &header.entity.kind;
    let decides = header.ver > 1 && scope.has_kind(kind) && !scope.lets_through(kind, &entry.groups);
    let before = if decides { tx.entry_before(plane, &header.entity, seq).await? } else { None };
    let before = match &before {
        None => Before::First,
        Some((_, Some(entry))) => Before::Entry(entry),
        Some((_, None)) => Before::Unknown,
    };
    Ok(previewing.add(&Row { entry, before })?)
}
