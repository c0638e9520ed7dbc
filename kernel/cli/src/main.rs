//! `tiwizi`: one binary that makes, serves and tends an instance.
//!
//! One file per subcommand under `commands/`. This file reads the command line, sets up the log and turns an outcome
//! into an exit code; it holds no rule.

mod arguments;
mod commands;
mod config;
mod memory;
mod oci;
mod outcome;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, Plugin};

/// Memory is taken on one thread and given back on another all the time here, which the system's own allocator does under
/// locks: with it an import took half as long again. What is written in C keeps the system's: with mimalloc's feature
/// `override` the program ends at once when a library such as libfaketime is loaded before it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if matches!(arguments.command, Command::CompileComponent) {
        return commands::compile_component::run();
    }
    if matches!(arguments.command, Command::SetDocument) {
        return commands::set_document::run();
    }
    start_log(&arguments);
    if is_serving(&arguments.command) {
        memory::take_small_pages();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("tiwizi").build() {
        Ok(runtime) => runtime,
        Err(error) => return outcome::report(&anyhow::Error::new(error).context("could not start the runtime")),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => outcome::report(&error),
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Init(arguments) => commands::init::run(arguments).await,
        Command::Serve(arguments) => commands::serve::run(arguments).await,
        Command::Demo(arguments) => commands::demo::run(arguments).await,
        Command::Doctor(arguments) => commands::doctor::run(arguments).await,
        Command::User { command } => commands::user::run(command).await,
        Command::Register { command } => commands::register::run(command).await,
        Command::Plugin { command } => commands::plugin::run(command).await,
        Command::Federation { command } => commands::federation::run(command).await,
        Command::Peer { command } => commands::peer::run(command).await,
        Command::Agreement { command } => commands::agreement::run(command).await,
        Command::Package { command } => commands::package::run(command).await,
        Command::Transfer { command } => commands::transfer::run(command).await,
        Command::Log { command } => commands::log::run(command).await,
        // Done before there was a runtime: its process is bounded.
        Command::CompileComponent | Command::SetDocument => Ok(()),
    }
}

/// Whether a command serves an instance to people, for days.
fn is_serving(command: &Command) -> bool {
    matches!(command, Command::Serve(_) | Command::Demo(_))
}

/// Commands that serve say what happens; the others speak only of what went wrong. `TIWIZI_LOG` overrides both.
fn start_log(arguments: &Arguments) {
    let default = match &arguments.command {
        command if is_serving(command) => "info,sqlx=warn,cranelift=warn,wasmtime=warn",
        // What a plugin logs is what its author looks at.
        Command::Plugin { command: Plugin::Dev(_) } => "warn,plugin=debug",
        _ => "warn",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env(config::LOG_VARIABLE)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if arguments.json_log {
        builder.json().init();
    } else {
        builder.with_target(false).init();
    }
}
