//! An instance that is made for one command and gone with it: the same code as `init` and `serve`, in a directory that is thrown away.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tempfile::TempDir;
use tiwizi_model::Jurisdiction;
use tiwizi_server::App;

use crate::arguments::{DataDirectory, Init};
use crate::commands::open::Desk;
use crate::commands::{init, open};

/// A throw-away instance.
pub(crate) struct ThrowAway {
    pub(crate) app: Arc<App>,
    directory: TempDir,
}

/// What it is made with.
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    pub(crate) desk: Desk,
    /// The data directory of an instance whose compiled plugins it may use.
    pub(crate) compiled: Option<&'a Path>,
}

impl ThrowAway {
    /// Makes and opens it.
    pub(crate) async fn make(wanted: Wanted<'_>) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir().context("could not make a directory for the throw-away instance")?;
        let data = directory.path().join("data");
        let init = Init {
            directory: DataDirectory { data: data.clone(), json: false },
            name: wanted.name.to_owned(),
            provinces: Jurisdiction::Nation,
            admin_email: "first@tiwizi.invalid".to_owned(),
            database: None,
        };
        init::make(&init, &wanted.desk.ambient).await.context("could not make the throw-away instance")?;
        if let Some(compiled) = wanted.compiled {
            share_compiled(compiled, &data).context("could not share the compiled plugins")?;
        }
        let config = open::config(&data)?;
        let app = open::app_with(&data, &config, wanted.desk).await?;
        Ok(Self { app, directory })
    }

    pub(crate) fn data(&self) -> &Path {
        &self.app.settings.data
    }

    /// Removes the directory of an instance that has stopped.
    pub(crate) fn remove(self) -> anyhow::Result<()> {
        drop(self.app);
        self.directory.close().context("could not remove the throw-away instance")
    }

    /// Stops it and removes its directory.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        open::close(&self.app).await;
        drop(self.app);
        self.directory.close().context("could not remove the throw-away instance")
    }
}

/// Both instances then have one cache and its key; the one that is shared must outlive the other.
fn share_compiled(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to.join("cache"))?;
    std::fs::copy(from.join("cache/seal.key"), to.join("cache/seal.key"))?;
    std::os::unix::fs::symlink(from.join("cache/plugins"), to.join("cache/plugins"))
}
