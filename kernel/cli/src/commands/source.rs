//! Where a bundle comes from: a file, be it on a disk or a stick, or a registry. Its bytes are the same.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use bytes::Bytes;

use crate::commands::open;
use crate::oci::{self, Access, Address};
use crate::progress::Bar;

/// How an address in a registry begins, where a file could stand too.
const SCHEME: &str = "oci://";

/// A place where a bundle lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BundleSource {
    /// `notes.tzp`
    File(PathBuf),
    /// `oci://REGISTRY/NAME:TAG`
    Registry(Address),
}

impl FromStr for BundleSource {
    type Err = <Address as FromStr>::Err;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix(SCHEME) {
            Some(address) => address.parse().map(Self::Registry),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

impl fmt::Display for BundleSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Registry(address) => write!(formatter, "{SCHEME}{address}"),
        }
    }
}

impl BundleSource {
    /// The bundle's bytes, read or fetched. Nothing is said of them but that they are whole.
    pub(crate) async fn bytes(&self, access: &Access, bar: &Bar) -> anyhow::Result<Bytes> {
        match self {
            Self::File(path) => Ok(open::read_file(path)?.into()),
            Self::Registry(address) => oci::pull(address, access, bar).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_named_by_its_scheme_and_a_file_by_its_path() {
        let registry: BundleSource = "oci://127.0.0.1:5000/notes:1.0.0".parse().unwrap();
        assert!(matches!(registry, BundleSource::Registry(_)));
        assert_eq!(registry.to_string(), "oci://127.0.0.1:5000/notes:1.0.0");
        let file: BundleSource = "127.0.0.1:5000/notes.tzp".parse().unwrap();
        assert_eq!(file, BundleSource::File(PathBuf::from("127.0.0.1:5000/notes.tzp")));
        assert!("oci://notes".parse::<BundleSource>().is_err());
    }
}
