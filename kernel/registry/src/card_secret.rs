//! The secrets from which, together with the instance's key, the keys of card numbers follow. They lie in a file outside the database.
//!
//! The file has one line for each secret, its number and 32 bytes in base64url; the greatest number is in use. The database keeps a print
//! of each (`storage/src/card_key.rs`), by which a file that is missing, or of another instance, is found out before anything is read or
//! written with it. Nothing here ever replaces or shortens a file that is there.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tiwizi_model::limits::{CARD_SECRET_BYTES_MAX, CARD_SECRETS_MAX};
use tiwizi_model::{Ambient, KindName};
use tiwizi_records::Catalogue;
use tiwizi_storage::card_key::{self, CardKeyRow};
use tiwizi_storage::instance::InstanceRow;
use tiwizi_storage::{Db, KindNo, Order, Scan, StorageError, Tx, record};

use crate::kinds::Names;
use crate::national_id::{BEFORE, NationalIdKey, print};

/// The file's name in the data directory.
const FILE: &str = "card-secret";

const HEAD: &str = "# The secrets of card numbers of one instance of Tiwizi. Without this file no card number that the instance keeps can be\n\
    # read or found again. Keep a copy apart from the copies of the database, and show it to nobody.\n";

/// Where the secrets lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardSecretFile {
    /// The file.
    pub path: PathBuf,
    /// Whether somebody else hands it to us (a credential of systemd): it is neither made nor are its rights looked at.
    pub is_handed: bool,
}

/// Why there is no key for card numbers. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CardKeyError {
    /// The file cannot be read or written.
    #[error("could not {action} the secret of card numbers, {}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Others may read the file.
    #[error("others than its owner may read the secret of card numbers; say: chmod 600 {}", path.display())]
    Shared {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold what it should.
    #[error("line {line} of {} is no secret of card numbers: put back the copy of the file", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which line, from 1; 0 when none is there.
        line: usize,
    },
    /// The file is gone.
    #[error(
        "the secret of card numbers is missing: put the copy of it back as {}. Without it no card number that is kept can be read; \
         nothing was changed", path.display()
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is of another instance, or from another time.
    #[error(
        "{} does not hold secret {number}, under which this instance has sealed card numbers: it is the file of another instance, or an \
         old copy. Put the right one back; nothing was changed", path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// The number of the secret that does not fit.
        number: i64,
    },
    /// No further secret fits into the file.
    #[error(
        "there are {CARD_SECRETS_MAX} secrets of card numbers already; take those out of the file that are retired"
    )]
    Many,
    /// The database does not answer.
    #[error("could not read under which secrets card numbers are sealed")]
    Storage(#[from] StorageError),
}

/// Secrets by their numbers, the newest last; at least one.
#[derive(Clone)]
pub struct CardSecrets {
    older: Vec<(u32, [u8; 32])>,
    newest: (u32, [u8; 32]),
}

impl CardSecrets {
    /// The one for everything new, with its number.
    #[must_use]
    pub fn newest(&self) -> (u32, &[u8; 32]) {
        (self.newest.0, &self.newest.1)
    }

    /// All of them, the newest last.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &[u8; 32])> {
        self.older.iter().chain(std::iter::once(&self.newest)).map(|(number, secret)| (*number, secret))
    }

    fn find(&self, number: i64) -> Option<&[u8; 32]> {
        self.iter().find(|(found, _)| i64::from(*found) == number).map(|(_, secret)| secret)
    }

    /// Reads the text of a file; the line that is wrong when one is.
    fn parse(text: &str) -> Result<Self, usize> {
        let mut secrets: Vec<(u32, [u8; 32])> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = index.saturating_add(1);
            let secret = secret_of(line).ok_or(place)?;
            let rises = secrets.last().is_none_or(|(last, _)| *last < secret.0);
            if !rises || secrets.len() >= CARD_SECRETS_MAX {
                return Err(place);
            }
            secrets.push(secret);
        }
        let newest = secrets.pop().ok_or(0_usize)?;
        Ok(Self { older: secrets, newest })
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (number, secret) in self.iter() {
            text.push_str(&format!("{number} {}\n", URL_SAFE_NO_PAD.encode(secret)));
        }
        text
    }

    /// Made up ones, each 32 times its number.
    #[cfg(test)]
    pub(crate) fn of_test(numbers: &[u8]) -> Self {
        let mut secrets: Vec<_> = numbers.iter().map(|number| (u32::from(*number), [*number; 32])).collect();
        let newest = secrets.pop().unwrap();
        Self { older: secrets, newest }
    }

    /// A single one.
    #[cfg(test)]
    pub(crate) fn of_one(number: u32, secret: [u8; 32]) -> Self {
        Self { older: Vec::new(), newest: (number, secret) }
    }
}

impl std::fmt::Debug for CardSecrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CardSecrets").field("newest", &self.newest.0).finish_non_exhaustive()
    }
}

/// One line: a number from 1 on, and a secret.
fn secret_of(line: &str) -> Option<(u32, [u8; 32])> {
    let (number, secret) = line.split_once(' ')?;
    let number: u32 = number.parse().ok().filter(|number| (1..=999_999_999).contains(number))?;
    let secret = URL_SAFE_NO_PAD.decode(secret.trim()).ok()?;
    secret.try_into().ok().map(|secret| (number, secret))
}

impl CardSecretFile {
    /// The file of a data directory.
    #[must_use]
    pub fn in_directory(data: &Path) -> Self {
        Self { path: data.join(FILE), is_handed: false }
    }

    /// Adds a secret, which is the one for everything new from the next start on.
    ///
    /// # Errors
    /// `Missing`, `Many`, `File` when the file cannot be written: one that is handed to us is changed by whoever hands it.
    pub fn add(&self, ambient: &Ambient) -> Result<u32, CardKeyError> {
        let secrets = self.read()?.ok_or_else(|| CardKeyError::Missing { path: self.path.clone() })?;
        let older: Vec<(u32, [u8; 32])> = secrets.iter().map(|(number, secret)| (number, *secret)).collect();
        if older.len() >= CARD_SECRETS_MAX {
            return Err(CardKeyError::Many);
        }
        let number = secrets.newest.0.saturating_add(1);
        let added = CardSecrets { older, newest: (number, ambient.secret()) };
        self.write(&added)?;
        Ok(number)
    }

    /// The secrets in the file; none when it is not there.
    fn read(&self) -> Result<Option<CardSecrets>, CardKeyError> {
        let failed = |source| CardKeyError::File { action: "read", path: self.path.clone(), source };
        let file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mode = file.metadata().map_err(failed)?.permissions().mode();
        if !self.is_handed && mode & 0o077 != 0 {
            return Err(CardKeyError::Shared { path: self.path.clone() });
        }
        let mut text = String::new();
        file.take(CARD_SECRET_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
        let damaged = |line| CardKeyError::Damaged { path: self.path.clone(), line };
        CardSecrets::parse(&text).map(Some).map_err(damaged)
    }

    /// Writes the file beside its place and moves it there, so that nobody ever finds half of it. Only its owner may read it.
    fn write(&self, secrets: &CardSecrets) -> Result<(), CardKeyError> {
        let failed = |source| CardKeyError::File { action: "write", path: self.path.clone(), source };
        let beside = self.path.with_extension(format!("{}.part", std::process::id()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(&beside).map_err(failed)?;
        file.write_all(secrets.text().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        fs::rename(&beside, &self.path).map_err(failed)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.map_or(Ok(()), |folder| fs::File::open(folder).and_then(|folder| folder.sync_all())).map_err(failed)
    }
}

/// The keys of card numbers of an instance. At its first start a secret is made; later the file must hold every secret under which something
/// may be sealed. A secret that is new in the file is noted here.
///
/// # Errors
/// When the file is missing, damaged, shared or another one; when the database fails.
pub async fn open_card_key(
    db: &Db,
    catalogue: &Catalogue,
    instance: &InstanceRow,
    file: &CardSecretFile,
    ambient: &Ambient,
) -> Result<NationalIdKey, CardKeyError> {
    let mut known = card_key::all(&mut *db.read().await?).await?;
    if known.is_empty() {
        known = vec![first(db, catalogue, ambient).await?];
    }
    let is_first = known.iter().all(|row| row.number == i64::from(BEFORE));
    let secrets = match file.read()? {
        Some(secrets) => secrets,
        None if is_first && !file.is_handed => {
            let made = CardSecrets { older: Vec::new(), newest: (1, ambient.secret()) };
            file.write(&made)?;
            made
        }
        None => return Err(CardKeyError::Missing { path: file.path.clone() }),
    };
    let other = |number| CardKeyError::Other { path: file.path.clone(), number };
    for row in known.iter().filter(|row| row.number > 0 && row.retired_at.is_none()) {
        let fits = secrets.find(row.number).is_some_and(|secret| print(&instance.key, secret) == row.print);
        if !fits {
            return Err(other(row.number));
        }
    }
    let last = known.last().map_or(0, |row| row.number);
    if i64::from(secrets.newest.0) < last {
        return Err(other(last));
    }
    for (number, secret) in secrets.iter().filter(|(number, _)| i64::from(*number) > last) {
        let row = CardKeyRow {
            number: i64::from(number),
            print: print(&instance.key, secret),
            made_at: ambient.now(),
            retired_at: None,
        };
        note(db, &row).await?;
        known.push(row);
    }
    let live = known.iter().filter(|row| row.retired_at.is_none());
    let live: Vec<u32> = live.filter_map(|row| u32::try_from(row.number).ok()).collect();
    Ok(NationalIdKey::derive(&instance.key, &secrets, &live))
}

async fn note(db: &Db, row: &CardKeyRow) -> Result<(), StorageError> {
    let mut tx = db.begin_write().await?;
    card_key::create(&mut tx, row).await?;
    tx.commit().await
}

/// Notes the key from before, as one that is retired where nobody was entered yet.
async fn first(db: &Db, catalogue: &Catalogue, ambient: &Ambient) -> Result<CardKeyRow, CardKeyError> {
    let (kinds, names) = (catalogue.current(), Names::new());
    let number = |name: &KindName| kinds.find(name).map(|kind| kind.number());
    let mut tx = db.read().await?;
    let mut is_empty = true;
    for kind in [number(&names.person), number(&names.founder)].into_iter().flatten() {
        is_empty = is_empty && has_none(&mut tx, kind).await?;
    }
    drop(tx);
    let now = ambient.now();
    let row =
        CardKeyRow { number: i64::from(BEFORE), print: Vec::new(), made_at: now, retired_at: is_empty.then_some(now) };
    note(db, &row).await?;
    Ok(row)
}

async fn has_none(tx: &mut Tx, kind: KindNo) -> Result<bool, StorageError> {
    let scan = Scan {
        kind,
        order: Order::Id,
        low: None,
        high: None,
        after: None,
        descending: false,
        reach: None,
        rows_max: 1,
    };
    let rows = record::scan(tx, &scan).await?;
    let versions = card_key::versions_after(tx, kind, card_key::FIRST_PLACE, 1).await?;
    Ok(rows.is_empty() && versions.is_empty())
}

#[cfg(test)]
mod tests {
    use tiwizi_model::{InstanceId, Instant, Jurisdiction};
    use uuid::Uuid;

    use super::*;
    use crate::testing::Register;

    fn instance() -> InstanceRow {
        InstanceRow {
            id: InstanceId(Uuid::from_u128(1)),
            name: "Test".to_owned(),
            jurisdiction: Jurisdiction::Nation,
            created_at: Instant(0),
            key: b"key of the test instance".to_vec(),
        }
    }

    async fn open(register: &Register, file: &CardSecretFile) -> Result<NationalIdKey, CardKeyError> {
        let records = &register.records;
        open_card_key(records.db(), records.catalogue(), &instance(), file, records.ambient()).await
    }

    #[tokio::test]
    async fn the_first_start_makes_a_secret_that_only_its_owner_reads_and_later_ones_take_it() {
        let register = Register::new().await;
        let file = CardSecretFile::in_directory(register.folder.path());
        let made = open(&register, &file).await.unwrap();
        assert_eq!((made.number(), made.older()), (1, Vec::new()));
        let mode = fs::metadata(&file.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = open(&register, &file).await.unwrap();
        assert_eq!(made.hash("JA123456"), again.hash("JA123456"));
        fs::set_permissions(&file.path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(open(&register, &file).await, Err(CardKeyError::Shared { .. })));
        let handed = CardSecretFile { is_handed: true, ..file };
        assert_eq!(open(&register, &handed).await.unwrap().number(), 1);
    }

    #[tokio::test]
    async fn a_secret_that_is_missing_damaged_or_another_one_stops_the_start_and_stays_as_it_is() {
        let register = Register::new().await;
        let file = CardSecretFile::in_directory(register.folder.path());
        open(&register, &file).await.unwrap();
        let kept = fs::read_to_string(&file.path).unwrap();
        fs::remove_file(&file.path).unwrap();
        let error = open(&register, &file).await.unwrap_err();
        assert!(matches!(error, CardKeyError::Missing { .. }) && !file.path.exists(), "{error}");
        file.write(&CardSecrets::of_test(&[1])).unwrap();
        let error = open(&register, &file).await.unwrap_err();
        assert!(matches!(error, CardKeyError::Other { number: 1, .. }), "{error}");
        file.write(&CardSecrets::of_test(&[2])).unwrap();
        assert!(matches!(open(&register, &file).await, Err(CardKeyError::Other { number: 1, .. })));
        for (text, wrong) in [("", 0), ("# only words\n", 0), ("1 AAAA\n", 1), ("\n0 x\n", 2)] {
            fs::write(&file.path, text).unwrap();
            let error = open(&register, &file).await.unwrap_err();
            assert!(matches!(error, CardKeyError::Damaged { line, .. } if line == wrong), "{text:?}: {error}");
            assert_eq!(fs::read_to_string(&file.path).unwrap(), text);
        }
        fs::write(&file.path, kept).unwrap();
        open(&register, &file).await.unwrap();
    }

    #[tokio::test]
    async fn another_secret_is_added_and_the_one_before_is_needed_as_long_as_it_is_live() {
        let register = Register::new().await;
        let file = CardSecretFile::in_directory(register.folder.path());
        let first = open(&register, &file).await.unwrap();
        let before = fs::read_to_string(&file.path).unwrap();
        assert_eq!(file.add(register.records.ambient()).unwrap(), 2);
        let second = open(&register, &file).await.unwrap();
        assert_eq!((second.number(), second.older()), (2, vec![1]));
        assert!(second.hashes("JA123456").unwrap().contains(&first.hash("JA123456").unwrap()));
        // An old copy lacks the new one.
        fs::write(&file.path, before).unwrap();
        assert!(matches!(open(&register, &file).await, Err(CardKeyError::Other { number: 2, .. })));
    }

    #[tokio::test]
    async fn an_instance_with_people_from_before_reads_what_its_own_key_sealed() {
        let register = Register::new().await;
        let person = serde_json::json!({ "name_fr": "Fadma", "province": "09.541" });
        let drafts = vec![tiwizi_records::Draft::create(register.names.person.clone(), person)];
        register.records.submit(&tiwizi_identity::Caller::system(), drafts, None).await.unwrap();
        let key = open(&register, &CardSecretFile::in_directory(register.folder.path())).await.unwrap();
        assert_eq!((key.number(), key.older()), (1, vec![BEFORE]));
    }
}
