//! The rules of a manifest that its schema cannot say.

use std::collections::BTreeSet;

use serde_json::Value;
use tiwizi_model::Language;

use super::{KindDeclaration, Manifest, ManifestError, SubjectRule};
use crate::key::Scalar;

/// Names of fields that queries use for what every record has.
const RESERVED: [&str; 2] = ["created", "self"];

/// Planes that are the kernel's: its own records, and what instances say of themselves.
const KERNEL_PLANES: [&str; 5] = ["aggregate", "blobs", "control", "members", "registry"];

pub(super) fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    no_twins("/kinds", manifest.kinds.iter().map(|kind| kind.name.name()))?;
    no_twins("/capabilities", manifest.capabilities.iter().map(|capability| capability.name.as_str()))?;
    for (position, capability) in manifest.capabilities.iter().enumerate() {
        if (capability.name == "http-out") == capability.hosts.is_empty() {
            let message = "http-out names the hosts that it wants to reach, and nothing else does";
            return refuse(format!("/capabilities/{position}/hosts"), message);
        }
    }
    no_twins("/milestones", manifest.milestones.iter().map(|milestone| milestone.code.as_str()))?;
    no_twins("/secrets", manifest.secrets.iter().map(|secret| secret.name.as_str()))?;
    for (position, secret) in manifest.secrets.iter().enumerate() {
        if ![Language::Arabic, Language::French].iter().all(|language| secret.reason.0.contains_key(language)) {
            return refuse(format!("/secrets/{position}/reason"), "the reason is given in Arabic and in French");
        }
    }
    super::hooks::check(manifest)?;
    super::contracts::check(manifest)?;
    super::slots::check(manifest)?;
    no_twins("/metrics", manifest.metrics.iter().map(|metric| metric.name.as_str()))?;
    super::reactions::check(manifest)?;
    no_twins("/routes", manifest.routes.iter().map(|route| route.path.as_str()))?;
    no_twins("/templates", manifest.templates.iter().map(String::as_str))?;
    no_twins("/documents", manifest.documents.iter().map(|document| document.name.as_str()))?;
    asks_for(manifest, "documents", "/documents", manifest.documents.is_empty())?;
    no_twins("/files", manifest.files.iter().map(|file| file.path.as_str()))?;
    for (position, kind) in manifest.kinds.iter().enumerate() {
        if KERNEL_PLANES.contains(&kind.plane.as_str()) && !manifest.id.is_kernels() {
            return refuse(format!("/kinds/{position}/plane"), "this plane is kept for the kernel's own kinds");
        }
        check_kind(kind, &format!("/kinds/{position}"))?;
    }
    Ok(())
}

fn check_kind(kind: &KindDeclaration, pointer: &str) -> Result<(), ManifestError> {
    let schema = kind.schema();
    if schema.get("type") != Some(&Value::from("object"))
        || schema.get("additionalProperties") != Some(&Value::Bool(false))
    {
        return refuse(
            format!("{pointer}/schema"),
            r#"the schema of a kind has "type": "object" and "additionalProperties": false"#,
        );
    }
    for property in kind.schema.properties() {
        if RESERVED.contains(&property) {
            return refuse(
                format!("{pointer}/schema/properties/{property}"),
                "this name is kept for what every record has",
            );
        }
        if !kind.classes.contains_key(property) {
            return refuse(format!("{pointer}/classes"), format!("the field {property:?} has no class"));
        }
    }
    if let Some(extra) = kind.classes.keys().find(|field| kind.schema.property(field).is_none()) {
        return refuse(format!("{pointer}/classes/{extra}"), "the schema has no such field");
    }
    check_places(kind, pointer)?;
    super::retain::check(kind, pointer)?;
    for (position, field) in kind.search.iter().enumerate() {
        if scalar(kind, field) != Some(Scalar::Text) {
            return refuse(
                format!("{pointer}/search/{position}"),
                "a search looks into declared fields of type string",
            );
        }
    }
    for (list, name) in [(&kind.unique, "unique"), (&kind.indexes, "indexes")] {
        for (position, fields) in list.iter().enumerate() {
            no_twins(&format!("{pointer}/{name}/{position}/fields"), fields.iter().map(String::as_str))?;
            if let Some(odd) = fields.iter().find(|field| scalar(kind, field).is_none()) {
                let message = format!("{odd:?} is not a declared field of type string, number, integer or boolean");
                return refuse(format!("{pointer}/{name}/{position}/fields"), message);
            }
        }
    }
    Ok(())
}

/// Subject and province are declared fields, and a field that is called so is what it says.
fn check_places(kind: &KindDeclaration, pointer: &str) -> Result<(), ManifestError> {
    let subject = match &kind.subject {
        SubjectRule::Field(field) => Some(field.as_str()),
        SubjectRule::Nobody | SubjectRule::Itself => None,
    };
    for (name, declared) in [("subject", subject), ("province", kind.province.as_deref())] {
        if declared.is_some_and(|field| scalar(kind, field) != Some(Scalar::Text)) {
            return refuse(format!("{pointer}/{name}"), "it must name a declared field of type string");
        }
        if kind.schema.property(name).is_some() && declared != Some(name) {
            return refuse(
                format!("{pointer}/schema/properties/{name}"),
                format!("a field of this name must be the {name} of the kind"),
            );
        }
    }
    Ok(())
}

fn scalar(kind: &KindDeclaration, field: &str) -> Option<Scalar> {
    kind.schema.property(field).and_then(Scalar::of_schema)
}

/// What is declared needs its capability, or it would never be granted.
pub(super) fn asks_for(
    manifest: &Manifest,
    capability: &str,
    pointer: &str,
    is_empty: bool,
) -> Result<(), ManifestError> {
    if is_empty || manifest.capabilities.iter().any(|asked| asked.name == capability) {
        return Ok(());
    }
    refuse(pointer, format!("the manifest does not ask for the capability {capability}, which these declarations need"))
}

pub(super) fn no_twins<'a>(pointer: &str, names: impl Iterator<Item = &'a str>) -> Result<(), ManifestError> {
    let mut seen = BTreeSet::new();
    for (position, name) in names.enumerate() {
        if !seen.insert(name) {
            return refuse(format!("{pointer}/{position}"), format!("{name:?} is there twice"));
        }
    }
    Ok(())
}

fn refuse(pointer: impl Into<String>, message: impl Into<String>) -> Result<(), ManifestError> {
    Err(ManifestError::Rule { pointer: pointer.into(), message: message.into() })
}
