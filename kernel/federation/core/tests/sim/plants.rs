//! Bugs that are put in on purpose: the checker must find each, within a few seeds.

use tiwizi_federation_core::flow::plant::Plant;

use crate::world::{Plan, simulate};

/// How many seeds it may take.
const SEEDS: u64 = 60;

/// Each bug with the promises that it breaks; the checker may notice any of them first.
const PLANTS: [(Plant, &[&str]); 21] = [
    (Plant::VersionTwice, &["I1", "I24"]),
    (Plant::WriteAfterOffer, &["I2", "I24"]),
    (Plant::RootUnchecked, &["I3"]),
    (Plant::CursorApart, &["I3"]),
    (Plant::WithdrawnKept, &["I4"]),
    (Plant::GateOpen, &["I5"]),
    (Plant::ForkForgotten, &["I9"]),
    (Plant::Reapply, &["I11", "I22"]),
    (Plant::PublishUnsynced, &["I12"]),
    (Plant::PageGrows, &["I14"]),
    (Plant::ReleaseByAge, &["I15", "I17"]),
    (Plant::KeepRefused, &["I16"]),
    (Plant::PoisonStops, &["I17"]),
    (Plant::ParkedForgotten, &["I18", "I4"]),
    (Plant::UnknownDropped, &["I18", "I4"]),
    (Plant::WriteNeedsRegistrar, &["I20"]),
    (Plant::ProposalTwice, &["I21"]),
    (Plant::CauseIgnored, &["I22"]),
    (Plant::OrderByTime, &["I23", "I4"]),
    (Plant::SealUncompared, &["I24"]),
    (Plant::WriteAfterAccept, &["I24", "I1"]),
];

#[test]
fn every_bug_that_was_put_in_is_found() {
    let mut missed = Vec::new();
    for (plant, breaks) in PLANTS {
        let mut found = Vec::new();
        for seed in 0..SEEDS {
            let plan = Plan { plant: Some(plant), ..Plan::of(seed) };
            if let Err((broken, _)) = simulate(plan) {
                found.push((seed, broken.invariant, broken.what));
                break;
            }
        }
        match found.first() {
            Some((_, invariant, _)) if breaks.contains(invariant) => {}
            other => missed.push(format!("{plant:?} should break {breaks:?}: {other:?}")),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
