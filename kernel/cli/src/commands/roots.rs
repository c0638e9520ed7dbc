//! Trust roots that come with the program: whoever could change them could change the program itself.
//!
//! They lie in `../share/tiwizi/trust` beside the folder of the program, as certificates of keys by themselves. Each instance
//! takes them in once; one that its administrator removed is not taken in again. A checkout has the root that
//! `cargo xtask plugins` signs with; a package has whatever its maker put there, and may have none.

use std::path::{Path, PathBuf};

use tiwizi_host::Host;
use tiwizi_host::trust::{Certificate, read_certificates};
use tiwizi_model::limits;

/// Takes the roots in that the instance has never had. What cannot be read is reported and left out.
pub(crate) async fn adopt(host: &Host) {
    let Some(folder) = folder() else { return };
    let certificates = read(&folder);
    if let Err(error) = host.adopt_roots(&certificates).await {
        tracing::warn!(folder = %folder.display(), %error, "the trust roots of the program were not taken in");
    }
}

fn folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    Some(program.parent()?.parent()?.join("share/tiwizi/trust"))
}

fn read(folder: &Path) -> Vec<Certificate> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "cert"));
    paths.sort();
    paths.truncate(limits::TRUST_ROOTS_MAX);
    let mut certificates = Vec::new();
    for path in paths {
        let read = std::fs::read(&path).map_err(anyhow::Error::new);
        match read.and_then(|bytes| read_certificates(&bytes).map_err(anyhow::Error::new)) {
            Ok(found) => certificates.extend(found),
            Err(error) => tracing::warn!(file = %path.display(), %error, "a trust root of the program cannot be read"),
        }
    }
    certificates
}
