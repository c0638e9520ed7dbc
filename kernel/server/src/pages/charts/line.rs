//! Lines over the years. The second line is dashed, so that nobody needs colours to tell the two apart.

use super::svg::{Anchor, Frame, LETTER, Svg, WIDTH, share};

const HEIGHT: i64 = 1_900;
/// Where nothing lies, or the lowest amount where one is less than nothing.
const GROUND: i64 = 1_650;
/// How far above it the largest amount lies.
const RISE: i64 = 1_350;
/// How far the points keep from the sides, so that their hints are whole.
const SIDE: i64 = 60;

/// One moment on the line.
#[derive(Debug, Clone)]
pub(in super::super) struct Point {
    /// The year.
    pub(in super::super) label: String,
    /// The amount of each line, with what it says in words; none where it is hidden.
    pub(in super::super) amounts: Vec<Option<(i64, String)>>,
}

/// Draws as many lines as the points have amounts. `largest` says in words how high the chart reaches.
pub(in super::super) fn line(frame: &Frame<'_>, points: &[Point], largest_shown: &str) -> String {
    let mut svg = Svg::new(frame, HEIGHT);
    let amounts = points.iter().flat_map(|point| point.amounts.iter().flatten());
    let mut reach = Reach { lowest: 0, highest: 0 };
    for (amount, _) in amounts {
        reach = Reach { lowest: reach.lowest.min(*amount), highest: reach.highest.max(*amount) };
    }
    let (top, nothing) = (GROUND.saturating_sub(RISE), reach.place(0));
    svg.path(&[(0, nothing), (WIDTH, nothing)], "chart-axis");
    svg.path(&[(0, top), (WIDTH, top)], "chart-axis");
    svg.text(0, top.saturating_sub(50), Anchor::Start, "chart-amount", largest_shown);
    let lines = points.iter().map(|point| point.amounts.len()).max().unwrap_or_default();
    for index in 0..lines {
        draw(&mut svg, points, index, reach);
    }
    let foot = GROUND.saturating_add(LETTER).saturating_add(60);
    let last = points.len().saturating_sub(1);
    // A short line has room for fewer labels than three.
    for (index, anchor, last_min) in [(0, Anchor::Start, 0), (last / 2, Anchor::Middle, 2), (last, Anchor::End, 1)] {
        if let Some(point) = points.get(index).filter(|_| last >= last_min) {
            svg.text(x_of(index, last), foot, anchor, "chart-label", &point.label);
        }
    }
    svg.finish()
}

/// From where to where the amounts go; nothing is always among them.
#[derive(Clone, Copy)]
struct Reach {
    lowest: i64,
    highest: i64,
}

impl Reach {
    /// How far down an amount lies.
    fn place(self, amount: i64) -> i64 {
        let (above, whole) = (amount.saturating_sub(self.lowest), self.highest.saturating_sub(self.lowest));
        GROUND.saturating_sub(share(above, whole, RISE))
    }
}

/// One line, in pieces where something is hidden.
fn draw(svg: &mut Svg, points: &[Point], line: usize, reach: Reach) {
    let last = points.len().saturating_sub(1);
    let mut piece = Vec::new();
    let class = format!("chart-line line-{line}");
    for (index, point) in points.iter().enumerate() {
        match point.amounts.get(line) {
            Some(Some((amount, hint))) => {
                let place = (x_of(index, last), reach.place(*amount));
                svg.dot(place.0, place.1, &format!("chart-dot dot-{line}"), hint);
                piece.push(place);
            }
            _ => {
                if !piece.is_empty() {
                    svg.path(&piece, &class);
                }
                piece.clear();
            }
        }
    }
    if !piece.is_empty() {
        svg.path(&piece, &class);
    }
}

fn x_of(index: usize, last: usize) -> i64 {
    let (index, last) = (i64::try_from(index).unwrap_or_default(), i64::try_from(last).unwrap_or_default());
    let length = WIDTH.saturating_sub(SIDE.saturating_mul(2));
    SIDE.saturating_add(share(index, last, length))
}
