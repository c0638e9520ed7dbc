//! Manifests: what a plugin, or the kernel itself, declares.
//!
//! One format for both. A manifest comes from outside: it is parsed strictly, held to `manifests/manifest.schema.json`,
//! and then to the rules that a schema cannot say (every field has a class, an index names declared fields…). What
//! passes is a `Manifest` whose schemas are compiled; nothing else makes one.

use std::collections::BTreeMap;
use std::fmt;

use tiwizi_identity::policy::{Access, Class};
use tiwizi_model::{FileHash, KindName, Language, PluginId};

use crate::field_error::Rejection;
use crate::json::JsonError;
use crate::schema::Schema;

pub use contracts::{ContractDeclaration, ContractRequest};
pub use hooks::{HookDeclaration, OnFailure};
pub use reactions::{JobDeclaration, SubscriptionDeclaration, TopicDeclaration};
pub use retain::{Retain, RetainAfter};
pub use settings::SettingsDeclaration;
pub use slots::{Slot, SlotDeclaration};

mod contracts;
mod hooks;
mod reactions;
mod retain;
mod rules;
mod settings;
mod slots;
mod wire;

#[cfg(test)]
mod tests;

/// A manifest that was read and checked.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The plugin; also the namespace of its kinds and the first part of its addresses.
    pub id: PluginId,
    /// Its version, `1.0.0`.
    pub version: String,
    /// The version of the plugin contract that it speaks, `1.0`.
    pub api: String,
    /// Its name for people.
    pub name: LocalText,
    /// What it does.
    pub description: LocalText,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
    /// What it asks for.
    pub capabilities: Vec<CapabilityRequest>,
    /// The kinds that it declares.
    pub kinds: Vec<KindDeclaration>,
    /// The milestones that it may reach.
    pub milestones: Vec<MilestoneDeclaration>,
    /// Its pages.
    pub routes: Vec<RouteDeclaration>,
    /// Its looks at writes before they happen.
    pub hooks: Vec<HookDeclaration>,
    /// The events that it wants to be told.
    pub events: Vec<SubscriptionDeclaration>,
    /// The topics of its own events.
    pub topics: Vec<TopicDeclaration>,
    /// Its work in the background.
    pub jobs: Vec<JobDeclaration>,
    /// What an administrator may set.
    pub settings: Option<SettingsDeclaration>,
    /// The secrets that it needs an administrator to set.
    pub secrets: Vec<SecretDeclaration>,
    /// What it answers other plugins.
    pub provides: Vec<ContractDeclaration>,
    /// What it asks of other plugins.
    pub requires: Vec<ContractRequest>,
    /// Its parts of the kernel's pages.
    pub slots: Vec<SlotDeclaration>,
    /// The numbers that it counts for the operator.
    pub metrics: Vec<MetricDeclaration>,
    /// Bounds that it asks for, below the kernel's own.
    pub limits: ManifestLimits,
    /// Its templates.
    pub templates: Vec<String>,
    /// The templates of its documents.
    pub documents: Vec<DocumentDeclaration>,
    /// The languages of its messages.
    pub locales: Vec<Language>,
    /// The files of its bundle.
    pub files: Vec<FileDeclaration>,
}

/// A text in several languages, at least one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalText(pub BTreeMap<Language, String>);

impl LocalText {
    /// The text in that language, or in the nearest that there is.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        self.nearest(language).map_or("", |(_, text)| text)
    }

    /// The same with the language that it is in. None when there is no text at all.
    #[must_use]
    pub fn nearest(&self, language: Language) -> Option<(Language, &str)> {
        std::iter::once(&language)
            .chain(language.fallbacks())
            .find_map(|language| self.0.get_key_value(language))
            .or_else(|| self.0.iter().next())
            .map(|(language, text)| (*language, text.as_str()))
    }
}

/// Something that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapabilityRequest {
    /// Its name: `store`, `kv`, `blobs`, `secrets`, `http-out`, `registry.read`, `milestones`, `calls`, `notify`, `telemetry`, `hooks`, `events`,
    /// `jobs`, `documents`, `context`.
    pub name: String,
    /// Why, for the administrator who grants it.
    pub reason: LocalText,
    /// Whether the plugin works without it.
    pub optional: bool,
    /// For `http-out`: the hosts that it wants to reach.
    pub hosts: Vec<String>,
}

/// A kind as it is declared.
#[derive(Debug, Clone)]
pub struct KindDeclaration {
    /// Its name, in the namespace of the manifest.
    pub name: KindName,
    /// Its name for people.
    pub title: LocalText,
    /// The plane in which it federates; `local` when its records never leave their instance.
    pub plane: String,
    /// The version of its schema, `1.0`: the first two numbers of its manifest's.
    pub schema_version: String,
    /// The legal purpose of keeping it.
    pub purpose: String,
    /// How long it is kept.
    pub retention: String,
    /// The same as a rule, where a program can follow it.
    pub retain: Option<Retain>,
    /// The class of every field.
    pub classes: BTreeMap<String, Class>,
    /// Fields whose values together are unique.
    pub unique: Vec<Vec<String>>,
    /// Fields by which lists filter and sort.
    pub indexes: Vec<Vec<String>>,
    /// Fields that a search looks into.
    pub search: Vec<String>,
    /// Whose it is.
    pub subject: SubjectRule,
    /// The field that holds its province.
    pub province: Option<String>,
    /// Who may do what.
    pub access: Access,
    pub(crate) schema: Schema,
}

/// The plane of what never leaves its instance.
pub const LOCAL_PLANE: &str = "local";

impl KindDeclaration {
    /// Whether its records may leave their instance at all.
    #[must_use]
    pub fn federates(&self) -> bool {
        self.plane != LOCAL_PLANE
    }

    /// The JSON Schema of its bodies.
    #[must_use]
    pub fn schema(&self) -> &serde_json::Value {
        self.schema.text()
    }
}

/// How a record of a kind knows its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectRule {
    /// It has none.
    Nobody,
    /// It is its own subject: a person, a cooperative.
    Itself,
    /// The field that holds the subject's id.
    Field(String),
}

/// A milestone that a plugin may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MilestoneDeclaration {
    /// Its code.
    pub code: String,
    /// `skills`, `project` or `market`.
    pub stage: String,
    /// Its name for people.
    pub title: LocalText,
}

/// A template of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDeclaration {
    /// Its name in the plugin's code.
    pub name: String,
    /// Its file below `documents/`.
    pub file: String,
}

/// A page of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteDeclaration {
    /// Its path below the plugin's own.
    pub path: String,
    /// Its name for people.
    pub title: LocalText,
    /// Whether the shell's menu shows it.
    pub menu: bool,
}

/// A secret that a plugin needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDeclaration {
    /// Its name.
    pub name: String,
    /// What it is and why it is needed, for the administrator who sets it.
    pub reason: LocalText,
}

/// A number that a plugin counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricDeclaration {
    /// Its name.
    pub name: String,
    /// How it is counted.
    pub kind: MetricType,
    /// Its name for people.
    pub title: LocalText,
}

/// How a metric is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricType {
    /// A sum that only grows.
    Counter,
    /// Values, sorted into buckets.
    Histogram,
}

/// Bounds that a plugin asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ManifestLimits {
    /// Processor time for one page.
    pub cpu_ms: Option<u64>,
    /// Linear memory.
    pub memory_bytes: Option<u64>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDeclaration {
    /// Its path in the bundle.
    pub path: String,
    /// The hash of its bytes.
    pub sha256: FileHash,
    /// Its size.
    pub bytes: u64,
}

/// Why a manifest is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not acceptable JSON.
    #[error("the manifest is not acceptable JSON")]
    Json(#[source] JsonError),
    /// Not of the form of a manifest.
    #[error("the manifest does not have the form of a manifest")]
    Form(#[source] Rejection),
    /// Of the right form, but it breaks a rule.
    #[error("the manifest breaks a rule at {pointer}: {message}")]
    Rule {
        /// The JSON pointer of the place.
        pointer: String,
        /// What is wrong there.
        message: String,
    },
    /// The kernel's own schema of manifests does not compile.
    #[error("the schema of manifests is broken: {message}")]
    Broken {
        /// Why.
        message: String,
    },
}

impl ManifestError {
    /// The whole story in one line, with the place.
    #[must_use]
    pub fn explain(&self) -> String {
        match self {
            Self::Json(source) => format!("{self}: {source}"),
            Self::Form(source) => format!("{self}: {source}"),
            Self::Rule { .. } | Self::Broken { .. } => self.to_string(),
        }
    }
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is not acceptable JSON, not of the form of a manifest, or breaks a rule; the error names the place.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let value = wire::read(bytes)?;
        let manifest = wire::convert(value)?;
        rules::check(&manifest)?;
        Ok(manifest)
    }

    /// What stands in the place of a manifest that was accepted once and is no longer: the plugin's name and its version, and no declaration.
    #[must_use]
    pub fn unread(id: PluginId, version: String) -> Self {
        Self {
            name: LocalText(BTreeMap::from([(Language::French, id.to_string())])),
            id,
            version,
            api: String::new(),
            description: LocalText::default(),
            publisher: None,
            licence: None,
            capabilities: Vec::new(),
            kinds: Vec::new(),
            milestones: Vec::new(),
            routes: Vec::new(),
            hooks: Vec::new(),
            events: Vec::new(),
            topics: Vec::new(),
            jobs: Vec::new(),
            settings: None,
            secrets: Vec::new(),
            provides: Vec::new(),
            requires: Vec::new(),
            slots: Vec::new(),
            metrics: Vec::new(),
            limits: ManifestLimits::default(),
            templates: Vec::new(),
            documents: Vec::new(),
            locales: Vec::new(),
            files: Vec::new(),
        }
    }

    /// The JSON Schema that manifests are held to.
    #[must_use]
    pub fn schema_text() -> &'static str {
        wire::SCHEMA
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.id, self.version)
    }
}
