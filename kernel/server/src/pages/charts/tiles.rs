//! The twelve regions as tiles. Each shows its code and its amount; the shade only helps the eye.

use tiwizi_registry::tiles as layout;

use super::svg::{Anchor, Area, Frame, Svg, WIDTH};

const GAP: i64 = 30;
const TILE_HEIGHT: i64 = 520;
/// How many shades there are.
const SHADES: i64 = 5;

/// One tile.
#[derive(Debug, Clone)]
pub(in super::super) struct Tile {
    /// The HCP code of the region.
    pub(in super::super) code: String,
    /// Its name and its amount in words.
    pub(in super::super) hint: String,
    /// Its amount in words, short.
    pub(in super::super) shown: String,
    /// Its amount; none where it is hidden.
    pub(in super::super) amount: Option<i64>,
}

/// Draws the map.
pub(in super::super) fn tiles(frame: &Frame<'_>, tiles: &[Tile]) -> String {
    let map = layout::map();
    let step_down = TILE_HEIGHT.saturating_add(GAP);
    let mut svg = Svg::new(frame, step_down.saturating_mul(i64::from(map.rows))).without_mirror();
    let step = WIDTH.checked_div(i64::from(map.columns)).unwrap_or(WIDTH);
    let width = step.saturating_sub(GAP);
    let largest = tiles.iter().filter_map(|tile| tile.amount).max().unwrap_or_default();
    for tile in tiles {
        let Some((column, row)) = map.tiles.get(&tile.code) else { continue };
        let (x, y) = (step.saturating_mul(i64::from(*column)), step_down.saturating_mul(i64::from(*row)));
        let shade = shade(tile.amount, largest);
        svg.area(Area { x, y, width, height: TILE_HEIGHT }, &format!("tile {shade}"), Some(tile.hint.as_str()));
        let middle = x.saturating_add(width / 2);
        svg.text(middle, y.saturating_add(200), Anchor::Middle, &format!("tile-code on-{shade}"), &tile.code);
        svg.text(middle, y.saturating_add(390), Anchor::Middle, &format!("tile-amount on-{shade}"), &tile.shown);
    }
    svg.finish()
}

fn shade(amount: Option<i64>, largest: i64) -> String {
    let Some(amount) = amount else { return "shade-none".to_owned() };
    let part = amount.max(0).saturating_mul(SHADES).checked_div(largest.saturating_add(1).max(1));
    format!("shade-{}", part.unwrap_or_default().min(SHADES.saturating_sub(1)))
}
