//! The compiled templates of plugins, one set for each edition that was shown since the start. While a plugin is upgraded its old and its
//! new edition stand side by side; what belongs to one that is gone is dropped when the next one is first shown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tiwizi_host::{Edition, WeakEdition};
use tiwizi_model::FileHash;

use super::engine::PluginTemplates;

/// The templates that are known, by the bundle that they come from.
#[derive(Default)]
pub(crate) struct Editions(Mutex<HashMap<FileHash, Known>>);

struct Known {
    edition: WeakEdition,
    templates: Arc<PluginTemplates>,
}

impl Editions {
    /// The templates of an edition.
    pub(super) fn templates(&self, edition: &Edition) -> Arc<PluginTemplates> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&edition.bundle()) {
            return Arc::clone(&known.templates);
        }
        known.retain(|_, known| known.edition.is_there());
        // They must not hold the edition itself, or it would never be gone.
        let sources = edition.templates();
        let find = move |name: &str| sources.get(name).map(|source| source.to_string());
        let (id, version) = (edition.plugin().as_str(), edition.version());
        let templates = Arc::new(PluginTemplates::new(id, version, edition.messages(), find));
        known.insert(edition.bundle(), Known { edition: edition.downgrade(), templates: Arc::clone(&templates) });
        templates
    }

    /// How many are known.
    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
