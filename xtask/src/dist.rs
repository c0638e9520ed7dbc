//! `cargo xtask dist`: a release archive, the same bytes from the same inputs, with its checksum beside it.
//!
//! The archive is not signed and holds no list of the libraries inside it yet. Its plugins are signed with the checkout's key, which
//! the programs of the archive trust: the same bytes come out wherever that key is the same.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::plugins::{self, Choice};
use crate::program::{Program, heading, say};
use crate::setup::{self, Need};
use crate::tree::{Profile, Tree};

/// Folders and files of the tree that go along.
const TEXTS: [&str; 2] = ["README.md", "LICENSE"];
const FOLDERS: [&str; 3] = ["deploy", "docs", "manifests/rules"];

/// Makes the archive.
pub(crate) fn run(tree: &Tree) -> anyhow::Result<()> {
    setup::run(tree, Need::Build)?;
    plugins::kernel(tree, Profile::Release)?;
    plugins::build(tree, Choice { profile: Profile::Release, guests: false })?;
    heading("dist");
    let name = format!("tiwizi-{}-{}", env!("CARGO_PKG_VERSION"), host(tree)?);
    let folder = tree.target.join("dist");
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let path = folder.join(format!("{name}.tar"));
    write(tree, &name, &path).with_context(|| format!("could not write {}", path.display()))?;
    let hash = Sha256::digest(std::fs::read(&path)?);
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(folder.join(format!("{name}.tar.sha256")), format!("{digits}  {name}.tar\n"))?;
    say(&format!("{} ({digits})", tree.shown(&path)));
    Ok(())
}

fn write(tree: &Tree, name: &str, path: &Path) -> anyhow::Result<()> {
    let mut archive = tar::Builder::new(File::create(path)?);
    append(&mut archive, &tree.tiwizi(Profile::Release), &format!("{name}/bin/tiwizi"), 0o755)?;
    for text in TEXTS.iter().filter(|text| tree.root.join(text).is_file()) {
        append(&mut archive, &tree.root.join(text), &format!("{name}/{text}"), 0o644)?;
    }
    for file in files(&tree.target.join("plugins"))? {
        let file_name = file.file_name().unwrap_or_default().to_string_lossy();
        append(&mut archive, &file, &format!("{name}/plugins/{file_name}"), 0o644)?;
    }
    for file in files(&tree.target.join("share/tiwizi/trust"))? {
        let file_name = file.file_name().unwrap_or_default().to_string_lossy();
        append(&mut archive, &file, &format!("{name}/share/tiwizi/trust/{file_name}"), 0o644)?;
    }
    for folder in FOLDERS {
        for file in files(&tree.root.join(folder))? {
            let inside = tree.shown(&file);
            append(&mut archive, &file, &format!("{name}/{inside}"), 0o644)?;
        }
    }
    archive.into_inner()?.sync_all()?;
    Ok(())
}

/// Appends a file without what differs between machines: owner, time, mode.
fn append(archive: &mut tar::Builder<File>, file: &Path, inside: &str, mode: u32) -> anyhow::Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(mode);
    header.set_mtime(0);
    archive.append_data(&mut header, inside, bytes.as_slice())?;
    Ok(())
}

/// The files below a folder, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).with_context(|| format!("could not read {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn host(tree: &Tree) -> anyhow::Result<String> {
    let text = Program::new("rustc", &tree.root).words("-vV").output().context("rustc does not answer")?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(line.to_owned())
}
