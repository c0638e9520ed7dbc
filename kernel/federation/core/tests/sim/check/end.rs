//! What holds once everything is well for long enough: I4, I9, I14, I17, I18, I24.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::{AgreementId, Document, State};
use tiwizi_federation_core::flow::proposal::Base;
use tiwizi_federation_core::flow::rows::{HeldLife, ParkReason};
use tiwizi_federation_core::flow::{Feed, StoreTx as _};
use tiwizi_federation_core::wire::{Entity, Header, LogId, Plane, decode_json, field_no};

use crate::clock::run;
use crate::schema::{self, COOPERATIVE, MEMBER};
use crate::world::{Held, World, broken};

use super::pages::{given, shown};

/// How long there must be nothing to do.
const QUIET_MS: u64 = 6_000;

/// What somebody should have, or has, under an agreement: of each entity its version and its fields.
type View = BTreeMap<Entity, (Base, BTreeMap<u16, Vec<u8>>)>;

/// A version with its fields, short.
fn told((base, fields): &(Base, BTreeMap<u16, Vec<u8>>)) -> String {
    let names = ["name", "place", "province", "website", "phone", "chair", "account", "role", "born", "born.year"];
    let name = |number: &u16| {
        let of = |name: &&&str| [COOPERATIVE, MEMBER].iter().any(|kind| field_no(&schema::kind(kind), name) == *number);
        names.iter().find(of).copied().unwrap_or("?")
    };
    let fields: Vec<String> =
        fields.iter().map(|(number, value)| format!("{}={}", name(number), String::from_utf8_lossy(value))).collect();
    format!("{}.{} {}", base.tenure, base.ver, fields.join(" "))
}

impl World {
    /// Whether nothing is left to do, and was not for a while.
    pub(crate) fn is_settled(&mut self) -> bool {
        let quiet = self.behind().is_none() && self.forks_are_known();
        let since = match (quiet, self.checker.settled_since) {
            (false, _) => None,
            (true, None) => Some(self.now),
            (true, since) => since,
        };
        self.checker.settled_since = since;
        since.is_some_and(|since| self.now >= since + QUIET_MS)
    }

    /// Who is behind whom, if anybody is.
    fn behind(&self) -> Option<String> {
        for number in self.honest() {
            if !self.instances[number].is_up() || !run(self.tx(number).drafts(1)).unwrap().is_empty() {
                return Some(format!("{number} has something to place"));
            }
            let Some(node) = &self.instances[number].node else { continue };
            for (feed, (version, _, next)) in run(node.wanted()).unwrap() {
                let Some(home) = self.number_of(&feed.log.node).filter(|_| self.is_honest(&feed.log.node)) else {
                    continue;
                };
                let size = self.log_size(home, &feed.log.plane);
                let given = feed.agreement.is_none_or(|id| self.gives(home, number, id));
                if next < size && given {
                    let plane = &feed.log.plane;
                    return Some(format!(
                        "{number} has {next} of {size} entries of {plane} of {home} (version {version})"
                    ));
                }
            }
        }
        None
    }

    /// Whether something is given: the agreement is in force, and a clock that was years ahead has not made one of its sides take its
    /// next version for ended.
    fn gives(&self, home: usize, receiver: usize, id: AgreementId) -> bool {
        let of = |number: usize| run(self.tx(number).agreement(id)).unwrap().and_then(|agreed| agreed.current);
        let (Some(holds), Some(takes)) = (of(home), of(receiver)) else { return false };
        let same = holds.document().version == takes.document().version;
        let excused = self.plan.far_clocks && !same;
        holds.state() == State::Active && !excused
    }

    fn forks_are_known(&self) -> bool {
        self.forked_readers().into_iter().all(|(number, log)| run(self.tx(number).stopped(&log)).unwrap().is_some())
    }

    /// Those who have another history of a log than somebody else.
    fn forked_readers(&self) -> BTreeSet<(usize, LogId)> {
        let Some(liar) = self.checker.liar else { return BTreeSet::new() };
        let mut forked = BTreeSet::new();
        for plane in ["control", "registry", "members"] {
            let log = LogId { node: self.nodes[liar], plane: plane.parse::<Plane>().unwrap() };
            let histories: Vec<_> = self
                .honest()
                .into_iter()
                .map(|number| (number, run(self.tx(number).leaves(&log, u64::MAX)).unwrap()))
                .collect();
            for (one, first) in &histories {
                let differs = histories.iter().any(|(_, other)| first.iter().zip(other).any(|(one, two)| one != two));
                if differs {
                    forked.insert((*one, log.clone()));
                }
            }
        }
        forked
    }

    /// The last look.
    pub(crate) fn check_end(&mut self, calm: bool) -> Held {
        for number in self.honest() {
            self.check_written(number)?;
            self.check_instance(number)?;
            self.check_stops(number)?;
        }
        if !self.forks_are_known() {
            return Err(broken("I9", "a fork is not known to all who have a part of it"));
        }
        if !calm {
            return Err(broken("I14", self.behind().unwrap_or_else(|| "it does not come to rest".to_owned())));
        }
        self.check_parked()?;
        self.check_versions()?;
        for ((holder, receiver), id) in self.work.agreements.clone() {
            if self.is_honest(&self.nodes[holder])
                && self.is_honest(&self.nodes[receiver])
                && self.gives(holder, receiver, id)
            {
                self.check_converged(holder, receiver, id)?;
            }
        }
        Ok(())
    }

    /// Nothing waits but what nobody can read, what a liar is the cause of, and what depends on an offer that is open still.
    fn check_parked(&self) -> Held {
        for number in self.honest() {
            for parked in run(self.tx(number).parked_after(None, usize::MAX)).unwrap() {
                let stopped = !self.is_honest(&parked.at.log.node);
                let excused = match &parked.reason {
                    ParkReason::UnknownForm => self.checker.poison > 0,
                    // The home before took its agreement for ended, and gives no more.
                    ParkReason::HomeBefore(_) if self.plan.far_clocks => true,
                    _ => self.checker.liar.is_some(),
                };
                if !stopped && !excused {
                    let invariant =
                        if matches!(parked.reason, ParkReason::UnknownSchema { .. }) { "I18" } else { "I4" };
                    return Err(broken(
                        invariant,
                        format!("{number} still waits: {:?} of {}", parked.reason, parked.at),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Over all terms no version is missing and none is there twice.
    fn check_versions(&self) -> Held {
        if self.checker.liar.is_some() {
            return Ok(());
        }
        let mut last: BTreeMap<&Entity, Base> = BTreeMap::new();
        for (entity, base) in self.checker.versions.keys() {
            let before = last.insert(entity, *base);
            let follows = before.is_none_or(|before| base.ver == before.ver + 1 && base.tenure >= before.tenure);
            if !follows || (before.is_none() && base.ver != 1) {
                return Err(broken("I24", format!("{entity} goes from {before:?} to {base:?}")));
            }
        }
        Ok(())
    }

    /// Both sides of an agreement have the same, to the byte.
    fn check_converged(&self, holder: usize, receiver: usize, id: AgreementId) -> Held {
        let Some((document, _)) = self.document_of(holder, id) else { return Ok(()) };
        for kind in [COOPERATIVE, MEMBER] {
            let plane = schema::plane_of(kind);
            let log = LogId { node: self.nodes[holder], plane };
            let feed = Feed { log, agreement: Some(id) };
            let (mut should, mut has) = (self.should_have(holder, &document, kind), self.has(receiver, holder, &feed));
            // Whoever lies can withhold what it proposed, and what it wrote as a home: what follows from that waits, and nothing else.
            for entity in self.withheld(receiver, id) {
                should.remove(&entity);
                has.remove(&entity);
            }
            if should != has {
                let differs = should.iter().find(|(entity, view)| has.get(entity) != Some(view));
                let differs = differs.or_else(|| has.iter().find(|(entity, _)| !should.contains_key(entity)));
                let entity = differs.map(|(entity, _)| entity.clone());
                let sides = entity.as_ref().map(|entity| (should.get(entity).map(told), has.get(entity).map(told)));
                let entity = entity.map(|entity| entity.to_string());
                let parked = run(self.tx(receiver).parked_after(None, usize::MAX)).unwrap();
                let waits: Vec<_> =
                    parked.iter().map(|parked| format!("{}: {:?}", parked.at.seq, parked.reason)).collect();
                let version = document.version;
                let what = format!(
                    "{receiver} has not of {holder} what it should by version {version}: {entity:?} {sides:?}; it waits for {waits:?}"
                );
                return Err(broken("I4", what));
            }
        }
        Ok(())
    }

    fn withheld(&self, receiver: usize, id: AgreementId) -> BTreeSet<Entity> {
        let parked = run(self.tx(receiver).parked_after(None, usize::MAX)).unwrap();
        let is_withheld = |reason: &ParkReason| match reason {
            ParkReason::Cause(cause) => !self.is_honest(&cause.log.node),
            ParkReason::HomeBefore(log) => !self.is_honest(&log.node) || self.plan.far_clocks,
            _ => false,
        };
        let waits = parked.into_iter().filter(|parked| parked.agreement == Some(id) && is_withheld(&parked.reason));
        waits.filter_map(|parked| parked.entity).collect()
    }

    fn should_have(&self, holder: usize, document: &Document, kind: &str) -> View {
        let (names, provinces) = given(document, kind);
        let kind = schema::kind(kind);
        let classes = &schema::kinds(true)[&kind];
        let mut tx = self.tx(holder);
        let mut view = View::new();
        // What was written and not acknowledged to whoever wrote it, because the power went, counts too.
        for (_, entity) in run(tx.latest_below(&schema::plane_of(kind.as_str()), 0, u64::MAX, usize::MAX)).unwrap() {
            let Some(own) = run(tx.own(&entity)).unwrap().filter(|own| !own.deleted) else { continue };
            let custody = run(tx.custody(own.root)).unwrap();
            let is_home =
                custody.and_then(|custody| custody.last().cloned()).is_some_and(|last| last.home == self.nodes[holder]);
            if !is_home {
                continue;
            }
            let Some(entry) = own.seq.and_then(|seq| run(tx.entry(&own.plane, seq)).unwrap()) else { continue };
            let committed = |name: &str| {
                let (group, _) = classes.committed(name)?;
                let group = entry.groups.iter().find(|found| found.no == group)?;
                group.fields.iter().find(|field| field.no == field_no(&kind, name))
            };
            let province = committed("province").and_then(|field| decode_json(&field.value).ok());
            if !province.is_some_and(|province| provinces.iter().any(|given| province == **given)) {
                continue;
            }
            let fields = names.iter().filter_map(|name| committed(name)).map(|field| (field.no, field.value.clone()));
            view.insert(entity.clone(), (own.base, fields.collect()));
        }
        view
    }

    fn has(&self, receiver: usize, holder: usize, feed: &Feed) -> View {
        let mut tx = self.tx(receiver);
        let mut view = View::new();
        for held in run(tx.held_after(feed.agreement, None, usize::MAX)).unwrap() {
            let root = run(self.tx(holder).custody(held.root)).unwrap();
            let is_home =
                root.and_then(|custody| custody.last().cloned()).is_some_and(|last| last.home == self.nodes[holder]);
            if held.life != HeldLife::Live || held.at.log != feed.log || !is_home {
                continue;
            }
            let header = Header::decode(&held.header).unwrap();
            assert_eq!(header.entity, held.entity);
            view.insert(held.entity.clone(), (held.base, held.shown.iter().flat_map(shown).collect()));
        }
        view
    }
}
