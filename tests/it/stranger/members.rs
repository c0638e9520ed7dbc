//! Members who use the plugin while other things happen to it: each request has to be answered well.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::ensure;
use tiwizi_tests::Client;
use tiwizi_tests::client::text;
use tokio::task::JoinSet;

const READERS: usize = 2;
const WRITERS: usize = 2;
/// So many requests are answered before anything happens, and after it.
const ANSWERS_MIN: u64 = 20;
const NOTES_PAGE: &str = "/fr/p/notes/";

/// A note as the interface for programs shows it.
#[derive(Debug, PartialEq)]
pub(super) struct Note {
    pub(super) version: String,
    pub(super) text: String,
    pub(super) words: Option<u64>,
}

/// Those who are at it.
pub(super) struct Members {
    done: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    at_it: JoinSet<anyhow::Result<Vec<String>>>,
}

impl Members {
    /// They begin.
    pub(super) fn come(member: &Client) -> Self {
        let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut at_it = JoinSet::new();
        for number in 0..READERS + WRITERS {
            let (done, answered, member) = (Arc::clone(&done), Arc::clone(&answered), member.clone());
            at_it.spawn(async move {
                let mut written = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    if number < READERS {
                        member.get(NOTES_PAGE).await?.expect(200)?;
                    } else {
                        let turn = answered.load(Ordering::Relaxed);
                        let text = format!("Note {} du membre {number} au tour {turn}", written.len());
                        member.submit(NOTES_PAGE, &[("text", &text)]).await?.expect(303)?;
                        written.push(text);
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                Ok(written)
            });
        }
        Self { done, answered, at_it }
    }

    /// They stop; what they wrote. One whose request was not answered well makes this fail.
    #[expect(clippy::print_stderr, reason = "how many requests there were is what the test is about")]
    pub(super) async fn leave(mut self) -> anyhow::Result<Vec<String>> {
        let until_then = self.answered.load(Ordering::Relaxed);
        ensure!(until_then >= ANSWERS_MIN, "only {until_then} requests were answered meanwhile");
        while self.answered.load(Ordering::Relaxed) < until_then + ANSWERS_MIN && !self.at_it.is_empty() {
            tokio::task::yield_now().await;
        }
        self.done.store(true, Ordering::Relaxed);
        let (mut written, mut failures) = (Vec::new(), Vec::new());
        while let Some(member) = self.at_it.join_next().await {
            match member? {
                Ok(texts) => written.extend(texts),
                Err(error) => failures.push(format!("{error:#}")),
            }
        }
        let answered = self.answered.load(Ordering::Relaxed);
        ensure!(failures.is_empty(), "{} of {answered} requests failed: {failures:#?}", failures.len());
        eprintln!("          {answered} requests, {} of them wrote a note, none failed", written.len());
        Ok(written)
    }
}

/// Writes so many notes, one after the other.
pub(super) async fn write(member: &Client, count: usize) -> anyhow::Result<()> {
    for number in 0..count {
        let text = format!("Note ancienne {number}");
        member.submit(NOTES_PAGE, &[("text", &text)]).await?.expect(303)?;
    }
    Ok(())
}

/// All notes of a member, by their ids.
pub(super) async fn notes_of(member: &Client) -> anyhow::Result<BTreeMap<String, Note>> {
    let (mut notes, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let mut query = vec![("limit", "100")];
        if !cursor.is_empty() {
            query.push(("cursor", &cursor));
        }
        let page = member.send_query("/api/v1/records/notes/note", &query).await?.expect(200)?;
        for item in page.items() {
            let note = Note {
                version: text(&item, "/version"),
                text: text(&item, "/body/text"),
                words: item.pointer("/body/words").and_then(serde_json::Value::as_u64),
            };
            notes.insert(text(&item, "/id"), note);
        }
        cursor = page.json().pointer("/next").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        if cursor.is_empty() {
            return Ok(notes);
        }
    }
}
