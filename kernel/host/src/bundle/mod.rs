//! A plugin's bundle (`.tzp`): a plain tar of its manifest, its signature, its component, its templates, locales, schemas and
//! assets, and the list of the libraries inside it (`sbom.json`).
//!
//! The manifest comes first and lists every other file with its size and SHA-256; what is not listed is not there, and what
//! is listed must be. The signature comes second and signs the manifest. A bundle has one spelling: order, headers and padding of
//! the tar are fixed, so that no byte of it is free. A bundle is read whole and judged before anything of it is written anywhere.

mod pack;
mod path;
mod read;
mod sbom;
mod sign;

pub use pack::{PackError, Sources, pack, pack_listing};
pub use path::PathError;
pub use read::{Bundle, BundleError, FileEntry};
pub use sbom::{Ecosystem, Library, SBOM_MEDIA_TYPE, SbomSubject, libraries_of, sbom};
pub use sign::{SignError, sign};

pub use crate::version::stamped;

#[cfg(test)]
pub(crate) use pack::write;
pub(crate) use path::Place;
pub(crate) use read::hash_of;

/// The manifest's name in a bundle.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The signature's name in a bundle.
pub(crate) const SIGNATURE: &str = "signature.txt";
/// The component's name in a bundle.
pub(crate) const COMPONENT: &str = "component.wasm";
/// The name of the list of libraries in a bundle.
pub(crate) const SBOM: &str = "sbom.json";
