//! A new signing key in the place of the one before, and perhaps a new root key.
//!
//! Which of the two papers is brought says what is done. The root key in force makes a new signing key. The reserve does that too, and takes
//! the place of the root key, which may be lost or in wrong hands; then a new reserve is made. Where each signing key counts is said by sizes
//! of this instance's own logs, which are held while the change is written.

use std::collections::BTreeMap;

use tiwizi_federation_core::wire::{KeyRing, NewRoot, Plane, Rotation, SigningKey, Span};
use tiwizi_model::limits::{FED_KEY_OVERLAP_ENTRIES, FED_KEY_OVERLAP_MS, FED_ROTATIONS_MAX};
use tiwizi_model::{Ambient, Instant};
use tiwizi_storage::federation::identity::{self as rows, KeyRow, RotationRow};
use tiwizi_storage::federation::log::{self, LogRow};
use tiwizi_storage::federation::{Added, checkpoint};
use tiwizi_storage::instance::InstanceRow;
use tiwizi_storage::{Db, WriteTx, instance_value};

use super::error::IdentityError;
use super::keys::NodeKeys;
use super::seal::Sealer;
use crate::paper::Paper;

/// Whoever changes keys holds this.
const CLAIM: &str = "federation.keys";

/// Why the signing key is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is time to. The key before counts on for a while, so that nobody has to stop for it.
    Routine,
    /// It got into wrong hands, or may have. It counts for nothing that is not signed already, and is forgotten at once.
    Stolen,
}

/// A change that is not made yet: a new reserve is written on paper before anything depends on it.
#[derive(Debug)]
pub struct Change {
    root: SigningKey,
    /// The reserve after this one, when the root key is changed too.
    reserve: Option<SigningKey>,
    reason: Reason,
}

impl Change {
    /// Looks at the paper that was brought.
    ///
    /// # Errors
    /// `Root` when it is neither of the two, `Full` when there were too many changes.
    pub fn prepare(
        keys: &NodeKeys,
        paper: SigningKey,
        reason: Reason,
        ambient: &Ambient,
    ) -> Result<Self, IdentityError> {
        if keys.rotations().len() >= FED_ROTATIONS_MAX {
            return Err(IdentityError::Full);
        }
        let public = paper.verifying();
        let reserve = if public == keys.root() {
            None
        } else if public.promise() == keys.promise() {
            Some(SigningKey::generate(ambient))
        } else {
            return Err(IdentityError::Root);
        };
        Ok(Self { root: paper, reserve, reason })
    }

    /// The new reserve, for a paper in the place of the one that was brought; that one is the root key from now on.
    #[must_use]
    pub fn reserve(&self) -> Option<Paper> {
        self.reserve.as_ref().map(Paper::of)
    }

    /// Makes the change.
    ///
    /// # Errors
    /// `Raced` when somebody else changed the keys meanwhile: a new reserve is worth nothing then. When the database fails.
    pub async fn store(self, db: &Db, instance: &InstanceRow, ambient: &Ambient) -> Result<NodeKeys, IdentityError> {
        let mut tx = db.begin_write().await?;
        instance_value::claim(&mut tx, CLAIM).await?;
        let keys = NodeKeys::load(&mut tx, &instance.key).await?.ok_or(IdentityError::Absent)?;
        let signing = SigningKey::generate(ambient);
        let rotation = self.rotation(&keys, &signing, spans(&mut tx, &keys, self.reason).await?)?;
        let (envelope, now) = (rotation.sign(&self.root), ambient.now());
        // Held to what others will hold it to, before it is believed here.
        let chain = [keys.rotations(), std::slice::from_ref(&envelope)].concat();
        KeyRing::new().insert(keys.genesis(), &chain).map_err(IdentityError::Statements)?;
        let (node, number) = (keys.node().0.0, i64::from(rotation.number));
        let row = RotationRow { node, number, envelope: envelope.encode(), received_at: now };
        if rows::add_rotation(&mut tx, &row).await? != Added::New {
            return Err(IdentityError::Raced);
        }
        let new_root = rotation.root.map(|new| new.key.to_bytes());
        if let Some(root) = new_root
            && !rows::replace_root(&mut tx, &keys.root().to_bytes(), &root).await?
        {
            return Err(IdentityError::Raced);
        }
        self.put_key(&mut tx, instance, (&signing, ambient)).await?;
        let keys = NodeKeys::load(&mut tx, &instance.key).await?.ok_or(IdentityError::Absent)?;
        tx.commit().await?;
        tracing::info!(key.number = number, "the signing key of this instance in the federation is a new one");
        Ok(keys)
    }

    fn rotation(
        &self,
        keys: &NodeKeys,
        signing: &SigningKey,
        logs: BTreeMap<Plane, Span>,
    ) -> Result<Rotation, IdentityError> {
        let number = keys.rotations().len().saturating_add(1);
        let number = u32::try_from(number).map_err(|_| IdentityError::Full)?;
        let key = self.root.verifying();
        let root = self.reserve.as_ref().map(|reserve| NewRoot { key, next: reserve.verifying().promise() });
        // What was looked at before may be the past by now.
        let fits = if root.is_some() { key.promise() == keys.promise() } else { key == keys.root() };
        if !fits {
            return Err(IdentityError::Raced);
        }
        Ok(Rotation { node: keys.node(), number, signing: signing.verifying(), logs, root })
    }

    async fn put_key(
        &self,
        tx: &mut WriteTx,
        instance: &InstanceRow,
        (signing, ambient): (&SigningKey, &Ambient),
    ) -> Result<(), IdentityError> {
        let sealed = Sealer::new(&instance.key).and_then(|sealer| sealer.seal(ambient, signing));
        let (sealed, now) = (sealed.map_err(IdentityError::Seal)?, ambient.now());
        let before = rows::keys(tx).await?;
        if self.reason == Reason::Stolen {
            for key in before.iter().filter(|key| key.retired_at.is_none()) {
                rows::retire_key(tx, key.number, now).await?;
            }
        }
        let key = KeyRow {
            number: before.last().map_or(1, |last| last.number.saturating_add(1)),
            public: signing.verifying().to_bytes(),
            sealed: Some(sealed),
            made_at: now,
            retired_at: None,
        };
        Ok(rows::add_key(tx, &key).await?)
    }
}

/// Where in each of this instance's logs the keys meet. The logs are held until the transaction ends: nothing is signed in between.
async fn spans(tx: &mut WriteTx, keys: &NodeKeys, reason: Reason) -> Result<BTreeMap<Plane, Span>, IdentityError> {
    let node = keys.node().0.0;
    let mut latest: BTreeMap<String, LogRow> = BTreeMap::new();
    for row in log::all(tx).await?.into_iter().filter(|row| row.node == node) {
        if latest.get(&row.plane).is_none_or(|known| known.epoch < row.epoch) {
            latest.insert(row.plane.clone(), row);
        }
    }
    let mut numbers: Vec<_> = latest.values().map(|row| row.no).collect();
    numbers.sort_unstable();
    let mut spans = BTreeMap::new();
    for no in numbers {
        let Some(held) = log::claim(tx, no).await? else { continue };
        let signed = checkpoint::last(tx, no).await?.map_or(0, |last| last.size);
        let until = match reason {
            Reason::Routine => held.size.saturating_add(FED_KEY_OVERLAP_ENTRIES),
            Reason::Stolen => signed,
        };
        let plane = held.plane.parse().map_err(|_| IdentityError::Damaged { what: "the name of a log" })?;
        spans.insert(plane, Span { from: signed, until });
    }
    Ok(spans)
}

/// Forgets the secret halves of keys whose successor is old enough. Answers how many there were. Which checkpoints a key counts for is said
/// by its sizes; this is housekeeping.
///
/// # Errors
/// When the database fails.
pub async fn retire_due(db: &Db, now: Instant) -> Result<usize, IdentityError> {
    let keys = rows::keys(&mut *db.read_single().await?).await?;
    let is_due = |pair: &&[KeyRow]| match pair {
        [old, next] => old.retired_at.is_none() && next.made_at.plus_ms(FED_KEY_OVERLAP_MS) <= now,
        _ => false,
    };
    let due: Vec<i64> = keys.windows(2).filter(is_due).filter_map(|pair| pair.first().map(|key| key.number)).collect();
    if due.is_empty() {
        return Ok(0);
    }
    let mut tx = db.begin_write().await?;
    for number in &due {
        rows::retire_key(&mut tx, *number, now).await?;
    }
    tx.commit().await?;
    Ok(due.len())
}
