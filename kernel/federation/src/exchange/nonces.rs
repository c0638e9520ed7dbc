//! No request is let in twice: the nonces that were seen lie in the database, and survive a restart.
//!
//! A nonce is stored before its request has any effect. What is forgotten, because it is long over, raises a floor that is stored with
//! it: below the floor nothing passes for new any more, whatever the clock shows then.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tiwizi_federation_core::signature::{Challenges, Nonce, Presented, Replay, SignedRequest, Verdict};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{Ambient, Instant, limits};
use tiwizi_storage::federation::nonce;
use tiwizi_storage::{Db, StorageError, instance_value};

use super::refusal::Refusal;

/// Under which the floor is stored.
const FLOOR: &str = "federation.nonce-floor";
/// A peer that has used up its nonces has new ones when the oldest are over.
const FULL_AFTER_S: u32 = 30;

/// The nonces of all peers.
pub(crate) struct Nonces {
    db: Db,
    ambient: Ambient,
    rule: Mutex<Replay>,
    challenges: Mutex<BTreeMap<NodeId, Challenges>>,
}

impl Nonces {
    /// Goes on where the process before ended.
    pub(crate) async fn open(db: Db, ambient: Ambient) -> Result<Self, StorageError> {
        let stored = instance_value::find(&mut *db.read_single().await?, FLOOR).await?;
        let floor = stored.and_then(|text| text.parse().ok()).map_or(Replay::default().floor, Instant);
        Ok(Self { db, ambient, rule: Mutex::new(Replay { floor }), challenges: Mutex::default() })
    }

    /// Lets a request in whose signature is good, once.
    pub(crate) async fn admit(&self, request: &SignedRequest) -> Result<(), Refusal> {
        if self.redeem(&request.node, &request.nonce) {
            return Ok(());
        }
        let (created, expires, nonce) = (request.created, request.expires, &request.nonce);
        let rule = *self.rule.lock().unwrap_or_else(PoisonError::into_inner);
        match rule.judge(self.ambient.now(), &Presented { created, expires, nonce, seen: false }) {
            Verdict::Fresh => self.see(request).await,
            Verdict::Replayed => Err(Refusal::Replayed),
            Verdict::Challenge => Err(Refusal::Challenge(self.challenge(request.node))),
        }
    }

    async fn see(&self, request: &SignedRequest) -> Result<(), Refusal> {
        let node = &request.node.0.0;
        let mut tx = self.db.begin_write().await?;
        let rows_max = u32::try_from(limits::FED_NONCES_MAX).unwrap_or(u32::MAX);
        if nonce::count(&mut tx, node, rows_max).await? >= rows_max {
            return Err(Refusal::Spent { after_s: FULL_AFTER_S });
        }
        if !nonce::see(&mut tx, node, request.nonce.as_str().as_bytes(), request.expires).await? {
            return Err(Refusal::Replayed);
        }
        tx.commit().await?;
        Ok(())
    }

    fn redeem(&self, node: &NodeId, nonce: &Nonce) -> bool {
        let mut challenges = self.challenges.lock().unwrap_or_else(PoisonError::into_inner);
        challenges.get_mut(node).is_some_and(|open| open.redeem(nonce))
    }

    /// A new challenge of a peer whom we know, so that their number is bounded by that of the peers.
    fn challenge(&self, node: NodeId) -> Nonce {
        let nonce = Nonce::challenge(&self.ambient);
        let mut challenges = self.challenges.lock().unwrap_or_else(PoisonError::into_inner);
        challenges.entry(node).or_default().open(nonce.clone());
        nonce
    }

    /// Forgets nonces that are long over.
    pub(crate) async fn forget(&self) -> Result<u64, StorageError> {
        let before = self.ambient.now().plus_ms(limits::FED_NONCE_KEPT_MS.saturating_neg());
        let mut tx = self.db.begin_write().await?;
        let forgotten = nonce::forget_expired(&mut tx, before, limits::FED_NONCES_FORGOTTEN_ROWS).await?;
        if forgotten == 0 {
            return Ok(0);
        }
        let mut rule = *self.rule.lock().unwrap_or_else(PoisonError::into_inner);
        rule.forgot(before);
        instance_value::store(&mut tx, FLOOR, &rule.floor.0.to_string()).await?;
        // The floor is raised first: what is forgotten a moment later is refused already.
        self.rule.lock().unwrap_or_else(PoisonError::into_inner).forgot(before);
        tx.commit().await?;
        Ok(forgotten)
    }
}
