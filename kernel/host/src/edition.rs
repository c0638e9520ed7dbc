//! A version of a plugin as a page sees it. What it answered is shown with its own templates, messages and files, also when another
//! version has taken its place meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use tiwizi_model::{FileHash, PluginId};
use tiwizi_records::manifest::{LocalText, MilestoneDeclaration, RouteDeclaration};
use tiwizi_words::Messages;

use crate::answer::Answer;
use crate::plugin::{Asset, Plugin};

/// A version of a plugin that is loaded, or was when it answered. Cheap to clone.
#[derive(Clone)]
pub struct Edition(Arc<Plugin>);

/// An edition that is not kept by being remembered.
#[derive(Clone)]
pub struct WeakEdition(Weak<Plugin>);

/// An answer, and who gave it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// The version that gave it, and whose templates and files it names.
    pub edition: Edition,
}

impl Edition {
    pub(crate) fn of(plugin: Arc<Plugin>) -> Self {
        Self(plugin)
    }

    /// The plugin.
    #[must_use]
    pub fn plugin(&self) -> &PluginId {
        self.0.id()
    }

    /// The version of its bundle.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.manifest.version
    }

    /// The SHA-256 of its bundle, which tells editions apart: while a plugin is being written its version stays and its bundle does not.
    #[must_use]
    pub fn bundle(&self) -> FileHash {
        self.0.bundle
    }

    /// What it does, as it says itself.
    #[must_use]
    pub fn description(&self) -> &LocalText {
        &self.0.manifest.description
    }

    /// Its entries in the shell's menu.
    pub fn menu(&self) -> impl Iterator<Item = &RouteDeclaration> {
        self.0.manifest.routes.iter().filter(|route| route.menu)
    }

    /// Its pages, also those that are in no menu.
    #[must_use]
    pub fn routes(&self) -> &[RouteDeclaration] {
        &self.0.manifest.routes
    }

    /// The milestones that it declares.
    #[must_use]
    pub fn milestones(&self) -> &[MilestoneDeclaration] {
        &self.0.manifest.milestones
    }

    /// The templates of its bundle, by name.
    #[must_use]
    pub fn templates(&self) -> BTreeMap<String, Arc<str>> {
        self.0.texts.templates.clone()
    }

    /// Its messages.
    #[must_use]
    pub fn messages(&self) -> Arc<Messages> {
        self.0.messages()
    }

    /// A file of its bundle, by its path below `assets/`.
    #[must_use]
    pub fn asset(&self, path: &str) -> Option<Asset> {
        self.0.texts.assets.get(path).cloned()
    }

    /// The same, to be remembered without keeping the plugin.
    #[must_use]
    pub fn downgrade(&self) -> WeakEdition {
        WeakEdition(Arc::downgrade(&self.0))
    }
}

impl WeakEdition {
    /// Whether it is still loaded, or somebody still shows what it answered.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.strong_count() > 0
    }
}

impl std::fmt::Debug for Edition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Edition").field(self.plugin()).field(&self.version()).finish()
    }
}

impl std::fmt::Debug for WeakEdition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("WeakEdition").field("is_there", &self.is_there()).finish()
    }
}
