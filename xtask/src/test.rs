//! `cargo xtask test`: everything that must hold before a change is shared.
//!
//! The steps go on after a failure where the next one can still say something, and the end repeats what failed, with
//! the command that runs just that.

use std::time::{Duration, SystemTime};

use crate::plugins::{self, Choice};
use crate::program::{Program, heading, say};
use crate::setup::{self, Need};
use crate::tree::{Profile, Tree};

/// Crates that run inside the sandbox only.
const GUESTS: &str = "-p tiwizi-training -p tiwizi-project-bank -p tiwizi-marketplace -p tiwizi-chaos -p tiwizi-corpus";
const EXCEPT_GUESTS: &str = "--exclude tiwizi-training --exclude tiwizi-project-bank --exclude tiwizi-marketplace \
    --exclude tiwizi-chaos --exclude tiwizi-corpus";

/// What runs the tests that take long, and nothing else.
const LONG: &str = "--long";
/// The seeds of the federation's simulator then; by itself it runs 500.
const LONG_SEEDS: &str = "10000";

struct Failure {
    step: &'static str,
    error: anyhow::Error,
}

/// Runs every check; with filters, only the tests that they name.
pub(crate) fn run(tree: &Tree, arguments: &[String]) -> anyhow::Result<()> {
    let (long, filters): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|argument| *argument == LONG);
    if !long.is_empty() {
        heading("setup");
        setup::run(tree, Need::Test)?;
        heading("long tests");
        anyhow::ensure!(filters.is_empty(), "{LONG} runs the simulator of the federation and takes no filter");
        return simulator(tree).run();
    }
    heading("setup");
    setup::run(tree, Need::Test)?;
    let mut failures = Vec::new();
    if arguments.is_empty() {
        static_checks(tree, &mut failures);
    }
    if build(tree, &mut failures) {
        step("tests", &nextest(tree, arguments), &mut failures);
        if arguments.is_empty() {
            step("examples in the documentation", &cargo(tree, "test --locked --doc -p tiwizi-sdk"), &mut failures);
            kits(tree, &mut failures);
        }
    }
    report(&failures)
}

fn static_checks(tree: &Tree, failures: &mut Vec<Failure>) {
    step("format", &cargo(tree, "fmt --all --check"), failures);
    let host = format!("clippy --locked --workspace {EXCEPT_GUESTS} --all-targets -- -D warnings");
    step("clippy", &cargo(tree, &host), failures);
    let guests = format!("clippy --locked --target wasm32-wasip2 {GUESTS} -- -D warnings");
    step("clippy of the plugins", &cargo(tree, &guests), failures);
    let doc = format!("doc --locked --workspace {EXCEPT_GUESTS} --no-deps");
    step("documentation", &cargo(tree, &doc).variable("RUSTDOCFLAGS", "-D warnings"), failures);
}

/// The kits in other languages, by their own means.
fn kits(tree: &Tree, failures: &mut Vec<Failure>) {
    let javascript = Program::new("npm", &tree.root.join("sdk/javascript")).words("test");
    step("kit for JavaScript", &javascript, failures);
    let python = Program::new("python3", &tree.root.join("sdk/python")).words("-m unittest");
    step("kit for Python", &python.variable("PYTHONDONTWRITEBYTECODE", "1"), failures);
}

/// The programs that the tests start, and the tests. Without them there is nothing to test.
///
/// Everything is built at once: Cargo unites the features of foreign crates over what it is asked for, so `tiwizi` by
/// itself would build wasmtime a second time.
fn build(tree: &Tree, failures: &mut Vec<Failure>) -> bool {
    heading("build");
    let choice = Choice { profile: Profile::Debug, guests: true };
    let everything = cargo(tree, "build --locked --workspace --all-targets");
    match everything.run().and_then(|()| plugins::build(tree, choice)) {
        Ok(()) => true,
        Err(error) => {
            failures.push(Failure { step: "build", error });
            false
        }
    }
}

fn nextest(tree: &Tree, arguments: &[String]) -> Program {
    let program = cargo(tree, "nextest run --locked --workspace --no-fail-fast")
        .variable("TIWIZI_BIN", tree.tiwizi(Profile::Debug));
    arguments.iter().fold(program, Program::word)
}

/// The simulator of the federation over many seeds: a failing one is printed, and belongs into `tests/sim/seeds.txt` of its crate.
fn simulator(tree: &Tree) -> Program {
    let words = "test --locked -p tiwizi-federation-core --test sim -- what_must_hold --nocapture";
    cargo(tree, words).variable("TIWIZI_SEEDS", LONG_SEEDS)
}

fn cargo(tree: &Tree, words: &str) -> Program {
    Program::cargo(&tree.root).words(words)
}

fn step(name: &'static str, program: &Program, failures: &mut Vec<Failure>) {
    heading(name);
    let begin = now();
    match program.run() {
        Ok(()) => say(&format!("{name}: passed in {} s", now().saturating_sub(begin).as_secs())),
        Err(error) => {
            say(&format!("{name}: FAILED"));
            failures.push(Failure { step: name, error });
        }
    }
}

fn report(failures: &[Failure]) -> anyhow::Result<()> {
    heading("result");
    if failures.is_empty() {
        say("everything passed");
        return Ok(());
    }
    for failure in failures {
        say(&format!("{}: {:#}", failure.step, failure.error));
    }
    if failures.iter().any(|failure| failure.step == "tests") {
        say("run one test alone with: cargo xtask test NAME");
    }
    let names: Vec<&str> = failures.iter().map(|failure| failure.step).collect();
    anyhow::bail!("failed: {}", names.join(", "))
}

#[expect(clippy::disallowed_methods, reason = "how long a step took is for people to read; no rule goes by it")]
fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
