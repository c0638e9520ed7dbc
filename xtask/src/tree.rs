//! Where things are in this checkout.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The checkout and the directory of its build products.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    pub(crate) target: PathBuf,
}

/// How a program was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Debug,
    /// Quick to run.
    Release,
}

impl Tree {
    /// Finds the checkout that this program was built from.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask lies in no workspace")?.to_path_buf();
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(directory) => root.join(directory),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The `tiwizi` program.
    pub(crate) fn tiwizi(&self, profile: Profile) -> PathBuf {
        let folder = match profile {
            Profile::Debug => "debug",
            Profile::Release => "release",
        };
        self.target.join(folder).join(format!("tiwizi{}", std::env::consts::EXE_SUFFIX))
    }

    /// A component that cargo built for `wasm32-wasip2`.
    pub(crate) fn component(&self, package: &str) -> PathBuf {
        self.target.join("wasm32-wasip2/plugin").join(format!("{}.wasm", package.replace('-', "_")))
    }

    /// A path as people read it: from the root on.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}
