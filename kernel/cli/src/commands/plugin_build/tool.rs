//! Programs that others make: what they print, and a clear word when they are not there.

use std::io;
use std::process::Command;

use anyhow::bail;

/// A program that a build needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tool {
    name: &'static str,
    /// What brings it.
    install: &'static str,
}

impl Tool {
    pub(super) const fn new(name: &'static str, install: &'static str) -> Self {
        Self { name, install }
    }

    /// What it prints.
    pub(super) fn output(self, command: &mut Command) -> anyhow::Result<String> {
        let output = command.output().map_err(|error| self.failed(error))?;
        if !output.status.success() {
            bail!("{} failed: {}", self.name, String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Why it could not be started.
    pub(super) fn failed(self, error: io::Error) -> anyhow::Error {
        let Self { name, install } = self;
        let missing = error.kind() == io::ErrorKind::NotFound;
        let error = anyhow::Error::new(error);
        if missing {
            error.context(format!("{name} was not found; {install}, then try again"))
        } else {
            error.context(format!("could not start {name}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_said_so() {
        let tool = Tool::new("cargo", "install Rust from https://rustup.rs");
        let error = tool.output(&mut Command::new("tiwizi-no-such-program")).unwrap_err();
        assert!(format!("{error:#}").contains("https://rustup.rs"), "{error:#}");
    }
}
