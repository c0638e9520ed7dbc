//! Running other programs: shown before they run, and named with their whole command line when they fail.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

/// A program with its arguments.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    words: Vec<OsString>,
    directory: PathBuf,
    variables: Vec<(String, OsString)>,
}

impl Program {
    /// A program to be run in a directory.
    pub(crate) fn new(name: impl AsRef<OsStr>, directory: &Path) -> Self {
        Self { words: vec![name.as_ref().to_owned()], directory: directory.to_path_buf(), variables: Vec::new() }
    }

    /// Cargo, the one that runs us.
    pub(crate) fn cargo(directory: &Path) -> Self {
        Self::new("cargo", directory)
    }

    /// With these arguments, split at blanks.
    pub(crate) fn words(mut self, words: &str) -> Self {
        self.words.extend(words.split_whitespace().map(OsString::from));
        self
    }

    /// With one more argument.
    pub(crate) fn word(mut self, word: impl AsRef<OsStr>) -> Self {
        self.words.push(word.as_ref().to_owned());
        self
    }

    /// With an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The command line as a person would type it.
    pub(crate) fn shown(&self) -> String {
        let quoted = |word: &OsString| {
            let text = word.to_string_lossy().into_owned();
            if text.contains(char::is_whitespace) { format!("'{text}'") } else { text }
        };
        let variables = self.variables.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        variables.chain(self.words.iter().map(quoted)).collect::<Vec<_>>().join(" ")
    }

    /// Runs it, its output going where ours goes.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        say(&format!("$ {}", self.shown()));
        let status = self
            .command()?
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("could not start {}", self.shown()))?;
        anyhow::ensure!(status.success(), "this failed ({status}):\n    {}", self.shown());
        Ok(())
    }

    /// Runs it in the foreground of the terminal, until it ends or is told to.
    pub(crate) fn serve(&self) -> anyhow::Result<()> {
        say(&format!("$ {}", self.shown()));
        let status = self.command()?.status().with_context(|| format!("could not start {}", self.shown()))?;
        // Ctrl-C reaches us both: a server that was told to stop has not failed.
        anyhow::ensure!(status.success() || status.code().is_none(), "this failed ({status}):\n    {}", self.shown());
        Ok(())
    }

    /// What it prints when it ends well; nothing when it is missing or fails.
    pub(crate) fn output(&self) -> Option<String> {
        let output = self.command().ok()?.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn command(&self) -> anyhow::Result<Command> {
        let (name, arguments) = self.words.split_first().context("a program without a name")?;
        let mut command = Command::new(name);
        command.args(arguments).current_dir(&self.directory);
        // Cargo tells a program which package it belongs to; those that we start must not believe that it is theirs.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CARGO_PKG_")
                || name == "CARGO_MANIFEST_DIR"
                || name == "CARGO_MANIFEST_PATH"
            {
                command.env_remove(&name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }
}

/// The first of these programs that the machine has.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Prints a heading.
pub(crate) fn heading(text: &str) {
    say(&format!("\n== {text} =="));
}

/// Prints a line.
#[expect(clippy::print_stderr, reason = "the one place of the program that prints")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_to_run() {
        let error = Program::new("false", Path::new(".")).words("--one two").word("three four").run().unwrap_err();
        assert!(error.to_string().contains("false --one two 'three four'"), "{error}");
    }

    #[test]
    fn a_missing_program_has_no_output() {
        assert_eq!(Program::new("tiwizi-no-such-program", Path::new(".")).output(), None);
    }
}
