//! Reading a bundle that anybody may have made.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tar::EntryType;
use tiwizi_model::{FileHash, limits};

use crate::bundle::pack;
use crate::bundle::path::{PathError, Place};
use crate::bundle::{COMPONENT, MANIFEST, SIGNATURE};
use crate::text::escaped;
use crate::trust::{NoteError, Seal};

/// Tar is made of blocks of this size.
const BLOCK: usize = 512;
/// How files begin that are packed or are archives of another form.
const PACKED: [&[u8]; 6] = [b"\x1f\x8b", b"PK", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh", b"7z\xbc\xaf"];

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
    /// A zip, or something compressed.
    #[error("this is a compressed file or a zip; a bundle is a plain tar, as `tiwizi plugin pack` makes it")]
    Packed,
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
    /// Too long for what it is.
    #[error("{path} has {bytes} bytes; {bytes_max} are allowed")]
    Long {
        /// Its path.
        path: String,
        /// What came.
        bytes: u64,
        /// What is allowed.
        bytes_max: usize,
    },
    /// Not where it belongs.
    #[error(
        "{path} is out of order: manifest.json, signature.txt and then the other files by their paths are expected"
    )]
    Order {
        /// Its path.
        path: String,
    },
    /// A header or a filling that says more than path and size.
    #[error("{path} is not stored as `tiwizi plugin pack` stores it; nothing else may be in a bundle")]
    Spelling {
        /// Its path.
        path: String,
    },
    /// Bytes behind the end.
    #[error("the bundle does not end where its files end")]
    Trailing,
    /// The signature cannot be read, or does not fit.
    #[error("the signature is refused")]
    Signature(#[source] NoteError),
    /// A signature of something else.
    #[error("the signature is of another manifest than the one in the bundle: it was changed after it was signed")]
    Resigned,
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
    /// A template, a locale, a schema or the manifest that is no text.
    #[error("{path} is no UTF-8 text")]
    Text {
        /// Its path.
        path: String,
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

/// A bundle that was found whole, and signed as it stands if it is signed at all. Its files are slices of what was read.
#[derive(Debug)]
pub struct Bundle {
    /// The SHA-256 of the whole.
    pub hash: FileHash,
    /// The text of `manifest.json`.
    pub manifest: Bytes,
    /// The signature of the manifest.
    pub seal: Option<Seal>,
    /// Every other file, with its hash.
    pub files: BTreeMap<String, (FileHash, Bytes)>,
}

impl Bundle {
    /// Reads a bundle; no byte of it is written anywhere.
    ///
    /// # Errors
    /// When anything about it is not as it must be.
    pub fn read(bytes: &Bytes) -> Result<Self, BundleError> {
        let length = bytes.len() as u64;
        if length > limits::BUNDLE_BYTES_MAX {
            return Err(BundleError::Large { bytes: length });
        }
        let mut files = entries(bytes)?;
        let manifest = files.remove(MANIFEST).ok_or(BundleError::ManifestFirst)?;
        let seal = files.remove(SIGNATURE).map(|text| seal(&text, &manifest)).transpose()?;
        let mut listed: BTreeMap<String, FileEntry> =
            listed_files(&manifest)?.into_iter().map(|entry| (entry.path.clone(), entry)).collect();
        let mut checked = BTreeMap::new();
        for (path, content) in files {
            let entry = listed.remove(&path).ok_or_else(|| BundleError::Unlisted { path: path.clone() })?;
            let hash = hash_of(&content);
            if entry.bytes != content.len() as u64 || entry.sha256 != hash.to_string() {
                return Err(BundleError::Differs { path });
            }
            checked.insert(path, (hash, content));
        }
        if let Some(path) = listed.into_keys().next() {
            return Err(BundleError::Missing { path: escaped(&path, limits::ECHO_CHARS_MAX) });
        }
        if !checked.contains_key(COMPONENT) {
            return Err(BundleError::Missing { path: COMPONENT.to_owned() });
        }
        Ok(Self { hash: hash_of(bytes), manifest, seal, files: checked })
    }
}

/// The signature, if it is of this manifest.
fn seal(text: &[u8], manifest: &[u8]) -> Result<Seal, BundleError> {
    let seal = Seal::read(text).map_err(BundleError::Signature)?;
    if seal.manifest == hash_of(manifest) { Ok(seal) } else { Err(BundleError::Resigned) }
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

/// The files of a tar, judged by their headers alone. A tar is not compressed and sparse files are refused, so what comes out is
/// never more than what came in.
fn entries(bytes: &Bytes) -> Result<BTreeMap<String, Bytes>, BundleError> {
    if PACKED.iter().any(|start| bytes.starts_with(start)) {
        return Err(BundleError::Packed);
    }
    let (mut files, mut letters, mut last) = (BTreeMap::new(), BTreeSet::new(), None);
    let (mut at, mut others) = (0_usize, 0_usize);
    loop {
        let header = part(bytes, at..at.saturating_add(BLOCK))?;
        if is_zero(&header) {
            break;
        }
        let (path, length) = entry(&header)?;
        let place = Place::of(&path)?;
        if files.is_empty() && place != Place::Manifest {
            return Err(BundleError::ManifestFirst);
        }
        others = others.saturating_add(usize::from(!matches!(place, Place::Manifest | Place::Signature)));
        if others > limits::BUNDLE_FILES_MAX {
            return Err(BundleError::Many);
        }
        if !letters.insert(path.to_ascii_lowercase()) {
            return Err(BundleError::Twin { path });
        }
        let rank = rank(place, &path);
        if last.is_some_and(|last| last >= rank) {
            return Err(BundleError::Order { path });
        }
        last = Some(rank);
        let content = content(bytes, at, &path, place, length)?;
        if header.as_ref() != expected_header(&path, content.len()) {
            return Err(BundleError::Spelling { path });
        }
        at = at.saturating_add(BLOCK).saturating_add(filled(content.len()));
        files.insert(path, content);
    }
    let end = part(bytes, at..at.saturating_add(2 * BLOCK))?;
    if !is_zero(&end) || at.saturating_add(2 * BLOCK) != bytes.len() {
        return Err(BundleError::Trailing);
    }
    Ok(files)
}

/// Path and size of a file, as its header has them.
fn entry(header: &[u8]) -> Result<(String, u64), BundleError> {
    let header = tar::Header::from_byte_slice(header);
    let path = String::from_utf8_lossy(&header.path_bytes()).into_owned();
    if header.entry_type() != EntryType::Regular {
        return Err(BundleError::Type { path: escaped(&path, limits::ECHO_CHARS_MAX) });
    }
    let length = header.entry_size().map_err(|source| BundleError::Tar { source })?;
    Ok((path, length))
}

/// Manifest, signature, then the others by their paths.
fn rank(place: Place<'_>, path: &str) -> (u8, String) {
    let first = match place {
        Place::Manifest => 0,
        Place::Signature => 1,
        _ => 2,
    };
    (first, path.to_owned())
}

/// A file's bytes. What fills its last block is zero.
fn content(bytes: &Bytes, header: usize, path: &str, place: Place<'_>, length: u64) -> Result<Bytes, BundleError> {
    let bytes_max = place.bytes_max();
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length <= bytes_max)
        .ok_or_else(|| BundleError::Long { path: path.to_owned(), bytes: length, bytes_max })?;
    let start = header.saturating_add(BLOCK);
    let end = start.saturating_add(length);
    let content = part(bytes, start..end)?;
    if !is_zero(&part(bytes, end..start.saturating_add(filled(length)))?) {
        return Err(BundleError::Spelling { path: path.to_owned() });
    }
    if place.is_text() && std::str::from_utf8(&content).is_err() {
        return Err(BundleError::Text { path: path.to_owned() });
    }
    Ok(content)
}

/// The header that `pack` writes for such a file; nothing when it would write none.
fn expected_header(path: &str, length: usize) -> Vec<u8> {
    pack::header(path, length).map(|header| header.as_bytes().to_vec()).unwrap_or_default()
}

/// A length in whole blocks.
fn filled(length: usize) -> usize {
    length.div_ceil(BLOCK).saturating_mul(BLOCK)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn part(bytes: &Bytes, range: Range<usize>) -> Result<Bytes, BundleError> {
    if range.end > bytes.len() || range.start > range.end {
        let source = io::Error::new(io::ErrorKind::UnexpectedEof, "it is cut off");
        return Err(BundleError::Tar { source });
    }
    Ok(bytes.slice(range))
}

#[cfg(test)]
mod tests;
