//! Making a plugin ready to run: its component from the cache, or compiled; its templates and locales from the file store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use semver::Version;
use tiwizi_model::{FileHash, Language};
use tiwizi_records::{Manifest, ManifestError};
use tiwizi_storage::plugin::{CapabilityRow, PluginRow};
use tiwizi_storage::{FileError, Files};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::bundle::{Bundle, COMPONENT, Place, libraries_of};
use crate::cache::{Cache, CacheError};
use crate::compile::{CompileError, Compiler, compile};
use crate::exports::Prepared;
use crate::gate::Gate;
use crate::guest::nothing;
use crate::guest::state::{CallState, linker};
use crate::plugin::{Asset, LibraryList, Parts, Plugin, Provenance, Standing, Texts, media_type};
use crate::trust::{NoteError, Seal};
use crate::version::{self, VersionError};
use crate::watch::Watches;

/// Why a plugin could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its manifest is no longer accepted.
    #[error("its manifest is not accepted by this kernel")]
    Manifest(#[source] ManifestError),
    /// It was built for a version of the contract that this kernel does not speak.
    #[error(transparent)]
    Contract(#[from] VersionError),
    /// Its version is none.
    #[error("its version {version:?} is none")]
    Version {
        /// What stands there.
        version: String,
        /// Why it is none.
        #[source]
        source: semver::Error,
    },
    /// Its signature can no longer be read.
    #[error("its signature is not accepted by this kernel")]
    Signature(#[source] NoteError),
    /// A file of its bundle is gone.
    #[error("its file {path} is not in the file store")]
    Missing {
        /// The path in the bundle.
        path: String,
    },
    /// A file of its bundle cannot be read.
    #[error("its file {path} could not be read")]
    File {
        /// The path in the bundle.
        path: String,
        /// Why.
        #[source]
        source: Box<FileError>,
    },
    /// Its component does not compile.
    #[error("its component could not be compiled")]
    Compile(#[source] CompileError),
    /// Its compiled component cannot be kept.
    #[error("its compiled component could not be kept")]
    Cache(#[source] CacheError),
    /// It imports or exports something else than this kernel's interfaces.
    #[error("its component does not fit this kernel's interfaces")]
    World(#[source] wasmtime::Error),
    /// The thread that looked at it or compiled it ended without an outcome.
    #[error("the work on it was interrupted")]
    Interrupted,
}

/// What it takes to load plugins.
pub(crate) struct Loader {
    engine: Engine,
    compiler: Compiler,
    cache: Cache,
    files: Files,
    linker: Linker<CallState>,
    watches: Watches,
}

impl Loader {
    pub(crate) fn new(
        engine: &Engine,
        compiler: Compiler,
        cache: Cache,
        files: Files,
        watches: Watches,
    ) -> wasmtime::Result<Self> {
        Ok(Self { engine: engine.clone(), compiler, cache, files, linker: linker(engine)?, watches })
    }

    /// Loads an installed plugin, behind that gate.
    pub(crate) async fn load(&self, row: PluginRow, grants: &[CapabilityRow], gate: Gate) -> Result<Plugin, LoadError> {
        let manifest = Manifest::parse(row.manifest.as_bytes()).map_err(LoadError::Manifest)?;
        version::check_spoken(&manifest.api)?;
        let pre = self.component(&manifest).await?;
        let grants = grants.iter().filter_map(|grant| grant.capability.parse().ok()).collect();
        let seal = row.signature.as_deref().map(|text| Seal::read(text.as_bytes()));
        let provenance = Provenance {
            level: row.level,
            version: version_of(&manifest)?,
            seal: seal.transpose().map_err(LoadError::Signature)?,
        };
        Ok(Plugin::new(Parts {
            gate,
            provenance,
            watch: self.watches.of(&manifest.id),
            texts: self.texts(&manifest).await?,
            manifest,
            bundle: row.bundle,
            pre: Ok(pre),
            standing: Standing { state: row.state, reason: row.reason, grants: Arc::new(grants) },
            installed_at: row.installed_at,
            installed_by: row.installed_by,
            before: None,
        }))
    }

    /// The component of a manifest, from the cache if it is there.
    async fn component(&self, manifest: &Manifest) -> Result<Prepared, LoadError> {
        let component = component_of(manifest).ok_or_else(|| LoadError::Missing { path: COMPONENT.to_owned() })?;
        match self.cache.load(component) {
            Some(compiled) => self.fit(&compiled),
            None => self.ready(component, self.read(COMPONENT, component).await?).await,
        }
    }

    /// Whether the version of this manifest can be loaded without compiling anything.
    pub(crate) fn is_warm(&self, manifest: &str) -> bool {
        let manifest = Manifest::parse(manifest.as_bytes()).ok();
        manifest.and_then(|manifest| component_of(&manifest)).is_some_and(|component| self.is_compiled(component))
    }

    /// Compiles the component of this manifest, so that its version can be loaded without compiling anything.
    pub(crate) async fn warm(&self, manifest: &str) -> Result<(), LoadError> {
        let manifest = Manifest::parse(manifest.as_bytes()).map_err(LoadError::Manifest)?;
        self.component(&manifest).await.map(drop)
    }

    /// Compiles a component and keeps the outcome; what this instance compiled before is taken from there.
    pub(crate) async fn ready(&self, hash: FileHash, bytes: Bytes) -> Result<Prepared, LoadError> {
        let cache = self.cache.clone();
        let kept = tokio::task::spawn_blocking(move || cache.load(hash)).await.map_err(|_| LoadError::Interrupted)?;
        if let Some(compiled) = kept {
            return self.fit(&compiled);
        }
        let code = compile(&self.compiler, &self.engine, bytes).await.map_err(LoadError::Compile)?;
        let cache = self.cache.clone();
        let compiled = tokio::task::spawn_blocking(move || cache.keep(hash, &code));
        let compiled = compiled.await.map_err(|_| LoadError::Interrupted)?.map_err(LoadError::Cache)?;
        self.fit(&compiled)
    }

    /// Forgets a component's compiled code.
    pub(crate) fn forget(&self, component: FileHash) -> Result<(), CacheError> {
        self.cache.forget(component)
    }

    /// Forgets the compiled code of all components but these.
    pub(crate) fn keep_only(&self, components: &BTreeSet<FileHash>) -> Result<(), CacheError> {
        self.cache.keep_only(components)
    }

    /// Whether the cache holds a component's compiled code, whole and loadable: it is loaded to see.
    pub(crate) fn is_compiled(&self, component: FileHash) -> bool {
        self.cache.load(component).is_some()
    }

    /// What the kernel watches of the plugins.
    pub(crate) fn watches(&self) -> &Watches {
        &self.watches
    }

    /// Checks every import and export against the linker, once for all calls.
    fn fit(&self, component: &Component) -> Result<Prepared, LoadError> {
        let with_nothing = nothing::link(&self.linker, component).map_err(LoadError::World)?;
        let linker = with_nothing.as_ref().unwrap_or(&self.linker);
        let pre = linker.instantiate_pre(component).map_err(LoadError::World)?;
        Prepared::new(pre).map_err(LoadError::World)
    }

    async fn texts(&self, manifest: &Manifest) -> Result<Texts, LoadError> {
        let mut texts = Texts::default();
        for file in &manifest.files {
            let content = match Place::of(&file.path) {
                Ok(Place::Template(_) | Place::Document(_) | Place::Locale(_) | Place::Sbom) => {
                    self.read(&file.path, file.sha256).await?
                }
                _ => Bytes::new(),
            };
            texts.add(&file.path, file.sha256, file.bytes, &content);
        }
        Ok(texts)
    }

    async fn read(&self, path: &str, hash: FileHash) -> Result<Bytes, LoadError> {
        let found = self
            .files
            .get(hash)
            .await
            .map_err(|source| LoadError::File { path: path.to_owned(), source: Box::new(source) })?;
        found.ok_or_else(|| LoadError::Missing { path: path.to_owned() })
    }
}

fn component_of(manifest: &Manifest) -> Option<FileHash> {
    manifest.files.iter().find(|file| file.path == COMPONENT).map(|file| file.sha256)
}

/// The version of a manifest, as versions are compared.
pub(crate) fn version_of(manifest: &Manifest) -> Result<Version, LoadError> {
    let version = &manifest.version;
    Version::parse(version).map_err(|source| LoadError::Version { version: version.clone(), source })
}

/// What a bundle holds besides its component.
pub(crate) fn texts_of_bundle(bundle: &Bundle) -> Texts {
    let mut texts = Texts::default();
    for (path, (hash, content)) in &bundle.files {
        texts.add(path, *hash, content.len() as u64, content);
    }
    texts
}

impl Texts {
    fn add(&mut self, path: &str, hash: FileHash, bytes: u64, content: &[u8]) {
        let text = || Arc::from(String::from_utf8_lossy(content));
        match Place::of(path) {
            Ok(Place::Template(name)) => drop(self.templates.insert(name.to_owned(), text())),
            Ok(Place::Document(file)) => drop(self.documents.insert(file.to_owned(), text())),
            Ok(Place::Locale(tag)) => {
                if let Ok(language) = tag.parse::<Language>() {
                    self.locales.insert(language, text());
                }
            }
            Ok(Place::Asset(inside)) => {
                let asset = Asset { hash, media_type: media_type(inside), bytes };
                self.assets.insert(inside.to_owned(), asset);
            }
            Ok(Place::Sbom) => self.libraries = Some(LibraryList { hash, bytes, count: libraries_of(content) }),
            Ok(Place::Manifest | Place::Signature | Place::Component | Place::Schema(_)) | Err(_) => {}
        }
    }
}

/// The plugins that are loaded, by id.
pub(crate) type Plugins = BTreeMap<tiwizi_model::PluginId, Arc<Plugin>>;
