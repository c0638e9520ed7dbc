//! The manifest as JSON, and its conversion.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tiwizi_identity::policy::{Access, Class, Grantee};
use tiwizi_model::limits::MANIFEST_BYTES_MAX;
use tiwizi_model::{KindName, Language, PluginId};

use super::contracts::{ContractWire, RequestWire};
use super::hooks::HookWire;
use super::reactions::{JobWire, SubscriptionWire, TopicWire};
use super::retain::RetainWire;
use super::slots::SlotWire;
use super::{
    CapabilityRequest, DocumentDeclaration, FileDeclaration, KindDeclaration, LocalText, Manifest, ManifestError,
    ManifestLimits, MetricDeclaration, MetricType, MilestoneDeclaration, RouteDeclaration, SecretDeclaration,
    SettingsDeclaration, SubjectRule,
};
use crate::field_error::{FieldError, Rejection};
use crate::json;
use crate::schema::Schema;

pub(super) const SCHEMA: &str = include_str!("../../../../manifests/manifest.schema.json");

pub(super) type Texts = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestWire {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    id: String,
    version: String,
    api: String,
    name: Texts,
    #[serde(default)]
    description: Texts,
    publisher: Option<String>,
    licence: Option<String>,
    #[serde(default)]
    capabilities: Vec<CapabilityWire>,
    #[serde(default)]
    kinds: Vec<KindWire>,
    #[serde(default)]
    milestones: Vec<MilestoneWire>,
    #[serde(default)]
    routes: Vec<RouteWire>,
    #[serde(default)]
    hooks: Vec<HookWire>,
    #[serde(default)]
    events: Vec<SubscriptionWire>,
    #[serde(default)]
    topics: Vec<TopicWire>,
    #[serde(default)]
    jobs: Vec<JobWire>,
    settings: Option<Value>,
    #[serde(default)]
    secrets: Vec<SecretWire>,
    #[serde(default)]
    provides: Vec<ContractWire>,
    #[serde(default)]
    requires: Vec<RequestWire>,
    #[serde(default)]
    slots: Vec<SlotWire>,
    #[serde(default)]
    metrics: Vec<MetricWire>,
    #[serde(default)]
    limits: LimitsWire,
    #[serde(default)]
    templates: Vec<String>,
    #[serde(default)]
    documents: Vec<DocumentWire>,
    #[serde(default)]
    locales: Vec<String>,
    #[serde(default)]
    files: Vec<FileWire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CapabilityWire {
    name: String,
    reason: Texts,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    hosts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindWire {
    name: String,
    title: Texts,
    plane: String,
    purpose: String,
    retention: String,
    retain: Option<RetainWire>,
    schema: Value,
    classes: BTreeMap<String, String>,
    #[serde(default)]
    unique: Vec<IndexWire>,
    #[serde(default)]
    indexes: Vec<IndexWire>,
    #[serde(default)]
    search: Vec<String>,
    subject: Option<String>,
    province: Option<String>,
    access: AccessWire,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexWire {
    fields: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessWire {
    #[serde(default)]
    read: Vec<String>,
    #[serde(default)]
    create: Vec<String>,
    #[serde(default)]
    change: Vec<String>,
    #[serde(default)]
    delete: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MilestoneWire {
    code: String,
    stage: String,
    title: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteWire {
    path: String,
    title: Texts,
    #[serde(default)]
    menu: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretWire {
    name: String,
    reason: Texts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricWire {
    name: String,
    #[serde(rename = "type")]
    kind: MetricTypeWire,
    title: Texts,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum MetricTypeWire {
    Counter,
    Histogram,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentWire {
    name: String,
    file: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct LimitsWire {
    cpu_ms: Option<u64>,
    memory_bytes: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileWire {
    path: String,
    sha256: String,
    bytes: u64,
}

/// Parses the text and holds it to the schema of manifests.
pub(super) fn read(bytes: &[u8]) -> Result<ManifestWire, ManifestError> {
    let value = json::parse(bytes, MANIFEST_BYTES_MAX).map_err(ManifestError::Json)?;
    let broken = |message: String| ManifestError::Broken { message };
    let schema: Value = serde_json::from_str(SCHEMA).map_err(|error| broken(error.to_string()))?;
    let schema = Schema::compile_trusted(schema).map_err(|fault| broken(fault.message))?;
    schema.validate(&value).map_err(ManifestError::Form)?;
    serde_json::from_value(value)
        .map_err(|error| ManifestError::Form(Rejection::one(FieldError::new("", "invalid", error.to_string()))))
}

pub(super) fn convert(wire: ManifestWire) -> Result<Manifest, ManifestError> {
    let id: PluginId = wire.id.parse().map_err(|error: tiwizi_model::IdError| rule("/id", error))?;
    let kinds = wire.kinds.into_iter().enumerate();
    let schema_version = wire.version.split('.').take(2).collect::<Vec<_>>().join(".");
    let kinds = kinds.map(|(position, kind)| convert_kind((&id, &schema_version), position, kind));
    let kinds = kinds.collect::<Result<_, _>>()?;
    let locales = wire.locales.iter().enumerate();
    let locales =
        locales.map(|(position, tag)| language(tag, &format!("/locales/{position}"))).collect::<Result<_, _>>()?;
    Ok(Manifest {
        version: wire.version,
        api: wire.api,
        name: texts(wire.name, "/name")?,
        description: texts(wire.description, "/description")?,
        publisher: wire.publisher,
        licence: wire.licence,
        capabilities: each("/capabilities", wire.capabilities, |pointer, wire| {
            Ok(CapabilityRequest {
                name: wire.name,
                reason: texts(wire.reason, &format!("{pointer}/reason"))?,
                optional: wire.optional,
                hosts: wire.hosts,
            })
        })?,
        kinds,
        milestones: each("/milestones", wire.milestones, |pointer, wire| {
            Ok(MilestoneDeclaration {
                code: wire.code,
                stage: wire.stage,
                title: texts(wire.title, &format!("{pointer}/title"))?,
            })
        })?,
        routes: each("/routes", wire.routes, |pointer, wire| {
            Ok(RouteDeclaration {
                path: wire.path,
                title: texts(wire.title, &format!("{pointer}/title"))?,
                menu: wire.menu,
            })
        })?,
        hooks: each("/hooks", wire.hooks, |pointer, wire| wire.declare(pointer))?,
        events: each("/events", wire.events, |pointer, wire| wire.declare(pointer))?,
        topics: each("/topics", wire.topics, |pointer, wire| wire.declare(pointer))?,
        jobs: each("/jobs", wire.jobs, |pointer, wire| wire.declare(pointer))?,
        settings: wire.settings.map(SettingsDeclaration::declare).transpose()?,
        secrets: each("/secrets", wire.secrets, |pointer, wire| {
            Ok(SecretDeclaration { name: wire.name, reason: texts(wire.reason, &format!("{pointer}/reason"))? })
        })?,
        provides: each("/provides", wire.provides, |pointer, wire| wire.declare(pointer))?,
        requires: each("/requires", wire.requires, |pointer, wire| wire.declare(pointer))?,
        slots: wire.slots.into_iter().map(SlotWire::declare).collect(),
        metrics: each("/metrics", wire.metrics, metric)?,
        limits: ManifestLimits { cpu_ms: wire.limits.cpu_ms, memory_bytes: wire.limits.memory_bytes },
        templates: wire.templates,
        documents: each("/documents", wire.documents, |_, wire| {
            Ok(DocumentDeclaration { name: wire.name, file: wire.file })
        })?,
        locales,
        files: each("/files", wire.files, |pointer, wire| {
            let sha256 =
                wire.sha256.parse().map_err(|error: tiwizi_model::IdError| rule(format!("{pointer}/sha256"), error))?;
            Ok(FileDeclaration { path: wire.path, sha256, bytes: wire.bytes })
        })?,
        id,
    })
}

fn metric(pointer: &str, wire: MetricWire) -> Result<MetricDeclaration, ManifestError> {
    Ok(MetricDeclaration {
        name: wire.name,
        kind: match wire.kind {
            MetricTypeWire::Counter => MetricType::Counter,
            MetricTypeWire::Histogram => MetricType::Histogram,
        },
        title: texts(wire.title, &format!("{pointer}/title"))?,
    })
}

fn convert_kind(
    (plugin, schema_version): (&PluginId, &str),
    position: usize,
    wire: KindWire,
) -> Result<KindDeclaration, ManifestError> {
    let pointer = format!("/kinds/{position}");
    let name: KindName = format!("{plugin}/{}", wire.name)
        .parse()
        .map_err(|error: tiwizi_model::IdError| rule(format!("{pointer}/name"), error))?;
    let schema = Schema::compile(wire.schema).map_err(|fault| ManifestError::Rule {
        pointer: format!("{pointer}/schema{}", fault.pointer),
        message: fault.message,
    })?;
    let mut classes: BTreeMap<String, Class> = BTreeMap::new();
    for (field, class) in wire.classes {
        let class = class
            .parse()
            .map_err(|error: tiwizi_identity::policy::ClassError| rule(format!("{pointer}/classes/{field}"), error))?;
        classes.insert(field, class);
    }
    let fields = |indexes: Vec<IndexWire>| indexes.into_iter().map(|index| index.fields).collect();
    Ok(KindDeclaration {
        name,
        title: texts(wire.title, &format!("{pointer}/title"))?,
        plane: wire.plane,
        schema_version: schema_version.to_owned(),
        purpose: wire.purpose,
        retention: wire.retention,
        retain: wire.retain.map(|retain| retain.declare(&format!("{pointer}/retain"))).transpose()?,
        classes,
        unique: fields(wire.unique),
        indexes: fields(wire.indexes),
        search: wire.search,
        subject: match wire.subject.as_deref() {
            None => SubjectRule::Nobody,
            Some("self") => SubjectRule::Itself,
            Some(field) => SubjectRule::Field(field.to_owned()),
        },
        province: wire.province,
        access: access(wire.access, &format!("{pointer}/access"))?,
        schema,
    })
}

fn access(wire: AccessWire, pointer: &str) -> Result<Access, ManifestError> {
    let grantees = |list: Vec<String>, action: &str| -> Result<Vec<Grantee>, ManifestError> {
        each(&format!("{pointer}/{action}"), list, |pointer, text| {
            text.parse().map_err(|error: tiwizi_identity::policy::GranteeError| rule(pointer, error))
        })
    };
    Ok(Access {
        read: grantees(wire.read, "read")?,
        create: grantees(wire.create, "create")?,
        change: grantees(wire.change, "change")?,
        delete: grantees(wire.delete, "delete")?,
    })
}

pub(super) fn each<W, T>(
    pointer: &str,
    list: Vec<W>,
    convert: impl Fn(&str, W) -> Result<T, ManifestError>,
) -> Result<Vec<T>, ManifestError> {
    list.into_iter().enumerate().map(|(position, wire)| convert(&format!("{pointer}/{position}"), wire)).collect()
}

pub(super) fn texts(wire: Texts, pointer: &str) -> Result<LocalText, ManifestError> {
    let texts = wire.into_iter().map(|(tag, text)| Ok((language(&tag, &format!("{pointer}/{tag}"))?, text)));
    texts.collect::<Result<_, _>>().map(LocalText)
}

fn language(tag: &str, pointer: &str) -> Result<Language, ManifestError> {
    tag.parse().map_err(|error: tiwizi_model::language::LanguageError| rule(pointer, error))
}

pub(super) fn rule(pointer: impl Into<String>, message: impl ToString) -> ManifestError {
    ManifestError::Rule { pointer: pointer.into(), message: message.to_string() }
}
