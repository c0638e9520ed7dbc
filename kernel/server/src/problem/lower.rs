//! What the crates below can answer, as problems. Every match names every variant, so that a new one does not compile
//! until somebody has thought about it here.

use tiwizi_identity::policy::Refusal;
use tiwizi_identity::{AccountError, HashError, PasswordError, SignInError, TokenError};
use tiwizi_records::field_error::pointer_to;
use tiwizi_records::{FieldError, JsonError, ReadError, WriteError};
use tiwizi_registry::duplicates::{DecideError, FindError};
use tiwizi_storage::{FileError, StorageError};

use super::{Fault, FieldProblem, Problem};

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        let fault = match &error {
            StorageError::Begin { .. } | StorageError::Closed | StorageError::Failed => Fault::Unavailable,
            // Whether it was written is not known: the caller may repeat the request with its Idempotency-Key.
            StorageError::Commit { .. } => Fault::Unavailable,
            StorageError::Query { .. } | StorageError::Spoiled | StorageError::Corrupt { .. } => Fault::Internal,
        };
        let problem = Self::from(fault).because(error);
        if is_full(&problem) { problem.instead(Fault::Full) } else { problem }
    }
}

/// Whether the machine has no room left: SQLite and the file store say so in their own words, deep down.
pub(super) fn is_full(problem: &Problem) -> bool {
    let mut next: Option<&dyn std::error::Error> = problem.0.cause.as_deref().map(|cause| cause as _);
    while let Some(error) = next {
        let text = error.to_string();
        if text.contains("database or disk is full") || text.contains("No space left on device") {
            return true;
        }
        next = error.source();
    }
    false
}

impl From<tiwizi_storage::WriteError> for Problem {
    fn from(error: tiwizi_storage::WriteError) -> Self {
        use tiwizi_storage::WriteError as E;
        match error {
            E::Stale { found } => Self::from(Fault::Stale).saying(format!("it is at version {found} now")),
            E::Duplicate { .. } | E::Exists => Fault::Duplicate.into(),
            E::Missing => Fault::NotFound.into(),
            E::Storage(source) => source.into(),
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let fault = match &error {
            FileError::TooLong { .. } => Fault::BodyTooLarge,
            FileError::Prepare { .. }
            | FileError::Open { .. }
            | FileError::Read { .. }
            | FileError::Write { .. }
            | FileError::Source { .. }
            | FileError::Blob { .. }
            | FileError::Remove { .. }
            | FileError::Damaged { .. } => Fault::Internal,
        };
        let problem = Self::from(fault).because(error);
        if is_full(&problem) { problem.instead(Fault::Full) } else { problem }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let fault = if refusal.signed_in { Fault::Forbidden } else { Fault::NotSignedIn };
        Self::from(fault).because(refusal)
    }
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        let fault = match &error {
            JsonError::Large { .. } => Fault::BodyTooLarge,
            JsonError::Deep
            | JsonError::Utf8 { .. }
            | JsonError::DuplicateKey { .. }
            | JsonError::Number
            | JsonError::Syntax { .. } => Fault::Json,
        };
        Self::from(fault).at(FieldProblem::new("", error.code(), error.to_string()))
    }
}

impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        let record = error.record.map(|id| id.to_string());
        let FieldError { pointer, code, message, reasons, .. } = error;
        Self { pointer, code: code.into_owned(), message, record, reasons }
    }
}

impl From<HashError> for Problem {
    fn from(error: HashError) -> Self {
        let fault = match &error {
            HashError::Busy => Fault::Busy,
            HashError::Stopping => Fault::Unavailable,
            HashError::Argon2 => Fault::Internal,
        };
        Self::from(fault).because(error)
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused => Fault::WrongPassword.into(),
            SignInError::Hash(source) => source.into(),
            SignInError::Storage(source) => source.into(),
        }
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Name => Self::field("/name", "length", error.to_string()),
            TokenError::TooMany => Self::from(Fault::Conflict).saying(error.to_string()),
            TokenError::Storage(source) => source.into(),
        }
    }
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::NotAllowed | AccountError::Own => Self::from(Fault::Forbidden).saying(error.to_string()),
            AccountError::LastAdministrator | AccountError::NotFirst => {
                Self::from(Fault::Conflict).saying(error.to_string())
            }
            AccountError::Email(source) => Self::field("/email", "email", source.to_string()),
            AccountError::EmailTaken => {
                Self::from(Fault::Duplicate).at(FieldProblem::new("/email", "taken", error.to_string()))
            }
            AccountError::Name => Self::field("/name", "length", error.to_string()),
            AccountError::Password(source) => Self::field("/password", password_code(source), source.to_string()),
            AccountError::WrongPassword => Fault::WrongPassword.into(),
            AccountError::Role(source) => Self::field("/scope", "role", source.to_string()),
            AccountError::Missing => Fault::NotFound.into(),
            AccountError::Hash(source) => source.into(),
            AccountError::Storage(source) => source.into(),
        }
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Missing => Fault::NotFound.into(),
            DecideError::Refused => Self::from(Fault::Forbidden).saying(error.to_string()),
            DecideError::Stranger => Self::field("/decision", "stranger", error.to_string()),
            DecideError::Settled { .. } | DecideError::Alias | DecideError::Holds => {
                Self::from(Fault::Conflict).saying(error.to_string())
            }
            DecideError::Reason => Self::field("/reason", "length", error.to_string()),
            DecideError::Read(source) => source.into(),
            DecideError::Unit(source) => source.into(),
            DecideError::Write(source) => source.into(),
        }
    }
}

fn password_code(error: PasswordError) -> &'static str {
    match error {
        PasswordError::Short => "too-short",
        PasswordError::Long => "too-long",
        PasswordError::Common => "common",
        PasswordError::Personal => "personal",
    }
}

impl From<FindError> for Problem {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Read(source) => source.into(),
            FindError::Storage(source) => source.into(),
            FindError::Follow(_) => Self::internal(error),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::UnknownKind { .. } => Fault::UnknownKind.into(),
            ReadError::Refused(refusal) => refusal.into(),
            ReadError::UnknownField { field } => Self::parameter(&field, "the kind has no such field"),
            ReadError::Hidden => Self::from(Fault::Forbidden).saying(error.to_string()),
            ReadError::Filter { field, message } => Self::parameter(&field, message),
            ReadError::NotIndexed { .. } => Self::from(Fault::NotIndexed).saying(error.to_string()),
            ReadError::NotSearchable { .. } => Self::parameter("q", error.to_string()),
            ReadError::Cursor => Fault::Cursor.into(),
            ReadError::Damaged { .. } => Self::internal(error),
            ReadError::Storage(source) => source.into(),
        }
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::UnknownKind { .. } => Fault::UnknownKind.into(),
            WriteError::Refused(refusal) => refusal.into(),
            WriteError::Invalid { fields, .. } => {
                Self::from(Fault::Invalid).at_all(fields.into_iter().map(FieldProblem::from))
            }
            WriteError::Stale { found, .. } => Self::from(Fault::Stale).saying(format!("it is at version {found} now")),
            WriteError::Duplicate { fields, .. } => {
                let error =
                    |field: &String| FieldProblem::new(pointer_to(field), "taken", "another record has this value");
                Self::from(Fault::Duplicate).at_all(fields.iter().map(error))
            }
            WriteError::Alike { fields, .. } => {
                Self::from(Fault::Duplicate).at_all(fields.into_iter().map(FieldProblem::from))
            }
            WriteError::Missing { .. } => Fault::NotFound.into(),
            WriteError::Elsewhere { .. } => Self::from(Fault::NotHome).saying(error.to_string()),
            WriteError::InTransfer { .. } => Self::from(Fault::InTransfer).saying(error.to_string()),
            WriteError::Exists => Self::from(Fault::Duplicate).saying(error.to_string()),
            WriteError::TooMany { .. } => Self::from(Fault::Invalid).saying(error.to_string()),
            WriteError::Hook(failure) => {
                let detail = format!("the plugin {} must look at this and could not", failure.plugin);
                let after = failure.retry_after_s;
                Self::from(Fault::HookFailed).saying(detail).retry_after(after).because(failure)
            }
            WriteError::ReviewTime => Self::from(Fault::HookFailed).saying(error.to_string()).retry_after(1),
            WriteError::ValueMoved { .. } => Self::from(Fault::Stale).saying(error.to_string()).retry_after(1),
            WriteError::JobMoved { .. } => Self::from(Fault::Stale).saying(error.to_string()).retry_after(1),
            // Only work in the background has a lease, and nobody waits for its answer.
            WriteError::LeaseLost => Self::internal(error),
            WriteError::ValuesFull | WriteError::FilesFull | WriteError::QueueFull | WriteError::PluginFull { .. } => {
                Self::from(Fault::PluginFull).saying(error.to_string()).because(error)
            }
            WriteError::Disk(full) => Self::from(Fault::Full).saying(full.to_string()).because(full),
            WriteError::ReceiptKey => Self::from(Fault::Malformed).saying(error.to_string()),
            WriteError::ReceiptReused => Fault::KeyReused.into(),
            WriteError::Damaged { .. } | WriteError::Encode(_) => Self::internal(error),
            WriteError::Storage(source) => source.into(),
        }
    }
}
