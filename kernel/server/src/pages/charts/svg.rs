//! What every chart is made of.

use std::fmt::Write as _;

use minijinja::HtmlEscape;

/// The width of every chart.
pub(super) const WIDTH: i64 = 3_400;
/// The height of a line of text above its foot.
pub(super) const LETTER: i64 = 130;

/// What a chart says of itself.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Frame<'a> {
    /// Tells it from the others on the page.
    pub(in super::super) id: &'a str,
    /// Its name.
    pub(in super::super) title: &'a str,
    /// What it shows, for those who do not see it.
    pub(in super::super) description: &'a str,
    /// Whether it runs from right to left.
    pub(in super::super) is_right_to_left: bool,
    /// How it says its name.
    pub(in super::super) naming: Naming,
}

/// How a chart says its name to those who do not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Naming {
    /// With elements of its own, also for its parts.
    Elements,
    /// With one attribute: where such elements may not stand.
    Label,
}

/// On which side of its place a text stands, as the text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// A chart that is being drawn.
pub(super) struct Svg {
    text: String,
    is_right_to_left: bool,
    is_mirrored: bool,
    naming: Naming,
}

impl Svg {
    /// Begins a chart of that height.
    pub(super) fn new(frame: &Frame<'_>, height: i64) -> Self {
        let id = HtmlEscape(frame.id);
        let direction = if frame.is_right_to_left { "rtl" } else { "ltr" };
        let mut text = String::new();
        let (title, description) = (HtmlEscape(frame.title), HtmlEscape(frame.description));
        // Writing to a String cannot fail, here and below.
        write!(text, "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" direction=\"{direction}\" ")
            .unwrap_or_default();
        match frame.naming {
            Naming::Elements => write!(
                text,
                "aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{description}</desc>"
            ),
            Naming::Label if frame.description.is_empty() => write!(text, "aria-label=\"{title}\">"),
            Naming::Label => write!(text, "aria-label=\"{title}. {description}\">"),
        }
        .unwrap_or_default();
        let (is_right_to_left, naming) = (frame.is_right_to_left, frame.naming);
        Self { text, is_right_to_left, is_mirrored: is_right_to_left, naming }
    }

    /// Leaves places where they are, whatever the direction of the language.
    pub(super) fn without_mirror(mut self) -> Self {
        self.is_mirrored = false;
        self
    }

    /// A box, with what it says when it is pointed at.
    pub(super) fn area(&mut self, area: Area, class: &str, hint: Option<&str>) {
        let Area { x, y, width, height } = area;
        let x = if self.is_mirrored { WIDTH.saturating_sub(x).saturating_sub(width) } else { x };
        write!(self.text, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
            .unwrap_or_default();
        self.close("rect", hint);
    }

    /// A point.
    pub(super) fn dot(&mut self, x: i64, y: i64, class: &str, hint: &str) {
        let x = self.place(x);
        write!(self.text, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"35\"").unwrap_or_default();
        self.close("circle", Some(hint));
    }

    /// A line through some points.
    pub(super) fn path(&mut self, points: &[(i64, i64)], class: &str) {
        write!(self.text, "<polyline class=\"{class}\" points=\"").unwrap_or_default();
        for (x, y) in points {
            let x = self.place(*x);
            write!(self.text, "{x},{y} ").unwrap_or_default();
        }
        self.text.push_str("\"/>");
    }

    /// A line of text.
    pub(super) fn text(&mut self, x: i64, y: i64, anchor: Anchor, class: &str, content: &str) {
        let x = self.place(x);
        let anchor = match (anchor, self.is_right_to_left && !self.is_mirrored) {
            // The start of a text from right to left is at its right.
            (Anchor::Start, true) | (Anchor::End, false) => "end",
            (Anchor::Start, false) | (Anchor::End, true) => "start",
            (Anchor::Middle, _) => "middle",
        };
        write!(
            self.text,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            HtmlEscape(content)
        )
        .unwrap_or_default();
    }

    /// The finished chart.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }

    fn place(&self, x: i64) -> i64 {
        if self.is_mirrored { WIDTH.saturating_sub(x) } else { x }
    }

    fn close(&mut self, name: &str, hint: Option<&str>) {
        match hint.filter(|_| self.naming == Naming::Elements) {
            None => self.text.push_str("/>"),
            Some(hint) => {
                write!(self.text, "><title>{}</title></{name}>", HtmlEscape(hint)).unwrap_or_default();
            }
        }
    }
}

/// The part of a length that an amount has of the largest.
pub(super) fn share(amount: i64, largest: i64, length: i64) -> i64 {
    amount.max(0).saturating_mul(length).checked_div(largest.max(1)).unwrap_or_default().min(length)
}
