//! The receiver checks what came with an offer, takes it in and accepts.
//!
//! Everything is looked at before anything is kept: the proofs, the hash over all of it, whether this version knows every field, and whether
//! the records could become this instance's own today. What would fail after the seal fails here, where the offer can still be called off.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::flow::node::state_of;
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::transfer::Custody;
use tiwizi_federation_core::flow::{Store, StoreTx, shape};
use tiwizi_federation_core::gate::PeerBytes;
use tiwizi_federation_core::parcel::{Carried, Parcel};
use tiwizi_federation_core::wire::{Entity, GroupNo, Hash, NodeId, REST, field_no};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Placement;
use tiwizi_model::limits::FOREIGN_RECORDS_MAX;
use tiwizi_model::{Instant, KindName, RecordId, Version};
use tiwizi_records::{Moving, Said, Saying, Verdict};
use tiwizi_storage::WriteTx;
use tiwizi_storage::federation::transfer::{self, TransferChange};
use uuid::Uuid;

use super::Transfers;
use super::error::TransfersError as E;
use super::row::{Kept, Note};
use super::seal::told;

/// What came out of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Records, by kind.
    pub records: BTreeMap<KindName, usize>,
    /// The cooperatives, and the people who go along.
    pub roots: usize,
}

/// A parcel that is proven and fits its offers.
struct Taken {
    lead: RecordId,
    states: BTreeMap<RecordId, Hash>,
    said: Vec<Said>,
    /// Each root, with the term that ends.
    roots: BTreeMap<RecordId, u32>,
}

impl<S: Store> Transfers<S> {
    /// What is handed over with an open offer of ours, sealed for its receiver.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `OtherSide`, `State`; when more moves than a parcel takes.
    pub async fn parcel(&self, caller: &Caller, id: Uuid) -> Result<PeerBytes, E> {
        let kept = self.kept(id).await?;
        if kept.row.from != self.me().0.0 {
            return Err(E::OtherSide);
        }
        let permit = self.records.may_read(caller, &self.names.cooperative)?;
        let record = self.records.read(&permit, kept.row.entity).await?.ok_or(E::Missing)?;
        self.keeps(caller, Placement { subject: record.subject, province: record.province })?;
        if !kept.state.is_open() {
            return Err(E::State { state: kept.state });
        }
        told(caller, id, "parcel");
        self.packed(kept.row.entity, NodeId(Hash(kept.row.to))).await
    }

    /// The same for the receiver itself, which asks over the line: it gets what was offered to it, and nobody else does.
    ///
    /// # Errors
    /// As `parcel`, but for what a caller may.
    pub async fn parcel_for(&self, peer: NodeId, lead: RecordId) -> Result<PeerBytes, E> {
        let open = self.node.together(lead).await?;
        let is_receiver = |custody: &Custody| custody.moving.as_ref().is_some_and(|moving| moving.to == peer);
        if open.iter().any(is_receiver) { self.packed(lead, peer).await } else { Err(E::Missing) }
    }

    async fn packed(&self, lead: RecordId, to: NodeId) -> Result<PeerBytes, E> {
        let parcel = self.node.parcel(lead).await?;
        let key = self.roll.ring().current(&to).filter(|_| parcel.to == to).ok_or(E::Stranger { node: to })?;
        Ok(PeerBytes::parcel(&parcel, &key, self.records.ambient())?)
    }

    /// Checks a parcel, takes it in and accepts the offer. The same parcel twice is one acceptance.
    ///
    /// # Errors
    /// `Missing`, `Refused`, `OtherSide`, `State`; `Parcel`, `Incomplete`, `Newer`, `NotTaken` and `NotOwn` when it is not taken. Nothing is
    /// kept of it then.
    pub async fn accept(&self, caller: &Caller, id: Uuid, bytes: &[u8]) -> Result<Checked, E> {
        let kept = self.kept(id).await?;
        if kept.row.to != self.me().0.0 {
            return Err(E::OtherSide);
        }
        if !kept.state.is_open() {
            return Err(E::State { state: kept.state });
        }
        let parcel = Parcel::open(bytes, self.keys.kept())?;
        let taken = self.checked(&kept, &parcel).await?;
        self.keeps(caller, self.lies(&taken)?)?;
        self.rehearse(&kept, &taken).await?;
        self.bring_in(&kept, &taken).await?;
        self.node.accept_together(taken.lead, &taken.states).await?;
        told(caller, id, "accept");
        let mut records = BTreeMap::new();
        for said in &taken.said {
            let count: &mut usize = records.entry(said.kind.clone()).or_default();
            *count = count.saturating_add(1);
        }
        Ok(Checked { records, roots: taken.roots.len() })
    }

    /// Holds a parcel to the offers, and proves it.
    async fn checked(&self, kept: &Kept, parcel: &Parcel) -> Result<Taken, E> {
        let (from, lead) = (NodeId(Hash(kept.row.from)), kept.row.entity);
        let open = self.node.together(lead).await?;
        let roots: BTreeSet<RecordId> = open.iter().map(|custody| custody.root).collect();
        let is_it = parcel.from == from && parcel.to == self.me() && parcel.lead == lead && parcel.roots == roots;
        if !is_it {
            return Err(E::Incomplete);
        }
        let carried = parcel.prove(self.roll.ring())?;
        let states = states(&carried);
        let offered = |custody: &Custody| {
            let moving = custody.moving.as_ref()?;
            let home = custody.last().filter(|last| last.home == from)?;
            (states.get(&custody.root) == Some(&moving.state)).then_some((custody.root, home.tenure))
        };
        let roots: Option<BTreeMap<RecordId, u32>> = open.iter().map(offered).collect();
        let roots = roots.filter(|roots| roots.len() == states.len()).ok_or(E::Incomplete)?;
        self.demand_read_up(&open).await?;
        let home = self.home_of(&from)?;
        let said: Vec<Said> = carried.iter().map(|one| self.said(one, home)).collect::<Result<_, E>>()?;
        Ok(Taken { lead, states, said, roots })
    }

    /// What agreements give of what moves was taken: nothing older comes over what the parcel brings.
    async fn demand_read_up(&self, open: &[Custody]) -> Result<(), E> {
        let cursors = {
            let mut tx = self.node.store().begin().await?;
            tx.cursors().await?
        };
        for moving in open.iter().filter_map(|custody| custody.moving.as_ref()) {
            let from = moving.offer.log.node;
            for (feed, cursor) in cursors.iter().filter(|(feed, _)| feed.log.node == from) {
                let head = moving.fence.0.get(&feed.log.plane).copied().unwrap_or_default();
                if cursor.next_seq() < head {
                    return Err(E::Behind { plane: feed.log.plane.clone() });
                }
            }
        }
        Ok(())
    }

    /// What the home says of a record, if this version knows all of it.
    fn said(&self, one: &Carried, home: tiwizi_model::InstanceId) -> Result<Said, E> {
        let kind = &one.header.entity.kind;
        let kinds = &self.node.setting().kinds;
        let classes = kinds.get(kind).ok_or_else(|| E::Newer { kind: kind.clone() })?;
        let names: BTreeSet<u16> = classes.fields.keys().map(|name| field_no(kind, name)).collect();
        // What is derived is derived again.
        let stored = one.fields.iter().filter(|(group, _)| *group != GroupNo::DERIVED);
        if stored.clone().any(|(_, field)| field.no != REST && !names.contains(&field.no)) {
            return Err(E::Newer { kind: kind.clone() });
        }
        let fields: Vec<_> = stored.cloned().collect();
        let version = i64::try_from(one.header.ver).map_err(|_| E::Damaged)?;
        Ok(Said {
            kind: kind.clone(),
            id: one.header.entity.id,
            version: Version(version),
            tenure: i64::from(one.header.tenure),
            home,
            at: Instant(i64::try_from(one.header.hlc).unwrap_or_default()),
            saying: Saying::Put { body: shape::body(kind, &fields, kinds), withheld: BTreeSet::new() },
        })
    }

    /// Where the leading cooperative lies: whose office accepts it.
    fn lies(&self, taken: &Taken) -> Result<Placement, E> {
        let lead = taken.said.iter().find(|said| said.id == taken.lead);
        let kinds = self.records.kinds();
        let placed = lead.and_then(|said| match &said.saying {
            Saying::Put { body, .. } => kinds.find(&said.kind)?.place(said.id, body).ok(),
            Saying::Delete | Saying::Withdrawn => None,
        });
        placed.ok_or(E::Incomplete)
    }

    /// Tries whether the records could become this instance's own, and leaves nothing behind.
    async fn rehearse(&self, kept: &Kept, taken: &Taken) -> Result<(), E> {
        let from = self.home_of(&NodeId(Hash(kept.row.from)))?;
        let mut tx = self.records.db().begin_write().await?;
        self.take_in(&mut tx, taken).await?;
        for (tenure, subjects) in by_tenure(&taken.roots) {
            let to = self.records.instance();
            let moving = Moving { subjects: &subjects, from, to, tenure: i64::from(tenure.saturating_add(1)) };
            self.records.adopt(&mut tx, moving).await.map_err(E::NotOwn)?;
        }
        // It is given up here: a transaction that is dropped was nothing.
        drop(tx);
        Ok(())
    }

    /// Takes a parcel in, and notes with it that there is something to give back. An offer that was called off meanwhile brings nothing in.
    async fn bring_in(&self, kept: &Kept, taken: &Taken) -> Result<(), E> {
        let note = Note { taken: true, trouble: None, ..kept.note.clone() }.text();
        let state = kept.state.name();
        let (id, at) = (kept.row.id, kept.row.changed_at);
        let change = TransferChange { id, from: state, to: state, under_way: true, note: Some(&note), at };
        let mut tx = self.records.db().begin_write().await?;
        if !transfer::change_state(&mut tx, change).await? {
            drop(tx);
            return Err(E::State { state: self.kept(kept.row.id).await?.state });
        }
        self.take_in(&mut tx, taken).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn take_in(&self, tx: &mut WriteTx, taken: &Taken) -> Result<(), E> {
        for part in taken.said.chunks(FOREIGN_RECORDS_MAX) {
            let verdicts = self.records.receive(tx, part.to_vec()).await?;
            for (said, verdict) in part.iter().zip(verdicts) {
                let why = match verdict {
                    Verdict::Stored(_) | Verdict::Known => continue,
                    Verdict::Parked(park) => park.to_string(),
                    Verdict::Breach(breach) => breach.to_string(),
                };
                return Err(E::NotTaken { kind: said.kind.clone(), id: said.id, why });
            }
        }
        Ok(())
    }
}

/// Roots by the term that ends.
fn by_tenure(roots: &BTreeMap<RecordId, u32>) -> BTreeMap<u32, Vec<RecordId>> {
    let mut groups: BTreeMap<u32, Vec<RecordId>> = BTreeMap::new();
    for (root, tenure) in roots {
        groups.entry(*tenure).or_default().push(*root);
    }
    groups
}

/// The hash over what came of each root, as its home has made it.
fn states(carried: &[Carried]) -> BTreeMap<RecordId, Hash> {
    let mut records: BTreeMap<RecordId, Vec<(Entity, Base, Hash)>> = BTreeMap::new();
    for one in carried {
        let base = Base { tenure: one.header.tenure, ver: one.header.ver };
        records.entry(one.root).or_default().push((one.header.entity.clone(), base, one.leaf));
    }
    records.into_iter().map(|(root, records)| (root, state_of(records))).collect()
}
