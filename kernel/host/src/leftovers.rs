//! What versions of plugins leave on disk when they go, or did not come: files of their bundles, and compiled code.
//!
//! A file goes when no version that is installed, or kept to go back to, names it. What a crash leaves harms nobody: bytes without a name.

use std::collections::BTreeSet;

use bytes::Bytes;
use tiwizi_model::{FileHash, PluginId};
use tiwizi_records::Manifest;
use tiwizi_storage::before::{self, BeforeRow};
use tiwizi_storage::plugin::{self as rows, PluginRow};
use tiwizi_storage::{FileError, ReadTx, StorageError};

use crate::bundle::{COMPONENT, hash_of};
use crate::host::Host;

/// Files of bundles, and the components among them.
#[derive(Debug, Default)]
pub(crate) struct BundleFiles {
    files: BTreeSet<FileHash>,
    components: BTreeSet<FileHash>,
}

impl BundleFiles {
    /// The files of one bundle, and the bundle.
    pub(crate) fn of(bundle: FileHash, manifest: &Manifest) -> Self {
        let mut files = Self { files: BTreeSet::from([bundle]), components: BTreeSet::new() };
        for file in &manifest.files {
            files.files.insert(file.sha256);
            if file.path == COMPONENT {
                files.components.insert(file.sha256);
            }
        }
        files
    }

    /// The same of a manifest as it is written down. One that cannot be read names nothing that anybody could use.
    fn of_row(bundle: FileHash, manifest: &str) -> Self {
        Manifest::parse(manifest.as_bytes()).map_or_else(
            |_| Self { files: BTreeSet::from([bundle]), components: BTreeSet::new() },
            |manifest| Self::of(bundle, &manifest),
        )
    }

    fn join(&mut self, other: Self) {
        self.files.extend(other.files);
        self.components.extend(other.components);
    }
}

/// What the versions of these plugins name: of all of them, or of one.
async fn named(tx: &mut ReadTx, only: Option<&PluginId>) -> Result<BundleFiles, StorageError> {
    let (installed, kept) = (rows::all(tx).await?, before::all(tx).await?);
    let installed = installed.iter().map(|PluginRow { id, bundle, manifest, .. }| (id, *bundle, manifest));
    let kept = kept.iter().map(|BeforeRow { plugin, bundle, manifest, .. }| (plugin, *bundle, manifest));
    let mut files = BundleFiles::default();
    for (owner, bundle, manifest) in installed.chain(kept) {
        if only.is_none_or(|only| only == owner) {
            files.join(BundleFiles::of_row(bundle, manifest));
        }
    }
    Ok(files)
}

impl Host {
    /// Stores files, and returns those that were not there before.
    pub(crate) async fn store_files(
        &self,
        contents: impl Iterator<Item = Bytes> + Send,
    ) -> Result<BTreeSet<FileHash>, FileError> {
        let mut fresh = BTreeSet::new();
        for content in contents {
            match self.store_file(content).await {
                Ok(stored) => fresh.extend(stored),
                Err(error) => {
                    self.forget_files(fresh.iter()).await;
                    return Err(error);
                }
            }
        }
        Ok(fresh)
    }

    async fn store_file(&self, content: Bytes) -> Result<Option<FileHash>, FileError> {
        let hash = hash_of(&content);
        let was_there = self.files().size(hash).await?.is_some();
        self.files().put(content).await?;
        Ok((!was_there).then_some(hash))
    }

    /// Stores files whatever lies in their places: one that was damaged is written anew.
    pub(crate) async fn restore_files(&self, contents: impl Iterator<Item = Bytes> + Send) -> Result<(), FileError> {
        for content in contents {
            let hash = hash_of(&content);
            if !matches!(self.files().get(hash).await, Ok(Some(_))) {
                self.files().delete(hash).await?;
                self.files().put(content).await?;
            }
        }
        Ok(())
    }

    /// Takes back what a version brought that did not come: the files that were not there before it, and its compiled code.
    pub(crate) async fn take_back(&self, fresh: BTreeSet<FileHash>) {
        self.forget_files(fresh.iter()).await;
        self.sweep_compiled().await;
    }

    /// Returns how many were deleted. What cannot be deleted is reported and stays.
    async fn forget_files<'a>(&self, files: impl Iterator<Item = &'a FileHash> + Send) -> usize {
        let mut deleted = 0_usize;
        for file in files {
            match self.files().delete(*file).await {
                Ok(()) => deleted = deleted.saturating_add(1),
                Err(error) => tracing::warn!(%error, "a file of a bundle that nobody uses stays on disk"),
            }
        }
        deleted
    }

    /// The files of a plugin's version that is installed, and of the one before.
    pub(crate) async fn files_of(&self, plugin: &PluginId) -> Result<BundleFiles, StorageError> {
        named(&mut self.db().read().await?, Some(plugin)).await
    }

    /// Deletes those of the files that no version names any more, with the code compiled of them, and returns how many there were.
    pub(crate) async fn forget_unnamed(&self, candidates: BundleFiles) -> usize {
        let Some(named) = self.named().await else { return 0 };
        for component in candidates.components.difference(&named.components) {
            if let Err(error) = self.loader().forget(*component) {
                tracing::warn!(%error, "compiled code that nobody uses stays on disk");
            }
        }
        self.forget_files(candidates.files.difference(&named.files)).await
    }

    /// Deletes all compiled code but that of versions that are installed, or kept to go back to: also what was only looked at.
    pub(crate) async fn sweep_compiled(&self) {
        let Some(named) = self.named().await else { return };
        if let Err(error) = self.loader().keep_only(&named.components) {
            tracing::warn!(%error, "compiled code that nobody uses stays on disk");
        }
    }

    async fn named(&self) -> Option<BundleFiles> {
        let found = async { named(&mut self.db().read().await?, None).await };
        let found: Result<_, StorageError> = found.await;
        found.inspect_err(|error| tracing::warn!(%error, "nobody knows which files are used, so all stay")).ok()
    }
}
