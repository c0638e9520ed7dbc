//! Where the tests find what `cargo xtask` built.

use std::path::{Path, PathBuf};

use anyhow::ensure;

/// The root of the checkout.
#[must_use]
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// The directory of build products.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |target| root().join(target))
}

/// The `tiwizi` program: `TIWIZI_BIN`, or the debug build.
///
/// # Errors
/// When it was not built; the message says how to build it.
pub fn tiwizi() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("TIWIZI_BIN").map_or_else(|| target().join("debug/tiwizi"), PathBuf::from);
    ensure!(path.is_file(), "{} is missing: run `cargo build -p tiwizi`, or `cargo xtask test`", path.display());
    Ok(path)
}

/// The bundle of one of our plugins.
///
/// # Errors
/// When it was not packed; the message says how to pack it.
pub fn bundle(plugin: &str) -> anyhow::Result<PathBuf> {
    let path = target().join("plugins").join(format!("{plugin}.tzp"));
    ensure!(path.is_file(), "{} is missing: run `cargo xtask plugins`", path.display());
    Ok(path)
}
