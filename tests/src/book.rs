//! Following a page of the book: its commands, run in a folder of their own with the real program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

use crate::instance::Server;
use crate::{Client, paths};

/// How often a text is looked for.
const WAIT: Duration = Duration::from_millis(50);
/// Six minutes: a first build on a busy machine takes its time.
const WAITS_MAX: usize = 7_200;

/// Somebody who follows a page.
#[derive(Debug)]
pub struct Reader {
    server: Option<Server>,
    folder: TempDir,
}

impl Reader {
    /// A reader with an empty folder in which `tiwizi` is the checkout.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tiwizi-book-").tempdir()?;
        std::os::unix::fs::symlink(paths::root(), folder.path().join("tiwizi"))?;
        Ok(Self { server: None, folder })
    }

    /// The reader's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs every command of the first block of shell commands below a heading. `serve` goes on running.
    ///
    /// # Errors
    /// When a command fails, or there is none.
    pub fn follow(&mut self, page: &str, heading: &str) -> anyhow::Result<()> {
        for words in commands(page, heading)? {
            self.run(&words).with_context(|| words.join(" "))?;
        }
        Ok(())
    }

    /// Runs one command in the reader's folder.
    ///
    /// # Errors
    /// When it fails; the message holds what it said.
    pub fn run(&mut self, words: &[String]) -> anyhow::Result<String> {
        if words.first().is_some_and(|word| word == "serve") {
            let data = self.folder.path().join("data").to_string_lossy().into_owned();
            let words = ["serve", "--listen", "127.0.0.1:0", "--data"].map(str::to_owned);
            self.server = Some(Server::start(words.into_iter().chain([data]))?);
            return Ok(String::new());
        }
        // The folders of builds are one for all tests, so that what they share is built once.
        let output = Command::new(paths::tiwizi()?)
            .args(words)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", absolute(&paths::target()))
            .output()?;
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "it ended with {}: {said}{complained}", output.status);
        Ok(said.into_owned())
    }

    /// Runs `tiwizi plugin dev` for a plugin in the reader's folder, until `stop`.
    ///
    /// # Errors
    /// When it does not get ready.
    pub fn develop(&mut self, plugin: &str) -> anyhow::Result<()> {
        let folder = self.folder.path().join(plugin).to_string_lossy().into_owned();
        let words = ["plugin", "dev", "--listen", "127.0.0.1:0"].map(str::to_owned);
        self.server = Some(Server::start(words.into_iter().chain([folder]))?);
        Ok(())
    }

    /// Waits until what is served has written a text so many times.
    ///
    /// # Errors
    /// When it does not come; the message holds what it wrote.
    pub fn wait_for(&self, text: &str, times: usize) -> anyhow::Result<()> {
        let server = self.server.as_ref().context("nothing is served")?;
        for _ in 0..WAITS_MAX {
            if server.log().matches(text).count() >= times {
                return Ok(());
            }
            std::thread::sleep(WAIT);
        }
        anyhow::bail!("{text:?} was not written {times} times: {}", server.log())
    }

    /// Ends what is served.
    ///
    /// # Errors
    /// When nothing is served, or it does not end well.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.server.take().context("nothing is served")?.stop()?;
        Ok(())
    }

    /// A visitor of what is served.
    ///
    /// # Errors
    /// When nothing is.
    pub fn visitor(&self) -> anyhow::Result<Client> {
        Client::new(self.server.as_ref().context("nothing is served")?.address())
    }

    /// What is served has written so far.
    ///
    /// # Errors
    /// When nothing is.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(self.server.as_ref().context("nothing is served")?.log())
    }
}

/// The words of every command of the first block of shell commands below a heading, `tiwizi` itself apart.
///
/// # Errors
/// When there is no such block, or something else than `tiwizi` in it.
pub fn commands(page: &str, heading: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(paths::root().join(page)).with_context(|| page.to_owned())?;
    let (_, below) = text.split_once(&format!("\n## {heading}\n")).context("there is no such heading")?;
    let (_, block) = below.split_once("```sh\n").context("there are no commands below it")?;
    let (block, _) = block.split_once("\n```").context("the block does not end")?;
    let mut commands = Vec::new();
    for line in block.lines() {
        let words = words(line);
        let (program, words) = words.split_first().context("an empty line among the commands")?;
        ensure!(program == "tiwizi", "only tiwizi is followed, not {line}");
        commands.push(words.to_vec());
    }
    Ok(commands)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A line's words; blanks between quotes do not part them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => {
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
