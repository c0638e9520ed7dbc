//! Work that never ends, takes too much, or breaks off in the middle.

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Error, Field, Find, Kind, Request, Store, context, milestones, registry, telemetry};

use crate::raw;

/// The one kind of this plugin.
#[derive(Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) text: String,
}

impl Note {
    pub(crate) const TEXT: Field<Self, String> = Field::new("text");
}

impl Kind for Note {
    const NAME: &'static str = "note";
}

/// The kind of somebody else.
#[derive(Serialize, Deserialize)]
struct Foreign(Value);

impl Kind for Foreign {
    const NAME: &'static str = "training/course";
}

fn done() -> Result<Answer, Error> {
    Answer::json(&"done")
}

/// The mark that `/mark` leaves all over its memory, made so that it stands nowhere in the code.
fn pattern() -> u64 {
    black_box(0x5eed_0000_0000_0000_u64) | black_box(0x0000_c0ff_ee15_900d)
}

pub(crate) fn endless(_: &Request) -> Result<Answer, Error> {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}

/// Copies memory without end: library calls of the runtime, with hardly any code of the guest between them.
pub(crate) fn copy(_: &Request) -> Result<Answer, Error> {
    let from = vec![1_u8; 8 << 20];
    let mut to = vec![0_u8; 8 << 20];
    loop {
        to.copy_from_slice(black_box(&from));
        black_box(&mut to);
    }
}

pub(crate) fn memory(_: &Request) -> Result<Answer, Error> {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(black_box(vec![1; 1 << 20]));
    }
}

#[expect(clippy::panic, reason = "that is the misbehaviour")]
pub(crate) fn trap(_: &Request) -> Result<Answer, Error> {
    panic!("this plugin panics\n2026-01-01 ERROR a forged line \u{1b}[31m");
}

#[expect(clippy::exit, reason = "that is the misbehaviour")]
pub(crate) fn exit(_: &Request) -> Result<Answer, Error> {
    std::process::exit(3)
}

pub(crate) fn sleep(_: &Request) -> Result<Answer, Error> {
    std::thread::sleep(Duration::from_secs(3_600));
    done()
}

pub(crate) fn recursion(_: &Request) -> Result<Answer, Error> {
    fn deeper(depth: u64) -> u64 {
        let frame = black_box([depth; 16]);
        if black_box(depth) == u64::MAX { 0 } else { deeper(depth + 1) + frame.iter().sum::<u64>() }
    }
    Answer::json(&deeper(0))
}

pub(crate) fn log(_: &Request) -> Result<Answer, Error> {
    for _ in 0..9_000 {
        telemetry::info("a line\nthat \u{202e}lies", &[("field", "value")]);
    }
    done()
}

#[expect(clippy::print_stdout, reason = "that is the misbehaviour")]
pub(crate) fn print(_: &Request) -> Result<Answer, Error> {
    for _ in 0..20_000 {
        println!("a line on standard output");
    }
    done()
}

pub(crate) fn storm(_: &Request) -> Result<Answer, Error> {
    for _ in 0..1_000_000 {
        black_box(context::now());
    }
    done()
}

pub(crate) fn reads(_: &Request) -> Result<Answer, Error> {
    for _ in 0..1_000_000 {
        Store::<Note>::list(&Find::new().limit(1))?;
    }
    done()
}

pub(crate) fn argument(_: &Request) -> Result<Answer, Error> {
    telemetry::info(&"x".repeat(32 << 20), &[]);
    done()
}

pub(crate) fn outside(_: &Request) -> Result<Answer, Error> {
    telemetry::info(raw::text_outside_memory(), &[]);
    done()
}

pub(crate) fn malformed(_: &Request) -> Result<Answer, Error> {
    telemetry::info(raw::text_that_is_none(), &[]);
    done()
}

pub(crate) fn handles(_: &Request) -> Result<Answer, Error> {
    raw::take_handles(1_000_000);
    done()
}

pub(crate) fn random(_: &Request) -> Result<Answer, Error> {
    Answer::json(&raw::random_bytes(u64::MAX))
}

/// What differs from run to run unless the host holds it still: randomness, the order of a hash table, clocks.
pub(crate) fn draw(_: &Request) -> Result<Answer, Error> {
    let order: Vec<u32> = (0..64).collect::<HashSet<u32>>().into_iter().collect();
    let steady = raw::steady();
    Answer::json(&json!({
        "random": raw::random_number().to_string(),
        "order": order,
        "steady_ms": steady / 1_000_000,
        "steady_rest": steady % 1_000_000,
        "now": context::now(),
    }))
}

pub(crate) fn mark(_: &Request) -> Result<Answer, Error> {
    let marks = black_box(vec![pattern(); 1 << 19]);
    Answer::json(&marks.len())
}

pub(crate) fn peek(_: &Request) -> Result<Answer, Error> {
    Answer::json(&raw::occurrences(pattern()))
}

pub(crate) fn notes(_: &Request) -> Result<Answer, Error> {
    let notes = Store::<Note>::list(&Find::new())?;
    Answer::json(&notes.items.iter().map(|entry| entry.body.text.as_str()).collect::<Vec<_>>())
}

fn insert(request: &Request) -> Result<(), Error> {
    Store::create(&Note { text: request.form_required("text")?.to_owned() }).map(drop)
}

pub(crate) fn write(request: &Request) -> Result<Answer, Error> {
    insert(request)?;
    notes(request)
}

pub(crate) fn write_then_trap(request: &Request) -> Result<Answer, Error> {
    insert(request)?;
    trap(request)
}

pub(crate) fn write_then_loop(request: &Request) -> Result<Answer, Error> {
    insert(request)?;
    endless(request)
}

pub(crate) fn write_then_problem(request: &Request) -> Result<Answer, Error> {
    insert(request)?;
    Err(Error::new(418, "teapot", "it changed its mind").with("short", true))
}

pub(crate) fn write_then_rubbish(request: &Request) -> Result<Answer, Error> {
    insert(request)?;
    crate::answers::away(request)
}

/// Tries more writes than a unit gathers, and answers with the code of the refusal.
pub(crate) fn write_much(_: &Request) -> Result<Answer, Error> {
    let refused = (0..1_500).find_map(|number| Store::create(&Note { text: format!("much {number}") }).err());
    Answer::json(&refused.map(|error| error.code))
}

fn outcome<Output>(outcome: Result<Output, Error>) -> Result<Answer, Error> {
    Answer::json(&match outcome {
        Ok(_) => json!("granted"),
        Err(error) => json!({ "code": error.code, "message": error.message, "details": error.details }),
    })
}

pub(crate) fn register(_: &Request) -> Result<Answer, Error> {
    outcome(registry::cooperatives::<Value>(&Find::new().limit(1)))
}

/// What it may know of a founding file, of the rules, and of one that was opened from a record of somebody else's.
pub(crate) fn founding(_: &Request) -> Result<Answer, Error> {
    const NOBODY: &str = "018f0000-0000-7000-8000-000000000000";
    let code = |error: Error| error.code;
    Answer::json(&json!({
        "own": registry::founding::<Note>(NOBODY).map(|found| found.is_some()).map_err(code),
        "foreign": registry::founding::<Foreign>(NOBODY).map(|found| found.is_some()).map_err(code),
        "no-id": registry::founding::<Note>("x/../y").map(|found| found.is_some()).map_err(code),
        "founders": registry::founding_rules().map(|rules| rules.founders_min).map_err(code),
    }))
}

pub(crate) fn milestone(_: &Request) -> Result<Answer, Error> {
    outcome(milestones::reach::<Note>("survived", "018f0000-0000-7000-8000-000000000000"))
}

/// Notes a milestone of the cooperative that the form names.
pub(crate) fn milestone_for(request: &Request) -> Result<Answer, Error> {
    let proof = "018f0000-0000-7000-8000-000000000000";
    outcome(milestones::reach_for::<Note>(request.form_required("text")?, "survived", proof))
}

/// The cooperatives that the caller acts for.
pub(crate) fn acts_for(_: &Request) -> Result<Answer, Error> {
    match registry::acts_for::<Value>() {
        Ok(found) => Answer::json(&found.iter().map(|entry| &entry.id).collect::<Vec<_>>()),
        Err(error) => outcome(Err::<(), _>(error)),
    }
}

pub(crate) fn foreign(_: &Request) -> Result<Answer, Error> {
    outcome(Store::<Foreign>::list(&Find::new()))
}
