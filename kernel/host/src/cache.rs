//! Compiled components on disk: `DIR/cache/plugins/<sha256>-<compatibility>.cwasm`, each under this instance's seal.
//!
//! The cache may be deleted at any time. A file that is missing, was made by another kernel or whose seal is broken is made
//! again from the component's bytes; it is never loaded.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tiwizi_model::{Ambient, FileHash};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compile::Code;
use crate::precompiled::Seal;

/// Why the cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// A file cannot be read or written.
    #[error("could not {action} {path}", path = path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Code that was compiled just now does not load.
    #[error("the compiled component does not load")]
    Load {
        /// What wasmtime said.
        #[source]
        source: wasmtime::Error,
    },
    /// The seal that was just put on is not right.
    #[error("the compiled component lost its seal")]
    Seal,
}

/// The directory of compiled components.
#[derive(Clone)]
pub(crate) struct Cache {
    directory: PathBuf,
    compatibility: u64,
    seal: Seal,
    engine: Engine,
}

impl Cache {
    /// Opens the cache of a data directory; makes it, and the key of its seal, when they are missing.
    pub(crate) fn open(data_directory: &Path, engine: &Engine, ambient: &Ambient) -> Result<Self, CacheError> {
        let directory = data_directory.join("cache").join("plugins");
        fs::create_dir_all(&directory).map_err(|source| failed("make", &directory, source))?;
        let seal = Seal::new(key(&data_directory.join("cache").join("seal.key"), ambient)?);
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self { directory, compatibility: hasher.finish(), seal, engine: engine.clone() })
    }

    /// Loads a component that was compiled before, if it is there and whole.
    pub(crate) fn load(&self, hash: FileHash) -> Option<Component> {
        let (name, path) = self.place(hash);
        let sealed = fs::read(&path).ok()?;
        let Some(sealed) = self.seal.open(&name, sealed) else {
            tracing::warn!(file = %path.display(), "a compiled plugin does not bear this instance's seal; it is compiled again");
            return None;
        };
        sealed
            .load(&self.engine)
            .map_err(|error| tracing::warn!(%error, "a compiled plugin does not load; it is compiled again"))
            .ok()
    }

    /// Keeps the code of a component under this instance's seal, and loads it. It writes megabytes: call it on a blocking thread.
    pub(crate) fn keep(&self, hash: FileHash, code: &Code) -> Result<Component, CacheError> {
        let (name, path) = self.place(hash);
        let sealed = self.seal.close(&name, code);
        write_whole(&path, &sealed).map_err(|source| failed("write", &path, source))?;
        let sealed = self.seal.open(&name, sealed).ok_or(CacheError::Seal)?;
        sealed.load(&self.engine).map_err(|source| CacheError::Load { source })
    }

    /// Forgets a component. What is not there is forgotten already.
    pub(crate) fn forget(&self, hash: FileHash) -> Result<(), CacheError> {
        let path = self.place(hash).1;
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(failed("delete", &path, source)),
            _ => Ok(()),
        }
    }

    /// Forgets all components but these, also what an earlier kernel compiled.
    pub(crate) fn keep_only(&self, hashes: &BTreeSet<FileHash>) -> Result<(), CacheError> {
        let kept: BTreeSet<String> = hashes.iter().map(|hash| self.place(*hash).0).collect();
        let unread = |source| failed("read", &self.directory, source);
        for entry in fs::read_dir(&self.directory).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            if !kept.contains(&*entry.file_name().to_string_lossy()) {
                fs::remove_file(entry.path()).map_err(|source| failed("delete", &entry.path(), source))?;
            }
        }
        Ok(())
    }

    fn place(&self, hash: FileHash) -> (String, PathBuf) {
        let name = format!("{hash}-{:016x}.cwasm", self.compatibility);
        let path = self.directory.join(&name);
        (name, path)
    }
}

/// Reads the key, or makes one that only this user may read.
fn key(path: &Path, ambient: &Ambient) -> Result<[u8; 32], CacheError> {
    let read = |source| failed("read", path, source);
    match fs::read(path) {
        Ok(bytes) => bytes
            .try_into()
            .map_err(|_| read(io::Error::new(io::ErrorKind::InvalidData, "the key is not 32 bytes; delete the file"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = ambient.secret();
            write_whole(path, &key).map_err(|source| failed("write", path, source))?;
            Ok(key)
        }
        Err(error) => Err(read(error)),
    }
}

/// Writes a file beside its place and moves it there, so that nobody ever reads half of it. Two that write the same one at once, each on
/// a thread of its own, write two files.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("{}-{:?}.part", std::process::id(), std::thread::current().id()));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

pub(crate) fn failed(action: &'static str, path: &Path, source: io::Error) -> CacheError {
    CacheError::File { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const HASH: FileHash = FileHash([1; 32]);

    async fn compiled(engine: &Engine) -> Code {
        let text = r#"(component (core module $m (func (export "f"))) (core instance (instantiate $m)))"#;
        let component = wat::parse_str(text).unwrap().into();
        crate::compile::compile(&crate::Compiler::InProcess, engine, component).await.unwrap()
    }

    /// P19: code that was changed on disk is never loaded.
    #[tokio::test]
    async fn p19_a_compiled_component_is_loaded_again_and_a_damaged_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let engine = crate::engine::engine(1, crate::Metering::Off).unwrap();
        let cache = Cache::open(directory.path(), &engine, &Ambient::system()).unwrap();
        let code = compiled(&engine).await;
        assert!(cache.load(HASH).is_none());
        cache.keep(HASH, &code).unwrap();
        assert!(cache.load(HASH).is_some());

        let again = Cache::open(directory.path(), &engine, &Ambient::system()).unwrap();
        assert!(again.load(HASH).is_some());

        let path = cache.place(HASH).1;
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        assert!(cache.load(HASH).is_none());
        cache.keep(HASH, &code).unwrap();
        assert!(cache.load(HASH).is_some());
        cache.forget(HASH).unwrap();
        assert!(cache.load(HASH).is_none());
        cache.forget(HASH).unwrap();
        cache.keep(HASH, &code).unwrap();
        cache.keep_only(&BTreeSet::from([HASH])).unwrap();
        assert!(cache.load(HASH).is_some());
        cache.keep_only(&BTreeSet::new()).unwrap();
        assert!(cache.load(HASH).is_none());
    }

    #[test]
    fn two_who_write_the_same_file_at_once_both_do() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.tzp");
        let bytes = vec![7_u8; 1 << 20];
        std::thread::scope(|scope| {
            let writers: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..8).try_for_each(|_| write_whole(&path, &bytes)))).collect();
            assert!(writers.into_iter().all(|writer| writer.join().unwrap().is_ok()));
        });
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_key_is_for_this_user_alone() {
        let directory = tempfile::tempdir().unwrap();
        let engine = crate::engine::engine(1, crate::Metering::Off).unwrap();
        Cache::open(directory.path(), &engine, &Ambient::system()).unwrap();
        let mode = fs::metadata(directory.path().join("cache/seal.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
