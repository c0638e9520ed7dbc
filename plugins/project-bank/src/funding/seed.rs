//! The programmes that come with the plugin: read from `funding/`, written as records when the plugin is installed.
//!
//! They say what public pages say, with the source, and that nobody has checked it yet. Installing again changes nothing that somebody has
//! written since: a programme that a person has reviewed is never taken back to what came along.

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use tiwizi_sdk::{Error, Find, Language, Store, Texts};

use super::Condition;
use super::kinds::{Funding, Programme};
use crate::kinds::State;

static PROGRAMMES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/funding");

/// `{programme}.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProgrammeFile {
    code: String,
    version: u64,
    funding: Funding,
    title: Texts,
    purpose: Texts,
    provider: String,
    #[serde(default)]
    terms: Option<Texts>,
    #[serde(default)]
    amount_min: Option<u64>,
    #[serde(default)]
    amount_max: Option<u64>,
    #[serde(default)]
    own_percent: Option<u32>,
    conditions: Vec<Condition>,
    papers: Vec<String>,
    address: String,
    source: String,
    link: String,
}

/// Writes every programme that is new, or that came along in a lower version and nobody has touched.
///
/// # Errors
/// A file is malformed, or the store refuses.
pub(crate) fn write_all() -> Result<(), Error> {
    for file in PROGRAMMES.files().filter(|file| file.path().extension().is_some_and(|extension| extension == "json")) {
        let file: ProgrammeFile = serde_json::from_slice(file.contents())
            .map_err(|error| Error::internal(format!("{}: {error}", file.path().display())))?;
        write(file)?;
    }
    Ok(())
}

fn write(file: ProgrammeFile) -> Result<(), Error> {
    let there = Store::first(&Find::new().equal(Programme::CODE, file.code.as_str()))?;
    let programme = programme_of(file)?;
    match there {
        None => Store::create(&programme).map(|_| ()),
        Some(mut entry) => {
            let is_ours = entry.body.author.is_empty() && entry.body.reviewer.is_empty();
            if !is_ours || entry.body.version >= programme.version {
                return Ok(());
            }
            entry.body = programme;
            Store::replace(&entry).map(|_| ())
        }
    }
}

fn programme_of(file: ProgrammeFile) -> Result<Programme, Error> {
    for condition in &file.conditions {
        condition.check().map_err(|wrong| {
            Error::internal(format!("a condition of {} makes no sense: {}", file.code, wrong.code()))
        })?;
    }
    Ok(Programme {
        version: file.version,
        state: State::Published,
        funding: file.funding,
        drafts: file.title.languages().into_iter().filter(|language| *language != Language::French).collect(),
        words: Programme::words(&file.title, &file.purpose),
        title: file.title,
        purpose: file.purpose,
        provider: file.provider,
        terms: file.terms,
        amount_min: file.amount_min,
        amount_max: file.amount_max,
        own_percent: file.own_percent,
        conditions: file.conditions,
        papers: file.papers,
        deadline: None,
        address: file.address,
        source: file.source,
        link: file.link,
        checked_on: None,
        author: String::new(),
        reviewer: String::new(),
        remark: String::new(),
        code: file.code,
    })
}
