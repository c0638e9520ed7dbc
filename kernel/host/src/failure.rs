//! What follows from a call that failed: a line in the log, quarantine for a plugin that crashes again and again, and the version before for
//! one whose new version does.

use std::sync::Arc;

use tiwizi_model::{PluginId, limits};
use tiwizi_storage::plugin::PluginState;

use crate::call::CallError;
use crate::host::Host;
use crate::plugin::Plugin;

impl Host {
    /// Writes a failed call to the log, and counts a crash against the plugin that crashed: one that crashes again and again is switched off
    /// until an administrator switches it on. Says why, when that happens now.
    pub(crate) async fn note_failure(&self, plugin: &Plugin, request_id: &str, error: &CallError) -> Option<String> {
        warn_of(plugin.id(), request_id, error);
        if !error.is_crash() || !plugin.trapped_too_often(self.ground().ambient.now()) {
            return None;
        }
        let reason =
            format!("{} crashes in {} minutes: {error}", limits::PLUGIN_TRAPS_MAX, limits::PLUGIN_TRAPS_MS / 60_000);
        tracing::error!(plugin.id = %plugin.id(), "a plugin is put in quarantine: {reason}");
        if let Err(error) = self.set_state(plugin, PluginState::Quarantined, Some(reason.clone())).await {
            tracing::error!(plugin.id = %plugin.id(), %error, "the quarantine could not be written down");
        }
        Some(reason)
    }

    /// Puts the version before in the place of one that is on trial and was put in quarantine. It waits until no call of the plugin is under
    /// way, so nobody who takes part in one may wait for it.
    pub(crate) async fn go_back_on_trial(&self, plugin: Arc<Plugin>, reason: String) {
        let before = plugin.before().filter(|before| before.is_on_trial(self.ground().ambient.now()));
        let Some(before) = before else { return };
        let reason = format!("{} went back to {} by itself: {reason}", plugin.manifest.version, before.version);
        if let Err(error) = self.roll_back_by_itself(Arc::clone(&plugin), reason).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(plugin.id = %plugin.id(), error, "a plugin stays in quarantine: it could not go back");
        }
    }
}

/// Logs a failed call. The cause is a reference that may not be held while waiting, so it lives in here.
fn warn_of(plugin: &PluginId, request_id: &str, error: &CallError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(plugin.id = %plugin, request.id = request_id, error, "a plugin's call failed");
}
