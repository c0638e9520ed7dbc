//! The federation in a simulator: instances, links and clocks out of one seed, everything that goes wrong in the field, and a checker
//! that looks on at every step.
//!
//! `TIWIZI_SEEDS` says how many seeds are run (500 unless it does), `TIWIZI_SEED` runs one and tells what happened. A seed that fails is
//! printed; it belongs into `seeds.txt`, where it is run for ever. Bugs that are put in on purpose must be found (`plants`).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the whole of this is a test: what it does not expect is its failure"
)]

mod chance;
mod check;
mod clock;
mod driver;
mod faults;
mod instance;
mod liar;
mod network;
mod plants;
mod schema;
mod wire;
mod work;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::world::{Plan, simulate};

/// The seeds that once failed.
const REGRESSIONS: &str = include_str!("seeds.txt");
const SEEDS: u64 = 500;
const THREADS: usize = 2;

/// Runs a plan for each seed, and panics with the first one that breaks something.
fn hold(seeds: impl Iterator<Item = u64>, plan: impl Fn(u64) -> Plan + Sync) {
    let seeds: Vec<u64> = seeds.collect();
    let (next, failed) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    if let Err((broken, _)) = simulate(plan(*seed)) {
                        failed.lock().unwrap().push((*seed, broken));
                        return;
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    let told: Vec<String> = failed
        .iter()
        .map(|(seed, broken)| format!("seed {seed} breaks {}: {}", broken.invariant, broken.what))
        .collect();
    assert!(told.is_empty(), "{}\n(TIWIZI_SEED=<seed> tells what happened)", told.join("\n"));
}

#[test]
fn what_must_hold_holds_for_every_seed() {
    if let Some(seed) = std::env::var("TIWIZI_SEED").ok().and_then(|seed| seed.parse().ok()) {
        match simulate(Plan::of(seed)) {
            Ok(world) => println!("{} events, {}\n{}", world.events, world.now, world.trace()),
            Err((broken, trace)) => panic!("{trace}\nseed {seed} breaks {}: {}", broken.invariant, broken.what),
        }
        return;
    }
    let seeds = std::env::var("TIWIZI_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    hold(0..seeds, Plan::of);
}

#[test]
fn what_failed_once_holds_now() {
    let lines = REGRESSIONS.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    hold(lines.filter(|line| !line.is_empty()).map(|line| line.parse().unwrap()), Plan::of);
}
