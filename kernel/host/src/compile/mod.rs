//! Compiling a component, in a process of its own.
//!
//! The compiler is the one part of the kernel that works on foreign bytes for seconds and in megabytes, and no rule about
//! components can tell beforehand for how long. So it runs in a child of the same program (`child`) that holds itself to bounds of
//! memory and of processor time before it reads a byte, is given no variable of the environment, and passes bytes through pipes alone. What it
//! takes down with it is its own process (`parent`).
//!
//! Both sides build their engine from one configuration (`engine`), or the code would not load.

mod child;
mod parent;

use std::path::PathBuf;

use tiwizi_model::limits;

pub use child::run as compile_component;
pub(crate) use child::{Ending, bound};
pub(crate) use parent::{Code, Conversation, child, compile, converse, ending, said};

/// Where components are compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// In a child process of this program, as `tiwizi compile-component`: what every instance uses.
    Child {
        /// The program.
        program: PathBuf,
    },
    /// On a thread of this process, without any bound: for the tests of crates that are no program and compile what they know.
    InProcess,
}

/// The subcommand by which the program compiles a component.
pub const SUBCOMMAND: &str = "compile-component";

/// Why a component could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler does not take it.
    #[error("the compiler does not take it: {message}")]
    Refused {
        /// What it said.
        message: String,
    },
    /// It keeps the compiler busy.
    #[error("compiling it takes more than {cpu_s} s of processor time, which is what a component of its size is given")]
    Time {
        /// What it was given.
        cpu_s: u64,
    },
    /// It fills the compiler's memory.
    #[error("compiling it takes more memory than {} MiB", limits::COMPILE_MEMORY_BYTES_MAX >> 20)]
    Memory,
    /// The compiler crashed on it.
    #[error(
        "the compiler ended without an outcome ({status}); the component nests too deeply or needs too much memory"
    )]
    Crashed {
        /// How the process ended.
        status: String,
    },
    /// The compiler's process could not be used.
    #[error("the compiler could not be run as {program} {SUBCOMMAND}", program = program.display())]
    Process {
        /// The program.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Processor time for compiling a component of that size, in seconds: a fixed part, and more for each MiB, because the components of
/// JavaScript and Python bring their interpreter with them.
pub(crate) fn cpu_s(component_bytes: usize) -> u64 {
    let mib = u64::try_from(component_bytes).unwrap_or(u64::MAX).div_ceil(1 << 20);
    limits::COMPILE_CPU_S.saturating_add(limits::COMPILE_CPU_S_PER_MIB.saturating_mul(mib))
}
