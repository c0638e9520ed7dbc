//! How a command ends: its answer on standard output, its error on standard error, its exit code.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed, or found something broken; the message says why and what to do next |
//! | 2 | the command line is not right |
//! | 3 | the input was refused: wrong rows, a bad bundle, one that nobody vouches for |
//! | 4 | another kernel is using the instance |
//! | 5 | the data directory is not an instance, or is newer than this program |

use std::process::ExitCode;

use serde_json::Value;

/// An outcome that scripts tell apart by its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The input was refused.
    Refused,
    /// Another kernel holds the instance.
    InUse,
    /// The data directory cannot be used.
    Unusable,
}

impl Outcome {
    fn code(self) -> u8 {
        match self {
            Self::Refused => 3,
            Self::InUse => 4,
            Self::Unusable => 5,
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Refused => "the input was refused",
            Self::InUse => "the instance is in use",
            Self::Unusable => "the data directory cannot be used",
        })
    }
}

impl std::error::Error for Outcome {}

/// Says on standard error why a command failed, and gives the code to end with.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    complain(&format!("tiwizi: {error:#}"));
    error.downcast_ref::<Outcome>().map_or(ExitCode::FAILURE, |outcome| ExitCode::from(outcome.code()))
}

/// What a command answers: JSON for programs, sentences for people.
pub(crate) struct Said {
    pub(crate) value: Value,
    pub(crate) text: String,
}

impl Said {
    /// Prints it.
    pub(crate) fn answer(&self, json: bool) {
        answer(json, &self.value, &self.text);
    }
}

/// Prints an answer: JSON for programs, sentences for people.
pub(crate) fn answer(json: bool, value: &Value, text: &str) {
    if json {
        say(&value.to_string());
    } else {
        say(text);
    }
}

/// Prints a line on standard output.
#[expect(clippy::print_stdout, reason = "the one place of the program that prints answers")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Prints a line on standard error.
#[expect(clippy::print_stderr, reason = "the one place of the program that prints complaints")]
pub(crate) fn complain(line: &str) {
    eprintln!("{line}");
}
