//! What changes from one version of an agreement to the next: what the receiver has to give up, and what it has to be given.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_model::KindName;

use crate::wire::{NodeId, Plane};

use super::document::{Document, KindTerms, Scalar};

/// The rows of a kind: of each attribute one of these values.
pub type Rows = BTreeMap<String, BTreeSet<Scalar>>;

/// What the receiver must drop and acknowledge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retraction {
    /// All that it has of a kind.
    Kind,
    /// These fields of every row.
    Fields(BTreeSet<String>),
    /// Every row that this filter does not let through. Its attributes are given in clear, so the receiver can tell.
    Rows {
        /// What is left.
        left: Rows,
    },
}

/// What has to be given again from the beginning, because it was withheld.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Widening {
    /// All of a kind.
    Kind,
    /// These fields of every row.
    Fields(BTreeSet<String>),
    /// Every row that this filter lets through.
    Rows {
        /// What is given now.
        now: Rows,
    },
}

/// Between two versions, for one direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// What is to be retracted, by plane and kind.
    pub retract: BTreeMap<(Plane, KindName), Vec<Retraction>>,
    /// What is to be filled in, by plane and kind.
    pub fill: BTreeMap<(Plane, KindName), Vec<Widening>>,
    /// Those to whom it may be given further no more: what they have is to be called back.
    pub onward_ended: BTreeSet<NodeId>,
    /// The new time for which it may be kept, when it is shorter.
    pub kept_shorter_days: Option<u32>,
}

impl Difference {
    /// Whether the receiver must give something up.
    #[must_use]
    pub fn narrows(&self) -> bool {
        !self.retract.is_empty() || !self.onward_ended.is_empty() || self.kept_shorter_days.is_some()
    }

    /// Whether something must be given that was not.
    #[must_use]
    pub fn widens(&self) -> bool {
        !self.fill.is_empty()
    }

    /// The planes that must be given from the beginning.
    #[must_use]
    pub fn planes_to_fill(&self) -> BTreeSet<&Plane> {
        self.fill.keys().map(|(plane, _)| plane).collect()
    }
}

/// Compares what a holder gave with what it gives now. Without an old version all is new; without a new one, as after the end,
/// all is retracted.
#[must_use]
pub fn compare(old: Option<&Document>, new: Option<&Document>, holder: &NodeId) -> Difference {
    let (before, after) = (by_kind(old, holder), by_kind(new, holder));
    let mut difference = Difference::default();
    for (place, old) in &before {
        match after.get(place) {
            None => drop(difference.retract.insert(place.clone(), vec![Retraction::Kind])),
            Some(new) => kind(place, old, new, &mut difference),
        }
    }
    let added = after.keys().filter(|place| !before.contains_key(*place));
    difference.fill.extend(added.map(|place| (place.clone(), vec![Widening::Kind])));
    if let (Some(old), Some(new)) = (old, new) {
        difference.kept_shorter_days = (new.retention_days < old.retention_days).then_some(new.retention_days);
    }
    if let Some(old) = old {
        let still = |node: &NodeId| new.is_some_and(|new| new.onward.contains(node));
        difference.onward_ended = old.onward.iter().filter(|node| !still(node)).copied().collect();
    }
    difference
}

fn by_kind<'a>(document: Option<&'a Document>, holder: &NodeId) -> BTreeMap<(Plane, KindName), &'a KindTerms> {
    let planes = document.and_then(|document| document.grants.get(holder)).into_iter().flatten();
    planes
        .flat_map(|(plane, kinds)| kinds.iter().map(move |(kind, terms)| ((plane.clone(), kind.clone()), terms)))
        .collect()
}

fn kind(place: &(Plane, KindName), old: &KindTerms, new: &KindTerms, difference: &mut Difference) {
    let (gave, gives) = (old.given(), new.given());
    let missing = |these: &BTreeSet<&str>, those: &BTreeSet<&str>| -> BTreeSet<String> {
        these.difference(those).map(|field| (*field).to_owned()).collect()
    };
    let (lost, won) = (missing(&gave, &gives), missing(&gives, &gave));
    let mut retract = Vec::new();
    let mut fill = Vec::new();
    if !lost.is_empty() {
        retract.push(Retraction::Fields(lost));
    }
    if !won.is_empty() {
        fill.push(Widening::Fields(won));
    }
    if !within(&old.rows, &new.rows) {
        retract.push(Retraction::Rows { left: new.rows.clone() });
    }
    if !within(&new.rows, &old.rows) {
        fill.push(Widening::Rows { now: new.rows.clone() });
    }
    if !retract.is_empty() {
        difference.retract.insert(place.clone(), retract);
    }
    if !fill.is_empty() {
        difference.fill.insert(place.clone(), fill);
    }
}

/// Whether every row that one filter lets through is let through by the other.
fn within(inner: &Rows, outer: &Rows) -> bool {
    outer.iter().all(|(field, allowed)| inner.get(field).is_some_and(|values| values.is_subset(allowed)))
}
