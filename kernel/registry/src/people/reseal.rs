//! Putting numbers of identity cards under the newest secret: sealed again and hashed again, in small transactions, each whole.
//!
//! What is done already is passed over, so a run that was cut off is simply begun again. First the records, then the versions that they
//! superseded: those lie beside the log, and would open for whoever has the old secret. An old secret is retired when nothing was left of it.
//!
//! A hash without its sealed number (from before numbers were sealed) cannot be made anew. In a record it stays and is counted, so its
//! secret is not retired; in a superseded version it goes.

use serde_json::{Map, Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::limits::RESEAL_ROWS_MAX;
use tiwizi_model::{KindName, Record, RecordId};
use tiwizi_records::{Query, ReadError, Records, Unit, UnitError, WriteError};
use tiwizi_storage::{StorageError, card_key};

use crate::kinds::Names;
use crate::national_id::{NationalIdKey, SealError, numbered};

const HASH: &str = "national_id_key";
const SEALED: &str = "national_id_sealed";

/// How far it went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Records that were looked at.
    pub looked_at: u64,
    /// Records whose number is under the newest secret now.
    pub records: u64,
    /// Superseded versions of which the same is so.
    pub versions: u64,
    /// Records with a hash alone, under an older secret: set their numbers, or import the list again.
    pub unsealed: u64,
    /// Records whose sealed number did not open.
    pub unreadable: u64,
    /// Records that moved meanwhile, or of which another one has the number too: run it again, or look for the twin.
    pub left: u64,
    /// The secrets that nothing needs any more.
    pub retired: Vec<u32>,
}

/// Why it did not come to its end. What was done stays done.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// Something could not be read.
    #[error("could not read the numbers of cards")]
    Read(#[from] ReadError),
    /// Something could not be gathered.
    #[error("could not gather the numbers of cards")]
    Unit(#[from] UnitError),
    /// Something could not be stored.
    #[error("could not store the numbers of cards")]
    Write(#[from] WriteError),
    /// The database failed.
    #[error("could not put superseded versions under the newest secret")]
    Storage(#[from] StorageError),
    /// The cipher refused.
    #[error("could not seal a number")]
    Seal(#[from] SealError),
}

/// What is to be done with a body.
enum Turn {
    /// Nothing.
    Stays,
    /// It gets these.
    Again { hashed: String, sealed: String },
    /// It has a hash alone.
    Unsealed,
    /// What is sealed does not open.
    Unreadable,
}

impl Turn {
    fn of(key: &NationalIdKey, id: RecordId, body: &Map<String, Value>) -> Result<Self, SealError> {
        let text = |field: &str| body.get(field).and_then(Value::as_str);
        let (hashed, sealed) = (text(HASH), text(SEALED));
        let is_done = hashed.is_none_or(|hashed| key.is_current_hash(hashed))
            && sealed.is_none_or(|sealed| key.is_current(sealed));
        if is_done {
            return Ok(Self::Stays);
        }
        let Some(sealed) = sealed else { return Ok(Self::Unsealed) };
        let Ok(number) = key.open(id, sealed) else { return Ok(Self::Unreadable) };
        let hashed = key.hash(number.reveal()).map_err(SealError::Number)?;
        Ok(Self::Again { hashed, sealed: key.seal(id, number.reveal())? })
    }
}

/// Whether a version says of its record what the one before it says, and only put the number under another secret. Those before it may
/// have been put there meanwhile as well.
pub(crate) fn is_reseal(version: &Record, before: &Record) -> bool {
    let parts = |record: &Record| {
        let mut rest = record.body.as_object()?.clone();
        rest.remove(HASH);
        let sealed = rest.remove(SEALED)?.as_str()?.to_owned();
        Some((sealed, rest))
    };
    let (Some((sealed, rest)), Some((sealed_before, rest_before))) = (parts(version), parts(before)) else {
        return false;
    };
    let secret = |sealed: &str| numbered(sealed).map(|(number, _)| number);
    let is_by_kernel = version.author.account.is_none() && version.author.plugin.is_none();
    let is_moved = sealed == sealed_before || secret(&sealed) != secret(&sealed_before);
    is_by_kernel && is_moved && rest == rest_before
}

/// Puts everything under the newest secret of the key. `progress` is told after each transaction how far it went.
///
/// # Errors
/// See `ResealError`; begun again it goes on.
pub async fn reseal(
    records: &Records,
    key: &NationalIdKey,
    mut progress: impl FnMut(&Resealed),
) -> Result<Resealed, ResealError> {
    let names = Names::new();
    let mut done = Resealed::default();
    for kind in [&names.person, &names.founder] {
        through_records(records, key, kind, &mut done, &mut progress).await?;
    }
    for kind in [&names.person, &names.founder] {
        through_versions(records, key, kind, &mut done, &mut progress).await?;
    }
    if done.unsealed == 0 && done.unreadable == 0 && done.left == 0 {
        let now = records.ambient().now();
        let mut tx = records.db().begin_write().await?;
        for number in key.older() {
            card_key::retire(&mut tx, i64::from(number), now).await?;
        }
        tx.commit().await?;
        done.retired = key.older();
    }
    Ok(done)
}

async fn through_records(
    records: &Records,
    key: &NationalIdKey,
    kind: &KindName,
    done: &mut Resealed,
    progress: &mut impl FnMut(&Resealed),
) -> Result<(), ResealError> {
    let permit = records.may_read(&Caller::system(), kind)?;
    let mut query = Query { limit: RESEAL_ROWS_MAX, ..Query::default() };
    loop {
        let page = records.list(&permit, &query).await?;
        let mut again = Vec::new();
        // The number that another home sealed, if it shows it at all, opens nowhere else.
        for record in page.items.iter().filter(|record| record.home == records.instance()) {
            done.looked_at = done.looked_at.saturating_add(1);
            let Some(body) = record.body.as_object() else { continue };
            match Turn::of(key, record.id, body)? {
                Turn::Stays => {}
                Turn::Again { hashed, sealed } => again.push((record, json!({ HASH: hashed, SEALED: sealed }))),
                Turn::Unsealed => done.unsealed = done.unsealed.saturating_add(1),
                Turn::Unreadable => done.unreadable = done.unreadable.saturating_add(1),
            }
        }
        write(records, &again, done).await?;
        progress(&*done);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return Ok(());
        }
    }
}

/// Writes them in one transaction, or each in its own when one of them cannot be written.
async fn write(records: &Records, again: &[(&Record, Value)], done: &mut Resealed) -> Result<(), ResealError> {
    if again.is_empty() || is_written(records, again).await? {
        done.records = done.records.saturating_add(u64::try_from(again.len()).unwrap_or(u64::MAX));
        return Ok(());
    }
    for one in again.chunks(1) {
        let count = if is_written(records, one).await? { &mut done.records } else { &mut done.left };
        *count = count.saturating_add(1);
    }
    Ok(())
}

/// Whether they could be written: none of them moved, or was a number that another one has too.
async fn is_written(records: &Records, again: &[(&Record, Value)]) -> Result<bool, ResealError> {
    let mut unit = Unit::new(records.clone(), Caller::system().by_kernel());
    for (record, patch) in again {
        match unit.patch(&record.kind, record.id, patch.clone(), Some(record.version)).await {
            Ok(_) => {}
            Err(UnitError::Write(error)) if is_left(&error) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    match unit.commit(None).await {
        Ok(_) => Ok(true),
        Err(error) if is_left(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn is_left(error: &WriteError) -> bool {
    matches!(
        error,
        WriteError::Stale { .. }
            | WriteError::Missing { .. }
            | WriteError::Duplicate { .. }
            | WriteError::Invalid { .. }
            | WriteError::Alike { .. }
            | WriteError::InTransfer { .. }
    )
}

async fn through_versions(
    records: &Records,
    key: &NationalIdKey,
    kind: &KindName,
    done: &mut Resealed,
    progress: &mut impl FnMut(&Resealed),
) -> Result<(), ResealError> {
    let number = records.kinds().find(kind).map(|kind| kind.number());
    let number = number.ok_or_else(|| ReadError::UnknownKind { kind: kind.clone() })?;
    let mut place = card_key::FIRST_PLACE;
    loop {
        let mut tx = records.db().read().await?;
        let page = card_key::versions_after(&mut tx, number, place, RESEAL_ROWS_MAX).await?;
        drop(tx);
        let Some(last) = page.last() else { return Ok(()) };
        place = (last.id, last.version);
        let mut tx = records.db().begin_write().await?;
        for version in &page {
            let Ok(Value::Object(mut body)) = serde_json::from_str(&version.body) else { continue };
            match Turn::of(key, version.id, &body)? {
                Turn::Stays => continue,
                Turn::Again { hashed, sealed } => {
                    body.insert(SEALED.to_owned(), sealed.into());
                    if body.contains_key(HASH) {
                        body.insert(HASH.to_owned(), hashed.into());
                    }
                }
                Turn::Unsealed | Turn::Unreadable => {
                    body.remove(HASH);
                    body.remove(SEALED);
                }
            }
            card_key::reword_version(&mut tx, version, &Value::Object(body).to_string()).await?;
            done.versions = done.versions.saturating_add(1);
        }
        tx.commit().await?;
        progress(&*done);
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_model::Version;
    use tiwizi_records::Draft;
    use tiwizi_storage::record;

    use super::*;
    use crate::card_secret::CardSecrets;
    use crate::national_id::BEFORE;
    use crate::people::People;
    use crate::protection::step;
    use crate::testing::Register;

    const INSTANCE: &[u8] = b"key of the test instance";

    /// The key of the register in which its own secret is about to be replaced.
    fn next(live: &[u32]) -> NationalIdKey {
        NationalIdKey::derive(INSTANCE, &CardSecrets::of_test(&[1, 2]), live)
    }

    async fn person(register: &Register, number: &str, card: Option<&str>) -> RecordId {
        let body = json!({ "name_fr": format!("Fadma {number}"), "birth_date": format!("19{number}-01-01"), "province": "09.541" });
        let drafts = vec![Draft::create(register.names.person.clone(), body)];
        let id = register.records.submit(&Caller::system(), drafts, None).await.unwrap()[0].id;
        let people = People::new(register.records.clone(), Register::key());
        if card.is_some() {
            people.set_national_id(&Caller::system(), id, card, None).await.unwrap();
        }
        id
    }

    /// The same records, with reviewers that know the next secret.
    fn opened(register: &Register, key: &NationalIdKey) -> Records {
        register.over(key.clone())
    }

    #[tokio::test]
    async fn numbers_and_their_versions_are_put_under_the_newest_secret_once() {
        let register = Register::new().await;
        let (one, two) = (person(&register, "70", Some("JA123456")).await, person(&register, "71", None).await);
        let people = People::new(register.records.clone(), Register::key());
        people.set_national_id(&Caller::system(), one, Some("JA654321"), None).await.unwrap();
        let key = next(&[1, 2]);
        let records = opened(&register, &key);
        let mut steps = 0;
        let done = reseal(&records, &key, |_| steps += 1).await.unwrap();
        // The first of three versions says nothing of a card; the two behind it do.
        assert_eq!((done.records, done.versions, done.unsealed, done.left), (1, 2, 0, 0), "{done:?}");
        assert_eq!(done.retired, [1]);
        assert!(steps >= 2);
        let key = next(&[2]);
        let people = People::new(records.clone(), key.clone());
        let found = people.by_national_id(&Caller::system(), "JA654321").await.unwrap();
        assert_eq!(found.map(|record| record.id), Some(one));
        assert_eq!(people.national_id(&Caller::system(), one, "test").await.unwrap().reveal(), "JA654321");
        let versions = record::versions(&mut records.db().read().await.unwrap(), one, None, 10).await.unwrap();
        let sealed: Vec<Value> = versions
            .iter()
            .filter_map(|(_, row)| serde_json::from_str::<Value>(&row.body).unwrap().get(SEALED).cloned())
            .collect();
        assert_eq!(sealed.len(), 3);
        assert!(sealed.iter().all(|sealed| key.is_current(sealed.as_str().unwrap())), "{sealed:?}");
        // Repeated it has nothing to do, and people without a card were never touched.
        let again = reseal(&records, &key, |_| {}).await.unwrap();
        assert_eq!((again.records, again.versions, again.looked_at), (0, 0, 2));
        let permit = records.may_read(&Caller::system(), &register.names.person).unwrap();
        assert_eq!(records.read(&permit, two).await.unwrap().unwrap().version, Version::FIRST);
    }

    #[tokio::test]
    async fn another_secret_does_not_begin_the_time_anew_that_a_person_is_kept() {
        const YEAR_MS: u64 = 366 * 24 * 60 * 60 * 1000;
        let register = Register::new().await;
        let id = person(&register, "70", Some("JA123456")).await;
        register.clock.advance_ms(6 * YEAR_MS);
        let key = next(&[1, 2]);
        let records = opened(&register, &key);
        assert_eq!(reseal(&records, &key, |_| {}).await.unwrap().records, 1);
        register.clock.advance_ms(3 * YEAR_MS);
        let due = async || step(&records, &register.names.person, None).await.unwrap().due;
        assert!(due().await.is_empty());
        register.clock.advance_ms(2 * YEAR_MS);
        assert_eq!(due().await.iter().map(|due| due.item.id).collect::<Vec<_>>(), [id]);
        // What somebody writes counts, also when it is the number alone.
        let people = People::new(records.clone(), key);
        people.set_national_id(&Caller::system(), id, Some("JA654321"), None).await.unwrap();
        assert!(due().await.is_empty());
    }

    #[tokio::test]
    async fn a_hash_without_its_number_stays_found_and_keeps_its_secret_alive() {
        let register = Register::new().await;
        let id = person(&register, "70", None).await;
        let before = NationalIdKey::before(INSTANCE);
        let patch = json!({ HASH: before.hash("JA123456").unwrap() });
        let drafts = vec![Draft::patch(register.names.person.clone(), id, patch, None)];
        register.records.submit(&Caller::system(), drafts, None).await.unwrap();
        let key = next(&[BEFORE, 2]);
        let records = opened(&register, &key);
        let done = reseal(&records, &key, |_| {}).await.unwrap();
        assert_eq!((done.records, done.unsealed, done.retired.len()), (0, 1, 0));
        let people = People::new(records.clone(), key.clone());
        assert_eq!(people.by_national_id(&Caller::system(), "JA123456").await.unwrap().map(|found| found.id), Some(id));
        // Nobody else gets the number meanwhile; set once more, it is sealed, and the secret goes.
        let other = person(&register, "71", None).await;
        let taken = people.set_national_id(&Caller::system(), other, Some("JA123456"), None).await;
        assert!(taken.is_err(), "{taken:?}");
        people.set_national_id(&Caller::system(), id, Some("JA123456"), None).await.unwrap();
        let done = reseal(&records, &key, |_| {}).await.unwrap();
        assert_eq!((done.unsealed, done.retired), (0, vec![BEFORE]));
    }
}
