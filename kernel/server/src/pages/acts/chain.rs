//! Corrections: which act has the last word in a place.

use std::collections::BTreeMap;

use tiwizi_registry::acts::Act;

/// For each act of the list the place in which it stands: its own, or that of the act which it corrects in the end.
pub(super) fn places(acts: &[Act]) -> BTreeMap<u32, u32> {
    let mut places = BTreeMap::new();
    for act in acts {
        // A correction is entered after what it corrects.
        let place = act.corrects.and_then(|corrects| places.get(&corrects).copied()).unwrap_or(act.sequence);
        places.insert(act.sequence, place);
    }
    places
}

/// The act that has the last word in a place.
pub(super) fn last_of(acts: &[Act], place: u32) -> u32 {
    let places = places(acts);
    places.iter().rev().find(|(_, found)| **found == place).map_or(place, |(sequence, _)| *sequence)
}
