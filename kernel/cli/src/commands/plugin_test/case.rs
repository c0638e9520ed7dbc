//! The format of a test case, `tests/cases/NAME.json`, as `manifests/case.schema.json` describes it. Unknown members are refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde_json::{Map, Value};
use tiwizi_model::Language;

/// A case: a fresh instance with what is laid out, and the steps that are taken in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The schema, for editors.
    #[serde(default, rename = "$schema")]
    _schema: Option<String>,
    pub(super) title: String,
    /// The day on which it begins, at nine o'clock by universal time.
    #[serde(default = "first_day")]
    pub(super) day: String,
    /// What the instance's randomness follows from.
    #[serde(default = "first_seed")]
    pub(super) seed: u64,
    /// A bundle of an earlier version, which is there first; a step puts the tested one in its place.
    #[serde(default)]
    pub(super) before: Option<PathBuf>,
    /// Capabilities that are granted; all that the manifest asks for when it is not said.
    #[serde(default)]
    pub(super) grant: Option<Vec<String>>,
    #[serde(default)]
    pub(super) records: Vec<Seed>,
    #[serde(default)]
    pub(super) accounts: BTreeMap<String, Account>,
    #[serde(default)]
    pub(super) settings: Map<String, Value>,
    #[serde(default)]
    pub(super) secrets: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) outside: Vec<Outside>,
    /// Read one by one when their turn comes: they may hold `${names}` that are known only then.
    pub(super) steps: Vec<Value>,
}

/// A record that is there before the first step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    /// What `${name}` stands for: the record's id.
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) body: Value,
}

/// Somebody who can take a step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    #[serde(default)]
    pub(super) role: Option<String>,
    /// `nation`, `province:09.541` or `cooperative:${name}`.
    #[serde(default = "nation")]
    pub(super) scope: String,
    /// The id of their record in the register: `${name}`.
    #[serde(default)]
    pub(super) person: Option<String>,
    /// The name that pages show; the account's own when it is not said.
    #[serde(default)]
    pub(super) name: Option<String>,
}

/// An answer that stands in for the network.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outside {
    #[serde(default = "get")]
    pub(super) method: String,
    /// `https://host/path`, without a query: it answers every one.
    pub(super) url: String,
    #[serde(default = "ok")]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) json: Option<Value>,
    #[serde(default)]
    pub(super) text: Option<String>,
}

/// One step.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Which account takes it; nobody who is signed in when it is not said.
    #[serde(default, rename = "as")]
    pub(super) who: Option<String>,
    #[serde(default)]
    pub(super) language: Option<String>,
    #[serde(default)]
    pub(super) get: Option<String>,
    #[serde(default)]
    pub(super) post: Option<String>,
    /// The fields of a form. A list sends a field more than once.
    #[serde(default)]
    pub(super) form: Map<String, Value>,
    /// A body instead of a form.
    #[serde(default)]
    pub(super) json: Option<Value>,
    /// Moves the clock: `30s`, `90m`, `12h`, `7d`.
    #[serde(default)]
    pub(super) advance: Option<String>,
    /// Puts the tested version in the place of the one before, with everything that it asks for.
    #[serde(default)]
    pub(super) upgrade: bool,
    #[serde(default)]
    pub(super) expect: Expect,
    /// Names for later steps: the value at a JSON pointer of the answer's data.
    #[serde(default)]
    pub(super) keep: BTreeMap<String, String>,
}

/// What is expected after a step. What is not said is not looked at, but for the status: a step that says none must end well.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    #[serde(default)]
    pub(super) status: Option<u16>,
    #[serde(default)]
    pub(super) template: Option<String>,
    #[serde(default)]
    pub(super) title: Option<String>,
    /// Members that the page's data or the JSON document must have, at least.
    #[serde(default)]
    pub(super) data: Option<Value>,
    /// Values at JSON pointers of the same.
    #[serde(default)]
    pub(super) at: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) redirect: Option<String>,
    #[serde(default)]
    pub(super) file: Option<String>,
    /// The code of a problem; of an upgrade that is refused, some words of the reason.
    #[serde(default)]
    pub(super) code: Option<String>,
    /// Texts that the rendered page must hold.
    #[serde(default)]
    pub(super) text: Vec<String>,
    /// Texts that it must not hold.
    #[serde(default)]
    pub(super) no_text: Vec<String>,
    /// How many records of a kind there are.
    #[serde(default)]
    pub(super) records: BTreeMap<String, usize>,
    /// Every request to the outside since the step before, in order: `GET https://host/path`.
    #[serde(default)]
    pub(super) asked: Option<Vec<String>>,
    /// How often a host call was made: `store.find`.
    #[serde(default)]
    pub(super) calls: BTreeMap<String, u32>,
    #[serde(default)]
    pub(super) instructions_max: Option<u64>,
    /// What became of the work that followed. Without it, all of it must be done.
    #[serde(default)]
    pub(super) work: Option<Work>,
}

/// How many pieces of work ended in which way.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Work {
    #[serde(default)]
    pub(super) done: usize,
    /// Those that wait for another try.
    #[serde(default)]
    pub(super) again: usize,
    /// Those that are put aside.
    #[serde(default)]
    pub(super) dead: usize,
}

fn first_day() -> String {
    "2026-03-02".to_owned()
}

fn first_seed() -> u64 {
    1
}

fn nation() -> String {
    "nation".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

fn ok() -> u16 {
    200
}

/// A case with the file that it came from.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) file: PathBuf,
    pub(super) case: Case,
}

/// Reads every case of a folder, in the order of their names.
pub(super) fn read_all(folder: &Path) -> anyhow::Result<Vec<Found>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("there are no cases in {}; docs/write-a-plugin.md shows one", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    files.sort();
    files.into_iter().map(read).collect()
}

fn read(file: PathBuf) -> anyhow::Result<Found> {
    let text = std::fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
    let wrong = || format!("{} is no test case", file.display());
    let mut case: Case = serde_json::from_slice(&text).with_context(wrong)?;
    // Beside the case itself.
    case.before = case.before.map(|before| file.parent().unwrap_or(Path::new(".")).join(before));
    for (position, step) in case.steps.iter().enumerate() {
        let number = position.saturating_add(1);
        Step::read(step).with_context(|| format!("step {number}")).with_context(wrong)?;
    }
    Ok(Found { file, case })
}

impl Step {
    /// Reads a step and checks that it does one thing.
    pub(super) fn read(value: &Value) -> anyhow::Result<Self> {
        let step: Self = serde_json::from_value(value.clone())?;
        let things = [step.get.is_some(), step.post.is_some(), step.advance.is_some(), step.upgrade];
        match things.into_iter().filter(|is_said| *is_said).count() {
            1 => {}
            0 => bail!("it does nothing: say get, post, advance or upgrade"),
            _ => bail!("it does more than one thing: say one of get, post, advance and upgrade"),
        }
        if step.post.is_none() && (!step.form.is_empty() || step.json.is_some()) {
            bail!("only a post has a form or a body");
        }
        if !step.form.is_empty() && step.json.is_some() {
            bail!("it has both a form and a body");
        }
        step.language()?;
        Ok(step)
    }

    pub(super) fn language(&self) -> anyhow::Result<Language> {
        self.language.as_deref().map_or(Ok(Language::French), str::parse).context("its language is none")
    }

    /// The step in a few words.
    pub(super) fn label(&self) -> String {
        let what = match (&self.get, &self.post, &self.advance) {
            (Some(path), _, _) => format!("GET {path}"),
            (_, Some(path), _) => format!("POST {path}"),
            (_, _, Some(time)) => format!("advance {time}"),
            _ => "upgrade".to_owned(),
        };
        match &self.who {
            Some(who) => format!("{what} as {who}"),
            None => what,
        }
    }
}

/// Puts known names in the place of `${name}`, everywhere in a value.
pub(super) fn fill(value: &mut Value, names: &BTreeMap<String, String>) -> anyhow::Result<()> {
    match value {
        Value::String(text) => *text = filled(text, names)?,
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill(item, names))?,
        Value::Object(members) => members.values_mut().try_for_each(|member| fill(member, names))?,
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
    Ok(())
}

/// The same in one text.
pub(super) fn filled(text: &str, names: &BTreeMap<String, String>) -> anyhow::Result<String> {
    let mut parts = text.split("${");
    let mut full = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').with_context(|| format!("{text:?} has ${{ without an end"))?;
        let value =
            names.get(name).with_context(|| format!("{text:?} names {name:?}, which nothing before it made"))?;
        full.push_str(value);
        full.push_str(rest);
    }
    Ok(full)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_filled_in_everywhere_and_must_be_known() {
        let names = BTreeMap::from([("anfa".to_owned(), "1".to_owned())]);
        let mut value = json!({ "a": ["/x/${anfa}/y/${anfa}", 1], "b": "$x {y}" });
        fill(&mut value, &names).unwrap();
        assert_eq!(value, json!({ "a": ["/x/1/y/1", 1], "b": "$x {y}" }));
        for text in ["${agadir}", "${anfa"] {
            assert!(filled(text, &names).is_err(), "{text}");
        }
    }

    #[test]
    fn a_step_does_one_thing() {
        for wrong in [
            json!({}),
            json!({ "get": "/", "post": "/" }),
            json!({ "get": "/", "form": { "a": "b" } }),
            json!({ "post": "/", "form": { "a": "b" }, "json": {} }),
            json!({ "get": "/", "expects": {} }),
            json!({ "get": "/", "language": "de" }),
            json!({ "get": "/", "expect": { "stats": 200 } }),
        ] {
            assert!(Step::read(&wrong).is_err(), "{wrong}");
        }
        let step = Step::read(&json!({ "post": "/notes", "as": "fadma", "form": { "a": ["b", "c"] } })).unwrap();
        assert_eq!(step.label(), "POST /notes as fadma");
    }
}
