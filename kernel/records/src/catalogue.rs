//! The kinds that are in use now.
//!
//! A `Kinds` never changes; the catalogue swaps the whole when a manifest comes or goes, so that a request works with
//! one set of kinds from its first line to its last.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use tiwizi_model::{KindName, PluginId};
use tiwizi_storage::{Db, KindNo, StorageError, WriteTx, kind};

use crate::kind::Kind;
use crate::manifest::{KindDeclaration, Manifest};

/// The kinds that are in use at one moment.
#[derive(Debug, Default)]
pub struct Kinds {
    by_name: BTreeMap<KindName, Arc<Kind>>,
    names: HashMap<KindNo, KindName>,
}

impl Kinds {
    /// The kind of that name, if it is in use.
    #[must_use]
    pub fn find(&self, name: &KindName) -> Option<&Arc<Kind>> {
        self.by_name.get(name)
    }

    /// All kinds in use, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.by_name.values()
    }

    /// The number and the name of every kind, also of those that are no longer in use.
    pub fn numbers(&self) -> impl Iterator<Item = (KindNo, &KindName)> {
        self.names.iter().map(|(number, name)| (*number, name))
    }

    /// The number of a kind, also of one that is no longer in use.
    fn number(&self, name: &KindName) -> Option<KindNo> {
        self.names.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
    }

    /// The name of a kind, also of one that is no longer in use.
    #[must_use]
    pub fn name(&self, number: KindNo) -> Option<&KindName> {
        self.names.get(&number)
    }
}

/// Why a manifest's kinds cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Its indexes differ from those under which its records are stored.
    #[error("{kind} is in use with other indexes, subject or province; its records would have to be indexed anew")]
    Indexes {
        /// The kind.
        kind: KindName,
    },
    /// The database failed.
    #[error("could not number the kinds of {plugin}")]
    Storage {
        /// Whose kinds.
        plugin: PluginId,
        /// Why.
        #[source]
        source: StorageError,
    },
    /// The database could not be read.
    #[error("could not read the kinds")]
    Read(#[source] StorageError),
}

/// Kinds that have a number in an open transaction, and are used once `Catalogue::publish` is called after its commit.
#[derive(Debug, Clone)]
#[must_use = "the kinds are used only when the addition is published after the commit"]
pub struct Addition {
    plugin: PluginId,
    kinds: Vec<Arc<Kind>>,
}

impl Addition {
    /// The same, and what another addition to the same plugin has beyond it.
    pub fn joined(mut self, other: &Self) -> Self {
        for kind in &other.kinds {
            if !self.kinds.iter().any(|own| own.name() == kind.name()) {
                self.kinds.push(Arc::clone(kind));
            }
        }
        self
    }

    /// The kinds.
    pub fn kinds(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.kinds.iter()
    }
}

/// Holds the kinds that are in use now. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    current: Arc<RwLock<Arc<Kinds>>>,
}

impl Catalogue {
    /// A catalogue without kinds that knows the names of all that were ever used in the database.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open(db: &Db) -> Result<Self, CatalogueError> {
        let mut tx = db.read().await.map_err(CatalogueError::Read)?;
        let mut kinds = Kinds::default();
        for row in kind::all(&mut tx).await.map_err(CatalogueError::Read)? {
            kinds.names.insert(row.no, row.name);
        }
        Ok(Self { current: Arc::new(RwLock::new(Arc::new(kinds))) })
    }

    /// The kinds that are in use now.
    #[must_use]
    pub fn current(&self) -> Arc<Kinds> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives the kinds of a manifest their numbers. They replace those of the same plugin when published.
    ///
    /// # Errors
    /// When a kind is in use with other indexes, or the database fails.
    pub async fn add(&self, tx: &mut WriteTx, manifest: &Manifest) -> Result<Addition, CatalogueError> {
        let current = self.current();
        let mut kinds = Vec::with_capacity(manifest.kinds.len());
        for declaration in &manifest.kinds {
            check_keys(&current, declaration)?;
            let number = kind::register(tx, &declaration.name)
                .await
                .map_err(|source| CatalogueError::Storage { plugin: manifest.id.clone(), source })?;
            kinds.push(Arc::new(Kind::new(declaration.clone(), number)));
        }
        Ok(Addition { plugin: manifest.id.clone(), kinds })
    }

    /// The same without a transaction, to try a manifest out: a kind that has no number yet gets one that no record can have.
    ///
    /// # Errors
    /// When a kind is in use with other indexes.
    pub fn provisional(&self, manifest: &Manifest) -> Result<Addition, CatalogueError> {
        let current = self.current();
        let mut kinds = Vec::with_capacity(manifest.kinds.len());
        for (declaration, free) in manifest.kinds.iter().zip(1_i32..) {
            check_keys(&current, declaration)?;
            let number = current.number(&declaration.name).unwrap_or(KindNo(free.saturating_neg()));
            kinds.push(Arc::new(Kind::new(declaration.clone(), number)));
        }
        Ok(Addition { plugin: manifest.id.clone(), kinds })
    }

    /// The kinds of a plugin that are in use now, to put them to use again.
    pub fn in_use(&self, plugin: &PluginId) -> Addition {
        let current = self.current();
        let kinds = current.by_name.values().filter(|kind| kind.name().namespace() == plugin.as_str());
        Addition { plugin: plugin.clone(), kinds: kinds.cloned().collect() }
    }

    /// The numbers of all kinds that a plugin ever had here.
    #[must_use]
    pub fn all_of(&self, plugin: &PluginId) -> Vec<KindNo> {
        let current = self.current();
        let of_plugin = current.names.iter().filter(|(_, name)| name.namespace() == plugin.as_str());
        of_plugin.map(|(number, _)| *number).collect()
    }

    /// Another catalogue, in which the addition is in use as well.
    #[must_use]
    pub fn with(&self, addition: Addition) -> Self {
        let other = Self { current: Arc::new(RwLock::new(self.current())) };
        other.publish(addition);
        other
    }

    /// Puts an addition to use. Call it after the commit.
    pub fn publish(&self, addition: Addition) {
        self.swap(&addition.plugin, addition.kinds);
    }

    /// Takes the kinds of a plugin out of use. Their records stay.
    pub fn remove(&self, plugin: &PluginId) {
        self.swap(plugin, Vec::new());
    }

    fn swap(&self, plugin: &PluginId, kinds: Vec<Arc<Kind>>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let others = current.by_name.values().filter(|kind| kind.name().namespace() != plugin.as_str()).cloned();
        let mut names = current.names.clone();
        names.extend(kinds.iter().map(|kind| (kind.number(), kind.name().clone())));
        let by_name = others.chain(kinds).map(|kind| (kind.name().clone(), kind)).collect();
        *current = Arc::new(Kinds { by_name, names });
    }
}

fn check_keys(current: &Kinds, declaration: &KindDeclaration) -> Result<(), CatalogueError> {
    match current.find(&declaration.name) {
        Some(kind) if !same_keys(kind.declaration(), declaration) => {
            Err(CatalogueError::Indexes { kind: declaration.name.clone() })
        }
        _ => Ok(()),
    }
}

fn same_keys(old: &KindDeclaration, new: &KindDeclaration) -> bool {
    old.unique == new.unique && old.indexes == new.indexes && old.subject == new.subject && old.province == new.province
}
