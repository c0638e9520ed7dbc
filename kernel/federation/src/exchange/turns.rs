//! Places: one question about a log at a time, and few of one peer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tiwizi_federation_core::wire::{LogId, NodeId};
use tiwizi_model::limits;

/// What is being answered, by peers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<BTreeMap<NodeId, Vec<Option<LogId>>>>>);

/// A place; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Turns,
    node: NodeId,
    log: Option<LogId>,
}

impl Turns {
    /// A place for a question of a peer; none when it has as many as it may, or one about the same log.
    pub(crate) fn take(&self, node: NodeId, log: Option<LogId>) -> Option<Turn> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = places.entry(node).or_default();
        let is_taken = log.is_some() && own.contains(&log);
        if is_taken || own.len() >= limits::FED_PEER_REQUESTS_MAX {
            return None;
        }
        own.push(log.clone());
        Some(Turn { turns: self.clone(), node, log })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut places = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(own) = places.get_mut(&self.node) else { return };
        if let Some(place) = own.iter().position(|log| *log == self.log) {
            own.swap_remove(place);
        }
        if own.is_empty() {
            places.remove(&self.node);
        }
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_federation_core::wire::Hash;

    use super::*;

    #[test]
    fn a_log_has_one_place_and_a_peer_has_few() {
        let turns = Turns::default();
        let node = |number: u8| NodeId(Hash([number; 32]));
        let log = |plane: &str| Some(LogId { node: node(9), plane: plane.parse().unwrap() });
        let first = turns.take(node(1), log("members")).unwrap();
        assert!(turns.take(node(1), log("members")).is_none());
        assert!(turns.take(node(2), log("members")).is_some(), "another peer is not held up");
        let others: Vec<_> = (1..limits::FED_PEER_REQUESTS_MAX).filter_map(|_| turns.take(node(1), None)).collect();
        assert_eq!(others.len(), limits::FED_PEER_REQUESTS_MAX - 1);
        assert!(turns.take(node(1), None).is_none());
        drop(first);
        assert!(turns.take(node(1), log("members")).is_some());
        drop(others);
        assert!(turns.0.lock().unwrap().is_empty());
    }
}
