//! The hooks of a manifest: which writes a plugin looks at before they happen.

use serde::Deserialize;
use tiwizi_model::{KindName, Operation};

use super::{Manifest, ManifestError};

/// A look at writes before they happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDeclaration {
    /// Its name.
    pub name: String,
    /// The kinds whose writes it looks at.
    pub kinds: Vec<KindName>,
    /// The writes that it looks at.
    pub operations: Vec<Operation>,
    /// Hooks with a lower one look first.
    pub order: i32,
    /// What happens to a write when the hook fails.
    pub on_failure: OnFailure,
}

/// What happens to a write when a hook fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It is refused: nothing is written that was not looked at.
    Refuse,
    /// It goes on without the hook.
    Pass,
}

impl OnFailure {
    /// Its name in manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Pass => "pass",
        }
    }
}

impl HookDeclaration {
    /// Whether it looks at such a write.
    #[must_use]
    pub fn looks_at(&self, kind: &KindName, operation: Operation) -> bool {
        self.kinds.contains(kind) && self.operations.contains(&operation)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HookWire {
    name: String,
    kinds: Vec<String>,
    operations: Vec<OperationWire>,
    #[serde(default = "order_default")]
    order: i32,
    on_failure: OnFailureWire,
}

fn order_default() -> i32 {
    100
}

/// What is done to a record, in the words of the contract.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum OperationWire {
    Create,
    Change,
    Delete,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum OnFailureWire {
    Refuse,
    Pass,
}

impl From<OperationWire> for Operation {
    fn from(wire: OperationWire) -> Self {
        match wire {
            OperationWire::Create => Self::Create,
            OperationWire::Change => Self::Replace,
            OperationWire::Delete => Self::Delete,
        }
    }
}

impl HookWire {
    pub(super) fn declare(self, pointer: &str) -> Result<HookDeclaration, ManifestError> {
        Ok(HookDeclaration {
            name: self.name,
            kinds: super::wire::each(&format!("{pointer}/kinds"), self.kinds, |pointer, name| {
                name.parse().map_err(|error: tiwizi_model::IdError| super::wire::rule(pointer, error))
            })?,
            operations: self.operations.into_iter().map(Operation::from).collect(),
            order: self.order,
            on_failure: match self.on_failure {
                OnFailureWire::Refuse => OnFailure::Refuse,
                OnFailureWire::Pass => OnFailure::Pass,
            },
        })
    }
}

/// The rules that the schema cannot say.
pub(super) fn check(manifest: &Manifest) -> Result<(), ManifestError> {
    super::rules::no_twins("/hooks", manifest.hooks.iter().map(|hook| hook.name.as_str()))?;
    super::rules::asks_for(manifest, "hooks", "/hooks", manifest.hooks.is_empty())
}
