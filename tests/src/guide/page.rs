//! What there is to follow on a page: blocks of commands, of what they print, of changes, and numbered steps.

use anyhow::{Context as _, bail, ensure};
use serde::Serialize;

/// What the heading of a part for one language begins with; a part for all of them has [`EVERY`].
const IN: &str = "In ";
const EVERY: &str = "In every language";

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    sections: Vec<Section>,
}

#[derive(Debug)]
struct Section {
    heading: String,
    /// None concerns all.
    language: Option<String>,
    parts: Vec<Part>,
}

/// Something to follow.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Lines for a shell.
    Commands(Vec<String>),
    /// What the commands before it print.
    Printed(Vec<String>),
    /// Changes to files.
    Change(String),
    /// Steps in a browser.
    Steps(Vec<Step>),
}

/// A step in a browser: what to do with what.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Step {
    /// Its first word.
    verb: String,
    /// What is written as code, in order.
    codes: Vec<String>,
    /// What is written boldly, in order.
    words: Vec<String>,
}

impl Page {
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let mut page = Self { sections: Vec::new() };
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(heading) = line.strip_prefix("## ") {
                page.sections.push(Section { heading: heading.to_owned(), language: None, parts: Vec::new() });
            } else if let Some(heading) = line.strip_prefix("### ") {
                let above = page.sections.last().context("a small heading before any other")?.heading.clone();
                let language = if heading == EVERY { None } else { heading.strip_prefix(IN).map(str::to_owned) };
                page.sections.push(Section { heading: above, language, parts: Vec::new() });
            } else if let Some(kind) = line.strip_prefix("```") {
                let block: Vec<String> =
                    lines.by_ref().take_while(|line| !line.starts_with("```")).map(str::to_owned).collect();
                let part = match kind {
                    "sh" => Part::Commands(block),
                    "text" => Part::Printed(block),
                    "diff" => Part::Change(block.join("\n")),
                    other => bail!("nobody can follow a block of {other:?}"),
                };
                page.last()?.parts.push(part);
            } else if let Some(step) = numbered(line) {
                page.step(Step::read(step)?)?;
            }
        }
        ensure!(!page.sections.is_empty(), "the page has no headings");
        Ok(page)
    }

    fn last(&mut self) -> anyhow::Result<&mut Section> {
        self.sections.last_mut().context("something to follow before the first heading")
    }

    fn step(&mut self, step: Step) -> anyhow::Result<()> {
        let section = self.last()?;
        if let Some(Part::Steps(steps)) = section.parts.last_mut() {
            steps.push(step);
        } else {
            section.parts.push(Part::Steps(vec![step]));
        }
        Ok(())
    }

    /// Whether a part of the page is for that language.
    pub(super) fn speaks(&self, language: &str) -> bool {
        self.sections.iter().any(|section| section.language.as_deref() == Some(language))
    }

    /// Everything below a heading that concerns a language.
    pub(super) fn parts(&self, heading: &str, language: &str) -> Vec<Part> {
        let concerns = |section: &&Section| section.language.as_deref().is_none_or(|concerned| concerned == language);
        let sections = self.sections.iter().filter(|section| section.heading == heading).filter(concerns);
        sections.flat_map(|section| section.parts.iter().cloned()).collect()
    }

    /// The headings below which there is something to follow.
    pub(super) fn headings(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().filter(|section| !section.parts.is_empty()).map(|section| section.heading.as_str())
    }
}

impl Step {
    fn read(text: &str) -> anyhow::Result<Self> {
        let verb = text.split(' ').next().unwrap_or_default().to_owned();
        let (codes, words) = (between(text, "`"), between(text, "**"));
        ensure!(!codes.is_empty() || !words.is_empty(), "nobody can follow the step {text:?}");
        Ok(Self { verb, codes, words })
    }
}

/// A line without its number, if it has one.
fn numbered(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
}

/// What stands between marks: every other piece.
fn between(text: &str, mark: &str) -> Vec<String> {
    text.split(mark).skip(1).step_by(2).map(str::to_owned).collect()
}
