//! What a plugin's call and a plugin's installation can come to, as problems.

use serde_json::Value;
use tiwizi_host::{CallError, HostError, InstallError, PluginState, RemoveError, RollbackError, UpgradeError};
use tiwizi_records::UnitError;

use super::{Fault, FieldProblem, Problem, told};
use crate::edge::chain;

impl Problem {
    /// An error that a plugin answered with. Its words are the plugin's own; its status is of the plugin's choice
    /// within what the host lets pass.
    #[must_use]
    pub fn of_plugin(status: u16, code: String, message: String, retryable: bool) -> Self {
        let problem = Self::from(Fault::with_status(super::status_of(status)));
        let problem = problem.saying(message.clone()).at(FieldProblem::new("", code, message));
        if retryable { problem.retry_after(1) } else { problem }
    }

    /// Notes the capability that the kernel did not let the plugin use, when the plugin passes that refusal on.
    #[must_use]
    pub(crate) fn lacking(mut self, details: &Value) -> Self {
        let named = details.get("capability").and_then(Value::as_str).and_then(|name| name.parse().ok());
        self.0.lacks = named.filter(|_| self.fault() == Fault::Forbidden);
        self
    }
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Unknown { .. } => Fault::UnknownPlugin.into(),
            CallError::Lacks { .. } => Self::from(Fault::NotFound).because(error),
            CallError::Off { state: PluginState::Unloaded, .. } => {
                let said = "this plugin could not be loaded; an administrator sees why in the console";
                Self::from(Fault::Unavailable).not_again().saying(said).because(error)
            }
            CallError::Off { retry_after, .. } => {
                let problem = Self::from(Fault::Unavailable).because(error);
                retry_after
                    .map_or(problem.clone(), |seconds| problem.retry_after(u32::try_from(seconds).unwrap_or(u32::MAX)))
            }
            CallError::Busy { retry_after } => {
                Self::from(Fault::Busy).retry_after(u32::try_from(retry_after).unwrap_or(u32::MAX))
            }
            CallError::CpuTime { .. } | CallError::WallTime { .. } => Self::from(Fault::PluginTooSlow).because(error),
            CallError::Memory { .. }
            | CallError::HostCalls
            | CallError::StoreCalls
            | CallError::Trap { .. }
            | CallError::Answer { .. } => Self::from(Fault::PluginFailed).because(error),
            CallError::Commit { source } => source.into(),
            CallError::Panic => Self::internal(error),
            CallError::Stopping => Fault::Unavailable.into(),
        }
    }
}

impl From<UnitError> for Problem {
    fn from(error: UnitError) -> Self {
        match error {
            UnitError::Read(source) => source.into(),
            UnitError::Write(source) => source.into(),
            UnitError::Full { .. } => Self::from(Fault::PluginFailed).because(error),
            UnitError::Quota { .. } => Self::from(Fault::PluginFull).saying(error.to_string()).because(error),
        }
    }
}

impl From<HostError> for Problem {
    fn from(error: HostError) -> Self {
        let told = told::of_host(&error);
        let problem: Self = match error {
            HostError::Unknown { .. } => Fault::UnknownPlugin.into(),
            HostError::Unasked { .. } => Self::field("/capabilities", "unasked", error.to_string()),
            HostError::Untrusted { .. } => refused("untrusted", error),
            HostError::Unrecorded { source, .. } => Self::from(Fault::Conflict).saying(source.to_string()),
            HostError::Processings(source) => source.into(),
            HostError::Secret { .. } => Self::field("/secret", "secret", error.to_string()),
            HostError::Limit { source, .. } => {
                Self::field(&format!("/{}", source.bound.name()), "ceiling", source.to_string())
            }
            HostError::Settings { source, .. } => {
                Self::from(Fault::Invalid).at_all(source.fields.into_iter().map(FieldProblem::from))
            }
            HostError::Storage(source) => source.into(),
            HostError::Captures(_)
            | HostError::Engine(_)
            | HostError::Threads(_)
            | HostError::Cache(_)
            | HostError::Kinds { .. }
            | HostError::Log { .. }
            | HostError::Stopped(_) => Self::internal(error),
        };
        problem.telling(told)
    }
}

impl From<InstallError> for Problem {
    fn from(error: InstallError) -> Self {
        let told = told::of_install(&error);
        let problem: Self = match error {
            InstallError::Bundle(source) => refused("bundle", source),
            InstallError::Manifest(source) => refused("manifest", source),
            InstallError::Rule { pointer, message } => Self::field(&pointer, "manifest", message),
            InstallError::Untrusted(source) => refused("untrusted", source),
            InstallError::Component(source) => refused("component", source),
            InstallError::Installed { .. } | InstallError::Unloaded { .. } => {
                Self::from(Fault::Conflict).saying(error.to_string())
            }
            InstallError::Ungranted { .. } => Self::parameter("grant", error.to_string()),
            InstallError::Requires { .. } => refused("requires", error),
            InstallError::Unrecorded { source, .. } => Self::from(Fault::Conflict).saying(source.to_string()),
            InstallError::Processings(source) => source.into(),
            InstallError::Kinds(source) => refused("kinds", source),
            InstallError::Init(_) | InstallError::Refused { .. } => refused("init", error),
            InstallError::Files(source) => source.into(),
            InstallError::Storage(source) => source.into(),
            InstallError::Load(_) | InstallError::Stopped(_) => Self::internal(error),
        };
        problem.telling(told)
    }
}

impl From<UpgradeError> for Problem {
    fn from(error: UpgradeError) -> Self {
        let told = told::of_upgrade(&error);
        let problem: Self = match error {
            UpgradeError::NotInstalled { .. } => Self::from(Fault::UnknownPlugin).saying(error.to_string()),
            UpgradeError::Other { .. } => refused("bundle", error),
            UpgradeError::Refused(source) => source.into(),
            UpgradeError::NotNewer { .. } => Self::from(Fault::Conflict).saying(error.to_string()),
            UpgradeError::Required { .. } => refused("requires", error),
            UpgradeError::Held { .. } => Self::parameter("grant", error.to_string()),
            UpgradeError::Busy => Self::from(Fault::Busy).retry_after(1),
            UpgradeError::Migration { .. } | UpgradeError::MigrationRefused { .. } | UpgradeError::Endless { .. } => {
                refused("migration", error)
            }
            UpgradeError::Misfits { .. } => refused("records", error),
            UpgradeError::Probe(_) | UpgradeError::Unhealthy { .. } => refused("health", error),
            UpgradeError::Read(source) => source.into(),
            UpgradeError::Store(source) => source.into(),
        };
        problem.telling(told)
    }
}

impl From<RollbackError> for Problem {
    fn from(error: RollbackError) -> Self {
        let told = told::of_rollback(&error);
        let problem: Self = match error {
            RollbackError::Unknown { .. } => Fault::UnknownPlugin.into(),
            RollbackError::Nothing { .. } => Self::from(Fault::Conflict).saying(error.to_string()),
            RollbackError::Untrusted(_) => refused("untrusted", error),
            RollbackError::Busy => Self::from(Fault::Busy).retry_after(1),
            RollbackError::Misfits { .. } => refused("records", error),
            RollbackError::Storage(source) => source.into(),
            RollbackError::Read(source) => source.into(),
            RollbackError::Store(source) => source.into(),
            RollbackError::Load(_)
            | RollbackError::Kinds(_)
            | RollbackError::Record(_)
            | RollbackError::Value(_)
            | RollbackError::Stopped(_) => Self::internal(error),
        };
        problem.telling(told)
    }
}

impl From<RemoveError> for Problem {
    fn from(error: RemoveError) -> Self {
        let told = told::of_remove(&error);
        let problem: Self = match error {
            RemoveError::Unknown { .. } => Fault::UnknownPlugin.into(),
            RemoveError::Required { .. } => Self::from(Fault::Conflict).saying(error.to_string()),
            RemoveError::Busy => Self::from(Fault::Busy).retry_after(1),
            RemoveError::Storage(source) => source.into(),
            RemoveError::Read(source) => source.into(),
            RemoveError::Export(_) | RemoveError::Stopped(_) => Self::internal(error),
        };
        problem.telling(told)
    }
}

/// A bundle that is not accepted. The administrator who sent it sees the whole reason.
fn refused(code: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> Problem {
    Problem::field("", code, chain(&error))
}
