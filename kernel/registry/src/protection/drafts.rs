//! Drafts of processings, so that an office does not begin with an empty page: from models for the kernel's own kinds, from the manifests
//! for those of plugins. A draft covers nothing; who knows completes it with its receipt and puts it in force.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::{KindName, Record};
use tiwizi_records::manifest::KindDeclaration;
use tiwizi_records::{Draft, Records, WriteError};

use super::coverage::{Coverage, is_personal};
use crate::kinds::Names;

const FILE: &str = include_str!("../../../../manifests/rules/processings.json");
/// The longest text of a purpose or of a time, in letters.
const TEXT_CHARS_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Models {
    models: Vec<Model>,
}

/// A processing that instances have in common.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    code: String,
    kinds: Vec<String>,
    purpose_ar: String,
    purpose_fr: String,
    basis: String,
    people: Vec<String>,
    categories: Vec<String>,
    recipients: Vec<String>,
    retention: String,
    formality: String,
}

static MODELS: LazyLock<Vec<Model>> =
    LazyLock::new(|| serde_json::from_str::<Models>(FILE).map(|file| file.models).unwrap_or_default());

/// Writes drafts for every kind with fields about people that no processing names yet, and returns them.
///
/// # Errors
/// When the caller may not record processings, or the database fails.
pub async fn prepare(records: &Records, caller: &Caller) -> Result<Vec<Record>, PrepareError> {
    let coverage = Coverage::read(records).await?;
    let kinds = records.kinds();
    let declared: Vec<&KindDeclaration> = kinds.iter().map(|kind| kind.declaration()).collect();
    let bodies = bodies(&coverage, &declared);
    let drafts = bodies.into_iter().map(|body| Draft::create(Names::new().processing, body)).collect();
    Ok(records.submit(caller, drafts, None).await?)
}

/// Why no drafts were written.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// What is there could not be read.
    #[error("could not read which processings are recorded")]
    Read(#[from] tiwizi_records::ReadError),
    /// They could not be written.
    #[error("could not write the drafts")]
    Write(#[from] WriteError),
}

fn bodies(coverage: &Coverage, declared: &[&KindDeclaration]) -> Vec<Value> {
    let named: BTreeSet<&KindName> = coverage.processings.iter().flat_map(|one| &one.kinds).collect();
    let mut left: BTreeMap<&str, &KindDeclaration> = declared
        .iter()
        .filter(|kind| is_personal(kind) && !named.contains(&kind.name))
        .map(|kind| (kind.name.as_str(), *kind))
        .collect();
    let mut taken: BTreeSet<String> = coverage.processings.iter().map(|one| one.code.clone()).collect();
    let mut bodies = Vec::new();
    for model in MODELS.iter() {
        let kinds: Vec<&String> = model.kinds.iter().filter(|kind| left.remove(kind.as_str()).is_some()).collect();
        if !kinds.is_empty() {
            bodies.push(json!({
                "code": free(&mut taken, &model.code), "kinds": kinds, "purpose_ar": model.purpose_ar,
                "purpose_fr": model.purpose_fr, "basis": model.basis, "people": model.people, "categories": model.categories,
                "recipients": model.recipients, "retention": model.retention, "formality": model.formality,
                "status": "draft",
            }));
        }
    }
    let mut plugins: BTreeMap<&str, Vec<&KindDeclaration>> = BTreeMap::new();
    for kind in left.into_values() {
        plugins.entry(kind.name.namespace()).or_default().push(kind);
    }
    for (plugin, kinds) in plugins {
        let joined = |text: fn(&KindDeclaration) -> &str| {
            let texts: BTreeSet<&str> = kinds.iter().map(|kind| text(kind)).collect();
            let joined = texts.into_iter().collect::<Vec<_>>().join(" ");
            joined.chars().take(TEXT_CHARS_MAX).collect::<String>()
        };
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name.as_str()).collect();
        bodies.push(json!({
            "code": free(&mut taken, plugin), "kinds": names, "purpose_fr": joined(|kind| &kind.purpose),
            "basis": "consent", "people": ["Membres / الأعضاء"], "recipients": [],
            "retention": joined(|kind| &kind.retention), "formality": "declaration", "status": "draft",
        }));
    }
    bodies
}

/// A short name that is not taken yet.
fn free(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut names = std::iter::once(wanted.to_owned()).chain((2..1_000_u16).map(|number| format!("{wanted}-{number}")));
    let name = names.find(|name| !taken.contains(name)).unwrap_or_else(|| wanted.to_owned());
    taken.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Register;

    /// Whoever adds a kind with data about people says in `manifests/rules/processings.json` what it is processed for.
    #[tokio::test]
    async fn every_kind_with_data_about_people_has_one_whole_model() {
        let register = Register::new().await;
        let kinds = register.records.kinds();
        let personal = kinds.iter().map(|kind| kind.declaration()).filter(|kind| is_personal(kind));
        let mut personal: Vec<&str> = personal.map(|kind| kind.name.as_str()).collect();
        personal.sort_unstable();
        assert!(!MODELS.is_empty(), "the models cannot be read");
        let mut modelled: Vec<&str> = MODELS.iter().flat_map(|model| &model.kinds).map(String::as_str).collect();
        modelled.sort_unstable();
        assert_eq!(modelled, personal, "each kind stands in one model, and no other does");
        for model in MODELS.iter() {
            let Model { code, purpose_ar, purpose_fr, basis, people, categories, recipients, retention, .. } = model;
            let is_said = [purpose_ar, purpose_fr, basis, retention].into_iter().all(|text| !text.trim().is_empty());
            let is_listed = [people, categories, recipients].into_iter().all(|list| !list.is_empty());
            assert!(is_said && is_listed, "{code} does not say everything");
        }
    }

    #[tokio::test]
    async fn the_models_cover_every_kind_of_the_kernel_with_data_about_people_once() {
        let register = Register::new().await;
        let made = prepare(&register.records, &Caller::system()).await.unwrap();
        assert_eq!(made.len(), MODELS.len(), "a kind of the kernel has no model: {made:?}");
        assert_eq!(prepare(&register.records, &Caller::system()).await.unwrap(), []);
        let coverage = Coverage::read(&register.records).await.unwrap();
        let kinds = register.records.kinds();
        assert!(!coverage.uncovered(kinds.iter().map(|kind| kind.declaration())).is_empty(), "a draft covers nothing");
    }
}
