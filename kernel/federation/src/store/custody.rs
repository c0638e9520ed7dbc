//! Who may write what moves as one, and what a change of that does to the records.
//!
//! Between our offer and its end the records' fence stands around the root. When the seal makes us the home its records become ours, when it makes
//! another instance the home they become that one's, both in the transaction that takes the seal.

use std::collections::BTreeMap;

use tiwizi_federation_core::flow::Stored;
use tiwizi_federation_core::flow::transfer::{Custody, Moving};
use tiwizi_federation_core::wire::{Entity, Hash, NodeId};
use tiwizi_model::limits::MOVED_ROWS;
use tiwizi_model::{InstanceId, RecordId};
use tiwizi_records::Moving as MovingRecords;
use tiwizi_records::manifest::SubjectRule;
use tiwizi_storage::federation::custody::{self, CustodyRow};
use tiwizi_storage::federation::transfer::{self, StepRow, TransferChange, TransferRow};
use tiwizi_storage::federation::{entity, fence};
use tiwizi_storage::record::{self, Term};
use uuid::Uuid;

use super::SqlTx;
use super::error::{Unfit, at, damaged, failed, refused};
use super::form;

/// What the row of a transfer says of its state.
const OFFERED: &str = "offered";
const ACCEPTED: &str = "accepted";
const SEALED: &str = "sealed";
const VOID: &str = "void";

/// The key of a transfer: its offer has one place, and so the same key everywhere.
fn key_of(moving: &Moving) -> Uuid {
    let Hash(hash) = Hash::of(&[moving.offer.to_string().as_bytes()]);
    let (bytes, _) = hash.split_at(16);
    Uuid::from_slice(bytes).map_or(Uuid::nil(), |id| uuid::Builder::from_custom_bytes(id.into_bytes()).into_uuid())
}

impl SqlTx {
    /// What is not stored follows from the records: one that is ours and never moved is in its first term.
    pub(super) async fn custody_of(&mut self, root: RecordId) -> Stored<Option<Custody>> {
        let name = "custody";
        if let Some(known) = self.gathered.custody.get(&root) {
            return Ok(known.clone());
        }
        let custody = match custody::find(&mut self.tx, root).await.map_err(at(name))? {
            Some(row) => Some(read(row)?),
            None => {
                let terms = record::terms(&mut self.tx, &[root]).await.map_err(at(name))?;
                self.of_term(root, terms.first())?
            }
        };
        self.gathered.custody.insert(root, custody.clone());
        Ok(custody)
    }

    /// The terms of a root of which nothing is stored but, maybe, its record.
    pub(super) fn of_term(&self, root: RecordId, term: Option<&Term>) -> Stored<Option<Custody>> {
        let own = term.filter(|term| term.home == self.shared.records.instance());
        let tenure = own.map(|term| u32::try_from(term.tenure)).transpose().ok();
        let tenure = tenure.ok_or_else(damaged("custody", "term of a record"))?;
        Ok(tenure.map(|tenure| Custody::founded(root, tenure, self.shared.me)))
    }

    pub(super) async fn set_custody(&mut self, custody: Custody) -> Stored<()> {
        let name = "put_custody";
        let before = self.custody_of(custody.root).await?;
        if before.as_ref() == Some(&custody) {
            return Ok(());
        }
        let me = self.shared.me;
        let home = |custody: &Custody| custody.last().map(|last| last.home);
        let (was, is) = (before.as_ref().and_then(home), home(&custody));
        let open = |custody: Option<&Custody>| custody.and_then(|custody| custody.moving.clone());
        let (before_open, now_open) = (open(before.as_ref()), open(Some(&custody)));
        match (&before_open, &now_open) {
            (None, Some(moving)) => self.begin_move(&custody, moving, was == Some(me)).await?,
            (Some(before), Some(moving)) if before.offer == moving.offer => self.accept_move(&custody, moving).await?,
            (Some(moving), _) => self.end_move(custody.root, moving, was != is).await?,
            (None, None) => {}
        }
        match (was, is) {
            (Some(from), Some(to)) if from == me && to != me => self.release(&custody, to).await?,
            (Some(from), Some(to)) if from != me && to == me => self.adopt(&custody, from).await?,
            _ => {}
        }
        let (node, tenure) = custody.last().map_or((NodeId(Hash::ZERO), 0), |last| (last.home, last.tenure));
        let row = CustodyRow {
            root: custody.root,
            node: node.0.0,
            tenure,
            moving: custody.moving.is_some(),
            detail: form::custody_detail(&custody),
        };
        if before.is_none() && now_open.is_none() {
            self.gathered.founded.insert(custody.root, row);
        } else {
            // What is known of it is stored first, or it would take the place of this.
            self.flush_founded().await?;
            if !custody::put(&mut self.tx, &[row]).await.map_err(at(name))? {
                return Err(failed(name)(Unfit::Earlier));
            }
        }
        self.gathered.custody.insert(custody.root, Some(custody));
        Ok(())
    }

    /// Stores the terms that were gathered.
    pub(super) async fn flush_founded(&mut self) -> Stored<()> {
        let name = "flush_founded";
        let rows: Vec<CustodyRow> = std::mem::take(&mut self.gathered.founded).into_values().collect();
        if custody::put(&mut self.tx, &rows).await.map_err(at(name))? {
            return Ok(());
        }
        Err(failed(name)(Unfit::Earlier))
    }

    pub(super) async fn all_moving(&mut self) -> Stored<Vec<Custody>> {
        let rows = custody::moving(&mut self.tx).await.map_err(at("moving"))?;
        rows.into_iter().map(read).collect()
    }

    /// An offer begins. Around a root of ours the fence is raised, and what was written of it before that has its place: the core gave all of it places a
    /// moment ago, and whoever wrote since then makes the offer fail, to be tried again.
    async fn begin_move(&mut self, custody: &Custody, moving: &Moving, is_ours: bool) -> Stored<()> {
        let (name, now) = ("begin_move", self.now());
        let version = record::find(&mut self.tx, custody.root).await.map_err(at(name))?;
        let version = version.and_then(|row| u64::try_from(row.version.0).ok()).unwrap_or_default();
        let transfer = TransferRow {
            id: key_of(moving),
            entity: custody.root,
            lead: self.led_by(custody.root, moving).await?,
            from: moving.offer.log.node.0.0,
            to: moving.to.0.0,
            tenure: custody.last().map_or(0, |last| last.tenure),
            ver: version,
            state_root: moving.state.0,
            state: OFFERED.to_owned(),
            under_way: true,
            note: "{}".to_owned(),
            made_at: now,
            changed_at: now,
        };
        transfer::add(&mut self.tx, &transfer).await.map_err(refused(name))?;
        self.add_step(&transfer.id, "offer", moving).await?;
        if is_ours {
            fence::raise(&mut self.tx, custody.root, transfer.id, now).await.map_err(refused(name))?;
            self.demand_placed(custody.root).await?;
        }
        if moving.accept.is_some() {
            self.accept_move(custody, moving).await?;
        }
        Ok(())
    }

    /// The receiver has everything. When that is us, the records must have taken all of it.
    async fn accept_move(&mut self, custody: &Custody, moving: &Moving) -> Stored<()> {
        let name = "accept_move";
        if moving.accept.is_none() {
            return Ok(());
        }
        if moving.to == self.shared.me {
            self.flush_held().await?;
            let left = entity::unapplied_of_root(&mut self.tx, custody.root, 1).await.map_err(at(name))?;
            if !left.is_empty() {
                return Err(failed(name)(Unfit::Unapplied));
            }
        }
        let id = key_of(moving);
        self.add_step(&id, "accept", moving).await?;
        self.move_on(id, OFFERED, ACCEPTED).await
    }

    async fn end_move(&mut self, root: RecordId, moving: &Moving, is_sealed: bool) -> Stored<()> {
        let id = key_of(moving);
        fence::lift(&mut self.tx, root, id).await.map_err(at("end_move"))?;
        let to = if is_sealed { SEALED } else { VOID };
        self.move_on(id, OFFERED, to).await?;
        self.move_on(id, ACCEPTED, to).await
    }

    async fn move_on(&mut self, id: Uuid, from: &str, to: &str) -> Stored<()> {
        let under_way = to == ACCEPTED;
        let change = TransferChange { id, from, to, under_way, note: None, at: self.now() };
        transfer::change_state(&mut self.tx, change).await.map_err(at("transfer"))?;
        Ok(())
    }

    /// The transfer that one goes along with. The leading root is offered before those that follow it.
    async fn led_by(&mut self, root: RecordId, moving: &Moving) -> Stored<Uuid> {
        if moving.lead == root {
            return Ok(key_of(moving));
        }
        let lead = self.custody_of(moving.lead).await?.and_then(|custody| custody.moving);
        let is_it = |lead: &Moving| lead.offer.log == moving.offer.log && lead.to == moving.to;
        Ok(key_of(lead.as_ref().filter(|lead| is_it(lead)).unwrap_or(moving)))
    }

    async fn add_step(&mut self, id: &Uuid, step: &str, moving: &Moving) -> Stored<()> {
        let name = "transfer_step";
        let position = moving.accept.as_ref().filter(|_| step == "accept").unwrap_or(&moving.offer);
        let place = self.names.place(&mut self.tx, position).await.map_err(at(name))?;
        let row = StepRow { step: step.to_owned(), place, at: self.now() };
        transfer::add_step(&mut self.tx, *id, &row).await.map_err(at(name))?;
        Ok(())
    }

    /// Every record of a root must be in the log as it is.
    async fn demand_placed(&mut self, root: RecordId) -> Stored<()> {
        let name = "demand_placed";
        let kinds = self.shared.records.kinds();
        let instance = self.shared.records.instance();
        let owned = self.owned_by(root).await?.into_iter();
        let placed: BTreeMap<Entity, u64> =
            owned.filter(|own| own.seq.is_some()).map(|own| (own.entity, own.base.ver)).collect();
        for kind in kinds.iter() {
            let declaration = kind.declaration();
            if !declaration.federates() || declaration.subject == SubjectRule::Nobody {
                continue;
            }
            let mut after = None;
            loop {
                let rows = record::of_subject(&mut self.tx, (kind.number(), root), after, MOVED_ROWS).await;
                let rows = rows.map_err(at(name))?;
                let Some(last) = rows.last() else { break };
                after = Some(last.id);
                for row in rows.into_iter().filter(|row| row.home == instance) {
                    let ver = placed.get(&Entity { kind: kind.name().clone(), id: row.id });
                    if ver.and_then(|ver| i64::try_from(*ver).ok()) != Some(row.version.0) {
                        return Err(failed(name)(Unfit::Written));
                    }
                }
            }
        }
        Ok(())
    }

    fn home_of(&self, node: &NodeId) -> Stored<InstanceId> {
        if *node == self.shared.me {
            return Ok(self.shared.records.instance());
        }
        self.shared.roll.home_of(node).ok_or_else(|| failed("home_of")(Unfit::NoHome))
    }

    async fn release(&mut self, custody: &Custody, to: NodeId) -> Stored<()> {
        let subjects = [custody.root];
        let (from, to) = (self.shared.records.instance(), self.home_of(&to)?);
        let tenure = custody.last().map_or(0, |last| i64::from(last.tenure));
        let moving = MovingRecords { subjects: &subjects, from, to, tenure };
        self.shared.records.release(&mut self.tx, moving).await.map_err(failed("release"))?;
        Ok(())
    }

    async fn adopt(&mut self, custody: &Custody, from: NodeId) -> Stored<()> {
        self.flush_held().await?;
        let subjects = [custody.root];
        let (from, to) = (self.home_of(&from)?, self.shared.records.instance());
        let tenure = custody.last().map_or(0, |last| i64::from(last.tenure));
        let moving = MovingRecords { subjects: &subjects, from, to, tenure };
        self.shared.records.adopt(&mut self.tx, moving).await.map_err(failed("adopt"))?;
        Ok(())
    }
}

pub(super) fn read(row: CustodyRow) -> Stored<Custody> {
    let last = (NodeId(Hash(row.node)), row.tenure);
    form::custody(row.root, last, row.detail.as_deref()).ok_or_else(damaged("custody", "terms of a root"))
}
