//! The map of the twelve regions as tiles: where each lies, as data that comes with the binary.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

const LAYOUT: &str = include_str!("../../../manifests/registry/tiles.json");

/// A map of tiles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct TileMap {
    /// How many columns it has.
    pub columns: u8,
    /// How many rows it has.
    pub rows: u8,
    /// Column from the west and row from the north, by HCP code of the region.
    pub tiles: BTreeMap<String, (u8, u8)>,
}

/// The map, parsed once. It is a constant of the binary; a test holds that it is complete.
static MAP: LazyLock<TileMap> = LazyLock::new(|| serde_json::from_str(LAYOUT).unwrap_or_default());

/// The map of the regions.
#[must_use]
pub fn map() -> &'static TileMap {
    &MAP
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::territory;

    #[test]
    fn every_region_has_a_tile_of_its_own_on_the_map() {
        let codes: Vec<&str> = territory::regions().iter().map(|region| region.code.as_str()).collect();
        assert_eq!(map().tiles.keys().collect::<Vec<_>>(), codes);
        assert_eq!(map().tiles.values().collect::<BTreeSet<_>>().len(), codes.len());
        assert!(map().tiles.values().all(|(column, row)| *column < map().columns && *row < map().rows));
    }
}
