//! Saying packages and words about cases, and keeping those of others until somebody reads them.
//!
//! Packages are taken from the nation alone, words about cases from whoever addressed us. They are held like what is known of any entity:
//! in the transaction of the page that brought them, and once. What they mean is for whoever reads them (`told`).

use crate::flow::apply::{Ignored, Outcome};
use crate::flow::receive::{Proven, read};
use crate::flow::rows::{Feed, HeldLife};
use crate::flow::statement::{CaseWord, Statement};
use crate::flow::store::{Durability, Store, StoreTx};
use crate::package::{Package, Part};
use crate::wire::{Entity, Envelope, Field, Header, NodeId, Position};

use super::{Node, NodeError};

/// Something that another instance told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Where it stands: also who told it.
    pub at: Position,
    /// What.
    pub statement: Statement,
}

/// What was told, a part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToldPage {
    /// In the order of the entities.
    pub told: Vec<Told>,
    /// Behind which to go on; none at the end.
    pub next: Option<Entity>,
}

impl<S: Store> Node<S> {
    /// Signs the list of a package with the key of this instance.
    #[must_use]
    pub fn sign_package(&self, package: &Package) -> Envelope {
        package.sign(&self.key)
    }

    /// Says a package to every member, all of its parts together.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn say_package(&self, parts: &[Part]) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        for part in parts {
            self.state(&mut tx, &Statement::Package(part.clone()), &[], None).await?;
        }
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// Says a word about a case to those whom it concerns.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn say_case(&self, word: CaseWord, to: &[NodeId]) -> Result<(), NodeError> {
        let mut tx = self.store.begin().await?;
        self.state(&mut tx, &Statement::Case(word), to, None).await?;
        tx.commit(Durability::Synced).await?;
        Ok(())
    }

    /// What others told of packages and cases, a part at a time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn told_after(&self, after: Option<&Entity>, max: usize) -> Result<ToldPage, NodeError> {
        let mut tx = self.store.begin().await?;
        let batch = tx.held_after(None, after, max).await?;
        let next = (batch.len() >= max).then(|| batch.last().map(|held| held.entity.clone())).flatten();
        let mut told = Vec::new();
        for held in batch {
            let (at, leaf, raw, shown) = (held.at, held.leaf, held.header, held.shown);
            let entry = Proven { at, leaf, raw, header: None, shown, fields: Vec::new(), withdrawn: false };
            let Ok(Proven { at, header: Some(header), fields, .. }) = read(entry, None) else { continue };
            let fields: Vec<Field> = fields.into_iter().map(|(_, field)| field).collect();
            if let Ok(statement) = Statement::read(&header.kind, header.entity.id, &fields) {
                told.push(Told { at, statement });
            }
        }
        Ok(ToldPage { told, next })
    }

    /// A part of a package came.
    pub(super) async fn packaged(
        &self,
        tx: &mut S::Tx,
        (feed, entry, header): (&Feed, &Proven, &Header),
        part: &Part,
    ) -> Result<Outcome, NodeError> {
        if feed.log.node != self.setting.registrar || header.entity.id != part.id() {
            return Ok(Outcome::Ignore(Ignored::NotHome));
        }
        self.keep_told(tx, feed, entry, header).await
    }

    /// Keeps what was told. The first word under an id holds, whoever comes later.
    pub(super) async fn keep_told(
        &self,
        tx: &mut S::Tx,
        feed: &Feed,
        entry: &Proven,
        header: &Header,
    ) -> Result<Outcome, NodeError> {
        if let Some(held) = tx.held(feed.agreement, &header.entity).await? {
            let is_same = held.at.log.node == feed.log.node;
            return Ok(Outcome::Ignore(if is_same { Ignored::Duplicate } else { Ignored::SaidTwice }));
        }
        self.hold(tx, feed, entry, header, HeldLife::Live).await?;
        Ok(Outcome::Statement)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};

    use serde_json::json;
    use tiwizi_model::{Ambient, Instant, ManualClock, RecordId, SeededEntropy};

    use super::*;
    use crate::agreement::Kinds;
    use crate::flow::apply::Schemas;
    use crate::flow::node::{Ask, Served, Taken};
    use crate::flow::plant::Planted;
    use crate::flow::statement::{CaseAnswer, CaseSaid, CaseSide};
    use crate::flow::{MemoryStore, Setting};
    use crate::sample;
    use crate::wire::{LogId, Plane};

    /// The store in memory never waits.
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("the store in memory waited"),
        }
    }

    fn id(number: u128) -> RecordId {
        RecordId(uuid::Uuid::from_u128(number))
    }

    /// An instance, in a federation whose registrar is the first of the sample's two.
    fn instance(me: NodeId) -> Node<MemoryStore> {
        let (keys, nation, _) = sample::ring();
        let key = sample::key_of(&keys, &me);
        let setting = Setting {
            me,
            registrar: nation,
            keys,
            kinds: Kinds::default(),
            schemas: Schemas::default(),
            derive: |_, _| std::collections::BTreeMap::new(),
            planted: Planted::default(),
        };
        let ambient = Ambient::new(Arc::new(ManualClock::at(Instant(0))), Arc::new(SeededEntropy::new(5)));
        Node::new(MemoryStore::default(), setting, key, ambient)
    }

    /// Brings everything that one says to the other.
    fn carry(from: &Node<MemoryStore>, to: &Node<MemoryStore>) {
        while now(from.sequence()).unwrap() > 0 {}
        let feed = Feed { log: LogId { node: from.me(), plane: Plane::control() }, agreement: None };
        for _ in 0..100 {
            let (version, epoch, from_seq) = now(to.wanted()).unwrap()[&feed];
            let ask = Ask { feed: feed.clone(), version, epoch, from: from_seq, bytes_max: 1 << 20 };
            match now(from.serve(&to.me(), &ask)).unwrap() {
                Served::Page(page) => {
                    let taken = now(to.take(page.as_bytes())).unwrap();
                    assert!(matches!(taken, Taken::Taken { .. }), "{taken:?}");
                }
                Served::UpToDate => return,
                other => panic!("{other:?}"),
            }
        }
        panic!("it does not end");
    }

    fn told(node: &Node<MemoryStore>) -> Vec<Told> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = now(node.told_after(after.as_ref(), 1)).unwrap();
            all.extend(page.told);
            match page.next {
                Some(next) => after = Some(next),
                None => return all,
            }
        }
    }

    fn word(number: u128) -> CaseWord {
        let said = CaseSaid::Answered { answer: CaseAnswer::Same, reason: "one ICE".to_owned() };
        CaseWord { id: id(number), case: id(9), said }
    }

    #[test]
    fn a_package_of_several_parts_comes_whole_and_once_however_often_it_is_said() {
        let (_, nation, region) = sample::ring();
        let (nation, region) = (instance(nation), instance(region));
        let bytes = vec![5; tiwizi_model::limits::FED_PACKAGE_PART_BYTES * 2 + 1];
        let parts = Part::split("courses/base", 1, &bytes).unwrap();
        now(nation.say_package(&parts)).unwrap();
        now(nation.say_package(&parts)).unwrap();
        carry(&nation, &region);
        let mut found = crate::package::Parts::default();
        let told = told(&region);
        assert_eq!(told.len(), 3);
        for one in told {
            let Statement::Package(part) = one.statement else { panic!("a part is expected") };
            assert!(found.add(part));
        }
        assert_eq!(found.joined().unwrap(), Some(bytes));
    }

    #[test]
    fn packages_of_anybody_but_the_nation_count_for_nothing() {
        let (_, nation, region) = sample::ring();
        let (nation, region) = (instance(nation), instance(region));
        now(region.say_package(&Part::split("rules", 1, b"[]").unwrap())).unwrap();
        carry(&region, &nation);
        assert_eq!(told(&nation), []);
    }

    #[test]
    fn a_word_about_a_case_is_for_those_whom_it_names() {
        let (_, nation, region) = sample::ring();
        let (nation, region) = (instance(nation), instance(region));
        let side = |number: u8| CaseSide { entity: id(number.into()), home: sample::node(number), shown: json!({}) };
        let said = CaseSaid::Opened {
            kind: sample::kind("registry/cooperative"),
            sides: Box::new([side(1), side(2)]),
            grounds: json!({ "reasons": ["ice"] }),
        };
        let opened = CaseWord { id: id(8), case: id(9), said };
        now(nation.say_case(opened.clone(), &[region.me()])).unwrap();
        now(nation.say_case(word(7), &[sample::node(9)])).unwrap();
        carry(&nation, &region);
        let told = told(&region);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].at.log.node, &told[0].statement), (nation.me(), &Statement::Case(opened)));
    }
}
