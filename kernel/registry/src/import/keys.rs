//! Which keys a file had so far, in memory that does not grow with it: the newest in a set, those before in a file of sorted runs.
//!
//! Of a key there are 16 bytes. Two keyed hashes make a chance meeting of two keys as good as impossible. In memory there are at most
//! `IMPORT_KEYS_HELD_MAX` of them, and of those put aside the first of each block; a question reads one block of each run.
//!
//! Invariant: the file has no name, so that nothing is left of it, however the import ends.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{BufWriter, Read, Result, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tiwizi_model::limits;

/// The bytes of one hash.
const HASH_BYTES: usize = 16;
/// The hashes of a block.
const BLOCK_HASHES: usize = 256;

/// The keys of a file that is read.
pub(super) struct Keys {
    first: RandomState,
    second: RandomState,
    held: HashSet<u128>,
    held_max: usize,
    aside: Option<Aside>,
    /// Where they are put aside.
    folder: PathBuf,
}

/// Keys on disk.
struct Aside {
    file: File,
    runs: Vec<Run>,
    block: Vec<u8>,
}

/// Sorted keys, one after the other.
struct Run {
    /// Its place in the file, in hashes.
    start: usize,
    /// How many there are.
    count: usize,
    /// The first of each block.
    firsts: Vec<u128>,
}

impl Keys {
    /// No key yet; those of a long file are put aside in that file's folder.
    pub(super) fn of(path: &Path) -> Self {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self {
            first: RandomState::new(),
            second: RandomState::new(),
            held: HashSet::new(),
            held_max: limits::IMPORT_KEYS_HELD_MAX,
            aside: None,
            folder: folder.to_owned(),
        }
    }

    /// Takes a key; false when the file had it before.
    pub(super) fn first_time(&mut self, key: &[&str]) -> Result<bool> {
        let hash = u128::from(self.first.hash_one(key)) << 64 | u128::from(self.second.hash_one(key));
        if self.held.contains(&hash) {
            return Ok(false);
        }
        if let Some(aside) = &mut self.aside
            && aside.holds(hash)?
        {
            return Ok(false);
        }
        if self.held.len() >= self.held_max {
            self.put_aside()?;
        }
        Ok(self.held.insert(hash))
    }

    fn put_aside(&mut self) -> Result<()> {
        let mut hashes: Vec<u128> = self.held.drain().collect();
        hashes.sort_unstable();
        let mut aside = match self.aside.take() {
            Some(aside) => aside,
            None => Aside { file: unnamed(&self.folder)?, runs: Vec::new(), block: Vec::new() },
        };
        aside.add(&hashes)?;
        self.aside = Some(aside);
        Ok(())
    }
}

impl Aside {
    fn add(&mut self, hashes: &[u128]) -> Result<()> {
        let start = self.runs.last().map_or(0, |run| run.start + run.count);
        self.file.seek(SeekFrom::Start(place(start)))?;
        let mut writer = BufWriter::new(&mut self.file);
        for hash in hashes {
            writer.write_all(&hash.to_be_bytes())?;
        }
        writer.flush()?;
        drop(writer);
        let firsts = hashes.iter().step_by(BLOCK_HASHES).copied().collect();
        self.runs.push(Run { start, count: hashes.len(), firsts });
        Ok(())
    }

    fn holds(&mut self, hash: u128) -> Result<bool> {
        let wanted = hash.to_be_bytes();
        for run in &self.runs {
            // The last block that does not begin behind it.
            let Some(block) = run.firsts.partition_point(|first| *first <= hash).checked_sub(1) else { continue };
            let before = block * BLOCK_HASHES;
            self.block.resize(run.count.saturating_sub(before).min(BLOCK_HASHES) * HASH_BYTES, 0);
            self.file.seek(SeekFrom::Start(place(run.start + before)))?;
            self.file.read_exact(&mut self.block)?;
            if self.block.chunks_exact(HASH_BYTES).any(|found| found == wanted) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Where a hash lies in the file.
fn place(hash: usize) -> u64 {
    u64::try_from(hash.saturating_mul(HASH_BYTES)).unwrap_or(u64::MAX)
}

/// A file without a name, which goes with whoever holds it: beside the file that is read, for the system's folder may lie in memory; there
/// where nothing may be written beside it.
fn unnamed(folder: &Path) -> Result<File> {
    let name = format!(".keys-{:016x}.part", RandomState::new().hash_one(std::process::id()));
    let made = make(&folder.join(&name));
    made.or_else(|_| make(&std::env::temp_dir().join(&name)))
}

fn make(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_new_once_also_when_most_are_put_aside_and_no_file_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = Keys { held_max: 700, ..Keys::of(&folder.path().join("c.csv")) };
        for expected in [true, false] {
            for number in 0..5_000 {
                let text = number.to_string();
                assert_eq!(keys.first_time(&["Tata", &text]).unwrap(), expected, "{text}");
            }
        }
        let aside = keys.aside.as_ref().unwrap();
        assert_eq!((aside.runs.len(), keys.held.len()), (7, 100));
        assert!(aside.runs.iter().all(|run| run.firsts.len() == 3));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_is_short_puts_nothing_aside() {
        let mut keys = Keys::of(Path::new("c.csv"));
        assert!(keys.first_time(&["a", "bc"]).unwrap() && keys.first_time(&["ab", "c"]).unwrap());
        assert!(!keys.first_time(&["a", "bc"]).unwrap() && keys.aside.is_none());
    }
}
