//! What was seen of all answers of the run: are they signed, and written as they should be?

use anyhow::ensure;

use crate::kit::Kit;
use crate::report::Report;

/// As many faults as are told.
const TOLD: usize = 3;

pub(crate) fn run(kit: &Kit, report: &mut Report) {
    report.hold("A01", signatures(kit));
    report.hold("A02", forms(kit));
}

fn told(faults: &[String]) -> String {
    let first: Vec<&str> = faults.iter().take(TOLD).map(String::as_str).collect();
    format!("{} answers: {}", faults.len(), first.join("; "))
}

fn signatures(kit: &Kit) -> anyhow::Result<()> {
    let seen = kit.line.seen();
    ensure!(seen.wrong.is_empty(), "{}", told(&seen.wrong));
    ensure!(seen.good > 0, "no answer was signed");
    Ok(())
}

fn forms(kit: &Kit) -> anyhow::Result<()> {
    let seen = kit.line.seen();
    ensure!(seen.odd.is_empty(), "{}", told(&seen.odd));
    Ok(())
}
