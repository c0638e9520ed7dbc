//! `tiwizi compile-component`: the process in which the plugin host compiles a component. No person calls it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

/// This very program as the system runs it now, also when its file was replaced meanwhile.
const RUNNING: &str = "/proc/self/exe";

/// Reads a component from standard input and writes its code to standard output.
pub(crate) fn run() -> ExitCode {
    ExitCode::from(tiwizi_host::compile_component(std::io::stdin(), std::io::stdout().lock(), std::io::stderr()))
}

/// The program to start for it.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    if Path::new(RUNNING).exists() {
        return Ok(PathBuf::from(RUNNING));
    }
    std::env::current_exe().context("could not find out where this program lies")
}
