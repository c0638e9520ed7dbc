//! Making a bundle from a plugin's folder and its component. The same input gives the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tiwizi_model::limits;

use crate::bundle::path::{PathError, Place};
use crate::bundle::read::{BundleError, FileEntry, hash_of};
use crate::bundle::sbom::{Library, SbomSubject, sbom};
use crate::bundle::{COMPONENT, MANIFEST, SBOM, SIGNATURE};
use crate::version;

/// Why a bundle could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file or folder cannot be read.
    #[error("could not read {path}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The manifest is no JSON object.
    #[error("manifest.json is no JSON object")]
    Manifest {
        /// What was wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A file whose name a bundle may not hold.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Folders inside folders without end.
    #[error("{path} lies too deep", path = path.display())]
    Deep {
        /// Which.
        path: PathBuf,
    },
    /// A path too long for a tar header, or no memory.
    #[error("could not write the tar file")]
    Write {
        /// What was wrong.
        #[source]
        source: io::Error,
    },
    /// The bundle would be refused at installation.
    #[error("the bundle would be refused")]
    Refused {
        /// Why.
        #[source]
        source: BundleError,
    },
}

/// What lies beside the manifest.
const FOLDERS: [&str; 5] = ["templates", "documents", "locales", "schemas", "assets"];
/// What is taken of a folder of media, as assets.
const MEDIA: [&str; 2] = ["audio", "images"];
const DEPTH_MAX: usize = 16;

/// What a bundle is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The folder with `manifest.json`, and `templates/`, `documents/`, `locales/`, `schemas/`, `assets/` and `sbom.json` where there are any.
    pub folder: &'a Path,
    /// The component.
    pub component: &'a Path,
    /// A folder whose `audio/` and `images/` go into the bundle as `assets/audio/` and `assets/images/`.
    pub assets: Option<&'a Path>,
}

/// Packs a plugin. The list `files` of its manifest is made here; one that stands there already is replaced. A component that does not
/// say for which version of the contract it was built is given the manifest's `api`.
///
/// # Errors
/// When a file cannot be read, has a name that a bundle may not hold, or the whole would be refused at installation.
pub fn pack(sources: &Sources<'_>) -> Result<Vec<u8>, PackError> {
    pack_with(sources, BTreeMap::new())
}

/// The same, with these libraries as its list, whatever list lies in the folder.
///
/// # Errors
/// As `pack`.
pub fn pack_listing(sources: &Sources<'_>, libraries: impl IntoIterator<Item = Library>) -> Result<Vec<u8>, PackError> {
    let manifest = manifest(sources.folder)?;
    let text = |name: &str| manifest.get(name).and_then(Value::as_str);
    let subject = SbomSubject {
        id: text("id").unwrap_or_default(),
        version: text("version").unwrap_or_default(),
        licence: text("licence"),
        publisher: text("publisher"),
    };
    pack_with(sources, BTreeMap::from([(SBOM.to_owned(), sbom(&subject, libraries))]))
}

fn pack_with(sources: &Sources<'_>, made: BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, PackError> {
    let Sources { folder, component, assets } = *sources;
    let mut manifest = manifest(folder)?;
    let api = manifest.get("api").and_then(Value::as_str).unwrap_or_default();
    let mut files = BTreeMap::from([(COMPONENT.to_owned(), version::stamped(read(component)?, api))]);
    let sbom = folder.join(SBOM);
    if sbom.is_file() {
        files.insert(SBOM.to_owned(), read(&sbom)?);
    }
    files.extend(made);
    for name in FOLDERS {
        collect(&folder.join(name), name, &mut files)?;
    }
    for name in MEDIA {
        if let Some(assets) = assets {
            collect(&assets.join(name), &format!("assets/{name}"), &mut files)?;
        }
    }
    let refused = |source| PackError::Refused { source };
    if files.len() > limits::BUNDLE_FILES_MAX {
        return Err(refused(BundleError::Many));
    }
    list_files(&mut manifest, &files)?;
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(|source| PackError::Manifest { source })?;
    let bundle = write(&manifest, None, &files).map_err(|source| PackError::Write { source })?;
    crate::bundle::Bundle::read(&bundle.clone().into()).map_err(refused)?;
    Ok(bundle)
}

/// Adds the files below a folder, if there is one. Folders are walked with a list, not by recursion.
fn collect(root: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), PackError> {
    let mut folders = vec![(root.to_owned(), name.to_owned())];
    if !root.is_dir() {
        return Ok(());
    }
    while let Some((path, name)) = folders.pop() {
        if name.matches('/').count() > DEPTH_MAX {
            return Err(PackError::Deep { path });
        }
        let unreadable = |source| PackError::Read { path: path.clone(), source };
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let inside = format!("{name}/{}", entry.file_name().to_string_lossy());
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push((entry.path(), inside));
                continue;
            }
            Place::of(&inside)?;
            let content = read(&entry.path())?;
            if files.insert(inside.clone(), content).is_some() {
                return Err(PackError::Refused { source: BundleError::Twin { path: inside } });
            }
        }
    }
    Ok(())
}

fn manifest(folder: &Path) -> Result<Map<String, Value>, PackError> {
    serde_json::from_slice(&read(&folder.join(MANIFEST))?).map_err(|source| PackError::Manifest { source })
}

fn list_files(manifest: &mut Map<String, Value>, files: &BTreeMap<String, Vec<u8>>) -> Result<(), PackError> {
    let entry = |(path, content): (&String, &Vec<u8>)| FileEntry {
        path: path.clone(),
        sha256: hash_of(content).to_string(),
        bytes: content.len() as u64,
    };
    let list: Vec<FileEntry> = files.iter().map(entry).collect();
    let list = serde_json::to_value(list).map_err(|source| PackError::Manifest { source })?;
    manifest.insert("files".to_owned(), list);
    Ok(())
}

/// The bytes of a bundle: manifest, signature, then the other files in the order of their paths.
pub(crate) fn write<C: AsRef<[u8]>>(
    manifest: &[u8],
    signature: Option<&str>,
    files: &BTreeMap<String, C>,
) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    builder.append(&header(MANIFEST, manifest.len())?, manifest)?;
    if let Some(signature) = signature {
        builder.append(&header(SIGNATURE, signature.len())?, signature.as_bytes())?;
    }
    for (path, content) in files {
        builder.append(&header(path, content.as_ref().len())?, content.as_ref())?;
    }
    builder.into_inner()
}

/// The one header that a file of a bundle may have.
pub(super) fn header(path: &str, bytes: usize) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(bytes as u64);
    header.set_mode(0o644);
    header.set_path(path)?;
    header.set_cksum();
    Ok(header)
}

fn read(path: &Path) -> Result<Vec<u8>, PackError> {
    fs::read(path).map_err(|source| PackError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("assets/audio")).unwrap();
        fs::create_dir(folder.path().join("locales")).unwrap();
        fs::write(folder.path().join("manifest.json"), r#"{"id": "x", "files": "old"}"#).unwrap();
        fs::write(folder.path().join("assets/audio/a.opus"), b"sound").unwrap();
        fs::write(folder.path().join("locales/fr.ftl"), b"a = b").unwrap();
        fs::write(folder.path().join("x.wasm"), b"component").unwrap();
        folder
    }

    fn packed(folder: &Path, assets: Option<&Path>) -> Result<Vec<u8>, PackError> {
        pack(&Sources { folder, component: &folder.join("x.wasm"), assets })
    }

    #[test]
    fn media_of_another_folder_become_assets() {
        let folder = folder();
        let media = tempfile::tempdir().unwrap();
        fs::create_dir_all(media.path().join("audio/founding")).unwrap();
        fs::write(media.path().join("audio/founding/b.opus"), b"sound").unwrap();
        fs::write(media.path().join("notes.txt"), b"not taken").unwrap();
        let bundle = crate::bundle::Bundle::read(&packed(folder.path(), Some(media.path())).unwrap().into()).unwrap();
        assert!(bundle.files.contains_key("assets/audio/founding/b.opus"));
        assert!(!bundle.files.keys().any(|path| path.contains("notes")));
        fs::write(media.path().join("audio/a.opus"), b"another").unwrap();
        assert!(packed(folder.path(), Some(media.path())).is_err());
    }

    #[test]
    fn what_is_packed_is_read_again_and_packed_the_same() {
        let folder = folder();
        let pack = || packed(folder.path(), None).unwrap();
        let bundle = crate::bundle::Bundle::read(&pack().into()).unwrap();
        let paths: Vec<&str> = bundle.files.keys().map(String::as_str).collect();
        assert_eq!(paths, ["assets/audio/a.opus", "component.wasm", "locales/fr.ftl"]);
        assert_eq!(pack(), pack());
    }

    #[test]
    fn schemas_and_the_list_of_libraries_go_along() {
        let folder = folder();
        fs::create_dir(folder.path().join("schemas")).unwrap();
        fs::write(folder.path().join("schemas/note.json"), b"{}").unwrap();
        fs::write(folder.path().join("sbom.json"), b"{}").unwrap();
        let bundle = crate::bundle::Bundle::read(&packed(folder.path(), None).unwrap().into()).unwrap();
        assert!(bundle.files.contains_key("schemas/note.json") && bundle.files.contains_key("sbom.json"));
    }

    #[test]
    fn a_list_that_was_made_takes_the_place_of_one_that_lies_there() {
        let folder = folder();
        fs::write(folder.path().join("sbom.json"), b"{}").unwrap();
        let sources = Sources { folder: folder.path(), component: &folder.path().join("x.wasm"), assets: None };
        let bundle = crate::bundle::Bundle::read(&pack_listing(&sources, []).unwrap().into()).unwrap();
        assert_eq!(crate::bundle::libraries_of(&bundle.files["sbom.json"].1), Some(0));
    }

    #[test]
    fn a_name_that_no_bundle_may_hold_is_named() {
        let folder = folder();
        fs::write(folder.path().join("assets/with space"), b"").unwrap();
        let error = packed(folder.path(), None).unwrap_err();
        assert!(error.to_string().contains("with space"), "{error}");
    }
}
