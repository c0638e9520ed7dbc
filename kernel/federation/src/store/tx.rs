//! The core's transaction, method by method; what each does stands in the file of its subject.

use serde_json::Value;
use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::retention::Follower;
use tiwizi_federation_core::flow::rows::{
    Agreed, Body, Draft, Feed, Head, Held, Own, Parked, ReceivedProposal, SentProposal, Stopped,
};
use tiwizi_federation_core::flow::snapshot::Loading;
use tiwizi_federation_core::flow::transfer::Custody;
use tiwizi_federation_core::flow::{Cursor, Durability, StoreTx, Stored};
use tiwizi_federation_core::wire::{Entity, Entry, Hash, LogId, NodeId, Plane, Position};
use tiwizi_model::RecordId;
use tiwizi_storage::federation::{log, turn};

use super::SqlTx;
use super::error;

impl SqlTx {
    /// Hands everything to the database.
    async fn flush(&mut self) -> Stored<()> {
        self.flush_founded().await?;
        self.flush_held().await?;
        self.flush_entries().await?;
        self.flush_own().await?;
        self.flush_drafts().await
    }
}

impl StoreTx for SqlTx {
    async fn commit(mut self, durability: Durability) -> Stored<()> {
        self.flush().await?;
        if durability == Durability::Synced {
            turn::sync(&mut self.tx).await.map_err(error::at("sync"))?;
        }
        self.tx.commit().await.map_err(error::at("commit"))
    }

    async fn head(&mut self, plane: &Plane) -> Stored<Option<Head>> {
        self.head_of(plane).await
    }

    async fn put_head(&mut self, plane: &Plane, head: Head) -> Stored<()> {
        self.set_head(plane, &head).await
    }

    async fn planes(&mut self) -> Stored<Vec<Plane>> {
        self.own_planes().await
    }

    async fn add_draft(&mut self, draft: Draft) -> Stored<()> {
        self.add_one(draft).await
    }

    async fn drafts(&mut self, max: usize) -> Stored<Vec<(u64, Draft)>> {
        self.oldest_drafts(max).await
    }

    async fn has_read_on(&mut self) -> Stored<bool> {
        Ok(self.has_read_on)
    }

    async fn remove_draft(&mut self, number: u64) -> Stored<()> {
        self.forget_draft(number);
        Ok(())
    }

    async fn add_entry(&mut self, plane: &Plane, seq: u64, entity: &Entity, entry: Entry) -> Stored<()> {
        self.gather_entry(plane, seq, entity, entry).await
    }

    async fn entries(&mut self, plane: &Plane, from: u64, max: usize) -> Stored<Vec<(u64, Entry)>> {
        self.entries_from(plane, from, max).await
    }

    async fn entry(&mut self, plane: &Plane, seq: u64) -> Stored<Option<Entry>> {
        self.entry_at(plane, seq).await
    }

    async fn entry_before(&mut self, plane: &Plane, entity: &Entity, seq: u64) -> Stored<Option<(u64, Option<Entry>)>> {
        self.before(plane, entity, seq).await
    }

    async fn release_entries(&mut self, plane: &Plane, below: u64) -> Stored<()> {
        self.release_below(plane, below).await
    }

    async fn kept_from(&mut self, plane: &Plane) -> Stored<u64> {
        match self.own_no(plane).await? {
            Some(log) => log::kept_from(&mut self.tx, log).await.map_err(error::at("kept_from")),
            None => Ok(0),
        }
    }

    async fn add_nodes(&mut self, plane: &Plane, nodes: &[(u8, u64, Hash)]) -> Stored<()> {
        self.gather_nodes(plane, nodes).await
    }

    async fn node(&mut self, plane: &Plane, level: u8, index: u64) -> Stored<Option<Hash>> {
        self.node_at(plane, level, index).await
    }

    async fn own(&mut self, entity: &Entity) -> Stored<Option<Own>> {
        self.catch_up().await?;
        self.last_own(entity).await
    }

    async fn put_own(&mut self, own: Own) -> Stored<()> {
        self.gathered.own.insert(own.entity.clone(), own);
        Ok(())
    }

    async fn owned(&mut self, root: RecordId) -> Stored<Vec<Own>> {
        self.owned_by(root).await
    }

    async fn latest_below(&mut self, plane: &Plane, from: u64, size: u64, max: usize) -> Stored<Vec<(u64, Entity)>> {
        self.last_below(plane, from, size, max).await
    }

    async fn body(&mut self, entity: &Entity) -> Stored<Option<Body>> {
        self.body_of(entity).await
    }

    async fn body_at(&mut self, entity: &Entity, base: Base) -> Stored<Option<Value>> {
        self.body_of_version(entity, base).await
    }

    async fn put_body(&mut self, entity: &Entity, body: Body) -> Stored<()> {
        self.write_body(entity, &body).await
    }

    async fn custody(&mut self, root: RecordId) -> Stored<Option<Custody>> {
        self.custody_of(root).await
    }

    async fn put_custody(&mut self, custody: Custody) -> Stored<()> {
        self.set_custody(custody).await
    }

    async fn moving(&mut self) -> Stored<Vec<Custody>> {
        self.all_moving().await
    }

    async fn cursor(&mut self, feed: &Feed) -> Stored<Option<Cursor>> {
        self.cursor_of(feed).await
    }

    async fn put_cursor(&mut self, feed: &Feed, cursor: Cursor) -> Stored<()> {
        self.set_cursor(feed, &cursor).await
    }

    async fn cursors(&mut self) -> Stored<Vec<(Feed, Cursor)>> {
        self.all_cursors().await
    }

    async fn add_leaves(&mut self, log: &LogId, from: u64, leaves: &[Hash]) -> Stored<()> {
        self.set_leaves(log, from, leaves).await
    }

    async fn leaves(&mut self, log: &LogId, max: u64) -> Stored<Vec<Hash>> {
        self.leaves_of(log, max).await
    }

    async fn proven(&mut self, log: &LogId) -> Stored<Option<String>> {
        self.proven_of(log).await
    }

    async fn put_proven(&mut self, log: &LogId, note: &str) -> Stored<()> {
        self.set_proven(log, note).await
    }

    async fn covered(&mut self, log: &LogId) -> Stored<Option<String>> {
        self.covered_of(log).await
    }

    async fn put_covered(&mut self, log: &LogId, note: &str) -> Stored<()> {
        self.set_covered(log, note).await
    }

    async fn heard(&mut self, log: &LogId) -> Stored<Vec<String>> {
        self.heard_of(log).await
    }

    async fn put_heard(&mut self, log: &LogId, notes: Vec<String>) -> Stored<()> {
        self.set_heard(log, &notes).await
    }

    async fn stopped(&mut self, log: &LogId) -> Stored<Option<Stopped>> {
        self.stopped_of(log).await
    }

    async fn stop(&mut self, log: &LogId, stopped: Stopped) -> Stored<()> {
        self.set_stopped(log, &stopped).await
    }

    async fn foresee(&mut self, agreement: Option<AgreementId>, entities: &[(Entity, RecordId)]) -> Stored<()> {
        self.read_ahead(agreement, entities).await
    }

    async fn held(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Stored<Option<Held>> {
        self.held_of(agreement, entity).await
    }

    async fn put_held(&mut self, held: Held) -> Stored<()> {
        self.gather_held(held).await
    }

    async fn held_after(
        &mut self,
        agreement: Option<AgreementId>,
        after: Option<&Entity>,
        max: usize,
    ) -> Stored<Vec<Held>> {
        self.held_from(agreement, after, max).await
    }

    async fn park(&mut self, parked: Parked) -> Stored<()> {
        self.set_parked(parked).await
    }

    async fn unpark(&mut self, agreement: Option<AgreementId>, at: &Position) -> Stored<()> {
        self.take_parked(agreement, at).await
    }

    async fn parked_after(
        &mut self,
        after: Option<(Option<AgreementId>, Position)>,
        max: usize,
    ) -> Stored<Vec<Parked>> {
        self.parked_behind(after, max).await
    }

    async fn parked_at(&mut self, at: &Position) -> Stored<bool> {
        self.is_parked(at).await
    }

    async fn parked_count(&mut self, feed: &Feed) -> Stored<usize> {
        self.count_parked(feed).await
    }

    async fn parked_entity(&mut self, agreement: Option<AgreementId>, entity: &Entity) -> Stored<Option<Position>> {
        self.first_parked(agreement, entity).await
    }

    async fn follower(
        &mut self,
        peer: &NodeId,
        plane: &Plane,
        agreement: Option<AgreementId>,
    ) -> Stored<Option<Follower>> {
        self.follower_of(peer, plane, agreement).await
    }

    async fn put_follower(&mut self, plane: &Plane, agreement: Option<AgreementId>, follower: Follower) -> Stored<()> {
        self.set_follower(plane, agreement, &follower).await
    }

    async fn followers(&mut self, plane: &Plane) -> Stored<Vec<(Option<AgreementId>, Follower)>> {
        self.followers_of(plane).await
    }

    async fn sent_proposal(&mut self, id: RecordId) -> Stored<Option<SentProposal>> {
        self.sent_of(id).await
    }

    async fn put_sent_proposal(&mut self, sent: SentProposal) -> Stored<()> {
        self.set_sent(&sent).await
    }

    async fn received_proposal(&mut self, from: &NodeId, idem: [u8; 16]) -> Stored<Option<ReceivedProposal>> {
        self.received_of(from, idem).await
    }

    async fn put_received_proposal(&mut self, received: ReceivedProposal) -> Stored<()> {
        self.set_received(&received).await
    }

    async fn waiting_proposals(&mut self, root: RecordId) -> Stored<Vec<ReceivedProposal>> {
        self.waiting_of(root).await
    }

    async fn agreement(&mut self, id: AgreementId) -> Stored<Option<Agreed>> {
        self.agreement_of(id).await
    }

    async fn put_agreement(&mut self, agreed: Agreed) -> Stored<()> {
        self.set_agreement(agreed).await
    }

    async fn agreements(&mut self) -> Stored<Vec<Agreed>> {
        self.all_agreements().await
    }

    async fn loading(&mut self, feed: &Feed) -> Stored<Option<Loading>> {
        self.loading_of(feed).await
    }

    async fn put_loading(&mut self, feed: &Feed, loading: Option<Loading>) -> Stored<()> {
        self.set_loading(feed, loading).await
    }
}
