//! The options of the commands that sign plugins and decide whom to trust.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tiwizi_host::trust::Use;
use tiwizi_model::{FileHash, IdPrefix, PublicKey, TrustLevel};
use tiwizi_registry::day::Day;

use super::DataDirectory;
use crate::commands::source::BundleSource;
use crate::oci::Access;

#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// Whose key it is, as certificates and lists show it.
    #[arg(long)]
    pub(crate) name: String,
    /// The file for the secret key; the public one lies beside it, with `.pub` added.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Certify {
    /// The public key to certify.
    #[arg(value_name = "FILE.pub")]
    pub(crate) holder: PathBuf,
    /// The secret key of whoever certifies.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The certificates of whoever certifies, when that is no trust root itself.
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer_certificates: Option<PathBuf>,
    /// national, directorate, community or local.
    #[arg(long)]
    pub(crate) level: TrustLevel,
    /// The plugin ids that it may sign: `notes` stands for `notes` and `notes-…`, `*` for all. May be repeated.
    #[arg(long, value_name = "PREFIX", required = true, value_delimiter = ',')]
    pub(crate) prefix: Vec<IdPrefix>,
    /// publish, to sign bundles, or certify, to certify others.
    #[arg(long = "use", value_name = "USE", default_value = "publish")]
    pub(crate) purpose: Use,
    /// The first day on which it holds; today when it is not given.
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Day>,
    /// The last day on which it holds, as in 2028-12-31.
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Day,
    /// The file for the certificate.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The bundle.
    #[arg(value_name = "FILE.tzp")]
    pub(crate) bundle: PathBuf,
    /// The secret key.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The certificate of the key, with those above it.
    #[arg(long, value_name = "FILE", conflicts_with = "dev")]
    pub(crate) certificate: Option<PathBuf>,
    /// Sign for development: only instances that install with --dev, or trust the key, accept it.
    #[arg(long)]
    pub(crate) dev: bool,
    /// Where the signed bundle is written; in the place of the unsigned one when it is not given.
    #[arg(long, value_name = "FILE.tzp")]
    pub(crate) out: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle: a file, or its place in a registry.
    #[arg(value_name = "FILE.tzp|oci://REGISTRY/NAME:TAG")]
    pub(crate) bundle: BundleSource,
    #[command(flatten)]
    pub(crate) access: Access,
    /// The instance that is to accept it.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// As `install --dev` would accept it.
    #[arg(long, requires = "data")]
    pub(crate) dev: bool,
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Trust {
    /// Trust a key, or change what it is trusted for.
    Add(TrustAdd),
    /// List whom the instance trusts, and who signed what was installed.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
    /// Trust a key no longer; the plugins that only it vouched for are stopped.
    Remove {
        #[command(flatten)]
        directory: DataDirectory,
        /// The public key, in hexadecimal digits.
        key: PublicKey,
    },
}

#[derive(Debug, Args)]
pub(crate) struct TrustAdd {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// A public key, or a certificate of a key by itself.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How far a public key is trusted: national, directorate, community or local.
    #[arg(long)]
    pub(crate) level: Option<TrustLevel>,
    /// The plugin ids for which a public key is trusted: `notes` stands for `notes` and `notes-…`, `*` for all. May be repeated.
    #[arg(long, value_name = "PREFIX", value_delimiter = ',')]
    pub(crate) prefix: Vec<IdPrefix>,
    /// The last day on which a public key is trusted for new installations.
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<Day>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Revoke {
    /// Make and sign a list of revocations.
    Issue(RevokeIssue),
    /// Take a list in; the plugins that it revokes are stopped.
    Import {
        #[command(flatten)]
        directory: DataDirectory,
        /// The list.
        #[arg(value_name = "FILE")]
        list: PathBuf,
    },
    /// List what was taken back.
    List {
        #[command(flatten)]
        directory: DataDirectory,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RevokeIssue {
    /// The secret key of the trust root whose list it is.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The list before: its entries are kept and its number is counted on.
    #[arg(long, value_name = "FILE")]
    pub(crate) previous: Option<PathBuf>,
    /// A public key that may no longer sign or certify. May be repeated.
    #[arg(long, value_name = "KEY")]
    pub(crate) revoked_key: Vec<PublicKey>,
    /// The SHA-256 of a bundle that may no longer run. May be repeated.
    #[arg(long, value_name = "SHA256")]
    pub(crate) bundle: Vec<FileHash>,
    /// A plugin and its oldest version that may run, as in notes=1.2.0. May be repeated.
    #[arg(long, value_name = "PLUGIN=VERSION")]
    pub(crate) before: Vec<String>,
    /// Why; administrators read it.
    #[arg(long)]
    pub(crate) reason: String,
    /// The file for the list.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
