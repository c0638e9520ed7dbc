//! What changed in a plugin's folder: its files are looked at again and again, which every file system can do, and a plugin has few.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folders that hold what tools make, or nothing of the plugin.
const LEFT_OUT: [&str; 3] = ["target", "node_modules", "__pycache__"];
/// Files that are looked at; a folder with more is most likely not a plugin's alone.
const FILES_MAX: usize = 20_000;
/// How deep folders may lie in each other.
const DEPTH_MAX: usize = 16;

/// The files of a folder and when each was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Look(BTreeMap<PathBuf, (SystemTime, u64)>);

impl Look {
    /// Looks at a folder. What cannot be read counts as not there.
    pub(super) fn at(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut waiting = vec![(folder.to_owned(), 0_usize)];
        while let Some((folder, depth)) = waiting.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let (path, name) = (entry.path(), entry.file_name());
                let name = name.to_string_lossy();
                let Ok(about) = entry.metadata() else { continue };
                if name.starts_with('.') || files.len() >= FILES_MAX {
                    continue;
                }
                if about.is_dir() {
                    if depth < DEPTH_MAX && !LEFT_OUT.contains(&&*name) {
                        waiting.push((path, depth.saturating_add(1)));
                    }
                } else if !name.ends_with(".tzp") && name != "Cargo.lock" {
                    let written = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                    files.insert(path, (written, about.len()));
                }
            }
        }
        Self(files)
    }

    /// A file that is not as it was before, or no longer there; none when all is the same.
    pub(super) fn first_change(&self, before: &Self) -> Option<PathBuf> {
        let changed = self.0.iter().find(|(path, about)| before.0.get(*path) != Some(*about)).map(|(path, _)| path);
        changed.or_else(|| before.0.keys().find(|path| !self.0.contains_key(*path))).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_made_or_removed_is_seen_and_what_tools_make_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("src/lib.rs", "one");
        write("templates/a.html", "one");
        let first = Look::at(folder.path());
        for unseen in ["target/x.wasm", "node_modules/a/b.js", ".git/index", "notes.tzp", "Cargo.lock"] {
            write(unseen, "x");
        }
        assert_eq!(Look::at(folder.path()).first_change(&first), None);
        write("src/lib.rs", "more");
        assert!(Look::at(folder.path()).first_change(&first).unwrap().ends_with("src/lib.rs"));
        let second = Look::at(folder.path());
        std::fs::remove_file(folder.path().join("templates/a.html")).unwrap();
        assert!(Look::at(folder.path()).first_change(&second).unwrap().ends_with("a.html"));
        write("locales/ar.ftl", "x");
        assert!(Look::at(folder.path()).first_change(&second).is_some());
    }
}
