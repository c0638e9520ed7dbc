//! Extracts: issued, verified, and the key that signs them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tiwizi_model::{Language, RecordId};
use tiwizi_registry::extract::Paper;

use super::DataDirectory;

#[derive(Debug, Args)]
pub(crate) struct Extract {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The cooperative.
    #[arg(long, value_name = "ID")]
    pub(crate) cooperative: RecordId,
    /// A certified extract, or a certificate of registration.
    #[arg(long, value_name = "extract|certificate", default_value = "extract")]
    pub(crate) paper: Paper,
    /// ar, ary, fr, zgh, shi, tzm or rif.
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Language,
    /// The PDF to write. The file must not be there yet.
    #[arg(long, value_name = "FILE.pdf")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyExtract {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// The token: the last part of the address on the print, or the whole address.
    pub(crate) token: String,
    /// Also say whether this file is the PDF that was issued.
    #[arg(long, value_name = "FILE.pdf")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ReplaceKey {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// Why. After a theft, `compromised`: a signature of the old key then proves nothing by itself.
    #[arg(long)]
    pub(crate) reason: KeyReason,
}

#[derive(Debug, Args)]
pub(crate) struct Reseal {
    #[command(flatten)]
    pub(crate) directory: DataDirectory,
    /// Make a new secret first. Without it what is left from before is put under the secret that is in use.
    #[arg(long)]
    pub(crate) new_secret: bool,
}

/// Why a key is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyReason {
    /// It is time to.
    Routine,
    /// It got into wrong hands, or may have.
    Compromised,
}
