//! What people do at the instances: found, change, delete, propose, give away, agree on something else.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_federation_core::agreement::{AgreementId, Document, State};
use tiwizi_federation_core::flow::node::{Resolution, Write};
use tiwizi_federation_core::flow::proposal::{Base, Proposal, Received};
use tiwizi_federation_core::flow::rows::Draft;
use tiwizi_federation_core::flow::{Durability, NodeError, Store as _, StoreError, StoreTx as _};
use tiwizi_federation_core::wire::{Entity, EntryKind, Group, GroupNo, Plane, Seed};
use tiwizi_federation_core::{flow::statement::message_kind, gate::addressees};
use tiwizi_model::RecordId;

use crate::clock::run;
use crate::schema::{self, CANARY, COOPERATIVE, MEMBER, PROVINCES, Width};
use crate::world::{Broken, Event, Held, World, broken};

/// A record that was made, and what it moves with.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) kind: &'static str,
    pub(crate) entity: Entity,
    pub(crate) root: RecordId,
}

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) made: Vec<Made>,
    /// Agreements by holder and receiver.
    pub(crate) agreements: BTreeMap<(usize, usize), AgreementId>,
    pub(crate) proposals: Vec<(usize, Proposal)>,
    counter: u128,
}

impl World {
    fn new_id(&mut self) -> RecordId {
        self.work.counter += 1;
        RecordId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + self.work.counter))
    }

    fn idem(&mut self) -> [u8; 16] {
        let (one, two) = (self.chance.next().to_be_bytes(), self.chance.next().to_be_bytes());
        [one, two].concat().try_into().unwrap()
    }

    /// Every pair of instances agrees on something, by the way that agreements go.
    pub(crate) fn agree_on_everything(&mut self) -> Held {
        self.run_until(2_000, &|_| false)?;
        for holder in 1..self.instances.len() {
            for receiver in (0..self.instances.len()).filter(|receiver| *receiver != holder) {
                let rows: &[&str] = if receiver == 0 && holder == 2 { &PROVINCES[..2] } else { &[] };
                let width = if receiver == 0 { Width::Wide } else { Width::All };
                let id = 0x0a00 + (holder * 16 + receiver) as u128;
                let document = schema::document(id, self.nodes[holder], self.nodes[receiver], width, rows);
                self.work.agreements.insert((holder, receiver), document.id);
                let Some(node) = &self.instances[holder].node else { continue };
                run(node.offer_agreement(document))
                    .map_err(|error| broken("I4", format!("no agreement: {error:?}")))?;
            }
        }
        let agreed = self.run_until(600_000, &|world| world.all_active())?;
        if agreed { Ok(()) } else { Err(broken("I4", "agreements do not come into force")) }
    }

    fn all_active(&self) -> bool {
        self.work.agreements.iter().all(|((holder, receiver), id)| {
            [holder, receiver]
                .into_iter()
                .all(|number| self.document_of(*number, *id).is_some_and(|(_, active)| active))
        })
    }

    /// The version of an agreement that is in force at an instance.
    pub(crate) fn document_of(&self, number: usize, id: AgreementId) -> Option<(Document, bool)> {
        let store = &self.instances[number].store;
        let agreed = run(async { store.begin().await?.agreement(id).await }).unwrap()?;
        let settled = agreed.next.is_none();
        let life = agreed.current?;
        Some((life.document().clone(), settled && life.state() == State::Active))
    }

    pub(crate) fn do_work(&mut self) -> Held {
        if self.calm {
            return Ok(());
        }
        let wait = 200 + self.chance.below(1_500) as u64;
        self.at(self.now + wait, Event::Work);
        self.something_is_done()
    }

    pub(crate) fn something_is_done(&mut self) -> Held {
        let number = 1 + self.chance.below(self.instances.len() - 1);
        if !self.instances[number].is_up() {
            return Ok(());
        }
        if self.chance.one_in(8) {
            self.call_off()?;
        }
        match self.chance.below(20) {
            0..=4 => self.found(number),
            5..=10 => self.change(number),
            11 => self.delete(number),
            12..=14 => self.propose(number),
            15 => self.resolve(number),
            16 | 17 => self.give_away(number),
            18 => self.agree_otherwise(number),
            _ if self.chance.one_in(2) => self.poison(number),
            _ => self.release(number),
        }
    }

    fn body(&mut self, kind: &str, newer: bool) -> Value {
        let number = self.chance.below(1_000);
        let province = self.chance.pick(&PROVINCES).copied().unwrap_or_default();
        if kind == MEMBER {
            return json!({
                "role": format!("{province}/member"),
                "name": format!("{CANARY}name-{number}"),
                "born": format!("{}-05-0{}", 1950 + number % 50, 1 + number % 9),
            });
        }
        let mut body = json!({
            "name": format!("Coopérative ⵜⵉⵡⵉⵣⵉ {number}"),
            "place": format!("{province}/{number}"),
            "phone": format!("{CANARY}phone-{number}"),
            "chair": format!("{CANARY}chair-{number}"),
            "account": format!("{CANARY}account-{number}"),
        });
        if newer {
            body["website"] = json!(format!("https://{number}.example"));
        }
        body
    }

    fn found(&mut self, number: usize) -> Held {
        let id = self.new_id();
        let roots: Vec<Made> = self.work.made.iter().filter(|made| made.kind == COOPERATIVE).cloned().collect();
        let owned = self.chance.pick(&roots).cloned().filter(|root| self.may_write(number, root.root));
        let (kind, root) = match owned {
            Some(root) if self.chance.one_in(2) => (MEMBER, root.root),
            _ => (COOPERATIVE, id),
        };
        let made = Made { kind, entity: Entity { kind: schema::kind(kind), id }, root };
        let body = self.body(kind, self.instances[number].newer);
        if self.write(number, &made, Some(body))? {
            self.work.made.push(made);
        }
        Ok(())
    }

    fn change(&mut self, number: usize) -> Held {
        let Some(made) = self.chance.pick(&self.work.made).cloned() else { return Ok(()) };
        let body = self.body(made.kind, self.instances[number].newer);
        self.write(number, &made, Some(body)).map(|_| ())
    }

    fn delete(&mut self, number: usize) -> Held {
        let members: Vec<Made> = self.work.made.iter().filter(|made| made.kind == MEMBER).cloned().collect();
        let Some(made) = self.chance.pick(&members).cloned() else { return Ok(()) };
        self.write(number, &made, None).map(|_| ())
    }

    /// Whether an instance is the home of a root, as it knows itself, and nothing is in the way.
    pub(crate) fn may_write(&self, number: usize, root: RecordId) -> bool {
        let (store, me) = (&self.instances[number].store, self.nodes[number]);
        let custody = run(async { store.begin().await?.custody(root).await }).unwrap();
        custody.is_some_and(|custody| custody.may_write(&me))
    }

    /// Whether an instance has or had a record, its own or another's.
    fn has_seen(&self, number: usize, entity: &Entity) -> bool {
        let store = &self.instances[number].store;
        let seen = run(async {
            let mut tx = store.begin().await?;
            let mut seen = tx.own(entity).await?.is_some();
            for agreed in tx.agreements().await? {
                seen |= tx.held(Some(agreed.id), entity).await?.is_some();
            }
            Ok::<_, StoreError>(seen)
        });
        seen.unwrap()
    }

    /// Writes, and holds the answer to what it must be: a home can always write, whoever else is away, and nobody else can.
    fn write(&mut self, number: usize, made: &Made, body: Option<Value>) -> Result<bool, Broken> {
        let is_new = !self.work.made.iter().any(|known| known.entity == made.entity);
        if !is_new && !self.has_seen(number, &made.entity) {
            // Nobody knows the id of a record that they have never seen.
            return Ok(false);
        }
        let major = self.chance.one_in(2);
        let may = self.may_write(number, made.root) || (is_new && made.root == made.entity.id);
        let write = Write {
            plane: schema::plane_of(made.kind),
            schema: schema::schema(made.kind, self.instances[number].newer, major),
            entity: made.entity.clone(),
            root: made.root,
            body,
            idem: self.idem(),
            cause: None,
        };
        let Some(node) = &self.instances[number].node else { return Ok(false) };
        let name = made.entity.clone();
        match run(node.write(write)) {
            Ok(base) => {
                self.note(|| format!("{number} writes {name} {base:?}"));
                if may { Ok(true) } else { Err(broken("I24", format!("{number} wrote {name}, which it may not"))) }
            }
            Err(NodeError::NotHome | NodeError::Moving) if may => {
                Err(broken("I20", format!("{number} could not write {name}, of which it is the home")))
            }
            Err(NodeError::NotHome | NodeError::Moving | NodeError::Absent { .. }) => Ok(false),
            Err(error) => self.survives(number, &error).map(|()| false),
        }
    }

    fn propose(&mut self, number: usize) -> Held {
        let Some(made) = self.chance.pick(&self.work.made).cloned() else { return Ok(()) };
        let store = &self.instances[number].store;
        let held = run(async {
            let mut tx = store.begin().await?;
            let mut held = Vec::new();
            for agreed in tx.agreements().await? {
                held.extend(tx.held(Some(agreed.id), &made.entity).await?);
            }
            Ok::<_, StoreError>(held)
        });
        let Some(seen) = held.unwrap().into_iter().max_by_key(|held| held.base) else { return Ok(()) };
        // Most have just seen it, some a while ago.
        let ver = seen.base.ver.saturating_sub(self.chance.below(3) as u64 / 2).max(1);
        let field = if made.kind == MEMBER { "born" } else { "phone" };
        let value = self.chance.below(10_000);
        let proposal = Proposal {
            id: self.new_id(),
            entity: made.entity,
            root: made.root,
            base: Base { tenure: seen.base.tenure, ver },
            patch: json!({ field: format!("{CANARY}{value}") }),
            idem: self.idem(),
        };
        // The same form twice is one proposal, also under another id: the office sends it again.
        let again = Proposal { id: self.new_id(), ..proposal.clone() };
        self.send_proposal(number, proposal)?;
        if self.chance.one_in(3) { self.send_proposal(number, again) } else { Ok(()) }
    }

    fn send_proposal(&mut self, number: usize, proposal: Proposal) -> Held {
        let Some(node) = &self.instances[number].node else { return Ok(()) };
        match run(node.propose(proposal.clone())) {
            Ok(()) => {
                self.note(|| format!("{number} proposes {:?}", proposal.id));
                self.work.proposals.push((number, proposal));
                Ok(())
            }
            Err(NodeError::Absent { .. }) => Ok(()),
            Err(error) => self.survives(number, &error),
        }
    }

    fn resolve(&mut self, number: usize) -> Held {
        let Some((sender, proposal)) = self.chance.pick(&self.work.proposals).cloned() else { return Ok(()) };
        let from = self.nodes[sender];
        let accept = self.chance.one_in(2);
        let Some(node) = &self.instances[number].node else { return Ok(()) };
        let resolved = run(async {
            let received = node.store().begin().await?.received_proposal(&from, proposal.idem).await?;
            if !received.is_some_and(|received| matches!(received.state, Received::InReview(_))) {
                return Ok(());
            }
            let resolution = if accept { Resolution::Accept } else { Resolution::Decline("no".to_owned()) };
            node.resolve(&from, proposal.idem, resolution).await
        });
        match resolved {
            // It was given away in the meantime, or is being moved.
            Ok(()) | Err(NodeError::NotHome | NodeError::Moving | NodeError::Absent { .. }) => Ok(()),
            Err(error) => self.survives(number, &error),
        }
    }

    fn give_away(&mut self, number: usize) -> Held {
        let roots: Vec<RecordId> = self.work.made.iter().map(|made| made.root).collect();
        let Some(root) = self.chance.pick(&roots).copied() else { return Ok(()) };
        let to = 1 + self.chance.below(self.instances.len() - 1);
        if to == number || !self.may_write(number, root) {
            return Ok(());
        }
        let (to_node, Some(node)) = (self.nodes[to], &self.instances[number].node) else { return Ok(()) };
        match run(node.offer(root, to_node)) {
            Ok(offer) => self.note(|| format!("{number} offers {root} to {to} at {}", offer.seq)),
            Err(error) => self.survives(number, &error)?,
        }
        Ok(())
    }

    /// The registrar calls an offer off.
    fn call_off(&mut self) -> Held {
        let Some(node) = &self.instances[0].node else { return Ok(()) };
        let open = run(async { node.store().begin().await?.moving().await }).unwrap();
        let Some(root) = self.chance.pick(&open).map(|custody| custody.root) else { return Ok(()) };
        match run(node.void(root)) {
            Ok(()) => self.note(|| format!("0 calls the offer of {root} off")),
            Err(error) => self.survives(0, &error)?,
        }
        Ok(())
    }

    /// A holder gives less, or more, than before.
    fn agree_otherwise(&mut self, number: usize) -> Held {
        let Some(id) = self.work.agreements.get(&(number, 0)).copied() else { return Ok(()) };
        let Some((document, true)) = self.document_of(number, id) else { return Ok(()) };
        let width = if self.chance.one_in(2) { Width::Narrow } else { Width::Wide };
        let rows = 1 + self.chance.below(PROVINCES.len());
        let rows: &[&str] = if rows == PROVINCES.len() { &[] } else { &PROVINCES[..rows] };
        let next = schema::next_version(&document, width, rows);
        let Some(node) = &self.instances[number].node else { return Ok(()) };
        match run(node.offer_agreement(next)) {
            Ok(()) => self.note(|| format!("{number} offers the nation {width:?} of {rows:?}")),
            // A clock that is years ahead has ended it.
            Err(NodeError::Step { .. }) => {}
            Err(error) => self.survives(number, &error)?,
        }
        Ok(())
    }

    /// A statement that nobody can read: it must not stop what comes behind it.
    fn poison(&mut self, number: usize) -> Held {
        let (to, id, idem) = (self.nodes[0], self.new_id(), self.idem());
        let kind = message_kind().unwrap();
        let group = Group::new(GroupNo::PUBLIC, Seed([number as u8; 32]), vec![addressees(&kind, &[to])]).unwrap();
        let draft = Draft {
            plane: Plane::control(),
            kind: EntryKind::Answer,
            schema: String::new(),
            entity: Entity { kind, id },
            subject: None,
            base: Base { tenure: 0, ver: 0 },
            idem,
            cause: None,
            groups: vec![group],
        };
        self.checker.poison += 1;
        let Some(node) = &self.instances[number].node else { return Ok(()) };
        let added = run(async {
            let mut tx = node.store().begin().await?;
            tx.add_draft(draft).await?;
            tx.commit(Durability::Synced).await
        });
        match added {
            Ok(()) => Ok(()),
            Err(error) => self.survives(number, &NodeError::Store(error)),
        }
    }

    fn release(&mut self, number: usize) -> Held {
        let kept_max = 2 + self.chance.below(6) as u64;
        for kind in [COOPERATIVE, MEMBER] {
            let Some(node) = &self.instances[number].node else { return Ok(()) };
            match run(node.release_past(&schema::plane_of(kind), kept_max)) {
                Ok(release) => self.note(|| format!("{number} lets go of {kind} {release:?}")),
                Err(error) => self.survives(number, &error)?,
            }
        }
        self.check_kept(number)
    }
}
