//! What an agreement would give, told before it is signed: counts, bytes, masked rows, and the fields about people.
//!
//! It asks the gate's own decision about the entries that are in the logs. What was written and has no place in them yet gets one first, as
//! after an import that no server has run since; what is left of that beyond a bound, and entries beyond another, are said to be missing. Between batches the store is let go, so that a writer
//! waits for one batch and not for a preview.

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
    /// How many the log has that are kept.
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
        let first = tx.kept_from(plane).await?;
        drop(tx);
        let mut previewing = Previewing::begin(scope, self.kinds())?;
        let (mut next, mut looked_at) = (first, 0_u64);
        while next < size && looked_at < FED_PREVIEW_ENTRIES_MAX {
            let mut tx = self.node.store().begin().await?;
            let batch = tx.entries(plane, next, FED_PREVIEW_STEP).await?;
            let Some((last, _)) = batch.last() else { break };
            next = last.saturating_add(1);
            for (seq, entry) in &batch {
                add(&mut tx, plane, *seq, entry, scope, &mut previewing).await?;
                looked_at = looked_at.saturating_add(1);
            }
        }
        let preview = previewing.finish()?;
        Ok(PlanePreview { plane: plane.clone(), preview, looked_at, entries: size.saturating_sub(first) })
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
