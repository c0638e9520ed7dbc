//! The contracts of a manifest: what a plugin answers other plugins, and what it asks of them.

use serde::Deserialize;
use tiwizi_model::{KindName, PluginId};

use super::wire::{Texts, rule, texts};
use super::{LocalText, Manifest, ManifestError};

/// A contract that a plugin provides. Its full name begins with the plugin's id, so that no two plugins provide the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractDeclaration {
    /// Its name, without the plugin's.
    pub contract: String,
    /// Its version. What breaks those who ask gets another one; a plugin may provide several.
    pub major: u32,
    /// Its name for people.
    pub title: LocalText,
    /// What may be asked.
    pub methods: Vec<String>,
}

/// A contract that a plugin asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRequest {
    /// Its full name, `plugin/contract`; a kind's name looks the same.
    pub contract: KindName,
    /// In which version.
    pub major: u32,
    /// Whether the plugin works without it.
    pub optional: bool,
}

impl ContractRequest {
    /// The plugin that would provide it.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.contract.namespace()
    }
}

impl Manifest {
    /// The contract of that name and version, when the plugin provides it.
    #[must_use]
    pub fn provided(&self, contract: &str, major: u32) -> Option<&ContractDeclaration> {
        self.provides.iter().find(|declared| declared.contract == contract && declared.major == major)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContractWire {
    contract: String,
    major: u32,
    title: Texts,
    methods: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestWire {
    contract: String,
    major: u32,
    #[serde(default)]
    optional: bool,
}

impl ContractWire {
    pub(super) fn declare(self, pointer: &str) -> Result<ContractDeclaration, ManifestError> {
        Ok(ContractDeclaration {
            contract: self.contract,
            major: self.major,
            title: texts(self.title, &format!("{pointer}/title"))?,
            methods: self.methods,
        })
    }
}

impl RequestWire {
    pub(super) fn declare(self, pointer: &str) -> Result<ContractRequest, ManifestError> {
        let contract =
            self.contract.parse().map_err(|error: tiwizi_model::IdError| rule(format!("{pointer}/contract"), error))?;
        Ok(ContractRequest { contract, major: self.major, optional: self.optional })
    }
}

/// The rules that the schema cannot say.
pub(super) fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    let provided: Vec<String> =
        manifest.provides.iter().map(|declared| format!("{} {}", declared.contract, declared.major)).collect();
    super::rules::no_twins("/provides", provided.iter().map(String::as_str))?;
    let required: Vec<String> =
        manifest.requires.iter().map(|request| format!("{} {}", request.contract, request.major)).collect();
    super::rules::no_twins("/requires", required.iter().map(String::as_str))?;
    for (position, request) in manifest.requires.iter().enumerate() {
        if is_own(request, &manifest.id) {
            return Err(rule(format!("/requires/{position}/contract"), "a plugin does not ask itself"));
        }
    }
    super::rules::asks_for(manifest, "calls", "/requires", manifest.requires.is_empty())
}

fn is_own(request: &ContractRequest, id: &PluginId) -> bool {
    request.provider() == id.as_str()
}
