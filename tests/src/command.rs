//! Running `tiwizi` commands to their end.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::{memory, paths};

/// How a command ended.
#[derive(Debug)]
pub struct Ending {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it answered.
    pub output: String,
    /// What it complained of.
    pub complaint: String,
}

impl Ending {
    /// The answer as JSON.
    ///
    /// # Errors
    /// When the command failed or its answer is not JSON.
    pub fn json(&self) -> anyhow::Result<Value> {
        ensure!(self.code == Some(0), "the command failed: {self:?}");
        serde_json::from_str(&self.output).with_context(|| format!("not JSON: {self:?}"))
    }
}

/// A `tiwizi` command.
#[derive(Debug, Default)]
pub struct Tiwizi {
    words: Vec<String>,
    variables: Vec<(String, String)>,
    input: String,
}

impl Tiwizi {
    /// A command of these words, split at blanks.
    #[must_use]
    pub fn words(words: &str) -> Self {
        Self { words: words.split_whitespace().map(str::to_owned).collect(), ..Self::default() }
    }

    /// With an option and its value.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.words.push(name.to_owned());
        self.words.push(value.as_ref().to_string_lossy().into_owned());
        self
    }

    /// With one more word.
    #[must_use]
    pub fn word(mut self, word: impl AsRef<std::ffi::OsStr>) -> Self {
        self.words.push(word.as_ref().to_string_lossy().into_owned());
        self
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.variables.push((name.to_owned(), value.as_ref().to_string_lossy().into_owned()));
        self
    }

    /// With the data directory of an instance.
    #[must_use]
    pub fn data(self, data: &Path) -> Self {
        self.option("--data", data)
    }

    /// With this on its standard input.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self) -> anyhow::Result<Ending> {
        self.end(self.spawn()?)
    }

    /// Runs it to its end and says how many bytes of memory it held at most (Linux; 0 elsewhere).
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run_measured(&self) -> anyhow::Result<(Ending, u64)> {
        let child = self.spawn()?;
        let watched = memory::watch(child.id());
        let ending = self.end(child)?;
        Ok((ending, watched.peak()))
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        Command::new(paths::tiwizi()?)
            .args(&self.words)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start tiwizi {}", self.words.join(" ")))
    }

    fn end(&self, mut child: Child) -> anyhow::Result<Ending> {
        if let Some(mut stdin) = child.stdin.take() {
            // A command that ends without reading its input closes the pipe: that is its business.
            drop(stdin.write_all(self.input.as_bytes()));
        }
        let output = child.wait_with_output()?;
        Ok(Ending {
            code: output.status.code(),
            output: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            complaint: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Runs it and expects that it ends well.
    ///
    /// # Errors
    /// When it does not; the message holds what it said.
    pub fn succeed(&self) -> anyhow::Result<Ending> {
        let ending = self.run()?;
        ensure!(ending.code == Some(0), "tiwizi {} failed: {ending:?}", self.words.join(" "));
        Ok(ending)
    }
}
