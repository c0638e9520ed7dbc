//! The life of a plugin after its installation: upgrade, roll-back, removal.

use std::path::PathBuf;

use clap::Args;
use tiwizi_model::PluginId;

use super::DataDirectory;
use crate::commands::source::BundleSource;
use crate::oci::Access;

#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The bundle of the new version: a file, or its place in a registry.
    #[arg(value_name = "FILE.tzp|oci://REGISTRY/NAME:TAG")]
    pub(crate) bundle: BundleSource,
    #[command(flatten)]
    pub(crate) access: Access,
    /// What it may do beyond what it was granted before: `all` that the manifest asks for, or names separated by commas. Without
    /// it, a version that asks for more is not upgraded to.
    #[arg(long, value_name = "all|CAPABILITY,…")]
    pub(crate) grant: Option<String>,
    /// Run the migration and the checks, say what they would do, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also accept a bundle that is not signed, or signed with a development key, and the version that is there already.
    #[arg(long)]
    pub(crate) dev: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The plugin.
    pub(crate) plugin: PluginId,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The plugin.
    pub(crate) plugin: PluginId,
    /// Write its records to this file before, one JSON object a line. The file must not be there yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,
    /// Yes, with all its records.
    #[arg(long)]
    pub(crate) yes: bool,
}
