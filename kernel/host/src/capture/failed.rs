//! Which failed calls are captured, and how a call comes to its capture.

use std::sync::Arc;

use super::keep::Found;
use super::recording::Recording;
use crate::bundle::COMPONENT;
use crate::call::{CallError, Ground};
use crate::plugin::Plugin;

/// What is needed to capture a call once it has failed.
pub(crate) struct Notes {
    pub(crate) recording: Recording,
    pub(crate) request_id: Arc<str>,
    pub(crate) cpu_ms: u64,
}

impl Ground {
    /// Waits for a call, and keeps a capture of it when it fails through its plugin's fault, where that was switched on.
    pub(crate) async fn captured<Output>(
        &self,
        plugin: &Plugin,
        notes: Option<Notes>,
        call: impl Future<Output = Result<Output, CallError>>,
    ) -> Result<Output, CallError> {
        let outcome = call.await;
        if let (Some(notes), Err(error)) = (notes, &outcome)
            && is_capturable(error)
        {
            self.capture(plugin, &notes, error).await;
        }
        outcome
    }

    async fn capture(&self, plugin: &Plugin, notes: &Notes, error: &CallError) {
        let hash = plugin.manifest.files.iter().find(|file| file.path == COMPONENT).map(|file| file.sha256);
        let component = match hash {
            Some(hash) => self.files.get(hash).await.ok().flatten().unwrap_or_default(),
            None => bytes::Bytes::new(),
        };
        let found = Found {
            request_id: &notes.request_id,
            error,
            records: &self.records,
            ambient: &self.ambient,
            cpu_ms: notes.cpu_ms,
            component: &component,
        };
        self.keep.keep(plugin, &notes.recording, &found);
    }
}

/// Whether somebody could mend it with a capture: the guest ran, and something came of it that should not.
fn is_capturable(error: &CallError) -> bool {
    match error {
        CallError::CpuTime { .. }
        | CallError::WallTime { .. }
        | CallError::Memory { .. }
        | CallError::HostCalls
        | CallError::StoreCalls
        | CallError::Trap { .. }
        | CallError::Answer { .. }
        | CallError::Commit { .. } => true,
        CallError::Unknown { .. }
        | CallError::Off { .. }
        | CallError::Lacks { .. }
        | CallError::Busy { .. }
        | CallError::Panic
        | CallError::Stopping => false,
    }
}
