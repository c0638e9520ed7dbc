//! Agreements, who follows our logs under them, and snapshots that are being loaded.

use std::collections::BTreeSet;

use tiwizi_federation_core::agreement::{AgreementId, Life};
use tiwizi_federation_core::flow::Stored;
use tiwizi_federation_core::flow::retention::{Follower, Following};
use tiwizi_federation_core::flow::rows::{Agreed, Feed};
use tiwizi_federation_core::flow::snapshot::{Loading, Manifest};
use tiwizi_federation_core::wire::{Hash, NodeId, Note, Plane};
use tiwizi_storage::federation::acknowledgement::{self, AcknowledgementRow};
use tiwizi_storage::federation::agreement::{self, AgreementVersionRow, Keeping, KeptRow};
use tiwizi_storage::federation::snapshot::{self, ChunkRow, SnapshotRow};

use super::SqlTx;
use super::error::{Unfit, at, damaged, failed};

const FOLLOWS: &str = "follows";
const NEEDS_SNAPSHOT: &str = "needs-snapshot";
/// No side: what is known of an agreement before its document is.
const NOBODY: [u8; 32] = [0; 32];

impl SqlTx {
    pub(super) async fn agreement_of(&mut self, id: AgreementId) -> Stored<Option<Agreed>> {
        let row = agreement::kept(&mut self.tx, &id.to_string()).await.map_err(at("agreement"))?;
        row.map(agreed).transpose()
    }

    pub(super) async fn all_agreements(&mut self) -> Stored<Vec<Agreed>> {
        let rows = agreement::all_kept(&mut self.tx).await.map_err(at("agreements"))?;
        rows.into_iter().map(agreed).collect()
    }

    pub(super) async fn set_agreement(&mut self, agreed: Agreed) -> Stored<()> {
        let (name, now) = ("put_agreement", self.now());
        let Agreed { id, current, next, envelope } = agreed;
        let latest = next.as_ref().or(current.as_ref());
        let sides = match current.as_ref().or(latest).map(Life::document) {
            Some(document) => document.parties.each_ref().map(|party| &party.node.0.0),
            None => [&NOBODY; 2],
        };
        let state = current.as_ref().or(latest).map(|life| life.state().to_string()).unwrap_or_default();
        let (current_text, next_text) = (current.as_ref().map(Life::kept), next.as_ref().map(Life::kept));
        let id_text = id.to_string();
        let keeping = Keeping {
            id: &id_text,
            sides,
            state: &state,
            version: current.as_ref().map_or(0, |life| u64::from(life.document().version)),
            expires_at: current.as_ref().map(|life| life.document().expires_at),
            current: current_text.as_deref(),
            next: next_text.as_deref(),
            envelope: envelope.as_deref(),
            at: now,
        };
        let number = agreement::keep(&mut self.tx, keeping).await.map_err(at(name))?;
        let number = number.ok_or_else(|| failed(name)(Unfit::Earlier))?;
        self.names.add_agreement(&mut self.tx, id, number).await.map_err(at(name))?;
        // What was once agreed is there when another version has taken its place.
        if let Some((life, envelope)) = latest.zip(envelope) {
            let row = AgreementVersionRow {
                agreement: number,
                version: u64::from(life.document().version),
                envelope,
                state: life.state().to_string(),
                made_at: now,
                changed_at: now,
            };
            agreement::keep_version(&mut self.tx, &row).await.map_err(at(name))?;
        }
        Ok(())
    }

    pub(super) async fn follower_of(
        &mut self,
        peer: &NodeId,
        plane: &Plane,
        agreement: Option<AgreementId>,
    ) -> Stored<Option<Follower>> {
        let name = "follower";
        let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
        let Some((number, log)) = number.zip(self.own_no(plane).await?) else { return Ok(None) };
        let row = acknowledgement::find(&mut self.tx, &peer.0.0, log, number).await.map_err(at(name))?;
        row.map(|row| follower(&row)).transpose()
    }

    pub(super) async fn set_follower(
        &mut self,
        plane: &Plane,
        agreement: Option<AgreementId>,
        follower: &Follower,
    ) -> Stored<()> {
        let name = "put_follower";
        let number = self.names.agreement_no(&mut self.tx, agreement).await.map_err(at(name))?;
        let number = number.ok_or_else(|| failed(name)(Unfit::Agreement))?;
        let log = self.own_log(plane);
        let log = self.names.latest_or_first(&mut self.tx, &log).await.map_err(at(name))?;
        let state = match follower.following {
            Following::Log => FOLLOWS,
            Following::NeedsSnapshot => NEEDS_SNAPSHOT,
        };
        let row = AcknowledgementRow {
            node: follower.peer.0.0,
            log,
            agreement: number,
            version: u64::from(follower.version),
            next_seq: follower.acknowledged,
            state: state.to_owned(),
            at: self.now(),
        };
        acknowledgement::set(&mut self.tx, &row).await.map_err(at(name))
    }

    pub(super) async fn followers_of(&mut self, plane: &Plane) -> Stored<Vec<(Option<AgreementId>, Follower)>> {
        let name = "followers";
        let Some(log) = self.own_no(plane).await? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for row in acknowledgement::of_log(&mut self.tx, log).await.map_err(at(name))? {
            let agreement = self.names.agreement_of(&mut self.tx, row.agreement).await.map_err(at(name))?;
            found.push((agreement, follower(&row)?));
        }
        found.sort_by_key(|(agreement, follower)| (follower.peer, *agreement));
        Ok(found)
    }

    pub(super) async fn loading_of(&mut self, feed: &Feed) -> Stored<Option<Loading>> {
        let name = "loading";
        let Some(row) = self.snapshot_row(feed).await? else { return Ok(None) };
        let manifest = Manifest::decode(&row.manifest).ok_or_else(damaged(name, "manifest"))?;
        let wanted = snapshot::wanted(&mut self.tx, &row.id, u32::MAX).await.map_err(at(name))?;
        let missing = wanted.iter().map(|chunk| usize::try_from(chunk.place).ok()).collect::<Option<_>>();
        Ok(Some(Loading { manifest, missing: missing.ok_or_else(damaged(name, "chunk"))? }))
    }

    async fn snapshot_row(&mut self, feed: &Feed) -> Stored<Option<SnapshotRow>> {
        let name = "loading";
        let number = self.names.agreement_no(&mut self.tx, feed.agreement).await.map_err(at(name))?;
        let Some(number) = number else { return Ok(None) };
        for (_, log) in self.names.epochs(&mut self.tx, &feed.log).await.map_err(at(name))? {
            if let Some(row) = snapshot::find(&mut self.tx, log, number).await.map_err(at(name))? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    pub(super) async fn set_loading(&mut self, feed: &Feed, loading: Option<Loading>) -> Stored<()> {
        let (name, now) = ("put_loading", self.now());
        let before = self.snapshot_row(feed).await?;
        let Some(Loading { manifest, missing }) = loading else {
            if let Some(row) = before {
                snapshot::end(&mut self.tx, &row.id).await.map_err(at(name))?;
            }
            return Ok(());
        };
        let number = self.names.agreement_no(&mut self.tx, feed.agreement).await.map_err(at(name))?;
        let agreement = number.ok_or_else(|| failed(name)(Unfit::Agreement))?;
        let checkpoint = Note::unverified(&manifest.note).map_err(failed(name))?;
        let log = self.names.log_no(&mut self.tx, &feed.log, checkpoint.epoch).await.map_err(at(name))?;
        let bytes = manifest.encode();
        let Hash(id) = Hash::of(&[&bytes]);
        if before.as_ref().is_some_and(|before| before.log != log) {
            // Of another generation of the log.
            let old = before.map_or(id, |before| before.id);
            snapshot::end(&mut self.tx, &old).await.map_err(at(name))?;
        }
        let row = SnapshotRow { id, log, agreement, size: checkpoint.size, manifest: bytes, begun_at: now };
        let chunks: Vec<ChunkRow> = (0_u64..)
            .zip(&manifest.chunks)
            .map(|(place, chunk)| ChunkRow { place, hash: chunk.hash.0, bytes: chunk.bytes })
            .collect();
        snapshot::begin(&mut self.tx, &row, &chunks).await.map_err(at(name))?;
        let missing: BTreeSet<u64> = missing.into_iter().filter_map(|place| u64::try_from(place).ok()).collect();
        for chunk in snapshot::wanted(&mut self.tx, &id, u32::MAX).await.map_err(at(name))? {
            if !missing.contains(&chunk.place) {
                snapshot::load_place(&mut self.tx, &id, chunk.place, now).await.map_err(at(name))?;
            }
        }
        Ok(())
    }
}

fn agreed(row: KeptRow) -> Stored<Agreed> {
    let life = |text: Option<String>| match text {
        Some(text) => Life::from_kept(&text).map(Some).ok_or_else(damaged("agreement", "version of an agreement")),
        None => Ok(None),
    };
    Ok(Agreed {
        id: row.id.parse().ok().ok_or_else(damaged("agreement", "id"))?,
        current: life(row.current)?,
        next: life(row.next)?,
        envelope: row.envelope,
    })
}

fn follower(row: &AcknowledgementRow) -> Stored<Follower> {
    let following = match row.state.as_str() {
        FOLLOWS => Following::Log,
        NEEDS_SNAPSHOT => Following::NeedsSnapshot,
        _ => return Err(damaged("follower", "state of a follower")()),
    };
    let version = u32::try_from(row.version).map_err(|_| damaged("follower", "version of a follower")())?;
    Ok(Follower { peer: NodeId(Hash(row.node)), acknowledged: row.next_seq, version, following })
}
