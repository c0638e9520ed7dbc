//! Charts, drawn as SVG: bars, stacked bars, lines and a map of tiles. Each has a title and a description, says nothing by
//! colour alone, and stands beside a table of the same numbers. They are 340 points wide, so that a phone shows them
//! as they are, and run from right to left where the language does, but for the map: west stays west.
//!
//! Coordinates are whole numbers in tenths of a point.

mod bars;
mod line;
mod svg;
mod tiles;

pub(super) use bars::{Bar, bars};
pub(super) use line::{Point, line};
pub(super) use svg::{Frame, Naming};
pub(super) use tiles::{Tile, tiles};

#[cfg(test)]
mod tests;
