//! This instance among the others: who it is, whom it knows, and how the line to each is.
//!
//! What is said between instances, and what it proves, is decided in `tiwizi-federation-core`; what is stored is stored by
//! `tiwizi-storage`. Here the two meet the clock, the operator's settings and the records. This crate knows no plugin, no page and no
//! status code.
//!
//! Invariant: nobody is believed at first sight. Whom this instance knows stands in a directory that the root of the federation has signed,
//! and that root's key is a setting.

mod settings;

mod paper;

mod root;

pub mod identity;

pub mod directory;

pub mod peers;

mod shown;

pub mod home;

pub mod apply;

pub mod store;

pub mod agreements;

pub mod standing;

pub mod national;
pub mod proposals;

pub mod transfers;

mod federation;

pub mod exchange;

pub mod link;

pub mod stick;

#[cfg(test)]
mod testing;

pub use federation::{Federation, OpenError};
pub use paper::{Paper, PaperError};
pub use root::{RootFile, RootFileError, root_fingerprint};
pub use settings::Settings;
pub use store::SqlStore;
