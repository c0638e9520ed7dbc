//! Playing one case: step after step, until the first that differs.

use std::hash::{DefaultHasher, Hasher as _};
use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use serde_json::Value;
use tiwizi_server::InsideReply;

use super::case::{Case, Step, fill};
use super::expect::{Difference, compare, compare_cost, data_of};
use super::stage::{Cost, Stage};

/// A step that was taken.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) label: String,
    /// None for a step that visits nothing.
    pub(super) status: Option<u16>,
    pub(super) cost: Cost,
    /// A number that stands for every byte of the answer and of its page.
    pub(super) answer: Option<u64>,
    pub(super) differences: Vec<Difference>,
}

/// Plays a case. It ends with the first step that differs: what comes after would only repeat it.
pub(super) async fn play(case: &Case, bundle: &Bytes, compiled: &Path) -> anyhow::Result<Vec<Taken>> {
    let mut stage = Stage::set(case, bundle, compiled).await?;
    let taken = steps(case, &mut stage).await;
    stage.close().await?;
    taken
}

async fn steps(case: &Case, stage: &mut Stage) -> anyhow::Result<Vec<Taken>> {
    let mut all = Vec::new();
    for (position, step) in case.steps.iter().enumerate() {
        let number = position.saturating_add(1);
        let mut step = step.clone();
        let taken = async {
            fill(&mut step, &stage.names)?;
            take(&Step::read(&step)?, number, stage).await
        };
        let taken = taken.await.with_context(|| format!("step {number}"))?;
        let is_last = !taken.differences.is_empty();
        all.push(taken);
        if is_last {
            break;
        }
    }
    Ok(all)
}

async fn take(step: &Step, number: usize, stage: &mut Stage) -> anyhow::Result<Taken> {
    let mut taken =
        Taken { label: step.label(), status: None, cost: Cost::default(), answer: None, differences: Vec::new() };
    if let Some(time) = &step.advance {
        stage.advance(time)?;
    } else if step.upgrade {
        let refused = stage.upgrade().await;
        let fits = match (&step.expect.code, &refused) {
            (None, None) => true,
            (Some(words), Some(reason)) => reason.contains(words),
            _ => false,
        };
        if !fits {
            let expected = step.expect.code.clone().unwrap_or_else(|| "an upgrade".to_owned());
            let came = refused.unwrap_or_else(|| "an upgrade".to_owned());
            taken.differences.push(Difference::new("upgrade", expected, came));
        }
    } else {
        let reply = stage.visit(step, number).await?;
        taken.status = Some(reply.status);
        taken.answer = Some(fingerprint(&reply));
        taken.differences = compare(&step.expect, &reply);
        for (name, pointer) in &step.keep {
            match data_of(reply.answer.as_ref()).and_then(|data| data.pointer(pointer)) {
                Some(Value::String(value)) => drop(stage.names.insert(name.clone(), value.clone())),
                Some(value) => drop(stage.names.insert(name.clone(), value.to_string())),
                None => taken.differences.push(Difference::new(format!("data{pointer}"), "a value to keep", "nothing")),
            }
        }
    }
    stage.settle().await?;
    for (kind, expected) in &step.expect.records {
        let came = stage.count(kind).await?;
        if came != *expected {
            taken.differences.push(Difference::new(
                format!("records of {kind}"),
                expected.to_string(),
                came.to_string(),
            ));
        }
    }
    taken.cost = stage.cost();
    taken.differences.extend(compare_cost(&step.expect, &taken.cost));
    Ok(taken)
}

fn fingerprint(reply: &InsideReply) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(format!("{:?}", reply.answer).as_bytes());
    hasher.write(reply.page.as_bytes());
    hasher.finish()
}
