//! The administrator's switch: whether a plugin's failing calls are captured, and which were.

use tiwizi_identity::Caller;
use tiwizi_model::PluginId;

use super::keep::{CaptureView, Captures};
use crate::host::Host;
use crate::plugin::PluginView;
use crate::settings::HostError;

impl Host {
    /// Begins to capture a plugin's failing calls on this machine, or stops. It counts from its next call on.
    ///
    /// # Errors
    /// When there is no such plugin, or the folder cannot be written.
    pub fn set_captures(&self, id: &PluginId, captures: Captures, by: &Caller) -> Result<PluginView, HostError> {
        let plugin = self.known(id)?;
        self.ground().keep.switch(id, captures).map_err(HostError::Captures)?;
        let is_on = captures == Captures::On;
        plugin.set_captured(is_on);
        let account = by.account().map(|account| account.to_string()).unwrap_or_default();
        tracing::info!(plugin.id = %id, account.id = account, captures.on = is_on, "the capture of failing calls was switched");
        Ok(plugin.view(self.ground().ambient.now()))
    }

    /// The captures of a plugin, the newest first.
    ///
    /// # Errors
    /// When there is no such plugin, or the folder cannot be read.
    pub fn captures(&self, id: &PluginId) -> Result<Vec<CaptureView>, HostError> {
        self.known(id)?;
        self.ground().keep.list(id).map_err(HostError::Captures)
    }

    /// Forgets the captures of a plugin, and says how many there were.
    ///
    /// # Errors
    /// When there is no such plugin, or the folder cannot be written.
    pub fn forget_captures(&self, id: &PluginId) -> Result<usize, HostError> {
        self.known(id)?;
        self.ground().keep.forget(id).map_err(HostError::Captures)
    }
}
