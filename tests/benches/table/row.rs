//! A row of the table.

/// What was measured of one kind of work.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The work.
    pub(crate) work: String,
    /// What this system did, with its unit.
    pub(crate) measured: String,
    /// What the baseline did, with its unit; a dash where there is none.
    pub(crate) baseline: String,
    /// How they compare, or the measured value again where there is no baseline.
    pub(crate) figure: f64,
    /// What is wanted of the figure.
    pub(crate) goal: Goal,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// This or more times the baseline.
    RatioAtLeast(f64),
    /// This or fewer times the baseline.
    RatioAtMost(f64),
    /// This or more, in that unit.
    AtLeast(f64, &'static str),
    /// This or less, in that unit.
    AtMost(f64, &'static str),
    /// Nothing; in that unit.
    None(&'static str),
}

impl Goal {
    fn is_reached(self, figure: f64) -> bool {
        match self {
            Self::RatioAtLeast(bound) | Self::AtLeast(bound, _) => figure >= bound,
            Self::RatioAtMost(bound) | Self::AtMost(bound, _) => figure <= bound,
            Self::None(_) => true,
        }
    }

    /// The unit of a figure that is no ratio.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::RatioAtLeast(_) | Self::RatioAtMost(_) => "×",
            Self::AtLeast(_, unit) | Self::AtMost(_, unit) | Self::None(unit) => unit,
        }
    }

    fn shown(self) -> String {
        match self {
            Self::RatioAtLeast(bound) => format!("≥ {bound} ×"),
            Self::RatioAtMost(bound) => format!("≤ {bound} ×"),
            Self::AtLeast(bound, unit) => format!("≥ {bound} {unit}"),
            Self::AtMost(bound, unit) => format!("≤ {bound} {unit}"),
            Self::None(_) => "–".to_owned(),
        }
    }
}

/// The rows as a Markdown table.
pub(crate) fn table(rows: &[Row]) -> String {
    let heading = ["Work", "Measured", "Baseline", "Ratio", "Goal", "Reached"].map(str::to_owned);
    let mut lines = vec![heading];
    for row in rows {
        let ratio = match row.goal {
            Goal::AtLeast(..) | Goal::AtMost(..) | Goal::None(_) => "–".to_owned(),
            Goal::RatioAtLeast(_) | Goal::RatioAtMost(_) => format!("{:.2} ×", row.figure),
        };
        let reached = match row.goal {
            Goal::None(_) => "–",
            _ if row.goal.is_reached(row.figure) => "yes",
            _ => "no",
        };
        let cells = [&row.work, &row.measured, &row.baseline, &ratio, &row.goal.shown(), reached];
        lines.push(cells.map(str::to_owned));
    }
    let widths: Vec<usize> =
        (0..6).map(|column| lines.iter().map(|line| width(line, column)).max().unwrap_or(0)).collect();
    let mut shown: Vec<String> = lines.iter().map(|line| shown(line, &widths)).collect();
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    shown.insert(1, format!("| {} |", rule.join(" | ")));
    shown.join("\n")
}

fn width(line: &[String; 6], column: usize) -> usize {
    line.get(column).map_or(0, |cell| cell.chars().count())
}

fn shown(line: &[String; 6], widths: &[usize]) -> String {
    let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    format!("| {} |", cells.join(" | "))
}
