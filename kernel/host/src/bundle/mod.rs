//! A plugin's bundle (`.tzp`): a plain tar of its manifest, its component, its templates, locales and assets.
//!
//! The manifest comes first and lists every other file with its size and SHA-256; what is not listed is not there, and what
//! is listed must be. A bundle is read whole and judged before anything of it is written anywhere. Signatures come with a
//! later issue (TODO(#3)).

mod pack;
mod path;
mod read;

pub use pack::{PackError, Sources, pack};
pub use path::PathError;
pub use read::{BundleError, FileEntry};

pub(crate) use path::Place;
pub(crate) use read::Bundle;

/// The manifest's name in a bundle.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The component's name in a bundle.
pub(crate) const COMPONENT: &str = "component.wasm";
