//! What an administrator has to know of a new version: what it asks for, what it keeps, who stands behind it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tiwizi_model::{PluginId, TrustLevel};
use tiwizi_records::Manifest;
use tiwizi_records::manifest::{CapabilityRequest, KindDeclaration, LocalText};

use crate::capability::{Capability, shown_by};
use crate::plugin::Plugin;
use crate::trust::{Seal, Signer};

/// What is different between the version that is installed and another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The plugin.
    pub plugin: PluginId,
    /// Its name in the new version.
    pub name: LocalText,
    /// The version that is installed.
    pub from: String,
    /// The new version.
    pub to: String,
    /// Capabilities that come, go or are asked for otherwise.
    pub capabilities: Vec<Request>,
    /// Kinds that come, go or change.
    pub kinds: Vec<KindChange>,
    /// How far the signers of both are trusted.
    pub level: (TrustLevel, TrustLevel),
    /// Who signed both; none when nobody did.
    pub signer: (Option<Signer>, Option<Signer>),
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The new version has it, the old one has not.
    New,
    /// The old version has it, the new one has not.
    Gone,
    /// Both have it, and it is not the same.
    Changed,
}

/// A capability that is asked for otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its name.
    pub name: String,
    /// How it differs.
    pub change: Change,
    /// Why it is asked for; for one that goes, why it was.
    pub reason: LocalText,
    /// Whether the plugin works without it.
    pub optional: bool,
    /// Hosts that come.
    pub hosts_new: Vec<String>,
    /// Hosts that go.
    pub hosts_gone: Vec<String>,
    /// Kinds and topics of others that the plugin is newly shown.
    pub kinds_new: Vec<String>,
    /// Those that it is shown no more.
    pub kinds_gone: Vec<String>,
}

/// A kind that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindChange {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: LocalText,
    /// How it differs.
    pub change: Change,
    /// Fields that differ, by name.
    pub fields: Vec<FieldChange>,
    /// Whether other people may read or write its records.
    pub access_changed: bool,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name.
    pub name: String,
    /// How it differs.
    pub change: Change,
    /// Its class before; none when it is new.
    pub class_before: Option<&'static str>,
    /// Its class after; none when it goes.
    pub class_after: Option<&'static str>,
}

impl Difference {
    pub(super) fn between(old: &Plugin, new: &Manifest, (level, signer): (TrustLevel, Option<Signer>)) -> Self {
        Self {
            plugin: new.id.clone(),
            name: new.name.clone(),
            from: old.manifest.version.clone(),
            to: new.version.clone(),
            capabilities: requests(&old.manifest, new),
            kinds: kinds(&old.manifest.kinds, &new.kinds),
            level: (old.provenance.level, level),
            signer: (old.provenance.seal.as_ref().map(Seal::signer), signer),
        }
    }

    /// Capabilities that the new version asks for and the old one did not.
    #[must_use]
    pub fn new_capabilities(&self) -> BTreeSet<Capability> {
        let new = self.capabilities.iter().filter(|request| request.change == Change::New);
        new.filter_map(|request| request.name.parse().ok()).collect()
    }

    /// What comes to a capability which the old version asked for too: hosts, kinds, topics.
    pub(super) fn more_of(&self, capability: Capability) -> impl Iterator<Item = &str> {
        let is_it = move |request: &&Request| request.change == Change::Changed && request.name == capability.name();
        let changed = self.capabilities.iter().filter(is_it);
        changed.flat_map(|request| request.hosts_new.iter().chain(&request.kinds_new)).map(String::as_str)
    }
}

/// Both sides of each name that one of them has, by name.
fn pairs<'a, Item>(
    old: &'a [Item],
    new: &'a [Item],
    name: impl Fn(&'a Item) -> &'a str,
) -> BTreeMap<&'a str, (Option<&'a Item>, Option<&'a Item>)> {
    let mut pairs: BTreeMap<&str, (Option<&Item>, Option<&Item>)> = BTreeMap::new();
    for item in old {
        pairs.entry(name(item)).or_default().0 = Some(item);
    }
    for item in new {
        pairs.entry(name(item)).or_default().1 = Some(item);
    }
    pairs
}

fn requests(old: &Manifest, new: &Manifest) -> Vec<Request> {
    let shown = |request: &CapabilityRequest| {
        let (before, after) = (shown_by(old, &request.name), shown_by(new, &request.name));
        (beyond(&after, &before), beyond(&before, &after))
    };
    let is_shown_the_same = |request: &CapabilityRequest| {
        let (comes, goes) = shown(request);
        comes.is_empty() && goes.is_empty()
    };
    let of = |request: &CapabilityRequest, change| Request {
        name: request.name.clone(),
        change,
        reason: request.reason.clone(),
        optional: request.optional,
        hosts_new: if change == Change::New { request.hosts.clone() } else { Vec::new() },
        hosts_gone: if change == Change::Gone { request.hosts.clone() } else { Vec::new() },
        kinds_new: shown(request).0,
        kinds_gone: shown(request).1,
    };
    let changed = |pair: (Option<&CapabilityRequest>, Option<&CapabilityRequest>)| match pair {
        (Some(old), Some(new)) if old == new && is_shown_the_same(new) => None,
        (Some(old), Some(new)) => Some(Request {
            hosts_new: beyond(&new.hosts, &old.hosts),
            hosts_gone: beyond(&old.hosts, &new.hosts),
            ..of(new, Change::Changed)
        }),
        (Some(old), None) => Some(of(old, Change::Gone)),
        (None, new) => new.map(|new| of(new, Change::New)),
    };
    let pairs = pairs(&old.capabilities, &new.capabilities, |request| request.name.as_str());
    pairs.into_values().filter_map(changed).collect()
}

/// What of `these` is not among `those`.
fn beyond(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|this| !those.contains(this)).cloned().collect()
}

fn kinds(old: &[KindDeclaration], new: &[KindDeclaration]) -> Vec<KindChange> {
    let pairs = pairs(old, new, |kind| kind.name.as_str());
    let changed = |(old, new): (Option<&KindDeclaration>, Option<&KindDeclaration>)| {
        let declaration = new.or(old)?;
        let change = match (old, new) {
            (None, _) => Change::New,
            (_, None) => Change::Gone,
            (Some(_), Some(_)) => Change::Changed,
        };
        let fields = fields(old, new);
        let access_changed = matches!((old, new), (Some(old), Some(new)) if old.access != new.access);
        let is_same = change == Change::Changed
            && fields.is_empty()
            && !access_changed
            && old.map(KindDeclaration::schema) == new.map(KindDeclaration::schema);
        let (name, title) = (declaration.name.to_string(), declaration.title.clone());
        (!is_same).then_some(KindChange { name, title, change, fields, access_changed })
    };
    pairs.into_values().filter_map(changed).collect()
}

fn fields(old: Option<&KindDeclaration>, new: Option<&KindDeclaration>) -> Vec<FieldChange> {
    let classes = |kind: Option<&KindDeclaration>| -> BTreeMap<String, &'static str> {
        let classes = kind.into_iter().flat_map(|kind| &kind.classes);
        classes.map(|(field, class)| (field.clone(), class.name())).collect()
    };
    let (before, after) = (classes(old), classes(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = |name: &String| {
        let (class_before, class_after) = (before.get(name).copied(), after.get(name).copied());
        let change = match (class_before, class_after) {
            (None, _) => Change::New,
            (_, None) => Change::Gone,
            (Some(_), Some(_)) => Change::Changed,
        };
        let is_same = class_before == class_after && property(old, name) == property(new, name);
        (!is_same).then(|| FieldChange { name: name.clone(), change, class_before, class_after })
    };
    names.into_iter().filter_map(changed).collect()
}

/// What the schema says of a field.
fn property<'a>(kind: Option<&'a KindDeclaration>, name: &str) -> Option<&'a Value> {
    kind?.schema().get("properties")?.get(name)
}
