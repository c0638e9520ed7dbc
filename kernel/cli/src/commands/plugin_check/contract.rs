//! Whether an instance takes the bundle and gets an answer from its pages: the real kernel, in a directory that is thrown
//! away afterwards.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};
use tiwizi_host::{Acceptance, Answer, Grants, Request, Used};
use tiwizi_identity::Caller;
use tiwizi_model::Language;
use tiwizi_records::Manifest;
use tiwizi_server::App;

use super::Finding;
use crate::commands::open::{self, Desk};
use crate::commands::throwaway::{ThrowAway, Wanted};

const COMPONENT: &str = "component.wasm";
/// The first status that says that the plugin is at fault.
const FAILED: u16 = 500;

/// What came of meeting an instance.
pub(super) struct Met {
    pub(super) findings: Vec<Finding>,
    /// None when no page could be asked for.
    pub(super) cost: Option<Cost>,
}

/// What a call of one of its pages takes, on this machine.
pub(super) struct Cost {
    /// Processor time on average, in microseconds.
    cpu_us: u64,
    /// The same by the clock.
    wall_us: u64,
    /// The most memory of one call.
    memory_bytes: u64,
}

impl Cost {
    /// What was used between two moments.
    fn between(before: &Used, after: &Used) -> Option<Self> {
        let calls = after.calls.saturating_sub(before.calls);
        let each = |before: u64, after: u64| after.saturating_sub(before).checked_div(calls);
        Some(Self {
            cpu_us: each(before.cpu_us, after.cpu_us)?,
            wall_us: each(before.wall_us, after.wall_us)?,
            memory_bytes: after.memory_bytes_most,
        })
    }

    pub(super) fn shown(&self) -> String {
        let ms = |us: u64| format!("{}.{} ms", us / 1_000, us % 1_000 / 100);
        let (cpu, wall, mib) = (ms(self.cpu_us), ms(self.wall_us), self.memory_bytes.div_ceil(1 << 20));
        format!("a call of a page costs {cpu} of processor time here, {wall} by the clock, and {mib} MiB of memory")
    }

    pub(super) fn json(&self) -> Value {
        json!({ "cpu_us": self.cpu_us, "wall_us": self.wall_us, "memory_bytes": self.memory_bytes })
    }
}

pub(super) async fn check(path: &Path, manifest: &Manifest) -> anyhow::Result<Met> {
    let instance = ThrowAway::make(Wanted { name: "check", desk: Desk::default(), compiled: None }).await?;
    let met = installed(&instance.app, path, manifest).await;
    instance.close().await?;
    met
}

async fn installed(app: &App, path: &Path, manifest: &Manifest) -> anyhow::Result<Met> {
    let bundle = open::read_file(path)?;
    let grants = Grants::parse("all").context("could not grant what the manifest asks for")?;
    // Who vouches for it is a question for the instance that will keep it.
    if let Err(error) =
        app.host.install_accepting(Acceptance::Development, bundle.into(), grants, &Caller::system()).await
    {
        let refusal = format!("an instance refuses the bundle: {:#}", anyhow::Error::new(error));
        let mend = "mend what it names and build again: tiwizi plugin build";
        return Ok(Met { findings: vec![Finding::new(COMPONENT, refusal, mend)], cost: None });
    }
    let mut findings = Vec::new();
    if let Err(reason) = app.host.health(&manifest.id).await? {
        let message = format!("the plugin says that it cannot work: {reason}");
        findings.push(Finding::new(COMPONENT, message, "look at Plugin::health"));
    }
    let used = || app.host.used().get(&manifest.id).map(|usage| usage.total.clone()).unwrap_or_default();
    let before = used();
    for route in manifest.routes.iter().filter(|route| !route.path.contains('{')) {
        for language in super::manifest::DEMANDED {
            findings.extend(answered(app, manifest, &route.path, language).await);
        }
    }
    Ok(Met { findings, cost: Cost::between(&before, &used()) })
}

/// What is wrong with the answer to the public, if anything: to be asked to sign in is right.
async fn answered(app: &App, manifest: &Manifest, path: &str, language: Language) -> Option<Finding> {
    let request = Request::get("check", path, language);
    let outcome = app.host.call(&manifest.id, Caller::public(), request).await;
    let fault = match outcome.map(|answered| answered.answer) {
        Err(error) => format!("{:#}", anyhow::Error::new(error)),
        Ok(Answer::Page { status, .. } | Answer::Json { status, .. }) if status < FAILED && status != 404 => {
            return None;
        }
        Ok(Answer::Problem { status, .. }) if status < FAILED && status != 404 => return None,
        Ok(Answer::Redirect { .. } | Answer::Asset { .. }) => return None,
        Ok(Answer::Problem { status, code, message, .. }) => format!("it answers {status} {code}: {message}"),
        Ok(Answer::Page { status, .. } | Answer::Json { status, .. }) => format!("it answers {status}"),
    };
    let message = format!("the route {path} in {language}: {fault}");
    Some(Finding::new(COMPONENT, message, "lay the page out in a case and look closer: tiwizi plugin test"))
}
