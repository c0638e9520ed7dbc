//! Why a call gave no answer.

use tiwizi_model::{PluginId, limits};
use tiwizi_records::WriteError;

use crate::answer::AnswerError;
use crate::plugin::PluginState;

/// After how many seconds a busy plugin may be asked again.
const RETRY_AFTER_S: u64 = 1;

/// Why a call gave no answer. Whatever the guest wrote is gone.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There is no such plugin.
    #[error("there is no plugin {plugin}")]
    Unknown {
        /// What was asked for.
        plugin: PluginId,
    },
    /// It is disabled, in quarantine, or could not be loaded.
    #[error("the plugin {plugin} is {}", state.as_str())]
    Off {
        /// Which.
        plugin: PluginId,
        /// How it stands.
        state: PluginState,
        /// After how many seconds it is tried again, if it is.
        retry_after: Option<u64>,
    },
    /// Its component does not have the interface that the call needs.
    #[error("the plugin does not export {export}")]
    Lacks {
        /// The interface.
        export: &'static str,
    },
    /// Too many of its calls run and wait already.
    #[error("the plugin is busy")]
    Busy {
        /// When to ask again, in seconds.
        retry_after: u64,
    },
    /// It used up its processor time.
    #[error("the plugin used more than {cpu_ms} ms of processor time")]
    CpuTime {
        /// What it was given.
        cpu_ms: u64,
    },
    /// It took too long by the clock.
    #[error("the plugin took longer than {wall_ms} ms")]
    WallTime {
        /// What it was given.
        wall_ms: u64,
    },
    /// It wanted more memory than it may have, and gave up.
    #[error("the plugin needs more than {bytes_max} bytes of memory")]
    Memory {
        /// What it may have.
        bytes_max: usize,
    },
    /// It called the kernel too often.
    #[error("the plugin made more than {} calls of the kernel", limits::HOST_CALLS_MAX)]
    HostCalls,
    /// It read and wrote records too often.
    #[error("the plugin made too many reads and writes of records")]
    StoreCalls,
    /// It crashed.
    #[error("the plugin crashed: {reason}")]
    Trap {
        /// What wasmtime says, escaped and short.
        reason: String,
    },
    /// It answered rubbish.
    #[error("the plugin's answer is not acceptable")]
    Answer {
        /// Why.
        #[source]
        source: AnswerError,
    },
    /// Its writes could not be committed.
    #[error("the plugin's writes were not accepted")]
    Commit {
        /// Why.
        #[source]
        source: WriteError,
    },
    /// A host function panicked; the process goes on.
    #[error("the kernel failed inside a plugin's call")]
    Panic,
    /// The host is stopping.
    #[error("the plugin host is stopping")]
    Stopping,
}

impl CallError {
    /// Too many of the plugin's calls run already.
    pub(crate) fn busy() -> Self {
        Self::Busy { retry_after: RETRY_AFTER_S }
    }

    /// Why, in a word: for counts.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown",
            Self::Off { .. } => "off",
            Self::Lacks { .. } => "export",
            Self::Busy { .. } => "busy",
            Self::CpuTime { .. } => "cpu-time",
            Self::WallTime { .. } => "wall-time",
            Self::Memory { .. } => "memory",
            Self::HostCalls => "host-calls",
            Self::StoreCalls => "store-calls",
            Self::Trap { .. } => "trap",
            Self::Answer { .. } => "answer",
            Self::Commit { .. } => "commit",
            Self::Panic => "kernel",
            Self::Stopping => "stopping",
        }
    }

    /// Whether it tells of a fault in the plugin's code that should lead to quarantine when it comes again and again. Time is not
    /// among them: a slow machine is not the plugin's fault.
    pub(crate) fn is_crash(&self) -> bool {
        matches!(self, Self::Trap { .. } | Self::Memory { .. } | Self::HostCalls | Self::StoreCalls)
    }
}
