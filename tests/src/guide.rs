//! Following a page of the book from its first line to its last, in one of the languages that it speaks of: its commands in a shell, its
//! changes to files, its steps in a browser.
//!
//! What the page says that a command prints has to be printed. What the page leaves out, such as load or a look into the database, is the
//! test's part between two headings; a heading that the test does not follow makes it fail.

mod change;
mod page;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};
use serde_json::json;
use tempfile::TempDir;

use self::page::{Page, Part};
use crate::instance::{PASSWORD, Server};
use crate::{Client, browser, paths};

/// Where the book says that the instance listens.
const LISTENS: &str = "127.0.0.1:7000";
/// What the book says where it expects that a command fails.
const ENDS_WITH: &str = "# ends with ";

/// Somebody who follows a page.
#[derive(Debug)]
pub struct Guide {
    page: Page,
    language: &'static str,
    followed: BTreeSet<String>,
    /// What stands for what in commands.
    stands_for: Vec<(String, String)>,
    variables: Vec<(String, String)>,
    server: Option<Server>,
    pictures: PathBuf,
    folder: TempDir,
}

impl Guide {
    /// Opens a page, with an empty folder in which `tiwizi` is the checkout and `password.txt` holds a password.
    ///
    /// # Errors
    /// When there is no such page, or it cannot be followed.
    pub fn open(page: &str, language: &'static str) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(paths::root().join(page)).with_context(|| page.to_owned())?;
        let folder = tempfile::Builder::new().prefix("tiwizi-life-").tempdir()?;
        std::os::unix::fs::symlink(paths::root(), folder.path().join("tiwizi"))?;
        std::fs::write(folder.path().join("password.txt"), format!("{PASSWORD}\n"))?;
        let programs = folder.path().join("programs");
        std::fs::create_dir(&programs)?;
        std::os::unix::fs::symlink(absolute(&paths::tiwizi()?), programs.join("tiwizi"))?;
        let guide = Self {
            page: Page::read(&text)?,
            language,
            followed: BTreeSet::new(),
            stands_for: Vec::new(),
            variables: Vec::new(),
            server: None,
            pictures: absolute(&paths::target()).join("browser").join(language.to_lowercase()),
            folder,
        };
        ensure!(guide.page.speaks(language), "{page} says nothing of {language}");
        Ok(guide)
    }

    /// A word of the page stands for another one in commands and in what they print: a host of an example for a real one.
    pub fn stands_for(&mut self, word: &str, real: &str) {
        self.stands_for.push((word.to_owned(), real.to_owned()));
    }

    /// Sets a variable of the shell.
    pub fn set(&mut self, variable: &str, value: &str) {
        self.variables.push((variable.to_owned(), value.to_owned()));
    }

    /// The folder in which the page is followed.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the pictures of the browser's steps go.
    #[must_use]
    pub fn pictures(&self) -> &Path {
        &self.pictures
    }

    /// Follows everything below a heading that concerns the language.
    ///
    /// # Errors
    /// When there is no such heading, or something is not as the page says.
    pub fn follow(&mut self, heading: &str) -> anyhow::Result<()> {
        let parts = self.page.parts(heading, self.language);
        ensure!(!parts.is_empty(), "there is nothing to follow below {heading:?}");
        self.followed.insert(heading.to_owned());
        let mut said = String::new();
        for part in &parts {
            let followed = match part {
                Part::Commands(lines) => self.run(lines).map(|printed| said = printed),
                Part::Printed(lines) => ensure_printed(lines, &said),
                Part::Change(text) => change::apply(self.folder(), text),
                Part::Steps(steps) => self.walk(heading, steps),
            };
            followed.with_context(|| format!("{heading} ({})", self.language))?;
        }
        Ok(())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When there are headings with something to follow that were not followed.
    pub fn close(self) -> anyhow::Result<()> {
        let left: Vec<&str> = self.page.headings().filter(|heading| !self.followed.contains(*heading)).collect();
        ensure!(left.is_empty(), "not followed: {left:?}");
        Ok(())
    }

    /// Where the instance listens.
    ///
    /// # Errors
    /// When nothing is served.
    pub fn address(&self) -> anyhow::Result<&str> {
        Ok(self.server.as_ref().context("nothing is served")?.address())
    }

    /// A visitor of the instance.
    ///
    /// # Errors
    /// When nothing is served.
    pub fn visitor(&self) -> anyhow::Result<Client> {
        Client::new(self.address()?)
    }

    /// A session of one of the page's accounts.
    ///
    /// # Errors
    /// When signing in fails.
    pub async fn signed_in(&self, email: &str) -> anyhow::Result<Client> {
        self.visitor()?.sign_in(email, PASSWORD).await
    }

    /// Stops the instance as Ctrl-C does, and gives what it wrote.
    ///
    /// # Errors
    /// When nothing is served, or it does not end well.
    pub fn stop(&mut self) -> anyhow::Result<String> {
        self.server.take().context("nothing is served")?.stop()
    }

    fn run(&mut self, lines: &[String]) -> anyhow::Result<String> {
        let mut said = String::new();
        for line in lines {
            said.push_str(&self.command(line).with_context(|| line.clone())?);
        }
        Ok(said)
    }

    fn command(&mut self, line: &str) -> anyhow::Result<String> {
        if let Some(options) = line.strip_prefix("tiwizi serve ") {
            let words = ["serve", "--listen", "127.0.0.1:0"].into_iter().chain(options.split_whitespace());
            let words = words.map(|word| match word.strip_prefix("--") {
                None if self.folder().join(word).is_dir() => self.folder().join(word).display().to_string(),
                _ => word.to_owned(),
            });
            let server = Server::start(words.collect::<Vec<_>>().into_iter())?;
            self.stands_for(LISTENS, server.address().trim_start_matches("http://"));
            self.server = Some(server);
            return Ok(format!("Listening on http://{LISTENS}\n"));
        }
        let wanted: i32 = match line.split_once(ENDS_WITH) {
            Some((_, code)) => code.trim().parse()?,
            None => 0,
        };
        let mut typed = line.to_owned();
        for (word, real) in &self.stands_for {
            typed = typed.replace(word, real);
        }
        let output = self.shell(&typed)?.output()?;
        let said = [output.stdout, output.stderr].concat();
        let mut said = String::from_utf8_lossy(&said).into_owned();
        for (word, real) in &self.stands_for {
            said = said.replace(real, word);
        }
        ensure!(output.status.code() == Some(wanted), "it ended with {}, not {wanted}: {said}", output.status);
        Ok(said)
    }

    fn shell(&self, line: &str) -> anyhow::Result<Command> {
        let folder = self.folder();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(folder.join("programs")).chain(std::env::split_paths(&path)))?;
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", line]).current_dir(folder).env("PATH", path);
        // The folders of builds are one for all tests, so that what they share is built once.
        shell.env("CARGO_TARGET_DIR", absolute(&paths::target()));
        // Nobody's sign-in of whoever runs the tests.
        shell.env("DOCKER_CONFIG", folder);
        shell.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ok(shell)
    }

    fn walk(&self, heading: &str, steps: &[page::Step]) -> anyhow::Result<()> {
        let pictures = self.pictures.join(heading.to_lowercase().replace(' ', "-"));
        let plan = json!({
            "address": self.address()?, "pictures": pictures, "folder": self.folder(), "password": PASSWORD, "steps": steps,
        });
        browser::lead("follow.mjs", plan)
    }
}

/// Each line was printed, in this order; `…` stands for anything.
fn ensure_printed(lines: &[String], said: &str) -> anyhow::Result<()> {
    let mut rest = said.lines();
    for line in lines {
        if !rest.any(|printed| is_like(printed, line)) {
            bail!("{line:?} was not printed, or not in its place; this was:\n{said}");
        }
    }
    Ok(())
}

fn is_like(printed: &str, wanted: &str) -> bool {
    let Some((first, others)) = wanted.split_once('…') else { return printed == wanted };
    let Some(mut rest) = printed.strip_prefix(first) else { return false };
    let mut pieces = others.split('…').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    true
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_line_is_like_one_with_gaps() {
        let printed = "notes 0.1.0: 4 files, whole; SHA-256 dc60";
        for wanted in [printed, "notes 0.1.0: … files, whole; SHA-256 …", "…SHA-256…", "…", "notes…dc60"] {
            assert!(is_like(printed, wanted), "{wanted}");
        }
        for wanted in ["", "notes", "…4 files", "notes … notes …", "files…"] {
            assert!(!is_like(printed, wanted), "{wanted}");
        }
    }

    #[test]
    fn what_was_printed_stands_in_its_order() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert!(ensure_printed(&lines("a\nc…"), "a\nb\ncd\n").is_ok());
        assert!(ensure_printed(&lines("c…\na"), "a\nb\ncd\n").is_err());
    }
}
