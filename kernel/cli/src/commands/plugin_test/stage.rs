//! The instance in which a case plays: the real kernel with a clock and a randomness that stand still, and what the case lays out.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use serde_json::Value;
use tiwizi_host::{
    Acceptance, CallTrace, Capability, Grants, Metering, Outcome, Request, StandIn, StandInAnswer, Upgrade, Workbench,
};
use tiwizi_identity::{Caller, NewAccount, Role, Scope, Secret};
use tiwizi_model::{Ambient, Instant, KindName, Language, ManualClock, PluginId, RecordId, SeededEntropy, limits};
use tiwizi_records::{Query, Unit};
use tiwizi_registry::day::Day;
use tiwizi_server::{App, InsideReply, InsideVisit, settle, visit_plugin};
use tokio::sync::mpsc;

use super::case::{Case, Outside, Step, filled};
use crate::commands::open::{self, Desk};
use crate::commands::throwaway::{ThrowAway, Wanted};

/// Nobody signs in during a test: callers are made. An account needs a password all the same.
const PASSWORD: &str = "a password that nobody types";
/// At nine in the morning.
const MORNING_MS: i64 = 9 * 60 * 60 * 1000;
/// Traces of one step that are kept.
const TRACES_MAX: usize = 1_000;

/// What one step cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cost {
    pub(super) instructions: u64,
    pub(super) cpu: Duration,
    pub(super) memory_bytes: usize,
    /// Host calls by name.
    pub(super) calls: BTreeMap<String, u32>,
    /// Capabilities that were missing.
    pub(super) missing: Vec<String>,
    /// Requests to the outside.
    pub(super) asked: Vec<String>,
    /// What became of the work that followed.
    pub(super) work: Vec<Outcome>,
}

/// A case's instance.
pub(super) struct Stage {
    instance: ThrowAway,
    clock: Arc<ManualClock>,
    plugin: PluginId,
    callers: BTreeMap<String, Caller>,
    traces: mpsc::Receiver<CallTrace>,
    work: Vec<Outcome>,
    outside: Arc<StandIn>,
    /// The tested bundle.
    bundle: Bytes,
    /// What `${name}` stands for.
    pub(super) names: BTreeMap<String, String>,
}

/// Makes an instance with the plugin in it and throws it away: what was compiled for it serves the cases.
pub(super) async fn compile(plugin: &Bytes) -> anyhow::Result<ThrowAway> {
    let workbench = Workbench { metering: Metering::Instructions, ..Workbench::default() };
    let wanted = Wanted { name: "compile", desk: Desk { workbench, ..Desk::default() }, compiled: None };
    let instance = ThrowAway::make(wanted).await?;
    let host = &instance.app.host;
    host.install_accepting(Acceptance::Development, plugin.clone(), Grants::All, &Caller::system())
        .await
        .context("an instance does not take the plugin")?;
    Ok(instance)
}

impl Stage {
    /// Sets the stage: the instance, the records, the plugin, its settings and secrets, the accounts.
    pub(super) async fn set(case: &Case, bundle: &Bytes, compiled: &Path) -> anyhow::Result<Self> {
        let clock = Arc::new(ManualClock::at(beginning(&case.day)?));
        let ambient = Ambient::new(Arc::clone(&clock) as _, Arc::new(SeededEntropy::new(case.seed)));
        let (sender, traces) = mpsc::channel(TRACES_MAX);
        let outside = Arc::new(StandIn::new(case.outside.iter().map(stand_in).collect::<anyhow::Result<_>>()?));
        let workbench = Workbench {
            traces: Some(sender),
            metering: Metering::Instructions,
            replay_seed: Some(case.seed),
            stand_in: Some(Arc::clone(&outside)),
        };
        let desk = Desk { ambient, workbench, requests: None };
        let wanted = Wanted { name: "Test", desk, compiled: Some(compiled) };
        let instance = ThrowAway::make(wanted).await?;
        let mut names = BTreeMap::new();
        seed(&instance.app, case, &mut names, |kind| kind.namespace() == "registry").await?;
        let first = match &case.before {
            Some(before) => open::read_file(before)?.into(),
            None => bundle.clone(),
        };
        let plugin = install(&instance.app, case, first).await?;
        seed(&instance.app, case, &mut names, |kind| kind.namespace() != "registry").await?;
        let callers = callers(&instance.app, case, &names).await?;
        let mut stage =
            Self { instance, clock, plugin, callers, traces, work: Vec::new(), outside, bundle: bundle.clone(), names };
        stage.settle().await?;
        stage.cost();
        Ok(stage)
    }

    /// Takes a step that visits an address.
    pub(super) async fn visit(&self, step: &Step, number: usize) -> anyhow::Result<InsideReply> {
        let caller = match &step.who {
            None => Caller::public(),
            Some(who) => self.callers.get(who).cloned().with_context(|| format!("there is no account {who:?}"))?,
        };
        Ok(visit_plugin(&self.instance.app, visit(step, number, self.plugin.clone(), caller)?).await)
    }

    /// Moves the clock.
    pub(super) fn advance(&self, time: &str) -> anyhow::Result<()> {
        self.clock.advance_ms(duration_ms(time)?);
        Ok(())
    }

    /// Puts the tested version in the place of the one before; why not, if it is refused.
    pub(super) async fn upgrade(&self) -> Option<String> {
        let wanted = Upgrade {
            consent: Some(Grants::All),
            acceptance: Acceptance::Development,
            ..Upgrade::of(self.bundle.clone(), Caller::system())
        };
        let outcome = self.instance.app.host.upgrade(wanted).await;
        outcome.err().map(|error| format!("{:#}", anyhow::Error::new(error)))
    }

    /// Lets everything happen that follows from what was done.
    pub(super) async fn settle(&mut self) -> anyhow::Result<()> {
        self.work.extend(settle(&self.instance.app).await?);
        Ok(())
    }

    /// How many records of a kind there are.
    pub(super) async fn count(&self, kind: &str) -> anyhow::Result<usize> {
        let kind: KindName = kind.parse()?;
        let records = &self.instance.app.records;
        let permit = records.may_read(&Caller::system(), &kind)?;
        let mut query = Query { limit: limits::PAGE_ROWS_MAX, ..Query::default() };
        let mut count = 0_usize;
        loop {
            let page = records.list(&permit, &query).await?;
            count = count.saturating_add(page.items.len());
            query.cursor = match page.next {
                Some(next) => Some(next),
                None => return Ok(count),
            };
        }
    }

    /// What was done since the last time that this was called.
    pub(super) fn cost(&mut self) -> Cost {
        let mut cost = Cost { asked: self.outside.asked(), work: std::mem::take(&mut self.work), ..Cost::default() };
        while let Ok(trace) = self.traces.try_recv() {
            cost.instructions = cost.instructions.saturating_add(trace.instructions.unwrap_or_default());
            cost.cpu = cost.cpu.saturating_add(trace.cpu);
            cost.memory_bytes = cost.memory_bytes.max(trace.memory_bytes);
            for (name, count) in trace.counts {
                let calls = cost.calls.entry(name).or_default();
                *calls = calls.saturating_add(count.calls);
            }
            cost.missing.extend(trace.calls.into_iter().filter_map(|call| call.missing));
        }
        cost.missing.dedup();
        cost
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        self.instance.close().await
    }
}

fn beginning(day: &str) -> anyhow::Result<Instant> {
    let day: Day = day.parse().context("the case's day is none")?;
    Ok(day.begins().plus_ms(MORNING_MS))
}

fn stand_in(outside: &Outside) -> anyhow::Result<StandInAnswer> {
    let wrong = || format!("{} is no address of the form https://host/path", outside.url);
    let (_, rest) = outside.url.split_once("://").with_context(wrong)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.is_empty() || path.contains(['?', '#']) {
        bail!(wrong());
    }
    let mut headers: Vec<(String, String)> = outside.headers.clone().into_iter().collect();
    let body = match (&outside.json, &outside.text) {
        (Some(_), Some(_)) => bail!("the answer of {} has both json and text", outside.url),
        (Some(json), None) => {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            json.to_string().into()
        }
        (None, text) => text.clone().unwrap_or_default().into(),
    };
    let (method, host, path) = (outside.method.clone(), host.to_owned(), format!("/{path}"));
    Ok(StandInAnswer { method, host, path, status: outside.status, headers, body })
}

/// Writes the records whose kinds are wanted, as the system.
async fn seed(
    app: &App,
    case: &Case,
    names: &mut BTreeMap<String, String>,
    is_wanted: impl Fn(&KindName) -> bool,
) -> anyhow::Result<()> {
    for seed in &case.records {
        let kind: KindName = seed.kind.parse().with_context(|| format!("the record {} has no kind", seed.name))?;
        if !is_wanted(&kind) {
            continue;
        }
        let mut body = seed.body.clone();
        super::case::fill(&mut body, names)?;
        let mut unit = Unit::new(app.records.clone(), Caller::system());
        let written = unit.create(&kind, body).map_err(anyhow::Error::new);
        let wrong = || format!("the record {} could not be laid out", seed.name);
        let record = written.with_context(wrong)?;
        unit.commit(None).await.with_context(wrong)?;
        if names.insert(seed.name.clone(), record.id.to_string()).is_some() {
            bail!("two records have the name {}", seed.name);
        }
    }
    Ok(())
}

async fn install(app: &App, case: &Case, bytes: Bytes) -> anyhow::Result<PluginId> {
    let grants = match &case.grant {
        None => Grants::All,
        Some(names) => Grants::Some(names.iter().map(|name| name.parse::<Capability>()).collect::<Result<_, _>>()?),
    };
    let system = Caller::system();
    let view = app.host.install_accepting(Acceptance::Development, bytes, grants, &system).await?;
    if !case.settings.is_empty() {
        let changes = case.settings.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
        app.host.set_settings(&view.id, changes, &system).await?;
    }
    for (name, secret) in &case.secrets {
        app.host.set_secret(&view.id, name, Some(Secret::of(secret.clone())), &system).await?;
    }
    Ok(view.id)
}

/// The accounts, as those who ask.
async fn callers(app: &App, case: &Case, names: &BTreeMap<String, String>) -> anyhow::Result<BTreeMap<String, Caller>> {
    let mut callers = BTreeMap::new();
    for (name, account) in &case.accounts {
        let wrong = || format!("the account {name} could not be made");
        let caller = caller(app, name, account, names).await.with_context(wrong)?;
        callers.insert(name.clone(), caller);
    }
    Ok(callers)
}

async fn caller(
    app: &App,
    name: &str,
    account: &super::case::Account,
    names: &BTreeMap<String, String>,
) -> anyhow::Result<Caller> {
    let system = Caller::system();
    let person = account.person.as_deref().map(|person| filled(person, names)).transpose()?;
    let person: Option<RecordId> = person.as_deref().map(str::parse).transpose()?;
    let new = NewAccount {
        email: format!("{name}@test.invalid"),
        name: account.name.clone().unwrap_or_else(|| name.to_owned()),
        password: Secret::of(PASSWORD.to_owned()),
        person,
        language: Language::French,
    };
    let id = match &account.role {
        Some(role) => {
            let role: Role = role.parse()?;
            let scope: Scope = filled(&account.scope, names)?.parse()?;
            app.identity.create_account_with_role(&system, new, role, scope).await?
        }
        None => app.identity.create_account(&system, new).await?,
    };
    let token = app.identity.create_token(id, "test").await?;
    let caller = app.identity.caller_of_token(token.secret.reveal()).await?;
    caller.context("the account is not known")
}

fn visit(step: &Step, number: usize, plugin: PluginId, caller: Caller) -> anyhow::Result<InsideVisit> {
    let (method, address) = match (&step.get, &step.post) {
        (_, Some(address)) => ("POST", address),
        (Some(address), _) => ("GET", address),
        _ => bail!("the step visits nothing"),
    };
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut form = Vec::new();
    for (name, value) in &step.form {
        match value {
            Value::Array(items) => form.extend(items.iter().map(|item| (name.clone(), text(item)))),
            value => form.push((name.clone(), text(value))),
        }
    }
    let request = Request {
        method: method.to_owned(),
        form,
        body: step.json.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        ..Request::get(&format!("step-{number}"), path, step.language()?)
    };
    Ok(InsideVisit { plugin, caller, request, query: query.to_owned() })
}

/// A form sends texts.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn duration_ms(text: &str) -> anyhow::Result<u64> {
    let wrong = || format!("{text:?} is no time; write 30s, 90m, 12h or 7d");
    let unit = text.chars().last().with_context(wrong)?;
    let number: u64 = text.strip_suffix(unit).unwrap_or_default().parse().with_context(wrong)?;
    let unit_ms: u64 = match unit {
        's' => 1_000,
        'm' => 60_000,
        'h' => 3_600_000,
        'd' => 86_400_000,
        _ => bail!(wrong()),
    };
    number.checked_mul(unit_ms).with_context(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_begins_in_the_morning_of_its_day() {
        for day in ["1970-01-01", "2026-03-02", "2024-02-29", "2100-12-31"] {
            let at = beginning(day).unwrap();
            assert_eq!(Day::of(at).to_string(), day);
            assert_eq!(at, day.parse::<Day>().unwrap().begins().plus_ms(MORNING_MS));
        }
        assert!(beginning("2026-02-30").is_err());
    }

    #[test]
    fn times_are_read() {
        for (text, ms) in [("30s", 30_000), ("90m", 5_400_000), ("12h", 43_200_000), ("7d", 604_800_000)] {
            assert_eq!(duration_ms(text).unwrap(), ms);
        }
        for text in ["", "d", "1", "1w", "-1s", "99999999999999999999d", "10000000000000000d"] {
            assert!(duration_ms(text).is_err(), "{text}");
        }
    }
}
