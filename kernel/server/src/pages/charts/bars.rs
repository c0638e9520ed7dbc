//! Bars, each under its name; of one part or of several, one behind the other.

use super::svg::{Anchor, Area, Frame, LETTER, Svg, WIDTH, share};

/// The height of a bar with its name.
const ROW: i64 = 400;
const BAR: i64 = 130;
/// Where the bar begins under its name.
const BAR_AT: i64 = 190;

/// One bar.
#[derive(Debug, Clone)]
pub(in super::super) struct Bar {
    /// Its name.
    pub(in super::super) label: String,
    /// Its amount in words.
    pub(in super::super) shown: String,
    /// Its parts: the name and the amount in words of each, and the amount. None where the amount is hidden.
    pub(in super::super) parts: Vec<(String, i64)>,
}

/// Draws bars.
pub(in super::super) fn bars(frame: &Frame<'_>, bars: &[Bar]) -> String {
    let rows = i64::try_from(bars.len()).unwrap_or_default();
    let mut svg = Svg::new(frame, ROW.saturating_mul(rows).max(ROW));
    let sum = |bar: &Bar| bar.parts.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount));
    let largest = bars.iter().map(sum).max().unwrap_or_default();
    let mut y = 0_i64;
    for bar in bars {
        svg.text(0, y.saturating_add(LETTER), Anchor::Start, "chart-label", &bar.label);
        svg.text(WIDTH, y.saturating_add(LETTER), Anchor::End, "chart-amount", &bar.shown);
        let top = y.saturating_add(BAR_AT);
        svg.area(Area { x: 0, y: top, width: WIDTH, height: BAR }, "chart-rail", None);
        let mut x = 0_i64;
        for (index, (hint, amount)) in bar.parts.iter().enumerate() {
            let width = share(*amount, largest, WIDTH);
            svg.area(Area { x, y: top, width, height: BAR }, &format!("chart-part part-{index}"), Some(hint.as_str()));
            x = x.saturating_add(width);
        }
        y = y.saturating_add(ROW);
    }
    svg.finish()
}
