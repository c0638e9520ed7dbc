//! The parent's side: waits for its turn, starts the child, feeds it, takes the document, and knows what the child's end means.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use rustix::process::Signal;
use tiwizi_model::limits;
use tokio::time::timeout;

use super::wire::Sheet;
use super::{Press, SUBCOMMAND};
use crate::compile::{Conversation, Ending, child, converse, ending, said};

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PressError {
    /// The template cannot be set with this data.
    #[error("the document cannot be set: {message}")]
    Refused { message: String },
    /// It keeps the press busy.
    #[error("setting the document takes more than {} s of processor time or {} s", limits::DOCUMENT_CPU_S, limits::DOCUMENT_WALL_MS / 1_000)]
    Time,
    /// It fills the press.
    #[error("setting the document takes more memory than {} MiB", limits::DOCUMENT_MEMORY_BYTES_MAX >> 20)]
    Memory,
    /// It is longer than a document is.
    #[error("the document has more than {} bytes", limits::DOCUMENT_BYTES_MAX)]
    Long,
    /// Others are being set.
    #[error("too many documents are being set")]
    Busy,
    /// The sheet cannot be written down, or is too large.
    #[error("what the document is made of cannot be handed over")]
    Sheet,
    /// The press crashed on it.
    #[error("the press ended without an outcome ({status})")]
    Crashed { status: String },
    /// The press's process could not be used.
    #[error("the press could not be run")]
    Process(#[source] std::io::Error),
}

impl Press {
    /// Sets a document. Dropping the future ends the child.
    pub(crate) async fn set(&self, sheet: &Sheet) -> Result<Vec<u8>, PressError> {
        let bytes = sheet.write().map_err(|_| PressError::Sheet)?;
        if bytes.len() > limits::DOCUMENT_JOB_BYTES_MAX {
            return Err(PressError::Sheet);
        }
        let wait = Duration::from_millis(limits::PRINT_WAIT_MS);
        let turn = timeout(wait, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| PressError::Busy)?.map_err(|_| PressError::Busy)?;
        let mut child = child(&self.program, SUBCOMMAND).map_err(PressError::Process)?;
        let most = u64::try_from(limits::DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let wall = Duration::from_millis(limits::DOCUMENT_WALL_MS);
        let Ok(outcome) = timeout(wall, converse(&mut child, &bytes, most)).await else { return Err(PressError::Time) };
        outcome.map_err(PressError::Process).and_then(judge)
    }
}

fn judge(Conversation { code: document, complaint, status }: Conversation) -> Result<Vec<u8>, PressError> {
    if document.len() > limits::DOCUMENT_BYTES_MAX {
        return Err(PressError::Long);
    }
    match ending(status) {
        Some(Ending::Done) => Ok(document),
        Some(Ending::Refused) => Err(PressError::Refused { message: said(&complaint) }),
        Some(Ending::Memory) => Err(PressError::Memory),
        Some(Ending::Broken) | None => Err(match status.signal().and_then(Signal::from_named_raw) {
            Some(Signal::XCPU) => PressError::Time,
            // An allocation that fails ends the process by SIGABRT.
            Some(Signal::ABORT) => PressError::Memory,
            _ => PressError::Crashed { status: format!("{status}: {}", said(&complaint)) },
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    use bytes::Bytes;
    use tempfile::TempDir;

    use super::*;

    /// A press that does what a line of shell says.
    async fn ends(line: &str) -> Result<Vec<u8>, PressError> {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("press");
        std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        let sheet = Sheet {
            language: "fr".to_owned(),
            main: "documents/card.typ".to_owned(),
            data: serde_json::json!({}),
            at: 0,
            locales: BTreeMap::new(),
            fonts: Vec::new(),
            files: BTreeMap::from([("documents/card.typ".to_owned(), Bytes::from_static(b"words"))]),
        };
        Press::new(path, Vec::new()).set(&sheet).await
    }

    #[tokio::test]
    async fn the_end_of_the_child_says_what_was_wrong() {
        assert_eq!(ends("test \"$1\" = set-document && tail -c 5").await.unwrap(), b"words");
        let refused = ends("printf 'unknown variable: nam' >&2; exit 10").await;
        assert!(matches!(&refused, Err(PressError::Refused { message }) if message.contains("nam")), "{refused:?}");
        assert!(matches!(ends("kill -ABRT $$").await, Err(PressError::Memory)));
        assert!(matches!(ends("kill -XCPU $$").await, Err(PressError::Time)));
        assert!(matches!(ends("kill -SEGV $$").await, Err(PressError::Crashed { .. })));
        assert!(matches!(ends("head -c 9000000 /dev/zero").await, Err(PressError::Long)));
    }
}
