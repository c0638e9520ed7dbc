//! Reading a bundle that anybody may have made.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tar::EntryType;
use tiwizi_model::{FileHash, limits};

use crate::bundle::path::{PathError, Place};
use crate::bundle::{COMPONENT, MANIFEST};
use crate::text::escaped;

/// Why a bundle is refused.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Too many bytes.
    #[error("the bundle has {bytes} bytes; {} are allowed", limits::BUNDLE_BYTES_MAX)]
    Large {
        /// What came.
        bytes: u64,
    },
    /// Too many files.
    #[error("the bundle holds more than {} files", limits::BUNDLE_FILES_MAX)]
    Many,
    /// Not a tar file, or cut off.
    #[error("the bundle is no plain tar file")]
    Tar {
        /// Where it broke.
        #[source]
        source: io::Error,
    },
    /// A link, a directory, a device, a sparse file or an extended header.
    #[error("the bundle holds {path:?}, which is no plain file")]
    Type {
        /// Its path.
        path: String,
    },
    /// A path that leads elsewhere.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The same path twice, or two that some systems take for one.
    #[error("the bundle holds {path} twice, or once more in other letters")]
    Twin {
        /// Its path.
        path: String,
    },
    /// The first file is another.
    #[error("the first file of a bundle is manifest.json")]
    ManifestFirst,
    /// The list of files in the manifest cannot be read.
    #[error("the list \"files\" of manifest.json is not understood")]
    List {
        /// What was wrong.
        #[source]
        source: serde_json::Error,
    },
    /// In the bundle and not in the list.
    #[error("the bundle holds {path}, which its manifest does not list")]
    Unlisted {
        /// Its path.
        path: String,
    },
    /// In the list and not in the bundle.
    #[error("the manifest lists {path}, which the bundle does not hold")]
    Missing {
        /// Its path.
        path: String,
    },
    /// Size or hash differ from the list.
    #[error("{path} is not the file that the manifest lists: its size or SHA-256 differ")]
    Differs {
        /// Its path.
        path: String,
    },
    /// A template, a locale or the manifest that is too long or no text.
    #[error("{path} is no UTF-8 text of at most {bytes_max} bytes")]
    Text {
        /// Its path.
        path: String,
        /// What is allowed.
        bytes_max: usize,
    },
}

/// One line of the list `files` in a bundle's manifest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// The path in the bundle.
    pub path: String,
    /// The SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// The size.
    pub bytes: u64,
}

/// A bundle that was found whole. Its files are slices of what was read.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// The SHA-256 of the whole.
    pub(crate) hash: FileHash,
    /// The text of `manifest.json`.
    pub(crate) manifest: Bytes,
    /// Every other file, with its hash.
    pub(crate) files: BTreeMap<String, (FileHash, Bytes)>,
}

impl Bundle {
    /// Reads a bundle; no byte of it is written anywhere.
    pub(crate) fn read(bytes: &Bytes) -> Result<Self, BundleError> {
        let length = bytes.len() as u64;
        if length > limits::BUNDLE_BYTES_MAX {
            return Err(BundleError::Large { bytes: length });
        }
        let mut files = entries(bytes)?;
        let manifest = files.remove(MANIFEST).ok_or(BundleError::ManifestFirst)?;
        text(MANIFEST, &manifest, limits::MANIFEST_BYTES_MAX)?;
        let mut listed: BTreeMap<String, FileEntry> =
            listed_files(&manifest)?.into_iter().map(|entry| (entry.path.clone(), entry)).collect();
        let mut checked = BTreeMap::new();
        for (path, content) in files {
            let entry = listed.remove(&path).ok_or_else(|| BundleError::Unlisted { path: path.clone() })?;
            let hash = hash_of(&content);
            if entry.bytes != content.len() as u64 || entry.sha256 != hash.to_string() {
                return Err(BundleError::Differs { path });
            }
            if matches!(Place::of(&path)?, Place::Template(_) | Place::Locale(_)) {
                text(&path, &content, limits::BUNDLE_TEXT_BYTES_MAX)?;
            }
            checked.insert(path, (hash, content));
        }
        if let Some(path) = listed.into_keys().next() {
            return Err(BundleError::Missing { path: escaped(&path, limits::ECHO_CHARS_MAX) });
        }
        if !checked.contains_key(COMPONENT) {
            return Err(BundleError::Missing { path: COMPONENT.to_owned() });
        }
        Ok(Self { hash: hash_of(bytes), manifest, files: checked })
    }
}

/// The list `files` of a manifest. The rest of the manifest is not looked at.
fn listed_files(manifest: &[u8]) -> Result<Vec<FileEntry>, BundleError> {
    #[derive(Deserialize)]
    struct Listed {
        #[serde(default)]
        files: Vec<FileEntry>,
    }
    serde_json::from_slice::<Listed>(manifest).map(|listed| listed.files).map_err(|source| BundleError::List { source })
}

pub(crate) fn hash_of(bytes: &[u8]) -> FileHash {
    FileHash(Sha256::digest(bytes).into())
}

/// The files of a tar, judged by their headers alone. The size of each is bounded by the whole, since a tar is not compressed and
/// sparse files are refused.
fn entries(bytes: &Bytes) -> Result<BTreeMap<String, Bytes>, BundleError> {
    let broken = |source| BundleError::Tar { source };
    let mut archive = tar::Archive::new(&bytes[..]);
    let (mut files, mut letters) = (BTreeMap::new(), BTreeSet::new());
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type() != EntryType::Regular {
            return Err(BundleError::Type { path: escaped(&path, limits::ECHO_CHARS_MAX) });
        }
        let place = Place::of(&path)?;
        if files.is_empty() && place != Place::Manifest {
            return Err(BundleError::ManifestFirst);
        }
        if files.len() > limits::BUNDLE_FILES_MAX {
            return Err(BundleError::Many);
        }
        if !letters.insert(path.to_ascii_lowercase()) {
            return Err(BundleError::Twin { path });
        }
        let content = content(bytes, entry.raw_file_position(), entry.size()).map_err(broken)?;
        files.insert(path, content);
    }
    Ok(files)
}

fn content(bytes: &Bytes, start: u64, length: u64) -> io::Result<Bytes> {
    let cut = || io::Error::new(io::ErrorKind::UnexpectedEof, "a file is cut off");
    let start = usize::try_from(start).map_err(|_| cut())?;
    let end = usize::try_from(length).ok().and_then(|length| start.checked_add(length)).ok_or_else(cut)?;
    if end > bytes.len() {
        return Err(cut());
    }
    Ok(bytes.slice(start..end))
}

fn text(path: &str, content: &[u8], bytes_max: usize) -> Result<(), BundleError> {
    if content.len() > bytes_max || std::str::from_utf8(content).is_err() {
        return Err(BundleError::Text { path: path.to_owned(), bytes_max });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
