//! What the kernel in memory remembers, and how it answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::blobs::Files;
use super::calls::Contracts;
use super::json::{list, list_at, merge, text_at, texts};
use super::kind::KindRules;
use super::kv::Values;
use super::metrics::Numbers;
use super::notify::Told;
use super::register;
use super::rights::{Action, Asker, Class};
use super::used::Used;
use crate::bindings::tiwizi::plugin::types::{Entry, Error};
use crate::context::Instance;
use crate::{Caller, CallerKind, Language};

/// What a migration may use: nothing that others would notice, since it may be given up.
const MIGRATING: [&str; 3] = ["store", "kv", "telemetry"];
/// The first of January 2026.
const NOW: u64 = 1_767_225_600_000;

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::new(Memory::of_manifest("{}"));
}

#[derive(Clone)]
pub(super) struct Memory {
    pub(super) plugin_id: String,
    pub(super) plugin_version: String,
    pub(super) caller: Caller,
    /// The cooperatives that the caller acts for.
    pub(super) acts_for: BTreeSet<String>,
    /// The public address of the instance.
    pub(super) address: Option<String>,
    pub(super) language: String,
    pub(super) now: u64,
    pub(super) reached: Vec<(String, String)>,
    /// Those of cooperatives: whose, code and id of the proof.
    pub(super) reached_for: Vec<(String, String, String)>,
    pub(super) logged: Vec<String>,
    pub(super) numbers: Numbers,
    pub(super) instance: Instance,
    /// The plugin's messages, by language.
    pub(super) messages: BTreeMap<Language, String>,
    /// The capabilities that are granted.
    pub(super) granted: BTreeSet<String>,
    pub(super) values: Values,
    pub(super) files: Files,
    pub(super) told: Vec<Told>,
    pub(super) contracts: Contracts,
    /// Whether the plugin only looks, and may not write.
    pub(super) only_looks: bool,
    pub(super) settings: Map<String, Value>,
    /// Those that the manifest names; none when it is not set.
    pub(super) secrets: BTreeMap<String, Option<String>>,
    /// The hosts that the manifest names.
    pub(super) hosts: Vec<super::http_out::Place>,
    /// The answers of the outside.
    pub(super) laid: Vec<super::http_out::Laid>,
    pub(super) asked: Vec<(String, String)>,
    pub(super) queue: super::queue::Queue,
    /// In their order.
    pub(super) hooks: Vec<super::hooks::Hook>,
    /// Whether a migration runs, which reaches all of the plugin's own records.
    pub(super) migrates: bool,
    /// Those that the manifest lists; none when it has no list.
    pub(super) templates: Option<Vec<String>>,
    /// The documents that the manifest lists, by name.
    pub(super) documents: Vec<String>,
    /// Those that were to be set.
    pub(super) made: Vec<super::documents::Made>,
    /// The credentials that were to be signed.
    pub(super) signed: Vec<super::credentials::Signed>,
    /// The files of the bundle below `assets/`.
    pub(super) assets: BTreeSet<String>,
    /// Founding files that were opened from the plugin's records.
    pub(super) foundings: Vec<super::founding::Opened>,
    pub(super) founding_rules: Value,
    /// What the last call asked for.
    pub(super) used: Used,
    milestones: Vec<String>,
    kinds: BTreeMap<String, KindRules>,
    pub(super) rows: BTreeMap<String, Row>,
    minted: u64,
}

#[derive(Clone)]
pub(super) struct Row {
    pub(super) kind: String,
    version: u64,
    created_at: u64,
    changed_at: u64,
    pub(super) body: Value,
}

impl Memory {
    pub(super) fn with<Outcome>(work: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        MEMORY.with_borrow_mut(work)
    }

    pub(super) fn replace(memory: Self) {
        Self::with(|current| *current = memory);
    }

    #[expect(clippy::panic, reason = "a test without a readable manifest tests nothing")]
    pub(super) fn of_manifest(text: &str) -> Self {
        let manifest: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("the manifest is not JSON: {error}"));
        let plugin_id = text_at(&manifest, "id");
        let rules = |kind: &Value| (text_at(kind, "name"), KindRules::of_manifest(&plugin_id, kind));
        let kinds: BTreeMap<String, KindRules> = list_at(&manifest, "kinds").iter().map(rules).collect();
        Self {
            plugin_id,
            plugin_version: text_at(&manifest, "version"),
            caller: nobody(),
            acts_for: BTreeSet::new(),
            address: None,
            language: "fr".to_owned(),
            now: NOW,
            reached: Vec::new(),
            reached_for: Vec::new(),
            logged: Vec::new(),
            numbers: Numbers::of_manifest(&manifest),
            instance: super::context::two_provinces(),
            messages: BTreeMap::new(),
            granted: list_at(&manifest, "capabilities").iter().map(|asked| text_at(asked, "name")).collect(),
            values: Values::default(),
            files: Files::default(),
            told: Vec::new(),
            contracts: Contracts::of_manifest(&manifest),
            only_looks: false,
            settings: super::config::defaults(&manifest),
            secrets: list_at(&manifest, "secrets").iter().map(|secret| (text_at(secret, "name"), None)).collect(),
            hosts: super::http_out::Place::of_manifest(&manifest),
            laid: Vec::new(),
            asked: Vec::new(),
            queue: super::queue::Queue::of_manifest(&manifest),
            hooks: super::hooks::Hook::all(&manifest),
            migrates: false,
            templates: manifest.get("templates").map(|templates| texts(list(templates))),
            documents: list_at(&manifest, "documents").iter().map(|document| text_at(document, "name")).collect(),
            made: Vec::new(),
            signed: Vec::new(),
            assets: BTreeSet::new(),
            foundings: Vec::new(),
            founding_rules: super::founding::rules(),
            used: Used::default(),
            milestones: list_at(&manifest, "milestones").iter().map(|milestone| text_at(milestone, "code")).collect(),
            kinds,
            rows: BTreeMap::new(),
            minted: 0,
        }
    }

    /// Takes back what a failed call wrote; what it logged stays.
    pub(super) fn give_up(&mut self, before: Self) {
        self.rows = before.rows;
        self.reached = before.reached;
        self.reached_for = before.reached_for;
        self.values = before.values;
        self.files = before.files;
        self.told = before.told;
        self.made = before.made;
        self.signed = before.signed;
        self.queue = before.queue;
    }

    /// Refuses what was not granted, and what is not there while a migration runs.
    pub(super) fn require(&self, capability: &str) -> Result<(), Error> {
        if self.migrates && !MIGRATING.contains(&capability) {
            return Err(error("unavailable", &format!("{capability} is not there while a plugin is upgraded")));
        }
        if self.granted.contains(capability) {
            return Ok(());
        }
        let message = format!("the capability {capability} is not granted; an administrator may grant it");
        Err(Error { details: json!({ "capability": capability }).to_string(), ..error("denied", &message) })
    }

    pub(super) fn add(&mut self, kind: &str, body: &Value) -> String {
        self.minted += 1;
        let id = format!("00000000-0000-7000-8000-{:012}", self.minted);
        let row =
            Row { kind: kind.to_owned(), version: 1, created_at: self.now, changed_at: self.now, body: body.clone() };
        self.rows.insert(id.clone(), row);
        id
    }

    pub(super) fn bodies(&self, kind: &str) -> Vec<Value> {
        self.rows.values().filter(|row| row.kind == kind).map(|row| row.body.clone()).collect()
    }

    pub(super) fn ids(&self, kind: &str) -> Vec<String> {
        self.rows.iter().filter(|(_, row)| row.kind == kind).map(|(id, _)| id.clone()).collect()
    }

    /// The rules of a kind, if the caller may do this with any of its records.
    pub(super) fn rules(&self, kind: &str, action: Action) -> Result<&KindRules, Error> {
        let Some(rules) = self.kinds.get(kind) else {
            return Err(error("denied", &format!("{} declares no kind {kind}", self.plugin_id)));
        };
        self.check_may(rules, action).map(|()| rules)
    }

    /// Refuses who may not do this with any record of a kind.
    pub(super) fn check_may(&self, rules: &KindRules, action: Action) -> Result<(), Error> {
        if self.migrates || rules.rights.any(self.asker(), action) { Ok(()) } else { Err(refusal(rules, action)) }
    }

    /// The rules of a kind that a plugin may hear of: its own, and the kernel's.
    pub(super) fn known(&self, kind: &str) -> Option<&KindRules> {
        let own = kind.strip_prefix(self.plugin_id.as_str()).and_then(|rest| rest.strip_prefix('/'));
        own.and_then(|name| self.kinds.get(name)).or_else(|| register::rules(kind))
    }

    /// Up to which class this may be done with a record; none when not at all.
    pub(super) fn may(&self, rules: &KindRules, action: Action, id: &str, body: &Value) -> Option<Class> {
        if self.migrates {
            return Some(Class::Sensitive);
        }
        rules.rights.reach(self.asker(), action, rules.subject(id, body))
    }

    /// Whether the manifest declares a kind of this short name.
    pub(super) fn declares(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    pub(super) fn get(&self, kind: &str, id: &str) -> Result<Option<Entry>, Error> {
        let rules = self.rules(kind, Action::Read)?;
        check_id(id)?;
        Ok(self.rows.get(id).filter(|row| row.kind == kind).and_then(|row| self.seen_by_caller(rules, id, row)))
    }

    /// A record as the caller may see it.
    pub(super) fn seen_by_caller(&self, rules: &KindRules, id: &str, row: &Row) -> Option<Entry> {
        let reach = self.may(rules, Action::Read, id, &row.body)?;
        Some(row.entry(id, rules.rights.shown(&row.body, reach)))
    }

    pub(super) fn insert(&mut self, kind: &str, body: Value) -> Result<Entry, Error> {
        let reach = self.check(kind, "", Action::Create, &Value::Null, &body)?;
        let shown = self.rules(kind, Action::Create)?.rights.shown(&body, reach);
        let id = self.add(kind, &body);
        self.rows.get(&id).map(|row| row.entry(&id, shown)).ok_or_else(|| missing(&id))
    }

    pub(super) fn write(
        &mut self,
        kind: &str,
        id: &str,
        seen: Option<u64>,
        change: impl FnOnce(Value) -> Value,
    ) -> Result<Entry, Error> {
        let before = self.row(kind, id, seen)?.body.clone();
        let body = self.restored(kind, id, &before, change(before.clone()))?;
        let reach = self.check(kind, id, Action::Change, &before, &body)?;
        let shown = self.rules(kind, Action::Change)?.rights.shown(&body, reach);
        let now = self.now;
        let row = self.rows.get_mut(id).ok_or_else(|| missing(id))?;
        row.body = body;
        row.version += 1;
        row.changed_at = now;
        Ok(row.entry(id, shown))
    }

    /// A JSON Merge Patch. It names no field that its writer may not see, not even to take it away.
    pub(super) fn patch(&mut self, kind: &str, id: &str, seen: Option<u64>, patch: Value) -> Result<Entry, Error> {
        let before = &self.row(kind, id, seen)?.body;
        let rules = self.rules(kind, Action::Change)?;
        let Value::Object(changes) = &patch else { return Err(error("invalid", "a merge patch must be an object")) };
        let reach = self.may(rules, Action::Change, id, before).ok_or_else(|| refusal(rules, Action::Change))?;
        if let Some(field) = changes.keys().find(|field| rules.rights.class(field) > reach) {
            return Err(hidden(field));
        }
        self.write(kind, id, seen, |body| merge(body, patch))
    }

    /// What was left out by somebody who may not see it stays as it was.
    fn restored(&self, kind: &str, id: &str, before: &Value, mut after: Value) -> Result<Value, Error> {
        let rules = self.rules(kind, Action::Change)?;
        let reach = self.may(rules, Action::Change, id, before);
        if let (Some(reach), Some(old), Some(new)) = (reach, before.as_object(), after.as_object_mut()) {
            for (field, value) in old.iter().filter(|(field, _)| rules.rights.class(field) > reach) {
                new.entry(field.clone()).or_insert_with(|| value.clone());
            }
        }
        Ok(after)
    }

    pub(super) fn delete(&mut self, kind: &str, id: &str, seen: Option<u64>) -> Result<(), Error> {
        let row = self.row(kind, id, seen)?;
        let rules = self.rules(kind, Action::Delete)?;
        if self.may(rules, Action::Delete, id, &row.body).is_none() {
            return Err(refusal(rules, Action::Delete));
        }
        self.rows.remove(id);
        Ok(())
    }

    /// Right, schema and unique values of a body that is to be written. A change asks twice: for where the record lies,
    /// and for where it will lie. Answers up to which class the caller is shown it.
    fn check(&self, kind: &str, id: &str, action: Action, before: &Value, after: &Value) -> Result<Class, Error> {
        let rules = self.rules(kind, action)?;
        rules.check(after)?;
        let mut shown = Class::Public;
        for body in [before, after].into_iter().filter(|body| !body.is_null()) {
            let Some(reach) = self.may(rules, action, id, body) else {
                return Err(refusal(rules, action));
            };
            if let Some(field) = rules.rights.forbidden(before, after, reach) {
                return Err(hidden(field));
            }
            shown = reach;
        }
        self.check_unique(rules, kind, id, after).map(|()| shown)
    }

    fn check_unique(&self, rules: &KindRules, kind: &str, id: &str, body: &Value) -> Result<(), Error> {
        for fields in &rules.unique {
            let same = |row: &Row| fields.iter().all(|field| body.get(field) == row.body.get(field));
            // A record without the first field takes no place in the index.
            let held = fields.first().and_then(|field| body.get(field)).is_some_and(|value| !value.is_null());
            if held && self.rows.iter().any(|(other, row)| other != id && row.kind == kind && same(row)) {
                let message = format!("there is one with the same {}", fields.join(", "));
                return Err(Error { details: json!({ "fields": fields }).to_string(), ..error("duplicate", &message) });
            }
        }
        Ok(())
    }

    /// Who asks, for the rules of rights.
    pub(super) fn asker(&self) -> Asker<'_> {
        Asker { caller: &self.caller, acts_for: &self.acts_for }
    }

    fn check_milestone(&self, code: &str) -> Result<(), Error> {
        if self.milestones.iter().any(|declared| declared == code) {
            return Ok(());
        }
        Err(error("invalid", &format!("the manifest declares no milestone {code}")))
    }

    pub(super) fn reach_for(&mut self, cooperative: &str, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        self.check_milestone(code)?;
        check_id(cooperative)?;
        if !self.acts_for.contains(cooperative) {
            return Err(error("denied", &format!("the caller does not act for the cooperative {cooperative}")));
        }
        self.get(kind, id)?.ok_or_else(|| missing(id))?;
        let subject = self.kinds.get(kind).zip(self.rows.get(id)).and_then(|(rules, row)| rules.subject(id, &row.body));
        if subject != Some(cooperative) {
            return Err(error("invalid", &format!("the record {id} does not belong to {cooperative}")));
        }
        let milestone = (cooperative.to_owned(), code.to_owned(), id.to_owned());
        if !self.reached_for.contains(&milestone) {
            self.reached_for.push(milestone);
        }
        Ok(())
    }

    pub(super) fn reach(&mut self, code: &str, kind: &str, id: &str) -> Result<(), Error> {
        self.check_milestone(code)?;
        if self.caller.person.is_none() {
            return Err(error("invalid", "the caller's account belongs to no person"));
        }
        self.get(kind, id)?.ok_or_else(|| missing(id))?;
        let milestone = (code.to_owned(), id.to_owned());
        if !self.reached.contains(&milestone) {
            self.reached.push(milestone);
        }
        Ok(())
    }

    /// A record that the caller may see, of the version that was seen.
    fn row(&self, kind: &str, id: &str, seen: Option<u64>) -> Result<&Row, Error> {
        self.get(kind, id)?.ok_or_else(|| missing(id))?;
        let row = self.rows.get(id).ok_or_else(|| missing(id))?;
        match seen {
            Some(seen) if seen != row.version => {
                let message = format!("version {seen} was seen, {} is there", row.version);
                Err(Error { retryable: true, ..error("stale", &message) })
            }
            _ => Ok(row),
        }
    }
}

impl Row {
    pub(super) fn entry(&self, id: &str, body: Value) -> Entry {
        Entry {
            id: id.to_owned(),
            version: self.version,
            created_at: self.created_at,
            changed_at: self.changed_at,
            body: body.to_string(),
        }
    }
}

/// The public.
pub(super) fn nobody() -> Caller {
    Caller { kind: CallerKind::Public, account_id: None, person: None, name: String::new(), roles: Vec::new() }
}

pub(super) fn error(code: &str, message: &str) -> Error {
    Error { code: code.to_owned(), message: message.to_owned(), retryable: false, details: json!({}).to_string() }
}

fn refusal(rules: &KindRules, action: Action) -> Error {
    error("denied", &format!("{} may not be {} by this caller", rules.name, action.name()))
}

/// What somebody may not see is not written by them.
fn hidden(field: &str) -> Error {
    let message = format!("{field} cannot be changed by somebody who may not see it");
    let fault = json!({ "pointer": format!("/{field}"), "code": "hidden-field", "message": message });
    Error { details: json!({ "fields": [fault] }).to_string(), ..error("invalid", &format!("/{field}: {message}")) }
}

/// Refuses what is no id of a record.
pub(super) fn check_id(id: &str) -> Result<(), Error> {
    let lengths = id.split('-').map(str::len);
    let is_id = lengths.eq([8, 4, 4, 4, 12]) && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    if is_id { Ok(()) } else { Err(error("invalid", &format!("{id} is no id"))) }
}

fn missing(id: &str) -> Error {
    error("not-found", &format!("there is no record {id}"))
}
