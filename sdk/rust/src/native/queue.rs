//! Events and jobs, as the kernel tells and does them.

use serde_json::Value;

use super::imports::{Kernel, writing};
use super::json::{list_at, parse, text_at, texts};
use super::memory::{Memory, error};
use super::rights::{Action, Asker};
use super::{become_caller, in_unit, memory, register};
use crate::bindings::tiwizi::plugin::jobs::Options;
use crate::bindings::tiwizi::plugin::types::Error as WireError;
use crate::events::{Event, Outcome};
use crate::imports::{EventsImport, JobsImport};
use crate::jobs::Job;
use crate::{Caller, CallerKind, Plugin};

const EVENTS: &str = "events";
const JOBS: &str = "jobs";
const REGISTRY: &str = "registry.read";
/// How often a job is tried that says nothing of it.
const ATTEMPTS_DEFAULT: u32 = 5;
const ATTEMPTS_MAX: u32 = 10;

/// What the plugin emitted and put aside.
#[derive(Clone, Default)]
pub(super) struct Queue {
    /// Topic, key, payload.
    pub(super) emitted: Vec<(String, String, Value)>,
    waiting: Vec<Waiting>,
    made: u64,
    is_working: bool,
    subscriptions: Vec<Subscription>,
    topics: Vec<String>,
    /// The names of the jobs, and how often each is tried.
    jobs: Vec<(String, u32)>,
}

#[derive(Clone)]
struct Waiting {
    job: Job,
    dedupe_key: Option<String>,
    attempts_max: u32,
}

#[derive(Clone)]
struct Subscription {
    name: String,
    topics: Vec<String>,
    operations: Vec<String>,
}

impl Queue {
    pub(super) fn of_manifest(manifest: &Value) -> Self {
        let attempts = |job: &Value| {
            let declared = job.get("attempts").and_then(Value::as_u64);
            declared.and_then(|attempts| u32::try_from(attempts).ok()).unwrap_or(ATTEMPTS_DEFAULT)
        };
        let subscription = |event: &Value| Subscription {
            name: text_at(event, "name"),
            topics: texts(list_at(event, "topics")),
            operations: texts(list_at(event, "operations")),
        };
        Self {
            subscriptions: list_at(manifest, EVENTS).iter().map(subscription).collect(),
            topics: list_at(manifest, "topics").iter().map(|topic| text_at(topic, "name")).collect(),
            jobs: list_at(manifest, JOBS).iter().map(|job| (text_at(job, "name"), attempts(job))).collect(),
            ..Self::default()
        }
    }
}

impl Subscription {
    fn wants(&self, event: &Event) -> bool {
        let is_wanted = |name: &str| self.operations.is_empty() || self.operations.iter().any(|wanted| wanted == name);
        self.topics.contains(&event.topic) && event.operation.is_none_or(|operation| is_wanted(operation.name()))
    }
}

impl EventsImport for Kernel {
    fn emit(topic: &str, key: &str, payload: &str) -> Result<(), WireError> {
        let payload = parse(payload)?;
        writing(EVENTS, |memory| {
            let name = topic.strip_prefix(&format!("{}/", memory.plugin_id)).unwrap_or(topic);
            if !memory.queue.topics.iter().any(|declared| declared == name) {
                return Err(error("denied", &format!("{} declares no topic {name}", memory.plugin_id)));
            }
            let topic = format!("{}/{name}", memory.plugin_id);
            memory.queue.emitted.push((topic, key.to_owned(), payload));
            Ok(())
        })
    }
}

impl JobsImport for Kernel {
    fn enqueue(name: &str, payload: &str, options: &Options) -> Result<String, WireError> {
        let payload = parse(payload)?;
        writing(JOBS, |memory| {
            let now = memory.now;
            let queue = &mut memory.queue;
            let Some((_, declared)) = queue.jobs.iter().find(|(declared, _)| declared == name) else {
                return Err(error("denied", &format!("{} declares no job {name}", memory.plugin_id)));
            };
            let attempts_max = match options.attempts_max {
                0 => *declared,
                asked => asked.min(ATTEMPTS_MAX),
            };
            let twin = |waiting: &&Waiting| waiting.job.name == name && waiting.dedupe_key == options.dedupe_key;
            if let Some(twin) = queue.waiting.iter().find(twin).filter(|_| options.dedupe_key.is_some()) {
                return Ok(twin.job.id.clone());
            }
            queue.made += 1;
            let id = format!("00000000-0000-7000-9000-{:012}", queue.made);
            let due_at = options.run_at.unwrap_or(now).max(now);
            let job = Job { id: id.clone(), name: name.to_owned(), payload, due_at, attempt: 1 };
            queue.waiting.push(Waiting { job, dedupe_key: options.dedupe_key.clone(), attempts_max });
            Ok(id)
        })
    }

    fn cancel(id: &str) -> Result<bool, WireError> {
        writing(JOBS, |memory| {
            let before = memory.queue.waiting.len();
            memory.queue.waiting.retain(|waiting| waiting.job.id != id);
            Ok(memory.queue.waiting.len() != before)
        })
    }

    fn progress(_: u32, _: u32, _: &str) -> Result<(), WireError> {
        writing(JOBS, |memory| match memory.queue.is_working {
            true => Ok(()),
            false => Err(error("invalid", "only a job says how far it has come")),
        })
    }
}

/// Tells every subscription that wants it of an event.
pub(super) fn tell<Told: Plugin>(event: &Event) -> Vec<Outcome> {
    let subscriptions = Memory::with(|memory| {
        let granted = memory.granted.contains(EVENTS) && may_know(memory, &event.topic);
        let wanted = memory.queue.subscriptions.iter().filter(|subscription| granted && subscription.wants(event));
        wanted.map(|subscription| subscription.name.clone()).collect::<Vec<_>>()
    });
    let Some(payload) = Memory::with(|memory| told_of(memory, event)) else { return Vec::new() };
    let told = |subscription: String| {
        let (at, payload) = (Memory::with(|memory| memory.now), payload.clone());
        let event = Event { subscription, at, payload, ..event.clone() };
        as_system(|| Told::on_event(&event))
    };
    subscriptions.into_iter().map(told).collect()
}

/// Whether a plugin may be told of a kind at all.
fn may_know(memory: &Memory, topic: &str) -> bool {
    !register::holds(topic) || memory.granted.contains(REGISTRY)
}

/// What is told of a record: as far as the plugin may read it when it acts by itself. None when it may not.
fn told_of(memory: &Memory, event: &Event) -> Option<Value> {
    let Some(rules) = memory.known(&event.topic) else { return Some(event.payload.clone()) };
    let id = event.record.as_deref().unwrap_or(&event.key);
    let subject = rules.subject(id, &event.payload);
    let reach = rules.rights.reach(Asker::alone(&system()), Action::Read, subject)?;
    Some(rules.rights.shown(&event.payload, reach))
}

/// Does every job that is due, also those that they put aside meanwhile and that are due at once. What is to be tried again waits, unless it
/// was its last try. Without its capability nothing is done, and the try has failed.
pub(super) fn run_jobs<Doing: Plugin>() -> Vec<(String, Outcome)> {
    let mut done = Vec::new();
    let mut again = Vec::new();
    while let Some(waiting) = next_due() {
        let outcome = match Memory::with(|memory| memory.granted.contains(JOBS)) {
            true => work::<Doing>(&waiting.job),
            false => Outcome::Retry(None),
        };
        if let Outcome::Retry(seconds) = &outcome
            && waiting.job.attempt < waiting.attempts_max
        {
            let job = &waiting.job;
            let due_at = Memory::with(|memory| memory.now).saturating_add(u64::from(seconds.unwrap_or(5)) * 1_000);
            let job = Job { attempt: job.attempt.saturating_add(1), due_at, ..job.clone() };
            again.push(Waiting { job, ..waiting.clone() });
        }
        done.push((waiting.job.name, outcome));
    }
    Memory::with(|memory| memory.queue.waiting.extend(again));
    done
}

fn work<Doing: Plugin>(job: &Job) -> Outcome {
    Memory::with(|memory| memory.queue.is_working = true);
    let outcome = as_system(|| Doing::run_job(job));
    Memory::with(|memory| memory.queue.is_working = false);
    outcome
}

fn next_due() -> Option<Waiting> {
    Memory::with(|memory| {
        let now = memory.now;
        let due = memory.queue.waiting.iter().position(|waiting| waiting.job.due_at <= now)?;
        Some(memory.queue.waiting.remove(due))
    })
}

/// Work in the background acts as the system, and what it wrote is given up unless it is done.
fn as_system(work: impl FnOnce() -> Outcome) -> Outcome {
    let (caller, acts_for) = Memory::with(|memory| (memory.caller.clone(), memory.acts_for.clone()));
    become_caller(system());
    let outcome = in_unit(|| match work() {
        Outcome::Done => Ok(Outcome::Done),
        other => Err(Given::Up(other)),
    });
    become_caller(caller);
    Memory::with(|memory| memory.acts_for = acts_for);
    outcome.unwrap_or_else(|Given::Up(outcome)| outcome)
}

/// The plugin when nobody calls it.
fn system() -> Caller {
    Caller { kind: CallerKind::System, ..memory::nobody() }
}

/// An outcome that keeps nothing.
enum Given {
    Up(Outcome),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jobs::Later;
    use crate::{events, jobs, kv, native};

    const MANIFEST: &str = r#"{ "id": "worker", "capabilities": [{ "name": "events" }, { "name": "jobs" }, { "name": "kv" }],
        "events": [{ "name": "made", "topics": ["a/b", "c/d"], "operations": ["create"] }],
        "topics": [{ "name": "done" }], "jobs": [{ "name": "count" }] }"#;

    struct Worker;

    impl Plugin for Worker {
        fn on_event(event: &Event) -> Outcome {
            let counted = kv::increment("told", 1).and_then(|_| events::emit("done", &event.key, &event.payload));
            if event.payload == "no" { Outcome::Reject("no".to_owned()) } else { counted.into() }
        }

        fn run_job(job: &Job) -> Outcome {
            let counted = kv::increment("ran", 1).and_then(|_| jobs::progress(1, 1, ""));
            if job.attempt == 1 { Outcome::Retry(Some(10)) } else { counted.into() }
        }
    }

    #[test]
    fn an_event_is_told_to_those_who_want_it_and_keeps_what_it_did_when_it_is_done() {
        native::start(MANIFEST);
        assert_eq!(native::tell::<Worker>(&Event::created("a/b", "1", json!(1))), [Outcome::Done]);
        assert_eq!(native::tell::<Worker>(&Event::created("a/c", "1", json!(1))), []);
        let changed =
            Event { operation: Some(crate::hooks::Operation::Change), ..Event::created("a/b", "1", json!(1)) };
        assert_eq!(native::tell::<Worker>(&changed), []);
        assert_eq!(
            native::tell::<Worker>(&Event::emitted("c/d", "2", json!("no"))),
            [Outcome::Reject("no".to_owned())]
        );
        assert_eq!(kv::get::<i64>("told").unwrap(), Some(1));
        assert_eq!(native::emitted(), [("worker/done".to_owned(), "1".to_owned(), json!(1))]);
    }

    #[test]
    fn a_record_of_the_register_is_told_as_far_as_the_plugin_may_read_it() {
        struct Keeper;
        impl Plugin for Keeper {
            fn on_event(event: &Event) -> Outcome {
                kv::set("told", &event.payload, None).into()
            }
        }
        native::start(
            r#"{ "id": "keeper", "capabilities": [{ "name": "events" }, { "name": "kv" }, { "name": "registry.read" }],
                "events": [{ "name": "made", "topics": ["registry/cooperative", "registry/person"] }] }"#,
        );
        let made = Event::created("registry/cooperative", "c1", json!({ "name_fr": "Anfa", "turnover": 7 }));
        assert_eq!(native::tell::<Keeper>(&made), [Outcome::Done]);
        assert_eq!(kv::get::<Value>("told").unwrap(), Some(json!({ "name_fr": "Anfa" })));
        assert_eq!(native::tell::<Keeper>(&Event::created("registry/person", "p1", json!({ "name_fr": "Itto" }))), []);
        native::deny("registry.read");
        assert_eq!(native::tell::<Keeper>(&made), []);
    }

    #[test]
    fn a_job_waits_for_its_time_and_for_another_try() {
        native::start(MANIFEST);
        let first = Later::new("count").once("a").enqueue(&json!({})).unwrap();
        assert_eq!(Later::new("count").once("a").enqueue(&json!({})).unwrap(), first);
        let second = Later::new("count").at(u64::MAX).enqueue(&json!({})).unwrap();
        assert_eq!(native::run_jobs::<Worker>(), [("count".to_owned(), Outcome::Retry(Some(10)))]);
        assert_eq!(kv::get::<i64>("ran").unwrap(), None);
        native::advance(10_000);
        assert_eq!(native::run_jobs::<Worker>(), [("count".to_owned(), Outcome::Done)]);
        assert_eq!(kv::get::<i64>("ran").unwrap(), Some(1));
        assert_eq!((jobs::cancel(&second), jobs::cancel(&second)), (Ok(true), Ok(false)));
    }

    #[test]
    fn a_job_is_not_done_without_its_capability() {
        native::start(MANIFEST);
        Later::new("count").attempts_max(2).enqueue(&json!({})).unwrap();
        native::deny("jobs");
        assert_eq!(native::run_jobs::<Worker>(), [("count".to_owned(), Outcome::Retry(None))]);
        native::grant("jobs");
        native::advance(5_000);
        assert_eq!(native::run_jobs::<Worker>(), [("count".to_owned(), Outcome::Done)]);
        assert_eq!(kv::get::<i64>("ran").unwrap(), Some(1));
    }

    #[test]
    fn a_job_is_not_tried_after_its_last_try() {
        struct Never;
        impl Plugin for Never {
            fn run_job(_: &Job) -> Outcome {
                Outcome::Retry(Some(1))
            }
        }
        native::start(MANIFEST);
        Later::new("count").attempts_max(2).enqueue(&json!({})).unwrap();
        for tried in [1, 1, 0] {
            assert_eq!(native::run_jobs::<Never>().len(), tried);
            native::advance(1_000);
        }
    }

    #[test]
    fn what_is_not_granted_or_not_declared_is_denied() {
        native::start(MANIFEST);
        assert!(events::emit("other", "", &1).unwrap_err().is("denied"));
        assert!(Later::new("other").enqueue(&1).unwrap_err().is("denied"));
        assert!(jobs::progress(1, 2, "").unwrap_err().is("invalid"));
        native::deny("events");
        native::deny("jobs");
        assert!(events::emit("done", "", &1).unwrap_err().is("denied"));
        assert!(Later::new("count").enqueue(&1).unwrap_err().is("denied"));
        assert_eq!(native::tell::<Worker>(&Event::created("a/b", "1", json!(1))), []);
    }
}
