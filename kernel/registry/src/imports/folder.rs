//! Where the files of imports lie: a folder for each, which the user of the program alone can open.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use tiwizi_model::{RecordId, limits};
use tokio::io::AsyncWriteExt as _;

use super::error::ReceiveError;

const FOLDER: &str = "imports";
/// How the names of files begin that are not whole: what is sent, and what is made to be sent.
const UNFINISHED: &str = "unfinished-";
const FILE: &str = "file";
const REPORT: &str = "report.csv";
const FINDINGS: &str = "findings.json";

/// The folder of all imports of an instance.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

/// A file that is being sent. Unless it is kept it takes itself away.
#[derive(Debug)]
pub struct Incoming {
    path: PathBuf,
    file: tokio::fs::File,
    bytes: u64,
    is_kept: bool,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_kept {
            // Nobody is there to hear of a failure; the next start takes away what is left.
            fs::remove_file(&self.path).unwrap_or_default();
        }
    }
}

impl Incoming {
    /// Writes down what has come.
    ///
    /// # Errors
    /// `TooLong` past the bound; `Store` when the disk fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let all = self.bytes.saturating_add(more);
        if all > limits::IMPORT_FILE_BYTES_MAX {
            return Err(ReceiveError::TooLong);
        }
        self.file.write_all(bytes).await?;
        self.bytes = all;
        Ok(())
    }

    /// How much has come, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Folder {
    /// The folder below a data directory; it is made when it is missing.
    pub(super) fn open(data: &Path) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        make(&folder, true)?;
        Ok(Self(folder))
    }

    /// A name for a file that is not whole; the next start takes away what is left under it.
    pub(super) fn unfinished(&self, name: &str) -> PathBuf {
        self.0.join(format!("{UNFINISHED}{name}"))
    }

    /// Begins a file that is sent.
    pub(super) fn begin(&self, name: &str) -> io::Result<Incoming> {
        let path = self.unfinished(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = tokio::fs::File::from_std(options.open(&path)?);
        Ok(Incoming { path, file, bytes: 0, is_kept: false })
    }

    /// Puts a file that came whole into the folder of its import.
    pub(super) async fn keep(&self, mut incoming: Incoming, id: RecordId) -> io::Result<()> {
        incoming.file.flush().await?;
        incoming.file.sync_all().await?;
        make(&self.of(id), false)?;
        fs::rename(&incoming.path, self.file(id))?;
        incoming.is_kept = true;
        File::open(self.of(id))?.sync_all()
    }

    /// The file of an import.
    pub(super) fn file(&self, id: RecordId) -> PathBuf {
        self.of(id).join(FILE)
    }

    /// The report of its rejected rows.
    pub(super) fn report(&self, id: RecordId) -> PathBuf {
        self.of(id).join(REPORT)
    }

    /// Whether the file of an import is on this machine.
    pub(super) fn holds(&self, id: RecordId) -> bool {
        self.file(id).is_file()
    }

    /// What was found in the file; none when nothing was written down.
    pub(super) fn findings(&self, id: RecordId) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.of(id).join(FINDINGS)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes down what was found.
    pub(super) fn write_findings(&self, id: RecordId, bytes: &[u8]) -> io::Result<()> {
        let path = self.of(id).join(FINDINGS);
        let part = path.with_extension("part");
        fs::write(&part, bytes)?;
        fs::rename(&part, &path)
    }

    /// Takes the folder of an import away; one that is gone is gone.
    pub(super) fn remove(&self, id: RecordId) -> io::Result<()> {
        match fs::remove_dir_all(self.of(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes away what was not whole when the program ended: what was sent, and what was made to be sent.
    pub(super) fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            // What is whole lies in a folder of its own.
            if entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// The imports whose folders are on this machine.
    pub(super) fn all(&self) -> io::Result<Vec<RecordId>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            found.extend(entry?.file_name().to_string_lossy().parse::<RecordId>().ok());
        }
        found.sort_unstable();
        Ok(found)
    }

    fn of(&self, id: RecordId) -> PathBuf {
        self.0.join(id.to_string())
    }
}

/// A folder that nobody else opens.
fn make(path: &Path, with_parents: bool) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(with_parents);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn names(folder: &Folder) -> usize {
        fs::read_dir(&folder.0).unwrap().count()
    }

    #[tokio::test]
    async fn a_file_that_does_not_come_whole_takes_itself_away() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let mut incoming = folder.begin("a").unwrap();
        incoming.write(b"court,number").await.unwrap();
        assert_eq!(names(&folder), 1);
        drop(incoming);
        assert_eq!(names(&folder), 0);
    }

    #[tokio::test]
    async fn what_a_crash_left_goes_at_the_next_start_and_what_is_whole_stays() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let id = RecordId(Uuid::from_u128(7));
        let mut incoming = folder.begin("a").unwrap();
        incoming.write(b"abc").await.unwrap();
        assert_eq!(incoming.bytes(), 3);
        folder.keep(incoming, id).await.unwrap();
        fs::write(folder.unfinished("b"), "half").unwrap();
        let again = Folder::open(data.path()).unwrap();
        again.clear().unwrap();
        assert_eq!((names(&again), again.all().unwrap()), (1, vec![id]));
        assert_eq!(fs::read(again.file(id)).unwrap(), b"abc");
        again.remove(id).unwrap();
        again.remove(id).unwrap();
        assert!(!again.holds(id));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_reads_what_was_sent() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::open(data.path()).unwrap();
        let incoming = folder.begin("a").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder.0), mode(&incoming.path)), (0o700, 0o600));
    }
}
