//! Why an upgrade did not happen.

use tiwizi_model::{PluginId, limits};
use tiwizi_records::{Misfit, ReadError, WriteError};

use crate::call::CallError;
use crate::install::InstallError;
use crate::requirers::{self, Requirer};

/// Why a plugin was not upgraded. Code and data are as they were.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// There is nothing to upgrade.
    #[error("{plugin} is not installed; install it first")]
    NotInstalled {
        /// Which.
        plugin: PluginId,
    },
    /// The bundle is of another plugin.
    #[error("the bundle is of {plugin}, not of {wanted}")]
    Other {
        /// Which was meant.
        wanted: PluginId,
        /// Which came.
        plugin: PluginId,
    },
    /// The bundle is refused, as at an installation.
    #[error("the new version is refused")]
    Refused(#[source] InstallError),
    /// The version does not rise.
    #[error("{plugin} {version} is not newer than {installed}, which is installed")]
    NotNewer {
        /// Which.
        plugin: PluginId,
        /// What came.
        version: String,
        /// What is there.
        installed: String,
    },
    /// It no longer provides what others cannot do without.
    #[error(
        "{plugin} {version} no longer provides what others cannot do without: {}; upgrade or remove those first",
        requirers::told(by)
    )]
    Required {
        /// Which.
        plugin: PluginId,
        /// What came.
        version: String,
        /// Who requires what.
        by: Vec<Requirer>,
    },
    /// It asks for more than was granted, and the administrator has not said anything about it.
    #[error("{plugin} {version} asks for more than before: {}; grant it in the same call, or leave the version that is there", more.join(", "))]
    Held {
        /// Which.
        plugin: PluginId,
        /// What came.
        version: String,
        /// The names of capabilities, and of hosts and kinds as `http-out HOST`, `hooks KIND`.
        more: Vec<String>,
    },
    /// Its calls did not come to an end.
    #[error("calls of the plugin still run after {} s; try again", limits::PLUGIN_HELD_WAIT_MS / 1000)]
    Busy,
    /// Its `migrate` did not end well.
    #[error("the migration did not end well, in step {step}")]
    Migration {
        /// Which step, from 1.
        step: u32,
        /// Why.
        #[source]
        source: CallError,
    },
    /// Its `migrate` refused.
    #[error("the plugin refused the migration in step {step}: {code}: {message}")]
    MigrationRefused {
        /// Which step, from 1.
        step: u32,
        /// Its code.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// Its `migrate` comes to no end.
    #[error("the migration does not end: {steps} steps are done")]
    Endless {
        /// How many.
        steps: u32,
    },
    /// Records would no longer be valid.
    #[error("records do not fit the new version and its migration leaves them as they are: {}", told(misfits))]
    Misfits {
        /// The first few.
        misfits: Vec<Misfit>,
    },
    /// The new version's `health` did not end well.
    #[error("the new version crashes when it is asked whether it can work")]
    Probe(#[source] CallError),
    /// The new version is not healthy.
    #[error("the new version says that it cannot work: {message}")]
    Unhealthy {
        /// What it lacks.
        message: String,
    },
    /// Records could not be read.
    #[error("the records of the plugin could not be read")]
    Read(#[source] ReadError),
    /// Nothing could be stored; most likely a record was changed meanwhile.
    #[error("the upgrade could not be stored; try again")]
    Store(#[source] WriteError),
}

/// Each misfit in a few words.
pub(super) fn told(misfits: &[Misfit]) -> String {
    let told = |misfit: &Misfit| format!("{} {}: {}", misfit.kind, misfit.id, misfit.message);
    misfits.iter().map(told).collect::<Vec<_>>().join("; ")
}
