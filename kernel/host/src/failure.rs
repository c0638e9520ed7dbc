//! What follows from a call that failed: a line in the log, quarantine for a plugin that crashes again and again, and the version before for
//! one whose new version does.

use std::sync::Arc;

use tiwizi_model::PluginId;

use crate::call::CallError;
use crate::cause::WENT_BACK;
use crate::host::Host;
use crate::plugin::Plugin;

impl Host {
    /// Writes a failed call to the log, and counts it against the plugin that failed. Says why, when that one is put in quarantine for it now.
    pub(crate) async fn note_failure(&self, plugin: &Plugin, request_id: &str, error: &CallError) -> Option<String> {
        warn_of(plugin.id(), request_id, error);
        self.ground().note_failure(plugin, request_id, error).await
    }

    /// Puts the version before in the place of one that is on trial and was put in quarantine. It waits until no call of the plugin is under
    /// way, so nobody who takes part in one may wait for it.
    pub(crate) async fn go_back_on_trial(&self, plugin: Arc<Plugin>, reason: String) {
        let before = plugin.before().filter(|before| before.is_on_trial(self.ground().ambient.now()));
        let Some(before) = before else { return };
        let reason = format!("{}{WENT_BACK}{} by itself: {reason}", plugin.manifest.version, before.version);
        if let Err(error) = self.roll_back_by_itself(Arc::clone(&plugin), reason).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(plugin.id = %plugin.id(), error, "a plugin stays in quarantine: it could not go back");
        }
    }

    /// Both, for whoever cannot wait for the version before: it goes back by itself a little later.
    pub(crate) async fn note_failure_on_the_way(&self, plugin: &Arc<Plugin>, request_id: &str, error: &CallError) {
        if let Some(reason) = self.note_failure(plugin, request_id, error).await {
            let (host, plugin) = (self.clone(), Arc::clone(plugin));
            self.guests().leave(async move { host.go_back_on_trial(plugin, reason).await });
        }
    }
}

/// Logs a failed call. The cause is a reference that may not be held while waiting, so it lives in here.
fn warn_of(plugin: &PluginId, request_id: &str, error: &CallError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(plugin.id = %plugin, request.id = request_id, error, "a plugin's call failed");
}
