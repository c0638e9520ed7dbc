//! The parts of a plugin's call, as `kernel/host/benches/instance.rs` has just measured them with criterion.

use anyhow::Context as _;
use serde_json::Value;
use tiwizi_tests::paths;

use crate::row::{Goal, Row};

/// The rows: load compiled code, make a fresh instance, a whole call inside the host.
pub(crate) fn parts() -> anyhow::Result<Vec<Row>> {
    Ok(vec![
        row("a plugin's component: load precompiled", "plugin-load", 1e6, Goal::AtMost(5.0, "ms"))?,
        row("the same: fresh store and instance", "plugin-instantiate", 1e3, Goal::AtMost(15.0, "µs"))?,
        row("the same: a whole call, without HTTP", "plugin-call", 1e3, Goal::None("µs"))?,
    ])
}

fn row(work: &str, name: &str, nanoseconds: f64, goal: Goal) -> anyhow::Result<Row> {
    let path = paths::target().join("criterion").join(name).join("new/estimates.json");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} is missing: `cargo bench -p tiwizi-host --bench instance`", path.display()))?;
    let estimates: Value = serde_json::from_str(&text)?;
    let middle = estimates.pointer("/median/point_estimate").and_then(Value::as_f64).context("no median")?;
    let figure = middle / nanoseconds;
    let measured = format!("{figure:.1} {}", goal.unit());
    Ok(Row { work: work.to_owned(), measured, baseline: "–".to_owned(), figure, goal })
}
