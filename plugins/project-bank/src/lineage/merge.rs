//! The three-way comparison, and taking over what was said yes to.
//!
//! A line that one side took away is compared as a whole, because half a line is none; every other change is a matter of its field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Document, Fields, LineKey, Place};
use crate::plan::own::is_own;

/// What two sides did to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// Only the model changed it: it can be taken over.
    Offered,
    /// Only the owners changed it: it stays.
    Kept,
    /// Both changed it to the same.
    Same,
    /// Both changed it, differently: the owners choose.
    Asked,
}

/// A place at which the three are not all the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) place: Place,
    pub(crate) found: Found,
    pub(crate) base: Option<Value>,
    pub(crate) mine: Option<Value>,
    pub(crate) theirs: Option<Value>,
}

/// Compares the three, in the order of the places.
pub(crate) fn differences(base: &Document, mine: &Document, theirs: &Document) -> Vec<Difference> {
    let mut places = BTreeSet::new();
    for document in [base, mine, theirs] {
        places.extend(document.fields.keys().cloned().map(Place::Field));
    }
    let keys: BTreeSet<&LineKey> =
        [base, mine, theirs].into_iter().flat_map(|document| document.lines.keys()).collect();
    for key in keys {
        let lines = [base, mine, theirs].map(|document| document.lines.get(key));
        places.extend(places_of(key, lines));
    }
    places.into_iter().filter_map(|place| difference(place, [base, mine, theirs])).collect()
}

/// The places of a line: its fields where both sides still have it, else the line as a whole.
fn places_of(key: &LineKey, lines: [Option<&Fields>; 3]) -> Vec<Place> {
    let (list, code) = key;
    let [base, mine, theirs] = lines;
    let (Some(mine), Some(theirs)) = (mine, theirs) else {
        return vec![Place::Line(list.clone(), code.clone())];
    };
    let names: BTreeSet<&String> =
        [base, Some(mine), Some(theirs)].into_iter().flatten().flat_map(Fields::keys).collect();
    names.into_iter().map(|name| Place::LineField(list.clone(), code.clone(), name.clone())).collect()
}

fn difference(place: Place, documents: [&Document; 3]) -> Option<Difference> {
    let [base, mine, theirs] = documents.map(|document| document.at(&place));
    let found = match (base == mine, base == theirs) {
        (true, true) => return None,
        (true, false) => Found::Offered,
        (false, true) => Found::Kept,
        (false, false) if mine == theirs => Found::Same,
        (false, false) => Found::Asked,
    };
    Some(Difference { place, found, base, mine, theirs })
}

/// The places of everything that only the model changed: what "accept all" says yes to. What is asked, nobody answers for the owners.
pub(crate) fn offered(differences: &[Difference]) -> BTreeSet<Place> {
    let offered = differences.iter().filter(|difference| difference.found == Found::Offered);
    offered.map(|difference| difference.place.clone()).collect()
}

/// A model's document as it is compared: without lines whose codes are kept for those of the owners' own, should it have any.
pub(crate) fn of_a_model(document: Document) -> Document {
    document.without(is_own)
}

/// What stood before a merge, with the owners' own lines as they are now: undoing a merge loses none that came after it.
pub(crate) fn undone(before: Document, now: &Document) -> Document {
    before.with_those_of(now, is_own)
}

/// The owners' document with the model's values at the places that they said yes to. A place at which nothing is offered or asked changes
/// nothing.
pub(crate) fn apply(mine: &Document, theirs: &Document, found: &[Difference], yes: &BTreeSet<Place>) -> Document {
    let mut merged = mine.clone();
    let open = found.iter().filter(|difference| matches!(difference.found, Found::Offered | Found::Asked));
    for difference in open.filter(|difference| yes.contains(&difference.place)) {
        merged.take(&difference.place, theirs);
    }
    merged
}
