//! What is printed of the cases that were played: each step with what it cost, and of the one that differs what was expected and
//! what came.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::case::Found;
use super::play::Taken;
use super::stage::Cost;
use crate::outcome;

/// A case that was played.
pub(super) struct Played {
    file: PathBuf,
    title: String,
    steps: Vec<Taken>,
    /// Why it could not be played to its end, if something other than a difference is in the way.
    broken: Option<String>,
}

impl Played {
    pub(super) fn of(found: &Found, outcome: anyhow::Result<Vec<Taken>>) -> Self {
        let (steps, broken) = match outcome {
            Ok(steps) => (steps, None),
            Err(error) => (Vec::new(), Some(format!("{error:#}"))),
        };
        Self { file: found.file.clone(), title: found.case.title.clone(), steps, broken }
    }

    fn passed(&self) -> bool {
        self.broken.is_none() && self.steps.iter().all(|step| step.differences.is_empty())
    }
}

/// Prints it all; an error when a case failed.
pub(super) fn answer(json: bool, played: &[Played]) -> anyhow::Result<()> {
    let failed = played.iter().filter(|played| !played.passed()).count();
    let passed = played.len().saturating_sub(failed);
    let mut lines: Vec<String> = played.iter().flat_map(lines_of).collect();
    lines.push(format!("{passed} passed, {failed} failed"));
    let cases: Vec<Value> = played.iter().map(shown).collect();
    outcome::answer(json, &json!({ "passed": passed, "failed": failed, "cases": cases }), &lines.join("\n"));
    if failed > 0 {
        anyhow::bail!("{failed} of {} cases failed", played.len());
    }
    Ok(())
}

fn lines_of(played: &Played) -> Vec<String> {
    let mark = if played.passed() { "pass" } else { "FAIL" };
    let mut lines = vec![format!("{mark}  {}  ({})", played.title, played.file.display())];
    for (position, step) in played.steps.iter().enumerate() {
        let number = position.saturating_add(1);
        let status = step.status.map(|status| format!("{status}  ")).unwrap_or_default();
        lines.push(format!("  {number}. {}  {status}{}", step.label, cost_of(&step.cost)));
        for difference in &step.differences {
            lines.push(format!("       {}", difference.place));
            lines.push(format!("         expected  {}", difference.expected));
            lines.push(format!("         came      {}", difference.came));
        }
    }
    lines.extend(played.broken.as_ref().map(|broken| format!("       {broken}")));
    lines
}

fn cost_of(cost: &Cost) -> String {
    if cost.instructions == 0 {
        return String::new();
    }
    let calls: Vec<String> = cost.calls.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let mut text = format!(
        "{} instructions, {:.1} ms, {} KiB  [{}]",
        grouped(cost.instructions),
        cost.cpu.as_secs_f64() * 1000.0,
        cost.memory_bytes.div_ceil(1024),
        calls.join(", ")
    );
    if !cost.work.is_empty() {
        text.push_str(&format!("  work {}", cost.work.len()));
    }
    for missing in &cost.missing {
        text.push_str(&format!("  denied: {missing} is not granted"));
    }
    text
}

/// A number with a blank between groups of three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && digits.len().saturating_sub(position).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn shown(played: &Played) -> Value {
    let step = |step: &Taken| {
        let differences: Vec<Value> = step
            .differences
            .iter()
            .map(|found| json!({ "place": found.place, "expected": found.expected, "came": found.came }))
            .collect();
        let cost = &step.cost;
        json!({
            "step": step.label, "status": step.status, "answer": step.answer.map(|answer| format!("{answer:016x}")), "differences": differences,
            "instructions": cost.instructions, "cpu_us": u64::try_from(cost.cpu.as_micros()).unwrap_or(u64::MAX),
            "memory_bytes": cost.memory_bytes, "calls": cost.calls, "denied": cost.missing, "asked": cost.asked, "work": cost.work.len(),
        })
    };
    json!({
        "file": played.file, "title": played.title, "passed": played.passed(), "broken": played.broken,
        "steps": played.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_can_be_read() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1 000"), (12_345_678, "12 345 678")] {
            assert_eq!(grouped(number), text);
        }
    }
}
