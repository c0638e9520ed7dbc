//! Who cannot do without a plugin: what an installation demands of others holds for as long as the plugin is there.
//!
//! A plugin that provides a contract which another one requires is neither taken away nor replaced by a version that lacks the contract.
//! One that is asked for and `optional` holds up nobody. Going back to the version before is not held up either: it is the way out.

use std::fmt;

use tiwizi_model::{KindName, PluginId};
use tiwizi_records::Manifest;

use crate::host::Host;
use crate::plugin::Plugin;

/// A plugin that cannot do without a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirer {
    /// Which plugin.
    pub plugin: PluginId,
    /// The contract.
    pub contract: KindName,
    /// In which version.
    pub major: u32,
}

impl fmt::Display for Requirer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} requires {} {}", self.plugin, self.contract, self.major)
    }
}

impl Host {
    /// Those that cannot do without a contract which a plugin provides and its next version does not; without a next one, without any
    /// that it provides.
    pub(crate) fn requirers(&self, provider: &Plugin, next: Option<&Manifest>) -> Vec<Requirer> {
        let mut requirers = Vec::new();
        for plugin in self.loaded().iter().filter(|plugin| plugin.id() != provider.id()) {
            for request in plugin.manifest.requires.iter().filter(|request| !request.optional) {
                let (contract, major) = (request.contract.name(), request.major);
                let is_provided = |manifest: &Manifest| manifest.provided(contract, major).is_some();
                let is_asked = request.provider() == provider.id().as_str() && is_provided(&provider.manifest);
                if is_asked && !next.is_some_and(is_provided) {
                    requirers.push(Requirer { plugin: plugin.id().clone(), contract: request.contract.clone(), major });
                }
            }
        }
        requirers
    }
}

/// Each of them in a few words.
pub(crate) fn told(requirers: &[Requirer]) -> String {
    requirers.iter().map(Requirer::to_string).collect::<Vec<_>>().join("; ")
}
