//! Issues an extract: gathers what it says, signs its token, and keeps the record of it.

use serde_json::{Map, Value};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Action, Placement, Refusal};
use tiwizi_model::limits::EXTRACT_MEMBERS_MAX;
use tiwizi_model::{FileHash, InstanceId, Instant, Language, ProvinceCode, Record, RecordId};
use tiwizi_records::{Draft, DraftAction, ReadError, Records, WriteError};
use tiwizi_storage::instance::InstanceRow;

use super::certified::{Certified, CertifiedError, Paper, Terms};
use super::data::ExtractData;
use super::gather::{GatherError, from_records, registration};
use super::keys::{self, KeyError};
use super::signing::{SigningKey, is_signed};
use super::token::Token;
use crate::kinds::Names;

/// Keeps these signatures apart from every other of the same key.
const FILE_CONTEXT: &str = "tiwizi extract file";

/// The instance that certifies, and its records.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The records.
    pub records: &'a Records,
    /// Who certifies.
    pub instance: &'a InstanceRow,
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Of which cooperative.
    pub cooperative: RecordId,
    /// Which paper.
    pub paper: Paper,
    /// In which language.
    pub language: Language,
}

/// An extract that is signed and not printed yet. Nothing of it is kept.
#[derive(Debug)]
pub struct Prepared {
    /// Its id, which stands on the paper.
    pub id: RecordId,
    /// What it certifies.
    pub certified: Certified,
    /// The token of its verification.
    pub token: Token,
    text: String,
    key: SigningKey,
    cooperative: RecordId,
    province: Option<ProvinceCode>,
}

/// The paper of an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    /// The SHA-256 of the PDF.
    pub file: FileHash,
    /// Its length.
    pub bytes: usize,
}

/// Why nothing was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// There is no such cooperative.
    #[error("there is no cooperative with this id")]
    Missing,
    /// The caller does not keep the register there.
    #[error("an extract is issued by whoever may change the cooperative's record")]
    Refused(#[source] Refusal),
    /// Another instance keeps the register of the cooperative.
    #[error("instance {home} keeps the register of this cooperative, and issues its extracts")]
    NotHome {
        /// Which.
        home: InstanceId,
    },
    /// The record was found to be the same as another one, which remains.
    #[error("this record is the same as {into}, which remains: an extract is of that one")]
    Alias {
        /// The one that remains.
        into: RecordId,
    },
    /// The cooperative's kind is not in use.
    #[error("the kinds of the register are not in use")]
    Kind(#[source] ReadError),
    /// What it says could not be gathered.
    #[error("could not gather what the extract says")]
    Gather(#[source] GatherError),
    /// It cannot be certified.
    #[error("could not write what the extract certifies")]
    Certify(#[source] CertifiedError),
    /// There is no key to sign with.
    #[error("could not sign")]
    Key(#[source] KeyError),
    /// It could not be kept.
    #[error("could not keep the extract")]
    Keep(#[source] WriteError),
}

/// Gathers and signs an extract.
///
/// # Errors
/// When the caller does not keep the register where the cooperative lies, and when something fails.
pub async fn prepare(office: Office<'_>, caller: &Caller, wanted: Wanted) -> Result<Prepared, IssueError> {
    let Office { records, instance } = office;
    let found = seen(records, caller, wanted.cooperative).await.map_err(|source| IssueError::Gather(source.into()))?;
    demand(records, caller, &found.ok_or(IssueError::Missing)?)?;
    // Whoever keeps the register there certifies all of it: an officer may be recorded in another province, or in none.
    let found = match wanted.paper {
        Paper::Extract => from_records(records, &Caller::system(), wanted.cooperative, EXTRACT_MEMBERS_MAX).await,
        Paper::Certificate => registration(records, &Caller::system(), wanted.cooperative).await,
    };
    let (record, data) = found.map_err(IssueError::Gather)?.ok_or(IssueError::Missing)?;
    if let Some(into) = merged_into(&record) {
        return Err(IssueError::Alias { into });
    }
    let key = keys::current(records, &instance.key).await.map_err(IssueError::Key)?;
    let now = records.ambient().now();
    let certified = Certified::new(terms(instance, caller, wanted, now), within(wanted.paper, data));
    let text = certified.text().map_err(IssueError::Certify)?;
    let id = records.ambient().new_id();
    let token = Token::sign(&key, id, now, Certified::digest(&text));
    Ok(Prepared { id, certified, token, text, key, cooperative: wanted.cooperative, province: record.province })
}

/// The record that remains in the place of one that was merged.
pub(super) fn merged_into(record: &Record) -> Option<RecordId> {
    record.body.get("merged_into").and_then(Value::as_str).and_then(|id| id.parse().ok())
}

/// The cooperative, as far as the caller may see it.
async fn seen(records: &Records, caller: &Caller, cooperative: RecordId) -> Result<Option<Record>, ReadError> {
    let permit = records.may_read(caller, &Names::new().cooperative)?;
    records.read(&permit, cooperative).await
}

/// Whether the caller may issue extracts of that cooperative: for pages, which show no button that is refused.
#[must_use]
pub fn may_issue(records: &Records, caller: &Caller, cooperative: &Record) -> bool {
    demand(records, caller, cooperative).is_ok()
}

/// Who may change the record of a cooperative keeps the register there, and may certify what it says. Of one whose home is elsewhere it
/// certifies nothing.
fn demand(records: &Records, caller: &Caller, record: &Record) -> Result<(), IssueError> {
    let kinds = records.kinds();
    let unknown = || IssueError::Kind(ReadError::UnknownKind { kind: record.kind.clone() });
    let kind = kinds.find(&record.kind).ok_or_else(unknown)?;
    let place = Placement { subject: record.subject, province: record.province };
    policy::may_write(caller, kind.name(), kind.access(), Action::Change, place).map_err(IssueError::Refused)?;
    if record.home == records.instance() { Ok(()) } else { Err(IssueError::NotHome { home: record.home }) }
}

fn terms(instance: &InstanceRow, caller: &Caller, wanted: Wanted, now: Instant) -> Terms {
    Terms {
        paper: wanted.paper,
        language: wanted.language.tag().to_owned(),
        instance: instance.id.to_string(),
        office: instance.name.clone(),
        issued_at: now.0,
        issued_by: caller.name().filter(|name| !name.is_empty()).map(ToOwned::to_owned),
    }
}

/// A certificate of registration says no more than it must.
pub(super) fn within(paper: Paper, data: ExtractData) -> ExtractData {
    match paper {
        Paper::Extract => data,
        Paper::Certificate => {
            ExtractData { capital_mad: None, officers: Vec::new(), acts: Vec::new(), acts_unlisted: None, ..data }
        }
    }
}

/// Keeps the record of an extract whose paper was printed and stored. The author of the change is the caller.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    records: &Records,
    caller: &Caller,
    prepared: &Prepared,
    issued: Issued,
) -> Result<Record, IssueError> {
    let action = DraftAction::Create { id: Some(prepared.id), body: body(prepared, issued) };
    let draft = Draft { kind: Names::new().extract, action };
    let kept = records.submit(&caller.by_kernel(), vec![draft], None).await.map_err(IssueError::Keep)?;
    kept.into_iter().next().ok_or(IssueError::Missing)
}

fn body(prepared: &Prepared, issued: Issued) -> Value {
    let certified = &prepared.certified;
    let signature = prepared.key.sign(&file_message(prepared.id, issued.file));
    let mut body = Map::new();
    let mut set = |field: &str, value: Value| body.insert(field.to_owned(), value);
    set("cooperative", prepared.cooperative.to_string().into());
    set("paper", certified.paper.name().into());
    set("language", certified.language.as_str().into());
    set("issued_at", certified.issued_at.into());
    set("key_id", prepared.key.id().to_string().into());
    set("digest", hex(&prepared.token.digest).into());
    set("text", prepared.text.as_str().into());
    set("token", prepared.token.text().into());
    set("file", issued.file.to_string().into());
    set("file_bytes", issued.bytes.into());
    set("file_signature", hex(&signature).into());
    if let Some(name) = &certified.issued_by {
        set("issued_by", name.as_str().into());
    }
    if let Some(province) = prepared.province {
        set("province", province.to_string().into());
    }
    Value::Object(body)
}

/// Whether that key signed that file of an extract.
pub(super) fn is_signed_file(
    key: tiwizi_model::PublicKey,
    extract: RecordId,
    file: FileHash,
    signature: &[u8; 64],
) -> bool {
    is_signed(key, &file_message(extract, file), signature)
}

fn file_message(extract: RecordId, file: FileHash) -> Vec<u8> {
    format!("{FILE_CONTEXT}\nextract: {extract}\nfile: {file}\n").into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
