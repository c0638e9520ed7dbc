//! How long the figures of the largest plan take: 300 lines over 60 months, with the sensitivity table; and how long its spreadsheet takes.
//!
//! `cargo run --release -p tiwizi-project-bank --example recompute`

use std::io::Write as _;
use std::time::Instant;

const TIMES: u32 = 200;

#[expect(clippy::disallowed_methods, reason = "it measures, and nothing else")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    tiwizi_project_bank::timing::recompute(usize::try_from(TIMES)?)?;
    let each = start.elapsed() / TIMES;
    writeln!(std::io::stdout(), "300 lines over 60 months: {} µs", each.as_micros())?;
    let start = Instant::now();
    let bytes = tiwizi_project_bank::timing::export(1)?;
    writeln!(std::io::stdout(), "its spreadsheet: {} ms, {} kB", start.elapsed().as_millis(), bytes / 1000)?;
    Ok(())
}
