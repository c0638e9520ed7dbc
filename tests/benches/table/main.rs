//! `cargo xtask bench`: measures whole paths of the real program and prints a table.
//!
//! Each row is a ratio to a baseline that runs on the same machine in the same minutes, because machines differ and are
//! noisy. `tests/benches/README.md` says how each row is made. Words on the command line choose rows.

mod crowd;
mod federation;
mod import;
mod instance;
mod journey;
mod national;
mod native;
mod requests;
mod row;
mod stage;
mod statistics;
mod writes;

use std::process::ExitCode;

use row::Row;
use stage::Stage;

/// The rows, in the order of the table.
const NAMES: [&str; 25] = [
    "plugin",
    "instance",
    "plugins",
    "neighbours",
    "record",
    "writes",
    "import",
    "search",
    "start",
    "memory",
    "page",
    "statistics",
    "lesson-page",
    "product-page",
    "product-search",
    "model-search",
    "orders",
    "recompute",
    "allocation",
    "quiz-rush",
    "federation-load",
    "federation-line",
    "federation-idle",
    "federation-memory",
    "federation-nation",
];

/// Whether a row was asked for: by its name, or by the first word of it, as `federation`.
fn is_wanted(name: &str, wanted: &[String]) -> bool {
    let family = name.split('-').next().unwrap_or(name);
    wanted.is_empty() || wanted.iter().any(|word| word == name || word == family)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        runtime.block_on(async {
            if let Some((first, rest)) = arguments.split_first().filter(|(first, _)| *first == native::WORD) {
                tell(&format!("{first}: a baseline of the bench"));
                return native::serve(rest).await;
            }
            measure(&arguments).await
        })
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn measure(wanted: &[String]) -> anyhow::Result<()> {
    if let Some(unknown) =
        wanted.iter().find(|word| !NAMES.iter().any(|name| is_wanted(name, std::slice::from_ref(*word))))
    {
        anyhow::bail!("there is no row {unknown}; there are {}", NAMES.join(", "));
    }
    let mut stage = Stage::new()?;
    let mut rows = Vec::new();
    for name in NAMES.iter().filter(|name| is_wanted(name, wanted)) {
        tell(&format!("measuring: {name}"));
        rows.extend(one(name, &mut stage).await?);
    }
    answer(&row::table(&rows));
    Ok(())
}

async fn one(name: &str, stage: &mut Stage) -> anyhow::Result<Vec<Row>> {
    match name {
        "plugin" => requests::plugin_route(stage).await,
        "instance" => instance::parts(),
        "plugins" => crowd::plugins(stage).await,
        "neighbours" => crowd::neighbours(stage).await,
        "record" => requests::record(stage).await,
        "writes" => writes::durable(stage).await,
        "import" => import::national(stage).await,
        "search" => national::search(stage).await,
        "start" => national::start(stage).await,
        "memory" => national::memory(stage).await,
        "statistics" => statistics::pages(stage).await,
        "lesson-page" => journey::pages::lesson(stage).await,
        "product-page" => journey::pages::product(stage).await,
        "product-search" => journey::pages::products(stage).await,
        "model-search" => journey::pages::models(stage).await,
        "orders" => journey::orders::durable(stage).await,
        "recompute" => journey::inside::recompute(stage).await,
        "allocation" => journey::inside::allocation(stage).await,
        "quiz-rush" => journey::rush::quiz(stage).await,
        "federation-load" => federation::load(stage).await,
        "federation-line" => federation::slow_line(stage).await,
        "federation-idle" => federation::idle(stage).await,
        "federation-memory" => federation::backlog(stage).await,
        "federation-nation" => federation::nation(stage).await,
        _ => national::first_page(stage).await,
    }
}

/// Says on standard error what is going on.
#[expect(clippy::print_stderr, reason = "a bench takes minutes; people want to know where it is")]
fn tell(line: &str) {
    eprintln!("{line}");
}

/// Prints the table.
#[expect(clippy::print_stdout, reason = "the table is what the bench is for")]
fn answer(text: &str) {
    println!("{text}");
}
