//! Which key counts for which checkpoint: the keys of every known instance, each with its sizes of each log.

use std::collections::BTreeMap;

use tiwizi_model::limits;

use super::dsse::Envelope;
use super::key::VerifyingKey;
use super::log::{LogId, NodeId, Plane};
use super::statement::{Genesis, Rotation, Span, StatementError};

/// The keys of instances. Whoever keeps one has put each instance into it after comparing its fingerprint, or has the directory's word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyRing {
    nodes: BTreeMap<NodeId, Keys>,
}

/// The keys of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Keys {
    root: VerifyingKey,
    /// The first, then one more with each change. The last one is in use.
    signing: Vec<Held>,
}

/// A signing key, and where it began.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    key: VerifyingKey,
    /// The spans around its beginning; the first key has none.
    logs: BTreeMap<Plane, Span>,
}

/// Why statements make no ring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// A statement is not taken.
    #[error("statement {number} about the keys of an instance is not taken")]
    Statement {
        /// 0 for the first keys, then the number of the change.
        number: usize,
        /// Why.
        #[source]
        source: StatementError,
    },
    /// It speaks of another instance.
    #[error("change {number} of keys is of another instance")]
    Node {
        /// Which change.
        number: usize,
    },
    /// A change is missing or stands twice.
    #[error("change {number} of keys is not the next one")]
    Number {
        /// Which change was expected.
        number: usize,
    },
    /// A root key that nobody promised.
    #[error("change {number} of keys brings a root key that was not promised")]
    Promise {
        /// Which change.
        number: usize,
    },
    /// Too many changes.
    #[error("an instance changes its keys {} times at most", limits::FED_ROTATIONS_MAX)]
    Many,
}

impl KeyRing {
    /// A ring without keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an instance in, with all changes of its keys, in the place of what was known of it.
    ///
    /// # Errors
    /// When a statement is not signed as it must be, or the changes do not follow each other. Nothing is changed then.
    pub fn insert(&mut self, genesis: &Envelope, rotations: &[Envelope]) -> Result<NodeId, RingError> {
        if rotations.len() > limits::FED_ROTATIONS_MAX {
            return Err(RingError::Many);
        }
        let refused = |number| move |source| RingError::Statement { number, source };
        let first = Genesis::open(genesis).map_err(refused(0))?;
        let node = first.node();
        let (mut root, mut promise) = (first.root, first.next_root);
        let mut signing = vec![Held { key: first.signing, logs: BTreeMap::new() }];
        for (number, envelope) in (1..).zip(rotations) {
            let rotation = Rotation::open(envelope, &root).map_err(refused(number))?;
            if rotation.node != node {
                return Err(RingError::Node { number });
            }
            if usize::try_from(rotation.number).ok() != Some(number) {
                return Err(RingError::Number { number });
            }
            if let Some(new) = rotation.root {
                if new.key.promise() != promise {
                    return Err(RingError::Promise { number });
                }
                (root, promise) = (new.key, new.next);
            }
            signing.push(Held { key: rotation.signing, logs: rotation.logs });
        }
        self.nodes.insert(node, Keys { root, signing });
        Ok(node)
    }

    /// Whether the instance is known.
    #[must_use]
    pub fn knows(&self, node: &NodeId) -> bool {
        self.nodes.contains_key(node)
    }

    /// The instances that are known.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeId> {
        self.nodes.keys()
    }

    /// The key that an instance signs with today: for requests and documents, which have no size.
    #[must_use]
    pub fn current(&self, node: &NodeId) -> Option<VerifyingKey> {
        self.nodes.get(node)?.signing.last().map(|held| held.key)
    }

    /// The root key of an instance today.
    #[must_use]
    pub fn root(&self, node: &NodeId) -> Option<VerifyingKey> {
        self.nodes.get(node).map(|keys| keys.root)
    }

    /// The keys that an instance has or had, the first one first.
    pub fn every(&self, node: &NodeId) -> impl Iterator<Item = VerifyingKey> {
        self.nodes.get(node).into_iter().flat_map(|keys| keys.signing.iter().map(|held| held.key))
    }

    /// The keys that count for a checkpoint of that size.
    pub fn valid(&self, log: &LogId, size: u64) -> impl Iterator<Item = VerifyingKey> {
        let signing = self.nodes.get(&log.node).map(|keys| keys.signing.as_slice()).unwrap_or_default();
        let next = signing.iter().skip(1).map(Some).chain([None]);
        signing.iter().zip(next).filter_map(move |(held, next)| {
            let begins = held.logs.get(&log.plane).map_or(0, |span| span.from);
            let ends = match next {
                None => Some(u64::MAX),
                Some(next) => next.logs.get(&log.plane).map(|span| span.until),
            };
            (begins <= size && ends.is_some_and(|ends| size <= ends)).then_some(held.key)
        })
    }

    /// Whether that key counts for a checkpoint of that size.
    #[must_use]
    pub fn counts(&self, key: &VerifyingKey, log: &LogId, size: u64) -> bool {
        self.valid(log, size).any(|valid| valid == *key)
    }
}

#[cfg(test)]
mod tests;
